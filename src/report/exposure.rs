//! What an audit knows of one key, row by row: for the report of people, the page and the plan.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{printable, revoke, wording};
use crate::blob::{ObjectKind, SourceKind};
use crate::finding::{Finding, Reach, Status};
use crate::scan::{Exposure, KeySummary, Outcome};
use crate::secret::Masked;

/// So many names of a list are shown, so that a key fits a screen.
const MOST: usize = 6;
/// A name is shown to so many characters, a subject to so many.
const NAME: usize = 100;
const SUBJECT: usize = 72;

/// One line that says how bad it is.
pub(super) fn verdict(outcome: &Outcome) -> String {
    let count = |of: &dyn Fn(&KeySummary) -> bool| outcome.keys.iter().filter(|key| of(key)).count();
    let incomplete = if outcome.coverage.complete { "" } else { " The audit is incomplete." };
    if outcome.keys.is_empty() {
        return format!("No Konver key found in history, index and working tree.{incomplete}");
    }
    let parts = [
        (count(&|key| key.status == Some(Status::Live)), "live"),
        (count(&|key| key.status == Some(Status::Revoked)), "revoked"),
        (count(&|key| key.in_head == Some(true)), "still in HEAD"),
        (count(&|key| key.exposure.as_ref().is_some_and(|it| it.pushed)), "pushed"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let parts: Vec<String> = parts.collect();
    let keys = wording::count(outcome.keys.len() as u64, "Konver key or secret", "Konver keys and secrets");
    let what = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("{keys} found{what}.{incomplete}")
}

/// What is known of a key: a word and what it says, in the order of a reader's questions.
pub(super) fn rows(outcome: &Outcome, key: &KeySummary) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    let exposure = key.exposure.clone().unwrap_or_default();
    if let Some(best) = outcome.of_key(key.id).max_by_key(|finding| finding.confidence) {
        let message = cut(&printable(&best.message.text()), NAME);
        rows.push(("why", format!("{message} ({} confidence)", best.confidence.name())));
    }
    let now = places_now(outcome, key);
    let all: BTreeSet<String> = outcome.of_key(key.id).map(wording::place).collect();
    rows.push(("stands at", list(&now)));
    let before: BTreeSet<String> = all.difference(&now).cloned().collect();
    if !before.is_empty() {
        rows.push(("stood at", list(&before)));
    }
    match (&key.first_seen, &exposure.tagged) {
        (Some(first), _) => rows.push(("introduced", commit(first))),
        (None, Some(tag)) => rows.push(("introduced", format!("by the tag {}", commit(tag)))),
        (None, None) if exposure.reach.is_none() => rows.push(("introduced", "by no commit yet".to_owned())),
        (None, None) => {}
    }
    match (&exposure.removed, key.in_head) {
        (Some(removed), _) => rows.push(("removed", commit(removed))),
        (None, Some(true)) => rows.push(("removed", "not yet: it is in HEAD".to_owned())),
        (None, Some(false)) if exposure.reach.is_some() && !exposure.paths.is_empty() => {
            rows.push(("removed", "not by a commit of HEAD's history: it was never in it".to_owned()));
        }
        _ => {}
    }
    rows.push(("reach", reach(&exposure)));
    if !exposure.refs.is_empty() {
        rows.push(("shown by", list(&names(&exposure.refs))));
    }
    if exposure.authors.len() > 1 || key.first_seen.is_none() && !exposure.authors.is_empty() {
        rows.push(("brought in by", list(&names(&exposure.authors))));
    }
    if !exposure.encodings.is_empty() {
        rows.push(("encoded", exposure.encodings.join(", ")));
    }
    if let Some(status) = key.status {
        rows.push(("status", wording::status(status).to_owned()));
    }
    rows
}

/// What to do now. Cleaning the history comes last: it takes no key back. Nothing where it is revoked and in no commit.
pub(super) fn steps(outcome: &Outcome, key: &KeySummary, kind: revoke::Kind) -> Vec<String> {
    let committed = key.exposure.as_ref().is_some_and(|exposure| exposure.reach.is_some());
    let mut steps = Vec::new();
    if key.status == Some(Status::Revoked) {
        steps.push("It is revoked already, or was never valid: nothing to revoke.".to_owned());
    } else {
        let [make, deploy, revoke] = kind.steps();
        steps.extend([make.to_owned(), format!("{deploy}{}", users(outcome, key, kind)), revoke.to_owned()]);
    }
    if committed {
        let lead = if key.status == Some(Status::Revoked) { "To clean" } else { "Only then clean" };
        let id = key.id;
        steps.push(format!("{lead} the history, if you must: konceal audit --purge-plan {id} says how."));
    }
    steps
}

/// Who holds the key here, and which other files of the working tree name one of its kind.
pub(super) fn users(outcome: &Outcome, key: &KeySummary, kind: revoke::Kind) -> String {
    let mut text = String::new();
    let held = places_now(outcome, key);
    if !held.is_empty() {
        let _ = write!(text, " Here it is held by {}.", list(&held));
    }
    // A file that holds one often names it too.
    let on_disk = outcome.findings.iter().filter(|it| it.key.is_some() && it.source == SourceKind::Worktree);
    let holding: BTreeSet<&Masked> = on_disk.filter_map(|it| it.path.as_ref()).collect();
    let readers = outcome.readers.iter().filter(|it| kind.is_named_by(it)).map(|it| &it.path);
    let readers = names(readers.filter(|path| !holding.contains(path)));
    if !readers.is_empty() {
        let _ = write!(text, " Konver's {} is named in {}.", kind.noun(), list(&readers));
    }
    text
}

/// The places that show a key today.
pub(super) fn places_now(outcome: &Outcome, key: &KeySummary) -> BTreeSet<String> {
    outcome.of_key(key.id).filter(|it| stands_now(it)).map(wording::place).collect()
}

/// Whether a finding is of today: in HEAD's tree, on disk or staged; a message or a name that a ref leads to.
pub(super) fn stands_now(finding: &Finding<Masked>) -> bool {
    finding.source != SourceKind::History
        || finding.in_head == Some(true)
        || (finding.object_kind != ObjectKind::Blob && finding.reach == Some(Reach::Ref))
}

fn reach(exposure: &Exposure) -> String {
    let from = match exposure.reach {
        Some(Reach::Ref) => "a branch, tag, note or stash reaches it",
        Some(Reach::Reflog) => "a reflog alone reaches it",
        Some(Reach::Unreachable) => "nothing reaches it, but it is still in the object store",
        None => return "not committed".to_owned(),
    };
    let pushed = match (exposure.pushed, &exposure.tagged) {
        (true, _) => "pushed: a remote-tracking ref reaches it",
        (false, Some(_)) => "no remote-tracking ref reaches it, but git does not record whether a tag was pushed",
        (false, None) => "local only: no remote-tracking ref reaches it",
    };
    format!("{from}; {pushed}")
}

fn commit(commit: &crate::finding::Commit<Masked>) -> String {
    let text = |masked: &Masked, most: usize| cut(&printable(&masked.text()), most);
    format!(
        "{} of {} by {} <{}>: {}",
        wording::short(commit.oid),
        wording::day(&commit.date),
        text(&commit.author, SUBJECT / 2),
        text(&commit.email, SUBJECT / 2),
        text(&commit.summary, SUBJECT)
    )
}

fn names<'a>(names: impl IntoIterator<Item = &'a Masked>) -> BTreeSet<String> {
    names.into_iter().map(|name| printable(&name.text())).collect()
}

fn list(names: &BTreeSet<String>) -> String {
    let shown: Vec<String> = names.iter().take(MOST).map(|name| cut(name, NAME)).collect();
    match (names.len(), names.len().saturating_sub(MOST)) {
        (0, _) => "nowhere any more".to_owned(),
        (_, 0) => shown.join(", "),
        (_, more) => format!("{}, and {more} more", shown.join(", ")),
    }
}

/// At most so many characters; what is left out is its middle, since paths are told apart by both ends.
fn cut(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let (front, back) = (most / 2, most - most / 2 - 1);
    text.chars().take(front).chain(['…']).chain(text.chars().skip(length - back)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_their_ends() {
        assert_eq!(cut("abcdefghij", 10), "abcdefghij");
        assert_eq!(cut("abcdefghijk", 10), "abcde…hijk");
        assert_eq!(cut(&"ä".repeat(300), NAME).chars().count(), NAME);
    }

    #[test]
    fn a_list_says_how_many_it_leaves_out() {
        let names = (0..9).map(|number| format!("n{number}")).collect();
        assert_eq!(list(&names), "n0, n1, n2, n3, n4, n5, and 3 more");
        assert_eq!(list(&BTreeSet::new()), "nowhere any more");
    }
}
