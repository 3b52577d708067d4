//! The findings of a history: at paths, in notes, messages and names, in blobs that nothing names.

use std::collections::{BTreeMap, BTreeSet};

use super::exposure::Introducing;
use super::objects::FoundBlobs;
use super::scope::{Peeled, Scope};
use super::{History, is_notes_commit};
use crate::blob::{ObjectKind, Oid, SourceKind};
use crate::finding::Reach;
use crate::scan::Collector;
use crate::scan::introduced::{Graph, Hot, Item, standing, without_path};
use crate::secret::{KeyId, Raw};
use crate::source::history::attribution::Front;
use crate::source::history::commits::reach;
use crate::source::history::tips::is_notes;

const SOURCE: SourceKind = SourceKind::History;

/// The strongest of the bits.
fn reach_of(bits: u8) -> Reach {
    if bits & (reach::REF | reach::NOTES) != 0 {
        Reach::Ref
    } else if bits & (reach::REFLOG | reach::NOTES_LOG) != 0 {
        Reach::Reflog
    } else {
        Reach::Unreachable
    }
}

impl History<'_> {
    /// Everything that was found in blobs, and the dotenv files of HEAD. Returns which commits introduce each key.
    pub(super) fn place(
        &self,
        peeled: &Peeled,
        scope: &Scope,
        graph: &Graph<'_>,
        front: &Front,
        blobs: &FoundBlobs,
        collector: &mut Collector,
    ) -> Introducing {
        let hot = &blobs.hot;
        let code = self.introduced(scope, front, hot, false);
        let head = self.head_tree();
        let in_head = self.in_head(front, hot, head);
        let before = collector.findings.len();
        let made = code.findings(self.context, SOURCE, hot, graph, |made, path, key, all| {
            made.in_head = Some(in_head.contains(&(path.to_vec(), key)));
            let bits = all.iter().fold(0, |bits, it| bits | self.commits.reach(it.commit));
            made.reach = Some(reach_of(bits));
        });
        code.note_excluded(self.context);
        collector.findings.extend(made);
        let places: BTreeSet<(Vec<u8>, KeyId)> = code.places.keys().cloned().collect();
        let named: BTreeSet<u32> = code.places.values().flatten().map(|it| it.blob).collect();
        self.place_tops(peeled, front, hot, &places, collector);
        let keys = collector.findings.iter().skip(before).filter_map(|it| it.key.as_ref());
        let keys: BTreeSet<KeyId> = keys.map(|key| key.id).collect();
        let mut introducing = Introducing::new();
        for ((_, key), all) in &code.places {
            introducing.entry(*key).or_default().extend(all.iter().map(|it| it.commit));
        }
        for (key, commits) in self.place_notes(scope, graph, front, hot, &named, collector) {
            introducing.entry(key).or_default().extend(commits);
        }
        let somewhere = front.named();
        let unnamed = hot.iter().zip(0..).filter(|(_, at)| !somewhere.contains(at)).map(|(hot, _)| hot);
        self.place_unnamed(unnamed, peeled, &keys, collector);
        if let Some(tree) = head.filter(|_| self.has_head(scope)) {
            self.place_head(tree, blobs, &in_head, &code.excluded, collector);
        }
        introducing
    }

    /// Which key stands at which path of HEAD's tree.
    fn in_head(&self, front: &Front, hot: &[Hot], head: Option<Oid>) -> BTreeSet<(Vec<u8>, KeyId)> {
        let mut found = BTreeSet::new();
        if let Some(tree) = head.and_then(|tree| front.find(&tree)) {
            // A tree with too many places was named with the commit that introduced them.
            let _ = front.changes(tree, &[], |path, blob, _| {
                let keys = hot.get(blob as usize).map(|hot| hot.standing(self.context, Some(path)));
                found.extend(keys.unwrap_or_default().into_iter().map(|key| (path.to_vec(), key)));
            });
        }
        found
    }

    /// Trees that no commit and no other tree names: what a tag names, or what is left of a commit that was never made.
    fn place_tops(
        &self,
        peeled: &Peeled,
        front: &Front,
        hot: &[Hot],
        places: &BTreeSet<(Vec<u8>, KeyId)>,
        collector: &mut Collector,
    ) {
        let roots: BTreeSet<Oid> =
            (0..self.commits.count()).filter_map(|it| self.commits.get(it)).map(|it| it.tree).collect();
        let mut found: BTreeMap<(Vec<u8>, KeyId), (u8, u32)> = BTreeMap::new();
        let tops = front.tops().into_iter().filter(|(id, _)| !roots.contains(id));
        for (id, tree) in tops {
            let reach = peeled.trees.get(&id).copied().unwrap_or(0);
            if !self.revisions.is_empty() && !self.revisions.contains(&id) {
                continue;
            }
            let _ = front.changes(tree, &[], |path, blob, _| {
                let keys = hot.get(blob as usize).map(|hot| hot.standing(self.context, Some(path)));
                for key in keys.unwrap_or_default() {
                    let place = (path.to_vec(), key);
                    if !places.contains(&place) {
                        found.entry(place).or_insert((0, blob)).0 |= reach;
                    }
                }
            });
        }
        for ((path, key), (reach, blob)) in found {
            let Some(hot) = hot.get(blob as usize) else { continue };
            let Some(examined) = hot.pick(self.context, Some(&path), key) else { continue };
            let place = crate::scan::collect::Place { source: SOURCE, object: ObjectKind::Blob, path: Some(&path) };
            let mut made = crate::scan::collect::finding(self.context, &place, examined);
            made.object = Some(crate::finding::ObjectRef { oid: Some(hot.id), name: None });
            made.in_head = Some(false);
            made.reach = Some(reach_of(reach));
            collector.findings.push(made);
        }
    }

    /// Blobs that only notes reach, with the commits that wrote them, which are returned for each key.
    fn place_notes(
        &self,
        scope: &Scope,
        graph: &Graph<'_>,
        front: &Front,
        hot: &[Hot],
        elsewhere: &BTreeSet<u32>,
        collector: &mut Collector,
    ) -> Introducing {
        let mut writers: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let root = |commit: u32| front.find(&self.commits.get(commit)?.tree);
        for commit in (0..self.commits.count()).filter(|&it| scope.has_commit(it)) {
            let Some(tree) = root(commit).filter(|_| is_notes_commit(self.commits.reach(commit))) else { continue };
            let parents: Vec<u32> = self.commits.parents(commit).iter().filter_map(|&it| root(it)).collect();
            let _ = front.changes(tree, &parents, |_, blob, _| writers.entry(blob).or_default().push(commit));
        }
        writers.retain(|blob, _| !elsewhere.contains(blob));
        let mut introducing = Introducing::new();
        if writers.is_empty() {
            return introducing;
        }
        let refs = self.notes_refs();
        let groups: Vec<Vec<u32>> = writers.values().cloned().collect();
        let first = graph.first_of(&groups);
        let mut items: BTreeMap<KeyId, Vec<(Item, u32)>> = BTreeMap::new();
        let mut bits: BTreeMap<KeyId, u8> = BTreeMap::new();
        for ((&blob, all), writer) in writers.iter().zip(first) {
            let (Some(hot), Some(writer)) = (hot.get(blob as usize), writer) else { continue };
            let name = refs.get(&writer).cloned();
            for (key, examined) in standing(self.context, hot) {
                introducing.entry(key).or_default().extend(all);
                let rank = (name.is_none(), name.clone().unwrap_or_default(), hot.id);
                let item = Item { rank, oid: Some(hot.id), name: None, examined };
                items.entry(key).or_default().push((item, writer));
                *bits.entry(key).or_default() |= all.iter().fold(0, |bits, &it| bits | self.commits.reach(it));
            }
        }
        for (key, mut all) in items {
            all.sort_by(|(a, _), (b, _)| a.rank.cmp(&b.rank));
            let writer = all.first().map(|&(_, writer)| writer);
            let all: Vec<Item> = all.into_iter().map(|(item, _)| item).collect();
            if let Some(mut made) = without_path(self.context, SOURCE, ObjectKind::Note, &all) {
                made.commit = writer.and_then(|writer| graph.describe(writer));
                made.reach = Some(reach_of(bits.get(&key).copied().unwrap_or(0)));
                collector.findings.push(made);
            }
        }
        introducing
    }

    /// For each commit of notes the first ref by name that reaches it.
    fn notes_refs(&self) -> BTreeMap<u32, Vec<u8>> {
        let mut refs = BTreeMap::new();
        for tip in &self.tips.tips {
            let Some(name) = tip.name.as_deref().filter(|name| is_notes(name)) else { continue };
            let reached = self.closure(self.commits.find(&tip.id).into_iter());
            for (commit, _) in (0..).zip(reached).filter(|(_, reached)| *reached) {
                refs.entry(commit).or_insert_with(|| name.to_vec());
            }
        }
        refs
    }

    /// Blobs that no tree names: only where their key has no other blob.
    fn place_unnamed<'b>(
        &self,
        unnamed: impl Iterator<Item = &'b Hot>,
        peeled: &Peeled,
        keys: &BTreeSet<KeyId>,
        collector: &mut Collector,
    ) {
        let mut items: BTreeMap<KeyId, Vec<(u8, Item)>> = BTreeMap::new();
        for hot in unnamed {
            let bits = peeled.blobs.get(&hot.id).copied().unwrap_or(0);
            for (key, examined) in standing(self.context, hot).into_iter().filter(|(key, _)| !keys.contains(key)) {
                let item = Item { rank: (bits == 0, Vec::new(), hot.id), oid: Some(hot.id), name: None, examined };
                items.entry(key).or_default().push((bits, item));
            }
        }
        for mut all in items.into_values() {
            all.sort_by(|(_, a), (_, b)| a.rank.cmp(&b.rank));
            let bits = all.iter().fold(0, |all, (bits, _)| all | bits);
            let all: Vec<Item> = all.into_iter().map(|(_, item)| item).take(1).collect();
            if let Some(mut made) = without_path(self.context, SOURCE, ObjectKind::Blob, &all) {
                made.in_head = Some(false);
                made.reach = Some(reach_of(bits));
                collector.findings.push(made);
            }
        }
    }

    /// What was found in blobs of a scan that was cut off before it was known where they stand.
    pub(super) fn place_loose(&self, hot: &[Hot], collector: &mut Collector) {
        let before = collector.findings.len();
        self.place_unnamed(hot.iter(), &Peeled::default(), &BTreeSet::new(), collector);
        for made in collector.findings.iter_mut().skip(before) {
            (made.in_head, made.reach) = (None, None);
        }
    }

    /// Messages of commits and tags.
    pub(super) fn place_messages(
        &self,
        peeled: &Peeled,
        scope: &Scope,
        graph: &Graph<'_>,
        hot: &[(ObjectKind, Hot)],
        collector: &mut Collector,
    ) {
        let mut commits: BTreeMap<KeyId, BTreeMap<u32, Item>> = BTreeMap::new();
        let mut tags: BTreeMap<KeyId, Vec<Item>> = BTreeMap::new();
        for (kind, hot) in hot.iter().filter(|(_, hot)| scope.has(self.stores, &hot.id)) {
            for (key, examined) in standing(self.context, hot) {
                if *kind == ObjectKind::TagMessage {
                    let name = peeled.tags.get(&hot.id).and_then(|(_, names)| names.first().cloned());
                    let rank = (name.is_none(), name.clone().unwrap_or_default(), hot.id);
                    let name = name.or_else(|| self.tags.get(&hot.id).map(|tag| tag.name.clone()));
                    let item = Item { rank, oid: Some(hot.id), name: name.map(Raw::new), examined };
                    tags.entry(key).or_default().push(item);
                } else if let Some(commit) = self.commits.find(&hot.id) {
                    let item = Item { rank: (false, Vec::new(), hot.id), oid: Some(hot.id), name: None, examined };
                    commits.entry(key).or_default().insert(commit, item);
                }
            }
        }
        let groups: Vec<Vec<u32>> = commits.values().map(|all| all.keys().copied().collect()).collect();
        let first = graph.first_of(&groups);
        for ((mut items, mut group), first) in commits.into_values().zip(groups).zip(first) {
            let bits = group.iter().fold(0, |bits, &it| bits | self.commits.reach(it));
            graph.sort(&mut group);
            group.sort_by_key(|&commit| Some(commit) != first);
            let all: Vec<Item> = group.iter().filter_map(|commit| items.remove(commit)).collect();
            if let Some(mut made) = without_path(self.context, SOURCE, ObjectKind::CommitMessage, &all) {
                made.commit = first.and_then(|first| graph.describe(first));
                made.reach = Some(reach_of(bits));
                collector.findings.push(made);
            }
        }
        for mut all in tags.into_values() {
            all.sort_by(|a, b| a.rank.cmp(&b.rank));
            let reach_of_tag = |item: &Item| item.oid.and_then(|id| peeled.tags.get(&id)).map_or(0, |(bits, _)| *bits);
            let bits = all.iter().fold(0, |bits, item| bits | reach_of_tag(item));
            if let Some(mut made) = without_path(self.context, SOURCE, ObjectKind::TagMessage, &all) {
                made.reach = Some(reach_of(bits));
                collector.findings.push(made);
            }
        }
        for (_, hot) in hot {
            hot.examined.iter().for_each(|examined| collector.remember(examined));
        }
    }

    /// Names of refs.
    pub(super) fn place_ref_names(&self, collector: &mut Collector) {
        let mut items: BTreeMap<KeyId, Vec<Item>> = BTreeMap::new();
        for name in &self.tips.names {
            let examined = self.context.examine(name, &|| Raw::new(name.as_slice()));
            if examined.is_empty() {
                continue;
            }
            let tip = self.tips.tips.iter().find(|tip| tip.name.as_ref() == Some(name));
            let oid = tip.map(|tip| tip.id);
            let null = Oid::null(gix_hash::Kind::Sha1);
            let hot = Hot { id: oid.unwrap_or(null), examined };
            hot.examined.iter().for_each(|examined| collector.remember(examined));
            for (key, examined) in standing(self.context, &hot) {
                let rank = (false, name.clone(), hot.id);
                let item = Item { rank, oid, name: Some(Raw::new(name.as_slice())), examined };
                items.entry(key).or_default().push(item);
            }
        }
        for all in items.into_values() {
            if let Some(mut made) = without_path(self.context, SOURCE, ObjectKind::RefName, &all) {
                made.reach = Some(Reach::Ref);
                collector.findings.push(made);
            }
        }
    }
}
