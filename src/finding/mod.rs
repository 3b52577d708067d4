//! Findings as data: what a rule found ([`Hit`]), where it was placed ([`Finding`]), and its identity.
//!
//! A finding is generic over its texts: `Finding<Raw>` while the keys of a run are being collected, `Finding<Masked>` after
//! the one step that masks them by value. Reports only ever see the latter.

mod excerpt;
mod fingerprint;

use std::sync::Arc;

use serde::Serialize;

use crate::blob::{Location, ObjectKind, Oid, SourceKind};
use crate::secret::{KeyId, Masked, Raw, Secret};

pub use excerpt::Excerpt;
pub use fingerprint::Fingerprint;

/// Id of a rule: kebab-case.
pub type RuleId = Arc<str>;

/// How bad a finding is. Ordered from harmless to worst.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A committed dotenv file without secrets; most hygiene.
    Low,
    /// A committed dotenv file with something secret in it, but no key of ours.
    Medium,
    /// A key.
    High,
    /// A key that the API says is live.
    Critical,
}

impl Severity {
    /// The name in reports and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How sure the evidence makes us. Ordered from weak to strong.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Weak evidence and a value that looks very much like a key.
    Low,
    /// Evidence from the surroundings.
    Medium,
    /// The name, the call or the value itself says so.
    High,
}

impl Confidence {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Why a value is Konver's. Ordered from the strongest to the weakest: of several rules at one place the first one names it.
/// The known value comes last on purpose: it names a finding only when nothing else does (contract, "One finding per place").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// The organization's own key format, or a rule of the user's.
    Pattern,
    /// The identifier or key path names the vendor and the thing.
    Name,
    /// Sent as the API's header to the API's host.
    Header,
    /// An identifier that reaches one of the above.
    Flow,
    /// Part of a URL on the API's host.
    Url,
    /// Given to a client whose name carries the vendor.
    Client,
    /// A neutral name in a file whose only vendor is Konver.
    File,
    /// The bytes are a key that the user holds.
    Known,
}

/// One place where a rule holds: knows its text, but no path.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The rule that holds.
    pub rule: RuleId,
    /// The decoded key.
    pub secret: Secret,
    /// Byte offset in the text at which the value begins: with the key it says which place this is.
    pub start: usize,
    /// Where the value stands, encoded or not.
    pub location: Location,
    /// What was undone to read the value, outermost first: `base64`, `utf-16le`, `json`...
    pub encodings: Vec<&'static str>,
    /// Why it is Konver's.
    pub evidence: Evidence,
    /// Whether the value may be asked about: false where it rests only on a pattern or rule of the scanned repository, and
    /// for webhook secrets, which no call can verify.
    pub verifiable: bool,
    /// How sure the evidence makes us.
    pub confidence: Confidence,
    /// What was found and why, for people: one sentence without a final full stop.
    pub message: Raw,
    /// The lines around.
    pub excerpt: Excerpt<Raw>,
    /// Every text of the file that shows the key or a part of it in a form of its own (encoded, in pieces), to be masked.
    pub forms: Vec<Raw>,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A key.
    Key,
    /// A committed dotenv file.
    File,
    /// A habit that leads to leaks.
    Hygiene,
}

impl Kind {
    /// The name in reports and fingerprints.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::File => "file",
            Self::Hygiene => "hygiene",
        }
    }
}

/// How an object of the history is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// From a branch, tag, note, the stash or a worktree's HEAD.
    Ref,
    /// From a reflog only: older stashes, amended-away commits.
    Reflog,
    /// From nothing: the index, loose ends.
    Unreachable,
}

/// The key of a finding, without the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// Which key.
    pub id: KeyId,
    /// First and last characters.
    pub redacted: Masked,
    /// Length of the decoded key in bytes.
    pub length: usize,
    /// What was undone to read it here.
    pub encodings: Vec<&'static str>,
}

/// The git object that holds a finding of a history or range.
#[derive(Clone, Debug)]
pub struct ObjectRef<S> {
    /// Its id, where it has one.
    pub oid: Option<Oid>,
    /// Name of the tag or ref.
    pub name: Option<S>,
}

/// A commit, as a reader wants it named.
#[derive(Clone, Debug)]
pub struct Commit<S> {
    /// Its id.
    pub oid: Oid,
    /// The author's name.
    pub author: S,
    /// The author's address.
    pub email: S,
    /// The author's date, RFC 3339 with its offset.
    pub date: String,
    /// The author's date in seconds since 1970.
    pub time: i64,
    /// The subject.
    pub summary: S,
}

