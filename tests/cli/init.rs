//! `konceal init`.

use crate::support::{Fixture, leak, made_up_key};

#[test]
fn nothing_that_is_there_is_overwritten_and_a_second_run_changes_nothing() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.write(".konceal.toml", "fail-on = 'low'\n");
    repository.write(".gitignore", "node_modules\r\n.env");
    repository.write(".env.example", "PORT=8080");
    assert_eq!(repository.konceal(&["init", "--yes"]).code, 0);
    let read = |name: &str| std::fs::read_to_string(repository.path(name)).unwrap();
    let files = || [".konceal.toml", ".gitignore", ".env.example", ".git/hooks/pre-commit"].map(read);
    let first = files();
    assert_eq!(first[0], "fail-on = 'low'\n");
    assert_eq!(first[1], "node_modules\r\n.env\r\n.env.*\r\n!.env.example\r\n");
    assert_eq!(first[2], "PORT=8080\nKONVER_API_KEY=\n");
    assert_eq!(repository.konceal(&["init", "--yes"]).code, 0);
    assert_eq!(files(), first);
}

#[test]
fn template_stays_visible_whatever_ignores_it() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.write(".gitignore", ".env\n!.env.example\n.env.*\n");
    assert_eq!(repository.konceal(&["init", "--yes"]).code, 0);
    assert_eq!(repository.try_git(&["check-ignore", "-q", ".env.example"]).code, 1);
    assert_eq!(repository.try_git(&["check-ignore", "-q", ".env.local"]).code, 0);
}

#[test]
fn written_configuration_is_the_default_one() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.put("x.txt", leak(&made_up_key(1)));
    let before = repository.konceal(&["scan", "--format", "json"]);
    assert_eq!(repository.konceal(&["init", "--yes"]).code, 0);
    let after = repository.konceal(&["scan", "--format", "json"]);
    assert_eq!((after.code, after.places("key")), (before.code, before.places("key")));
}

#[test]
fn without_a_terminal_nothing_is_done_unless_yes_is_said() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    assert_eq!(repository.konceal(&["init"]).code, 2);
    assert!(!repository.path(".konceal.toml").exists() && !repository.path(".git/hooks/pre-commit").exists());
    assert_eq!(fixture.konceal("home", &["init", "--yes"]).code, 2);
}

#[test]
fn nothing_is_written_through_a_link() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    let outside = fixture.write("outside", "mine\n");
    std::os::unix::fs::symlink(&outside, repository.path(".env.example")).unwrap();
    let run = repository.konceal(&["init", "--yes"]);
    assert!(run.code == 2 && run.err.contains("symbolic link"), "{}", run.err);
    assert_eq!(std::fs::read_to_string(outside).unwrap(), "mine\n");
}

#[test]
fn tracked_dotenv_file_is_pointed_out() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.put(".env", "PORT=8080\n");
    let run = repository.konceal(&["init", "--yes"]);
    assert!(run.code == 0 && run.err.contains("git rm --cached"), "{}", run.err);
}

#[test]
fn hooks_folder_of_others_is_left_alone_and_the_rest_is_done() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.git(&["config", "core.hooksPath", ".husky/_"]);
    let run = repository.konceal(&["init", "--yes"]);
    assert!(run.code == 2 && run.err.contains("konceal hook run pre-commit"), "{}", run.err);
    assert!(run.err.contains(".husky/pre-commit: "), "husky's own folder is written anew each time: {}", run.err);
    assert!(repository.path(".env.example").exists() && !repository.path(".husky").exists());
}
