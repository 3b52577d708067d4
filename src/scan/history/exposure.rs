//! What only an audit asks of a history: where each key stands today, whether it was pushed, and which commit took it away.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::History;
use crate::blob::{ObjectKind, Oid};
use crate::finding::Commit;
use crate::scan::introduced::{Graph, Hot, standing};
use crate::secret::{KeyId, Raw};
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
}

/// The traces of all keys.
pub type Traces = BTreeMap<KeyId, Trace>;

/// Which keys stand below a commit's tree, worked out once for each tree.
struct Standing<'a> {
    history: &'a History<'a>,
    front: &'a Front,
    hot: &'a [Hot],
    known: HashMap<u32, Rc<BTreeSet<KeyId>>>,
}

impl Standing<'_> {
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

    fn of(&mut self, commit: u32) -> Rc<BTreeSet<KeyId>> {
        self.history.commits.get(commit).map_or_else(Rc::default, |commit| self.at(&commit.tree))
    }
}

impl History<'_> {
    /// Traces the keys that were found in blobs and in the messages of commits and tags.
    pub(super) fn trace(
        &self,
        graph: &Graph<'_>,
        front: &Front,
        hot: &[Hot],
        messages: &[(ObjectKind, Hot)],
    ) -> Traces {
        let mut traces = Traces::new();
        let mut standing_at = Standing { history: self, front, hot, known: HashMap::new() };
        let is_remote = |name: &[u8]| name.starts_with(b"refs/remotes/");
        let remote: Vec<u32> = self
            .tips
            .tips
            .iter()
            .filter(|tip| tip.name.as_deref().is_some_and(is_remote))
            .filter_map(|tip| self.commits.find(&tip.id))
            .collect();
        let pushed = self.closure(remote.into_iter());
        for commit in 0..self.commits.count() {
            let own = standing_at.of(commit);
            let is_pushed = pushed.get(commit as usize) == Some(&true);
            for &key in own.iter() {
                traces.entry(key).or_default().pushed |= is_pushed;
            }
            let parents: Vec<_> = self.commits.parents(commit).iter().map(|&it| standing_at.of(it)).collect();
            let new = own.iter().filter(|key| !parents.iter().any(|parent| parent.contains(key)));
            let new: Vec<KeyId> = new.copied().collect();
            if !new.is_empty()
                && let Some(described) = graph.describe(commit)
            {
                for key in new {
                    traces.entry(key).or_default().authors.insert(described.author.clone());
                }
            }
        }
        for (_, message) in messages {
            let commit = self.commits.find(&message.id);
            for (key, _) in standing(self.context, message) {
                let trace = traces.entry(key).or_default();
                if let Some(commit) = commit {
                    trace.pushed |= pushed.get(commit as usize) == Some(&true);
                    trace.authors.extend(graph.describe(commit).map(|it| it.author));
                }
            }
        }
        self.trace_refs(&mut standing_at, messages, &mut traces);
        self.trace_removal(graph, &mut standing_at, &mut traces);
        traces
    }

    /// Branches and tags whose tip shows a key: in its tree, or in the annotated tag itself.
    fn trace_refs(&self, standing_at: &mut Standing<'_>, messages: &[(ObjectKind, Hot)], traces: &mut Traces) {
        for tip in &self.tips.tips {
            let Some(name) = &tip.name else { continue };
            if ![&b"refs/heads/"[..], b"refs/tags/", b"refs/remotes/"].iter().any(|kind| name.starts_with(kind)) {
                continue;
            }
            let mut id = tip.id;
            // A tag can name a tag; a circle of them cannot be made.
            while let Some(tag) = self.tags.get(&id) {
                for (_, message) in messages.iter().filter(|(_, message)| message.id == id) {
                    for (key, _) in standing(self.context, message) {
                        traces.entry(key).or_default().refs.insert(Raw::new(name.as_slice()));
                    }
                }
                id = tag.target;
            }
            if let Some(commit) = self.commits.find(&id) {
                for &key in standing_at.of(commit).iter() {
                    traces.entry(key).or_default().refs.insert(Raw::new(name.as_slice()));
                }
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
