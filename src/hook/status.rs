//! Whether the hooks are in force: not whether files lie somewhere, but whether a commit with a key would be refused.

use std::path::{Path, PathBuf};

use super::folder::{Folder, Owner, real};
use super::install::is_ours;
use super::managers::Manager;
use super::probe::{self, Proof};
use super::stage::Stage;
use crate::source::SourceError;
use crate::source::git::{Location, Repository};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Whether it keeps the hooks from being in force.
    pub is_problem: bool,
    /// One sentence.
    pub text: String,
}

/// Everything that was looked at.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// In the order in which it was looked at.
    pub checks: Vec<Check>,
}

impl Status {
    /// Whether a commit with a key would be refused.
    pub fn is_in_force(&self) -> bool {
        self.checks.iter().all(|check| !check.is_problem)
    }

    fn good(&mut self, text: String) {
        self.checks.push(Check { is_problem: false, text });
    }

    fn problem(&mut self, text: String) {
        self.checks.push(Check { is_problem: true, text });
    }
}

/// Looks at the hooks of a repository. `path` is where programs are looked for, `program` this one.
///
/// # Errors
/// The repository has no working tree, or its index cannot be read.
pub fn status(repository: &Repository, path: &[PathBuf], program: &Path) -> Result<Status, SourceError> {
    let Some(top) = repository.workdir() else {
        return Err(SourceError::NoRepository(
            "a bare repository has no commits of its own: call `konceal hook run pre-receive` in its pre-receive hook"
                .into(),
        ));
    };
    let mut status = Status::default();
    let folder = Folder::of(repository);
    status.good(match folder.owner {
        Owner::Repository => format!("git runs the hooks in {}", folder.path.display()),
        Owner::WorkingTree => {
            format!("core.hooksPath: git runs the hooks in {}, in the working tree", folder.path.display())
        }
        Owner::Everybody => format!("core.hooksPath, set globally: git runs the hooks in {}", folder.path.display()),
    });
    let found = probe::on_path(path, "konceal");
    let hook = commits(&mut status, repository, top, &folder.path);
    let needs_path = !matches!(hook, Some(Hook::Managed(Manager::Framework(_))));
    match &found {
        Some(found) => status.good(format!("the program is found on PATH: {}", found.display())),
        None if needs_path => status.problem("the program is not found on PATH: hooks would block every commit".into()),
        None => {}
    }
    others(&mut status, &folder.path);
    worktrees(&mut status, repository, &folder.path);
    if let Some(hook) = hook.filter(|_| status.is_in_force()) {
        prove(&mut status, repository, &hook, found.as_deref().unwrap_or(program))?;
    }
    Ok(status)
}

/// Whether the pre-commit hook that is in force calls konceal, without trying it.
pub fn calls_konceal(repository: &Repository) -> bool {
    repository.workdir().is_some_and(|top| hook(top, &Folder::of(repository).path, Stage::PreCommit).is_ok())
}

/// A pre-commit hook that calls konceal.
enum Hook {
    Ours(PathBuf),
    Script(PathBuf),
    Managed(Manager),
}

/// The hooks of commits and merges.
fn commits(status: &mut Status, repository: &Repository, top: &Path, folder: &Path) -> Option<Hook> {
    let hook = match hook(top, folder, Stage::PreCommit) {
        Ok((hook, text)) => {
            status.good(text);
            Some(hook)
        }
        Err(text) => {
            status.problem(text);
            let own = Folder::own(repository);
            if real(&own) != real(folder) && is_ours(&own.join(Stage::PreCommit.name())) {
                status.problem(format!("konceal's hook lies in {}, which git does not look at", own.display()));
            }
            None
        }
    };
    match (self::hook(top, folder, Stage::PreMergeCommit), &hook) {
        (Ok((_, text)), _) => status.good(text),
        (Err(text), Some(Hook::Ours(_))) => status.problem(text),
        (Err(text), Some(_)) => status.good(format!("merges without conflicts are not looked at: {text}")),
        (Err(_), None) => {}
    }
    hook
}

