//! The walk from a value to the left: out of brackets, over siblings of a call, over the ends of open lines.

use super::step::{is_value, step};
use super::{Binding, NAMES, PROSE, REACH, Token, backwards, is_name, line_before};
use crate::detect::context::Context;
use crate::detect::judge::is_key_byte;

/// Where the walk to the left stands.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that was passed on the way")]
pub(super) struct Walk {
    pub(super) depth: u32,
    pub(super) bound: bool,
    pub(super) sibling: bool,
    pub(super) commas: u32,
    pub(super) called: bool,
    pub(super) list: bool,
    /// So many members of the list stand before it.
    pub(super) members: u32,
    pub(super) opened: bool,
    pub(super) body: bool,
    /// The name that comes next is what a `switch` asks.
    pub(super) subject: bool,
    /// It is not the first in its list or object.
    pub(super) later: bool,
    pub(super) climbed: bool,
    /// What is passed is the first choice, of which the value is the second: `read() || <value>`.
    pub(super) fallback: bool,
    pub(super) lines: usize,
    pub(super) generic: u32,
    pub(super) quoted: bool,
    pub(super) phrase: Vec<u8>,
    /// Where the phrase ends.
    pub(super) phrase_end: usize,
    pub(super) before: usize,
    pub(super) first: bool,
    pub(super) names: usize,
    pub(super) others: usize,
    pub(super) literal: usize,
}

impl Walk {
    /// Goes out of a bracket.
    fn leave(&mut self, mark: u8) {
        self.called = mark == b'(';
        self.opened = mark == b'{';
        self.climbed |= mark == b'[';
        self.later |= self.commas > 0;
        self.list |= mark == b'[' && self.commas > 0;
        if mark == b'[' {
            self.members = self.commas;
        }
        (self.bound, self.sibling, self.commas) = (false, false, 0);
    }
}

