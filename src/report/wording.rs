//! Small pieces of sentences that several formats share. Everything here is made from masked text and made printable.

use std::fmt::Display;

use super::printable;
use crate::blob::{Location, ObjectKind, Oid, SourceKind};
use crate::finding::{Commit, Finding, Reach, Status, Verification};
use crate::scan::{Coverage, Exposure, Outcome};
use crate::secret::Masked;

/// `1 file`, `2 files`.
pub fn count(number: impl TryInto<u64>, one: &str, many: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// With a capital letter.
pub(super) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes with a binary unit.
pub fn size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    let Some(power) = (1..=units.len()).rev().find(|&power| bytes >> (10 * power) > 0) else {
        return count(bytes, "byte", "bytes");
    };
    let tenths = (u128::from(bytes) * 10) >> (10 * power);
    format!("{}.{} {}", tenths / 10, tenths % 10, units.get(power - 1).unwrap_or(&""))
}

/// The first 10 digits of an object's id.
pub(super) fn short(oid: Oid) -> String {
    oid.to_hex_with_len(10).to_string()
}

/// The day of an RFC 3339 date.
pub(super) fn day(date: &str) -> &str {
    date.get(..10).unwrap_or(date)
}

/// Where a finding stands, for a reader: its path, or the object that holds it.
pub(super) fn place(finding: &Finding<Masked>) -> String {
    if let Some(path) = &finding.path {
        return printable(&path.text());
    }
    let object = finding.object.as_ref();
    let name = object.and_then(|object| object.name.as_ref()).map(|name| printable(&name.text()));
    let id = |prefix: &str| {
        let oid = object.and_then(|object| object.oid).map(short);
        oid.map_or_else(|| prefix.to_owned(), |oid| format!("{prefix} {oid}"))
    };
    let named = |prefix: &str| name.as_ref().map_or_else(|| id(prefix), |name| format!("{prefix} {name}"));
    match finding.object_kind {
        ObjectKind::Blob if finding.source == SourceKind::Stdin => "standard input".into(),
        ObjectKind::Blob => id("blob"),
        ObjectKind::CommitMessage if finding.source == SourceKind::Message => "commit message".into(),
        ObjectKind::CommitMessage => id("message of commit"),
        ObjectKind::TagMessage => named("message of tag"),
        ObjectKind::Note => id("note"),
        ObjectKind::RefName => named("name of ref"),
    }
}

/// The place with its line and column; what concerns a whole file has none.
pub fn place_and_line(finding: &Finding<Masked>) -> String {
    let line = finding.location.filter(|&at| at != Location::TOP).map(|at| format!(":{}:{}", at.line, at.column));
    format!("{}{}", place(finding), line.unwrap_or_default())
}

/// A commit in one line: id, day, author, subject.
pub(super) fn commit(commit: &Commit<Masked>) -> String {
    let text = |masked: &Masked| printable(&masked.text());
    format!(
        "{} of {} by {} <{}>: {}",
        short(commit.oid),
        day(&commit.date),
        text(&commit.author),
        text(&commit.email),
        text(&commit.summary)
    )
}

/// What a history knows of a finding's place today.
pub(super) fn whereabouts(in_head: Option<bool>, reach: Option<Reach>) -> Option<&'static str> {
    Some(match (in_head, reach) {
        (Some(true), _) => "still in HEAD",
        (Some(false), Some(Reach::Ref)) => "not in HEAD, but in the history of a branch, tag or other ref",
        (Some(false), None) => "not in HEAD, but in history",
        (_, Some(Reach::Reflog)) => "in no branch or tag any more, but a reflog or stash keeps it",
        (_, Some(Reach::Unreachable)) => "in no branch or tag, but the object is still in the repository",
        (None, Some(Reach::Ref)) => "reached by a branch, tag or other ref",
        (None, None) => return None,
    })
}

