//! Ranges: what the commits of a range add, files and messages.

use crate::blob::Oid;
use crate::secret::Raw;

/// A range: the commits that `include` reaches and `exclude` does not, and what a push brings besides.
#[derive(Clone, Debug, Default)]
pub struct RangeRequest {
    /// Tips: commits, or annotated tags that lead to one.
    pub include: Vec<Oid>,
    /// What was there before: these and everything that they reach.
    pub exclude: Vec<Oid>,
    /// Annotated tags whose messages belong to the range (chains of tags are followed).
    pub tags: Vec<Oid>,
    /// Full names of refs that belong to the range.
    pub ref_names: Vec<Raw>,
}
