//! What stands around a key and does not belong to it: the usual causes of 401, looked for here since no request can tell.

use std::fmt;

use crate::finding::Excerpt;
use crate::secret::Raw;

/// What stands around a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// Blanks.
    Spaces,
    /// Ends of lines, also written as escapes.
    Newlines,
    /// Quotation marks within the value.
    Quotes,
    /// Byte order marks and spaces that no editor shows.
    Unseen,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spaces => "spaces stand around the key",
            Self::Newlines => "a newline stands beside the key",
            Self::Quotes => "quotes stand around the key",
            Self::Unseen => "invisible characters stand around the key",
        })
    }
}

/// White space beyond ASCII and quotation marks of typography, as they come along with what is copied.
const UNSEEN: &[char] = &['\u{a0}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2028}', '\u{2029}', '\u{2060}', '\u{feff}'];
const QUOTES: &[(&str, &str)] =
    &[("\"", "\""), ("'", "'"), ("`", "`"), ("\u{201c}", "\u{201d}"), ("\u{2018}", "\u{2019}")];

/// The key within what the user gives, and what stood around it.
pub fn bare(given: &[u8]) -> (&[u8], Option<Defect>) {
    let mut defect = None;
    let mut rest = given;
    loop {
        let (next, found) = peel(rest);
        let Some(found) = found else { return (rest, defect) };
        defect = defect.or(Some(found));
        rest = next;
    }
}

/// Takes one layer off.
fn peel(text: &[u8]) -> (&[u8], Option<Defect>) {
    let trimmed = text.trim_ascii();
    if trimmed.len() != text.len() {
        let begin = text.len() - text.trim_ascii_start().len();
        let around = text.get(..begin).into_iter().chain(text.get(begin + trimmed.len()..)).flatten();
        let newline = around.into_iter().any(|byte| b"\r\n".contains(byte));
        return (trimmed, Some(if newline { Defect::Newlines } else { Defect::Spaces }));
    }
    for (open, close) in QUOTES {
        let inner = text.strip_prefix(open.as_bytes()).and_then(|rest| rest.strip_suffix(close.as_bytes()));
        if let Some(inner) = inner {
            return (inner, Some(Defect::Quotes));
        }
    }
    for unseen in UNSEEN {
        let mut buffer = [0; 4];
        let unseen = unseen.encode_utf8(&mut buffer).as_bytes();
        if let Some(inner) = text.strip_prefix(unseen).or_else(|| text.strip_suffix(unseen)) {
            return (inner, Some(Defect::Unseen));
        }
    }
    (text, None)
}

/// What stands around a key in a file, within the quotes that hold its value, or within the encoded text that does: a
/// program that takes the value as it stands sends that along. None where the value is the key alone, or is not quoted.
pub fn beside(excerpt: &Excerpt<Raw>, encodings: &[&str], key: &[u8]) -> Option<Defect> {
    // However the file writes its characters, base64 is what is around the key.
    if encodings.last() == Some(&"base64") {
        return encoded(excerpt.value.bytes(), key);
    }
    let lines = |lines: &[Raw]| lines.iter().map(Raw::bytes).collect::<Vec<_>>().join(&b'\n');
    let before = [lines(&excerpt.above).as_slice(), b"\n", excerpt.before.bytes()].concat();
    let after = [excerpt.after.bytes(), b"\n", lines(&excerpt.below).as_slice()].concat();
    if is_block(&before) {
        return Some(Defect::Newlines);
    }
    let (outside, left) = blanks_before(&before);
    let (right, behind) = blanks_behind(&after);
    let (inner, outside, behind) = quotes(outside, behind)?;
    if let Some(blanks) = left.or(right) {
        return Some(blanks);
    }
    // Quotes within quotes; the same mark again is that of a long string.
    let (outer, ..) = quotes(outside, behind)?;
    (outer != inner).then_some(Defect::Quotes)
}

/// A quotation mark as it stands in a text: its place in [`QUOTES`], and whether it is escaped.
type Mark = (usize, bool);

/// The marks that directly enclose, and what stands outside of them.
fn quotes<'a>(before: &'a [u8], behind: &'a [u8]) -> Option<(Mark, &'a [u8], &'a [u8])> {
    QUOTES.iter().enumerate().find_map(|(at, (open, close))| {
        let before = before.strip_suffix(open.as_bytes())?;
        let (before, escaped) = before.strip_suffix(b"\\").map_or((before, false), |before| (before, true));
        let behind = if escaped { behind.strip_prefix(b"\\")? } else { behind };
        Some(((at, escaped), before, behind.strip_prefix(close.as_bytes())?))
    })
}

