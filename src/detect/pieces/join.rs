//! Calls that make one text of a list: `"".join([...])`, `concat("a", "b")`, `["a", "b"].join("-")`, `(str a b)`.

use std::ops::Range;

use super::code::Code;
use super::constant::{Constants, Term};
use super::sum::{List, Sum};
use super::token::{Kind, last_part};
use crate::detect::looks_like_key;

/// What makes one of a list: what stands between its members, the members, and the whole expression.
pub(super) struct Joined {
    pub(super) separator: Vec<u8>,
    pub(super) members: Vec<Vec<Range<usize>>>,
    pub(super) expression: Range<usize>,
}

/// What a call does with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    /// Puts them together.
    Concat,
    /// Puts what stands in a list together, with a separator.
    Join,
}

/// So far a call is looked for around a list, in tokens.
const NEAR: usize = 12;
/// So many members of a list are looked at.
const MEMBERS: usize = 64;
/// So many brackets are gone out of.
const DEPTH: usize = 3;

/// What a call of this name does.
fn call(name: &[u8]) -> Option<Call> {
    const CONCAT: &[&str] = &[
        "concat",
        "paste0",
        "strcat",
        "str_c",
        "concatenate",
        "string-append",
        "concat!",
        "concatstrings",
        "strconcat",
        "concat_strings",
        "mconcat",
    ];
    const JOIN: &[&str] = &[
        "join",
        "-join",
        "implode",
        "joined",
        "joining",
        "mkstring",
        "jointostring",
        "concat_ws",
        "intercalate",
        "reduce",
        "join_str",
        "concatstringssep",
        "collect",
    ];
    // Of Julia; a method of that name makes a text of one thing.
    if name == b"string" {
        return Some(Call::Concat);
    }
    let name = last_part(name).to_ascii_lowercase();
    let name = name.strip_prefix(b".").unwrap_or(&name);
    let has = |names: &[&str]| names.iter().any(|other| other.as_bytes() == name);
    if has(CONCAT) { Some(Call::Concat) } else { has(JOIN).then_some(Call::Join) }
}

/// Whether what stands before a bracket only makes a list of what stands in it.
fn is_maker(code: &Code<'_>, open: usize) -> bool {
    const MAKERS: &[&[u8]] = &[
        b"array", b"Array", b"of", b"asList", b"list", b"List", b"listOf", b"vec", b"Seq", b"c", b"string", b"String",
        b"str", b"arrayOf", b"tuple",
    ];
    let Some(before) = open.checked_sub(1) else { return true };
    match code.kind(before) {
        Some(Kind::Name) => {
            MAKERS.contains(&last_part(code.text(before)))
                || call(code.text(before)).is_none() && code.end(before) < code.start(open)
        }
        _ => true,
    }
}

/// The list as one text, if a call makes one of it.
pub(super) fn joined(code: &Code<'_>, list: &List) -> Option<Joined> {
    before(code, list).or_else(|| behind(code, list)).or_else(|| by_operator(code, list))
}

/// `concat("a", "b")`, `"".join([...])`, `strings.Join([]string{...}, "")`.
fn before(code: &Code<'_>, list: &List) -> Option<Joined> {
    let mut inner = list.tokens.start;
    for depth in 0..DEPTH {
        let open = code.parent(inner)?;
        let named = open
            .checked_sub(1)
            .filter(|&name| matches!(code.kind(name), Some(Kind::Name | Kind::Method)) && code.text(open) == b"(");
        if let Some((name, call)) = named.and_then(|name| Some((name, call(code.text(name))?))) {
            let close = code.closer(open)?;
            let whole =
                |sum: &Sum| sum.pieces().iter().any(|piece| code.bytes.get(piece.clone()).is_some_and(looks_like_key));
            // Lists of keys that are made one list.
            let of_text = [&b"table"[..], b"string"].iter().any(|owner| has_owner(code.text(name), owner));
            if call == Call::Concat && depth > 0 && !of_text && list.sums.iter().any(whole) {
                return None;
            }
            // `"".join(...)`: the separator is what the method belongs to.
            let owner = name.checked_sub(1).filter(|&owner| {
                code.kind(name) == Some(Kind::Method) && matches!(code.kind(owner), Some(Kind::Literal(_)))
            });
            let mut sums = list.sums.as_slice();
            let mut separator = owner.map(|owner| code.text(owner).to_vec());
            if call == Call::Join && separator.is_none() {
                (separator, sums) = own_separator(code, sums);
            }
            if call == Call::Join && separator.is_none() {
                let mark = |at: usize| literal(code, at).filter(|text| is_mark(text)).map(<[u8]>::to_vec);
                separator = mark(open + 1).or_else(|| mark(close.saturating_sub(1)));
            }
            let start = code.start(owner.unwrap_or(name));
            return one(sums, separator.unwrap_or_default(), start..code.end(close));
        }
        if !is_maker(code, open) {
            return None;
        }
        inner = open;
    }
    None
}

