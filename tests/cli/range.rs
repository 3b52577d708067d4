//! `scan --range`.

use serde_json::Value;

use crate::support::{Fixture, Repository, Run, codes, keys, leak, made_up_key, only};

fn range(repository: &Repository<'_>, range: &str) -> Run {
    repository.konceal(&["scan", "--format", "json", "--no-known-keys", "--range", range])
}

fn base(fixture: &Fixture) -> Repository<'_> {
    let repository = fixture.repository("repo");
    repository.put("a.txt", "one\ntwo\n");
    repository.git(&["tag", "base"]);
    repository
}

#[test]
fn what_a_range_adds_and_removes_again_is_found() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.put("old.txt", leak(&made_up_key(1)));
    repository.git(&["tag", "-f", "base"]);
    let commit = repository.put("in.txt", format!("x\n{}", leak(&made_up_key(2))));
    repository.git(&["rm", "-q", "in.txt"]);
    repository.commit("gone");
    let found = only(&range(&repository, "base..HEAD"));
    assert_eq!(
        (&found["path"], &found["line"], &found["commit"]["oid"]),
        (&"in.txt".into(), &2.into(), &commit.into())
    );
    assert_eq!((&found["source"], found.get("in_head"), found.get("reach")), (&"range".into(), None, None));
}

#[test]
fn renamed_files_bring_nothing_new_exact_or_half_alike() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    let text = format!("{}{}", "some row of text\n".repeat(30), leak(&made_up_key(1)));
    repository.put("old.txt", &text);
    repository.git(&["tag", "-f", "base"]);
    repository.git(&["mv", "old.txt", "exact.txt"]);
    repository.commit("exact");
    repository.git(&["mv", "exact.txt", "edited.txt"]);
    repository.put("edited.txt", format!("{text}{}", "another row of it\n".repeat(15)));
    assert_eq!(range(&repository, "base..HEAD").code, 0);
    repository.git(&["rm", "-q", "edited.txt"]);
    repository.put("other.txt", format!("{}{}", "nothing of the kind\n".repeat(60), leak(&made_up_key(1))));
    assert_eq!(only(&range(&repository, "base..HEAD"))["path"], "other.txt");
}

#[test]
fn a_copy_is_new() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.put("old.txt", leak(&made_up_key(1)));
    repository.git(&["tag", "-f", "base"]);
    repository.put("copy.txt", leak(&made_up_key(1)));
    assert_eq!(only(&range(&repository, "base..HEAD"))["path"], "copy.txt");
}

#[test]
fn an_unrelated_edit_of_a_leaking_file_brings_nothing_new() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.put("x.txt", leak(&made_up_key(1)));
    repository.git(&["tag", "-f", "base"]);
    repository.put("x.txt", format!("edited\n{}", leak(&made_up_key(1))));
    assert_eq!(range(&repository, "base..HEAD").code, 0);
    let commit = repository.put("x.txt", format!("edited\n{}{}", leak(&made_up_key(1)), leak(&made_up_key(2))));
    assert_eq!(only(&range(&repository, "base..HEAD"))["commit"]["oid"], commit);
}

#[test]
fn merges_are_blamed_for_what_they_add_themselves_only() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.git(&["checkout", "-q", "-b", "side"]);
    let brought = repository.put("s.txt", leak(&made_up_key(1)));
    repository.git(&["checkout", "-q", "main"]);
    repository.put("m.txt", "main\n");
    repository.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
    repository.write("a.txt", leak(&made_up_key(2)));
    let merge = repository.commit("merge");
    let found = keys(&range(&repository, "base..HEAD"));
    let commits: Vec<(&Value, &Value)> = found.iter().map(|it| (&it["path"], &it["commit"]["oid"])).collect();
    assert_eq!(commits, [(&"a.txt".into(), &merge.into()), (&"s.txt".into(), &brought.into())]);
    // From the side branch's tip on, only the merge's own addition is left.
    assert_eq!(only(&range(&repository, "side..HEAD"))["path"], "a.txt");
}

