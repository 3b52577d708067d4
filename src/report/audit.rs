//! The audit for people: a verdict in one line, then for each key where it stands, since when, by whom, and what to do now.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::human::wrap;
use super::{exposure, printable, revoke, sanitize, wording};
use crate::finding::Finding;
use crate::scan::Outcome;
use crate::secret::Masked;

/// Columns of the report, and of the words at the left.
const WIDTH: usize = 80;
const LEAD: usize = 16;

pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut text = format!("{}\n", exposure::verdict(outcome));
    let kinds = revoke::by_key(outcome);
    for (number, key) in outcome.keys.iter().enumerate() {
        let kind = kinds.get(&key.id).copied().unwrap_or(revoke::Kind::ApiKey);
        let _ =
            writeln!(text, "\n[{}] {} {}  key id {}", number + 1, kind.noun(), printable(&key.redacted.text()), key.id);
        for (lead, what) in exposure::rows(outcome, key) {
            lay(&format!("  {lead}"), LEAD, &what, &mut text);
        }
        for (number, step) in exposure::steps(outcome, key, kind).iter().enumerate() {
            lay(&format!("  {}.", number + 1), 5, step, &mut text);
        }
        out.write_all(sanitize::inert(&text).as_bytes())?;
        text.clear();
    }
    let stops = revoke::stops(outcome);
    if !stops.is_empty() {
        text.push('\n');
        text.push_str(&stops);
    }
    // A dotenv file stands in HEAD and on disk; one line says so.
    let others = outcome.reported().filter(|finding| finding.key.is_none());
    let line = |finding: &Finding<Masked>| {
        let message = printable(&finding.message.text());
        format!("  {}: {}: {message}\n", finding.severity.name(), wording::place(finding))
    };
    let others: BTreeSet<String> = others.map(line).collect();
    if !others.is_empty() {
        text.push_str("\nBesides:\n");
        text.extend(others);
    }
    out.write_all(sanitize::inert(&text).as_bytes())
}

/// A word at the left, then the text beside it, wrapped between words.
pub(super) fn lay(lead: &str, indent: usize, what: &str, text: &mut String) {
    for (at, line) in wrap(what, WIDTH - indent).iter().enumerate() {
        let _ = writeln!(text, "{:<indent$}{line}", if at == 0 { lead } else { "" });
    }
}
