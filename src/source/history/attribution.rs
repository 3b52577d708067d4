//! Which commit brought what to which path. For every tree that holds something found, directly or below, the front keeps only
//! the entries that lead there; commits are then compared with their parents in it, equal trees skipped.

use std::collections::HashMap;
use std::sync::Mutex;

use super::entries::Entries;
use super::inflate::Fault;
use super::objects::Bits;
use super::trees::{Prefixes, lock, prefix};
use super::walk::{Object, Visit};
use crate::blob::Oid;
use crate::source::git::EntryKind;

/// So many places (path and blob) are looked at in one commit. More than that only trees make that hold themselves over and
/// over, built to keep readers busy.
pub const MOST_PLACES: usize = 250_000;

/// What an entry of the front leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Another tree of the front, by its number there.
    Tree(u32),
    /// A blob in which something was found, by its number among them.
    Blob(u32),
}

/// The trees that lead to blobs in which something was found.
#[derive(Debug, Default)]
pub struct Front {
    trees: HashMap<Oid, u32>,
    entries: Vec<Vec<(Box<[u8]>, Target)>>,
}

/// An entry of a tree that may lead to something: name, kind and id.
type Lead = (Box<[u8]>, EntryKind, Oid);

/// Collects the front from the trees that may belong to it.
pub struct Collect<'a> {
    marks: &'a Bits,
    prefixes: &'a Prefixes,
    blobs: &'a HashMap<Oid, u32>,
    found: Mutex<Vec<(Oid, Vec<Lead>)>>,
}

impl<'a> Collect<'a> {
    /// `marks` are the numbers of those trees, `prefixes` the beginnings of their ids, `blobs` those that they lead to.
    pub fn new(marks: &'a Bits, prefixes: &'a Prefixes, blobs: &'a HashMap<Oid, u32>) -> Self {
        Self { marks, prefixes, blobs, found: Mutex::default() }
    }

    /// The front, once all trees were shown.
    pub fn finish(self) -> Front {
        let mut found = self.found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.sort_unstable_by_key(|(id, _)| *id);
        found.dedup_by_key(|(id, _)| *id);
        let trees: HashMap<Oid, u32> = found.iter().zip(0..).map(|((id, _), at)| (*id, at)).collect();
        let target = |kind, id: &Oid| match kind {
            EntryKind::Tree => trees.get(id).copied().map(Target::Tree),
            _ => self.blobs.get(id).copied().map(Target::Blob),
        };
        let entries = found.into_iter().map(|(_, entries)| {
            let leads = entries.into_iter().filter_map(|(name, kind, id)| Some((name, target(kind, &id)?)));
            let mut leads: Vec<_> = leads.collect();
            // Git's own order takes folders for longer names; here they are looked up by name.
            leads.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
            leads
        });
        let entries = entries.collect();
        Front { trees, entries }
    }
}

impl Visit for Collect<'_> {
    fn wants(&self, number: u32) -> bool {
        self.marks.get(number)
    }

    fn object(&self, object: &Object<'_>) {
        let leads = Entries::new(object.bytes).filter_map(|entry| {
            let id = Oid::try_from(entry.id).ok()?;
            let leads = match entry.kind {
                EntryKind::Tree => self.prefixes.contains(prefix(entry.id)),
                EntryKind::Blob => self.blobs.contains_key(&id),
                EntryKind::Submodule => false,
            };
            leads.then(|| (entry.name.into(), entry.kind, id))
        });
        let leads: Vec<_> = leads.collect();
        lock(&self.found).push((object.id, leads));
    }

    fn fault(&self, _id: Oid, _fault: Fault) {}
}

/// Too many places to name them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

impl Front {
    /// The number of a tree in the front; none where nothing was found below it.
    pub fn find(&self, tree: &Oid) -> Option<u32> {
        self.trees.get(tree).copied()
    }

    fn entries(&self, tree: u32) -> &[(Box<[u8]>, Target)] {
        self.entries.get(tree as usize).map_or(&[], Vec::as_slice)
    }

    fn entry(&self, tree: u32, name: &[u8]) -> Option<Target> {
        let entries = self.entries(tree);
        let at = entries.binary_search_by(|(it, _)| (**it).cmp(name)).ok()?;
        entries.get(at).map(|&(_, target)| target)
    }

