//! Values that a text sends to the vendor from where nothing names them: a request has the API's header, what it is given comes
//! neither from a literal nor from the environment, and the text holds a literal that nothing else accounts for.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::context::Context;

/// How far the value of a header reaches, in bytes.
const REACH: usize = 160;
/// So many uses of the header are looked at.
const MOST: usize = 64;

/// What says that a value comes from outside of the text.
const OUTSIDE: &[&str] = &[
    "env",
    "secret",
    "vault",
    "config",
    "setting",
    "getpass",
    "prompt",
    "input",
    "keychain",
    "keyring",
    "credential",
    "option",
    "process",
    "argv",
    "args",
    "flag",
    "param",
    "property",
    "properties",
    "store",
    "read",
    "load",
    "fetch",
    "request",
    "req.",
    "event",
    "$(",
    "{{",
    "<%",
    "<your",
    "redact",
    "filter",
    "ssm",
];

/// Whether a header of the vendor's API is given a value of which the text does not say where it comes from.
pub(super) fn is_sent(bytes: &[u8], context: &Context) -> bool {
    static USE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(?i-u)x[-_]api[-_]?key["'`\])}]*[ \t]*(?:=>|[:=,(> {\[])[ \t]*"#).ok());
    let uses = USE.iter().flat_map(|regex| regex.find_iter(bytes)).take(MOST);
    uses.filter(|used| context.is_ours(used.start())).any(|used| {
        let rest = bytes.get(used.end()..bytes.len().min(used.end() + REACH)).unwrap_or_default();
        let value = rest.split(|byte| b"\n;,".contains(byte)).next().unwrap_or_default();
        !is_literal(value) && !comes_from_outside(value) && is_named_within(bytes, value)
    })
}

/// Whether the value of a header is written there.
fn is_literal(value: &[u8]) -> bool {
    let literal = value.trim_ascii_start();
    let (Some(quote @ (b'"' | b'\'' | b'`')), Some(rest)) = (literal.first(), literal.get(1..)) else { return false };
    let content = rest.split(|byte| byte == quote).next().unwrap_or_default();
    !content.iter().any(|byte| b"${#".contains(byte)) && !content.is_empty()
}

fn comes_from_outside(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    OUTSIDE.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
}

/// Whether the expression is made of names of which none is given a value from outside.
fn is_named_within(bytes: &[u8], value: &[u8]) -> bool {
    let mut at = 0;
    let (mut named, mut outside) = (false, false);
    for run in value.chunk_by(|a, b| is_part(*a) == is_part(*b)).take(12) {
        at += run.len();
        if run.first().is_some_and(|first| is_part(*first) && !first.is_ascii_digit()) {
            named = true;
            outside |= is_given_from_outside(bytes, run) || value.get(at) == Some(&b'(') && is_read_by(bytes, run);
        }
    }
    named && !outside
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether some place of the text gives the name a value from outside.
fn is_given_from_outside(bytes: &[u8], name: &[u8]) -> bool {
    const LINE: usize = 200;
    memchr::memmem::find_iter(bytes, name).take(MOST).any(|at| {
        let whole = !at.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|byte| is_part(*byte));
        let rest = bytes.get(at + name.len()..bytes.len().min(at + name.len() + LINE)).unwrap_or_default();
        let line = rest.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let given = match line.trim_ascii_start() {
            [b'=', next, ..] => *next != b'=',
            [b':', b'=', ..] => true,
            _ => false,
        };
        whole && given && comes_from_outside(line)
    })
}

/// Whether a function of this name, defined in the text, reads what it returns from outside.
fn is_read_by(bytes: &[u8], name: &[u8]) -> bool {
    const BODY: usize = 240;
    const DEFINES: &[&[u8]] = &[b"function ", b"def ", b"fn ", b"func ", b"fun ", b"sub ", b"String ", b"string "];
    memchr::memmem::find_iter(bytes, name).take(MOST).any(|at| {
        let defined = bytes.get(..at).is_some_and(|before| DEFINES.iter().any(|word| before.ends_with(word)));
        let rest = bytes.get(at + name.len()..bytes.len().min(at + name.len() + BODY)).unwrap_or_default();
        defined && comes_from_outside(rest)
    })
}

/// Whether the value is a literal that code gives a name, and looks like nothing else that code names: no path, and no digest but
/// one of a length that keys have.
pub(super) fn is_given_a_name(bytes: &[u8], context: &Context, span: &Range<usize>) -> bool {
    let Some(quote) = span.start.checked_sub(1).and_then(|at| bytes.get(at)) else { return false };
    if !b"\"'`".contains(quote) || bytes.get(span.end) != Some(quote) {
        return false;
    }
    let line =
        bytes.get(context.start(context.line(span.start))..span.start - 1).unwrap_or_default().trim_ascii_start();
    if [&b"//"[..], b"#", b"*", b"--", b"/*"].iter().any(|lead| line.starts_with(lead)) {
        return false;
    }
    // A call may stand between: `QByteArrayLiteral("...")`, `b"..."`.
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_(@".contains(byte) || *byte >= 0x80;
    let before = line.get(..line.iter().rposition(|byte| !part(byte)).map_or(0, |last| last + 1)).unwrap_or_default();
    let before = before.trim_ascii_end();
    let quoted_name = before.strip_suffix(b":").is_some_and(|name| name.ends_with(b"\"") || name.ends_with(b"'"));
    // Behind the colon of a constructor stands the call of another one.
    let called = before.strip_suffix(b":").is_some_and(|head| head.trim_ascii_end().ends_with(b")"));
    let assigned = before.ends_with(b"=") && !before.ends_with(b"==");
    let given = !quoted_name && !called && (assigned || before.ends_with(b"=>") || before.ends_with(b":"));
    let value = bytes.get(span.clone()).unwrap_or_default();
    let ending = value.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    let file = ending.len() < 6 && ending.len() < value.len() && ending.iter().all(u8::is_ascii_lowercase);
    let path = file || value.contains(&b'/') && !value.ends_with(b"=");
    let digest = value.iter().all(u8::is_ascii_hexdigit) && !matches!(value.len(), 32 | 64);
    given && !path && !digest
}
