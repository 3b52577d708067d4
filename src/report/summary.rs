//! The few lines on standard error: what was found, what was examined, what was not.

use std::io::{self, Write};
use std::time::Duration;

use super::{Style, printable};
use crate::scan::Outcome;
use crate::source::coverage::Level;

/// Writes the summary.
///
/// # Errors
/// The output cannot be written.
pub fn summary(outcome: &Outcome, _style: &Style, elapsed: Duration, out: &mut dyn Write) -> io::Result<()> {
    for notice in &outcome.notices {
        let level = if notice.level == Level::Error { "error" } else { "warning" };
        writeln!(out, "konceal: {level}: {}", printable(&notice.message.text()))?;
    }
    let coverage = &outcome.coverage;
    writeln!(
        out,
        "konceal: {} findings, {} keys; {} files, {} objects, {} bytes in {:.2} s",
        outcome.reported().count(),
        outcome.keys.len(),
        coverage.files,
        coverage.objects,
        coverage.bytes,
        elapsed.as_secs_f64()
    )
}
