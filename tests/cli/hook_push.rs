//! What a push brings: pre-push on the sending side, pre-receive on the receiving one, and the frameworks' variables.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::support::{Fixture, Repository, Run, leak, made_up_key};

/// A repository with a clean commit, its remote, and the pre-push hook.
fn pushing(fixture: &Fixture) -> Repository<'_> {
    let repository = fixture.repository("repo");
    repository.git(&["init", "-q", "--bare", "../far.git"]);
    repository.git(&["remote", "add", "origin", "../far.git"]);
    repository.put("a.txt", "one\n");
    repository.git(&["push", "-q", "origin", "main"]);
    assert_eq!(repository.konceal(&["hook", "install", "--pre-push"]).code, 0);
    repository
}

fn push(repository: &Repository<'_>, args: &[&str]) -> Run {
    repository.try_git(&[&["push", "-q", "origin"], args].concat())
}

#[track_caller]
fn blocked(run: &Run, word: &str) {
    assert_ne!(run.code, 0, "it went through: {}{}", run.out, run.err);
    assert!(run.out.contains(word) || run.err.contains(word), "{word} is not named: {}{}", run.out, run.err);
}

#[track_caller]
fn passed(run: &Run) {
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
}

/// `hook run STAGE` with these lines on standard input.
fn stage(fixture: &Fixture, at: &str, args: &[&str], lines: &str) -> Run {
    let mut command = fixture.konceal_command(at);
    command.args(["hook", "run"]).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

const NONE: &str = "0000000000000000000000000000000000000000";

#[test]
fn key_in_the_middle_of_a_new_branch_is_blocked_and_so_is_one_in_a_message() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = pushing(&fixture);
    repository.git(&["checkout", "-q", "-b", "topic"]);
    repository.put("x.txt", leak(&key));
    repository.put("x.txt", "gone\n");
    blocked(&push(&repository, &["topic"]), "x.txt");
    repository.git(&["reset", "-q", "--hard", "main"]);
    repository.put("x.txt", "fine\n");
    passed(&push(&repository, &["topic"]));
    repository.commit(&format!("use {}", leak(&key).trim_end()));
    let run = push(&repository, &["topic"]);
    assert!(run.code != 0 && !run.err.contains(&key), "{}", run.err);
}

