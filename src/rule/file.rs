//! Rules as they are written down: one TOML table a file.

use serde::Deserialize;

use super::{Example, Origin, Rule};
use crate::finding::{Confidence, Kind, Severity};

/// What a rule file may say. Unknown fields are errors.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RuleFile {
    id: String,
    title: String,
    #[serde(default)]
    kind: FileKind,
    severity: Severity,
    confidence: Confidence,
    why: String,
    fix: String,
    #[serde(default)]
    references: Vec<String>,
    #[serde(default)]
    examples: Vec<Example>,
    #[serde(default)]
    counterexamples: Vec<Example>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FileKind {
    #[default]
    Key,
    File,
    Hygiene,
}

/// The least number of examples and of counterexamples.
const EXAMPLES: usize = 3;
const COUNTEREXAMPLES: usize = 5;

/// Why a file is no rule.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// Not TOML, an unknown or missing field, a wrong type: with the line, in words of the parser.
    #[error("is no rule: {0}")]
    Malformed(String),
    /// An id that is not kebab-case.
    #[error("the id is not made of small letters, digits and hyphens")]
    Id,
    /// Another rule is called so.
    #[error("there is a rule `{0}` already")]
    Twice(String),
    /// What it finds, or does not, is not shown.
    #[error("has {0} examples and {1} counterexamples; it needs {EXAMPLES} and {COUNTEREXAMPLES}")]
    Examples(usize, usize),
}

impl Rule {
    /// Reads a rule file.
    ///
    /// # Errors
    /// Not TOML, not a rule's fields, a bad id, too few examples.
    pub fn parse(text: &str, origin: Origin) -> Result<Self, RuleError> {
        let file: RuleFile = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            RuleError::Malformed(format!("line {}: {}", before.matches('\n').count() + 1, error.message()))
        })?;
        let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !file.id.starts_with(|c: char| c.is_ascii_lowercase()) || !file.id.bytes().all(kebab) {
            return Err(RuleError::Id);
        }
        if file.examples.len() < EXAMPLES || file.counterexamples.len() < COUNTEREXAMPLES {
            return Err(RuleError::Examples(file.examples.len(), file.counterexamples.len()));
        }
        Ok(Self {
            id: file.id.into(),
            title: file.title,
            kind: match file.kind {
                FileKind::Key => Kind::Key,
                FileKind::File => Kind::File,
                FileKind::Hygiene => Kind::Hygiene,
            },
            severity: file.severity,
            confidence: file.confidence,
            origin,
            why: file.why,
            fix: file.fix,
            references: file.references,
            examples: file.examples,
            counterexamples: file.counterexamples,
        })
    }
}
