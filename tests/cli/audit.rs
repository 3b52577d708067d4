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

#[test]
fn whoever_brings_a_key_in_at_another_path_is_an_author() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("a.txt", leak(&made_up_key(1)));
    repository.write("b.txt", leak(&made_up_key(1)));
    repository.git(&["add", "-A"]);
    repository.git(&["commit", "-q", "-m", "b", "--author", "Another <another@example.invalid>"]);
    let json = audit(&repository.konceal(&["audit", "--format", "json"]));
    assert_eq!(key(&json, "a.txt")["authors"], json!(["Another", "Fixture"]));
}

#[test]
fn the_first_commit_is_that_of_the_graph_and_not_of_the_dates() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    let first = repository.put("a.txt", leak(&made_up_key(1)));
    repository.stage("b.txt", leak(&made_up_key(1)));
    repository.git_dated("1000000000 +0000", &["commit", "-q", "-m", "dated before its parent"]);
    for command in [&["audit", "--format", "json"][..], &["scan", "--history", "--format", "json"]] {
        let json = audit(&repository.konceal(command));
        assert_eq!(key(&json, "b.txt")["first_seen"]["oid"], first.as_str(), "{command:?}");
    }
}

#[test]
fn a_key_in_a_tags_message_has_the_tagger_and_the_tags_day() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("README", "nothing\n");
    repository.git(&["tag", "-a", "v1", "-m", &leak(&made_up_key(1))]);
    let json = audit(&repository.konceal(&["audit", "--format", "json"]));
    let own = &json["keys"][0];
    assert_eq!((&own["authors"], &own["refs"]), (&json!(["Fixture"]), &json!(["refs/tags/v1"])));
    assert!(own.get("first_seen").is_none() && own["pushed"] == false);
    let run = repository.konceal(&["audit"]);
    let tag = &repository.git(&["rev-parse", "v1"])[..10];
    let markdown = repository.konceal(&["audit", "--format", "markdown"]).out;
    assert!(markdown.contains(&format!("`{tag}` | unknown whether pushed |")), "{markdown}");
    for part in [format!("by the tag {tag} of 2023-"), "whether a tag was pushed".into()] {
        assert!(run.out.replace("\n                ", " ").contains(&part), "{part}: {}", run.out);
    }
}

#[test]
fn tags_that_name_trees_and_blobs_show_what_stands_there() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("a.txt", leak(&made_up_key(1)));
    repository.git(&["tag", "tree", "HEAD^{tree}"]);
    repository.git(&["tag", "-a", "-m", "blob", "blob", "HEAD:a.txt"]);
    repository.put("a.txt", "gone\n");
    let json = audit(&repository.konceal(&["audit", "--format", "json"]));
    assert_eq!(key(&json, "a.txt")["refs"], json!(["refs/tags/blob", "refs/tags/tree"]));
}

#[test]
fn a_remote_refs_own_name_is_pushed() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("README", "nothing\n");
    repository.git(&["update-ref", &format!("refs/remotes/origin/konver-api-key={}", made_up_key(1)), "HEAD"]);
    repository.git(&["update-ref", &format!("refs/heads/konver-api-key={}", made_up_key(1)), "HEAD"]);
    let json = audit(&repository.konceal(&["audit", "--format", "json"]));
    assert_eq!((&json["keys"][0]["pushed"], json["keys"][0]["refs"].as_array().unwrap().len()), (&json!(true), 2));
}

#[test]
fn what_is_left_out_in_head_and_on_disk_counts_once() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("a.zip", b"PK\x03\x04 and so on");
    let json = repository.konceal(&["audit", "--format", "json"]).json();
    assert_eq!(json["coverage"]["skipped"], json!([{"reason": "archive", "count": 1}]));
}

#[test]
fn a_key_fits_a_screen_whatever_the_names_are() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    let long = "w".repeat(200);
    for number in 0..20 {
        repository.write(&format!("{number}/{long}.txt"), leak(&made_up_key(1)));
    }
    repository.git(&["add", "-A"]);
    repository.git(&["commit", "-q", "-m", &long, "--author", &format!("{long} <{long}@example.invalid>")]);
    repository.write("reader.py", "import os\nos.environ['KONVER_API_KEY']\n");
    let run = repository.konceal(&["audit"]);
    assert!(run.out.lines().count() < 45, "{}", run.out);
    assert!(run.out.lines().all(|line| line.chars().count() <= 120), "{}", run.out);
    let flowing = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flowing.contains("Konver's API key is named in reader.py."), "{}", run.out);
}

#[test]
fn each_kind_of_secret_has_the_files_that_name_it() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("a.txt", leak(&made_up_key(1)));
    repository.put("b.env", format!("KONVER_WEBHOOK_SECRET={}\n", made_up_key(2)));
    repository.write("client.js", "const client = connect(settings.konverApiKey);\n");
    repository.write("hook.js", "verify(body, process.env.KONVER_WEBHOOK_SECRET);\n");
    repository.write("notes.txt", "Konver is asked at https://api.konver.ai\n");
    let out = repository.konceal(&["audit"]).out;
    let flowing = out.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in ["API key is named in client.js.", "webhook secret is named in hook.js."] {
        assert!(flowing.contains(told), "{told}: {out}");
    }
    assert!(!out.contains("notes.txt"), "{out}");
}
