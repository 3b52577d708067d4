//! `konceal hook run`: the scan that a hook's environment and input ask for.

use std::io::{IsTerminal, Read};
use std::path::Path;

use super::Run;
use crate::blob::Oid;
use crate::cli::environment::Environment;
use crate::cli::error::Error;
use crate::cli::exit::ExitStatus;
use crate::cli::range::Range;
use crate::cli::{index, place, run, scan};
use crate::hook::{Asked, Stage, Update, Variables, updates};
use crate::scan::Request;
use crate::secret::Raw;
use crate::source::coverage::Code;
use crate::source::git::{Repository, short};
use crate::source::{SourceError, refs};

/// Carries the command out.
///
/// # Errors
/// There is no repository, git's lines are none, or what governs the scan is wrong.
pub(super) fn run(command: &Run, environment: &Environment) -> Result<ExitStatus, Error> {
    let common = &command.common;
    let stage = Stage::from(command.stage);
    let directory = common.directory.as_deref();
    let repository = place::needed(&format!("hook run {}", stage.name()), directory, environment)?;
    let environment = &place::at(directory, environment)?;
    let variables = variables(environment, directory.is_none());
    let file = command.arguments.first().map(|file| environment.directory.join(file));
    let missing = || Error::Usage("hook run commit-msg needs the file that holds the message".into());
    match stage.asked(&variables, file).ok_or_else(missing)? {
        Asked::Staged(heads) => index::scan(common, environment, repository, index::Part::Staged(heads)),
        Asked::Everything => index::scan(common, environment, repository, index::Part::Everything),
        Asked::Message(file) => {
            let root = repository.workdir().map_or_else(|| environment.directory.clone(), Path::to_path_buf);
            let prepared = scan::prepare_on_disk(common, environment, Some(&repository), &root)?;
            run::finish(common, environment, &prepared, Request::Message { file })
        }
        Asked::Range(from, to) => {
            between(&repository, &variables, stage, &from, &to)?.scan(common, environment, repository)
        }
        Asked::Unpushed => unpushed(&repository, &variables)?.scan(common, environment, repository),
        Asked::Lines => {
            let receiving = stage == Stage::PreReceive;
            let remote = command.arguments.first().and_then(|remote| remote.to_str()).unwrap_or_default();
            let lines = lines(stage)?;
            let range = if lines.is_empty() && !receiving && command.arguments.is_empty() {
                // Git names the remote even where it pushes nothing: somebody else is calling, and gives nothing to scan.
                unpushed(&repository, &variables)?
            } else {
                pushed(&repository, &lines, receiving, remote)?
            };
            range.scan(common, environment, repository)
        }
    }
}

/// The variables that say what a hook is about. With `-C`, git's own are not this repository's.
fn variables(environment: &Environment, obeys_git: bool) -> Variables {
    let text = |name: &str| environment.get(name).and_then(|value| value.to_str()).map(str::to_owned);
    let head = |name: &std::ffi::OsStr| Oid::from_hex(name.to_str()?.strip_prefix("GITHEAD_")?.as_bytes()).ok();
    Variables {
        commits: obeys_git && environment.get("GIT_INDEX_FILE").is_some(),
        framework: environment.get("PRE_COMMIT").is_some(),
        range: text("PRE_COMMIT_FROM_REF").zip(text("PRE_COMMIT_TO_REF")),
        remote: text("PRE_COMMIT_REMOTE_NAME"),
        local_branch: text("PRE_COMMIT_LOCAL_BRANCH"),
        remote_branch: text("PRE_COMMIT_REMOTE_BRANCH"),
        heads: environment.variables.iter().filter(|_| obeys_git).filter_map(|(name, _)| head(name)).collect(),
    }
}

/// Git's lines. A terminal has none: somebody tries the hook by hand, and must not be told that all is well.
fn lines(stage: Stage) -> Result<Vec<u8>, Error> {
    let mut stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        return Err(Error::Usage(format!(
            "hook run {} reads on standard input what git says of the push",
            stage.name()
        )));
    }
    let mut bytes = Vec::new();
    stdin
        .read_to_end(&mut bytes)
        .map_err(|error| SourceError::Unreadable { path: Raw::new(*b"standard input"), reason: error.kind() })?;
    Ok(bytes)
}

