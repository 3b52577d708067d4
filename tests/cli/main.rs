//! Behaviour through the built binary, in fixture repositories that git itself makes.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod support;

#[cfg(unix)]
mod audit;
mod baseline;
#[cfg(unix)]
mod config;
mod explain;
#[cfg(unix)]
mod formats;
mod history;
#[cfg(unix)]
mod hook;
mod hook_commit;
#[cfg(unix)]
mod hook_push;
#[cfg(unix)]
mod hook_status;
#[cfg(unix)]
mod hygiene;
mod init;
mod known;
mod objects;
mod paths;
mod purge_plan;
mod range;
mod rules;
#[cfg(unix)]
mod shell;
mod staged;
mod verify;
mod worktree;
