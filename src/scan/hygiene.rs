//! The hygiene rules over a working tree: each file as it passes by, then what stands around dotenv files and templates.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Context;
use super::collect::{Place, of_rule};
use crate::blob::{ObjectKind, SourceKind, Text};
use crate::finding::{Accepted, Finding, Kind};
use crate::hygiene::check::{self, Observation};
use crate::hygiene::{Found, Surroundings, Tree};
use crate::secret::Raw;
use crate::source::coverage::Code;
use crate::source::git::Repository;
use crate::source::worktree::{Content, bytes_of, content, path_of};
use crate::suppress::inline;

/// So many ignored folders are listed at each of so many depths: dotenv files lie at the top of what people ignore, and the
/// deep folders are those of caches and builds.
const IGNORED_FOLDERS: usize = 256;
const IGNORED_DEPTH: usize = 2;

/// The hygiene rules of one walk. Shared by all threads.
pub(super) struct Hygiene<'a> {
    context: &'a Context<'a>,
    /// Where the walk's paths begin; without it only single files are looked at.
    root: Option<&'a Path>,
    /// Whether the walk takes everything below the root.
    is_whole: bool,
    is_tracked: &'a (dyn Fn(&[u8]) -> bool + Sync),
    surroundings: Mutex<Surroundings>,
}

impl<'a> Hygiene<'a> {
    /// Ready for a walk of everything below `root`, or of a part of it.
    pub(super) fn new(
        context: &'a Context<'a>,
        root: Option<&'a Path>,
        is_whole: bool,
        is_tracked: &'a (dyn Fn(&[u8]) -> bool + Sync),
    ) -> Self {
        Self { context, root, is_whole, is_tracked, surroundings: Mutex::default() }
    }

    /// What the rules for single files say of one; `hot` where an anchor stands in it. Remembers what the other rules need.
    pub(super) fn file(&self, path: &[u8], bytes: &[u8], hot: bool) -> Vec<Finding<Raw>> {
        if self.root.is_some() && Surroundings::concerns(path, bytes, hot) {
            self.around().pass(path, bytes, (self.is_tracked)(path));
        }
        if hot { self.findings(path, bytes, |text| check::check(&check::File { path, text })) } else { Vec::new() }
    }

    /// Remembers what lies in a folder that the walk enters: it does not pass by ignored files, and dotenv files mostly are.
    pub(super) fn folder(&self, path: &[u8], place: &Path) {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        // One that the walk enters and that cannot be listed is in the ledger: the walk lists it as well.
        for entry in std::fs::read_dir(place).into_iter().flatten().filter_map(Result::ok) {
            let name = bytes_of(Path::new(&entry.file_name()));
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let list = match is_folder {
                true if Surroundings::enters(&name) => &mut folders,
                false if Surroundings::lists(&name) => &mut files,
                _ => continue,
            };
            list.push(if path.is_empty() { name } else { [path, b"/", &name].concat() });
        }
        self.around().list(path, files, folders);
    }

    /// Lists the ignored folders in those that the walk entered, and the folders in these. One that may not be listed (a database's
    /// own, often) is passed over: nobody asked for what git ignores.
    fn ignored_folders(&self, root: &Path) {
        for _ in 0..IGNORED_DEPTH {
            let folders = self.around().not_entered(IGNORED_FOLDERS);
            for folder in folders {
                let place = root.join(path_of(&folder));
                // Another repository's files are not this one's.
                if place.join(".git").symlink_metadata().is_ok() {
                    self.around().list(&folder, Vec::new(), Vec::new());
                } else {
                    self.folder(&folder, &place);
                }
            }
        }
    }

    /// What the rules for several files say, once all have passed by; `repository` is the one that keeps them.
    pub(super) fn finish(&self, repository: Option<&Repository>) -> Vec<Finding<Raw>> {
        let Some(root) = self.root.filter(|_| !self.context.cancel.is_set()) else { return Vec::new() };
        let disk = Disk { context: self.context, root, repository, noted: Mutex::default() };
        let mut found = Vec::new();
        self.ignored_folders(root);
        let passed_over = self.around().passed_over();
        for path in passed_over.iter().filter(|path| !self.context.settings.excludes(path) && !(self.is_tracked)(path))
        {
            if let Found::File(bytes) = disk.find(path) {
                self.around().take_ignored(path, &bytes);
                found.extend(self.findings(path, &bytes, |text| check::check(&check::File { path, text })));
            }
        }
        let observed = self.around().check(&disk);
        for (path, observation) in observed {
            let allowed = observation.rule.starts_with("dotenv-") && self.context.settings.allows_dotenv(&path);
            // Another template, above what was asked for, may name the variable.
            let unknown = !self.is_whole && observation.rule == "template-lacks-variable";
            if let (false, Found::File(bytes)) = (allowed || unknown, disk.find(&path)) {
                found.extend(self.findings(&path, &bytes, |_| vec![observation]));
            }
        }
        found
    }

