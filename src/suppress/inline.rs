//! Markers: `konceal:allow` after a comment leader on the line, or alone in a comment on the line above.

use bstr::ByteSlice;

use crate::blob::Text;
use crate::secret::Raw;

/// What begins a comment in the languages that carry keys.
const LEADERS: &[&str] =
    &["#", "//", "/*", "--", ";", "<!--", "%", "'", "*", "REM ", "rem ", "::", "{-", "(*", "\"", "!", "dnl "];

/// A marker that accepts a line.
#[derive(Clone, Debug, Default)]
pub struct Marker {
    /// What follows it.
    pub reason: Option<Raw>,
}

/// The marker that accepts line `number`, if any.
pub fn accepted(text: &Text<'_>, number: usize, markers: &[String]) -> Option<Marker> {
    let here = text.line(number).and_then(|line| after_marker(line, markers, false));
    here.or_else(|| text.line(number.checked_sub(1)?).and_then(|line| after_marker(line, markers, true)))
}

/// The marker in the line, if a comment leader stands before it; `alone`: nothing but the comment may.
fn after_marker(line: &[u8], markers: &[String], alone: bool) -> Option<Marker> {
    markers.iter().find_map(|marker| {
        let at = line.find(marker)?;
        let (before, rest) = (line.get(..at)?, line.get(at + marker.len()..)?);
        if rest.first().is_some_and(|&next| next.is_ascii_alphanumeric() || next == b'-' || next == b'_') {
            return None;
        }
        let before = before.trim_end();
        let leader = LEADERS.iter().find(|leader| before.ends_with(leader.trim_end().as_bytes()))?;
        let lead = before.get(..before.len() - leader.trim_end().len()).unwrap_or_default();
        if alone && !lead.iter().all(|byte| byte.is_ascii_whitespace() || b"#/*-;<!%".contains(byte)) {
            return None;
        }
        let reason = rest.trim().trim_end_with(|c| "*/->".contains(c)).trim();
        Some(Marker { reason: (!reason.is_empty()).then(|| Raw::new(reason)) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, line: usize) -> bool {
        accepted(&Text::new(text.as_bytes()), line, &["konceal:allow".to_owned()]).is_some()
    }

    #[test]
    fn a_marker_counts_behind_a_comment_leader_only() {
        assert!(holds("a = 1  # konceal:allow rotated", 1));
        assert!(holds("a = 1; // konceal:allow", 1));
        assert!(holds("// konceal:allow\na = 1", 2));
        assert!(holds("<!-- konceal:allow -->\n<a/>", 2));
        assert!(!holds("b = 2 # konceal:allow\na = 1", 2));
        assert!(!holds("a = konceal:allow", 1));
        assert!(!holds("a = 1 # konceal:allowed", 1));
        assert!(!holds("# konceal:allow\n\na = 1", 3));
    }
}
