//! `scan --history`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Fixture, Repository, Run, codes, keys, leak, made_up, made_up_key, only};

fn history(repository: &Repository<'_>, more: &[&str]) -> Run {
    repository.konceal(&[&["scan", "--format", "json", "--no-known-keys", "--history"], more].concat())
}

fn base(fixture: &Fixture) -> Repository<'_> {
    let repository = fixture.repository("repo");
    repository.put("a.txt", "one\ntwo\n");
    repository
}

fn clone_of<'a>(fixture: &'a Fixture, repository: &Repository<'_>, name: &str, args: &[&str]) -> Repository<'a> {
    let url = format!("file://{}", repository.path("").display());
    let at = fixture.path(name);
    let at = at.to_str().unwrap();
    repository.git(&[&["clone", "-q"], args, &[url.as_str(), at]].concat());
    fixture.at(name)
}

#[test]
fn a_key_that_was_removed_is_found_with_its_commit_loose_and_packed() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = base(&fixture);
    let commit = repository.put("conf/x.txt", format!("a\n{}", leak(&key)));
    repository.put("conf/x.txt", "a\n");
    let loose = only(&history(&repository, &[]));
    repository.git(&["repack", "-adq"]);
    assert_eq!(only(&history(&repository, &[])), loose);
    assert_eq!((&loose["path"], &loose["line"]), (&"conf/x.txt".into(), &2.into()));
    assert_eq!((&loose["commit"]["oid"], &loose["in_head"]), (&commit.into(), &false.into()));
    assert_eq!((&loose["reach"], &loose["object"]["kind"]), (&"ref".into(), &"blob".into()));
}

#[test]
fn every_version_in_long_delta_chains_is_searched() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    let rows: Vec<String> = (0..400).map(|row| format!("row {row} {}\n", made_up(row, 30, b"abcdefgh "))).collect();
    for version in 0..40 {
        let text = rows.concat().replace(&rows[version * 7], &leak(&made_up_key(version as u64)));
        repository.put("big.txt", text);
    }
    repository.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    let chains = repository.git(&["count-objects", "-v"]);
    assert!(chains.contains("count: 0"), "{chains}");
    let found = keys(&history(&repository, &[]));
    let ids: BTreeSet<&str> = found.iter().filter_map(|it| it["secret"]["key_id"].as_str()).collect();
    assert_eq!((found.len(), ids.len()), (40, 40));
    for threads in ["1", "3"] {
        assert_eq!(keys(&history(&repository, &["--threads", threads])), found);
    }
}

#[test]
fn an_evil_merge_introduces_only_what_it_adds_itself() {
    let (fixture, side, evil) = (Fixture::new(), made_up_key(1), made_up_key(2));
    let repository = base(&fixture);
    repository.git(&["checkout", "-q", "-b", "side"]);
    let brought = repository.put("s.txt", leak(&side));
    repository.git(&["checkout", "-q", "main"]);
    repository.put("m.txt", "main\n");
    repository.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
    repository.write("a.txt", leak(&evil));
    let merge = repository.commit("merge");
    let found = keys(&history(&repository, &[]));
    let commits: Vec<(&Value, &Value)> = found.iter().map(|it| (&it["path"], &it["commit"]["oid"])).collect();
    assert_eq!(commits, [(&"a.txt".into(), &merge.into()), (&"s.txt".into(), &brought.into())]);
    assert!(found.iter().all(|it| it["also_at_total"].as_u64().unwrap_or(0) == 0));
}

