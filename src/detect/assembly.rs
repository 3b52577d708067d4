//! Keys that are put together from constants: `A + B`, `"$A$B"`, `${a}${b}`, `[a, b].join("")`, `A = "..."` and `A += "..."`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::candidate::Candidate;
use super::judge::is_key_byte;
use super::looks_like_key;

/// A value, and the expression that puts it together.
pub(super) struct Assembly {
    /// The value and its pieces, the literals.
    pub(super) whole: Candidate,
    /// Where the expression stands, whose surroundings say what the value is.
    pub(super) expression: Range<usize>,
}

/// The shortest piece: shorter literals are separators and prefixes, of which too many stand in a file.
const PIECE: usize = 4;
/// So many constants and expressions of one text are looked at.
const MOST: usize = 4000;

/// Every value that an expression of the text puts together from constants of the text.
pub(super) fn assemblies(bytes: &[u8]) -> Vec<Assembly> {
    static CONSTANT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?-u)([A-Za-z_]\w*)\s*(?::\s*[\w&' ]+)?(?::=|=)\s*(?:"([^"\n]{4,200})"|'([^'\n]{4,200})'|`([^`\n$]{4,200})`|([A-Za-z0-9_+/=-]{4,200})[ \t]*(?:\r?\n|$))"#).ok()
    });
    static SUM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let name = r"\$?\{?([A-Za-z_]\w*)\}?";
        let sum = r"\$?([A-Za-z_]\w*)\s*(?:\+|\.\.?|&|<>|\|\|)\s*\$?([A-Za-z_]\w*)(?:\s*(?:\+|\.\.?|&|<>|\|\|)\s*\$?([A-Za-z_]\w*))?";
        let put = format!(r#"["'`]?\${name}\${name}(?:\${name})?"#).replace(r"\$\$?", r"\$");
        let list = r"\[\s*([A-Za-z_]\w*)\s*,\s*([A-Za-z_]\w*)\s*(?:,\s*([A-Za-z_]\w*)\s*)?\]";
        Regex::new(&format!("(?-u)(?:{sum}|{put}|{list})")).ok()
    });
    // The groups of the next one that are names; the others are literals.
    const NAMES: &[usize] = &[1, 4, 6, 7];
    static MIXED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let name = r"\$?\{?\b([A-Za-z_]\w*)\b\}?";
        let part = r"([A-Za-z0-9_+/=.~-]{4,200})";
        let quote = r#"["'`]"#;
        let sum = r"[ \t]*(?:\+|\.\.?|&|<>|\|\|)\s*";
        Regex::new(&format!(
            "(?-u){quote}(?:[$#]?\\{{([A-Za-z_]\\w*)\\}}{part}|{part}[$#]?\\{{([A-Za-z_]\\w*)\\}}){quote}|{quote}{part}{quote}{sum}{name}|{name}{sum}{quote}{part}{quote}"
        ))
        .ok()
    });
    static MORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?-u)([A-Za-z_]\w*)\s*(?:\+=|\.=|<<|\.\.=|~=|&=)\s*(?:"([^"\n]{4,200})"|'([^'\n]{4,200})')"#).ok()
    });
    let constants = named(bytes, CONSTANT.as_ref());
    let last: HashMap<&[u8], &Range<usize>> = constants.iter().map(|(name, value)| (*name, value)).collect();
    let sum = |found: regex::bytes::Captures<'_>| {
        let names = (1..found.len()).filter_map(|at| found.get(at));
        let pieces: Option<Vec<_>> = names.map(|name| last.get(name.as_bytes()).map(|&place| place.clone())).collect();
        let pieces = pieces.filter(|pieces| pieces.len() > 1)?;
        // A choice or a list of two keys is none of one.
        let text = found.get(0)?;
        let joined = bytes.get(text.end()..).is_some_and(|rest| rest.starts_with(b".join"));
        let is_choice = memchr::memmem::find(text.as_bytes(), b"||").is_some() || text.as_bytes().starts_with(b"[");
        let is_whole = |piece: &Range<usize>| bytes.get(piece.clone()).is_some_and(looks_like_key);
        if is_choice && !joined && pieces.iter().any(is_whole) {
            return None;
        }
        Some(Assembly { whole: put_together(bytes, pieces), expression: found.get(0)?.range() })
    };
    let mixed = |found: regex::bytes::Captures<'_>| {
        let pieces: Option<Vec<_>> = (1..found.len())
            .filter_map(|at| Some((at, found.get(at)?)))
            .map(|(at, part)| {
                let is_name = NAMES.contains(&at);
                if is_name { last.get(part.as_bytes()).map(|&place| place.clone()) } else { Some(part.range()) }
            })
            .collect();
        let is_choice = memchr::memmem::find(found.get(0)?.as_bytes(), b"||").is_some();
        let is_whole = |piece: &Range<usize>| bytes.get(piece.clone()).is_some_and(looks_like_key);
        let pieces = pieces.filter(|pieces| !is_choice || !pieces.iter().any(is_whole))?;
        Some(Assembly { whole: put_together(bytes, pieces), expression: found.get(0)?.range() })
    };
    let sums = SUM.iter().filter(|_| last.len() > 1).flat_map(|regex| regex.captures_iter(bytes)).take(MOST);
    let mut found: Vec<Assembly> = sums.filter_map(sum).collect();
    let all = MIXED.iter().filter(|_| !last.is_empty()).flat_map(|regex| regex.captures_iter(bytes)).take(MOST);
    found.extend(all.filter_map(mixed));
    found.extend(grown(bytes, &constants, &named(bytes, MORE.as_ref())));
    found
}

