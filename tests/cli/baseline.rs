//! `konceal baseline`.

use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown};
use std::os::unix::process::CommandExt;

use serde_json::{Value, json};

use crate::support::{Fixture, Repository, Run, leak, made_up_key};

fn entries(repository: &Repository<'_>) -> Vec<Value> {
    let bytes = std::fs::read(repository.path(".konceal-baseline.json")).unwrap();
    serde_json::from_slice::<Value>(&bytes).unwrap()["entries"].as_array().unwrap().clone()
}

fn baseline(repository: &Repository<'_>, args: &[&str]) -> i32 {
    let run = repository.konceal(&[&["baseline"], args].concat());
    assert!(run.out.is_empty(), "{}", run.out);
    run.code
}

#[test]
fn reasons_survive_creating_updating_and_pruning() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.put("x.txt", leak(&made_up_key(1)));
    repository.put("y.txt", leak(&made_up_key(2)));
    assert_eq!(baseline(&repository, &["create"]), 0);
    let text = std::fs::read_to_string(repository.path(".konceal-baseline.json")).unwrap();
    repository.write(".konceal-baseline.json", text.replace("\"reason\":\"\"", "\"reason\":\"rotated\""));
    for command in ["create", "update", "prune"] {
        assert_eq!(baseline(&repository, &[command]), 0, "{command}");
        let entries = entries(&repository);
        assert!(
            entries.len() == 2 && entries.iter().all(|entry| entry["reason"] == "rotated"),
            "{command}: {entries:?}"
        );
    }
    repository.write("y.txt", "gone\n");
    assert_eq!(baseline(&repository, &["create"]), 0);
    assert_eq!(entries(&repository).len(), 1, "create accepts what is found today and nothing else");
}

#[test]
fn file_holds_no_key_and_can_be_read_by_all() {
    let (fixture, key) = (Fixture::new(), made_up_key(3));
    let repository = fixture.repository("repo");
    repository.put(&format!("dir/{key}/x.txt"), leak(&key));
    assert_eq!(baseline(&repository, &["create"]), 0);
    let file = repository.path(".konceal-baseline.json");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains(&key[5..15]), "{text}");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(repository.konceal(&["scan"]).code, 0, "accepted all the same");
}

/// Runs the program as somebody for whom permissions count: root hands the fixture over first.
fn unprivileged(fixture: &Fixture, args: &[&str]) -> Run {
    let mut command = fixture.konceal_command("repo");
    if std::fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0) {
        let nobody = 65534;
        let mut left = vec![fixture.path("")];
        while let Some(path) = left.pop() {
            if path.is_dir() && !path.is_symlink() {
                left.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
            lchown(path, Some(nobody), Some(nobody)).unwrap();
        }
        command.uid(nobody).gid(nobody);
    }
    Run::of(command.args(args))
}

#[test]
fn incomplete_scan_accepts_and_forgets_nothing() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.put("x.txt", leak(&made_up_key(4)));
    assert_eq!(baseline(&repository, &["create"]), 0);
    let before = std::fs::read(repository.path(".konceal-baseline.json")).unwrap();
    repository.put("y.txt", leak(&made_up_key(5)));
    let closed = repository.path("x.txt");
    std::fs::set_permissions(&closed, PermissionsExt::from_mode(0o000)).unwrap();
    for command in ["create", "update", "prune"] {
        let run = unprivileged(&fixture, &["baseline", command]);
        assert!(run.code == 2 && run.err.contains("incomplete"), "{command}: {}", run.err);
        assert_eq!(std::fs::read(repository.path(".konceal-baseline.json")).unwrap(), before, "{command}");
    }
}

#[test]
fn configured_baseline_and_one_outside_a_repository_are_written() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.put("x.txt", leak(&made_up_key(6)));
    repository.put(".konceal.toml", "baseline = \"security/accepted.json\"\n");
    assert_eq!(fixture.konceal("repo", &["baseline", "create"]).code, 0);
    assert!(repository.path("security/accepted.json").exists() && !repository.path(".konceal-baseline.json").exists());
    assert_eq!(repository.konceal(&["scan"]).code, 0);
    fixture.write("plain/sub/x.txt", leak(&made_up_key(7)));
    assert_eq!(fixture.konceal("home", &["baseline", "create", "-C", "../plain"]).code, 0);
    assert!(fixture.path("plain/.konceal-baseline.json").exists());
    assert_eq!(fixture.konceal("plain", &["scan"]).code, 0);
}

#[test]
fn nothing_is_written_behind_a_link_that_the_repository_names() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.put("x.txt", leak(&made_up_key(17)));
    std::fs::create_dir(fixture.path("outside")).unwrap();
    std::os::unix::fs::symlink("../outside", repository.path("security")).unwrap();
    repository.write(".konceal.toml", "baseline = \"security/b.json\"\n");
    assert_eq!(baseline(&repository, &["create"]), 2);
    assert!(!fixture.path("outside/b.json").exists());
}

