//! Settings that belong together by how their names begin: `ENRICH_HOST=api.konver.ai` says whose `ENRICH_TOKEN` is, and
//! `bridge.backend: konver` whose `bridge.apiToken`.

use bstr::ByteSlice;

use super::context::Context;
use super::hosts::names_ours;
use super::name::{Words, is_elsewhere, stem};

/// So many lines around a setting are read.
const LINES: usize = 12;
/// How far behind a name its value begins, in bytes: it may stand on the next line, behind a name of its own.
const REACH: usize = 120;

/// Whether a setting beside the one of this name, whose name begins in the same way, is an address or the name of the vendor's.
pub(super) fn is_ours(bytes: &[u8], context: &Context, start: usize, name: &[u8]) -> bool {
    let stem = stem(name);
    if stem.is_empty() || is_elsewhere(&stem.join(&b'_')) {
        return false;
    }
    let text = around(bytes, context, start);
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte) || byte >= 0x80;
    let mut at = 0;
    text.chunk_by(|&a, &b| part(a) == part(b)).any(|run| {
        at += run.len();
        let begins = run != name && Words::new(run).begin_with(&stem);
        begins && is_about_vendor(text.get(at..text.len().min(at + REACH)).unwrap_or_default())
    })
}

/// The lines around a place, or as much of them as is near.
fn around<'t>(bytes: &'t [u8], context: &Context, start: usize) -> &'t [u8] {
    const NEAR: usize = 2000;
    let line = context.line(start);
    let from = context.start(line.saturating_sub(LINES)).max(start.saturating_sub(NEAR));
    let to = context.line_end(line + LINES).min(start + NEAR).min(bytes.len());
    bytes.get(from..to).unwrap_or_default()
}

/// The name that another setting gives to the value of this one: `httpHeaderName1: X-Api-Key` to that of `httpHeaderValue1`.
pub(super) fn named_by(bytes: &[u8], context: &Context, start: usize, name: &[u8]) -> Option<Vec<u8>> {
    let swapped = [(&b"Value"[..], &b"Name"[..]), (b"VALUE", b"NAME"), (b"value", b"name")];
    let (value, label) = swapped.into_iter().find(|(value, _)| memchr::memmem::find(name, value).is_some())?;
    let other = name.replace(value, label);
    // `value` alone has its name in its own object.
    if name.len() < value.len() + 3 {
        return None;
    }
    let text = around(bytes, context, start);
    let at = memchr::memmem::find(text, &other)?;
    let rest = text.get(at + other.len()..)?.split(|&byte| byte == b'\n').next()?;
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    rest.split(|byte| !part(byte)).find(|part| !part.is_empty()).map(<[u8]>::to_vec)
}

/// Whether the value that follows a name is the vendor's name or an address of its.
fn is_about_vendor(rest: &[u8]) -> bool {
    let mut lines = rest.split(|&byte| byte == b'\n');
    let own = lines.next().unwrap_or_default();
    let value = if own.iter().all(|byte| b"\"', \t\r".contains(byte)) {
        // `- name: bridge.backend`, and `value: konver` below it
        let below = lines.next().unwrap_or_default();
        below.splitn(2, |byte| b":=".contains(byte)).nth(1).unwrap_or_default()
    } else {
        own
    };
    let value =
        value.split(|byte| b":=>\"'` \t,;\r)}".contains(byte)).find(|part| !part.is_empty() && *part != b"https");
    value.is_some_and(|value| names_ours(value) || value.eq_ignore_ascii_case(b"konver"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(text: &str, name: &str) -> bool {
        let start = text.find("VALUE").unwrap();
        is_ours(text.as_bytes(), &Context::new(text.as_bytes()), start, name.as_bytes())
    }

    #[test]
    fn a_setting_beside_says_whose_it_is() {
        for (text, name) in [
            ("ENRICH_HOST=api.konver.ai\nENRICH_TOKEN=VALUE\n", "ENRICH_TOKEN"),
            ("firmApiKey: 'VALUE',\nfirmUrl: 'https://api.konver.ai/v1'", "firmApiKey"),
            ("- name: bridge.backend\n  value: konver\n- name: bridge.apiToken\n  value: VALUE", "bridge.apiToken"),
            ("set(FIRM_HOST \"api.konver.ai\")\nset(FIRM_SECRET \"VALUE\")", "FIRM_SECRET"),
        ] {
            assert!(ours(text, name), "{text}");
        }
    }

    #[test]
    fn a_setting_names_the_value_of_another() {
        let text = "httpHeaderName1: X-Api-Key\nhttpHeaderValue1: VALUE";
        let named = named_by(text.as_bytes(), &Context::new(text.as_bytes()), 45, b"httpHeaderValue1");
        assert_eq!(named.as_deref(), Some(&b"X-Api-Key"[..]));
    }

    #[test]
    fn a_setting_of_another_name_says_nothing() {
        for (text, name) in [
            ("ENRICH_HOST=api.konver.ai\nHERE_TOKEN=VALUE\n", "HERE_TOKEN"),
            ("KONVER_HOST=api.konver.ai\nAPI_TOKEN=VALUE\n", "API_TOKEN"),
            ("MAPS_HOST=maps.acme.io\nMAPS_TOKEN=VALUE # not konver\n", "MAPS_TOKEN"),
            ("slack.channel: konver\nslack.token: VALUE\n", "slack.token"),
        ] {
            assert!(!ours(text, name), "{text}");
        }
    }
}
