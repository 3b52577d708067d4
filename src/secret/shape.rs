//! Masking by shape, for what is printed before the keys of a run are known: errors, usage, notices on the way.

use std::sync::LazyLock;

use regex::bytes::{Captures, Regex};

use super::masked::redact;
use super::{MIN_KEY_LENGTH, Masked};

/// The text with every key-shaped run masked: 16 or more characters of keys in which letters and digits
/// alternate. Words, paths, dates and options stay as they are.
pub fn mask_key_shapes(text: &[u8]) -> Masked {
    static RUN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z0-9+_~%=-]{16,}").ok());
    let Some(run) = RUN.as_ref() else { return Masked::from_static("(masked)") };
    let masked = run.replace_all(text, |found: &Captures<'_>| {
        let run = found.get(0).map_or(&b""[..], |run| run.as_bytes());
        if is_key_shaped(run) { mask_run(run) } else { run.to_vec() }
    });
    Masked::assume(masked.into_owned())
}

/// Keeps a name in front (`KONVER_API_KEY=`), so that the message still says what it is about.
fn mask_run(run: &[u8]) -> Vec<u8> {
    let value = match run.iter().position(|&byte| byte == b'=') {
        Some(at) if run.len() - at > MIN_KEY_LENGTH && !is_key_shaped(run.get(..at).unwrap_or_default()) => at + 1,
        _ => 0,
    };
    let (name, value) = run.split_at_checked(value).unwrap_or((b"", run));
    [name, redact(value).bytes()].concat()
}

/// Letters and digits that alternate, as in no word, date or version.
fn is_key_shaped(run: &[u8]) -> bool {
    let alternates = |pair: &&[u8]| match pair {
        [a, b] => a.is_ascii_alphabetic() && b.is_ascii_digit() || a.is_ascii_digit() && b.is_ascii_alphabetic(),
        _ => false,
    };
    run.len() >= MIN_KEY_LENGTH && run.windows(2).filter(alternates).count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_with_letters_and_digits_are_masked_and_words_stay() {
        let masked = |text: &str| mask_key_shapes(text.as_bytes()).text().into_owned();
        assert_eq!(masked("--no-such-option-at-all"), "--no-such-option-at-all");
        assert_eq!(masked("migrations/20240101_add_users_v2.py"), "migrations/20240101_add_users_v2.py");
        assert_eq!(masked("unknown your-api-key-here"), "unknown Qz7W…f3Ds");
        assert_eq!(masked("KONVER_API_KEY=your-api-key-here"), "KONVER_API_KEY=Qz…k1");
    }
}
