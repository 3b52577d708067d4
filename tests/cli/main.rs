//! Behaviour through the built binary, in fixture repositories that git itself makes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod support;

mod baseline;
mod config;
mod hook;
mod hook_commit;
mod hook_push;
mod hook_status;
mod init;
mod staged;
mod worktree;
