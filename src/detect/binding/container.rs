//! What a value stands in: keys of YAML, sections of INI, tags, objects, bodies of functions.

use super::{Binding, REACH, is_name};
use crate::detect::context::Context;
use crate::detect::name::{Class, Family, Words, classify};
use crate::finding::Evidence;

/// The lines above with less indentation that open what the value stands in: keys of YAML, sections of INI, tags, objects.
pub(super) fn containers(bytes: &[u8], context: &Context, start: usize, binding: &mut Binding<'_>) {
    let mut line = context.line(start);
    let text = |line: usize| {
        bytes
            .get(context.start(line)..context.line_end(line).min(context.start(line) + REACH))
            .unwrap_or_default()
            .trim_ascii_end()
    };
    let indent = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let own = text(line);
    let mut limit = indent(own);
    let own = own.trim_ascii_start();
    if own.starts_with(b"- ") {
        limit += 2;
    }
    let mut section = own.first().is_some_and(|first| first.is_ascii_alphanumeric() || b";#_\"".contains(first));
    let mut bare = false;
    let from = line;
    for _ in 0..400 {
        let Some(above) = line.checked_sub(1) else { return };
        line = above;
        let above = text(line);
        let trimmed = above.trim_ascii();
        if trimmed.is_empty() {
            continue;
        }
        if section && trimmed.starts_with(b"[") && trimmed.ends_with(b"]") && indent(above) <= limit {
            section = false;
            if container(trimmed, binding) {
                return;
            }
            continue;
        }
        if indent(above) >= limit && !(bare && indent(above) == limit) {
            continue;
        }
        let opens = trimmed.last().is_some_and(|last| b":{[(>=|".contains(last))
            || trimmed.ends_with(b")") && !bare
            || bare && indent(above) == limit;
        bare = matches!(trimmed, b"{" | b"(" | b"[");
        limit = indent(above);
        if opens && !bare && container(trimmed, binding) {
            return;
        }
        if binding.own && context.names_between(line, from) {
            binding.own = false;
        }
        if limit == 0 && !section && !bare {
            return;
        }
    }
}

/// Takes the names of an opening line into account; whether that settles it.
pub(super) fn container(line: &[u8], binding: &mut Binding<'_>) -> bool {
    let names: Vec<&[u8]> = line
        .split(|&byte| !(is_name(byte) || byte == b':'))
        .map(<[u8]>::trim_ascii)
        .map(|name| name.strip_suffix(b":").unwrap_or(name))
        .filter(|name| !name.is_empty())
        .take(12)
        .collect();
    let assigns = line.iter().any(|byte| b"=:".contains(byte)) || line.starts_with(b"[") || line.starts_with(b"<");
    for name in &names {
        let words = Words::new(name);
        let ours = match classify(name) {
            Class::Ours(family) if (binding.returned || binding.slot) && words.is_exact() => Some(family),
            Class::Ours(family)
                if words.is_exact()
                    && assigns
                    && (binding.broken || binding.variable.is_none() || binding.neutral.is_some()) =>
            {
                Some(family)
            }
            Class::Header if binding.slot => {
                binding.header = true;
                return true;
            }
            _ if words.has_vendor() && words.is_exact() && (binding.neutral.is_some() || binding.bearer) => {
                Some(binding.neutral.unwrap_or(Family::Key))
            }
            _ => None,
        };
        if let Some(family) = ours {
            binding.ours = Some((family, Evidence::Name, 0..0));
            return true;
        }
    }
    // A key path of somebody else's, or of something else: `mailgun:` above `api_key:`, `fields:` above `key:`.
    if binding.neutral.is_some() && names.iter().any(|name| Words::new(name).is_about_fields()) {
        binding.foreign = true;
        return true;
    }
    if let ([name], true) = (names.as_slice(), assigns) {
        let words = Words::new(name);
        if binding.neutral.is_some() && !words.is_filler() && !words.has_vendor() && !words.has_thing() {
            binding.own = true;
        }
    }
    false
}
