//! Character references of HTML and XML: `&#107;`, `&#x6b;`, `&amp;`.

use super::{Escape, number};

/// The names that stand for marks which text around a key is made of.
const NAMED: &[(&str, char)] =
    &[("&quot;", '"'), ("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&apos;", '\''), ("&equals;", '=')];

pub(super) fn escape(text: &[u8]) -> Option<Escape> {
    let Some(rest) = text.strip_prefix(b"&#") else {
        let (name, plain) = NAMED.iter().find(|(name, _)| text.starts_with(name.as_bytes()))?;
        return Some((Some(*plain), name.len()));
    };
    let end = rest.iter().take(8).position(|&byte| byte == b';')?;
    let code = match rest.get(..end)? {
        [b'x' | b'X', digits @ ..] => number(digits, 16),
        digits => number(digits, 10),
    };
    Some((Some(char::from_u32(code?)?), end + 3))
}
