//! A Konver key behind a prefix that build tools publish.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::check::{File, Observation, is_comment};
use crate::detect;

/// What build tools copy into the code that they ship.
const PREFIXES: &[&str] =
    &["NEXT_PUBLIC_", "VITE_", "REACT_APP_", "NUXT_PUBLIC_", "EXPO_PUBLIC_", "PUBLIC_", "GATSBY_", "VUE_APP_"];

/// Whether variables whose names begin so are published.
pub(super) fn publishes(name: &[u8]) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix.as_bytes()))
}

/// In a name of these words the key is meant for everybody, or it is no key at all.
const HARMLESS: &[&[u8]] =
    &[b"PUBLISHABLE", b"ANON_KEY", b"PUBLIC_KEY", b"_URL", b"_HOST", b"_NAME", b"_PREFIX", b"_ENABLED"];

/// Every place where such a name is set or read.
pub(super) fn check(file: &File<'_>) -> Vec<Observation> {
    static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let prefixes = PREFIXES.join("|");
        Regex::new(&format!(r"(?-u)\b(?:{prefixes})[A-Z0-9_]*KONVER[A-Z0-9_]*\b")).ok()
    });
    let bytes = file.text.bytes();
    let names = NAME.iter().flat_map(|name| name.find_iter(bytes)).filter(|found| {
        let name = found.as_bytes();
        detect::names_konver_key(name)
            && !HARMLESS.iter().any(|word| memchr::memmem::find(name, word).is_some())
            && !is_comment(file.text, found.start())
            && is_used(file, found.range())
    });
    let observe = |found: regex::bytes::Match<'_>| Observation {
        rule: "public-env-prefix",
        span: found.range(),
        message: format!(
            "{} is built into the code that every browser gets, because of its prefix",
            String::from_utf8_lossy(found.as_bytes())
        ),
    };
    names.map(observe).collect()
}

/// Whether a name is set (`NAME=`, `NAME: `, `ARG NAME`), read (`env.NAME`, `env["NAME"]`, `get("NAME")`, `${NAME}`, `%NAME%`) or taken
/// from the environment as a whole (`const { NAME } = process.env`, `import { NAME } from '$env/static/public'`).
fn is_used(file: &File<'_>, name: Range<usize>) -> bool {
    let bytes = file.text.bytes();
    let before = bytes.get(..name.start).unwrap_or_default();
    let behind = bytes.get(name.end..).unwrap_or_default();
    // `%NAME%` in a page that Vite fills in.
    let filled_in = before.ends_with(b"%") && behind.starts_with(b"%");
    let plain = [&b"."[..], b"(\"", b"('", b"$", b"${"].iter().any(|lead| before.ends_with(lead));
    // A bracket indexes behind a name; else it begins a list of names, which may well be one of forbidden ones.
    let bracket = before.strip_suffix(b"[\"").or_else(|| before.strip_suffix(b"['"));
    let indexed =
        bracket.and_then(<[u8]>::last).is_some_and(|&byte| byte.is_ascii_alphanumeric() || b"_)].".contains(&byte));
    let behind = behind.strip_prefix(b"\"").or_else(|| behind.strip_prefix(b"'")).unwrap_or(behind);
    let behind = behind.trim_ascii_start();
    let set = behind.starts_with(b":") || behind.starts_with(b"=") && !behind.starts_with(b"==");
    plain || indexed || set || filled_in || is_argument(file, &name) || is_taken_out(bytes, &name)
}

/// `ARG NAME`, `ENV NAME value` of a Dockerfile, and `- NAME` of a compose file's environment.
fn is_argument(file: &File<'_>, name: &Range<usize>) -> bool {
    let number = file.text.line_at(name.start);
    let start = file.text.line_span(number).map_or(0, |span| span.start);
    let before = file.text.bytes().get(start..name.start).unwrap_or_default().trim_ascii();
    let path = file.path.to_ascii_lowercase();
    let yaml = path.ends_with(b".yml") || path.ends_with(b".yaml");
    let alone = file.text.line(number).is_some_and(|line| line.trim_ascii_end().len() == name.end - start);
    before.eq_ignore_ascii_case(b"arg") || before.eq_ignore_ascii_case(b"env") || yaml && before == b"-" && alone
}

/// Whether the name stands in braces that are filled from the environment.
fn is_taken_out(bytes: &[u8], name: &Range<usize>) -> bool {
    const NEAR: usize = 400;
    let behind = bytes.get(name.end..bytes.len().min(name.end + NEAR)).unwrap_or_default();
    let Some(close) = behind.iter().position(|&byte| byte == b'}') else { return false };
    let inside = behind.get(..close).unwrap_or_default();
    let rest = behind.get(close + 1..).unwrap_or_default().trim_ascii_start();
    let from = rest.strip_prefix(b"=").or_else(|| rest.strip_prefix(b"from")).map(<[u8]>::trim_ascii_start);
    let is_source = |rest: &[u8]| {
        [&b"process.env"[..], b"import.meta.env", b"'$env/", b"\"$env/"].iter().any(|env| rest.starts_with(env))
    };
    from.is_some_and(is_source) && !inside.contains(&b';')
}
