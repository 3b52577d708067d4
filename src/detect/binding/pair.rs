//! A name and its value in a pair: the other half stands beside, before or behind, within a few lines.

use std::ops::Range;

use bstr::ByteSlice;

use super::step::is_value;
use super::{Binding, is_name};
use crate::detect::context::Context;
use crate::detect::name::{Class, Family, Words, classify, is_elsewhere};
use crate::finding::Evidence;

/// So many words may stand between a value and the name behind it.
const AHEAD: usize = 3;

/// Words of pairs that are not the name that the pair is about.
const PAIR: &[&str] = &[
    "key",
    "name",
    "type",
    "in",
    "header",
    "headers",
    "required",
    "schema",
    "string",
    "true",
    "false",
    "enabled",
    "secret",
    "text",
    "description",
    "null",
    "is",
    "sensitive",
    "option",
    "kind",
    "field",
    "values",
    "variable",
    "env",
    "xsi",
    "xsd",
    "parameter",
    "property",
    "add",
    "dict",
    "td",
    "th",
    "code",
    "secure",
    "masked",
    "protected",
    "default",
    "disabled",
    "label",
    "title",
    "encrypted",
    "hidden",
    "scope",
    "id",
];

/// A name and a value in a pair: the other half stands beside, before or behind, within a few lines.
pub(super) fn pair(bytes: &[u8], context: &Context, span: &Range<usize>, binding: &mut Binding<'_>) {
    let line = context.line(span.start);
    if !binding.slot {
        // `setValue("<value>", forHTTPHeaderField: "X-Api-Key")`, `<add value="<value>" key="Konver:ApiKey">`
        if binding.variable.is_some() || binding.neutral.is_some() {
            return;
        }
        // `GET /company/<id>  x-api-key: ...`
        let path = span.start.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'/');
        if path {
            return;
        }
        named_behind(bytes.get(span.end..context.line_end(line).min(span.end + 160)).unwrap_or_default(), binding);
        return;
    }
    let from = context.start(line.saturating_sub(4)).max(span.start.saturating_sub(400));
    let to = context.line_end(line + 4).min(span.end + 400).min(bytes.len());
    let behind = item(object(bytes.get(from..span.start).unwrap_or_default(), true), true);
    let ahead = item(object(bytes.get(span.end..to).unwrap_or_default(), false), false);
    let (behind, ahead) = (labels(behind), labels(ahead));
    let is_labelled = |pair: &[Label]| match pair {
        [label, name] => {
            let class = classify(&name.text);
            let says = !matches!(class, Class::Other | Class::Refused | Class::Foreign | Class::Vendor);
            // `{ "name": "id", "value": ... }` is an id.
            let is_id = label.field && name.text == b"id";
            let labels = is_label_word(&label.text) && (!is_label_word(&name.text) || is_id);
            labels && (label.field || says) && class != Class::Slot
        }
        _ => false,
    };
    let named = |names: &[Label], at: Option<usize>| at.and_then(|at| names.get(at + 1)).map(|name| name.text.clone());
    let labelled = |names: &[Label]| named(names, names.windows(2).rposition(is_labelled));
    let first = |names: &[Label]| named(names, names.windows(2).position(is_labelled));
    let slots = |names: &[Label]| {
        names.windows(2).any(
            |pair| matches!(pair, [label, name] if is_label_word(&label.text) && classify(&name.text) == Class::Slot),
        )
    };
    let mut generic = slots(&behind) || slots(&ahead);
    if let Some(name) = labelled(&behind).or_else(|| first(&ahead)) {
        match classify(&name) {
            Class::Ours(family) => binding.ours = Some((family, Evidence::Name, 0..0)),
            Class::Header => binding.header = true,
            Class::Authorization => (binding.header, binding.bearer) = (true, true),
            Class::Neutral => binding.neutral = Some(Family::Key),
            Class::NeutralHook => binding.neutral = Some(Family::Webhook),
            Class::Slot => generic = true,
            Class::Vendor => {}
            _ if Words::new(&name).is_filler() => {}
            class => {
                binding.foreign = true;
                binding.label = (class == Class::Foreign).then_some(name);
                return;
            }
        }
        if binding.ours.is_some() || binding.header || binding.neutral.is_some() {
            return;
        }
    }
    let (behind, ahead): (Vec<&[u8]>, Vec<&[u8]>) =
        (behind.iter().rev().map(Label::bytes).collect(), ahead.iter().map(Label::bytes).collect());
    if halves(behind.into_iter(), binding, true) || halves(ahead.into_iter(), binding, true) {
        return;
    }
    if generic || binding.neutral.is_none() && !binding.broken {
        // The other half may be the next object of a list, or what a block belongs to.
        let from = context.start(line.saturating_sub(1)).max(span.start.saturating_sub(200));
        let to = context.line_end(line + 1).min(span.end + 200).min(bytes.len());
        let own = context.start(line).max(from)..context.line_end(line).min(to);
        let own = bytes.get(own).unwrap_or_default();
        // Where the value's own line names something else, a name on another line is not the value's.
        let in_front = bytes.get(context.start(line).max(from)..span.start).unwrap_or_default();
        let named = in_front.split(|&byte| !is_name(byte)).any(|name| Words::new(name).is_compound_of_vendor());
        let near = [bytes.get(from..span.start).unwrap_or_default(), bytes.get(span.end..to).unwrap_or_default()];
        for name in near.iter().flat_map(|text| text.split(|&byte| !is_name(byte))).filter(|name| !name.is_empty()) {
            match classify(name) {
                Class::Header => binding.header = true,
                Class::Ours(family) if !named || memchr::memmem::find(own, name).is_some() => {
                    binding.ours = Some((family, Evidence::Name, 0..0));
                }
                _ => continue,
            }
            return;
        }
    }
}

