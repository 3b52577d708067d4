//! Percent-encoding of URLs and forms (RFC 3986, section 2.1), of printable ASCII: `%3D`.

use super::{Escape, number};

pub(super) fn escape(text: &[u8]) -> Option<Escape> {
    let code = number(text.strip_prefix(b"%")?.get(..2)?, 16)?;
    (0x20..0x7f).contains(&code).then(|| (char::from_u32(code), 3))
}
