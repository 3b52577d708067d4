//! The settings of a run: options and configuration, resolved and checked.

use std::collections::BTreeSet;

use toml::Spanned;

use super::file::{ConfigError, ConfigFile, FailOn};
use super::suggest;
use crate::finding::{Fingerprint, Severity};
use crate::rule::Globs;
use crate::secret::KeyId;

/// What fails a run unless somebody says otherwise.
pub const DEFAULT_FAIL_ON: Severity = Severity::Medium;

/// Everything that governs a run. Made from a [`ConfigFile`]; the command line then sets its own fields.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own, and none depends on another")]
pub struct Settings {
    /// Findings at or above this fail the run; `None` is `never`.
    pub fail_on: Option<Severity>,
    /// The bound, if it comes from the scanned repository's configuration rather than from the user.
    pub configured_fail_on: Option<Option<Severity>>,
    /// Warnings are errors.
    pub strict: bool,
    /// Files above this are left out, with a warning.
    pub max_file_size: Option<u64>,
    /// Whether a shallow clone's edge is accepted.
    pub allow_shallow: bool,
    /// Whether the hygiene rules run as well.
    pub hygiene: bool,
    /// The baseline's path from the root, if the configuration names one.
    pub baseline: Option<String>,
    /// Whether the scanned repository has a configuration of its own.
    pub configured: bool,
    /// Markers that accept a line.
    pub markers: Vec<String>,
    exclude: Globs,
    allow_paths: Globs,
    dotenv_allow: Globs,
    rule_files: Globs,
    disabled: BTreeSet<String>,
    fingerprints: BTreeSet<Fingerprint>,
    key_ids: BTreeSet<KeyId>,
}

/// The marker that always counts.
const MARKER: &str = "konceal:allow";

impl Settings {
    /// Resolves a configuration. `file` and `text` are the ones that it was read from, for errors.
    ///
    /// # Errors
    /// A glob, fingerprint or key id that is not one.
    pub fn new(config: &ConfigFile, file: &str, text: &str) -> Result<Self, ConfigError> {
        let wrong = |value: &Spanned<String>, message: String| ConfigError {
            file: file.into(),
            text: text.into(),
            span: Some(value.span()),
            message,
        };
        let globs = |patterns: &[Spanned<String>]| {
            let mut globs = Globs::default();
            for pattern in patterns {
                globs.add(pattern.get_ref()).map_err(|why| wrong(pattern, format!("bad pattern: {why}")))?;
            }
            Ok(globs)
        };
        let inside = |value: &Spanned<String>| {
            if !super::file::is_inside(value.get_ref()) {
                return Err(wrong(value, "expected a path from the root, inside the repository".into()));
            }
            Ok(value.get_ref().clone())
        };
        let rule_files = |patterns: &[Spanned<String>]| {
            patterns.iter().try_for_each(|pattern| inside(pattern).map(drop))?;
            globs(patterns)
        };
        let fingerprint = |value: &Spanned<String>| {
            Fingerprint::parse(value.get_ref())
                .ok_or_else(|| wrong(value, "expected a fingerprint: 32 hex digits".into()))
        };
        let key_id = |value: &Spanned<String>| {
            KeyId::parse(value.get_ref()).ok_or_else(|| wrong(value, "expected a key id: 16 hex digits".into()))
        };
        let configured = config.fail_on.map(|bound| match bound {
            FailOn::Critical => Some(Severity::Critical),
            FailOn::High => Some(Severity::High),
            FailOn::Medium => Some(Severity::Medium),
            FailOn::Low => Some(Severity::Low),
            FailOn::Never => None,
        });
        if let Some(empty) = config.allow.markers.iter().find(|marker| marker.get_ref().trim().is_empty()) {
            return Err(wrong(empty, "an empty marker would accept every line".into()));
        }
        Ok(Self {
            fail_on: configured.unwrap_or(Some(DEFAULT_FAIL_ON)),
            configured_fail_on: configured,
            strict: false,
            max_file_size: None,
            allow_shallow: false,
            hygiene: false,
            baseline: config.baseline.as_ref().map(inside).transpose()?,
            configured: false,
            markers: std::iter::once(MARKER.to_owned())
                .chain(config.allow.markers.iter().map(|marker| marker.get_ref().clone()))
                .collect(),
            exclude: globs(&config.exclude)?,
            allow_paths: globs(&config.allow.paths)?,
            dotenv_allow: globs(&config.dotenv.allow)?,
            rule_files: rule_files(&config.rules.files)?,
            disabled: config.rules.disable.iter().map(|id| id.get_ref().clone()).collect(),
            fingerprints: config.allow.fingerprints.iter().map(fingerprint).collect::<Result<_, _>>()?,
            key_ids: config.allow.key_ids.iter().map(key_id).collect::<Result<_, _>>()?,
        })
    }

    /// Refuses ids in `[rules] disable` that no rule has: one that is misspelt would leave the rule on.
    ///
    /// # Errors
    /// The first such id, at its place.
    pub fn check_rules(config: &ConfigFile, file: &str, text: &str, ids: &[&str]) -> Result<(), ConfigError> {
        let unknown = config.rules.disable.iter().find(|id| !ids.contains(&id.get_ref().as_str()));
        let Some(unknown) = unknown else { return Ok(()) };
        let message = match suggest::nearest(unknown.get_ref(), ids.iter().copied()) {
            Some(near) => format!("there is no rule of this id; did you mean `{near}`?"),
            None => "there is no rule of this id (`konceal rules list` names them)".into(),
        };
        Err(ConfigError { file: file.into(), text: text.into(), span: Some(unknown.span()), message })
    }

    /// Whether the configuration leaves this file out (path from the root, with `/`).
    pub fn excludes(&self, path: &[u8]) -> bool {
        self.exclude.matches(path)
    }

    /// Whether a rule is switched off.
    pub fn disables(&self, rule: &str) -> bool {
        self.disabled.contains(rule)
    }

    /// Whether the configuration names rule files at all.
    pub fn has_rule_files(&self) -> bool {
        !self.rule_files.is_empty()
    }

    /// Whether the configuration names this file as one of rules.
    pub fn is_rule_file(&self, path: &[u8]) -> bool {
        self.rule_files.matches(path)
    }

    /// Whether a dotenv file at this path may be committed.
    pub fn allows_dotenv(&self, path: &[u8]) -> bool {
        self.dotenv_allow.matches(path)
    }

    /// Whether `[allow]` accepts such a finding.
    pub fn accepts(&self, fingerprint: &Fingerprint, key: Option<KeyId>, path: Option<&[u8]>) -> bool {
        self.fingerprints.contains(fingerprint)
            || key.is_some_and(|id| self.key_ids.contains(&id))
            || path.is_some_and(|path| self.allow_paths.matches(path))
    }
}
