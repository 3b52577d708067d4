//! What each format promises, and what none of them shows.

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use serde_json::Value;

use crate::support::{Fixture, Repository, Run, leak, made_up_key};

const FORMATS: [&str; 8] = ["human", "json", "jsonl", "sarif", "github", "gitlab", "markdown", "html"];

/// A repository in which a key stands in files, names, messages, a tag, an author's name, encoded and beside another key.
fn leaky<'a>(fixture: &'a Fixture, key: &str, other: &str) -> Repository<'a> {
    let repository = fixture.repository("repo");
    let encoded = BASE64.encode(format!("x{key}").as_bytes());
    let hex = HEXLOWER.encode(key.as_bytes());
    let content = format!("# {encoded}\n# {hex}\nKONVER_API_KEY={key} # not {other}\n# {}\n", &key[3..30]);
    repository.put("conf/a.env.py", content);
    repository.put(&format!("names/{key}.txt"), leak(other));
    repository.git(&[
        "commit",
        "-q",
        "--allow-empty",
        "--author",
        &format!("{key} <x@example.invalid>"),
        "-m",
        &leak(key),
    ]);
    repository.git(&["tag", "-a", "-m", &format!("r\n\n{}", leak(key)), "v1"]);
    repository.stage("staged.txt", leak(key));
    repository
}

/// Fails where the text shows 5 consecutive characters of a key, or 9 of its base64 or hex.
fn assert_silent(what: &str, text: &str, key: &str) {
    let shows = |form: &[u8], length: usize| {
        form.windows(length).any(|piece| memchr::memmem::find(text.as_bytes(), piece).is_some())
    };
    assert!(!shows(key.as_bytes(), 5), "{what} shows a piece of the key");
    for lead in 0..3 {
        let encoded = BASE64.encode(&[vec![b'x'; lead], key.as_bytes().to_vec()].concat()).into_bytes();
        let own = &encoded[lead + 1..encoded.len() - 4];
        assert!(!shows(own, 9), "{what} shows a piece of its base64");
    }
    for hex in [HEXLOWER.encode(key.as_bytes()), HEXUPPER.encode(key.as_bytes())] {
        assert!(!shows(hex.as_bytes(), 9), "{what} shows a piece of its hex");
    }
}

#[test]
fn no_format_source_or_verbosity_shows_a_key() {
    let (fixture, key, other) = (Fixture::new(), made_up_key(31), made_up_key(32));
    let repository = leaky(&fixture, &key, &other);
    for format in FORMATS {
        for source in [&[][..], &["--history"], &["--staged"], &["--range", "HEAD~1..HEAD"]] {
            for more in [&[][..], &["-vvv", "--color", "always"]] {
                let run = repository.konceal(&[&["scan", "--format", format], source, more].concat());
                let what = format!("{format} {source:?} {more:?}");
                assert_eq!(run.code, 1, "{what}: {}", run.err);
                for key in [&key, &other] {
                    assert_silent(&what, &run.out, key);
                    assert_silent(&what, &run.err, key);
                }
            }
        }
    }
}

#[test]
fn no_error_shows_a_key() {
    let (fixture, key) = (Fixture::new(), made_up_key(33));
    let repository = fixture.repository("repo");
    repository.put("a.txt", "x\n");
    let option = format!("--api-key={key}");
    let cases: [&[&str]; 6] = [
        &["scan", &option],
        &["scan", &key],
        &["scan", "--format", &key],
        &["scan", "--range", &key],
        &["scan", "--config", &key],
        &[&key],
    ];
    for args in cases {
        let run = repository.konceal(args);
        assert_eq!(run.code, 2, "{}", run.err);
        assert_silent("an error", &(run.out + &run.err), &key);
    }
    repository.write(".konceal.toml", format!("[key]\npattern = '(' # {key}\n"));
    let run = repository.konceal(&["scan"]);
    assert_eq!(run.code, 2);
    assert_silent("a mistake in the configuration", &(run.out + &run.err), &key);
}

