//! Sources whose hits are placed at once: working tree, index, message, standard input.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rayon::prelude::*;

use super::collect::{Place, choose, of_rule};
use super::hygiene::Hygiene;
use super::{Collector, Context};
use crate::blob::{Location, ObjectKind, Oid, SourceKind, Text};
use crate::finding::{Finding, Kind, Severity};
use crate::hygiene::dotenv;
use crate::secret::{KeyId, Raw};
use crate::source::coverage::Code;
use crate::source::git::Repository;
use crate::source::index::{Changes, Entry, Index, note_object};
use crate::source::worktree::{Content, Sink, Walk, content, note_references};
use crate::source::{SourceError, similar};

/// So many staged files are read by one handle on one thread; further ones would cost more than they gain.
pub(super) const FEW: usize = 64;

/// Examines files as they come and collects their findings.
struct Files<'a> {
    context: &'a Context<'a>,
    source: SourceKind,
    is_tracked: &'a (dyn Fn(&[u8]) -> bool + Sync),
    collector: Mutex<Collector>,
    hygiene: Option<Hygiene<'a>>,
}

impl Sink for Files<'_> {
    fn file(&self, path: &[u8], bytes: &[u8]) {
        let hot = self.context.detector.is_hot(bytes);
        let examined = if hot { self.context.examine_hot(bytes, &|| Raw::new(path)) } else { Vec::new() };
        let dotenv = dotenv::is_dotenv(path) && (self.is_tracked)(path);
        let hygiene = self.hygiene.as_ref().map_or_else(Vec::new, |hygiene| hygiene.file(path, bytes, hot));
        if examined.is_empty() && !dotenv && hygiene.is_empty() {
            return;
        }
        let mut collector = self.collector.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let place = Place { source: self.source, object: ObjectKind::Blob, path: Some(path) };
        let before = collector.findings.len();
        collector.place(self.context, &place, examined);
        if dotenv && collector.findings.len() == before {
            collector.findings.extend(committed_dotenv(self.context, self.source, path, bytes));
        }
        collector.findings.extend(hygiene);
    }

    fn folder(&self, path: &[u8], place: &Path) {
        if let Some(hygiene) = &self.hygiene {
            hygiene.folder(path, place);
        }
    }
}

/// The finding of kind `file` of a committed dotenv file; none where the configuration allows it.
pub(super) fn committed_dotenv(
    context: &Context<'_>,
    source: SourceKind,
    path: &[u8],
    bytes: &[u8],
) -> Option<Finding<Raw>> {
    let rule = context.rules.get(dotenv::RULE)?;
    if context.settings.allows_dotenv(path) || context.settings.disables(dotenv::RULE) {
        return None;
    }
    let severity = dotenv::severity(&Text::new(bytes));
    let message: &[u8] = match severity {
        Severity::Low => b"a dotenv file is committed; nothing in it looks secret",
        _ => b"a dotenv file with something secret in it is committed",
    };
    let place = Place { source, object: ObjectKind::Blob, path: Some(path) };
    Some(Finding { severity, ..of_rule(context, rule, Kind::File, &place, Location::TOP, message) })
}

/// The working tree, or plain files.
pub(super) fn worktree(
    context: &Context<'_>,
    repository: Option<&Repository>,
    paths: &[PathBuf],
    collector: &mut Collector,
) -> Result<(), SourceError> {
    let walk = Walk { settings: context.settings, ledger: context.ledger, cancel: context.cancel };
    let index = repository.map(Index::load).transpose()?.unwrap_or_default();
    let is_tracked = |path: &[u8]| index.find(path).is_some();
    let workdir = repository.and_then(Repository::workdir);
    let hygiene_root = workdir.or(match paths {
        [only] if only.is_dir() => Some(only.as_path()),
        _ => None,
    });
    let is_root = |path: &PathBuf| path.canonicalize().ok() == hygiene_root.and_then(|root| root.canonicalize().ok());
    let is_whole = paths.is_empty() || paths.iter().any(is_root);
    let files = Files {
        context,
        source: SourceKind::Worktree,
        is_tracked: &is_tracked,
        collector: Mutex::default(),
        hygiene: context.settings.hygiene.then(|| Hygiene::new(context, hygiene_root, is_whole, &is_tracked)),
    };
    match workdir {
        Some(root) => walk.repository(root, &index, paths, &files)?,
        None => walk.plain(paths, &files)?,
    }
    let around = files.hygiene.as_ref().map_or_else(Vec::new, |hygiene| hygiene.finish(repository));
    collector.findings.extend(around);
    collector.merge(files.collector.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner));
    Ok(())
}

