//! Findings of histories and ranges: one for each object kind, path and key, at the commit that introduced it.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::{Place, choose, finding};
use super::{Context, Examined};
use crate::blob::{ObjectKind, Oid, SourceKind};
use crate::finding::{AlsoAt, Commit, Finding, ObjectRef};
use crate::secret::{KeyId, Raw};
use crate::source::coverage::Code;
use crate::source::git::short;
use crate::source::history::commits::Commits;

/// So many further places are named.
const ALSO_AT: usize = 100;

/// A blob with what was found in it.
pub(super) struct Hot {
    /// Its id.
    pub id: Oid,
    /// What was found.
    pub examined: Vec<Examined>,
}

impl Hot {
    /// The keys that stand in it at a path, whether suppressed or not; none where the path is excluded.
    pub fn standing(&self, context: &Context<'_>, path: Option<&[u8]>) -> BTreeSet<KeyId> {
        if path.is_some_and(|path| context.settings.excludes(path)) {
            return BTreeSet::new();
        }
        let holds = |it: &&Examined| context.rules.get(&it.hit.rule).is_none_or(|rule| rule.holds_at(path));
        self.examined.iter().filter(holds).map(|it| it.hit.secret.key_id()).collect()
    }

    /// The hit that stands for the key at a path: the first one that no marker accepts, else the first one.
    pub fn pick(&self, context: &Context<'_>, path: Option<&[u8]>, key: KeyId) -> Option<Examined> {
        let own = self.examined.iter().filter(|it| it.hit.secret.key_id() == key).cloned().collect();
        let chosen = choose(context, path, own);
        chosen.iter().find(|it| it.inline.is_none()).or(chosen.first()).cloned()
    }
}

/// One commit that introduces a key at a path, with the blob that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Introduction {
    /// The commit's number in the graph.
    pub commit: u32,
    /// The blob's number among those in which something was found.
    pub blob: u32,
}

/// Who introduced which key at which path.
#[derive(Default)]
pub(super) struct Introduced {
    /// In the order of paths and keys.
    pub places: BTreeMap<(Vec<u8>, KeyId), Vec<Introduction>>,
    /// Paths that the configuration leaves out although something was found there.
    pub excluded: BTreeSet<Vec<u8>>,
}

impl Introduced {
    /// A commit shows `blob` at `path` where its parents have `theirs`.
    pub fn add(&mut self, context: &Context<'_>, blobs: &[Hot], path: &[u8], commit: u32, blob: u32, theirs: &[u32]) {
        if context.settings.excludes(path) {
            self.excluded.insert(path.to_vec());
            return;
        }
        let standing = |blob: &u32| blobs.get(*blob as usize).map(|hot| hot.standing(context, Some(path)));
        let before: BTreeSet<KeyId> = theirs.iter().filter_map(standing).flatten().collect();
        for key in standing(&blob).unwrap_or_default().difference(&before) {
            self.places.entry((path.to_vec(), *key)).or_default().push(Introduction { commit, blob });
        }
    }

    /// The findings. `describe` says what is to be said of a commit, `complete` adds what only one of the sources knows:
    /// it is given the path, the key and the commits.
    pub fn findings(
        &self,
        context: &Context<'_>,
        source: SourceKind,
        blobs: &[Hot],
        graph: &Graph<'_>,
        mut complete: impl FnMut(&mut Finding<Raw>, &[u8], KeyId, &[Introduction]),
    ) -> Vec<Finding<Raw>> {
        let groups: Vec<Vec<u32>> = self.places.values().map(|all| all.iter().map(|it| it.commit).collect()).collect();
        let first = graph.first_of(&groups);
        let mut findings = Vec::new();
        for (((path, key), all), first) in self.places.iter().zip(first) {
            let Some(first) = all.iter().find(|it| Some(it.commit) == first) else { continue };
            let place = Place { source, object: ObjectKind::Blob, path: Some(path) };
            let pick = |it: &Introduction| blobs.get(it.blob as usize)?.pick(context, Some(path), *key);
            let Some(mut examined) = pick(first) else { continue };
            if all.iter().filter_map(pick).any(|it| it.inline.is_none()) {
                examined.inline = None;
            }
            let mut made = finding(context, &place, examined);
            made.object = blobs.get(first.blob as usize).map(|hot| ObjectRef { oid: Some(hot.id), name: None });
            made.commit = graph.describe(first.commit);
            let mut others: Vec<u32> = all.iter().map(|it| it.commit).filter(|&it| it != first.commit).collect();
            graph.sort(&mut others);
            made.also_at_total = others.len();
            let also = |&commit: &u32| AlsoAt {
                path: Some(Raw::new(path.as_slice())),
                commit: graph.commits.get(commit).map(|it| it.id),
                oid: None,
                name: None,
            };
            made.also_at = others.iter().take(ALSO_AT).map(also).collect();
            complete(&mut made, path, *key, all);
            findings.push(made);
        }
        findings
    }

