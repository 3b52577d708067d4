//! The steps for a key that this repository alone has.

use std::collections::{BTreeMap, BTreeSet};

use super::{Text, check, export, named, replacing, today};
use crate::audit::{Commits, Plan};
use crate::blob::{ObjectKind, Oid, SourceKind};
use crate::report::{printable, revoke, shell, wording};
use crate::scan::Outcome;
use crate::secret::Masked;

/// No commit has it.
pub(super) fn uncommitted(outcome: &Outcome, plan: &Plan, text: &mut Text) {
    let on_disk: BTreeSet<&Masked> = outcome
        .holding(plan.id)
        .filter(|finding| finding.source == SourceKind::Worktree)
        .filter_map(|finding| finding.path.as_ref())
        .collect();
    if !on_disk.is_empty() {
        text.step("Take it out of the files", &paths(on_disk.iter().copied()));
    }
    if !plan.staged.is_empty() {
        text.step(
            "Stage them without it",
            "Or git rm --cached -- FILE where the file does not belong into the repository; then name it in .gitignore.",
        );
        text.run(&[add(plan.staged.iter())]);
        text.step("Let git forget what was staged", "");
        text.run(&["git gc --prune=now".to_owned()]);
    }
    check(plan, "konceal audit", text);
}

/// Refs of this repository alone reach it.
pub(super) fn local(outcome: &Outcome, plan: &Plan, kind: revoke::Kind, commits: Commits, text: &mut Text) {
    if plan.has_stash() {
        stash(text);
    }
    let key = outcome.keys.iter().find(|key| key.id == plan.id);
    let by_commit = by_commit(outcome, plan);
    match commits {
        Commits::Untouched => {
            if let Some(key) = key {
                today(outcome, key, kind, "", text);
            }
        }
        Commits::Amend => {
            let touched: BTreeSet<&Masked> = by_commit.iter().flat_map(|(_, paths, _)| paths.iter().copied()).collect();
            let speaks = by_commit.iter().any(|(_, _, speaks)| *speaks);
            if !touched.is_empty() {
                text.step("Take it out of the files", &paths(touched.iter().copied()));
            }
            text.step("Amend the commit", if speaks { SPEAKS } else { "" });
            text.run(&amend(&touched, speaks));
        }
        Commits::Rebase => rebase(plan, &by_commit, text),
        Commits::Filter => {
            if let Some(key) = key {
                today(outcome, key, kind, " Commit that.", text);
            }
            filter(plan, text);
        }
    }
    tags(plan, commits, text);
    renames(outcome, plan, text);
    forget(plan, text);
}

const SPEAKS: &str = "Its message shows the key: write it anew in the editor that opens.";

/// Each commit of HEAD's history that brings it in: its paths, and whether its message does. Parents first.
fn by_commit<'a>(outcome: &'a Outcome, plan: &Plan) -> Vec<(Oid, BTreeSet<&'a Masked>, bool)> {
    let mut found: BTreeMap<Oid, (BTreeSet<&Masked>, bool)> = BTreeMap::new();
    for finding in outcome.holding(plan.id) {
        let also = finding.also_at.iter().filter_map(|at| at.commit.or(at.oid));
        for commit in finding.commit.iter().map(|commit| commit.oid).chain(also) {
            let entry = found.entry(commit).or_default();
            entry.0.extend(finding.path.as_ref());
            entry.1 |= finding.object_kind == ObjectKind::CommitMessage;
        }
    }
    let own = plan.lineage.introductions.iter().filter(|it| it.in_head);
    own.map(|it| {
        let (paths, speaks) = found.remove(&it.commit).unwrap_or_default();
        (it.commit, paths, speaks)
    })
    .collect()
}

fn paths<'a>(paths: impl Iterator<Item = &'a Masked>) -> String {
    let names: Vec<String> = paths.map(|path| printable(&path.text())).collect();
    wording::list(&names, names.len(), 24)
}

/// The command that stages these paths; where one cannot be named, git asks.
fn add<'a>(paths: impl Iterator<Item = &'a Masked>) -> String {
    let words: Option<Vec<String>> = paths.map(shell::word).collect();
    match words {
        Some(words) if !words.is_empty() => format!("git --literal-pathspecs add -- {}", words.join(" ")),
        _ => "git add --patch".to_owned(),
    }
}

fn amend(touched: &BTreeSet<&Masked>, speaks: bool) -> Vec<String> {
    let stage = (!touched.is_empty()).then(|| add(touched.iter().copied()));
    let amend = if speaks { "git commit --amend" } else { "git commit --amend --no-edit" };
    stage.into_iter().chain([amend.to_owned()]).collect()
}