/// The index: what is staged, or everything in it where no changes are given.
pub(super) fn index(
    context: &Context<'_>,
    repository: &Repository,
    index: &Index,
    staged: Option<&Changes>,
    merging: &[Oid],
    collector: &mut Collector,
) -> Result<(), SourceError> {
    let entries: Vec<Entry<'_>> = match staged {
        Some(changes) => changes.entries(index).collect(),
        None => index.entries().collect(),
    };
    let files =
        Files { context, source: SourceKind::Index, is_tracked: &|_| true, collector: Mutex::default(), hygiene: None };
    if entries.len() <= FEW {
        for entry in &entries {
            stage(context, repository, entry, &files);
        }
    } else {
        let location = repository.location();
        entries.par_chunks(FEW).try_for_each(|entries| -> Result<(), SourceError> {
            let own = Repository::open(location)?;
            for entry in entries {
                stage(context, &own, entry, &files);
            }
            Ok(())
        })?;
    }
    let mut found = files.collector.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(Changes { deleted, .. }) = staged.filter(|_| !found.findings.is_empty()) {
        let before = Before { context, repository, heads: &heads(repository, merging)?, deleted };
        for finding in &mut found.findings {
            let id = finding.path.as_ref().and_then(|path| index.find(path.bytes())).map(|entry| entry.id);
            finding.new = Some(!before.stood(finding, id));
        }
    }
    collector.merge(found);
    Ok(())
}

fn stage(context: &Context<'_>, repository: &Repository, entry: &Entry<'_>, files: &Files<'_>) {
    let place = || Some(Raw::new(entry.path));
    if context.cancel.is_set() || entry.is_intent_to_add() {
        return;
    }
    if entry.is_submodule() {
        context.ledger.note(Code::SUBMODULE, place(), None);
        return;
    }
    if context.settings.excludes(entry.path) {
        context.ledger.note(Code::EXCLUDED, place(), None);
        return;
    }
    if entry.is_unmerged() {
        context.ledger.note(Code::CONFLICT, place(), None);
    }
    match repository.blob(entry.id) {
        Ok(bytes) if context.settings.max_file_size.is_some_and(|limit| bytes.len() as u64 > limit) => {
            context.ledger.note(Code::OVER_LIMIT, place(), None);
        }
        Ok(bytes) => {
            context.ledger.file(bytes.len());
            note_references(context.ledger, entry.path, &bytes);
            files.file(entry.path, &bytes);
        }
        Err(error) => note_object(context.ledger, entry.path, error),
    }
}

/// The trees that a commit's content is compared with: HEAD's and those of every head that is being merged.
fn heads(repository: &Repository, merging: &[Oid]) -> Result<Vec<Oid>, SourceError> {
    let Some(head) = repository.head()? else { return Ok(Vec::new()) };
    let others = if merging.is_empty() { repository.merge_heads() } else { merging.to_vec() };
    let tree = |commit: Oid| {
        repository.tree_of(commit).map_err(|_| SourceError::Git(format!("cannot read the commit {commit}")))
    };
    std::iter::once(head).chain(others).map(tree).collect()
}

/// What stood in the heads before this commit.
struct Before<'a> {
    context: &'a Context<'a>,
    repository: &'a Repository,
    heads: &'a [Oid],
    deleted: &'a BTreeMap<Vec<u8>, Oid>,
}

