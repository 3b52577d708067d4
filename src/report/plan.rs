//! The plan to take one key out of a repository: what is known of it, then steps with the commands to copy. Commands stand on
//! lines of their own, eight columns in; all else is prose.

mod local;
mod shared;

use std::fmt::Write as _;
use std::io::{self, Write};

use super::audit::lay;
use super::{exposure, printable, revoke, sanitize, shell, wording};
use crate::audit::{Commits, Plan, Route};
use crate::blob::ObjectKind;
use crate::finding::Status;
use crate::scan::{KeySummary, Outcome, Spot};
use crate::secret::Masked;

/// Columns at the left of a command.
const INDENT: &str = "        ";

/// Writes the plan.
///
/// # Errors
/// The output cannot be written.
pub fn plan(outcome: &Outcome, plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let Some(key) = outcome.keys.iter().find(|key| key.id == plan.id) else { return Ok(()) };
    let kind = revoke::by_key(outcome).get(&key.id).copied().unwrap_or(revoke::Kind::ApiKey);
    let mut text = Text::default();
    let noun = kind.noun();
    text.line(&format!("Plan to take the {noun} {} out, key id {}", printable(&key.redacted.text()), key.id));
    text.line(way(plan));
    text.line(
        "Nothing has been changed, and this text does not hold the key. Commands are for a POSIX shell, in the folder at the \
         root of the repository.",
    );
    if outcome.coverage.shallow {
        text.line("This is a shallow clone: git fetch --unshallow first, and ask again, or the commits may be the wrong ones.");
    }
    if !outcome.coverage.complete {
        text.line("The audit is incomplete: the key may stand in further places.");
    }
    text.blank();
    for (lead, what) in exposure::rows(outcome, key) {
        lay(&format!("  {lead}"), 16, &what, &mut text.text);
    }
    revoke_first(outcome, key, kind, &mut text);
    match plan.route {
        Route::Uncommitted => local::uncommitted(outcome, plan, &mut text),
        Route::Forget => {
            today(outcome, key, kind, "", &mut text);
            local::forget(plan, &mut text);
        }
        Route::Local(commits) => local::local(outcome, plan, kind, commits, &mut text),
        Route::Shared => {
            today(outcome, key, kind, " Commit that, and push it.", &mut text);
            shared::shared(outcome, plan, &mut text);
        }
    }
    if plan.file.is_some() {
        text.step("Remove the file of replacements", "It holds the key itself.");
        text.run(&[format!("rm -f -- {}", file(plan))]);
    }
    out.write_all(sanitize::inert(&text.text).as_bytes())
}

/// The way in one sentence.
fn way(plan: &Plan) -> &'static str {
    match plan.route {
        Route::Uncommitted => "No commit has it: once it is out of the files, no history has to change.",
        Route::Forget => "No branch, tag or note has it any more: only what git keeps for a while still does.",
        Route::Local(Commits::Untouched) => "Git knows of no push of it, and no branch has it.",
        Route::Local(Commits::Amend) => "Git knows of no push of it, and the last commit brings it in: amend that one.",
        Route::Local(Commits::Rebase) => "Git knows of no push of it: rebase the commits that bring it in.",
        Route::Local(Commits::Filter) => {
            "Git knows of no push of it, but more than one plain branch has it: filter them here."
        }
        Route::Shared if plan.lineage.remotes.is_empty() => {
            "This is a bare repository: whoever fetches from it has the key. Clean it, and know what survives."
        }
        Route::Shared => "It was pushed: others may have it. Clean the remote, and know what survives.",
    }
}

/// The step before all others.
fn revoke_first(outcome: &Outcome, key: &KeySummary, kind: revoke::Kind, text: &mut Text) {
    if key.status == Some(Status::Revoked) {
        text.step("Revoke it first", "Done: the API refuses it, or it was never valid.");
        return;
    }
    text.step("Revoke it first", "Until then nothing below protects anything: every clone and cache opens the door.");
    let [make, deploy, revoke] = kind.steps();
    for what in [make, &format!("{deploy}{}", exposure::users(outcome, key, kind)), revoke] {
        text.item(what);
    }
    if kind == revoke::Kind::ApiKey {
        text.item("konceal verify --stdin --watch reads the old key and waits until the API refuses it.");
    }
}

