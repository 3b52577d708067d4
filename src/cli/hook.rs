//! `konceal hook`: git hooks without any framework.

mod run;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::args::Common;
use super::environment::Environment;
use super::error::{Error, line};
use super::exit::ExitStatus;
use super::place;
use crate::hook::{self, Done, Folder, Owner, Stage};
use crate::source::SourceError;
use crate::source::git::Repository;

/// `konceal hook`.
#[derive(Debug, Args)]
pub struct Hook {
    /// What to do.
    #[command(subcommand)]
    pub command: HookCommand,
}

/// What can be done with hooks.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one in a run")]
pub enum HookCommand {
    /// Install the pre-commit and pre-merge-commit hooks; a hook that is there already is kept and runs first
    Install(Install),
    /// Take the hooks away, and put back the ones that were there before
    Uninstall(Where),
    /// Say whether the hooks are in force (exit 0) or not (exit 1)
    Status(Where),
    /// What every hook calls: scan what git is about to do
    Run(Run),
}

/// `konceal hook install`.
#[derive(Debug, Args)]
pub struct Install {
    /// Where.
    #[command(flatten)]
    pub place: Where,
    /// The commit-msg hook as well: keys in commit messages
    #[arg(long)]
    pub commit_msg: bool,
    /// The pre-push hook as well: what was committed without the other hooks
    #[arg(long)]
    pub pre_push: bool,
    /// Also into a hooks folder that lies in the working tree or is set globally
    #[arg(long)]
    pub force: bool,
}

/// Which repository.
#[derive(Debug, Args)]
pub struct Where {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// `konceal hook run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The hook
    pub stage: StageName,
    /// What git gives to the hook: the message's file, the remote's name and address
    pub arguments: Vec<OsString>,
    /// Options that all scans share.
    #[command(flatten)]
    pub common: Common,
}

/// The stages by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StageName {
    /// What is staged; by hand, everything in the index; with `PRE_COMMIT_FROM_REF` and `PRE_COMMIT_TO_REF`, that range
    PreCommit,
    /// What a merge adds itself
    PreMergeCommit,
    /// The message of the commit being made, in FILE
    CommitMsg,
    /// What a push would bring to the remote: git's lines on standard input
    PrePush,
    /// What a push brings, on the receiving side: git's lines on standard input
    PreReceive,
}

impl From<StageName> for Stage {
    fn from(name: StageName) -> Self {
        match name {
            StageName::PreCommit => Self::PreCommit,
            StageName::PreMergeCommit => Self::PreMergeCommit,
            StageName::CommitMsg => Self::CommitMsg,
            StageName::PrePush => Self::PrePush,
            StageName::PreReceive => Self::PreReceive,
        }
    }
}

/// Carries the command out.
///
/// # Errors
/// There is no repository, or the hooks cannot be written; for `run`, what governs the scan is wrong.
pub fn run(command: &Hook, environment: &Environment) -> Result<ExitStatus, Error> {
    match &command.command {
        HookCommand::Install(options) => {
            let repository = place::needed("hook install", options.place.directory.as_deref(), environment)?;
            let further = [(options.commit_msg, Stage::CommitMsg), (options.pre_push, Stage::PrePush)];
            let mut stages = vec![Stage::PreCommit, Stage::PreMergeCommit];
            stages.extend(further.into_iter().filter(|(wanted, _)| *wanted).map(|(_, stage)| stage));
            install(&repository, &stages, options.force)
        }
        HookCommand::Uninstall(place) => {
            uninstall(&place::needed("hook uninstall", place.directory.as_deref(), environment)?)
        }
        HookCommand::Status(place) => {
            let repository = place::needed("hook status", place.directory.as_deref(), environment)?;
            status(&repository, environment)
        }
        HookCommand::Run(command) => run::run(command, environment),
    }
}

/// Installs the hooks, or says why not and what to do instead.
///
/// # Errors
/// As for [`run`].
pub(super) fn install(repository: &Repository, stages: &[Stage], force: bool) -> Result<ExitStatus, Error> {
    if repository.is_bare() {
        return Err(SourceError::NoRepository(
            "a bare repository has no commits of its own: call `konceal hook run pre-receive` in its pre-receive hook"
                .into(),
        )
        .into());
    }
    let folder = Folder::of(repository);
    if folder.owner != Owner::Repository && !force {
        let whose = if folder.owner == Owner::WorkingTree { "lies in the working tree" } else { "is set globally" };
        line(&format!("error: the hooks folder {} {whose}, so nothing is written there", folder.path.display()));
        line("add these lines, or pass --force:");
        for stage in stages {
            let place = hook::place_for_call(&folder.path, *stage);
            line(&format!("  to {}: konceal hook run {} \"$@\"", place.display(), stage.name()));
        }
        return Ok(ExitStatus::Error);
    }
    for done in hook::install(&folder.path, stages)? {
        line(&match done {
            Done::Installed(file) => format!("installed {}", file.display()),
            Done::Chained(file) => {
                format!("installed {}; the hook that was there is kept and runs first", file.display())
            }
            Done::Present(file) => format!("{} is in place", file.display()),
            Done::Removed(_) | Done::Restored(_) => continue,
        });
    }
    Ok(ExitStatus::Clean)
}

fn uninstall(repository: &Repository) -> Result<ExitStatus, Error> {
    let (folder, own) = (Folder::of(repository).path, Folder::own(repository));
    let mut done = hook::uninstall(&folder)?;
    if own != folder {
        done.extend(hook::uninstall(&own)?);
    }
    if done.is_empty() {
        line(&format!("there is no hook of konceal's in {}", folder.display()));
    }
    for done in done {
        line(&match done {
            Done::Removed(file) => format!("removed {}", file.display()),
            Done::Restored(file) => format!("removed {}; the hook that was there before is back", file.display()),
            Done::Installed(_) | Done::Chained(_) | Done::Present(_) => continue,
        });
    }
    Ok(ExitStatus::Clean)
}

fn status(repository: &Repository, environment: &Environment) -> Result<ExitStatus, Error> {
    let path: Vec<PathBuf> =
        environment.get("PATH").map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
    let program = std::env::current_exe().unwrap_or_else(|_| "konceal".into());
    let status = hook::status(repository, &path, &program)?;
    for check in &status.checks {
        line(&format!("{}: {}", if check.is_problem { "not in force" } else { "ok" }, check.text));
    }
    if status.is_in_force() {
        line("the hooks are in force");
        return Ok(ExitStatus::Clean);
    }
    line("the hooks are NOT in force");
    Ok(ExitStatus::Found(1))
}