#[test]
fn a_move_introduces_the_new_path_and_a_return_is_told_beside_the_first() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = base(&fixture);
    let first = repository.put("old.txt", leak(&key));
    repository.git(&["mv", "old.txt", "new.txt"]);
    let moved = repository.commit("move");
    repository.put("new.txt", "gone\n");
    let again = repository.put("new.txt", format!("x\n{}", leak(&key)));
    let found = keys(&history(&repository, &[]));
    assert_eq!(found.len(), 2);
    assert_eq!((&found[0]["path"], &found[0]["commit"]["oid"]), (&"new.txt".into(), &moved.into()));
    assert_eq!((&found[0]["line"], &found[0]["in_head"]), (&1.into(), &true.into()));
    assert_eq!(found[0]["also_at_total"], 1);
    assert_eq!(
        (&found[0]["also_at"][0]["path"], &found[0]["also_at"][0]["commit"]),
        (&"new.txt".into(), &again.into())
    );
    assert_eq!((&found[1]["commit"]["oid"], &found[1]["in_head"]), (&first.into(), &false.into()));
}

#[test]
fn topology_beats_lying_dates() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = base(&fixture);
    let first = repository.put("x.txt", leak(&key));
    repository.put("x.txt", "gone\n");
    repository.write("x.txt", leak(&key));
    repository.git(&["add", "-A"]);
    let tree = repository.git(&["write-tree"]);
    // A child that says it is older than its parents.
    let again = repository.git_dated("2001-01-01T00:00:00 +0000", &["commit-tree", &tree, "-p", "HEAD", "-m", "again"]);
    repository.git(&["update-ref", "HEAD", &again]);
    let found = only(&history(&repository, &[]));
    assert_eq!((&found["commit"]["oid"], &found["also_at"][0]["commit"]), (&first.into(), &again.into()));
}

#[test]
fn stashes_the_older_ones_and_their_untracked_files_are_found() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    for (seed, name) in [(1, "a.txt"), (2, "untracked.txt"), (3, "a.txt")] {
        repository.write(name, leak(&made_up_key(seed)));
        repository.git(&["stash", "-q", "-u"]);
    }
    let found = keys(&history(&repository, &[]));
    let reach = |it: &Value| (it["path"].as_str().unwrap().to_owned(), it["reach"].as_str().unwrap().to_owned());
    let reaches: BTreeSet<(String, String)> = found.iter().map(reach).collect();
    let wanted = [("a.txt", "ref"), ("a.txt", "reflog"), ("untracked.txt", "reflog")];
    assert_eq!(reaches, wanted.map(|(path, reach)| (path.to_owned(), reach.to_owned())).into());
    assert!(found.iter().all(|it| it["in_head"] == false));
}

#[test]
fn amended_away_is_reached_by_the_reflog_and_then_by_nothing() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = base(&fixture);
    let commit = repository.put("x.txt", leak(&key));
    repository.write("x.txt", "clean\n");
    repository.git(&["commit", "-aq", "--amend", "-m", "clean"]);
    let found = only(&history(&repository, &[]));
    assert_eq!((&found["reach"], &found["commit"]["oid"]), (&"reflog".into(), &commit.clone().into()));
    repository.git(&["reflog", "expire", "--expire=now", "--all"]);
    let found = only(&history(&repository, &[]));
    assert_eq!((&found["reach"], &found["commit"]["oid"]), (&"unreachable".into(), &commit.into()));
}

#[test]
fn a_staged_blob_that_no_tree_names_has_no_path_and_yields_to_others() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = base(&fixture);
    repository.stage("x.txt", leak(&key));
    let found = only(&history(&repository, &[]));
    assert_eq!((found.get("path"), found.get("commit")), (None, None));
    assert_eq!((&found["reach"], &found["object"]["kind"]), (&"unreachable".into(), &"blob".into()));
    repository.stage("x.txt", format!("# again\n{}", leak(&key)));
    let commit = repository.commit("x");
    let found = only(&history(&repository, &[]));
    assert_eq!((&found["path"], &found["commit"]["oid"]), (&"x.txt".into(), &commit.into()));
}

