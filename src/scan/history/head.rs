//! HEAD's tree: committed dotenv files, and what of it was not examined.

use std::collections::BTreeSet;

use super::History;
use super::objects::FoundBlobs;
use super::scope::Scope;
use crate::blob::{Oid, SourceKind};
use crate::finding::{ObjectRef, Reach};
use crate::hygiene::dotenv;
use crate::scan::Collector;
use crate::scan::direct::committed_dotenv;
use crate::secret::{KeyId, Raw};
use crate::source::coverage::Code;
use crate::source::git::EntryKind;
use crate::source::history::entries::Entries;
use crate::source::history::walk;

/// So many entries of HEAD's tree are looked at; only a tree that holds itself over and over has more.
const MOST_ENTRIES: usize = 10_000_000;

impl History<'_> {
    /// HEAD's root tree; none on an unborn branch or where the commit cannot be read (the ledger says so).
    pub(super) fn head_tree(&self) -> Option<Oid> {
        match self.repository.head_id() {
            Ok(head) => head.and_then(|head| self.commits.get(self.commits.find(&head)?)).map(|commit| commit.tree),
            Err(error) => {
                self.context.ledger.note(Code::CORRUPT, Some(Raw::new(*b"HEAD")), Some(error.to_string()));
                None
            }
        }
    }

    /// Whether HEAD's commit belongs to the scan.
    pub(super) fn has_head(&self, scope: &Scope) -> bool {
        let head = self.repository.head_id().ok().flatten().and_then(|head| self.commits.find(&head));
        head.is_some_and(|head| scope.has_commit(head))
    }

    /// Reports committed dotenv files, and notes what is excluded, another repository's, or only points elsewhere.
    pub(super) fn place_head(
        &self,
        tree: Oid,
        blobs: &FoundBlobs,
        in_head: &BTreeSet<(Vec<u8>, KeyId)>,
        noted: &BTreeSet<Vec<u8>>,
        collector: &mut Collector,
    ) {
        let context = self.context;
        let leaking: BTreeSet<&[u8]> = in_head.iter().map(|(path, _)| path.as_slice()).collect();
        let mut left = MOST_ENTRIES;
        let mut open = vec![(tree, Vec::new())];
        while let Some((tree, folder)) = open.pop() {
            // A tree that cannot be read is in the ledger already.
            let bytes = self.stores.locate(&tree).and_then(|number| walk::read(self.stores, number).ok());
            let Some((_, bytes)) = bytes else { continue };
            for entry in Entries::new(&bytes) {
                left = left.saturating_sub(1);
                let Ok(id) = Oid::try_from(entry.id) else { continue };
                let path = [folder.as_slice(), entry.name].concat();
                let note = |code| context.ledger.note(code, Some(Raw::new(path.as_slice())), None);
                match entry.kind {
                    EntryKind::Tree => open.push((id, [path.as_slice(), b"/"].concat())),
                    EntryKind::Submodule => note(Code::SUBMODULE),
                    EntryKind::Blob if context.settings.excludes(&path) => {
                        if !noted.contains(&path) {
                            note(Code::EXCLUDED);
                        }
                    }
                    EntryKind::Blob => {
                        blobs.references.get(&id).copied().into_iter().for_each(note);
                        if dotenv::is_dotenv(&path) && !leaking.contains(path.as_slice()) {
                            self.place_dotenv(&path, id, collector);
                        }
                    }
                }
            }
            if left == 0 {
                return;
            }
        }
    }

    fn place_dotenv(&self, path: &[u8], id: Oid, collector: &mut Collector) {
        let bytes = self.stores.locate(&id).and_then(|number| walk::read(self.stores, number).ok());
        let Some((_, bytes)) = bytes else { return };
        if let Some(mut made) = committed_dotenv(self.context, SourceKind::History, path, &bytes) {
            made.object = Some(ObjectRef { oid: Some(id), name: None });
            made.in_head = Some(true);
            made.reach = Some(Reach::Ref);
            collector.findings.push(made);
        }
    }
}
