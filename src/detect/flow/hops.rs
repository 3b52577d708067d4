//! Names that get their value from one another.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::brackets::members;
use super::functions::Functions;
use super::names::{is_name, last_part, names};
use crate::detect::name::{Class, Family, classify};

/// A name that gets its value from another one.
pub(super) struct Hop {
    /// The name that is given the value.
    pub(super) to: Vec<u8>,
    /// The name that it comes from.
    pub(super) from: Vec<u8>,
    /// What the first name says of it by itself.
    pub(super) own: Option<Family>,
}

impl Hop {
    fn new(to: &[u8], from: Vec<u8>) -> Self {
        let own = match classify(to) {
            Class::Ours(family) => Some(family),
            _ => None,
        };
        Self { to: last_part(to), from, own }
    }
}

/// Every hop of a text.
pub(super) fn hops(bytes: &[u8], functions: &Functions) -> Vec<Hop> {
    let mut hops = assignments(bytes);
    hops.extend(returned(bytes));
    hops.extend(passed(bytes, functions));
    hops
}

/// `to = from`, `to: from`, `{ to: from }`.
fn assignments(bytes: &[u8]) -> Vec<Hop> {
    static HOP: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r#"(?i-u)([A-Za-z_$\x80-\xff][\w$.\x80-\xff]*)\s*(?::\s*[\w<>?]+\s*)?(?:=|:=|:|=>|<-)\s*(?:[&*]|"?\$)?\{?([A-Za-z_$\x80-\xff][\w$.>\x80-\xff-]*)\}?(\()?"#,
        )
        .ok()
    });
    let mut hops = Vec::new();
    for found in HOP.iter().flat_map(|regex| regex.captures_iter(bytes)) {
        let (Some(to), Some(name)) = (found.get(1), found.get(2)) else { continue };
        let from = last_part(name.as_bytes());
        if is_name(&from, true) {
            let own = None;
            hops.push(Hop { to: last_part(to.as_bytes()), from, own });
        }
        // `this.key = Objects.requireNonNull(key)`: what a call only checks or copies comes from what it is given.
        let inner = found.get(3).and_then(|open| bytes.get(open.end()..bytes.len().min(open.end() + 80)));
        let inner =
            inner.map(|text| text.split(|byte| b"),\n;".contains(byte)).next().unwrap_or_default().trim_ascii());
        let inner = inner.filter(|text| {
            text.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"_$.".contains(&byte) || byte >= 0x80)
        });
        if let Some(from) = inner.map(last_part).filter(|from| is_name(from, true)) {
            let to = last_part(to.as_bytes());
            let own = None;
            if passes(name.as_bytes()) || to == from {
                hops.push(Hop { to, from, own });
            }
        }
    }
    hops
}

/// Whether what a call of this name gives back is the value that it is given.
fn passes(name: &[u8]) -> bool {
    const PASS: &[&str] = &[
        "requirenonnull",
        "string",
        "str",
        "from",
        "move",
        "stdmove",
        "tostring",
        "trim",
        "strip",
        "freeze",
        "stringref",
        "b64decode",
        "decode",
        "atob",
        "decodestring",
        "base64decode",
        "hexdecode",
        "unhexlify",
        "fromhex",
        "getbytes",
        "some",
        "just",
        "checknotnull",
    ];
    let last = name.rsplit(|&byte| b".:>".contains(&byte)).next().unwrap_or_default();
    let plain: Vec<u8> = last.iter().filter(|byte| **byte != b'_').map(u8::to_ascii_lowercase).collect();
    PASS.iter().any(|pass| pass.as_bytes() == plain)
}

