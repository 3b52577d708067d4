//! The working tree: tracked files, also those that .gitignore names, and untracked ones that are not ignored. Outside a
//! repository: every file below a path.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::{DirEntry, WalkBuilder, WalkState};
use rayon::prelude::*;

use super::coverage::{Code, Ledger};
use super::index::Index;
use super::locate::is_git_dir_or_link;
use super::{Cancel, SourceError};
use crate::config::Settings;
use crate::secret::Raw;

pub(crate) use super::path::{bytes_of, path_of};

/// Receives every file: its path from the root, whether it is tracked, and its bytes.
pub trait Sink: Sync {
    /// Takes one file.
    fn file(&self, path: &[u8], bytes: &[u8]);
    /// Learns of a folder that the walk enters: its path from the root (empty for the root), and where it is. Most sinks make
    /// nothing of it.
    fn folder(&self, _path: &[u8], _place: &Path) {}
}

/// What a working tree's scan needs to know.
pub struct Walk<'a> {
    /// Options and configuration.
    pub settings: &'a Settings,
    /// What was examined and what not.
    pub ledger: &'a Ledger,
    /// What ends the walk early.
    pub cancel: &'a Cancel,
}

impl Walk<'_> {
    /// Sends every file below `paths` (or the root) of the repository's working tree at `root`: tracked files as `index` names
    /// them, and untracked files that git's rules do not ignore. A file named as a path is sent even if ignored.
    ///
    /// # Errors
    /// A path that does not exist, or lies outside.
    pub fn repository(
        &self,
        root: &Path,
        index: &Index,
        paths: &[PathBuf],
        sink: &impl Sink,
    ) -> Result<(), SourceError> {
        let mut below: Vec<Vec<u8>> = Vec::new();
        let mut starts: Vec<PathBuf> = Vec::new();
        for path in paths {
            let resolved = resolve(path)?;
            let inside = resolved
                .strip_prefix(real(root))
                .map_err(|_| SourceError::NoRepository(format!("{} lies outside the repository", shown(path))))?;
            below.push(bytes_of(inside));
            starts.push(root.join(inside));
        }
        if paths.is_empty() {
            below.push(Vec::new());
            starts.push(root.to_owned());
        }
        let wanted = |path: &[u8]| below.iter().any(|start| is_below(path, start));
        let tracked: HashSet<&[u8]> = index.entries().map(|entry| entry.path).collect();
        let mut files: Vec<&[u8]> = Vec::new();
        for entry in index.entries().filter(|entry| wanted(entry.path)) {
            if entry.is_submodule() {
                self.ledger.note(Code::SUBMODULE, Some(Raw::new(entry.path)), None);
            } else if files.last() != Some(&entry.path) {
                files.push(entry.path);
            }
        }
        files.par_iter().for_each(|path| {
            if !self.cancel.is_set() {
                self.read(&root.join(path_of(path)), path, Absent::Deleted, sink);
            }
        });
        let mut named = HashSet::new();
        let mut folders = Vec::new();
        for (start, path) in starts.iter().zip(&below) {
            if start.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
                folders.push(start.clone());
            } else if !tracked.contains(path.as_slice()) && named.insert(path.clone()) {
                self.read(start, path, Absent::Error, sink);
            }
        }
        let mut walker = builder(&folders);
        walker.git_ignore(true).git_exclude(true).git_global(true).parents(true).require_git(false);
        self.walk(
            &walker,
            root,
            sink,
            |path| tracked.contains(path) || named.contains(path),
            |path| index.has_submodule(path),
        );
        Ok(())
    }

    /// Sends every file below `paths`, whatever repository they lie in. Paths are relative to the one that they were found
    /// below; a file named as a path has its file name.
    ///
    /// # Errors
    /// A path that does not exist; two paths that give one path.
    pub fn plain(&self, paths: &[PathBuf], sink: &impl Sink) -> Result<(), SourceError> {
        let seen: Mutex<HashSet<Vec<u8>>> = Mutex::new(HashSet::new());
        let twice: Mutex<Option<Vec<u8>>> = Mutex::new(None);
        let several = paths.len() > 1;
        let claim = |path: &[u8]| {
            if several && !lock(&seen).insert(path.to_vec()) {
                lock(&twice).get_or_insert_with(|| path.to_vec());
            }
        };
        let claiming = Claiming { sink, claim };
        for path in paths {
            let meta = path.metadata().map_err(|_| SourceError::NoSuchPath { path: Raw::new(bytes_of(path)) })?;
            if meta.is_dir() {
                self.walk(&builder(std::slice::from_ref(path)), path, &claiming, |_| false, |_| false);
            } else {
                let name = bytes_of(path.file_name().map_or(path.as_path(), Path::new));
                let real = path.canonicalize().unwrap_or_else(|_| path.clone());
                self.read(&real, &name, Absent::Error, &claiming);
            }
        }
        match lock(&twice).take() {
            Some(path) => Err(SourceError::Revision(format!(
                "two of the paths given hold a file that would be reported as {}",
                crate::secret::mask_key_shapes(&path).text()
            ))),
            None => Ok(()),
        }
    }

    fn walk(
        &self,
        walker: &WalkBuilder,
        root: &Path,
        sink: &impl Sink,
        skip: impl Fn(&[u8]) -> bool + Sync,
        is_submodule: impl Fn(&[u8]) -> bool + Sync,
    ) {
        walker.build_parallel().run(|| {
            Box::new(|entry| {
                if self.cancel.is_set() {
                    return WalkState::Quit;
                }
                match entry {
                    Ok(entry) => self.entry(&entry, root, sink, &skip, &is_submodule),
                    Err(error) => {
                        self.unreadable(&error, root);
                        WalkState::Continue
                    }
                }
            })
        });
    }

    fn entry(
        &self,
        entry: &DirEntry,
        root: &Path,
        sink: &impl Sink,
        skip: &(impl Fn(&[u8]) -> bool + Sync),
        is_submodule: &(impl Fn(&[u8]) -> bool + Sync),
    ) -> WalkState {
        let path = bytes_of(entry.path().strip_prefix(root).unwrap_or(entry.path()));
        if entry.file_name() == ".git" && entry.depth() > 0 {
            return WalkState::Skip;
        }
        let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
        if is_dir {
            if !path.is_empty() && is_git_dir_or_link(&entry.path().join(".git")) {
                if !is_submodule(&path) {
                    self.ledger.note(Code::NESTED, Some(Raw::new(path)), None);
                }
                return WalkState::Skip;
            }
            sink.folder(&path, entry.path());
        } else if !skip(&path) {
            self.read(entry.path(), &path, Absent::Error, sink);
        }
        WalkState::Continue
    }

    fn unreadable(&self, error: &ignore::Error, root: &Path) {
        fn path(error: &ignore::Error) -> Option<&Path> {
            match error {
                ignore::Error::WithPath { path, .. } => Some(path),
                ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path(err),
                _ => None,
            }
        }
        let place = path(error).map(|path| Raw::new(bytes_of(path.strip_prefix(root).unwrap_or(path))));
        self.ledger.note(Code::UNREADABLE, place, error.io_error().map(|error| error.kind().to_string()));
    }

    /// Reads one file and sends it, or enters into the ledger why not. A symbolic link's text is its content, as for git.
    fn read(&self, file: &Path, path: &[u8], absent: Absent, sink: &impl Sink) {
        let place = || Some(Raw::new(path));
        if self.settings.excludes(path) {
            self.ledger.note(Code::EXCLUDED, place(), None);
            return;
        }
        match content(file, self.settings.max_file_size) {
            Ok(Content::Bytes(bytes)) => {
                self.ledger.file(bytes.len());
                note_references(self.ledger, path, &bytes);
                sink.file(path, &bytes);
            }
            Ok(Content::OverLimit) => self.ledger.note(Code::OVER_LIMIT, place(), None),
            Ok(Content::Special) => self.ledger.note(Code::SPECIAL, place(), None),
            Ok(Content::TooLarge) => self.ledger.note(Code::TOO_LARGE, place(), None),
            // Deleted but still in the index, or a folder in the place of a file: nothing is there to be examined.
            Ok(Content::Folder) => {}
            Err(error)
                if absent == Absent::Deleted
                    && matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(error) => self.ledger.note(Code::UNREADABLE, place(), Some(error.kind().to_string())),
        }
    }
}