/// The step that takes the key out of what is there today, if it is there.
fn today(outcome: &Outcome, key: &KeySummary, kind: revoke::Kind, then: &str, text: &mut Text) {
    if !outcome.holding(key.id).any(|it| it.path.is_some() && exposure::stands_now(it)) {
        return;
    }
    let places: Vec<String> = outcome
        .holding(key.id)
        .filter(|it| it.path.is_some() && exposure::stands_now(it))
        .map(wording::place_and_line)
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    let places = wording::list(&places, places.len(), 12);
    let instead = format!("{places}: read {} from the environment instead.{then}", kind.variable());
    text.step("Take it out of the files of today", &instead);
}

/// The audit after the work, and what it must say.
fn check(plan: &Plan, command: &str, text: &mut Text) {
    text.step(
        "Check",
        &format!("The audit must not name {} any more. It ends with 1 while there are other keys.", plan.id),
    );
    text.run(&[command.to_owned()]);
}

/// Names of refs that a finding of this kind of object names.
fn named(outcome: &Outcome, plan: &Plan, kind: ObjectKind) -> Vec<Masked> {
    let own = outcome.holding(plan.id).filter(|finding| finding.object_kind == kind);
    let names = own.flat_map(|finding| {
        let first = finding.object.as_ref().and_then(|object| object.name.clone());
        first.into_iter().chain(finding.also_at.iter().filter_map(|at| at.name.clone()))
    });
    names.collect()
}

/// What `git filter-repo` is told besides the refs, for what of this repository shows the key.
fn replacing(plan: &Plan, renames_refs: bool) -> Vec<String> {
    let spots = &plan.lineage.spots;
    let replaced = |what: &str, with: &str| {
        format!(
            "import functools; {what} functools.reduce(lambda text, it: text.replace(it[0], {with}), \
             FilteringOptions.get_replace_text(os.environb[b\"KONCEAL_PURGE\"])[\"literals\"],"
        )
    };
    let mut options = vec![r#"--replace-text "$KONCEAL_PURGE" --replace-message "$KONCEAL_PURGE""#.to_owned()];
    if spots.contains(&Spot::BinaryFile) {
        // git-filter-repo leaves binary files out of --replace-text. What replaces has the length of what it replaces.
        let data = replaced("blob.data =", "(it[1] * len(it[0]))[:len(it[0])]");
        options.push(format!(r#"--blob-callback '{data} blob.data) if b"\0" in blob.data[:8192] else blob.data'"#));
    }
    let mut names = Vec::new();
    if spots.contains(&Spot::Person) {
        names.extend(["name", "email"]);
    }
    if spots.contains(&Spot::Path) {
        names.push("filename");
    }
    if spots.contains(&Spot::RefName) && renames_refs {
        names.push("refname");
    }
    for name in names {
        options.push(format!("--{name}-callback '{} {name})'", replaced("return", "b\"REMOVED\"")));
    }
    options
}

/// The line that gives the file of replacements its name in the shell.
fn export(plan: &Plan) -> String {
    format!("export KONCEAL_PURGE={}", file(plan))
}

/// The file of replacements as a word of the shell; where the folder's own name is masked, what is to be put there.
fn file(plan: &Plan) -> String {
    plan.file.as_ref().and_then(shell::word).unwrap_or_else(|| "'FILE'".to_owned())
}

/// The text as it grows.
#[derive(Default)]
struct Text {
    text: String,
    steps: usize,
}

impl Text {
    fn line(&mut self, line: &str) {
        lay("", 0, line, &mut self.text);
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A numbered step with its heading, and a sentence or none.
    fn step(&mut self, heading: &str, what: &str) {
        self.steps += 1;
        let _ = writeln!(self.text, "\n{:>2}. {heading}", self.steps);
        self.say(what);
    }

    fn say(&mut self, what: &str) {
        if !what.is_empty() {
            lay("", 4, what, &mut self.text);
        }
    }

    fn item(&mut self, what: &str) {
        lay("    -", 6, what, &mut self.text);
    }

    /// Commands, each on lines of its own.
    fn run(&mut self, commands: &[String]) {
        for line in commands.iter().flat_map(|command| command.lines()) {
            let _ = writeln!(self.text, "{INDENT}{line}");
        }
    }
}
