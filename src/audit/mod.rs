//! What follows from an audit for one key: which way it can be taken out of the history, and the file that git-filter-repo needs
//! for it. Nothing of the repository is changed here.

mod outside;
mod plan;
mod replacements;

pub use outside::{Outside, OutsideError};
pub use plan::{Commits, Plan, Route};
pub use replacements::replacements;
