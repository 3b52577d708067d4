//! Where a repository's history begins: refs, HEADs of all worktrees, reflogs.

use std::path::Path;

use super::commits::reach;
use crate::blob::Oid;
use crate::secret::Raw;
use crate::source::SourceError;
use crate::source::coverage::{Code, Ledger};
use crate::source::git::{self, Repository};
use crate::source::worktree::bytes_of;

/// One place where history begins.
#[derive(Clone, Debug)]
pub struct Tip {
    /// Full name of the ref; none for a reflog's entry and a detached HEAD.
    pub name: Option<Vec<u8>>,
    /// What it names.
    pub id: Oid,
    /// How strongly it holds: one of [`reach`]'s bits.
    pub reach: u8,
}

/// The full names of all refs, the HEADs of all worktrees and all reflogs.
#[derive(Debug, Default)]
pub struct Tips {
    /// All of them, refs in the order of their names first.
    pub tips: Vec<Tip>,
    /// Names of all refs, symbolic ones too, sorted.
    pub names: Vec<Vec<u8>>,
}

impl Tips {
    /// Reads them. A ref that cannot be read is entered into the ledger.
    ///
    /// # Errors
    /// The refs cannot be listed.
    pub fn read(repository: &Repository, ledger: &Ledger) -> Result<Self, SourceError> {
        let mut tips = Self::default();
        let wrong = |error: git2::Error| git::git_error("cannot list the refs", &error);
        let references = repository.handle().references().map_err(wrong)?;
        for reference in references {
            let reference = match reference {
                Ok(reference) => reference,
                Err(error) => {
                    ledger.note(Code::CORRUPT, Some(Raw::new(*b"refs")), Some(git::message(&error)));
                    continue;
                }
            };
            let name = reference.name_bytes().to_vec();
            if let Some(id) = reference.target() {
                tips.add(name.clone(), git::oid(id));
            }
            tips.names.push(name);
        }
        let common = repository.common_dir();
        let worktrees = std::fs::read_dir(common.join("worktrees")).into_iter().flatten().filter_map(Result::ok);
        let mut folders: Vec<_> = worktrees.map(|entry| entry.path()).collect();
        folders.sort();
        for folder in folders.iter().map(std::path::PathBuf::as_path).chain([common]) {
            tips.head(repository, &folder.join("HEAD"));
            if folder != common {
                tips.own_refs(&folder.join("refs"), b"refs", 0);
            }
            tips.reflogs(&folder.join("logs"), false, 0);
        }
        tips.names.sort();
        tips.names.dedup();
        tips.tips.sort_by(|a, b| {
            (a.name.is_none(), &a.name, a.id, a.reach).cmp(&(b.name.is_none(), &b.name, b.id, b.reach))
        });
        tips.tips.dedup_by(|a, b| (&a.name, a.id, a.reach) == (&b.name, b.id, b.reach));
        Ok(tips)
    }

    fn add(&mut self, name: Vec<u8>, id: Oid) {
        let reach = if is_notes(&name) { reach::NOTES } else { reach::REF };
        self.tips.push(Tip { name: Some(name), id, reach });
    }

    /// A worktree's HEAD, detached or not.
    fn head(&mut self, repository: &Repository, file: &Path) {
        let text = std::fs::read(file).unwrap_or_default();
        let text = text.trim_ascii();
        let id = match text.strip_prefix(b"ref:").map(<[u8]>::trim_ascii) {
            Some(name) => std::str::from_utf8(name).ok().and_then(|name| repository.handle().refname_to_id(name).ok()),
            None => std::str::from_utf8(text).ok().and_then(|hex| git2::Oid::from_str(hex).ok()),
        };
        self.tips.extend(id.map(|id| Tip { name: None, id: git::oid(id), reach: reach::REF }));
    }

    /// Refs of a linked worktree (`refs/bisect`, `refs/worktree`), which are files of their own.
    fn own_refs(&mut self, folder: &Path, name: &[u8], depth: usize) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).filter(|_| depth < 32) {
            let path = entry.path();
            let name = [name, b"/", &bytes_of(entry.file_name().as_ref())].concat();
            if path.is_dir() {
                self.own_refs(&path, &name, depth + 1);
            } else if let Ok(id) = Oid::from_hex(std::fs::read(&path).unwrap_or_default().trim_ascii()) {
                self.add(name.clone(), id);
                self.names.push(name);
            }
        }
    }

    /// Every id of every line: `old new name <address> time zone` and a message.
    fn reflogs(&mut self, folder: &Path, is_notes: bool, depth: usize) {
        let reach = if is_notes { reach::NOTES_LOG } else { reach::REFLOG };
        for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).filter(|_| depth < 64) {
            let path = entry.path();
            if path.is_dir() {
                self.reflogs(&path, is_notes || path.ends_with("logs/refs/notes"), depth + 1);
                continue;
            }
            let log = std::fs::read(&path).unwrap_or_default();
            for line in log.split(|&byte| byte == b'\n') {
                let ids = line.splitn(3, |&byte| byte == b' ').take(2).filter_map(|hex| Oid::from_hex(hex).ok());
                self.tips.extend(ids.filter(|id| !id.is_null()).map(|id| Tip { name: None, id, reach }));
            }
        }
    }
}

/// Whether a ref holds notes.
pub fn is_notes(name: &[u8]) -> bool {
    name.starts_with(b"refs/notes/")
}

/// The commits at the edge of a shallow clone.
pub fn shallow(repository: &Repository) -> std::collections::HashSet<Oid> {
    let file = std::fs::read(repository.common_dir().join("shallow")).unwrap_or_default();
    file.split(|&byte| byte == b'\n').filter_map(|line| Oid::from_hex(line.trim_ascii()).ok()).collect()
}