    /// Enters the excluded paths into the ledger.
    pub fn note_excluded(&self, context: &Context<'_>) {
        for path in &self.excluded {
            context.ledger.note(Code::EXCLUDED, Some(Raw::new(path.as_slice())), None);
        }
    }
}

/// The commits with their order, and how they are described.
pub(super) struct Graph<'a> {
    /// The commits.
    pub commits: &'a Commits,
    order: Vec<u32>,
    rank: Vec<u32>,
    describe: &'a dyn Fn(Oid) -> Option<Commit<Raw>>,
}

impl<'a> Graph<'a> {
    /// Orders the commits.
    pub fn new(commits: &'a Commits, describe: &'a dyn Fn(Oid) -> Option<Commit<Raw>>) -> Self {
        let order = commits.order();
        let mut rank = vec![0; order.len()];
        for (place, &commit) in (0..).zip(&order) {
            if let Some(rank) = rank.get_mut(commit as usize) {
                *rank = place;
            }
        }
        Self { commits, order, rank, describe }
    }

    /// Of each group the commit that introduced first.
    pub fn first_of(&self, groups: &[Vec<u32>]) -> Vec<Option<u32>> {
        let groups: Vec<&[u32]> = groups.iter().map(Vec::as_slice).collect();
        self.commits.first_of(&self.order, &groups)
    }

    /// Parents before children, then the older ones.
    pub fn sort(&self, commits: &mut Vec<u32>) {
        commits.sort_by_key(|&commit| self.rank.get(commit as usize).copied());
        commits.dedup();
    }

    /// All commits, parents before children.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// What is to be said of an annotated tag.
    pub fn describe_tag(&self, id: Oid) -> Option<Commit<Raw>> {
        (self.describe)(id)
    }

    /// What is to be said of a commit.
    pub fn describe(&self, commit: u32) -> Option<Commit<Raw>> {
        (self.describe)(self.commits.get(commit)?.id)
    }
}

/// Something without a path in which a key was found: a message, a note, a ref's name.
pub(super) struct Item {
    /// Orders the items of one key: the first one is named.
    pub rank: (bool, Vec<u8>, Oid),
    /// The object's id, where there is one.
    pub oid: Option<Oid>,
    /// The tag's or ref's name.
    pub name: Option<Raw>,
    /// What was found in it.
    pub examined: Examined,
}

/// The finding of one key in these items, which are in order; `None` where there are none.
pub(super) fn without_path(
    context: &Context<'_>,
    source: SourceKind,
    object: ObjectKind,
    items: &[Item],
) -> Option<Finding<Raw>> {
    let (first, others) = items.split_first()?;
    let mut examined = first.examined.clone();
    if items.iter().any(|it| it.examined.inline.is_none()) {
        examined.inline = None;
    }
    let mut made = finding(context, &Place { source, object, path: None }, examined);
    made.object = Some(ObjectRef { oid: first.oid, name: first.name.clone() });
    made.also_at_total = others.len();
    let also = |item: &Item| AlsoAt { path: None, commit: None, oid: item.oid, name: item.name.clone() };
    made.also_at = others.iter().take(ALSO_AT).map(also).collect();
    Some(made)
}

/// The keys that stand in a text without a path, each with the hit that stands for it.
pub(super) fn standing(context: &Context<'_>, hot: &Hot) -> Vec<(KeyId, Examined)> {
    let keys = hot.standing(context, None);
    keys.into_iter().filter_map(|key| Some((key, hot.pick(context, None, key)?))).collect()
}

/// Whatever the rules find in a commit or an annotated tag: the headers stand on line 1, the message begins there.
pub(super) fn examine_message(context: &Context<'_>, object: &[u8], id: Oid) -> Vec<Examined> {
    let place = || Raw::new(short(id));
    if !context.detector.is_hot(object) {
        return Vec::new();
    }
    let (headers, message) = crate::source::history::commits::split(object);
    let mut examined = context.examine(message, &place);
    for mut it in context.examine(headers, &place) {
        it.hit.location.line = 1;
        it.hit.location.end_line = 1;
        examined.push(it);
    }
    examined
}
