//! What `npm pack` takes: `files` of package.json, else .npmignore, else .gitignore; and in each folder below, .npmignore before
//! .gitignore (npm-packlist). Git's other ignore files do not count.

use serde_json::Value;

use super::super::ignored::globs as lines;
use super::super::surroundings::{below, folder, folders, join};
use super::{File, globs, rooted};
use crate::rule::Globs;

/// Whether the package in `at` would publish the file; `None` where there is no package.
pub(super) fn publishes(file: &File<'_>, at: &[u8]) -> Option<bool> {
    let manifest: Value = serde_json::from_str(&file.text(at, "package.json")?).ok()?;
    Some(is_published(&manifest, file, at) && takes(&manifest, file, at))
}

/// Whether npm would publish it at all: it has what a package needs and is not private. Where git ignores the file, something must
/// show besides that it is meant to be published: the .gitignore of a project hides its folders from git, and not from npm, but
/// nobody publishes the folder of its tests. Extensions of VS Code are published by another tool.
fn is_published(manifest: &Value, file: &File<'_>, at: &[u8]) -> bool {
    const MEANT: &[&str] = &["files", "publishConfig", "bin", "exports", "types", "typings", "module"];
    const SCRIPTS: &[&str] = &["prepublishOnly", "prepublish", "prepack", "postpublish", "release"];
    let has = |name: &str| manifest.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    let private = manifest.get("private").is_some_and(|private| private != &Value::Bool(false));
    let extension = manifest.get("engines").and_then(|engines| engines.get("vscode")).is_some();
    let scripts = manifest.get("scripts");
    let meant = || {
        MEANT.iter().any(|field| manifest.get(*field).is_some())
            || SCRIPTS.iter().any(|name| scripts.and_then(|scripts| scripts.get(*name)).is_some())
            || file.text(at, ".npmignore").is_some()
    };
    has("name") && has("version") && !private && !extension && (file.is_in_git() || meant())
}

fn takes(manifest: &Value, file: &File<'_>, at: &[u8]) -> bool {
    let Some(path) = below(file.path, at) else { return false };
    let files = manifest.get("files").and_then(Value::as_array);
    if let Some(files) = files {
        // The package's own folder, as a pattern, is nothing to npm.
        let is_pattern = |pattern: &&str| !matches!(pattern.trim_start_matches("./"), "." | "");
        let patterns: Vec<&str> = files.iter().filter_map(Value::as_str).filter(is_pattern).collect();
        // What is taken back is so by its name alone, in any folder.
        let back = patterns.iter().filter_map(|pattern| pattern.strip_prefix('!'));
        if !rooted(patterns.iter().copied()).matches(path) || globs(back).matches(path) {
            return false;
        }
        // A file that is named as it is goes in, whatever the folders below say.
        if patterns.iter().any(|pattern| pattern.trim_start_matches("./").as_bytes() == path) {
            return true;
        }
    }
    let mut lists: Vec<List<'_>> = Vec::new();
    for folder in folders(path).filter(|folder| !folder.is_empty() || files.is_none()) {
        let place = join(at, folder);
        if file.is_unreadable(&place, ".npmignore") || file.is_unreadable(&place, ".gitignore") {
            return false;
        }
        let list = file.text(&place, ".npmignore").or_else(|| file.text(&place, ".gitignore"));
        let reaches = |line: &str| line.strip_prefix('!').is_some_and(|rest| rest.trim_matches('/').contains('/'));
        lists.extend(list.map(|list| List {
            folder,
            globs: lines(list.as_bytes()),
            reaches_below: list.lines().any(reaches),
        }));
    }
    !is_ignored(&lists, path)
}

/// The ignore file of a folder.
struct List<'a> {
    folder: &'a [u8],
    globs: Globs,
    /// Whether a pattern of it takes back what lies in a folder, by the folder's name.
    reaches_below: bool,
}

impl List<'_> {
    fn verdict(&self, path: &[u8], is_folder: bool) -> Option<bool> {
        self.globs.verdict(below(path, self.folder)?, is_folder)
    }
}

/// Whether lists, the nearest first, leave a path out. The nearest that says anything decides, but for what lies in a folder that
/// is left out, unless the list that does so takes the path back by the folder's name.
fn is_ignored(lists: &[List<'_>], path: &[u8]) -> bool {
    let left_out = |parent: &[u8]| {
        let said = lists.iter().find_map(|list| Some((list, list.verdict(parent, true)?)));
        said.is_some_and(|(list, ignored)| ignored && !(list.reaches_below && list.verdict(path, false) == Some(false)))
    };
    parents(path).any(left_out) || lists.iter().find_map(|list| list.verdict(path, false)).unwrap_or(false)
}

/// The folders of a path, the nearest first, without the root.
fn parents(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::successors(Some(folder(path)), |&at| Some(folder(at))).take_while(|at| !at.is_empty())
}
