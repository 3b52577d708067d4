//! A repository in a scrubbed environment.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::dice::Dice;
use crate::said;

/// A repository of three commits with a README's worth of files, one staged change, and a home of its own.
pub struct Fixture(TempDir);

impl Fixture {
    /// With a key in its history and working tree, or without.
    pub fn new(with_a_key: bool) -> Self {
        let fixture = Self::empty();
        fixture.commit("app/settings.py", "import os\n\nKEY = os.environ[\"KONVER_API_KEY\"]\n");
        if with_a_key {
            fixture.commit("app/client.py", &format!("KONVER_API_KEY = \"{}\"\n", made_up_key()));
        }
        fixture.commit("app/other.py", "import app.settings\n");
        fixture.commit("app/more.py", "print(1)\n");
        fixture.stage("app/more.py", "print(2)\n");
        fixture
    }

    /// A repository without a commit.
    pub fn empty() -> Self {
        let fixture = Self(TempDir::new().unwrap());
        std::fs::create_dir_all(fixture.0.path().join("home")).unwrap();
        std::fs::create_dir_all(fixture.0.path().join("repository/app")).unwrap();
        fixture.git("init -q -b main");
        fixture
    }

    /// Writes a file and stages everything.
    pub fn stage(&self, path: &str, text: &str) {
        std::fs::write(self.0.path().join("repository").join(path), text).unwrap();
        self.git("add -A");
    }

    /// Commits a file.
    pub fn commit(&self, path: &str, text: &str) {
        self.stage(path, text);
        self.git("commit -q --no-verify -m change");
    }

    /// git, which must succeed.
    pub fn git(&self, arguments: &str) {
        let output = self.sh(&format!("git {arguments}"));
        assert!(output.status.success(), "git {arguments}: {}", said(&output));
    }

    /// A line of a block, as a user's shell runs it.
    pub fn sh(&self, line: &str) -> Output {
        let bin = Path::new(env!("CARGO_BIN_EXE_konceal")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path))).unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(self.0.path().join("repository")).env_clear().stdin(Stdio::null());
        command.env("PATH", path).env("HOME", self.0.path().join("home")).env("LC_ALL", "C.UTF-8");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.env("GIT_CEILING_DIRECTORIES", self.0.path());
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Fixture");
            command.env(format!("GIT_{who}_EMAIL"), "fixture@example.invalid");
            command.env(format!("GIT_{who}_DATE"), "2026-03-02T09:00:00Z");
        }
        command.output().unwrap()
    }
}

/// Forty random-looking letters and digits; never literal in the repository.
pub fn made_up_key() -> String {
    Dice(12).draw(40, b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789")
}