/// Whether the value is the first line of a YAML block, whose newline belongs to the value: `key: |`.
fn is_block(before: &[u8]) -> bool {
    let Some(at) = before.iter().rposition(|&byte| byte == b'\n') else { return false };
    let (above, line) = before.split_at_checked(at).unwrap_or_default();
    let leader = above.rsplit(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let leader = leader.strip_suffix(b"+").unwrap_or(leader);
    line.iter().all(u8::is_ascii_whitespace) && line.len() > 1 && (leader.ends_with(b": |") || leader.ends_with(b": >"))
}

/// What stands in front of the white space at the end, and what that is.
fn blanks_before(text: &[u8]) -> (&[u8], Option<Defect>) {
    let mut rest = text;
    let mut found = None;
    loop {
        let (next, what) = match rest {
            [next @ .., b'\\', b'n' | b'r'] | [next @ .., b'\n' | b'\r'] => (next, Defect::Newlines),
            [next @ .., b'\\', b't'] | [next @ .., b' ' | b'\t'] => (next, Defect::Spaces),
            _ => match UNSEEN.iter().find_map(|c| rest.strip_suffix(c.encode_utf8(&mut [0; 4]).as_bytes())) {
                Some(next) => (next, Defect::Unseen),
                None => return (rest, found),
            },
        };
        (rest, found) = (next, found.or(Some(what)));
    }
}

/// What the white space at the beginning is, and what stands behind it.
fn blanks_behind(text: &[u8]) -> (Option<Defect>, &[u8]) {
    let mut rest = text;
    let mut found = None;
    loop {
        let (next, what) = match rest {
            [b'\\', b'n' | b'r', next @ ..] | [b'\n' | b'\r', next @ ..] => (next, Defect::Newlines),
            [b'\\', b't', next @ ..] | [b' ' | b'\t', next @ ..] => (next, Defect::Spaces),
            _ => match UNSEEN.iter().find_map(|c| rest.strip_prefix(c.encode_utf8(&mut [0; 4]).as_bytes())) {
                Some(next) => (next, Defect::Unseen),
                None => return (found, rest),
            },
        };
        (rest, found) = (next, found.or(Some(what)));
    }
}

/// What stands around the key in what the base64 text decodes to.
fn encoded(text: &[u8], key: &[u8]) -> Option<Defect> {
    use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let decoded = [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD].iter().find_map(|form| form.decode(&text).ok())?;
    let (inner, defect) = bare(&decoded);
    defect.filter(|_| inner == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::Text;

    const KEY: &str = "Qz7Wm2Xc9Vb4Np";

    fn beside_in(text: &str) -> Option<Defect> {
        let at = text.find(KEY).unwrap_or_default();
        beside(&Excerpt::new(&Text::new(text.as_bytes()), &(at..at + KEY.len())), &[], KEY.as_bytes())
    }

    #[test]
    fn what_is_given_is_peeled() {
        let peeled = |text: &str| {
            let (key, defect) = bare(text.as_bytes());
            (String::from_utf8_lossy(key).into_owned(), defect)
        };
        assert_eq!(peeled(KEY), (KEY.into(), None));
        assert_eq!(peeled(&format!(" {KEY}\t")), (KEY.into(), Some(Defect::Spaces)));
        assert_eq!(peeled(&format!("{KEY}\r\n")), (KEY.into(), Some(Defect::Newlines)));
        assert_eq!(peeled(&format!("'\" {KEY}\"'")), (KEY.into(), Some(Defect::Quotes)));
        assert_eq!(peeled(&format!("\u{201c}{KEY}\u{201d}")), (KEY.into(), Some(Defect::Quotes)));
        assert_eq!(peeled(&format!("\u{feff}{KEY}\u{a0}")), (KEY.into(), Some(Defect::Unseen)));
        assert_eq!(peeled("\""), ("\"".into(), None));
        assert_eq!(peeled(" "), (String::new(), Some(Defect::Spaces)));
    }

    #[test]
    fn quoted_values_show_what_is_too_much() {
        for (text, defect) in [
            ("A=\" KEY\"\n", Some(Defect::Spaces)),
            ("A='KEY '\n", Some(Defect::Spaces)),
            ("A=\"KEY\\n\"\n", Some(Defect::Newlines)),
            ("A=\"KEY\n\"\n", Some(Defect::Newlines)),
            ("A=\"\nKEY\"\n", Some(Defect::Newlines)),
            ("a: |\n  KEY\nb: c\n", Some(Defect::Newlines)),
            ("A=\"'KEY'\"\n", Some(Defect::Quotes)),
            ("A='\"KEY\"'\n", Some(Defect::Quotes)),
            ("{\"a\": \"\\\"KEY\\\"\"}\n", Some(Defect::Quotes)),
            ("A=\"\u{a0}KEY\"\n", Some(Defect::Unseen)),
        ] {
            assert_eq!(beside_in(&text.replace("KEY", KEY)), defect, "{text}");
        }
    }

    #[test]
    fn values_that_are_the_key_alone_show_nothing() {
        for text in [
            "A=KEY\n",
            "A = KEY\n\nB=\"c\"\n",
            "A=\"KEY\"\n",
            "A='KEY' # \"b\"\n",
            "{\"a\": \"KEY\"}\n",
            "f('{\"a\": \"KEY\"}')\n",
            "body = \"{\\\"a\\\": \\\"KEY\\\"}\"\n",
            "\"\"\"KEY\"\"\"\n",
            "curl -H \"X-Api-Key: KEY\" https://example.org\n",
            "a: |-\n  KEY\n",
            "run: |\n  tool --key KEY\n",
            "A=KEY \"b\"\n",
        ] {
            assert_eq!(beside_in(&text.replace("KEY", KEY)), None, "{text}");
        }
    }

    #[test]
    fn what_is_encoded_with_the_key_shows() {
        let form = |text: &str| {
            let value = data_encoding::BASE64.encode(text.as_bytes());
            let text = Text::new(value.as_bytes());
            beside(&Excerpt::new(&text, &(0..value.len())), &["base64"], KEY.as_bytes())
        };
        assert_eq!(form(&format!("{KEY}\n")), Some(Defect::Newlines));
        assert_eq!(form(KEY), None);
    }
}
