//! One page for a browser: no script, nothing loaded, readable on a phone, in print, in the dark, and by a screen reader.

mod findings;
mod timeline;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::{exposure, revoke, sanitize, wording};
use crate::finding::Status;
use crate::scan::{KeySummary, Outcome};
use crate::secret::KeyId;
use crate::source::coverage::Level;

use timeline::Timeline;

const STYLE: &str = include_str!("html/style.css");
/// A page may load nothing but its own style.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut page = String::new();
    head(outcome, &mut page);
    notices(outcome, &mut page);
    let kinds = revoke::by_key(outcome);
    keys(outcome, &kinds, &mut page);
    steps(outcome, &mut page);
    out.write_all(page.as_bytes())?;
    findings::write(outcome, out)?;
    write!(
        out,
        "</main>\n<footer>konceal {}, rules {}. Keys are shown by their ends only; the id is the beginning of a key's \
         SHA-256.</footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION"),
        escape(outcome.rules.digest())
    )
}

fn head(outcome: &Outcome, page: &mut String) {
    let headline = match wording::found(outcome) {
        _ if outcome.audit => exposure::verdict(outcome).trim_end_matches('.').to_owned(),
        Some(found) => found,
        None if outcome.coverage.complete => "Nothing found".into(),
        None => "Nothing found in what was examined".into(),
    };
    let state = if outcome.has_failed() {
        "bad"
    } else if outcome.coverage.complete {
        "good"
    } else {
        "open"
    };
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>konceal: {headline}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header class=\"{state}\">\n<p>konceal: Konver API keys in the {}</p>\n<h1>{headline}</h1>\n<p>{}</p>\n</header>\n<main>\n",
        source(outcome),
        escape(&wording::capitalized(&wording::coverage(&outcome.coverage)))
    );
    if let Some(accepted) = wording::accepted(outcome) {
        let _ = writeln!(page, "<p>{}.</p>", escape(&wording::capitalized(&accepted)));
    }
}

fn source(outcome: &Outcome) -> &'static str {
    use crate::blob::SourceKind;
    match outcome.source {
        _ if outcome.audit => "whole repository",
        SourceKind::Worktree => "working tree",
        SourceKind::Index => "index",
        SourceKind::Message => "commit message",
        SourceKind::Range => "range of commits",
        SourceKind::History => "whole history",
        SourceKind::Stdin => "standard input",
    }
}

fn notices(outcome: &Outcome, page: &mut String) {
    if outcome.notices.is_empty() {
        return;
    }
    page.push_str("<section aria-labelledby=\"notices\">\n<h2 id=\"notices\">What to know of this scan</h2>\n<ul class=\"notices\">\n");
    for notice in &outcome.notices {
        let level = if notice.level == Level::Error { "error" } else { "warning" };
        let _ = writeln!(page, "<li class=\"{level}\"><b>{level}</b> {}</li>", escape(&notice.message.text()));
    }
    page.push_str("</ul>\n</section>\n");
}

fn keys(outcome: &Outcome, kinds: &BTreeMap<KeyId, revoke::Kind>, page: &mut String) {
    if outcome.keys.is_empty() {
        return;
    }
    let timeline = Timeline::new(outcome);
    page.push_str("<section aria-labelledby=\"keys\">\n<h2 id=\"keys\">Keys and their exposure over time</h2>\n");
    page.push_str(&timeline.legend());
    page.push_str(
        "<table class=\"keys\" role=\"table\">\n<thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" role=\"columnheader\">Key</th><th scope=\"col\" role=\"columnheader\">Findings</th><th scope=\"col\" role=\"columnheader\">Since</th>\
         <th scope=\"col\" role=\"columnheader\">Now</th><th scope=\"col\" role=\"columnheader\">API</th><th scope=\"col\" role=\"columnheader\" class=\"time\">",
    );
    page.push_str(&timeline.axis());
    page.push_str("</th></tr></thead>\n<tbody role=\"rowgroup\">\n");
    for key in &outcome.keys {
        let kind = kinds.get(&key.id).copied().unwrap_or(revoke::Kind::ApiKey);
        key_row(key, kind, &timeline, page);
    }
    page.push_str("</tbody>\n</table>\n</section>\n");
}

fn key_row(key: &KeySummary, kind: revoke::Kind, timeline: &Timeline, page: &mut String) {
    let tagged = key.exposure.as_ref().and_then(|exposure| exposure.tagged.as_ref());
    let since = key.first_seen.as_ref().or(tagged).map_or_else(
        || "<span class=\"none\">no commit known</span>".to_owned(),
        |commit| {
            let (day, id) = (escape(wording::day(&commit.date)), wording::short(commit.oid));
            format!("<span>{day}</span><br><code>{id}</code>")
        },
    );
    let now = match key.in_head {
        Some(true) => "<b class=\"bad\">in HEAD</b>",
        Some(false) => "<span>in history only</span>",
        None if key.exposure.as_ref().is_some_and(|exposure| exposure.reach.is_some()) => {
            "<span>in a message or name</span>"
        }
        None if key.exposure.is_some() => "<span>not committed</span>",
        None => "<span class=\"none\">as found</span>",
    };
    let pushed = match &key.exposure {
        Some(exposure) if exposure.pushed => "<br><b class=\"bad\">pushed</b>".to_owned(),
        Some(exposure) => format!("<br><span>{}</span>", wording::pushed(exposure)),
        None => String::new(),
    };
    let api = match key.status {
        Some(Status::Live) => "<b class=\"bad\">live</b>",
        Some(Status::Revoked) => "<b class=\"good\">revoked</b>",
        Some(Status::Unknown) => "unknown",
        None => "<span class=\"none\">not asked</span>",
    };
    let _ = writeln!(
        page,
        "<tr role=\"row\" id=\"key-{id}\"><th scope=\"row\" role=\"rowheader\"><code>{}</code><br><small>{} <a href=\"#of-{id}\">{id}</a></small></th>\
         <td role=\"cell\" data-label=\"Findings\">{}</td><td role=\"cell\" data-label=\"Since\">{since}</td><td role=\"cell\" data-label=\"Now\">{now}{pushed}</td>\
         <td role=\"cell\" data-label=\"API\">{api}</td><td role=\"cell\" data-label=\"Exposure\" class=\"time\">{}</td></tr>",
        escape(&key.redacted.text()),
        kind.noun(),
        key.findings,
        timeline.draw(key),
        id = key.id,
    );
}

fn steps(outcome: &Outcome, page: &mut String) {
    for kind in revoke::kinds(outcome) {
        let _ = writeln!(page, "<section class=\"revoke\">\n<h2>Revoke the {}</h2>\n<ol>", kind.noun());
        for step in kind.steps() {
            let _ = writeln!(page, "<li>{}</li>", escape(step));
        }
        page.push_str("</ol>\n<p>Deleting the line, or rewriting history, does not take a key back.</p>\n</section>\n");
    }
}

/// Text in which nothing has a meaning to a browser, and no hidden or turning character is left.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in sanitize::inert(&sanitize::escape(text)).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn names_cannot_become_markup() {
        assert_eq!(
            escape("<img src=x onerror='a'>&\"\u{202e}"),
            "&lt;img src=x onerror=&#39;a&#39;&gt;&amp;&quot;\\u{202e}"
        );
    }
}
