//! Histories: every object once, then who brought in what was found.

mod exposure;
mod head;
mod lineage;
mod objects;
mod place;
mod scope;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Mutex;

use super::introduced::{Graph, Hot, Introduced};
use super::{Collector, Context};
use crate::blob::Oid;
use crate::finding::Finding;
use crate::secret::{KeyId, Raw};
use crate::source::SourceError;
use crate::source::coverage::Code;
use crate::source::git::{Repository, short};
use crate::source::history::attribution::{Collect, Front};
use crate::source::history::commits::{self, Commits, TagData};
use crate::source::history::objects::Bits;
use crate::source::history::tips::{self, Tips};
use crate::source::history::trees::{self, Pass, Prefixes};
use crate::source::history::{Fault, Kind, Stores, walk};
use objects::{Blobs, Messages};

pub use exposure::Traces;
use scope::Scope;

/// What is known of the repository while its history is being scanned.
struct History<'a> {
    context: &'a Context<'a>,
    repository: &'a Repository,
    stores: &'a Stores,
    /// The revisions that the user named; none for everything.
    revisions: &'a [Oid],
    shallow: HashSet<Oid>,
    tips: Tips,
    commits: Commits,
    tags: HashMap<Oid, TagData>,
}

/// Scans the history: everything, or what `revisions` reach.
pub(super) fn history(
    context: &Context<'_>,
    repository: &Repository,
    revisions: &[Oid],
    collector: &mut Collector,
) -> Result<(), SourceError> {
    if repository.is_shallow() {
        context.ledger.set_shallow();
    }
    let shallow = tips::shallow(repository);
    let stores = Stores::open(repository, context.ledger)?;
    context.progress.expect(u64::from(stores.count()));
    let tips = Tips::read(repository, context.ledger)?;

    let messages = Messages::new(context);
    walk::walk(&stores, &[Kind::Commit, Kind::Tag], &messages, context.cancel);
    let found = messages.finish();
    let commits = Commits::new(found.commits, |id| shallow.contains(id));
    let tags = found.tags.into_iter().map(|tag| (tag.id, tag)).collect();
    let mut history = History { context, repository, stores: &stores, revisions, shallow, tips, commits, tags };
    let peeled = history.peel();
    let scope = history.scope(&peeled);
    note_faults(context, &found.faults, |id| scope.has(&stores, id));
    context.ledger.objects(found.seen.iter().filter(|&&number| scope.wants(number)).count() as u64);

    let blobs = Blobs::new(context, &scope);
    walk::walk(&stores, &[Kind::Blob], &blobs, context.cancel);
    let blobs = blobs.finish();
    let front = history.front(&scope, &blobs.hot);
    history.note_unknown(&scope);
    if context.cancel.is_set() {
        // Who introduced what cannot be told without all trees; what was found is told without it.
        history.place_loose(&blobs.hot, collector);
        return Ok(());
    }
    let describe = |id: Oid| {
        let (_, bytes) = walk::read(&stores, stores.locate(&id)?).ok()?;
        Some(commits::describe(id, &bytes))
    };
    let graph = Graph::new(&history.commits, &describe);
    for hot in &blobs.hot {
        hot.examined.iter().for_each(|examined| collector.remember(examined));
    }
    let introducing = history.place(&peeled, &scope, &graph, &front, &blobs, collector);
    history.place_messages(&peeled, &scope, &graph, &found.hot, collector);
    collector.first = history.first_seen(&graph, &collector.findings);
    if collector.traces.is_some() {
        history.trace(&graph, &front, &blobs.hot, &found.hot, &introducing, collector);
    }
    if revisions.is_empty() {
        history.place_ref_names(collector);
    }
    Ok(())
}

