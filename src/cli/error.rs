//! The edge: errors as people read them. Everything here is masked by shape, since the keys of a run are not known.

use std::io::Write;
use std::path::PathBuf;

use super::exit::ExitStatus;
use crate::config::ConfigError;
use crate::secret::{mask_key_shapes, mask_typed};
use crate::source::SourceError;

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The source could not begin.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A hook could not be written.
    #[error(transparent)]
    Hook(#[from] crate::hook::HookError),
    /// There is no safe place for a file that holds a key.
    #[error(transparent)]
    Outside(#[from] crate::audit::OutsideError),
    /// The configuration is wrong; boxed, since it carries its text.
    #[error("{}: {}", .0.file, .0.message)]
    Config(Box<ConfigError>),
    /// A file that the user named cannot be used.
    #[error("{}: {why}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The command line asks for what cannot be.
    #[error("{0}")]
    Usage(String),
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::Config(Box::new(error))
    }
}

/// Prints an error, and says how the program ends.
pub fn print(error: &Error) -> ExitStatus {
    match error {
        Error::Config(config) => config_error(config),
        other => line(&format!("error: {other}")),
    }
    ExitStatus::Error
}

/// One line on standard error, masked and without control characters.
pub fn line(text: &str) {
    let text = crate::report::printable(&mask_key_shapes(text.as_bytes()).text());
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(std::io::stderr().lock(), "konceal: {text}");
}

/// A mistake in a configuration, shown at its place: the line, and carets below what is wrong.
fn config_error(error: &ConfigError) {
    let Some(span) = error.span.clone() else {
        line(&format!("error: {}: {}", error.file, error.message));
        return;
    };
    let before = error.text.get(..span.start).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let row = error.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let indent = before.get(start..).unwrap_or_default();
    let wrong = error.text.get(span).and_then(|text| text.lines().next()).unwrap_or_default();
    line(&format!("error: {}:{number}:{}: {}", error.file, indent.chars().count() + 1, error.message));
    let masked = mask_key_shapes(row.as_bytes()).text().into_owned();
    // Where a part of the line is masked nothing stands where it stood: then all of it is underlined.
    let (indent, wrong) = if masked == row { (indent, wrong) } else { ("", masked.as_str()) };
    let blank: String = indent.chars().map(|c| if c == '\t' { c } else { ' ' }).collect();
    let carets = "^".repeat(wrong.chars().count().max(1));
    let gutter = " ".repeat(number.to_string().len());
    let shown = format!("{number} | {}\n{gutter} | {blank}{carets}\n", crate::report::printable(&masked));
    // Where standard error is closed there is nobody to tell.
    let _ = std::io::stderr().lock().write_all(shown.as_bytes());
}

/// Prints what clap says: help and version to standard output, mistakes masked to standard error.
pub fn usage(error: &clap::Error) -> ExitStatus {
    if !error.use_stderr() {
        return if error.print().is_ok() { ExitStatus::Clean } else { ExitStatus::Error };
    }
    let text = error.render().to_string();
    let masked = mask_typed(text.as_bytes()).text().into_owned();
    for row in masked.lines() {
        let _ = writeln!(std::io::stderr().lock(), "{}", crate::report::printable(row));
    }
    ExitStatus::Error
}
