//! Drafts: an index with one more file than the repository's, or a whole small repository, both in a temporary folder. They
//! let a hook be tried without writing anything to the repository.

use std::path::{Path, PathBuf};

use gix_index::entry::{Flags, Mode, Stat};

use super::SourceError;
use super::git::{Repository, git_error, oid};

/// A temporary folder that holds a draft; removed when dropped.
pub struct Draft {
    folder: tempfile::TempDir,
    index: PathBuf,
    objects: PathBuf,
}

impl Draft {
    /// The repository's index with a file of this content added at the root; its object lies in a folder of the draft.
    ///
    /// # Errors
    /// The index cannot be read, or the temporary folder cannot be written.
    pub fn of_index(repository: &Repository, name: &str, content: &[u8]) -> Result<Self, SourceError> {
        let (folder, scratch) = scratch()?;
        let blob = scratch.blob(content).map_err(|error| git_error("cannot write a draft", &error))?;
        let options = gix_index::decode::Options::default();
        let source = repository.index_file();
        let wrong = |error: &dyn std::fmt::Display| {
            SourceError::Index(crate::secret::mask_key_shapes(error.to_string().as_bytes()).text().into_owned())
        };
        let mut draft = gix_index::File::at_or_default(&source, gix_hash::Kind::Sha1, true, options)
            .map_err(|error| wrong(&error))?;
        draft.remove_tree();
        draft.dangerously_push_entry(Stat::default(), oid(blob), Flags::empty(), Mode::FILE, name.as_bytes().into());
        draft.sort_entries();
        let index = folder.path().join("index");
        let file = std::fs::File::create(&index).map_err(|error| wrong(&error))?;
        let options = gix_index::write::Options::default();
        draft.write_to(std::io::BufWriter::new(file), options).map_err(|error| wrong(&error))?;
        let objects = scratch.commondir().join("objects");
        Ok(Self { folder, index, objects })
    }

    /// A repository of its own without a commit, in which only this file is staged.
    ///
    /// # Errors
    /// The temporary folder cannot be written.
    pub fn of_nothing(name: &str, content: &[u8]) -> Result<Self, SourceError> {
        let (folder, scratch) = scratch()?;
        let wrong = |error: &git2::Error| git_error("cannot write a draft", error);
        std::fs::write(folder.path().join(name), content)
            .map_err(|error| SourceError::Git(format!("cannot write a draft: {}", error.kind())))?;
        let mut index = scratch.index().map_err(|error| wrong(&error))?;
        index.add_path(Path::new(name)).and_then(|()| index.write()).map_err(|error| wrong(&error))?;
        let objects = scratch.commondir().join("objects");
        let index = scratch.path().join("index");
        Ok(Self { folder, index, objects })
    }

    /// The temporary folder: the working tree of [`Draft::of_nothing`].
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The index file.
    pub fn index(&self) -> &Path {
        &self.index
    }

    /// The folder of its own objects.
    pub fn objects(&self) -> &Path {
        &self.objects
    }
}

fn scratch() -> Result<(tempfile::TempDir, git2::Repository), SourceError> {
    let folder = tempfile::Builder::new()
        .prefix("konceal")
        .tempdir()
        .map_err(|error| SourceError::Git(format!("cannot make a temporary folder: {}", error.kind())))?;
    let scratch = git2::Repository::init(folder.path())
        .map_err(|error| git_error("cannot make a temporary repository", &error))?;
    Ok((folder, scratch))
}
