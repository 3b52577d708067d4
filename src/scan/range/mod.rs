//! Ranges: what the commits of a range add, files and messages.

mod messages;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;

use rayon::prelude::*;

use super::direct::committed_dotenv;
use super::introduced::{Graph, Hot, Introduced, Introduction};
use super::{Collector, Context, Examined};
use crate::blob::{Oid, SourceKind, Text};
use crate::finding::{Accepted, Finding, ObjectRef, Severity};
use crate::hygiene::dotenv;
use crate::secret::{KeyId, Raw};
use crate::source::coverage::Code;
use crate::source::git::{Repository, short};
use crate::source::history::commits::{CommitData, Commits};
use crate::source::history::tips;
use crate::source::index::note_object;
use crate::source::range::{self, Change, Tip};
use crate::source::worktree::note_references;
use crate::source::{SourceError, similar};
use crate::suppress::Baseline;

const SOURCE: SourceKind = SourceKind::Range;
/// So many blobs are read by one handle.
const FEW: usize = 64;

/// A range: the commits that `include` reaches and `exclude` does not, and what a push brings besides.
#[derive(Clone, Debug, Default)]
pub struct RangeRequest {
    /// Tips: commits, or annotated tags that lead to one. A tag of a tree or a blob stands for what is in it.
    pub include: Vec<Oid>,
    /// What was there before: these and everything that they reach.
    pub exclude: Vec<Oid>,
    /// Annotated tags whose messages belong to the range (chains of tags are followed).
    pub tags: Vec<Oid>,
    /// Full names of refs that belong to the range.
    pub ref_names: Vec<Raw>,
}

/// Path and blob.
type File = (Vec<u8>, Oid);

/// What is known while a range is being scanned.
struct Range<'a> {
    context: &'a Context<'a>,
    repository: &'a Repository,
    commits: &'a Commits,
    /// For each commit what it changes.
    changes: Vec<(u32, Change)>,
    hot: Vec<Hot>,
    /// Blobs that were examined: the place in `hot`, if something was found.
    examined: HashMap<Oid, Option<u32>>,
    /// What a commit takes away from each of its parents.
    deleted: HashMap<(u32, usize), Vec<File>>,
}

/// Scans a range. Findings that something accepts which the range itself adds are named in a notice.
pub(super) fn range(
    context: &Context<'_>,
    repository: &Repository,
    request: &RangeRequest,
    accepted_before: &Baseline,
    collector: &mut Collector,
) -> Result<(), SourceError> {
    if repository.is_shallow() {
        context.ledger.set_shallow();
    }
    let shallow = tips::shallow(repository);
    let peel = |ids: &[Oid]| ids.iter().map(|&id| range::peel(repository, id)).collect::<Result<Vec<_>, _>>();
    let (include, exclude) = (peel(&request.include)?, peel(&request.exclude)?);
    let commits_of = |tips: &[Tip]| -> Vec<Oid> {
        tips.iter().filter_map(|tip| if let Tip::Commit(id) = tip { Some(*id) } else { None }).collect()
    };
    let (tips, bounds) = (commits_of(&include), commits_of(&exclude));
    let cut = |id: &Oid| shallow.contains(id);
    let allowed = context.settings.allow_shallow;
    let list = range::commits(repository, &tips, &bounds, &cut, context.ledger, allowed)?;
    context.progress.expect(list.len() as u64);
    context.ledger.objects(list.len() as u64);
    let commits = Commits::new(list, cut);
    let mut range = Range {
        context,
        repository,
        commits: &commits,
        changes: Vec::new(),
        hot: Vec::new(),
        examined: HashMap::new(),
        deleted: HashMap::new(),
    };
    range.compare(&cut);
    range.examine_changes()?;
    let describe = |id| repository.describe(id);
    let graph = Graph::new(&commits, &describe);
    let before = collector.findings.len();
    range.place_files(&graph, collector);
    range.place_messages(&graph, collector);
    range.place_tags(&request.tags, &request.ref_names, collector);
    range.place_ref_names(&request.ref_names, collector);
    for tip in include.into_iter().filter(|tip| !exclude.contains(tip)) {
        range.place_tip(tip, collector);
    }
    for hot in &range.hot {
        hot.examined.iter().for_each(|examined| collector.remember(examined));
    }
    for made in collector.findings.iter().skip(before) {
        let is_own = match made.accepted {
            Some((Accepted::Inline, _)) => true,
            Some((Accepted::Baseline, _)) => accepted_before.reason(&made.fingerprint).is_none(),
            _ => false,
        };
        if is_own {
            let place = made.path.clone().or_else(|| made.commit.as_ref().map(|it| Raw::new(short(it.oid))));
            context.ledger.note(Code::ACCEPTED_IN_RANGE, place, None);
        }
    }
    Ok(())
}

