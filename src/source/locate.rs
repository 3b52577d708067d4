//! Finding the repository that a folder lies in. Reads nothing but names.

use std::path::{Path, PathBuf};

/// Where to look for a repository. The command line fills it in; nothing else reads the environment.
#[derive(Clone, Debug, Default)]
pub struct Location {
    /// The folder to start from.
    pub start: PathBuf,
    /// Folders above which is not searched (`GIT_CEILING_DIRECTORIES`).
    pub ceilings: Vec<PathBuf>,
    /// What git's environment variables say; `None` where they are to be ignored (a path was given).
    pub environment: Option<Environment>,
}

/// Git's own environment variables.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `GIT_DIR` is set.
    pub git_dir: bool,
    /// `GIT_WORK_TREE`.
    pub work_tree: Option<PathBuf>,
    /// `GIT_INDEX_FILE`.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`.
    pub object_directory: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`, split.
    pub alternates: Vec<PathBuf>,
}

/// A repository's folder.
pub(super) struct Found {
    /// The folder that holds `.git`, or that is a git directory itself.
    pub(super) path: PathBuf,
    /// Whether it holds `.git`.
    pub(super) has_worktree: bool,
}

/// Walks up from the start, as git does: the first folder with a `.git`, or that is a git directory itself.
pub(super) fn discover(location: &Location) -> Option<Found> {
    let start = location.start.canonicalize().or_else(|_| std::path::absolute(&location.start)).ok()?;
    let ceilings: Vec<PathBuf> =
        location.ceilings.iter().map(|ceiling| ceiling.canonicalize().unwrap_or_else(|_| ceiling.clone())).collect();
    for (depth, folder) in start.ancestors().enumerate() {
        if depth > 0 && ceilings.iter().any(|ceiling| ceiling == folder) {
            return None;
        }
        if is_git_dir_or_link(&folder.join(".git")) {
            return Some(Found { path: folder.to_owned(), has_worktree: true });
        }
        if folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir() {
            return Some(Found { path: folder.to_owned(), has_worktree: false });
        }
    }
    None
}

/// The folder of the repository that a folder lies in, whatever the environment says; a git directory counts as one.
pub fn enclosing(folder: &Path) -> Option<PathBuf> {
    discover(&Location { start: folder.to_owned(), ..Location::default() }).map(|found| found.path)
}

/// Whether `.git` is a file that leads elsewhere or a folder with a HEAD; an empty folder of that name is none.
pub(super) fn is_git_dir_or_link(dot_git: &Path) -> bool {
    dot_git.is_file() || dot_git.join("HEAD").symlink_metadata().is_ok()
}
