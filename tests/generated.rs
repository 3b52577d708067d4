//! Files that are made from the source stand in the repository as they are made today. `KONCEAL_REGENERATE=1 cargo test --test
//! generated` writes them anew.
#![expect(clippy::expect_used, reason = "a test that panics has failed, which is what it is for")]

use std::fmt::Write as _;
use std::path::Path;

use konceal::source::coverage::{Code, Level};

/// Compares the file with what it should be, or writes it.
fn check(name: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("KONCEAL_REGENERATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("files lie in folders")).expect("the folder can be made");
        std::fs::write(&path, wanted).expect("the file can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{name} is not current: KONCEAL_REGENERATE=1 cargo test --test generated");
}

#[test]
fn schema_of_the_report_is_current() {
    let mut text = serde_json::to_string_pretty(&konceal::report::schema()).expect("a schema is JSON");
    text.push('\n');
    check("schemas/report.schema.json", &text);
}

#[test]
fn list_of_notices_is_current() {
    let mut text = "# Notices

What a report can say of the scan itself. An error means that the scan is incomplete: its exit code is never 0. A warning is
always shown, and is an error under `--strict`. Codes that count something left out stand in `coverage.skipped` as well.

| code | level | counts as not examined | what it says |
| --- | --- | --- | --- |
"
    .to_owned();
    for code in Code::ALL {
        let level = if code.level == Level::Error { "error" } else { "warning" };
        let skips = if code.skips { "yes" } else { "no" };
        let _ = writeln!(text, "| `{}` | {level} | {skips} | 1 {} |", code.name, code.one);
    }
    check("docs/notices.md", &text);
}

#[test]
fn codes_of_notices_are_unique_and_kebab_case() {
    let names: std::collections::BTreeSet<_> = Code::ALL.iter().map(|code| code.name).collect();
    assert_eq!(names.len(), Code::ALL.len());
    assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
}
