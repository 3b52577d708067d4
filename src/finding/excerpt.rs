//! The lines around a finding, cut to what a reader needs.

use std::ops::Range;

use crate::blob::Text;
use crate::secret::Raw;

/// How much of a line is kept on each side of the value, in bytes.
const SIDE: usize = 120;
/// How many lines of context stand above and below.
const CONTEXT: usize = 2;

/// A few lines of the scanned text in pieces, so that the value's place survives masking.
#[derive(Clone, Debug, Default)]
pub struct Excerpt<S> {
    /// Number of the first line of `above`, or of the value's line if there is none above.
    pub first_line: usize,
    /// Whole lines above.
    pub above: Vec<S>,
    /// The value's line up to the value.
    pub before: S,
    /// The value as it stands in the text, perhaps over several lines.
    pub value: S,
    /// The rest of the value's last line.
    pub after: S,
    /// Whole lines below.
    pub below: Vec<S>,
}

impl Excerpt<Raw> {
    /// The lines around `span` of the text. Long lines are cut between tokens, never through one: a piece of a neighbour's
    /// key could not be recognized any more.
    pub fn new(text: &Text<'_>, span: &Range<usize>) -> Self {
        let bytes = text.bytes();
        let (first, last) = (text.line_at(span.start), text.line_at(span.end));
        let start = text.line_span(first).map_or(span.start, |line| line.start);
        let end = text.line_span(last).map_or(span.end, |line| line.end).max(span.end);
        let piece = |range: Range<usize>| bytes.get(range).unwrap_or_default();
        let above = first.saturating_sub(CONTEXT).max(1);
        let whole = |number: usize| text.line(number).map(|line| Raw::new(keep_start(line)));
        Self {
            first_line: above,
            above: (above..first).filter_map(whole).collect(),
            before: Raw::new(keep_end(piece(start..span.start))),
            value: Raw::new(piece(span.clone())),
            after: Raw::new(keep_start(piece(span.end..end))),
            below: (last + 1..=last + CONTEXT).filter_map(whole).collect(),
        }
    }
}

impl<S> Excerpt<S> {
    /// The same excerpt with every text passed through `to`.
    pub fn map<T>(self, mut to: impl FnMut(S) -> T) -> Excerpt<T> {
        Excerpt {
            first_line: self.first_line,
            above: self.above.into_iter().map(&mut to).collect(),
            before: to(self.before),
            value: to(self.value),
            after: to(self.after),
            below: self.below.into_iter().map(&mut to).collect(),
        }
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=_-.%\\&#;~:".contains(&byte) || byte >= 0x80
}

fn keep_start(line: &[u8]) -> Vec<u8> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let Some(cut) = line.get(..SIDE).filter(|_| line.len() > SIDE) else { return line.to_vec() };
    let token = cut.iter().rev().take_while(|&&byte| is_token(byte)).count();
    [cut.get(..SIDE - token).unwrap_or_default(), " …".as_bytes()].concat()
}

fn keep_end(line: &[u8]) -> Vec<u8> {
    let Some(cut) = line.len().checked_sub(SIDE).and_then(|from| line.get(from..)) else { return line.to_vec() };
    let token = cut.iter().take_while(|&&byte| is_token(byte)).count();
    ["… ".as_bytes(), cut.get(token..).unwrap_or_default()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_between_tokens() {
        let line = format!("{} VALUE {}", "left-token ".repeat(40), "right-token ".repeat(40));
        let at = line.find("VALUE").map_or(0, |at| at);
        let excerpt = Excerpt::new(&Text::new(line.as_bytes()), &(at..at + 5));
        let text = |raw: &Raw| String::from_utf8_lossy(raw.bytes()).into_owned();
        assert!(text(&excerpt.before).starts_with("…  left-token "), "{}", text(&excerpt.before));
        assert!(text(&excerpt.after).ends_with("right-token  …"), "{}", text(&excerpt.after));
        assert_eq!(text(&excerpt.value), "VALUE");
    }
}
