//! Checks on the repository rather than on keys: committed dotenv files, and habits that lead to leaks. Those of one file are
//! in `check`; those that need to know what stands around it ask a [`Tree`] for it, so that nothing here reads a disk.

mod certificate;
pub mod check;
mod docker;
pub mod dotenv;
mod ignored;
mod package;
mod plain_http;
mod prefix;
mod query;
mod speech;
mod surroundings;
mod template;
#[cfg(test)]
mod tests;

pub use ignored::is_ignored;
pub use surroundings::{Found, Surroundings, Tree};
