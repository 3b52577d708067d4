//! Trees: their entries, who holds whom, what they name that is not there.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Mutex;

use super::entries::{Entries, boundary};
use super::inflate::Fault;
use super::objects::{Bits, Stores};
use super::walk::{Object, Visit};
use crate::blob::Oid;
use crate::source::git::EntryKind;

/// The first eight bytes of an id.
pub fn prefix(id: &[u8]) -> u64 {
    id.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}

/// Prefixes of ids are random enough to be their own hash.
#[derive(Default)]
pub struct PrefixHasher(u64);

impl Hasher for PrefixHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // An id's length may come first; the id's own bytes come last.
        if bytes.len() >= 8 {
            self.0 ^= prefix(bytes);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 ^= value;
    }
}

/// Sets of prefixes, with a table of bits before it that rejects nearly everything.
pub struct Prefixes {
    table: Vec<u64>,
    set: HashSet<u64, BuildHasherDefault<PrefixHasher>>,
}

impl Default for Prefixes {
    fn default() -> Self {
        Self { table: vec![0; 1 << 14], set: HashSet::default() }
    }
}

impl Prefixes {
    fn slot(prefix: u64) -> (usize, u64) {
        let bits = usize::try_from(prefix & 0xf_ffff).unwrap_or(0);
        (bits / 64, 1 << (bits % 64))
    }

    /// Adds one; whether it is new.
    pub fn insert(&mut self, prefix: u64) -> bool {
        let (word, mask) = Self::slot(prefix);
        if let Some(word) = self.table.get_mut(word) {
            *word |= mask;
        }
        self.set.insert(prefix)
    }

    /// Whether it is there.
    pub fn contains(&self, prefix: u64) -> bool {
        let (word, mask) = Self::slot(prefix);
        self.table.get(word).is_some_and(|word| word & mask != 0) && self.set.contains(&prefix)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }
}

/// Which trees hold which trees: by prefixes of ids, of which 13 million fit into 100 MB. Two objects may share a prefix, so
/// what this says is at most too much; whoever needs to know exactly compares ids.
#[derive(Default)]
pub struct Graph {
    trees: Vec<Node>,
    edges: Vec<u64>,
    by_prefix: HashMap<u64, u32, BuildHasherDefault<PrefixHasher>>,
}

#[derive(Clone, Copy)]
struct Node {
    prefix: u64,
    number: u32,
    count: u32,
    first: usize,
    /// The next tree with the same prefix.
    twin: u32,
}

impl Graph {
    fn push(&mut self, prefix: u64, number: u32, edges: &[u64]) {
        let tree = u32::try_from(self.trees.len()).unwrap_or(u32::MAX);
        let twin = self.by_prefix.insert(prefix, tree).unwrap_or(u32::MAX);
        let count = u32::try_from(edges.len()).unwrap_or(u32::MAX);
        self.trees.push(Node { prefix, number, count, first: self.edges.len(), twin });
        self.edges.extend_from_slice(edges);
    }

    fn edges(&self, node: &Node) -> &[u64] {
        self.edges.get(node.first..node.first + node.count as usize).unwrap_or_default()
    }

    /// Marks the numbers of all trees that these roots reach, themselves included.
    pub fn reach(&self, roots: impl IntoIterator<Item = u64>, marks: &Bits) {
        let mut open: Vec<u64> = roots.into_iter().collect();
        while let Some(prefix) = open.pop() {
            let mut tree = self.by_prefix.get(&prefix).copied().unwrap_or(u32::MAX);
            while let Some(node) = self.trees.get(tree as usize) {
                if marks.set(node.number) {
                    open.extend_from_slice(self.edges(node));
                }
                tree = node.twin;
            }
        }
    }

    /// Adds to `front` every tree that holds one of its trees, and marks the numbers of them all.
    pub fn spread(&self, front: &mut Prefixes, marks: &Bits) {
        for node in self.trees.iter().filter(|node| front.contains(node.prefix)) {
            marks.set(node.number);
        }
        loop {
            let mut grown = false;
            for node in &self.trees {
                if !marks.get(node.number) && self.edges(node).iter().any(|&edge| front.contains(edge)) {
                    marks.set(node.number);
                    front.insert(node.prefix);
                    grown = true;
                }
            }
            if !grown {
                return;
            }
        }
    }
}

/// One pass over trees: what it asks of each is optional.
pub struct Pass<'a> {
    /// The stores that the trees are of.
    pub stores: &'a Stores,
    /// Only these trees.
    pub wanted: Option<&'a Bits>,
    /// Looks everything up that a tree names: what is not there.
    pub missing: Option<Mutex<HashSet<Oid>>>,
    /// Together with `missing`: marks what is there.
    pub reached: Option<&'a Bits>,
    /// Which tree holds which.
    pub graph: Option<Mutex<Graph>>,
    /// Trees that hold one of the first prefixes, as blobs, are added to the second.
    pub holders: Option<(&'a Prefixes, Mutex<Prefixes>)>,
    /// What could not be read.
    pub faults: Mutex<Vec<(Oid, Fault)>>,
}

impl<'a> Pass<'a> {
    /// One that asks for nothing yet.
    pub fn new(stores: &'a Stores) -> Self {
        Self {
            stores,
            wanted: None,
            missing: None,
            reached: None,
            graph: None,
            holders: None,
            faults: Mutex::default(),
        }
    }

    fn asks_only_for_missing(&self) -> bool {
        self.missing.is_some() && self.reached.is_none() && self.graph.is_none() && self.holders.is_none()
    }

