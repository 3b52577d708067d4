//! One pass at memory speed that rejects nearly every blob: the vendor's name in any usual encoding, known keys, and the
//! literals of further patterns.

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::KnownKey;

/// The searcher for everything without which nothing can be reported.
#[derive(Debug)]
pub(super) struct Anchors {
    vendor: Option<packed::Searcher>,
    nested: Option<packed::Searcher>,
    further: Option<AhoCorasick>,
    always: bool,
}

impl Anchors {
    /// Searches for the vendor's name, these keys, and the literals of further patterns; one without literals lets every blob
    /// through.
    pub(super) fn new(known: &[KnownKey], words: &[Option<&[Vec<u8>]>]) -> Self {
        let mut further: Vec<Vec<u8>> = known.iter().flat_map(|known| windows(known.secret.expose())).collect();
        further.extend(words.iter().flatten().copied().flatten().flat_map(|word| forms(word)));
        let always = words.iter().any(Option::is_none);
        Self { vendor: packed(plain()), nested: packed(nested()), further: automaton(&further), always }
    }

    /// Whether anything is found.
    pub(super) fn is_hot(&self, bytes: &[u8]) -> bool {
        let found = |searcher: &Option<packed::Searcher>| searcher.as_ref().is_none_or(|it| it.find(bytes).is_some());
        self.always
            || found(&self.vendor)
            || found(&self.nested)
            || self.further.as_ref().is_some_and(|further| further.is_match(bytes))
    }
}

/// Searches for these literals in every case and form.
pub(super) fn searcher(words: &[Vec<u8>]) -> Option<AhoCorasick> {
    automaton(&words.iter().flat_map(|word| forms(word)).collect::<Vec<_>>())
}

/// In any case: those of base64 are let through with other cases too, which costs nothing but a closer look.
fn automaton(patterns: &[Vec<u8>]) -> Option<AhoCorasick> {
    let mut builder = AhoCorasick::builder();
    builder.kind(Some(AhoCorasickKind::ContiguousNFA)).ascii_case_insensitive(true);
    builder.build(patterns).ok().filter(|_| !patterns.is_empty())
}

fn packed(patterns: Vec<Vec<u8>>) -> Option<packed::Searcher> {
    packed::Config::new().match_kind(packed::MatchKind::LeftmostFirst).builder().extend(patterns).build()
}

/// The cases in which a name is written.
fn cases(word: &str) -> [String; 3] {
    let lower = word.to_ascii_lowercase();
    let (first, rest) = lower.split_at(1);
    let capital = format!("{}{rest}", first.to_ascii_uppercase());
    [lower, word.to_ascii_uppercase(), capital]
}

/// The vendor's name as it stands, in UTF-16, and encoded once. Parts of it do where they are rare enough.
fn plain() -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for word in cases("konv") {
        forms.push(wide(word.as_bytes()));
        forms.push(word.into_bytes());
    }
    for word in cases("konver") {
        forms.extend(base64(word.as_bytes()).into_iter().map(|form| form.into_iter().take(6).collect()));
        forms.extend(spelt(word.get(..3).unwrap_or_default().as_bytes()));
    }
    forms.sort();
    forms.dedup();
    forms
}

/// The vendor's name in base64 or hex, twice.
fn nested() -> Vec<Vec<u8>> {
    let mut forms: Vec<Vec<u8>> = cases("konver").iter().flat_map(|word| twice(word.as_bytes())).collect();
    forms.sort();
    forms.dedup();
    forms
}

/// A text in base64 of base64 or of hex, and in hex of base64.
fn twice(word: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for once in base64(word) {
        forms.extend(base64(&once));
        forms.push(hex(&once));
        forms.push(hex(&once).to_ascii_uppercase());
    }
    forms.extend(base64(&hex(word)));
    forms.extend(base64(&hex(word).to_ascii_uppercase()));
    forms
}

/// A literal in the forms in which it can stand: any case, UTF-16, encoded once.
fn forms(word: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(word);
    let mut forms = vec![word.to_vec(), wide(word)];
    if text.is_ascii() && !text.is_empty() {
        for word in cases(&text).into_iter().chain([text.to_string()]) {
            forms.extend(
                base64(word.as_bytes()).into_iter().chain(twice(word.as_bytes())).filter(|form| form.len() > 2),
            );
            forms.extend(spelt(word.as_bytes()));
        }
    }
    forms
}

/// Every other byte a NUL, as both orders of UTF-16 have it.
fn wide(word: &[u8]) -> Vec<u8> {
    let wide: Vec<u8> = word.iter().flat_map(|&byte| [byte, 0]).collect();
    wide.get(..wide.len().saturating_sub(1)).unwrap_or_default().to_vec()
}

/// The base64 of a text at its three alignments: the characters that do not depend on what stands around it.
fn base64(word: &[u8]) -> Vec<Vec<u8>> {
    let at = |lead: usize| {
        let padded = [vec![0; lead], word.to_vec()].concat();
        let text = data_encoding::BASE64_NOPAD.encode(&padded).into_bytes();
        let skip = if lead == 0 { 0 } else { lead + 1 };
        text.get(skip..padded.len() * 8 / 6).unwrap_or_default().to_vec()
    };
    (0..3).map(at).collect()
}

fn hex(word: &[u8]) -> Vec<u8> {
    data_encoding::HEXLOWER.encode(word).into_bytes()
}

/// A text in hex and in escapes.
fn spelt(word: &[u8]) -> Vec<Vec<u8>> {
    let each = |form: &dyn Fn(u8) -> String| word.iter().flat_map(|&byte| form(byte).into_bytes()).collect::<Vec<u8>>();
    vec![
        hex(word),
        hex(word).to_ascii_uppercase(),
        each(&|byte| format!("\\u{byte:04x}")),
        each(&|byte| format!("\\u{byte:04X}")),
        each(&|byte| format!("\\x{byte:02x}")),
        each(&|byte| format!("%{byte:02X}")),
        each(&|byte| format!("%{byte:02x}")),
        each(&|byte| format!("&#{byte};")),
        each(&|byte| format!("&#x{byte:x};")),
    ]
}

/// Windows of eight characters of every form of a key: begin, middle and end, so that one wrap cannot cut all of them.
fn windows(key: &[u8]) -> Vec<Vec<u8>> {
    let mut forms: Vec<Vec<u8>> = vec![key.to_vec(), key.iter().rev().copied().collect(), wide(key)];
    forms.extend(spelt(key));
    forms.extend(twice(key));
    forms.extend(base64(key));
    // The other alphabet differs in two characters only.
    let url_safe = |form: &Vec<u8>| {
        form.iter()
            .map(|byte| match byte {
                b'+' => b'-',
                b'/' => b'_',
                other => *other,
            })
            .collect()
    };
    let more: Vec<Vec<u8>> = forms.iter().map(url_safe).collect();
    forms.extend(more);
    let window = |form: &Vec<u8>| {
        let places = [0, (form.len() / 2).saturating_sub(4), form.len().saturating_sub(8)];
        places.into_iter().filter_map(|at| form.get(at..at + 8).map(<[u8]>::to_vec)).collect::<Vec<_>>()
    };
    let mut windows: Vec<Vec<u8>> = forms.iter().flat_map(window).collect();
    windows.sort();
    windows.dedup();
    windows
}