/// What it means that a file is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absent {
    /// It was deleted from the working tree.
    Deleted,
    /// It could not be read.
    Error,
}

struct Claiming<'a, S, C> {
    sink: &'a S,
    claim: C,
}

impl<S: Sink, C: Fn(&[u8]) + Sync> Sink for Claiming<'_, S, C> {
    fn file(&self, path: &[u8], bytes: &[u8]) {
        (self.claim)(path);
        self.sink.file(path, bytes);
    }

    fn folder(&self, path: &[u8], place: &Path) {
        self.sink.folder(path, place);
    }
}

/// Enters into the ledger what the bytes only point to: the content behind an LFS pointer, the files in an archive.
pub(crate) fn note_references(ledger: &Ledger, path: &[u8], bytes: &[u8]) {
    if let Some(code) = reference(bytes) {
        ledger.note(code, Some(Raw::new(path)), None);
    }
}

/// What the bytes only point to, if they do.
pub(crate) fn reference(bytes: &[u8]) -> Option<Code> {
    const ARCHIVES: &[&[u8]] = &[
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"BZh",
        b"\xfd7zXZ\0",
        b"\x28\xb5\x2f\xfd",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07",
    ];
    if bytes.starts_with(b"version https://git-lfs.github.com/spec/") && bytes.len() < 1024 {
        Some(Code::LFS)
    } else if ARCHIVES.iter().any(|magic| bytes.starts_with(magic)) || bytes.get(257..262) == Some(b"ustar") {
        Some(Code::ARCHIVE)
    } else {
        None
    }
}

