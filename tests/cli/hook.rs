//! Installing, chaining and uninstalling hooks.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::support::{Fixture, Repository, Run, leak, made_up_key};

fn mode(file: &Path) -> u32 {
    file.metadata().unwrap().permissions().mode() & 0o777
}

fn write_hook(repository: &Repository<'_>, name: &str, script: &[u8], mode: u32) {
    repository.write(name, script);
    std::fs::set_permissions(repository.path(name), PermissionsExt::from_mode(mode)).unwrap();
}

fn install(repository: &Repository<'_>, more: &[&str]) -> Run {
    repository.konceal(&[&["hook", "install"], more].concat())
}

/// Stages a leak under the name, and says how the commit ends.
fn commit_of_a_leak(repository: &Repository<'_>, name: &str, seed: u64) -> Run {
    repository.stage(name, leak(&made_up_key(seed)));
    repository.try_git(&["commit", "-q", "-m", "try"])
}

#[test]
fn installed_hooks_can_be_run_by_all_who_may_read_them() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    let run = install(&repository, &["--commit-msg", "--pre-push"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for stage in ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"] {
        assert_eq!(mode(&repository.path(&format!(".git/hooks/{stage}"))) & 0o500, 0o500, "{stage}");
    }
    assert!(!repository.path(".git/hooks/pre-receive").exists());
}

#[test]
fn former_hook_runs_first_gets_its_arguments_and_its_failure_blocks() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    let script = b"#!/bin/sh\necho \"$1\" > \"$(git rev-parse --git-dir)/told\"\n[ ! -e stop ] || exit 7\n";
    write_hook(&repository, ".git/hooks/commit-msg", script, 0o755);
    install(&repository, &["--commit-msg"]);
    repository.stage("a.txt", "fine\n");
    assert_eq!(repository.try_git(&["commit", "-q", "-m", "clean"]).code, 0);
    let told = std::fs::read_to_string(repository.path(".git/told")).unwrap();
    assert!(told.trim_end().ends_with("COMMIT_EDITMSG"), "{told}");
    repository.write("stop", "");
    repository.stage("a.txt", "also fine\n");
    assert_ne!(repository.try_git(&["commit", "-q", "-m", "clean"]).code, 0);
}

#[test]
fn what_a_former_hook_stages_is_scanned() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = fixture.repository("repo");
    let script = b"#!/bin/sh\ncp ../made.txt made.txt\ngit add made.txt\n";
    fixture.write("made.txt", leak(&key));
    write_hook(&repository, ".git/hooks/pre-commit", script, 0o755);
    install(&repository, &[]);
    repository.stage("a.txt", "fine\n");
    let run = repository.try_git(&["commit", "-q", "-m", "try"]);
    assert!(run.code != 0 && (run.out + &run.err).contains("made.txt"));
}

#[test]
fn uninstalling_puts_bytes_mode_and_links_back() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    let script = b"#!/bin/sh\n# mine \xff\r\nexit 0";
    write_hook(&repository, ".git/hooks/pre-commit", script, 0o750);
    write_hook(&repository, "elsewhere", b"#!/bin/sh\n", 0o700);
    symlink("../../elsewhere", repository.path(".git/hooks/pre-merge-commit")).unwrap();
    for _ in 0..2 {
        assert_eq!(install(&repository, &[]).code, 0);
    }
    assert_eq!(repository.konceal(&["hook", "uninstall"]).code, 0);
    let hook = repository.path(".git/hooks/pre-commit");
    assert_eq!((std::fs::read(&hook).unwrap().as_slice(), mode(&hook)), (&script[..], 0o750));
    let link = std::fs::read_link(repository.path(".git/hooks/pre-merge-commit")).unwrap();
    assert_eq!(link, Path::new("../../elsewhere"));
    assert!(!repository.path(".git/hooks/pre-commit.before-konceal").exists());
    assert_eq!(repository.konceal(&["hook", "uninstall"]).code, 0, "twice is no harm");
    assert_eq!(std::fs::read(&hook).unwrap(), script);
}

#[test]
fn uninstalling_where_there_was_no_hook_leaves_none() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    install(&repository, &["--pre-push"]);
    assert_eq!(repository.konceal(&["hook", "uninstall"]).code, 0);
    for stage in ["pre-commit", "pre-merge-commit", "pre-push"] {
        assert!(!repository.path(&format!(".git/hooks/{stage}")).exists(), "{stage}");
    }
}

#[test]
fn hook_without_its_program_blocks_and_says_so() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    install(&repository, &[]);
    repository.stage("a.txt", "fine\n");
    let mut git = fixture.command("git", "repo");
    let run = Run::of(git.args(["commit", "-q", "-m", "try"]).env("PATH", "/usr/bin:/bin"));
    assert!(run.code != 0 && run.err.contains("not found"), "{}", run.err);
}

#[test]
fn former_hook_that_is_kept_from_before_is_never_overwritten() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    write_hook(&repository, ".git/hooks/pre-commit", b"#!/bin/sh\n# first\n", 0o755);
    install(&repository, &[]);
    write_hook(&repository, ".git/hooks/pre-commit", b"#!/bin/sh\n# second\n", 0o755);
    let run = install(&repository, &[]);
    assert!(run.code == 2 && run.err.contains("before-konceal"), "{}", run.err);
    let kept = std::fs::read(repository.path(".git/hooks/pre-commit.before-konceal")).unwrap();
    assert_eq!(kept, b"#!/bin/sh\n# first\n");
}