/// Whether others have a key, as far as git knows.
pub(super) fn pushed(exposure: &Exposure) -> &'static str {
    match (exposure.pushed, &exposure.tagged) {
        (true, _) => "pushed",
        (false, Some(_)) => "unknown whether pushed",
        (false, None) => "not pushed",
    }
}

/// The API's word on a key.
pub(super) fn verdict(verification: &Verification) -> String {
    let word = status(verification.status);
    let http = verification.http_status.map(|code| format!(" (HTTP {code})")).unwrap_or_default();
    let detail = verification.detail.as_ref().map(|detail| format!(": {}", printable(detail))).unwrap_or_default();
    format!("{word}{http}{detail}")
}

/// The verdict in words.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Live => "LIVE: the API accepts it",
        Status::Revoked => "revoked, or never valid",
        Status::Unknown => "unknown: nothing is proven",
    }
}

/// What was examined, in a few words.
pub(super) fn examined(coverage: &Coverage) -> String {
    let mut parts = Vec::new();
    if coverage.files > 0 || coverage.objects == 0 {
        parts.push(count(coverage.files, "file", "files"));
    }
    if coverage.objects > 0 {
        parts.push(format!(
            "{} ({})",
            count(coverage.objects, "object", "objects"),
            count(coverage.blobs, "blob", "blobs")
        ));
    }
    parts.push(size(coverage.bytes));
    parts.join(", ")
}

/// The coverage in one line: what was examined, and what was not.
pub(super) fn coverage(coverage: &Coverage) -> String {
    let skipped: Vec<String> =
        coverage.skipped.iter().map(|(reason, count)| format!("{reason} ({})", grouped(*count))).collect();
    let left_out = if skipped.is_empty() { String::new() } else { format!("; not examined: {}", skipped.join(", ")) };
    let shallow = if coverage.shallow { "; shallow clone" } else { "" };
    let state = if coverage.complete { "" } else { "INCOMPLETE: " };
    format!("{state}examined {}{left_out}{shallow}", examined(coverage))
}

/// How many findings of how many keys; `None` where there is none.
pub(super) fn found(outcome: &Outcome) -> Option<String> {
    let findings = outcome.reported().count();
    let keys = outcome.keys.len();
    let of = if keys == 0 { String::new() } else { format!(" of {}", count(keys as u64, "key", "keys")) };
    (findings > 0).then(|| format!("{}{of}", count(findings as u64, "finding", "findings")))
}

/// How many findings were accepted, and by whom; `None` where none was.
pub(super) fn accepted(outcome: &Outcome) -> Option<String> {
    let sums = outcome.suppressed;
    let by = [(sums.baseline, "by the baseline"), (sums.inline, "by markers"), (sums.config, "by the configuration")];
    let parts: Vec<String> =
        by.iter().filter(|(number, _)| *number > 0).map(|(number, who)| format!("{number} {who}")).collect();
    (!parts.is_empty()).then(|| format!("accepted: {}", parts.join(", ")))
}

/// Markdown of a rule in one printable line.
pub(super) fn one_line(markdown: &str) -> String {
    let words: Vec<&str> = markdown.split_whitespace().filter(|word| !word.starts_with("```")).collect();
    printable(&words.join(" ").replace(['`', '*'], ""))
}

/// A list of at most `limit` items and how many more there are.
pub(super) fn list<T: Display>(items: &[T], total: usize, limit: usize) -> String {
    let shown: Vec<String> = items.iter().take(limit).map(ToString::to_string).collect();
    let more = total.saturating_sub(shown.len());
    let rest = if more > 0 { format!(" and {}", count(more as u64, "more", "more")) } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(count(1_u64, "file", "files"), "1 file");
        assert_eq!(count(1_234_567_u64, "file", "files"), "1,234,567 files");
        assert_eq!([size(1), size(1023), size(1024), size(1_600_000)], ["1 byte", "1,023 bytes", "1.0 KiB", "1.5 MiB"]);
        assert_eq!(list(&["a", "b", "c"], 7, 2), "a, b and 5 more");
    }
}
