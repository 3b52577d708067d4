//! Text for a terminal or a log: no control character, bidi mark or workflow command gets through.

/// The text with control, bidi and zero-width characters escaped and workflow commands (`::`, `##[`) made inert.
pub fn printable(text: &str) -> String {
    inert(&escape(text))
}

/// The text with control, bidi and zero-width characters escaped, line breaks too; tabs stay.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hostile(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Whole lines in which no runner finds a workflow command: neither `::` at the start of a line, which wrapping may have put
/// there, nor `##[` anywhere. Colours do not hide one.
pub(super) fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in defused(text).split_inclusive('\n') {
        let begin = line.len() - skip_blank(line).len();
        let (blank, rest) = line.split_at_checked(begin).unwrap_or(("", line));
        out.push_str(blank);
        match rest.strip_prefix("::") {
            Some(command) => out.extend([":\\:", command]),
            None => out.push_str(rest),
        }
    }
    out
}

/// The text without `##[`, the older form of a workflow command, which a runner finds in the middle of a line as well.
pub(super) fn defused(text: &str) -> String {
    text.replace("##[", "##\\[")
}

/// The line without leading white space and colours.
fn skip_blank(mut line: &str) -> &str {
    loop {
        line = line.trim_start();
        let Some(end) = line.strip_prefix("\u{1b}[").and_then(|rest| rest.find('m')) else { return line };
        line = line.get(end + 3..).unwrap_or_default();
    }
}

/// Control characters other than tab, and what turns, hides or separates text without being seen.
pub(super) fn is_hostile(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::{inert, printable};

    #[test]
    fn nothing_hostile_gets_through() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}"), "a\\u{1b}[2Jb\\u{202e}");
        assert_eq!(printable("::error::x"), ":\\:error::x");
        assert_eq!(printable("x ##[error]y"), "x ##\\[error]y");
        assert_eq!(printable("a\nb\u{feff}\u{e0041}"), "a\\u{a}b\\u{feff}\\u{e0041}");
    }

    #[test]
    fn commands_are_inert_on_every_line_and_behind_colours() {
        assert_eq!(inert("a ::b\n  ::stop::\n"), "a ::b\n  :\\:stop::\n");
        assert_eq!(inert("\u{1b}[1m ::error::x"), "\u{1b}[1m :\\:error::x");
    }
}
