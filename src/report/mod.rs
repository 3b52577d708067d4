//! One file per format. Reports see only masked text, and escape it in their own way.

mod human;
mod json;
mod sanitize;
mod summary;

use std::io::{self, Write};

use clap::ValueEnum;

use crate::scan::Outcome;

pub use sanitize::printable;
pub use summary::summary;

/// The formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// One document.
    Json,
    /// One finding a line, then the summary.
    Jsonl,
}

/// How a report may look, and the one time that it may know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// `SOURCE_DATE_EPOCH`, for the one format that must hold times.
    pub epoch: Option<u64>,
}

/// Writes the report.
///
/// # Errors
/// The output cannot be written.
pub fn write(format: Format, outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(outcome, style, out),
        Format::Json => json::document(outcome, out),
        Format::Jsonl => json::lines(outcome, out),
    }
}