#[test]
fn notes_name_the_commit_that_wrote_them_and_code_is_no_note() {
    let (fixture, key, both) = (Fixture::new(), made_up_key(1), made_up_key(2));
    let repository = base(&fixture);
    repository.git(&["notes", "add", "-m", &format!("deploy {}", leak(&key))]);
    let writer = repository.git(&["rev-parse", "refs/notes/commits"]);
    repository.put("x.txt", leak(&both));
    let blob = repository.git(&["rev-parse", "HEAD:x.txt"]);
    repository.git(&["notes", "add", "-C", &blob]);
    let found = keys(&history(&repository, &[]));
    assert_eq!(found.len(), 2, "{found:#?}");
    let (note, file) = (&found[0], &found[1]);
    assert_eq!((&note["object"]["kind"], note.get("path")), (&"note".into(), None));
    assert_eq!((&note["commit"]["oid"], &note["reach"]), (&writer.into(), &"ref".into()));
    assert_eq!((&file["object"]["kind"], &file["path"]), (&"blob".into(), &"x.txt".into()));
}

#[test]
fn messages_headers_tags_and_names_are_searched() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    let line = |seed: u64| leak(&made_up_key(seed)).trim().to_owned();
    let first = repository.commit(&format!("subject\n\n{}", line(1)));
    let again = repository.commit(&format!("{}\n", line(1)));
    repository.git(&[
        "-c",
        &format!("user.name={}", line(2)),
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "by",
        "--author",
        &format!("{} <a@b>", line(2)),
    ]);
    repository.git(&["tag", "-a", "-m", &format!("release\n\n{}", line(3)), "v1"]);
    repository.git(&["tag", "-a", "-m", "outer", "v2", "v1"]);
    repository.git(&["branch", &format!("deploy/{}", line(4))]);
    let run = history(&repository, &[]);
    let found = keys(&run);
    let kinds: Vec<(&str, Option<u64>)> =
        found.iter().map(|it| (it["object"]["kind"].as_str().unwrap(), it["line"].as_u64())).collect();
    let mut sorted = kinds.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        [("commit-message", Some(1)), ("commit-message", Some(3)), ("ref-name", None), ("tag-message", Some(3))]
    );
    let message = found.iter().find(|it| it["line"] == 3 && it["object"]["kind"] == "commit-message").unwrap();
    assert_eq!((&message["commit"]["oid"], &message["also_at"][0]["oid"]), (&first.into(), &again.into()));
    let tag = found.iter().find(|it| it["object"]["kind"] == "tag-message").unwrap();
    assert_eq!(tag["object"]["name"], "refs/tags/v1");
    assert!(found.iter().all(|it| it.get("path").is_none() && it["reach"] == "ref"));
}

#[test]
fn tags_of_trees_and_blobs_are_followed() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.write("blob.txt", leak(&made_up_key(1)));
    let blob = repository.git(&["hash-object", "-w", "blob.txt"]);
    repository.git(&["tag", "-a", "-m", "a blob", "blob", &blob]);
    repository.write("blob.txt", leak(&made_up_key(2)));
    repository.git(&["add", "blob.txt"]);
    let tree = repository.git(&["write-tree"]);
    repository.git(&["tag", "tree", &tree]);
    let found = keys(&history(&repository, &[]));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().all(|it| it["reach"] == "ref" && it.get("commit").is_none()));
    assert_eq!((found[0].get("path"), &found[1]["path"]), (None, &"blob.txt".into()));
}

#[test]
fn heads_of_linked_worktrees_count_and_replacements_do_not() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = base(&fixture);
    let linked = repository.path("../linked");
    repository.git(&["worktree", "add", "-q", "--detach", linked.to_str().unwrap()]);
    let linked = fixture.at("linked");
    let commit = linked.put("x.txt", leak(&key));
    std::fs::remove_dir_all(repository.path(".git/worktrees/linked/logs")).unwrap();
    let clean = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["replace", &commit, &clean]);
    repository.git(&["replace", "-d", &commit]);
    repository.git(&["update-ref", &format!("refs/replace/{commit}"), &clean]);
    for at in [&repository, &linked] {
        let found = only(&history(at, &[]));
        assert_eq!((&found["reach"], &found["commit"]["oid"]), (&"ref".into(), &commit.clone().into()));
    }
    assert_eq!(only(&history(&linked, &[]))["in_head"], true);
}