/// What runs konceal at a stage, or why nothing does.
fn hook(top: &Path, folder: &Path, stage: Stage) -> Result<(Hook, String), String> {
    let file = folder.join(stage.name());
    let name = stage.name();
    let Ok(bytes) = std::fs::read(&file) else {
        return Err(format!("there is no {name} hook in {} (`konceal hook install` puts one there)", folder.display()));
    };
    if !probe::is_executable(&file) {
        return Err(format!("the {name} hook {} has no run bit, so git ignores it", file.display()));
    }
    if is_ours(&file) {
        return Ok((Hook::Ours(file), format!("the {name} hook is konceal's")));
    }
    let manager = Manager::of(top, &file, &bytes, stage);
    let moved = folder.join(format!("{name}.legacy"));
    let text = format!("the {name} hook is run by {}, which calls konceal", manager.name());
    if matches!(manager, Manager::Framework(_)) && is_ours(&moved) && probe::is_executable(&moved) {
        return Ok((Hook::Ours(moved), text));
    }
    if !manager.calls_konceal(&file, stage) {
        return Err(format!(
            "the {name} hook is run by {}, and {} does not call `konceal hook run {name}`",
            manager.name(),
            manager.place(&file).display()
        ));
    }
    match manager {
        Manager::Script => Ok((Hook::Script(file), text)),
        other => Ok((Hook::Managed(other), text)),
    }
}

/// Hooks of ours at the other stages: they need not be there, but what is there must run.
fn others(status: &mut Status, folder: &Path) {
    for stage in [Stage::CommitMsg, Stage::PrePush] {
        let file = folder.join(stage.name());
        if is_ours(&file) && probe::is_executable(&file) {
            status.good(format!("the {} hook is konceal's", stage.name()));
        } else if is_ours(&file) {
            status.problem(format!("the {} hook {} has no run bit, so git ignores it", stage.name(), file.display()));
        }
    }
}

/// The other working trees of the repository: core.hooksPath can lead elsewhere in each.
fn worktrees(status: &mut Status, repository: &Repository, folder: &Path) {
    let here = repository.workdir().map(real);
    for tree in others_of(repository).into_iter().filter(|tree| Some(real(tree)) != here) {
        let location = Location { start: tree.clone(), ..Location::default() };
        let Ok(Some(other)) = Repository::find(&location) else { continue };
        let there = Folder::of(&other).path;
        if real(&there) == real(folder) {
            continue;
        }
        match hook(&tree, &there, Stage::PreCommit) {
            Ok(_) => status.good(format!("in the working tree {} the hook stands as well", tree.display())),
            Err(text) => status.problem(format!("in the working tree {}: {text}", tree.display())),
        }
    }
}

/// The folders of all working trees that are there: the main one and the linked ones.
fn others_of(repository: &Repository) -> Vec<PathBuf> {
    let common = real(repository.common_dir());
    let main = (common.file_name().is_some_and(|name| name == ".git")).then(|| common.parent().map(Path::to_owned));
    let linked = std::fs::read_dir(common.join("worktrees")).into_iter().flatten().filter_map(|entry| {
        let entry = entry.ok()?.path();
        let link = std::fs::read_to_string(entry.join("gitdir")).ok()?;
        // Relative ones (git 2.48) are meant from the folder that holds the file.
        let link = entry.join(link.trim_end_matches(['\r', '\n']));
        link.parent().filter(|_| link.exists()).map(Path::to_owned)
    });
    let mut found: Vec<PathBuf> = main.flatten().into_iter().chain(linked).collect();
    found.sort();
    found
}

/// Tries the hook with a made-up key.
fn prove(status: &mut Status, repository: &Repository, hook: &Hook, program: &Path) -> Result<(), SourceError> {
    let direct = || probe::in_repository(repository, program, &["hook", "run", Stage::PreCommit.name()]);
    let proof = match hook {
        Hook::Ours(file) => probe::in_repository(repository, file, &[])?,
        Hook::Script(file) => match probe::aside(file)? {
            // It may need what is in the repository: then the line that it holds is tried by itself.
            Proof::Unclear(_) => direct()?,
            proof => proof,
        },
        // Frameworks put the working tree aside while they run, so theirs is not run just to see.
        Hook::Managed(_) => direct()?,
    };
    match proof {
        Proof::Refused => status.good("tried with a made-up key in an index of its own: refused".into()),
        Proof::Passed => {
            status.problem("tried with a made-up key in an index of its own: it went through".into());
        }
        Proof::Unclear(said) => {
            status
                .problem(format!("tried with a made-up key in an index of its own: the hook failed otherwise: {said}"));
        }
    }
    Ok(())
}
