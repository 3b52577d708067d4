//! One reading of a text: as it stands, or with an encoding undone, each byte with the place that it comes from.

use std::ops::Range;

/// Bytes to search, with the way back to the text.
pub(super) struct Layer {
    pub(super) bytes: Vec<u8>,
    /// Where each byte stands in the text; empty where the layer is the text itself.
    at: Vec<(usize, usize)>,
    /// What was undone, outermost first.
    pub(super) encodings: Vec<&'static str>,
}

impl Layer {
    /// The text itself.
    pub(super) fn plain(bytes: &[u8]) -> Self {
        let mut bytes = bytes.to_vec();
        blank(&mut bytes);
        Self { bytes, at: Vec::new(), encodings: Vec::new() }
    }

    /// An empty reading behind one more encoding.
    pub(super) fn behind(outer: &Self, encoding: &'static str) -> Self {
        let mut encodings = outer.encodings.clone();
        encodings.push(encoding);
        Self { bytes: Vec::new(), at: Vec::new(), encodings }
    }

    /// Adds a byte that the bytes `place` of the outer layer stand for.
    pub(super) fn push(&mut self, outer: &Self, byte: u8, place: Range<usize>) {
        let span = outer.span(&place);
        self.bytes.push(byte);
        self.at.push((span.start, span.end));
    }

    /// Where a span of this layer stands in the text.
    pub(super) fn span(&self, span: &Range<usize>) -> Range<usize> {
        if self.at.is_empty() {
            return span.clone();
        }
        let start = self.at.get(span.start).map_or(0, |at| at.0);
        let end = span.end.checked_sub(1).and_then(|last| self.at.get(last)).map_or(start, |at| at.1);
        start..end.max(start)
    }

    /// Whether the span stands in the text just as it is read.
    pub(super) fn is_literal(&self, span: &Range<usize>) -> bool {
        self.at.is_empty() || self.span(span).len() == span.len()
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
