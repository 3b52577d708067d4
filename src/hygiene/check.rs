//! The hygiene rules whose check looks at one file: pure functions over its path and its text.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::{certificate, dotenv, plain_http, prefix, query};
use crate::blob::{Text, TextEncoding};

/// One file, as the checks see it.
pub struct File<'a> {
    /// From the repository's root.
    pub path: &'a [u8],
    /// Its text.
    pub text: &'a Text<'a>,
}

/// Something that a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The rule.
    pub rule: &'static str,
    /// Where in the text.
    pub span: Range<usize>,
    /// What, in one sentence without a final full stop.
    pub message: String,
}

/// Everything that the checks say of a file, in the order of the rules and then of the places.
pub fn check(file: &File<'_>) -> Vec<Observation> {
    if !names_vendor(file.text.bytes()) {
        return Vec::new();
    }
    let mut found: Vec<Observation> = utf16(file).into_iter().collect();
    if !is_prose(file.path) {
        for rule in [prefix::check, plain_http::check, query::check, certificate::check] {
            found.extend(rule(file));
        }
    }
    found
}

/// Whether the vendor's name stands in a text, in any case.
pub(super) fn names_vendor(bytes: &[u8]) -> bool {
    static VENDOR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?i-u)konver").ok());
    VENDOR.as_ref().is_some_and(|vendor| vendor.is_match(bytes))
}

/// A dotenv file, or a template of one, that the libraries which read such files cannot read.
fn utf16(file: &File<'_>) -> Option<Observation> {
    if file.text.encoding() == TextEncoding::Bytes || !(dotenv::is_dotenv(file.path) || dotenv::is_template(file.path))
    {
        return None;
    }
    let line = dotenv::key_line(file.text)?;
    Some(Observation {
        rule: "dotenv-utf16",
        span: line.span,
        message:
            "this file is written in UTF-16, which dotenv libraries do not read: the key never arrives, and is then \
                  often put into the code"
                .into(),
    })
}

/// Text for people warns of a thing as often as it does it.
fn is_prose(path: &[u8]) -> bool {
    let path = path.to_ascii_lowercase();
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(&path);
    [&b".md"[..], b".mdx", b".markdown", b".rst", b".adoc", b".txt"].iter().any(|suffix| path.ends_with(suffix))
        || [&b"changelog"[..], b"readme", b"license"].contains(&name)
}

/// Behind so many characters of a line no comment is looked for: such lines are made by programs.
const COMMENTED: usize = 2000;

/// The line of an offset, or of a long one what stands around it.
pub(super) fn line_around<'a>(text: &'a Text<'_>, offset: usize) -> &'a [u8] {
    const SIDE: usize = 400;
    let span = text.line_span(text.line_at(offset)).unwrap_or_default();
    text.bytes().get(span.start.max(offset.saturating_sub(SIDE))..span.end.min(offset + SIDE)).unwrap_or_default()
}

/// Whether what stands at an offset is a comment: its line is one, or a leader of comments stands before it outside of quotes.
pub(super) fn is_comment(text: &Text<'_>, offset: usize) -> bool {
    let number = text.line_at(offset);
    let line = text.line(number).unwrap_or_default();
    let start = text.line_span(number).map_or(0, |span| span.start);
    let own = line.trim_ascii_start();
    // `-- ` begins a comment, `--insecure` does not.
    let leaders = [&b"#"[..], b"//", b"* ", b"/*", b"-- ", b"<!--", b"; ", b";;", b"REM ", b"rem "];
    if leaders.iter().any(|leader| own.starts_with(leader)) && !own.starts_with(b"#[") && !own.starts_with(b"#define") {
        return true;
    }
    let before = line.get(..offset.saturating_sub(start)).unwrap_or_default();
    if before.len() > COMMENTED {
        return false;
    }
    let mut quote = None;
    let mut previous = b' ';
    for (at, &byte) in before.iter().enumerate() {
        let next = before.get(at + 1).copied().unwrap_or_default();
        match quote {
            Some(open) => quote = Some(open).filter(|_| byte != open || previous == b'\\'),
            None if matches!(byte, b'"' | b'\'' | b'`') => quote = Some(byte),
            None => {
                let leads = byte == b'#' && next == b' ' || byte == b'/' && next == b'/';
                if leads && previous.is_ascii_whitespace() {
                    return true;
                }
            }
        }
        previous = byte;
    }
    false
}
