//! What is done with each object of the walk.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::scope::Scope;
use super::{note_faults, unlock};
use crate::blob::{ObjectKind, Oid};
use crate::scan::Context;
use crate::scan::introduced::{Hot, examine_message};
use crate::secret::Raw;
use crate::source::coverage::Code;
use crate::source::git::short;
use crate::source::history::commits::{CommitData, TagData};
use crate::source::history::walk::{Object, Visit};
use crate::source::history::{Fault, Kind};
use crate::source::worktree::reference;

/// Reads commits and tags, and searches them.
pub(super) struct Messages<'a> {
    context: &'a Context<'a>,
    found: Mutex<FoundMessages>,
}

/// What was found in commits and tags, each list in the order of ids.
#[derive(Default)]
pub(super) struct FoundMessages {
    /// The commits.
    pub commits: Vec<CommitData>,
    /// The tags.
    pub tags: Vec<TagData>,
    /// Those in which something was found.
    pub hot: Vec<(ObjectKind, Hot)>,
    /// Those that could not be read.
    pub faults: Vec<(Oid, Fault)>,
    /// The numbers of those that could.
    pub seen: Vec<u32>,
}

impl<'a> Messages<'a> {
    /// One that has seen nothing.
    pub fn new(context: &'a Context<'a>) -> Self {
        Self { context, found: Mutex::default() }
    }

    /// Everything found.
    pub fn finish(self) -> FoundMessages {
        let mut found = unlock(self.found);
        found.tags.sort_unstable_by_key(|tag| tag.id);
        found.hot.sort_unstable_by_key(|(_, hot)| hot.id);
        found
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FoundMessages> {
        self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Visit for Messages<'_> {
    fn object(&self, object: &Object<'_>) {
        let examined = examine_message(self.context, object.bytes, object.id);
        let commit = (object.kind == Kind::Commit).then(|| CommitData::parse(object.id, object.bytes)).flatten();
        let tag = (object.kind == Kind::Tag).then(|| TagData::parse(object.id, object.bytes)).flatten();
        self.context.progress.advance(1, object.bytes.len() as u64);
        let mut found = self.lock();
        found.seen.push(object.number);
        if commit.is_none() && tag.is_none() {
            found.faults.push((object.id, Fault::Corrupt("lacks a header that it must have")));
        }
        found.commits.extend(commit);
        found.tags.extend(tag);
        if !examined.is_empty() {
            let kind = if object.kind == Kind::Tag { ObjectKind::TagMessage } else { ObjectKind::CommitMessage };
            found.hot.push((kind, Hot { id: object.id, examined }));
        }
    }

    fn fault(&self, id: Oid, fault: Fault) {
        self.lock().faults.push((id, fault));
    }
}

/// Searches blobs.
pub(super) struct Blobs<'a> {
    context: &'a Context<'a>,
    scope: &'a Scope,
    count: AtomicU64,
    bytes: AtomicU64,
    found: Mutex<FoundBlobs>,
}

/// What was found in blobs.
#[derive(Default)]
pub(super) struct FoundBlobs {
    /// Those in which something was found, in the order of their ids.
    pub hot: Vec<Hot>,
    /// Those that only point to content elsewhere.
    pub references: HashMap<Oid, Code>,
    faults: Vec<(Oid, Fault)>,
}

impl<'a> Blobs<'a> {
    /// One that has seen nothing.
    pub fn new(context: &'a Context<'a>, scope: &'a Scope) -> Self {
        Self { context, scope, count: AtomicU64::new(0), bytes: AtomicU64::new(0), found: Mutex::default() }
    }

    /// Everything found; what could not be read is in the ledger.
    pub fn finish(self) -> FoundBlobs {
        self.context.ledger.blobs(self.count.into_inner(), self.bytes.into_inner());
        let mut found = unlock(self.found);
        found.hot.sort_unstable_by_key(|hot| hot.id);
        note_faults(self.context, &found.faults, |_| true);
        found
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FoundBlobs> {
        self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn is_over_limit(&self, id: Oid, size: u64) -> bool {
        let is_over = self.context.settings.max_file_size.is_some_and(|limit| size > limit);
        if is_over {
            self.context.ledger.note(Code::OVER_LIMIT, Some(Raw::new(short(id))), None);
        }
        is_over
    }
}

impl Visit for Blobs<'_> {
    fn wants(&self, number: u32) -> bool {
        self.scope.wants(number)
    }

    fn object(&self, object: &Object<'_>) {
        let size = object.bytes.len() as u64;
        self.context.progress.advance(1, size);
        if self.is_over_limit(object.id, size) {
            return;
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(size, Ordering::Relaxed);
        if let Some(code) = reference(object.bytes) {
            self.lock().references.insert(object.id, code);
        }
        let examined = self.context.examine(object.bytes, &|| Raw::new(short(object.id)));
        if !examined.is_empty() {
            self.lock().hot.push(Hot { id: object.id, examined });
        }
    }

    fn fault(&self, id: Oid, fault: Fault) {
        if !matches!(fault, Fault::TooLarge(size) if self.is_over_limit(id, size)) {
            self.lock().faults.push((id, fault));
        }
    }
}

/// A pass over trees that is counted as it goes: for the bar always, for the ledger where it is the first one.
pub(super) struct Counted<'a> {
    /// The run.
    pub context: &'a Context<'a>,
    /// The pass.
    pub inner: &'a dyn Visit,
    /// Whether the ledger counts it.
    pub counts: bool,
}

impl Visit for Counted<'_> {
    fn wants(&self, number: u32) -> bool {
        self.inner.wants(number)
    }

    fn object(&self, object: &Object<'_>) {
        if self.counts {
            self.context.progress.advance(1, object.bytes.len() as u64);
            self.context.ledger.objects(1);
        }
        self.inner.object(object);
    }

    fn fault(&self, id: Oid, fault: Fault) {
        self.inner.fault(id, fault);
    }
}
