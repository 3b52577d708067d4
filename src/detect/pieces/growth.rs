//! Values to which more is added: `A = "..."` and `A += "..."`, `sb.append("...").append("...")`, `sb.append("..."); ...`.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::code::Code;
use super::constant::{Constants, Term};
use super::sum::{Sum, sum};
use super::token::{Kind, last_part};
use crate::detect::looks_like_key;

/// Pieces, and where the value that grows begins.
pub(super) type Grown = (Vec<Range<usize>>, Range<usize>);

/// So many links of a chain are looked at, and so many uses of what has grown.
const LINKS: usize = 64;
const USES: usize = 3;

/// Whether a call of this name adds what it is given to the text that it belongs to.
fn is_append(name: &[u8]) -> bool {
    const CALLS: &[&str] =
        &["append", "push_str", "writestring", "write_string", "appendstring", "append_str", "concat", "appendliteral"];
    let name = name.strip_prefix(b".").unwrap_or(name);
    CALLS.iter().any(|call| name.eq_ignore_ascii_case(call.as_bytes()))
}

/// Whether a name says that what it makes is put together from pieces.
fn is_builder(name: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    [&b"builder"[..], b"buffer", b"stringio", b"stringstream", b"string::"]
        .iter()
        .any(|word| memchr::memmem::find(&lower, word).is_some())
}

/// A step by which a name's value grows.
struct Step<'t> {
    name: &'t [u8],
    at: usize,
    pieces: Vec<Range<usize>>,
    /// The value begins anew.
    first: bool,
    /// By a call, which may belong to a list as well.
    called: bool,
}

/// Every value that grows, each up to where its name is given something else.
pub(super) fn grown(code: &Code<'_>, constants: &Constants<'_>) -> Vec<Grown> {
    let mut found = Vec::new();
    let mut builders: HashSet<&[u8]> = HashSet::new();
    let mut steps: Vec<Step<'_>> = Vec::new();
    let mut behind = 0;
    for at in 0..code.tokens.len() {
        match code.kind(at) {
            Some(Kind::Name) if is_builder(code.text(at)) => builders.extend(names_beside(code, at)),
            Some(Kind::Grow) => steps.extend(more(code, constants, at)),
            _ => {}
        }
        if at >= behind && code.text(at + 1) == b"(" {
            let Some((chain, end)) = chain(code, constants, at) else { continue };
            behind = end;
            match chain {
                Chain::Whole(grown) => found.push(grown),
                Chain::Step(step) => steps.push(step),
            }
        }
    }
    if steps.is_empty() {
        return found;
    }
    let growing: HashSet<&[u8]> = steps.iter().map(|step| step.name).collect();
    let given = constants.values().filter(|(name, _, value)| growing.contains(name) && !value.list);
    let mut all: Vec<Step<'_>> = given
        .map(|(name, at, value)| Step { name, at, pieces: value.pieces.clone(), first: true, called: false })
        .collect();
    all.extend(steps);
    all.sort_by_key(|step| step.at);
    let mut values: Vec<Growing<'_>> = Vec::new();
    let mut current: HashMap<&[u8], usize> = HashMap::new();
    for step in all {
        let is_builder = builders.contains(step.name);
        match current.get(step.name).and_then(|&at| values.get_mut(at)).filter(|_| !step.first) {
            Some(value) => {
                value.pieces.extend(step.pieces);
                value.certain &= !step.called || is_builder;
                value.end = step.at;
            }
            None if step.first || step.called => {
                let Some(place) = step.pieces.first().cloned() else { continue };
                current.insert(step.name, values.len());
                let (name, pieces, certain, end) = (step.name, step.pieces, step.first || is_builder, step.at);
                values.push(Growing { name, pieces, place, certain, end });
            }
            None => {}
        }
    }
    let whole = |piece: &Range<usize>| code.bytes.get(piece.clone()).is_some_and(looks_like_key);
    values.retain(|value| value.pieces.len() > 1 && (value.certain || !value.pieces.iter().any(whole)));
    let uses = uses(code, &values);
    for value in values {
        let all = uses.get(value.name).map(Vec::as_slice).unwrap_or_default();
        let behind = all.partition_point(|place| place.start <= value.end);
        found.extend(all.iter().skip(behind).take(USES).map(|place| (value.pieces.clone(), place.clone())));
        found.push((value.pieces, value.place));
    }
    found
}

/// A value that grows step by step.
struct Growing<'t> {
    name: &'t [u8],
    pieces: Vec<Range<usize>>,
    /// Its first literal.
    place: Range<usize>,
    /// Whether the steps make one text whatever they are.
    certain: bool,
    /// Where the last step begins.
    end: usize,
}

