//! The step summary of a pipeline: each key in a table, the steps to revoke, then each finding. GitHub drops a summary above
//! 1 MiB, so the tables are cut before that, and the cut is said.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{printable, revoke, wording};
use crate::finding::Finding;
use crate::scan::{KeySummary, Outcome};
use crate::secret::Masked;
use crate::source::coverage::Level;

/// The table of keys ends here at the latest, the whole at the second bound; the rest of the mebibyte is for what follows.
const KEYS_LIMIT: usize = 400 << 10;
const LIMIT: usize = 1000 << 10;

pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::new();
    let headline = match wording::found(outcome) {
        Some(found) => found,
        None if outcome.coverage.complete => "nothing found".into(),
        None => "nothing found in what was examined".into(),
    };
    let _ = writeln!(text, "## konceal: {headline}\n");
    let _ = writeln!(text, "{}\n", prose(&wording::capitalized(&wording::coverage(&outcome.coverage))));
    for notice in &outcome.notices {
        let level = if notice.level == Level::Error { "**Error**" } else { "Warning" };
        let _ = writeln!(text, "- {level}: {}", prose(&notice.message.text()));
    }
    if !outcome.notices.is_empty() {
        text.push('\n');
    }
    keys(outcome, &mut text);
    findings(outcome, &mut text);
    if let Some(accepted) = wording::accepted(outcome) {
        let _ = writeln!(text, "{}.", prose(&wording::capitalized(&accepted)));
    }
    out.write_all(text.as_bytes())
}

fn keys(outcome: &Outcome, text: &mut String) {
    if outcome.keys.is_empty() {
        return;
    }
    let kinds = revoke::by_key(outcome);
    text.push_str("| Key | Id | Kind | Findings | Since | Now | API |\n| --- | --- | --- | ---: | --- | --- | --- |\n");
    for (at, key) in outcome.keys.iter().enumerate() {
        if text.len() > KEYS_LIMIT {
            let rest = wording::count((outcome.keys.len() - at) as u64, "more key", "more keys");
            let _ = writeln!(text, "\n**{rest}** left out here.");
            break;
        }
        let kind = kinds.get(&key.id).copied().unwrap_or(revoke::Kind::ApiKey);
        text.push_str(&key_row(key, kind));
    }
    for kind in revoke::kinds(outcome) {
        let _ = writeln!(text, "\n**Revoke the {}** (deleting the line does not take it back):\n", kind.noun());
        for (number, step) in kind.steps().iter().enumerate() {
            let _ = writeln!(text, "{}. {}", number + 1, step.replace('>', "→"));
        }
    }
    text.push('\n');
}

fn key_row(key: &KeySummary, kind: revoke::Kind) -> String {
    let tagged = key.exposure.as_ref().and_then(|exposure| exposure.tagged.as_ref());
    let since = key
        .first_seen
        .as_ref()
        .or(tagged)
        .map(|commit| format!("{} `{}`", wording::day(&commit.date), wording::short(commit.oid)));
    let mut now = vec![match key.in_head {
        Some(true) => "in HEAD".to_owned(),
        Some(false) => "in history only".to_owned(),
        None => String::new(),
    }];
    if let Some(exposure) = &key.exposure {
        now.extend(exposure.removed.as_ref().map(|commit| format!("removed {}", wording::day(&commit.date))));
        now.push(wording::pushed(exposure).to_owned());
    }
    now.retain(|part| !part.is_empty());
    let now = now.join(", ");
    format!(
        "| {} | `{}` | {} | {} | {} | {now} | {} |\n",
        code(&key.redacted.text()),
        key.id,
        kind.noun(),
        key.findings,
        since.unwrap_or_default(),
        key.status.map(|status| prose(wording::status(status))).unwrap_or_default(),
    )
}

fn findings(outcome: &Outcome, text: &mut String) {
    let all: Vec<&Finding<Masked>> = outcome.reported().collect();
    if all.is_empty() {
        return;
    }
    text.push_str("| Severity | Where | What | Key | Commit |\n| --- | --- | --- | --- | --- |\n");
    for (at, finding) in all.iter().enumerate() {
        if text.len() > LIMIT {
            let rest = wording::count((all.len() - at) as u64, "more finding", "more findings");
            let _ = writeln!(text, "\n**{rest}** left out: a summary may have 1 MiB.");
            break;
        }
        text.push_str(&row(finding));
    }
    text.push('\n');
}

/// So many characters of one cell are shown.
const CELL: usize = 300;

fn row(finding: &Finding<Masked>) -> String {
    let commit = finding.commit.as_ref().map(|commit| {
        let author = prose(&commit.author.text());
        format!("`{}` {} {author}", wording::short(commit.oid), wording::day(&commit.date))
    });
    let before = if finding.new == Some(false) { " (stood there before)" } else { "" };
    format!(
        "| {}{before} | {} | {} `{}` | {} | {} |\n",
        finding.severity.name(),
        code(&wording::place_and_line(finding)),
        prose(&finding.message.text()),
        finding.rule,
        finding.key.as_ref().map(|key| code(&key.redacted.text())).unwrap_or_default(),
        commit.unwrap_or_default(),
    )
}

/// A name in a code span, in which nothing has a meaning; in entities where the span or the table's cell could be left.
fn code(text: &str) -> String {
    let text = cut(text);
    if text.is_empty() || text.contains(['`', '|', '\\']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("<code>{}</code>", entities(&text))
    } else {
        format!("`{text}`")
    }
}

/// Text in which nothing has a meaning: no link, mention, HTML, emphasis or cell border.
fn prose(text: &str) -> String {
    entities(&cut(text))
}

fn cut(text: &str) -> String {
    let text = printable(text);
    if text.chars().count() <= CELL { text } else { text.chars().take(CELL).chain(['…']).collect() }
}

fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !".,-/;%()='\"?+".contains(c) {
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{code, prose};

    #[test]
    fn hostile_names_are_inert() {
        assert_eq!(code("a/b_c.txt:3"), "`a/b_c.txt:3`");
        assert_eq!(code("a`|b"), "<code>a&#96;&#124;b</code>");
        assert_eq!(prose("<b> @me [x](y) *z*"), "&#60;b&#62; &#64;me &#91;x&#93;(y) &#42;z&#42;");
        assert!(prose(&"x".repeat(5000)).chars().count() < 400);
    }
}
