//! Rules of the user's own: files with patterns, and what the loader refuses.

use crate::support::{Fixture, Repository, made_up, made_up_key};

const BASE62: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/// A rule file with these further lines, whose examples are told by `example`.
fn rule(lines: &str, example: &str) -> String {
    let examples = format!("[[examples]]\npath = 'a.txt'\ntext = '''{example}'''\n").repeat(3);
    let counterexamples = "[[counterexamples]]\npath = 'a.txt'\ntext = 'nothing'\n".repeat(5);
    format!(
        "id = 'acme-crm-key'\ntitle = 'key of the CRM'\nseverity = 'high'\nconfidence = 'medium'\nwhy = 'w'\nfix = 'Ask \
         the CRM team.'\n{lines}\n{examples}{counterexamples}"
    )
}

/// A repository whose configuration names the rule.
fn with_rule<'f>(fixture: &'f Fixture, lines: &str) -> Repository<'f> {
    let repository = fixture.repository("repo");
    repository.write(".konceal.toml", "[rules]\nfiles = ['rules/*.toml']\n");
    repository.write("rules/acme.toml", rule(lines, "acme-crm: ACM-{{key 32}}"));
    repository
}

/// The places at which the rule holds.
fn places(repository: &Repository<'_>) -> Vec<(String, u64)> {
    let run = repository.konceal(&["scan", "--format", "json"]);
    let json = run.json();
    let own = json["findings"].as_array().unwrap().iter().filter(|it| it["rule_id"] == "acme-crm-key");
    own.map(|it| (it["path"].as_str().unwrap().to_owned(), it["line"].as_u64().unwrap())).collect()
}

#[test]
fn a_rule_of_the_repository_finds_what_its_pattern_matches() {
    let fixture = Fixture::new();
    let repository = with_rule(&fixture, "pattern = 'acme-crm: (?P<key>ACM-[A-Za-z0-9]{32})'");
    let key = format!("ACM-{}", made_up(51, 32, BASE62));
    repository.write("src/a.txt", format!("# settings\nacme-crm: {key}\n"));
    repository.write("src/b.txt", "acme-crm: ACM-yourkeyyourkeyyourkeyyourkey0000\n");
    repository.write("src/c.txt", data_encoding::BASE64.encode(format!("acme-crm: {key}\n").as_bytes()));
    assert_eq!(places(&repository), [("src/a.txt".into(), 2), ("src/c.txt".into(), 1)]);
    let json = repository.konceal(&["scan", "--format", "json"]).json();
    let own = json["findings"].as_array().unwrap().iter().find(|it| it["path"] == "src/a.txt").unwrap();
    assert_eq!(own["confidence"], "medium", "a rule's confidence bounds that of its findings");
    assert_eq!((own["severity"].as_str(), own["secret"]["length"].as_u64()), (Some("high"), Some(36)));
    assert!(repository.konceal(&["scan"]).out.contains("Ask the CRM team."));
    let told = repository.konceal(&["explain", "src/b.txt:1"]).out;
    assert!(told.contains("refused: placeholder"), "{told}");
}

#[test]
fn a_rule_holds_only_where_its_paths_and_its_need_say() {
    let fixture = Fixture::new();
    let key = made_up_key(52);
    let text = |around: &str| format!("{around}\ncrm_value = \"{key}\"\n");
    let pattern = "pattern = 'crm_value = \"(?P<key>[^\"]+)\"'";
    let repository = with_rule(&fixture, &format!("{pattern}\npaths = ['deploy/*.txt']"));
    for file in ["deploy/a.txt", "deploy/old/a.txt", "a.txt"] {
        repository.write(file, text("x"));
    }
    assert_eq!(places(&repository), [("deploy/a.txt".into(), 2)]);

    for (need, around, holds) in [
        ("file", "nothing", false),
        ("file", "# for konver", true),
        ("host", "# for konver", false),
        ("host", "# https://api.konver.ai", true),
        ("near", "# for konver", true),
    ] {
        let fixture = Fixture::new();
        let repository = with_rule(&fixture, &format!("{pattern}\ncontext = '{need}'"));
        repository.write("a.txt", text(around));
        assert_eq!(places(&repository).len(), usize::from(holds), "{need}: {around}");
    }
}

#[test]
fn a_rule_that_resolves_finds_the_literal_of_the_name() {
    let fixture = Fixture::new();
    let repository = with_rule(&fixture, "pattern = 'CrmClient\\((?P<key>\\w+)\\)'\nresolve = true");
    let key = made_up_key(53);
    repository.write(
        "a.py",
        format!("SOURCE = \"{key}\"\nOTHER = \"{}\"\nvalue = SOURCE\nc = CrmClient(value)\n", made_up_key(54)),
    );
    assert_eq!(places(&repository), [("a.py".into(), 1)]);
}

