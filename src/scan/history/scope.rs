//! What a scan of a history is to look at: everything, what revisions reach, or, of a shared store, what this repository's
//! refs reach. And what they reach that is not there.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Mutex;

use super::{History, note_faults, unlock};
use crate::blob::Oid;
use crate::secret::Raw;
use crate::source::coverage::Code;
use crate::source::git::short;
use crate::source::history::objects::Bits;
use crate::source::history::trees::{Pass, prefix};
use crate::source::history::{Kind, Stores, walk};

/// What the tips name besides commits: tags, trees and blobs, each with its reach.
#[derive(Default)]
pub(super) struct Peeled {
    /// Annotated tags, with the full names of the refs that lead to them.
    pub tags: BTreeMap<Oid, (u8, BTreeSet<Vec<u8>>)>,
    /// Trees.
    pub trees: BTreeMap<Oid, u8>,
    /// Blobs.
    pub blobs: BTreeMap<Oid, u8>,
    /// Commits, by their numbers.
    commits: Vec<(u32, u8)>,
    missing: BTreeSet<(Vec<u8>, Oid)>,
}

/// Which objects belong to the scan. `None` stands for all of them.
#[derive(Default)]
pub(super) struct Scope {
    /// By the objects' numbers.
    pub wanted: Option<Bits>,
    commits: Option<Vec<bool>>,
}

impl Scope {
    /// Whether the object of this number belongs to it.
    pub fn wants(&self, number: u32) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.get(number))
    }

    /// Whether the object of this id does.
    pub fn has(&self, stores: &Stores, id: &Oid) -> bool {
        self.wanted.is_none() || stores.locate(id).is_some_and(|number| self.wants(number))
    }

    /// Whether the commit of this number in the graph does.
    pub fn has_commit(&self, commit: u32) -> bool {
        self.commits.as_ref().is_none_or(|commits| commits.get(commit as usize) == Some(&true))
    }
}