#[test]
fn a_revision_limits_the_scan_to_what_it_reaches() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    let tag = format!("tag {}", leak(&made_up_key(3)));
    repository.put("old.txt", leak(&made_up_key(1)));
    repository.git(&["tag", "-a", "-m", &tag, "v1"]);
    repository.put("new.txt", leak(&made_up_key(2)));
    let paths = |run: &Run| keys(run).iter().map(|it| it["path"].as_str().map(str::to_owned)).collect::<Vec<_>>();
    assert_eq!(paths(&history(&repository, &["HEAD~1"])), [Some("old.txt".to_owned())]);
    assert_eq!(paths(&history(&repository, &["v1"])), [None, Some("old.txt".to_owned())]);
    let found = only(&history(&repository, &["HEAD~1"]));
    assert_eq!((&found["in_head"], &found["reach"]), (&true.into(), &"ref".into()));
    let objects = |revision: &str| repository.git(&["rev-list", "--objects", revision]).lines().count() as u64;
    let covered = history(&repository, &["HEAD"]).json()["coverage"]["objects"].as_u64().unwrap();
    assert_eq!(covered, objects("HEAD"));
    let run = repository.konceal(&["scan", "--history", "nonsense"]);
    assert!(run.code == 2 && run.err.contains("nonsense"), "{}", run.err);
}

#[test]
fn every_object_counts_once() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    for version in 0..5 {
        repository.put("x.txt", format!("version {version}\n"));
    }
    repository.git(&["repack", "-q"]);
    repository.put("y.txt", "y\n");
    repository.git(&["repack", "-aq"]);
    repository.put("z.txt", "z\n");
    let all = repository.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objecttype)"]);
    let run = history(&repository, &[]);
    let coverage = &run.json()["coverage"];
    assert_eq!(coverage["objects"], all.lines().count());
    assert_eq!(coverage["blobs"], all.lines().filter(|kind| *kind == "blob").count());
    assert_eq!((run.code, &coverage["complete"]), (0, &true.into()));
}

#[test]
fn a_shallow_edge_is_an_error_unless_allowed() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.put("x.txt", leak(&made_up_key(1)));
    repository.put("x.txt", "clean\n");
    let clone = clone_of(&fixture, &repository, "shallow", &["--depth", "1"]);
    let run = history(&clone, &[]);
    assert_eq!((run.code, codes(&run)), (2, vec!["shallow-history".into()]));
    let run = history(&clone, &["--allow-shallow"]);
    assert_eq!((run.code, codes(&run)), (0, vec!["shallow-allowed".into()]));
    assert_eq!(run.json()["coverage"]["shallow"], true);
    let whole = clone_of(&fixture, &repository, "whole", &["--depth", "100"]);
    assert_eq!(history(&whole, &[]).code, 1);
}

#[test]
fn missing_objects_of_a_partial_clone_are_counted_once_each_and_never_fetched() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.put("x.txt", "one\n");
    repository.put("x.txt", "two\n");
    repository.put("y.txt", "three\n");
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = clone_of(&fixture, &repository, "partial", &["--filter=blob:none", "--no-checkout"]);
    for _ in 0..2 {
        let run = history(&clone, &[]);
        let json = run.json();
        assert_eq!((run.code, codes(&run)), (2, vec!["missing-object".into()]));
        assert_eq!(json["notices"][0]["count"], 4);
        assert_eq!(json["coverage"]["skipped"][0]["count"], 4);
    }
}

#[test]
fn what_only_garbage_misses_is_not_missing() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.put("x.txt", "garbage\n");
    let blob = repository.git(&["rev-parse", "HEAD:x.txt"]);
    let remove =
        || std::fs::remove_file(repository.path(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..]))).unwrap();
    remove();
    let run = history(&repository, &[]);
    assert_eq!((run.code, codes(&run)), (2, vec!["missing-object".into()]));
    repository.git(&["update-ref", "HEAD", "HEAD~1"]);
    repository.git(&["reflog", "expire", "--expire=now", "--all"]);
    assert_eq!(history(&repository, &[]).code, 0);
}

