//! `json` and `jsonl`: the documents of the contract, as types of their own. schemas/report.schema.json is generated from them.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::inert_json;
use crate::blob::{ObjectKind, SourceKind};
use crate::finding::{AlsoAt, Commit, Confidence, Finding, Kind, Reach, Severity, Status, Verification};
use crate::scan::{Coverage, KeySummary, Notice, Outcome};
use crate::secret::Masked;
use crate::source::coverage::Level;

/// The report of konceal: `--format json`. With `--format jsonl`, one `Finding` a line, then the rest under `summary`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Document {
    /// Version of this form.
    schema_version: u32,
    /// What made the report.
    tool: ToolJson,
    /// The findings that nobody accepted, in a fixed order.
    findings: Vec<FindingJson>,
    #[serde(flatten)]
    summary: SummaryJson,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Line {
    summary: LineSummary,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct LineSummary {
    schema_version: u32,
    tool: ToolJson,
    #[serde(flatten)]
    summary: SummaryJson,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Tool")]
struct ToolJson {
    /// Always `konceal`.
    name: &'static str,
    /// Its version.
    version: &'static str,
    /// Says which rules these were: the same digest, the same rules.
    rules_digest: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
struct SummaryJson {
    /// Each distinct key of the findings once, in the order of the first finding.
    keys: Vec<KeyJson>,
    /// What a reader must know of the scan itself.
    notices: Vec<NoticeJson>,
    /// What was examined and what was not.
    coverage: CoverageJson,
    /// How many findings were accepted, by whom.
    suppressed: SuppressedJson,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
/// One finding: a rule holds at a place. Fields that do not apply are absent.
#[schemars(rename = "Finding")]
struct FindingJson {
    /// The rule that holds.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    rule_id: String,
    /// What it is about.
    kind: Kind,
    /// How bad it is.
    severity: Severity,
    /// How sure the evidence makes us.
    confidence: Confidence,
    /// What was found and why.
    message: String,
    /// What to do about it, Markdown.
    help: String,
    /// Where the bytes came from.
    source: SourceKind,
    /// The git object that holds it; in histories and ranges.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ObjectJson>,
    #[serde(flatten)]
    path: PathJson,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// From 1, in Unicode characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    /// Line of the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<usize>,
    /// Column behind the last character.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
    /// The key, without the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<SecretJson>,
    /// Names path and key, never a line, a commit or a rule.
    #[schemars(regex(pattern = r"^[0-9a-f]{32}$"))]
    fingerprint: String,
    /// The commit that introduced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<CommitJson>,
    /// Staged scans: whether this commit brings it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<bool>,
    /// History: whether HEAD's tree shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_head: Option<bool>,
    /// History: how the object is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<Reach>,
    /// Further introductions, at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also_at: Vec<AlsoAtJson>,
    /// How many further introductions there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    also_at_total: Option<usize>,
    /// The API's word on the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<VerificationJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Object")]
struct ObjectJson {
    /// What kind of object it is.
    kind: ObjectKind,
    /// Its id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    oid: Option<String>,
    /// Full name of the tag or ref.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

// A path: as text, and in base64 where the text is not all of it. No doc comment: it would stand in the schema of whatever
// the two fields are flattened into.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "Path")]
struct PathJson {
    /// From the root, with `/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// The true bytes in base64, where they are not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Secret")]
struct SecretJson {
    /// First and last 4 characters; 2 and 2 under 24.
    redacted: String,
    /// First 16 hex digits of SHA-256 of the decoded key.
    #[schemars(regex(pattern = r"^[0-9a-f]{16}$"))]
    key_id: String,
    /// The decoded key's, in bytes.
    length: usize,
    /// What was undone to read it, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    encoding: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Commit")]
struct CommitJson {
    /// Its id.
    #[schemars(regex(pattern = r"^([0-9a-f]{40}|[0-9a-f]{64})$"))]
    oid: String,
    /// The author's name.
    author: String,
    /// The author's address.
    email: String,
    /// RFC 3339, the author's, with its offset.
    date: String,
    /// The subject.
    summary: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
/// A further place where the same key was introduced.
#[schemars(rename = "AlsoAt")]
struct AlsoAtJson {
    #[serde(flatten)]
    path: PathJson,
    /// The commit that introduced it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    /// The further message, note or tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    oid: Option<String>,
    /// The further tag's or ref's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Verification")]
struct VerificationJson {
    /// The verdict.
    status: Status,
    /// The answer's status code.
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    /// What stands behind the verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Key")]
struct KeyJson {
    /// Which key.
    #[schemars(regex(pattern = r"^[0-9a-f]{16}$"))]
    key_id: String,
    /// Its ends.
    redacted: String,
    /// In bytes.
    length: usize,
    /// How many findings show it.
    findings: usize,
    /// The oldest introducing commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen: Option<CommitJson>,
    /// Whether HEAD's tree shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_head: Option<bool>,
    /// The API's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    /// Audits: the strongest reach of its findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<Reach>,
    /// Audits: whether a remote-tracking ref reaches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pushed: Option<bool>,
    /// Audits: the commit that took it out of HEAD's history.
    #[serde(skip_serializing_if = "Option::is_none")]
    removed: Option<CommitJson>,
    /// Audits: every path it ever stood at.
    #[serde(skip_serializing_if = "Option::is_none")]
    paths: Option<Vec<String>>,
    /// Audits: branches and tags whose tip shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    refs: Option<Vec<String>>,
    /// Audits: who introduced it anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    authors: Option<Vec<String>>,
    /// Audits: every encoding in which it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    encodings: Option<Vec<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Notice")]
struct NoticeJson {
    /// How much it weighs.
    level: Level,
    /// Which notice; docs/notices.md lists them.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    code: String,
    /// One sentence.
    message: String,
    /// The first place.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// How often.
    count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Coverage")]
struct CoverageJson {
    /// False exactly when a notice has level error.
    complete: bool,
    /// Whether the repository is a shallow clone.
    shallow: bool,
    /// Files of working tree, index, standard input, messages.
    files: u64,
    /// Objects of the store.
    objects: u64,
    /// Blobs among them.
    blobs: u64,
    /// Bytes of what was examined.
    bytes: u64,
    /// What was left out.
    skipped: Vec<SkippedJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Skipped")]
struct SkippedJson {
    /// A code of a notice.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    reason: String,
    /// How often.
    count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(rename = "Suppressed")]
struct SuppressedJson {
    /// By the baseline.
    baseline: usize,
    /// By markers.
    inline: usize,
    /// By the configuration.
    config: usize,
}

const SCHEMA_VERSION: u32 = 1;

/// Writes the document.
pub(super) fn document(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: tool(outcome),
        findings: outcome.reported().map(finding).collect(),
        summary: summary(outcome),
    };
    inert_json::write_pretty(out, &document)
}

/// Writes one line for each finding, then the rest of the document.
pub(super) fn lines(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    for reported in outcome.reported() {
        inert_json::write_line(out, &finding(reported))?;
    }
    let rest = LineSummary { schema_version: SCHEMA_VERSION, tool: tool(outcome), summary: summary(outcome) };
    inert_json::write_line(out, &Line { summary: rest })
}

/// The JSON Schema of the document.
pub fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(schemars::transform::RecursiveTransform(without_null))
        .into_generator()
        .into_root_schema_for::<Document>()
}

/// Fields that do not apply are absent, never null, so no field may be null.
fn without_null(schema: &mut schemars::Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(serde_json::Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    let is_null = |schema: &serde_json::Value| schema.get("type").is_some_and(|name| name == "null");
    if let Some(serde_json::Value::Array(choices)) = object.get("anyOf")
        && let [serde_json::Value::Object(only)] =
            choices.iter().filter(|choice| !is_null(choice)).collect::<Vec<_>>().as_slice()
    {
        let only = (*only).clone();
        object.remove("anyOf");
        object.extend(only);
    }
}

fn tool(outcome: &Outcome) -> ToolJson {
    ToolJson { name: "konceal", version: env!("CARGO_PKG_VERSION"), rules_digest: outcome.rules.digest().to_owned() }
}

fn summary(outcome: &Outcome) -> SummaryJson {
    SummaryJson {
        keys: outcome.keys.iter().map(key).collect(),
        notices: outcome.notices.iter().map(notice).collect(),
        coverage: coverage(&outcome.coverage),
        suppressed: SuppressedJson {
            baseline: outcome.suppressed.baseline,
            inline: outcome.suppressed.inline,
            config: outcome.suppressed.config,
        },
    }
}

fn text(masked: &Masked) -> String {
    masked.text().into_owned()
}

fn path(masked: Option<&Masked>) -> PathJson {
    let bytes = masked.map(Masked::bytes).filter(|bytes| std::str::from_utf8(bytes).is_err());
    PathJson { path: masked.map(text), path_bytes: bytes.map(|bytes| data_encoding::BASE64.encode(bytes)) }
}

fn finding(finding: &Finding<Masked>) -> FindingJson {
    let location = finding.location;
    FindingJson {
        rule_id: finding.rule.to_string(),
        kind: finding.kind,
        severity: finding.severity,
        confidence: finding.confidence,
        message: text(&finding.message),
        help: text(&finding.help),
        source: finding.source,
        object: finding.object.as_ref().map(|object| ObjectJson {
            kind: finding.object_kind,
            oid: object.oid.map(|oid| oid.to_string()),
            name: object.name.as_ref().map(text),
        }),
        path: path(finding.path.as_ref()),
        line: location.map(|location| location.line),
        column: location.map(|location| location.column),
        end_line: location.map(|location| location.end_line),
        end_column: location.map(|location| location.end_column),
        secret: finding.key.as_ref().map(|key| SecretJson {
            redacted: text(&key.redacted),
            key_id: key.id.to_string(),
            length: key.length,
            encoding: key.encodings.iter().map(ToString::to_string).collect(),
        }),
        fingerprint: finding.fingerprint.to_string(),
        commit: finding.commit.as_ref().map(commit),
        new: finding.new,
        in_head: finding.in_head,
        reach: finding.reach,
        also_at: finding.also_at.iter().map(also_at).collect(),
        also_at_total: (!finding.also_at.is_empty()).then_some(finding.also_at_total),
        verification: finding.verification.as_ref().map(verification),
    }
}

fn also_at(at: &AlsoAt<Masked>) -> AlsoAtJson {
    AlsoAtJson {
        path: path(at.path.as_ref()),
        commit: at.commit.map(|oid| oid.to_string()),
        oid: at.oid.map(|oid| oid.to_string()),
        name: at.name.as_ref().map(text),
    }
}

fn verification(verification: &Verification) -> VerificationJson {
    VerificationJson {
        status: verification.status,
        http_status: verification.http_status,
        detail: verification.detail.clone(),
    }
}

fn commit(commit: &Commit<Masked>) -> CommitJson {
    CommitJson {
        oid: commit.oid.to_string(),
        author: text(&commit.author),
        email: text(&commit.email),
        date: commit.date.clone(),
        summary: text(&commit.summary),
    }
}

fn key(key: &KeySummary) -> KeyJson {
    let exposure = key.exposure.as_ref();
    let texts = |of: &[Masked]| of.iter().map(text).collect::<Vec<_>>();
    KeyJson {
        key_id: key.id.to_string(),
        redacted: text(&key.redacted),
        length: key.length,
        findings: key.findings,
        first_seen: key.first_seen.as_ref().map(commit),
        in_head: key.in_head,
        status: key.status,
        reach: exposure.and_then(|exposure| exposure.reach),
        pushed: exposure.map(|exposure| exposure.pushed),
        removed: exposure.and_then(|exposure| exposure.removed.as_ref()).map(commit),
        paths: exposure.map(|exposure| texts(&exposure.paths)),
        refs: exposure.map(|exposure| texts(&exposure.refs)),
        authors: exposure.map(|exposure| texts(&exposure.authors)),
        encodings: exposure.map(|exposure| exposure.encodings.iter().map(ToString::to_string).collect()),
    }
}

fn notice(notice: &Notice) -> NoticeJson {
    NoticeJson {
        level: notice.level,
        code: notice.code.to_owned(),
        message: text(&notice.message),
        path: notice.path.as_ref().map(text),
        count: notice.count,
    }
}

fn coverage(coverage: &Coverage) -> CoverageJson {
    CoverageJson {
        complete: coverage.complete,
        shallow: coverage.shallow,
        files: coverage.files,
        objects: coverage.objects,
        blobs: coverage.blobs,
        bytes: coverage.bytes,
        skipped: coverage
            .skipped
            .iter()
            .map(|&(reason, count)| SkippedJson { reason: reason.to_owned(), count })
            .collect(),
    }
}
