//! Rules as they are written down: one TOML table a file.

use serde::Deserialize;
use toml::Spanned;

use super::{Example, Globs, Need, Origin, Pattern, Rule, Search};
use crate::finding::{Confidence, Kind, Severity};
use crate::secret::{MAX_KEY_LENGTH, MIN_KEY_LENGTH};

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
    pattern: Option<Spanned<String>>,
    #[serde(default)]
    anchors: Vec<Spanned<String>>,
    context: Option<Need>,
    #[serde(default)]
    resolve: bool,
    min_length: Option<Spanned<usize>>,
    max_length: Option<Spanned<usize>>,
    #[serde(default)]
    paths: Vec<Spanned<String>>,
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
    /// A rule of a user's without a pattern of its own, or of another kind than `key`: it would find nothing.
    #[error("needs a `pattern`, and the kind `key`: other rules are the program's own")]
    NoPattern,
}

/// Where in the text a value is wrong, and why.
fn wrong<T>(text: &str, value: &Spanned<T>, why: &str) -> RuleError {
    let before = text.get(..value.span().start).unwrap_or_default();
    RuleError::Malformed(format!("line {}: {why}", before.matches('\n').count() + 1))
}

impl RuleFile {
    /// What the rule looks for by itself.
    fn search(&mut self, text: &str) -> Result<Option<Search>, RuleError> {
        let Some(pattern) = &self.pattern else {
            let idle = self.anchors.first().map(|anchor| wrong(text, anchor, "`anchors` are those of a `pattern`"));
            return idle.map_or(Ok(None), Err);
        };
        let compiled = Pattern::new(pattern.get_ref()).map_err(|error| wrong(text, pattern, &error.to_string()))?;
        if !compiled.regex.capture_names().any(|name| name == Some("key")) {
            return Err(wrong(text, pattern, "has no group `(?P<key>...)` that holds the key"));
        }
        for anchor in &self.anchors {
            if anchor.get_ref().len() < 3 {
                return Err(wrong(text, anchor, "an anchor has three characters or more"));
            }
        }
        let bound = |value: &Option<Spanned<usize>>, usual: usize| match value {
            Some(value) if !(MIN_KEY_LENGTH..=MAX_KEY_LENGTH).contains(value.get_ref()) => {
                Err(wrong(text, value, &format!("a key has {MIN_KEY_LENGTH} to {MAX_KEY_LENGTH} characters")))
            }
            value => Ok(value.as_ref().map_or(usual, |value| *value.get_ref())),
        };
        let lengths = bound(&self.min_length, MIN_KEY_LENGTH)?..=bound(&self.max_length, MAX_KEY_LENGTH)?;
        if lengths.is_empty() {
            return Err(wrong(text, pattern, "`min-length` is above `max-length`"));
        }
        let own = self.anchors.iter().map(|anchor| anchor.get_ref().clone().into_bytes());
        let anchors = if self.anchors.is_empty() { compiled.literals } else { Some(own.collect()) };
        Ok(Some(Search { regex: compiled.regex, anchors, need: self.context, lengths, resolve: self.resolve }))
    }

    fn globs(&self, text: &str) -> Result<Globs, RuleError> {
        let mut globs = Globs::default();
        for path in &self.paths {
            globs.add(path.get_ref()).map_err(|why| wrong(text, path, &format!("bad pattern: {why}")))?;
        }
        Ok(globs)
    }
}

impl Rule {
    /// Reads a rule file.
    ///
    /// # Errors
    /// Not TOML, not a rule's fields, a bad id, too few examples, a pattern that is none, a user's rule without one.
    pub fn parse(text: &str, origin: Origin) -> Result<Self, RuleError> {
        let mut file: RuleFile = toml::from_str(text).map_err(|error| {
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
        let search = file.search(text)?;
        if origin != Origin::BuiltIn && (search.is_none() || !matches!(file.kind, FileKind::Key)) {
            return Err(RuleError::NoPattern);
        }
        let paths = file.globs(text)?;
        Ok(Self {
            search,
            paths,
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
