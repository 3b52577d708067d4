//! The audit for people: a verdict in one line, then for each key where it stands, since when, by whom, and what to do now.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::{printable, revoke, sanitize, wording};
use crate::blob::{ObjectKind, SourceKind};
use crate::finding::{Finding, Reach, Status};
use crate::scan::{Exposure, KeySummary, Outcome};
use crate::secret::Masked;

/// So many names of a list are shown, so that a key fits a screen.
const MOST: usize = 6;

pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut text = format!("{}\n", verdict(outcome));
    let kinds = revoke::by_key(outcome);
    for (number, key) in outcome.keys.iter().enumerate() {
        let kind = kinds.get(&key.id).copied().unwrap_or(revoke::Kind::ApiKey);
        let _ =
            writeln!(text, "\n[{}] {} {}  key id {}", number + 1, kind.noun(), printable(&key.redacted.text()), key.id);
        facts(outcome, key, &mut text);
        steps(outcome, key, kind, &mut text);
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

/// One line that says how bad it is.
fn verdict(outcome: &Outcome) -> String {
    let count = |of: &dyn Fn(&KeySummary) -> bool| outcome.keys.iter().filter(|key| of(key)).count();
    let incomplete = if outcome.coverage.complete { "" } else { " The audit is incomplete." };
    if outcome.keys.is_empty() {
        return format!("No Konver key found in history, index and working tree.{incomplete}");
    }
    let parts = [
        (count(&|key| key.in_head == Some(true)), "still in HEAD"),
        (count(&|key| key.exposure.as_ref().is_some_and(|it| it.pushed)), "pushed"),
        (count(&|key| key.status == Some(Status::Live)), "live"),
        (count(&|key| key.status == Some(Status::Revoked)), "revoked"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let parts: Vec<String> = parts.collect();
    let keys = wording::count(outcome.keys.len() as u64, "Konver key or secret", "Konver keys and secrets");
    let what = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("{keys} found{what}.{incomplete}")
}

fn own<'a>(outcome: &'a Outcome, key: &KeySummary) -> impl Iterator<Item = &'a Finding<Masked>> {
    let id = key.id;
    outcome.reported().filter(move |finding| finding.key.as_ref().is_some_and(|own| own.id == id))
}

fn facts(outcome: &Outcome, key: &KeySummary, text: &mut String) {
    let mut row = |lead: &str, what: &str| {
        let _ = writeln!(text, "  {lead:<12}{what}");
    };
    let exposure = key.exposure.clone().unwrap_or_default();
    if let Some(best) = own(outcome, key).max_by_key(|finding| finding.confidence) {
        row("why", &format!("{} ({} confidence)", printable(&best.message.text()), best.confidence.name()));
    }
    let now: BTreeSet<String> = own(outcome, key).filter(|it| stands_now(it)).map(wording::place).collect();
    let all: BTreeSet<String> = own(outcome, key).map(wording::place).collect();
    row("stands at", &list(now.iter().cloned()));
    let before: Vec<String> = all.difference(&now).cloned().collect();
    if !before.is_empty() {
        row("stood at", &list(before.into_iter()));
    }
    match &key.first_seen {
        Some(first) => row("introduced", &wording::commit(first)),
        None if exposure.reach.is_none() => row("introduced", "by no commit yet"),
        None => {}
    }
    match (&exposure.removed, key.in_head) {
        (Some(removed), _) => row("removed", &wording::commit(removed)),
        (None, Some(true)) => row("removed", "not yet: it is in HEAD"),
        _ => {}
    }
    row("reach", &reach(&exposure));
    if !exposure.refs.is_empty() {
        row("shown by", &list(exposure.refs.iter().map(|name| printable(&name.text()))));
    }
    if !exposure.authors.is_empty() {
        row("authors", &list(exposure.authors.iter().map(|name| printable(&name.text()))));
    }
    if !exposure.encodings.is_empty() {
        row("encoded", &exposure.encodings.join(", "));
    }
    if let Some(status) = key.status {
        row("status", wording::status(status));
    }
}

/// Whether a finding is of today: in HEAD's tree, on disk or staged; a message or a name that a ref leads to.
fn stands_now(finding: &Finding<Masked>) -> bool {
    finding.source != SourceKind::History
        || finding.in_head == Some(true)
        || (finding.object_kind != ObjectKind::Blob && finding.reach == Some(Reach::Ref))
}

fn reach(exposure: &Exposure) -> String {
    let from = match exposure.reach {
        Some(Reach::Ref) => "reached from a branch, tag, note or stash",
        Some(Reach::Reflog) => "reached from a reflog only",
        Some(Reach::Unreachable) => "reached from nothing, but still in the object store",
        None => return "not committed".to_owned(),
    };
    let pushed = if exposure.pushed {
        "pushed: a remote-tracking ref reaches it"
    } else {
        "local only: no remote-tracking ref reaches it"
    };
    format!("{from}; {pushed}")
}

fn list(names: impl ExactSizeIterator<Item = String>) -> String {
    let total = names.len();
    let shown: Vec<String> = names.take(MOST).collect();
    match (total, total.saturating_sub(MOST)) {
        (0, _) => "nowhere any more".to_owned(),
        (_, 0) => shown.join(", "),
        (_, more) => format!("{}, and {more} more", shown.join(", ")),
    }
}

/// What to do now. Cleaning the history comes last: it takes no key back.
fn steps(outcome: &Outcome, key: &KeySummary, kind: revoke::Kind, text: &mut String) {
    let committed = key.exposure.as_ref().is_some_and(|exposure| exposure.reach.is_some());
    let [make, deploy, revoke] = kind.steps();
    let mut steps = vec![make.to_owned()];
    let places: BTreeSet<String> = own(outcome, key).filter(|it| stands_now(it)).map(wording::place).collect();
    let held =
        if places.is_empty() { String::new() } else { format!(" Here it is held by {}.", list(places.into_iter())) };
    steps.push(format!("{deploy}{held}"));
    steps.push(revoke.to_owned());
    if committed {
        steps
            .push("Only then clean the history: until it is revoked, every clone and cache opens the door.".to_owned());
    }
    if key.status == Some(Status::Revoked) {
        text.push_str("  It is revoked already, or was never valid: nothing to revoke.\n");
        return;
    }
    for (number, step) in steps.iter().enumerate() {
        let _ = writeln!(text, "  {}. {step}", number + 1);
    }
}
