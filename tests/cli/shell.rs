//! What a shell and a reader of manuals get, and what a terminal shows on the way.

use crate::support::Fixture;

#[test]
fn completions_know_commands_and_options_of_each_shell() {
    let fixture = Fixture::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = fixture.konceal("", &["completions", shell]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{shell}");
        for word in ["konceal", "scan", "staged", "baseline"] {
            assert!(run.out.contains(word), "{shell}: {word}");
        }
    }
    let unknown = fixture.konceal("", &["completions", "no-such-shell"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (2, ""));
}

#[test]
fn manual_page_has_every_command_and_one_title() {
    let run = Fixture::new().konceal("", &["man"]);
    assert_eq!(run.code, 0);
    assert_eq!(run.out.lines().filter(|line| line.starts_with(".TH ")).count(), 1);
    for heading in
        [".SH NAME", ".SH \"KONCEAL SCAN\"", ".SH \"KONCEAL HOOK RUN\"", ".SH \"KONCEAL MAN\"", ".SH \"EXIT STATUS\""]
    {
        assert!(run.out.lines().any(|line| line == heading), "{heading}");
    }
    assert!(run.out.contains("\\-\\-staged") && run.out.contains("\\-\\-fail\\-on"));
}

#[test]
fn bar_does_not_show_in_a_short_scan() {
    let fixture = Fixture::new();
    fixture.write("plain/x.txt", "x\n");
    for when in ["auto", "always", "never"] {
        let run = fixture.konceal("plain", &["scan", "--no-git", "--progress", when]);
        assert_eq!((run.code, run.err.lines().count()), (0, 2), "{when}: {}", run.err);
    }
}
