//! Where bytes come from: each source pushes them on, and tells the ledger what it could not read.

pub mod coverage;
mod dates;
pub mod draft;
pub mod git;
pub mod history;
pub mod index;
mod locate;
mod path;
pub mod range;
pub mod refs;
pub mod similar;
pub mod worktree;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::secret::Raw;

/// What ends a scan before its end: the user's time limit or an interrupt. Sources ask between two pieces of work.
#[derive(Debug, Default)]
pub struct Cancel {
    interrupted: AtomicBool,
    fired: AtomicBool,
    deadline: Option<Instant>,
}

impl Cancel {
    /// One that fires `timeout` from now; never by itself without one.
    pub fn after(timeout: Option<Duration>) -> Self {
        Self {
            interrupted: AtomicBool::new(false),
            fired: AtomicBool::new(false),
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

    /// Whether some work was left undone because the time was up.
    pub fn is_late(&self) -> bool {
        self.fired.load(Ordering::Relaxed)
    }

    /// When it fires by itself.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Whether work should stop. Whoever asks must stop then: what is left counts as not examined.
    pub fn is_set(&self) -> bool {
        let late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if late {
            self.fired.store(true, Ordering::Relaxed);
        }
        late || self.is_interrupted()
    }
}

/// How far a scan is. Sources count here, cheaply (once for some hundred objects); whoever draws a bar reads it from another
/// thread.
#[derive(Debug, Default)]
pub struct Progress {
    total: AtomicU64,
    done: AtomicU64,
    bytes: AtomicU64,
}

impl Progress {
    /// So many more objects are to be read.
    pub fn expect(&self, objects: u64) {
        self.total.fetch_add(objects, Ordering::Relaxed);
    }

    /// So many objects of so many bytes (inflated) are done.
    pub fn advance(&self, objects: u64, bytes: u64) {
        self.done.fetch_add(objects, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// How many objects are to be read in all, as far as that is known by now; 0 where it is not.
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// How many objects are done.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// How many bytes they have, inflated.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_work_that_was_left_undone_is_late() {
        let cancel = Cancel::after(Some(Duration::ZERO));
        assert!(!cancel.is_late());
        assert!(cancel.is_set() && cancel.is_late() && !cancel.is_interrupted());
        let endless = Cancel::after(None);
        assert!(!endless.is_set());
        endless.interrupt();
        assert!(endless.is_set() && !endless.is_late());
    }
}
