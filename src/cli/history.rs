//! `scan --history`.

use std::path::Path;

use super::args::Scan;
use super::environment::Environment;
use super::error::Error;
use super::exit::ExitStatus;
use super::govern::Committed;
use super::{run, scan};
use crate::blob::Oid;
use crate::scan::Request;
use crate::source::git::Repository;

/// Scans the history: all of it, or what the revisions reach. The configuration and the baseline are those on disk; in a bare
/// repository those of HEAD.
pub fn scan(
    command: &Scan,
    environment: &Environment,
    repository: Repository,
    revisions: &[String],
) -> Result<ExitStatus, Error> {
    let tips = revisions.iter().map(|revision| repository.object(revision)).collect::<Result<Vec<Oid>, _>>()?;
    let prepared = if let Some(root) = repository.workdir().map(Path::to_owned) {
        scan::prepare_on_disk(&command.common, environment, Some(&repository), &root)?
    } else {
        let read = Committed { repository: &repository, commit: repository.head()? };
        run::prepare(&command.common, environment, Some(&repository), &read, &std::collections::BTreeSet::new())?
    };
    run::finish(&command.common, environment, &prepared, Request::History { repository, tips })
}
