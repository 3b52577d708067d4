//! Formats that arguments fill: `"%s%s" % (a, b)`, `'{1}{0}' -f $a, $b`, `fmt.Sprintf("%s-%s", A, B)`, `printf '%s%s' a b`.

use std::ops::Range;

use super::code::Code;
use super::constant::Constants;
use super::join::Joined;
use super::sum::sum;
use super::token::Kind;
use crate::detect::candidate::is_value_byte;

/// A part of a format.
enum Part {
    Text(Range<usize>),
    Argument(usize),
}

/// So many arguments are looked at.
const MOST: usize = 16;

/// Every format of the text whose arguments are known.
pub(super) fn formats(code: &Code<'_>, constants: &Constants<'_>) -> Vec<Joined> {
    let literals = (0..code.tokens.len()).filter(|&at| code.kind(at) == Some(Kind::Literal(false)));
    literals.filter_map(|at| filled(code, constants, at)).collect()
}

fn filled(code: &Code<'_>, constants: &Constants<'_>, at: usize) -> Option<Joined> {
    let parts = parts(code, at)?;
    let (arguments, end) = arguments(code, constants, at)?;
    let mut members = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => members.push(vec![text]),
            Part::Argument(number) => members.push(arguments.get(number)?.clone()),
        }
    }
    // `printf '%s' a b` goes through its format again.
    if members.len() == 1 && arguments.len() > 1 && is_printf(code, at) {
        members.clone_from(&arguments);
    }
    let call = code.parent(at).filter(|open| open + 1 == at || code.closer(*open).is_some_and(|close| close == end));
    let called = call.and_then(|open| open.checked_sub(1)).filter(|&name| code.kind(name) == Some(Kind::Name));
    let expression = match (called, call) {
        (Some(name), Some(open)) => code.start(name)..code.closer(open).map_or(code.end(end), |close| code.end(close)),
        _ => code.start(at)..code.end(end),
    };
    (members.len() > 1).then_some(Joined { separator: Vec::new(), members, expression })
}

/// The parts of a format, from the last mark on that no key has.
fn parts(code: &Code<'_>, at: usize) -> Option<Vec<Part>> {
    let span = code.tokens.get(at)?.span.clone();
    let mut parts: Vec<Part> = Vec::new();
    let (mut place, mut count) = (span.start, 0);
    while place < span.end {
        let rest = code.bytes.get(place..span.end)?;
        if let Some((length, number)) = hole(rest) {
            parts.push(Part::Argument(number.unwrap_or(count)));
            count += 1;
            place += length;
            continue;
        }
        let text = rest.iter().take_while(|byte| is_value_byte(**byte)).count();
        if text > 0 {
            parts.push(Part::Text(place..place + text));
            place += text;
            continue;
        }
        // What stands before belongs to something else; so does all behind a mark at the end, as in `%s\n`.
        if rest.starts_with(b"\\n") {
            break;
        }
        parts.clear();
        place += 1;
    }
    (count > 0 && !parts.is_empty()).then_some(parts)
}

/// What an argument takes the place of: how long it is, and which one, if it says so.
fn hole(rest: &[u8]) -> Option<(usize, Option<usize>)> {
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<usize>().ok();
    match rest {
        [b'{', b'}', ..] | [b'%', b's' | b'v' | b'@', ..] => Some((2, None)),
        [b'{', rest @ ..] => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let close = rest.get(digits) == Some(&b'}');
            (digits > 0 && digits < 3 && close).then(|| Some((digits + 2, Some(number(rest.get(..digits)?)?))))?
        }
        [b'%', rest @ ..] => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let close = rest.get(digits..).is_some_and(|rest| rest.starts_with(b"$s"));
            (digits > 0 && digits < 3 && close)
                .then(|| Some((digits + 3, Some(number(rest.get(..digits)?)?.checked_sub(1)?))))?
        }
        _ => None,
    }
}

fn is_printf(code: &Code<'_>, at: usize) -> bool {
    at.checked_sub(1).is_some_and(|name| code.text(name) == b"printf")
}

/// The arguments of the format at `at`, and the last token of the expression.
fn arguments(code: &Code<'_>, constants: &Constants<'_>, at: usize) -> Option<(Vec<Vec<Range<usize>>>, usize)> {
    if is_printf(code, at) {
        return words(code, constants, at);
    }
    let next = code.behind_lines(at + 1);
    let (mut first, mut closes) = match (code.kind(next)?, code.text(next)) {
        (Kind::Comma, _) | (Kind::Name, b"-f") | (Kind::Other, b"%") => (next + 1, false),
        (Kind::Method, b".format" | b".formatted" | b".format!") => (next + 1, true),
        _ => return None,
    };
    while code.kind(first) == Some(Kind::Line) || code.kind(first) == Some(Kind::Open) {
        closes |= code.kind(first) == Some(Kind::Open);
        first += 1;
    }
    let mut found = Vec::new();
    let mut end = first;
    while found.len() < MOST {
        let argument = sum(code, constants, end)?;
        found.push(argument.pieces());
        let comma = code.behind_lines(argument.tokens.end);
        if code.kind(comma) != Some(Kind::Comma) {
            let close = code.kind(comma) == Some(Kind::Close) && closes;
            return Some((found, if close { comma } else { argument.tokens.end - 1 }));
        }
        end = code.behind_lines(comma + 1);
    }
    None
}

/// The words behind the format of a shell's `printf`, in quotes or without.
fn words(code: &Code<'_>, constants: &Constants<'_>, at: usize) -> Option<(Vec<Vec<Range<usize>>>, usize)> {
    let mut found = Vec::new();
    let mut next = at + 1;
    while found.len() < MOST {
        if let Some(term) = constants.term(code, next) {
            found.push(term.value.pieces);
            next = term.end;
            continue;
        }
        let (Some(Kind::Name | Kind::Number), Some(token)) = (code.kind(next), code.tokens.get(next)) else { break };
        let rest = code.bytes.get(token.span.start..)?;
        let length = rest.iter().take_while(|byte| is_value_byte(**byte)).count();
        let place = token.span.start..token.span.start + length;
        if rest.starts_with(b"$") || length == 0 {
            return None;
        }
        while code.start(next) < place.end {
            next += 1;
        }
        found.push(vec![place]);
    }
    (!found.is_empty()).then(|| (found, next - 1))
}