#[test]
fn three_dots_begin_at_the_merge_base_in_criss_cross_histories_too() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.git(&["checkout", "-q", "-b", "topic"]);
    repository.put("t.txt", leak(&made_up_key(1)));
    repository.git(&["checkout", "-q", "main"]);
    repository.put("m.txt", leak(&made_up_key(2)));
    let (main, topic) = (repository.git(&["rev-parse", "main"]), repository.git(&["rev-parse", "topic"]));
    repository.git(&["merge", "-q", "-m", "one way", &topic]);
    repository.git(&["checkout", "-q", "topic"]);
    repository.git(&["merge", "-q", "-m", "other way", &main]);
    assert_eq!(range(&repository, "main...topic").code, 0);
    let commit = repository.put("new.txt", leak(&made_up_key(3)));
    assert_eq!(only(&range(&repository, "main...topic"))["commit"]["oid"], commit);
    assert_eq!(only(&range(&repository, "main..topic"))["commit"]["oid"], commit);
}

#[test]
fn unrelated_histories_are_scanned_whole() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.git(&["checkout", "-q", "--orphan", "other"]);
    repository.put("x.txt", leak(&made_up_key(1)));
    assert_eq!(only(&range(&repository, "main...other"))["path"], "x.txt");
}

#[test]
fn what_comes_again_is_told_beside_the_first() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    let first = repository.put("x.txt", leak(&made_up_key(1)));
    repository.put("x.txt", "gone\n");
    let again = repository.put("x.txt", leak(&made_up_key(1)));
    let found = only(&range(&repository, "base..HEAD"));
    assert_eq!((&found["commit"]["oid"], &found["also_at_total"]), (&first.into(), &1.into()));
    assert_eq!(found["also_at"][0]["commit"], again);
}

#[test]
fn messages_of_the_range_are_searched_and_older_ones_are_not() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.commit(&format!("old {}", leak(&made_up_key(1))));
    repository.git(&["tag", "-f", "base"]);
    let commit = repository.commit(&format!("new\n\n{}", leak(&made_up_key(2))));
    let found = only(&range(&repository, "base..HEAD"));
    assert_eq!((&found["object"]["kind"], &found["line"]), (&"commit-message".into(), &3.into()));
    assert_eq!((&found["commit"]["oid"], &found["object"]["oid"]), (&commit.clone().into(), &commit.into()));
}

#[test]
fn lying_dates_do_not_bring_old_commits_back() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.write("x.txt", leak(&made_up_key(1)));
    repository.git(&["add", "-A"]);
    // The old leak claims to be from the future, the new commits to be from long ago.
    repository.git_dated("2035-01-01T00:00:00 +0000", &["commit", "-qm", "future"]);
    repository.git(&["tag", "-f", "base"]);
    for name in ["one", "two", "three"] {
        repository.git_dated("2001-01-01T00:00:00 +0000", &["commit", "-q", "--allow-empty", "-m", name]);
    }
    let run = range(&repository, "base..HEAD");
    assert_eq!((run.code, &run.json()["coverage"]["objects"]), (0, &3.into()));
    repository.git(&["checkout", "-q", "-b", "side", "base"]);
    repository.put("y.txt", "y\n");
    assert_eq!(range(&repository, "main..side").code, 0);
}

#[test]
fn a_change_cannot_switch_off_its_own_scan() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.write(".konceal.toml", "exclude = [\"*\"]\nfail-on = \"never\"\n");
    repository.put("x.txt", leak(&made_up_key(1)));
    assert_eq!(only(&range(&repository, "base..HEAD"))["path"], "x.txt");
    repository.git(&["tag", "-f", "base"]);
    repository.put("x.txt", leak(&made_up_key(2)));
    let run = range(&repository, "base..HEAD");
    assert_eq!((run.code, codes(&run)), (0, vec!["excluded".into()]));
}

