//! The types of the JSON document. Their doc comments stand in the published schema.

use schemars::JsonSchema;
use serde::Serialize;

use crate::blob::{ObjectKind, SourceKind};
use crate::finding::{Confidence, Kind, Reach, Severity, Status};
use crate::source::coverage::Level;

/// The report of konceal: `--format json`. With `--format jsonl`, one `Finding` a line, then the rest under `summary`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Document {
    /// Version of this form.
    pub schema_version: u32,
    /// What made the report.
    pub tool: ToolJson,
    /// The findings that nobody accepted, in a fixed order.
    pub findings: Vec<FindingJson>,
    #[serde(flatten)]
    pub summary: SummaryJson,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Line {
    pub summary: LineSummary,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct LineSummary {
    pub schema_version: u32,
    pub tool: ToolJson,
    #[serde(flatten)]
    pub summary: SummaryJson,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Tool")]
pub(super) struct ToolJson {
    /// Always `konceal`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Says which rules these were: the same digest, the same rules.
    pub rules_digest: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
pub(super) struct SummaryJson {
    /// Each distinct key of the findings once, in the order of the first finding.
    pub keys: Vec<KeyJson>,
    /// What a reader must know of the scan itself.
    pub notices: Vec<NoticeJson>,
    /// What was examined and what was not.
    pub coverage: CoverageJson,
    /// How many findings were accepted, by whom.
    pub suppressed: SuppressedJson,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
/// One finding: a rule holds at a place. Fields that do not apply are absent.
#[schemars(rename = "Finding")]
pub(super) struct FindingJson {
    /// The rule that holds.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub rule_id: String,
    /// What it is about.
    pub kind: Kind,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the evidence makes us.
    pub confidence: Confidence,
    /// What was found and why.
    pub message: String,
    /// What to do about it, Markdown.
    pub help: String,
    /// Where the bytes came from.
    pub source: SourceKind,
    /// The git object that holds it; in histories and ranges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectJson>,
    #[serde(flatten)]
    pub path: PathJson,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// From 1, in Unicode characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// Line of the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_line: Option<usize>,
    /// Column behind the last character.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<usize>,
    /// The key, without the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretJson>,
    /// Names path and key, never a line, a commit or a rule.
    #[schemars(regex(pattern = r"^[0-9a-f]{32}$"))]
    pub fingerprint: String,
    /// The commit that introduced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<CommitJson>,
    /// Staged scans: whether this commit brings it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<bool>,
    /// History: whether HEAD's tree shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_head: Option<bool>,
    /// History: how the object is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reach>,
    /// Further introductions, at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_at: Vec<AlsoAtJson>,
    /// How many further introductions there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub also_at_total: Option<usize>,
    /// The API's word on the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<VerificationJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Object")]
pub(super) struct ObjectJson {
    /// What kind of object it is.
    pub kind: ObjectKind,
    /// Its id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oid: Option<String>,
    /// Full name of the tag or ref.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

// A path: as text, and in base64 where the text is not all of it. No doc comment: it would stand in the schema of whatever
// the two fields are flattened into.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "Path")]
pub(super) struct PathJson {
    /// From the root, with `/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The true bytes in base64, where they are not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Secret")]
pub(super) struct SecretJson {
    /// First and last 4 characters; 2 and 2 under 24.
    pub redacted: String,
    /// First 16 hex digits of SHA-256 of the decoded key.
    #[schemars(regex(pattern = r"^[0-9a-f]{16}$"))]
    pub key_id: String,
    /// The decoded key's, in bytes.
    pub length: usize,
    /// What was undone to read it, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub encoding: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Commit")]
pub(super) struct CommitJson {
    /// Its id.
    #[schemars(regex(pattern = r"^([0-9a-f]{40}|[0-9a-f]{64})$"))]
    pub oid: String,
    /// The author's name.
    pub author: String,
    /// The author's address.
    pub email: String,
    /// RFC 3339, the author's, with its offset.
    pub date: String,
    /// The subject.
    pub summary: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
/// A further place where the same key was introduced.
#[schemars(rename = "AlsoAt")]
pub(super) struct AlsoAtJson {
    #[serde(flatten)]
    pub path: PathJson,
    /// The commit that introduced it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The further message, note or tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oid: Option<String>,
    /// The further tag's or ref's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Verification")]
pub(super) struct VerificationJson {
    /// The verdict.
    pub status: Status,
    /// The answer's status code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// What stands behind the verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Key")]
pub(super) struct KeyJson {
    /// Which key.
    #[schemars(regex(pattern = r"^[0-9a-f]{16}$"))]
    pub key_id: String,
    /// Its ends.
    pub redacted: String,
    /// In bytes.
    pub length: usize,
    /// How many findings show it.
    pub findings: usize,
    /// The oldest introducing commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<CommitJson>,
    /// Whether HEAD's tree shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_head: Option<bool>,
    /// The API's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Audits: the strongest reach of its findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reach>,
    /// Audits: whether a remote-tracking ref reaches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed: Option<bool>,
    /// Audits: the commit that took it out of HEAD's history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<CommitJson>,
    /// Audits: every path it ever stood at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paths: Option<Vec<String>>,
    /// Audits: branches and tags whose tip shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refs: Option<Vec<String>>,
    /// Audits: who introduced it anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authors: Option<Vec<String>>,
    /// Audits: every encoding in which it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encodings: Option<Vec<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Notice")]
pub(super) struct NoticeJson {
    /// How much it weighs.
    pub level: Level,
    /// Which notice; docs/notices.md lists them.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub code: String,
    /// One sentence.
    pub message: String,
    /// The first place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How often.
    pub count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Coverage")]
pub(super) struct CoverageJson {
    /// False exactly when a notice has level error.
    pub complete: bool,
    /// Whether the repository is a shallow clone.
    pub shallow: bool,
    /// Files of working tree, index, standard input, messages.
    pub files: u64,
    /// Objects of the store.
    pub objects: u64,
    /// Blobs among them.
    pub blobs: u64,
    /// Bytes of what was examined.
    pub bytes: u64,
    /// What was left out.
    pub skipped: Vec<SkippedJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Skipped")]
pub(super) struct SkippedJson {
    /// A code of a notice.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub reason: String,
    /// How often.
    pub count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Suppressed")]
pub(super) struct SuppressedJson {
    /// By the baseline.
    pub baseline: usize,
    /// By markers.
    pub inline: usize,
    /// By the configuration.
    pub config: usize,
}
