//! Each finding with its masked source, below its key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use super::escape;
use crate::blob::SourceKind;
use crate::finding::{Excerpt, Finding, Fingerprint};
use crate::report::{exposure, fix, wording};
use crate::scan::{KeySummary, Outcome};
use crate::secret::{KeyId, Masked};

/// So many findings are shown in full; the page would grow beyond what a browser likes.
const LIMIT: usize = 3000;

/// Writes the findings by key, then those without one.
pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut all: Vec<(usize, &Finding<Masked>)> = Vec::new();
    let rank: BTreeMap<KeyId, usize> = outcome.keys.iter().enumerate().map(|(at, key)| (key.id, at)).collect();
    for finding in outcome.reported() {
        let at = finding.key.as_ref().and_then(|key| rank.get(&key.id)).copied();
        all.push((at.unwrap_or(usize::MAX), finding));
    }
    if all.is_empty() {
        return Ok(());
    }
    all.sort_by_key(|&(at, _)| at);
    writeln!(out, "<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>")?;
    let twins = twins(&mut all);
    let shown = all.get(..LIMIT).unwrap_or(&all);
    for group in shown.chunk_by(|a, b| a.0 == b.0) {
        let key = group.first().and_then(|(_, finding)| finding.key.as_ref());
        match key {
            Some(key) => writeln!(
                out,
                "<h3 id=\"of-{id}\"><code>{}</code> <a href=\"#key-{id}\">{id}</a></h3>",
                escape(&key.redacted.text()),
                id = key.id
            )?,
            None => writeln!(out, "<h3>Without a key</h3>")?,
        }
        let at = group.first().map_or(usize::MAX, |(at, _)| *at);
        if let Some(key) = outcome.keys.get(at).filter(|_| outcome.audit) {
            out.write_all(known(outcome, key).as_bytes())?;
        }
        for (_, finding) in group {
            let twin = twins.get(&finding.fingerprint).copied();
            out.write_all(article(finding, twin).as_bytes())?;
        }
    }
    if all.len() > LIMIT {
        let rest = wording::count((all.len() - LIMIT) as u64, "more finding", "more findings");
        writeln!(out, "<p><b>{rest}</b> left out here; the json report has them all.</p>")?;
    }
    writeln!(out, "</section>")
}

type Twins<'a> = BTreeMap<Fingerprint, &'a Finding<Masked>>;

/// Takes the findings of the history out of the list that the working tree or the index shows at the same path, and returns
/// them: they say since when.
fn twins<'a>(all: &mut Vec<(usize, &'a Finding<Masked>)>) -> Twins<'a> {
    let direct = |finding: &Finding<Masked>| finding.source != SourceKind::History;
    let shown: BTreeSet<Fingerprint> =
        all.iter().filter(|(_, finding)| direct(finding)).map(|(_, it)| it.fingerprint).collect();
    let mut twins = Twins::new();
    all.retain(|(_, finding)| {
        let is_twin = !direct(finding) && shown.contains(&finding.fingerprint);
        if is_twin {
            twins.insert(finding.fingerprint, finding);
        }
        !is_twin
    });
    twins
}

/// What an audit knows of a key, and how it is cleaned.
fn known(outcome: &Outcome, key: &KeySummary) -> String {
    let mut html = "<dl class=\"known\">".to_owned();
    for (name, value) in exposure::rows(outcome, key) {
        let _ = write!(html, "<dt>{name}</dt><dd>{}</dd>", escape(&value));
    }
    if key.exposure.as_ref().is_some_and(|exposure| exposure.reach.is_some()) {
        let _ = write!(html, "<dt>to clean</dt><dd><code>konceal audit --purge-plan {}</code></dd>", key.id);
    }
    html.push_str("</dl>\n");
    html
}

/// A finding; `twin` is the same one as the history shows it.
fn article(finding: &Finding<Masked>, twin: Option<&Finding<Masked>>) -> String {
    let mut html = format!(
        "<article class=\"{severity}\">\n<h4><span class=\"badge\">{severity}</span> <code>{}</code></h4>\n<p>{} \
         <small>{}, {} confidence</small></p>\n",
        escape(&wording::place_and_line(finding)),
        escape(&finding.message.text()),
        escape(&finding.rule),
        finding.confidence.name(),
        severity = finding.severity.name(),
    );
    if let Some(excerpt) = &finding.excerpt {
        html.push_str(&source(finding, excerpt));
    }
    html.push_str("<dl>");
    let mut row = |name: &str, value: &str| {
        let _ = write!(html, "<dt>{name}</dt><dd>{}</dd>", escape(value));
    };
    if finding.new == Some(false) {
        row("New", "no: it stood here before");
    }
    if let Some(verification) = &finding.verification {
        row("API", &wording::verdict(verification));
    }
    if let Some(key) = finding.key.as_ref().filter(|key| !key.encodings.is_empty()) {
        row("Written as", &key.encodings.join(", "));
    }
    let past = twin.unwrap_or(finding);
    if let Some(commit) = &past.commit {
        row("Commit", &wording::commit(commit));
    }
    if let Some(whereabouts) = wording::whereabouts(past.in_head, past.reach) {
        row("Now", whereabouts);
    }
    if !past.also_at.is_empty() {
        row("Again in", &wording::count(past.also_at_total as u64, "further place", "further places"));
    }
    let fix = fix::fix(finding);
    let _ = write!(html, "<dt>Fix</dt><dd>{}", escape(&fix.lead));
    if !fix.code.is_empty() {
        let _ = write!(html, "<pre>{}</pre>", escape_lines(&fix.code));
    }
    let _ = writeln!(html, "</dd><dt>No leak?</dt><dd>{}</dd></dl>\n</article>", escape(&fix.accept));
    html
}

fn escape_lines(lines: &[String]) -> String {
    lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join("\n")
}

fn source(finding: &Finding<Masked>, excerpt: &Excerpt<Masked>) -> String {
    let mut html = "<pre role=\"group\" aria-label=\"masked source\">".to_owned();
    let mut number = excerpt.first_line.max(1);
    for line in &excerpt.above {
        let _ = writeln!(html, "<i>{number:>4}</i> {}", escape(&line.text()));
        number += 1;
    }
    let _ = writeln!(
        html,
        "<i>{number:>4}</i> {}<mark>{}</mark>{}",
        escape(&excerpt.before.text()),
        escape(&excerpt.value.text()),
        escape(&excerpt.after.text())
    );
    number = finding.location.map_or(number, |at| at.end_line) + 1;
    let last = excerpt.below.iter().rposition(|line| !line.text().trim().is_empty()).map_or(0, |at| at + 1);
    for line in excerpt.below.iter().take(last) {
        let _ = writeln!(html, "<i>{number:>4}</i> {}", escape(&line.text()));
        number += 1;
    }
    html.truncate(html.trim_end().len());
    html.push_str("</pre>\n");
    html
}
