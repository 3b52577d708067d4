//! `konceal audit --purge-plan`: the way that fits, the one file, and nothing else. That the commands work is tested with the
//! real git-filter-repo in tests/clients/purge.py.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use konceal::secret::Secret;

use super::support::{Fixture, Repository, Run, check_report, leak, made_up_key};

fn id(key: &str) -> String {
    Secret::new(key).key_id().to_string()
}

/// The plan for a key, with the folder `tmp` of the fixture for temporary files.
fn plan(fixture: &Fixture, at: impl AsRef<Path>, args: &[&str]) -> Run {
    std::fs::create_dir_all(fixture.path("tmp")).unwrap();
    let mut command = fixture.konceal_command(at);
    Run::of(command.env("TMPDIR", fixture.path("tmp")).args(["audit", "--purge-plan"]).args(args))
}

/// The files in the folder for temporary files.
fn made(fixture: &Fixture) -> Vec<PathBuf> {
    std::fs::read_dir(fixture.path("tmp")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Everything that git would call the repository's state.
fn state(repository: &Repository<'_>) -> [String; 4] {
    let objects = ["cat-file", "--batch-all-objects", "--batch-check"];
    [&["for-each-ref"][..], &["status", "--porcelain"], &["reflog"], &objects].map(|args| repository.git(args))
}

#[test]
fn a_pushed_key_gets_one_file_that_only_the_user_can_read_and_nothing_else_shows_it() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    let value = made_up_key(1);
    repository.put("old.env", leak(&value));
    repository.put("old.env", "gone=1\n");
    repository.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let before = state(&repository);
    let run = plan(&fixture, "r", &[&id(&value)]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert_eq!(state(&repository), before);
    let files = made(&fixture);
    let [file] = files.as_slice() else { panic!("{files:?}") };
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.lines().any(|line| line == format!("literal:{value}==>***REMOVED***")), "{text}");
    assert!(!run.out.contains(&value) && !run.err.contains(&value));
    assert!(run.err.contains(&file.display().to_string()), "{}", run.err);
    let order =
        ["Revoke it first", "git clone --mirror", "--replace-text", "Check", "push --force", "forks", "rm -f -- '/"];
    let places: Vec<_> =
        order.iter().map(|part| run.out.find(part).unwrap_or_else(|| panic!("{part}: {}", run.out))).collect();
    assert!(places.is_sorted(), "{places:?} {}", run.out);
}

#[test]
fn a_key_that_git_knows_no_push_of_gets_the_commands_for_its_commits_and_no_file() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("README", "nothing\n");
    let value = made_up_key(1);
    let added = repository.put("it's new.env", leak(&value));
    let run = plan(&fixture, "r", &[&id(&value)]);
    for part in [
        "git --literal-pathspecs add -- 'it'\\''s new.env'",
        "git commit --amend --no-edit",
        "git reflog expire",
        "git gc --prune=now",
    ] {
        assert!(run.out.contains(part), "{part}: {}", run.out);
    }
    assert!(!run.out.contains("rebase") && made(&fixture).is_empty(), "{}", run.out);
    repository.put("other.txt", "x\n");
    let run = plan(&fixture, "r", &[&id(&value)]);
    let short = &added[..10];
    let parts =
        [format!("s/^pick ({short})/edit"), format!("--rebase-merges {short}^"), "git rebase --continue".into()];
    for part in &parts {
        assert!(run.out.contains(part), "{part}: {}", run.out);
    }
    assert!(made(&fixture).is_empty());
    repository.git(&["branch", "second"]);
    let run = plan(&fixture, "r", &[&id(&value)]);
    assert!(run.out.contains("--refs 'refs/heads/main' 'refs/heads/second' ^"), "{}", run.out);
    assert_eq!(made(&fixture).len(), 1);
}

#[test]
fn what_no_branch_has_is_forgotten_or_written_anew() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("README", "nothing\n");
    let (amended, tagged, staged) = (made_up_key(1), made_up_key(2), made_up_key(3));
    repository.put("oops.env", leak(&amended));
    repository.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repository.git(&["tag", "-a", "v1", "-m", &leak(&tagged)]);
    repository.stage("new.env", leak(&staged));
    let amended = plan(&fixture, "r", &[&id(&amended)]).out;
    assert!(
        amended.contains("No branch, tag or note has it any more") && amended.contains("reflog expire"),
        "{amended}"
    );
    let tagged = plan(&fixture, "r", &[&id(&tagged)]).out;
    assert!(tagged.contains("git tag --annotate --force --edit -m '' 'v1' 'v1''^{}'"), "{tagged}");
    assert!(tagged.contains("whether a tag was pushed"), "{tagged}");
    let staged = plan(&fixture, "r", &[&id(&staged)]).out;
    assert!(staged.contains("No commit has it") && staged.contains("add -- 'new.env'"), "{staged}");
    assert!(!staged.contains("filter-repo") && made(&fixture).is_empty());
    let untracked = made_up_key(4);
    repository.write("own.txt", leak(&untracked));
    let untracked = plan(&fixture, "r", &[&id(&untracked)]).out;
    assert!(
        untracked.contains("Take it out of the files\n    own.txt") && !untracked.contains("add --"),
        "{untracked}"
    );
}