/// Walks from the value to the left, out of brackets, over siblings of a call, to the names that say what it is.
pub(super) fn leftwards(bytes: &[u8], context: &Context, start: usize, binding: &mut Binding<'_>) {
    let line_start = context.start(context.line(start)).max(start.saturating_sub(REACH));
    let own = bytes.get(line_start..start).unwrap_or_default();
    let literal = own.iter().rposition(|byte| b"\"'`".contains(byte)).map_or(start, |at| line_start + at);
    let mut walk = Walk { quoted: literal + 1 == start, first: true, literal, ..Walk::default() };
    let mut lead = own.trim_ascii().first().copied().unwrap_or(b' ');
    let mut lines = 0;
    let mut tokens = backwards(bytes, literal_start(bytes, start));
    while let Some(token) = tokens.next() {
        match token {
            Token::Line(at) => {
                lines += 1;
                walk.lines = lines;
                if binding.slot {
                    return;
                }
                let above = line_before(bytes, at);
                if lines > 24 || !goes_on(above.trim_ascii(), lead, &walk) {
                    return;
                }
                lead = above.trim_ascii().first().copied().unwrap_or(b' ');
            }
            Token::Mark(mark, at) => match mark {
                b')' if walk.names == 0 && bytes.get(line_start..start).is_some_and(is_numbering) => {}
                b'>' if walk.generic == 0
                    && walk.depth == 0
                    && walk.names > 0
                    && walk.opened
                    && !is_arrow(bytes, at) =>
                {
                    walk.generic = 1;
                    walk.depth += 1;
                }
                b'<' if walk.generic > 0 => {
                    walk.generic = 0;
                    walk.depth = walk.depth.saturating_sub(1);
                }
                // `key <- paste0(...)`
                b'<' if walk.depth == 0 && bytes.get(at + 1) == Some(&b'-') => {
                    walk.bound = true;
                    binding.bound |= walk.names == 0;
                }
                b')' | b'}' => walk.depth += 1,
                b'(' | b'{' if walk.depth > 0 => walk.depth -= 1,
                b'[' if walk.depth > 0 => {}
                b':' if walk.names == 0 && alternative(bytes, at).is_some() => {
                    // `condition ? 'one' : <value>`: the other value says nothing of this one.
                    let condition = alternative(bytes, at).unwrap_or(at);
                    walk.fallback = true;
                    tokens = backwards(bytes, condition);
                    lead = b'?';
                }
                b'|' | b'?' if walk.names == 0 && !walk.bound && is_choice(bytes, at) => walk.fallback = true,
                // What a command is given is not what it answers.
                b'(' if is_answered(bytes, at) => {
                    binding.foreign |= binding.neutral.is_none();
                    return;
                }
                b'(' | b'{' | b'[' => {
                    binding.argument |= mark == b'(' && !walk.bound;
                    walk.body |= mark == b'{' && lines > 0 && opens_body(bytes, start);
                    walk.leave(mark);
                    // In running text a bracket stands apart from the word before it.
                    walk.called &=
                        at.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|byte| !byte.is_ascii_whitespace());
                }
                _ if walk.depth > 0 => {}
                // `s:7:"api_key";s:40:"<value>"`, as PHP serializes.
                b';' if walk.depth == 0 && is_serialized(bytes, at) => {
                    (walk.bound, walk.first, walk.names, binding.slot) = (true, true, 0, false);
                }
                b';' if !walk.first || lines == 0 => return,
                b',' => {
                    walk.commas += 1;
                    walk.sibling |= walk.bound || walk.commas > 3;
                }
                b'=' | b'>' if is_comparison(bytes, at) => {}
                b'=' | b':' | b'>' | b'|' | b'?' => {
                    walk.bound |= b"=:>".contains(&mark);
                    binding.bound |= walk.bound && walk.names == 0;
                    walk.fallback &= !walk.bound;
                }
                _ => {}
            },
            Token::Name(from, to) => {
                let name = bytes.get(from..to).unwrap_or_default();
                if walk.sibling || name.iter().all(u8::is_ascii_digit) {
                    continue;
                }
                walk.names += 1;
                // Nothing binds the value to a word that far away in running text.
                if !walk.bound && walk.others > PROSE {
                    return;
                }
                // Words that follow one another are one label: `Konver API key`.
                let plain = !name.contains(&b'_');
                let joins = plain && to + 1 == walk.before && bytes.get(to) == Some(&b' ') && walk.phrase.len() < 40;
                walk.phrase_end = if joins { walk.phrase_end } else { to };
                walk.phrase = if joins { [name, b"_", walk.phrase.as_slice()].concat() } else { name.to_vec() };
                walk.before = from;
                if walk.names > NAMES || !step(bytes, binding, &mut walk, name, from..to) {
                    return;
                }
            }
        }
    }
}

/// Whether the bracket at `at` opens a command whose answer is taken, and which does not only pass on what it is given:
/// `$(op read ... --account <value>)`, and not `$(echo <value>)`.
fn is_answered(bytes: &[u8], at: usize) -> bool {
    const PASSES: &[&[u8]] =
        &[b"echo", b"printf", b"print", b"cat", b"base64", b"xxd", b"tr", b"rev", b"awk", b"sed", b"openssl"];
    let taken = at.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'$');
    let rest = bytes.get(at + 1..).unwrap_or_default().trim_ascii_start();
    let length = rest.iter().take(40).take_while(|byte| is_name(**byte)).count();
    let command = rest.get(..length).unwrap_or_default();
    taken && length > 0 && !PASSES.contains(&command)
}

/// Whether the length of a serialized text stands behind the mark at `at`.
fn is_serialized(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at + 1..).and_then(|rest| rest.strip_prefix(b"s:")).unwrap_or_default();
    let digits = rest.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && rest.get(digits) == Some(&b':')
}

/// Where the literal at `start` begins with its prefix: `b"..."`, `r'...'`.
fn literal_start(bytes: &[u8], start: usize) -> usize {
    match bytes.get(start.saturating_sub(3)..start) {
        Some([before, b'b' | b'r' | b'u' | b'B' | b'N' | b'L', b'"' | b'\'']) if !is_name(*before) => start - 2,
        _ => start,
    }
}

/// Whether the mark is that of a second choice: `||`, `??`, `?:`, `? one : other`. One bar alone parts the cells of a table.
fn is_choice(bytes: &[u8], at: usize) -> bool {
    bytes.get(at) == Some(&b'?') || at.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'|')
}

