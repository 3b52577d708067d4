//! Clients of the vendor's that a value is given to by position.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::brackets::{Bracket, is_letter, literal};
use super::names::last_part;
use crate::detect::hosts::names_ours;
use crate::detect::name::{Class, Words, classify, is_constructor};

/// Names of the vendor's clients that a text brings in: `from konver import Client`.
#[derive(Default)]
pub(super) struct Clients(HashSet<Vec<u8>>);

impl Clients {
    /// Reads what a text brings in.
    pub(super) fn new(bytes: &[u8]) -> Self {
        static BROUGHT: LazyLock<Option<Regex>> = LazyLock::new(|| {
            let python = r"\bfrom\s+konver(?:[._]?(?:ai|sdk|api|client|python)?)\s+import\s+\(?([\w, \t]+)";
            let script = r#"\b(?:import|const|let|var)\s*\{?([\w\s,$]{1,200})\}?\s*(?:from|=\s*require\()\s*['"](?:@?konver[\w./-]*|@[\w-]+/konver[\w-]*)['"]"#;
            let path = r"\b(?:use|import|using)\s+[\w.\\:]*\bkonver(?:\.|::|\\)(?:\w+(?:\.|::|\\))*\{?([\w, \t]+)";
            Regex::new(&format!("(?i-u)(?:{python}|{script}|{path})")).ok()
        });
        let mut names = HashSet::new();
        for found in BROUGHT.iter().flat_map(|regex| regex.captures_iter(bytes)) {
            let Some(list) = found.get(1).or_else(|| found.get(2)).or_else(|| found.get(3)) else { continue };
            for part in list.as_bytes().split(|&byte| byte == b',') {
                // `Client as Konver`: the name that it has here.
                let name = part.trim_ascii().rsplit(|&byte| !is_letter(byte)).next().unwrap_or_default();
                let whole = part.trim_ascii().split(|&byte| !is_letter(byte)).next().unwrap_or_default();
                let client = name.first().is_some_and(u8::is_ascii_uppercase) && is_constructor(whole);
                if client {
                    names.insert(last_part(name));
                }
            }
        }
        Self(names)
    }

    /// The client that a value is given to as what it is known by: its first literal, or the one behind an address.
    pub(super) fn given(&self, bytes: &[u8], levels: &[Bracket], start: usize) -> Option<Vec<u8>> {
        let level = levels.first()?;
        let path = level.callee(bytes);
        if path.is_empty() {
            return None;
        }
        let member = level.member(bytes);
        // A label says what it is.
        literal(member).filter(|_| level.members.get(level.number).is_some_and(|place| start - place.start <= 3))?;
        let brought = self.0.contains(&last_part(client_part(path)));
        let spelled = || {
            let words = Words::new(path);
            let path = spelled(path);
            words.has_vendor()
                && is_constructor(&path)
                && (words.is_client() || matches!(classify(&path), Class::Vendor | Class::Other))
                && !path.rsplit(|&byte| byte == b'.').next().is_some_and(is_request)
        };
        if !brought && !spelled() {
            return None;
        }
        let before = level.members.get(..level.number)?;
        let plain = before.iter().filter_map(|place| bytes.get(place.clone())).all(|text| {
            let named = text.iter().all(|&byte| is_letter(byte) || b"$.()&@%".contains(&byte));
            named || literal(text).is_some_and(is_address) || names_ours(text)
        });
        plain.then(|| path.to_vec())
    }
}

/// Whether a call of this name asks the vendor for something rather than makes its client.
fn is_request(name: &[u8]) -> bool {
    Words::new(name)
        .has(&["request", "fetch", "call", "use", "register", "header", "headers", "options", "with", "start", "open"])
}

/// The name of what is made: `Client` in `Client.new`.
fn client_part(path: &[u8]) -> &[u8] {
    let path =
        [&b".new"[..], b"::new", b".init", b".create"].iter().find_map(|end| path.strip_suffix(*end)).unwrap_or(path);
    path.rsplit(|&byte| !is_letter(byte)).next().unwrap_or_default()
}

/// A path with points between its names.
fn spelled(path: &[u8]) -> Vec<u8> {
    let names = path.split(|&byte| !is_letter(byte)).filter(|name| !name.is_empty());
    names.collect::<Vec<_>>().join(&b'.')
}

/// Whether a literal is an address.
fn is_address(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"://").is_some() || text.is_empty() || text.ends_with(b".ai")
}

#[cfg(test)]
mod tests {
    use super::super::brackets::around;
    use super::*;

    fn given(text: &str) -> bool {
        let bytes = text.as_bytes();
        let start = memchr::memmem::find(bytes, b"VALUE").unwrap();
        Clients::new(bytes).given(bytes, &around(bytes, start), start).is_some()
    }

    #[test]
    fn a_client_is_given_its_key_by_position() {
        for text in [
            "from konver import Client\nc = Client(\"VALUE\", \"https://api.konver.ai\")",
            "import { Client } from '@konver/sdk';\nnew Client('VALUE')",
            "use Konver\\Client;\n$c = new Client('VALUE');",
            "$c = new \\Konver\\Client('VALUE');",
            "c := konver.New(ctx, \"VALUE\")",
            "Konver.new('VALUE')",
            "KonverClient($baseUrl, \"VALUE\")",
        ] {
            assert!(given(text), "{text}");
        }
    }

    #[test]
    fn what_is_asked_for_is_given_an_id() {
        for text in [
            "from konver import Client\nc = Client(KEY)\nc.company(\"VALUE\")",
            "konver.Company(ctx, \"VALUE\")",
            "konver.companies.get(\"VALUE\")",
            "KonverClient(\"name\", \"VALUE\")",
            "from hubspot import Client\nc = Client(\"VALUE\")",
        ] {
            assert!(!given(text), "{text}");
        }
    }
}
