//! A file outside every repository, that only the user can read.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::secret::mask_key_shapes;
use crate::source::git::{Repository, enclosing};
use crate::source::worktree::bytes_of;

/// A folder that lies in no repository.
#[derive(Debug)]
pub struct Outside {
    folder: PathBuf,
}

/// Why there is no place for the file.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// The folder lies in a repository: what is written there could be committed.
    #[error(
        "the temporary folder {folder} lies in the git repository {repository}, and a key is not written there: set TMPDIR to a folder outside"
    )]
    Inside {
        /// The folder.
        folder: String,
        /// The repository.
        repository: String,
    },
    /// The folder or the file in it cannot be used.
    #[error("cannot make a file in the temporary folder {folder}: {reason} (TMPDIR names another one)")]
    Unusable {
        /// The folder.
        folder: String,
        /// What the system said.
        reason: io::ErrorKind,
    },
}

fn shown(path: &Path) -> String {
    mask_key_shapes(&bytes_of(path)).text().into_owned()
}

impl Outside {
    /// The folder, if it can be used: it exists, and neither it nor a folder above it belongs to a repository, also not to the
    /// working tree or the git directory of `audited`, which need not be one that the folders tell.
    ///
    /// # Errors
    /// It does not exist, or lies in a repository.
    pub fn new(folder: &Path, audited: &Repository) -> Result<Self, OutsideError> {
        let unusable = |error: io::Error| OutsideError::Unusable { folder: shown(folder), reason: error.kind() };
        let folder = folder.canonicalize().map_err(unusable)?;
        if !folder.is_dir() {
            return Err(unusable(io::ErrorKind::NotADirectory.into()));
        }
        let own = [audited.workdir(), Some(audited.git_dir()), Some(audited.common_dir())];
        let own = own.into_iter().flatten().filter_map(|path| path.canonicalize().ok());
        let repository = own.filter(|path| folder.starts_with(path)).chain(enclosing(&folder)).next();
        match repository {
            Some(repository) => Err(OutsideError::Inside { folder: shown(&folder), repository: shown(&repository) }),
            None => Ok(Self { folder }),
        }
    }

    /// Makes a new file with this content in it, which nobody but the user can read, and returns its path.
    ///
    /// # Errors
    /// It cannot be written; then there is none.
    pub fn write(&self, content: &[u8]) -> Result<PathBuf, OutsideError> {
        let unusable = |error: io::Error| OutsideError::Unusable { folder: shown(&self.folder), reason: error.kind() };
        // Made with mode 0600, under a name that was free. A short name without a dash is not masked as a key's.
        let mut file =
            tempfile::Builder::new().prefix("konceal.").suffix(".txt").tempfile_in(&self.folder).map_err(unusable)?;
        file.write_all(content).and_then(|()| file.flush()).map_err(unusable)?;
        let (_, path) = file.keep().map_err(|error| unusable(error.error))?;
        Ok(path)
    }
}
