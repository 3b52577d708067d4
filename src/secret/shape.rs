//! Masking by shape, for what is printed before the keys of a run are known: errors, usage, notices on the way.

use std::sync::LazyLock;

use regex::bytes::{Captures, Regex};

use super::masked::redact;
use super::{MIN_KEY_LENGTH, Masked};

/// The text with every key-shaped run masked: 16 or more characters of keys in which letters and digits, or cases,
/// alternate. Words, paths, dates and options stay as they are.
pub fn mask_key_shapes(text: &[u8]) -> Masked {
    mask_runs(text, is_key_shaped)
}

/// The text of a mistake on the command line, which repeats what the user typed: every run of 16 or more characters of keys
/// that holds a digit is masked.
pub fn mask_typed(text: &[u8]) -> Masked {
    mask_runs(text, |run| is_key_shaped(run) || run.iter().any(u8::is_ascii_digit))
}

fn mask_runs(text: &[u8], is_key: impl Fn(&[u8]) -> bool) -> Masked {
    static RUN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z0-9+_~%=-]{16,}").ok());
    let Some(run) = RUN.as_ref() else { return Masked::from_static("(masked)") };
    let masked = run.replace_all(text, |found: &Captures<'_>| {
        let run = found.get(0).map_or(&b""[..], |run| run.as_bytes());
        if is_key(run) { mask_run(run) } else { run.to_vec() }
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

/// Letters and digits that alternate as in no word, date or version; or cases that do as in no camel-case name.
fn is_key_shaped(run: &[u8]) -> bool {
    let class = |byte: u8| match byte {
        b'0'..=b'9' => 1,
        b'a'..=b'z' => 2,
        b'A'..=b'Z' => 3,
        _ => 0,
    };
    let (mut numbers, mut changes) = (0, 0);
    for (a, b) in run.iter().zip(run.iter().skip(1)).map(|(&a, &b)| (class(a), class(b))) {
        changes += usize::from(a != b && a > 0 && b > 0);
        numbers += usize::from((a == 1 && b > 1) || (b == 1 && a > 1));
    }
    run.len() >= MIN_KEY_LENGTH && (numbers >= 3 || changes * 5 >= run.len() * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_with_letters_and_digits_are_masked_and_words_stay() {
        let masked = |text: &str| mask_key_shapes(text.as_bytes()).text().into_owned();
        assert_eq!(masked("--no-such-option-at-all"), "--no-such-option-at-all");
        assert_eq!(masked("migrations/20240101_add_users_v2.py"), "migrations/20240101_add_users_v2.py");
        assert_eq!(masked("konverApiKeyRotationService"), "konverApiKeyRotationService");
        let mixed = ["QzRtWmX", "cKvVbJnPpLk"].concat();
        let value = ["Qz7Wm2Xc9V", "b4Np6Lk1"].concat();
        assert_eq!(masked(&mixed), "Qz…Lk");
        assert_eq!(masked(&format!("unknown {value}{value}")), "unknown Qz7W…6Lk1");
        assert_eq!(masked(&format!("KONVER_API_KEY={value}")), "KONVER_API_KEY=Qz…k1");
    }
}
