//! Hygiene: in audits, and in scans that ask for it.

use super::support::Fixture;

#[test]
fn habits_are_told_where_asked_for_and_ignored_files_are_fine() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("app.js", "const key = process.env.NEXT_PUBLIC_KONVER_API_KEY;\n");
    repository.write(".env", "KONVER_API_KEY=\n");
    let places = |args: &[&str]| repository.konceal(args).places("hygiene");
    let both = [(".env".to_owned(), 1), ("app.js".to_owned(), 1)];
    assert_eq!(places(&["scan", "--hygiene", "--format", "json"]), both);
    assert_eq!(places(&["audit", "--format", "json"]), both);
    assert_eq!(places(&["scan", "--format", "json"]), []);
    repository.write(".gitignore", ".env\n");
    assert_eq!(places(&["scan", "--hygiene", "--format", "json"]), both[1..]);
    assert_eq!(repository.konceal(&["scan", "--hygiene"]).code, 1);
}

#[test]
fn a_marker_accepts_a_habit() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("app.js", "const key = process.env.NEXT_PUBLIC_KONVER_API_KEY; // konceal:allow demo\n");
    let run = repository.konceal(&["scan", "--hygiene", "--format", "json"]);
    assert_eq!((run.code, run.places("hygiene").len()), (0, 0));
    assert_eq!(run.json()["suppressed"]["inline"], 1);
}
