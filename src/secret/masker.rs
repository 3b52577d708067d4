//! Masking by value: whatever shows a piece of a key of the run, in any usual encoding, is replaced.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::layer::{Layer, is_word, layers};
use super::{Masked, Raw, Secret};

/// So many consecutive bytes of a key are never shown, unless they are a plain word.
const PLAIN: usize = 8;
/// The same for base64 and escapes: nine characters of base64 always hold six whole bytes.
const ENCODED: usize = 6;
/// The same for hex: nine digits always hold four whole bytes.
const HEX: usize = 4;

/// Knows every key of a run and makes [`Masked`] of [`Raw`]. A whole key becomes its redacted form. Any other run of bytes
/// each of which belongs to a piece of 8 or more consecutive bytes of a key (6 in base64 or escapes, 4 in hex) becomes an
/// ellipsis; encodings are undone up to twice. Pieces that are plain words (`konver_s` of `konver_sk_...`) are left, or paths
/// and hosts could not be shown.
#[derive(Default)]
pub struct Masker {
    plain: Grams,
    encoded: Grams,
    hex: Grams,
    whole: BTreeSet<Secret>,
    exact: OnceLock<Option<AhoCorasick>>,
}

impl Masker {
    /// A masker that knows no key yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on the key is masked: plain, reversed, and in base64, hex, percent, `\u`, `\x`, octal, HTML and UTF-16 forms.
    pub fn add(&mut self, key: &Secret) {
        if key.is_empty() || !self.whole.insert(key.clone()) {
            return;
        }
        self.exact = OnceLock::new();
        let bytes = key.expose();
        self.add_plain(bytes);
        let reversed = Secret::new(bytes.iter().rev().copied().collect::<Vec<_>>());
        self.add_plain(reversed.expose());
        self.encoded.extend(bytes.windows(ENCODED).map(gram));
        self.hex.extend(bytes.windows(HEX).map(gram));
    }

    /// Masks a text that shows a key, or a part of one, in some form of its own, exactly as it stands in the file.
    pub fn add_form(&mut self, form: &Raw) {
        self.add_plain(form.bytes());
    }

    fn add_plain(&mut self, bytes: &[u8]) {
        self.plain.extend(bytes.windows(PLAIN).filter(|window| !is_word(window)).map(gram));
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
        if self.whole.is_empty() {
            return Masked::assume(bytes.to_vec());
        }
        let mut shown = vec![Show::Plain; bytes.len()];
        for (at, window) in bytes.windows(PLAIN).enumerate() {
            if self.plain.contains(&gram(window)) {
                hide(&mut shown, at, at + PLAIN, Show::Piece);
            }
        }
        for layer in layers(bytes) {
            self.hide_layer(&layer, &mut shown);
        }
        for (number, found) in self.exact().into_iter().flat_map(|exact| exact.find_iter(bytes)).enumerate() {
            hide(&mut shown, found.start(), found.end(), Show::Whole(number));
        }
        Masked::assume(replace(bytes, &shown))
    }

    fn hide_layer(&self, layer: &Layer, shown: &mut [Show]) {
        let (length, grams) = if layer.is_hex() { (HEX, &self.hex) } else { (ENCODED, &self.encoded) };
        for (at, window) in layer.bytes().windows(length).enumerate() {
            if grams.contains(&gram(window)) {
                let (start, end) = layer.span(at, at + length);
                hide(shown, start, end, Show::Piece);
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Show {
    Plain,
    Piece,
    Whole(usize),
}

fn hide(shown: &mut [Show], start: usize, end: usize, how: Show) {
    shown.iter_mut().take(end).skip(start).for_each(|byte| *byte = how);
}

fn replace(bytes: &[u8], shown: &[Show]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for run in shown.chunk_by(|a, b| a == b) {
        let part = bytes.get(at..at + run.len()).unwrap_or_default();
        at += run.len();
        match run.first() {
            Some(Show::Whole(_)) => out.extend_from_slice(Secret::new(part).redacted().bytes()),
            Some(Show::Piece) => out.extend_from_slice("…".as_bytes()),
            _ => out.extend_from_slice(part),
        }
    }
    out
}

fn gram(window: &[u8]) -> u64 {
    window.iter().fold(0, |gram, &byte| gram << 8 | u64::from(byte))
}

type Grams = HashSet<u64, BuildHasherDefault<GramHasher>>;

/// Grams are a few bytes of random text: mixing them once is hash enough.
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
    use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

    use super::*;

    fn made_up() -> Secret {
        Secret::new((0..40_u8).map(|i| b'A' + i.wrapping_mul(37) % 26 + (i % 2) * 32).collect::<Vec<u8>>())
    }

    #[test]
    fn plain_cut_and_encoded_keys_are_masked() {
        let (mut masker, key) = (Masker::new(), made_up());
        masker.add(&key);
        let plain = key.expose();
        let each =
            |form: &dyn Fn(u8) -> String| plain.iter().flat_map(|&byte| form(byte).into_bytes()).collect::<Vec<u8>>();
        let encoded = [
            plain.to_vec(),
            plain.iter().rev().copied().collect(),
            BASE64.encode(plain).into_bytes(),
            BASE64.encode(&[b"x=", plain].concat()).into_bytes(),
            BASE64URL_NOPAD.encode(&[b"x", plain, b"tail of it"].concat()).into_bytes(),
            BASE64.encode(BASE64.encode(plain).as_bytes()).into_bytes(),
            HEXLOWER.encode(plain).into_bytes(),
            HEXUPPER.encode(plain).into_bytes(),
            plain.iter().skip(3).take(17).copied().collect(),
            each(&|byte| format!("%{byte:02X}")),
            each(&|byte| format!("\\u{byte:04x}")),
            each(&|byte| format!("\\x{byte:02x}")),
            each(&|byte| format!("&#{byte};")),
            each(&|byte| format!("&#x{byte:x};")),
            each(&|byte| format!("\\{byte:03o}")),
            each(&|byte| format!("{}\0", byte as char)),
        ];
        for form in encoded {
            let text = masker.mask_bytes(&[b"before ", form.as_slice(), b" after"].concat()).text().into_owned();
            assert!(text.starts_with("before ") && text.ends_with(" after") && text.len() < 40, "{text}");
        }
    }

    #[test]
    fn nine_characters_of_base64_or_hex_are_too_many() {
        let (mut masker, key) = (Masker::new(), made_up());
        masker.add(&key);
        for lead in 0..3 {
            let text = BASE64.encode(&[&b"\0\0"[..lead], key.expose()].concat());
            for start in 4..text.len() - 16 {
                let piece = text.get(start..start + 9).unwrap_or_default();
                assert!(!masker.mask_bytes(piece.as_bytes()).text().contains(piece), "{lead} {start}");
            }
        }
        let hex = HEXLOWER.encode(key.expose());
        for start in 0..hex.len() - 9 {
            let piece = hex.get(start..start + 9).unwrap_or_default();
            assert!(!masker.mask_bytes(piece.as_bytes()).text().contains(piece), "{start}");
        }
    }

    #[test]
    fn other_text_stays() {
        let mut masker = Masker::new();
        masker.add(&made_up());
        masker.add(&Secret::new([b"konver_sk_", made_up().expose()].concat()));
        for text in ["const headers = {}", "https://api.konver.ai/v1", "src/konver_sk.py", "deadbeefdeadbeef"] {
            assert_eq!(masker.mask_bytes(text.as_bytes()).text(), text);
        }
    }
}
