//! One file per format. Reports see only masked text, and escape it in their own way.

mod anchor;
mod audit;
mod clock;
mod exposure;
mod fix;
mod github;
mod gitlab;
mod html;
mod human;
mod inert_json;
mod json;
mod markdown;
mod plan;
mod revoke;
mod sanitize;
mod sarif;
mod shell;
mod summary;
mod wording;

use std::io::{self, Write};

use clap::ValueEnum;

use crate::scan::Outcome;

pub use clock::{now, utc};
pub use json::schema;
pub use plan::plan;
pub use revoke::{STOPS, key_steps, places};
pub use sanitize::printable;
pub use summary::{notices, summary};
pub use wording::{count, grouped, place_and_line, size};

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
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's secret detection report.
    Gitlab,
    /// A step summary.
    Markdown,
    /// One page for a browser.
    Html,
}

/// How a report may look, and the one time that it may know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// `SOURCE_DATE_EPOCH`, for the one format that must hold times.
    pub epoch: Option<u64>,
    /// How much more than usual is told on standard error.
    pub verbose: u8,
}

/// Writes the report.
///
/// # Errors
/// The output cannot be written.
pub fn write(format: Format, outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human if outcome.audit => audit::write(outcome, out),
        Format::Human => human::write(outcome, style, out),
        Format::Json => json::document(outcome, out),
        Format::Jsonl => json::lines(outcome, out),
        Format::Sarif => sarif::write(outcome, out),
        Format::Github => github::write(outcome, out),
        Format::Gitlab => gitlab::write(outcome, style, out),
        Format::Markdown => markdown::write(outcome, out),
        Format::Html => html::write(outcome, out),
    }
}