#[test]
fn jsonl_has_the_findings_of_json_one_a_line() {
    let (fixture, key, other) = (Fixture::new(), made_up_key(34), made_up_key(35));
    let repository = leaky(&fixture, &key, &other);
    let mut json = repository.konceal(&["scan", "--history", "--format", "json"]).json();
    let run = repository.konceal(&["scan", "--history", "--format", "jsonl"]);
    let lines: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, findings) = lines.split_last().unwrap();
    assert_eq!(&Value::from(findings.to_vec()), &json["findings"]);
    json.as_object_mut().unwrap().remove("findings");
    assert_eq!(last["summary"], json);
}

#[test]
fn same_bytes_whatever_the_threads_and_times_only_in_gitlabs() {
    let (fixture, key, other) = (Fixture::new(), made_up_key(36), made_up_key(37));
    leaky(&fixture, &key, &other);
    for format in FORMATS {
        let outs: Vec<String> = ["1", "8"]
            .iter()
            .map(|threads| {
                let mut command = fixture.konceal_command("repo");
                command.env("SOURCE_DATE_EPOCH", "1700000000");
                Run::of(command.args(["scan", "--history", "--format", format, "--threads", threads])).out
            })
            .collect();
        assert_eq!(outs[0], outs[1], "{format}");
        assert_eq!(outs[0].contains("2023-11-14T22:13:20\""), format == "gitlab", "{format}");
    }
}

#[test]
fn names_cannot_reach_the_terminal_or_a_runner() {
    let (fixture, key) = (Fixture::new(), made_up_key(38));
    let repository = fixture.repository("repo");
    let name = "a\u{1b}[2J\n::error::x ##[error]y\u{202e}<script>|`.txt";
    repository.put(name, format!("::stop-commands::x\n##[group]z\n{}", leak(&key)));
    for format in FORMATS {
        for source in [&["scan"][..], &["scan", "--history"]] {
            let run = repository.konceal(&[source, &["--format", format]].concat());
            let text = format!("{}\n{}", run.out, run.err);
            assert!(!text.contains("##[") && !text.contains(['\u{1b}', '\u{202e}']), "{format}");
            let commands = text.lines().filter(|line| line.trim_start().starts_with("::"));
            for command in commands {
                let known = ["::error ", "::warning ", "::notice "].iter().any(|known| command.starts_with(known));
                assert!(format == "github" && known, "{format}: {command}");
            }
            if format == "html" {
                assert!(!run.out.contains("<script"), "markup from a name");
            }
        }
    }
}

#[test]
fn github_annotates_the_worst_ten_and_counts_the_rest() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    for number in 0..13 {
        repository.write(&format!("f{number:02}.txt"), leak(&made_up_key(100 + number)));
    }
    repository.put(".env", "PORT=1\n");
    let run = repository.konceal(&["scan", "--format", "github"]);
    let rows: Vec<&str> = run.out.lines().collect();
    assert_eq!(rows.iter().filter(|row| row.starts_with("::error file=f")).count(), 10);
    assert!(
        rows[0].starts_with("::error file=f00.txt,line=1,endLine=1,col=16,endColumn=56,title=konceal%3A konver-"),
        "{}",
        rows[0]
    );
    assert!(rows[10].contains("4 more findings"), "{}", rows[10]);
    assert!(rows[11].starts_with("::notice title=konceal::examined 14 files"), "{}", rows[11]);
}