#[test]
fn former_hook_reads_the_same_lines_and_gets_the_same_arguments() {
    let (fixture, key) = (Fixture::new(), made_up_key(9));
    let repository = pushing(&fixture);
    repository.konceal(&["hook", "uninstall"]);
    let former = "#!/bin/sh\necho \"$1\" >> ../told\ncat >> ../told\n[ ! -e stop ] || exit 3\n";
    repository.write(".git/hooks/pre-push", former);
    std::fs::set_permissions(repository.path(".git/hooks/pre-push"), PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(repository.konceal(&["hook", "install", "--pre-push"]).code, 0);
    let clean = repository.put("b.txt", "two\n");
    passed(&push(&repository, &["main"]));
    let told = std::fs::read_to_string(fixture.path("told")).unwrap();
    assert!(told.starts_with("origin\nrefs/heads/main ") && told.contains(&clean), "{told}");
    repository.put("x.txt", leak(&key));
    blocked(&push(&repository, &["main"]), "x.txt");
    repository.git(&["reset", "-q", "--hard", &clean]);
    repository.put("c.txt", "three\n");
    repository.write("stop", "");
    assert_ne!(push(&repository, &["main"]).code, 0);
}

#[test]
fn what_the_remote_has_already_is_not_looked_at_again() {
    let (fixture, key) = (Fixture::new(), made_up_key(2));
    let repository = pushing(&fixture);
    repository.put("old.txt", leak(&key));
    passed(&push(&repository, &["--no-verify", "main"]));
    repository.git(&["checkout", "-q", "-b", "topic"]);
    repository.put("new.txt", "fine\n");
    passed(&push(&repository, &["topic"]));
    // Another remote has nothing of it, and what a remote of a longer name has says nothing of this one.
    repository.git(&["init", "-q", "--bare", "../fork.git"]);
    repository.git(&["remote", "add", "origin/fork", "../fork.git"]);
    repository.put("later.txt", leak(&made_up_key(11)));
    passed(&repository.try_git(&["push", "-q", "--no-verify", "origin/fork", "topic"]));
    repository.git(&["checkout", "-q", "-b", "again"]);
    blocked(&push(&repository, &["again"]), "later.txt");
    repository.git(&["init", "-q", "--bare", "../other.git"]);
    blocked(&repository.try_git(&["push", "-q", "../other.git", "topic"]), "old.txt");
}

#[test]
fn forced_pushes_deletions_and_several_refs() {
    let (fixture, key) = (Fixture::new(), made_up_key(3));
    let repository = pushing(&fixture);
    repository.git(&["checkout", "-q", "-b", "topic"]);
    repository.put("one.txt", "fine\n");
    passed(&push(&repository, &["topic"]));
    repository.git(&["reset", "-q", "--hard", "main"]);
    repository.put("two.txt", leak(&key));
    blocked(&push(&repository, &["-f", "topic"]), "two.txt");
    repository.git(&["branch", "-q", "clean", "main"]);
    blocked(&push(&repository, &["-f", "topic", "clean"]), "two.txt");
    passed(&push(&repository, &["clean"]));
    passed(&push(&repository, &[":topic"]));
    passed(&push(&repository, &["main"]));
}

#[test]
fn message_of_an_annotated_tag_and_the_name_of_a_ref_are_scanned() {
    let (fixture, key) = (Fixture::new(), made_up_key(4));
    let repository = pushing(&fixture);
    repository.git(&["tag", "-a", "v1", "-m", "fine"]);
    passed(&push(&repository, &["v1"]));
    repository.git(&["tag", "-a", "v2", "-m", &format!("use {}", leak(&key).trim_end())]);
    assert_ne!(push(&repository, &["v2"]).code, 0);
    let branch = format!("refs/heads/konver_api_key={key}");
    let run = push(&repository, &[&format!("main:{branch}")]);
    assert!(run.code != 0 && !run.err.contains(&key), "{}", run.err);
}

#[test]
fn single_files_and_trees_that_a_tag_names_are_scanned() {
    let (fixture, key) = (Fixture::new(), made_up_key(10));
    let repository = pushing(&fixture);
    for (file, text, leaks) in [("fine", "fine\n".to_owned(), false), ("leak", leak(&key), true)] {
        repository.write(file, text);
        let blob = repository.git(&["hash-object", "-w", file]);
        repository.git(&["tag", "-a", &format!("{file}-blob"), "-m", "one file", &blob]);
        repository.git(&["add", file]);
        let tree = repository.git(&["write-tree"]);
        repository.git(&["tag", &format!("{file}-tree"), &tree]);
        for kind in ["blob", "tree"] {
            let run = push(&repository, &[&format!("{file}-{kind}")]);
            assert_eq!(run.code != 0, leaks, "{file}-{kind}: {}{}", run.out, run.err);
        }
    }
}

#[test]
fn unknown_old_id_counts_as_new() {
    let (fixture, key) = (Fixture::new(), made_up_key(5));
    let repository = pushing(&fixture);
    let leaking = repository.put("x.txt", leak(&key));
    let line = format!("refs/heads/main {leaking} refs/heads/main {}\n", "1234567890".repeat(4));
    blocked(&stage(&fixture, "repo", &["pre-push", "origin", "url"], &line), "x.txt");
    let clean = repository.git(&["rev-parse", "HEAD~1"]);
    let line = format!("refs/heads/main {clean} refs/heads/main {}\n", "1234567890".repeat(4));
    passed(&stage(&fixture, "repo", &["pre-push", "origin", "url"], &line));
    passed(&stage(&fixture, "repo", &["pre-push", "origin", "url"], ""));
    let nonsense = stage(&fixture, "repo", &["pre-push", "origin", "url"], "hello\n");
    assert_eq!(nonsense.code, 2);
    let absent = format!("x {} refs/heads/x {NONE}\n", "12".repeat(20));
    assert_eq!(stage(&fixture, "repo", &["pre-push", "origin", "url"], &absent).code, 2);
}

#[test]
fn pushed_configuration_does_not_govern_its_own_push() {
    let (fixture, key) = (Fixture::new(), made_up_key(6));
    let repository = pushing(&fixture);
    repository.git(&["checkout", "-q", "-b", "topic"]);
    repository.put(".konceal.toml", "exclude = ['*']\n");
    repository.put("x.txt", leak(&key));
    blocked(&push(&repository, &["topic"]), "x.txt");
    // Once it is on the remote it governs what follows.
    passed(&push(&repository, &["--no-verify", "topic~1:refs/heads/topic"]));
    passed(&push(&repository, &["topic"]));
    repository.git(&["checkout", "-q", "-b", "later"]);
    repository.put("y.txt", leak(&key));
    passed(&push(&repository, &["later"]));
}

#[test]
fn receiving_repository_refuses_keys_and_takes_the_rest() {
    let (fixture, key) = (Fixture::new(), made_up_key(7));
    let repository = fixture.repository("repo");
    repository.git(&["init", "-q", "--bare", "../far.git"]);
    repository.git(&["remote", "add", "origin", "../far.git"]);
    let hook = fixture.write("far.git/hooks/pre-receive", "#!/bin/sh\nexec konceal hook run pre-receive\n");
    std::fs::set_permissions(hook, PermissionsExt::from_mode(0o755)).unwrap();
    repository.put("a.txt", "one\n");
    passed(&push(&repository, &["main"]));
    let far = |rev: &str| Run::of(fixture.command("git", "far.git").args(["rev-parse", "-q", "--verify", rev])).code;
    repository.git(&["checkout", "-q", "-b", "topic"]);
    repository.put("x.txt", leak(&key));
    repository.put("x.txt", "gone\n");
    blocked(&push(&repository, &["topic"]), "x.txt");
    assert_ne!(far("refs/heads/topic"), 0);
    repository.git(&["checkout", "-q", "main"]);
    repository.put("b.txt", "two\n");
    passed(&push(&repository, &["main", "main:refs/heads/copy"]));
    repository.put("x.txt", leak(&key));
    blocked(&push(&repository, &["main"]), "x.txt");
    passed(&push(&repository, &[":copy"]));
    // The same where the receiving repository has a working tree.
    let near = fixture.repository("near");
    std::fs::copy(fixture.path("far.git/hooks/pre-receive"), near.path(".git/hooks/pre-receive")).unwrap();
    blocked(&repository.try_git(&["push", "-q", "../near", "main:refs/heads/other"]), "x.txt");
    passed(&repository.try_git(&["push", "-q", "../near", "main~1:refs/heads/clean"]));
    repository.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repository.git(&["tag", "-a", "v1", "-m", &format!("use {}", leak(&key).trim_end())]);
    assert_ne!(push(&repository, &["v1"]).code, 0);
    assert_ne!(far("refs/tags/v1"), 0);
}

#[test]
fn frameworks_name_a_range_or_a_remote() {
    let (fixture, key) = (Fixture::new(), made_up_key(8));
    let repository = pushing(&fixture);
    let leaking = repository.put("x.txt", leak(&key));
    let after = repository.put("x.txt", "gone\n");
    let run = |stage: &str, variables: &[(&str, &str)]| {
        let mut command = fixture.konceal_command("repo");
        command.args(["hook", "run", stage, "--format", "json"]).env("PRE_COMMIT", "1");
        Run::of(command.envs(variables.iter().copied()))
    };
    let range = |from: &str, to: &str| {
        run(
            "pre-push",
            &[("PRE_COMMIT_FROM_REF", from), ("PRE_COMMIT_TO_REF", to), ("PRE_COMMIT_REMOTE_NAME", "origin")],
        )
    };
    let found = range(&format!("{leaking}~1"), &after);
    assert_eq!((found.code, found.places("key")), (1, vec![("x.txt".into(), 1)]));
    assert!(found.out.contains("first-ref-only"), "{}", found.out);
    assert_eq!(range(&leaking, &after).code, 0);
    assert_eq!(range("no-such-revision", &after).code, 2);
    let unpushed = run("pre-push", &[("PRE_COMMIT_REMOTE_NAME", "origin")]);
    assert_eq!((unpushed.code, unpushed.places("key").len()), (1, 1));
    assert!(unpushed.out.contains("first-ref-only"));
    // Without any name, by hand: what no remote has.
    assert_eq!(run("pre-push", &[]).code, 1);
    repository.git(&["push", "-q", "--no-verify", "origin", "main"]);
    assert_eq!(run("pre-push", &[("PRE_COMMIT_REMOTE_NAME", "origin")]).code, 0);
    assert_eq!(run("pre-push", &[("PRE_COMMIT_REMOTE_NAME", "elsewhere")]).code, 1);
    let commit = run("pre-commit", &[("PRE_COMMIT_FROM_REF", &format!("{leaking}~1")), ("PRE_COMMIT_TO_REF", &after)]);
    assert_eq!(commit.code, 1);
    assert!(!commit.out.contains("first-ref-only"));
}