#[test]
fn former_hook_without_run_bit_stays_ignored() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    write_hook(&repository, ".git/hooks/pre-commit", b"#!/bin/sh\nexit 1\n", 0o644);
    install(&repository, &[]);
    repository.stage("a.txt", "fine\n");
    assert_eq!(repository.try_git(&["commit", "-q", "-m", "clean"]).code, 0);
    assert_ne!(commit_of_a_leak(&repository, "x.txt", 2).code, 0);
}

#[test]
fn shared_hooks_folder_is_not_written_to_unless_forced() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    let global = fixture.write("gitconfig", format!("[core]\n\thooksPath = {}\n", fixture.path("team").display()));
    let command = |more: &[&str]| {
        let mut command = fixture.konceal_command("repo");
        command.args(["hook", "install"]).args(more).env("GIT_CONFIG_GLOBAL", &global);
        Run::of(&mut command)
    };
    let refused = command(&[]);
    assert!(refused.code == 2 && refused.err.contains("konceal hook run pre-commit"), "{}", refused.err);
    assert!(!fixture.path("team").exists());
    assert_eq!(command(&["--force"]).code, 0);
    assert!(fixture.path("team/pre-commit").exists());
    // A folder that only this repository names, outside of its working tree, is its own.
    repository.git(&["config", "core.hooksPath", &fixture.path("own").display().to_string()]);
    assert_eq!(install(&repository, &[]).code, 0);
    assert_ne!(commit_of_a_leak(&repository, "x.txt", 3).code, 0);
}

#[test]
fn link_into_the_working_tree_is_no_way_around_the_refusal() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.write("tools/hooks/README", "hooks\n");
    std::fs::remove_dir_all(repository.path(".git/hooks")).unwrap();
    symlink("../tools/hooks", repository.path(".git/hooks")).unwrap();
    assert_eq!(install(&repository, &[]).code, 2);
    assert!(!repository.path("tools/hooks/pre-commit").exists());
}

#[test]
fn framework_installed_in_front_is_neither_overwritten_nor_called_in_a_circle() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    // What `pre-commit install` does: the hook that it finds becomes .legacy, and its own calls that one first.
    let framework =
        b"#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n[ -z \"$PRE_COMMIT_RUNNING_LEGACY\" ] \
        || { echo in a circle; exit 1; }\nPRE_COMMIT_RUNNING_LEGACY=1 \"$0.legacy\" \"$@\"\n";
    write_hook(&repository, ".git/hooks/pre-commit", framework, 0o755);
    install(&repository, &[]);
    std::fs::rename(repository.path(".git/hooks/pre-commit"), repository.path(".git/hooks/pre-commit.legacy")).unwrap();
    write_hook(&repository, ".git/hooks/pre-commit", framework, 0o755);
    assert_eq!(install(&repository, &[]).code, 0, "idempotent");
    repository.stage("a.txt", "fine\n");
    let run = repository.try_git(&["commit", "-q", "-m", "clean"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert_ne!(commit_of_a_leak(&repository, "x.txt", 4).code, 0);
    assert_eq!(repository.konceal(&["hook", "uninstall"]).code, 0);
    assert_eq!(std::fs::read(repository.path(".git/hooks/pre-commit")).unwrap(), framework);
}

#[test]
fn hooks_are_installed_from_a_linked_worktree_and_a_submodule() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.put("a.txt", "fine\n");
    repository.git(&["worktree", "add", "-q", "-b", "linked", "../linked"]);
    assert_eq!(fixture.konceal("linked", &["hook", "install"]).code, 0);
    assert_ne!(commit_of_a_leak(&repository, "x.txt", 5).code, 0);
    let linked = fixture.at("linked");
    assert_ne!(commit_of_a_leak(&linked, "y.txt", 6).code, 0);
    let outer = fixture.repository("outer");
    outer.git(&["submodule", "--quiet", "add", "../repo", "inner"]);
    let inner = fixture.at("outer/inner");
    assert_eq!(install(&inner, &[]).code, 0);
    assert_ne!(commit_of_a_leak(&inner, "z.txt", 7).code, 0);
    outer.stage("w.txt", leak(&made_up_key(8)));
    assert_eq!(outer.try_git(&["commit", "-q", "-m", "unhooked"]).code, 0, "the outer repository has no hook");
}

#[test]
fn hooks_folder_that_is_not_there_yet_is_made() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    std::fs::remove_dir_all(repository.path(".git/hooks")).unwrap();
    assert_eq!(install(&repository, &[]).code, 0);
    assert_ne!(commit_of_a_leak(&repository, "x.txt", 9).code, 0);
}

#[test]
fn hooks_of_the_framework_name_stages_that_there_are() {
    let manifest = include_str!("../../.pre-commit-hooks.yaml");
    let entries = manifest.lines().filter_map(|row| row.trim().strip_prefix("entry: konceal hook run "));
    let stages: Vec<&str> = entries.collect();
    assert_eq!(stages.len(), manifest.matches("- id: ").count());
    let fixture = Fixture::new();
    for stage in stages {
        assert_eq!(fixture.konceal("home", &["hook", "run", stage, "--help"]).code, 0, "{stage}");
    }
}

#[test]
fn bare_repository_and_no_repository_are_refused() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.git(&["init", "-q", "--bare", "../bare.git"]);
    let bare = fixture.konceal("bare.git", &["hook", "install"]);
    assert!(bare.code == 2 && bare.err.contains("pre-receive"), "{}", bare.err);
    for command in ["install", "uninstall", "status"] {
        assert_eq!(fixture.konceal("home", &["hook", command]).code, 2, "{command}");
    }
    assert_eq!(fixture.konceal("home", &["hook", "install", "-C", "../repo"]).code, 0);
    assert!(repository.path(".git/hooks/pre-commit").exists());
}