/// A file's content, or why it is not read.
pub(crate) enum Content {
    /// All of it.
    Bytes(Vec<u8>),
    /// It is a folder.
    Folder,
    /// It is no regular file.
    Special,
    /// It is above the user's limit.
    OverLimit,
    /// It is above what is read at once.
    TooLarge,
}

/// The most that is read of one file.
const MOST: u64 = 4 << 30;

/// Reads a regular file, or a symbolic link's text. Never blocks on a FIFO, never follows a link.
pub(crate) fn content(file: &Path, limit: Option<u64>) -> io::Result<Content> {
    let meta = file.symlink_metadata()?;
    if meta.is_symlink() {
        return Ok(Content::Bytes(bytes_of(&file.read_link()?)));
    }
    if meta.is_dir() {
        return Ok(Content::Folder);
    }
    if !meta.is_file() {
        return Ok(Content::Special);
    }
    let opened = open(file)?;
    // What was opened may be another thing than what was looked at.
    let meta = opened.metadata()?;
    if !meta.is_file() {
        return Ok(Content::Special);
    }
    if limit.is_some_and(|limit| meta.len() > limit) {
        return Ok(Content::OverLimit);
    }
    if meta.len() > MOST {
        return Ok(Content::TooLarge);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0) + 1);
    opened.take(MOST + 1).read_to_end(&mut bytes)?;
    Ok(if bytes.len() as u64 > MOST { Content::TooLarge } else { Content::Bytes(bytes) })
}

#[cfg(unix)]
fn open(file: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC).open(file)
}

#[cfg(not(unix))]
fn open(file: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(file)
}

fn builder(folders: &[PathBuf]) -> WalkBuilder {
    let mut folders = folders.iter();
    // A builder needs a first path; one that does not exist would be reported, so there is a walk only over what is there.
    let mut builder =
        folders.next().map_or_else(|| WalkBuilder::from_iter(std::iter::empty::<PathBuf>()), WalkBuilder::new);
    folders.for_each(|folder| {
        builder.add(folder);
    });
    builder.standard_filters(false).hidden(false).follow_links(false).threads(rayon::current_num_threads());
    builder
}

fn is_below(path: &[u8], start: &[u8]) -> bool {
    match path.strip_prefix(start) {
        Some(rest) => start.is_empty() || rest.is_empty() || rest.starts_with(b"/"),
        None => false,
    }
}

fn resolve(path: &Path) -> Result<PathBuf, SourceError> {
    let missing = || SourceError::NoSuchPath { path: Raw::new(bytes_of(path)) };
    path.symlink_metadata().map_err(|_| missing())?;
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            Ok(parent.canonicalize().map_err(|_| missing())?.join(name))
        }
        _ => path.canonicalize().map_err(|_| missing()),
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn shown(path: &Path) -> String {
    crate::secret::mask_key_shapes(&bytes_of(path)).text().into_owned()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
