//! What only an audit asks of a history: where each key stands today, whether it was pushed, and which commit took it away.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::History;
use super::lineage::Wanted;
use crate::blob::{ObjectKind, Oid};
use crate::finding::Commit;
use crate::scan::Collector;
use crate::scan::introduced::{Graph, Hot, standing};
use crate::secret::{KeyId, Raw, Secret};
use crate::source::history::attribution::Front;

/// What the history knows of one key besides its findings.
#[derive(Default)]
pub struct Trace {
    /// Whether a remote-tracking ref reaches a commit that shows it.
    pub pushed: bool,
    /// The commit that took it out of HEAD's history.
    pub removed: Option<Commit<Raw>>,
    /// Full names of branches and tags whose tip shows it.
    pub refs: BTreeSet<Raw>,
    /// Who introduced it anywhere.
    pub authors: BTreeSet<Raw>,
    /// The oldest annotated tag whose message shows it, as a commit is described.
    pub tagged: Option<Commit<Raw>>,
}

impl Trace {
    /// Takes note of an annotated tag.
    fn tag(&mut self, tag: Option<Commit<Raw>>) {
        let age = |tag: &Option<Commit<Raw>>| tag.as_ref().map(|tag| (tag.time, tag.oid));
        if self.tagged.is_none() || tag.is_some() && age(&tag) < age(&self.tagged) {
            self.tagged = tag;
        }
    }
}

/// The traces of all keys.
pub type Traces = BTreeMap<KeyId, Trace>;

/// Which commits introduce each key at any path, those of notes too.
pub type Introducing = BTreeMap<KeyId, BTreeSet<u32>>;

/// Which keys stand below a commit's tree, worked out once for each tree.
pub(super) struct Standing<'a> {
    history: &'a History<'a>,
    front: &'a Front,
    hot: &'a [Hot],
    known: HashMap<u32, Rc<BTreeSet<KeyId>>>,
}

impl<'a> Standing<'a> {
    fn at(&mut self, tree: &Oid) -> Rc<BTreeSet<KeyId>> {
        let Some(tree) = self.front.find(tree) else { return Rc::default() };
        if let Some(known) = self.known.get(&tree) {
            return known.clone();
        }
        let mut keys = BTreeSet::new();
        // A tree with too many places was entered into the ledger with the commit that introduced them.
        let _ = self.front.changes(tree, &[], |path, blob, _| {
            keys.extend(
                self.hot
                    .get(blob as usize)
                    .map(|hot| hot.standing(self.history.context, Some(path)))
                    .unwrap_or_default(),
            );
        });
        let keys = Rc::new(keys);
        self.known.insert(tree, keys.clone());
        keys
    }

    /// The blobs in which something was found, in the order of their ids.
    pub fn hot(&self) -> &'a [Hot] {
        self.hot
    }

    /// Which stand in the tree of a commit.
    pub fn of(&mut self, commit: u32) -> Rc<BTreeSet<KeyId>> {
        self.history.commits.get(commit).map_or_else(Rc::default, |commit| self.at(&commit.tree))
    }

    /// Which stand in what a ref names that is no commit: a tree or a blob.
    pub fn below(&mut self, id: &Oid) -> Rc<BTreeSet<KeyId>> {
        match self.hot.binary_search_by(|hot| hot.id.cmp(id)) {
            Ok(at) => Rc::new(self.hot.get(at).map(|hot| hot.standing(self.history.context, None)).unwrap_or_default()),
            Err(_) => self.at(id),
        }
    }
}

