//! Scans of the index: what is staged, or everything in it, governed by the files in the index itself.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::Common;
use super::environment::Environment;
use super::error::Error;
use super::exit::ExitStatus;
use super::govern::{Committed, Governing, Staged};
use super::run;
use crate::blob::Oid;
use crate::config::{self, ConfigFile};
use crate::scan::Request;
use crate::secret::Raw;
use crate::source::SourceError;
use crate::source::coverage::Code;
use crate::source::git::Repository;
use crate::source::index::Index;
use crate::source::worktree::path_of;

/// What of the index is scanned.
pub enum Part {
    /// What a commit would add, against HEAD, the heads of `MERGE_HEAD` and these.
    Staged(Vec<Oid>),
    /// Everything.
    Everything,
}

/// Scans the index and reports.
///
/// # Errors
/// There is no index, or what governs the scan is wrong.
pub fn scan(
    common: &Common,
    environment: &Environment,
    repository: Repository,
    part: Part,
) -> Result<ExitStatus, Error> {
    let Some(root) = repository.workdir().map(Path::to_owned) else {
        return Err(SourceError::NoRepository(
            "a bare repository has no index: scan it with --history or --range".into(),
        )
        .into());
    };
    let index = Index::load(&repository)?;
    let read = Staged { repository: &repository, index: &index };
    let mut folders = BTreeSet::from([root.clone()]);
    let mut narrowed = None;
    let (staged, merging) = match part {
        Part::Staged(heads) => (Some(index.changes(&repository, repository.head_tree()?)?), heads),
        Part::Everything => (None, Vec::new()),
    };
    if let Some(changes) = &staged {
        folders.extend(changes.entries(&index).flat_map(|entry| above(&root, entry.path)));
        narrowed = narrows(common, &read, &Committed { repository: &repository, commit: repository.head()? })?;
    }
    let prepared = run::prepare(common, environment, Some(&repository), &read, &folders)?;
    if let Some(how) = narrowed {
        prepared.ledger.note(Code::CONFIG_CHANGED, Some(Raw::new(config::NAME)), Some(how));
    }
    run::finish(common, environment, &prepared, Request::Index { repository, index, staged, merging })
}

/// The folders above a file, up to the root.
fn above(root: &Path, path: &[u8]) -> BTreeSet<PathBuf> {
    let folders = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    folders.map(|at| root.join(path_of(path.get(..at).unwrap_or_default()))).collect()
}

/// In which fields the staged configuration leaves more out than HEAD's; none where another one governs.
fn narrows(common: &Common, staged: &dyn Governing, before: &dyn Governing) -> Result<Option<String>, Error> {
    if common.configuration.no_config || common.configuration.config.is_some() {
        return Ok(None);
    }
    let (staged, before) =
        (staged.read(config::NAME)?.unwrap_or_default(), before.read(config::NAME)?.unwrap_or_default());
    if staged == before {
        return Ok(None);
    }
    // A broken one governed nothing: then the defaults are what is compared with.
    let before = ConfigFile::parse(config::NAME, &before).unwrap_or_default();
    let fields = ConfigFile::parse(config::NAME, &staged)?.narrows(&before);
    Ok((!fields.is_empty()).then(|| fields.join(", ")))
}
