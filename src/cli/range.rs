//! Ranges, as `scan --range` and the hooks ask for them.

use std::collections::BTreeSet;

use super::args::Common;
use super::environment::Environment;
use super::error::Error;
use super::exit::ExitStatus;
use super::govern::Committed;
use super::run;
use crate::blob::Oid;
use crate::scan::{RangeRequest, Request};
use crate::source::coverage::Code;
use crate::source::git::Repository;

/// A range and what governs its scan.
#[derive(Default)]
pub struct Range {
    /// Which commits, and what else belongs to the range.
    pub request: RangeRequest,
    /// Whose configuration governs the scan, so that a change cannot switch its own scan off; the defaults where there is none.
    pub base: Option<Oid>,
    /// Whose baseline does.
    pub tip: Option<Oid>,
    /// What a reader must know of the range itself.
    pub notices: Vec<Code>,
}

impl Range {
    /// Scans it and reports.
    ///
    /// # Errors
    /// What governs the scan is wrong, or an object cannot be read.
    pub fn scan(self, common: &Common, environment: &Environment, repository: Repository) -> Result<ExitStatus, Error> {
        let read_base = Committed { repository: &repository, commit: self.base };
        let read_tip = Committed { repository: &repository, commit: self.tip };
        let folders: BTreeSet<_> = repository.workdir().map(std::path::Path::to_owned).into_iter().collect();
        let (prepared, accepted_before) =
            run::prepare_range(common, environment, Some(&repository), &read_base, &read_tip, &folders)?;
        for code in self.notices {
            prepared.ledger.note(code, None, None);
        }
        let request = Request::Range { repository, range: self.request, accepted_before };
        run::finish(common, environment, &prepared, request)
    }
}

/// `scan --range A..B`, and `A...B`, which means from the merge base on.
pub fn scan_revisions(
    common: &Common,
    environment: &Environment,
    repository: Repository,
    range: &str,
) -> Result<ExitStatus, Error> {
    let wrong = || {
        let shown = crate::secret::mask_key_shapes(range.as_bytes());
        Error::Usage(format!("{} is no range: expected A..B or A...B", shown.text()))
    };
    let (old, new, is_symmetric) = match (range.split_once("..."), range.split_once("..")) {
        (Some((old, new)), _) => (old, new, true),
        (None, Some((old, new))) => (old, new, false),
        (None, None) => return Err(wrong()),
    };
    if old.is_empty() || new.is_empty() || new.starts_with('.') || old.contains("..") || new.contains("..") {
        return Err(wrong());
    }
    let (old, tip) = (repository.commit(old)?, repository.commit(new)?);
    // What A reaches is what the merge base reaches, as far as B reaches it too: the commits are the same with both forms.
    let base = if is_symmetric { repository.merge_base(old, tip) } else { Some(old) };
    let request = RangeRequest { include: vec![tip], exclude: vec![old], ..RangeRequest::default() };
    Range { request, base, tip: Some(tip), notices: Vec::new() }.scan(common, environment, repository)
}
