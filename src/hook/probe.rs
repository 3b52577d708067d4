//! The proof that a hook is in force: a made-up key in an index of its own, and the hook must refuse it.

use std::hash::{BuildHasher, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::script::PROBE;
use crate::source::SourceError;
use crate::source::draft::Draft;
use crate::source::git::Repository;

/// So long a hook may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The file that holds the made-up key. A hook that reports it has read the index that it was given.
const NAME: &str = "konceal-hook-status-probe";

/// What came of trying a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// It refused, and named the file.
    Refused,
    /// It let the made-up key pass.
    Passed,
    /// It ended otherwise: what it said last.
    Unclear(String),
}

/// Tries a hook (or the program, with arguments) in this repository: with a copy of its index to which the key is added, the
/// key's object in a temporary folder. Nothing is written to the repository.
pub(super) fn in_repository(repository: &Repository, program: &Path, args: &[&str]) -> Result<Proof, SourceError> {
    let draft = Draft::of_index(repository, NAME, content().as_bytes())?;
    let mut command = Command::new(program);
    let stores = std::iter::once(repository.objects_dir()).chain(repository.environment_alternates().iter().cloned());
    let stores = stores.map(|store| std::path::absolute(&store).unwrap_or(store));
    let stores = std::env::join_paths(stores).map_err(|error| SourceError::Git(error.to_string()))?;
    command
        .args(args)
        .current_dir(repository.workdir().unwrap_or_else(|| repository.git_dir()))
        .env("GIT_OBJECT_DIRECTORY", draft.objects())
        .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", stores);
    if repository.location().environment.is_none() {
        command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE");
    }
    Ok(run(command, &draft))
}

/// Tries a script of somebody's own in a repository of its own, since it may do whatever it likes to the files that it finds.
pub(super) fn aside(script: &Path) -> Result<Proof, SourceError> {
    let draft = Draft::of_nothing(NAME, content().as_bytes())?;
    let mut command = Command::new(script);
    command.current_dir(draft.folder());
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"] {
        command.env_remove(name);
    }
    Ok(run(command, &draft))
}

fn run(mut command: Command, draft: &Draft) -> Proof {
    let said = draft.folder().join("konceal-hook-output");
    let output = std::fs::File::create(&said).and_then(|file| Ok((file.try_clone()?, file)));
    let Ok((out, err)) = output else { return Proof::Unclear("its output cannot be caught".into()) };
    command.env("GIT_INDEX_FILE", draft.index()).env("GIT_EDITOR", ":").env(PROBE, "1");
    for name in ["PRE_COMMIT", "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"] {
        command.env_remove(name);
    }
    let status = match command.stdin(Stdio::null()).stdout(out).stderr(err).spawn() {
        Ok(mut child) => wait(&mut child),
        Err(error) => return Proof::Unclear(format!("it cannot be started: {}", error.kind())),
    };
    let mut text = Vec::new();
    // What is cut off is not looked at: a hook that talks more than this has said enough.
    let _ = std::fs::File::open(&said).and_then(|file| file.take(1 << 20).read_to_end(&mut text));
    let text = String::from_utf8_lossy(&text);
    match status {
        Some(status) if status.success() => Proof::Passed,
        Some(_) if text.contains(NAME) => Proof::Refused,
        Some(_) => Proof::Unclear(text.trim_end().lines().next_back().unwrap_or("it said nothing").to_owned()),
        None => Proof::Unclear(format!("it did not end within {} seconds", LIMIT.as_secs())),
    }
}

/// The child's end; none if it takes too long, and then it is ended.
fn wait(child: &mut std::process::Child) -> Option<ExitStatus> {
    let begin = Instant::now();
    let mut pause = Duration::from_millis(1);
    while begin.elapsed() < LIMIT {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) => std::thread::sleep(pause),
            Err(_) => break,
        }
        pause = (pause * 2).min(Duration::from_millis(50));
    }
    // It may have ended by itself in the meantime, which is as good.
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// A dotenv line with a key that never was one.
fn content() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    const DIGITS: &[u8] = b"23456789";
    // The hasher's keys are random for each process: enough for a value that protects nothing.
    let state = std::hash::RandomState::new();
    let draw = |round: u64| {
        let mut hasher = state.build_hasher();
        hasher.write_u64(round);
        // Every third one is a digit, so that chance can spell no word that makes a placeholder of it.
        let alphabet = if round % 3 == 2 { DIGITS } else { LETTERS };
        let at = usize::try_from(hasher.finish() % alphabet.len() as u64).unwrap_or_default();
        alphabet.get(at).map(|&byte| char::from(byte))
    };
    let key: String = (0..40).filter_map(draw).collect();
    format!("KONVER_API_KEY={key}\n")
}

/// The program of that name on a PATH.
pub(super) fn on_path(path: &[PathBuf], name: &str) -> Option<PathBuf> {
    let names = [name.to_owned(), format!("{name}{}", std::env::consts::EXE_SUFFIX)];
    path.iter()
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|file| file.is_file() && is_executable(file))
}

/// Whether the file has a run bit.
#[cfg(unix)]
pub(super) fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0)
}

/// Whether the file can be run: everything can, elsewhere.
#[cfg(not(unix))]
pub(super) fn is_executable(file: &Path) -> bool {
    file.is_file()
}
