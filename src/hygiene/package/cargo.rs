//! What `cargo package` takes: with `include` what it matches, else what git holds or would take up without what `exclude`
//! matches.

use toml::{Table, Value};

use super::super::surroundings::{below, folders};
use super::{File, globs};
use crate::rule::Globs;

/// Whether the crate in `at` would publish the file; `None` where there is no crate.
pub(super) fn publishes(file: &File<'_>, at: &[u8]) -> Option<bool> {
    let manifest: Table = file.text(at, "Cargo.toml")?.parse().ok()?;
    let package = manifest.get("package")?.as_table()?;
    let path = below(file.path, at)?;
    Some(is_published(package) && takes(package, file, path))
}

/// Whether a registry would take it, and nothing forbids it: crates.io asks for a description and a licence, others for less, but
/// then something shows that it is meant to be packed.
fn is_published(package: &Table) -> bool {
    let forbidden = package.get("publish").is_some_and(|publish| match publish {
        Value::Boolean(publish) => !publish,
        Value::Array(registries) => registries.is_empty(),
        _ => false,
    });
    let has = |name: &str| package.get(name).is_some();
    let described = has("description") && (has("license") || has("license-file"));
    !forbidden && has("name") && (described || ["include", "exclude", "publish"].iter().any(|field| has(field)))
}

fn takes(package: &Table, file: &File<'_>, path: &[u8]) -> bool {
    let list = |name: &str| -> Option<Vec<&str>> {
        Some(package.get(name)?.as_array()?.iter().filter_map(Value::as_str).collect())
    };
    if let Some(include) = list("include").filter(|include| !include.is_empty()) {
        return is_matched(&globs(include), path);
    }
    // Without git, cargo leaves out what is hidden, and its `exclude` is asked all the same.
    let hidden = path.split(|&byte| byte == b'/').any(|part| part.starts_with(b"."));
    let listed = if file.tree.is_repository() { file.is_in_git() } else { !hidden };
    listed && !is_matched(&globs(list("exclude").unwrap_or_default()), path)
}

/// Whether the patterns match a path or a folder above it: what is said of the nearest counts.
fn is_matched(globs: &Globs, path: &[u8]) -> bool {
    let above = folders(path).filter(|folder| !folder.is_empty());
    globs
        .verdict(path, false)
        .or_else(|| above.into_iter().find_map(|folder| globs.verdict(folder, true)))
        .unwrap_or(false)
}
