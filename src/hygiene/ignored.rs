//! Who ignores a dotenv file: the repository, for everybody, or only the user's own machine.

use super::check::Observation;
use super::surroundings::{Dotenv, Found, Tree, below, folders, join};
use crate::rule::Globs;

/// A dotenv file that the next `git add .` takes up, here or on somebody else's machine.
pub(super) fn check(path: &[u8], file: &Dotenv, tree: &dyn Tree) -> Option<Observation> {
    let is_known = |(_, found): &(&str, Found)| *found != Found::Unreadable;
    if file.is_tracked || !tree.is_repository() || !tree.own_ignores().iter().all(is_known) {
        return None;
    }
    if is_ignored_by(&lists(path, tree)?, path) {
        return None;
    }
    match own(path, tree) {
        Some(name) => Some(Observation {
            rule: "dotenv-ignored-locally",
            span: file.line.span.clone(),
            message: format!(
                "a dotenv file with a Konver key's name is ignored only by {name}, which no other clone has: there, \
                 `git add .` takes such a file up"
            ),
        }),
        None if file.is_seen => Some(Observation {
            rule: "dotenv-not-ignored",
            span: file.line.span.clone(),
            message: "a dotenv file with a Konver key's name is not ignored: the next `git add .` takes it up".into(),
        }),
        None => None,
    }
}

/// Whether git ignores a path, for whatever reason; `None` where that cannot be known.
pub fn is_ignored(path: &[u8], tree: &dyn Tree) -> Option<bool> {
    Some(is_ignored_by(&lists(path, tree)?, path) || own(path, tree).is_some())
}

/// Which of the ignore files that only this machine has ignores a path. Git asks them last.
fn own(path: &[u8], tree: &dyn Tree) -> Option<&'static str> {
    let shared = lists(path, tree)?;
    let ignores = |found: Found| {
        let Found::File(bytes) = found else { return false };
        let mut lists = shared.clone();
        lists.push((&[], globs(&bytes)));
        is_ignored_by(&lists, path)
    };
    tree.own_ignores().into_iter().find_map(|(name, found)| ignores(found).then_some(name))
}

/// The repository's own .gitignore files that concern a path, each with its folder, the nearest first; `None` where one of them
/// could not be read.
fn lists<'a>(path: &'a [u8], tree: &dyn Tree) -> Option<Vec<(&'a [u8], Globs)>> {
    let mut lists = Vec::new();
    for folder in folders(path) {
        match tree.find(&join(folder, b".gitignore")) {
            Found::File(bytes) => lists.push((folder, globs(&bytes))),
            Found::Unreadable => return None,
            Found::Nothing | Found::Folder => {}
        }
    }
    Some(lists)
}

/// The patterns of an ignore file; lines that git would never match are none.
pub(super) fn globs(bytes: &[u8]) -> Globs {
    let mut globs = Globs::default();
    let text = String::from_utf8_lossy(bytes);
    for line in text.strip_prefix('\u{feff}').unwrap_or(&text).lines() {
        let _ = globs.add(line);
    }
    globs
}

/// Whether lists of patterns, each with its folder and the nearest to the path first, ignore the path: of each folder on the
/// way and of the file itself the first list that says anything decides, and below an ignored folder nothing comes back.
pub(super) fn is_ignored_by(lists: &[(&[u8], Globs)], path: &[u8]) -> bool {
    let decides = |path: &[u8], is_folder: bool| {
        let said = |(folder, globs): &(&[u8], Globs)| globs.verdict(below(path, folder)?, is_folder);
        lists.iter().find_map(said).unwrap_or(false)
    };
    let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    ends.into_iter().any(|at| decides(path.get(..at).unwrap_or_default(), true)) || decides(path, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_list_decides_and_folders_are_final() {
        let near = globs(b"!.env\n");
        let far = globs(b".env\n/closed/\n");
        let lists = [(&b"app"[..], near), (&b""[..], far)];
        assert!(!is_ignored_by(&lists, b"app/.env"));
        assert!(is_ignored_by(&lists, b"other/.env"));
        assert!(is_ignored_by(&[(&b"closed"[..], globs(b"!.env\n")), (&b""[..], globs(b"closed/\n"))], b"closed/.env"));
    }
}
