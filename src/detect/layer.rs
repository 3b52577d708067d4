//! One reading of a text: as it stands, or with an encoding undone, each byte with the place that it comes from.

use std::ops::Range;

/// Bytes to search, with the way back to the text.
pub(super) struct Layer {
    pub(super) bytes: Vec<u8>,
    /// Where its bytes stand in the text, in their order; empty where the layer is the text itself.
    parts: Vec<Part>,
    /// What was undone to read any of it, outermost first.
    encodings: Vec<&'static str>,
    /// Escapes undone within it, in the order of their marks: `2 * n + 1` for byte `n`, `2 * n` for what was left out in
    /// front of it.
    escapes: Vec<(usize, &'static str)>,
}

/// Bytes from `first` on that stand in the text from `at` on: one after the other where each is one byte there (`width` 1),
/// else all of them at the same `width` bytes. A text of which few bytes are escaped has few parts.
struct Part {
    first: usize,
    at: usize,
    width: usize,
}

impl Layer {
    /// The text itself, behind what was undone to read it.
    pub(super) fn plain(bytes: &[u8], encodings: Vec<&'static str>) -> Self {
        let mut bytes = bytes.to_vec();
        blank(&mut bytes);
        Self { bytes, parts: Vec::new(), encodings, escapes: Vec::new() }
    }

    /// An empty reading of a run of the outer layer, behind one more encoding.
    pub(super) fn behind(outer: &Self, run: &Range<usize>, encoding: &'static str) -> Self {
        let mut encodings = outer.encodings(run);
        encodings.push(encoding);
        Self { bytes: Vec::new(), parts: Vec::new(), encodings, escapes: Vec::new() }
    }

    /// An empty reading of the whole outer layer, in which escapes will be undone.
    pub(super) fn over(outer: &Self) -> Self {
        Self { bytes: Vec::new(), parts: Vec::new(), encodings: outer.encodings.clone(), escapes: Vec::new() }
    }

    /// Adds a byte that the bytes `place` of the outer layer stand for.
    pub(super) fn push(&mut self, outer: &Self, byte: u8, place: Range<usize>) {
        let span = outer.span(&place);
        let next = self.bytes.len();
        self.bytes.push(byte);
        let goes_on = self.parts.last().is_some_and(|part| {
            part.width == span.len()
                && if part.width == 1 { part.at + (next - part.first) } else { part.at } == span.start
        });
        if !goes_on {
            self.parts.push(Part { first: next, at: span.start, width: span.len() });
        }
    }

    /// Adds what an escape stands for, if anything: the bytes `place` of the outer layer.
    pub(super) fn undo(&mut self, outer: &Self, plain: Option<char>, place: Range<usize>, escape: &'static str) {
        self.inherit(outer, &place);
        self.escapes.push((self.bytes.len() * 2 + usize::from(plain.is_some()), escape));
        let mut buffer = [0; 4];
        for &byte in plain.map(|plain| plain.encode_utf8(&mut buffer).as_bytes()).unwrap_or_default() {
            self.push(outer, byte, place.clone());
        }
    }

    /// Adds a byte of the outer layer as it is.
    pub(super) fn keep(&mut self, outer: &Self, byte: u8, at: usize) {
        self.inherit(outer, &(at..at + 1));
        self.push(outer, byte, at..at + 1);
    }

    /// Takes over what was undone at `place` of the outer layer, for the byte that comes next.
    fn inherit(&mut self, outer: &Self, place: &Range<usize>) {
        if outer.escapes.is_empty() {
            return;
        }
        let next = self.bytes.len() * 2;
        let first = outer.escapes.partition_point(|(mark, _)| *mark < place.start * 2);
        let within = outer.escapes.iter().skip(first).take_while(|(mark, _)| *mark < place.end * 2);
        self.escapes.extend(within.map(|(mark, name)| (next + usize::from(*mark > place.start * 2), *name)));
    }

