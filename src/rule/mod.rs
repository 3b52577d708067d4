//! Rules as data: what to look for, why it matters, and how to fix it.

mod file;
mod globs;
mod pattern;

use std::ops::RangeInclusive;
use std::sync::Arc;

use serde::Deserialize;

use sha2::{Digest, Sha256};

use crate::finding::{Confidence, Kind, RuleId, Severity};

pub use file::RuleError;
pub use globs::Globs;
pub use pattern::{Pattern, PatternError};

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
    /// What it must find.
    pub examples: Vec<Example>,
    /// On what it must stay silent.
    pub counterexamples: Vec<Example>,
    /// What it looks for by itself; none where the program has a mechanism of its own for it.
    pub search: Option<Search>,
    /// The files in which it holds; empty for all.
    paths: Globs,
}

/// A pattern of a rule's own, and what must be true of what it matches.
#[derive(Clone, Debug)]
pub struct Search {
    /// The expression; its group `key` is the key.
    pub regex: regex::bytes::Regex,
    /// Literals, one of which stands (in any case, in any encoding) in a file in which the rule looks; none for every file.
    pub anchors: Option<Vec<Vec<u8>>>,
    /// What else speaks for Konver.
    pub need: Option<Need>,
    /// How many bytes the key has.
    pub lengths: RangeInclusive<usize>,
    /// Whether the group may be the name of a variable whose literal stands elsewhere in the file.
    pub resolve: bool,
}

/// What must speak for Konver beside a match of a rule's pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// The name, the key path or the section of the value names the vendor and the thing.
    Section,
    /// It is sent in the API's header to the vendor.
    Header,
    /// The vendor's host is named in the file, and nobody else's is nearer.
    Host,
    /// The vendor is named within eight lines, and nobody else's host is nearer.
    Near,
    /// The vendor is named in the file.
    File,
}

/// A file that shows what a rule does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Where it would stand.
    pub path: String,
    /// Its text. `{{key}}` stands for a key, `{{key N}}` for the first N characters of one, `{{hex N}}` for as many hexadecimal
    /// digits: made up when they are needed, so that no key stands in a rule.
    pub text: String,
    /// Other files that stand around it, for hygiene rules that look at more than one.
    #[serde(default)]
    pub beside: Vec<Beside>,
}

/// A file that stands around an example.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// Where it stands. `.git/info/exclude` is the file that only one's own machine has.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Example {
    /// The text with its holes filled by the key, a part of it, or as many of the digits. Also what filled the first hole.
    pub fn with_key(&self, key: &str, digits: &str) -> (String, String) {
        let filling = |what: &str, length: Option<usize>| {
            let source = match what {
                "key" => key,
                "hex" => digits,
                _ => return None,
            };
            source.get(..length.unwrap_or(source.len())).map(str::to_owned)
        };
        let (text, first) = self.filled(&filling);
        (text, first.unwrap_or_else(|| key.to_owned()))
    }

    /// The text with its holes filled: `filling` is given each one's word and number, and knows what is none. Also what filled
    /// the first.
    pub fn filled(&self, filling: &dyn Fn(&str, Option<usize>) -> Option<String>) -> (String, Option<String>) {
        let (mut text, mut rest, mut first) = (String::new(), self.text.as_str(), None);
        while let Some((before, behind)) = rest.split_once("{{") {
            text.push_str(before);
            let filled = behind.split_once("}}").and_then(|(hole, after)| {
                let (what, length) = match hole.split_once(' ') {
                    Some((what, length)) => (what, Some(length.parse().ok()?)),
                    None => (hole, None),
                };
                Some((filling(what, length).filter(|_| matches!(what, "key" | "hex"))?, after))
            });
            if let Some((filling, after)) = filled {
                text.push_str(&filling);
                first.get_or_insert(filling);
                rest = after;
            } else {
                // Another template's braces.
                text.push_str("{{");
                rest = behind;
            }
        }
        text.push_str(rest);
        (text, first)
    }
}

impl Rule {
    /// Whether its path globs hold at this path (a rule without globs holds everywhere; one with globs only at a path).
    pub fn holds_at(&self, path: Option<&[u8]>) -> bool {
        self.paths.is_empty() || path.is_some_and(|path| self.paths.matches(path))
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
        // A test reads each of them; one that could not be read would be missing there.
        let rules = FILES.iter().filter_map(|text| Rule::parse(text, Origin::BuiltIn).ok());
        Self::new(rules, DIGEST)
    }

    /// These rules and those of further files, given as their texts.
    ///
    /// # Errors
    /// A text that is no rule, or whose id another one has; with its place in the list.
    pub fn with(&self, texts: &[String], origin: Origin) -> Result<Self, (usize, RuleError)> {
        let mut rules: Vec<Rule> = self.rules.iter().map(|rule| Rule::clone(rule)).collect();
        let mut digest = Sha256::new();
        digest.update(&self.digest);
        for (at, text) in texts.iter().enumerate() {
            let rule = Rule::parse(text, origin).map_err(|error| (at, error))?;
            if rules.iter().any(|other| other.id == rule.id) {
                return Err((at, RuleError::Twice(rule.id.to_string())));
            }
            digest.update(text);
            rules.push(rule);
        }
        let hex = data_encoding::HEXLOWER.encode(&digest.finalize());
        Ok(Self::new(rules, hex.get(..self.digest.len()).unwrap_or(&hex)))
    }

    fn new(rules: impl IntoIterator<Item = Rule>, digest: &str) -> Self {
        let mut rules: Vec<_> = rules.into_iter().map(Arc::new).collect();
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        Self { rules, digest: digest.into() }
    }
}

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_rule_can_be_read() {
        for text in FILES {
            let rule = Rule::parse(text, Origin::BuiltIn);
            assert!(rule.is_ok(), "{:?}", rule.err());
        }
        assert_eq!(RuleSet::built_in().iter().count(), FILES.len());
    }

    #[test]
    fn unknown_fields_and_bad_ids_are_errors() {
        assert!(matches!(Rule::parse("id = [", Origin::User), Err(RuleError::Malformed(_))));
        let rest = "title='t'\nseverity='high'\nconfidence='low'\nwhy='w'\nfix='f'";
        assert!(matches!(Rule::parse(&format!("id='A b'\n{rest}"), Origin::User), Err(RuleError::Id)));
        assert!(matches!(Rule::parse(&format!("id='a'\n{rest}\nmore=1"), Origin::User), Err(RuleError::Malformed(_))));
        assert!(matches!(Rule::parse(&format!("id='a'\n{rest}"), Origin::User), Err(RuleError::Examples(0, 0))));
    }
}