/// Earlier commits of the branch: git stops at each, and the reader amends it.
fn rebase(plan: &Plan, by_commit: &[(Oid, BTreeSet<&Masked>, bool)], text: &mut Text) {
    let ids: Vec<String> = by_commit.iter().map(|(commit, _, _)| wording::short(*commit)).collect();
    let is_root = plan.lineage.introductions.iter().any(|it| it.in_head && it.parents == 0);
    let base = match ids.first() {
        Some(first) if !is_root => format!("{first}^"),
        _ => "--root".to_owned(),
    };
    text.step(
        "Rebase, with a stop at each commit that brings it in",
        "With a clean working tree, on the branch that is checked out now.",
    );
    text.run(&[
        format!("GIT_SEQUENCE_EDITOR=\"sed -i.bak -E 's/^pick ({})/edit \\1/'\" \\", ids.join("|")),
        format!("  git -c core.abbrev=40 -c rebase.abbreviateCommands=false rebase --interactive --no-autosquash --rebase-merges {base}"),
    ]);
    text.step("At each stop take it out, and go on", "");
    for (commit, touched, speaks) in by_commit {
        let files = if touched.is_empty() { "no file".to_owned() } else { paths(touched.iter().copied()) };
        let message = if *speaks { "; its message too (git commit --amend without --no-edit)" } else { "" };
        text.item(&format!("{}: {files}{message}", wording::short(*commit)));
    }
    let all: BTreeSet<&Masked> = by_commit.iter().flat_map(|(_, paths, _)| paths.iter().copied()).collect();
    let mut commands = amend(&all, false);
    if by_commit.len() > 1 {
        // The files differ from stop to stop.
        commands = vec!["git add --update".to_owned(), "git commit --amend --no-edit".to_owned()];
    }
    commands.push("git rebase --continue".to_owned());
    text.run(&commands);
    text.say(
        "A later commit that touched the same lines stops with a conflict: keep its side without the key. One that only took \
         the key out is empty now: git rebase --skip.",
    );
}

/// Several refs, or a merge: git-filter-repo rewrites them in place.
fn filter(plan: &Plan, text: &mut Text) {
    let refs: Option<Vec<String>> = plan.own_refs().into_iter().map(shell::word).collect();
    text.step(
        "Filter these refs",
        "With git-filter-repo (pip install git-filter-repo, or your system's package). It sets the working tree back to HEAD: \
         git status must show nothing that you want to keep. Commits before those with the key keep their ids; the signatures \
         of the others are gone. Afterwards git reset --hard in every other worktree.",
    );
    let mut parts = vec!["git filter-repo --force".to_owned()];
    if let Some(refs) = refs {
        let refs = refs.into_iter().chain(plan.lineage.detached.then(|| "HEAD".to_owned()));
        let before = plan.lineage.before.iter().take(BEFORE).map(|base| format!("^{}", wording::short(base.commit)));
        let before: Vec<String> = if plan.lineage.before.len() > BEFORE { Vec::new() } else { before.collect() };
        parts.push(format!("--refs {}", refs.chain(before).collect::<Vec<_>>().join(" ")));
    }
    parts.extend(replacing(plan, false));
    text.run(&[export(plan), parts.join(" \\\n  ")]);
    if plan.lineage.detached {
        text.say("The HEAD of another worktree has it without a branch: check a cleaned branch out there.");
    }
}

/// With more commits to begin behind, the whole of each ref is read.
const BEFORE: usize = 50;

fn stash(text: &mut Text) {
    text.step(
        "Empty the stash",
        "Its entries hold the commits that they were made on. Take what you need out of it first (git stash pop, or git stash \
         branch NAME).",
    );
    text.run(&["git stash clear".to_owned()]);
}

/// Annotated tags whose own message shows it.
fn tags(plan: &Plan, commits: Commits, text: &mut Text) {
    let filtered: Vec<&Masked> = if commits == Commits::Filter { plan.own_refs() } else { Vec::new() };
    let left: Vec<&Masked> = plan.lineage.tags.iter().filter(|tag| !filtered.contains(tag)).collect();
    if left.is_empty() {
        return;
    }
    text.step(
        "Write these tags anew",
        "An editor opens for each: leave the key out. Add --sign where the tag was signed.",
    );
    for tag in left {
        let name = tag.bytes().strip_prefix(b"refs/tags/").map(|_| tag);
        match name.and_then(shell::word) {
            Some(word) => {
                let word = word.replacen("refs/tags/", "", 1);
                text.run(&[format!("git tag --annotate --force --edit -m '' {word} {word}'^{{}}'")]);
            }
            None => text.item(&printable(&tag.text())),
        }
    }
    text.say(
        "Git does not record whether a tag was pushed: git ls-remote --tags REMOTE tells. If one was, push it anew \
         (git push --force REMOTE tag NAME), and others have the key.",
    );
}

/// Refs whose names show it.
fn renames(outcome: &Outcome, plan: &Plan, text: &mut Text) {
    if named(outcome, plan, ObjectKind::RefName).is_empty() {
        return;
    }
    text.step(
        "Rename these refs",
        "Their names show the key, so they cannot be written here: git prints them. Then git branch -m OLD NEW, or for a tag \
         git tag NEW OLD and git tag -d OLD.",
    );
    let tips: BTreeSet<Oid> = outcome
        .holding(plan.id)
        .filter(|finding| finding.object_kind == ObjectKind::RefName)
        .flat_map(|it| {
            it.object.iter().filter_map(|object| object.oid).chain(it.also_at.iter().filter_map(|at| at.oid))
        })
        .collect();
    for tip in tips {
        text.run(&[format!("git for-each-ref --format='%(refname)' --points-at {}", wording::short(tip))]);
    }
}

/// What git keeps although nothing names it.
pub(super) fn forget(plan: &Plan, text: &mut Text) {
    let stashes =
        if plan.has_stash() { "" } else { " Older entries of the stash go with it: look at git stash list first." };
    text.step("Let git forget the old commits", &format!("Reflogs keep them for months.{stashes}"));
    text.run(&[
        "git reflog expire --expire=now --expire-unreachable=now --all".to_owned(),
        "git gc --prune=now".to_owned(),
    ]);
    check(plan, "konceal audit", text);
}
