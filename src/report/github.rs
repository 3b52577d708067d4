//! Workflow commands of GitHub Actions: the worst ten findings as annotations, one with the count of the rest, coverage and
//! notices. A step shows at most ten errors and ten warnings, so more would only hide each other.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::anchor::anchor;
use super::{revoke, sanitize, wording};
use crate::finding::{Finding, Kind, Severity};
use crate::scan::Outcome;
use crate::secret::Masked;
use crate::source::coverage::Level;

/// So many findings are annotated.
const LIMIT: usize = 10;

pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut findings: Vec<&Finding<Masked>> = outcome.reported().collect();
    findings
        .sort_by_key(|finding| (finding.new == Some(false), Reverse(finding.severity), Reverse(finding.confidence)));
    for finding in findings.iter().take(LIMIT) {
        writeln!(out, "{}", annotation(outcome, finding))?;
    }
    if findings.len() > LIMIT {
        let rest = wording::count((findings.len() - LIMIT) as u64, "more finding", "more findings");
        writeln!(
            out,
            "::warning title=konceal::{}",
            data(&format!("{rest} not annotated; see the log or another format"))
        )?;
    }
    for notice in &outcome.notices {
        let level = if notice.level == Level::Error { "incomplete scan: " } else { "" };
        writeln!(out, "::warning title=konceal::{}", data(&format!("{level}{}", notice.message.text())))?;
    }
    let level = if outcome.coverage.complete { "notice" } else { "warning" };
    writeln!(out, "::{level} title=konceal::{}", data(&wording::coverage(&outcome.coverage)))
}

fn annotation(outcome: &Outcome, finding: &Finding<Masked>) -> String {
    let level = match (finding.new, finding.severity) {
        (Some(false), _) | (_, Severity::Low) => "notice",
        (_, Severity::Critical | Severity::High) => "error",
        (_, Severity::Medium) => "warning",
    };
    let anchor = anchor(outcome, finding);
    let mut properties = Vec::new();
    if anchor.own {
        properties.push(format!("file={}", property(&String::from_utf8_lossy(anchor.path))));
        properties.push(format!("line={}", anchor.location.map_or(1, |at| at.line)));
        if let Some(at) = anchor.location {
            properties.push(format!("endLine={}", at.end_line));
            // With several lines the columns would be refused.
            if at.line == at.end_line {
                properties.push(format!("col={}", at.column));
                properties.push(format!("endColumn={}", at.end_column));
            }
        }
    }
    properties.push(format!("title={}", property(&format!("konceal: {}", finding.rule))));
    format!("::{level} {}::{}", properties.join(","), data(&message(finding, anchor.own)))
}

fn message(finding: &Finding<Masked>, has_file: bool) -> String {
    let mut text = finding.message.text().into_owned();
    if let Some(key) = &finding.key {
        let _ = write!(text, " ({}, key {})", key.redacted.text(), key.id);
    }
    if !has_file {
        let _ = write!(text, "; found in: {}", wording::place(finding));
    }
    if let Some(commit) = &finding.commit {
        let _ = write!(text, "; introduced by commit {}", wording::commit(commit));
    }
    if let Some(verification) = &finding.verification {
        let _ = write!(text, "; {}", wording::verdict(verification));
    }
    if finding.kind == Kind::Key {
        let _ = write!(text, ". Revoke the {}, then read it from the environment.", revoke::Kind::of(finding).noun());
    }
    text
}

/// The text behind a command. What GitHub decodes is encoded; hostile characters and nested commands are made visible before.
fn data(text: &str) -> String {
    sanitize::defused(&sanitize::escape(text)).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn names_cannot_end_a_command_or_begin_one() {
        assert_eq!(property("a,line=9::b%\n.txt"), "a%2Cline=9%3A%3Ab%25\\u{a}.txt");
        assert_eq!(data("x ##[error]"), "x ##\\[error]");
    }
}
