//! The end of every run: order, verification, redaction, the ledger's notices, the sums.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::leak::Leak;
use super::outcome::{Coverage, KeySummary, Notice, Outcome, Suppressed};
use super::{Collector, Context};
use crate::blob::{Oid, SourceKind};
use crate::finding::{Accepted, Commit, Finding};
use crate::secret::{KeyId, Masked, Masker, Raw, mask_key_shapes};
use crate::source::coverage::{Code, Entry, Level};

/// Turns what was collected into the outcome of the run, and the key that a plan is asked for into its leak.
pub(super) fn finish(context: &Context<'_>, source: SourceKind, mut collector: Collector) -> (Outcome, Option<Leak>) {
    collector.findings.sort_by(order);
    let live = super::verification::verify(context, &mut collector);
    let masker = masker(context, &collector);
    let reports_key = |it: &Finding<Raw>| it.key.is_some() && it.accepted.is_none();
    let tells_readers = live || collector.traces.is_some() && collector.findings.iter().any(reports_key);
    let readers = if tells_readers { super::readers::of_run(context, &collector, &masker) } else { Vec::new() };
    if context.cancel.is_interrupted() {
        context.ledger.note(Code::INTERRUPTED, None, None);
    } else if context.cancel.is_late() {
        context.ledger.note(Code::TIMEOUT, None, None);
    }
    let traces = collector.traces.take();
    let leak = Leak::of(&mut collector, &masker);
    let findings: Vec<Finding<Masked>> =
        std::mem::take(&mut collector.findings).into_iter().map(|finding| redact(&masker, finding)).collect();
    if let Some(configured) = context.settings.configured_fail_on {
        let hidden = |finding: &&Finding<Masked>| {
            finding.accepted.is_none()
                && finding.new != Some(false)
                && finding.severity >= crate::config::DEFAULT_FAIL_ON
                && configured.is_none_or(|bound| finding.severity < bound)
        };
        for finding in findings.iter().filter(hidden) {
            context.ledger.note(Code::FAIL_ON, finding.path.as_ref().map(|path| Raw::new(path.bytes())), None);
        }
    }
    let (notices, coverage) = coverage(context, &masker);
    let mut keys = keys(&findings, &collector.first);
    let audit = traces.is_some();
    if let Some(traces) = traces {
        super::audit::expose(&mut keys, &findings, traces, &masker);
    }
    let outcome = Outcome {
        keys,
        readers,
        suppressed: suppressed(&findings),
        findings,
        notices,
        coverage,
        refused: context.ledger.refused(),
        rules: context.rules.clone(),
        fail_on: context.settings.fail_on,
        source,
        audit,
        configured: context.settings.configured,
        interrupted: context.cancel.is_interrupted(),
    };
    (outcome, leak)
}

/// The order of reports: source, path bytes (none first), line, column, rule, commit, object kind, name, oid, key id.
fn order(a: &Finding<Raw>, b: &Finding<Raw>) -> Ordering {
    let place = |finding: &Finding<Raw>| finding.location.map(|location| (location.line, location.column));
    let commit = |finding: &Finding<Raw>| finding.commit.as_ref().map(|commit| commit.oid);
    let object = |finding: &Finding<Raw>| finding.object.as_ref().map(|object| (object.name.clone(), object.oid));
    let key = |finding: &Finding<Raw>| finding.key.as_ref().map(|key| key.id);
    (a.source, &a.path, place(a), &a.rule, commit(a), a.object_kind)
        .cmp(&(b.source, &b.path, place(b), &b.rule, commit(b), b.object_kind))
        .then_with(|| object(a).cmp(&object(b)))
        .then_with(|| key(a).cmp(&key(b)))
}

/// Knows every key of the run: found, accepted and known ones.
pub(super) fn masker(context: &Context<'_>, collector: &Collector) -> Masker {
    let mut masker = Masker::new();
    for key in collector.keys.values().chain(context.detector.known().iter().map(|known| &known.secret)) {
        masker.add(key);
    }
    for piece in collector.forms.values().flatten().flatten() {
        masker.add_form(piece);
    }
    masker
}

