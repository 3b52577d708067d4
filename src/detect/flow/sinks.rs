//! Where a key is used: the header, the vendor's client, the making of a signature.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::brackets::is_letter;
use super::names::{is_name, last_part, names};
use crate::detect::context::Context;
use crate::detect::name::{Class, Family, Words, classify, is_constructor};

/// So far the arguments of a call reach, in bytes.
const CALL: usize = 300;

/// The names that are used where a key is, by their last part.
pub(super) fn sinks(bytes: &[u8], context: &Context) -> HashMap<Vec<u8>, Family> {
    static USE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i-u)[\w\x80-\xff.:-]*(?:x[-_]?api[-_]?key|authorization|auth_?header|konver|hmac|crypto\.mac|secretkeyspec|importkey)[\w\x80-\xff.:-]*",
        )
        .ok()
    });
    let mut sinks: HashMap<Vec<u8>, Family> = HashMap::new();
    for found in USE.iter().flat_map(|regex| regex.find_iter(bytes)) {
        let name = found.as_bytes();
        let Some((separator, rest)) = used(bytes, found.end()).or_else(|| labelled(bytes, name, found.end())) else {
            continue;
        };
        let family = match classify(name) {
            Class::Ours(family) => family,
            Class::Header | Class::Authorization if context.is_ours(found.start()) => Family::Key,
            _ if Words::new(name).is_auth_header() && context.is_ours(found.start()) => Family::Key,
            _ if separator == b'(' && Words::new(name).has_vendor() && is_constructor(name) => Family::Key,
            _ if separator == b'(' && context.checks_signature() && is_signing(name) => Family::Webhook,
            _ => continue,
        };
        let most = match separator {
            b'(' => 12,
            b' ' => 1,
            _ => 6,
        };
        // `Konver(string tag, string pass)` declares what it is given: not all of it is a key.
        let declares = separator == b'(' && !matches!(classify(name), Class::Ours(_)) && is_declaration(rest);
        let is_key = |used: &Vec<u8>| !declares || Words::new(used).has_thing();
        for used in names(rest, separator != b' ').take(most).filter(is_key) {
            sinks.entry(used).or_insert(family);
        }
    }
    for name in parameters(bytes, context).into_iter().chain(beside_host(bytes)).chain(before_header(bytes, context)) {
        sinks.entry(name).or_insert(Family::Key);
    }
    sinks
}

