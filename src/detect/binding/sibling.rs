//! What stands beside a value in its object: the service that a record is about, which names a secret without a vendor's name.

use super::{Binding, is_name};
use crate::detect::context::Context;
use crate::detect::name::{Class, Family, Words, classify, is_elsewhere};
use crate::finding::Evidence;

/// How far an object's ends are looked for, in bytes, and how many levels up.
const REACH: usize = 2000;
const LEVELS: usize = 4;

/// Fields that say whose a record is.
const OWNERS: &[&str] = &[
    "provider",
    "vendor",
    "service",
    "integration",
    "system",
    "platform",
    "product",
    "app",
    "slug",
    "source",
    "saas",
    "partner",
    "supplier",
    "connector",
];
/// Fields that may say so.
const NAMES: &[&str] = &[
    "name",
    "title",
    "label",
    "type",
    "kind",
    "id",
    "key",
    "host",
    "url",
    "uri",
    "baseurl",
    "base_url",
    "endpoint",
    "pk",
    "sk",
    "site",
    "domain",
    "driver",
    "description",
    "variable",
    "secret_name",
    "target",
];

/// Fields that hold the name of what stands in `value`.
const LABELS: &[&str] = &[
    "name",
    "key",
    "title",
    "label",
    "variable",
    "field",
    "id",
    "custom_key",
    "customkey",
    "header",
    "headername",
    "slug",
    "secret_name",
    "secretname",
    "parameter",
    "property",
];

/// What the fields of a record say of its values.
enum Record {
    /// It is about the vendor.
    Vendor,
    /// It is about somebody else.
    Somebody,
    /// Its label names a secret, or the header.
    Label(Class),
    /// Nothing.
    Unknown,
}

/// Looks for the record that the value stands in, innermost first: whose it is, and for a value that its own name says nothing
/// of, what it is called.
pub(super) fn siblings(bytes: &[u8], context: &Context, start: usize, binding: &mut Binding<'_>) {
    let (mut from, mut to) = (start, start);
    for level in 0..LEVELS {
        let Some(object) = enclosing(bytes, from, to) else { break };
        (from, to) = object;
        if binding.neutral.is_some() && is_elsewhere(holder(bytes, from)) {
            binding.elsewhere = true;
            return;
        }
        let object = bytes.get(from..to).unwrap_or_default();
        let record = of_fields(fields(object).split(|byte| b"\n,;".contains(byte)), binding.slot, level == 0);
        if settle(record, binding) {
            return;
        }
    }
    if from == start {
        blocks(bytes, context, start, binding);
    }
}

/// Takes what a record says into account; whether that settles it.
fn settle(record: Record, binding: &mut Binding<'_>) -> bool {
    let nameless = binding.slot && binding.neutral.is_none();
    match (record, binding.neutral) {
        (Record::Vendor, Some(family)) => binding.ours = Some((family, Evidence::Name, 0..0)),
        (Record::Somebody, Some(_)) => binding.elsewhere = true,
        (Record::Label(Class::Ours(family)), _) if nameless => binding.ours = Some((family, Evidence::Name, 0..0)),
        (Record::Label(Class::Header), _) if nameless => binding.header = true,
        (Record::Label(Class::Neutral), _) if nameless => {
            binding.neutral = Some(Family::Key);
            return false;
        }
        _ => return false,
    }
    true
}

/// The braces around a place.
fn enclosing(bytes: &[u8], from: usize, to: usize) -> Option<(usize, usize)> {
    let floor = from.saturating_sub(REACH);
    let mut depth = 0_i32;
    let open = bytes.get(floor..from)?.iter().rposition(|byte| {
        depth += i32::from(*byte == b'}') - i32::from(*byte == b'{');
        depth < 0
    })?;
    depth = 0;
    let ahead = bytes.get(to..bytes.len().min(to + REACH))?;
    let close = ahead.iter().position(|byte| {
        depth += i32::from(*byte == b'{') - i32::from(*byte == b'}');
        depth < 0
    })?;
    Some((floor + open, to + close + 1))
}

