//! Code as the parts of which expressions are made: literals, names, and the marks between them. No language's grammar: what
//! most of them have in common.

use std::ops::Range;

use crate::detect::candidate::is_value_byte;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A quoted literal; `true` where it consists of what keys are made of.
    Literal(bool),
    /// A name with its owners: `this.key`, `$key`, `Parts::KEY`, `-join`.
    Name,
    /// A name behind a dot that follows something else than a name: `.append`.
    Method,
    /// Digits.
    Number,
    /// An operator that appends.
    Sum,
    /// An operator that appends in some languages and chooses, or puts into a list, in others: `||`, `<<`.
    Choice,
    /// `,`
    Comma,
    /// `(`, `[`, `{`
    Open,
    /// `)`, `]`, `}`
    Close,
    /// The end of a line.
    Line,
    /// `=`, `:=`, `:`, `=>`, `<-`
    Assign,
    /// `+=` and its like.
    Grow,
    /// Any other mark.
    Other,
}

/// A part of the text.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Its text; of a literal, the content.
    pub(super) span: Range<usize>,
    /// The same, with quotes and what stands before them.
    pub(super) outer: Range<usize>,
}

/// Letters that say of what kind the literal behind them is.
const PREFIXES: &[&[u8]] =
    &[b"f", b"F", b"r", b"R", b"b", b"B", b"u", b"U", b"L", b"N", b"E", b"rb", b"br", b"fr", b"rf", b"u8", b"x"];
/// So long may a literal be that is a key, and so long any other.
const LONGEST: usize = 4096;
const LONG: usize = 400;

/// The tokens of a text, in order.
pub(super) fn tokens(bytes: &[u8]) -> Vec<Token> {
    let mut lexer = Lexer { bytes, at: 0, outer: None, tokens: Vec::new() };
    while let Some(&byte) = bytes.get(lexer.at) {
        lexer.step(byte);
    }
    lexer.tokens
}