/// Parameters of a container that the vendor's client is given: `'%app.auth%'` below `App\Konver\Client:`.
fn parameters(bytes: &[u8], context: &Context) -> Vec<Vec<u8>> {
    static GIVEN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(?-u)(?:[-:,\[]\s*)['"]%([A-Za-z][\w.-]*)%['"]"#).ok());
    const LINES: usize = 8;
    let mut found = Vec::new();
    for given in GIVEN.iter().flat_map(|regex| regex.captures_iter(bytes)) {
        let Some(name) = given.get(1) else { continue };
        let line = context.line(name.start());
        let text =
            |line: usize| bytes.get(context.start(line)..context.line_end(line)).unwrap_or_default().trim_ascii_end();
        let indent = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let mut level = indent(text(line));
        for above in (line.saturating_sub(LINES)..line).rev().map(text).filter(|above| !above.is_empty()) {
            if indent(above) >= level {
                continue;
            }
            level = indent(above);
            let words = Words::new(above);
            if above.ends_with(b":") && words.has_vendor() && (words.is_client() || is_constructor(above)) {
                found.push(last_part(name.as_bytes()));
                break;
            }
        }
    }
    found
}

/// The name behind a label, and nothing else: `described_class.new(konver_token: ticket)`.
fn labelled<'t>(bytes: &'t [u8], name: &[u8], end: usize) -> Option<(u8, &'t [u8])> {
    let label = name.strip_suffix(b":")?;
    let behind = bytes.get(end..bytes.len().min(end + CALL))?;
    let stop = behind.iter().position(|byte| b",)}\n;".contains(byte)).unwrap_or(behind.len());
    let value = behind.get(..stop)?;
    let plain = value.trim_ascii().iter().all(|&byte| is_letter(byte) || b"._$@&".contains(&byte));
    (plain && matches!(classify(label), Class::Ours(_))).then_some((b':', value))
}

/// Names of secrets that a call is given behind an address of the vendor's: `status("https://api.konver.ai/", tc.key)`.
fn beside_host(bytes: &[u8]) -> Vec<Vec<u8>> {
    static BESIDE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(?i-u)\bkonver\.ai\b[^"'`\s]{0,200}["'`]([^;{}()"'`]{0,120})\)"#).ok());
    let mut found = Vec::new();
    for behind in BESIDE.iter().flat_map(|regex| regex.captures_iter(bytes)).filter_map(|found| found.get(1)) {
        let neutral = |name: &Vec<u8>| classify(name) == Class::Neutral;
        found.extend(names(behind.as_bytes(), true).filter(neutral));
    }
    found
}

/// Names in front of the header's own: `setValue(S.pw, forHTTPHeaderField: "X-Api-Key")`.
fn before_header(bytes: &[u8], context: &Context) -> Vec<Vec<u8>> {
    static BEFORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r#"(?i-u)(?:value\(\s*|value:\s*)(?:"Bearer \\\()?([A-Za-z_\x80-\xff][\w.\x80-\xff]*)\)?"?\s*,?\s*forHTTPHeaderField:\s*@?"(?:x-api-key|authorization)""#,
        )
        .ok()
    });
    let used = BEFORE.iter().flat_map(|regex| regex.captures_iter(bytes)).filter_map(|found| found.get(1));
    let ours = used.filter(|name| context.is_ours(name.start()));
    // A path says that it is a name, however short its last part.
    ours.map(|name| (last_part(name.as_bytes()), name.as_bytes().contains(&b'.')))
        .filter(|(name, path)| *path || is_name(name, true))
        .map(|(name, _)| name)
        .collect()
}

/// Whether what stands in brackets declares several parameters with their types, rather than gives values.
fn is_declaration(text: &[u8]) -> bool {
    let two = |part: &[u8]| {
        let words = part.trim_ascii().split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        part.iter().all(|&byte| is_letter(byte) || b"<>&*?:[]$.' \t\r\n".contains(&byte)) && words.count() > 1
    };
    let parts = || text.split(|&byte| byte == b',');
    parts().count() > 1 && parts().next().is_some_and(two)
}

/// Whether a call of this name signs or checks a signature.
fn is_signing(name: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.windows(4).any(|part| part == b"hmac")
        || lower.ends_with(b"crypto.mac")
        || lower.ends_with(b"secretkeyspec")
        || lower.ends_with(b"importkey")
}

/// What stands behind a name that ends at `end`: the mark that binds it, and the text that is bound.
fn used(bytes: &[u8], end: usize) -> Option<(u8, &[u8])> {
    let behind = bytes.get(end..bytes.len().min(end + CALL))?;
    let closers = behind.iter().take_while(|byte| b"\"'`]\\)".contains(byte)).count();
    let rest = behind.get(closers..)?;
    let blanks = rest.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    let bound = rest.get(blanks..)?;
    let (separator, text) = match bound {
        [b'=', b'>', text @ ..] | [b':', b'=', text @ ..] => (b'=', text),
        [b'=', b'=', ..] => return None,
        [b'(', text @ ..] if blanks == 0 && closers == 0 => (b'(', text),
        [mark @ (b'=' | b':' | b','), text @ ..] => (*mark, text),
        text if blanks > 0 && text.first().is_some_and(|byte| b"$\"'{".contains(byte)) => (b' ', text),
        _ => return None,
    };
    // A comma parts a name in quotes from its value; two names in a list have nothing to do with each other.
    if separator == b','
        && (closers == 0 || behind.get(..closers).is_some_and(|marks| marks.iter().any(|mark| b")]".contains(mark))))
    {
        return None;
    }
    let text = if b"(,".contains(&separator) { text.trim_ascii_start() } else { text };
    let mut depth = 0_i32;
    let end = text.iter().position(|&byte| {
        depth += i32::from(byte == b'(') - i32::from(byte == b')');
        depth < 0 || byte == b';' || separator != b'(' && (byte == b'\n' || byte == b',' && depth == 0)
    });
    Some((separator, text.get(..end.unwrap_or(text.len()))?))
}
