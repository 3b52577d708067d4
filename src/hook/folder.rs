//! The folder whose hooks git runs.

use std::path::{Path, PathBuf};

use crate::source::git::Repository;

/// Where git looks for hooks.
#[derive(Clone, Debug)]
pub struct Folder {
    /// The folder.
    pub path: PathBuf,
    /// Whose it is.
    pub owner: Owner,
}

/// Whose a hooks folder is: what lies in the working tree is everybody's who clones, what is set globally every repository's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This repository's.
    Repository,
    /// It lies in the working tree.
    WorkingTree,
    /// The user's or the system's configuration names it for all repositories.
    Everybody,
}

impl Folder {
    /// The one that is in force: core.hooksPath, else the repository's own.
    pub fn of(repository: &Repository) -> Self {
        let path = repository.hooks_dir();
        let named = repository.config(HOOKS_PATH).is_some();
        let owner = if named && !repository.is_own_config(HOOKS_PATH) {
            Owner::Everybody
        } else if lies_in_working_tree(repository, &path) {
            Owner::WorkingTree
        } else {
            Owner::Repository
        };
        Self { path, owner }
    }

    /// The repository's own, whatever core.hooksPath says.
    pub fn own(repository: &Repository) -> PathBuf {
        repository.common_dir().join("hooks")
    }
}

const HOOKS_PATH: &str = "core.hooksPath";

fn lies_in_working_tree(repository: &Repository, folder: &Path) -> bool {
    let Some(top) = repository.workdir() else { return false };
    let folder = real(folder);
    let inside = |of: &Path| folder.starts_with(real(of));
    inside(top) && !inside(repository.git_dir()) && !inside(repository.common_dir())
}

/// The path with the links of its existing part resolved.
pub(super) fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut rest = PathBuf::new();
    for ancestor in absolute.ancestors() {
        if let Ok(found) = ancestor.canonicalize() {
            return if rest.as_os_str().is_empty() { found } else { found.join(rest) };
        }
        let name = ancestor.file_name().map(PathBuf::from).unwrap_or_default();
        rest = if rest.as_os_str().is_empty() { name } else { name.join(rest) };
    }
    absolute
}