#[test]
fn a_damaged_pack_loses_what_is_damaged_and_no_more() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = fixture.repository("repo");
    let noise = made_up(7, 20_000, b"abcdefghijklmnopqrstuvwxyz0123456789");
    repository.put("noise.txt", &noise);
    repository.put("x.txt", leak(&key));
    repository.git(&["repack", "-adfq"]);
    let packs = std::fs::read_dir(repository.path(".git/objects/pack")).unwrap();
    let pack = packs.map(|file| file.unwrap().path()).find(|file| file.extension().unwrap() == "pack").unwrap();
    let verify = repository.git(&["verify-pack", "-v", pack.with_extension("idx").to_str().unwrap()]);
    let blob = repository.git(&["rev-parse", "HEAD:noise.txt"]);
    let line = verify.lines().find(|line| line.starts_with(&blob)).unwrap();
    let offset: usize = line.split_whitespace().nth(4).unwrap().parse().unwrap();
    let mut bytes = std::fs::read(&pack).unwrap();
    bytes[offset + 3000] ^= 0x55;
    let mut permissions = pack.metadata().unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
    std::fs::set_permissions(&pack, permissions).unwrap();
    std::fs::write(&pack, bytes).unwrap();
    let run = history(&repository, &[]);
    assert_eq!((run.code, codes(&run)), (1, vec!["corrupt-object".into()]));
    assert!(run.json()["notices"][0]["message"].as_str().unwrap().contains(&blob[..12]));
    assert_eq!(keys(&run).len(), 1);
    assert_eq!(run.json()["coverage"]["complete"], false);
}

#[test]
fn a_damaged_loose_object_is_an_error() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    let blob = repository.git(&["rev-parse", "HEAD:a.txt"]);
    let file = repository.path(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..]));
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, "no zlib").unwrap();
    let run = history(&repository, &[]);
    assert_eq!((run.code, codes(&run)), (2, vec!["corrupt-object".into()]));
}

#[test]
fn of_a_shared_store_only_what_own_refs_reach_is_taken() {
    let fixture = Fixture::new();
    let strangers = base(&fixture);
    strangers.put("mine.txt", leak(&made_up_key(1)));
    let at = fixture.path("clone");
    strangers.git(&["clone", "-q", "--shared", ".", at.to_str().unwrap()]);
    let clone = fixture.at("clone");
    strangers.put("theirs.txt", leak(&made_up_key(2)));
    let run = history(&clone, &[]);
    assert_eq!(only(&run)["path"], "mine.txt");
    assert_eq!(codes(&run), ["shared-object-store"]);
    clone.put("own.txt", leak(&made_up_key(3)));
    clone.git(&["reset", "-q", "--hard", "HEAD~1"]);
    clone.git(&["reflog", "expire", "--expire=now", "--all"]);
    let found = keys(&history(&clone, &[]));
    let reaches: Vec<(&Value, &Value)> = found.iter().map(|it| (&it["path"], &it["reach"])).collect();
    assert_eq!(reaches, [(&"mine.txt".into(), &"ref".into()), (&"own.txt".into(), &"unreachable".into())]);
}

#[test]
fn excludes_limits_and_pointers_are_noted() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.put("vendor/x.txt", leak(&made_up_key(1)));
    repository.put("big.txt", format!("{}{}", "row\n".repeat(500), leak(&made_up_key(2))));
    let oid = "0".repeat(64);
    repository.put("p.bin", format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 5\n"));
    repository.put(".konceal.toml", "exclude = [\"vendor/**\"]\n");
    let run = history(&repository, &["--max-file-size", "1KiB"]);
    let mut codes = codes(&run);
    codes.sort();
    assert_eq!((run.code, codes), (0, vec!["above-max-file-size".into(), "excluded".into(), "lfs-pointer".into()]));
}

