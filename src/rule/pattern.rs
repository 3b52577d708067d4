//! Regular expressions that find keys, and the literals without which they cannot match.

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// The largest automaton of a pattern, in bytes: one that is larger is refused rather than slow.
const SIZE: usize = 1 << 22;
/// The shortest literal that is worth searching for: shorter ones stand in nearly every file.
const SHORTEST: usize = 3;
/// So many literals of one pattern are searched for.
const MOST: usize = 64;
/// Classes of so many characters are written out in literals.
const CLASS: usize = 4;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The expression.
    pub regex: Regex,
    /// Literals, one of which stands (but for its case) in whatever the expression matches; none where there are no such
    /// literals, so that every file must be looked at.
    pub literals: Option<Vec<Vec<u8>>>,
}

/// Why a text is no pattern.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// Not an expression, or one that is too large.
    #[error("is no regular expression: {0}")]
    Malformed(String),
    /// It would match everywhere.
    #[error("matches the empty string")]
    Empty,
}

impl Pattern {
    /// Compiles an expression of the regex crate's syntax, whose classes (`\w`, `\d`, `.`) are those of ASCII. It takes time linear in the text that is searched.
    ///
    /// # Errors
    /// It is malformed, too large, or matches the empty string.
    pub fn new(text: &str) -> Result<Self, PatternError> {
        let malformed = |error: &dyn std::fmt::Display| PatternError::Malformed(error.to_string());
        let regex =
            RegexBuilder::new(text).unicode(false).size_limit(SIZE).build().map_err(|error| malformed(&error))?;
        if regex.is_match(b"") {
            return Err(PatternError::Empty);
        }
        let hir =
            ParserBuilder::new().unicode(false).utf8(false).build().parse(text).map_err(|error| malformed(&error))?;
        Ok(Self { regex, literals: required(&folded(&hir)) })
    }
}

/// The expression without groups, and with one small letter for a letter in both cases.
fn folded(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Class(class) => {
            let letter = match class {
                Class::Bytes(class) => match class.ranges() {
                    [a, b] if a.len() == 1 && b.len() == 1 && a.start().eq_ignore_ascii_case(&b.start()) => {
                        Some(vec![a.start()])
                    }
                    _ => None,
                },
                Class::Unicode(_) => None,
            };
            letter.map_or_else(|| hir.clone(), |letter| Hir::literal(letter.to_ascii_lowercase()))
        }
        HirKind::Capture(capture) => folded(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (min, max, greedy) = (repetition.min, repetition.max, repetition.greedy);
            Hir::repetition(Repetition { min, max, greedy, sub: Box::new(folded(&repetition.sub)) })
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(folded).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(folded).collect()),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => hir.clone(),
    }
}

/// So many parts of a pattern a literal may begin at.
const STARTS: usize = 64;

/// The best set of literals, one of which stands in every match.
fn required(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let own = literals(hir);
    let inner = match hir.kind() {
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Concat(parts) => {
            // A literal may begin at any part, and go on over those behind it.
            let tails = (1..parts.len().min(STARTS))
                .map(|at| literals(&Hir::concat(parts.get(at..).unwrap_or_default().to_vec())));
            tails.chain(parts.iter().map(required)).flatten().max_by_key(worth)
        }
        HirKind::Alternation(parts) => {
            parts.iter().map(required).collect::<Option<Vec<_>>>().map(|parts| parts.concat())
        }
        _ => None,
    };
    [own, inner].into_iter().flatten().filter(|literals| literals.len() <= MOST).max_by_key(worth)
}

/// The longer the shortest, the rarer; then the fewer, the better.
#[expect(clippy::ptr_arg, reason = "max_by_key hands out references to the items")]
fn worth(literals: &Vec<Vec<u8>>) -> (usize, std::cmp::Reverse<usize>) {
    (literals.iter().map(Vec::len).min().unwrap_or(0), std::cmp::Reverse(literals.len()))
}

/// What a match must begin or end with.
fn literals(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let extract = |kind: ExtractKind| Extractor::new().kind(kind).limit_class(CLASS).limit_total(MOST).extract(hir);
    let long = |seq: Seq| {
        let mut literals: Vec<Vec<u8>> = seq.literals()?.iter().map(|literal| literal.as_bytes().to_vec()).collect();
        literals.sort();
        literals.dedup();
        let long = !literals.is_empty() && literals.iter().all(|literal| literal.len() >= SHORTEST);
        long.then_some(literals)
    };
    [ExtractKind::Prefix, ExtractKind::Suffix].into_iter().filter_map(|kind| long(extract(kind))).max_by_key(worth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str) -> Vec<String> {
        let literals = Pattern::new(pattern).unwrap().literals.unwrap_or_default();
        literals.iter().map(|literal| String::from_utf8_lossy(literal).into_owned()).collect()
    }

    #[test]
    fn literals_are_found_wherever_they_stand() {
        assert_eq!(found("kv_(live|test)_[A-Za-z0-9]{32}"), ["kv_live_", "kv_test_"]);
        assert_eq!(found(r"[a-z]+\s*=\s*kvx_[0-9]{20}"), ["kvx_"]);
        assert_eq!(found(r"(?i)acme_(crm|sales)_key\s*=\s*(?P<key>\w+)"), ["acme_crm_key", "acme_sales_key"]);
        assert_eq!(found("[0-9a-f]{32}-konver"), ["-konver"]);
        assert_eq!(found("(abc|[0-9]{9})x*"), Vec::<String>::new());
        assert_eq!(found("[A-Za-z0-9]{40}"), Vec::<String>::new());
    }

    #[test]
    fn a_match_holds_a_literal() {
        let pattern = Pattern::new("(?i:acme)[-_]?key(?:=|: )(?P<key>[a-z0-9]{16,})").unwrap();
        let literals = pattern.literals.unwrap();
        for text in ["ACME-key=abcdefgh12345678", "acmekey: abcdefgh12345678", "Acme_key=abcdefgh12345678"] {
            let lower = pattern.regex.find(text.as_bytes()).expect(text).as_bytes().to_ascii_lowercase();
            assert!(literals.iter().any(|it| memchr::memmem::find(&lower, it).is_some()), "{text}");
        }
    }

    #[test]
    fn what_matches_nothing_or_is_none_is_refused() {
        assert!(matches!(Pattern::new("[a-z]*"), Err(PatternError::Empty)));
        assert!(matches!(Pattern::new("(a"), Err(PatternError::Malformed(_))));
        assert!(matches!(Pattern::new(r"\w{1000}{1000}"), Err(PatternError::Malformed(_))));
    }
}
