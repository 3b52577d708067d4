//! The steps for a key that others may have: a mirror clone is cleaned and pushed back.

use super::{Text, check, export, named, replacing};
use crate::audit::Plan;
use crate::blob::{ObjectKind, Oid};
use crate::report::{printable, shell, wording};
use crate::scan::{Outcome, Spot};
use crate::secret::Masked;

/// So many names are given.
const MOST: usize = 12;

pub(super) fn shared(outcome: &Outcome, plan: &Plan, text: &mut Text) {
    let lineage = &plan.lineage;
    text.step(
        "Agree on an hour",
        "Nobody pushes from here until it is done. Open pull requests are merged or closed: they hold the old commits.",
    );
    let count = wording::count(lineage.commits as u64, "commit", "commits");
    let others = if narrow(plan).is_some() { "keep theirs" } else { "keep theirs unless they are signed" };
    let refs: Vec<String> = lineage.refs.iter().map(|name| printable(&name.text())).collect();
    text.say(&format!(
        "{count} get new ids, all others {others}. Reached from here by {}.",
        wording::list(&refs, refs.len(), MOST)
    ));
    if !lineage.unpushed.is_empty() && !lineage.remotes.is_empty() {
        let names: Vec<String> = lineage.unpushed.iter().map(|name| printable(&name.text())).collect();
        let names = wording::list(&names, names.len(), MOST);
        text.say(&format!("Only here, as far as git knows: {names}. They stay as they are until the last step."));
    }
    let names = named(outcome, plan, ObjectKind::RefName);
    if !names.is_empty() {
        let names: Vec<String> = names.iter().map(|name| printable(&name.text())).collect();
        let names = wording::list(&names, names.len(), MOST);
        text.say(&format!("Its name stands in the refs {names}: they are renamed, and the old ones go."));
    }
    let remotes: Vec<Option<&Masked>> =
        if lineage.remotes.is_empty() { vec![None] } else { lineage.remotes.iter().map(Some).collect() };
    for (number, remote) in remotes.iter().enumerate() {
        clean(plan, *remote, number == 0, text);
    }
    survives(plan, text);
    this_clone(plan, text);
}

/// Cleans one remote; none stands for this bare repository itself.
fn clean(plan: &Plan, remote: Option<&Masked>, is_first: bool, text: &mut Text) {
    let name = remote.map_or_else(|| "this repository".to_owned(), |remote| printable(&remote.text()));
    text.step(
        &format!("Clean a fresh mirror clone of {name}"),
        "With git-filter-repo (pip install git-filter-repo, or your system's package).",
    );
    let address = match remote {
        None => "url=$(git rev-parse --absolute-git-dir)".to_owned(),
        Some(remote) => {
            let word = shell::word(remote).unwrap_or_else(|| "(that remote)".to_owned());
            format!("url=$(git remote get-url -- {word})")
        }
    };
    let mut commands: Vec<String> = is_first.then(|| export(plan)).into_iter().collect();
    commands.extend([
        address,
        "clean=$(mktemp -d)/clean.git".to_owned(),
        "git clone --mirror --no-local -- \"$url\" \"$clean\"".to_owned(),
    ]);
    commands.extend(filter(plan));
    text.run(&commands);
    check(plan, "konceal audit \"$clean\"", text);
    text.step(
        &format!("Push it back to {name}"),
        "This replaces every branch and tag there: lift branch protection for it, and put it back. A host refuses refs of \
         its own (refs/pull/, refs/merge-requests/); all others must be taken.",
    );
    text.run(&["git -C \"$clean\" push --force --mirror -- \"$url\"".to_owned()]);
    if remote.is_none() {
        text.run(&["git reflog expire --expire=now --all".to_owned(), "git gc --prune=now".to_owned()]);
    }
    text.run(&["rm -rf -- \"$clean\"".to_owned()]);
}

/// So many commits are named to narrow the filtering down.
const NARROW: usize = 50;