/// Whether a name belongs to something of that name: `table.concat`.
fn has_owner(name: &[u8], owner: &[u8]) -> bool {
    name.get(..owner.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(owner)) && name.len() > owner.len()
}

/// The members without the separator that is the first or last of them.
fn own_separator<'s>(code: &Code<'_>, sums: &'s [Sum]) -> (Option<Vec<u8>>, &'s [Sum]) {
    let mark = |sum: &Sum| {
        let text = code.bytes.get(sum.literal()?)?;
        is_mark(text).then(|| text.to_vec())
    };
    match sums {
        [first, rest @ ..] if mark(first).is_some() => (mark(first), rest),
        [rest @ .., last] if mark(last).is_some() => (mark(last), rest),
        _ => (None, sums),
    }
}

/// `["a", "b"].join("")`, `('a', 'b') -join ''`, `["a", "b"] |> Enum.join`.
fn behind(code: &Code<'_>, list: &List) -> Option<Joined> {
    let open = code.parent(list.tokens.start)?;
    let close = code.closer(open)?;
    let mut at = close + 1;
    let mut found = None;
    while at < close + NEAR {
        let text = code.text(at);
        match code.kind(at)? {
            Kind::Method | Kind::Name => {
                let arguments = (code.text(at + 1) == b"(").then(|| code.closer(at + 1)).flatten();
                let end = arguments.map_or(at, |closer| closer.min(at + NEAR));
                // `.collect(joining("-"))`
                let called = (at..=end).rev().find(|&inner| {
                    matches!(code.kind(inner), Some(Kind::Method | Kind::Name)) && call(code.text(inner)).is_some()
                });
                if let Some(name) = called {
                    found = Some((name, end));
                    break;
                }
                if code.kind(at) == Some(Kind::Name) {
                    return None;
                }
                at = end + 1;
            }
            Kind::Line => at += 1,
            Kind::Other if text == b"|>" => at += 1,
            Kind::Close if text == b")" && code.parent(at).is_some_and(|outer| outer + 1 == open) => at += 1,
            _ => return None,
        }
    }
    let (name, end) = found?;
    let argument = if code.text(name + 1) == b"(" { name + 2 } else { name + 1 };
    let mark = literal(code, argument);
    // Lists of keys that are made one list: `["a"].concat(["b"])`.
    if call(code.text(name)) == Some(Call::Concat) && mark.is_none() && code.kind(argument) != Some(Kind::Close) {
        return None;
    }
    let end = if mark.is_some() { end.max(argument) } else { end };
    let outer = maker(code, open);
    one(&list.sums, mark.unwrap_or_default().to_vec(), code.start(outer)..code.end(end))
}

/// Where a list begins, with the name that makes it.
fn maker(code: &Code<'_>, open: usize) -> usize {
    match open.checked_sub(1) {
        Some(name) if code.kind(name) == Some(Kind::Name) && code.end(name) == code.start(open) => name,
        _ => open,
    }
}

/// `'a', 'b' -join ''`, `-join $bits`.
fn by_operator(code: &Code<'_>, list: &List) -> Option<Joined> {
    let (first, end) = (list.tokens.start, list.tokens.end);
    let operator = |at: usize| code.kind(at) == Some(Kind::Name) && code.text(at).eq_ignore_ascii_case(b"-join");
    if first.checked_sub(1).is_some_and(operator) {
        return one(&list.sums, Vec::new(), code.start(first - 1)..code.end(end - 1));
    }
    if !operator(end) {
        return None;
    }
    let mark = literal(code, end + 1);
    let until = end + usize::from(mark.is_some());
    one(&list.sums, mark.unwrap_or_default().to_vec(), code.start(first)..code.end(until))
}