/// Takes into account what stands behind a value on its line: `setValue("<value>", forHTTPHeaderField: "X-Api-Key")`.
fn named_behind(ahead: &[u8], binding: &mut Binding<'_>) {
    let ahead = object(ahead, false);
    // A sentence ends where prose has a point: what follows is about something else.
    let ahead = ahead.get(..memchr::memmem::find(ahead, b". ").unwrap_or(ahead.len())).unwrap_or(ahead);
    let names: Vec<&[u8]> = ahead
        .split(|&byte| !(is_name(byte) || byte == b':'))
        .filter(|name| name.iter().any(u8::is_ascii_alphabetic))
        .take(AHEAD)
        .collect();
    if let [label, name, ..] = names.as_slice()
        && label.to_ascii_lowercase().ends_with(b"field:")
        && !matches!(classify(name), Class::Ours(_) | Class::Header | Class::Authorization)
    {
        binding.foreign = true;
        return;
    }
    halves(names.into_iter(), binding, false);
}

/// A name or a label of a pair.
struct Label {
    text: Vec<u8>,
    /// A mark says that a value belongs to it: `name:`, `name=`, `<name>`.
    field: bool,
}

impl Label {
    fn bytes(&self) -> &[u8] {
        &self.text
    }
}

/// The names and labels of a text. Words that follow one another are one label: `Konver API key`; a sentence is none.
fn labels(text: &[u8]) -> Vec<Label> {
    const RUNNING: &[&[u8]] = &[b"in", b"the", b"from", b"with", b"by", b"on", b"at"];
    // A field's name ends with its colon.
    let text = without_closing_tags(text).replace(b": ", b":\n");
    let mut labels = Vec::new();
    let mut at = 0;
    for part in text.split(|byte| !(is_name(*byte) || b": /".contains(byte))) {
        at += part.len();
        let rest = text.get(at..).unwrap_or_default();
        at += 1;
        let next = rest.iter().find(|byte| !b"\"'`\\] ".contains(byte)).copied().unwrap_or_default();
        let words: Vec<&[u8]> = part.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).collect();
        let colon = words.iter().any(|word| word.ends_with(b":"));
        let field = colon || b":=>".contains(&next);
        if (2..=4).contains(&words.len()) && !colon {
            let text = words.join(&b'_');
            let running = words.iter().any(|word| RUNNING.contains(word)) || !field && classify(&text) == Class::Other;
            if !running {
                labels.push(Label { text, field });
            }
        } else {
            labels.extend(
                words.iter().map(|word| Label { text: word.strip_suffix(b":").unwrap_or(word).to_vec(), field }),
            );
        }
    }
    // Another value, which may well begin with the vendor's name, names nothing.
    labels.retain(|label| label.text.iter().any(u8::is_ascii_alphabetic) && !is_value(&label.text));
    labels
}

