//! What a scan leaves: everything that reports can say, masked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::readers::Reader;
use crate::blob::SourceKind;
use crate::finding::{Commit, Finding, Reach, Severity, Status};
use crate::rule::RuleSet;
use crate::secret::{KeyId, Masked};
use crate::source::coverage::Level;

/// The result of a run. Findings are in the order of reports; the accepted ones are among them (`accepted` is set) but
/// count nowhere else.
#[derive(Debug)]
pub struct Outcome {
    /// All findings, accepted ones too.
    pub findings: Vec<Finding<Masked>>,
    /// One entry for each distinct key of the findings that are not accepted, in the order of the first finding.
    pub keys: Vec<KeySummary>,
    /// Where the working tree names a key, and so may read it; looked for where one is live, and in audits that report one.
    pub readers: Vec<Reader>,
    /// What a reader must know of the scan itself.
    pub notices: Vec<Notice>,
    /// What was examined.
    pub coverage: Coverage,
    /// How many findings were accepted, by whom.
    pub suppressed: Suppressed,
    /// How many candidates were judged and refused, by the name of the reason.
    pub refused: BTreeMap<&'static str, u64>,
    /// The rules of the run.
    pub rules: Arc<RuleSet>,
    /// Findings at or above this fail the run; none fails with `None`.
    pub fail_on: Option<Severity>,
    /// The source that was scanned.
    pub source: SourceKind,
    /// Whether this is an audit: each key then has its exposure.
    pub audit: bool,
    /// Whether the scanned repository has a configuration of its own: platforms hang there what has no file.
    pub configured: bool,
    /// Whether the user interrupted the run.
    pub interrupted: bool,
}

impl Outcome {
    /// The findings that nobody accepted.
    pub fn reported(&self) -> impl Iterator<Item = &Finding<Masked>> {
        self.findings.iter().filter(|finding| finding.accepted.is_none())
    }

    /// Those of one key.
    pub fn of_key(&self, id: KeyId) -> impl Iterator<Item = &Finding<Masked>> {
        self.reported().filter(move |finding| finding.key.as_ref().is_some_and(|key| key.id == id))
    }

    /// All findings of one key, accepted ones too: each of them holds it.
    pub fn holding(&self, id: KeyId) -> impl Iterator<Item = &Finding<Masked>> {
        self.findings.iter().filter(move |finding| finding.key.as_ref().is_some_and(|key| key.id == id))
    }

    /// Whether a finding fails the run: not accepted, at or above the bound, and (in a staged scan) new.
    pub fn fails(&self, finding: &Finding<Masked>) -> bool {
        finding.accepted.is_none()
            && finding.new != Some(false)
            && self.fail_on.is_some_and(|bound| finding.severity >= bound)
    }

    /// Whether any finding fails the run.
    pub fn has_failed(&self) -> bool {
        self.findings.iter().any(|finding| self.fails(finding))
    }
}

/// One distinct key.
#[derive(Clone, Debug)]
pub struct KeySummary {
    /// Which key.
    pub id: KeyId,
    /// First and last characters.
    pub redacted: Masked,
    /// Length of the decoded key in bytes.
    pub length: usize,
    /// How many findings show it.
    pub findings: usize,
    /// The oldest introducing commit, where commits are known.
    pub first_seen: Option<Commit<Masked>>,
    /// Whether HEAD's tree shows it, where that is known.
    pub in_head: Option<bool>,
    /// The API's word.
    pub status: Option<Status>,
    /// What only an audit knows.
    pub exposure: Option<Exposure>,
}

/// What an audit says of a key besides.
#[derive(Clone, Debug, Default)]
pub struct Exposure {
    /// The strongest reach of its findings.
    pub reach: Option<Reach>,
    /// Whether a remote-tracking ref reaches it.
    pub pushed: bool,
    /// The commit that took it out of HEAD's history.
    pub removed: Option<Commit<Masked>>,
    /// The oldest annotated tag whose message shows it; its author is the tagger.
    pub tagged: Option<Commit<Masked>>,
    /// Every path that it ever stood at.
    pub paths: Vec<Masked>,
    /// Full names of branches and tags whose tip shows it.
    pub refs: Vec<Masked>,
    /// Who introduced it anywhere.
    pub authors: Vec<Masked>,
    /// Every encoding in which it was found.
    pub encodings: Vec<&'static str>,
}

/// Something that a reader must know of the scan itself.
#[derive(Clone, Debug)]
pub struct Notice {
    /// How much it weighs, `--strict` considered.
    pub level: Level,
    /// Kebab-case; docs/notices.md lists them.
    pub code: &'static str,
    /// One sentence, masked.
    pub message: Masked,
    /// The first place.
    pub path: Option<Masked>,
    /// How often.
    pub count: u64,
}

/// What was examined and what not.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// False exactly when a notice has level error.
    pub complete: bool,
    /// Whether the repository is a shallow clone.
    pub shallow: bool,
    /// Files (working tree, index, standard input, message).
    pub files: u64,
    /// Objects of the store.
    pub objects: u64,
    /// Blobs among them.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What was left out: code and count.
    pub skipped: Vec<(&'static str, u64)>,
}

/// How many findings were accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Suppressed {
    /// By the baseline.
    pub baseline: usize,
    /// By markers.
    pub inline: usize,
    /// By the configuration.
    pub config: usize,
}
