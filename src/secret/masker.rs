//! Masking by value: whatever shows a piece of a key of the run, in any usual encoding, is replaced.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};
use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};

use super::{Masked, Raw, Secret};

/// So many consecutive bytes of a key (or of one of its encodings) are never shown, unless they are a plain word.
const GRAM: usize = 8;

/// Knows every key of a run and makes [`Masked`] of [`Raw`]. A whole key becomes its redacted form; any other run of bytes
/// each of which belongs to a piece of 8 or more consecutive bytes of a key, or of its encodings, becomes an ellipsis.
/// Pieces that are plain words (`konver_s` of `konver_sk_...`) are left, or paths and hosts could not be shown.
#[derive(Default)]
pub struct Masker {
    grams: HashSet<u64, BuildHasherDefault<GramHasher>>,
    whole: BTreeSet<Secret>,
    exact: OnceLock<Option<AhoCorasick>>,
}

impl Masker {
    /// A masker that knows no key yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on the key is masked: plain, base64 (standard and URL-safe, three alignments, twice nested), hex, percent,
    /// `\u`, `\x` and HTML forms, reversed, UTF-16.
    pub fn add(&mut self, key: &Secret) {
        if key.is_empty() || !self.whole.insert(key.clone()) {
            return;
        }
        self.exact = OnceLock::new();
        for form in forms(key.expose()) {
            self.add_grams(&form);
        }
    }

    /// Masks a text that shows a key, or a part of one, in some form of its own, exactly as it stands in the file.
    pub fn add_form(&mut self, form: &Raw) {
        self.add_grams(form.bytes());
    }

    fn add_grams(&mut self, bytes: &[u8]) {
        self.grams.extend(bytes.windows(GRAM).filter(|window| !is_word(window)).map(gram));
    }

    fn exact(&self) -> Option<&AhoCorasick> {
        let build = || {
            let keys = self.whole.iter().map(Secret::expose);
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(keys).ok()
        };
        self.exact.get_or_init(build).as_ref()
    }

    /// The text with every piece of every key masked.
    pub fn mask(&self, raw: &Raw) -> Masked {
        self.mask_bytes(raw.bytes())
    }

    /// Like [`Masker::mask`], for bytes at hand.
    pub fn mask_bytes(&self, bytes: &[u8]) -> Masked {
        let mut hidden = vec![Show::Plain; bytes.len()];
        let mut hide = |at: usize, len: usize, how: Show| {
            hidden.iter_mut().skip(at).take(len).for_each(|byte| *byte = how);
        };
        for (at, window) in bytes.windows(GRAM).enumerate() {
            if self.grams.contains(&gram(window)) {
                hide(at, GRAM, Show::Piece);
            }
        }
        for (number, found) in self.exact().into_iter().flat_map(|exact| exact.find_iter(bytes)).enumerate() {
            hide(found.start(), found.len(), Show::Whole(number));
        }
        let mut out = Vec::with_capacity(bytes.len());
        let mut at = 0;
        for run in hidden.chunk_by(|a, b| a == b) {
            let part = bytes.get(at..at + run.len()).unwrap_or_default();
            at += run.len();
            match run.first() {
                Some(Show::Whole(_)) => out.extend_from_slice(Secret::new(part).redacted().bytes()),
                Some(Show::Piece) => out.extend_from_slice("…".as_bytes()),
                _ => out.extend_from_slice(part),
            }
        }
        Masked::assume(out)
    }

    /// For the segment of an excerpt that is the key itself, whatever its form: nothing of it is shown but the redacted key.
    pub fn mask_span(&self, key: &Secret) -> Masked {
        key.redacted()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Show {
    Plain,
    Piece,
    Whole(usize),
}

/// Lower-case or upper-case words with separators: no digit, no mixed case.
fn is_word(window: &[u8]) -> bool {
    let none = |class: fn(&u8) -> bool| !window.iter().any(class);
    none(u8::is_ascii_digit) && (none(u8::is_ascii_lowercase) || none(u8::is_ascii_uppercase))
}

fn gram(window: &[u8]) -> u64 {
    window.iter().fold(0, |gram, &byte| gram << 8 | u64::from(byte))
}

/// Every form in which the key is masked wherever it stands.
fn forms(key: &[u8]) -> Vec<zeroize::Zeroizing<Vec<u8>>> {
    let mut forms: Vec<Vec<u8>> = vec![key.to_vec(), key.iter().rev().copied().collect()];
    let mut encoded = base64_forms(key);
    let nested: Vec<Vec<u8>> = encoded.iter().flat_map(|form| base64_forms(form)).collect();
    forms.append(&mut encoded);
    forms.extend(nested);
    forms.push(HEXLOWER.encode(key).into_bytes());
    forms.push(HEXUPPER.encode(key).into_bytes());
    let each = |form: &dyn Fn(u8) -> String| key.iter().flat_map(|&byte| form(byte).into_bytes()).collect::<Vec<u8>>();
    forms.push(each(&|byte| format!("%{byte:02x}")));
    forms.push(each(&|byte| format!("%{byte:02X}")));
    forms.push(each(&|byte| format!("\\u{byte:04x}")));
    forms.push(each(&|byte| format!("\\u{byte:04X}")));
    forms.push(each(&|byte| format!("\\x{byte:02x}")));
    forms.push(each(&|byte| format!("\\x{byte:02X}")));
    forms.push(each(&|byte| format!("&#{byte};")));
    forms.push(each(&|byte| format!("&#x{byte:x};")));
    forms.push(each(&|byte| format!("&#x{byte:X};")));
    forms.push(key.iter().flat_map(|&byte| [byte, 0]).collect());
    forms.into_iter().map(zeroize::Zeroizing::new).collect()
}

/// The characters of the key's base64 at each of the three alignments that do not depend on its neighbours.
fn base64_forms(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for lead in 0..3 {
        let padded = [vec![0; lead], bytes.to_vec()].concat();
        let skip = if lead == 0 { 0 } else { lead + 1 };
        for encoding in [&BASE64, &BASE64URL] {
            let text = encoding.encode(&padded).into_bytes();
            let own = padded.len() * 8 / 6;
            forms.push(text.get(skip..own).unwrap_or_default().to_vec());
        }
    }
    forms
}

/// Grams are eight bytes of random text: mixing them once is hash enough.
#[derive(Default)]
struct GramHasher(u64);

impl Hasher for GramHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte) ^ self.0);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (value ^ (value >> 29)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_up() -> Secret {
        Secret::new((0..40_u8).map(|i| b'A' + i.wrapping_mul(37) % 26 + (i % 2) * 32).collect::<Vec<u8>>())
    }

    #[test]
    fn plain_cut_and_encoded_keys_are_masked() {
        let (mut masker, key) = (Masker::new(), made_up());
        masker.add(&key);
        let plain = key.expose();
        let encoded = [
            plain.to_vec(),
            BASE64.encode(&[b"xy", plain].concat()).into_bytes(),
            HEXUPPER.encode(plain).into_bytes(),
            plain.iter().skip(3).take(17).copied().collect(),
        ];
        for form in encoded {
            let text = masker.mask_bytes(&[b"before ", form.as_slice(), b" after"].concat()).text().into_owned();
            assert!(text.starts_with("before ") && text.ends_with(" after") && text.len() < 40, "{text}");
        }
    }

    #[test]
    fn other_text_stays() {
        let mut masker = Masker::new();
        masker.add(&made_up());
        assert_eq!(masker.mask_bytes(b"const headers = {}").text(), "const headers = {}");
    }
}