    /// The trees of the front that no other one holds.
    pub fn tops(&self) -> Vec<(Oid, u32)> {
        let mut held = vec![false; self.entries.len()];
        for (_, target) in self.entries.iter().flatten() {
            if let Target::Tree(tree) = target
                && let Some(held) = held.get_mut(*tree as usize)
            {
                *held = true;
            }
        }
        let is_top = |(_, tree): &(Oid, u32)| held.get(*tree as usize) == Some(&false);
        let mut tops: Vec<_> = self.trees.iter().map(|(&id, &tree)| (id, tree)).filter(is_top).collect();
        tops.sort_unstable();
        tops
    }

    /// Which blobs any tree names.
    pub fn named(&self) -> std::collections::BTreeSet<u32> {
        let blobs = self.entries.iter().flatten().filter_map(|(_, target)| match target {
            Target::Blob(blob) => Some(*blob),
            Target::Tree(_) => None,
        });
        blobs.collect()
    }

    /// Shows `add` each path at which `tree` has a blob of those found where none of `parents` has the same one, with what
    /// the parents have there.
    ///
    /// # Errors
    /// There are more than [`MOST_PLACES`] of them.
    pub fn changes(&self, tree: u32, parents: &[u32], mut add: impl FnMut(&[u8], u32, &[u32])) -> Result<(), TooMany> {
        let mut places = 0;
        let mut open = vec![(tree, parents.to_vec(), Vec::new())];
        while let Some((tree, parents, folder)) = open.pop() {
            if parents.contains(&tree) {
                continue;
            }
            for (name, target) in self.entries(tree) {
                let theirs = parents.iter().filter_map(|&parent| self.entry(parent, name));
                places += 1;
                if places > MOST_PLACES {
                    return Err(TooMany);
                }
                let path = || if folder.is_empty() { name.to_vec() } else { [&folder[..], b"/", name].concat() };
                match target {
                    Target::Tree(tree) => {
                        let theirs =
                            theirs.filter_map(|it| if let Target::Tree(tree) = it { Some(tree) } else { None });
                        open.push((*tree, theirs.collect(), path()));
                    }
                    Target::Blob(blob) => {
                        let theirs =
                            theirs.filter_map(|it| if let Target::Blob(blob) = it { Some(blob) } else { None });
                        let theirs: Vec<u32> = theirs.collect();
                        if !theirs.contains(blob) {
                            add(&path(), *blob, &theirs);
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front(trees: &[&[(&str, Target)]]) -> Front {
        let entry = |&(name, target): &(&str, Target)| (name.as_bytes().into(), target);
        Front { trees: HashMap::new(), entries: trees.iter().map(|tree| tree.iter().map(entry).collect()).collect() }
    }

    fn changes(front: &Front, tree: u32, parents: &[u32]) -> Vec<(String, u32, Vec<u32>)> {
        let mut found = Vec::new();
        let add = |path: &[u8], blob, theirs: &[u32]| {
            found.push((String::from_utf8_lossy(path).into_owned(), blob, theirs.to_vec()));
        };
        assert_eq!(front.changes(tree, parents, add), Ok(()));
        found.sort();
        found
    }

    #[test]
    fn only_what_no_parent_has_is_shown() {
        use Target::{Blob, Tree};
        let front = front(&[
            &[("f", Blob(0))],
            &[("d", Tree(0)), ("x", Blob(1))],
            &[("d", Tree(0)), ("x", Blob(2))],
            &[("d", Tree(0)), ("e", Tree(0)), ("x", Blob(2))],
        ]);
        let place = |path: &str, blob, theirs: &[u32]| (path.to_owned(), blob, theirs.to_vec());
        assert_eq!(changes(&front, 1, &[]), [place("d/f", 0, &[]), place("x", 1, &[])]);
        assert_eq!(changes(&front, 2, &[1]), [place("x", 2, &[1])]);
        assert_eq!(changes(&front, 3, &[1, 2]), [place("e/f", 0, &[])]);
        assert_eq!(changes(&front, 3, &[3, 0]), []);
    }

    #[test]
    fn trees_that_hold_themselves_over_and_over_come_to_an_end() {
        let mut trees: Vec<Vec<(Box<[u8]>, Target)>> = vec![vec![(b"f"[..].into(), Target::Blob(0))]];
        for below in 0..30 {
            let name = |at: u32| at.to_string().into_bytes().into_boxed_slice();
            trees.push((0..10).map(|at| (name(at), Target::Tree(below))).collect());
        }
        let front = Front { trees: HashMap::new(), entries: trees };
        assert_eq!(front.changes(30, &[], |_, _, _| ()), Err(TooMany));
    }
}
