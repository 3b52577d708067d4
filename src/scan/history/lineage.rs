//! The commits and refs that would have to change if one key is to go.

use std::collections::BTreeSet;

use super::History;
use super::exposure::Standing;
use crate::blob::{ObjectKind, Oid};
use crate::scan::introduced::{Graph, Hot, standing};
use crate::scan::leak::{Base, Introduction, Lineage, Spot, shows};
use crate::secret::{KeyId, Raw, Secret};
use crate::source::history::{commits, walk};

/// A NUL among so many first bytes makes a file binary to git-filter-repo (to git, among 8,000).
const BINARY: usize = 8192;

/// What of a history shows the wanted key.
pub(super) struct Wanted<'a> {
    /// Which key.
    pub id: KeyId,
    /// The key itself.
    pub key: &'a Secret,
    /// The commits that bring it in at any path.
    pub introducing: &'a BTreeSet<u32>,
    /// Messages in which something was found.
    pub messages: &'a [(ObjectKind, Hot)],
}

impl History<'_> {
    /// The lineage of a key; `pushed` says which commits a remote-tracking ref reaches.
    pub(super) fn lineage(
        &self,
        graph: &Graph<'_>,
        standing_at: &mut Standing<'_>,
        wanted: &Wanted<'_>,
        pushed: &[bool],
    ) -> Lineage<Raw> {
        let speaking: BTreeSet<Oid> = wanted
            .messages
            .iter()
            .filter(|(_, hot)| standing(self.context, hot).iter().any(|(key, _)| *key == wanted.id))
            .map(|(_, hot)| hot.id)
            .collect();
        let head = self.repository.head_id().ok().flatten();
        let head_commit = head.and_then(|head| self.commits.find(&head));
        let mut lineage = Lineage { head, bare: self.repository.is_bare(), ..Lineage::default() };
        lineage.branch = self.repository.branch().map(Raw::new);
        let spots = [
            (Spot::Person, speaking.iter().any(|id| self.names_show(*id, wanted.key))),
            (Spot::BinaryFile, standing_at.hot().iter().any(|hot| self.is_binary(hot, wanted.id))),
            (Spot::RefName, self.tips.names.iter().any(|name| shows(name, wanted.key))),
        ];
        lineage.spots.extend(spots.into_iter().filter(|(_, shows)| *shows).map(|(spot, _)| spot));

        let tainted = self.tainted(graph, standing_at, wanted, &speaking);
        let is_tainted = |commit: u32| tainted.get(commit as usize) == Some(&true);
        let in_head = self.closure(head_commit.into_iter());
        let is_shared = |commit: u32| {
            pushed.get(commit as usize) == Some(&true) || self.repository.is_bare() && self.is_held(commit)
        };
        let own = |commit: &u32| self.commits.get(*commit).is_some_and(|it| speaking.contains(&it.id));
        let mut introducing: Vec<u32> = wanted.introducing.iter().copied().collect();
        introducing.extend((0..self.commits.count()).filter(own));
        graph.sort(&mut introducing);
        for commit in introducing {
            let Some(data) = self.commits.get(commit) else { continue };
            lineage.introductions.push(Introduction {
                commit: data.id,
                parents: data.parents.len(),
                in_head: in_head.get(commit as usize) == Some(&true),
                shared: is_shared(commit),
            });
        }
        let mut before = BTreeSet::new();
        for commit in (0..self.commits.count()).filter(|&it| is_tainted(it) && self.is_held(it)) {
            lineage.commits += 1;
            let clean = self.commits.parents(commit).iter().filter(|&&parent| !is_tainted(parent));
            before.extend(
                clean.filter_map(|&parent| {
                    Some(Base { commit: self.commits.get(parent)?.id, shared: is_shared(parent) })
                }),
            );
        }
        lineage.before = before.into_iter().collect();
        self.lineage_of_refs(standing_at, wanted, &speaking, &is_tainted, pushed, &mut lineage);
        self.lineage_of_remotes(&mut lineage);
        lineage
    }

    /// Whether a ref reaches the commit.
    fn is_held(&self, commit: u32) -> bool {
        self.commits.reach(commit) & (commits::reach::REF | commits::reach::NOTES) != 0
    }

    /// Which commits show the key or descend from one that does.
    fn tainted(
        &self,
        graph: &Graph<'_>,
        standing_at: &mut Standing<'_>,
        wanted: &Wanted<'_>,
        speaking: &BTreeSet<Oid>,
    ) -> Vec<bool> {
        let mut tainted = vec![false; self.commits.count() as usize];
        for &commit in graph.order() {
            let inherits = self.commits.parents(commit).iter().any(|&it| tainted.get(it as usize) == Some(&true));
            let speaks = || self.commits.get(commit).is_some_and(|it| speaking.contains(&it.id));
            let is_tainted = inherits || speaks() || standing_at.of(commit).contains(&wanted.id);
            if let Some(tainted) = tainted.get_mut(commit as usize) {
                *tainted = is_tainted;
            }
        }
        tainted
    }

    fn lineage_of_refs(
        &self,
        standing_at: &mut Standing<'_>,
        wanted: &Wanted<'_>,
        speaking: &BTreeSet<Oid>,
        is_tainted: &dyn Fn(u32) -> bool,
        pushed: &[bool],
        lineage: &mut Lineage<Raw>,
    ) {
        for tip in &self.tips.tips {
            let Some(name) = &tip.name else {
                let is_head = tip.reach & commits::reach::REF != 0;
                lineage.detached |= is_head
                    && Some(tip.id) != lineage.head
                    && self.commits.find(&tip.id).is_some_and(is_tainted)
                    // A worktree's HEAD that is on a branch is told by its branch.
                    && !self.tips.tips.iter().any(|it| it.name.is_some() && it.id == tip.id);
                continue;
            };
            let (tags, id) = self.peeled(tip.id);
            if tags.iter().any(|tag| speaking.contains(tag)) {
                lineage.tags.push(Raw::new(name.as_slice()));
            }
            let commit = self.commits.find(&id);
            let reaches = commit.map_or_else(|| standing_at.below(&id).contains(&wanted.id), is_tainted);
            if reaches {
                lineage.refs.push(Raw::new(name.as_slice()));
                let is_own = name.starts_with(b"refs/heads/") || name.starts_with(b"refs/tags/");
                if is_own && commit.is_none_or(|commit| pushed.get(commit as usize) != Some(&true)) {
                    lineage.unpushed.push(Raw::new(name.as_slice()));
                }
            }
        }
    }

    /// The remotes that have it, by the longest of their names that git's configuration knows: they may hold slashes.
    fn lineage_of_remotes(&self, lineage: &mut Lineage<Raw>) {
        let mut remotes = BTreeSet::new();
        for name in lineage.refs.iter().filter_map(|name| name.bytes().strip_prefix(b"refs/remotes/")) {
            let ends = name.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
            let names: Vec<&[u8]> = ends.filter_map(|end| name.get(..end)).collect();
            let known = names.iter().rev().find(|name| self.repository.has_remote(name));
            remotes.extend(known.or(names.first()).map(|name| name.to_vec()));
        }
        if lineage.bare && remotes.is_empty() && self.repository.has_remote(b"origin") {
            remotes.insert(b"origin".to_vec());
        }
        lineage.remotes = remotes.into_iter().map(Raw::new).collect();
    }

    /// Whether a blob shows the key and is binary by git's test.
    fn is_binary(&self, hot: &Hot, key: KeyId) -> bool {
        let read = || walk::read(self.stores, self.stores.locate(&hot.id)?).ok();
        hot.examined.iter().any(|it| it.hit.secret.key_id() == key)
            && read().is_some_and(|(_, bytes)| bytes.get(..BINARY).unwrap_or(&bytes).contains(&0))
    }

    /// Whether the lines above the message of a commit or tag show the key.
    fn names_show(&self, id: Oid, key: &Secret) -> bool {
        let object = self.stores.locate(&id).and_then(|number| walk::read(self.stores, number).ok());
        object.is_some_and(|(_, bytes)| shows(commits::split(&bytes).0, key))
    }
}