/// The name in front of a brace: `:algolia {`, `mailgun: {`, `CLEARBIT = {`.
pub(super) fn holder(bytes: &[u8], brace: usize) -> &[u8] {
    const NEAR: usize = 80;
    let before = bytes.get(brace.saturating_sub(NEAR)..brace).unwrap_or_default();
    let end = before.iter().rposition(|byte| !b" \t:=>({[\"'".contains(byte)).map_or(0, |last| last + 1);
    let name = before.get(..end).unwrap_or_default();
    let start = name.iter().rposition(|&byte| !is_name(byte)).map_or(0, |at| at + 1);
    name.get(start..).unwrap_or_default()
}

/// The fields of an object, those of objects within it aside.
fn fields(object: &[u8]) -> Vec<u8> {
    let inner = object.get(1..object.len().saturating_sub(1)).unwrap_or_default();
    let mut depth = 0_i32;
    let flat = inner.iter().map(|&byte| {
        depth += i32::from(b"{[".contains(&byte)) - i32::from(b"}]".contains(&byte));
        if depth > 0 || b"}]".contains(&byte) { b'\n' } else { byte }
    });
    flat.collect()
}

/// What a list of `field: value` says; `nameless` where a label is wanted as well, `near` where the list is the value's own:
/// what drives a thing further up is not whose the value is.
fn of_fields<'t>(fields: impl Iterator<Item = &'t [u8]>, nameless: bool, near: bool) -> Record {
    // What says how a thing is made or reached, and not whose it is.
    const NOBODY: &[&str] = &[
        "custom", "local", "internal", "builtin", "stdio", "sse", "http", "rest", "manual", "generic", "standard",
        "none",
    ];
    let (mut somebody, mut label) = (false, None);
    for field in fields {
        let Some((name, value)) = split(field) else { continue };
        let name = name.to_ascii_lowercase();
        let is = |list: &[&str]| list.iter().any(|owner| owner.as_bytes() == name);
        if nameless && is(LABELS) && label.is_none() {
            label =
                Some(classify(value)).filter(|class| matches!(class, Class::Ours(_) | Class::Header | Class::Neutral));
        }
        let strong = is(OWNERS);
        if !strong && !is(NAMES) {
            continue;
        }
        let words = Words::new(value);
        if words.has_vendor() && value.len() <= 80 && !matches!(label, Some(Class::Ours(_))) {
            return Record::Vendor;
        }
        let word = value.len() <= 30 && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_ ".contains(byte));
        let nobody = NOBODY.iter().any(|nobody| value.eq_ignore_ascii_case(nobody.as_bytes()));
        somebody |= word
            && !nobody
            && ((near || name != b"driver") && is_elsewhere(value)
                || strong && matches!(classify(value), Class::Other) && !words.is_filler());
    }
    match label {
        Some(class) => Record::Label(class),
        None if somebody => Record::Somebody,
        None => Record::Unknown,
    }
}

/// Name and value of a field, without quotes.
fn split(field: &[u8]) -> Option<(&[u8], &[u8])> {
    let field = field.trim_ascii();
    let field = field.strip_prefix(b"- ").unwrap_or(field).trim_ascii();
    if let Some(element) = field.strip_prefix(b"<") {
        // `<column name="provider" value="konver"/>`
        if let (Some(name), Some(value)) = (attribute(element, b"name"), attribute(element, b"value")) {
            return Some((name, value));
        }
        // `<Name>Konver</Name>`
        let close = memchr::memchr(b'>', element)?;
        let name = element.get(..close)?.split(u8::is_ascii_whitespace).next()?;
        let content = element.get(close + 1..)?;
        let value = content.get(..memchr::memchr(b'<', content)?)?.trim_ascii();
        return (!name.is_empty() && !value.is_empty()).then_some((name, value));
    }
    let at = field.iter().position(|byte| b":=".contains(byte))?;
    let bare = |text: &'_ [u8]| -> (usize, usize) {
        let part = |byte: &u8| !byte.is_ascii_whitespace() && !b"\"'`,>=".contains(byte);
        let from = text.iter().position(part).unwrap_or(text.len());
        let to = text.iter().rposition(part).map_or(from, |last| last + 1);
        (from, to)
    };
    let name = field.get(..at)?;
    let (from, to) = bare(name);
    let name = name.get(from..to)?;
    let value = field.get(at + 1..)?;
    let (from, to) = bare(value);
    let value = value.get(from..to)?;
    (!name.is_empty() && !value.is_empty()).then_some((name, value))
}

