//! Where the files that govern a scan are read from: the place that the scanned content comes from.

use std::path::{Path, PathBuf};

use super::error::Error;
use crate::blob::Oid;
use crate::source::git::{EntryKind, Repository, short};
use crate::source::index::Index;
use crate::source::worktree::{Content, bytes_of, content};

/// A place that holds governing files.
pub trait Governing {
    /// A file by its path from the root; none where there is no such file.
    ///
    /// # Errors
    /// It is there and cannot be read, or is no regular file.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error>;

    /// The paths of all files, in the order of their bytes: asked only where the configuration names files by patterns.
    ///
    /// # Errors
    /// The place cannot be listed.
    fn list(&self) -> Result<Vec<Vec<u8>>, Error>;
}

/// The files on disk below a root. Links are not followed, on the way neither: they could lead out of the repository.
pub struct Disk<'a> {
    /// The root.
    pub root: &'a Path,
}

impl Governing for Disk<'_> {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let wrong = |why: &str| Err(Error::File { file: name.into(), why: why.into() });
        let mut file = self.root.to_owned();
        for part in Path::new(name).components() {
            file.push(part);
            if file.is_symlink() {
                return wrong("is or lies behind a symbolic link, which is not followed");
            }
        }
        match content(&file, None) {
            Ok(Content::Bytes(bytes)) => Ok(Some(bytes)),
            Ok(_) => wrong("is not a regular file"),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => wrong(&error.kind().to_string()),
        }
    }

    fn list(&self) -> Result<Vec<Vec<u8>>, Error> {
        let mut files = Vec::new();
        let mut folders: Vec<PathBuf> = vec![self.root.to_owned()];
        while let Some(folder) = folders.pop() {
            let unreadable =
                |error: std::io::Error| Error::File { file: folder.clone(), why: error.kind().to_string() };
            for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                let kind = entry.file_type().map_err(unreadable)?;
                if kind.is_dir() && entry.file_name() != ".git" {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    files.push(bytes_of(entry.path().strip_prefix(self.root).unwrap_or(&entry.path())));
                }
            }
        }
        files.sort();
        Ok(files)
    }
}

/// The files in an index.
pub struct Staged<'a> {
    /// Whose objects they are.
    pub repository: &'a Repository,
    /// The index.
    pub index: &'a Index,
}

impl Governing for Staged<'_> {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(entry) = self.index.find(name.as_bytes()) else { return Ok(None) };
        let unreadable = |_| Error::File { file: name.into(), why: "cannot be read from the index".into() };
        self.repository.blob(entry.id).map(Some).map_err(unreadable)
    }

    fn list(&self) -> Result<Vec<Vec<u8>>, Error> {
        Ok(self.index.entries().filter(|entry| !entry.is_submodule()).map(|entry| entry.path.to_vec()).collect())
    }
}

/// The files of a commit's tree; none where there is no commit.
pub struct Committed<'a> {
    /// Whose commit it is.
    pub repository: &'a Repository,
    /// The commit.
    pub commit: Option<Oid>,
}

impl Governing for Committed<'_> {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(commit) = self.commit else { return Ok(None) };
        let unreadable =
            |_| Error::File { file: name.into(), why: format!("cannot be read from the commit {}", short(commit)) };
        let tree = self.repository.tree_of(commit).map_err(unreadable)?;
        match self.repository.entry(tree, name.as_bytes()).map_err(unreadable)? {
            Some(entry) if entry.kind == EntryKind::Blob => {
                self.repository.blob(entry.id).map(Some).map_err(unreadable)
            }
            _ => Ok(None),
        }
    }

    fn list(&self) -> Result<Vec<Vec<u8>>, Error> {
        let Some(commit) = self.commit else { return Ok(Vec::new()) };
        let unreadable = |_| Error::Usage(format!("the files of the commit {} cannot be listed", short(commit)));
        let mut files = Vec::new();
        let mut folders = vec![(Vec::new(), self.repository.tree_of(commit).map_err(unreadable)?)];
        while let Some((folder, tree)) = folders.pop() {
            for entry in self.repository.tree(tree).map_err(unreadable)? {
                let path = [folder.as_slice(), entry.name.as_slice()].concat();
                match entry.kind {
                    EntryKind::Tree => folders.push(([path.as_slice(), b"/"].concat(), entry.id)),
                    EntryKind::Blob => files.push(path),
                    EntryKind::Submodule => {}
                }
            }
        }
        files.sort();
        Ok(files)
    }
}
