//! SARIF 2.1.0, as code scanning platforms read it. The model is our own: only what is used, in the standard's names.

mod model;
mod rules;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::anchor::{Anchor, anchor};
use super::{inert_json, printable, wording};
use crate::finding::{Accepted, Finding, Severity};
use crate::scan::{Notice, Outcome};
use crate::secret::Masked;
use crate::source::coverage::Level;

use model::{
    ArtifactLocation, AutomationDetails, Descriptor, Driver, Invocation, Location, Log, Message, Notification,
    PhysicalLocation, Region, ResultRow, Run, Suppression, Tool,
};

/// So many results are shown by the platforms; more are cut, and that is said.
const LIMIT: usize = 5000;

pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    inert_json::write_pretty(out, &log(outcome))
}

fn log(outcome: &Outcome) -> Log {
    let rules = rules::descriptors(outcome);
    let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(at, rule)| (rule.id.as_str(), at)).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let numbered = outcome.findings.iter().map(|finding| {
        let fingerprint = finding.fingerprint.to_string();
        let number = seen.entry(fingerprint.clone()).or_default();
        *number += 1;
        (finding, format!("{fingerprint}:{number}"))
    });
    let numbered: Vec<(&Finding<Masked>, String)> = numbered.collect();
    let kept = keep(&numbered);
    let cut = numbered.len() - kept.len();
    let results = kept.into_iter().map(|(finding, hash)| result(outcome, &index, finding, hash)).collect();
    let mut notifications: Vec<Notification> = outcome.notices.iter().map(notification).collect();
    if cut > 0 {
        let text = format!(
            "{} left out: platforms show at most {LIMIT}; the json report has them all",
            wording::count(cut as u64, "result", "results")
        );
        notifications.push(Notification::new("results-cut", "warning", &text));
    }
    notifications.push(Notification::new("coverage", "note", &wording::coverage(&outcome.coverage)));
    Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "konceal",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules,
                },
            },
            automation_details: AutomationDetails { id: format!("konceal/{}/", outcome.source.name()) },
            invocations: [Invocation {
                execution_successful: outcome.coverage.complete,
                tool_execution_notifications: notifications,
            }],
            column_kind: "unicodeCodePoints",
            results,
        }],
    }
}

/// At most [`LIMIT`] of the results, in their order: those that nobody accepted first, the worst of them first.
fn keep<'a, 'b>(all: &'a [(&'b Finding<Masked>, String)]) -> Vec<&'a (&'b Finding<Masked>, String)> {
    let mut by_weight: Vec<usize> = (0..all.len()).collect();
    by_weight.sort_by_key(|&at| {
        let weight = all.get(at).map(|(finding, _)| (finding.accepted.is_none(), finding.severity));
        std::cmp::Reverse(weight)
    });
    by_weight.truncate(LIMIT);
    by_weight.sort_unstable();
    by_weight.into_iter().filter_map(|at| all.get(at)).collect()
}

fn result(outcome: &Outcome, rules: &BTreeMap<&str, usize>, finding: &Finding<Masked>, hash: &str) -> ResultRow {
    let anchor = anchor(outcome, finding);
    let suppressions = finding.accepted.iter().map(|(who, reason)| Suppression {
        kind: if *who == Accepted::Inline { "inSource" } else { "external" },
        status: "accepted",
        justification: reason.as_ref().map(|reason| printable(&reason.text())),
    });
    ResultRow {
        rule_id: finding.rule.to_string(),
        rule_index: rules.get(&*finding.rule).copied(),
        level: if finding.new == Some(false) { "note" } else { level(finding.severity) },
        message: Message { text: plain(&message(finding, &anchor)) },
        locations: [location(&anchor)],
        partial_fingerprints: BTreeMap::from([("primaryLocationLineHash", hash.to_owned())]),
        baseline_state: finding.new.map(|new| if new { "new" } else { "unchanged" }),
        suppressions: suppressions.collect(),
        properties: model::ResultProperties {
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            key_id: finding.key.as_ref().map(|key| key.id.to_string()),
            status: finding.verification.as_ref().map(|verification| verification.status.name()),
        },
    }
}

/// One sentence, with whatever the location cannot say: the true place, the commit, the API's word.
fn message(finding: &Finding<Masked>, anchor: &Anchor<'_>) -> String {
    let mut text = printable(&finding.message.text());
    if let Some(key) = &finding.key {
        let _ = write!(text, " ({}, key {})", printable(&key.redacted.text()), key.id);
    }
    if !anchor.own {
        let _ = write!(text, "; found in: {}", wording::place(finding));
    }
    if let Some(commit) = &finding.commit {
        let line = finding.location.map(|at| format!(" at line {}", at.line)).unwrap_or_default();
        let _ = write!(text, "; introduced{line} by commit {}", wording::commit(commit));
    }
    if let Some(whereabouts) = wording::whereabouts(finding.in_head, finding.reach) {
        let _ = write!(text, "; {whereabouts}");
    }
    if let Some(verification) = &finding.verification {
        let _ = write!(text, "; {}", wording::verdict(verification));
    }
    text
}

/// Text in which no viewer sees a link: brackets of names and subjects are escaped as the standard says, where they could be
/// one.
fn plain(text: &str) -> String {
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text.to_owned() }
}

fn location(anchor: &Anchor<'_>) -> Location {
    let region = anchor.location.map_or(Region { start_line: 1, ..Region::default() }, |at| Region {
        start_line: at.line.max(1),
        start_column: Some(at.column.max(1)),
        end_line: Some(at.end_line.max(at.line).max(1)),
        end_column: Some(at.end_column.max(1)),
    });
    Location {
        physical_location: PhysicalLocation { artifact_location: ArtifactLocation { uri: uri(anchor.path) }, region },
    }
}

/// A relative reference, percent-encoded from the path's bytes: nothing stays that a URI gives a meaning but the slash.
fn uri(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len());
    for &byte in path {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out.trim_start_matches('/').to_owned()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

fn notification(notice: &Notice) -> Notification {
    let level = if notice.level == Level::Error { "error" } else { "warning" };
    let mut notification = Notification::new(notice.code, level, &printable(&notice.message.text()));
    if let Some(path) = &notice.path {
        let anchor = Anchor { path: path.bytes(), location: None, own: true };
        notification.locations = vec![location(&anchor)];
    }
    notification
}

impl Notification {
    fn new(code: &str, level: &'static str, text: &str) -> Self {
        Self {
            descriptor: Descriptor { id: code.to_owned() },
            level,
            message: Message { text: plain(text) },
            locations: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{plain, uri};

    #[test]
    fn uris_are_relative_and_encoded_from_bytes() {
        assert_eq!(uri(b"a b/\xff.txt"), "a%20b/%FF.txt");
        assert_eq!(uri(b"colon:x%.txt"), "colon%3Ax%25.txt");
        assert_eq!(uri("ü".as_bytes()), "%C3%BC");
    }

    #[test]
    fn names_make_no_links() {
        assert_eq!(plain("a [x](http://y)"), r"a \[x\](http://y)");
        assert_eq!(plain("a[0]"), "a[0]");
    }
}
