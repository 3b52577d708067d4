//! What somebody may have meant.

/// The candidate that is most like the word, if one is like it at all: at most a third of its characters differ.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = candidates.map(|candidate| (distance(word, candidate), candidate)).min()?;
    (near.0 * 3 <= near.1.chars().count().max(3)).then_some(near.1)
}

/// The parser's message about an unknown field, with the one that may have been meant; other messages stay as they are. The
/// names are the parser's own list: ``unknown field `excludes`, expected one of `fail-on`, `exclude`, ...``.
pub(super) fn unknown_field(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next().filter(|_| message.starts_with("unknown field"));
    match unknown.and_then(|unknown| nearest(unknown, names)) {
        Some(near) => format!("{message}; did you mean `{near}`?"),
        None => message.to_owned(),
    }
}

/// How many characters are to be put in, taken out or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, c) in a.chars().enumerate() {
        let mut last = at + 1;
        let mut next = vec![last];
        for (&other, pair) in b.iter().zip(row.windows(2)) {
            let &[diagonal, above] = pair else { continue };
            last = (diagonal + usize::from(c != other)).min(above + 1).min(last + 1);
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_like_it_is_suggested() {
        let fields = || ["fail-on", "exclude", "baseline"].into_iter();
        assert_eq!(nearest("excludes", fields()), Some("exclude"));
        assert_eq!(nearest("fail_on", fields()), Some("fail-on"));
        assert_eq!(nearest("colour", fields()), None);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn other_messages_stay_as_they_are() {
        let message = "unknown field `basline`, expected one of `exclude`, `baseline`";
        assert_eq!(unknown_field(message), format!("{message}; did you mean `baseline`?"));
        assert_eq!(unknown_field("invalid type: `a`, expected `b`"), "invalid type: `a`, expected `b`");
    }
}