/// A further place where the same key was introduced.
#[derive(Clone, Debug)]
pub struct AlsoAt<S> {
    /// The path (the finding's own).
    pub path: Option<S>,
    /// The commit that introduced it again.
    pub commit: Option<Oid>,
    /// The further message, note or tag.
    pub oid: Option<Oid>,
    /// The further tag's or ref's name.
    pub name: Option<S>,
}

/// The API's word on a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It opens the organization's data.
    Live,
    /// Revoked, or never valid.
    Revoked,
    /// Nothing is proven.
    Unknown,
}

impl Status {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Revoked => "revoked",
            Self::Unknown => "unknown",
        }
    }
}

/// The result of asking the API about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The verdict.
    pub status: Status,
    /// The answer's status code, where one came.
    pub http_status: Option<u16>,
    /// What stands behind the verdict, where more is to be said.
    pub detail: Option<String>,
}

/// Who accepted a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Accepted {
    /// The baseline.
    Baseline,
    /// A marker in the line or above it.
    Inline,
    /// A list in the configuration.
    Config,
}

/// One finding: a rule holds at a place.
#[derive(Clone, Debug)]
pub struct Finding<S> {
    /// The rule.
    pub rule: RuleId,
    /// What it is about.
    pub kind: Kind,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the evidence makes us.
    pub confidence: Confidence,
    /// Whether its key may be asked about (see [`Hit::verifiable`]).
    pub verifiable: bool,
    /// What was found and why.
    pub message: S,
    /// What to do about it.
    pub help: S,
    /// Which source showed it.
    pub source: SourceKind,
    /// The kind of object that holds it.
    pub object_kind: ObjectKind,
    /// The object itself; in histories and ranges.
    pub object: Option<ObjectRef<S>>,
    /// From the repository's root, with `/`.
    pub path: Option<S>,
    /// Where it stands; none for ref names.
    pub location: Option<Location>,
    /// The key.
    pub key: Option<KeyInfo>,
    /// Its identity.
    pub fingerprint: Fingerprint,
    /// The commit that introduced it.
    pub commit: Option<Commit<S>>,
    /// Staged scans: whether this commit brings it in.
    pub new: Option<bool>,
    /// History: whether HEAD's tree shows it.
    pub in_head: Option<bool>,
    /// History: how it is reached.
    pub reach: Option<Reach>,
    /// Further introductions, at most 100 of them.
    pub also_at: Vec<AlsoAt<S>>,
    /// How many further introductions there are.
    pub also_at_total: usize,
    /// The API's word.
    pub verification: Option<Verification>,
    /// The lines around.
    pub excerpt: Option<Excerpt<S>>,
    /// Who accepted it, with the reason if one was given.
    pub accepted: Option<(Accepted, Option<S>)>,
}

impl<S> Finding<S> {
    /// The same finding with every text passed through `to`.
    pub fn map<T>(self, mut to: impl FnMut(S) -> T) -> Finding<T> {
        Finding {
            rule: self.rule,
            kind: self.kind,
            severity: self.severity,
            confidence: self.confidence,
            verifiable: self.verifiable,
            message: to(self.message),
            help: to(self.help),
            source: self.source,
            object_kind: self.object_kind,
            object: self.object.map(|object| ObjectRef { oid: object.oid, name: object.name.map(&mut to) }),
            path: self.path.map(&mut to),
            location: self.location,
            key: self.key,
            fingerprint: self.fingerprint,
            commit: self.commit.map(|commit| commit.map(&mut to)),
            new: self.new,
            in_head: self.in_head,
            reach: self.reach,
            also_at: self
                .also_at
                .into_iter()
                .map(|at| AlsoAt {
                    path: at.path.map(&mut to),
                    commit: at.commit,
                    oid: at.oid,
                    name: at.name.map(&mut to),
                })
                .collect(),
            also_at_total: self.also_at_total,
            verification: self.verification,
            excerpt: self.excerpt.map(|excerpt| excerpt.map(&mut to)),
            accepted: self.accepted.map(|(who, reason)| (who, reason.map(&mut to))),
        }
    }
}

impl<S> Commit<S> {
    /// The same commit with every text passed through `to`.
    pub fn map<T>(self, mut to: impl FnMut(S) -> T) -> Commit<T> {
        Commit {
            oid: self.oid,
            author: to(self.author),
            email: to(self.email),
            date: self.date,
            time: self.time,
            summary: to(self.summary),
        }
    }
}