impl Range<'_> {
    /// Compares every commit with its parents.
    fn compare(&mut self, cut: &dyn Fn(&Oid) -> bool) {
        let mut unreadable = BTreeMap::new();
        for commit in 0..self.commits.count() {
            if self.context.cancel.is_set() {
                break;
            }
            let Some(data) = self.commits.get(commit) else { continue };
            let parents = self.parent_trees(data, cut);
            let mut fault = |id, error| {
                unreadable.insert(id, error);
            };
            if let Ok(changes) = range::changes(self.repository, data.tree, &parents, &mut fault) {
                self.changes.extend(changes.into_iter().map(|change| (commit, change)));
            } else {
                let why = "one commit changes more than 250,000 places".to_owned();
                self.context.ledger.note(Code::TOO_LARGE, Some(Raw::new(short(data.id))), Some(why));
            }
            self.context.progress.advance(1, 0);
        }
        for (id, error) in unreadable {
            note_object(self.context.ledger, short(id).as_bytes(), error);
        }
        self.leave_out();
    }

    /// The root trees of a commit's parents; none for those that are not here.
    fn parent_trees(&self, commit: &CommitData, cut: &dyn Fn(&Oid) -> bool) -> Vec<Option<Oid>> {
        if cut(&commit.id) {
            return Vec::new();
        }
        commit.parents.iter().map(|&parent| self.repository.tree_of(parent).ok()).collect()
    }

    /// Takes out what is not examined, each path noted once.
    fn leave_out(&mut self) {
        let mut noted = BTreeSet::new();
        self.changes.retain(|(_, change)| {
            let code = match change {
                _ if self.context.settings.excludes(&change.path) => Code::EXCLUDED,
                Change { is_submodule: true, .. } => Code::SUBMODULE,
                _ => return true,
            };
            noted.insert((code, change.path.clone()));
            false
        });
        for (code, path) in noted {
            self.context.ledger.note(code, Some(Raw::new(path)), None);
        }
    }

    /// Examines each blob that the range brings, once.
    fn examine_changes(&mut self) -> Result<(), SourceError> {
        let mut first: BTreeMap<Oid, &[u8]> = BTreeMap::new();
        for (_, change) in &self.changes {
            let path = first.entry(change.id).or_insert(&change.path);
            *path = (*path).min(&change.path);
        }
        let blobs: Vec<(Oid, &[u8])> = first.into_iter().collect();
        self.context.progress.expect(blobs.len() as u64);
        let context = self.context;
        let found = Mutex::new(Vec::new());
        let examine = |repository: &Repository, blobs: &[(Oid, &[u8])]| {
            for &(id, path) in blobs.iter().filter(|_| !context.cancel.is_set()) {
                let examined = examine_blob(context, repository, id, path);
                found.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((id, examined));
            }
        };
        if blobs.len() <= FEW {
            examine(self.repository, &blobs);
        } else {
            let location = self.repository.location();
            blobs.par_chunks(FEW).try_for_each(|blobs| -> Result<(), SourceError> {
                examine(&Repository::open(location)?, blobs);
                Ok(())
            })?;
        }
        let mut found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.sort_unstable_by_key(|(id, _)| *id);
        for (id, examined) in found {
            self.take(id, examined);
        }
        Ok(())
    }

    fn take(&mut self, id: Oid, examined: Vec<Examined>) -> Option<u32> {
        let at = (!examined.is_empty()).then(|| u32::try_from(self.hot.len()).unwrap_or(u32::MAX));
        if at.is_some() {
            self.hot.push(Hot { id, examined });
        }
        self.examined.insert(id, at);
        at
    }

    /// The keys that stand in a blob at a path. One that is not of the range is read for it.
    fn keys(&mut self, id: Oid, path: &[u8]) -> BTreeSet<KeyId> {
        let at = if let Some(at) = self.examined.get(&id) {
            *at
        } else {
            let bytes = self.repository.blob(id).unwrap_or_default();
            let examined = self.context.examine(&bytes, &|| Raw::new(path));
            self.take(id, examined)
        };
        let hot = at.and_then(|at| self.hot.get(at as usize));
        hot.map(|hot| hot.standing(self.context, Some(path))).unwrap_or_default()
    }

    /// Keys and dotenv files at paths.
    fn place_files(&mut self, graph: &Graph<'_>, collector: &mut Collector) {
        let mut introduced = Introduced::default();
        let mut files: BTreeMap<Vec<u8>, Vec<(Severity, u32, Oid)>> = BTreeMap::new();
        let mut leaking: BTreeSet<Vec<u8>> = BTreeSet::new();
        for (commit, change) in std::mem::take(&mut self.changes) {
            let keys = self.keys(change.id, &change.path);
            if keys.is_empty() {
                if dotenv::is_dotenv(&change.path)
                    && let Some(severity) = self.raised(commit, &change)
                {
                    files.entry(change.path).or_default().push((severity, commit, change.id));
                }
                continue;
            }
            leaking.insert(change.path.clone());
            for key in keys {
                if !self.stood(commit, &change, key)
                    && let Some(Some(blob)) = self.examined.get(&change.id).copied()
                {
                    let all = introduced.places.entry((change.path.clone(), key)).or_default();
                    all.push(Introduction { commit, blob });
                }
            }
        }
        let made = introduced.findings(self.context, SOURCE, &self.hot, graph, |_, _, _, _| ());
        collector.findings.extend(made);
        for (path, all) in files.into_iter().filter(|(path, _)| !leaking.contains(path)) {
            collector.findings.extend(self.dotenv(&path, &all, graph));
        }
    }

    /// Whether the key stood in a parent at the same path or at the one that the file was renamed from.
    fn stood(&mut self, commit: u32, change: &Change, key: KeyId) -> bool {
        change.theirs.iter().enumerate().any(|(parent, theirs)| match theirs {
            Some(theirs) => self.keys(*theirs, &change.path).contains(&key),
            None => self.renamed_from(commit, parent, change, |range, path, id| range.keys(id, path).contains(&key)),
        })
    }

    /// Whether the file was renamed, against this parent, from one for which `holds` is true.
    fn renamed_from(
        &mut self,
        commit: u32,
        parent: usize,
        change: &Change,
        holds: impl Fn(&mut Self, &[u8], Oid) -> bool,
    ) -> bool {
        let Some(data) = self.commits.get(commit) else { return false };
        let (tree, id) = (data.tree, data.parents.get(parent).copied());
        let deleted = self.deleted.remove(&(commit, parent)).unwrap_or_else(|| {
            let theirs = id.and_then(|id| self.repository.tree_of(id).ok());
            theirs.map(|theirs| range::deleted(self.repository, theirs, tree)).unwrap_or_default()
        });
        let alike = |range: &Self, old: Oid| {
            let (old, new) = (range.repository.blob(old), range.repository.blob(change.id));
            matches!((old, new), (Ok(old), Ok(new)) if similar::alike(&old, &new))
        };
        let found =
            deleted.iter().any(|(path, old)| holds(self, path, *old) && (*old == change.id || alike(self, *old)));
        self.deleted.insert((commit, parent), deleted);
        found
    }

    /// The severity of a dotenv file that the commit adds or brings to it.
    fn raised(&mut self, commit: u32, change: &Change) -> Option<Severity> {
        let severity_of =
            |range: &Self, id: Oid| range.repository.blob(id).ok().map(|bytes| dotenv::severity(&Text::new(&bytes)));
        let severity = severity_of(self, change.id)?;
        let stood = change.theirs.iter().enumerate().any(|(parent, theirs)| match theirs {
            Some(theirs) => severity_of(self, *theirs) >= Some(severity),
            None => self.renamed_from(commit, parent, change, |range, path, id| {
                dotenv::is_dotenv(path) && severity_of(range, id) >= Some(severity)
            }),
        });
        (!stood).then_some(severity)
    }

    /// The finding of a dotenv file: at its worst, with the commit that brought it there first.
    fn dotenv(&self, path: &[u8], all: &[(Severity, u32, Oid)], graph: &Graph<'_>) -> Option<Finding<Raw>> {
        let worst = all.iter().map(|&(severity, ..)| severity).max()?;
        let group: Vec<u32> =
            all.iter().filter(|&&(severity, ..)| severity == worst).map(|&(_, commit, _)| commit).collect();
        let first = graph.first_of(&[group]).into_iter().flatten().next()?;
        let id = all.iter().find(|&&(severity, commit, _)| (severity, commit) == (worst, first)).map(|&(.., id)| id)?;
        let bytes = self.repository.blob(id).ok()?;
        let mut made = committed_dotenv(self.context, SOURCE, path, &bytes)?;
        made.object = Some(ObjectRef { oid: Some(id), name: None });
        made.commit = graph.describe(first);
        Some(made)
    }
}

/// Whatever the rules find in a blob; what keeps it from being examined goes into the ledger.
fn examine_blob(context: &Context<'_>, repository: &Repository, id: Oid, path: &[u8]) -> Vec<Examined> {
    let bytes = match repository.blob(id) {
        Ok(bytes) => bytes,
        Err(error) => {
            note_object(context.ledger, path, error);
            return Vec::new();
        }
    };
    context.progress.advance(1, bytes.len() as u64);
    if context.settings.max_file_size.is_some_and(|limit| bytes.len() as u64 > limit) {
        context.ledger.note(Code::OVER_LIMIT, Some(Raw::new(path)), None);
        return Vec::new();
    }
    context.ledger.blob(bytes.len());
    note_references(context.ledger, path, &bytes);
    context.examine(&bytes, &|| Raw::new(path))
}