/// Whether the mark is part of `==`, `!=`, `<=` or `>=`, which bind nothing.
fn is_comparison(bytes: &[u8], at: usize) -> bool {
    let (before, after) = (at.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(at + 1));
    match bytes.get(at) {
        Some(b'=') => after == Some(&b'=') || before.is_some_and(|byte| b"=!<>".contains(byte)),
        Some(b'>') => after == Some(&b'='),
        _ => false,
    }
}

/// Whether the mark is the end of `=>` or `->`.
fn is_arrow(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|before| b"=-".contains(before))
}

/// Where the condition ends whose first choice, a literal, stands in front of the colon at `colon`.
fn alternative(bytes: &[u8], colon: usize) -> Option<usize> {
    let before = bytes.get(colon.saturating_sub(600)..colon)?.trim_ascii_end();
    let (quote, text) = before.split_last()?;
    if !b"\"'`".contains(quote) {
        return None;
    }
    let open = memchr::memrchr(*quote, text)?;
    let condition = text.get(..open)?.trim_ascii_end().strip_suffix(b"?")?;
    let floor = colon.saturating_sub(600);
    Some(floor + condition.len())
}

/// Whether a statement goes on over the end of the line above.
pub(super) fn goes_on(above: &[u8], lead: u8, walk: &Walk) -> bool {
    let last = above.last().copied().unwrap_or(b' ');
    if walk.sibling && walk.depth == 0 || walk.depth > 0 {
        return true;
    }
    // The padding of another value assigns nothing.
    let padding = last == b'=' && above.rsplit(|byte| !is_key_byte(*byte)).next().is_some_and(is_value);
    if b"([{,=+|?&\\<".contains(&last) && !padding || above.ends_with(b"=>") {
        return true;
    }
    if b".?|+&,)".contains(&lead) || lead == b'{' && above.ends_with(b" switch") {
        return true;
    }
    // Nothing stood in front of the value: its name may be all that the line above holds.
    walk.first && walk.names == 0 && (b":>".contains(&last) || opens_scalar(above) || is_label(above))
}

/// Whether the line ends with the mark of a block scalar: `value: >-`.
pub(super) fn opens_scalar(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"-").or_else(|| line.strip_suffix(b"+")).unwrap_or(line);
    line.ends_with(b": |") || line.ends_with(b": >")
}

/// A line that holds nothing but one name: `3) "api_key"`, `<key>KonverApiKey</key>`, `X-Api-Key:`.
pub(super) fn is_label(line: &[u8]) -> bool {
    const MARKUP: &[&str] = &[
        "get", "GET", "hget", "HGET", "show", "echo", "printenv", "pass", "cat", "read", "print", "key", "string",
        "name", "value", "td", "th", "dt", "dd", "code", "li", "b", "p", "span", "field", "strong", "em", "dict",
    ];
    // What a prompt stands before: `cache:6379> GET konver:api_key`, `$ printenv KONVER_API_KEY`
    let prompt = line.windows(2).rposition(|two| matches!(two, [b'>' | b'$' | b'#' | b'%', b' ']));
    let line = prompt.and_then(|at| line.get(at + 2..)).unwrap_or(line);
    let names = line.split(|&byte| !is_name(byte)).filter(|name| name.iter().any(u8::is_ascii_alphabetic));
    names.filter(|name| !MARKUP.iter().any(|markup| markup.as_bytes() == *name)).count() == 1
}

/// Whether the brace that the walk has come to opens a body of code or a type rather than an object.
pub(super) fn opens_body(bytes: &[u8], start: usize) -> bool {
    let before = bytes.get(..start).unwrap_or_default();
    let Some(at) = memchr::memrchr(b'{', before) else { return false };
    let before = before.get(..at).unwrap_or_default().trim_ascii_end();
    before.last().is_some_and(|last| last.is_ascii_alphanumeric() || *last == b')')
}

/// A number at the begin of a line: `4) `, `12. `.
pub(super) fn is_numbering(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let text = text.strip_suffix(b"\"").unwrap_or(text).trim_ascii();
    text.strip_suffix(b")").is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}
