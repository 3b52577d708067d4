//! Constants of a text, and the terms of expressions that stand for them.

use std::collections::HashMap;
use std::ops::Range;

use super::code::Code;
use super::token::{Kind, last_part};
use crate::detect::candidate::is_value_byte;

/// The shortest constant: shorter ones are separators, of which too many stand in a file.
const PIECE: usize = 2;
/// The longest value without quotes.
const BARE: usize = 200;
/// So many tokens around a mark say what is given to what.
const NEAR: usize = 10;
/// So many members of a list are looked at.
const MEMBERS: usize = 64;

/// What a name is given.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// The literals.
    pub(super) pieces: Vec<Range<usize>>,
    /// They are members of a list rather than parts of one text.
    pub(super) list: bool,
    /// By `#define`: two such names beside one another are one literal.
    pub(super) macros: bool,
}

/// What the names of a text are given, each at its place.
pub(super) struct Constants<'t> {
    given: HashMap<&'t [u8], Vec<(usize, Value)>>,
}

/// A part of an expression.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// What it stands for.
    pub(super) value: Value,
    /// It is a name.
    pub(super) named: bool,
    /// The token behind it.
    pub(super) end: usize,
}

impl<'t> Constants<'t> {
    /// Reads the text once.
    pub(super) fn new(code: &Code<'t>) -> Self {
        let mut constants = Self { given: HashMap::new() };
        for at in 0..code.tokens.len() {
            match code.kind(at) {
                Some(Kind::Assign) => constants.assigned(code, at),
                Some(Kind::Name) => {
                    constants.beside(code, at);
                    constants.added(code, at);
                }
                _ => {}
            }
        }
        constants
    }

    fn give(&mut self, name: &'t [u8], at: usize, value: &Value) {
        let fits = value.list || value.pieces.iter().map(Range::len).sum::<usize>() >= PIECE;
        if fits && !name.is_empty() {
            self.given.entry(name).or_default().push((at, value.clone()));
        }
    }

    /// `parts.append("...")`, `$parts[] = "..."`: members that are added to a list.
    fn added(&mut self, code: &Code<'t>, at: usize) {
        const CALLS: &[&[u8]] = &[b"append", b"push", b"add", b"Add", b"Append"];
        let name = code.text(at);
        let part = last_part(name);
        let (owner, member) = if code.text(at + 1) == b"(" && CALLS.contains(&part) && part.len() < name.len() {
            (last_part(name.get(..name.len() - part.len()).unwrap_or_default().trim_end_marks()), at + 2)
        } else if code.text(at + 1) == b"[" && code.text(at + 2) == b"]" && name.starts_with(b"$") {
            (part, at + 4)
        } else {
            return;
        };
        let (pieces, end) = code.literals(member);
        if pieces.is_empty() || owner.is_empty() || matches!(code.kind(end), Some(Kind::Comma | Kind::Sum)) {
            return;
        }
        let given = self.given.entry(owner).or_default();
        match given.last_mut() {
            Some((_, value)) if value.list => {
                if value.pieces.len() < MEMBERS {
                    value.pieces.extend(pieces);
                }
            }
            _ => given.push((code.start(at), Value { pieces, list: true, macros: false })),
        }
    }

    /// `A, B = "...", "..."`: whether several names are given several values.
    fn several(&mut self, code: &Code<'t>, mark: usize) -> bool {
        let mut names = Vec::new();
        let mut back = mark;
        while let Some(name) = back.checked_sub(1).filter(|&name| code.kind(name) == Some(Kind::Name)) {
            names.push(name);
            match name.checked_sub(1) {
                Some(comma) if code.kind(comma) == Some(Kind::Comma) && names.len() < NEAR => back = comma,
                _ => break,
            }
        }
        names.reverse();
        let (place, mut at) = (code.start(mark), mark + 1);
        let mut values = Vec::new();
        while values.len() < names.len() && code.kind(at) == Some(Kind::Literal(true)) {
            let (pieces, end) = code.literals(at);
            values.push(Value { pieces, list: false, macros: false });
            at = if code.kind(end) == Some(Kind::Comma) { code.behind_lines(end + 1) } else { end };
        }
        let all = names.len() > 1 && names.len() == values.len();
        if all {
            names.iter().zip(&values).for_each(|(name, value)| self.give(last_part(code.text(*name)), place, value));
        }
        all
    }

