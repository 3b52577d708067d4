//! The key sent over plain http.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::check::{File, Observation, is_comment, line_around};

/// Every address of the API with plain http in a file that sends the key or says which it is.
pub(super) fn check(file: &File<'_>) -> Vec<Observation> {
    static URL: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i-u)\bhttp://api(?:[.-][a-z0-9-]+)*\.konver\.ai\b").ok());
    static SENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i-u)\bx-api-key\b|\bbearer\b|\bauthorization\b|konver[_.-]?(?:api[_.-]?)?(?:key|token)").ok()
    });
    // Code that looks for such an address, or makes another one of it, sends nothing there.
    static GUARD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let words =
            r"\bassert|\bexpect\(|\bthrow|\braise|\breject|refus|forbid|insecure|replace|starts_?with|has_?prefix";
        Regex::new(&format!(r"(?i-u){words}|===?\s*.?http:|!==?\s*.?http:|xmlns")).ok()
    });
    let bytes = file.text.bytes();
    if !SENT.as_ref().is_some_and(|sent| sent.is_match(bytes)) {
        return Vec::new();
    }
    let urls = URL.iter().flat_map(|url| url.find_iter(bytes)).filter(|found| {
        let line = line_around(file.text, found.start());
        !is_comment(file.text, found.start()) && !GUARD.as_ref().is_some_and(|guard| guard.is_match(line))
    });
    let observe = |found: regex::bytes::Match<'_>| Observation {
        rule: "plain-http-request",
        span: found.range(),
        message: "the key is sent to the API over plain http, where everybody on the way can read it".into(),
    };
    urls.map(observe).collect()
}
