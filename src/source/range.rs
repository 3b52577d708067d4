//! Ranges: which commits they hold, and what each of these changes against its parents. Read by id through the facade; the
//! whole history is not touched.

use std::collections::{BTreeMap, BinaryHeap, HashMap};

use super::SourceError;
use super::coverage::{Code, Ledger};
use super::git::{self, EntryKind, ObjectError, Repository, TreeEntry, short};
use super::history::attribution::{MOST_PLACES, TooMany};
use super::history::commits::CommitData;
use crate::blob::Oid;
use crate::secret::Raw;

/// Commits older than all of the range's are followed so far beyond them: dates lie.
const SLOP: usize = 2048;

/// An object that a tip of the range is, or that its tag leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tip {
    /// A commit.
    Commit(Oid),
    /// A tree.
    Tree(Oid),
    /// A blob.
    Blob(Oid),
}

/// What a commit has at a path that none of its parents has there.
#[derive(Clone, Debug)]
pub struct Change {
    /// From the root.
    pub path: Vec<u8>,
    /// The blob; or, of another repository, the commit.
    pub id: Oid,
    /// Whether it is another repository's commit.
    pub is_submodule: bool,
    /// For each parent the blob that it has there.
    pub theirs: Vec<Option<Oid>>,
}

/// Follows tags to what they name in the end.
///
/// # Errors
/// An object on the way is missing or damaged.
pub fn peel(repository: &Repository, id: Oid) -> Result<Tip, SourceError> {
    let wrong = |error: git2::Error| git::git_error(&format!("cannot read the object {}", short(id)), &error);
    let raw = git::git2_oid(id).ok_or_else(|| SourceError::Git(format!("cannot read the object {}", short(id))))?;
    let mut object = repository.handle().find_object(raw, None).map_err(wrong)?;
    while let Some(tag) = object.as_tag() {
        object = tag.target().map_err(wrong)?;
    }
    let id = git::oid(object.id());
    match object.kind() {
        Some(git2::ObjectType::Commit) => Ok(Tip::Commit(id)),
        Some(git2::ObjectType::Tree) => Ok(Tip::Tree(id)),
        _ => Ok(Tip::Blob(id)),
    }
}

/// The bytes of an object of any kind, and whether it is an annotated tag.
///
/// # Errors
/// It is missing or damaged.
pub fn raw(repository: &Repository, id: Oid) -> Result<(Vec<u8>, bool), ObjectError> {
    let raw = git::git2_oid(id).ok_or(ObjectError::Missing)?;
    let odb = repository.handle().odb().map_err(|error| git::object_error(&error))?;
    let object = odb.read(raw).map_err(|error| git::object_error(&error))?;
    Ok((object.data().to_vec(), object.kind() == git2::ObjectType::Tag))
}

#[derive(Default)]
struct Walk {
    seen: HashMap<Oid, State>,
    queue: BinaryHeap<(i64, Oid)>,
    /// How many of the queue are not known to be excluded.
    open: usize,
    oldest: i64,
}

struct State {
    commit: CommitData,
    excluded: bool,
    queued: bool,
    walked: bool,
}

/// The commits that `include` reaches and `exclude` does not. A shallow clone's edge among them is entered into the ledger,
/// missing parents too.
///
/// # Errors
/// A tip is missing or damaged.
pub fn commits(
    repository: &Repository,
    include: &[Oid],
    exclude: &[Oid],
    is_shallow: &dyn Fn(&Oid) -> bool,
    ledger: &Ledger,
    allow_shallow: bool,
) -> Result<Vec<CommitData>, SourceError> {
    let mut walk = Walk { oldest: i64::MAX, ..Walk::default() };
    let mut missing = BTreeMap::new();
    for (ids, excluded) in [(exclude, true), (include, false)] {
        for &id in ids {
            let read = walk.reach(repository, id, excluded);
            read.map_err(|_| SourceError::Git(format!("cannot read the commit {}", short(id))))?;
        }
    }
    let mut beyond = 0;
    while let Some((time, id)) = walk.queue.pop() {
        let Some(state) = walk.seen.get_mut(&id) else { continue };
        let excluded = state.excluded;
        state.queued = false;
        state.walked = true;
        if !excluded {
            walk.open -= 1;
            walk.oldest = walk.oldest.min(state.commit.time);
        } else if walk.open == 0 && time < walk.oldest {
            beyond += 1;
            if beyond > SLOP {
                break;
            }
        }
        let parents = if is_shallow(&id) { Vec::new() } else { state.commit.parents.clone() };
        for parent in parents {
            if let Err(error) = walk.reach(repository, parent, excluded)
                && !excluded
            {
                missing.insert(parent, error);
            }
        }
    }
    let mut commits: Vec<CommitData> = walk.seen.into_values().filter(|it| !it.excluded).map(|it| it.commit).collect();
    commits.sort_unstable_by_key(|commit| commit.id);
    for commit in commits.iter().filter(|commit| is_shallow(&commit.id) && !commit.parents.is_empty()) {
        let code = if allow_shallow { Code::SHALLOW_ALLOWED } else { Code::SHALLOW };
        ledger.note(code, Some(Raw::new(short(commit.id))), None);
    }
    for (id, error) in missing {
        super::index::note_object(ledger, short(id).as_bytes(), error);
    }
    Ok(commits)
}

