//! Checks on the repository rather than on text.

pub mod check;
pub mod dotenv;