#[test]
fn acceptance_that_the_range_adds_counts_and_is_told() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    let key = made_up_key(1);
    repository.put("x.txt", leak(&key));
    let fingerprint = only(&range(&repository, "base..HEAD"))["fingerprint"].as_str().unwrap().to_owned();
    let baseline = format!("{{\"version\": 1, \"entries\": [{{\"fingerprint\": \"{fingerprint}\"}}]}}\n");
    repository.put(".konceal-baseline.json", baseline);
    let run = range(&repository, "base..HEAD");
    assert_eq!((run.code, codes(&run)), (0, vec!["accepted-in-range".into()]));
    assert_eq!(run.json()["notices"][0]["path"], "x.txt");
    repository.put("x.txt", "gone\n");
    repository.git(&["tag", "-f", "base"]);
    repository.put("x.txt", leak(&key));
    let run = range(&repository, "base..HEAD");
    assert_eq!((run.code, codes(&run), &run.json()["suppressed"]["baseline"]), (0, vec![], &1.into()));
    repository.git(&["tag", "-f", "base"]);
    repository.put("y.py", format!("KONVER_API_KEY = \"{key}\"  # konceal:allow\n"));
    let run = range(&repository, "base..HEAD");
    assert_eq!((run.code, codes(&run)), (0, vec!["accepted-in-range".into()]));
}

#[test]
fn dotenv_files_are_reported_where_the_range_adds_or_worsens_them() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    let files = |run: &Run| {
        let json = run.json();
        let findings = json["findings"].as_array().unwrap().iter().filter(|it| it["kind"] == "file");
        findings.map(|it| (it["severity"].clone(), it["commit"]["oid"].clone())).collect::<Vec<_>>()
    };
    let added = repository.put(".env", "PORT=1\n");
    assert_eq!(files(&range(&repository, "base..HEAD")), [("low".into(), added.into())]);
    repository.git(&["tag", "-f", "base"]);
    repository.put(".env", "PORT=2\n");
    assert_eq!(files(&range(&repository, "base..HEAD")), []);
    let worse = repository.put(".env", format!("PORT=2\nDB_PASSWORD={}\n", made_up_key(9)));
    assert_eq!(files(&range(&repository, "base..HEAD")), [("medium".into(), worse.into())]);
    repository.git(&["tag", "-f", "base"]);
    repository.git(&["mv", ".env", "prod.env"]);
    repository.commit("rename");
    assert_eq!(files(&range(&repository, "base..HEAD")), []);
    repository.put("prod.env", leak(&made_up_key(1)));
    let run = range(&repository, "base..HEAD");
    assert_eq!((files(&run), keys(&run).len()), (vec![], 1));
}

#[test]
fn a_range_that_reaches_a_shallow_edge_says_so_and_one_that_does_not_is_silent() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    for at in 0..5 {
        repository.put("x.txt", format!("{at}\n"));
    }
    repository.git(&["branch", "side", "HEAD~4"]);
    let url = format!("file://{}", repository.path("").display());
    let at = fixture.path("clone");
    repository.git(&["clone", "-q", "--no-single-branch", "--depth", "2", &url, at.to_str().unwrap()]);
    let clone = fixture.at("clone");
    let run = range(&clone, "HEAD~1..HEAD");
    assert_eq!((run.code, codes(&run), &run.json()["coverage"]["shallow"]), (0, vec![], &true.into()));
    let run = range(&clone, "origin/side..HEAD");
    assert_eq!((run.code, codes(&run)), (2, vec!["shallow-history".into()]));
    let id = repository.git(&["rev-parse", "HEAD~3"]);
    let run = range(&clone, &format!("{id}..HEAD"));
    assert!(run.code == 2 && run.err.contains(&id[..12]) && run.out.is_empty(), "{}", run.err);
}

#[test]
fn other_forms_are_no_ranges() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    for form in ["HEAD", "HEAD^!", "..HEAD", "HEAD..", "...", "a..b..c", "HEAD....HEAD", ""] {
        let run = range(&repository, form);
        assert!(run.code == 2 && run.out.is_empty() && !run.err.is_empty(), "{form}: {} {}", run.code, run.err);
    }
    let run = range(&repository, "nonsense..HEAD");
    assert!(run.code == 2 && run.err.contains("nonsense"), "{}", run.err);
    assert_eq!(range(&repository, "HEAD..HEAD").code, 0);
}

#[test]
fn a_missing_blob_of_the_range_is_an_error() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.put("x.txt", "lost\n");
    let blob = repository.git(&["rev-parse", "HEAD:x.txt"]);
    std::fs::remove_file(repository.path(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..]))).unwrap();
    let run = range(&repository, "base..HEAD");
    assert_eq!((run.code, codes(&run)), (2, vec!["missing-object".into()]));
    assert_eq!(run.json()["notices"][0]["path"], "x.txt");
}
