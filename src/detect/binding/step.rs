//! What one name on the way says of the value.

use std::ops::Range;

use super::call::{READERS, SETTERS, WRAPPERS, is_called_by, is_key_import, is_read};
use super::pair::is_label_word;
use super::walk::Walk;
use super::{Binding, line_before};
use crate::detect::name::{Class, Family, Words, classify, is_constructor, is_elsewhere};
use crate::finding::Evidence;

/// Takes one name into account; whether to go on.
#[expect(clippy::too_many_lines, reason = "one arm for each class of names; each arm is short")]
pub(super) fn step(bytes: &[u8], binding: &mut Binding<'_>, walk: &mut Walk, name: &[u8], place: Range<usize>) -> bool {
    let name = [&b"-H"[..], b"-D", b"-P"].iter().find_map(|flag| name.strip_prefix(*flag)).unwrap_or(name);
    // Another value on the way, which may well begin with the vendor's name, names nothing.
    if is_value(name) {
        return true;
    }
    if walk.first && !walk.bound && [&b"to"[..], b"with", b"for", b"as"].contains(&name) {
        return true;
    }
    let class =
        if binding.headers.iter().any(|header| name.ends_with(header)) { Class::Header } else { classify(name) };
    let label = classify(&walk.phrase);
    let class = match (class, label) {
        (
            Class::Neutral | Class::NeutralHook | Class::Vendor | Class::Other | Class::Slot,
            Class::Ours(_) | Class::NeutralHook,
        )
        | (Class::Other, Class::Neutral)
        | (Class::Neutral | Class::Vendor, Class::Refused) => label,
        (Class::Neutral, Class::Foreign) if is_prose(&walk.phrase) => label,
        (Class::Vendor, _) if walk.bound && Words::new(&walk.phrase).has_no_secret() => Class::Refused,
        _ => class,
    };
    // An element holds a value, `constant` in a declaration holds none.
    let element = place.start.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'<');
    let class = if class == Class::Slot && name == b"constant" && !element { Class::Other } else { class };
    if matches!(
        name,
        b"process.env" | b"import.meta.env" | b"os.environ" | b"ENV" | b"env" | b"environ" | b"System" | b"Deno.env"
    ) {
        return true;
    }
    // `environment switch { "Production" => "<value>" }`: what is asked says nothing of the answer.
    if walk.opened && name == b"switch" || std::mem::take(&mut walk.subject) {
        walk.subject = name == b"switch";
        return true;
    }
    // `const token = ref("<value>")`: a container that is observed, or pointed to.
    if walk.called && WRAPPERS.contains(&name) {
        walk.called = false;
        return true;
    }
    if walk.first && name == b"or" {
        walk.fallback = true;
        return true;
    }
    // `parts: string[] = [...]`, `PART: &[u8] = ...`
    if matches!(class, Class::Slot | Class::Other) && is_type(bytes, &place) {
        return true;
    }
    if walk.fallback && !matches!(class, Class::Ours(_) | Class::Header | Class::Authorization) {
        return true;
    }
    let named = matches!(class, Class::Neutral | Class::NeutralHook)
        || matches!(class, Class::Other | Class::Foreign) && walk.names == 1;
    let set = walk.commas == 1 && walk.depth == 0 && named;
    if set && is_called_by(bytes, place.start, SETTERS) {
        walk.commas = 0;
        walk.bound = true;
    }
    // `["--api-key", "<value>"]`
    if walk.commas == 1
        && walk.names == 1
        && walk.quoted
        && name.starts_with(b"--")
        && bytes.get(place.start.wrapping_sub(1)).is_some_and(|byte| b"\"'".contains(byte))
    {
        walk.commas = 0;
        walk.bound = true;
    }
    // A label of several words says more than its last one: `minisign public key`.
    let joined = walk.phrase.len() > name.len()
        && binding.variable.as_ref().is_none_or(|variable| variable.end == walk.phrase_end);
    if joined
        && binding.neutral.is_some()
        && class != Class::Refused
        && walk.names < 5
        && (label == Class::Refused || label == Class::Foreign && is_prose(&walk.phrase))
    {
        binding.foreign = true;
        return false;
    }
    if walk.commas > 0 && name.contains(&b'/') {
        return true;
    }
    if walk.called && walk.depth == 0 && walk.later && is_key_import(name) {
        // `importKey("raw", encode("<value>"), ...)`
        binding.hmac = true;
        return false;
    }
    if walk.depth > 0 || walk.commas > 0 {
        // What a call or an index in front of the value is about: only what names it outright counts.
        let outright = matches!(class, Class::Ours(_) | Class::Header | Class::Authorization)
            && (walk.commas == 0 || walk.depth <= u32::from(class == Class::Header) && walk.commas < 2);
        if !outright {
            return true;
        }
    }
    // What reads a secret takes its name, its version or its id, never the secret.
    if walk.called
        && (READERS.iter().any(|reader| name.to_ascii_lowercase().ends_with(reader.as_bytes()))
            || Words::new(name).has(&["uuid", "guid"]))
    {
        binding.foreign = true;
        return false;
    }
    // `company is <value>`, `commit: <value>`
    let said = walk.first || walk.names == 2 && !walk.bound && bytes.get(place.end..).is_some_and(is_copula);
    if said && (NOT_KEYS.iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes())) && (walk.bound || !walk.quoted))
    {
        binding.foreign = true;
        return false;
    }
    if walk.commas > 0 && is_read(bytes, place.start) || name == b"key" && walk.first && in_tag(bytes, place.start) {
        binding.foreign = true;
        return false;
    }
    let in_literal = place.start > walk.literal;
    let loose = !walk.bound && !walk.called && walk.others > 1 && !binding.slot;
    let adjacent = walk.quoted && walk.names == 1;
    let first = std::mem::replace(&mut walk.first, false);
    let called = std::mem::replace(&mut walk.called, false);
    if first && name == b"return" {
        binding.returned = true;
    }
    let lower = name.to_ascii_lowercase();
    let signs = lower.windows(4).any(|part| part == b"hmac") || lower == b"secretkeyspec";
    if !matches!(class, Class::Ours(_)) && signs {
        binding.hmac = true;
        return false;
    }
    match class {
        Class::Ours(family) => {
            let own_name = binding.variable.is_some() && binding.neutral.is_none();
            let body = walk.body && binding.neutral.is_none() && !binding.returned
                || walk.climbed && !Words::new(name).is_exact();
            if !loose && (!walk.list || is_of_list(walk, name)) && !body && (!own_name || Words::new(name).is_exact()) {
                binding.ours = Some((family, Evidence::Name, place));
            } else {
                binding.broken = true;
            }
            false
        }
        Class::Header | Class::Authorization => {
            binding.bearer |= class == Class::Authorization;
            binding.header = !loose
                && (binding.variable.is_none() || binding.neutral.is_some())
                && !(class == Class::Authorization && binding.broken);
            false
        }
        Class::Neutral | Class::NeutralHook => {
            let flagged = name.starts_with(b"-") || walk.bound || called || !first || in_literal || adjacent;
            let prose = !walk.bound && walk.others > 1;
            if (!flagged || prose) && !name.starts_with(b"-") {
                walk.others += 1;
                return true;
            }
            let family = if class == Class::Neutral { Family::Key } else { Family::Webhook };
            if label == Class::NeutralHook && binding.neutral.is_some() {
                binding.neutral = Some(Family::Webhook);
                binding.own = false;
            }
            if binding.variable.is_none() {
                binding.neutral.get_or_insert(family);
                binding.is_bare = Words::new(name).is_bare_key();
                // `setAuthToken(...)` is given what a client sends.
                binding.own |= Words::new(name).is_application() && !(called && Words::new(name).has(&["set"]));
            }
            binding.variable.get_or_insert(place);
            true
        }
        Class::Vendor => {
            if in_literal
                || walk.later && binding.neutral.is_none()
                || walk.others > 0
                || walk.list
                || (binding.broken && binding.neutral.is_none())
                || (!walk.bound && !called && binding.neutral.is_none() && !binding.slot && !binding.bearer)
            {
                walk.others += 1;
                return true;
            }
            if called && binding.neutral.is_none() && !is_constructor(name) {
                walk.others += 1;
                return true;
            }
            let evidence = if called { Evidence::Client } else { Evidence::Name };
            binding.ours = Some((binding.neutral.unwrap_or(Family::Key), evidence, place));
            false
        }
        Class::Slot => {
            // In running text such a word is one of many.
            binding.slot |= binding.variable.is_none() && (walk.bound || walk.others == 0);
            true
        }
        // What the object of a value with its own name stands in is asked later, if that name says nothing.
        Class::Foreign | Class::Refused if binding.slot && walk.later => false,
        Class::Refused if binding.slot && is_label_word(name) => true,
        Class::Foreign | Class::Refused => {
            if class == Class::Foreign && walk.bound && binding.variable.is_none() {
                binding.stranger = Some(place);
            }
            if binding.neutral.is_none() || !walk.bound {
                binding.foreign = binding.ours.is_none() && (binding.neutral.is_none() || class == Class::Foreign);
            }
            false
        }
        Class::Other => other(binding, walk, name, place, called),
    }
}