/// The text with closing tags taken out: they name again what has been named.
pub(super) fn without_closing_tags(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, b"</") {
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        let behind = rest.get(at..).unwrap_or_default();
        rest = behind.get(memchr::memchr(b'>', behind).map_or(2, |end| end)..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

/// Words behind which the name of a pair stands.
pub(super) fn is_label_word(word: &[u8]) -> bool {
    const LABELS: &[&str] = &[
        "name",
        "key",
        "field",
        "id",
        "variable",
        "param-name",
        "parametername",
        "headername",
        "fieldname",
        "keyvalue",
        "option_name",
        "param",
        "property",
        "metric",
        "label",
        "title",
        "secretname",
        "var",
    ];
    let lower = word.to_ascii_lowercase();
    let digits = lower.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let lower = lower.get(..lower.len() - digits).unwrap_or_default();
    LABELS.iter().any(|label| label.as_bytes() == lower)
        || lower.ends_with(b"-name")
        || lower.ends_with(b"_name")
        || lower.ends_with(b"name") && lower.len() < 16
}

/// The text as far as the item of a list, or the tag, goes.
pub(super) fn item(text: &[u8], back: bool) -> &[u8] {
    if back {
        if let Some(open) = memchr::memrchr(b'<', text) {
            // An attribute of a tag: nothing in front of the tag counts.
            if !text.get(open..).is_some_and(|tag| tag.contains(&b'>')) {
                return text.get(open..).unwrap_or(text);
            }
        }
        // The row of a table.
        if let Some(row) = memchr::memmem::rfind(text, b"<tr") {
            return text.get(row..).unwrap_or(text);
        }
        let mut at = text.len();
        for line in text.rsplit(|&byte| byte == b'\n') {
            at -= line.len().min(at);
            if line.trim_ascii_start().starts_with(b"- ") || line.trim_ascii_start().starts_with(b"-\t") {
                return text.get(at..).unwrap_or(text);
            }
            if line.trim_ascii().is_empty() && at + line.len() < text.len() {
                return text.get(at..).unwrap_or(text);
            }
            at = at.saturating_sub(1);
        }
        return text;
    }
    let text = text.get(..memchr::memmem::find(text, b"</tr").unwrap_or(text.len())).unwrap_or(text);
    let mut at = 0;
    for (number, line) in text.split(|&byte| byte == b'\n').enumerate() {
        if number > 0 && (line.trim_ascii_start().starts_with(b"- ") || line.trim_ascii().is_empty()) {
            return text.get(..at).unwrap_or(text);
        }
        at += line.len() + 1;
    }
    if let Some(close) = memchr::memchr2(b'>', b'<', text)
        && text.get(close) == Some(&b'>')
    {
        return text.get(..close).unwrap_or(text);
    }
    text
}

/// The text as far as the object, the element or the statement goes.
pub(super) fn object(text: &[u8], back: bool) -> &[u8] {
    let mut depth = 0_i32;
    let ends = |&byte: &u8| {
        let (opens, closes): (&[u8], &[u8]) = if back { (b")]}", b"([{") } else { (b"([{", b")]}") };
        depth += i32::from(opens.contains(&byte)) - i32::from(closes.contains(&byte));
        depth < 0 || byte == b';'
    };
    if back {
        let length = text.iter().rev().position(ends).unwrap_or(text.len());
        text.get(text.len() - length..).unwrap_or(text)
    } else {
        let length = text.iter().position(ends).unwrap_or(text.len());
        text.get(..length).unwrap_or(text)
    }
}

/// Looks for the pair's other half, nearest first; whether it was found, whatever it says.
pub(super) fn halves<'t>(names: impl Iterator<Item = &'t [u8]>, binding: &mut Binding<'_>, slot: bool) -> bool {
    let mut thing = None;
    for name in names.filter(|name| name.iter().any(u8::is_ascii_alphabetic)).take(24) {
        let name = name.strip_suffix(b":").unwrap_or(name).trim_ascii();
        let lower = name.to_ascii_lowercase();
        if slot && PAIR.iter().any(|word| word.as_bytes() == lower) {
            continue;
        }
        match classify(name) {
            Class::Ours(family) => binding.ours = Some((family, Evidence::Name, 0..0)),
            Class::Header => binding.header = true,
            Class::Authorization if slot => (binding.header, binding.bearer) = (true, true),
            Class::Neutral if slot => {
                thing = Some(Family::Key);
                binding.neutral.get_or_insert(Family::Key);
                continue;
            }
            Class::NeutralHook if slot => {
                thing = Some(Family::Webhook);
                binding.neutral.get_or_insert(Family::Webhook);
                continue;
            }
            Class::Vendor if thing.is_some() => {
                binding.ours = Some((thing.unwrap_or(Family::Key), Evidence::Name, 0..0));
            }
            Class::Slot | Class::Vendor => continue,
            // The nearest name of something else: `env:"KONVER_WORKSPACE" envDefault:"..."`
            Class::Other if slot && Words::new(name).is_compound_of_vendor() => {
                binding.foreign = true;
            }
            Class::Refused if slot && Words::new(name).is_id() => {
                binding.foreign = true;
            }
            _ => {
                binding.broken |= slot && !Words::new(name).is_filler();
                binding.elsewhere |= slot && thing.is_some() && is_elsewhere(name);
                continue;
            }
        }
        return true;
    }
    thing.is_some()
}