/// Where names that grow stand by themselves, or with what makes a text of them: `sb.toString()`.
fn uses<'t>(code: &Code<'t>, values: &[Growing<'_>]) -> HashMap<&'t [u8], Vec<Range<usize>>> {
    let growing: HashSet<&[u8]> = values.iter().map(|value| value.name).collect();
    let mut places: HashMap<&[u8], Vec<Range<usize>>> = HashMap::new();
    if growing.is_empty() {
        return places;
    }
    for at in 0..code.tokens.len() {
        if code.kind(at) != Some(Kind::Name) || matches!(code.kind(at + 1), Some(Kind::Grow | Kind::Assign)) {
            continue;
        }
        let (name, called) = (code.text(at), code.text(at + 1) == b"(");
        let part = last_part(name);
        let owner = name.get(..name.len() - part.len()).unwrap_or_default();
        let owner = owner.get(..owner.iter().rposition(|byte| !b".->:".contains(byte)).map_or(0, |end| end + 1));
        let used =
            if called { owner.map(last_part).filter(|_| code.kind(at + 2) == Some(Kind::Close)) } else { Some(part) };
        if let Some(used) = used.filter(|used| growing.contains(used)) {
            let end = if called { at + 2 } else { at };
            places.entry(used).or_default().push(code.start(at)..code.end(end));
        }
    }
    places
}

/// The names on the line of a builder's name, one of which is what holds it.
fn names_beside<'t>(code: &Code<'t>, at: usize) -> impl Iterator<Item = &'t [u8]> {
    const NEAR: usize = 8;
    let before = (at.saturating_sub(NEAR)..at).rev().take_while(|&back| code.kind(back) != Some(Kind::Line));
    let after = (at + 1..at + NEAR).take_while(|&next| code.kind(next) != Some(Kind::Line));
    let names: Vec<&[u8]> = before
        .chain(after)
        .filter(|&name| code.kind(name) == Some(Kind::Name))
        .map(|name| last_part(code.text(name)))
        .collect();
    names.into_iter()
}

/// `name += "..."`
fn more<'t>(code: &Code<'t>, constants: &Constants<'_>, mark: usize) -> Option<Step<'t>> {
    let name = mark.checked_sub(1).filter(|&name| code.kind(name) == Some(Kind::Name))?;
    let added = sum(code, constants, mark + 1).filter(|sum| sum.terms.iter().all(|term| !term.value.list))?;
    Some(Step {
        name: last_part(code.text(name)),
        at: code.start(mark),
        pieces: added.pieces(),
        first: false,
        called: false,
    })
}

enum Chain<'t> {
    Whole(Grown),
    Step(Step<'t>),
}

/// Calls that belong to one another, from the one whose name stands at `at`: what they put together, and the token behind them.
fn chain<'t>(code: &Code<'t>, constants: &Constants<'_>, at: usize) -> Option<(Chain<'t>, usize)> {
    let name = code.text(at);
    let part = last_part(name);
    let argument = |open: usize| -> Option<(Vec<Range<usize>>, usize)> {
        let close = code.closer(open)?;
        let argument: Sum = sum(code, constants, open + 1)?;
        (code.behind_lines(argument.tokens.end) == close).then(|| (argument.pieces(), close + 1))
    };
    let (mut pieces, mut end);
    let (mut receiver, mut start) = (None, at);
    match code.kind(at)? {
        // `sb.append("...")`, `PART.concat("...")`
        Kind::Name if is_append(part) && part.len() < name.len() => {
            let owner = name.get(..name.len() - part.len())?;
            let owner = owner.get(..=owner.iter().rposition(|byte| !b".->:".contains(byte))?)?;
            (pieces, end) = argument(at + 1)?;
            let held = constants.value(owner, code.start(at)).filter(|value| !value.list);
            match held.filter(|_| part.eq_ignore_ascii_case(b"concat")) {
                Some(held) => pieces.splice(0..0, held.pieces.iter().cloned()).for_each(drop),
                None => receiver = Some(last_part(owner)),
            }
        }
        // `StringBuilder("...").append("...")`
        Kind::Name if is_builder(name) => {
            end = code.closer(at + 1)? + 1;
            pieces = argument(at + 1).map(|(pieces, _)| pieces).unwrap_or_default();
            start -= usize::from(at.checked_sub(1).is_some_and(|new| code.text(new) == b"new"));
        }
        // `"...".concat("...")`
        Kind::Method if is_append(name) => {
            let before = at.checked_sub(1)?;
            let Term { value, .. } = constants.term(code, before).filter(|term| !term.named)?;
            (pieces, end) = (value.pieces, at);
            start = before;
        }
        _ => return None,
    }
    for _ in 0..LINKS {
        let next = code.behind_lines(end);
        if code.kind(next) != Some(Kind::Method) || code.text(next + 1) != b"(" || !is_append(code.text(next)) {
            break;
        }
        let Some((more, behind)) = argument(next + 1) else { break };
        pieces.extend(more);
        end = behind;
    }
    let place = code.start(start)..code.end(end - 1);
    let chain = match receiver {
        Some(name) => Chain::Step(Step { name, at: place.start, pieces, first: false, called: true }),
        None => Chain::Whole((pieces, place)),
    };
    Some((chain, end.max(at + 1)))
}
