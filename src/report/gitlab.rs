//! GitLab's secret detection report, form 15.2.1. The one format that must hold times: `SOURCE_DATE_EPOCH` fixes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::anchor::anchor;
use super::{Style, clock, fix, inert_json, printable, revoke, wording};
use crate::finding::{Finding, Kind, Severity};
use crate::scan::{Notice, Outcome};
use crate::secret::Masked;
use crate::source::coverage::Level;

/// What stands for a commit where there is none.
const NO_COMMIT: &str = "0000000";
const SCHEMA: &str = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.2.1/dist/secret-detection-report-format.json";
/// So long may a name and a solution be.
const NAME_LIMIT: usize = 255;
const SOLUTION_LIMIT: usize = 7000;

#[derive(Serialize)]
struct Report {
    version: &'static str,
    schema: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Serialize)]
struct Scan {
    analyzer: Program,
    scanner: Program,
    #[serde(rename = "type")]
    kind: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    messages: Vec<ScanMessage>,
}

#[derive(Serialize)]
struct Program {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct ScanMessage {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability {
    id: String,
    category: &'static str,
    name: String,
    description: String,
    severity: &'static str,
    solution: String,
    location: Location,
    identifiers: [Identifier; 1],
}

#[derive(Serialize)]
struct Location {
    file: String,
    start_line: usize,
    end_line: usize,
    commit: Commit,
}

#[derive(Serialize)]
struct Commit {
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    sha: String,
}

#[derive(Serialize)]
struct Identifier {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: String,
}

pub(super) fn write(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let time = clock::utc(style.epoch.unwrap_or_else(clock::now));
    let program = || Program {
        id: "konceal",
        name: "konceal",
        version: env!("CARGO_PKG_VERSION"),
        vendor: Vendor { name: "konceal" },
    };
    let mut messages: Vec<ScanMessage> = outcome.notices.iter().map(message).collect();
    messages.push(ScanMessage { level: "info", value: wording::coverage(&outcome.coverage) });
    let mut seen = BTreeMap::new();
    let report = Report {
        version: "15.2.1",
        schema: SCHEMA,
        scan: Scan {
            analyzer: program(),
            scanner: program(),
            kind: "secret_detection",
            start_time: time.clone(),
            end_time: time,
            status: if outcome.coverage.complete { "success" } else { "failure" },
            messages,
        },
        vulnerabilities: outcome.reported().map(|finding| vulnerability(outcome, finding, &mut seen)).collect(),
    };
    inert_json::write_pretty(out, &report)
}

fn message(notice: &Notice) -> ScanMessage {
    let level = if notice.level == Level::Error { "fatal" } else { "warn" };
    ScanMessage { level, value: printable(&notice.message.text()) }
}

fn vulnerability(outcome: &Outcome, finding: &Finding<Masked>, seen: &mut BTreeMap<String, usize>) -> Vulnerability {
    let title = outcome.rules.get(&finding.rule).map_or_else(|| finding.rule.to_string(), |rule| rule.title.clone());
    let anchor = anchor(outcome, finding);
    let text = |masked: &Masked| printable(&masked.text());
    let commit = finding.commit.as_ref();
    Vulnerability {
        id: id(&finding.fingerprint.to_string(), seen),
        category: "secret_detection",
        name: title.chars().take(NAME_LIMIT).collect(),
        description: description(finding),
        severity: match finding.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
        },
        solution: solution(finding).chars().take(SOLUTION_LIMIT).collect(),
        location: Location {
            file: String::from_utf8_lossy(anchor.path).into_owned(),
            start_line: anchor.location.map_or(1, |at| at.line),
            end_line: anchor.location.map_or(1, |at| at.end_line),
            commit: Commit {
                author: commit.map(|commit| format!("{} <{}>", text(&commit.author), text(&commit.email))),
                date: commit.map(|commit| commit.date.clone()),
                message: commit.map(|commit| text(&commit.summary)),
                sha: commit.map_or_else(|| NO_COMMIT.to_owned(), |commit| commit.oid.to_string()),
            },
        },
        identifiers: [Identifier {
            kind: "konceal_rule_id",
            name: format!("konceal rule {}", finding.rule),
            value: finding.rule.to_string(),
        }],
    }
}

/// Shaped as a UUID: the fingerprint for the first finding of a file and key, with its last digits changed for further ones.
fn id(fingerprint: &str, seen: &mut BTreeMap<String, usize>) -> String {
    let number = seen.entry(fingerprint.to_owned()).or_default();
    *number += 1;
    let part = |from: usize, to: usize| fingerprint.get(from..to).unwrap_or_default();
    let last = u64::from_str_radix(part(20, 32), 16).unwrap_or_default();
    let last = last.wrapping_add(*number as u64 - 1) & 0xffff_ffff_ffff;
    format!("{}-{}-{}-{}-{last:012x}", part(0, 8), part(8, 12), part(12, 16), part(16, 20))
}

fn description(finding: &Finding<Masked>) -> String {
    let mut text = printable(&finding.message.text());
    if let Some(key) = &finding.key {
        let _ = write!(text, ". Key {} ({})", key.id, printable(&key.redacted.text()));
    }
    let _ = write!(text, ". Found in: {}", wording::place_and_line(finding));
    if let Some(whereabouts) = wording::whereabouts(finding.in_head, finding.reach) {
        let _ = write!(text, ", {whereabouts}");
    }
    if let Some(verification) = &finding.verification {
        let _ = write!(text, ". {}", wording::verdict(verification));
    }
    text
}

fn solution(finding: &Finding<Masked>) -> String {
    let fix = fix::fix(finding);
    let mut text = format!("Fix: {}", fix.lead);
    for line in &fix.code {
        let _ = write!(text, "\n    {line}");
    }
    if finding.kind == Kind::Key {
        text.push_str("\nRevoke:");
        for step in revoke::Kind::of(finding).steps() {
            let _ = write!(text, "\n- {step}");
        }
    }
    let _ = write!(text, "\nIf it is no leak: {}", fix.accept);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_shaped_as_uuids_and_differ() {
        let (mut seen, fingerprint) = (BTreeMap::new(), "0123456789abcdef0123456789abcdef");
        assert_eq!(id(fingerprint, &mut seen), "01234567-89ab-cdef-0123-456789abcdef");
        assert_eq!(id(fingerprint, &mut seen), "01234567-89ab-cdef-0123-456789abcdf0");
    }
}
