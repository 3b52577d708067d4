//! Where a name reaches: the header, the vendor's client, another name that does.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::context::Context;
use super::name::{Class, Family, Words, classify};

/// Names whose value is a key because of where it is used, in lower case, by their last part.
pub(super) struct Flow {
    sinks: HashMap<Vec<u8>, Family>,
}

/// So often a name is followed to another one.
const HOPS: usize = 4;

impl Flow {
    /// Reads a layer once.
    pub(super) fn new(bytes: &[u8], context: &Context) -> Self {
        static USE: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r#"(?i-u)([\w.:-]*(?:x[-_]?api[-_]?key|authorization|konver)[\w.:-]*)["'`\]\\)]*\s*(?:=>|:=|[:=,(]|\s)\s*[^\n;]{0,80}"#).ok()
        });
        let mut sinks: HashMap<Vec<u8>, Family> = HashMap::new();
        for found in USE.iter().flat_map(|regex| regex.captures_iter(bytes)) {
            let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else { continue };
            let class = classify(name.as_bytes());
            let family = match class {
                Class::Ours(family) => family,
                Class::Header | Class::Authorization if context.is_ours(whole.start()) => Family::Key,
                _ if Words::new(name.as_bytes()).has_vendor()
                    && whole.as_bytes().get(name.as_bytes().len()..).is_some_and(|rest| rest.contains(&b'(')) =>
                {
                    Family::Key
                }
                _ => continue,
            };
            let rest = whole.as_bytes().get(name.as_bytes().len()..).unwrap_or_default();
            let lead =
                rest.iter().position(|byte| byte.is_ascii_alphabetic() || b"_$".contains(byte)).unwrap_or(rest.len());
            let rest = rest.get(lead..).unwrap_or_default();
            let end = rest.iter().position(|byte| b",;\n".contains(byte)).unwrap_or(rest.len());
            for used in names(rest.get(..end).unwrap_or_default()).take(6) {
                sinks.entry(used).or_insert(family);
            }
        }
        Self::follow(bytes, sinks.iter().map(|(name, family)| (name.as_slice(), *family)))
    }

    /// Follows names against the way of the data, from where they are used to where they are given a value.
    pub(super) fn follow<'n>(bytes: &[u8], names: impl Iterator<Item = (&'n [u8], Family)>) -> Self {
        static HOP: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(
                r#"(?i-u)([A-Za-z_$][\w$.]*)\s*(?::\s*[\w<>?]+\s*)?(?:=|:=|:|=>|<-)\s*(?:[&*]|"?\$)?\{?([A-Za-z_$][\w$.>-]*)\}?"#,
            )
            .ok()
        });
        let mut sinks: HashMap<Vec<u8>, Family> = names.map(|(name, family)| (last_part(name), family)).collect();
        let mut hops: Vec<(Vec<u8>, Vec<u8>)> = HOP
            .iter()
            .flat_map(|regex| regex.captures_iter(bytes))
            .filter_map(|found| {
                let (to, from) = (found.get(1)?, found.get(2)?);
                let sigil = bytes.get(..from.start()).is_some_and(|before| before.ends_with(b"$"));
                let from = last_part(from.as_bytes());
                is_name(&from, sigil).then(|| (last_part(to.as_bytes()), from))
            })
            .collect();
        for _ in 0..HOPS {
            let before = sinks.len();
            hops.retain(|(to, from)| match sinks.get(to).copied() {
                Some(family) => {
                    sinks.entry(from.clone()).or_insert(family);
                    false
                }
                None => true,
            });
            if sinks.len() == before {
                break;
            }
        }
        Self { sinks }
    }

    /// The family of secrets that the name reaches, if any.
    pub(super) fn reaches(&self, name: &[u8]) -> Option<Family> {
        self.sinks.get(&last_part(name)).copied()
    }
}

fn names(text: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    text.split(|&byte| !(byte.is_ascii_alphanumeric() || b"_$.".contains(&byte)))
        .map(|name| (last_part(name), name.starts_with(b"$")))
        .filter(|(name, sigil)| is_name(name, *sigil))
        .map(|(name, _)| name)
}

/// A name that a variable can have, and that says something: not a word of the language or the library, and one letter only
/// where a sigil shows that it is a variable, as in a shell (in a minified script one letter is anything).
fn is_name(name: &[u8], sigil: bool) -> bool {
    const WORDS: &[&str] = &[
        "bearer",
        "string",
        "value",
        "const",
        "let",
        "var",
        "new",
        "await",
        "return",
        "headers",
        "header",
        "null",
        "none",
        "true",
        "false",
        "self",
        "this",
        "process",
        "env",
        "os",
        "environ",
        "get",
        "set",
        "add",
        "http",
        "https",
        "url",
        "uri",
        "application",
        "json",
        "content",
        "type",
        "accept",
        "format",
        "str",
        "the",
        "api",
        "ai",
        "com",
        "v1",
        "company",
        "id",
        "konver",
        "request",
        "options",
        "config",
        "from",
        "import",
        "require",
        "tostring",
        "getenv",
        "encode",
        "f",
        "s",
        "d",
        "n",
        "a",
        "in",
        "of",
        "to",
        "is",
        "if",
        "else",
        "function",
        "def",
        "name",
        "key_name",
        "fetch",
        "body",
        "method",
        "data",
    ];
    name.len() > usize::from(!sigil)
        && !name.first().is_some_and(u8::is_ascii_digit)
        && !WORDS.iter().any(|word| word.as_bytes() == name)
}

fn last_part(name: &[u8]) -> Vec<u8> {
    let name = name.rsplit(|&byte| byte == b'.' || byte == b'>').find(|part| !part.is_empty()).unwrap_or_default();
    let name: Vec<u8> = name.iter().filter(|byte| !b"$-".contains(byte)).map(u8::to_ascii_lowercase).collect();
    name.strip_prefix(b"_").map_or(name.clone(), <[u8]>::to_vec)
}
