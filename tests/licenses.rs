//! The licence of every crate that is built into konceal, or into its tests, is one of those that deny.toml allows.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What deny.toml allows.
fn allowed() -> BTreeSet<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml");
    let table: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
    let list = table["licenses"]["allow"].as_array().unwrap();
    list.iter().map(|licence| licence.as_str().unwrap().to_owned()).collect()
}

/// Whether an SPDX expression holds with these licences: `AND` binds closer than `OR`, `WITH` belongs to its licence, and `/`
/// is how older crates write `OR`.
fn holds(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let result = any(&words, &mut at, allowed);
    assert_eq!(at, words.len(), "not an SPDX expression: {expression}");
    result
}

fn any(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut result = all(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        result |= all(words, at, allowed);
    }
    result
}

fn all(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut result = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        result &= one(words, at, allowed);
    }
    result
}

fn one(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let word = words[*at];
    *at += 1;
    if word == "(" {
        let result = any(words, at, allowed);
        assert_eq!(words.get(*at), Some(&")"), "a parenthesis is open: {words:?}");
        *at += 1;
        return result;
    }
    if words.get(*at) == Some(&"WITH") {
        *at += 2;
        return allowed.contains(&format!("{word} WITH {}", words[*at - 1]));
    }
    allowed.contains(word)
}

/// The platform that this test was built for: of others the crates need not be at hand.
fn host() -> String {
    let out = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let text = String::from_utf8(out).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let command = ["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", &host()];
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(command).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50, "only {} packages", packages.len());

    let allowed = allowed();
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(|licence| holds(licence, &allowed)))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "not allowed by deny.toml: {refused:#?}");
}

#[test]
fn an_unknown_licence_is_refused() {
    let allowed = allowed();
    assert!(holds("MIT OR GPL-3.0-only", &allowed));
    assert!(holds("(MIT OR Apache-2.0) AND Unicode-3.0", &allowed));
    assert!(holds("Apache-2.0 WITH LLVM-exception", &allowed));
    let none =
        ["GPL-3.0-only", "MIT AND GPL-3.0-only", "MIT WITH Nothing-exception", "GPL-3.0-only OR (MIT AND Other)"];
    for refused in none {
        assert!(!holds(refused, &allowed), "{refused}");
    }
}

#[test]
fn every_dependency_has_a_reason_in_contributing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest: toml::Table = std::fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let reasons = std::fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let reasons: BTreeSet<&str> =
        reasons.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).map(|(name, _)| name).collect();
    let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
    let names = sections.iter().flat_map(|section| manifest[*section].as_table().unwrap().keys());
    let missing: BTreeSet<&String> = names.filter(|name| !reasons.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "no reason in CONTRIBUTING.md: {missing:?}");
}
