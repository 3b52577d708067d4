//! Escapes of string literals beyond JSON's: `\x6b`, `\u{6b}`, `\U0000006b`, `\153`, and marks that need none, as shells and
//! Markdown escape them as well: `\-`, `\_`.

use super::{Escape, number};

pub(super) fn escape(text: &[u8]) -> Option<Escape> {
    let (code, length) = match text {
        [b'\\', b'u', b'{', ..] => {
            let end = text.iter().take(12).position(|&byte| byte == b'}')?;
            (number(text.get(3..end)?, 16)?, end + 1)
        }
        [b'\\', b'U', ..] => (number(text.get(2..10)?, 16)?, 10),
        [b'\\', b'x', ..] => (number(text.get(2..4)?, 16)?, 4),
        [b'\\', b'0'..=b'3', ..] => (number(text.get(1..4)?, 8)?, 4),
        [b'\\', mark, ..] if b"'_-=:.*!#~+".contains(mark) => (u32::from(*mark), 2),
        _ => return None,
    };
    Some((Some(char::from_u32(code)?), length))
}
