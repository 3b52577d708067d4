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
fn list_of_hygiene_rules_is_current() {
    let mut text = "# Hygiene

Habits that lead to leaks, before there is one. `konceal audit` always looks for them, `konceal scan --hygiene` where it is asked
to. Each rule says why and what to do: `konceal explain RULE`.

| rule | severity | what it finds |
| --- | --- | --- |
"
    .to_owned();
    let rules = konceal::rule::RuleSet::built_in();
    for rule in rules.iter().filter(|rule| rule.kind == konceal::finding::Kind::Hygiene) {
        let _ = writeln!(text, "| `{}` | {} | {} |", rule.id, rule.severity.name(), rule.title);
    }
    text.push_str(HYGIENE);
    check("docs/hygiene.md", &text);
}

/// What stands below the table of hygiene rules.
const HYGIENE: &str = "
A rule says a thing once a file, at the first place that no marker accepts. Such a finding is accepted as any other is: by
`konceal:allow` on its line, by its fingerprint in the baseline or in `[allow]`, or its rule is switched off by `[rules] disable`.
What `[dotenv] allow` names may be committed, so no rule asks where it goes.

## What is looked at

- Tracked files, and untracked ones that are not ignored, as in any scan of a working tree.
- Ignored dotenv files, which are where keys belong: for the names of their variables and for where they would go, not for keys.
  They are looked for in every folder that is scanned and in ignored ones, two deep, without those that tools make
  (`node_modules`, `target`, `.venv`). An ignored folder that may not be listed is passed over.
- What stands around them, where there is such a dotenv file: `.gitignore` and git's other ignore files, Dockerfiles, compose files
  and `.dockerignore`, `package.json`, `.npmignore`, `.vscodeignore`, `Cargo.toml`, `pyproject.toml`, `MANIFEST.in`. One that cannot
  be read is a notice (`hygiene-file`), and nothing is said that would rest on it.

In a bare repository there is no working tree, and nothing of this.

## How it is decided

- **A dotenv file** counts with a Konver key's name that has a value, none yet, or a placeholder: it will be filled in. With a
  reference (`${KEY}`, `op://...`) it does not; nor do templates (`.env.example`, `example.env`). A committed one in an image or
  a package counts with a value only.
- **An image**: the context of a Dockerfile is the one that a compose file names, else the nearest folder, from its own upwards, that
  has everything it copies by name. `.dockerignore` is read as Docker reads it, `Dockerfile.dockerignore` before it.
- **A package**: as npm, vsce, cargo, setuptools, hatchling, poetry, flit and uv choose what they take; of pdm only its lists. Not
  what is private (`private`, `publish = false`, a `Private ::` classifier) or has not what its registry asks for (a name and a
  version; for crates.io a description and a licence). For a file that git ignores, `package.json` must say something of publishing
  besides (`files`, `bin`, `exports`, `types`, `module`, `publishConfig`, a script for it), or a `.npmignore` stand beside it.
- **Certificates** and **addresses**: the statement's own host decides, then what its name is used for, then the file's, if that
  names the API's host and no other. Where that is not clear, nothing is said. Texts for people (`.md`, `.txt`, `.html`) and
  comments are left out: they warn of a thing as often as they do it.
- **A template**: the nearest one above the code that reads the variable. Tests, examples and documentation do not count as code; a
  prefix of the application's (`ACME_KONVER_API_KEY`) is the same variable.
";

#[test]
fn codes_of_notices_are_unique_and_kebab_case() {
    let names: std::collections::BTreeSet<_> = Code::ALL.iter().map(|code| code.name).collect();
    assert_eq!(names.len(), Code::ALL.len());
    assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
}
