//! The one facade over git2: repositories, refs, revisions, objects by id. Nothing is written, nothing of the repository is
//! executed, no git process is started.

use std::path::{Path, PathBuf};
use std::sync::Once;

use git2::{ErrorCode, ObjectType, RepositoryOpenFlags};

use super::SourceError;
use super::dates::rfc3339;
use super::locate::discover;
use crate::blob::Oid;
use crate::finding::Commit;
use crate::secret::{Raw, mask_key_shapes};

pub use super::locate::{Environment, Location, enclosing};

/// A repository, opened to be read.
pub struct Repository {
    inner: git2::Repository,
    location: Location,
    workdir: Option<PathBuf>,
}

/// Why an object could not be read.
#[derive(Debug)]
pub enum ObjectError {
    /// It is not there.
    Missing,
    /// It is there and damaged; what libgit2 said.
    Corrupt(String),
}

/// Tells libgit2, once and before any thread starts, to open partial clones and to leave the check of the owner out: nothing
/// of the repository is ever executed. The crate's one exception to `deny(unsafe_code)`.
#[expect(
    unsafe_code,
    reason = "both options are global to libgit2 and have no safe form; they are set before any thread starts"
)]
fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        git2::opts::strict_hash_verification(false);
        // SAFETY: called once, before any other use of libgit2, so no other thread reads these options.
        let set = unsafe {
            git2::opts::set_extensions(&["partialclone"]).and_then(|()| git2::opts::set_verify_owner_validation(false))
        };
        // Without them such repositories fail to open, and say so.
        drop(set);
    });
}

impl Repository {
    /// The repository that `location` lies in; `None` where there is none.
    ///
    /// # Errors
    /// There is one, and it cannot be opened.
    pub fn find(location: &Location) -> Result<Option<Self>, SourceError> {
        prepare();
        if location.environment.as_ref().is_some_and(|environment| environment.git_dir) {
            let inner = git2::Repository::open_from_env().map_err(|error| open_error(&error))?;
            let workdir = environment_workdir(location, &inner);
            return Ok(Some(Self { inner, location: location.clone(), workdir }));
        }
        let Some(found) = discover(location) else { return Ok(None) };
        let flags = match location.environment {
            Some(_) => RepositoryOpenFlags::FROM_ENV,
            None => RepositoryOpenFlags::NO_SEARCH,
        };
        let inner =
            git2::Repository::open_ext(&found.path, flags, &[] as &[&Path]).map_err(|error| open_error(&error))?;
        let workdir = (found.has_worktree && !inner.is_bare()).then_some(found.path);
        Ok(Some(Self { inner, location: location.clone(), workdir }))
    }

    /// Where the repository was looked for: another thread opens its own handle with [`Repository::open`].
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Like [`Repository::find`], where there must be one.
    ///
    /// # Errors
    /// There is none, or it cannot be opened.
    pub fn open(location: &Location) -> Result<Self, SourceError> {
        Self::find(location)?.ok_or_else(|| SourceError::NoRepository("there is no git repository".into()))
    }

    /// The root of the working tree: where `.git` was found; none in a bare repository.
    pub fn workdir(&self) -> Option<&Path> {
        self.workdir.as_deref()
    }

    /// The git directory of this worktree.
    pub fn git_dir(&self) -> &Path {
        self.inner.path()
    }

