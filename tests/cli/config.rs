//! The configuration: where it is read from, what is refused and how, what it narrows.

use crate::support::{Fixture, Repository, Run, leak, made_up_key};

fn notices(run: &Run, code: &str) -> Vec<String> {
    let json = run.json();
    let notices = json["notices"].as_array().unwrap().iter().filter(|notice| notice["code"] == code);
    notices.map(|notice| notice["message"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn refused(text: &str, words: &[&str]) {
    let fixture = Fixture::new();
    fixture.write("plain/.konceal.toml", text);
    let run = fixture.konceal("plain", &["scan"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
    for word in words {
        assert!(run.err.contains(word), "{word} is not in: {}", run.err);
    }
}

#[test]
fn mistakes_are_shown_at_their_place() {
    refused("exclude = ['a']\nexcludes = ['b']\n", &[".konceal.toml", "unknown field", "did you mean `exclude`?", "2"]);
    refused("[rules]\ndisabled = ['x']\n", &["did you mean `disable`?"]);
    refused("[rules]\ndisable = ['konver-key-assignmet']\n", &["did you mean `konver-key-assignment`?", "disable"]);
    refused("[rules]\ndisable = ['gitlab-pat']\n", &["no rule of this id"]);
    refused("fail-on = 'hihg'\n", &["unknown variant", "high"]);
    refused("exclude = 7\n", &["expected a sequence", "exclude = 7"]);
    refused("exclude = ['fine', 'b[ad']\n", &["bad pattern", "not closed", "b[ad"]);
    refused("[allow]\nfingerprints = ['abc']\n", &["32 hex digits"]);
    refused("[allow]\nkey-ids = ['xyz']\n", &["16 hex digits"]);
    refused("[allow]\nmarkers = [' ']\n", &["every line"]);
    refused("[key]\npattern = 'x*'\n", &["empty string"]);
    refused("[key]\npattern = '(a'\n", &["regular expression"]);
    refused("a = \n", &["a ="]);
    refused(
        "[allow]\n\tmarkers = ['x', '']\n",
        &[".konceal.toml:2:18: ", "2 | \tmarkers = ['x', '']\n  | \t                ^^\n"],
    );
}

#[test]
fn paths_that_lead_out_of_the_repository_are_refused() {
    for path in ["/etc/konceal.json", "../up.json", "a/../../up.json", "~/x.json", "C:/x.json", "..\\\\x.json"] {
        refused(&format!("baseline = \"{path}\"\n"), &["inside the repository"]);
        refused(&format!("[rules]\nfiles = [\"{path}\"]\n"), &["inside the repository"]);
    }
}

#[test]
fn key_in_a_mistake_is_not_shown() {
    let (fixture, key) = (Fixture::new(), made_up_key(1));
    fixture.write("plain/.konceal.toml", format!("[allow]\nfingerprints = ['{key}']\n"));
    let run = fixture.konceal("plain", &["scan"]);
    assert!(run.code == 2 && !run.err.contains(&key[6..20]), "{}", run.err);
}

#[test]
fn governing_files_behind_links_are_not_read() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    fixture.write("outside/b.json", "{\"version\": 1, \"entries\": []}\n");
    std::os::unix::fs::symlink("../outside", repository.path("security")).unwrap();
    repository.write(".konceal.toml", "baseline = \"security/b.json\"\n");
    let run = repository.konceal(&["scan"]);
    assert!(run.code == 2 && run.err.contains("symbolic link"), "{}", run.err);
}

/// Which of the paths git itself would ignore.
fn ignored_by_git(repository: &Repository<'_>, paths: &[&str]) -> Vec<String> {
    let ask = ["-c", "core.quotePath=false", "check-ignore", "--no-index", "--"];
    let run = repository.try_git(&[&ask, paths].concat());
    let mut ignored: Vec<String> = run.out.lines().map(str::to_owned).collect();
    ignored.sort();
    ignored
}

#[test]
fn exclude_has_the_semantics_of_gitignore() {
    let paths = [
        "a.txt",
        "b.txt",
        "dir/a.txt",
        "dir/sub/a.txt",
        "dir/sub/b.md",
        "other/dir/a.txt",
        "x.js",
        "x.{js,ts}",
        "#a",
        "!a",
        "space ",
        "a b",
        "dir/keep/a.txt",
        "deep/1/2/3/c.c",
        "deep/c.c",
        "[a]",
        "a-b",
        "aXb",
        "ä.txt",
        "A.TXT",
        "foo/bar/baz",
        "foo/x/bar/baz",
        "dirt/a.txt",
        "a]b",
    ];
    let lists: [&[&str]; 32] = [
        &["*.txt"],
        &["/a.txt"],
        &["dir"],
        &["dir/"],
        &["/dir/"],
        &["dir/*"],
        &["dir/**"],
        &["**/dir"],
        &["dir/**/a.txt"],
        &["*.{js,ts}"],
        &["\\#a"],
        &["\\!a"],
        &["space\\ "],
        &["space "],
        &["a\\ b"],
        &["dir/", "!dir/keep/"],
        &["dir/*", "!dir/keep/"],
        &["*", "!*.md", "!*/"],
        &["deep/**/c.c"],
        &["deep/*/c.c"],
        &["[[]a[]]"],
        &["a[!-]b"],
        &["a[X-Z]b"],
        &["?.txt"],
        &["??.txt"],
        &["foo/**/baz"],
        &["foo*/baz"],
        &["foo/***/baz"],
        &["a[]]b"],
        &["# comment"],
        &["[[:upper:]].*"],
        &["dir**"],
    ];
    for list in lists {
        let fixture = Fixture::new();
        let repository = fixture.repository("repo");
        repository.write(".git/info/exclude", list.join("\n") + "\n");
        for path in paths {
            repository.write(path, leak(&made_up_key(2)));
        }
        let quoted: Vec<String> = list.iter().map(|pattern| format!("'{pattern}'")).collect();
        let config = fixture.write("c.toml", format!("exclude = [{}]\n", quoted.join(", ")));
        let run = fixture
            .konceal(".", &["scan", "--no-git", "--config", config.to_str().unwrap(), "--format", "json", "repo"]);
        let found: Vec<String> = run.places("key").into_iter().map(|(path, _)| path).collect();
        let ignored = ignored_by_git(&repository, &paths);
        let mut left_out: Vec<String> =
            paths.iter().filter(|path| !found.iter().any(|it| it == *path)).map(|path| (*path).to_owned()).collect();
        left_out.sort();
        assert_eq!(left_out, ignored, "{list:?}");
    }
}

#[test]
fn staged_change_that_narrows_the_scan_is_a_notice_that_names_the_field() {
    let (fixture, key) = (Fixture::new(), made_up_key(3));
    let repository = fixture.repository("repo");
    repository.put(".konceal.toml", "exclude = ['a/']\n");
    let staged = |text: &str| {
        repository.stage(".konceal.toml", text);
        notices(&repository.konceal(&["scan", "--staged", "--format", "json"]), "configuration-narrowed")
    };
    assert_eq!(staged("exclude = ['a/']\n# only a comment\n"), [""; 0]);
    assert_eq!(staged("exclude = []\n"), [""; 0]);
    for (text, field) in [
        ("exclude = ['a/', 'b/']\n", "exclude"),
        ("exclude = ['a/']\nfail-on = 'high'\n", "fail-on"),
        ("exclude = ['a/']\n[rules]\ndisable = ['konver-key-assignment']\n", "rules.disable"),
        ("exclude = ['a/']\n[dotenv]\nallow = ['.env']\n", "dotenv.allow"),
        ("exclude = ['a/']\n[allow]\nmarkers = ['nosecret']\n", "allow.markers"),
        ("exclude = ['a/']\n[allow]\npaths = ['x']\n", "allow.paths"),
    ] {
        let said = staged(text);
        assert!(said.len() == 1 && said[0].contains(field), "{text}: {said:?}");
    }
    // The hook says it too, beside what it finds.
    repository.stage("x.txt", leak(&key));
    let mut hook = fixture.konceal_command("repo");
    let run = Run::of(hook.args(["hook", "run", "pre-commit"]).env("GIT_INDEX_FILE", ".git/index"));
    assert!(run.code == 1 && run.err.contains("allow.paths"), "{}", run.err);
}

#[test]
fn rule_files_are_read_from_what_is_scanned_and_named_when_they_are_wrong() {
    let fixture = Fixture::new();
    let repository = fixture.repository("repo");
    repository.write("x.txt", "fine\n");
    repository.write(".konceal.toml", "[rules]\nfiles = ['security/*.toml']\n");
    assert_eq!(repository.konceal(&["scan"]).code, 0, "no file is no rule");
    repository.commit("base");
    repository.write("security/mine.toml", "id = [\n");
    let run = repository.konceal(&["scan"]);
    assert!(run.code == 2 && run.err.contains("security/mine.toml: is no rule: line 1"), "{}", run.err);
    // It is not staged, and so says nothing of the commit.
    assert_eq!(repository.konceal(&["scan", "--staged"]).code, 0);
    repository.git(&["add", "security"]);
    assert_eq!(repository.konceal(&["scan", "--staged"]).code, 2);
    repository.commit("rules");
    assert_eq!(repository.konceal(&["scan", "--range", "HEAD~1..HEAD"]).code, 0, "the base has none");
    repository.put("x.txt", "still fine\n");
    assert_eq!(repository.konceal(&["scan", "--range", "HEAD~1..HEAD"]).code, 2);
}

#[test]
fn disabled_rule_reports_nothing_and_the_others_do() {
    let (fixture, key) = (Fixture::new(), made_up_key(4));
    let repository = fixture.repository("repo");
    repository.put("x.txt", leak(&key));
    repository.put(".env", "COLOR=blue\n");
    repository.write(".konceal.toml", "[rules]\ndisable = ['committed-dotenv']\n");
    let run = repository.konceal(&["scan", "--format", "json"]);
    assert_eq!((run.places("key").len(), run.places("file").len()), (1, 0));
    repository.write(".konceal.toml", "[rules]\ndisable = []\n");
    assert_eq!(repository.konceal(&["scan", "--format", "json"]).places("file").len(), 1);
}