#[test]
fn a_bare_repository_is_shared_and_a_linked_worktree_is_its_own_place() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    let value = made_up_key(1);
    repository.put("a.env", leak(&value));
    repository.git(&["worktree", "add", "-q", "-b", "side", "../linked"]);
    repository.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    fixture.at("bare.git").git(&["remote", "remove", "origin"]);
    let bare = plan(&fixture, "bare.git", &[&id(&value)]);
    assert!(
        bare.code == 1
            && bare.out.contains("This is a bare repository")
            && bare.out.contains("git rev-parse --absolute-git-dir")
    );
    let linked = plan(&fixture, "linked", &[&id(&value)]);
    assert!(linked.out.contains("--refs 'refs/heads/main' 'refs/heads/side'"), "{}{}", linked.out, linked.err);
    for inside in ["linked", "linked/sub", "bare.git", "r/.git"] {
        std::fs::create_dir_all(fixture.path(inside)).unwrap();
        let mut command = fixture.konceal_command("linked");
        let run = Run::of(command.env("TMPDIR", fixture.path(inside)).args(["audit", "--purge-plan", &id(&value)]));
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{inside}: {}", run.err);
        assert!(run.err.contains("lies in the git repository"), "{}", run.err);
    }
}

#[test]
fn a_working_tree_that_only_the_environment_tells_is_no_place_for_the_file() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    let value = made_up_key(1);
    repository.put("a.env", leak(&value));
    std::fs::create_dir_all(fixture.path("tree/tmp")).unwrap();
    let mut command = fixture.konceal_command("tree");
    command.env("GIT_DIR", repository.path(".git")).env("GIT_WORK_TREE", fixture.path("tree"));
    let run = Run::of(command.env("TMPDIR", fixture.path("tree/tmp")).args(["audit", "--purge-plan", &id(&value)]));
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert_eq!(std::fs::read_dir(fixture.path("tree/tmp")).unwrap().count(), 0);
}

#[test]
fn an_id_that_means_no_key_or_several_is_an_error_after_the_report() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    let keys: Vec<String> = (0..400).map(made_up_key).collect();
    let alike = keys.iter().find_map(|a| keys.iter().find(|b| a < *b && id(a)[..4] == id(b)[..4]).map(|b| (a, b)));
    let pair = alike.unwrap_or_else(|| panic!("400 ids share no beginning: take more"));
    repository.put("a.env", leak(pair.0));
    repository.put("b.env", leak(pair.1));
    let run = plan(&fixture, "r", &[&id(pair.0)[..4]]);
    assert!(run.code == 2 && run.err.contains("several keys") && run.err.contains(&id(pair.1)[..12]), "{}", run.err);
    assert!(run.out.contains("2 Konver keys"), "{}", run.out);
    let run = plan(&fixture, "r", &["0000000000000000"]);
    assert!(
        run.code == 2 && run.err.contains("no key with an id that begins with") && !run.out.is_empty(),
        "{}",
        run.err
    );
    for wrong in [pair.0.as_str(), "abc", "", "kv_live"] {
        let run = plan(&fixture, "r", &[wrong]);
        assert!(run.code == 2 && run.out.is_empty() && run.err.contains("wants the id of a key"), "{}", run.err);
        assert!(!run.err.contains(pair.0.as_str()));
    }
    assert!(made(&fixture).is_empty());
}

#[test]
fn a_key_whose_findings_are_all_accepted_has_no_plan_until_the_baseline_is_left_out() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    let value = made_up_key(1);
    repository.put("a.env", leak(&value));
    assert_eq!(repository.konceal(&["baseline", "create"]).code, 0);
    let run = plan(&fixture, "r", &[&id(&value)]);
    assert!(run.code == 2 && run.err.contains("is accepted"), "{}", run.err);
    assert_eq!(plan(&fixture, "r", &[&id(&value), "--no-baseline"]).code, 1);
}

#[test]
fn another_format_keeps_standard_output_and_the_plan_goes_to_standard_error() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    let value = made_up_key(1);
    repository.put("a.env", leak(&value));
    let run = plan(&fixture, "r", &[&id(&value), "--format", "json"]);
    check_report(&serde_json::from_str(&run.out).unwrap());
    assert!(run.err.contains("Amend the commit") && !run.err.contains(&value), "{}", run.err);
    let run = plan(&fixture, "r", &[&id(&value), "--output", "plan.txt", "--report", "json=report.json"]);
    let text = |name| std::fs::read_to_string(repository.path(name)).unwrap();
    assert!(run.out.is_empty() && text("plan.txt").contains("Amend the commit"));
    check_report(&serde_json::from_str(&text("report.json")).unwrap());
}

#[test]
fn a_plan_says_what_it_could_not_see() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    let value = made_up_key(1);
    repository.put("a.env", leak(&value));
    repository.put("a.env", "gone=1\n");
    let tree = repository.git(&["rev-parse", "HEAD~1^{tree}"]);
    std::fs::remove_file(repository.path(&format!(".git/objects/{}/{}", &tree[..2], &tree[2..]))).unwrap();
    let run = plan(&fixture, "r", &[&id(&value)]);
    assert!(run.out.contains("The audit is incomplete"), "{}{}", run.out, run.err);
    let shallow = fixture.repository("s");
    shallow.put("a.env", leak(&value));
    let head = shallow.put("b.txt", "b\n");
    shallow.write(".git/shallow", format!("{head}\n"));
    let run = plan(&fixture, "s", &[&id(&value), "--allow-shallow"]);
    assert!(run.out.contains("git fetch --unshallow"), "{}{}", run.out, run.err);
}

#[test]
fn accepted_places_of_a_key_are_in_its_plan() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("README", "nothing\n");
    let value = made_up_key(1);
    repository.write("accepted.env", format!("# konceal:allow\n{}", leak(&value)));
    repository.put("b.env", leak(&value));
    let run = plan(&fixture, "r", &[&id(&value)]);
    assert!(run.out.contains("add -- 'accepted.env' 'b.env'"), "{}", run.out);
}
