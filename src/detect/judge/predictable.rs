//! Characters that follow from those before them: sequences of the alphabet, of digits and of the keyboard, repetitions.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

const KEYBOARD: &[&str] = &[
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "1234567890",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];
/// Words that hex digits spell.
const SPELT: &[&str] = &[
    "deadbeef", "cafebabe", "feedface", "baadf00d", "badc0de", "badf00d", "c0ffee", "facefeed", "deadc0de", "decafbad",
    "cafed00d", "defec8ed", "feedbeef", "cafef00d", "abad1dea", "beefcafe", "beefdead", "c0decafe", "facade",
];
/// A run along the keyboard is no chance from this many keys on.
const KEYS: usize = 4;
/// Every such run of just that length, in both directions (longer ones are made of them), and the words.
static WRITTEN: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let both = |line: &&str| [line.bytes().collect::<Vec<u8>>(), line.bytes().rev().collect()];
    let runs = |line: Vec<u8>| line.windows(KEYS).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let words = SPELT.iter().map(|word| word.as_bytes().to_vec());
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(KEYBOARD.iter().flat_map(both).flat_map(runs).chain(words))
        .ok()
});
/// The longest distance over which neighbours are compared (`a1b2c3` steps by two).
const LANES: usize = 2;

/// For each character of the value whether it is part of a sequence, a repetition or a spelt-out word.
pub(super) fn predictable(value: &[u8]) -> Vec<bool> {
    let mut taken = vec![false; value.len()];
    let lower = value.to_ascii_lowercase();
    steps(&lower, 1, 3, &mut taken);
    steps(&lower, LANES, 6, &mut taken);
    for run in WRITTEN.iter().flat_map(|runs| runs.find_overlapping_iter(value)) {
        mark(&mut taken, run.start(), run.len());
    }
    repetitions(&lower, &mut taken);
    taken
}

fn mark(taken: &mut [bool], at: usize, length: usize) {
    taken.iter_mut().skip(at).take(length).for_each(|it| *it = true);
}

/// Runs of at least `least` characters in which each is the one `lane` places before it, plus a constant step of -1, 0 or 1
/// (in each lane its own).
fn steps(text: &[u8], lane: usize, least: usize, taken: &mut [bool]) {
    let step = |at: usize| match (text.get(at.wrapping_sub(lane)), text.get(at)) {
        (Some(&before), Some(&here)) => step_between(before, here),
        _ => None,
    };
    let mut length = lane;
    for at in lane..=text.len() {
        let here = step(at);
        let goes_on = here.is_some() && (length < lane * 2 || here == step(at - lane));
        if goes_on {
            length += 1;
            continue;
        }
        if length >= least.max(lane + 1) {
            mark(taken, at - length, length);
        }
        length = if here.is_some() { lane + 1 } else { lane };
    }
}

/// The step from one character to the next in the alphabet or in the digits, with a turn at their ends.
fn step_between(before: u8, here: u8) -> Option<i8> {
    let kin =
        before.is_ascii_digit() && here.is_ascii_digit() || before.is_ascii_lowercase() && here.is_ascii_lowercase();
    match (before, here) {
        _ if before == here && before.is_ascii_alphanumeric() => Some(0),
        (b'9', b'0' | b'a') | (b'z' | b'f', b'a') | (b'f', b'0') => Some(1),
        (b'0', b'9') | (b'a', b'z' | b'f' | b'9') => Some(-1),
        _ if kin && here == before + 1 => Some(1),
        _ if kin && before == here + 1 => Some(-1),
        _ => None,
    }
}

/// Blocks that were there before: everything behind the first of at least two blocks in a row, if they are long enough
/// together to be no chance.
fn repetitions(text: &[u8], taken: &mut [bool]) {
    for period in 2..=(text.len() / 2).min(64) {
        let mut length = 0;
        for at in period..=text.len() {
            let same = text.get(at).is_some() && text.get(at) == text.get(at - period);
            if same {
                length += 1;
                continue;
            }
            if length >= period.max(4) {
                mark(taken, at - length, length);
                // A short block that comes again and again says nothing the first time either.
                if length >= period * 2 {
                    mark(taken, at - length - period, period);
                }
            }
            length = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(value: &str) -> usize {
        predictable(value.as_bytes()).iter().filter(|taken| !**taken).count()
    }

    #[test]
    fn sequences_leave_little() {
        for value in [
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz012345",
            "9876543210987654321098765432109",
            "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6",
            "qwertyuiopasdfghjklzxcvbnm123456",
            "deadbeefdeadbeefdeadbeefdeadbeef",
            "abc123def456ghi789jkl012mno345pqr",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "x7Qx7Qx7Qx7Qx7Qx7Qx7Qx7Qx7Qx7Qx7Q",
            "9a8f7e6d5c4b3a29180706",
        ] {
            assert!(left(value) <= 8, "{value} {}", left(value));
        }
    }

    #[test]
    fn random_text_keeps_nearly_all() {
        let value: String = (0..40_u8).map(|i| char::from(b'A' + i.wrapping_mul(i).wrapping_mul(7) % 26)).collect();
        assert!(left(&value) > 20, "{value} {}", left(&value));
    }
}