struct Lexer<'t> {
    bytes: &'t [u8],
    at: usize,
    /// Where a literal ends that holds others.
    outer: Option<usize>,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn last(&self) -> Option<Kind> {
        self.tokens.last().map(|token| token.kind)
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let span = self.at..self.at + length;
        self.tokens.push(Token { kind, outer: span.clone(), span });
        self.at += length;
    }

    fn step(&mut self, byte: u8) {
        let before = self.at.checked_sub(1).and_then(|at| self.bytes.get(at)).copied();
        let parted = before.is_none_or(|byte| byte.is_ascii_whitespace() || b"([{,".contains(&byte));
        match (byte, self.rest()) {
            (b'\n', _) => self.line(1),
            (b' ' | b'\t' | b'\r', _) | (b'!', [_, b'(', ..]) | (b'@', [_, b'(' | b'{', ..]) => {
                self.at += 1;
            }
            (b'\\', [_, b'\n', ..]) => self.line(2),
            (b'\\', [_, b'\r', b'\n', ..]) => self.line(3),
            (b'"' | b'\'' | b'`', _) => self.literal(0),
            (b'$' | b'@', [_, b'"' | b'\'', ..]) => self.literal(1),
            (b'$' | b'@', [_, b'@' | b'$', b'"', ..]) => self.literal(2),
            (b'-', [_, next, ..]) if next.is_ascii_alphabetic() && parted || byte == b'-' && self.is_behind_close() => {
                let word = self.rest().iter().skip(1).take_while(|byte| byte.is_ascii_alphabetic()).count();
                self.push(if word > 0 { Kind::Name } else { Kind::Other }, 1 + word);
            }
            (b'0'..=b'9', rest) => {
                let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                self.push(Kind::Number, length);
            }
            (b'/', [_, b'/', ..]) | (b'#', [_, b' ', ..]) | (b'-', [_, b'-', b' ', ..]) if self.is_open() => {
                self.at += memchr::memchr(b'\n', self.rest()).unwrap_or(self.rest().len());
            }
            (b'%', [_, b'w', open @ (b'[' | b'(' | b'{'), ..]) => self.words(2, *open),
            _ if is_head(self.rest()) => self.name(),
            (b'.', _) => self.dot(),
            _ => self.mark(parted),
        }
    }

    /// Whether the expression goes on, so that a comment behind it is none of it.
    fn is_open(&self) -> bool {
        matches!(self.last(), Some(Kind::Literal(_) | Kind::Comma | Kind::Sum | Kind::Choice))
    }

    fn is_behind_close(&self) -> bool {
        matches!(self.last(), Some(Kind::Close))
            && matches!(self.rest(), [b'-', next, ..] if next.is_ascii_alphabetic())
    }

    /// The end of a line, and the marks of a comment with which the next one begins.
    fn line(&mut self, length: usize) {
        if self.last() == Some(Kind::Line) {
            self.at += length;
        } else {
            self.push(Kind::Line, length);
        }
        let blanks = self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let marks = match self.rest().get(blanks..).unwrap_or_default() {
            [b'/', b'/', ..] | [b'-', b'-', b' ', ..] => 2,
            [b'#' | b'*' | b'\'', b' ', ..] => 1,
            _ => return,
        };
        self.at += blanks + marks;
    }

    /// A literal behind `prefix` bytes that say of what kind it is.
    fn literal(&mut self, prefix: usize) {
        let open = self.at + prefix;
        let rest = self.bytes.get(open..).unwrap_or_default();
        let (Some(&quote), text) = (rest.first(), rest.get(1..).unwrap_or_default()) else { return };
        if rest.starts_with(&[quote; 3]) {
            return self.push(Kind::Other, prefix + 3);
        }
        let plain = text.iter().take(LONGEST).take_while(|byte| is_value_byte(**byte)).count();
        let length = if text.get(plain) == Some(&quote) { Some(plain) } else { closed(text, quote) };
        // `don't`
        let apostrophe = quote == b'\''
            && prefix == 0
            && open.checked_sub(1).and_then(|at| self.bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric)
            && text.get(plain) != Some(&quote);
        let Some(length) = length.filter(|_| !apostrophe && self.outer != Some(open)) else {
            return self.push(Kind::Other, prefix + 1);
        };
        // `"$(printf '%s' '...')"`, `onclick="use('...' + '...')"`: code that is text itself.
        let holds = |byte: &u8| b"\"'`".contains(byte) && *byte != quote;
        if length != plain && text.iter().take(length).any(holds) {
            self.outer = Some(open + 1 + length);
            return self.push(Kind::Other, prefix + 1);
        }
        let (span, outer) = (open + 1..open + 1 + length, self.at..open + length + 2);
        self.at = outer.end;
        self.tokens.push(Token { kind: Kind::Literal(length == plain), span, outer });
    }

    /// A list of bare words: `qw(a b)`, `%w[a b]`.
    fn words(&mut self, prefix: usize, open: u8) {
        let close = match open {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            _ => open,
        };
        self.at += prefix;
        let Some(end) = memchr::memchr(close, self.rest().get(1..self.rest().len().min(LONGEST)).unwrap_or_default())
        else {
            return self.push(Kind::Other, 1);
        };
        let end = self.at + 1 + end;
        self.push(Kind::Open, 1);
        let mut first = true;
        while self.at < end {
            let word = self.rest().iter().take_while(|byte| is_value_byte(**byte) && **byte != close).count();
            if word == 0 {
                self.at += 1;
                continue;
            }
            if !first {
                let at = self.at;
                self.tokens.push(Token { kind: Kind::Comma, span: at..at, outer: at..at });
            }
            first = false;
            self.push(Kind::Literal(true), word);
        }
        self.at = end;
        self.push(Kind::Close, 1);
    }

    /// A name with its owners, or the letters before a literal.
    fn name(&mut self) {
        let length = chain(self.rest());
        let name = self.rest().get(..length).unwrap_or_default();
        let next = self.rest().get(length).copied();
        if matches!(next, Some(b'"' | b'\'')) && PREFIXES.contains(&name) {
            return self.literal(length);
        }
        if let (b"qw", Some(open @ (b'(' | b'[' | b'{' | b'/'))) = (name, next) {
            return self.words(2, open);
        }
        // `"..." & _`: the line goes on.
        if name == b"_" && matches!(next, Some(b'\r' | b'\n')) {
            self.at += 1;
            return;
        }
        self.push(Kind::Name, length.max(1));
    }

    fn dot(&mut self) {
        match self.rest() {
            [b'.', b'.', b'.', ..] => self.push(Kind::Other, 3),
            [b'.', b'.', b'=', ..] => self.push(Kind::Grow, 3),
            [b'.', b'.', ..] => self.push(Kind::Sum, 2),
            [b'.', b'=', ..] => self.push(Kind::Grow, 2),
            [b'.', rest @ ..] if is_head(rest) && !rest.starts_with(b"$") => {
                let word = rest.iter().take_while(|byte| is_word(**byte)).count();
                self.push(Kind::Method, 1 + word);
            }
            _ => self.push(Kind::Sum, 1),
        }
    }

    fn mark(&mut self, parted: bool) {
        let (kind, length) = match self.rest() {
            [b'+' | b'&' | b'~' | b'^', b'=', ..] => (Kind::Grow, 2),
            [b'&', b'&', ..] => (Kind::Other, 2),
            // `&KEY`: the address of what follows.
            [b'&', next, ..] if parted && (is_word(*next) || b"[\"'".contains(next)) => return self.at += 1,
            [b'+', b'+', ..] | [b'<', b'>', ..] => (Kind::Sum, 2),
            [b'+' | b'&' | b'~' | b'^', ..] => (Kind::Sum, 1),
            [b'<', b'<', b'<' | b'=', ..] => (Kind::Other, 3),
            [b'|', b'|', ..] | [b'?', b'?', ..] | [b'<', b'<', ..] => (Kind::Choice, 2),
            [b'<', b'-', ..] | [b'?' | b':', b'=', ..] | [b'=', b'>', ..] => (Kind::Assign, 2),
            [b'=', b'=' | b'~', ..] | [b'!' | b'<' | b'>', b'=', ..] | [b':', b':', ..] | [b'-' | b'|', b'>', ..] => {
                (Kind::Other, 2)
            }
            [b'=' | b':', ..] => (Kind::Assign, 1),
            [b',', ..] => (Kind::Comma, 1),
            [b'(' | b'[' | b'{', ..] => (Kind::Open, 1),
            [b')' | b']' | b'}', ..] => (Kind::Close, 1),
            _ => (Kind::Other, 1),
        };
        self.push(kind, length);
    }
}

