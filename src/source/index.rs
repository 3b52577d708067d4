//! The index: what is tracked, and what of it a commit would change. Read by gix-index, which also reads split and sparse ones.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use bstr::ByteSlice;
use gix_index::State;
use gix_index::entry::{Flags, Mode, Stage, Stat};
use gix_index::extension::Tree as CacheTree;

use super::SourceError;
use super::coverage::{Code, Ledger};
use super::git::{EntryKind, ObjectError, Repository, TreeEntry};
use crate::blob::Oid;
use crate::secret::Raw;

/// The entries of an index, sparse folders expanded, in the order of their paths' bytes.
#[derive(Debug)]
pub struct Index {
    state: State,
}

impl Default for Index {
    fn default() -> Self {
        Self { state: State::new(gix_hash::Kind::Sha1) }
    }
}

/// One entry.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// From the repository's root.
    pub path: &'a [u8],
    /// Its blob.
    pub id: Oid,
    mode: Mode,
    flags: Flags,
}

impl Entry<'_> {
    /// Another repository's commit.
    pub fn is_submodule(&self) -> bool {
        self.mode == Mode::COMMIT
    }

    /// Announced by `git add -N`: no content is staged.
    pub fn is_intent_to_add(&self) -> bool {
        self.flags.contains(Flags::INTENT_TO_ADD)
    }

    /// One side of a conflict.
    pub fn is_unmerged(&self) -> bool {
        self.flags.stage() != Stage::Unconflicted
    }
}

/// What a commit would change against a tree.
#[derive(Debug, Default)]
pub struct Changes {
    /// The positions of the entries that the tree lacks or has with another content.
    changed: Vec<usize>,
    /// Files of the tree that the index lacks, with their blobs.
    pub deleted: BTreeMap<Vec<u8>, Oid>,
}

impl Changes {
    /// The entries of the index that they were found in which the tree lacks or has with another content.
    pub fn entries<'a>(&self, index: &'a Index) -> impl Iterator<Item = Entry<'a>> {
        self.changed.iter().filter_map(|&at| index.state.entries().get(at)).map(|stored| index.entry(stored))
    }

    /// How many entries changed.
    pub fn count(&self) -> usize {
        self.changed.len()
    }
}

impl Index {
    /// Reads the repository's index; an empty one where there is none yet.
    ///
    /// # Errors
    /// It is damaged, or of a kind that cannot be read.
    pub fn load(repository: &Repository) -> Result<Self, SourceError> {
        let file = repository.index_file();
        let options = gix_index::decode::Options::default();
        let read = gix_index::File::at_or_default(&file, gix_hash::Kind::Sha1, true, options).map_err(|error| {
            SourceError::Index(crate::secret::mask_key_shapes(error.to_string().as_bytes()).text().into_owned())
        })?;
        let mut index = Self { state: read.into_parts().0 };
        if index.state.is_sparse() {
            index.expand(repository)?;
        }
        Ok(index)
    }

    /// Puts the files of every folder that a sparse index keeps as one entry into its place.
    fn expand(&mut self, repository: &Repository) -> Result<(), SourceError> {
        let unreadable = |_| SourceError::Index("a sparse folder cannot be expanded: its tree cannot be read".into());
        let folders = self.state.entries().iter().filter(|entry| entry.mode == Mode::DIR);
        let mut left: Vec<(Vec<u8>, Oid)> = folders.map(|entry| (entry.path(&self.state).to_vec(), entry.id)).collect();
        self.state.remove_entries(|_, _, entry| entry.mode == Mode::DIR);
        while let Some((folder, tree)) = left.pop() {
            for entry in repository.tree(tree).map_err(unreadable)? {
                let path = [folder.as_slice(), &entry.name].concat();
                let mode = match entry.kind {
                    EntryKind::Tree => {
                        left.push(([&path, &b"/"[..]].concat(), entry.id));
                        continue;
                    }
                    EntryKind::Blob => Mode::FILE,
                    EntryKind::Submodule => Mode::COMMIT,
                };
                self.state.dangerously_push_entry(Stat::default(), entry.id, Flags::empty(), mode, path.as_bstr());
            }
        }
        self.state.sort_entries();
        // The cached trees count entries that are gone.
        self.state.remove_tree();
        Ok(())
    }

    fn entry<'a>(&'a self, stored: &gix_index::Entry) -> Entry<'a> {
        Entry { path: stored.path(&self.state), id: stored.id, mode: stored.mode, flags: stored.flags }
    }

    /// Every entry; the sides of a conflict are one each.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.state.entries().iter().map(|stored| self.entry(stored))
    }

    /// The entry at a path: what a commit would take, or one side of a conflict.
    pub fn find(&self, path: &[u8]) -> Option<Entry<'_>> {
        let entries = self.state.entries();
        let at = entries.binary_search_by(|stored| self.entry(stored).path.cmp(path)).ok()?;
        entries.get(at).map(|stored| self.entry(stored))
    }

    /// Whether a submodule stands at this path.
    pub fn has_submodule(&self, path: &[u8]) -> bool {
        self.find(path).is_some_and(|entry| entry.is_submodule())
    }

    /// What a commit would change against `tree` (the empty tree if none). Folders that git's cache knows to be unchanged are
    /// not read.
    ///
    /// # Errors
    /// A tree is missing or damaged.
    pub fn changes(&self, repository: &Repository, tree: Option<Oid>) -> Result<Changes, SourceError> {
        let mut changes = Changes::default();
        let compare = Compare { index: self, repository };
        compare.folder(&mut changes, 0..self.state.entries().len(), &mut Vec::new(), tree, self.state.tree())?;
        Ok(changes)
    }
}