#[test]
fn a_rule_without_a_literal_is_accepted_with_a_notice() {
    let fixture = Fixture::new();
    let repository = with_rule(&fixture, "pattern = '(?P<key>[0-9]{4}[A-Z]{20}[0-9]{4})'");
    repository.write("a.txt", format!("{}{}{}\n", "4071", made_up(55, 20, b"ABCDEFGHJKLMNPQRSTUVWXYZ"), "9358"));
    assert_eq!(places(&repository), [("a.txt".into(), 1)]);
    let codes =
        |repository: &Repository<'_>| repository.konceal(&["scan", "--format", "json"]).json()["notices"].to_string();
    assert!(codes(&repository).contains("rule-without-literal"));
    repository.write("rules/acme.toml", rule("pattern = '(?P<key>[0-9]{4}[A-Z]{20}[0-9]{4})'\nanchors = ['crm']", "x"));
    assert!(!codes(&repository).contains("rule-without-literal"));
    assert_eq!(places(&repository), [], "the file does not hold the anchor");
    repository.write(".konceal.toml", "[key]\npattern = '[0-9]{4}[A-Z]{20}[0-9]{4}'\n");
    assert!(codes(&repository).contains("rule-without-literal"));
}

#[test]
fn rules_of_the_configuration_are_listed_shown_and_tested() {
    let fixture = Fixture::new();
    let repository = with_rule(&fixture, "pattern = 'acme-crm: (?P<key>ACM-[A-Za-z0-9]{32})'");
    for args in [["rules", "list"].as_slice(), &["rules", "show", "acme-crm-key"], &["explain", "acme-crm-key"]] {
        let run = repository.konceal(args);
        assert!(run.code == 0 && run.out.contains("acme-crm-key"), "{args:?}: {}{}", run.out, run.err);
    }
    assert!(!repository.konceal(&["rules", "list", "--no-config"]).out.contains("acme-crm-key"));
    for args in [["rules", "test"].as_slice(), &["rules", "test", "rules/acme.toml"]] {
        let run = repository.konceal(args);
        assert!(run.code == 0 && run.out.contains("acme-crm-key: 3 examples"), "{args:?}: {}{}", run.out, run.err);
    }
    repository.write("rules/acme.toml", rule("pattern = 'other: (?P<key>ACM-\\w{32})'", "acme-crm: ACM-{{key 32}}"));
    let run = repository.konceal(&["rules", "test", "rules/acme.toml"]);
    assert!(run.code == 2 && run.out.contains("FAILED"), "{}{}", run.out, run.err);
}

#[test]
fn a_rule_that_is_none_is_an_error_with_its_line() {
    for (lines, why) in [
        ("pattern = '(?P<key>['", "line 7: is no regular expression"),
        ("pattern = 'acme'", "line 7: has no group"),
        ("pattern = '(?P<key>[a-z]*)'", "line 7: matches the empty string"),
        ("", "needs a `pattern`"),
        ("pattern = 'a(?P<key>\\w+)'\nkind = 'hygiene'", "needs a `pattern`"),
        ("pattern = 'a(?P<key>\\w+)'\nmin-length = 3", "line 8: a key has 16 to 4096"),
        ("pattern = 'a(?P<key>\\w+)'\nmin-length = 40\nmax-length = 20", "`min-length` is above"),
        ("pattern = 'a(?P<key>\\w+)'\npaths = ['/']", "line 8: bad pattern"),
        ("pattern = 'a(?P<key>\\w+)'\nanchors = ['a']", "line 8: an anchor has"),
        ("pattern = 'a(?P<key>\\w+)'\ncontext = 'moon'", "unknown variant"),
    ] {
        let fixture = Fixture::new();
        let repository = with_rule(&fixture, lines);
        let run = repository.konceal(&["scan"]);
        let told = run.err.contains("rules/acme.toml") && run.err.contains(why);
        assert!(run.code == 2 && run.out.is_empty() && told, "{lines}: {}{}", run.out, run.err);
    }
}

#[test]
fn the_rule_of_the_guide_holds() {
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/README.md")).unwrap();
    let (_, behind) = guide.split_once("```toml\n").unwrap();
    let (rule, _) = behind.split_once("```").unwrap();
    let fixture = Fixture::new();
    fixture.write("acme.toml", rule);
    let run = fixture.konceal(".", &["rules", "test", "acme.toml"]);
    assert!(run.code == 0 && run.out.contains("ok"), "{}{}", run.out, run.err);
}
