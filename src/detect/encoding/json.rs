//! Escapes of JSON strings (RFC 8259, section 7), which nearly every language reads as well: `\u006b`, `\/`, `\"`, `\n`.

use super::{Escape, number};

pub(super) fn escape(text: &[u8]) -> Option<Escape> {
    let plain = match text {
        [b'\\', b'u', ..] => return Some((char::from_u32(number(text.get(2..6)?, 16)?), 6)),
        [b'\\', b'n', ..] => '\n',
        [b'\\', b't', ..] => '\t',
        [b'\\', b'r', ..] => '\r',
        [b'\\', mark @ (b'"' | b'/' | b'\\'), ..] => char::from(*mark),
        _ => return None,
    };
    Some((Some(plain), 2))
}
