//! Quoted-printable of mails (RFC 2045, section 6.7): `=3D`, and lines that go on behind `=`.

use super::{Escape, number};

/// Whether the text is written so: code compares and assigns with the same mark.
pub(in crate::detect) fn is_used(text: &[u8]) -> bool {
    let has = |mark: &[u8]| memchr::memmem::find(text, mark).is_some();
    has(b"quoted-printable") || has(b"=3D") && (has(b"=\n") || has(b"=\r\n"))
}

pub(super) fn escape(text: &[u8]) -> Option<Escape> {
    match text.strip_prefix(b"=")? {
        [b'\n', ..] => Some((None, 2)),
        [b'\r', b'\n', ..] => Some((None, 3)),
        rest => {
            let code = number(rest.get(..2)?, 16)?;
            (0x20..0x7f).contains(&code).then(|| (char::from_u32(code), 3))
        }
    }
}
