//! Values that stand where a key is to be put in, or where one was taken out.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{predictable, randomness};

/// So many random-looking characters beside a placeholder's word make the value a key: `kv_test_` and a real key is a key.
const RANDOM: usize = 16;

/// Words that say so, in the languages into which documentation is translated. Lower case; matched as whole words of the
/// value, or anywhere in it if they have five letters or more.
const WORDS: &str = "
    your yours youre ur my mine our example examples sample dummy fake faux phony test tests testing tester changeme
    change changeit replace replaceme replaced todo fixme tbd redacted redact filtered masked hidden removed
    scrubbed censored obfuscated sanitized stripped omitted none null nil undefined empty unset notset placeholder
    insert paste enter here goes put fill add mock mocked stub demo foo bar baz foobar bogus invalid wrong notreal
    not real default secret supersecret topsecret password passwd api apikey key token value string something
    anything whatever someone some any abc xyz xxx lorem ipsum hunter letmein admin dev development local localhost
    staging production ci temp tmp never unused ihr ihre ihren dein deine deinen schluessel schlussel hier beispiel
    platzhalter geheim bitte ersetzen eintragen votre vos ton cle clef ici exemple remplacer remplacez inserez tu su
    clave llave aqui ejemplo reemplazar cambiame sua seu chave exemplo substitua substituir insira tua tuo chiave
    qui esempio sostituire inserisci sleutel jouw uw voorbeeld vervang klucz twoj tutaj przyklad nyckel din nokkel
    noegle exempel avain esimerkki anahtar anahtarinizi ornek buraya kunci contoh anda masukkan disini kljuc vas
    geslo me it with of the a is for to in
";

/// The words, to be looked up as a whole.
static WHOLE: LazyLock<HashSet<&'static [u8]>> =
    LazyLock::new(|| WORDS.split_ascii_whitespace().map(str::as_bytes).collect());

/// The longer ones, to be searched for.
static ANYWHERE: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = WORDS.split_ascii_whitespace().filter(|word| word.len() >= 5);
    AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(words).ok()
});

/// Written-out stand-ins that are placeholders whatever else the value holds.
const ALWAYS: &[&str] =
    &["...", "…", "•", "●", "***", "[filtered]", "[redacted]", "<redacted>", "xxxxxxxx", "########", "<<", ">>"];

/// Whether the value stands for a key that is to come, or was taken out.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let holds = |text: &str| memchr::memmem::find(&lower, text.as_bytes()).is_some();
    // The token of every tutorial: "sub": "1234567890".
    if memchr::memmem::find(value, b"eyJzdWIiOiIxMjM0NTY3ODkw").is_some() {
        return true;
    }
    if lower.is_empty() || is_bracketed(&lower) || is_masked(&lower) || is_cut_token(value) {
        return true;
    }
    let joined: Vec<u8>;
    let value = if randomness::is_uuid_like(value) {
        joined = value.iter().copied().filter(|&byte| byte != b'-').collect();
        &joined
    } else {
        value
    };
    let mut taken = predictable::predictable(value);
    let sequences = taken.iter().filter(|taken| **taken).count();
    let words = take_words(value, &mut taken);
    let random = randomness::random_characters(value, &taken);
    if ALWAYS.iter().any(|mark| holds(mark)) {
        // A run of x may come by in a long random text, but not in one of which little else is left.
        return random < RANDOM || !value.iter().all(u8::is_ascii_graphic) || holds("...");
    }
    let written_out = if value.len() < crate::secret::MIN_KEY_LENGTH { is_all(value, &taken) } else { random < RANDOM };
    words && written_out || random < RANDOM && is_sequence(value, sequences)
}

/// `<...>`, `[...]`: to be filled in.
fn is_bracketed(value: &[u8]) -> bool {
    matches!(value, [b'<', ..] | [.., b'>'] | [b'[', .., b']'] | [b'(', .., b')'])
}

/// A token of three parts as tutorials show it: without a signature, or with one that is none.
fn is_cut_token(value: &[u8]) -> bool {
    let parts: Vec<&[u8]> = value.split(|&byte| byte == b'.').collect();
    match parts.as_slice() {
        [header, _, signature] => header.starts_with(b"eyJ") && signature.len() < 20,
        _ => false,
    }
}

/// Stars, hashes, bullets or dots in the place of characters.
fn is_masked(value: &[u8]) -> bool {
    let count = |mark: u8| memchr::memchr_iter(mark, value).count();
    count(b'*') >= 2 || count(b'#') >= 3 || value.iter().all(|byte| b".*-_=#?x0 ".contains(byte))
}

/// Whether no letter is left: what is too short to be a key may still be somebody's password.
fn is_all(value: &[u8], taken: &[bool]) -> bool {
    value.iter().zip(taken).all(|(byte, taken)| *taken || !byte.is_ascii_alphabetic())
}

/// Mostly a sequence: more than half of what could be random follows from what stands before it.
fn is_sequence(value: &[u8], predictable: usize) -> bool {
    let characters = value.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
    let distinct = value.iter().filter(|byte| byte.is_ascii_alphanumeric()).collect::<std::collections::BTreeSet<_>>();
    predictable * 2 > characters || (characters >= 16 && distinct.len() < 6)
}

/// Marks the placeholder's words in the value; whether there is one.
fn take_words(value: &[u8], taken: &mut [bool]) -> bool {
    let mut found = false;
    let mut mark = |at: usize, length: usize| {
        found = true;
        taken.iter_mut().skip(at).take(length).for_each(|it| *it = true);
    };
    let mut at = 0;
    // In padded base64 the marks part nothing, and what stands between them is no word.
    let padded = value.ends_with(b"=");
    for piece in value.split(|byte| !byte.is_ascii_alphanumeric()).take_while(|_| !padded) {
        // A number may follow: `key2`, `test-1`.
        let letters = piece.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |last| last + 1);
        let word = piece.get(..letters).unwrap_or_default().to_ascii_lowercase();
        if WHOLE.contains(word.as_slice()) {
            mark(at, piece.len());
        }
        at += piece.len() + 1;
    }
    for word in ANYWHERE.iter().flat_map(|words| words.find_iter(value)) {
        mark(word.start(), word.len());
    }
    found
}