impl Before<'_> {
    /// Whether the finding stood in the same file of a head, or in the one that it was renamed from.
    fn stood(&self, finding: &Finding<Raw>, id: Option<Oid>) -> bool {
        let Some(path) = finding.path.as_ref().map(Raw::bytes) else { return false };
        let same = self.heads.iter().any(|&tree| {
            let entry = self.repository.entry(tree, path).ok().flatten();
            entry.is_some_and(|entry| self.stands(finding, path, entry.id).is_some())
        });
        same || self.deleted.iter().any(|(old, &blob)| {
            let Some(before) = self.stands(finding, old, blob) else { return false };
            let now = id.and_then(|id| self.repository.blob(id).ok());
            Some(blob) == id || now.is_some_and(|now| similar::alike(&before, &now))
        })
    }

    /// The blob's bytes, if the finding's key stands in it at this path; for a dotenv file, if it is one with at least that
    /// severity.
    fn stands(&self, finding: &Finding<Raw>, path: &[u8], blob: Oid) -> Option<Vec<u8>> {
        let bytes = self.repository.blob(blob).ok()?;
        let stands = match &finding.key {
            Some(key) => stands(self.context, path, &bytes, key.id),
            None => dotenv::is_dotenv(path) && dotenv::severity(&Text::new(&bytes)) >= finding.severity,
        };
        stands.then_some(bytes)
    }
}

/// Whether a scan of this content at this path reports the key, suppressed or not.
pub(super) fn stands(context: &Context<'_>, path: &[u8], bytes: &[u8], key: KeyId) -> bool {
    let examined = context.examine(bytes, &|| Raw::new(path));
    !context.settings.excludes(path)
        && choose(context, Some(path), examined).iter().any(|it| it.hit.secret.key_id() == key)
}

/// A commit message that is being written: from git's scissors line on it is not part of it.
pub(super) fn message(context: &Context<'_>, file: &Path, collector: &mut Collector) -> Result<(), SourceError> {
    let name = || Raw::new(crate::source::worktree::bytes_of(file));
    let bytes = match content(file, None) {
        Ok(Content::Bytes(bytes)) => bytes,
        Ok(_) => return Err(SourceError::Unreadable { path: name(), reason: std::io::ErrorKind::InvalidInput }),
        Err(error) => return Err(SourceError::Unreadable { path: name(), reason: error.kind() }),
    };
    let bytes = before_scissors(&bytes);
    context.ledger.file(bytes.len());
    let place = Place { source: SourceKind::Message, object: ObjectKind::CommitMessage, path: None };
    collector.place(context, &place, context.examine(bytes, &name));
    Ok(())
}

/// The message up to git's scissors line (wt-status.c): the comment string, which the user may have set, and the cut line.
fn before_scissors(message: &[u8]) -> &[u8] {
    let mut at = 0;
    for line in message.split_inclusive(|&byte| byte == b'\n') {
        let leader = line.trim_ascii_end().strip_suffix(b" ------------------------ >8 ------------------------");
        if leader.is_some_and(|leader| !leader.is_empty() && !leader.iter().any(u8::is_ascii_whitespace)) {
            return message.get(..at).unwrap_or(message);
        }
        at += line.len();
    }
    message
}

/// Standard input.
pub(super) fn stdin(context: &Context<'_>, name: Option<&Raw>, bytes: &[u8], collector: &mut Collector) {
    context.ledger.file(bytes.len());
    let path = name.map(Raw::bytes);
    if path.is_some_and(|path| context.settings.excludes(path)) {
        context.ledger.note(Code::EXCLUDED, name.cloned(), None);
        return;
    }
    note_references(context.ledger, path.unwrap_or(b"(standard input)"), bytes);
    let place = Place { source: SourceKind::Stdin, object: ObjectKind::Blob, path };
    let examined = context.examine(bytes, &|| Raw::new(path.unwrap_or(b"(standard input)")));
    collector.place(context, &place, examined);
}

#[cfg(test)]
mod tests {
    use super::before_scissors;

    #[test]
    fn nothing_below_the_scissors_counts() {
        let scissors = b"# ------------------------ >8 ------------------------\n";
        let message = [b"subject\n\n# comment\n", &scissors[..], b"+leak\n"].concat();
        assert_eq!(before_scissors(&message), b"subject\n\n# comment\n");
        let other = [b"subject\n", &b"//"[..], scissors.strip_prefix(b"#").unwrap_or_default(), b"+leak\n"].concat();
        assert_eq!(before_scissors(&other), b"subject\n");
        assert_eq!(before_scissors(b"- >8 -\nx"), b"- >8 -\nx");
    }
}
