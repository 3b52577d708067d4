//! The pipeline: a source's bytes through detection, placement, suppression, verification and redaction to an [`Outcome`].

mod audit;
mod collect;
mod direct;
mod finish;
mod history;
mod hygiene;
mod introduced;
mod leak;
mod outcome;
mod range;
mod readers;
mod verification;

use std::path::PathBuf;
use std::sync::Arc;

use crate::blob::{SourceKind, Text};
use crate::config::Settings;
use crate::detect::Detector;
use crate::finding::Hit;
use crate::rule::RuleSet;
use crate::secret::{KeyPrefix, Raw};
use crate::source::coverage::{Code, Ledger};
use crate::source::git::Repository;
use crate::source::index::{Changes, Index};
use crate::source::{Cancel, Progress, SourceError};
use crate::suppress::{Baseline, inline};
use crate::verify::Verifier;

pub use collect::{Collector, Keyring, accepted, choose};
pub use leak::{Base, Leak, Lineage, Spot};
pub use outcome::{Coverage, Exposure, KeySummary, Notice, Outcome, Suppressed};
pub use range::RangeRequest;
pub use readers::Reader;

/// What is to be scanned.
#[expect(clippy::large_enum_variant, reason = "there is one in a run")]
pub enum Request {
    /// Files on disk: below these paths (or the root where there are none).
    Worktree {
        /// The repository that they lie in; none with `--no-git` or outside of one.
        repository: Option<Repository>,
        /// Paths as the user gave them, resolved against the working directory.
        paths: Vec<PathBuf>,
    },
    /// The index: against HEAD (what a commit would add), or everything in it.
    Index {
        /// The repository.
        repository: Repository,
        /// Its index: the caller has read it for the configuration in it.
        index: Index,
        /// What is staged; everything in the index where this is none.
        staged: Option<Changes>,
        /// The other heads of a merge that git has not written down yet (`GITHEAD_*`).
        merging: Vec<crate::blob::Oid>,
    },
    /// A commit message that is being written.
    Message {
        /// Its file.
        file: PathBuf,
    },
    /// Every object of the repository once, or what some commits reach.
    History {
        /// The repository.
        repository: Repository,
        /// Only what these commits reach; everything, reachable or not, where there are none.
        tips: Vec<crate::blob::Oid>,
    },
    /// What the commits of a range add.
    Range {
        /// The repository.
        repository: Repository,
        /// Which commits, and what else belongs to the range.
        range: RangeRequest,
        /// What the baseline accepted before the range: what it accepts besides is named in a notice.
        accepted_before: Baseline,
    },
    /// History, index and working tree together, with the exposure of each key.
    Audit {
        /// The repository.
        repository: Repository,
        /// The key of which everything is to be known that a plan to remove it needs.
        leak: Option<KeyPrefix>,
    },
    /// Standard input, read to its end.
    Stdin {
        /// The path that it is lent.
        name: Option<Raw>,
        /// What was read.
        bytes: Vec<u8>,
    },
}

impl Request {
    /// The source that it names.
    pub fn source(&self) -> SourceKind {
        match self {
            Self::Worktree { .. } => SourceKind::Worktree,
            Self::Index { .. } => SourceKind::Index,
            Self::Message { .. } => SourceKind::Message,
            Self::History { .. } | Self::Audit { .. } => SourceKind::History,
            Self::Range { .. } => SourceKind::Range,
            Self::Stdin { .. } => SourceKind::Stdin,
        }
    }

    /// The repository that it lies in, where there is one.
    fn repository(&self) -> Option<&Repository> {
        match self {
            Self::Worktree { repository, .. } => repository.as_ref(),
            Self::Index { repository, .. }
            | Self::History { repository, .. }
            | Self::Range { repository, .. }
            | Self::Audit { repository, .. } => Some(repository),
            Self::Message { .. } | Self::Stdin { .. } => None,
        }
    }

    /// So many threads are enough for it; none where that cannot be said beforehand.
    pub fn enough_threads(&self) -> Option<usize> {
        match self {
            Self::Index { staged: Some(changes), .. } if changes.count() <= direct::FEW => Some(1),
            Self::Message { .. } | Self::Stdin { .. } => Some(1),
            _ => None,
        }
    }
}

