//! For people: one diagnostic for each finding, with its masked source, why it was flagged, the fix in the file's own language
//! and the way to accept it; then each key once, with the steps to revoke it. Made for 80 columns.

mod keys;
mod paint;
mod snippet;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Style, fix, printable, sanitize, wording};
use crate::finding::{Confidence, Finding, Kind, Severity};
use crate::scan::Outcome;
use crate::secret::Masked;

use paint::Paint;

/// Columns of a report.
const WIDTH: usize = 80;
/// Columns of the words at the left of the rows below a diagnostic.
const LEAD: usize = 12;
/// So many further commits are named.
const ALSO: usize = 3;

pub(super) fn write(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint { color: style.color };
    let mut told = BTreeSet::new();
    for finding in outcome.reported() {
        let mut text = snippet::render(finding, paint);
        rows(outcome, finding, paint, &mut told, &mut text);
        text.push('\n');
        out.write_all(sanitize::inert(&text).as_bytes())?;
    }
    let mut text = String::new();
    keys::write(outcome, paint, &mut text);
    out.write_all(sanitize::inert(&text).as_bytes())
}

/// The rows below a diagnostic. A fix that was already told is not told again.
fn rows(
    outcome: &Outcome,
    finding: &Finding<Masked>,
    paint: Paint,
    told: &mut BTreeSet<[String; 2]>,
    text: &mut String,
) {
    let mut row = |lead: &str, content: &str| text.push_str(&lay(lead, content, paint));
    if let Some(verification) = &finding.verification {
        row("live?", &wording::verdict(verification));
    }
    if finding.confidence != Confidence::High {
        row("sure?", &format!("{} confidence", finding.confidence.name()));
    }
    let encodings = finding.key.as_ref().map(|key| key.encodings.join(", ")).filter(|names| !names.is_empty());
    if let Some(names) = encodings {
        row("written", &format!("as {names}"));
    }
    if let Some(commit) = &finding.commit {
        row("commit", &wording::commit(commit));
    }
    if let Some(whereabouts) = wording::whereabouts(finding.in_head, finding.reach) {
        row("now", whereabouts);
    }
    if !finding.also_at.is_empty() {
        let names: Vec<String> = finding.also_at.iter().map(further).collect();
        row("again in", &wording::list(&names, finding.also_at_total.max(names.len()), ALSO));
    }
    if finding.new == Some(false) {
        row("note", "it stood here before; this commit is not blocked for it");
    }
    let custom = outcome.rules.get(&finding.rule).is_some_and(|rule| rule.origin != crate::rule::Origin::BuiltIn);
    if custom && finding.kind == Kind::Key && !finding.help.bytes().is_empty() {
        row("help", &wording::one_line(&finding.help.text()));
    }
    let fix = fix::fix(finding);
    if told.insert([fix.lead.clone(), fix.code.join("\n")]) {
        row("fix", &fix.lead);
        for line in &fix.code {
            let _ = writeln!(text, "{}{}", " ".repeat(LEAD + 2), paint.bold(line));
        }
    }
    if told.insert([fix.accept.clone(), String::new()]) {
        text.push_str(&lay("no leak?", &fix.accept, paint));
    }
}

/// A further place in a word.
fn further(at: &crate::finding::AlsoAt<Masked>) -> String {
    let name = at.name.as_ref().map(|name| printable(&name.text()));
    name.or_else(|| at.commit.or(at.oid).map(wording::short)).unwrap_or_default()
}

/// One row: a word at the left, then the text, wrapped between words.
fn lay(lead: &str, content: &str, paint: Paint) -> String {
    let mut out = format!("  {}", paint.dim(&format!("{lead:<width$}", width = LEAD - 2)));
    for (at, line) in wrap(content, WIDTH - LEAD).iter().enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(LEAD));
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Lines of at most so many characters, broken between words; a longer word stands alone.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// What the headline says before the message.
fn severity(finding: &Finding<Masked>) -> miette::Severity {
    match finding.severity {
        _ if finding.new == Some(false) => miette::Severity::Advice,
        Severity::Critical | Severity::High => miette::Severity::Error,
        Severity::Medium => miette::Severity::Warning,
        Severity::Low => miette::Severity::Advice,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_wrapped_between_words() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("aaaaaaaa b", 5), ["aaaaaaaa", "b"]);
        let row = lay("fix", &"word ".repeat(30), Paint { color: false });
        assert!(row.lines().all(|line| line.chars().count() <= WIDTH) && row.starts_with("  fix       word"), "{row}");
    }
}
