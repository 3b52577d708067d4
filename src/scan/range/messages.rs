//! What a range brings beside files at paths: messages, names, and what tags name without a commit.

use std::collections::{BTreeMap, BTreeSet};

use super::{Range, SOURCE, examine_blob};
use crate::blob::{ObjectKind, Oid};
use crate::finding::ObjectRef;
use crate::scan::Collector;
use crate::scan::collect::{Place, finding};
use crate::scan::introduced::{Graph, Hot, Item, examine_message, standing, without_path};
use crate::secret::{KeyId, Raw};
use crate::source::git::short;
use crate::source::history::commits::TagData;
use crate::source::index::note_object;
use crate::source::range::{self, Tip};

impl Range<'_> {
    /// Messages of the commits.
    pub(super) fn place_messages(&self, graph: &Graph<'_>, collector: &mut Collector) {
        let mut items: BTreeMap<KeyId, BTreeMap<u32, Item>> = BTreeMap::new();
        for commit in 0..self.commits.count() {
            let Some(id) = self.commits.get(commit).map(|it| it.id) else { continue };
            // Each was read to find the range; one that is gone by now is no longer of it.
            let Ok((bytes, _)) = range::raw(self.repository, id) else { continue };
            let hot = Hot { id, examined: examine_message(self.context, &bytes, id) };
            hot.examined.iter().for_each(|examined| collector.remember(examined));
            for (key, examined) in standing(self.context, &hot) {
                let item = Item { rank: (false, Vec::new(), id), oid: Some(id), name: None, examined };
                items.entry(key).or_default().insert(commit, item);
            }
        }
        for mut items in items.into_values() {
            let mut group: Vec<u32> = items.keys().copied().collect();
            let first = graph.first_of(std::slice::from_ref(&group)).into_iter().flatten().next();
            graph.sort(&mut group);
            group.sort_by_key(|&commit| Some(commit) != first);
            let all: Vec<Item> = group.iter().filter_map(|commit| items.remove(commit)).collect();
            if let Some(mut made) = without_path(self.context, SOURCE, ObjectKind::CommitMessage, &all) {
                made.commit = first.and_then(|first| graph.describe(first));
                collector.findings.push(made);
            }
        }
    }

    /// Messages of annotated tags, and of the tags that these name.
    pub(super) fn place_tags(&self, tags: &[Oid], ref_names: &[Raw], collector: &mut Collector) {
        let mut items: BTreeMap<KeyId, Vec<Item>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut open = tags.to_vec();
        while let Some(id) = open.pop().filter(|_| !self.context.cancel.is_set()) {
            if !seen.insert(id) {
                continue;
            }
            let bytes = match range::raw(self.repository, id) {
                Ok((bytes, true)) => bytes,
                Ok((_, false)) => continue,
                Err(error) => {
                    note_object(self.context.ledger, short(id).as_bytes(), error);
                    continue;
                }
            };
            self.context.ledger.objects(1);
            let Some(tag) = TagData::parse(id, &bytes) else { continue };
            open.push(tag.target);
            let full = [b"refs/tags/", tag.name.as_slice()].concat();
            let name = if ref_names.iter().any(|it| it.bytes() == full) { full } else { tag.name };
            let hot = Hot { id, examined: examine_message(self.context, &bytes, id) };
            hot.examined.iter().for_each(|examined| collector.remember(examined));
            for (key, examined) in standing(self.context, &hot) {
                let rank = (false, name.clone(), id);
                let item = Item { rank, oid: Some(id), name: Some(Raw::new(name.as_slice())), examined };
                items.entry(key).or_default().push(item);
            }
        }
        self.place_items(items, ObjectKind::TagMessage, collector);
    }

    /// Names of refs.
    pub(super) fn place_ref_names(&self, names: &[Raw], collector: &mut Collector) {
        let mut items: BTreeMap<KeyId, Vec<Item>> = BTreeMap::new();
        let null = Oid::null(gix_hash::Kind::Sha1);
        for name in names.iter().collect::<BTreeSet<_>>() {
            let hot = Hot { id: null, examined: self.context.examine(name.bytes(), &|| name.clone()) };
            hot.examined.iter().for_each(|examined| collector.remember(examined));
            for (key, examined) in standing(self.context, &hot) {
                let rank = (false, name.bytes().to_vec(), null);
                items.entry(key).or_default().push(Item { rank, oid: None, name: Some(name.clone()), examined });
            }
        }
        self.place_items(items, ObjectKind::RefName, collector);
    }

    fn place_items(&self, items: BTreeMap<KeyId, Vec<Item>>, kind: ObjectKind, collector: &mut Collector) {
        for mut all in items.into_values() {
            all.sort_by(|a, b| a.rank.cmp(&b.rank));
            collector.findings.extend(without_path(self.context, SOURCE, kind, &all));
        }
    }

    /// A tree or a blob that a tip leads to without a commit.
    pub(super) fn place_tip(&mut self, tip: Tip, collector: &mut Collector) {
        let mut unreadable = Vec::new();
        let blobs: Vec<(Option<Vec<u8>>, Oid)> = match tip {
            Tip::Commit(_) => return,
            Tip::Blob(id) => vec![(None, id)],
            Tip::Tree(id) => {
                let changes = range::changes(self.repository, id, &[], &mut |id, error| unreadable.push((id, error)));
                let files = changes.unwrap_or_default().into_iter().filter(|change| !change.is_submodule);
                files.map(|change| (Some(change.path), change.id)).collect()
            }
        };
        for (id, error) in unreadable {
            note_object(self.context.ledger, short(id).as_bytes(), error);
        }
        for (path, id) in
            blobs.iter().filter(|(path, _)| !path.as_deref().is_some_and(|it| self.context.settings.excludes(it)))
        {
            let name = path.clone().unwrap_or_else(|| short(*id).into_bytes());
            let examined = examine_blob(self.context, self.repository, *id, &name);
            let hot = Hot { id: *id, examined };
            hot.examined.iter().for_each(|examined| collector.remember(examined));
            for key in hot.standing(self.context, path.as_deref()) {
                let Some(examined) = hot.pick(self.context, path.as_deref(), key) else { continue };
                let place = Place { source: SOURCE, object: ObjectKind::Blob, path: path.as_deref() };
                let mut made = finding(self.context, &place, examined);
                let is_known =
                    collector.findings.iter().any(|it| it.source == SOURCE && it.fingerprint == made.fingerprint);
                if !is_known {
                    made.object = Some(ObjectRef { oid: Some(*id), name: None });
                    collector.findings.push(made);
                }
            }
        }
    }
}
