//! Checks on the repository rather than on text.

pub mod dotenv;
