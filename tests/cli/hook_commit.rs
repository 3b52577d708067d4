//! The commit hooks, driven by git itself.

use std::process::Command;

use crate::support::{Fixture, Repository, Run, leak, made_up_key};

fn hooked(fixture: &Fixture) -> Repository<'_> {
    let repository = fixture.repository("repo");
    repository.put("a.txt", "one\ntwo\n");
    assert_eq!(repository.konceal(&["hook", "install"]).code, 0);
    repository
}

#[track_caller]
fn blocked(run: &Run, path: &str) {
    assert_ne!(run.code, 0, "it went through: {}{}", run.out, run.err);
    assert!(run.out.contains(path) || run.err.contains(path), "{path} is not named: {}{}", run.out, run.err);
}

#[track_caller]
fn passed(run: &Run) {
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
}

fn commit(repository: &Repository<'_>, more: &[&str]) -> Run {
    repository.try_git(&[&["commit", "-q", "-m", "try"], more].concat())
}

#[test]
fn part_of_a_file_is_staged_and_only_that_part_counts() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = hooked(&fixture);
    let rows = |top: &str, end: &str| format!("{top}{}{end}", "row\n".repeat(20));
    repository.put("p.txt", rows("", ""));
    // As `git add -p` does: one hunk of two goes into the index.
    repository.write("p.txt", rows("fine\n", &leak(&key)));
    let patch = repository.git(&["diff", "-U1", "p.txt"]);
    let hunks: Vec<&str> = patch.split("\n@@").collect();
    assert_eq!(hunks.len(), 3);
    for (hunk, leaks) in [(hunks[1], false), (hunks[2], true)] {
        repository.git(&["reset", "-q"]);
        let patch = fixture.write("patch", format!("{}\n@@{hunk}\n", hunks[0]));
        repository.git(&["apply", "--cached", "--unidiff-zero", "--recount", patch.to_str().unwrap()]);
        let run = commit(&repository, &[]);
        if leaks {
            blocked(&run, "p.txt");
        } else {
            passed(&run);
        }
    }
}

#[test]
fn amending_adds_what_the_amended_commit_lacks() {
    let (fixture, key) = (Fixture::new(), made_up_key(2));
    let repository = hooked(&fixture);
    repository.stage("b.txt", "fine\n");
    passed(&commit(&repository, &[]));
    repository.stage("b.txt", leak(&key));
    blocked(&repository.try_git(&["commit", "-q", "--amend", "--no-edit"]), "b.txt");
    repository.stage("b.txt", "still fine\n");
    passed(&repository.try_git(&["commit", "-q", "--amend", "--no-edit"]));
}

#[test]
fn key_beside_git_dir_and_work_tree_variables_is_found() {
    let (fixture, key) = (Fixture::new(), made_up_key(3));
    let repository = hooked(&fixture);
    repository.write("sub/c.txt", leak(&key));
    let git = |args: &[&str]| {
        let mut command: Command = fixture.command("git", "home");
        command.args(args).env("GIT_DIR", repository.path(".git")).env("GIT_WORK_TREE", repository.path(""));
        Run::of(&mut command)
    };
    passed(&git(&["add", "-A"]));
    blocked(&git(&["commit", "-q", "-m", "try"]), "sub/c.txt");
}

#[test]
fn relative_index_file_is_meant_from_the_top_of_the_working_tree() {
    let (fixture, key) = (Fixture::new(), made_up_key(4));
    let repository = hooked(&fixture);
    repository.write("sub/c.txt", "fine\n");
    let mut add = fixture.command("git", "repo");
    repository.write("x.txt", leak(&key));
    passed(&Run::of(add.args(["add", "x.txt"]).env("GIT_INDEX_FILE", ".git/other-index")));
    let mut run = fixture.konceal_command("repo/sub");
    run.args(["hook", "run", "pre-commit"]).env("GIT_INDEX_FILE", ".git/other-index");
    blocked(&Run::of(&mut run), "x.txt");
}

#[test]
fn from_a_subdirectory_all_and_single_files() {
    let fixture = Fixture::new();
    let repository = hooked(&fixture);
    repository.put("sub/c.txt", "fine\n");
    repository.write("sub/c.txt", leak(&made_up_key(5)));
    let at = |args: &[&str]| Run::of(fixture.command("git", "repo/sub").args(args));
    blocked(&at(&["commit", "-q", "-am", "all"]), "sub/c.txt");
    blocked(&at(&["commit", "-q", "-m", "one", "c.txt"]), "sub/c.txt");
    repository.write("a.txt", "changed\n");
    passed(&at(&["commit", "-q", "-m", "the other one", "../a.txt"]));
}