/// The range that a framework names.
fn between(repository: &Repository, variables: &Variables, stage: Stage, from: &str, to: &str) -> Result<Range, Error> {
    let (base, tip) = (repository.commit(from)?, repository.commit(to)?);
    let mut range = Range { base: Some(base), tip: Some(tip), ..Range::default() };
    range.request.include = vec![tip];
    range.request.exclude = vec![base];
    if stage == Stage::PrePush {
        range.notices.push(Code::FIRST_REF_ONLY);
        range.request.ref_names.extend(variables.remote_branch.as_ref().map(|name| Raw::new(name.as_bytes())));
        range.request.tags.extend(tag(repository, to));
    }
    Ok(range)
}

/// What the remote does not have of the branch that the framework names, else of HEAD.
fn unpushed(repository: &Repository, variables: &Variables) -> Result<Range, Error> {
    let names_first = variables.framework || variables.remote.is_some();
    let branch = variables.local_branch.as_deref().and_then(|name| repository.commit(name).ok());
    let mut range = Range {
        tip: branch.or(repository.head()?),
        notices: names_first.then_some(Code::FIRST_REF_ONLY).into_iter().collect(),
        ..Range::default()
    };
    range.request.include.extend(range.tip);
    range.request.exclude = match &variables.remote {
        Some(remote) => refs::tracking(repository, remote)?,
        None => refs::tracking_any(repository)?,
    };
    range.request.ref_names.extend(variables.remote_branch.as_ref().map(|name| Raw::new(name.as_bytes())));
    range.request.tags.extend(variables.local_branch.as_deref().and_then(|name| tag(repository, name)));
    range.base = governing(&range, repository, variables.remote.as_deref().map(remote_head).as_deref())?;
    Ok(range)
}

/// What git's lines bring.
fn pushed(repository: &Repository, bytes: &[u8], receiving: bool, remote: &str) -> Result<Range, Error> {
    let updates = updates(bytes, receiving)
        .map_err(|number| Error::Usage(format!("line {number} of standard input is not what git says of a push")))?;
    let mut range = Range::default();
    let mut known = Vec::new();
    let mut is_any_new = false;
    for update in &updates {
        bring(&mut range, repository, update)?;
        match update.old.and_then(|old| refs::peel(repository, old)) {
            Some(old) => known.extend(old.commit.or(update.old)),
            None => is_any_new = true,
        }
    }
    range.request.exclude.clone_from(&known);
    if is_any_new {
        range.request.exclude.extend(if receiving {
            refs::all(repository)?
        } else {
            refs::tracking(repository, remote)?
        });
    }
    range.base = match known.as_slice() {
        &[only] if !is_any_new && refs::peel(repository, only).is_some_and(|it| it.commit.is_some()) => Some(only),
        _ => {
            let head = if receiving { "HEAD".to_owned() } else { remote_head(remote) };
            governing(&range, repository, Some(&head))?
        }
    };
    Ok(range)
}

/// Takes up what one line names.
fn bring(range: &mut Range, repository: &Repository, update: &Update) -> Result<(), Error> {
    let Some(new) = refs::peel(repository, update.new) else {
        return Err(SourceError::Revision(format!("the pushed object {} is not here", short(update.new))).into());
    };
    range.request.include.push(new.commit.unwrap_or(update.new));
    range.request.ref_names.push(update.name.clone());
    if new.is_tag {
        range.request.tags.push(update.new);
    }
    range.tip = range.tip.or(new.commit);
    Ok(())
}

/// The commit whose configuration governs a set of commits that no old id bounds: the newest parent outside the set, else
/// the merge base with the remote's HEAD.
fn governing(range: &Range, repository: &Repository, remote_head: Option<&str>) -> Result<Option<Oid>, Error> {
    if let Some(parent) = refs::boundary(repository, &range.request.include, &range.request.exclude)? {
        return Ok(Some(parent));
    }
    let head = remote_head.and_then(|name| refs::named(repository, name));
    Ok(range.tip.zip(head).and_then(|(tip, head)| repository.merge_base(tip, head)))
}

fn remote_head(remote: &str) -> String {
    format!("refs/remotes/{remote}/HEAD")
}

/// The annotated tag that a revision names, if it is one.
fn tag(repository: &Repository, revision: &str) -> Option<Oid> {
    let id = refs::resolve(repository, revision)?;
    refs::peel(repository, id).filter(|peeled| peeled.is_tag).map(|_| id)
}