    /// `name = "..."`, `String name = ...`, `name: String = ...`, `"name": "..."`.
    fn assigned(&mut self, code: &Code<'t>, mark: usize) {
        // `$parts[] = "..."`
        let list = mark.checked_sub(2).is_some_and(|open| code.text(open) == b"[" && code.text(open + 1) == b"]");
        if list && code.text(mark) == b"=" && list_of_php(code, mark) {
            return;
        }
        if self.several(code, mark) {
            return;
        }
        let Some(value) = code.given(mark) else { return };
        let place = code.start(mark);
        for back in (mark.saturating_sub(NEAR)..mark).rev() {
            match code.kind(back) {
                Some(Kind::Name) => self.give(last_part(code.text(back)), place, &value),
                Some(Kind::Literal(true)) if back + 1 == mark => return self.give(code.text(back), place, &value),
                // `A = B = "..."`, `name: Type = "..."`
                Some(Kind::Assign | Kind::Other | Kind::Number | Kind::Close | Kind::Open)
                    if code.text(back) != b";" =>
                {
                    if code.text(back) == b"{" || code.text(back) == b"(" {
                        return;
                    }
                }
                _ => return,
            }
        }
    }

    /// `#define NAME "..."`, `(def name "...")`, `[a "..." b "..."]`, `define('NAME', '...')`.
    fn beside(&mut self, code: &Code<'t>, at: usize) {
        let place = code.start(at);
        match (code.kind(at + 1), code.kind(at + 2), code.kind(at + 3)) {
            (Some(Kind::Literal(true)), ..) => {
                let macros = at.checked_sub(1).is_some_and(|before| code.text(before) == b"define");
                let value = Value { pieces: code.literals(at + 1).0, list: false, macros };
                self.give(last_part(code.text(at)), place, &value);
            }
            (Some(Kind::Open), Some(Kind::Literal(true)), Some(Kind::Comma))
                if matches!(code.text(at), b"define" | b"set" | b"const_set") =>
            {
                let (pieces, end) = code.literals(at + 4);
                if code.kind(end) == Some(Kind::Close) {
                    self.give(code.text(at + 2), place, &Value { pieces, list: false, macros: false });
                }
            }
            _ => {}
        }
    }

    /// What the name is given last before `at`, or first behind it.
    pub(super) fn value(&self, name: &[u8], at: usize) -> Option<&Value> {
        let given = self.given.get(last_part(name))?;
        let behind = given.partition_point(|(place, _)| *place < at);
        given.get(behind.saturating_sub(1)).map(|(_, value)| value)
    }

    /// Each name with what it is given, and where.
    pub(super) fn values(&self) -> impl Iterator<Item = (&'t [u8], usize, &Value)> {
        self.given.iter().flat_map(|(name, all)| all.iter().map(|(at, value)| (*name, *at, value)))
    }

    /// The term that begins with a token, if it stands for something known.
    pub(super) fn term(&self, code: &Code<'t>, at: usize) -> Option<Term> {
        let token = code.tokens.get(at)?;
        let place = token.span.start;
        match token.kind {
            Kind::Literal(true) => {
                let pieces = if token.span.is_empty() { Vec::new() } else { vec![token.span.clone()] };
                let value = Value { pieces, list: false, macros: false };
                Some(Term { value, named: false, end: code.behind_conversion(at + 1) })
            }
            // `"$A"`
            Kind::Literal(false) => {
                let value = self.value(hole(code.text(at))?, place)?.clone();
                Some(Term { value, named: true, end: at + 1 })
            }
            Kind::Name => {
                let text = code.text(at);
                let value = |value: &Value, end: usize| Some(Term { value: value.clone(), named: true, end });
                match (code.kind(at + 1), code.text(at + 1)) {
                    // `key.trim()`
                    (Some(Kind::Open), b"(") if code.kind(at + 2) == Some(Kind::Close) => {
                        let owner = text.len().checked_sub(last_part(text).len())?;
                        value(self.value(text.get(..owner)?.trim_end_marks(), place)?, at + 3)
                    }
                    (Some(Kind::Open), b"(" | b"{") | (Some(Kind::Grow), _) => None,
                    _ if at.checked_sub(1).is_some_and(|before| code.text(before) == b"define") => None,
                    (Some(Kind::Open), b"[") if code.kind(at + 3) == Some(Kind::Close) => {
                        let (kind, index) = (code.kind(at + 2)?, code.text(at + 2));
                        if kind != Kind::Number {
                            return value(self.value(index, place)?, at + 4);
                        }
                        let index: usize = std::str::from_utf8(index).ok()?.parse().ok()?;
                        let list = self.value(text, place).filter(|value| value.list)?;
                        let member =
                            Value { pieces: vec![list.pieces.get(index)?.clone()], list: false, macros: false };
                        value(&member, at + 4)
                    }
                    (Some(Kind::Assign), mark) if mark != b":" || code.kind(at + 2) != Some(Kind::Line) => None,
                    _ => value(self.value(text, place)?, at + 1),
                }
            }
            _ => None,
        }
    }
}