    /// Whether everything is there that the tree names in its part that differs from its base. That part is found without
    /// reading the entries before it (which is what most of the time went into), by what an entry looks like; whatever is
    /// odd about it, the tree is read from its beginning.
    fn has_middle(&self, bytes: &[u8], (start, end): (usize, usize)) -> bool {
        let Some(begin) = boundary(bytes, start) else { return false };
        let mut entries = Entries::new(bytes.get(begin..).unwrap_or_default());
        while begin + entries.at() < end {
            let Some(entry) = entries.next() else { return false };
            let is_there =
                |id: &[u8]| gix_hash::oid::try_from_bytes(id).is_ok_and(|id| self.stores.locate(id).is_some());
            if entry.kind != EntryKind::Submodule && begin + entries.at() > start && !is_there(entry.id) {
                return false;
            }
        }
        true
    }
}

impl Visit for Pass<'_> {
    fn wants(&self, number: u32) -> bool {
        self.wanted.is_none_or(|wanted| wanted.get(number))
    }

    fn object(&self, object: &Object<'_>) {
        let shared = object.base.map_or((0, object.bytes.len()), |base| difference(base, object.bytes));
        if self.asks_only_for_missing() && object.base.is_some() && self.has_middle(object.bytes, shared) {
            return;
        }
        let mut subtrees = Vec::new();
        let mut holds = false;
        let mut entries = Entries::new(object.bytes);
        loop {
            let start = entries.at();
            let Some(entry) = entries.next() else { break };
            if let (Some((blobs, _)), EntryKind::Blob) = (&self.holders, entry.kind) {
                holds |= blobs.contains(prefix(entry.id));
            }
            if self.graph.is_some() && entry.kind == EntryKind::Tree {
                subtrees.push(prefix(entry.id));
            }
            // What stands in the base as well was looked up there.
            let is_known = entries.at() <= shared.0 || start >= shared.1;
            if let (Some(missing), false) = (&self.missing, is_known || entry.kind == EntryKind::Submodule)
                && let Ok(id) = gix_hash::oid::try_from_bytes(entry.id)
            {
                match (self.stores.locate(id), self.reached) {
                    (Some(number), Some(reached)) => {
                        reached.set(number);
                    }
                    (Some(_), None) => {}
                    (None, _) => {
                        lock(missing).insert(id.to_owned());
                    }
                }
            }
        }
        if !entries.is_whole() {
            self.fault(object.id, Fault::Corrupt("is no tree"));
        }
        if let Some(graph) = &self.graph {
            lock(graph).push(prefix(object.id.as_slice()), object.number, &subtrees);
        }
        if let (Some((_, holders)), true) = (&self.holders, holds) {
            lock(holders).insert(prefix(object.id.as_slice()));
        }
    }

    fn fault(&self, id: Oid, fault: Fault) {
        lock(&self.faults).push((id, fault));
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Where the part of `new` begins and ends that differs from `old`.
fn difference(old: &[u8], new: &[u8]) -> (usize, usize) {
    let start = common_start(old, new);
    let (old, behind) = (old.get(start..).unwrap_or_default(), new.get(start..).unwrap_or_default());
    (start, new.len() - common_end(old, behind))
}

/// How many bytes at the beginning are the same: whole blocks at memory speed first, then smaller ones.
fn common_start(mut a: &[u8], mut b: &[u8]) -> usize {
    let mut same = 0;
    for step in [4096, 256, 16, 1] {
        let count = a.chunks_exact(step).zip(b.chunks_exact(step)).take_while(|(a, b)| a == b).count() * step;
        (a, b) = (a.get(count..).unwrap_or_default(), b.get(count..).unwrap_or_default());
        same += count;
    }
    same
}

/// The same at the end.
fn common_end(mut a: &[u8], mut b: &[u8]) -> usize {
    let mut same = 0;
    for step in [4096, 256, 16, 1] {
        let count = a.rchunks_exact(step).zip(b.rchunks_exact(step)).take_while(|(a, b)| a == b).count() * step;
        let rest = |bytes: &[u8]| bytes.len() - count;
        (a, b) = (a.get(..rest(a)).unwrap_or_default(), b.get(..rest(b)).unwrap_or_default());
        same += count;
    }
    same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_found_between_common_ends() {
        let text = |middle: &str| [&[b'x'; 200][..], middle.as_bytes(), &[b'y'; 100]].concat();
        assert_eq!(difference(&text("one"), &text("two!")), (200, 204));
        assert_eq!(difference(&text("same"), &text("same")), (304, 304));
        assert_eq!(difference(b"aXa", b"aXaXa"), (3, 5));
        assert_eq!(difference(b"", b"abc"), (0, 3));
    }

    #[test]
    fn trees_spread_to_those_that_hold_them() {
        let mut graph = Graph::default();
        for (tree, number, edges) in [(1, 0, &[2, 3][..]), (2, 1, &[4]), (3, 2, &[]), (4, 3, &[]), (5, 4, &[3])] {
            graph.push(tree, number, edges);
        }
        let (mut front, marks) = (Prefixes::default(), Bits::new(5));
        front.insert(4);
        graph.spread(&mut front, &marks);
        assert_eq!((0..5).map(|number| marks.get(number)).collect::<Vec<_>>(), [true, true, false, true, false]);
        let marks = Bits::new(5);
        graph.reach([2], &marks);
        assert_eq!((0..5).map(|number| marks.get(number)).collect::<Vec<_>>(), [false, true, false, true, false]);
    }
}
