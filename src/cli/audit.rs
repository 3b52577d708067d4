//! `konceal audit`: history, index and working tree in one pass, grouped by key.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::Common;
use super::environment::Environment;
use super::error::Error;
use super::exit::ExitStatus;
use super::govern::Committed;
use super::{place, run, scan};
use crate::scan::Request;
use crate::secret::Raw;
use crate::source::SourceError;
use crate::source::git::Repository;
use crate::source::worktree::bytes_of;

/// `konceal audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// The repository; without it, the one that you are in
    pub repo: Option<PathBuf>,
    /// Options that all scans share.
    #[command(flatten)]
    pub common: Common,
}

/// Carries the command out. Configuration and baseline are those on disk; in a bare repository those of HEAD.
///
/// # Errors
/// There is no repository, it cannot be opened, or what governs the scan is wrong.
pub fn run(command: &Audit, environment: &Environment) -> Result<ExitStatus, Error> {
    let common = &command.common;
    let environment = &place::at(common.directory.as_deref(), environment)?;
    let repository = match &command.repo {
        Some(repo) => {
            let folder = environment.directory.join(repo);
            if !folder.is_dir() {
                return Err(SourceError::NoSuchPath { path: Raw::new(bytes_of(repo)) }.into());
            }
            Repository::open(&environment.git(Some(&folder)))?
        }
        None => place::needed("audit", common.directory.as_deref(), environment)?,
    };
    let mut prepared = if let Some(root) = repository.workdir().map(Path::to_owned) {
        scan::prepare_on_disk(common, environment, Some(&repository), &root)?
    } else {
        let read = Committed { repository: &repository, commit: repository.head()? };
        run::prepare(common, environment, Some(&repository), &read, &BTreeSet::new())?
    };
    prepared.settings.hygiene = true;
    run::finish(common, environment, &prepared, Request::Audit { repository })
}
