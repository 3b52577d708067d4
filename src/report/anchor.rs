//! Where a platform that shows a repository's HEAD can hang a finding: each needs a file and a line, whatever was scanned.

use crate::blob::Location;
use crate::finding::Finding;
use crate::scan::Outcome;
use crate::secret::Masked;

/// A file, and a place in it if the file at HEAD shows the finding there.
pub(super) struct Anchor<'a> {
    /// From the root; bytes, to be encoded.
    pub path: &'a [u8],
    /// The place; none where only the first line can be named.
    pub location: Option<Location>,
    /// Whether the path is the finding's own.
    pub own: bool,
}

/// The anchor of a finding. What is not at HEAD has its path and no place; what has no path, the configuration file if there
/// is one, else the README.
pub(super) fn anchor<'a>(outcome: &Outcome, finding: &'a Finding<Masked>) -> Anchor<'a> {
    let Some(path) = &finding.path else {
        let path: &[u8] = if outcome.configured { b".konceal.toml" } else { b"README.md" };
        return Anchor { path, location: None, own: false };
    };
    let location = finding.location.filter(|&at| finding.in_head != Some(false) && at != Location::TOP);
    Anchor { path: path.bytes(), location, own: true }
}
