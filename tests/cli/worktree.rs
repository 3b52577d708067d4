//! The working tree.

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
