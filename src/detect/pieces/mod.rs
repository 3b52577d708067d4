//! Keys that are put together from pieces, literals and constants: `"a" + B`, `"$A$B"`, `[a, b].join("")`, `A += "..."`.

mod code;
mod constant;
mod format;
mod growth;
mod join;
mod sum;
mod template;
mod token;

use std::collections::HashSet;
use std::ops::Range;

use super::candidate::{Candidate, is_path, is_value_byte};
use super::looks_like_key;
use crate::secret::MIN_KEY_LENGTH;
use code::Code;
use constant::Constants;
use format::formats;
use growth::grown;
use join::{Joined, joined, methods, prefixed};
use sum::{List, Sum, lists};
use template::templates;

/// A value, and the expression that puts it together.
pub(super) struct Assembly {
    /// The value and its pieces, the literals.
    pub(super) whole: Candidate,
    /// Where the expression stands, whose surroundings say what the value is.
    pub(super) expression: Range<usize>,
}

/// What a text puts together.
#[derive(Default)]
pub(super) struct Pieces {
    /// Literals beside one another.
    pub(super) literals: Vec<Candidate>,
    /// Expressions.
    pub(super) assemblies: Vec<Assembly>,
}

/// So many values of one text are looked at.
const MOST: usize = 4000;
/// The longest value that may be a key.
const LONGEST: usize = 4096;
/// The shortest literal of a list that is a key of its own.
const MEMBER: usize = 24;

/// Every value that the text puts together from its own literals.
pub(super) fn pieces(bytes: &[u8]) -> Pieces {
    let code = Code::new(bytes);
    let constants = Constants::new(&code);
    let mut found = Pieces::default();
    let formats = formats(&code, &constants);
    // What fills a format stands in the order that the format says.
    let ordered: HashSet<usize> =
        formats.iter().flat_map(|call| call.members.iter().flatten()).map(|it| it.start).collect();
    for list in lists(&code, &constants) {
        found.list(&code, &list, &ordered);
    }
    let calls = methods(&code, &constants).into_iter().chain(prefixed(&code, &constants)).chain(formats);
    for call in calls {
        found.joined(bytes, &call);
    }
    for (pieces, expression) in templates(bytes, &constants).into_iter().chain(grown(&code, &constants)) {
        found.expression(bytes, put_together(bytes, &[], &members(pieces)), expression);
    }
    found
}

/// Each piece as a member of its own.
fn members(pieces: Vec<Range<usize>>) -> Vec<Vec<Range<usize>>> {
    pieces.into_iter().map(|piece| vec![piece]).collect()
}

impl Pieces {
    fn list(&mut self, code: &Code<'_>, list: &List, ordered: &HashSet<usize>) {
        if let Some(call) = joined(code, list) {
            self.joined(code.bytes, &call);
        } else if !list.sums.iter().flat_map(Sum::pieces).any(|piece| ordered.contains(&piece.start)) {
            self.loose(code, list);
        }
        for sum in list.sums.iter().filter(|sum| sum.is_one(code)) {
            let whole = put_together(code.bytes, &[], &members(sum.pieces()));
            if sum.terms.iter().any(|term| term.named) {
                let expression = code.start(sum.tokens.start)..code.end(sum.tokens.end - 1);
                self.expression(code.bytes, whole, expression);
            } else if fits(&whole) && self.literals.len() < MOST {
                self.literals.push(whole);
            }
        }
    }

    /// Members of a list, of which only a name makes one value.
    fn loose(&mut self, code: &Code<'_>, list: &List) {
        let all: Vec<Range<usize>> = list.sums.iter().flat_map(Sum::pieces).collect();
        let is_key =
            |piece: &Range<usize>| piece.len() >= MEMBER || code.bytes.get(piece.clone()).is_some_and(looks_like_key);
        let single = list.sums.iter().all(|sum| sum.terms.len() == 1 && sum.terms.iter().all(|term| !term.value.list));
        if list.sums.len() < 2 || !single || all.iter().any(is_key) {
            return;
        }
        let whole = put_together(code.bytes, &[], &members(all));
        let named = |sum: &Sum| sum.terms.iter().any(|term| term.named);
        if list.sums.iter().all(|sum| sum.literal().is_some()) {
            if fits(&whole) && self.literals.len() < MOST {
                self.literals.push(Candidate { loose: true, ..whole });
            }
        } else if list.sums.iter().all(named) && is_in_brackets(code, list) {
            let expression = code.start(list.tokens.start - 1)..code.end(list.tokens.end);
            self.expression(code.bytes, whole, expression);
        }
    }

    fn joined(&mut self, bytes: &[u8], call: &Joined) {
        self.expression(bytes, put_together(bytes, &call.separator, &call.members), call.expression.clone());
    }

    fn expression(&mut self, bytes: &[u8], whole: Candidate, expression: Range<usize>) {
        // `/v1/company/${ID}` is where something is, and no key.
        let before = bytes.get(..whole.start()).unwrap_or_default();
        if whole.pieces.len() > 1 && fits(&whole) && !is_path(&whole.value, before) && self.assemblies.len() < MOST {
            self.assemblies.push(Assembly { whole, expression });
        }
    }
}

/// `[a, b]` as a whole.
fn is_in_brackets(code: &Code<'_>, list: &List) -> bool {
    let open = list.tokens.start.checked_sub(1).is_some_and(|open| code.text(open) == b"[");
    open && code.text(list.tokens.end) == b"]"
}

/// Whether a value is one that may be a key, by its length and its characters.
fn fits(whole: &Candidate) -> bool {
    (MIN_KEY_LENGTH..=LONGEST).contains(&whole.value.len()) && whole.value.iter().all(|&byte| is_value_byte(byte))
}

fn put_together(bytes: &[u8], separator: &[u8], members: &[Vec<Range<usize>>]) -> Candidate {
    let text = |pieces: &Vec<Range<usize>>| -> Vec<u8> {
        pieces.iter().filter_map(|piece| bytes.get(piece.clone())).flatten().copied().collect()
    };
    let value = members.iter().map(text).collect::<Vec<_>>().join(separator);
    Candidate::put_together(value, members.iter().flatten().cloned().collect())
}

#[cfg(test)]
mod tests;
