//! The edge: errors as people read them. Everything here is masked by shape, since the keys of a run are not known.

use std::io::Write;
use std::path::PathBuf;

use miette::{LabeledSpan, MietteDiagnostic, NamedSource, Report};

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

/// A mistake in a configuration, shown at its place. Only the line concerned is handed to the renderer.
fn config_error(error: &ConfigError) {
    line(&format!("error: {}: {}", error.file, error.message));
    let Some(span) = error.span.clone() else { return };
    let before = error.text.get(..span.start).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = error.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let masked = crate::report::printable(&mask_key_shapes(line.as_bytes()).text());
    let column = error.text.get(start..span.start).map_or(0, |text| text.chars().count());
    let at: usize = masked.chars().take(column).map(char::len_utf8).sum();
    let length = span.len().min(masked.len().saturating_sub(at));
    let label = LabeledSpan::new(Some("here".into()), at, length);
    let text = format!("{}{masked}\n", "\n".repeat(number - 1));
    let label = LabeledSpan::new(label.label().map(Into::into), label.offset() + number - 1, label.len());
    let diagnostic = MietteDiagnostic::new(format!("line {number}: {}", error.message)).with_label(label);
    let report = Report::new(diagnostic).with_source_code(NamedSource::new(&error.file, text));
    let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor());
    let mut rendered = String::new();
    if handler.render_report(&mut rendered, report.as_ref()).is_ok() {
        let _ = write!(std::io::stderr().lock(), "{}", mask_key_shapes(rendered.as_bytes()).text());
    }
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