/// `$parts[]`, where what is given is added; in other languages the brackets are part of a type.
fn list_of_php(code: &Code<'_>, mark: usize) -> bool {
    mark.checked_sub(3).is_some_and(|name| code.text(name).starts_with(b"$"))
}

/// The name in a literal that is nothing but that name's value: `$A`, `${A}`, `#{a}`, `{a}`.
fn hole(content: &[u8]) -> Option<&[u8]> {
    let open = content.iter().take_while(|byte| b"$#{@".contains(byte)).count();
    let rest = content.get(open..)?;
    let name = rest.strip_suffix(b"}").unwrap_or(rest);
    let is_name = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (open > 0 && is_name).then_some(name)
}

trait Marks {
    fn trim_end_marks(&self) -> &Self;
}

impl Marks for [u8] {
    fn trim_end_marks(&self) -> &Self {
        let end = self.iter().rposition(|byte| !b".>-:?!".contains(byte)).map_or(0, |at| at + 1);
        self.get(..end).unwrap_or_default()
    }
}

impl Code<'_> {
    /// What stands behind an assignment: a literal, a sum or a list of them, or a value without quotes up to the line's end.
    fn given(&self, mark: usize) -> Option<Value> {
        const TEXTS: &[&[u8]] = &[b"from", b"new", b"String", b"string", b"str", b"pack", b"Some", b"T", b"r"];
        const LISTS: &[&[u8]] = &[
            b"array", b"Array", b"of", b"asList", b"list", b"List", b"listOf", b"vec", b"Seq", b"c", b"new", b"String",
            b"string", b"str", b"arrayOf", b"tuple",
        ];
        if let Some(bare) = self.bare(mark) {
            return Some(Value { pieces: vec![bare], list: false, macros: false });
        }
        let mut at = mark + 1;
        let (mut open, mut call) = (false, None);
        loop {
            match self.kind(at)? {
                Kind::Literal(true) => break,
                Kind::Open => open = true,
                Kind::Close if self.text(at) == b"]" => {}
                Kind::Line if at == mark + 1 || open => {}
                Kind::Name => call = Some(last_part(self.text(at))),
                _ => return None,
            }
            at += 1;
            if at > mark + NEAR {
                return None;
            }
        }
        let (mut pieces, mut end) = self.literals(at);
        let mut list = false;
        while open && pieces.len() < MEMBERS && self.kind(end) == Some(Kind::Comma) {
            let next = self.behind_lines(end + 1);
            if self.kind(next) != Some(Kind::Literal(true)) || self.kind(next + 1) == Some(Kind::Assign) {
                break;
            }
            let (more, behind) = self.literals(next);
            // A member that is put together itself is left.
            pieces.extend(more);
            (list, end) = (true, self.behind_lines(behind));
        }
        let known = call.is_none_or(|call| if list { LISTS } else { TEXTS }.contains(&call));
        (known && self.kind(end) != Some(Kind::Assign)).then_some(Value { pieces, list, macros: false })
    }

    /// The literals of a sum of nothing else, and the token behind them.
    pub(super) fn literals(&self, at: usize) -> (Vec<Range<usize>>, usize) {
        let mut pieces = Vec::new();
        let mut at = at;
        while let Some(token) = self.tokens.get(at).filter(|token| token.kind == Kind::Literal(true)) {
            pieces.extend((!token.span.is_empty()).then(|| token.span.clone()));
            at = self.behind_conversion(at + 1);
            let sum = self.behind_lines(at);
            let next = self.behind_lines(sum + 1);
            if pieces.len() < MEMBERS
                && self.kind(sum) == Some(Kind::Sum)
                && self.kind(next) == Some(Kind::Literal(true))
            {
                at = next;
            } else {
                break;
            }
        }
        (pieces, at)
    }

    /// A value without quotes between the mark and the line's end.
    fn bare(&self, mark: usize) -> Option<Range<usize>> {
        let token = self.tokens.get(mark)?;
        if self.bytes.get(token.span.clone())? == b"=>" {
            return None;
        }
        let rest = self.bytes.get(token.span.end..)?;
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let rest = rest.get(blanks..)?;
        let length = rest.iter().take(BARE + 1).take_while(|byte| is_value_byte(**byte)).count();
        let (value, behind) = (rest.get(..length)?, rest.get(length..)?);
        let line = behind.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')).is_none_or(|byte| *byte == b'\n');
        // `name: type`
        let typed = self.text(mark) == b":" && !value.iter().any(u8::is_ascii_digit);
        let start = token.span.end + blanks;
        ((PIECE..=BARE).contains(&length) && line && !typed).then(|| start..start + length)
    }
}