/// What functions return, under their names: `def konver_key(): return decode(BLOB)`. A body of a few lines is looked at.
fn returned(bytes: &[u8]) -> Vec<Hop> {
    static BODY: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let keyword = r"\b(?:function|def|fn|func|fun|sub|get)\s+";
        let typed = r"\b(?:String|string|auto|QString|QByteArray|std::string|byte\[\]|char\s?\*)\s+(?:\w+::)?";
        let head = format!(r"(?:{keyword}|{typed})([A-Za-z_\x80-\xff][\w\x80-\xff]*)[^\n]*\n");
        Regex::new(&format!(r"(?-u){head}(?:[^\n]*\n){{0,4}}?[ \t]*return\b([^\n;]{{1,200}})")).ok()
    });
    static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let arrow = r"\b([A-Za-z_\x80-\xff][\w\x80-\xff]*)\s*(?::\s*[\w<>\[\], ]{1,40})?=\s*(?:async\s*)?(?:\([^()\n]{0,80}\)\s*(?::\s*[\w.<>]+\s*)?=>|\w+\s*=>|lambda\b[^:\n]{0,60}:|->)\s*([^\n;{]{1,200})";
        let whole = r"\b(?:fun|def|func|function|fn|get|val|static)\s+([A-Za-z_\x80-\xff][\w\x80-\xff]*)\s*(?:\([^()\n]{0,80}\))?\s*(?:(?::|->)\s*[\w.&'<> ]{1,40})?(?:\s*=>?\s*|\s*\{\s*(?:return\s+)?|,\s*do:\s*)([^\n;{}]{1,200})";
        Regex::new(&format!(r"(?-u)(?:{arrow}|{whole})")).ok()
    });
    let mut hops = Vec::new();
    let body = BODY.iter().flat_map(|regex| regex.captures_iter(bytes));
    for found in body.chain(LINE.iter().flat_map(|regex| regex.captures_iter(bytes))) {
        let at = if found.get(1).is_some() { 1 } else { 3 };
        let (Some(name), Some(value)) = (found.get(at), found.get(at + 1)) else { continue };
        // A record that is returned has many fields, each with a name of its own.
        if !value.as_bytes().iter().any(|byte| b"{[:".contains(byte)) {
            hops.extend(names(value.as_bytes(), true).map(|from| Hop::new(name.as_bytes(), from)));
        }
    }
    hops
}

/// Names that are given to parameters of functions that the text defines.
fn passed(bytes: &[u8], functions: &Functions) -> Vec<Hop> {
    static CALLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?-u)\b((?:[A-Za-z_\x80-\xff][\w\x80-\xff]*(?:\.|::|->|\\))*[A-Za-z_\x80-\xff][\w\x80-\xff]*)\(")
            .ok()
    });
    let mut hops = Vec::new();
    if functions.is_empty() {
        return hops;
    }
    for found in CALLED.iter().flat_map(|regex| regex.captures_iter(bytes)) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else { continue };
        if !functions.is_known(name.as_bytes(), whole.start()) {
            continue;
        }
        let arguments = members(bytes, whole.end() - 1);
        for (number, place) in arguments.iter().enumerate() {
            let argument = bytes.get(place.clone()).unwrap_or_default();
            let argument = argument.strip_prefix(b"&").unwrap_or(argument);
            let plain =
                argument.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"_$.".contains(&byte) || byte >= 0x80);
            let from = last_part(argument);
            if plain && is_name(&from, true) {
                let taken = functions.parameters(name.as_bytes(), whole.start(), number, arguments.len());
                hops.extend(taken.into_iter().map(|parameter| Hop::new(parameter, from.clone())));
            }
        }
    }
    hops
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let text_of = |name: Vec<u8>| String::from_utf8(name).unwrap();
        let bytes = text.as_bytes();
        hops(bytes, &Functions::new(bytes)).into_iter().map(|hop| (text_of(hop.to), text_of(hop.from))).collect()
    }

    fn goes(text: &str, to: &str, from: &str) {
        let pairs = pairs(text);
        assert!(pairs.contains(&(to.into(), from.into())), "{text}: {pairs:?}");
    }

    #[test]
    fn from_one_name_to_another() {
        goes("nøgle = værdi\n", "nøgle", "værdi");
        goes("this.pass = Objects.requireNonNull(geheim);", "pass", "geheim");
        goes("def konver_key():\n    return _K.decode(\"ascii\")\n", "konverkey", "k");
        goes("konver_key = lambda: BLOB\n", "konverkey", "blob");
        goes("const konverKey = () => BLOB;\n", "konverkey", "blob");
        goes("fun konverKey() = BLOB\n", "konverkey", "blob");
        goes(
            "class Job {\n Job(String a) {\n this(a, STANDARD);\n }\n Job(String a, String pass) { }\n}",
            "pass",
            "standard",
        );
    }

    #[test]
    fn a_call_that_makes_something_else_passes_nothing_on() {
        assert!(!pairs("this.pass = lookup(id);").contains(&("pass".into(), "id".into())));
    }
}
