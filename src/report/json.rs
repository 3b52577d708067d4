//! `json` and `jsonl`: the documents of the contract, as types of their own. schemas/report.schema.json is generated from them.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::blob::{ObjectKind, SourceKind};
use crate::finding::{AlsoAt, Commit, Confidence, Finding, Kind, Reach, Severity, Status, Verification};
use crate::scan::{Coverage, KeySummary, Notice, Outcome};
use crate::secret::Masked;
use crate::source::coverage::Level;

/// The whole report.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Version of this form.
    schema_version: u32,
    tool: ToolJson,
    findings: Vec<FindingJson>,
    #[serde(flatten)]
    summary: SummaryJson,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Line {
    summary: LineSummary,
}

#[derive(Debug, Serialize, JsonSchema)]
struct LineSummary {
    schema_version: u32,
    tool: ToolJson,
    #[serde(flatten)]
    summary: SummaryJson,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Tool")]
struct ToolJson {
    name: &'static str,
    version: &'static str,
    rules_digest: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
struct SummaryJson {
    keys: Vec<KeyJson>,
    notices: Vec<NoticeJson>,
    coverage: CoverageJson,
    suppressed: SuppressedJson,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct FindingJson {
    rule_id: String,
    kind: Kind,
    severity: Severity,
    confidence: Confidence,
    message: String,
    help: String,
    source: SourceKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ObjectJson>,
    #[serde(flatten)]
    path: PathJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<SecretJson>,
    fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<CommitJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_head: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<Reach>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also_at: Vec<AlsoAtJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    also_at_total: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<VerificationJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Object")]
struct ObjectJson {
    kind: ObjectKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    oid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// A path: as text, and in base64 where the text is not all of it.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "Path")]
struct PathJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Secret")]
struct SecretJson {
    redacted: String,
    key_id: String,
    length: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    encoding: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Commit")]
struct CommitJson {
    oid: String,
    author: String,
    email: String,
    date: String,
    summary: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AlsoAt")]
struct AlsoAtJson {
    #[serde(flatten)]
    path: PathJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Verification")]
struct VerificationJson {
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Key")]
struct KeyJson {
    key_id: String,
    redacted: String,
    length: usize,
    findings: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen: Option<CommitJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_head: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<Reach>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pushed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed: Option<CommitJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paths: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refs: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authors: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encodings: Option<Vec<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Notice")]
struct NoticeJson {
    level: Level,
    code: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Coverage")]
struct CoverageJson {
    complete: bool,
    shallow: bool,
    files: u64,
    objects: u64,
    blobs: u64,
    bytes: u64,
    skipped: Vec<SkippedJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Skipped")]
struct SkippedJson {
    reason: String,
    count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Suppressed")]
struct SuppressedJson {
    baseline: usize,
    inline: usize,
    config: usize,
}

const SCHEMA_VERSION: u32 = 1;

/// Writes the document.
pub(super) fn document(outcome: &Outcome, mut out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: tool(outcome),
        findings: outcome.reported().map(finding).collect(),
        summary: summary(outcome),
    };
    serde_json::to_writer_pretty(&mut out, &document).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// Writes one line for each finding, then the rest of the document.
pub(super) fn lines(outcome: &Outcome, mut out: &mut dyn Write) -> io::Result<()> {
    for reported in outcome.reported() {
        serde_json::to_writer(&mut out, &finding(reported)).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
    }
    let rest = LineSummary { schema_version: SCHEMA_VERSION, tool: tool(outcome), summary: summary(outcome) };
    serde_json::to_writer(&mut out, &Line { summary: rest }).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// The JSON Schema of the document.
pub fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Document>()
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
