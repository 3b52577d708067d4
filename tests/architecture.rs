//! Who may use whom: the way of the data has one direction, and what is dangerous has one place.
#![expect(clippy::expect_used, reason = "a test that panics has failed, which is what it is for")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// For each module, those whose `crate::` paths it may name. A new edge is added here on purpose, with its reason.
const EDGES: &[(&str, &[&str])] = &[
    // The lowest: data that knows nothing above itself.
    ("secret", &[]),
    ("blob", &["secret"]),
    // Severity and confidence are finding's words; rules and configuration speak them. A key's length is secret's.
    ("rule", &["finding", "secret"]),
    ("config", &["rule", "finding", "secret"]),
    // An unreadable path is a raw value, which only redaction turns into text.
    ("source", &["blob", "config", "finding", "secret"]),
    // Evidence and raw excerpts are finding's data.
    ("detect", &["rule", "blob", "secret", "finding"]),
    ("finding", &["secret", "blob", "rule"]),
    ("suppress", &["config", "finding", "rule", "blob", "secret"]),
    // A dotenv file's values are judged as any literal is.
    ("hygiene", &["config", "source", "blob", "rule", "finding", "detect"]),
    ("verify", &["config", "finding", "secret"]),
    ("scan", &["config", "source", "detect", "suppress", "hygiene", "verify", "finding", "rule", "blob", "secret"]),
    // A plan is made of an audit's outcome; the file that it needs lies outside every repository, which source tells.
    ("audit", &["scan", "finding", "source", "secret"]),
    // Refs and their names are bytes of the repository: places of blobs, raw values.
    ("hook", &["config", "source", "blob", "secret"]),
    ("report", &["finding", "rule", "secret", "blob", "source", "scan", "audit"]),
    (
        "cli",
        &[
            "audit", "blob", "config", "detect", "finding", "hook", "hygiene", "report", "rule", "scan", "secret",
            "source", "suppress", "verify",
        ],
    ),
];

/// What only some files may hold, and why.
const PLACES: &[(&str, &[&str], &str)] = &[
    (
        "git2::",
        &["source/git.rs", "source/history", "source/range.rs", "source/refs.rs", "source/draft.rs"],
        "one room speaks to libgit2",
    ),
    ("ureq::", &["verify"], "one room speaks to the network"),
    ("rustls::", &["verify"], "one room speaks to the network"),
    ("std::net::", &["verify"], "one room speaks to the network"),
    ("miette::", &["cli", "report/human.rs", "report/human"], "diagnostics are drawn at the edge"),
    ("println!", &["cli", "report"], "what is printed has passed redaction"),
    ("eprintln!", &["cli", "report"], "what is printed has passed redaction"),
    ("print!", &["cli", "report"], "what is printed has passed redaction"),
    ("stdout()", &["cli", "report"], "what is printed has passed redaction"),
    ("stderr()", &["cli", "report"], "what is printed has passed redaction"),
    ("env::var", &["cli/environment.rs"], "one file reads the environment"),
    ("process::exit", &[], "main returns the exit status"),
    ("unsafe", &["source/git.rs"], "one unsafe call, explained where it stands"),
    ("transmute", &[], "no unsafe code"),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file: its path from src, with `/`, and its code without comments, strings and tests.
fn files() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![source()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(source()).expect("it lies in src").to_string_lossy().replace('\\', "/");
                found.insert(name, code(&std::fs::read_to_string(&path).expect("source is UTF-8")));
            }
        }
    }
    assert!(found.len() > 30, "the source was not found");
    found
}

/// A file's lines up to its tests, without line comments, and without what stands between quotes on one line.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    let mut code = String::new();
    for line in text.get(..end).unwrap_or(text).lines() {
        let mut quoted = false;
        let mut before = ' ';
        let mut escaped = false;
        for c in line.chars() {
            match c {
                '"' if !escaped && before != '\'' => quoted = !quoted,
                '/' if !quoted && before == '/' => {
                    code.pop();
                    break;
                }
                _ if !quoted => code.push(c),
                _ => {}
            }
            escaped = c == '\\' && !escaped;
            before = c;
        }
        code.push('\n');
    }
    code
}

fn module(file: &str) -> &str {
    file.split('/').next().unwrap_or(file).trim_end_matches(".rs")
}

/// Names of top-level modules behind `crate::`, those in braces included.
fn named(code: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = code.get(at + "crate::".len()..).unwrap_or_default();
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0_u32;
            let mut first = true;
            let mut name = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => first = true,
                    _ => {}
                }
                if depth == 0 && first && is_name(c) {
                    name.push(c);
                } else if !name.is_empty() {
                    names.insert(std::mem::take(&mut name));
                    first = c == ',';
                }
            }
            if !name.is_empty() {
                names.insert(name);
            }
        } else {
            let name: String = rest.chars().take_while(|&c| is_name(c)).collect();
            names.insert(name);
        }
    }
    names.retain(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
    names
}

#[test]
fn names_of_modules_are_read_in_every_form() {
    let names = named("use crate::a::{b, C}; let x = crate::d::e(); use crate::{f, g::{h, i}, j};");
    assert_eq!(names, ["a", "d", "f", "g", "j"].map(str::to_owned).into());
}

#[test]
fn comments_strings_and_tests_are_no_code() {
    let text = "a(\"git2::\", '\"'); // unsafe\nb();\n#[cfg(test)]\nmod tests { unsafe }\n";
    let code = code(text);
    assert!(!code.contains("git2") && !code.contains("unsafe") && code.contains("b();"), "{code}");
}

#[test]
fn modules_use_only_what_lies_below_them() {
    let allowed: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut wrong = Vec::new();
    for (file, code) in files() {
        let from = module(&file);
        if matches!(from, "lib" | "main") {
            continue;
        }
        let Some(allowed) = allowed.get(from) else {
            wrong.push(format!("{file}: {from} has no row in EDGES"));
            continue;
        };
        for to in named(&code) {
            if to != from && !allowed.contains(&to.as_str()) {
                wrong.push(format!("{file}: {from} -> {to}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_dangerous_has_one_place() {
    let mut wrong = Vec::new();
    for (file, code) in files() {
        for (what, places, why) in PLACES {
            let here = |place: &str| {
                file == *place || file.strip_prefix(place).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
            };
            let whole = |(at, _): (usize, &str)| {
                let before = code.get(..at).and_then(|text| text.chars().next_back());
                let after = code.get(at + what.len()..).and_then(|text| text.chars().next());
                let is_name = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
                !(is_name(before) || what.ends_with(char::is_alphanumeric) && *what != "env::var" && is_name(after))
            };
            if !places.iter().any(|place| here(place)) && code.match_indices(what).any(whole) {
                wrong.push(format!("{file}: {what} ({why})"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_source_file_is_longer_than_400_lines() {
    let long: Vec<String> = files()
        .into_keys()
        .map(|file| (std::fs::read_to_string(source().join(&file)).map_or(0, |text| text.lines().count()), file))
        .filter(|(lines, _)| *lines > 400)
        .map(|(lines, file)| format!("{file}: {lines}"))
        .collect();
    assert!(long.is_empty(), "which two things does each hold? {long:#?}");
}
