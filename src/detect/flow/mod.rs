//! Where a name reaches: the header, the vendor's client, another name that does.

mod names;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::context::Context;
use super::name::{Class, Family, Words, classify, is_constructor};
use names::{is_name, last_part, names};

/// Names whose value is a key because of where it is used, in lower case, by their last part.
pub(super) struct Flow {
    sinks: HashMap<Vec<u8>, Family>,
    /// Those that are used there themselves, and not only passed on.
    direct: HashSet<Vec<u8>>,
    /// The parameters of the functions that the text defines.
    functions: HashMap<Vec<u8>, Vec<Vec<u8>>>,
}

/// So often all hops are gone through: a name is followed over as many others at least.
const HOPS: usize = 4;
/// So far the arguments of a call reach, in bytes.
const CALL: usize = 300;

impl Flow {
    /// Reads a layer once.
    pub(super) fn new(bytes: &[u8], context: &Context) -> Self {
        static USE: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(
                r"(?i-u)[\w.:-]*(?:x[-_]?api[-_]?key|authorization|auth_?header|konver|hmac|crypto\.mac|secretkeyspec|importkey)[\w.:-]*",
            )
            .ok()
        });
        let mut sinks: HashMap<Vec<u8>, Family> = HashMap::new();
        for found in USE.iter().flat_map(|regex| regex.find_iter(bytes)) {
            let Some((separator, rest)) = used(bytes, found.end()) else { continue };
            let name = found.as_bytes();
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
            for used in names(rest, separator != b' ').take(most) {
                sinks.entry(used).or_insert(family);
            }
        }
        Self::follow(bytes, sinks.iter().map(|(name, family)| (name.as_slice(), *family)))
    }

    /// Follows names against the way of the data, from where they are used to where they are given a value.
    pub(super) fn follow<'n>(bytes: &[u8], names: impl Iterator<Item = (&'n [u8], Family)>) -> Self {
        let mut sinks: HashMap<Vec<u8>, Family> = names.map(|(name, family)| (last_part(name), family)).collect();
        let direct = sinks.keys().cloned().collect();
        let functions = functions(bytes);
        let mut hops = assignments(bytes);
        hops.extend(returned(bytes));
        hops.extend(passed(bytes, &functions));
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
        Self { sinks, direct, functions }
    }

    /// Whether the name is used where a key is itself, whatever it says.
    pub(super) fn is_direct(&self, name: &[u8]) -> bool {
        self.direct.contains(&last_part(name))
    }

    /// The family of secrets that the argument at `start` reaches by the parameter that takes it, with the function's name.
    pub(super) fn argument<'t>(&self, bytes: &'t [u8], start: usize) -> Option<(Family, &'t [u8])> {
        let (function, number) = call(bytes, start)?;
        let parameter = self.functions.get(&last_part(function))?.get(number)?;
        let family = self.sinks.get(parameter).copied();
        let own = match classify(parameter) {
            Class::Ours(family) => Some(family),
            _ => None,
        };
        Some((family.or(own)?, function))
    }

    /// The family of secrets that the name reaches, if any.
    pub(super) fn reaches(&self, name: &[u8]) -> Option<Family> {
        self.sinks.get(&last_part(name)).copied()
    }
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

/// `to = from`, `to: from`, `{ to: from }`: names that get their value from another one.
fn assignments(bytes: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    static HOP: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r#"(?i-u)([A-Za-z_$][\w$.]*)\s*(?::\s*[\w<>?]+\s*)?(?:=|:=|:|=>|<-)\s*(?:[&*]|"?\$)?\{?([A-Za-z_$][\w$.>-]*)\}?"#,
        )
        .ok()
    });
    let hop = |found: regex::bytes::Captures<'_>| {
        let (to, from) = (found.get(1)?, found.get(2)?);
        let from = last_part(from.as_bytes());
        is_name(&from, true).then(|| (last_part(to.as_bytes()), from))
    };
    HOP.iter().flat_map(|regex| regex.captures_iter(bytes)).filter_map(hop).collect()
}

/// What functions return, under their names: `def konver_key(): return decode(BLOB)`. A body of a few lines is looked at.
fn returned(bytes: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    static BODY: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let head = r"\b(?:function|def|fn|func|fun|sub|get)\s+([A-Za-z_]\w*)[^\n]*\n";
        Regex::new(&format!(r"(?-u){head}(?:[^\n]*\n){{0,4}}?[ \t]*return\b([^\n;]{{1,200}})")).ok()
    });
    let mut hops = Vec::new();
    for found in BODY.iter().flat_map(|regex| regex.captures_iter(bytes)) {
        let (Some(name), Some(value)) = (found.get(1), found.get(2)) else { continue };
        // A record that is returned has many fields, each with a name of its own.
        if !value.as_bytes().iter().any(|byte| b"{[:".contains(byte)) {
            hops.extend(names(value.as_bytes(), true).map(|from| (last_part(name.as_bytes()), from)));
        }
    }
    hops
}

