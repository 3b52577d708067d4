//! The working tree.

use std::collections::BTreeSet;

use crate::support::{Fixture, leak, made_up_key};

#[test]
fn tracked_file_that_gitignore_names_is_scanned() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    let repository = fixture.repository("repo");
    repository.write(".gitignore", ".env\n");
    repository.put(".env", leak(&key));
    let run = repository.konceal(&["scan", "--format", "json"]);
    assert_eq!((run.code, run.places("key")), (1, vec![(".env".into(), 1)]));
}

#[test]
fn ignored_untracked_file_is_not_scanned_unless_named() {
    let (fixture, key) = (Fixture::new(), made_up_key(2));
    let repository = fixture.repository("repo");
    repository.put(".gitignore", "build/\n");
    repository.write("build/out.txt", leak(&key));
    assert_eq!(repository.konceal(&["scan"]).code, 0);
    let named = repository.konceal(&["scan", "--format", "json", "build/out.txt"]);
    assert_eq!((named.code, named.places("key")), (1, vec![("build/out.txt".into(), 1)]));
}

#[test]
fn untracked_files_are_those_that_git_does_not_ignore() {
    let (fixture, key) = (Fixture::new(), made_up_key(3));
    let repository = fixture.repository("repo");
    repository.write(
        ".gitignore",
        "*.log\n!keep.log\n/root-only\n\\#hash\ntrail\\ \n**/deep/*.tmp\nfolder/\n!folder/inside\na?c\n[xy].bin\n",
    );
    repository.write("sub/.gitignore", "!*.log\nlocal\n");
    repository.write(".git/info/exclude", "excluded\n");
    let names = [
        "a.log",
        "keep.log",
        "root-only",
        "sub/root-only",
        "#hash",
        "trail ",
        "x/deep/y.tmp",
        "deep/z.tmp",
        "folder/inside",
        "abc",
        "x.bin",
        "z.bin",
        "sub/b.log",
        "sub/local",
        "local",
        "excluded",
        "sub/excluded",
        "plain.txt",
        "é/ü.txt",
    ];
    for name in names {
        repository.write(name, leak(&key));
    }
    let listed = repository.git(&["-c", "core.quotePath=false", "ls-files", "--others", "--exclude-standard"]);
    let expected: BTreeSet<&str> = listed.lines().filter(|name| !name.ends_with(".gitignore")).collect();
    let run = repository.konceal(&["scan", "--format", "json"]);
    let found: BTreeSet<String> = run.places("key").into_iter().map(|(path, _)| path).collect();
    assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn whole_repository_is_scanned_from_a_subfolder_and_with_c() {
    let (fixture, key) = (Fixture::new(), made_up_key(4));
    let repository = fixture.repository("repo");
    repository.put("other/x.txt", leak(&key));
    repository.write("sub/y.txt", "y\n");
    let here = fixture.konceal("repo/sub", &["scan", "--format", "json"]);
    let there = fixture.konceal(".", &["scan", "--format", "json", "-C", "repo/sub"]);
    assert_eq!(here.places("key"), vec![("other/x.txt".into(), 1)]);
    assert_eq!(here.out, there.out);
}

#[test]
fn two_paths_that_give_one_path_are_refused() {
    let (fixture, key) = (Fixture::new(), made_up_key(5));
    fixture.write("a/x.txt", leak(&key));
    fixture.write("b/x.txt", "fine\n");
    let run = fixture.konceal(".", &["scan", "a", "b"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("x.txt"), "{}", run.err);
}

#[test]
fn deleted_file_and_linked_folder_are_no_errors() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.put("gone.txt", "x\n");
    std::fs::remove_file(repository.path("gone.txt")).unwrap();
    let run = repository.konceal(&["scan", "--format", "json", "--strict"]);
    assert_eq!(run.code, 0, "{}", run.err);
}

#[cfg(unix)]
#[test]
fn special_files_and_links_are_not_followed() {
    let (fixture, key) = (Fixture::new(), made_up_key(6));
    fixture.write("outside/o.txt", leak(&key));
    std::fs::create_dir(fixture.path("tree")).unwrap();
    std::os::unix::fs::symlink(fixture.path("outside/o.txt"), fixture.path("tree/link")).unwrap();
    std::os::unix::fs::symlink(fixture.path("outside"), fixture.path("tree/folder")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(fixture.path("tree/fifo")).status().unwrap().success());
    let run = fixture.konceal("tree", &["scan", "--format", "json"]);
    assert_eq!((run.code, run.places("key")), (0, vec![]));
    assert_eq!(run.json()["coverage"]["skipped"][0]["reason"], "special-file");
}

#[cfg(unix)]
#[test]
fn key_in_the_text_of_a_link_is_found() {
    let (fixture, key) = (Fixture::new(), made_up_key(7));
    let repository = fixture.repository("repo");
    std::os::unix::fs::symlink(leak(&key).trim(), repository.path("link")).unwrap();
    let run = repository.konceal(&["scan", "--format", "json"]);
    assert_eq!(run.places("key"), vec![("link".into(), 1)]);
}