/// What all parts of one run share.
pub struct Context<'a> {
    /// Options and configuration, resolved.
    pub settings: &'a Settings,
    /// The rules.
    pub rules: &'a Arc<RuleSet>,
    /// The compiled rules.
    pub detector: &'a Detector,
    /// What the user accepted.
    pub baseline: &'a Baseline,
    /// What was examined and what not.
    pub ledger: &'a Ledger,
    /// What ends the run early.
    pub cancel: &'a Cancel,
    /// How far the run is, for whoever shows it.
    pub progress: &'a Progress,
    /// Asks the API about keys; none unless the user wants it.
    pub verifier: Option<&'a Verifier>,
}

/// A hit with what only its text could tell.
#[derive(Clone)]
pub struct Examined {
    /// The hit.
    pub hit: Hit,
    /// The marker that accepts it.
    pub inline: Option<inline::Marker>,
}

impl Context<'_> {
    /// Whatever the rules find in these bytes. Cold bytes cost one pass of the anchors. A failure of the program itself on
    /// this blob is entered into the ledger under `place`.
    pub fn examine(&self, bytes: &[u8], place: &dyn Fn() -> Raw) -> Vec<Examined> {
        if self.detector.is_hot(bytes) { self.examine_hot(bytes, place) } else { Vec::new() }
    }

    /// The same for bytes of which it is known that they are hot.
    pub fn examine_hot(&self, bytes: &[u8], place: &dyn Fn() -> Raw) -> Vec<Examined> {
        let examined = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let text = Text::new(bytes);
            let markers = &self.settings.markers;
            let examine = |hit: Hit| Examined { inline: inline::accepted(&text, hit.location.line, markers), hit };
            let detection = self.detector.detect(&text);
            for (&reason, &count) in &detection.refused {
                self.ledger.refuse(reason, count);
            }
            detection.hits.into_iter().map(examine).collect::<Vec<_>>()
        }));
        examined.unwrap_or_else(|_| {
            self.ledger.note(Code::INTERNAL, Some(place()), None);
            Vec::new()
        })
    }
}

/// Runs one scan to its end.
///
/// # Errors
/// The source could not begin: nothing was examined. What could not be examined later on is in the outcome's coverage.
pub fn run(context: &Context<'_>, request: Request) -> Result<Outcome, SourceError> {
    run_with_leak(context, request).map(|(outcome, _)| outcome)
}

/// Like [`run`]; an audit that was asked for a key's leak returns it as well, if exactly one of the keys found is meant.
///
/// # Errors
/// As [`run`].
pub fn run_with_leak(context: &Context<'_>, request: Request) -> Result<(Outcome, Option<Leak>), SourceError> {
    let traces = matches!(request, Request::Audit { .. }).then(history::Traces::default);
    let mut collector = Collector { traces, ..Collector::default() };
    let source = request.source();
    collector.repository = request.repository().map(|repository| repository.location().clone());
    match request {
        Request::Worktree { repository, paths } => {
            direct::worktree(context, repository.as_ref(), &paths, &mut collector)?;
        }
        Request::Index { repository, index, staged, merging } => {
            direct::index(context, &repository, &index, staged.as_ref(), &merging, &mut collector)?;
        }
        Request::Message { file } => direct::message(context, &file, &mut collector)?,
        Request::History { repository, tips } => history::history(context, &repository, &tips, &mut collector)?,
        Request::Range { repository, range, accepted_before } => {
            range::range(context, &repository, &range, &accepted_before, &mut collector)?;
        }
        Request::Audit { repository, leak } => {
            collector.wanted = leak;
            audit::audit(context, &repository, &mut collector)?;
        }
        Request::Stdin { name, bytes } => direct::stdin(context, name.as_ref(), &bytes, &mut collector),
    }
    Ok(finish::finish(context, source, collector))
}

/// Where the repository's working tree names a key of Konver, or this variable, which holds an API key.
///
/// # Errors
/// The index cannot be read.
pub fn readers(
    context: &Context<'_>,
    repository: &Repository,
    variable: Option<&[u8]>,
) -> Result<Vec<Reader>, SourceError> {
    readers::readers(context, repository, variable, &finish::masker(context, &Collector::default()))
}