impl History<'_> {
    /// The trees that lead to what was found. In a scan of everything this is also where it shows what is missing.
    fn front(&self, scope: &Scope, hot: &[Hot]) -> Front {
        let blobs: HashMap<Oid, u32> = hot.iter().zip(0..).map(|(hot, at)| (hot.id, at)).collect();
        let mut prefixes = Prefixes::default();
        for id in blobs.keys() {
            prefixes.insert(trees::prefix(id.as_slice()));
        }
        let mut pass = Pass::new(self.stores);
        pass.wanted = scope.wanted.as_ref();
        // In a narrower scope, that was looked at when the scope was made.
        let is_first = scope.wanted.is_none();
        pass.missing = is_first.then(Mutex::default);
        if !blobs.is_empty() {
            pass.graph = Some(Mutex::default());
            pass.holders = Some((&prefixes, Mutex::default()));
        }
        if is_first || !blobs.is_empty() {
            let counted = objects::Counted { context: self.context, inner: &pass, counts: is_first };
            walk::walk(self.stores, &[Kind::Tree], &counted, self.context.cancel);
        }
        let Pass { missing, graph, holders, faults, .. } = pass;
        let faults = unlock(faults);
        if is_first {
            note_faults(self.context, &faults, |_| true);
            self.note_missing(&missing.map(unlock).unwrap_or_default());
        }
        let (Some(graph), Some((_, holders))) = (graph, holders) else { return Front::default() };
        let (graph, mut front) = (unlock(graph), unlock(holders));
        let marks = Bits::new(self.stores.count());
        graph.spread(&mut front, &marks);
        let collect = Collect::new(&marks, &front, &blobs);
        walk::walk(self.stores, &[Kind::Tree], &collect, self.context.cancel);
        collect.finish()
    }

    /// Objects of which not even the kind can be told.
    fn note_unknown(&self, scope: &Scope) {
        for (id, number) in self.stores.unknown() {
            if scope.wanted.is_none() || scope.wants(number) {
                let why = "a delta whose base is missing or that builds on itself, or no object at all".to_owned();
                self.context.ledger.note(Code::CORRUPT, Some(Raw::new(short(id))), Some(why));
            }
        }
    }

    /// Who introduces which key at which path, commits of notes apart.
    fn introduced(&self, scope: &Scope, front: &Front, hot: &[Hot], is_notes: bool) -> Introduced {
        let mut introduced = Introduced::default();
        let root = |commit: u32| front.find(&self.commits.get(commit)?.tree);
        for commit in (0..self.commits.count()).filter(|&it| scope.has_commit(it)) {
            if is_notes_commit(self.commits.reach(commit)) != is_notes {
                continue;
            }
            let Some(tree) = root(commit) else { continue };
            let parents: Vec<u32> = self.commits.parents(commit).iter().filter_map(|&it| root(it)).collect();
            let changes = front.changes(tree, &parents, |path, blob, theirs| {
                introduced.add(self.context, hot, path, commit, blob, theirs);
            });
            if changes.is_err() {
                self.note_too_many(commit);
            }
        }
        introduced
    }

    /// Of each key the first of the commits that its findings name.
    fn first_seen(&self, graph: &Graph<'_>, findings: &[Finding<Raw>]) -> BTreeMap<KeyId, Oid> {
        let mut groups: BTreeMap<KeyId, Vec<u32>> = BTreeMap::new();
        for finding in findings.iter().filter(|finding| finding.accepted.is_none()) {
            let commit = finding.commit.as_ref().and_then(|commit| self.commits.find(&commit.oid));
            if let (Some(key), Some(commit)) = (&finding.key, commit) {
                groups.entry(key.id).or_default().push(commit);
            }
        }
        let (keys, groups): (Vec<KeyId>, Vec<Vec<u32>>) = groups.into_iter().unzip();
        let first = graph.first_of(&groups).into_iter().map(|first| Some(self.commits.get(first?)?.id));
        keys.into_iter().zip(first).filter_map(|(key, first)| Some((key, first?))).collect()
    }

    fn note_too_many(&self, commit: u32) {
        let place = self.commits.get(commit).map(|it| Raw::new(short(it.id)));
        let why = "one commit names what was found at more than 250,000 places".to_owned();
        self.context.ledger.note(Code::TOO_LARGE, place, Some(why));
    }
}

/// Whether only notes reach such a commit.
fn is_notes_commit(reach: u8) -> bool {
    use crate::source::history::commits::reach::{NOTES, NOTES_LOG, REF, REFLOG};
    reach & (NOTES | NOTES_LOG) != 0 && reach & (REF | REFLOG) == 0
}

/// Enters what could not be read into the ledger.
fn note_faults(context: &Context<'_>, faults: &[(Oid, Fault)], wants: impl Fn(&Oid) -> bool) {
    for (id, fault) in faults.iter().filter(|(id, _)| wants(id)) {
        let place = Some(Raw::new(short(*id)));
        match fault {
            Fault::Corrupt(why) => context.ledger.note(Code::CORRUPT, place, Some((*why).to_owned())),
            Fault::TooLarge(size) => context.ledger.note(Code::TOO_LARGE, place, Some(format!("{size} bytes"))),
        }
    }
}

fn unlock<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
