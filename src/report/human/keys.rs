//! Each key once, and how it is revoked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Paint, lay, wording};
use crate::blob::SourceKind;
use crate::finding::Status;
use crate::report::revoke;
use crate::scan::{KeySummary, Outcome};
use crate::secret::KeyId;

/// Writes the summary by key; nothing where there is none.
pub(super) fn write(outcome: &Outcome, paint: Paint, text: &mut String) {
    if outcome.keys.is_empty() {
        return;
    }
    let (kinds, files) = (revoke::by_key(outcome), files(outcome));
    text.push_str(&paint.bold(&wording::count(outcome.keys.len() as u64, "key", "keys")));
    text.push_str(":\n");
    for key in &outcome.keys {
        let kind = kinds.get(&key.id).copied().unwrap_or(revoke::Kind::ApiKey);
        let places = files.get(&key.id).map_or(0, BTreeSet::len);
        text.push_str(&lay(&key.redacted.text(), &line(key, kind, places), paint));
    }
    if outcome.keys.iter().all(|key| key.status == Some(Status::Revoked)) {
        text.push_str("Revoked already, or never valid: nothing to revoke.\n");
        return;
    }
    let intro = match outcome.source {
        SourceKind::Index => {
            "Not committed yet: take it out, and nothing has leaked. If it was committed or shared before, revoke it:"
        }
        SourceKind::Message => {
            "Not committed yet: take it out, and nothing has leaked. If it was shared before, revoke it:"
        }
        _ => "Deleting the line does not take a key back. Revoke it:",
    };
    for line in super::wrap(intro, super::WIDTH) {
        text.push_str(&line);
        text.push('\n');
    }
    for kind in kinds.values().copied().collect::<BTreeSet<_>>() {
        for (number, step) in kind.steps().iter().enumerate() {
            let _ = writeln!(text, "  {}. {step}", number + 1);
        }
    }
    text.push_str(&revoke::stops(outcome));
}

/// What is known of a key.
fn line(key: &KeySummary, kind: revoke::Kind, places: usize) -> String {
    let mut parts = vec![format!("{} {}", kind.noun(), key.id)];
    let findings = wording::count(key.findings as u64, "finding", "findings");
    parts.push(format!("{findings} in {}", wording::count(places as u64, "place", "places")));
    if let Some(first) = &key.first_seen {
        parts.push(format!("since {} ({})", wording::day(&first.date), wording::short(first.oid)));
    }
    match key.in_head {
        Some(true) => parts.push("still in HEAD".into()),
        Some(false) => parts.push("not in HEAD any more".into()),
        None => {}
    }
    if key.exposure.as_ref().is_some_and(|exposure| exposure.pushed) {
        parts.push("pushed".into());
    }
    if let Some(status) = key.status {
        parts.push(wording::status(status).into());
    }
    parts.join(", ")
}

/// The different places of each key.
fn files(outcome: &Outcome) -> BTreeMap<KeyId, BTreeSet<String>> {
    let mut files: BTreeMap<KeyId, BTreeSet<String>> = BTreeMap::new();
    for finding in outcome.reported() {
        if let Some(key) = &finding.key {
            files.entry(key.id).or_default().insert(wording::place(finding));
        }
    }
    files
}