#[test]
fn paths_are_meant_from_the_folder_of_the_option() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.put("x.txt", leak(&made_up_key(18)));
    assert_eq!(fixture.konceal("home", &["baseline", "create", "-C", "../repo", "--baseline", "b.json"]).code, 0);
    assert!(repository.path("b.json").exists());
    assert_eq!(fixture.konceal("home", &["scan", "-C", "../repo", "--baseline", "b.json"]).code, 0);
}

#[test]
fn whole_repository_is_accepted_from_a_subdirectory() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.put("x.txt", leak(&made_up_key(8)));
    repository.put("sub/y.txt", leak(&made_up_key(9)));
    assert_eq!(fixture.konceal("repo/sub", &["baseline", "create"]).code, 0);
    assert_eq!(entries(&repository).len(), 2);
}

#[test]
fn other_files_are_not_overwritten() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.put("x.txt", leak(&made_up_key(10)));
    for command in ["create", "update", "prune"] {
        assert_eq!(baseline(&repository, &[command, "--baseline", "x.txt"]), 2, "{command}");
    }
    assert_eq!(std::fs::read_to_string(repository.path("x.txt")).unwrap(), leak(&made_up_key(10)));
}

#[test]
fn entries_of_messages_and_excluded_files_are_not_pruned() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.put("x.txt", leak(&made_up_key(11)));
    repository.put("vendor/y.txt", leak(&made_up_key(12)));
    assert_eq!(baseline(&repository, &["create"]), 0);
    let text = std::fs::read_to_string(repository.path(".konceal-baseline.json")).unwrap();
    let message =
        format!("    {{\"fingerprint\":\"{}\",\"reason\":\"an old message\"}},\n", "0123456789abcdef".repeat(2));
    let at = text.find("    {").unwrap();
    repository.write(".konceal-baseline.json", format!("{}{message}{}", &text[..at], &text[at..]));
    repository.write(".konceal.toml", "exclude = ['vendor/']\n");
    repository.write("x.txt", "gone\n");
    assert_eq!(baseline(&repository, &["prune"]), 0);
    let left: Vec<Value> = entries(&repository).iter().map(|entry| entry["path"].clone()).collect();
    assert_eq!(left, [Value::Null, json!("vendor/y.txt")]);
}

#[test]
fn baseline_of_detect_secrets_is_compared_by_value() {
    let (fixture, key) = (Fixture::new(), made_up_key(13));
    let repository = fixture.repository("repo");
    repository.put("a/x.txt", leak(&key));
    repository.put("a/y.txt", leak(&key));
    repository.put("a/z.txt", leak(&made_up_key(14)));
    let sha1 = |text: &str| {
        let file = fixture.write("value", text);
        // git hashes "blob <length>\0" in front, so the digest is asked of the system's own tool.
        let run = Run::of(fixture.command("sha1sum", ".").arg(file));
        run.out.split(' ').next().unwrap().to_owned()
    };
    let found = |path: &str, hash: String| json!([{"type": "Secret Keyword", "filename": path, "hashed_secret": hash, "line_number": 1}]);
    let theirs = json!({"version": "1.5.0", "plugins_used": [], "results": {
        "a/x.txt": found("a/x.txt", sha1(&key)), "a/z.txt": found("a/z.txt", sha1(&key))}});
    let from = fixture.write(".secrets.baseline", theirs.to_string());
    assert_eq!(baseline(&repository, &["create", "--from", from.to_str().unwrap()]), 0);
    let paths: Vec<Value> = entries(&repository).iter().map(|entry| entry["path"].clone()).collect();
    assert_eq!(paths, ["a/x.txt"]);
}

#[test]
fn report_of_gitleaks_is_compared_by_value_and_a_redacted_one_is_refused() {
    let (fixture, key) = (Fixture::new(), made_up_key(15));
    let repository = fixture.repository("repo");
    repository.put("x.txt", leak(&key));
    repository.put("y.txt", leak(&made_up_key(16)));
    let report = |secret: &str| {
        let leak =
            json!({"RuleID": "generic-api-key", "File": "x.txt", "Secret": secret, "Match": "...", "StartLine": 1});
        fixture.write("report.json", json!([leak]).to_string())
    };
    for redacted in ["REDACTED", &format!("{}...", &key[..8])] {
        let run = repository.konceal(&["baseline", "create", "--from", report(redacted).to_str().unwrap()]);
        assert!(run.code == 2 && run.err.contains("--redact"), "{}", run.err);
    }
    let file = report(&key);
    assert_eq!(baseline(&repository, &["create", "--from", file.to_str().unwrap()]), 0);
    let entries = entries(&repository);
    assert!(entries.len() == 1 && entries[0]["path"] == "x.txt", "{entries:?}");
    let other = fixture.write("other.json", "{\"hello\": 1}\n");
    assert_eq!(baseline(&repository, &["create", "--from", other.to_str().unwrap()]), 2);
}
