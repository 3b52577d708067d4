//! `json` and `jsonl`: the documents of the contract, as types of their own. schemas/report.schema.json is generated from them.

mod model;
mod schema;

use std::io::{self, Write};

use super::inert_json;
use crate::finding::{AlsoAt, Commit, Finding, Verification};
use crate::scan::{Coverage, KeySummary, Notice, Outcome};
use crate::secret::Masked;
use model::{
    AlsoAtJson, CommitJson, CoverageJson, Document, FindingJson, KeyJson, Line, LineSummary, NoticeJson, ObjectJson,
    PathJson, SecretJson, SkippedJson, SummaryJson, SuppressedJson, ToolJson, VerificationJson,
};

pub use schema::schema;

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