impl History<'_> {
    /// Traces the keys that were found in blobs and in the messages of commits and tags; of the key that is wanted its lineage
    /// as well.
    pub(super) fn trace(
        &self,
        graph: &Graph<'_>,
        front: &Front,
        hot: &[Hot],
        messages: &[(ObjectKind, Hot)],
        introducing: &Introducing,
        collector: &mut Collector,
    ) {
        let mut traces = Traces::new();
        let mut standing_at = Standing { history: self, front, hot, known: HashMap::new() };
        let is_remote = |name: &[u8]| name.starts_with(b"refs/remotes/");
        let remote = self.tips.tips.iter().filter(|tip| tip.name.as_deref().is_some_and(is_remote));
        let pushed = self.closure(remote.filter_map(|tip| self.commits.find(&tip.id)));
        for commit in (0..self.commits.count()).filter(|&it| pushed.get(it as usize) == Some(&true)) {
            for &key in standing_at.of(commit).iter() {
                traces.entry(key).or_default().pushed = true;
            }
        }
        let mut described: HashMap<u32, Option<Raw>> = HashMap::new();
        for (&key, commits) in introducing {
            let author = |&commit: &u32| {
                described.entry(commit).or_insert_with(|| graph.describe(commit).map(|it| it.author)).clone()
            };
            traces.entry(key).or_default().authors = commits.iter().filter_map(author).collect();
        }
        for (_, message) in messages {
            let commit = self.commits.find(&message.id);
            let described = commit.map_or_else(|| graph.describe_tag(message.id), |commit| graph.describe(commit));
            for (key, _) in standing(self.context, message) {
                let trace = traces.entry(key).or_default();
                trace.authors.extend(described.iter().map(|it| it.author.clone()));
                match commit {
                    Some(commit) => trace.pushed |= pushed.get(commit as usize) == Some(&true),
                    None => trace.tag(described.clone()),
                }
            }
        }
        self.trace_refs(&mut standing_at, messages, &mut traces);
        self.trace_removal(graph, &mut standing_at, &mut traces);
        if let Some(wanted) = &collector.wanted {
            let none = BTreeSet::new();
            let lineage = |(&id, key): (&KeyId, &Secret)| {
                let wanted = Wanted { id, key, introducing: introducing.get(&id).unwrap_or(&none), messages };
                (id, self.lineage(graph, &mut standing_at, &wanted, &pushed))
            };
            let meant = collector.keys.iter().filter(|(id, _)| wanted.matches(**id));
            collector.lineages = Some(meant.map(lineage).collect());
        }
        collector.traces = Some(traces);
    }

    /// The annotated tags on the way from a tip, and what the last one names. A tag can name a tag; a circle of them cannot be
    /// made.
    pub(super) fn peeled(&self, id: Oid) -> (Vec<Oid>, Oid) {
        let (mut tags, mut id) = (Vec::new(), id);
        while let Some(tag) = self.tags.get(&id) {
            tags.push(id);
            id = tag.target;
        }
        (tags, id)
    }

    /// Branches and tags whose tip shows a key: in its tree, or in the annotated tag itself.
    fn trace_refs(&self, standing_at: &mut Standing<'_>, messages: &[(ObjectKind, Hot)], traces: &mut Traces) {
        for tip in &self.tips.tips {
            let Some(name) = &tip.name else { continue };
            if ![&b"refs/heads/"[..], b"refs/tags/", b"refs/remotes/"].iter().any(|kind| name.starts_with(kind)) {
                continue;
            }
            let (tags, id) = self.peeled(tip.id);
            let mut keys = BTreeSet::new();
            for (_, message) in messages.iter().filter(|(_, message)| tags.contains(&message.id)) {
                keys.extend(standing(self.context, message).into_iter().map(|(key, _)| key));
            }
            match self.commits.find(&id) {
                Some(commit) => keys.extend(standing_at.of(commit).iter()),
                None => keys.extend(standing_at.below(&id).iter()),
            }
            for key in keys {
                traces.entry(key).or_default().refs.insert(Raw::new(name.as_slice()));
            }
        }
    }

    /// The newest commit of HEAD's history after which a key stands nowhere, although it stood in the commit's parents. A
    /// merge that only takes over another branch's removal is not meant, so one counts only where no plain removal is found.
    fn trace_removal(&self, graph: &Graph<'_>, standing_at: &mut Standing<'_>, traces: &mut Traces) {
        let head = self.repository.head_id().ok().flatten().and_then(|id| self.commits.find(&id));
        let Some(head) = head else { return };
        let today = standing_at.of(head);
        let reached = self.closure(std::iter::once(head));
        let mut commits: Vec<u32> =
            (0..self.commits.count()).filter(|&it| reached.get(it as usize) == Some(&true)).collect();
        graph.sort(&mut commits);
        let mut removals: BTreeMap<KeyId, (bool, u32)> = BTreeMap::new();
        for commit in commits {
            let own = standing_at.of(commit);
            let parents: Vec<_> = self.commits.parents(commit).iter().map(|&it| standing_at.of(it)).collect();
            for &key in parents.iter().flat_map(|parent| parent.iter()) {
                if own.contains(&key) || today.contains(&key) {
                    continue;
                }
                let plain = parents.iter().all(|parent| parent.contains(&key));
                let found = removals.entry(key).or_insert((plain, commit));
                if plain || !found.0 {
                    *found = (plain, commit);
                }
            }
        }
        for (key, (_, commit)) in removals {
            traces.entry(key).or_default().removed = graph.describe(commit);
        }
    }
}
