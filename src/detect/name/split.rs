//! A name as its words.

use super::lists::{FILLERS, GLUED, THINGS};
use super::{VENDOR, is_in};

/// The words of a name in small letters: parted at separators and humps, and what is known to be glued.
pub(super) fn split(name: &[u8]) -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = Vec::new();
    let mut word: Vec<u8> = Vec::new();
    let mut previous = 0_u8;
    for (at, &byte) in name.iter().enumerate() {
        let is_part = byte.is_ascii_alphanumeric() || byte >= 0x80;
        let next_is_lower = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let hump = byte.is_ascii_uppercase()
            && (previous.is_ascii_lowercase()
                || previous.is_ascii_digit()
                || previous.is_ascii_uppercase() && next_is_lower);
        if !is_part || hump {
            push(&mut words, std::mem::take(&mut word));
        }
        if is_part {
            word.push(byte.to_ascii_lowercase());
        }
        previous = byte;
    }
    push(&mut words, word);
    words
}

fn push(words: &mut Vec<Vec<u8>>, word: Vec<u8>) {
    // No word of a name is that long or has that many digits among its letters: a value.
    if word.is_empty() || words.len() > 24 {
        return;
    }
    match unglue(&word) {
        Some(parts) => words.extend(parts),
        None => words.push(word),
    }
}

/// `konverapikey` as its words; `None` where a part of it is none.
fn unglue(word: &[u8]) -> Option<Vec<Vec<u8>>> {
    if word.len() > 40 || is_in(word, THINGS) || is_in(word, FILLERS) {
        return None;
    }
    let mut parts = Vec::new();
    let mut rest = word;
    if let Some(behind) = rest.strip_prefix(VENDOR) {
        parts.push(VENDOR.to_vec());
        rest = behind;
    }
    while !rest.is_empty() {
        let next = GLUED.iter().find_map(|known| Some((known, rest.strip_prefix(known.as_bytes())?)));
        let (known, behind) = next.or_else(|| {
            // `konverapikey2`
            rest.iter().all(u8::is_ascii_digit).then_some((&"", &b""[..]))
        })?;
        if !known.is_empty() {
            parts.push(known.as_bytes().to_vec());
        }
        rest = behind;
    }
    (parts.len() > 1).then_some(parts)
}
