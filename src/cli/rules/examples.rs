//! The examples of rules, run as tests: as they stand, and in the ways in which files are really written.

mod hygiene;

use std::fmt::Write;

use crate::blob::Text;
use crate::detect::{Detector, KeyPattern, KnownKey, Options};
use crate::finding::Kind;
use crate::hygiene::dotenv;
use crate::rule::{Example, Origin, Pattern, Rule, RuleSet};
use crate::secret::{Raw, Secret};

/// The rule of the organization's own format.
const PATTERN: &str = "konver-key-pattern";

/// A way to write a text down.
type Form = (&'static str, fn(&str) -> Vec<u8>);

/// What editors, shells and build tools make of a text.
const FORMS: &[Form] = &[
    ("as it stands", |text| text.as_bytes().to_vec()),
    ("CRLF", |text| text.replace('\n', "\r\n").into_bytes()),
    ("UTF-8 with a mark", |text| [b"\xef\xbb\xbf", text.as_bytes()].concat()),
    ("UTF-16, little endian", |text| utf16(text, u16::to_le_bytes)),
    ("UTF-16, big endian", |text| utf16(text, u16::to_be_bytes)),
    ("no newline at the end", |text| text.trim_end().as_bytes().to_vec()),
    ("behind a long line", |text| format!("{}\n{text}", "lorem ipsum ".repeat(5000)).into_bytes()),
];

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

/// What the examples of one rule gave.
pub(super) struct Tested {
    /// For people, a line or more.
    pub text: String,
    /// Whether all hold.
    pub hold: bool,
}

/// Runs the examples of a rule against the rules.
pub(super) fn test(rules: &RuleSet, rule: &Rule) -> Tested {
    let mut failures = String::new();
    let mut texts = 0;
    let groups = [("example", &rule.examples, true), ("counterexample", &rule.counterexamples, false)];
    for (what, examples, found) in groups {
        for (number, example) in examples.iter().enumerate() {
            let draw = number as u64 + 1;
            let (text, key) = example.with_key(&drawn(draw, LETTERS), &drawn(draw, DIGITS));
            for (form, write) in FORMS {
                // How a file is written is what this rule is about: in the other forms there is nothing to find.
                if found && &*rule.id == UTF16 && !form.starts_with("UTF-16") {
                    continue;
                }
                texts += 1;
                let holds = holds(rules, rule, example, &write(&text), &key);
                if holds != found {
                    let said = if found { "does not hold" } else { "holds, and must not" };
                    let _ = writeln!(failures, "    {what} {} ({}, {form}): the rule {said}", number + 1, example.path);
                }
            }
        }
    }
    let verdict = if failures.is_empty() { "ok" } else { "FAILED" };
    let (examples, counterexamples) = (rule.examples.len(), rule.counterexamples.len());
    let text = format!(
        "{}: {examples} examples and {counterexamples} counterexamples in {texts} texts: {verdict}\n{failures}",
        rule.id
    );
    Tested { text, hold: failures.is_empty() }
}

/// Whether the rule holds in a text; one that needs no key, wherever it is.
fn holds(rules: &RuleSet, rule: &Rule, example: &Example, bytes: &[u8], key: &str) -> bool {
    let path = example.path.as_bytes();
    match rule.kind {
        Kind::File => dotenv::is_dotenv(path),
        Kind::Hygiene => hygiene::holds(rule, example, bytes, key),
        Kind::Key => {
            let known = KnownKey { secret: Secret::new(key), origin: Raw::new(*b"the example"), is_api_key: true };
            let known = if &*rule.id == KNOWN { vec![known] } else { Vec::new() };
            // The one rule whose pattern only a configuration has: the key itself, as a pattern.
            let pattern = (&*rule.id == PATTERN).then(|| Pattern::new(&regex::escape(key)).ok()).flatten();
            let pattern = pattern.map(|pattern| KeyPattern { pattern, origin: Origin::BuiltIn });
            let detector = Detector::new(rules, Options { known, pattern });
            let hits = if detector.is_hot(bytes) { detector.detect(&Text::new(bytes)).hits } else { Vec::new() };
            // A prefix of the format may stand in front of what was made up.
            let holds_key = |secret: &Secret| memchr::memmem::find(secret.expose(), key.as_bytes()).is_some();
            let own = |hit: &crate::finding::Hit| hit.rule == rule.id && holds_key(&hit.secret);
            rule.holds_at(Some(path)) && hits.iter().any(own)
        }
    }
}

/// The rule of dotenv files that nothing can read.
const UTF16: &str = "dotenv-utf16";

/// The rule whose examples hold a key that is known.
const KNOWN: &str = "konver-key-known";

const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
const DIGITS: &[u8] = b"0123456789abcdef";

/// How long the whole of what is made up is: of letters 40, of hexadecimal digits 64.
fn length(alphabet: &[u8]) -> usize {
    if alphabet.len() == DIGITS.len() { 64 } else { 40 }
}

/// Characters that look drawn at random, the same for the same number (splitmix64): no key stands in a rule, nor here.
fn drawn(number: u64, alphabet: &[u8]) -> String {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let draw = |_| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let at = usize::try_from((mixed ^ (mixed >> 31)) % alphabet.len() as u64).unwrap_or_default();
        alphabet.get(at).copied().map_or('0', char::from)
    };
    (0..length(alphabet)).map(draw).collect()
}
