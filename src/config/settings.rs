//! The settings of a run: options and configuration, resolved and checked.

use std::collections::BTreeSet;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use toml::Spanned;

use super::file::{ConfigError, ConfigFile, FailOn};
use crate::finding::{Fingerprint, Severity};
use crate::secret::KeyId;

/// What fails a run unless somebody says otherwise.
pub const DEFAULT_FAIL_ON: Severity = Severity::Medium;

/// Everything that governs a run. Made from a [`ConfigFile`]; the command line then sets its own fields.
#[derive(Clone, Debug)]
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
    /// Markers that accept a line.
    pub markers: Vec<String>,
    exclude: Gitignore,
    allow_paths: Gitignore,
    dotenv_allow: Gitignore,
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
            let mut builder = GitignoreBuilder::new("");
            for pattern in patterns {
                builder
                    .add_line(None, pattern.get_ref())
                    .map_err(|error| wrong(pattern, format!("bad glob: {error}")))?;
            }
            builder.build().map_err(|error| ConfigError {
                file: file.into(),
                text: text.into(),
                span: patterns.first().map(Spanned::span),
                message: format!("bad glob: {error}"),
            })
        };
        let inside = |value: &Spanned<String>| match super::file::is_inside(value.get_ref()) {
            true => Ok(value.get_ref().clone()),
            false => Err(wrong(value, "expected a path from the root, inside the repository".into())),
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
            markers: std::iter::once(MARKER.to_owned())
                .chain(config.allow.markers.iter().map(|marker| marker.get_ref().clone()))
                .collect(),
            exclude: globs(&config.exclude)?,
            allow_paths: globs(&config.allow.paths)?,
            dotenv_allow: globs(&config.dotenv.allow)?,
            fingerprints: config.allow.fingerprints.iter().map(fingerprint).collect::<Result<_, _>>()?,
            key_ids: config.allow.key_ids.iter().map(key_id).collect::<Result<_, _>>()?,
        })
    }

    /// Whether the configuration leaves this file out (path from the root, with `/`).
    pub fn excludes(&self, path: &[u8]) -> bool {
        matches(&self.exclude, path)
    }

    /// Whether a dotenv file at this path may be committed.
    pub fn allows_dotenv(&self, path: &[u8]) -> bool {
        matches(&self.dotenv_allow, path)
    }

    /// Whether `[allow]` accepts such a finding.
    pub fn accepts(&self, fingerprint: &Fingerprint, key: Option<KeyId>, path: Option<&[u8]>) -> bool {
        self.fingerprints.contains(fingerprint)
            || key.is_some_and(|id| self.key_ids.contains(&id))
            || path.is_some_and(|path| matches(&self.allow_paths, path))
    }
}

fn matches(globs: &Gitignore, path: &[u8]) -> bool {
    !globs.is_empty() && globs.matched_path_or_any_parents(path_of(path).as_ref(), false).is_ignore()
}

#[cfg(unix)]
fn path_of(path: &[u8]) -> impl AsRef<std::path::Path> {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(path).to_owned()
}

#[cfg(not(unix))]
fn path_of(path: &[u8]) -> impl AsRef<std::path::Path> {
    String::from_utf8_lossy(path).into_owned()
}
