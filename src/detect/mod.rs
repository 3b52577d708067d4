//! From text to hits: anchors reject, rules find candidates, evidence and judgement decide. Pure: no I/O, no paths.

pub mod judge;
mod names;

use std::collections::BTreeMap;

use regex::bytes::Regex;

use crate::blob::Text;
use crate::finding::{Confidence, Evidence, Excerpt, Hit};
use crate::rule::{Origin, RuleSet};
use crate::secret::{Raw, Secret};

pub use judge::{Reason, Strength, judge};
pub use names::{is_secret_name, names_konver, names_konver_key};

/// A key that the user holds, to be searched for everywhere.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// The key.
    pub secret: Secret,
    /// Where its value is known from: `the environment variable KONVER_API_KEY`. Raw, since names are the user's.
    pub origin: Raw,
}

/// The organization's own key format.
#[derive(Clone, Debug)]
pub struct KeyPattern {
    /// Matches a key anywhere.
    pub regex: Regex,
    /// Who says so: a pattern of the scanned repository is no reason to send a value anywhere.
    pub origin: Origin,
}

/// What a detector searches for besides its rules.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Known keys.
    pub known: Vec<KnownKey>,
    /// The key format, once known.
    pub pattern: Option<KeyPattern>,
}

/// What the detector made of one text.
#[derive(Debug, Default)]
pub struct Detection {
    /// Where rules hold. Several rules may hold at one place; placement chooses.
    pub hits: Vec<Hit>,
    /// How many candidates were refused, by the name of the reason.
    pub refused: BTreeMap<&'static str, usize>,
}

/// The rules of a run, compiled. Shared by all threads.
#[derive(Debug)]
pub struct Detector {
    name: Regex,
    known: Vec<KnownKey>,
}

impl Detector {
    /// Compiles the rules.
    ///
    /// # Errors
    /// A pattern that does not compile.
    pub fn new(_rules: &RuleSet, options: Options) -> Result<Self, regex::Error> {
        let name = Regex::new(r#"(?i-u)konver_api_key["']?\s*[=:]\s*["']?(?P<key>[A-Za-z0-9+/_=-]{16,})"#)?;
        Ok(Self { name, known: options.known })
    }

    /// The known keys that it searches for.
    pub fn known(&self) -> &[KnownKey] {
        &self.known
    }

    /// Whether a blob can hold anything that [`Detector::detect`] would report: one pass at memory speed.
    pub fn is_hot(&self, bytes: &[u8]) -> bool {
        !bytes.is_empty()
    }

    /// Every place of the text where a rule holds.
    pub fn detect(&self, text: &Text<'_>) -> Detection {
        let mut detection = Detection::default();
        let mut push = |rule: &str, span: std::ops::Range<usize>, secret: &[u8], evidence, message: &str| {
            detection.hits.push(Hit {
                rule: rule.into(),
                secret: Secret::new(secret),
                start: span.start,
                location: text.location(&span),
                encodings: Vec::new(),
                evidence,
                verifiable: true,
                confidence: Confidence::High,
                message: Raw::new(message),
                excerpt: Excerpt::new(text, &span),
                forms: Vec::new(),
            });
        };
        for found in self.name.captures_iter(text.bytes()).filter_map(|found| found.name("key")) {
            if found.as_bytes().iter().filter(|byte| byte.is_ascii_digit()).count() > 2 {
                push(
                    "konver-key-assignment",
                    found.range(),
                    found.as_bytes(),
                    Evidence::Name,
                    "Konver API key assigned to a name",
                );
            }
        }
        for known in &self.known {
            for at in memchr::memmem::find_iter(text.bytes(), known.secret.expose()) {
                let span = at..at + known.secret.len();
                push("konver-key-known", span, known.secret.expose(), Evidence::Known, "a Konver key that you hold");
            }
        }
        detection
    }
}

/// Whether judgement takes the value for a key, whoever's it may be.
pub fn looks_like_key(value: &[u8]) -> bool {
    judge(value, Strength::Strong).is_ok()
}

/// Whether the value is a literal: neither a reference nor a placeholder.
pub fn is_literal(value: &[u8]) -> bool {
    !value.is_empty() && judge::stands_for_itself(value).is_ok()
}
