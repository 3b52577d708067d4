//! The index: what a commit would add.

use crate::support::{Fixture, Run, leak, made_up_key};

fn staged(run: &Run) -> Vec<(String, u64, bool)> {
    let json = run.json();
    let findings = json["findings"].as_array().unwrap().iter().filter(|finding| finding["kind"] == "key");
    findings
        .map(|it| (it["path"].as_str().unwrap().into(), it["line"].as_u64().unwrap(), it["new"].as_bool().unwrap()))
        .collect()
}

#[test]
fn bytes_of_the_index_count_and_not_those_on_disk() {
    let (fixture, key) = (Fixture::new(), made_up_key(10));
    let repository = fixture.repository("repo");
    repository.put("a.txt", "one\n");
    repository.stage("a.txt", format!("one\n{}", leak(&key)));
    repository.write("a.txt", "one\n");
    let run = repository.konceal(&["scan", "--staged", "--format", "json"]);
    assert_eq!((run.code, staged(&run)), (1, vec![("a.txt".into(), 2, true)]));
}

#[test]
fn key_that_stood_in_the_file_or_in_the_one_it_was_renamed_from_is_no_news() {
    let (fixture, key) = (Fixture::new(), made_up_key(11));
    let repository = fixture.repository("repo");
    let rows = (0..40).map(|number| format!("row {number}\n")).collect::<Vec<_>>().concat();
    repository.put("old.txt", format!("{}{rows}", leak(&key)));
    repository.git(&["mv", "old.txt", "new.txt"]);
    repository.stage("new.txt", format!("top\n{}{rows}", leak(&key)));
    let run = repository.konceal(&["scan", "--staged", "--format", "json"]);
    assert_eq!((run.code, staged(&run)), (0, vec![("new.txt".into(), 2, false)]));
}

#[test]
fn copy_of_a_leaking_file_is_news() {
    let (fixture, key) = (Fixture::new(), made_up_key(12));
    let repository = fixture.repository("repo");
    repository.put("old.txt", leak(&key));
    repository.stage("copy.txt", leak(&key));
    let run = repository.konceal(&["scan", "--staged", "--format", "json"]);
    assert_eq!((run.code, staged(&run)), (1, vec![("copy.txt".into(), 1, true)]));
}

#[test]
fn intent_to_add_submodules_and_mode_changes_have_no_content() {
    let (fixture, key) = (Fixture::new(), made_up_key(13));
    let library = fixture.repository("library");
    library.put("l.txt", "x\n");
    let repository = fixture.repository("repo");
    repository.put("old.txt", leak(&key));
    repository.write("later.txt", leak(&key));
    repository.git(&["add", "-N", "later.txt"]);
    repository.git(&["update-index", "--chmod=+x", "old.txt"]);
    repository.git(&["submodule", "add", "-q", "../library", "library"]);
    let run = repository.konceal(&["scan", "--staged", "--format", "json"]);
    assert_eq!((run.code, staged(&run)), (0, vec![]), "{}", run.err);
    assert_eq!(run.json()["coverage"]["skipped"][0]["reason"], "submodule");
}

#[test]
fn attributes_that_hide_a_diff_change_nothing() {
    let (fixture, key) = (Fixture::new(), made_up_key(14));
    let repository = fixture.repository("repo");
    repository.put(".gitattributes", "*.txt -diff\n*.bin binary\n");
    repository.stage("a.txt", leak(&key));
    repository.stage("b.bin", [b"\0\0\n", leak(&key).as_bytes()].concat());
    let run = repository.konceal(&["scan", "--staged", "--format", "json"]);
    assert_eq!(staged(&run), vec![("a.txt".into(), 1, true), ("b.bin".into(), 2, true)]);
}

#[test]
fn each_side_of_a_conflict_is_examined() {
    let (fixture, key) = (Fixture::new(), made_up_key(15));
    let repository = fixture.repository("repo");
    repository.put("a.txt", "base\n");
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.put("a.txt", format!("side\n{}", leak(&key)));
    repository.git(&["checkout", "-q", "main"]);
    repository.put("a.txt", "main\n");
    assert_ne!(repository.try_git(&["merge", "-q", "side"]).code, 0);
    let run = repository.konceal(&["scan", "--staged", "--format", "json"]);
    // It stood in the branch that is being merged, so it is no news.
    assert_eq!((run.code, staged(&run)), (0, vec![("a.txt".into(), 2, false)]), "{}", run.err);
}

#[test]
fn split_and_sparse_indexes_are_read() {
    let (fixture, key) = (Fixture::new(), made_up_key(16));
    let repository = fixture.repository("repo");
    for folder in ["a", "b"] {
        repository.write(&format!("{folder}/x.txt"), "x\n");
    }
    repository.commit("base");
    repository.git(&["update-index", "--split-index"]);
    repository.stage("a/x.txt", leak(&key));
    let run = repository.konceal(&["scan", "--staged", "--format", "json"]);
    assert_eq!(staged(&run), vec![("a/x.txt".into(), 1, true)], "{}", run.err);
    repository.git(&["update-index", "--no-split-index"]);
    repository.git(&["commit", "-q", "--no-verify", "-m", "leak"]);
    repository.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "b"]);
    repository.stage("b/x.txt", leak(&key));
    let run = repository.konceal(&["scan", "--staged", "--format", "json"]);
    assert_eq!(staged(&run), vec![("b/x.txt".into(), 1, true)], "{}", run.err);
}

#[test]
fn large_commit_is_compared_folder_by_folder() {
    let (fixture, key) = (Fixture::new(), made_up_key(17));
    let repository = fixture.repository("repo");
    for number in 0..300 {
        repository.write(&format!("d{}/e{}/f{number}.txt", number % 7, number % 3), format!("{number}\n"));
    }
    repository.commit("base");
    repository.write("d3/e1/f10.txt", leak(&key));
    repository.write("d3/e1.txt", leak(&key));
    repository.write("d3-e1", leak(&key));
    repository.git(&["rm", "-rqf", "d4"]);
    repository.write("d4", leak(&key));
    repository.git(&["add", "-A"]);
    let listed = repository.git(&["diff", "--cached", "--name-only", "--no-renames", "--diff-filter=AM"]);
    let run = repository.konceal(&["scan", "--staged", "--format", "json"]);
    let found: Vec<String> = staged(&run).into_iter().map(|(path, ..)| path).collect();
    assert_eq!(found, listed.lines().collect::<Vec<_>>());
}

/// What a folder held was once forgotten where a file took its name, so that what had moved there counted as new.
#[test]
fn folder_that_became_a_file_and_file_that_became_a_folder_are_renames() {
    let (fixture, one, other) = (Fixture::new(), made_up_key(18), made_up_key(19));
    let repository = fixture.repository("repo");
    repository.write("folder/old.txt", leak(&one));
    repository.put("file", leak(&other));
    repository.git(&["mv", "folder/old.txt", "between"]);
    let _ = std::fs::remove_dir(repository.path("folder"));
    repository.git(&["mv", "between", "folder"]);
    repository.git(&["mv", "file", "between"]);
    std::fs::create_dir(repository.path("file")).unwrap();
    repository.git(&["mv", "between", "file/new.txt"]);
    let run = repository.konceal(&["scan", "--staged", "--format", "json"]);
    let wanted = vec![("file/new.txt".into(), 1, false), ("folder".into(), 1, false)];
    assert_eq!((run.code, staged(&run)), (0, wanted), "{}", run.err);
}