/// The functions that the text defines, with their parameters.
fn functions(bytes: &[u8]) -> HashMap<Vec<u8>, Vec<Vec<u8>>> {
    static DEFINED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let named =
            r"\b(?:function|def|fn|func|fun|sub|proc|procedure|class|record)\s+([A-Za-z_]\w*)\s*\(([^()]{1,200})\)";
        let arrow = r"\b([A-Za-z_]\w*)\s*[=:]\s*(?:async\s*)?\(([^()]{1,200})\)\s*(?::\s*\w+\s*)?=>";
        let typed = r"\b([A-Za-z_]\w*)\(((?:[\w<>\[\]?]+\s+\w+\s*,?\s*){1,8})\)\s*(?:throws\s+\w+\s*)?(?:\{|=>)";
        Regex::new(&format!("(?-u)(?:{named}|{arrow}|{typed})")).ok()
    });
    let parameter = |text: &[u8]| {
        let text = text.split(|&byte| byte == b'=').next().unwrap_or_default();
        let named = text.split(|&byte| byte == b':').next().unwrap_or_default().trim_ascii();
        last_part(named.rsplit(|byte| byte.is_ascii_whitespace() || b"*&".contains(byte)).next().unwrap_or_default())
    };
    let define = |found: regex::bytes::Captures<'_>| {
        let (name, parameters) = [1, 3, 5].iter().find_map(|&at| Some((found.get(at)?, found.get(at + 1)?)))?;
        let parameters = parameters.as_bytes().split(|&byte| byte == b',').map(parameter).collect();
        Some((last_part(name.as_bytes()), parameters))
    };
    DEFINED.iter().flat_map(|regex| regex.captures_iter(bytes)).filter_map(define).collect()
}

/// Names that are given to parameters of functions that the text defines.
fn passed(bytes: &[u8], functions: &HashMap<Vec<u8>, Vec<Vec<u8>>>) -> Vec<(Vec<u8>, Vec<u8>)> {
    static CALLED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?-u)\b([A-Za-z_]\w*)\(([^()]{1,200})\)").ok());
    let mut hops = Vec::new();
    if functions.is_empty() {
        return hops;
    }
    for found in CALLED.iter().flat_map(|regex| regex.captures_iter(bytes)) {
        let (Some(name), Some(arguments)) = (found.get(1), found.get(2)) else { continue };
        let Some(parameters) = functions.get(&last_part(name.as_bytes())) else { continue };
        for (parameter, argument) in parameters.iter().zip(arguments.as_bytes().split(|&byte| byte == b',')) {
            let argument = argument.trim_ascii();
            let plain = argument.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_$.".contains(byte));
            let from = last_part(argument);
            if plain && is_name(&from, true) {
                hops.push((parameter.clone(), from));
            }
        }
    }
    hops
}

/// The call whose argument begins at `start`: its name, and the argument's number.
fn call(bytes: &[u8], start: usize) -> Option<(&[u8], usize)> {
    let before = bytes.get(start.saturating_sub(CALL)..start)?;
    let (mut depth, mut commas) = (0_u32, 0);
    for (at, byte) in before.iter().enumerate().rev() {
        match byte {
            b')' | b']' | b'}' => depth += 1,
            b'(' if depth == 0 => {
                let before = before.get(..at)?;
                let from = before.iter().rposition(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
                let name = before.get(from.map_or(0, |at| at + 1)..)?;
                return (!name.is_empty()).then_some((name, commas));
            }
            b'[' | b'{' if depth == 0 => return None,
            b'(' | b'[' | b'{' => depth -= 1,
            b',' if depth == 0 => commas += 1,
            b';' => return None,
            _ => {}
        }
    }
    None
}

/// Whether the value at `start` is what something is looked up by or acts on: `runs.retrieve(<value>)`, whose result is another
/// thing than the value.
pub(super) fn is_looked_up(bytes: &[u8], start: usize) -> bool {
    const ACTS: &[&str] = &[
        "retrieve", "get", "cancel", "delete", "update", "list", "find", "fetch", "load", "remove", "post", "patch",
        "send", "execute", "create", "resume", "pause", "query", "search",
    ];
    let Some((name, 0)) = call(bytes, start) else { return false };
    let acts = ACTS.iter().any(|act| name.to_ascii_lowercase().starts_with(act.as_bytes()));
    let before = bytes.get(start.saturating_sub(CALL)..start).unwrap_or_default();
    let method = memchr::memmem::rfind(before, name).and_then(|at| before.get(..at)).unwrap_or_default();
    acts && (method.ends_with(b".") || method.ends_with(b"->") || method.ends_with(b"::"))
}
