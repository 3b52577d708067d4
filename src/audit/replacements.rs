//! The file of `git filter-repo --replace-text`: one line for each form in which the key is written. It is the one thing that
//! konceal writes a key into.

use std::collections::BTreeSet;

use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};
use zeroize::Zeroizing;

use crate::scan::{Leak, Spot};
use crate::secret::Raw;

/// What git-filter-repo itself puts in the place of what it removes; no scan takes it for a key.
const REMOVED: &[u8] = b"***REMOVED***";
/// Between two pieces of a key stand at most so many bytes.
const GAP: usize = 1000;

/// The lines of the file. There is no comment among them: git-filter-repo would take it for a text to replace.
///
/// Literals come first, as git-filter-repo applies them, longer ones before those that they hold: the key, its base64 at each of
/// the three alignments and its hex (replaced by an encoded run of `x` of the same length, so that what stands around them can
/// still be decoded), and every other way in which it was found. What was found in pieces, or over more than one line, becomes a
/// regular expression; what stands between the pieces is kept. Where a binary file shows the key, each literal has its UTF-16
/// forms.
pub fn replacements(leak: &Leak) -> Zeroizing<Vec<u8>> {
    let key = leak.key.expose();
    let mut literals: Vec<(Zeroizing<Vec<u8>>, Vec<u8>)> = vec![(Zeroizing::new(key.to_vec()), REMOVED.to_vec())];
    literals.extend(encoded(key));
    let mut expressions: BTreeSet<Vec<u8>> = BTreeSet::new();
    for pieces in &leak.forms {
        match pieces.as_slice() {
            [whole] if !is_of_lines(whole.bytes()) => {
                if !literals.iter().any(|(literal, _)| memchr::memmem::find(whole.bytes(), literal).is_some()) {
                    literals.push((Zeroizing::new(whole.bytes().to_vec()), REMOVED.to_vec()));
                }
            }
            pieces => {
                expressions.insert(expression(pieces));
            }
        }
    }
    if is_of_lines(key) {
        literals.retain(|(literal, _)| !is_of_lines(literal));
        expressions.insert(expression(&[Raw::new(key)]));
    }
    if leak.lineage.spots.contains(&Spot::BinaryFile) {
        let wide: Vec<_> = literals.iter().flat_map(|(literal, _)| utf16(literal)).collect();
        literals.extend(wide);
    }
    literals.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    literals.dedup_by(|(a, _), (b, _)| a == b);
    let mut file = Zeroizing::new(Vec::new());
    for (literal, replacement) in &literals {
        for part in [b"literal:", literal.as_slice(), b"==>", replacement, b"\n"] {
            file.extend_from_slice(part);
        }
    }
    for expression in &expressions {
        file.extend_from_slice(expression);
        file.push(b'\n');
    }
    file
}

/// A line of the file ends where a line of the text ends: such a text cannot be a literal.
fn is_of_lines(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'\n' | b'\r'))
}

/// The key in base64, as far as it does not depend on what stands around it, and in hex.
fn encoded(key: &[u8]) -> Vec<(Zeroizing<Vec<u8>>, Vec<u8>)> {
    let mut found = Vec::new();
    for encoding in [&BASE64, &BASE64URL] {
        for before in 0..3 {
            let padded = Zeroizing::new([vec![0; before].as_slice(), key].concat());
            let text = Zeroizing::new(encoding.encode(&padded).into_bytes());
            let (start, end) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
            let own = text.get(start..end).unwrap_or_default();
            // `eHh4` is base64 for `xxx`.
            let blank = b"eHh4".iter().copied().cycle().skip(start % 4).take(own.len()).collect();
            found.push((Zeroizing::new(own.to_vec()), blank));
        }
    }
    for encoding in [&HEXLOWER, &HEXUPPER] {
        found.push((Zeroizing::new(encoding.encode(key).into_bytes()), b"78".repeat(key.len())));
    }
    found
}

/// A text in UTF-16 of either order, with as many `x`; none where it is not ASCII or begins or ends with what a line ends with.
fn utf16(text: &[u8]) -> Vec<(Zeroizing<Vec<u8>>, Vec<u8>)> {
    if !text.is_ascii() {
        return Vec::new();
    }
    let low = |text: &mut dyn Iterator<Item = u8>| text.flat_map(|byte| [byte, 0]).collect::<Vec<u8>>();
    let high = |text: &mut dyn Iterator<Item = u8>| text.flat_map(|byte| [0, byte]).collect::<Vec<u8>>();
    let blank = || std::iter::repeat_n(b'x', text.len());
    vec![
        (Zeroizing::new(low(&mut text.iter().copied())), low(&mut blank())),
        (Zeroizing::new(high(&mut text.iter().copied())), high(&mut blank())),
    ]
}

