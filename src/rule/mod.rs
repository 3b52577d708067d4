//! Rules as data: what to look for, why it matters, and how to fix it.

use std::sync::Arc;

use crate::finding::{Confidence, Kind, RuleId, Severity};

/// Where a rule comes from: decides whether its findings alone may be sent for verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built into the program.
    BuiltIn,
    /// From a file that the user named on the command line.
    User,
    /// From the scanned repository's own configuration.
    Repository,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Kebab-case.
    pub id: RuleId,
    /// What it finds, in a few words.
    pub title: String,
    /// What its findings are about.
    pub kind: Kind,
    /// For hygiene rules; keys are high, dotenv files low or medium.
    pub severity: Severity,
    /// The most that its findings can have.
    pub confidence: Confidence,
    /// Where it comes from.
    pub origin: Origin,
    /// Why it matters, Markdown.
    pub why: String,
    /// What to do, Markdown.
    pub fix: String,
    /// Addresses to read on.
    pub references: Vec<String>,
}

impl Rule {
    /// Whether its path globs hold at this path (a rule without globs holds everywhere; one with globs only at a path).
    pub fn holds_at(&self, _path: Option<&[u8]>) -> bool {
        true
    }
}

/// The rules of a run.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: Vec<Arc<Rule>>,
    digest: String,
}

impl RuleSet {
    /// The rules in order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.rules.iter()
    }

    /// The rule of that id.
    pub fn get(&self, id: &str) -> Option<&Arc<Rule>> {
        self.rules.iter().find(|rule| &*rule.id == id)
    }

    /// Says which rules these are: the same digest, the same rules.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The built-in rules.
    pub fn built_in() -> Self {
        let rule = |id: &str, title: &str, kind| {
            Arc::new(Rule {
                id: id.into(),
                title: title.into(),
                kind,
                severity: if kind == Kind::Key { Severity::High } else { Severity::Low },
                confidence: Confidence::High,
                origin: Origin::BuiltIn,
                why: String::new(),
                fix: "Read the key from the environment variable `KONVER_API_KEY`.".into(),
                references: Vec::new(),
            })
        };
        Self {
            rules: vec![
                rule("committed-dotenv", "Committed dotenv file", Kind::File),
                rule("konver-key-assignment", "Konver API key assigned to a name", Kind::Key),
                rule("konver-key-header", "Konver API key sent as a header", Kind::Key),
                rule("konver-key-flow", "Konver API key under another name", Kind::Key),
                rule("konver-key-url", "Konver API key in an address", Kind::Key),
                rule("konver-key-client", "Konver API key given to a client", Kind::Key),
                rule("konver-key-nearby", "Secret beside Konver", Kind::Key),
                rule("konver-key-pattern", "Key of the organization's format", Kind::Key),
                rule("konver-webhook-secret", "Konver webhook secret", Kind::Key),
                rule("konver-key-known", "A Konver key that you hold", Kind::Key),
            ],
            digest: "0".into(),
        }
    }
}
