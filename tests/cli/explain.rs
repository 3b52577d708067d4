//! `explain` and `rules`.

use crate::support::{Fixture, leak, made_up_key};

#[test]
fn explained_line_names_the_rule_and_never_the_key() {
    let (fixture, key) = (Fixture::new(), made_up_key(31));
    fixture.write("a.txt", format!("first\n{}", leak(&key)));
    let run = fixture.konceal(".", &["explain", "a.txt:2"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let lines: Vec<&str> = run.out.lines().map(str::trim).collect();
    assert!(lines.iter().any(|line| line.starts_with("rule konver-key-assignment: ")), "{}", run.out);
    assert!(lines.contains(&"reported"), "{}", run.out);
    assert!(!run.out.contains(&key[..10]) && !run.err.contains(&key[..10]), "{}", run.out);
}

#[test]
fn explained_line_names_who_accepts_it() {
    let (fixture, key) = (Fixture::new(), made_up_key(32));
    let repository = fixture.repository("repo");
    repository.write("a.txt", format!("{}  # konceal:allow rotated in May\n", leak(&key).trim_end()));
    let run = repository.konceal(&["explain", "a.txt:1"]);
    assert!(run.out.contains("konceal:allow") && run.out.contains("rotated in May"), "{}", run.out);
    repository.write("b.txt", leak(&key));
    repository.write(".konceal.toml", "exclude = [\"c.txt\"]\n[allow]\npaths = [\"b.txt\"]\n");
    assert!(repository.konceal(&["explain", "b.txt:1"]).out.contains("accepted by `[allow]`"));
    repository.write("c.txt", leak(&key));
    assert!(repository.konceal(&["explain", "c.txt:1"]).out.contains("excluded"));
}

#[test]
fn explained_line_names_why_a_value_is_no_key() {
    let fixture = Fixture::new();
    let lines = [
        "KONVER_API_KEY=your_api_key_here",
        "KONVER_API_KEY=${FROM_SOMEWHERE_ELSE}",
        "KONVER_API_KEY=konver_api_key_name",
    ];
    fixture.write("a.env", lines.join("\n"));
    for (number, reason) in ["placeholder: ", "", "placeholder: "].iter().enumerate() {
        let run = fixture.konceal(".", &["explain", &format!("a.env:{}", number + 1)]);
        let refused = format!("refused: {reason}");
        assert!(run.code == 0, "{}", run.err);
        assert!(run.out.lines().any(|line| line.trim().starts_with(&refused)), "{reason}: {}", run.out);
        assert!(run.out.lines().any(|line| line.starts_with("not reported: ")), "{reason}: {}", run.out);
    }
}

#[test]
fn explain_of_what_is_not_there_is_an_error_that_names_it() {
    let fixture = Fixture::new();
    fixture.write("a.txt", "one\n");
    for (what, named) in [("absent.txt:1", "absent.txt"), ("a.txt:9", "a.txt"), ("no-such-rule", "no-such-rule")] {
        let run = fixture.konceal(".", &["explain", what]);
        assert!(run.code == 2 && run.err.contains(named) && run.out.is_empty(), "{what}: {}", run.err);
    }
}

#[test]
fn every_listed_rule_is_shown_and_explained() {
    let fixture = Fixture::new();
    let list = fixture.konceal(".", &["rules", "list"]);
    assert_eq!(list.code, 0);
    for id in list.out.lines().filter_map(|line| line.split_whitespace().next()) {
        for args in [["rules", "show", id].as_slice(), &["explain", id]] {
            let run = fixture.konceal(".", args);
            assert!(run.code == 0 && run.out.contains(id), "{args:?}: {}", run.err);
        }
    }
    let unknown = fixture.konceal(".", &["rules", "show", "no-such-rule"]);
    assert!(unknown.code == 2 && unknown.err.contains("no-such-rule"));
}

#[test]
fn examples_of_every_rule_hold() {
    let fixture = Fixture::new();
    let run = fixture.konceal(".", &["rules", "test"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert_eq!(run.out.lines().count(), fixture.konceal(".", &["rules", "list"]).out.lines().count());
}

#[test]
fn rule_file_that_is_none_is_an_error_that_names_it() {
    let fixture = Fixture::new();
    fixture.write("broken.toml", "id = [\n");
    fixture.write("half.toml", "id = \"half\"\n");
    for file in ["broken.toml", "half.toml", "absent.toml"] {
        let run = fixture.konceal(".", &["rules", "test", file]);
        assert!(run.code == 2 && run.err.contains(file) && run.out.is_empty(), "{file}: {}", run.err);
    }
}
