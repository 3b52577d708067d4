//! `konceal audit`: what it says of each key is what git says.

use serde_json::{Value, json};

use super::support::{Fixture, Run, leak, made_up_key};

fn key<'a>(json: &'a Value, path: &str) -> &'a Value {
    let findings = json["findings"].as_array().unwrap();
    let id = &findings.iter().find(|it| it["path"] == path && it["kind"] == "key").unwrap()["secret"]["key_id"];
    json["keys"].as_array().unwrap().iter().find(|key| &key["key_id"] == id).unwrap()
}

fn audit(run: &Run) -> Value {
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    run.json()
}

#[test]
fn a_removed_key_names_who_took_it_out_and_a_standing_one_names_its_refs() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    let added = repository.put("old.txt", leak(&made_up_key(1)));
    let removed = repository.put("old.txt", "gone\n");
    repository.put("here.txt", leak(&made_up_key(2)));
    repository.git(&["tag", "v1"]);
    repository.put("other.txt", "nothing\n");
    let json = audit(&repository.konceal(&["audit", "--format", "json"]));
    let old = key(&json, "old.txt");
    assert_eq!(old["first_seen"]["oid"], added.as_str());
    assert_eq!(old["removed"]["oid"], removed.as_str());
    assert_eq!((&old["in_head"], &old["pushed"], &old["reach"]), (&json!(false), &json!(false), &json!("ref")));
    assert_eq!((&old["paths"], &old["refs"], &old["authors"]), (&json!(["old.txt"]), &json!([]), &json!(["Fixture"])));
    let here = key(&json, "here.txt");
    assert_eq!((&here["in_head"], &here["refs"]), (&json!(true), &json!(["refs/heads/main", "refs/tags/v1"])));
    assert!(here.get("removed").is_none());
}

#[test]
fn only_what_a_remote_tracking_ref_reaches_is_pushed() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("pushed.txt", leak(&made_up_key(1)));
    repository.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repository.put("local.txt", leak(&made_up_key(2)));
    let json = audit(&repository.konceal(&["audit", "--format", "json"]));
    assert_eq!(key(&json, "pushed.txt")["pushed"], true);
    assert_eq!(key(&json, "local.txt")["pushed"], false);
}

#[test]
fn taking_over_a_removal_by_a_merge_is_not_the_removal() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("old.txt", leak(&made_up_key(1)));
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.put("side.txt", "side\n");
    repository.git(&["checkout", "-q", "main"]);
    let removed = repository.put("old.txt", "gone\n");
    repository.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    let json = audit(&repository.konceal(&["audit", "--format", "json"]));
    let old = key(&json, "old.txt");
    assert_eq!(old["removed"]["oid"], removed.as_str());
    assert_eq!(old["refs"], json!(["refs/heads/side"]));
}

#[test]
fn what_is_staged_and_what_lies_loose_is_told_once() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("README", "nothing\n");
    repository.stage("same.txt", leak(&made_up_key(1)));
    repository.stage("changed.txt", leak(&made_up_key(2)));
    repository.write("changed.txt", "gone again\n");
    let json = audit(&repository.konceal(&["audit", "--format", "json"]));
    let sources: Vec<_> = json["findings"].as_array().unwrap().iter().map(|it| (&it["source"], &it["path"])).collect();
    assert_eq!(sources, [(&json!("worktree"), &json!("same.txt")), (&json!("index"), &json!("changed.txt"))]);
    assert!(json["findings"][1].get("new").is_none());
}

#[test]
fn a_clean_repository_is_clean_and_no_repository_is_an_error() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("README", "nothing\n");
    assert_eq!(repository.konceal(&["audit"]).code, 0);
    assert_eq!(fixture.konceal("", &["audit", "r"]).code, 0);
    assert_eq!(fixture.konceal("", &["audit"]).code, 2);
    assert_eq!(fixture.konceal("", &["audit", "absent"]).code, 2);
}

#[test]
fn the_page_for_people_begins_with_the_verdict_and_ends_with_the_steps() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    let value = made_up_key(1);
    let added = repository.put("old.txt", leak(&value));
    repository.put("old.txt", "gone\n");
    let run = repository.konceal(&["audit"]);
    assert!(run.out.starts_with("1 Konver key or secret found"), "{}", run.out);
    for part in [&added[..10], "stood at", "old.txt", "removed", "local only", "Only then clean the history"] {
        assert!(run.out.contains(part), "{part}: {}", run.out);
    }
    assert!(!run.out.contains(&value));
}
