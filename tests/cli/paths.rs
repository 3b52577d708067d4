//! Paths as the system writes them: these tests say the same on Windows, where names are parted by `\\` and a path may begin with a
//! drive and its colon.

use std::path::MAIN_SEPARATOR_STR;

use crate::support::{Fixture, leak, made_up_key};

/// Names with the system's separator between them.
fn joined(names: &[&str]) -> String {
    names.join(MAIN_SEPARATOR_STR)
}

#[test]
fn reports_have_slashes_whatever_separator_was_typed() {
    let (fixture, key) = (Fixture::new(), made_up_key(71));
    let repository = fixture.repository("repo");
    repository.put("app/deep/leak.sh", leak(&key));
    let wanted = [("app/deep/leak.sh".to_owned(), 1)];
    for (at, typed) in [
        ("repo", joined(&["app", "deep", "leak.sh"])),
        ("repo", joined(&["app", "deep"])),
        ("repo/app", joined(&["deep", "leak.sh"])),
        ("repo/app", joined(&["..", "app", "deep"])),
        ("repo/app", joined(&[".", "deep", ""])),
        ("repo", "app/deep/leak.sh".to_owned()),
    ] {
        let run = fixture.konceal(at, &["scan", &typed, "--format", "json"]);
        assert_eq!((run.code, run.places("key")), (1, wanted.to_vec()), "{typed} in {at}: {}", run.err);
    }
    let plain = fixture.konceal("repo", &["scan", "--no-git", &joined(&["app", "deep"]), "--format", "json"]);
    assert_eq!(plain.places("key"), [("leak.sh".to_owned(), 1)]);
}

#[test]
fn absolute_paths_are_taken_wherever_a_path_is() {
    let (fixture, key) = (Fixture::new(), made_up_key(72));
    let repository = fixture.repository("repo");
    repository.put("app/leak.sh", leak(&key));
    let absolute = |name: &str| fixture.path("").join(name).to_str().unwrap().to_owned();
    let file = fixture.path("repo").join("app").join("leak.sh").to_str().unwrap().to_owned();
    let run = fixture.konceal("repo", &["scan", &file, "--format", "json"]);
    assert_eq!(run.places("key"), [("app/leak.sh".to_owned(), 1)], "{}", run.err);
    let explained = fixture.konceal("repo", &["explain", &format!("{file}:1")]);
    assert_eq!(explained.code, 0, "{}", explained.err);
    assert!(explained.out.starts_with("app/leak.sh:1\n"), "{}", explained.out);
    fixture.write("own.toml", "[allow]\npaths = [\"app/**\"]\n");
    let (report, config) = (format!("sarif={}", absolute("out.sarif")), absolute("own.toml"));
    let run = fixture.konceal("repo", &["scan", "--report", &report, "--config", &config]);
    assert_eq!(run.code, 0, "{}", run.err);
    let sarif = std::fs::read_to_string(fixture.path("out.sarif")).unwrap();
    assert!(sarif.contains("\"uri\": \"app/leak.sh\"") || sarif.contains("\"uri\":\"app/leak.sh\""), "{sarif}");
    let folder = fixture.path("repo").to_str().unwrap().to_owned();
    assert_eq!(fixture.konceal("home", &["scan", "-C", &folder]).code, 1);
}

#[test]
fn patterns_and_baselines_have_slashes_and_hold_on_every_system() {
    let (fixture, key) = (Fixture::new(), made_up_key(73));
    let repository = fixture.repository("repo");
    repository.put("app/deep/leak.sh", leak(&key));
    repository.write(".konceal.toml", "exclude = [\"app/deep/**\"]\n");
    let typed = joined(&["app", "deep"]);
    assert_eq!(repository.konceal(&["scan", &typed]).code, 0);
    repository.write(".konceal.toml", "");
    assert_eq!(repository.konceal(&["baseline", "create"]).code, 0);
    let baseline = std::fs::read_to_string(fixture.path("repo/.konceal-baseline.json")).unwrap();
    assert!(baseline.contains("app/deep/leak.sh") && !baseline.contains('\\'), "{baseline}");
    assert_eq!(repository.konceal(&["scan", &typed]).code, 0);
}