#[test]
fn sarif_names_path_and_commit_of_what_is_gone_and_a_file_for_what_has_none() {
    let (fixture, key) = (Fixture::new(), made_up_key(39));
    let repository = fixture.repository("repo");
    let commit = repository.put("d/\u{fc} %.txt", format!("x\ny\n{}", leak(&key)));
    repository.put("d/\u{fc} %.txt", "gone\n");
    repository.commit(&format!("use {}", leak(&made_up_key(40))));
    let sarif = sarif(&repository.konceal(&["scan", "--history", "--format", "sarif"]));
    let results = sarif["results"].as_array().unwrap();
    let places: Vec<(&str, &Value)> = results
        .iter()
        .map(|result| &result["locations"][0]["physicalLocation"])
        .map(|place| (place["artifactLocation"]["uri"].as_str().unwrap(), &place["region"]))
        .collect();
    let top = serde_json::json!({"startLine": 1});
    assert_eq!(places, [("README.md", &top), ("d/%C3%BC%20%25.txt", &top)]);
    let text = results[1]["message"]["text"].as_str().unwrap();
    assert!(text.contains(&commit[..10]) && text.contains("line 3"), "{text}");
    repository.put(".konceal.toml", "fail-on = \"high\"\n");
    let sarif = self::sarif(&repository.konceal(&["scan", "--history", "--format", "sarif"]));
    assert_eq!(sarif["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], ".konceal.toml");
}

#[test]
fn sarif_rules_resolve_and_what_is_accepted_is_suppressed() {
    let (fixture, key) = (Fixture::new(), made_up_key(41));
    let repository = fixture.repository("repo");
    repository.put("x.py", format!("KONVER_API_KEY={key}  # konceal:allow rotated\nKONVER_API_KEY={key}\n"));
    let sarif = sarif(&repository.konceal(&["scan", "--format", "sarif"]));
    let results = sarif["results"].as_array().unwrap();
    let rules = &sarif["tool"]["driver"]["rules"];
    for result in results {
        let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[at]["id"], result["ruleId"]);
        assert!(rules[at]["help"]["markdown"].as_str().unwrap().contains("Revoke"));
        assert!(rules[at]["properties"]["security-severity"].as_str().unwrap().parse::<f64>().unwrap() > 8.0);
    }
    assert_eq!(results[0]["suppressions"][0]["kind"], "inSource");
    assert_eq!(results[0]["suppressions"][0]["justification"], "rotated");
    assert_eq!(results[1]["suppressions"], Value::Null);
    let hash = |at: usize| results[at]["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
    assert!(hash(0).ends_with(":1") && hash(1).ends_with(":2") && hash(0)[..32] == hash(1)[..32]);
}

#[test]
fn sarif_is_cut_at_five_thousand_results_and_says_so() {
    let fixture = Fixture::new();
    let keys: String = (0..5003).map(|number| leak(&made_up_key(1000 + number))).collect();
    fixture.write("plain/x.txt", keys);
    let sarif = sarif(&fixture.konceal("plain", &["scan", "--no-git", "--format", "sarif"]));
    assert_eq!(sarif["results"].as_array().unwrap().len(), 5000);
    let notifications = sarif["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notifications.contains("results-cut") && notifications.contains("3 results"), "{notifications}");
}

#[test]
fn gitlab_report_has_the_form_of_15_2_1() {
    let (fixture, key) = (Fixture::new(), made_up_key(42));
    let repository = fixture.repository("repo");
    let commit = repository.put("a.txt", leak(&key));
    for (source, sha) in [("--history", commit.as_str()), ("--no-known-keys", "0000000")] {
        let run = repository.konceal(&["scan", source, "--format", "gitlab"]);
        let report: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!((&report["version"], &report["scan"]["type"]), (&"15.2.1".into(), &"secret_detection".into()));
        for time in ["start_time", "end_time"] {
            let time = report["scan"][time].as_str().unwrap();
            assert!(time.len() == 19 && &time[10..11] == "T", "{time}");
        }
        let found = &report["vulnerabilities"][0];
        assert_eq!(found["id"].as_str().unwrap().len(), 36);
        assert_eq!(found["severity"], "High");
        assert_eq!((&found["location"]["file"], &found["location"]["start_line"]), (&"a.txt".into(), &1.into()));
        assert_eq!(found["location"]["commit"]["sha"], sha);
        assert!(found["identifiers"][0]["value"].as_str().is_some() && found.get("raw_source_code_extract").is_none());
    }
}

#[test]
fn markdown_stays_below_a_mebibyte_and_says_what_it_left_out() {
    let fixture = Fixture::new();
    for number in 0..9000_u64 {
        let name = format!("plain/{}/{number}.txt", "long-folder-name-".repeat(8));
        fixture.write(name, leak(&made_up_key(10_000 + number)));
    }
    let run = fixture.konceal("plain", &["scan", "--no-git", "--format", "markdown"]);
    assert!(run.out.len() < 1 << 20, "{} bytes", run.out.len());
    assert!(run.out.contains("more findings** left out") && run.out.contains("more keys** left out"));
    assert!(run.out.contains("Revoke the API key"));
}

#[test]
fn html_loads_nothing_and_five_hundred_keys_fit_into_five_megabytes() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    for number in 0..500_u64 {
        repository.write(
            &format!("src/f{number}.py"),
            format!("import os\n\n{}\n\nx = 1\n", leak(&made_up_key(20_000 + number))),
        );
    }
    repository.commit("all");
    let keys = repository.konceal(&["scan", "--history", "--format", "json"]).json()["keys"].as_array().unwrap().len();
    let page = repository.konceal(&["scan", "--history", "--format", "html"]).out;
    assert!(page.len() < 5 << 20, "{} bytes", page.len());
    assert!(keys >= 500 && page.contains(&format!("of {keys} keys</h1>")));
    assert_eq!(page.matches("<svg width=\"100%\"").count(), keys);
    for loading in ["<script", "src=", "url(", "@import", "http://", "https://", "<iframe"] {
        assert!(!page.contains(loading), "{loading}");
    }
}

#[test]
fn message_of_a_blocked_commit_fits_a_screen() {
    let (fixture, key) = (Fixture::new(), made_up_key(43));
    let repository = fixture.repository("repo");
    repository.stage("app/settings.py", format!("import os\n\nKONVER_API_KEY = \"{key}\"\n\nDEBUG = False\n"));
    let run = repository.konceal(&["scan", "--staged"]);
    let lines = run.out.lines().count() + run.err.lines().count();
    assert!(lines <= 24, "{lines} lines");
    assert!(run.out.lines().chain(run.err.lines()).all(|line| line.chars().count() <= 80), "{}", run.out);
    let redacted = format!("{}…{}", &key[..4], &key[36..]);
    for part in [
        "app/settings.py:3:19",
        &redacted,
        "os.environ[\"KONVER_API_KEY\"]",
        "# konceal:allow WHY",
        "API Keys > find the old key > Revoke",
    ] {
        assert!(run.out.contains(part), "{part}: {}", run.out);
    }
}

#[test]
fn human_report_of_a_history_names_commit_author_and_whereabouts() {
    let (fixture, key) = (Fixture::new(), made_up_key(44));
    let repository = fixture.repository("repo");
    let first = repository.put("a.go", leak(&key));
    repository.put("a.go", "gone\n");
    let second = repository.put("a.go", leak(&key));
    repository.put("a.go", "gone\n");
    let out = repository.konceal(&["scan", "--history"]).out;
    let rows =
        [&first[..10], "by Fixture <fixture@example.invalid>: a.go", "not in HEAD", &second[..10], "nothing to edit"];
    for row in rows {
        assert!(out.contains(row), "{row}: {out}");
    }
}

#[test]
fn quiet_keeps_notices_and_drops_the_summary() {
    let fixture = Fixture::new();
    fixture.write("plain/big.txt", "x".repeat(100));
    let run = fixture.konceal("plain", &["scan", "--no-git", "-q", "--max-file-size", "10"]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("big.txt") && run.err.lines().count() == 1, "{}", run.err);
}

fn sarif(run: &Run) -> Value {
    let log: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.err));
    assert_eq!((&log["version"], &log["runs"][0]["columnKind"]), (&"2.1.0".into(), &"unicodeCodePoints".into()));
    log["runs"][0].clone()
}
