//! Where bytes come from: each source pushes them on, and tells the ledger what it could not read.

pub mod coverage;
pub mod git;
pub mod index;
pub mod similar;
pub mod worktree;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::secret::Raw;

/// What ends a scan before its end: the user's time limit or an interrupt. Sources ask between two pieces of work.
#[derive(Debug, Default)]
pub struct Cancel {
    interrupted: AtomicBool,
    deadline: Option<Instant>,
}

impl Cancel {
    /// One that fires `timeout` from now; never by itself without one.
    pub fn after(timeout: Option<Duration>) -> Self {
        Self {
            interrupted: AtomicBool::new(false),
            deadline: timeout.and_then(|limit| Instant::now().checked_add(limit)),
        }
    }

    /// The user pressed Ctrl-C.
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
    }

    /// Whether the user interrupted the run.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Whether the time is up.
    pub fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Whether work should stop.
    pub fn is_set(&self) -> bool {
        self.is_interrupted() || self.is_late()
    }
}

/// Why a source could not begin, or could not go on. What only concerns single files goes into the ledger instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The user named something that is not there.
    #[error("no such file or directory: {}", crate::secret::mask_key_shapes(.path.bytes()).text())]
    NoSuchPath {
        /// As the user wrote it.
        path: Raw,
    },
    /// A file that the scan cannot do without could not be read.
    #[error("cannot read {}: {reason}", crate::secret::mask_key_shapes(.path.bytes()).text())]
    Unreadable {
        /// The file.
        path: Raw,
        /// What the system said.
        reason: std::io::ErrorKind,
    },
    /// There is no repository, or none of the kind that the scan needs.
    #[error("{0}")]
    NoRepository(String),
    /// A revision or range that does not exist or is not of the form that is needed.
    #[error("{0}")]
    Revision(String),
    /// Git's data could not be read.
    #[error("{0}")]
    Git(String),
    /// The index could not be read.
    #[error("cannot read the index: {0}")]
    Index(String),
}
