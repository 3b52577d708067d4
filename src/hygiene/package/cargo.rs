//! What `cargo package` takes: with `include` what it matches, else what git holds or would take up without what `exclude`
//! matches.

use toml::{Table, Value};

use super::super::surroundings::below;
use super::{File, globs};

/// Whether the crate in `at` would publish the file; `None` where there is no crate.
pub(super) fn publishes(file: &File<'_>, at: &[u8]) -> Option<bool> {
    let manifest: Table = file.text(at, "Cargo.toml")?.parse().ok()?;
    let package = manifest.get("package")?.as_table()?;
    let path = below(file.path, at)?;
    Some(is_published(package) && takes(package, file, path))
}

/// Whether a registry would take it, and nothing forbids it: crates.io asks for a description and a licence.
fn is_published(package: &Table) -> bool {
    let forbidden = package.get("publish").is_some_and(|publish| match publish {
        Value::Boolean(publish) => !publish,
        Value::Array(registries) => registries.is_empty(),
        _ => false,
    });
    let has = |name: &str| package.get(name).is_some();
    !forbidden && has("name") && has("description") && (has("license") || has("license-file"))
}

fn takes(package: &Table, file: &File<'_>, path: &[u8]) -> bool {
    let list = |name: &str| -> Option<Vec<&str>> {
        Some(package.get(name)?.as_array()?.iter().filter_map(Value::as_str).collect())
    };
    match list("include") {
        Some(include) if !include.is_empty() => globs(include).matches(path),
        _ => file.is_in_git() && !globs(list("exclude").unwrap_or_default()).matches(path),
    }
}