/// Whether a word is a value rather than a name: long, and with letters and digits in turns, as no name has them.
pub(super) fn is_value(name: &[u8]) -> bool {
    const TURNS: usize = 4;
    let turns =
        name.windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit())).count();
    name.len() >= 20 && turns >= TURNS
}

/// Whether a later member of a list is one of the keys that its name speaks of: `KONVER_KEYS = [...]`, or the new one beside the
/// old.
fn is_of_list(walk: &Walk, name: &[u8]) -> bool {
    Words::new(name).is_exact() && (walk.members == 1 || name.ends_with(b"s") || name.ends_with(b"S"))
}

/// Whether the name is a type between a variable and its value.
fn is_type(bytes: &[u8], place: &Range<usize>) -> bool {
    let before = bytes.get(place.start.saturating_sub(40)..place.start).unwrap_or_default();
    let after = bytes.get(place.end..).unwrap_or_default();
    let marks = after.iter().take(12).take_while(|byte| b"[]<>? &".contains(byte)).count();
    // `android:value=` is one name.
    let marks_before = before.iter().rev().take_while(|byte| b"&[*".contains(byte)).count();
    let before = before.get(..before.len() - marks_before).unwrap_or_default();
    before.ends_with(b": ") && after.get(marks..).is_some_and(|rest| rest.starts_with(b"=") && !rest.starts_with(b"=="))
}

