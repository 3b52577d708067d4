//! An audit: history, index and working tree into one outcome, with the exposure of each key.

use std::collections::BTreeSet;

use super::history::Traces;
use super::outcome::{Exposure, KeySummary};
use super::{Collector, Context, direct, history};
use crate::blob::{ObjectKind, SourceKind};
use crate::finding::Finding;
use crate::secret::{KeyId, Masked, Masker, Raw};
use crate::source::SourceError;
use crate::source::git::Repository;
use crate::source::index::Index;

/// Scans everything that the repository holds.
pub(super) fn audit(
    context: &Context<'_>,
    repository: &Repository,
    collector: &mut Collector,
) -> Result<(), SourceError> {
    history::history(context, repository, &[], collector)?;
    if repository.workdir().is_none() {
        return Ok(());
    }
    direct::worktree(context, Some(repository), &[], collector)?;
    let mut staged = Collector::default();
    let index = Index::load(repository)?;
    let changes = index.changes(repository, repository.head_tree()?)?;
    direct::index(context, repository, &index, Some(&changes), &[], &mut staged)?;
    for finding in &staged.findings {
        if let (Some(key), Some(path)) = (&finding.key, &finding.path) {
            collector.staged.entry(key.id).or_default().insert(path.clone());
        }
    }
    keep_own(collector, &mut staged);
    collector.merge(staged);
    drop_unnamed(collector);
    Ok(())
}

type At<'a> = (&'a [u8], Option<KeyId>, &'a str);

fn at(finding: &Finding<Raw>) -> At<'_> {
    (finding.path.as_ref().map_or(&[], Raw::bytes), finding.key.as_ref().map(|key| key.id), &finding.rule)
}

/// Of what is staged only that which the working tree does not show at the same path. All of it counts as new.
fn keep_own(collector: &Collector, staged: &mut Collector) {
    let worktree = collector.findings.iter().filter(|finding| finding.source == SourceKind::Worktree);
    let shown: BTreeSet<_> = worktree.map(|it| (at(it).0, at(it).1)).collect();
    staged.findings.retain(|finding| !shown.contains(&(at(finding).0, at(finding).1)));
    for finding in &mut staged.findings {
        finding.new = None;
    }
}

/// A blob that no tree names is told only if its key stands nowhere else: one that is merely staged stands in the index.
fn drop_unnamed(collector: &mut Collector) {
    let key = |finding: &Finding<Raw>| finding.key.as_ref().map(|key| key.id);
    let direct = |finding: &&Finding<Raw>| finding.source != SourceKind::History;
    let elsewhere: BTreeSet<KeyId> = collector.findings.iter().filter(direct).filter_map(key).collect();
    collector.findings.retain(|finding| {
        let unnamed =
            finding.source == SourceKind::History && finding.object_kind == ObjectKind::Blob && finding.path.is_none();
        !unnamed || key(finding).is_none_or(|key| !elsewhere.contains(&key))
    });
}

/// Fills in what an audit says of each key.
pub(super) fn expose(keys: &mut [KeySummary], findings: &[Finding<Masked>], traces: Traces, masker: &Masker) {
    let mut traces = traces;
    for key in keys {
        let own = || {
            findings.iter().filter(|it| it.accepted.is_none() && it.key.as_ref().is_some_and(|own| own.id == key.id))
        };
        let paths: BTreeSet<Masked> = own().filter_map(|finding| finding.path.clone()).collect();
        let encodings: BTreeSet<&'static str> =
            own().filter_map(|finding| finding.key.as_ref()).flat_map(|own| own.encodings.iter().copied()).collect();
        let trace = traces.remove(&key.id).unwrap_or_default();
        let mut refs: BTreeSet<Masked> = trace.refs.iter().map(|name| masker.mask(name)).collect();
        let names = own().filter(|finding| finding.object_kind == ObjectKind::RefName);
        let first = names.clone().filter_map(|finding| finding.object.as_ref()?.name.clone());
        let names: BTreeSet<Masked> =
            first.chain(names.clone().flat_map(|it| it.also_at.iter().filter_map(|at| at.name.clone()))).collect();
        let is_remote = |name: &Masked| name.bytes().starts_with(b"refs/remotes/");
        let pushed = trace.pushed || names.iter().any(is_remote);
        refs.extend(names);
        key.exposure = Some(Exposure {
            reach: own().filter_map(|finding| finding.reach).min(),
            pushed,
            removed: trace.removed.map(|commit| commit.map(|raw| masker.mask(&raw))),
            tagged: trace.tagged.map(|tag| tag.map(|raw| masker.mask(&raw))),
            paths: paths.into_iter().collect(),
            refs: refs.into_iter().collect(),
            authors: trace.authors.iter().map(|author| masker.mask(author)).collect(),
            encodings: encodings.into_iter().collect(),
        });
    }
}