impl History<'_> {
    /// Follows every tip, and marks what it reaches.
    pub(super) fn peel(&mut self) -> Peeled {
        let mut peeled = Peeled::default();
        for tip in &self.tips.tips {
            self.peel_one(tip.id, tip.reach, tip.name.as_deref(), &mut peeled);
        }
        for (commit, reach) in std::mem::take(&mut peeled.commits) {
            self.commits.mark(commit, reach);
        }
        peeled
    }

    fn peel_one(&self, id: Oid, reach: u8, name: Option<&[u8]>, peeled: &mut Peeled) {
        let mut id = id;
        for _ in 0..=self.tags.len() {
            if let Some(commit) = self.commits.find(&id) {
                return peeled.commits.push((commit, reach));
            }
            if let Some(tag) = self.tags.get(&id) {
                let (all, names) = peeled.tags.entry(id).or_default();
                *all |= reach;
                names.extend(name.map(<[u8]>::to_vec));
                id = tag.target;
                continue;
            }
            match self.stores.locate(&id).map(|number| self.stores.kind(number)) {
                Some(Kind::Tree) => *peeled.trees.entry(id).or_default() |= reach,
                Some(Kind::Blob) => *peeled.blobs.entry(id).or_default() |= reach,
                // What a reflog names may have been pruned; nothing hangs on it.
                None if name.is_some() => {
                    peeled.missing.insert((name.unwrap_or_default().to_vec(), id));
                }
                _ => {}
            }
            return;
        }
    }

    /// The scope of this scan. What is missing from a narrower one is entered into the ledger here.
    pub(super) fn scope(&self, peeled: &Peeled) -> Scope {
        let everything = self.revisions.is_empty();
        let mut own = Peeled::default();
        for &revision in self.revisions {
            self.peel_one(revision, 1, Some(b"revision"), &mut own);
        }
        let asked = if everything { peeled } else { &own };
        let selected: Vec<bool> = if everything {
            let is_own = |id: &Oid| self.stores.locate(id).is_some_and(|number| self.stores.is_own(number));
            let has = |it: u32| self.commits.reach(it) != 0 || self.commits.get(it).is_some_and(|it| is_own(&it.id));
            (0..self.commits.count()).map(has).collect()
        } else {
            self.closure(own.commits.iter().map(|&(commit, _)| commit))
        };
        let reached: Vec<u32> = (0_u32..)
            .zip(&selected)
            .filter(|&(commit, &selected)| selected && (!everything || self.commits.reach(commit) != 0))
            .map(|(commit, _)| commit)
            .collect();
        self.note_commits(&reached, &asked.missing);
        if everything && !self.stores.is_shared() {
            return Scope::default();
        }
        let head = self.repository.head_id().ok().flatten().and_then(|head| self.commits.find(&head));
        let head = head.and_then(|head| self.commits.get(head)).map(|head| head.tree);
        let roots = reached.iter().filter_map(|&it| self.commits.get(it)).map(|it| it.tree);
        let roots: Vec<Oid> = roots.chain(asked.trees.keys().copied()).chain(head).collect();
        let (wanted, missing) = self.reachable(&roots, true);
        self.note_all_missing(&missing);
        let selected_commits = (0_u32..).zip(&selected).filter(|(_, selected)| **selected);
        let commits = selected_commits.filter_map(|(commit, _)| self.commits.get(commit)).map(|it| it.id);
        for id in commits.chain(asked.tags.keys().copied()).chain(asked.blobs.keys().copied()) {
            if let Some(number) = self.stores.locate(&id) {
                wanted.set(number);
            }
        }
        if everything {
            for number in 0..self.stores.own_count() {
                wanted.set(number);
            }
        }
        Scope { wanted: Some(wanted), commits: Some(selected) }
    }

    /// Everything that these commits reach, themselves included.
    pub(super) fn closure(&self, commits: impl Iterator<Item = u32>) -> Vec<bool> {
        let mut reached = vec![false; self.commits.count() as usize];
        let mut open: Vec<u32> = commits.collect();
        while let Some(commit) = open.pop() {
            if let Some(reached) = reached.get_mut(commit as usize)
                && !std::mem::replace(reached, true)
            {
                open.extend_from_slice(self.commits.parents(commit));
            }
        }
        reached
    }

    /// The trees and blobs below these roots if `marks` asks for them, and what is missing among them.
    fn reachable(&self, roots: &[Oid], marks: bool) -> (Bits, HashSet<Oid>) {
        let mut pass = Pass::new(self.stores);
        pass.graph = Some(Mutex::default());
        walk::walk(self.stores, &[Kind::Tree], &pass, self.context.cancel);
        let graph = pass.graph.take().map(unlock).unwrap_or_default();
        let trees = Bits::new(self.stores.count());
        graph.reach(roots.iter().map(|id| prefix(id.as_slice())), &trees);
        drop(graph);
        let reached = Bits::new(self.stores.count());
        let mut pass = Pass::new(self.stores);
        (pass.wanted, pass.reached) = (Some(&trees), marks.then_some(&reached));
        pass.missing = Some(Mutex::default());
        let counted = super::objects::Counted { context: self.context, inner: &pass, counts: marks };
        walk::walk(self.stores, &[Kind::Tree], &counted, self.context.cancel);
        let Pass { missing, faults, .. } = pass;
        if marks {
            note_faults(self.context, &unlock(faults), |_| true);
        }
        for number in (0..self.stores.count()).filter(|&number| trees.get(number)) {
            reached.set(number);
        }
        (reached, missing.map(unlock).unwrap_or_default())
    }

    /// Of what some tree names and is not there, only what is reached counts: garbage may well be incomplete.
    pub(super) fn note_missing(&self, candidates: &HashSet<Oid>) {
        if candidates.is_empty() {
            return;
        }
        let reached = (0..self.commits.count()).filter(|&it| self.commits.reach(it) != 0);
        let roots: Vec<Oid> = reached.filter_map(|it| self.commits.get(it)).map(|it| it.tree).collect();
        let (_, missing) = self.reachable(&roots, false);
        self.note_all_missing(&missing);
    }

    fn note_all_missing(&self, missing: &HashSet<Oid>) {
        let sorted: BTreeSet<&Oid> = missing.iter().collect();
        for id in sorted {
            self.context.ledger.note(Code::MISSING, Some(Raw::new(short(*id))), None);
        }
    }

    /// What commits and refs name and is not there, and the edges of a shallow clone among them.
    fn note_commits(&self, commits: &[u32], refs: &BTreeSet<(Vec<u8>, Oid)>) {
        let is_missing = |id: &&Oid| self.stores.locate(id).is_none();
        let mut missing: HashSet<Oid> = HashSet::new();
        for commit in commits.iter().filter_map(|&commit| self.commits.get(commit)) {
            missing.extend(Some(&commit.tree).filter(is_missing));
            if !self.shallow.contains(&commit.id) {
                missing.extend(commit.parents.iter().filter(is_missing));
            } else if !commit.parents.is_empty() {
                let allowed = self.context.settings.allow_shallow;
                let code = if allowed { Code::SHALLOW_ALLOWED } else { Code::SHALLOW };
                self.context.ledger.note(code, Some(Raw::new(short(commit.id))), None);
            }
        }
        missing.extend(refs.iter().map(|(_, id)| id));
        self.note_all_missing(&missing);
    }
}
