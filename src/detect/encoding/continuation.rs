//! Lines that go on behind a backslash, as shells, C, JavaScript and properties files have them; with the next one's indent.

use super::Escape;

/// So much of an indent belongs to the break.
const INDENT: usize = 64;

pub(super) fn escape(text: &[u8]) -> Option<Escape> {
    let (rest, length) = match text {
        [b'\\', b'\n', rest @ ..] => (rest, 2),
        [b'\\', b'\r', b'\n', rest @ ..] => (rest, 3),
        _ => return None,
    };
    let indent = rest.iter().take(INDENT).take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    Some((None, length + indent))
}