fn redact(masker: &Masker, mut finding: Finding<Raw>) -> Finding<Masked> {
    let value = finding.excerpt.as_mut().map(|excerpt| std::mem::take(&mut excerpt.value));
    let ends = finding.key.as_ref().map(|key| key.redacted.clone());
    let mut finding = finding.map(|raw| masker.mask(&raw));
    if let Some(excerpt) = &mut finding.excerpt {
        // The value itself is hidden by its place, whatever its form; findings without a key show theirs masked.
        excerpt.value = ends.or_else(|| value.map(|value| masker.mask(&value))).unwrap_or_default();
    }
    finding
}

/// `first` says which commit introduced a key first; where it does not, the dates decide.
fn keys(findings: &[Finding<Masked>], first: &BTreeMap<KeyId, Oid>) -> Vec<KeySummary> {
    let mut at: BTreeMap<KeyId, usize> = BTreeMap::new();
    let mut keys: Vec<KeySummary> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.accepted.is_none()) {
        let Some(key) = &finding.key else { continue };
        let index = *at.entry(key.id).or_insert_with(|| {
            keys.push(KeySummary {
                id: key.id,
                redacted: key.redacted.clone(),
                length: key.length,
                findings: 0,
                first_seen: None,
                in_head: None,
                status: None,
                exposure: None,
            });
            keys.len() - 1
        });
        let Some(summary) = keys.get_mut(index) else { continue };
        summary.findings += 1;
        summary.in_head = summary.in_head.max(finding.in_head);
        summary.status = summary.status.or(finding.verification.as_ref().map(|verification| verification.status));
        let oid = finding.commit.as_ref().map(|commit| commit.oid);
        match first.get(&key.id) {
            Some(&known) if oid == Some(known) => summary.first_seen.clone_from(&finding.commit),
            Some(_) => {}
            None => summary.first_seen = older(summary.first_seen.take(), finding.commit.clone()),
        }
    }
    keys
}

/// The older commit by the author's date, then by id: dates are RFC 3339 with offsets, so they are compared as instants.
fn older(a: Option<Commit<Masked>>, b: Option<Commit<Masked>>) -> Option<Commit<Masked>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if (b.time, b.oid) < (a.time, a.oid) { b } else { a }),
        (a, b) => a.or(b),
    }
}

fn suppressed(findings: &[Finding<Masked>]) -> Suppressed {
    let mut sums = Suppressed::default();
    for (who, _) in findings.iter().filter_map(|finding| finding.accepted.as_ref()) {
        match who {
            Accepted::Baseline => sums.baseline += 1,
            Accepted::Inline => sums.inline += 1,
            Accepted::Config => sums.config += 1,
        }
    }
    sums
}

fn coverage(context: &Context<'_>, masker: &Masker) -> (Vec<Notice>, Coverage) {
    let entries = context.ledger.take_entries();
    let [files, objects, blobs, bytes] = context.ledger.counts();
    let notices: Vec<Notice> =
        entries.iter().map(|(&code, entry)| notice(code, entry, masker, context.settings.strict)).collect();
    let coverage = Coverage {
        complete: notices.iter().all(|notice| notice.level != Level::Error),
        shallow: context.ledger.is_shallow(),
        files,
        objects,
        blobs,
        bytes,
        skipped: entries.iter().filter(|(code, _)| code.skips).map(|(code, entry)| (code.name, entry.count)).collect(),
    };
    (notices, coverage)
}

fn notice(code: Code, entry: &Entry, masker: &Masker, strict: bool) -> Notice {
    // What the keys of the run do not cover, a file that was never read for one, is masked by shape.
    let mask = |raw: &Raw| mask_key_shapes(masker.mask(raw).bytes());
    let mut message = format!("{} {}", entry.count, if entry.count == 1 { code.one } else { code.many }).into_bytes();
    for (index, place) in entry.places.iter().enumerate() {
        message.extend_from_slice(if index == 0 { b": " } else { b", " });
        message.extend_from_slice(mask(place).bytes());
    }
    if entry.count > entry.places.len() as u64 && !entry.places.is_empty() {
        message.extend_from_slice(b", ...");
    }
    if let Some(detail) = &entry.detail {
        message.extend_from_slice(format!(" ({detail})").as_bytes());
    }
    Notice {
        level: if strict { Level::Error } else { code.level },
        code: code.name,
        message: masker.mask(&Raw::new(message)),
        path: entry.places.first().filter(|place| !place.bytes().is_empty()).map(mask),
        count: entry.count,
    }
}
