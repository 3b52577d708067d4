//! `konceal scan`.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::args::{Common, Scan};
use super::environment::Environment;
use super::error::Error;
use super::exit::ExitStatus;
use super::govern::Disk;
use super::{history, index, place, range, run};
use crate::scan::Request;
use crate::secret::Raw;
use crate::source::SourceError;
use crate::source::git::Repository;
use crate::source::worktree::bytes_of;

/// Carries the command out.
pub fn run(command: &Scan, environment: &Environment) -> Result<ExitStatus, Error> {
    let common = &command.common;
    let environment = &place::at(common.directory.as_deref(), environment)?;
    let base = environment.directory.clone();
    let paths: Vec<PathBuf> = command.path.iter().map(|path| base.join(path)).collect();
    let start = paths.first().map(|path| if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(path) });
    let start = start.or(common.directory.as_ref().map(|_| base.as_path()));
    let repository = if command.no_git { None } else { Repository::find(&environment.git(start))? };
    let need = |what: &str| {
        SourceError::NoRepository(format!(
            "{what} needs a git repository, and {} lies in none",
            crate::secret::mask_key_shapes(&bytes_of(&base)).text()
        ))
    };
    if command.staged {
        let repository = repository.ok_or_else(|| need("--staged"))?;
        return index::scan(common, environment, repository, index::Part::Staged(Vec::new()));
    }
    if let Some(range) = &command.range {
        let repository = repository.ok_or_else(|| need("--range"))?;
        return range::scan_revisions(common, environment, repository, range);
    }
    if let Some(revisions) = &command.history {
        let repository = repository.ok_or_else(|| need("--history"))?;
        return history::scan(command, environment, repository, revisions);
    }
    let root = repository.as_ref().and_then(Repository::workdir).map(Path::to_path_buf);
    if let Some(file) = &command.commit_msg {
        let prepared = prepare_on_disk(common, environment, repository.as_ref(), root.as_deref().unwrap_or(&base))?;
        return run::finish(common, environment, &prepared, Request::Message { file: base.join(file) });
    }
    if command.stdin {
        let prepared = prepare_on_disk(common, environment, repository.as_ref(), root.as_deref().unwrap_or(&base))?;
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(|error| SourceError::Unreadable { path: Raw::new(*b"standard input"), reason: error.kind() })?;
        let name = command.stdin_name.as_deref().map(|name| Raw::new(bytes_of(name)));
        return run::finish(common, environment, &prepared, Request::Stdin { name, bytes });
    }
    if repository.as_ref().is_some_and(Repository::is_bare) {
        return Err(SourceError::NoRepository(
            "a bare repository has no working tree: scan it with --history or --range".into(),
        )
        .into());
    }
    let plain_root = match paths.as_slice() {
        [only] if only.is_dir() => only.clone(),
        _ => base.clone(),
    };
    let mut prepared =
        prepare_on_disk(common, environment, repository.as_ref(), root.as_deref().unwrap_or(&plain_root))?;
    prepared.settings.hygiene = command.hygiene;
    let paths = if paths.is_empty() && repository.is_none() { vec![base] } else { paths };
    run::finish(common, environment, &prepared, Request::Worktree { repository, paths })
}

/// Prepares a scan that is governed by the files on disk at `root`.
pub(super) fn prepare_on_disk(
    common: &Common,
    environment: &Environment,
    repository: Option<&Repository>,
    root: &Path,
) -> Result<run::Prepared, Error> {
    let folders = BTreeSet::from([root.to_owned()]);
    run::prepare(common, environment, repository, &Disk { root }, &folders)
}
