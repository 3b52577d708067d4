//! Where a command works: the folder that it was started in or told, and the repository around it.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::error::Error;
use crate::secret::{Raw, mask_key_shapes};
use crate::source::SourceError;
use crate::source::git::Repository;
use crate::source::worktree::bytes_of;

/// The environment as if the program had been started in the folder of `-C`: every path that the user names is meant from there.
///
/// # Errors
/// `-C` names no folder.
pub fn at(directory: Option<&Path>, environment: &Environment) -> Result<Environment, Error> {
    Ok(Environment { directory: base(directory, environment)?, ..environment.clone() })
}

fn base(directory: Option<&Path>, environment: &Environment) -> Result<PathBuf, Error> {
    let Some(directory) = directory else { return Ok(environment.directory.clone()) };
    let base = environment.directory.join(directory);
    if base.is_dir() { Ok(base) } else { Err(SourceError::NoSuchPath { path: Raw::new(bytes_of(&base)) }.into()) }
}

/// The repository around that folder, if there is one.
///
/// # Errors
/// `-C` names no folder; the repository cannot be opened.
pub fn repository(directory: Option<&Path>, environment: &Environment) -> Result<Option<Repository>, Error> {
    let base = base(directory, environment)?;
    Ok(Repository::find(&environment.git(directory.map(|_| base.as_path())))?)
}

/// The repository around that folder; `what` needs one.
///
/// # Errors
/// There is none, or it cannot be opened.
pub fn needed(what: &str, directory: Option<&Path>, environment: &Environment) -> Result<Repository, Error> {
    let base = base(directory, environment)?;
    repository(directory, environment)?.ok_or_else(|| {
        let base = mask_key_shapes(&bytes_of(&base));
        SourceError::NoRepository(format!("{what} needs a git repository, and {} lies in none", base.text())).into()
    })
}
