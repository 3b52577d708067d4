//! What the checks that look at more than one file have to know, gathered while files pass by: dotenv files, what builds an
//! image, templates and what the code reads. Everything else they ask a [`Tree`] for, and only where a dotenv file needs it.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{File, Observation};
use super::dotenv::{self, KeyLine};
use super::{docker, ignored, package, template};
use crate::blob::Text;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A folder.
    Folder,
    /// A file.
    File(Vec<u8>),
    /// Something that could not be read; whoever reads has noted it, and no check says anything that would rest on it.
    Unreadable,
}

/// Files of a working tree, by their path from its root with `/` between names.
pub trait Tree {
    /// What stands there; of a link what it names, if that lies in the tree.
    fn find(&self, path: &[u8]) -> Found;
    /// Whether something stands there.
    fn exists(&self, path: &[u8]) -> bool;
    /// The ignore files that only this machine has (`.git/info/exclude`, the one that git's configuration names), each with
    /// the name that people know it by.
    fn own_ignores(&self) -> Vec<(&'static str, Found)>;
    /// Whether git keeps it: outside of a repository nothing can be committed.
    fn is_repository(&self) -> bool;
}

/// A dotenv file that holds a Konver key, or will hold one.
#[derive(Clone, Debug)]
pub(super) struct Dotenv {
    pub(super) line: KeyLine,
    pub(super) is_tracked: bool,
    /// Whether the walk came by: it takes what is tracked and what is not ignored.
    pub(super) is_seen: bool,
}

/// What was gathered.
#[derive(Debug, Default)]
pub struct Surroundings {
    pub(super) dotenv: BTreeMap<Vec<u8>, Dotenv>,
    pub(super) image_files: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) compose_files: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) templates: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Variables that code reads, by file.
    pub(super) reads: BTreeMap<Vec<u8>, Vec<template::Read>>,
    listed: BTreeSet<Vec<u8>>,
    folders: BTreeSet<Vec<u8>>,
    entered: BTreeSet<Vec<u8>>,
    seen: BTreeSet<Vec<u8>>,
}

impl Surroundings {
    /// So large a file of these kinds nobody writes by hand: larger ones are not looked at.
    pub const MOST_BYTES: u64 = 1 << 20;

    /// Whether [`Surroundings::pass`] can make anything of a file of this path; `hot` where the vendor may be named in it. Asked
    /// without a lock.
    pub fn concerns(path: &[u8], bytes: &[u8], hot: bool) -> bool {
        bytes.len() as u64 <= Self::MOST_BYTES
            && (dotenv::is_dotenv(path)
                || dotenv::is_template(path)
                || docker::is_image_file(path)
                || docker::is_compose_file(path)
                || hot && template::is_code(path))
    }

    /// Takes what there is to know of a file that the walk came by.
    pub fn pass(&mut self, path: &[u8], bytes: &[u8], is_tracked: bool) {
        if dotenv::is_template(path) {
            self.templates.insert(path.to_vec(), bytes.to_vec());
        } else if dotenv::is_dotenv(path) {
            self.seen.insert(path.to_vec());
            self.take(path, bytes, is_tracked, true);
        } else if docker::is_image_file(path) {
            self.image_files.insert(path.to_vec(), bytes.to_vec());
        } else if docker::is_compose_file(path) {
            self.compose_files.insert(path.to_vec(), bytes.to_vec());
        }
        let reads = template::reads(&File { path, text: &Text::new(bytes) });
        if !reads.is_empty() {
            self.reads.insert(path.to_vec(), reads);
        }
    }

    /// Whether a file of this name counts for [`Surroundings::list`].
    pub fn lists(name: &[u8]) -> bool {
        dotenv::is_dotenv(name) && !dotenv::is_template(name)
    }

    /// Whether a folder of this name can hold files of one's own: what tools make and fetch is large, and made anew.
    pub fn enters(name: &[u8]) -> bool {
        const MADE: &[&str] = &[
            ".git",
            "node_modules",
            "bower_components",
            "vendor",
            "target",
            "dist",
            "build",
            "out",
            "obj",
            "coverage",
            "venv",
            "__pycache__",
            "site-packages",
            "tmp",
            "temp",
            "logs",
            "Pods",
            "DerivedData",
            ".venv",
            ".tox",
            ".nox",
            ".next",
            ".nuxt",
            ".svelte-kit",
            ".turbo",
            ".cache",
            ".parcel-cache",
            ".yarn",
            ".pnpm-store",
            ".gradle",
            ".idea",
            ".vs",
            ".terraform",
            ".mypy_cache",
            ".pytest_cache",
            ".ruff_cache",
            ".eggs",
            ".direnv",
            ".dart_tool",
            ".angular",
        ];
        !MADE.iter().any(|made| made.as_bytes() == name)
    }

    /// Remembers what lies in a folder: dotenv files, and the folders that are worth a look if nobody else enters them.
    pub fn list(&mut self, folder: &[u8], files: Vec<Vec<u8>>, folders: Vec<Vec<u8>>) {
        self.entered.insert(folder.to_vec());
        self.listed.extend(files);
        self.folders.extend(folders);
    }

    /// The folders in those that were listed, at most so many, that were not listed themselves: ignored ones.
    pub fn not_entered(&self, most: usize) -> Vec<Vec<u8>> {
        self.folders.difference(&self.entered).take(most).cloned().collect()
    }

    /// The dotenv files that lie there and that the walk did not come by: ignored ones.
    pub fn passed_over(&self) -> Vec<Vec<u8>> {
        self.listed.difference(&self.seen).cloned().collect()
    }

    /// Takes a file of [`Surroundings::passed_over`].
    pub fn take_ignored(&mut self, path: &[u8], bytes: &[u8]) {
        self.take(path, bytes, false, false);
    }

    fn take(&mut self, path: &[u8], bytes: &[u8], is_tracked: bool, is_seen: bool) {
        if let Some(line) = dotenv::key_line(&Text::new(bytes)) {
            self.dotenv.insert(path.to_vec(), Dotenv { line, is_tracked, is_seen });
        }
    }

    /// Everything that the checks of a repository say: the path, and what was observed there; in the order of paths.
    pub fn check(&self, tree: &dyn Tree) -> Vec<(Vec<u8>, Observation)> {
        let mut found = Vec::new();
        for (path, file) in &self.dotenv {
            let rules = [
                ignored::check(path, file, tree),
                docker::check(path, file, self, tree),
                package::check(path, file, tree),
            ];
            found.extend(rules.into_iter().flatten().map(|observation| (path.clone(), observation)));
        }
        found.extend(template::check(self));
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    }
}

/// The folder of a path, without a slash at the end; empty for the root.
pub(super) fn folder(path: &[u8]) -> &[u8] {
    path.iter().rposition(|&byte| byte == b'/').map_or(&[], |at| path.get(..at).unwrap_or_default())
}

/// The folders above a path, the nearest first, the root (empty) last.
pub(super) fn folders(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::successors(Some(folder(path)), |&at| (!at.is_empty()).then(|| folder(at)))
}

/// A path below a folder, which may be the root.
pub(super) fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}

/// A path as seen from a folder above it.
pub(super) fn below<'a>(path: &'a [u8], folder: &[u8]) -> Option<&'a [u8]> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix(b"/") }
}
