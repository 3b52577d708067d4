//! One pass at memory speed that rejects nearly every blob: the vendor's name in any usual encoding, and known keys.

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::KnownKey;

/// The searcher for everything without which nothing can be reported.
#[derive(Debug)]
pub(super) struct Anchors {
    vendor: Option<packed::Searcher>,
    known: Option<AhoCorasick>,
    always: bool,
}

impl Anchors {
    /// Searches for the vendor's name and these keys; with `always` every blob is let through.
    pub(super) fn new(known: &[KnownKey], always: bool) -> Self {
        let windows: Vec<Vec<u8>> = known.iter().flat_map(|known| windows(known.secret.expose())).collect();
        let build = |patterns: &[Vec<u8>]| {
            let automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(patterns);
            automaton.ok().filter(|_| !patterns.is_empty())
        };
        Self { vendor: plain(), known: build(&windows), always }
    }

    /// Whether anything is found.
    pub(super) fn is_hot(&self, bytes: &[u8]) -> bool {
        self.always
            || self.vendor.as_ref().is_none_or(|searcher| searcher.find(bytes).is_some())
            || self.known.as_ref().is_some_and(|known| known.is_match(bytes))
    }
}

/// Three bytes that stand in every plain, UTF-16 or escaped form are too common; so these are the forms themselves, in every
/// case that occurs in the first two letters.
fn plain() -> Option<packed::Searcher> {
    let mut builder = packed::Config::new().match_kind(packed::MatchKind::LeftmostFirst).builder();
    for word in ["konv", "KONV", "Konv"] {
        builder.add(word.as_bytes());
        builder.add(word.bytes().flat_map(|byte| [byte, 0]).take(7).collect::<Vec<u8>>());
    }
    for form in encoded() {
        builder.add(form);
    }
    builder.build()
}

/// The name in base64 at three alignments, hex, percent, `\u`, `\x` and entities.
fn encoded() -> Vec<Vec<u8>> {
    let mut forms: Vec<Vec<u8>> = Vec::new();
    for word in ["konver", "KONVER", "Konver"] {
        for lead in 0..3_usize {
            let padded = [vec![0; lead], word.as_bytes().to_vec()].concat();
            let text = data_encoding::BASE64.encode(&padded).into_bytes();
            let skip = if lead == 0 { 0 } else { lead + 1 };
            let own = padded.len() * 8 / 6;
            forms.push(text.get(skip..own.min(skip + 6)).unwrap_or_default().to_vec());
        }
        let each = |form: &dyn Fn(u8) -> String| {
            word.bytes().take(3).flat_map(|byte| form(byte).into_bytes()).collect::<Vec<u8>>()
        };
        forms.push(each(&|byte| format!("{byte:02x}")));
        forms.push(each(&|byte| format!("{byte:02X}")));
        forms.push(each(&|byte| format!("\\u{byte:04x}")));
        forms.push(each(&|byte| format!("\\u{byte:04X}")));
        forms.push(each(&|byte| format!("\\x{byte:02x}")));
        forms.push(each(&|byte| format!("%{byte:02X}")));
        forms.push(each(&|byte| format!("%{byte:02x}")));
        forms.push(each(&|byte| format!("&#{byte};")));
        forms.push(each(&|byte| format!("&#x{byte:x};")));
    }
    forms.sort();
    forms.dedup();
    forms
}

/// Windows of eight characters of every form of a key: begin, middle and end, so that one wrap cannot cut all of them.
fn windows(key: &[u8]) -> Vec<Vec<u8>> {
    let mut forms: Vec<Vec<u8>> = vec![key.to_vec(), key.iter().rev().copied().collect()];
    forms.push(key.iter().flat_map(|&byte| [byte, 0]).collect());
    forms.push(key.iter().flat_map(|&byte| [0, byte]).collect());
    forms.push(data_encoding::HEXLOWER.encode(key).into_bytes());
    forms.push(data_encoding::HEXUPPER.encode(key).into_bytes());
    let each = |form: &dyn Fn(u8) -> String| key.iter().flat_map(|&byte| form(byte).into_bytes()).collect::<Vec<u8>>();
    forms.push(each(&|byte| format!("\\u{byte:04x}")));
    forms.push(each(&|byte| format!("\\x{byte:02x}")));
    forms.push(each(&|byte| format!("%{byte:02X}")));
    forms.push(each(&|byte| format!("&#{byte};")));
    for lead in 0..3_usize {
        for encoding in [&data_encoding::BASE64, &data_encoding::BASE64URL] {
            let padded = [vec![0; lead], key.to_vec()].concat();
            let text = encoding.encode(&padded).into_bytes();
            let skip = if lead == 0 { 0 } else { lead + 1 };
            forms.push(text.get(skip..padded.len() * 8 / 6).unwrap_or_default().to_vec());
        }
    }
    let mut windows = Vec::new();
    for form in forms {
        for at in [0, (form.len() / 2).saturating_sub(4), form.len().saturating_sub(8)] {
            windows.extend(form.get(at..at + 8).map(<[u8]>::to_vec));
        }
    }
    windows
}
