//! The index: what is tracked, and what of it a commit would change. Read by gix-index, which also reads split and sparse ones.

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
        let mut there: BTreeMap<Vec<u8>, (EntryKind, Oid)> =
            listed.unwrap_or_default().into_iter().map(|entry| (entry.name, (entry.kind, entry.id))).collect();
        let mut at = range.start;
        while at < range.end {
            let Some(entry) = self.index.state.entries().get(at).map(|stored| self.index.entry(stored)) else { break };
            let rest = entry.path.get(folder.len()..).unwrap_or_default();
            let Some(slash) = memchr::memchr(b'/', rest) else {
                let same = there.remove(rest).is_some_and(|(kind, id)| kind != EntryKind::Tree && id == entry.id);
                if !same || entry.is_unmerged() {
                    changes.changed.push(at);
                }
                at += 1;
                continue;
            };
            let name = rest.get(..slash).unwrap_or_default();
            let depth = folder.len();
            folder.extend_from_slice(rest.get(..=slash).unwrap_or_default());
            let rest = self.index.state.entries().get(at..range.end).unwrap_or_default();
            let count = rest.partition_point(|stored| self.index.entry(stored).path.starts_with(folder));
            let subtree = match there.remove(name) {
                Some((EntryKind::Tree, id)) => Some(id),
                Some((EntryKind::Blob, id)) => {
                    changes.deleted.insert(folder.strip_suffix(b"/").unwrap_or(folder).to_vec(), id);
                    None
                }
                _ => None,
            };
            let cached = cache.and_then(|cache| cache.children.iter().find(|child| child.name.as_slice() == name));
            self.folder(changes, at..at + count.max(1), folder, subtree, cached)?;
            folder.truncate(depth);
            at += count.max(1);
        }
        for (name, (kind, id)) in there {
            self.delete(changes, &[folder.as_slice(), &name].concat(), kind, id)?;
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