#[test]
fn merge_is_not_blocked_for_what_a_branch_had_but_for_what_it_adds() {
    let (fixture, had, adds) = (Fixture::new(), made_up_key(6), made_up_key(7));
    let repository = hooked(&fixture);
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.put("had.txt", leak(&had));
    repository.git(&["checkout", "-q", "main"]);
    repository.put("m.txt", "main\n");
    let base = repository.git(&["rev-parse", "HEAD"]);
    passed(&repository.try_git(&["merge", "-q", "--no-edit", "side"]));
    repository.git(&["reset", "-q", "--hard", &base]);
    repository.git(&["merge", "-q", "--no-commit", "side"]);
    repository.stage("evil.txt", leak(&adds));
    let run = commit(&repository, &[]);
    blocked(&run, "evil.txt");
    repository.git(&["rm", "-q", "-f", "evil.txt"]);
    passed(&commit(&repository, &[]));
}

#[test]
fn octopus_merge_knows_all_heads() {
    let fixture = Fixture::new();
    let repository = hooked(&fixture);
    for (branch, seed) in [("left", 8), ("right", 9)] {
        repository.git(&["checkout", "-q", "-b", branch, "main"]);
        repository.put(&format!("{branch}.txt"), leak(&made_up_key(seed)));
    }
    repository.git(&["checkout", "-q", "main"]);
    repository.put("m.txt", "main\n");
    passed(&repository.try_git(&["merge", "-q", "--no-edit", "left", "right"]));
}

#[test]
fn rebase_and_cherry_pick_of_clean_commits_pass() {
    let fixture = Fixture::new();
    let repository = hooked(&fixture);
    repository.git(&["checkout", "-q", "-b", "side"]);
    let picked = repository.put("b.txt", "fine\n");
    repository.git(&["checkout", "-q", "main"]);
    repository.put("m.txt", "main\n");
    passed(&repository.try_git(&["cherry-pick", &picked]));
    repository.git(&["checkout", "-q", "side"]);
    passed(&repository.try_git(&["rebase", "-q", "main"]));
}

#[test]
fn commit_inside_a_rebase_that_adds_a_key_is_blocked() {
    let (fixture, key) = (Fixture::new(), made_up_key(10));
    let repository = hooked(&fixture);
    repository.put("b.txt", "fine\n");
    repository.put("c.txt", "fine\n");
    let mut rebase = fixture.command("git", "repo");
    rebase.args(["rebase", "-q", "-i", "HEAD~2"]).env("GIT_SEQUENCE_EDITOR", "sed -i 1s/pick/edit/");
    passed(&Run::of(&mut rebase));
    repository.stage("b.txt", leak(&key));
    blocked(&repository.try_git(&["commit", "-q", "--amend", "--no-edit"]), "b.txt");
    repository.stage("b.txt", "fine\n");
    passed(&repository.try_git(&["rebase", "--continue"]));
}

#[test]
fn message_is_scanned_without_what_stands_below_the_scissors() {
    let (fixture, key) = (Fixture::new(), made_up_key(11));
    let repository = hooked(&fixture);
    repository.konceal(&["hook", "install", "--commit-msg"]);
    repository.stage("b.txt", "fine\n");
    let subject = format!("use {}", leak(&key).trim_end());
    let run = repository.try_git(&["commit", "-q", "-m", &subject]);
    assert_ne!(run.code, 0);
    assert!(!run.err.contains(&key) && !run.out.contains(&key));
    // A commit that takes a key out shows it in the diff of `commit -v`.
    repository.put("leaky.txt", leak(&key));
    repository.git(&["rm", "-q", "leaky.txt"]);
    let mut verbose = fixture.command("git", "repo");
    verbose.args(["commit", "-q", "-v", "--edit", "-m", "take it out"]);
    passed(&Run::of(&mut verbose));
}

#[test]
fn by_hand_everything_in_the_index_is_scanned_also_under_a_framework() {
    let (fixture, key) = (Fixture::new(), made_up_key(12));
    let repository = hooked(&fixture);
    repository.put("x.txt", leak(&key));
    blocked(&repository.konceal(&["hook", "run", "pre-commit"]), "x.txt");
    blocked(&repository.konceal(&["hook", "run", "pre-merge-commit"]), "x.txt");
    let mut framework = fixture.konceal_command("repo");
    framework.args(["hook", "run", "pre-commit"]).env("PRE_COMMIT", "1");
    blocked(&Run::of(&mut framework), "x.txt");
    // With -C git's variables are another repository's, and nobody is committing there.
    let mut elsewhere = fixture.konceal_command("home");
    let named = repository.path("");
    elsewhere.args(["hook", "run", "pre-commit", "-C"]).arg(named).env("GIT_INDEX_FILE", "/nonexistent/index");
    blocked(&Run::of(&mut elsewhere), "x.txt");
}

#[test]
fn options_of_a_scan_are_taken_by_the_hook() {
    let (fixture, key) = (Fixture::new(), made_up_key(13));
    let repository = hooked(&fixture);
    repository.put("x.txt", leak(&key));
    assert_eq!(repository.konceal(&["hook", "run", "pre-commit", "--fail-on", "never"]).code, 0);
    let run = repository.konceal(&["hook", "run", "pre-commit", "--format", "json", "--exit-code", "9"]);
    assert_eq!((run.code, run.places("key")), (9, vec![("x.txt".into(), 1)]));
    assert_eq!(repository.konceal(&["hook", "run", "commit-msg"]).code, 2, "without the message's file");
}
