//! Text into which constants are put: `"$A$B"`, `${a}-${b}`, `f"abc{b}"`, `#{a}#{b}`, `$(A)$(B)`.

use std::ops::Range;

use super::constant::Constants;
use super::token::{is_word, last_part};
use crate::detect::candidate::is_value_byte;

/// Pieces, and the text in which they are put together.
pub(super) type Filled = (Vec<Range<usize>>, Range<usize>);

/// So long may a name in a text be, and a part between two.
const LONG: usize = 200;
/// So many parts are looked at.
const MOST: usize = 64;
/// The shortest part beside a single name.
const PIECE: usize = 4;

/// Every place of the text where constants are put together with one another, or with what stands beside them.
pub(super) fn templates(bytes: &[u8], constants: &Constants<'_>) -> Vec<Filled> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| b"$#{%\\".contains(byte))) {
        let start = at + open;
        let Some((mut pieces, mut end)) = hole(bytes, start).and_then(|hole| value(bytes, constants, hole)) else {
            at = start + 1;
            continue;
        };
        let mut parts = 1;
        while parts < MOST {
            let rest = bytes.get(end..).unwrap_or_default();
            // `"$A""$B"`: the quotes of a shell part nothing.
            let quotes = if rest.starts_with(b"\"\"") || rest.starts_with(b"''") { 2 } else { 0 };
            let text = if quotes > 0 { 0 } else { text(rest) };
            let next = hole(bytes, end + quotes + text).and_then(|hole| value(bytes, constants, hole));
            let Some((more, behind)) = next else { break };
            // `$a.$b` appends, where it is not the content of a literal.
            if bytes.get(end..end + text) == Some(b".") && !is_quoted(bytes, start) {
                break;
            }
            pieces.extend((text > 0).then(|| end..end + text));
            pieces.extend(more);
            (end, parts) = (behind, parts + 1);
        }
        let (from, to) = (before(bytes, start), behind(bytes, end));
        if is_access(bytes, from, start) {
            at = start + 1;
            continue;
        }
        let beside = start - from + to - end;
        if parts > 1 || beside >= PIECE {
            if from < start {
                pieces.insert(0, from..start);
            }
            pieces.extend((to > end).then_some(end..to));
            found.push((pieces, from..to));
        }
        at = to;
    }
    found
}

/// Whether a literal in double quotes is open where `at` is, on its line.
fn is_quoted(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(at.saturating_sub(LONG)..at).unwrap_or_default();
    let line = memchr::memrchr(b'\n', before).and_then(|end| before.get(end..)).unwrap_or(before);
    memchr::memchr2_iter(b'"', b'`', line).count() % 2 == 1
}

/// Whether `$name` at `at` is a part of what stands before it, as R has it: `params$id`.
fn is_access(bytes: &[u8], from: usize, at: usize) -> bool {
    let owner = at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(|byte| is_word(*byte));
    let name = matches!(bytes.get(at..), Some([b'$', next, ..]) if is_word(*next));
    let assigned = from.checked_sub(1).is_some_and(|mark| bytes.get(mark) == Some(&b'='));
    owner && name && !assigned && !is_quoted(bytes, at)
}

/// How much of a text is of what keys are made, without a name in it.
fn text(rest: &[u8]) -> usize {
    rest.iter().take(LONG).take_while(|byte| is_value_byte(**byte)).count()
}

/// The text before a name that belongs to it: all since a blank, a quote or an equals sign.
fn before(bytes: &[u8], start: usize) -> usize {
    let before = bytes.get(start.saturating_sub(LONG)..start).unwrap_or_default();
    let own = before.iter().rev().take_while(|byte| is_value_byte(**byte) && **byte != b'=').count();
    let mark = before.len().checked_sub(own + 1).and_then(|at| before.get(at));
    let parts = mark.is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'`=:".contains(byte));
    if parts { start - own } else { start }
}

/// The text behind a name that belongs to it: all up to a blank or a quote.
fn behind(bytes: &[u8], end: usize) -> usize {
    let rest = bytes.get(end..).unwrap_or_default();
    let own = text(rest);
    let parts = rest.get(own).is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'`<,;)".contains(byte));
    if parts { end + own } else { end }
}

/// What stands for a name's value, and where the name ends.
fn value(bytes: &[u8], constants: &Constants<'_>, hole: (Range<usize>, usize)) -> Option<(Vec<Range<usize>>, usize)> {
    let (name, end) = hole;
    let value = constants.value(bytes.get(name.clone())?, name.start)?;
    (!value.list).then(|| (value.pieces.clone(), end))
}

/// The name that stands for its value at `at`, and where the mark around it ends.
fn hole(bytes: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let rest = bytes.get(at..bytes.len().min(at + LONG))?;
    let (open, close): (usize, &[u8]) = match rest {
        [b'$', b'{', b'{', ..] => (3, b"}}"),
        [b'{', b'{', ..] => (2, b"}}"),
        [b'$' | b'#', b'{', ..] => (2, b"}"),
        [b'$' | b'\\', b'(', ..] => (2, b")"),
        [b'{', ..] => (1, b"}"),
        [b'%', ..] => (1, b"%"),
        [b'$', next, ..] if is_word(*next) && !next.is_ascii_digit() => {
            let name = rest.iter().skip(1).take_while(|byte| is_word(**byte)).count();
            return Some((at + 1..at + 1 + name, at + 1 + name));
        }
        _ => return None,
    };
    let inner = rest.get(open..)?;
    let lead = inner.iter().take_while(|byte| **byte == b' ').count();
    let chain = |byte: &u8| is_word(*byte) || b".@$>-:#".contains(byte);
    let name = inner.get(lead..)?;
    let name = name.get(..name.iter().take_while(|byte| chain(byte)).count())?;
    let trail = inner.get(lead + name.len()..)?;
    let blanks = trail.iter().take_while(|byte| **byte == b' ').count();
    let closed = trail.get(blanks..)?.starts_with(close) && (close.len() == 2 || lead + blanks == 0);
    let part = last_part(name).len();
    let end = at + open + lead + name.len();
    (closed && part > 0).then(|| (end - part..end, end + blanks + close.len()))
}
