//! One key with what only the plan that removes it may know: the key itself, every way in which it is written, and the commits
//! and refs that would have to change. Nothing else of a run holds a key beyond its end.

use std::collections::BTreeSet;

use super::Collector;
use crate::blob::Oid;
use crate::secret::{KeyId, Masked, Masker, Raw, Secret};

/// A key as it stands in a repository. Reports never see it.
#[derive(Debug)]
pub struct Leak {
    /// Which key.
    pub id: KeyId,
    /// The key itself.
    pub key: Secret,
    /// The ways in which it is written other than as it is: of each the pieces in their order.
    pub forms: BTreeSet<Vec<Raw>>,
    /// The paths at which it is staged, if HEAD does not have it there.
    pub staged: Vec<Masked>,
    /// Its way through the history.
    pub lineage: Lineage<Masked>,
}

/// The commits and refs that a removal would have to change.
#[derive(Clone, Debug)]
pub struct Lineage<S> {
    /// The commit that is checked out.
    pub head: Option<Oid>,
    /// Full name of the branch that is checked out; none with a detached HEAD.
    pub branch: Option<S>,
    /// The commits that bring it in anywhere, parents first.
    pub introductions: Vec<Introduction>,
    /// How many commits with it in their history the refs reach.
    pub commits: usize,
    /// Parents of those commits that have it nowhere in their history: a rewriting can begin behind them.
    pub before: Vec<Base>,
    /// Full names of the refs that reach such a commit, in their order; remote-tracking ones too.
    pub refs: Vec<S>,
    /// Those branches and tags of them that no remote-tracking ref reaches.
    pub unpushed: Vec<S>,
    /// Whether the HEAD of another worktree reaches one without a branch.
    pub detached: bool,
    /// Full names of annotated tags whose own message holds it.
    pub tags: Vec<S>,
    /// Remotes of which a remote-tracking ref reaches it; of a bare repository all that it has.
    pub remotes: Vec<S>,
    /// Where besides text files and messages it is shown.
    pub spots: BTreeSet<Spot>,
    /// Whether there is no working tree.
    pub bare: bool,
}

/// A place that replacing text in files and messages does not reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// A name of an author, committer or tagger, or an address.
    Person,
    /// A file that is binary: it has a NUL byte near its beginning, as all UTF-16 has.
    BinaryFile,
    /// A path.
    Path,
    /// A ref's name.
    RefName,
}

/// A commit that brings a key in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Introduction {
    /// Its id.
    pub commit: Oid,
    /// How many parents it has.
    pub parents: usize,
    /// Whether what is checked out descends from it.
    pub in_head: bool,
    /// Whether others have it: a remote-tracking ref reaches it, or any ref of a bare repository.
    pub shared: bool,
}

/// A commit behind which a rewriting can begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Base {
    /// Its id.
    pub commit: Oid,
    /// Whether others have it.
    pub shared: bool,
}

impl<S> Default for Lineage<S> {
    fn default() -> Self {
        Self {
            head: None,
            branch: None,
            introductions: Vec::new(),
            commits: 0,
            before: Vec::new(),
            refs: Vec::new(),
            unpushed: Vec::new(),
            detached: false,
            tags: Vec::new(),
            remotes: Vec::new(),
            spots: BTreeSet::new(),
            bare: false,
        }
    }
}

impl<S> Lineage<S> {
    fn map<T>(self, mut to: impl FnMut(S) -> T) -> Lineage<T> {
        let mut all = |names: Vec<S>| names.into_iter().map(&mut to).collect();
        Lineage {
            refs: all(self.refs),
            unpushed: all(self.unpushed),
            tags: all(self.tags),
            remotes: all(self.remotes),
            branch: self.branch.map(&mut to),
            head: self.head,
            introductions: self.introductions,
            commits: self.commits,
            before: self.before,
            detached: self.detached,
            spots: self.spots,
            bare: self.bare,
        }
    }
}

impl Leak {
    /// The leak of the key that is wanted; none where none or several of those found are meant, or where the scan was cut off
    /// before it was known where they stand.
    pub(super) fn of(collector: &mut Collector, masker: &Masker) -> Option<Self> {
        let wanted = collector.wanted.as_ref()?;
        let found: BTreeSet<KeyId> = collector
            .findings
            .iter()
            .filter_map(|it| Some(it.key.as_ref()?.id))
            .filter(|&id| wanted.matches(id))
            .collect();
        let mut found = found.into_iter();
        let (Some(id), None) = (found.next(), found.next()) else { return None };
        let key = collector.keys.get(&id)?.clone();
        // A key that stands on disk or in the index alone has none.
        let mut lineage = collector.lineages.take()?.remove(&id).unwrap_or_default();
        let own = collector.findings.iter().filter(|it| it.key.as_ref().is_some_and(|own| own.id == id));
        if own.filter_map(|it| it.path.as_ref()).any(|path| shows(path.bytes(), &key)) {
            lineage.spots.insert(Spot::Path);
        }
        Some(Self {
            id,
            forms: collector.forms.remove(&id).unwrap_or_default(),
            staged: collector.staged.remove(&id).iter().flatten().map(|path| masker.mask(path)).collect(),
            lineage: lineage.map(|raw| masker.mask(&raw)),
            key,
        })
    }
}

/// Whether a text shows the key just as it is.
pub(super) fn shows(text: &[u8], key: &Secret) -> bool {
    memchr::memmem::find(text, key.expose()).is_some()
}