    /// Where a span of this layer stands in the text.
    pub(super) fn span(&self, span: &Range<usize>) -> Range<usize> {
        if self.parts.is_empty() {
            return span.clone();
        }
        let first = self.place(span.start).unwrap_or_default();
        let last = span.end.checked_sub(1).and_then(|last| self.place(last)).unwrap_or(first.clone());
        // A literal that is turned round ends where it begins.
        first.start.min(last.start)..first.end.max(last.end)
    }

    /// Where a byte stands in the text.
    fn place(&self, byte: usize) -> Option<Range<usize>> {
        if byte >= self.bytes.len() {
            return None;
        }
        let part = self.parts.partition_point(|part| part.first <= byte).checked_sub(1)?;
        let part = self.parts.get(part)?;
        let at = if part.width == 1 { part.at + (byte - part.first) } else { part.at };
        Some(at..at + part.width)
    }

    /// What was undone to read a span, outermost first.
    pub(super) fn encodings(&self, span: &Range<usize>) -> Vec<&'static str> {
        let mut encodings = self.encodings.clone();
        for (_, name) in self.escapes_of(span) {
            if !encodings.contains(name) {
                encodings.push(name);
            }
        }
        encodings
    }

    /// The escapes within a span.
    fn escapes_of(&self, span: &Range<usize>) -> impl Iterator<Item = &(usize, &'static str)> {
        let first = self.escapes.partition_point(|(mark, _)| *mark <= span.start * 2);
        let end = span.end * 2;
        self.escapes.iter().skip(first).take_while(move |(mark, _)| *mark < end)
    }
}

/// Typographic quotes, odd spaces and invisible marks separate as ASCII ones do; blanks of the same length stand for them.
fn blank(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr3(0xE2, 0xC2, 0xEF, rest)) {
        let start = at + found;
        let length = match bytes.get(start..start + 3) {
            Some([0xE2, 0x80, 0x80..=0x9F | 0xA8..=0xAF | 0xB9 | 0xBA] | [0xEF, 0xBB, 0xBF] | [0xE2, 0x81, 0xA0]) => 3,
            Some([0xC2, 0xA0 | 0xAB | 0xBB, _]) => 2,
            _ => 0,
        };
        if let Some(mark) = bytes.get_mut(start..start + length) {
            mark.fill(b' ');
        }
        at = start + length.max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_counts_for_the_spans_that_hold_it() {
        let text = Layer::plain(b"a%3Db\\nc", vec!["utf-16le"]);
        let mut first = Layer::over(&text);
        first.keep(&text, b'a', 0);
        first.undo(&text, Some('='), 1..4, "percent");
        first.keep(&text, b'b', 4);
        first.undo(&text, None, 5..7, "continuation");
        first.keep(&text, b'c', 7);
        let mut second = Layer::over(&first);
        for (at, &byte) in first.bytes.iter().enumerate() {
            second.keep(&first, byte, at);
        }
        for layer in [first, second] {
            assert_eq!(layer.bytes, b"a=bc");
            assert_eq!(layer.encodings(&(0..1)), ["utf-16le"]);
            assert_eq!(layer.encodings(&(0..2)), ["utf-16le", "percent"]);
            assert_eq!(layer.encodings(&(2..4)), ["utf-16le", "continuation"]);
            assert_eq!(layer.encodings(&(3..4)), ["utf-16le"], "what is left out in front of a span is not in it");
            assert_eq!(layer.encodings(&(0..4)), ["utf-16le", "percent", "continuation"]);
            assert_eq!(layer.span(&(1..3)), 1..5);
        }
    }

    #[test]
    fn what_is_turned_round_stands_where_it_begins_and_ends() {
        let text = Layer::plain(b"xabcx", Vec::new());
        let mut turned = Layer::behind(&text, &(1..4), "reversed");
        for at in [3, 2, 1] {
            turned.push(&text, b'?', at..at + 1);
        }
        assert_eq!(turned.span(&(0..2)), 2..4);
    }
}