    /// The git directory that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        self.inner.commondir()
    }

    /// The folder of the object store.
    pub fn objects_dir(&self) -> PathBuf {
        let environment = self.location.environment.as_ref();
        let own = environment.and_then(|environment| environment.object_directory.clone());
        own.unwrap_or_else(|| self.common_dir().join("objects"))
    }

    /// Object stores that the environment names besides (a push's quarantine reads the receiving store this way).
    pub fn environment_alternates(&self) -> &[PathBuf] {
        self.location.environment.as_ref().map_or(&[], |environment| &environment.alternates)
    }

    /// The index file, as git's environment says.
    pub fn index_file(&self) -> PathBuf {
        let named = self.location.environment.as_ref().and_then(|environment| environment.index_file.clone());
        // A relative one is meant from the top of the working tree, wherever the program was started.
        let top = self.workdir().unwrap_or(&self.location.start);
        named.map_or_else(|| self.git_dir().join("index"), |file| top.join(file))
    }

    /// The folder of the hooks that are in force: core.hooksPath, else the common directory's.
    pub fn hooks_dir(&self) -> PathBuf {
        match self.config("core.hooksPath") {
            Some(path) if !path.is_empty() => self.workdir().unwrap_or_else(|| self.git_dir()).join(path),
            _ => self.common_dir().join("hooks"),
        }
    }

    /// A value of git's configuration, as a path where it is one (`~` undone).
    pub fn config(&self, name: &str) -> Option<String> {
        let config = self.inner.config().ok()?.snapshot().ok()?;
        match config.get_path(name) {
            Ok(path) => path.into_os_string().into_string().ok(),
            Err(_) => config.get_string(name).ok(),
        }
    }

    /// Whether a value of git's configuration comes from this repository's own files rather than the user's or the system's.
    pub fn is_own_config(&self, name: &str) -> bool {
        let level = self.inner.config().and_then(|config| config.get_entry(name).map(|entry| entry.level()));
        level.is_ok_and(|level| matches!(level, git2::ConfigLevel::Local | git2::ConfigLevel::Worktree))
    }

    /// Whether git's rules ignore a path of the working tree.
    pub fn ignores(&self, path: &Path) -> bool {
        self.inner.is_path_ignored(path).unwrap_or(false)
    }

    /// Whether there is no working tree.
    pub fn is_bare(&self) -> bool {
        self.workdir.is_none()
    }

    /// Whether the history is cut.
    pub fn is_shallow(&self) -> bool {
        self.inner.is_shallow()
    }

    /// The underlying handle, for the history's walker, which stays within this facade's module.
    pub(in crate::source) fn handle(&self) -> &git2::Repository {
        &self.inner
    }

    /// HEAD's commit; `None` on an unborn branch.
    ///
    /// # Errors
    /// HEAD is broken.
    pub fn head(&self) -> Result<Option<Oid>, SourceError> {
        match self.inner.head() {
            Ok(head) => match head.peel_to_commit() {
                Ok(commit) => Ok(Some(oid(commit.id()))),
                Err(error) => Err(git_error("cannot read HEAD", &error)),
            },
            Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => Ok(None),
            Err(error) => Err(git_error("cannot read HEAD", &error)),
        }
    }

    /// The id that HEAD names, whatever stands behind it; `None` on an unborn branch. No object is read: libgit2 crashes on
    /// some damaged packs.
    ///
    /// # Errors
    /// HEAD is broken.
    pub fn head_id(&self) -> Result<Option<Oid>, SourceError> {
        match self.inner.head() {
            Ok(head) => Ok(head.target().map(oid)),
            Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => Ok(None),
            Err(error) => Err(git_error("cannot read HEAD", &error)),
        }
    }

    /// Full name of the branch that is checked out; none with a detached HEAD or before its first commit.
    pub fn branch(&self) -> Option<Vec<u8>> {
        let head = self.inner.head().ok()?;
        head.is_branch().then(|| head.name_bytes().to_vec())
    }

    /// Whether git's configuration knows a remote of that name.
    pub fn has_remote(&self, name: &[u8]) -> bool {
        std::str::from_utf8(name).is_ok_and(|name| self.inner.find_remote(name).is_ok())
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    /// It names none here.
    pub fn commit(&self, revision: &str) -> Result<Oid, SourceError> {
        let object = self.inner.revparse_single(revision).and_then(|object| object.peel_to_commit());
        object.map(|commit| oid(commit.id())).map_err(|error| unknown_revision(revision, &error))
    }

    /// The object that a revision names, whatever it is: of an annotated tag, the tag.
    ///
    /// # Errors
    /// It names none here.
    pub fn object(&self, revision: &str) -> Result<Oid, SourceError> {
        let object = self.inner.revparse_single(revision);
        object.map(|object| oid(object.id())).map_err(|error| unknown_revision(revision, &error))
    }

    /// The other heads of the merge in progress.
    pub fn merge_heads(&self) -> Vec<Oid> {
        let file = std::fs::read(self.git_dir().join("MERGE_HEAD")).unwrap_or_default();
        file.split(|&byte| byte == b'\n').filter_map(|line| Oid::from_hex(line.trim_ascii()).ok()).collect()
    }

    /// The best common ancestor of two commits.
    pub fn merge_base(&self, a: Oid, b: Oid) -> Option<Oid> {
        self.inner.merge_base(git2_oid(a)?, git2_oid(b)?).ok().map(oid)
    }

    /// A commit, as reports name it.
    pub fn describe(&self, id: Oid) -> Option<Commit<Raw>> {
        let commit = self.inner.find_commit(git2_oid(id)?).ok()?;
        let author = commit.author();
        let when = author.when();
        Some(Commit {
            oid: id,
            author: Raw::new(author.name_bytes()),
            email: Raw::new(author.email_bytes()),
            date: rfc3339(when.seconds(), when.offset_minutes()),
            time: when.seconds(),
            summary: Raw::new(commit.summary_bytes().unwrap_or_default()),
        })
    }

    /// The root tree of HEAD's commit; `None` on an unborn branch.
    ///
    /// # Errors
    /// HEAD is broken, or its commit cannot be read.
    pub fn head_tree(&self) -> Result<Option<Oid>, SourceError> {
        let tree = self.head()?.map(|head| self.tree_of(head)).transpose();
        tree.map_err(|_| SourceError::Git("cannot read HEAD's commit".into()))
    }

    /// The root tree of a commit.
    ///
    /// # Errors
    /// The commit is missing or damaged.
    pub fn tree_of(&self, commit: Oid) -> Result<Oid, ObjectError> {
        let id = git2_oid(commit).ok_or(ObjectError::Missing)?;
        self.inner.find_commit(id).map(|commit| oid(commit.tree_id())).map_err(|error| object_error(&error))
    }

    /// A blob's bytes.
    ///
    /// # Errors
    /// It is missing, damaged or no blob.
    pub fn blob(&self, id: Oid) -> Result<Vec<u8>, ObjectError> {
        let id = git2_oid(id).ok_or(ObjectError::Missing)?;
        self.inner.find_blob(id).map(|blob| blob.content().to_vec()).map_err(|error| object_error(&error))
    }

    /// The entries of a tree: name, mode and id, in its order.
    ///
    /// # Errors
    /// It is missing, damaged or no tree.
    pub fn tree(&self, id: Oid) -> Result<Vec<TreeEntry>, ObjectError> {
        let tree = git2_oid(id)
            .ok_or(ObjectError::Missing)
            .and_then(|id| self.inner.find_tree(id).map_err(|error| object_error(&error)))?;
        let entry = |entry: git2::TreeEntry<'_>| TreeEntry {
            name: entry.name_bytes().to_vec(),
            kind: match entry.kind() {
                Some(ObjectType::Tree) => EntryKind::Tree,
                Some(ObjectType::Blob) => EntryKind::Blob,
                _ => EntryKind::Submodule,
            },
            id: oid(entry.id()),
        };
        Ok(tree.iter().map(entry).collect())
    }

    /// What stands at a path (`/` between names) below a tree; `None` where nothing does.
    ///
    /// # Errors
    /// A tree on the way is missing or damaged.
    pub fn entry(&self, tree: Oid, path: &[u8]) -> Result<Option<TreeEntry>, ObjectError> {
        let mut tree = tree;
        let mut names = path.split(|&byte| byte == b'/').peekable();
        while let Some(name) = names.next() {
            let Some(entry) = self.tree(tree)?.into_iter().find(|entry| entry.name == name) else { return Ok(None) };
            match (names.peek(), entry.kind) {
                (None, _) => return Ok(Some(entry)),
                (Some(_), EntryKind::Tree) => tree = entry.id,
                (Some(_), _) => return Ok(None),
            }
        }
        Ok(None)
    }
}