/// Whether the text goes on with the word by which running text says what something is.
fn is_copula(text: &[u8]) -> bool {
    [&b" is "[..], b" was "].iter().any(|copula| text.starts_with(copula))
}

/// Whether a label is made of plain words of a text: `package repository key`.
fn is_prose(phrase: &[u8]) -> bool {
    let words: Vec<&[u8]> = phrase.split(|&byte| byte == b'_').collect();
    words.len() > 2 && words.iter().all(|word| word.len() > 2 && word.iter().all(u8::is_ascii_lowercase))
}

/// A name that is none of a key's.
pub(super) fn other(
    binding: &mut Binding<'_>,
    walk: &mut Walk,
    name: &[u8],
    place: Range<usize>,
    called: bool,
) -> bool {
    if name.eq_ignore_ascii_case(b"bearer") {
        binding.bearer = true;
        return true;
    }
    let words = Words::new(name);
    if words.has_vendor()
        && (called && binding.variable.is_none() && is_constructor(name)
            || binding.neutral.is_some() && words.is_exact())
        && !walk.list
    {
        let evidence = if called { Evidence::Client } else { Evidence::Name };
        binding.ours = Some((binding.neutral.unwrap_or(Family::Key), evidence, place));
        return false;
    }
    if words.is_filler()
        && (name.trim_ascii().iter().filter(|byte| byte.is_ascii_alphanumeric()).count() > 1 || !walk.bound)
    {
        if walk.bound && walk.depth == 0 && binding.assigned.is_none() {
            binding.assigned = Some(place);
        }
        return true;
    }
    let record = (walk.climbed && walk.bound || walk.opened) && walk.lines == 0 || called;
    if record && binding.neutral.is_some() && is_elsewhere(name) {
        // `'crypt' => ['key' => ...]`, `new OpenAI({ apiKey: ... })`
        binding.elsewhere = true;
    }
    if walk.opened && walk.lines == 0 && walk.bound && binding.neutral.is_some() && !words.has_thing() {
        // `mapbox: { token: ... }`
        binding.elsewhere = true;
    }
    walk.others += 1;
    if walk.bound && walk.names == 1 && words.is_compound_of_vendor() {
        // `KONVER_COMPANY=`: something else of the vendor's, unless it is used where a key is.
        (binding.stranger, binding.foreign) = (Some(place), true);
        return false;
    }
    if walk.bound && binding.variable.is_none() && !binding.slot {
        binding.variable = Some(place);
        binding.broken = true;
    }
    true
}

/// Whether the offset lies in a tag of markup, where `key` is what a list is ordered by.
pub(super) fn in_tag(bytes: &[u8], at: usize) -> bool {
    let line = line_before(bytes, at);
    memchr::memrchr(b'<', line).is_some_and(|open| {
        let tag = line.get(open + 1..).unwrap_or_default();
        tag.first().is_some_and(u8::is_ascii_alphabetic) && !tag.contains(&b'>')
    })
}

/// Names in front of a value that say that it is none of a key.
const NOT_KEYS: &[&str] = &[
    "secure",
    "encrypted",
    "cipher",
    "ciphertext",
    "sealed",
    "encrypteddata",
    "encryptedvalue",
    "see",
    "trace",
    "commit",
    "sha",
    "rev",
    "revision",
    "hash",
    "digest",
    "at",
    "parent",
    "merge",
    "request",
    "etag",
    "uuid",
    "guid",
    "checksum",
    "trace_id",
    "by",
    "version",
    "build",
    "company",
    "executing",
    "output",
    "bisect",
    "cherry-picked",
];
