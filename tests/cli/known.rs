//! Known keys: what the user holds is searched for everywhere.

use crate::support::{Fixture, Run, leak, made_up, made_up_key};

#[test]
fn known_keys_come_from_ignored_dotenv_files_above_staged_files() {
    let (fixture, key) = (Fixture::new(), made_up_key(5));
    let repository = fixture.repository("repo");
    repository.put(".gitignore", ".env\n");
    repository.write("services/api/.env", leak(&key));
    repository.stage("services/api/src/notes.txt", format!("the value is {key}\n"));
    let run = repository.konceal(&["scan", "--staged", "--format", "json"]);
    assert_eq!((run.code, run.places("key")), (1, vec![("services/api/src/notes.txt".into(), 1)]));
    assert_eq!(repository.konceal(&["scan", "--staged", "--no-known-keys"]).code, 0);
    // Those of other folders stay unread.
    repository.git(&["reset", "-q"]);
    repository.stage("elsewhere.txt", format!("the value is {key}\n"));
    assert_eq!(repository.konceal(&["scan", "--staged"]).code, 0);
}

/// Every file beside a staged one was once read, only to find that its name is not a dotenv file's.
#[cfg(unix)]
#[test]
fn files_that_are_no_dotenv_files_are_not_read_for_known_keys() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.put("base.txt", "base\n");
    repository.stage("folder/staged.txt", "staged\n");
    let beside = fixture.write("repo/folder/beside.txt", "beside\n");
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let times = std::fs::FileTimes::new().set_accessed(old);
    std::fs::File::options().write(true).open(&beside).unwrap().set_times(times).unwrap();
    // Reading sets it where it is older than the change of the file, unless the file system notes no access at all.
    let accessed = || std::fs::metadata(&beside).unwrap().accessed().unwrap();
    assert_eq!(accessed(), old);
    assert_eq!(repository.konceal(&["scan", "--staged"]).code, 0);
    assert_eq!(accessed(), old, "a file that is not staged was read");
}

#[test]
fn known_keys_are_named_by_where_they_are_known_from_and_templates_are_none() {
    let (fixture, key) = (Fixture::new(), made_up_key(6));
    let repository = fixture.repository("repo");
    let template = "your_api_key_here_please";
    repository.put("x.txt", format!("{key}\n{template}\n"));
    let run = |name: &str, value: &str| {
        let mut command = fixture.konceal_command("repo");
        Run::of(command.args(["scan", "--format", "json"]).env(name, value))
    };
    let found = run("KONVER_API_KEY", &key);
    assert_eq!(found.places("key"), [("x.txt".into(), 1)]);
    assert!(!found.out.contains(&key) && !found.err.contains(&key));
    assert_eq!(run("KONVER_API_KEY", template).code, 0);
    assert_eq!(run("OTHER_API_KEY", &key).code, 0, "other variables are never read");
    let lines = fixture.write("keys.txt", format!("# held\n{key}\n"));
    let by_file = repository.konceal(&["scan", "--known-key-file", lines.to_str().unwrap()]);
    assert_eq!(by_file.code, 1);
    let broken = fixture.write("broken.txt", "short\n");
    assert_eq!(repository.konceal(&["scan", "--known-key-file", broken.to_str().unwrap()]).code, 2);
}

#[test]
fn dotenv_files_are_read_as_shells_and_libraries_write_them() {
    let fixture = Fixture::new();
    for (seed, name, line) in [
        (7, ".env", "KONVER_API_KEY={}"),
        (8, ".env.local", "export KONVER_TOKEN='{}'  # mine"),
        (9, ".envrc", "  export KONVER_API_KEY=\"{}\""),
        (10, "prod.env", "APP_KONVER_API_KEY = {}\r"),
    ] {
        let key = made_up_key(seed);
        let repository = fixture.repository(&format!("repo{seed}"));
        repository.put(".gitignore", format!("{name}\n"));
        repository.put("x.txt", format!("see {key} there\n"));
        assert_eq!(repository.konceal(&["scan"]).code, 0, "{name}");
        repository.write(name, line.replace("{}", &key) + "\n");
        let run = repository.konceal(&["scan", "--format", "json"]);
        assert_eq!((run.code, run.places("key")), (1, vec![("x.txt".into(), 1)]), "{name}");
        assert!(!run.out.contains(&key) && !run.err.contains(&key));
    }
}

#[test]
fn hooks_know_them_too() {
    let (fixture, key) = (Fixture::new(), made_up_key(11));
    let repository = fixture.repository("repo");
    repository.put(".gitignore", ".env\n");
    repository.konceal(&["hook", "install", "--commit-msg"]);
    repository.write(".env", leak(&key));
    repository.stage("x.txt", format!("see {key} there\n"));
    let run = repository.try_git(&["commit", "-q", "-m", "try"]);
    assert!(run.code != 0 && run.err.contains("x.txt"), "{}", run.err);
    repository.stage("x.txt", "fine\n");
    assert_ne!(repository.try_git(&["commit", "-q", "-m", &format!("with {key}")]).code, 0);
    assert_eq!(repository.try_git(&["commit", "-q", "-m", "with the environment"]).code, 0);
}

#[test]
fn files_that_are_not_ignored_and_those_outside_a_repository_are_no_source() {
    let (fixture, key) = (Fixture::new(), made_up_key(12));
    fixture.write("plain/.env", leak(&key));
    fixture.write("plain/x.txt", format!("see {key} there\n"));
    let run = fixture.konceal("plain", &["scan", "--format", "json"]);
    assert_eq!(run.places("key"), [(".env".into(), 1)]);
    let repository = fixture.repository("repo");
    repository.write(".env", leak(&key));
    repository.write("x.txt", format!("see {key} there\n"));
    assert_eq!(repository.konceal(&["scan", "--format", "json"]).places("key"), [(".env".into(), 1)]);
}

/// The examples of rules know the key that stands in them, and so cannot hold what is almost one.
#[test]
fn what_differs_from_a_known_key_or_a_format_is_not_taken_for_it() {
    let (fixture, key) = (Fixture::new(), made_up_key(61));
    let repository = fixture.repository("repo");
    repository.put(".gitignore", ".env\n");
    repository.write(".env", leak(&key));
    repository.write(".konceal.toml", "[key]\npattern = 'kvx_[a-f]{24}'\n");
    let of_format = format!("kvx_{}", made_up(62, 24, b"abcdef"));
    let changed = |text: &str, at: usize| {
        let other = if text.as_bytes()[at] == b'9' { "8" } else { "9" };
        format!("{}{other}{}", &text[..at], &text[at + 1..])
    };
    for whole in [&key, &of_format] {
        let scan = |value: &str| {
            repository.write("notes.txt", format!("the value is {value}\n"));
            repository.konceal(&["scan", "notes.txt", "--format", "json"])
        };
        assert_eq!(scan(whole).places("key"), [("notes.txt".into(), 1)], "itself");
        for at in [0, whole.len() / 2, whole.len() - 1] {
            assert_eq!(scan(&changed(whole, at)).places("key"), [], "another character at {at}");
        }
        assert_eq!(scan(&whole[..whole.len() - 1]).places("key"), [], "a character less at the end");
        assert_eq!(scan(&whole[1..]).places("key"), [], "a character less at the beginning");
    }
}
