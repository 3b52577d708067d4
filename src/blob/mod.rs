//! What is scanned: bytes and where they come from. No I/O.

mod location;
mod text;

pub use gix_hash::ObjectId as Oid;
use serde::Serialize;

pub use location::Location;
pub use text::{Text, TextEncoding};

/// Where a scan takes its bytes from. The order is the order of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// Files on disk.
    Worktree,
    /// What is staged.
    Index,
    /// A commit message that is being written.
    Message,
    /// What the commits of a range add.
    Range,
    /// Every object of a repository.
    History,
    /// Standard input.
    Stdin,
}

/// The kind of thing that holds the bytes. The order is the order of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectKind {
    /// The content of a file, of any source.
    Blob,
    /// A commit: its message, headers, author and committer.
    CommitMessage,
    /// An annotated tag.
    TagMessage,
    /// A note (`git notes`).
    Note,
    /// The name of a branch, tag or other ref.
    RefName,
}

impl ObjectKind {
    /// The name in reports and fingerprints.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::CommitMessage => "commit-message",
            Self::TagMessage => "tag-message",
            Self::Note => "note",
            Self::RefName => "ref-name",
        }
    }
}

impl SourceKind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Worktree => "worktree",
            Self::Index => "index",
            Self::Message => "message",
            Self::Range => "range",
            Self::History => "history",
            Self::Stdin => "stdin",
        }
    }
}
