//! What users accept: markers in the text, and the baseline. Counted, never dropped.

mod baseline;
pub mod inline;

pub use baseline::{Baseline, BaselineError, NAME};
