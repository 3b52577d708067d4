//! Which way a key can be taken out of a repository, from where it stands and who may have it already.

use std::path::Path;

use crate::finding::Reach;
use crate::scan::{KeySummary, Leak, Lineage, Outcome};
use crate::secret::{KeyId, Masked, Masker, Raw};

/// What is to be done for one key; nothing in it is the key.
#[derive(Debug)]
pub struct Plan {
    /// Which key.
    pub id: KeyId,
    /// The way.
    pub route: Route,
    /// The paths at which it is staged, if HEAD does not have it there.
    pub staged: Vec<Masked>,
    /// The commits and refs that it is about.
    pub lineage: Lineage<Masked>,
    /// The file of replacements, where the way needs one, once it is made.
    pub file: Option<Masked>,
}

/// The way that a key can be taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// No commit has it yet: it is on disk or staged.
    Uncommitted,
    /// Nothing but reflogs, or nothing at all, reaches it.
    Forget,
    /// Refs of this repository alone reach it.
    Local(Commits),
    /// Others have it, or may have it: a remote-tracking ref reaches it, or this is a bare repository, from which others fetch.
    Shared,
}

/// What happens to the commits that have a key in their history, where they are this repository's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commits {
    /// No branch has it: it stands in the message of a tag, in a ref's name or in a stash.
    Untouched,
    /// The last commit of the branch that is checked out brings it in, and nothing else has it.
    Amend,
    /// Earlier commits of that branch do, none of which is a merge.
    Rebase,
    /// Several refs have it, a merge brings it in, or what is checked out does not have it: git-filter-repo, here.
    Filter,
}

/// The refs of a stash; its commits are dropped, not rewritten.
const STASH: &[u8] = b"refs/stash";

impl Plan {
    /// The plan for a leak that the audit found. A key whose findings are all accepted has none.
    pub fn new(outcome: &Outcome, leak: &Leak) -> Option<Self> {
        let key = outcome.keys.iter().find(|key| key.id == leak.id)?;
        let lineage = leak.lineage.clone();
        Some(Self { id: leak.id, route: route(key, &lineage), staged: leak.staged.clone(), lineage, file: None })
    }

    /// Whether the way needs the file of replacements.
    pub fn needs_file(&self) -> bool {
        matches!(self.route, Route::Shared | Route::Local(Commits::Filter))
    }

    /// Names the file. Its path is masked by value, should the folder's name show the key.
    pub fn keep(&mut self, file: &Path, leak: &Leak) {
        let mut masker = Masker::new();
        masker.add(&leak.key);
        self.file = Some(masker.mask(&Raw::new(crate::source::worktree::bytes_of(file))));
    }

    /// Whether there are stashes that have it, or may have it: they hold the commits that they were made on.
    pub fn has_stash(&self) -> bool {
        self.lineage.refs.iter().any(|name| name.bytes() == STASH)
    }

    /// The refs of this repository's own whose commits have it.
    pub fn own_refs(&self) -> Vec<&Masked> {
        own_refs(&self.lineage)
    }
}

fn own_refs(lineage: &Lineage<Masked>) -> Vec<&Masked> {
    let is_own = |name: &&Masked| name.bytes() != STASH && !name.bytes().starts_with(b"refs/remotes/");
    lineage.refs.iter().filter(is_own).collect()
}

fn route(key: &KeySummary, lineage: &Lineage<Masked>) -> Route {
    let exposure = key.exposure.clone().unwrap_or_default();
    match exposure.reach {
        None => return Route::Uncommitted,
        _ if exposure.pushed => return Route::Shared,
        Some(Reach::Ref) if lineage.bare => return Route::Shared,
        Some(Reach::Reflog | Reach::Unreachable) => return Route::Forget,
        Some(Reach::Ref) => {}
    }
    let own = own_refs(lineage);
    let current: Vec<_> = lineage.introductions.iter().filter(|it| it.in_head).collect();
    let is_only_head = !lineage.detached && own.iter().all(|name| Some(*name) == lineage.branch.as_ref());
    Route::Local(if own.is_empty() && current.is_empty() && !lineage.detached {
        Commits::Untouched
    } else if !is_only_head || current.is_empty() || current.iter().any(|it| it.parents > 1) {
        Commits::Filter
    } else if current.iter().all(|it| Some(it.commit) == lineage.head) {
        Commits::Amend
    } else {
        Commits::Rebase
    })
}