impl Walk {
    /// A tip, or a parent of a commit that is excluded or not.
    fn reach(&mut self, repository: &Repository, id: Oid, excluded: bool) -> Result<(), ObjectError> {
        if !self.seen.contains_key(&id) {
            let (bytes, _) = raw(repository, id)?;
            let commit = CommitData::parse(id, &bytes).ok_or_else(|| ObjectError::Corrupt("is no commit".into()))?;
            self.queue.push((commit.time, id));
            self.open += usize::from(!excluded);
            self.seen.insert(id, State { commit, excluded, queued: true, walked: false });
            return Ok(());
        }
        let Some(state) = self.seen.get_mut(&id).filter(|state| excluded && !state.excluded) else { return Ok(()) };
        state.excluded = true;
        if state.queued {
            self.open -= 1;
        } else if state.walked {
            // It was taken for one of the range, and so were its parents.
            state.queued = true;
            self.queue.push((state.commit.time, id));
        }
        Ok(())
    }
}

/// What a tree has that none of its parents' trees has at the same path, in no order.
///
/// # Errors
/// More than 250,000 places.
pub fn changes(
    repository: &Repository,
    tree: Oid,
    parents: &[Option<Oid>],
    unreadable: &mut dyn FnMut(Oid, ObjectError),
) -> Result<Vec<Change>, TooMany> {
    let mut found = Vec::new();
    let mut places = 0;
    let mut open = vec![(tree, parents.to_vec(), Vec::new())];
    while let Some((tree, parents, folder)) = open.pop() {
        if parents.contains(&Some(tree)) {
            continue;
        }
        let mut read = |id: Oid| {
            repository.tree(id).unwrap_or_else(|error| {
                unreadable(id, error);
                Vec::new()
            })
        };
        let entries = read(tree);
        let theirs: Vec<HashMap<Vec<u8>, TreeEntry>> = parents
            .iter()
            .map(|parent| parent.map(&mut read).unwrap_or_default())
            .map(|entries| entries.into_iter().map(|entry| (entry.name.clone(), entry)).collect())
            .collect();
        for entry in entries {
            places += 1;
            if places > MOST_PLACES {
                return Err(TooMany);
            }
            let path = [folder.as_slice(), &entry.name].concat();
            let same = |kind: EntryKind| {
                let there = theirs.iter().map(|entries| entries.get(&entry.name));
                there.map(|it| it.filter(|it| it.kind == kind).map(|it| it.id)).collect::<Vec<_>>()
            };
            let theirs = same(entry.kind);
            if theirs.contains(&Some(entry.id)) {
                continue;
            }
            if entry.kind == EntryKind::Tree {
                open.push((entry.id, theirs, [path.as_slice(), b"/"].concat()));
            } else {
                let is_submodule = entry.kind == EntryKind::Submodule;
                found.push(Change { path, id: entry.id, is_submodule, theirs });
            }
        }
    }
    Ok(found)
}

/// The files of `old` that `new` does not have at the same path, with their blobs.
pub fn deleted(repository: &Repository, old: Oid, new: Oid) -> Vec<(Vec<u8>, Oid)> {
    let mut found = Vec::new();
    let mut left = MOST_PLACES;
    let mut open = vec![(old, Some(new), Vec::new())];
    while let Some((old, new, folder)) = open.pop() {
        if Some(old) == new {
            continue;
        }
        let new = new.and_then(|new| repository.tree(new).ok()).unwrap_or_default();
        let new: HashMap<Vec<u8>, TreeEntry> = new.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
        for entry in repository.tree(old).unwrap_or_default() {
            left = left.saturating_sub(1);
            let there = new.get(&entry.name).filter(|it| it.kind == entry.kind);
            let path = [folder.as_slice(), &entry.name].concat();
            match entry.kind {
                EntryKind::Tree => {
                    open.push((entry.id, there.map(|it| it.id), [path.as_slice(), b"/"].concat()));
                }
                EntryKind::Blob if there.is_none() => found.push((path, entry.id)),
                _ => {}
            }
        }
        if left == 0 {
            break;
        }
    }
    found
}