/// Folders deeper than this are no work of git's.
const DEPTH: usize = 4096;

struct Compare<'a, 'r> {
    index: &'a Index,
    repository: &'r Repository,
}

impl Compare<'_, '_> {
    /// Compares the entries `range`, all of which lie below `folder`, with the tree.
    fn folder(
        &self,
        changes: &mut Changes,
        range: std::ops::Range<usize>,
        folder: &mut Vec<u8>,
        tree: Option<Oid>,
        cache: Option<&CacheTree>,
    ) -> Result<(), SourceError> {
        if memchr::memchr_iter(b'/', folder).count() > DEPTH {
            return Err(SourceError::Index("its folders are nested too deeply".into()));
        }
        if cache.is_some_and(|cache| cache.num_entries.is_some() && Some(cache.id) == tree) {
            return Ok(());
        }
        let listed = tree.map(|tree| self.repository.tree(tree)).transpose().map_err(|error| unreadable(&error))?;
        let mut listed = listed.unwrap_or_default();
        // Both are in the order of git, so that one pass suffices; a damaged tree may have another.
        listed.sort_by(|one, other| order(&one.name, one.kind, &other.name, other.kind));
        let mut there = listed.into_iter().peekable();
        let mut at = range.start;
        while at < range.end {
            let Some(entry) = self.index.state.entries().get(at).map(|stored| self.index.entry(stored)) else { break };
            let rest = entry.path.get(folder.len()..).unwrap_or_default();
            let slash = memchr::memchr(b'/', rest);
            let (name, kind) = match slash {
                Some(slash) => (rest.get(..slash).unwrap_or_default(), EntryKind::Tree),
                None => (rest, EntryKind::Blob),
            };
            while let Some(gone) = there.next_if(|it| order(&it.name, it.kind, name, kind).is_lt()) {
                self.delete(changes, &[folder.as_slice(), &gone.name].concat(), gone.kind, gone.id)?;
            }
            let counterpart = there.next_if(|it| order(&it.name, it.kind, name, kind).is_eq()).map(|it| it.id);
            if slash.is_none() {
                if counterpart != Some(entry.id) || entry.is_unmerged() {
                    changes.changed.push(at);
                }
                at += 1;
                continue;
            }
            let depth = folder.len();
            folder.extend_from_slice(name);
            folder.push(b'/');
            let rest = self.index.state.entries().get(at..range.end).unwrap_or_default();
            let count = rest.partition_point(|stored| self.index.entry(stored).path.starts_with(folder));
            let cached = cache.and_then(|cache| cache.children.iter().find(|child| child.name.as_slice() == name));
            self.folder(changes, at..at + count.max(1), folder, counterpart, cached)?;
            folder.truncate(depth);
            at += count.max(1);
        }
        for gone in there {
            self.delete(changes, &[folder.as_slice(), &gone.name].concat(), gone.kind, gone.id)?;
        }
        Ok(())
    }

    fn delete(&self, changes: &mut Changes, path: &[u8], kind: EntryKind, id: Oid) -> Result<(), SourceError> {
        let mut left = vec![(path.to_vec(), kind, id)];
        while let Some((path, kind, id)) = left.pop() {
            match kind {
                EntryKind::Blob => {
                    changes.deleted.insert(path, id);
                }
                EntryKind::Tree => {
                    let entries = self.repository.tree(id).map_err(|error| unreadable(&error))?;
                    let child =
                        |entry: TreeEntry| ([path.as_slice(), b"/", &entry.name].concat(), entry.kind, entry.id);
                    left.extend(entries.into_iter().map(child));
                }
                EntryKind::Submodule => {}
            }
        }
        Ok(())
    }
}

/// The order of git's trees and indexes: by bytes, a folder as if its name ended with `/`.
fn order(one: &[u8], kind: EntryKind, other: &[u8], other_kind: EntryKind) -> Ordering {
    let common = one.len().min(other.len());
    let next = |name: &[u8], kind| name.get(common).copied().or((kind == EntryKind::Tree).then_some(b'/'));
    one.get(..common).cmp(&other.get(..common)).then_with(|| next(one, kind).cmp(&next(other, other_kind)))
}

fn unreadable(error: &ObjectError) -> SourceError {
    SourceError::Git(match error {
        ObjectError::Missing => "a tree of HEAD is missing".into(),
        ObjectError::Corrupt(why) => format!("a tree of HEAD is damaged: {why}"),
    })
}

/// Enters into the ledger that an object could not be read.
pub fn note_object(ledger: &Ledger, place: &[u8], error: ObjectError) {
    match error {
        ObjectError::Missing => ledger.note(Code::MISSING, Some(Raw::new(place)), None),
        ObjectError::Corrupt(why) => ledger.note(Code::CORRUPT, Some(Raw::new(place)), Some(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_ordered_as_if_a_slash_followed() {
        use EntryKind::{Blob, Tree};
        let sorted = [("a", Blob), ("a-b", Blob), ("a", Tree), ("a0", Blob), ("ab", Tree), ("b", Blob)];
        for pair in sorted.windows(2) {
            let [(one, kind), (other, other_kind)] = pair else { continue };
            assert_eq!(order(one.as_bytes(), *kind, other.as_bytes(), *other_kind), Ordering::Less, "{one} {other}");
            assert_eq!(order(other.as_bytes(), *other_kind, one.as_bytes(), *kind), Ordering::Greater);
        }
        assert_eq!(order(b"a", Tree, b"a", Tree), Ordering::Equal);
    }
}
