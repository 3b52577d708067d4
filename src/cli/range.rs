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
use crate::source::git::Repository;

/// Scans a range. The configuration is the one of `base` (the defaults where there is none), so that a change cannot switch
/// its own scan off; the baseline is the one of `tip`.
pub fn scan(
    common: &Common,
    environment: &Environment,
    repository: Repository,
    range: RangeRequest,
    base: Option<Oid>,
    tip: Option<Oid>,
) -> Result<ExitStatus, Error> {
    let read_base = Committed { repository: &repository, commit: base };
    let read_tip = Committed { repository: &repository, commit: tip };
    let folders: BTreeSet<_> = repository.workdir().map(std::path::Path::to_owned).into_iter().collect();
    let (prepared, accepted_before) =
        run::prepare_range(common, environment, Some(&repository), &read_base, &read_tip, &folders)?;
    run::finish(common, environment, &prepared, Request::Range { repository, range, accepted_before })
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
    scan(common, environment, repository, request, base, Some(tip))
}
