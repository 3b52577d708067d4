//! From text to hits: anchors reject, candidates are bound to names, evidence and judgement decide. Pure: no I/O, no paths.

mod anchors;
mod around;
mod binding;
mod candidate;
mod context;
mod credentials;
mod encoding;
mod engine;
mod flow;
pub mod judge;
mod layer;
mod name;
mod table;

use std::collections::BTreeMap;

use regex::bytes::Regex;

use crate::blob::Text;
use crate::finding::Hit;
use crate::rule::{Origin, RuleSet};
use crate::secret::{Raw, Secret};

pub use credentials::holds_credentials;
pub use judge::{Reason, Strength, judge};
pub use name::{is_secret_name, names_konver_key, names_konver_webhook};

/// A key that the user holds, to be searched for everywhere.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// The key.
    pub secret: Secret,
    /// Where its value is known from: `the environment variable KONVER_API_KEY`. Raw, since names are the user's.
    pub origin: Raw,
    /// Whether it is an API key, which can be asked about; a webhook secret cannot.
    pub is_api_key: bool,
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

/// The rules of a run, ready. Shared by all threads.
#[derive(Debug)]
pub struct Detector {
    anchors: anchors::Anchors,
    known: Vec<KnownKey>,
    pattern: Option<KeyPattern>,
    rules: Vec<crate::finding::RuleId>,
}

impl Detector {
    /// Makes the rules ready.
    ///
    /// # Errors
    /// A pattern that does not compile.
    pub fn new(rules: &RuleSet, options: Options) -> Result<Self, regex::Error> {
        Ok(Self {
            anchors: anchors::Anchors::new(&options.known, options.pattern.is_some()),
            known: options.known,
            pattern: options.pattern,
            rules: rules.iter().map(|rule| rule.id.clone()).collect(),
        })
    }

    /// The known keys that it searches for.
    pub fn known(&self) -> &[KnownKey] {
        &self.known
    }

    /// Whether a blob can hold anything that [`Detector::detect`] would report: one pass at memory speed.
    pub fn is_hot(&self, bytes: &[u8]) -> bool {
        self.anchors.is_hot(bytes)
    }

    /// Every place of the text where a rule holds.
    pub fn detect(&self, text: &Text<'_>) -> Detection {
        engine::detect(self, text)
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
