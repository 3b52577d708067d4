//! A whole history: every object of the stores once, the graph of commits and trees, and who brought what.
//!
//! The packs are read by a walk of our own (`walk`), since that is what a scan of a history spends its time on; opening them
//! and inflating are libraries' work. Everything here is about objects; what is found in them is the caller's matter.

pub mod attribution;
pub mod commits;
pub mod entries;
pub mod inflate;
mod loose;
pub mod objects;
pub mod packs;
pub mod tips;
pub mod trees;
pub mod walk;

pub use inflate::Fault;
pub use objects::Stores;
pub use packs::Kind;
