//! What a text holds in encoded form, with the way back: for masking, which has to see a key through any usual encoding.

use std::ops::Range;

/// Runs shorter than this cannot hold a piece that would have to be masked.
const RUN: usize = 8;
/// How often encodings are undone.
const DEPTH: usize = 2;

/// Decoded bytes, each with the place in the text that it comes from.
pub(super) struct Layer {
    bytes: Vec<u8>,
    at: Vec<Range<usize>>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Hex,
    Other,
}

impl Layer {
    /// The decoded bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether they were hex digits.
    pub(super) fn is_hex(&self) -> bool {
        self.kind == Kind::Hex
    }

    /// Where the decoded bytes `start..end` stand in the text.
    pub(super) fn span(&self, start: usize, end: usize) -> (usize, usize) {
        let first = self.at.get(start).map_or(0, |at| at.start);
        let last = end.checked_sub(1).and_then(|last| self.at.get(last)).map_or(first, |at| at.end);
        (first, last)
    }

    fn push(&mut self, byte: u8, at: Range<usize>) {
        self.bytes.push(byte);
        self.at.push(at);
    }

    fn new(kind: Kind) -> Self {
        Self { bytes: Vec::new(), at: Vec::new(), kind }
    }
}

/// Every reading of the text's encoded parts: escapes undone, hex at both alignments, base64 at each of its four phases; twice nested.
pub(super) fn layers(text: &[u8]) -> Vec<Layer> {
    let mut found = Vec::new();
    read(text, &|range| range, DEPTH, &mut found);
    found
}

fn read(text: &[u8], place: &dyn Fn(Range<usize>) -> Range<usize>, depth: usize, found: &mut Vec<Layer>) {
    let mut fresh = Vec::new();
    if let Some(layer) = unescape(text, place) {
        fresh.push(layer);
    }
    for run in runs(text, |byte| byte.is_ascii_hexdigit()) {
        for start in 0..2 {
            fresh.push(hex(text, run.start + start..run.end, place));
        }
    }
    for run in runs(text, |byte| sextet(byte).is_some()) {
        for skipped in [0, 2, 4, 6] {
            fresh.push(base64(text, run.clone(), skipped, place));
        }
    }
    if depth > 1 {
        for layer in &fresh {
            let place = |range: Range<usize>| {
                let (start, end) = layer.span(range.start, range.end);
                start..end
            };
            read(&layer.bytes, &place, depth - 1, found);
        }
    }
    found.append(&mut fresh);
}

/// Maximal runs of at least [`RUN`] bytes of a class.
fn runs(text: &[u8], class: impl Fn(u8) -> bool) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut at = 0;
    for run in text.chunk_by(|&a, &b| class(a) == class(b)) {
        if run.len() >= RUN && run.first().is_some_and(|&first| class(first)) && !is_word(run) {
            runs.push(at..at + run.len());
        }
        at += run.len();
    }
    runs
}

/// Lower-case or upper-case letters with separators: an ordinary word, as encoded bytes hardly ever are.
pub(super) fn is_word(run: &[u8]) -> bool {
    let none = |class: fn(&u8) -> bool| !run.iter().any(class);
    none(u8::is_ascii_digit) && (none(u8::is_ascii_lowercase) || none(u8::is_ascii_uppercase))
}

fn digit(byte: u8) -> Option<u32> {
    (byte as char).to_digit(16)
}

/// The value of a character of either base64 alphabet.
pub(crate) fn sextet(byte: u8) -> Option<u32> {
    Some(match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

fn hex(text: &[u8], run: Range<usize>, place: &dyn Fn(Range<usize>) -> Range<usize>) -> Layer {
    let mut layer = Layer::new(Kind::Hex);
    for (number, pair) in text.get(run.clone()).unwrap_or_default().as_chunks::<2>().0.iter().enumerate() {
        if let [Some(high), Some(low)] = pair.map(digit) {
            let at = run.start + number * 2;
            layer.push(u8::try_from(high * 16 + low).unwrap_or_default(), place(at..at + 2));
        }
    }
    layer
}

/// Base64 whose first whole byte begins `skipped` bits behind the run's begin: a piece may start anywhere.
fn base64(text: &[u8], run: Range<usize>, skipped: u32, place: &dyn Fn(Range<usize>) -> Range<usize>) -> Layer {
    let mut layer = Layer::new(Kind::Other);
    let (mut held, mut bits) = (0_u32, 0);
    for (number, &byte) in text.get(run.clone()).unwrap_or_default().iter().enumerate() {
        held = held << 6 | sextet(byte).unwrap_or_default();
        bits += if number == 0 { 6 - skipped } else { 6 };
        if bits >= 8 {
            bits -= 8;
            let at = run.start + number;
            layer.push(u8::try_from(held >> bits & 0xFF).unwrap_or_default(), place(at.saturating_sub(1)..at + 1));
        }
    }
    layer
}

/// `%XX`, `\xXX`, `\uXXXX`, `\NNN`, `&#N;`, `&#xN;` undone and NULs dropped; nothing where the text has none of them.
fn unescape(text: &[u8], place: &dyn Fn(Range<usize>) -> Range<usize>) -> Option<Layer> {
    let mut layer = Layer::new(Kind::Other);
    let (mut at, mut any) = (0, false);
    while let Some(&byte) = text.get(at) {
        let rest = text.get(at..).unwrap_or_default();
        if let Some((decoded, length)) = escape(rest) {
            any = true;
            if let Some(decoded) = decoded {
                layer.push(decoded, place(at..at + length));
            }
            at += length;
        } else {
            layer.push(byte, place(at..at + 1));
            at += 1;
        }
    }
    any.then_some(layer)
}

/// The byte that an escape at the beginning of the text stands for (none for a NUL, which is dropped), and its length.
fn escape(text: &[u8]) -> Option<(Option<u8>, usize)> {
    let number = |digits: Option<&[u8]>, radix: u32| {
        let digits = std::str::from_utf8(digits?).ok().filter(|digits| !digits.is_empty())?;
        u32::from_str_radix(digits, radix).ok().and_then(|code| u8::try_from(code).ok())
    };
    match text {
        [0, ..] => Some((None, 1)),
        [b'%', ..] => number(text.get(1..3), 16).map(|byte| (Some(byte), 3)),
        [b'\\', b'x', ..] => number(text.get(2..4), 16).map(|byte| (Some(byte), 4)),
        [b'\\', b'u', ..] => number(text.get(2..6), 16).map(|byte| (Some(byte), 6)),
        [b'\\', b'0'..=b'3', ..] => number(text.get(1..4), 8).map(|byte| (Some(byte), 4)),
        [b'&', b'#', rest @ ..] => {
            let end = rest.iter().take(8).position(|&byte| byte == b';')?;
            let digits = rest.get(..end)?;
            let byte = match digits {
                [b'x' | b'X', hex @ ..] => number(Some(hex), 16),
                _ => number(Some(digits), 10),
            };
            byte.map(|byte| (Some(byte), end + 3))
        }
        _ => None,
    }
}
