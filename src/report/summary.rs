//! The few lines on standard error: what was found, what was examined, what was not.

use std::io::{self, Write};
use std::time::Duration;

use super::{Style, printable, wording};
use crate::finding::{Accepted, Severity};
use crate::scan::Outcome;
use crate::source::coverage::Level;

/// Writes the notices, one a line: they are shown even where nobody wants a summary.
///
/// # Errors
/// The output cannot be written.
pub fn notices(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for notice in &outcome.notices {
        let (level, color) = if notice.level == Level::Error { ("error", "1;31") } else { ("warning", "33") };
        writeln!(out, "konceal: {}: {}", paint(style, color, level), printable(&notice.message.text()))?;
    }
    Ok(())
}

/// Writes what was found and accepted, then the coverage with the time that it took.
///
/// # Errors
/// The output cannot be written.
pub fn summary(outcome: &Outcome, style: &Style, elapsed: Duration, out: &mut dyn Write) -> io::Result<()> {
    if style.verbose > 0 {
        accepted(outcome, out)?;
        refused(outcome, out)?;
    }
    let mut parts = vec![match wording::found(outcome) {
        Some(found) => {
            let color = if outcome.has_failed() { "1;31" } else { "33" };
            format!("{}{}", paint(style, color, &found), severities(outcome))
        }
        // Nothing found in half of what was asked for is no reason for green.
        None if outcome.coverage.complete => paint(style, "1;32", "nothing found"),
        None => "nothing found in what was examined".into(),
    }];
    let before = outcome.reported().filter(|finding| finding.new == Some(false)).count();
    if before > 0 {
        parts.push(format!("{before} of them stood there before"));
    }
    parts.extend(wording::accepted(outcome));
    writeln!(out, "konceal: {}", parts.join("; "))?;
    writeln!(out, "konceal: {} in {:.2} s", wording::coverage(&outcome.coverage), elapsed.as_secs_f64())
}

/// ` (1 critical, 2 high)`.
fn severities(outcome: &Outcome) -> String {
    let all = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
    let parts: Vec<String> = all
        .iter()
        .map(|&severity| (severity, outcome.reported().filter(|finding| finding.severity == severity).count()))
        .filter(|&(_, count)| count > 0)
        .map(|(severity, count)| format!("{count} {}", severity.name()))
        .collect();
    format!(" ({})", parts.join(", "))
}

/// How many values beside the vendor's name were judged to be no key, and why.
fn refused(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    if outcome.refused.is_empty() {
        return Ok(());
    }
    let reasons: Vec<String> = outcome.refused.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    writeln!(out, "konceal: judged and refused: {}", reasons.join(", "))
}

/// What was accepted, where, by whom and why.
fn accepted(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    for finding in &outcome.findings {
        let Some((who, reason)) = &finding.accepted else { continue };
        let who = match who {
            Accepted::Baseline => "the baseline",
            Accepted::Inline => "a marker",
            Accepted::Config => "the configuration",
        };
        let reason = reason.as_ref().map(|reason| format!(": {}", printable(&reason.text()))).unwrap_or_default();
        writeln!(out, "konceal: accepted by {who}: {} [{}]{reason}", wording::place_and_line(finding), finding.rule)?;
    }
    Ok(())
}

fn paint(style: &Style, code: &str, text: &str) -> String {
    if style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}