/// Lists that have names, joined by a method of theirs: `bits.join('')`.
pub(super) fn methods(code: &Code<'_>, constants: &Constants<'_>) -> Vec<Joined> {
    let method = |at: usize| {
        let name = (code.kind(at) == Some(Kind::Name)).then(|| code.text(at))?;
        let part = last_part(name);
        let owner = name.get(..name.len().checked_sub(part.len() + 1)?)?;
        (call(part) == Some(Call::Join)).then_some(())?;
        let value = constants.value(owner, code.start(at)).filter(|value| value.list)?;
        let mark = if code.text(at + 1) == b"(" { literal(code, at + 2) } else { None };
        let end = if code.text(at + 1) == b"(" { code.closer(at + 1)? } else { at };
        let members = value.pieces.iter().map(|piece| vec![piece.clone()]).collect();
        Some(Joined {
            separator: mark.unwrap_or_default().to_vec(),
            members,
            expression: code.start(at)..code.end(end),
        })
    };
    (0..code.tokens.len()).filter_map(method).collect()
}

/// Calls without commas: `(str "a" b)`, `[string cat "a" "b"]`, `String.concat "" [ "a"; "b" ]`.
pub(super) fn prefixed(code: &Code<'_>, constants: &Constants<'_>) -> Vec<Joined> {
    const CALLS: &[&[u8]] = &[b"str", b"string-append", b"concat", b"concatenate", b"s+"];
    let found = |open: usize| {
        let close = (code.kind(open) == Some(Kind::Open)).then(|| code.closer(open))??;
        let (first, second) = (code.text(open + 1), code.text(open + 2));
        let (members, separator, start) = if code.text(open) == b"(" && CALLS.contains(&first) {
            (open + 2, Vec::new(), open)
        } else if code.text(open) == b"[" && first == b"string" && second == b"cat" {
            (open + 3, Vec::new(), open)
        } else if code.text(open) == b"[" {
            let before = open.checked_sub(1)?;
            let mark = literal(code, before).filter(|text| is_mark(text));
            let name = if mark.is_some() { before.checked_sub(1)? } else { before };
            let parted = code.kind(name) == Some(Kind::Name) && code.end(name) < code.start(name + 1);
            (parted && call(code.text(name)).is_some()).then_some(())?;
            (open + 1, mark.unwrap_or_default().to_vec(), name)
        } else {
            return None;
        };
        let members = bare_members(code, constants, members..close)?;
        (members.len() > 1).then(|| Joined { separator, members, expression: code.start(start)..code.end(close) })
    };
    (0..code.tokens.len()).filter_map(found).collect()
}

/// The terms between two tokens, with or without commas or semicolons between them, if these are all that stands there.
fn bare_members(code: &Code<'_>, constants: &Constants<'_>, tokens: Range<usize>) -> Option<Vec<Vec<Range<usize>>>> {
    let mut members: Vec<Vec<Range<usize>>> = Vec::new();
    let mut at = code.behind_lines(tokens.start);
    while at < tokens.end && members.len() < MEMBERS {
        let Term { value, end, .. } = constants.term(code, at)?;
        members.push(value.pieces);
        let part = matches!(code.text(end), b"," | b";");
        at = code.behind_lines(end + usize::from(part));
    }
    Some(members)
}

/// What a literal says, if the token is one.
fn literal<'t>(code: &Code<'t>, at: usize) -> Option<&'t [u8]> {
    matches!(code.kind(at), Some(Kind::Literal(_))).then(|| code.text(at))
}

/// Whether a text stands between others: a few marks, or nothing.
fn is_mark(text: &[u8]) -> bool {
    text.len() < 4 && !text.iter().any(u8::is_ascii_alphanumeric)
}

fn one(sums: &[Sum], separator: Vec<u8>, expression: Range<usize>) -> Option<Joined> {
    let mut members: Vec<Vec<Range<usize>>> = Vec::new();
    for sum in sums {
        // A name of a list stands for its members.
        if sum.terms.iter().any(|term| term.value.list) {
            members.extend(sum.pieces().into_iter().map(|piece| vec![piece]));
        } else {
            members.push(sum.pieces());
        }
    }
    (members.len() > 1).then_some(Joined { separator, members, expression })
}
