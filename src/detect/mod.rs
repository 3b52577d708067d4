//! From text to hits: anchors reject, candidates are bound to names, evidence and judgement decide. Pure: no I/O, no paths.

mod anchors;
mod around;
mod binding;
mod candidate;
mod context;
mod credentials;
mod digest;
mod encoding;
mod engine;
mod exact;
mod flow;
mod hosts;
pub mod judge;
mod layer;
mod name;
mod pieces;
mod prose;
mod relatives;
mod statement;
mod table;
mod unnamed;
mod weigh;

use std::collections::BTreeMap;

use crate::blob::{Location, Text};
use crate::finding::{Confidence, Hit, RuleId};
use crate::rule::{Origin, Pattern, RuleSet};
use crate::secret::{Raw, Secret};

pub use credentials::holds_credentials;
pub use judge::{Reason, Strength, judge};
pub use name::{is_secret_name, names_konver_key, names_konver_webhook};
pub use weigh::Unbound;

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
    pub pattern: Pattern,
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

/// One candidate and what was made of it: the reasoning that a scan goes through without keeping it.
#[derive(Debug)]
pub struct Considered {
    /// Where it stands.
    pub location: Location,
    /// The value, which may be a key although no rule holds.
    pub value: Secret,
    /// What was undone to read it, outermost first.
    pub encodings: Vec<&'static str>,
    /// The name that it is assigned to, if there is one. Raw, since it is content.
    pub name: Option<Raw>,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This rule holds.
    Holds(RuleId),
    /// Judgement refuses the value.
    Refused(Reason),
    /// It may be a key, but nothing says that it is Konver's.
    Unbound(Unbound),
}

/// The rules of a run, ready. Shared by all threads.
#[derive(Debug)]
pub struct Detector {
    anchors: anchors::Anchors,
    known: Vec<KnownKey>,
    pattern: Option<KeyPattern>,
    /// The rules with patterns of their own.
    own: Vec<exact::Own>,
    /// Every rule, with the most confidence that its findings can have.
    rules: BTreeMap<RuleId, Confidence>,
    unanchored: usize,
}

impl Detector {
    /// Makes the rules ready.
    pub fn new(rules: &RuleSet, options: Options) -> Self {
        let own: Vec<exact::Own> = rules.iter().filter_map(exact::Own::new).collect();
        let pattern = options.pattern.as_ref().map(|pattern| pattern.pattern.literals.as_deref());
        let words: Vec<Option<&[Vec<u8>]>> = own.iter().map(exact::Own::anchors).chain(pattern).collect();
        Self {
            anchors: anchors::Anchors::new(&options.known, &words),
            unanchored: words.iter().filter(|words| words.is_none()).count(),
            known: options.known,
            pattern: options.pattern,
            own,
            rules: rules.iter().map(|rule| (rule.id.clone(), rule.confidence)).collect(),
        }
    }

    /// The known keys that it searches for.
    pub fn known(&self) -> &[KnownKey] {
        &self.known
    }

    /// How many patterns have no literal to search for, so that every blob is hot.
    pub fn unanchored(&self) -> usize {
        self.unanchored
    }

    /// Whether a blob can hold anything that [`Detector::detect`] would report: one pass at memory speed.
    pub fn is_hot(&self, bytes: &[u8]) -> bool {
        self.anchors.is_hot(bytes) || Text::utf16(bytes).is_some_and(|text| self.anchors.is_hot(text.bytes()))
    }

    /// Every place of the text where a rule holds.
    pub fn detect(&self, text: &Text<'_>) -> Detection {
        engine::detect(self, text)
    }

    /// Every candidate that stands on a line (from 1), with what detection made of it, in the order of their places.
    pub fn explain(&self, text: &Text<'_>, line: usize) -> Vec<Considered> {
        engine::explain(self, text, line)
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
