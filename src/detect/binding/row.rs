//! Pairs in a row: `a=1 b=2`, `--flag value`, `?a=1&b=2`. Each value belongs to its own name, and to none before it. And rows of two
//! columns, a name and its value: `api_key | value`.

use std::ops::Range;

use crate::detect::context::Context;
use crate::detect::name::{Class, Words, classify};

/// Flags whose value is more than the flag says: a header, a variable, a literal.
const OPEN: &[&str] = &[
    "header",
    "headers",
    "data",
    "data-raw",
    "data-binary",
    "data-urlencode",
    "json",
    "body",
    "form",
    "env",
    "set",
    "set-string",
    "set-env-vars",
    "update-env-vars",
    "value",
    "from-literal",
    "user",
    "build-arg",
    "param",
    "query",
    "var",
    "variable",
    "settings",
    "environment",
    "env-var",
    "env-vars",
    "secret-string",
    "string",
    "arg",
    "args",
    "define",
    "property",
    "field",
    "raw-field",
    "variables",
    "password",
    "secrets",
    "parameters",
    "parameter-overrides",
    "plain",
    "stringparam",
    "with",
    "default",
    "content",
];

/// Whether the value is bound right to a name that is none of a Konver secret's, in a row of such pairs.
pub(super) fn is_of_another(bytes: &[u8], context: &Context, start: usize) -> bool {
    let line = context.start(context.line(start)).max(start.saturating_sub(2000));
    let before = bytes.get(line..start).unwrap_or_default();
    let Some((name, rest, flag)) = own_pair(before) else { return false };
    let bare = name.strip_prefix(b"-D").unwrap_or(name);
    let bare = bare.strip_prefix(b"--").unwrap_or(bare);
    if flag && OPEN.iter().any(|open| bare.eq_ignore_ascii_case(open.as_bytes())) || bare.len() < 3 {
        return false;
    }
    let words = Words::new(bare);
    let none = match classify(bare) {
        Class::Other => (flag || !words.is_filler()) && !words.has_thing() && bare.iter().any(u8::is_ascii_alphabetic),
        Class::Refused => true,
        Class::Slot => bare == b"span",
        Class::Neutral => false,
        _ if !flag && [&b"req"[..], b"request", b"run", b"job", b"ref", b"rev"].contains(&bare) => true,
        _ => false,
    };
    none && (flag || is_row(rest))
}

/// The name in a row of two columns that a value is the second of: a bar, a tab, a comma or several spaces part them.
pub(super) fn name_in_row(bytes: &[u8], context: &Context, span: &Range<usize>) -> Option<Range<usize>> {
    const LONGEST: usize = 60;
    let number = context.line(span.start);
    let line = context.start(number);
    let before = bytes.get(line..span.start).filter(|before| before.len() <= LONGEST * 2)?;
    let quotes = |byte: &u8| b"\"'`".contains(byte);
    let open = before.iter().rposition(|byte| !quotes(byte)).map_or(0, |last| last + 1);
    let gap = before.get(..open)?;
    let end = gap.iter().rposition(|byte| !b" \t|,;".contains(byte)).map_or(0, |last| last + 1);
    let marks = gap.get(end..)?;
    let parts = marks.iter().any(|byte| b"|,;\t".contains(byte)) || marks.len() > 1;
    let from = gap.iter().position(|byte| !(b" \t|#>*-".contains(byte) || quotes(byte)))?;
    let name = gap.get(from..end)?;
    let words = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"_-. /{}$\"'`*".contains(byte);
    let spaced = memchr::memmem::find(name, b"  ").is_some();
    // Nothing but an end, or an empty cell, stands behind it.
    let after = bytes.get(span.end..context.line_end(number))?;
    let ends = after.iter().all(|byte| b" \t\r\n|,;\"'`".contains(byte));
    let fits = parts && ends && !spaced && (1..=LONGEST).contains(&name.len()) && name.iter().all(words);
    fits.then_some(line + from..line + end)
}

/// The name that the value is bound to without a space, or the flag in front of it; what stands before; and which it is.
fn own_pair(before: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let open = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before);
    if let Some(left) = open.strip_suffix(b"=") {
        let from = left.iter().rposition(|byte| !part(byte)).map_or(0, |at| at + 1);
        let name = left.get(from..)?;
        return (!name.is_empty()).then_some((name, left.get(..from)?, name.starts_with(b"--")));
    }
    let left = open.trim_ascii_end();
    if let Some(header) = left.strip_suffix(b":") {
        // `-H 'If-None-Match: "<value>"'`
        let from = header.iter().rposition(|byte| !part(byte)).map_or(0, |at| at + 1);
        let rest = header.get(..from)?.strip_suffix(b"'").or_else(|| header.get(..from)?.strip_suffix(b"\""))?;
        let flag = rest.trim_ascii_end();
        let is_header = flag.ends_with(b"-H") || flag.ends_with(b"--header");
        return is_header.then_some((header.get(from..)?, rest, true));
    }
    if left.len() == open.len() {
        return None;
    }
    let from = left.iter().rposition(|byte| !part(byte)).map_or(0, |at| at + 1);
    let name = left.get(from..)?;
    name.starts_with(b"--").then_some((name, left.get(..from)?, true))
}

/// Whether another pair stands on the line before.
fn is_row(before: &[u8]) -> bool {
    let trimmed = before.trim_ascii_end();
    let separated = before.len() > trimmed.len() || trimmed.last().is_some_and(|last| b"&,;\"'?".contains(last));
    // Code assigns as well: what follows an operator or a bracket is no row.
    let code = trimmed.last().is_some_and(|last| b"({[|:".contains(last));
    let pair = before.windows(3).any(|three| match three {
        [name, b'=', value] => name.is_ascii_alphanumeric() && !value.is_ascii_whitespace() && *value != b'=',
        _ => false,
    });
    separated && !code && pair
}
