//! Sums of terms, and lists of sums: `a + "b"`, `"a" . "b"`, `["a", b]`. What appends binds tighter than commas.

use std::ops::Range;

use super::code::Code;
use super::constant::{Constants, Term, Value};
use super::token::Kind;
use crate::detect::looks_like_key;

/// So long may the blanks between two literals be that are one.
const GAP: usize = 200;
/// So many terms of one sum, and members of one list, are looked at.
const MOST: usize = 64;

/// How two terms are put together, by what stands between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    /// As one text, whatever they are.
    Sum,
    /// As one text, unless each may be a key of its own: in a choice, in a shell's list.
    Beside,
}

/// Terms that are put together.
#[derive(Clone, Debug)]
pub(super) struct Sum {
    pub(super) terms: Vec<Term>,
    /// Whether all joints append whatever the terms are.
    certain: bool,
    /// The tokens that it consists of.
    pub(super) tokens: Range<usize>,
}

/// Sums with commas between them.
#[derive(Debug)]
pub(super) struct List {
    pub(super) sums: Vec<Sum>,
    pub(super) tokens: Range<usize>,
}

impl Sum {
    /// The pieces, in order.
    pub(super) fn pieces(&self) -> Vec<Range<usize>> {
        self.terms.iter().flat_map(|term| term.value.pieces.iter().cloned()).collect()
    }

    /// Whether it says by itself that its terms are one value.
    pub(super) fn is_one(&self, code: &Code<'_>) -> bool {
        let whole = |piece: &Range<usize>| code.bytes.get(piece.clone()).is_some_and(looks_like_key);
        let list = self.terms.iter().any(|term| term.value.list);
        self.terms.len() > 1 && !list && (self.certain || !self.pieces().iter().any(whole))
    }

    /// The literal that it consists of, if it is one.
    pub(super) fn literal(&self) -> Option<Range<usize>> {
        match self.terms.as_slice() {
            [Term { named: false, value: Value { pieces, .. }, .. }] => {
                Some(pieces.first().cloned().unwrap_or_default())
            }
            _ => None,
        }
    }
}

/// Every list of the text, of one member or more.
pub(super) fn lists(code: &Code<'_>, constants: &Constants<'_>) -> Vec<List> {
    let mut lists = Vec::new();
    let mut at = 0;
    while at < code.tokens.len() {
        let Some(first) = sum(code, constants, at) else {
            at += 1;
            continue;
        };
        let start = at;
        at = first.tokens.end;
        let mut sums = vec![first];
        while sums.len() < MOST && code.kind(code.behind_lines(at)) == Some(Kind::Comma) {
            let next = code.behind_lines(code.behind_lines(at) + 1);
            let Some(more) = sum(code, constants, next) else { break };
            at = more.tokens.end;
            sums.push(more);
        }
        lists.push(List { sums, tokens: start..at });
    }
    lists
}

/// The sum that begins with a token.
pub(super) fn sum(code: &Code<'_>, constants: &Constants<'_>, at: usize) -> Option<Sum> {
    let first = constants.term(code, at).filter(|term| !is_label(code, term))?;
    let mut sum = Sum { tokens: at..first.end, terms: vec![first], certain: true };
    let mut sized = 1;
    while sized < MOST {
        let Some((joint, next)) = joint(code, constants, &sum) else { break };
        let Some(term) = constants.term(code, next).filter(|term| !is_label(code, term)) else { break };
        let macros = |term: &Term| !term.named || term.value.macros;
        let beside = code.kind(next.saturating_sub(1)).is_some_and(is_term_end) && next == sum.tokens.end;
        if beside && !(macros(&term) && sum.terms.last().is_some_and(macros)) {
            break;
        }
        sum.certain &= joint == Joint::Sum;
        // Brackets around a term: `("a") + ("b")`.
        let closes = code.kind(term.end) == Some(Kind::Close)
            && code.parent(term.end).is_some_and(|open| open >= sum.tokens.end && open < next);
        sum.tokens.end = term.end + usize::from(closes);
        sum.terms.push(term);
        sized += 1;
    }
    Some(sum)
}

fn is_term_end(kind: Kind) -> bool {
    matches!(kind, Kind::Literal(_) | Kind::Name | Kind::Close)
}

/// Whether the term is the name of what follows: `"name": ...`, `name => ...`.
fn is_label(code: &Code<'_>, term: &Term) -> bool {
    // `"beta" -> "..."` is a choice of its own.
    !term.named && (code.kind(term.end) == Some(Kind::Assign) || code.text(term.end) == b"->")
}