/// A regular expression of Python for these pieces in their order, and what is left of the text: what stands between them.
fn expression(pieces: &[Raw]) -> Vec<u8> {
    let mut line = b"regex:".to_vec();
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            line.extend_from_slice(format!("([\\s\\S]{{0,{GAP}}}?)").as_bytes());
        }
        line.extend(piece.bytes().iter().flat_map(|&byte| escaped(byte)));
    }
    line.extend_from_slice(b"==>");
    line.extend_from_slice(REMOVED);
    for gap in 1..pieces.len() {
        line.extend_from_slice(format!("\\g<{gap}>").as_bytes());
    }
    line
}

/// A byte that stands for itself in an expression.
fn escaped(byte: u8) -> Vec<u8> {
    match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' => vec![byte],
        _ => format!("\\x{byte:02x}").into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Lineage;
    use crate::secret::Secret;

    fn lines(key: &[u8], forms: &[&[&[u8]]], in_binary: bool) -> Vec<Vec<u8>> {
        let key = Secret::new(key);
        let forms = forms.iter().map(|pieces| pieces.iter().map(|&piece| Raw::new(piece)).collect()).collect();
        let spots = in_binary.then_some(Spot::BinaryFile).into_iter().collect();
        let lineage = Lineage { spots, ..Lineage::default() };
        let file = replacements(&Leak { id: key.key_id(), key, forms, staged: Vec::new(), lineage });
        assert!(file.ends_with(b"\n"));
        file.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn a_key_is_a_literal_whatever_it_looks_like() {
        for key in ["regex:a==>b#{}[]\\1", "glob:*abc  ", "# no comment at all", "literal:kvkvkvkvkv"] {
            let wanted = format!("literal:{key}==>***REMOVED***").into_bytes();
            assert!(lines(key.as_bytes(), &[], false).contains(&wanted), "{key}");
        }
    }

    #[test]
    fn longer_forms_come_before_those_that_they_hold() {
        let own: &[u8] = b"%41%42-found-in-this-form-only-and-longer-than-all-the-others-that-are-made-of-the-key";
        let lines = lines(b"ABCDEFGHIJKLMNOP", &[&[own]], false);
        assert!(lines.first().is_some_and(|line| line.starts_with(&[b"literal:", own].concat())));
        let lengths: Vec<usize> =
            lines.iter().map(|line| line.windows(3).position(|it| it == b"==>").unwrap_or(0)).collect();
        assert!(lengths.is_sorted_by(|a, b| a >= b), "{lengths:?}");
    }

    #[test]
    fn base64_is_removed_at_every_alignment_and_stays_decodable() {
        let key = b"ABCDEFGHIJKLMNOP";
        let lines = lines(key, &[], false);
        for before in [&b""[..], b"K=", b"KEY=", b"TOKEN="] {
            let mut text = BASE64.encode(&[before, key, b"\nnext"].concat()).into_bytes();
            for line in &lines {
                let rest = line.strip_prefix(b"literal:").unwrap_or_default();
                let at = memchr::memmem::rfind(rest, b"==>").unwrap_or(0);
                if let Some(found) = memchr::memmem::find(&text, &rest[..at]) {
                    text.splice(found..found + at, rest[at + 3..].iter().copied());
                }
            }
            let plain = BASE64.decode(&text).unwrap_or_default();
            assert!(memchr::memmem::find(&plain, b"xxxxxxxxxxxx").is_some() && plain.ends_with(b"next"), "{before:?}");
            assert!(memchr::memmem::find(&plain, b"BCDEFGHIJKLMNO").is_none());
        }
    }

    #[test]
    fn pieces_and_lines_become_expressions() {
        let lines = lines(b"ABCDEFGHIJKLMNOP", &[&[b"ABCD.EFG", b"HIJ\r\nKLMNOP"], &[b"QUJD\nREVG"]], false);
        let expressions: Vec<String> = lines
            .iter()
            .filter(|line| line.starts_with(b"regex:"))
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        assert_eq!(
            expressions,
            [
                r"regex:ABCD\x2eEFG([\s\S]{0,1000}?)HIJ\x0d\x0aKLMNOP==>***REMOVED***\g<1>",
                r"regex:QUJD\x0aREVG==>***REMOVED***",
            ]
        );
    }

    #[test]
    fn utf_16_is_there_where_a_binary_file_shows_the_key() {
        let wide: Vec<u8> = b"ABCDEFGHIJKLMNOP".iter().flat_map(|&byte| [byte, 0]).collect();
        let has = |in_binary| {
            lines(b"ABCDEFGHIJKLMNOP", &[], in_binary).iter().any(|line| memchr::memmem::find(line, &wide).is_some())
        };
        assert_eq!([has(true), has(false)], [true, false]);
    }
}
