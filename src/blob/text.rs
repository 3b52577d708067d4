//! A blob as text: UTF-16 and byte order marks undone, lines found once.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;
use std::sync::OnceLock;

use bstr::ByteSlice;
use memchr::memchr_iter;

use super::Location;

/// How a file's characters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, ASCII, or another superset of ASCII (Latin-1, binary): taken byte for byte.
    Bytes,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
}

impl TextEncoding {
    /// The name of what was undone to read the text's bytes; `None` where they are the file's own.
    pub fn undone(self) -> Option<&'static str> {
        match self {
            Self::Bytes => None,
            Self::Utf16Le => Some("utf-16le"),
            Self::Utf16Be => Some("utf-16be"),
        }
    }
}

/// The text of a blob. Spans and places are those of this text; since a BOM counts no column and a UTF-16 character one, they
/// are also the places that an editor shows.
pub struct Text<'a> {
    bytes: Cow<'a, [u8]>,
    encoding: TextEncoding,
    lines: OnceLock<Vec<usize>>,
    /// The last place asked for, as (offset, its line's begin, characters between them): the next one is mostly behind it,
    /// and a file of one long line would otherwise be counted again for every hit.
    last: Cell<(usize, usize, usize)>,
}

impl<'a> Text<'a> {
    /// Undoes UTF-16 (by its BOM, else by the pattern of its NULs) and a UTF-8 BOM; other bytes are taken as they are.
    pub fn new(bytes: &'a [u8]) -> Self {
        let (bytes, encoding) = match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] => (Cow::Borrowed(rest), TextEncoding::Bytes),
            [0xFF, 0xFE, rest @ ..] if !rest.starts_with(&[0, 0]) => {
                (decode(rest, u16::from_le_bytes), TextEncoding::Utf16Le)
            }
            [0xFE, 0xFF, rest @ ..] => (decode(rest, u16::from_be_bytes), TextEncoding::Utf16Be),
            _ => match guess(bytes) {
                TextEncoding::Bytes => (Cow::Borrowed(bytes), TextEncoding::Bytes),
                TextEncoding::Utf16Le => (decode(bytes, u16::from_le_bytes), TextEncoding::Utf16Le),
                TextEncoding::Utf16Be => (decode(bytes, u16::from_be_bytes), TextEncoding::Utf16Be),
            },
        };
        Self { bytes, encoding, lines: OnceLock::new(), last: Cell::new((0, 0, 0)) }
    }

    /// The text of a blob that is UTF-16; `None` for any other.
    pub fn utf16(bytes: &'a [u8]) -> Option<Self> {
        Some(Self::new(bytes)).filter(|text| text.encoding != TextEncoding::Bytes)
    }

    /// The text's bytes (UTF-8 where the file is; byte for byte where it is neither that nor UTF-16).
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How the file writes its characters.
    pub fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    /// Offsets at which lines begin.
    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| std::iter::once(0).chain(memchr_iter(b'\n', &self.bytes).map(|at| at + 1)).collect())
    }

    /// How many lines there are; at least one.
    pub fn line_count(&self) -> usize {
        self.lines().len()
    }

    /// Number of the line (from 1) that holds the byte at `offset`.
    pub fn line_at(&self, offset: usize) -> usize {
        self.lines().partition_point(|&start| start <= offset)
    }

    /// Where line `number` (from 1) stands, without its LF; `None` beyond the last one.
    pub fn line_span(&self, number: usize) -> Option<Range<usize>> {
        let start = *self.lines().get(number.checked_sub(1)?)?;
        let end = self.lines().get(number).map_or(self.bytes.len(), |next| next - 1);
        Some(start..end)
    }

    /// The bytes of line `number` (from 1), without LF or CRLF; `None` beyond the last one.
    pub fn line(&self, number: usize) -> Option<&[u8]> {
        let line = self.bytes.get(self.line_span(number)?)?;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Lines and columns of a span of this text's bytes.
    pub fn location(&self, span: &Range<usize>) -> Location {
        let place = |offset: usize| {
            let line = self.line_at(offset);
            let start = self.line_span(line).map_or(0, |span| span.start);
            let (from, begin, counted) = self.last.get();
            let (from, counted) =
                if begin == start && from <= offset { (from.max(start), counted) } else { (start, 0) };
            let count = counted + self.bytes.get(from..offset).unwrap_or_default().chars().count();
            self.last.set((offset, start, count));
            (line, count + 1)
        };
        let ((line, column), (end_line, end_column)) = (place(span.start), place(span.end));
        Location { line, column, end_line, end_column }
    }
}

fn decode(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'_, [u8]> {
    let units = bytes.as_chunks::<2>().0.iter().map(|&pair| unit(pair));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Cow::Owned(text.into_bytes())
}

/// UTF-16 without a BOM shows itself by NULs on every other byte, nearly all on one side.
fn guess(bytes: &[u8]) -> TextEncoding {
    const SAMPLE: usize = 4096;
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes).as_chunks::<2>().0;
    if sample.len() < 4 || memchr::memchr(0, sample.as_flattened()).is_none() {
        return TextEncoding::Bytes;
    }
    let (mut high, mut low, mut both) = (0, 0, 0);
    for pair in sample {
        match pair {
            [0, 0] => both += 1,
            [0, _] => high += 1,
            [_, 0] => low += 1,
            _ => {}
        }
    }
    let most = sample.len() * 7 / 10;
    let few = sample.len() / 20;
    if both > few {
        TextEncoding::Bytes
    } else if low > most && high <= few {
        TextEncoding::Utf16Le
    } else if high > most && low <= few {
        TextEncoding::Utf16Be
    } else {
        TextEncoding::Bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf16_is_undone_with_and_without_a_mark() {
        let words = "# grüße\nname = value\n";
        for (file, encoding) in [
            (utf16(words, u16::to_le_bytes), TextEncoding::Utf16Le),
            (utf16(words, u16::to_be_bytes), TextEncoding::Utf16Be),
            ([b"\xff\xfe".to_vec(), utf16(words, u16::to_le_bytes)].concat(), TextEncoding::Utf16Le),
            ([b"\xfe\xff".to_vec(), utf16(words, u16::to_be_bytes)].concat(), TextEncoding::Utf16Be),
        ] {
            let text = Text::new(&file);
            assert_eq!((text.bytes(), text.encoding()), (words.as_bytes(), encoding));
        }
    }

    #[test]
    fn binary_is_taken_as_it_is() {
        let bytes = b"\x7fELF\0\0\0\0\x01\0\0\0\0\0\0\0konver\0\0\0\0";
        assert_eq!(Text::new(bytes).bytes(), bytes);
    }

    #[test]
    fn columns_count_characters() {
        let text = Text::new("x\né🔑 k=v\r\n".as_bytes());
        let at = text.bytes().find("v").map_or(0, |at| at);
        assert_eq!(text.location(&(at..at + 1)), Location { line: 2, column: 6, end_line: 2, end_column: 7 });
        assert_eq!(text.location(&(4..9)), Location { line: 2, column: 2, end_line: 2, end_column: 4 });
        assert_eq!(text.line(2), Some("é🔑 k=v".as_bytes()));
        assert_eq!(text.line_count(), 3);
    }
}
