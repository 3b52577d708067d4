//! The configuration as written.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::suggest;

/// Its name at the root of what is scanned.
pub const NAME: &str = ".konceal.toml";

/// `.konceal.toml` with its spans kept. Unknown fields, wrong types and bad patterns are errors.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ConfigFile {
    /// Findings at or above this fail a run.
    pub fail_on: Option<FailOn>,
    /// What is left out: gitignore patterns.
    pub exclude: Vec<Spanned<String>>,
    /// The baseline's path from the root.
    pub baseline: Option<Spanned<String>>,
    /// The organization's own key format.
    pub key: Key,
    /// Rules.
    pub rules: Rules,
    /// Dotenv files.
    pub dotenv: Dotenv,
    /// What is accepted.
    pub allow: Allow,
}

/// A bound for `fail-on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Live keys.
    Critical,
    /// Keys.
    High,
    /// Keys, and dotenv files with secrets.
    Medium,
    /// Everything.
    Low,
    /// Nothing.
    Never,
}

/// `[key]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Key {
    /// Matches a key anywhere.
    pub pattern: Option<Spanned<String>>,
}

/// `[rules]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Rules {
    /// Ids of rules that are switched off.
    pub disable: Vec<Spanned<String>>,
    /// Rule files, as gitignore patterns inside the repository.
    pub files: Vec<Spanned<String>>,
}

/// `[dotenv]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Dotenv {
    /// Dotenv files that may be committed: gitignore patterns.
    pub allow: Vec<Spanned<String>>,
}

/// `[allow]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Allow {
    /// Findings below these gitignore patterns are accepted.
    pub paths: Vec<Spanned<String>>,
    /// Accepted findings.
    pub fingerprints: Vec<Spanned<String>>,
    /// Accepted keys.
    pub key_ids: Vec<Spanned<String>>,
    /// Markers beside `konceal:allow`.
    pub markers: Vec<Spanned<String>>,
}

/// What is wrong with a configuration, and where.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// The file's name as the user knows it.
    pub file: String,
    /// The whole text, for the excerpt (masked by whoever prints it).
    pub text: String,
    /// The place in the text.
    pub span: Option<Range<usize>>,
    /// What is wrong.
    pub message: String,
}

/// Whether a path or pattern stays inside the repository: not absolute, no `..`, no drive.
pub(super) fn is_inside(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let is_drive = path.as_bytes().get(1) == Some(&b':');
    !path.is_empty() && !path.starts_with(['/', '~']) && !is_drive && path.split('/').all(|name| name != "..")
}

impl ConfigFile {
    /// Reads the text of a configuration; `file` names it in errors.
    ///
    /// # Errors
    /// Not UTF-8, not TOML, an unknown field, a wrong type.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, ConfigError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let error =
            |text: &str, span, message: String| ConfigError { file: file.into(), text: text.into(), span, message };
        let text = std::str::from_utf8(bytes).map_err(|wrong| {
            let before = bytes.get(..wrong.valid_up_to()).unwrap_or_default();
            let number = memchr::memchr_iter(b'\n', before).count() + 1;
            error("", None, format!("is not UTF-8 in line {number}"))
        })?;
        toml::from_str(text).map_err(|wrong| error(text, wrong.span(), suggest::unknown_field(wrong.message())))
    }
}
