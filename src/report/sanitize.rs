//! Text for a terminal or a log: no control character, bidi mark or workflow command gets through.

/// The text with control, bidi and zero-width characters escaped and workflow commands (`::`, `##[`) made inert.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hostile(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    let inert = out.replace("##[", "##\\[");
    if inert.trim_start().starts_with("::") { inert.replacen("::", ":\\:", 1) } else { inert }
}

/// Control characters other than tab, and what turns or hides text.
fn is_hostile(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn nothing_hostile_gets_through() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}"), "a\\u{1b}[2Jb\\u{202e}");
        assert_eq!(printable("::error::x"), ":\\:error::x");
        assert_eq!(printable("x ##[error]y"), "x ##\\[error]y");
    }
}
