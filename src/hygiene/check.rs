//! The hygiene rules whose check looks at one file: pure functions over its path, its text, and whether git tracks it.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::dotenv;
use crate::blob::Text;
use crate::detect;

/// One file, as the checks see it.
pub struct File<'a> {
    /// From the repository's root.
    pub path: &'a [u8],
    /// Its text.
    pub text: &'a Text<'a>,
    /// Whether it lies in a repository and is not in its index. Ignored files are not shown to the checks.
    pub untracked: bool,
}

/// Something that a check found.
pub struct Observation {
    /// The rule.
    pub rule: &'static str,
    /// Where in the text.
    pub span: Range<usize>,
    /// What, in one sentence without a final full stop.
    pub message: String,
}

/// Everything that the checks say of a file.
pub fn check(file: &File<'_>) -> Vec<Observation> {
    if memchr::memmem::find(&file.text.bytes().to_ascii_lowercase(), b"konver").is_none() {
        return Vec::new();
    }
    [not_ignored(file), public_prefix(file), plain_http(file)].into_iter().flatten().collect()
}

/// An untracked dotenv file that names a Konver key and is not ignored: the next `git add .` takes it up.
fn not_ignored(file: &File<'_>) -> Option<Observation> {
    if !file.untracked || !dotenv::is_dotenv(file.path) {
        return None;
    }
    (1..=file.text.line_count()).find_map(|number| {
        let (name, value) = dotenv::assignment(file.text.line(number)?)?;
        // A reference holds no key, today or tomorrow; an empty value will be filled in.
        let filled = value.is_empty() || detect::is_literal(value);
        (detect::names_konver_key(name) && filled).then(|| Observation {
            rule: "dotenv-not-ignored",
            span: file.text.line_span(number).unwrap_or_default(),
            message: "a dotenv file with a Konver key's name is not ignored: the next `git add .` takes it up".into(),
        })
    })
}

/// A Konver key's name behind a prefix that build tools publish, where it is set or read.
fn public_prefix(file: &File<'_>) -> Option<Observation> {
    static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let prefix = "NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|EXPO_PUBLIC|PUBLIC|GATSBY|VUE_APP";
        Regex::new(&format!(r"(?-u)\b(?:{prefix})_[A-Z0-9_]*KONVER[A-Z0-9_]*\b")).ok()
    });
    // In a name of these words the key is meant for everybody, or it is no key at all.
    const HARMLESS: &[&[u8]] = &[b"PUBLISHABLE", b"PUBLIC_KEY", b"_URL", b"_HOST", b"_NAME", b"_PREFIX", b"_ENABLED"];
    if is_prose(file.path) {
        return None;
    }
    let bytes = file.text.bytes();
    let found = NAME.as_ref()?.find_iter(bytes).find(|found| {
        let name = found.as_bytes();
        detect::names_konver_key(name)
            && !HARMLESS.iter().any(|word| memchr::memmem::find(name, word).is_some())
            && !is_comment(file.text, found.start())
            && is_used(bytes, found.range())
    })?;
    let name = String::from_utf8_lossy(found.as_bytes());
    Some(Observation {
        rule: "public-env-prefix",
        span: found.range(),
        message: format!("{name} is built into the code that every browser gets, because of its prefix"),
    })
}

/// The API over plain http in a file that sends the key.
fn plain_http(file: &File<'_>) -> Option<Observation> {
    static URL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i-u)\bhttp://api\.konver\.ai\b").ok());
    static HEADER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i-u)\bx-api-key\b|\bbearer ").ok());
    let bytes = file.text.bytes();
    if is_prose(file.path) || !HEADER.as_ref()?.is_match(bytes) {
        return None;
    }
    let found = URL.as_ref()?.find_iter(bytes).find(|found| {
        let line = file.text.line(file.text.line_at(found.start())).unwrap_or_default();
        !is_comment(file.text, found.start()) && memchr::memmem::find(line, b"xmlns").is_none()
    })?;
    Some(Observation {
        rule: "plain-http-request",
        span: found.range(),
        message: "the key is sent to the API over plain http, where everybody on the way can read it".into(),
    })
}

/// Text for people warns of a thing as often as it does it.
fn is_prose(path: &[u8]) -> bool {
    let path = path.to_ascii_lowercase();
    [&b".md"[..], b".mdx", b".rst", b".adoc", b".txt"].iter().any(|suffix| path.ends_with(suffix))
}

/// Whether the line is a comment as a whole.
fn is_comment(text: &Text<'_>, offset: usize) -> bool {
    let line = text.line(text.line_at(offset)).unwrap_or_default().trim_ascii_start();
    [&b"#"[..], b"//", b"*", b"/*", b"--", b"<!--", b";"].iter().any(|leader| line.starts_with(leader))
}

/// Whether a name is set (`NAME=`, `NAME: `) or read (`env.NAME`, `env["NAME"]`, `get("NAME")`, `${NAME}`).
fn is_used(bytes: &[u8], name: Range<usize>) -> bool {
    let before = bytes.get(..name.start).unwrap_or_default();
    let behind = bytes.get(name.end..).unwrap_or_default();
    let plain = [&b"."[..], b"(\"", b"('", b"$", b"${"].iter().any(|lead| before.ends_with(lead));
    // A bracket indexes behind a name; else it begins a list of names, which may well be one of forbidden ones.
    let bracket = before.strip_suffix(b"[\"").or_else(|| before.strip_suffix(b"['"));
    let indexed =
        bracket.and_then(<[u8]>::last).is_some_and(|&byte| byte.is_ascii_alphanumeric() || b"_)]".contains(&byte));
    let read = plain || indexed;
    let behind = behind.strip_prefix(b"\"").or_else(|| behind.strip_prefix(b"'")).unwrap_or(behind).trim_ascii_start();
    let set = behind.starts_with(b":") || behind.starts_with(b"=") && !behind.starts_with(b"==");
    read || set
}