    /// The findings of what was observed in a file: one for each rule, at the first place that no marker accepts.
    fn findings(
        &self,
        path: &[u8],
        bytes: &[u8],
        observe: impl FnOnce(&Text<'_>) -> Vec<Observation>,
    ) -> Vec<Finding<Raw>> {
        let text = Text::new(bytes);
        let observed = observe(&text);
        let rules: BTreeSet<&str> = observed.iter().map(|observation| observation.rule).collect();
        let of = |id: &&str| {
            let rule = self.context.rules.get(id).filter(|_| !self.context.settings.disables(id))?;
            let mut accepted: Option<Finding<Raw>> = None;
            for said in observed.iter().filter(|said| said.rule == *id) {
                // A marker accepts all of its line.
                let line = accepted.as_ref().and_then(|finding| finding.location).map(|location| location.line);
                if line == Some(text.line_at(said.span.start)) {
                    continue;
                }
                let finding = self.finding(rule, path, &text, said);
                if !matches!(finding.accepted, Some((Accepted::Inline, _))) {
                    return Some(finding);
                }
                accepted.get_or_insert(finding);
            }
            accepted
        };
        rules.iter().filter_map(of).collect()
    }

    fn finding(&self, rule: &crate::rule::Rule, path: &[u8], text: &Text<'_>, said: &Observation) -> Finding<Raw> {
        let location = text.location(&said.span);
        let place = Place { source: SourceKind::Worktree, object: ObjectKind::Blob, path: Some(path) };
        let mut finding = of_rule(self.context, rule, Kind::Hygiene, &place, location, said.message.as_bytes());
        if let Some(marker) = inline::accepted(text, location.line, &self.context.settings.markers) {
            finding.accepted = Some((Accepted::Inline, marker.reason));
        }
        finding
    }

    fn around(&self) -> MutexGuard<'_, Surroundings> {
        self.surroundings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The working tree on the disk.
struct Disk<'a> {
    context: &'a Context<'a>,
    root: &'a Path,
    repository: Option<&'a Repository>,
    noted: Mutex<BTreeSet<Vec<u8>>>,
}

impl Disk<'_> {
    /// A file of at most the size that people write by hand; what cannot be read is noted once.
    fn read(&self, file: &Path, name: &[u8]) -> Found {
        let missing = |kind| matches!(kind, std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory);
        let why = match content(file, Some(Surroundings::MOST_BYTES)) {
            Ok(Content::Bytes(bytes)) => return Found::File(bytes),
            Ok(Content::Folder) => return Found::Folder,
            // A pipe, as password managers put in the place of a dotenv file, is copied and published by nobody.
            Ok(Content::Special) => return Found::Nothing,
            Ok(Content::OverLimit | Content::TooLarge) => format!("more than {} bytes", Surroundings::MOST_BYTES),
            Err(error) if missing(error.kind()) => return Found::Nothing,
            Err(error) => error.kind().to_string(),
        };
        let new = self.noted.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_vec());
        if new {
            self.context.ledger.note(Code::HYGIENE, Some(Raw::new(name)), Some(why));
        }
        Found::Unreadable
    }
}

impl Tree for Disk<'_> {
    fn find(&self, path: &[u8]) -> Found {
        let file = self.root.join(path_of(path));
        if !file.is_symlink() {
            return self.read(&file, path);
        }
        // A link into the tree is what it names; nothing outside is read.
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.to_owned());
        match file.canonicalize() {
            Ok(real) if real.starts_with(&root) => self.read(&real, path),
            _ => Found::Nothing,
        }
    }

    fn exists(&self, path: &[u8]) -> bool {
        self.root.join(path_of(path)).symlink_metadata().is_ok()
    }

    fn own_ignores(&self) -> Vec<(&'static str, Found)> {
        let Some(repository) = self.repository else { return Vec::new() };
        let named = repository.config("core.excludesFile").filter(|file| !file.is_empty());
        let global: Option<PathBuf> =
            named.map(|file| self.root.join(file)).or_else(ignore::gitignore::gitconfig_excludes_path);
        let files = [
            (".git/info/exclude", Some(repository.common_dir().join("info/exclude"))),
            ("the ignore file of this user's git configuration", global),
        ];
        let read = |(name, file): (&'static str, Option<PathBuf>)| {
            // Such a file is often a link into somebody's collection of settings.
            let file = file?.canonicalize().ok()?;
            Some((name, self.read(&file, name.as_bytes())))
        };
        files.into_iter().filter_map(read).collect()
    }

    fn is_repository(&self) -> bool {
        self.repository.is_some()
    }
}
