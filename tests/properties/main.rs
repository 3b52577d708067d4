//! Properties that hold for whatever content: checked on random input.
#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a test that panics has failed, which is what it is for"
)]

mod detection;
mod masking;