/// What puts the next term to a sum, and the token that this begins with.
fn joint(code: &Code<'_>, constants: &Constants<'_>, sum: &Sum) -> Option<(Joint, usize)> {
    let last = sum.terms.last()?;
    let end = sum.tokens.end;
    let gap = |next: usize| code.start(next).saturating_sub(code.end(end.saturating_sub(1)));
    match code.kind(end)? {
        Kind::Literal(true) => {
            // `= "a" "b";` is one literal; in a shell, or in the arguments of a macro, these are two.
            let ends = code.text(end + 1) == b";" || code.kind(end + 1) == Some(Kind::Line) && defines(code, sum);
            let joint = if ends { Joint::Sum } else { Joint::Beside };
            let before = sum.tokens.start.checked_sub(1).map(|before| code.text(before));
            let assigned = defines(code, sum) || before == Some(b"=");
            (gap(end) > 0 && !last.value.list).then_some((if assigned { joint } else { Joint::Beside }, end))
        }
        Kind::Name if last.value.macros || !last.named => Some((Joint::Sum, end)),
        // `"a".CONSTANT`
        Kind::Method if code.text(end + 1) != b"(" && !last.named => None,
        Kind::Line => {
            let next = code.behind_lines(end);
            match code.kind(next)? {
                Kind::Literal(true) if !last.named && gap(next) <= GAP => {
                    Some((if is_bare_list(code, end) { Joint::Beside } else { Joint::Sum }, next))
                }
                Kind::Sum | Kind::Choice => operator(code, next),
                _ => None,
            }
        }
        Kind::Sum | Kind::Choice => operator(code, end),
        // `"a" * "b"`, `'a' && 'b'`: between literals these append, or nothing would come of them.
        Kind::Other if matches!(code.text(end), b"*" | b"&&") && !last.named => {
            let next = code.behind_lines(end + 1);
            (code.kind(next) == Some(Kind::Literal(true))).then_some((Joint::Sum, next))
        }
        Kind::Close => {
            // `("a") + ("b")`
            let open = code.parent(end)?;
            let own = open + 1 == sum.tokens.start && constants.term(code, open).is_none();
            let next = code.behind_lines(end + 1);
            (own && code.text(end) == b")" && code.kind(next) == Some(Kind::Sum)).then(|| operator(code, next))?
        }
        _ => None,
    }
}

/// The joint that an operator is, and the term behind it.
fn operator(code: &Code<'_>, at: usize) -> Option<(Joint, usize)> {
    let mut next = code.behind_lines(at + 1);
    if code.text(next) == b"(" {
        next += 1;
    }
    match code.kind(at)? {
        Kind::Choice if code.text(at) == b"??" => None,
        Kind::Choice => Some((if is_statement_of_sql(code, at) { Joint::Sum } else { Joint::Beside }, next)),
        _ => Some((Joint::Sum, next)),
    }
}

/// Whether the sum is what a macro stands for: `#define NAME "a" "b"`.
fn defines(code: &Code<'_>, sum: &Sum) -> bool {
    sum.tokens.start.checked_sub(2).is_some_and(|at| code.text(at) == b"define")
}

/// Whether lines stand in a list that needs no commas: a shell's `NAME=(...)`, brackets of Lisp.
fn is_bare_list(code: &Code<'_>, at: usize) -> bool {
    let Some(open) = code.parent(at) else { return false };
    match code.text(open) {
        b"[" => true,
        b"(" => open
            .checked_sub(1)
            .is_some_and(|mark| matches!(code.text(mark), b"=" | b"+=") && code.end(mark) == code.start(open)),
        _ => false,
    }
}

/// Whether `||` appends: the literals beside it are in single quotes, and the statement is one of SQL.
fn is_statement_of_sql(code: &Code<'_>, at: usize) -> bool {
    const REACH: usize = 60;
    const WORDS: &[&[u8]] = &[
        b"insert",
        b"update",
        b"select",
        b"values",
        b"merge",
        b"declare",
        b"create",
        b"alter",
        b"execute",
        b"exec",
        b"varchar",
        b"varchar2",
        b"constant",
    ];
    if code.text(at) != b"||" {
        return false;
    }
    let literal = |at: usize| code.kind(at).is_some_and(|kind| matches!(kind, Kind::Literal(_)));
    let single = |at: usize| {
        let end = code.end(at).checked_sub(1).and_then(|end| code.bytes.get(end));
        !literal(at) || end == Some(&b'\'')
    };
    let before =
        if code.kind(at.saturating_sub(1)) == Some(Kind::Line) { at.saturating_sub(2) } else { at.saturating_sub(1) };
    if !single(before) || !single(code.behind_lines(at + 1)) {
        return false;
    }
    let statement = (at.saturating_sub(REACH)..at).rev().take_while(|&back| code.text(back) != b";");
    statement
        .filter(|&back| code.kind(back) == Some(Kind::Name) || code.kind(back) == Some(Kind::Assign))
        .any(|back| code.text(back) == b":=" || WORDS.iter().any(|word| code.text(back).eq_ignore_ascii_case(word)))
}
