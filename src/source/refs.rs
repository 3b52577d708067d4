//! What a push is about: which commits a repository or a remote of it has already, and where a set of commits begins.

use std::collections::HashSet;

use super::SourceError;
use super::git::{Repository, git_error, git2_oid, oid};
use crate::blob::Oid;

/// What an id leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peeled {
    /// It is an annotated tag.
    pub is_tag: bool,
    /// The commit that it is, or that the tag leads to; none for trees and blobs.
    pub commit: Option<Oid>,
}

/// What an id leads to; none where the object is not here.
pub fn peel(repository: &Repository, id: Oid) -> Option<Peeled> {
    let object = repository.handle().find_object(git2_oid(id)?, None).ok()?;
    let is_tag = object.kind() == Some(git2::ObjectType::Tag);
    Some(Peeled { is_tag, commit: object.peel_to_commit().ok().map(|commit| oid(commit.id())) })
}

/// The commits of every ref.
///
/// # Errors
/// The refs cannot be read.
pub fn all(repository: &Repository) -> Result<Vec<Oid>, SourceError> {
    commits(repository, |_| true)
}

/// The commits of a remote's remote-tracking refs; none for a remote that has no name, only an address.
///
/// # Errors
/// The refs cannot be read.
pub fn tracking(repository: &Repository, remote: &str) -> Result<Vec<Oid>, SourceError> {
    let own = [format!("refs/remotes/{remote}/*")];
    let configured: Vec<String> = repository.handle().find_remote(remote).map_or_else(
        |_| Vec::new(),
        |remote| {
            let dst = |spec: git2::Refspec<'_>| spec.dst().ok().map(str::to_owned);
            remote.refspecs().filter_map(dst).collect()
        },
    );
    // A mirror's refspec leads to everything here, also to what the remote does not have yet: it says nothing.
    let patterns: Vec<&String> =
        own.iter().chain(configured.iter().filter(|dst| dst.starts_with("refs/remotes/"))).collect();
    // A remote `origin/fork` has its refs below those of `origin`, and what it has says nothing of that one.
    let remotes = repository.handle().remotes();
    let inner: Vec<String> = remotes
        .iter()
        .flat_map(|names| names.iter().flatten().flatten().map(str::to_owned))
        .filter(|name| name.strip_prefix(remote).is_some_and(|rest| rest.starts_with('/')))
        .map(|name| format!("refs/remotes/{name}/"))
        .collect();
    let is_tracking = |name: &[u8]| {
        !inner.iter().any(|prefix| name.starts_with(prefix.as_bytes()))
            && patterns.iter().any(|pattern| match pattern.split_once('*') {
                Some((before, after)) => {
                    name.len() >= before.len() + after.len()
                        && name.starts_with(before.as_bytes())
                        && name.ends_with(after.as_bytes())
                }
                None => name == pattern.as_bytes(),
            })
    };
    commits(repository, is_tracking)
}

/// The commits of the remote-tracking refs of all remotes.
///
/// # Errors
/// The refs cannot be read.
pub fn tracking_any(repository: &Repository) -> Result<Vec<Oid>, SourceError> {
    commits(repository, |name| name.starts_with(b"refs/remotes/"))
}

fn commits(repository: &Repository, wanted: impl Fn(&[u8]) -> bool) -> Result<Vec<Oid>, SourceError> {
    let wrong = |error: &git2::Error| git_error("cannot read the refs", error);
    let mut found = Vec::new();
    for reference in repository.handle().references().map_err(|error| wrong(&error))? {
        let reference = reference.map_err(|error| wrong(&error))?;
        if wanted(reference.name_bytes()) {
            // A ref that leads to no commit has none that could be there already.
            found.extend(reference.peel_to_commit().ok().map(|commit| oid(commit.id())));
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The newest commit that is a parent of one of the set (what `include` reaches and `exclude` does not) without belonging to
/// it; where the set is empty, the newest of `include`; none where the set begins with root commits.
/// Trees and blobs among them are no commits, and count for nothing.
///
/// # Errors
/// A commit cannot be read.
pub fn boundary(repository: &Repository, include: &[Oid], exclude: &[Oid]) -> Result<Option<Oid>, SourceError> {
    let handle = repository.handle();
    let wrong = |error: &git2::Error| git_error("cannot walk the commits", error);
    let mut walk = handle.revwalk().map_err(|error| wrong(&error))?;
    let is_commit = |id: &git2::Oid| handle.find_commit(*id).is_ok();
    for id in include.iter().filter_map(|&id| git2_oid(id)).filter(is_commit) {
        walk.push(id).map_err(|error| wrong(&error))?;
    }
    for id in exclude.iter().filter_map(|&id| git2_oid(id)).filter(is_commit) {
        walk.hide(id).map_err(|error| wrong(&error))?;
    }
    let set = walk.collect::<Result<HashSet<git2::Oid>, _>>().map_err(|error| wrong(&error))?;
    let mut newest: Option<(i64, Oid)> = None;
    let mut consider = |id: git2::Oid| {
        // A parent that a shallow clone does not have cannot govern anything.
        if let Ok(commit) = handle.find_commit(id) {
            newest = newest.max(Some((commit.time().seconds(), oid(id))));
        }
    };
    if set.is_empty() {
        include.iter().filter_map(|&id| git2_oid(id)).for_each(&mut consider);
    }
    for &id in &set {
        let commit = handle.find_commit(id).map_err(|error| wrong(&error))?;
        commit.parent_ids().filter(|parent| !set.contains(parent)).for_each(&mut consider);
    }
    Ok(newest.map(|(_, id)| id))
}

/// The commit of a ref by its full name, or of HEAD.
pub fn named(repository: &Repository, name: &str) -> Option<Oid> {
    let reference = repository.handle().find_reference(name).ok()?;
    reference.peel_to_commit().ok().map(|commit| oid(commit.id()))
}

/// The object that a revision names, tags not followed.
pub fn resolve(repository: &Repository, revision: &str) -> Option<Oid> {
    repository.handle().revparse_single(revision).ok().map(|object| oid(object.id()))
}