/// The commits of others that bring it in, and those to begin behind, where no other ref has to change than those that reach the
/// former: git-filter-repo drops the signature of every commit that it reads, and so gives it a new id.
fn narrow(plan: &Plan) -> Option<(Vec<Oid>, Vec<Oid>)> {
    let lineage = &plan.lineage;
    let is_plain = |name: &Masked| {
        [&b"refs/heads/"[..], b"refs/tags/", b"refs/remotes/", b"refs/stash"]
            .iter()
            .any(|kind| name.bytes().starts_with(kind))
    };
    let is_possible = lineage.refs.iter().all(is_plain)
        && lineage.tags.iter().all(|tag| lineage.refs.contains(tag))
        && !lineage.spots.contains(&Spot::RefName);
    let introducing: Vec<Oid> = lineage.introductions.iter().filter(|it| it.shared).map(|it| it.commit).collect();
    let before: Vec<Oid> = lineage.before.iter().filter(|it| it.shared).map(|it| it.commit).collect();
    let few = (1..=NARROW).contains(&introducing.len()) && before.len() <= NARROW;
    (is_possible && few).then_some((introducing, before))
}

/// The commands that filter the clone.
fn filter(plan: &Plan) -> Vec<String> {
    let Some((introducing, before)) = narrow(plan) else {
        let parts = ["git -C \"$clean\" filter-repo".to_owned()].into_iter().chain(replacing(plan, true));
        return vec![parts.collect::<Vec<_>>().join(" \\\n  ")];
    };
    let contains: Vec<String> = introducing.iter().map(|&id| format!("--contains {}", wording::short(id))).collect();
    let before: Vec<String> = before.iter().map(|&id| format!(" ^{}", wording::short(id))).collect();
    let mut parts = vec![
        format!("git -C \"$clean\" for-each-ref --format='%(refname)' {}", contains.join(" ")),
        "| tr '\\n' '\\0' | xargs -0 git -C \"$clean\" filter-repo".to_owned(),
    ];
    parts.extend(replacing(plan, false));
    parts.push(format!("--refs{}", before.concat()));
    vec![parts.join(" \\\n  "), "git -C \"$clean\" gc --prune=now".to_owned()]
}

/// What no push can take back.
fn survives(plan: &Plan, text: &mut Text) {
    text.step("Know what survives, and go after it", "");
    for what in [
        "Other clones, forks and mirrors have it until each is deleted and cloned anew; one merge of an old branch brings \
         all of it back.",
        "Refs of pull and merge requests, and pages of a commit by its id, stay on the host until it collects its garbage. Ask \
         its support to do so; closing the requests is not enough. On a server of your own: git gc --prune=now there.",
        "Releases, packages, images, build artefacts, logs and caches of pipelines that were made from the old commits.",
        "Backups, search indexes, archives of others.",
        "Signatures: those of the rewritten commits and tags are gone. Sign and tag anew what must be signed.",
        "Ids: issues, notes and submodules of other repositories that name an old commit name nothing any more.",
    ] {
        text.item(what);
    }
    if plan.lineage.refs.iter().any(|name| name.bytes().starts_with(b"refs/notes/")) {
        text.item("Notes of this repository: their text is cleaned, but they still belong to the old ids.");
    }
}

/// What is left in the repository that was audited.
fn this_clone(plan: &Plan, text: &mut Text) {
    if plan.lineage.remotes.is_empty() {
        return;
    }
    text.step(
        "Then this clone",
        "If nothing here is unpushed, delete it and clone anew. Otherwise fetch, set each branch to its cleaned one \
         (git reset --hard origin/BRANCH) or rebase your own commits onto it, and ask again: this plan then says what is left \
         here, stashes and reflogs too.",
    );
    text.run(&["git fetch --all --prune --tags --force".to_owned(), format!("konceal audit --purge-plan {}", plan.id)]);
}
