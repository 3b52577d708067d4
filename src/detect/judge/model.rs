//! How likely words make a run of characters, against how likely chance does.
//!
//! Two proper probability distributions are compared. Words: a class for each character (lower, upper, digit) by the class
//! before it, and a letter by the two letters before it, learnt from `words.txt`. Chance: each character of the run's own
//! alphabet is equally likely. By Markov's inequality chance makes a run whose ratio of the two is above `exp(t)` with a
//! probability below `exp(-t)`: the thresholds in [`super::randomness`] rest on this.
//!
//! Learning takes well under a millisecond, so it is done when the first candidate of a run is judged: there is no file of
//! numbers to go stale beside the list of words.

use std::sync::LazyLock;

/// The words to learn from: of code, of configuration, and of the languages into which documentation is translated.
const WORDS: &str = include_str!("words.txt");

/// Letters, and the edge of a word.
const SIGNS: usize = 27;
const EDGE: usize = 26;

/// What a character is, in an identifier.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Before the first character.
    Start,
    Lower,
    /// The first upper-case letter of a word.
    Upper,
    /// Upper case behind upper case.
    Shout,
    Digit,
}

/// Probabilities of (lower, upper, digit) behind each class, as identifiers have them: case and digits rarely change within.
fn class_odds(before: Class) -> (f32, f32, f32) {
    match before {
        Class::Start => (0.55, 0.36, 0.09),
        Class::Lower => (0.87, 0.08, 0.05),
        Class::Upper => (0.68, 0.29, 0.03),
        Class::Shout => (0.09, 0.86, 0.05),
        Class::Digit => (0.15, 0.10, 0.75),
    }
}

/// Natural logarithms of `P(letter | the two before it)`.
struct Letters(Vec<f32>);

static LETTERS: LazyLock<Letters> = LazyLock::new(|| Letters::learn(WORDS));

impl Letters {
    /// Counts of one, two and three letters, interpolated by how much each context was seen (Witten-Bell), with a share of
    /// chance so that no letter is impossible.
    fn learn(words: &str) -> Self {
        let mut three = vec![0_u16; SIGNS * SIGNS * SIGNS];
        let mut two = vec![0_u16; SIGNS * SIGNS];
        let mut one = [0_u16; SIGNS];
        let add = |count: Option<&mut u16>| {
            if let Some(count) = count {
                *count = count.saturating_add(1);
            }
        };
        for word in words.split_ascii_whitespace() {
            let (mut first, mut second) = (EDGE, EDGE);
            for letter in word.bytes().filter_map(sign) {
                add(three.get_mut((first * SIGNS + second) * SIGNS + letter));
                add(two.get_mut(second * SIGNS + letter));
                add(one.get_mut(letter));
                (first, second) = (second, letter);
            }
        }
        let single = blend(&one, |_| 1.0 / 26.0);
        let pairs: Vec<f32> = two.chunks(SIGNS).flat_map(|row| blend(row, |letter| at(&single, letter))).collect();
        let triples = three.chunks(SIGNS).enumerate().flat_map(|(context, row)| {
            let second = context % SIGNS;
            blend(row, |letter| at(&pairs, second * SIGNS + letter))
        });
        Self(triples.map(|odds| (odds * 0.97 + 0.03 / 26.0).ln()).collect())
    }

    fn log_odds(&self, first: usize, second: usize, letter: usize) -> f32 {
        self.0.get((first * SIGNS + second) * SIGNS + letter).copied().unwrap_or(-7.0)
    }
}

fn at(odds: &[f32], index: usize) -> f32 {
    odds.get(index).copied().unwrap_or(1.0 / 26.0)
}

fn blend(counts: &[u16], shorter: impl Fn(usize) -> f32) -> Vec<f32> {
    let total: f32 = counts.iter().map(|&count| f32::from(count)).sum();
    let kinds = counts.iter().filter(|&&count| count > 0).fold(0.0, |kinds, _| kinds + 1.0);
    let odds = |(letter, &count): (usize, &u16)| {
        if total == 0.0 { shorter(letter) } else { (f32::from(count) + kinds * shorter(letter)) / (total + kinds) }
    };
    counts.iter().enumerate().map(odds).collect()
}

fn sign(byte: u8) -> Option<usize> {
    byte.is_ascii_alphabetic().then(|| usize::from(byte.to_ascii_lowercase() - b'a'))
}

/// For each character of a run of letters and digits: the logarithm of how much likelier words make it than chance.
pub(super) fn ratios(run: &[u8]) -> Vec<f32> {
    let chance = f32::from(alphabet(run)).ln();
    let letters = &*LETTERS;
    let (mut class, mut first, mut second) = (Class::Start, EDGE, EDGE);
    let each = run.iter().map(|&byte| {
        let (lower, upper, digit) = class_odds(class);
        let Some(letter) = sign(byte) else {
            (class, first, second) = (Class::Digit, EDGE, EDGE);
            return digit.ln() - 10_f32.ln() + chance;
        };
        let is_upper = byte.is_ascii_uppercase();
        let begins = class == Class::Digit || (is_upper && class == Class::Lower);
        if begins {
            (first, second) = (EDGE, EDGE);
        }
        let odds = if is_upper { upper } else { lower };
        class = match class {
            _ if !is_upper => Class::Lower,
            Class::Upper | Class::Shout => Class::Shout,
            _ => Class::Upper,
        };
        let ratio = odds.ln() + letters.log_odds(first, second, letter) + chance;
        (first, second) = (second, letter);
        ratio
    });
    each.collect()
}

/// How many characters the smallest usual alphabet has that holds the run: the smaller, the likelier chance.
fn alphabet(run: &[u8]) -> u8 {
    let any = |class: fn(&u8) -> bool| run.iter().any(class);
    let (lower, upper, digit) = (any(u8::is_ascii_lowercase), any(u8::is_ascii_uppercase), any(u8::is_ascii_digit));
    let hex = !(lower && upper) && run.iter().all(u8::is_ascii_hexdigit);
    match (lower, upper, digit) {
        (false, false, _) => 10,
        (_, _, true) if hex => 16,
        (true, true, true) => 62,
        (true, true, false) => 52,
        (_, _, true) => 36,
        (_, _, false) => 26,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_of_letters_sum_to_one() {
        for context in LETTERS.0.chunks(SIGNS) {
            let sum: f32 = context.iter().take(26).map(|odds| odds.exp()).sum();
            assert!((0.93..1.001).contains(&sum), "{sum}");
        }
    }

    #[test]
    fn words_are_likelier_than_chance_and_letters_at_random_less() {
        let sum = |run: &str| ratios(run.as_bytes()).iter().sum::<f32>();
        for word in ["konverApiKey", "integrationService", "ROTATION", "UserProfileView", "schluessel"] {
            assert!(sum(word) > 6.0, "{word} {}", sum(word));
        }
        for noise in ["xq7Zt4Wn8Vb2", "f3a09c7be41d", "qzxvkjwpfh"] {
            assert!(sum(noise) < -6.0, "{noise} {}", sum(noise));
        }
    }
}
