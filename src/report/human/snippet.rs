//! The headline and the masked source of a finding, drawn by miette. It gets a few clipped lines of valid UTF-8 and a line
//! offset, never a file; and its handler is chosen here, never by its environment variables.

use std::fmt::Write as _;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::{Paint, WIDTH, severity, wording};
use crate::finding::{Excerpt, Finding, KeyInfo};
use crate::report::{printable, sanitize};
use crate::secret::Masked;

/// The headline and, where there is an excerpt, the source.
pub(super) fn render(finding: &Finding<Masked>, paint: Paint) -> String {
    let message =
        format!("{}: {} [{}]", finding.severity.name(), printable(&finding.message.text()), printable(&finding.rule));
    let message = super::wrap(&message, WIDTH - 4).join("\n");
    let theme = GraphicalTheme {
        characters: ThemeCharacters::unicode(),
        styles: if paint.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    let mut handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(WIDTH)
        .with_wrap_lines(false)
        .with_context_lines(CONTEXT)
        .without_syntax_highlighting();
    if finding.location.is_none() {
        handler = handler.without_primary_span_start();
    }
    let snippet = finding.excerpt.as_ref().map(|excerpt| Snippet::new(finding, excerpt));
    let mut diagnostic = MietteDiagnostic::new(&message).with_severity(severity(finding));
    if let Some(snippet) = &snippet {
        diagnostic = diagnostic.with_label(LabeledSpan::new_with_span(finding.key.as_ref().map(label), snippet.span));
    }
    let shown = Shown { diagnostic: &diagnostic, snippet: snippet.as_ref() };
    let mut text = String::new();
    if handler.render_report(&mut text, &shown).is_err() {
        // Its text goes into a string, so only a source that it cannot read could fail; the place is told all the same.
        text = format!("  {message}\n");
    }
    if snippet.is_none() {
        let _ = write!(text, "   ╭─[{}]\n   ╰────\n", wording::place_and_line(finding));
    }
    text
}

/// Lines of context in an excerpt.
const CONTEXT: usize = 2;

fn label(key: &KeyInfo) -> String {
    format!("key {}, {}", key.id, wording::count(key.length as u64, "character", "characters"))
}

/// A diagnostic with its source at hand.
#[derive(Debug)]
struct Shown<'a> {
    diagnostic: &'a MietteDiagnostic,
    snippet: Option<&'a Snippet>,
}

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.diagnostic.fmt(f)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        self.diagnostic.severity
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.diagnostic.labels()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.snippet.map(|snippet| snippet as &dyn SourceCode)
    }
}

/// A few lines, with the numbers that they have in the file.
#[derive(Debug)]
struct Snippet {
    name: String,
    text: String,
    span: SourceSpan,
    first_line: usize,
    line: usize,
    column: usize,
}

impl Snippet {
    fn new(finding: &Finding<Masked>, excerpt: &Excerpt<Masked>) -> Self {
        let location = finding.location.unwrap_or(crate::blob::Location::TOP);
        let room = WIDTH - 6 - location.end_line.saturating_add(CONTEXT).to_string().len();
        let piece = |masked: &Masked| sanitize::escape(&masked.text()).replace('\t', "    ");
        let mut text = String::new();
        for line in &excerpt.above {
            text.push_str(&head(&piece(line), room));
            text.push('\n');
        }
        let value = head(&piece(&excerpt.value), room / 2);
        let (before, after) =
            around(&piece(&excerpt.before), &piece(&excerpt.after), room - value.chars().count().min(room));
        text.push_str(&before);
        let span = SourceSpan::new(text.len().into(), value.len());
        text.push_str(&value);
        text.push_str(&after);
        text.push('\n');
        // Behind a value of several lines, which is shown as one, the numbers would be wrong.
        let below = excerpt.below.iter().filter(|_| location.end_line == location.line).map(piece);
        let mut below: Vec<String> = below.collect();
        while below.last().is_some_and(|line| line.trim().is_empty()) {
            below.pop();
        }
        for line in below {
            text.push_str(&head(&line, room));
            text.push('\n');
        }
        Self {
            name: wording::place(finding),
            text,
            span,
            first_line: excerpt.first_line.max(1) - 1,
            line: location.line.max(1) - 1,
            column: location.column.max(1) - 1,
        }
    }
}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let part = self.text.read_span(span, before, after)?;
        // Without context it is the place of the label that is asked for: the file's own, not the clipped line's.
        let (line, column) =
            if before == 0 { (self.line, self.column) } else { (self.first_line + part.line(), part.column()) };
        let contents = MietteSpanContents::new_named(
            self.name.clone(),
            part.data(),
            *part.span(),
            line,
            column,
            part.line_count(),
        );
        Ok(Box::new(contents))
    }
}

/// The beginning of a line, at most so many characters.
fn head(line: &str, room: usize) -> String {
    if line.chars().count() <= room {
        return line.trim_end().to_owned();
    }
    line.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

/// The nearest parts of what stands before and after the value, at most so many characters together.
fn around(before: &str, after: &str, room: usize) -> (String, String) {
    let (left, right) = (before.chars().count(), after.chars().count());
    if left + right <= room {
        return (before.to_owned(), after.trim_end().to_owned());
    }
    let right_room = right.min((room / 3).max(room.saturating_sub(left)));
    let left_room = room - right_room;
    let before = if left <= left_room {
        before.to_owned()
    } else {
        std::iter::once('…').chain(before.chars().skip(left + 1 - left_room.max(1))).collect()
    };
    (before, head(after, right_room))
}

#[cfg(test)]
mod tests {
    use super::around;

    #[test]
    fn long_lines_are_clipped_on_both_sides_of_the_value() {
        let long = "x".repeat(200);
        let (before, after) = around(&long, &long, 60);
        assert_eq!(before.chars().count() + after.chars().count(), 60);
        assert!(before.starts_with('…') && after.ends_with('…'));
        assert_eq!(around("a = ", ";", 60), ("a = ".into(), ";".into()));
        let (before, _) = around("a = ", &long, 60);
        assert_eq!(before, "a = ");
    }
}