#[test]
fn dotenv_files_of_head_are_reported_and_old_ones_are_not() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.put("old/.env", "A=1\n");
    repository.git(&["rm", "-q", "old/.env"]);
    repository.put("app/.env", "PORT=1\n");
    let run = history(&repository, &["--fail-on", "low"]);
    let json = run.json();
    let found: Vec<(&Value, &Value)> =
        json["findings"].as_array().unwrap().iter().map(|it| (&it["kind"], &it["path"])).collect();
    assert_eq!((run.code, found), (1, vec![(&"file".into(), &"app/.env".into())]));
}

#[test]
fn in_a_bare_repository_configuration_and_baseline_are_those_of_head() {
    let fixture = Fixture::new();
    let repository = base(&fixture);
    repository.put("vendor/x.txt", leak(&made_up_key(1)));
    repository.put("y.txt", leak(&made_up_key(2)));
    repository.put(".konceal.toml", "exclude = [\"vendor/**\"]\n");
    let bare = clone_of(&fixture, &repository, "bare.git", &["--bare"]);
    assert_eq!(only(&history(&bare, &[]))["path"], "y.txt");
}

#[test]
fn an_accepted_line_is_accepted_in_history_too() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = base(&fixture);
    repository.put("x.py", format!("KONVER_API_KEY = \"{key}\"  # konceal:allow rotated\n"));
    let run = history(&repository, &[]);
    assert_eq!((run.code, &run.json()["suppressed"]["inline"]), (0, &1.into()));
}

#[test]
fn trees_that_hold_themselves_over_and_over_come_to_an_end() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = base(&fixture);
    repository.write("leak.txt", leak(&key));
    let blob = repository.git(&["hash-object", "-w", "leak.txt"]);
    let mut tree = repository.tree(&(0..10).map(|at| format!("100644 blob {blob}\tf{at}")).collect::<Vec<_>>());
    for _ in 0..9 {
        tree = repository.tree(&(0..10).map(|at| format!("040000 tree {tree}\td{at}")).collect::<Vec<_>>());
    }
    let commit = repository.git(&["commit-tree", &tree, "-m", "bomb"]);
    repository.git(&["update-ref", "refs/heads/bomb", &commit]);
    let run = history(&repository, &["--max-file-size", "8"]);
    assert_eq!((run.code, codes(&run)), (0, vec!["above-max-file-size".into()]));
}

#[test]
fn a_thousand_folders_deep_is_no_matter() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = base(&fixture);
    repository.write("leak.txt", leak(&key));
    let blob = repository.git(&["hash-object", "-w", "leak.txt"]);
    let mut tree = repository.tree(&[format!("100644 blob {blob}\tf")]);
    for _ in 0..300 {
        tree = repository.tree(&[format!("040000 tree {tree}\td")]);
    }
    let commit = repository.git(&["commit-tree", &tree, "-m", "deep"]);
    repository.git(&["update-ref", "refs/heads/deep", &commit]);
    let found = only(&history(&repository, &[]));
    assert_eq!(found["path"], format!("{}f", "d/".repeat(300)));
    assert_eq!(found["commit"]["oid"], commit);
}

#[test]
fn an_empty_repository_is_clean() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    let run = history(&repository, &[]);
    assert_eq!((run.code, &run.json()["coverage"]["objects"]), (0, &0.into()));
}

#[test]
fn a_head_that_is_missing_is_an_error_and_the_rest_is_scanned() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = base(&fixture);
    repository.put("x.txt", leak(&key));
    let head = repository.put("y.txt", "y\n");
    std::fs::remove_file(repository.path(&format!(".git/objects/{}/{}", &head[..2], &head[2..]))).unwrap();
    let run = history(&repository, &["--fail-on", "never"]);
    assert!(run.code == 2 && codes(&run).contains(&"missing-object".into()), "{} {}", run.code, run.out);
    assert_eq!(keys(&run)[0]["path"], "x.txt");
}
