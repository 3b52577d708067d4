//! Keys that are put together from constants: `A + B`, `"$A$B"`, `${a}${b}`, `[a, b].join("")`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::candidate::Candidate;
use super::judge::is_key_byte;

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
    let mut constants: HashMap<&[u8], Range<usize>> = HashMap::new();
    for found in CONSTANT.iter().flat_map(|regex| regex.captures_iter(bytes)).take(MOST) {
        let (Some(name), Some(value)) = (found.get(1), (2..=5).find_map(|at| found.get(at))) else { continue };
        if value.len() >= PIECE && value.as_bytes().iter().all(|&byte| is_key_byte(byte)) {
            constants.insert(name.as_bytes(), value.range());
        }
    }
    if constants.len() < 2 {
        return Vec::new();
    }
    let assemble = |found: regex::bytes::Captures<'_>| {
        let names = (1..found.len()).filter_map(|at| found.get(at));
        let pieces: Option<Vec<Range<usize>>> = names.map(|name| constants.get(name.as_bytes()).cloned()).collect();
        let pieces = pieces.filter(|pieces| pieces.len() > 1)?;
        let value: Vec<u8> = pieces.iter().filter_map(|piece| bytes.get(piece.clone())).flatten().copied().collect();
        let whole = Candidate { value, pieces, loose: false };
        Some(Assembly { whole, expression: found.get(0)?.range() })
    };
    SUM.iter().flat_map(|regex| regex.captures_iter(bytes)).take(MOST).filter_map(assemble).collect()
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
