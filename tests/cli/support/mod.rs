//! Fixtures: a folder of its own, made-up keys, repositories, the program in a scrubbed environment.

pub mod authority;
#[path = "../../support/dice.rs"]
mod dice;
pub mod server;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tempfile::TempDir;

use dice::Dice;

/// A folder that is removed at the end, with a HOME of its own beside the fixture.
pub struct Fixture {
    folder: TempDir,
}

/// A made-up key of 40 letters and digits: random-looking, the same for the same seed, never literal in the repository.
pub fn made_up_key(seed: u64) -> String {
    let draw =
        |round: u64| made_up(seed ^ round << 32, 40, b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789");
    (0..1000).map(draw).find(|key| key.bytes().filter(u8::is_ascii_digit).count() > 3).unwrap()
}

/// `length` characters of an alphabet, drawn from the seed.
pub fn made_up(seed: u64, length: usize, alphabet: &[u8]) -> String {
    Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66_D1CE_4E5B).draw(length, alphabet)
}

/// A line that leaks the key.
pub fn leak(key: &str) -> String {
    format!("KONVER_API_KEY={key}\n")
}

impl Fixture {
    /// An empty one.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("fixture").tempdir().unwrap();
        std::fs::create_dir(folder.path().join("home")).unwrap();
        Self { folder }
    }

    /// A path below it.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// Writes a file, with the folders above it; its path.
    pub fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// A command in the scrubbed environment, in the folder `at` of the fixture.
    pub fn command(&self, program: impl AsRef<OsStr>, at: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program);
        let bin = Path::new(env!("CARGO_BIN_EXE_konceal")).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(bin.to_owned()).chain(std::env::split_paths(&path));
        command
            .current_dir(self.path(at))
            .env_clear()
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("HOME", self.path("home"))
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CEILING_DIRECTORIES", self.folder.path().canonicalize().unwrap())
            .env("GIT_EDITOR", "true")
            .stdin(Stdio::null());
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "Fixture")
                .env(format!("GIT_{who}_EMAIL"), "fixture@example.invalid");
        }
        command
    }

    /// The program with these arguments, in the folder `at`.
    pub fn konceal(&self, at: impl AsRef<Path>, args: &[&str]) -> Run {
        let mut command = self.command(env!("CARGO_BIN_EXE_konceal"), at);
        Run::of(command.args(args))
    }

    /// The program, for tests that set more than its arguments.
    pub fn konceal_command(&self, at: impl AsRef<Path>) -> Command {
        self.command(env!("CARGO_BIN_EXE_konceal"), at)
    }

    /// The repository that stands in the folder `name` already.
    pub fn at(&self, name: &str) -> Repository<'_> {
        Repository { fixture: self, name: name.into() }
    }

    /// `git init` in the folder `name`.
    pub fn repository(&self, name: &str) -> Repository<'_> {
        std::fs::create_dir_all(self.path(name)).unwrap();
        let repository = self.at(name);
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }
}

/// What a run of the program left.
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Run {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
    }

    /// The JSON document on standard output, checked against the published schema.
    pub fn json(&self) -> Value {
        let json = serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {}{}", self.out, self.err));
        check_report(&json);
        json
    }

    /// Path and line of each finding of a kind.
    pub fn places(&self, kind: &str) -> Vec<(String, u64)> {
        let json = self.json();
        let findings = json["findings"].as_array().unwrap().iter().filter(|finding| finding["kind"] == kind);
        findings
            .map(|finding| (finding["path"].as_str().unwrap_or_default().into(), finding["line"].as_u64().unwrap_or(0)))
            .collect()
    }
}

/// The findings of kind `key`.
pub fn keys(run: &Run) -> Vec<Value> {
    let json = run.json();
    let findings = json["findings"].as_array().unwrap();
    findings.iter().filter(|finding| finding["kind"] == "key").cloned().collect()
}

/// The only finding of kind `key`.
pub fn only(run: &Run) -> Value {
    let keys = keys(run);
    assert!(keys.len() == 1 && run.code == 1, "exit {}, {keys:#?} {}", run.code, run.err);
    keys[0].clone()
}

/// The codes of the notices, in their order.
pub fn codes(run: &Run) -> Vec<String> {
    let json = run.json();
    json["notices"].as_array().unwrap().iter().map(|notice| notice["code"].as_str().unwrap().into()).collect()
}

/// Fails where a JSON report departs from schemas/report.schema.json.
pub fn check_report(json: &Value) {
    static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
        let schema: Value = serde_json::from_str(include_str!("../../../schemas/report.schema.json")).unwrap();
        jsonschema::draft202012::new(&schema).unwrap()
    });
    let departures: Vec<String> =
        SCHEMA.iter_errors(json).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
    assert!(departures.is_empty(), "the report departs from its schema: {departures:#?}");
}

/// A repository of a fixture. Each commit is a minute younger than the one before.
pub struct Repository<'a> {
    fixture: &'a Fixture,
    /// Its folder in the fixture.
    pub name: PathBuf,
}

/// The standard output of a git command that must have succeeded, trimmed.
fn succeeded(args: &[&str], run: &Run) -> String {
    assert!(run.code == 0, "git {args:?}: {}{}", run.out, run.err);
    run.out.trim_end().to_owned()
}

impl Repository<'_> {
    /// A git command that must succeed; its standard output, trimmed.
    pub fn git(&self, args: &[&str]) -> String {
        succeeded(args, &self.try_git(args))
    }

    /// A git command, whatever comes of it (hooks run, too).
    pub fn try_git(&self, args: &[&str]) -> Run {
        static CLOCK: AtomicU64 = AtomicU64::new(1_700_000_000);
        let date = format!("{} +0000", CLOCK.fetch_add(60, Ordering::Relaxed));
        let mut command = self.fixture.command("git", &self.name);
        let quick = ["-c", "core.fsync=none", "-c", "gc.auto=0", "-c", "protocol.file.allow=always"];
        Run::of(command.args(quick).args(args).env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date))
    }

    /// A git command at a date of its own.
    pub fn git_dated(&self, date: &str, args: &[&str]) -> String {
        let mut command = self.fixture.command("git", &self.name);
        succeeded(args, &Run::of(command.args(args).env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date)))
    }

    /// A git command that is given this on standard input.
    pub fn git_with_input(&self, args: &[&str], input: &[u8]) -> String {
        let file = self.fixture.write("input", input);
        let mut command = self.fixture.command("git", &self.name);
        succeeded(args, &Run::of(command.args(args).stdin(std::fs::File::open(file).unwrap())))
    }

    /// A tree made of lines as `git ls-tree` prints them; its id.
    pub fn tree(&self, lines: &[String]) -> String {
        self.git_with_input(&["mktree"], format!("{}\n", lines.join("\n")).as_bytes())
    }

    /// A path in the working tree.
    pub fn path(&self, name: &str) -> PathBuf {
        self.fixture.path(self.name.join(name))
    }

    /// Writes a file of the working tree.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        self.fixture.write(self.name.join(name), content);
    }

    /// Writes and stages a file, ignored or not.
    pub fn stage(&self, name: &str, content: impl AsRef<[u8]>) {
        self.write(name, content);
        self.git(&["add", "-f", "--", name]);
    }

    /// Commits everything in the working tree; the commit's id.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "--allow-empty", "--no-verify", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Writes a file and commits everything; the commit's id.
    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        self.write(name, content);
        self.commit(name)
    }

    /// The program in the working tree's root.
    pub fn konceal(&self, args: &[&str]) -> Run {
        self.fixture.konceal(&self.name, args)
    }
}