/// Constants to which more is added behind them, each up to where its name is given something else.
fn grown<'t>(bytes: &'t [u8], constants: &[Given<'t>], more: &[Given<'t>]) -> Vec<Assembly> {
    let mut steps: Vec<(&Given<'_>, bool)> = constants.iter().map(|given| (given, true)).collect();
    steps.extend(more.iter().map(|given| (given, false)));
    steps.sort_by_key(|((_, place), _)| place.start);
    let mut values: Vec<Vec<Range<usize>>> = Vec::new();
    let mut current: HashMap<&[u8], usize> = HashMap::new();
    for ((name, place), is_first) in steps {
        if is_first {
            current.insert(name, values.len());
            values.push(vec![place.clone()]);
        } else if let Some(value) = current.get(name).and_then(|&at| values.get_mut(at)) {
            value.push(place.clone());
        }
    }
    let grown = values.into_iter().filter(|pieces| pieces.len() > 1);
    grown
        .filter_map(|pieces| {
            let expression = pieces.first()?.clone();
            Some(Assembly { whole: put_together(bytes, pieces), expression })
        })
        .collect()
}

/// A name and the place of what it is given.
type Given<'t> = (&'t [u8], Range<usize>);

/// What names are given, as a regular expression with a name and values reads it, in the order of the text.
fn named<'t>(bytes: &'t [u8], regex: Option<&Regex>) -> Vec<Given<'t>> {
    let all = regex.into_iter().flat_map(|regex| regex.captures_iter(bytes)).take(MOST);
    all.filter_map(|found| {
        let (name, value) = (found.get(1)?, (2..found.len()).find_map(|at| found.get(at))?);
        let fits = value.len() >= PIECE && value.as_bytes().iter().all(|&byte| is_key_byte(byte));
        fits.then(|| (name.as_bytes(), value.range()))
    })
    .collect()
}

fn put_together(bytes: &[u8], pieces: Vec<Range<usize>>) -> Candidate {
    let value = pieces.iter().filter_map(|piece| bytes.get(piece.clone())).flatten().copied().collect();
    Candidate::put_together(value, pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        let value = |it: Assembly| String::from_utf8(it.whole.value).unwrap();
        assemblies(text.as_bytes()).into_iter().map(value).collect()
    }

    #[test]
    fn expressions_of_constants_are_put_together() {
        for text in [
            "const a = 'abcd';\nconst b = 'efgh';\nuse(a + b);",
            "A='abcd'\nB=efgh\nKEY=\"$A$B\"\n",
            "a = \"abcd\"\nb = \"efgh\"\nk = f(`${a}${b}`)",
            "a := \"abcd\"\nb := \"efgh\"\nk := [a, b]",
            "$a = 'abcd'; $b = 'efgh'; $k = $a . $b;",
            "a = 'abcd'\na += 'efgh'\nb = 'ijkl'\n",
            "const a = 'abcd';\nuse(`${a}efgh`);",
            "b = 'efgh'\nuse(f'abcd{b}')",
            "a = 'abcd'\nuse(a + 'efgh')",
            "$b = 'efgh';\nuse('abcd' . $b);",
        ] {
            assert_eq!(values(text), ["abcdefgh"], "{text}");
        }
    }

    #[test]
    fn what_is_no_constant_of_the_text_is_left() {
        for text in ["const a = 'abcd';\nuse(a + b);", "a = 'ab'\nb = 'cd'\nk = a + b", "x.y(a, b)"] {
            assert!(values(text).is_empty(), "{text}");
        }
    }
}
