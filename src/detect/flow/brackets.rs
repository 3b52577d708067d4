//! Brackets around a place, and what stands in them.

use std::ops::Range;

/// So far the brackets around a value are looked for, in bytes, and so many levels up.
const REACH: usize = 2000;
const LEVELS: usize = 4;
/// So long a list of arguments may be, in bytes, and so far behind a value its last ones may stand.
const LONGEST: usize = 2000;
const BEHIND: usize = 500;

/// An opening bracket around a place, with the number of the argument or member that the place stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bracket {
    /// Where it stands.
    pub(super) open: usize,
    /// What it is: `(`, `[` or `{`.
    pub(super) mark: u8,
    /// The members of it that could be read, without blanks around them.
    pub(super) members: Vec<Range<usize>>,
    /// Which of them holds the place.
    pub(super) number: usize,
}

impl Bracket {
    /// What stands right in front of it, blanks aside.
    pub(super) fn lead<'t>(&self, bytes: &'t [u8]) -> &'t [u8] {
        bytes.get(..self.open).unwrap_or_default().trim_ascii_end()
    }

    /// The path of names that is called: `konver.New`, `\Konver\Client`, `Client.new`; empty where nothing is.
    pub(super) fn callee<'t>(&self, bytes: &'t [u8]) -> &'t [u8] {
        callee(bytes.get(self.open.saturating_sub(200)..self.open).unwrap_or_default())
    }

    /// The member that holds the place.
    pub(super) fn member<'t>(&self, bytes: &'t [u8]) -> &'t [u8] {
        self.members.get(self.number).and_then(|place| bytes.get(place.clone())).unwrap_or_default()
    }
}

/// Whether a byte is part of a name in code.
pub(super) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The path of names at the end of a text, the types that it is made for aside: `Store<String>`.
fn callee(text: &[u8]) -> &[u8] {
    let text = match text.strip_suffix(b">") {
        Some(inner) => {
            let open = memchr::memrchr(b'<', inner).unwrap_or(0);
            text.get(..open).unwrap_or_default()
        }
        None => text,
    };
    let text = text.strip_suffix(b"!").unwrap_or(text);
    let part = |byte: u8| is_letter(byte) || b".$:\\@?".contains(&byte);
    let arrow = |at: usize| text.get(at.saturating_sub(1)..=at) == Some(b"->") || text.get(at..at + 2) == Some(b"->");
    let from = (0..text.len())
        .rev()
        .find(|&at| text.get(at).is_none_or(|&byte| !part(byte)) && !arrow(at))
        .map_or(0, |at| at + 1);
    text.get(from..).unwrap_or_default()
}

/// The brackets around a place, innermost first.
pub(super) fn around(bytes: &[u8], start: usize) -> Vec<Bracket> {
    let floor = start.saturating_sub(REACH);
    let before = bytes.get(floor..start).unwrap_or_default();
    let mut found = Vec::new();
    let mut depth = 0_u32;
    for (at, &byte) in before.iter().enumerate().rev() {
        match byte {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
            b'(' | b'[' | b'{' => {
                let open = floor + at;
                let members = members_until(bytes, open, start + BEHIND);
                let number = members.iter().rposition(|member| member.start <= start);
                let Some(number) = number else { break };
                found.push(Bracket { open, mark: byte, members, number });
                if found.len() == LEVELS {
                    break;
                }
            }
            b';' if depth == 0 => break,
            _ => {}
        }
    }
    found
}

/// What stands between an opening bracket and the one that closes it, parted by commas; literals and inner brackets are one.
pub(super) fn members(bytes: &[u8], open: usize) -> Vec<Range<usize>> {
    members_until(bytes, open, open + LONGEST)
}

/// The same, as far as they stand in front of `end`.
fn members_until(bytes: &[u8], open: usize, end: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = open + 1;
    let mut depth = 0_u32;
    let mut at = open + 1;
    let end = bytes.len().min(end);
    while at < end {
        match bytes.get(at).copied().unwrap_or_default() {
            quote @ (b'"' | b'\'' | b'`') => at = literal_end(bytes, at, quote, end).unwrap_or(at),
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => break,
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 0 => {
                found.push(trimmed(bytes, from..at));
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    let last = trimmed(bytes, from..at.min(end));
    if !last.is_empty() || found.is_empty() {
        found.push(last);
    }
    found
}

/// Where the bracket that opens at `open` is closed.
pub(super) fn close(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_u32;
    let mut at = open;
    let end = bytes.len().min(open + LONGEST);
    while at < end {
        match bytes.get(at).copied()? {
            quote @ (b'"' | b'\'' | b'`') => at = literal_end(bytes, at, quote, end).unwrap_or(at),
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Where the literal that begins at `at` ends, on its line; none where the mark is no quote, as in `&'static str`.
fn literal_end(bytes: &[u8], at: usize, quote: u8, end: usize) -> Option<usize> {
    let mut escaped = false;
    for (offset, &byte) in bytes.get(at + 1..end)?.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'\n' if quote != b'`' => return None,
            _ if byte == quote => return Some(at + 1 + offset),
            _ => {}
        }
    }
    None
}

/// A place without the blanks around it.
fn trimmed(bytes: &[u8], place: Range<usize>) -> Range<usize> {
    let text = bytes.get(place.clone()).unwrap_or_default();
    let start = place.start + (text.len() - text.trim_ascii_start().len());
    start..start + text.trim_ascii().len()
}

/// What a literal says, without its quotes; none for anything else.
pub(super) fn literal(text: &[u8]) -> Option<&[u8]> {
    let open = text.iter().position(|byte| b"\"'`".contains(byte)).filter(|&at| at <= 2)?;
    let quote = *text.get(open)?;
    text.get(open + 1..)?.strip_suffix(&[quote])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(text: &str) -> Vec<&str> {
        members(text.as_bytes(), 0).into_iter().map(|place| &text[place]).collect()
    }

    #[test]
    fn commas_in_literals_and_brackets_part_nothing() {
        assert_eq!(parted(r#"("a, b", f(1, 2), [3, 4], x)"#), [r#""a, b""#, "f(1, 2)", "[3, 4]", "x"]);
        assert_eq!(parted("(key: &'static str, id: u8)"), ["key: &'static str", "id: u8"]);
        assert_eq!(parted("(a, b,\n)"), ["a", "b"]);
    }

    #[test]
    fn brackets_around_a_place() {
        let text = br#"it.each([["x", 1], ["VALUE", 200]])"#;
        let at = memchr::memmem::find(text, b"VALUE").unwrap();
        let levels = around(text, at);
        let marks: Vec<(u8, usize)> = levels.iter().map(|level| (level.mark, level.number)).collect();
        assert_eq!(marks, [(b'[', 0), (b'[', 1), (b'(', 0)]);
        assert_eq!(levels.last().map(|level| level.callee(text)), Some(&b"it.each"[..]));
    }

    #[test]
    fn what_is_called() {
        for (text, called) in [
            ("x = konver.New", "konver.New"),
            ("new \\Konver\\Client", "\\Konver\\Client"),
            ("return Store<String>", "Store"),
            ("$this->client", "$this->client"),
            ("konver::Client::new", "konver::Client::new"),
            ("x = ", ""),
        ] {
            assert_eq!(String::from_utf8_lossy(callee(text.as_bytes())), called);
        }
    }
}