/// One entry of a tree.
#[derive(Clone, Debug)]
pub struct TreeEntry {
    /// Its name.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: EntryKind,
    /// Its object.
    pub id: Oid,
}

/// What a tree's entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Tree,
    /// A file or a symbolic link.
    Blob,
    /// Another repository's commit.
    Submodule,
}

fn environment_workdir(location: &Location, inner: &git2::Repository) -> Option<PathBuf> {
    let named = location.environment.as_ref().and_then(|environment| environment.work_tree.clone());
    if let Some(named) = named {
        return Some(location.start.join(named));
    }
    if inner.is_bare() {
        return None;
    }
    let configured =
        inner.config().is_ok_and(|mut config| config.snapshot().is_ok_and(|it| it.get_str("core.worktree").is_ok()));
    if configured { inner.workdir().map(Path::to_owned) } else { Some(location.start.clone()) }
}

/// The first 12 digits of an id: what is printed of it, since more digits could be a key's.
pub fn short(id: Oid) -> String {
    id.to_hex_with_len(12).to_string()
}

/// gix's id of a git2 one.
pub(in crate::source) fn oid(id: git2::Oid) -> Oid {
    Oid::from_bytes_or_panic(id.as_bytes())
}

/// git2's id of a gix one; none for a length that libgit2 does not know.
pub(in crate::source) fn git2_oid(id: Oid) -> Option<git2::Oid> {
    git2::Oid::from_bytes(id.as_slice()).ok()
}

pub(in crate::source) fn message(error: &git2::Error) -> String {
    mask_key_shapes(error.message().as_bytes()).text().into_owned()
}

fn unknown_revision(revision: &str, error: &git2::Error) -> SourceError {
    // What is longer is masked, and half of an id would help nobody.
    let id = revision.get(..12).filter(|_| matches!(revision.len(), 40 | 64));
    let id = id.filter(|_| revision.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if let Some(id) = id {
        return SourceError::Revision(format!("unknown revision {id}: no such object here"));
    }
    let shown = mask_key_shapes(revision.as_bytes());
    SourceError::Revision(format!("unknown revision {}: {}", shown.text(), message(error)))
}

fn open_error(error: &git2::Error) -> SourceError {
    let hint = if error.code() == ErrorCode::Owner { " (name it in safe.directory)" } else { "" };
    SourceError::NoRepository(format!("cannot open the repository: {}{hint}", message(error)))
}

pub(in crate::source) fn git_error(what: &str, error: &git2::Error) -> SourceError {
    SourceError::Git(format!("{what}: {}", message(error)))
}

pub(in crate::source) fn object_error(error: &git2::Error) -> ObjectError {
    match error.code() {
        ErrorCode::NotFound => ObjectError::Missing,
        _ => ObjectError::Corrupt(message(error)),
    }
}