/// Where a literal of anything ends, on its own line.
fn closed(text: &[u8], quote: u8) -> Option<usize> {
    let mut escaped = false;
    let end = text.iter().take(LONG).position(|&byte| {
        let ends = !escaped && byte == quote || byte == b'\n';
        escaped = !escaped && byte == b'\\';
        ends
    })?;
    (text.get(end) == Some(&quote)).then_some(end)
}

/// Whether a byte is part of a name.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether a name begins here, with or without the mark of a variable.
fn is_head(rest: &[u8]) -> bool {
    let letter = |byte: &u8| is_word(*byte) && !byte.is_ascii_digit();
    match rest {
        [b'$' | b'@', b'{' | b'@', next, ..] | [b'$' | b'@', next, ..] | [next, ..] => letter(next),
        [] => false,
    }
}

/// How long the name with its owners is: `$this->a`, `Foo::BAR`, `self.#key`, `${key}`, `my-key`.
fn chain(rest: &[u8]) -> usize {
    let mut at = rest.iter().take_while(|byte| b"$@".contains(byte)).count();
    if rest.get(at) == Some(&b'{') {
        let word = rest.iter().skip(at + 1).take_while(|byte| is_word(**byte)).count();
        return at + 1 + word + usize::from(rest.get(at + 1 + word) == Some(&b'}'));
    }
    loop {
        at += rest.iter().skip(at).take_while(|byte| is_word(**byte)).count();
        let after = rest.get(at..).unwrap_or_default();
        let joint = match after {
            [b'-', b'>', next, ..]
            | [b':', b':', next, ..]
            | [b'?' | b'!', b'.', next, ..]
            | [b'.', b'#' | b'@', next, ..]
                if is_word(*next) || *next == b'$' =>
            {
                2 + usize::from(*next == b'$')
            }
            [b'.' | b'-', next, ..] if is_word(*next) => 1,
            [b':', next, ..] if rest.starts_with(b"$") && is_word(*next) => 1,
            _ => return at,
        };
        at += joint;
    }
}

/// The last part of a name, without its owners and marks.
pub(super) fn last_part(name: &[u8]) -> &[u8] {
    let name = name.strip_suffix(b"}").unwrap_or(name);
    name.rsplit(|byte| b".>:${@#".contains(byte)).next().unwrap_or(name)
}
