//! Installing and uninstalling: a hook that is there already is kept, chained, and put back with its bytes and its mode, since
//! it is moved rather than copied.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::script;
use super::stage::Stage;

/// What was done with one hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Written where there was none.
    Installed(PathBuf),
    /// Written in front of one that was there.
    Chained(PathBuf),
    /// It was there, and is up to date now.
    Present(PathBuf),
    /// Taken away.
    Removed(PathBuf),
    /// Taken away, and the former one put back.
    Restored(PathBuf),
}

/// Why a hook could not be installed or uninstalled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// The system refused.
    #[error("{}: {reason}", file.display())]
    File {
        /// The file or folder.
        file: PathBuf,
        /// What it said.
        reason: io::ErrorKind,
    },
    /// Something is in the way that is no hook.
    #[error("{} is no file", .0.display())]
    NoFile(PathBuf),
    /// A hook was kept by an earlier installation, and another one has taken the place of ours since.
    #[error(
        "{} is kept from an earlier installation, but the hook in front of it is not konceal's any more: put together by hand \
         what you need of both, remove the kept one, and install again",
        .0.display()
    )]
    TwoFormer(PathBuf),
}

/// Writes the hooks of these stages into the folder. All obstacles are looked for before anything is changed.
///
/// # Errors
/// Something is in the way, or the system refuses.
pub fn install(folder: &Path, stages: &[Stage]) -> Result<Vec<Done>, HookError> {
    let found = stages.iter().map(|&stage| Ok((stage, State::of(folder, stage)?))).collect::<Result<Vec<_>, _>>()?;
    std::fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
    found.iter().map(|(stage, before)| write(folder, *stage, before)).collect()
}

/// What stands at a hook's place.
enum State {
    Free,
    Ours,
    /// Ours, called by a framework that has moved it aside and stands in its place.
    OursMoved,
    Foreign,
}

impl State {
    fn of(folder: &Path, stage: Stage) -> Result<Self, HookError> {
        let (file, former) = (folder.join(stage.name()), folder.join(script::former(stage)));
        let Ok(meta) = file.symlink_metadata() else { return Ok(Self::Free) };
        if meta.is_dir() {
            return Err(HookError::NoFile(file));
        }
        if is_ours(&file) {
            return Ok(Self::Ours);
        }
        if is_ours(&moved(folder, stage)) {
            return Ok(Self::OursMoved);
        }
        if former.symlink_metadata().is_ok() {
            return Err(HookError::TwoFormer(former));
        }
        Ok(Self::Foreign)
    }
}

/// The name under which the pre-commit framework keeps and calls the hook that it found.
fn moved(folder: &Path, stage: Stage) -> PathBuf {
    folder.join(format!("{}.legacy", stage.name()))
}

pub(super) fn is_ours(file: &Path) -> bool {
    std::fs::read(file).is_ok_and(|bytes| script::is_ours(&bytes))
}

fn write(folder: &Path, stage: Stage, before: &State) -> Result<Done, HookError> {
    let (file, former) = (folder.join(stage.name()), folder.join(script::former(stage)));
    match before {
        State::Free => put(folder, &file, stage).map(|()| Done::Installed(file)),
        State::Ours => put(folder, &file, stage).map(|()| Done::Present(file)),
        State::OursMoved => {
            let file = moved(folder, stage);
            put(folder, &file, stage).map(|()| Done::Present(file))
        }
        State::Foreign => {
            std::fs::rename(&file, &former).map_err(|error| at(&file, &error))?;
            if let Err(error) = put(folder, &file, stage) {
                // Rather the old hook alone than none; if that fails as well, the first error is the one to tell.
                let _ = std::fs::rename(&former, &file);
                return Err(error);
            }
            Ok(Done::Chained(file))
        }
    }
}

/// Writes the script beside its place and moves it there, so that git never runs half of one.
fn put(folder: &Path, file: &Path, stage: Stage) -> Result<(), HookError> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let mut temporary = builder.tempfile_in(folder).map_err(|error| at(folder, &error))?;
    temporary.write_all(script::text(stage).as_bytes()).map_err(|error| at(file, &error))?;
    temporary.persist(file).map_err(|error| at(file, &error.error))?;
    Ok(())
}

/// Takes every hook of ours out of the folder and puts the former ones back.
///
/// # Errors
/// The system refuses.
pub fn uninstall(folder: &Path) -> Result<Vec<Done>, HookError> {
    let mut done = Vec::new();
    for stage in Stage::INSTALLABLE {
        for file in [folder.join(stage.name()), moved(folder, stage)] {
            if !is_ours(&file) {
                continue;
            }
            let former = folder.join(script::former(stage));
            if former.symlink_metadata().is_ok() {
                std::fs::rename(&former, &file).map_err(|error| at(&former, &error))?;
                done.push(Done::Restored(file));
            } else {
                std::fs::remove_file(&file).map_err(|error| at(&file, &error))?;
                done.push(Done::Removed(file));
            }
        }
    }
    Ok(done)
}

fn at(file: &Path, error: &io::Error) -> HookError {
    HookError::File { file: file.to_owned(), reason: error.kind() }
}
