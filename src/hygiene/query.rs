//! The key in the query of an address.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::check::{File, Observation, is_comment, line_around};
use super::speech::Speech;

/// Names that a key has in a query, whoever's it is.
const NAMES: &str =
    r"(?:konver[_-]?)?(?:x[_-])?api[_-]?(?:key|token)|konver[_-]?(?:key|token)|access[_-]?token|auth[_-]?token";

/// Every key that is put into the query of an address of the API.
pub(super) fn check(file: &File<'_>) -> Vec<Observation> {
    // In an address: `?api_key=` and a value; a shorter name only where the value is one that is put in.
    static WRITTEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(&format!(
            r#"(?i-u)@Query\(\s*"(?:{NAMES})"|[?&](?:(?:{NAMES})=|(?:token|key|auth)=["'`]?[\s+.,]*[$#%{{(]*[\w$.\[('"-]*(?:key|token)\b)"#
        ))
        .ok()
    });
    // In what an address is made of: `params: { api_key: ... }`, `searchParams.set('api_key', ...)`, `-d api_key=` of curl -G.
    static GIVEN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(&format!(r#"(?i-u)\b(?:{NAMES})\b["']?\s*(?:=>|[:=,])\s*[^\s,)}}\]=]"#)).ok());
    static MAKES_QUERY: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let words = "params|query|(?:url_?)?search_?params|qs|query_?string|query_?params|urlencode|http_build_query|query_?values";
        let calls = r"(?:search_?params|params|query|q|values?)\.(?:set|append|add)|(?:set|add|with)?_?query_?(?:param(?:eter)?s?|pair|item|value)|append_pair|query";
        Regex::new(&format!(r#"(?i-u)(?:\b(?:{words})["']?\s*(?:=>|[:=(])?\s*[(\[]?\s*(?:&?\[)?|\b(?:{calls})\s*)$"#))
            .ok()
    });
    static CURL_QUERY: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?-u)\bcurl\b.*\s(?:-G|--get)\b|\s-[a-zA-Z]*G\s").ok());
    let bytes = file.text.bytes();
    let written = WRITTEN.iter().flat_map(|regex| regex.find_iter(bytes)).map(|found| found.range());
    let given = GIVEN.iter().flat_map(|regex| regex.find_iter(bytes)).map(|found| found.range());
    let (written, given): (Vec<Range<usize>>, Vec<Range<usize>>) = (written.collect(), given.collect());
    if written.is_empty() && given.is_empty() {
        return Vec::new();
    }
    let speech = Speech::new(file.text);
    let makes_query = |at: usize| {
        let before = speech.before_bracket(at, 60);
        let line = line_around(file.text, at);
        MAKES_QUERY.as_ref().is_some_and(|query| query.is_match(before.trim_ascii_end()))
            || CURL_QUERY.as_ref().is_some_and(|curl| curl.is_match(line))
    };
    let mut places: Vec<Range<usize>> =
        written.into_iter().chain(given.into_iter().filter(|place| makes_query(place.start))).collect();
    places.retain(|place| !is_comment(file.text, place.start) && !is_taken_out(file, place) && speech.is_ours(place));
    places.sort_by_key(|place| place.start);
    places.dedup_by_key(|place| file.text.line_at(place.start));
    let observe = |span| Observation {
        rule: "key-in-query",
        span,
        message: "the key is put into the address, which servers, proxies and browsers write into their logs".into(),
    };
    places.into_iter().map(observe).collect()
}

/// Whether the line masks, refuses or checks such an address rather than making one.
fn is_taken_out(file: &File<'_>, place: &Range<usize>) -> bool {
    static GUARD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i-u)\bassert|\bexpect\(|\bthrow|\braise|\breject|refus|forbid|redact|mask|sanitiz|scrub|replace|\bsub\(|\bre\.|regex|match\(|\btest\(|delete\b|strip").ok()
    });
    GUARD.as_ref().is_some_and(|guard| guard.is_match(line_around(file.text, place.start)))
}