/// The value of an attribute of a tag.
pub(super) fn attribute<'t>(tag: &'t [u8], name: &[u8]) -> Option<&'t [u8]> {
    let tag = tag.get(..memchr::memchr(b'>', tag).unwrap_or(tag.len()))?;
    let at = memchr::memmem::find(tag, &[b" ", name, b"=\""].concat())?;
    let value = tag.get(at + name.len() + 3..)?;
    value.get(..memchr::memchr(b'"', value)?)
}

/// The same for blocks of lines of the same indentation, as in YAML, INI and properties, innermost first.
fn blocks(bytes: &[u8], context: &Context, start: usize, binding: &mut Binding<'_>) {
    let mut number = context.line(start);
    for _ in 0..LEVELS {
        let Some((lines, above)) = block(bytes, context, number) else { return };
        let fields = lines.into_iter();
        if settle(of_fields(fields, binding.slot, true), binding) {
            return;
        }
        let Some(above) = above else { return };
        number = above;
    }
}

/// The lines of the section of TOML or INI that a line belongs to; none where there is no such section.
fn section<'t>(bytes: &'t [u8], context: &Context, number: usize) -> Vec<&'t [u8]> {
    const LINES: usize = 20;
    let text = |line: usize| bytes.get(context.start(line)..context.line_end(line)).unwrap_or_default().trim_ascii();
    let heads = |line: &[u8]| line.starts_with(b"[") && line.ends_with(b"]");
    let above = (1..=LINES.min(number)).map(|up| number - up);
    let Some(head) = above.clone().find(|&line| heads(text(line))) else { return Vec::new() };
    let below = (number + 1..=number + LINES).map(text).take_while(|line| !heads(line));
    (head + 1..number).map(text).chain(below).collect()
}

/// The lines of the block that a line belongs to, and the number of the line that opens it.
fn block<'t>(bytes: &'t [u8], context: &Context, number: usize) -> Option<(Vec<&'t [u8]>, Option<usize>)> {
    let text = |line: usize| bytes.get(context.start(line)..context.line_end(line)).filter(|line| line.len() < 400);
    // A dash opens an item, whose fields stand behind it.
    let indent = |line: &[u8]| {
        let blanks = line.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let dash = line.get(blanks..).is_some_and(|rest| rest.starts_with(b"- "));
        (blanks + if dash { 2 } else { 0 }, dash)
    };
    let (level, first) = indent(text(number)?);
    if level == 0 {
        return Some((section(bytes, context, number), None));
    }
    let (mut lines, mut above) = (Vec::new(), None);
    if first {
        lines.extend(text(number));
    }
    for up in 1..=20_usize.min(number) {
        let Some(line) = text(number - up) else { break };
        let (own, dash) = indent(line);
        if line.trim_ascii().is_empty() {
            break;
        }
        if own < level || first && own == level {
            above = (own < level).then_some(number - up);
            if own < level {
                break;
            }
            continue;
        }
        if own == level && !first {
            lines.push(line);
            if dash {
                break;
            }
        }
    }
    for down in 1..=20 {
        let Some(line) = text(number + down).filter(|line| !line.is_empty()) else { break };
        let (own, dash) = indent(line);
        if line.trim_ascii().is_empty() || own < level || own == level && dash {
            break;
        }
        if own == level {
            lines.push(line);
        }
    }
    Some((lines, above))
}
