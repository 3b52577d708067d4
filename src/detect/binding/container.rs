//! What a value stands in: keys of YAML, sections of INI, tags, objects, bodies of functions.

use super::sibling::attribute;
use super::walk::opens_scalar;
use super::{Binding, REACH, is_name};
use crate::detect::context::Context;
use crate::detect::name::{Class, Family, Words, classify, is_elsewhere};
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
    if own.starts_with(b"with: {") && !is_used(bytes, context, line) {
        binding.elsewhere |= binding.neutral.is_some();
        return;
    }
    let mut section = own.first().is_some_and(|first| first.is_ascii_alphanumeric() || b";#_\"".contains(first));
    let mut bare = false;
    let from = line;
    let mut passed = false;
    let application = binding.own;
    let assigned = binding.assigned.clone().and_then(|place| bytes.get(place));
    binding.of_environment = binding.neutral.is_none() && assigned.is_some_and(is_environment);
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
            if matches!(container(trimmed, binding), Named::Settled) {
                return;
            }
            continue;
        }
        if indent(above) >= limit && !(bare && indent(above) == limit) {
            continue;
        }
        let opens = trimmed.last().is_some_and(|last| b":{[(>=|".contains(last))
            || opens_scalar(trimmed)
            || trimmed.starts_with(b"CREATE ")
            || trimmed.ends_with(b")") && !bare
            || bare && indent(above) == limit;
        bare = matches!(trimmed, b"{" | b"(" | b"[");
        limit = indent(above);
        // `with:` gives inputs to the action that stands beside it.
        if trimmed == b"with:" && !is_used(bytes, context, line) {
            binding.elsewhere |= binding.neutral.is_some();
            return;
        }
        let named = if opens && !bare { container(trimmed, binding) } else { Named::Nothing };
        match named {
            Named::Settled => return,
            // In a file with other vendors' hosts an unknown name may be one of theirs.
            Named::Other => binding.own |= context.has_other() || context.has_sections(),
            Named::Called if context.has_sections() => {
                binding.own = true;
                return;
            }
            Named::Called | Named::Nothing => {}
        }
        if binding.own
            && !application
            && context.names_between(line, if passed { from } else { end_of(bytes, context, from, limit) })
        {
            binding.own = false;
        }
        passed |= opens && !bare;
        if limit == 0 && !section && !bare {
            return;
        }
    }
}

/// Whether the action that the inputs at a line are for is the vendor's, or one that is not named beside it.
fn is_used(bytes: &[u8], context: &Context, line: usize) -> bool {
    const STEP: usize = 6;
    let text = |line: usize| bytes.get(context.start(line)..context.line_end(line)).unwrap_or_default().trim_ascii();
    let used = (line.saturating_sub(STEP)..=line + STEP).map(text).find_map(|text| {
        let text = text.strip_prefix(b"- ").unwrap_or(text);
        text.strip_prefix(b"uses:")
    });
    used.is_none_or(|action| Words::new(action).has_vendor())
}

/// Whether a name is that of an environment, for each of which there is a value.
fn is_environment(name: &[u8]) -> bool {
    const NAMES: &[&[u8]] = &[
        b"dev",
        b"development",
        b"test",
        b"testing",
        b"stage",
        b"staging",
        b"prod",
        b"production",
        b"live",
        b"acc",
        b"acceptance",
        b"sandbox",
        b"demo",
        b"default",
    ];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Words that open a declaration.
const DECLARES: &[&[u8]] = &[
    b"class",
    b"object",
    b"enum",
    b"struct",
    b"module",
    b"namespace",
    b"trait",
    b"impl",
    b"extension",
    b"codeunit",
    b"unit",
    b"package",
];

/// Takes the names of an opening line into account; whether that settles it.
fn container(line: &[u8], binding: &mut Binding<'_>) -> Named {
    let names: Vec<&[u8]> = line
        .split(|&byte| !(is_name(byte) || byte == b':'))
        .map(<[u8]>::trim_ascii)
        .map(|name| name.strip_suffix(b":").unwrap_or(name))
        .filter(|name| !name.is_empty())
        .take(12)
        .collect();
    let declares = names.iter().any(|name| DECLARES.contains(name))
        && !binding.argument
        && (binding.bound || binding.returned)
        && binding.variable.is_none();
    let assigns = line.iter().any(|byte| b"=:".contains(byte))
        || line.starts_with(b"[")
        || line.starts_with(b"<")
        || line.starts_with(b"CREATE ")
        || line.starts_with(b"map ")
        || declares;
    for name in &names {
        let words = Words::new(name);
        let ours = match classify(name) {
            Class::Ours(family) if (binding.returned || binding.slot) && words.without_verbs().is_exact() => {
                Some(family)
            }
            Class::Ours(family)
                if words.is_exact()
                    && assigns
                    && (binding.broken || binding.variable.is_none() || binding.neutral.is_some()) =>
            {
                Some(family)
            }
            Class::Header if binding.slot => {
                binding.header = true;
                return Named::Settled;
            }
            _ if words.has_vendor() && words.is_exact() && (binding.neutral.is_some() || binding.bearer) => {
                Some(binding.neutral.unwrap_or(Family::Key))
            }
            // `konver:` above `prod: <value>`
            _ if *name == b"konver" && assigns && binding.of_environment => {
                binding.ours = Some((Family::Key, Evidence::File, 0..0));
                return Named::Settled;
            }
            // `case 'konver':` above `return`
            _ if words.has_vendor() && words.is_exact() && binding.returned && names.first() == Some(&&b"case"[..]) => {
                Some(Family::Key)
            }
            _ => None,
        };
        if let Some(family) = ours {
            binding.ours = Some((family, Evidence::Name, 0..0));
            return Named::Settled;
        }
    }
    // `"apiKey": {` above `"S": <value>`
    if binding.slot && binding.neutral.is_none() && assigns {
        let thing = names.iter().find(|name| matches!(classify(name), Class::Neutral));
        if thing.is_some() {
            binding.neutral = Some(Family::Key);
            return Named::Nothing;
        }
    }
    // `<bean class="com.acme.KonverClient">` above `<constructor-arg value="<value>">`
    if binding.slot && binding.neutral.is_none() && names.iter().any(|name| Words::new(name).is_client()) {
        binding.ours = Some((Family::Key, Evidence::Client, 0..0));
        return Named::Settled;
    }
    if binding.returned && names.first() == Some(&&b"case"[..]) && names.len() == 2 {
        // `case 'lusha':` above `return`, unless what it stands in is the vendor's.
        binding.elsewhere = true;
        return Named::Nothing;
    }
    // `<bean id="sms" class="com.acme.Sms">` is called by its id.
    let called = line.strip_prefix(b"<").and_then(|tag| attribute(tag, b"id")).filter(|_| !line.ends_with(b"/>"));
    let names = called.map_or(names, |name| vec![name]);
    let own: Vec<&[u8]> = names.iter().copied().filter(|name| !Words::new(name).without_verbs().is_filler()).collect();
    if binding.returned && binding.neutral.is_none() && line.contains(&b'(') {
        // `private function getKey() {`
        let thing = names.iter().find(|name| matches!(Words::new(name).without_verbs().class(), Class::Neutral));
        if let Some(name) = thing {
            binding.neutral = Some(Family::Key);
            binding.function = Some(name.to_vec());
            return Named::Nothing;
        }
    }
    let bare = binding.neutral.is_some() && binding.is_bare;
    // What is no secret though it has a key: `fields:`, `remoteRef:`.
    if bare && own.iter().any(|name| Words::new(name).is_about_fields() || Words::new(name).is_reference()) {
        binding.foreign = true;
        return Named::Settled;
    }
    let last = own.last().filter(|_| !line.contains(&b'(') && own.len() <= 3 && assigns | line.ends_with(b"{"));
    let Some(name) = last else { return Named::Nothing };
    let words = Words::new(name);
    if binding.neutral.is_some() && is_elsewhere(name) {
        binding.elsewhere = true;
        return Named::Settled;
    }
    // An element of a list of digests: `LEAKED_SHA256 = [`
    if binding.variable.is_none() && matches!(classify(name), Class::Refused) {
        binding.foreign = true;
        return Named::Settled;
    }
    let other = own.len() == 1 && binding.neutral.is_some() && !words.has_vendor() && !words.has_thing();
    match (other, called) {
        (true, Some(_)) => Named::Called,
        (true, None) => Named::Other,
        (false, _) => Named::Nothing,
    }
}

/// What the name of a container says.
enum Named {
    /// Whose the value is, or that it is none's.
    Settled,
    /// Something that is neither the vendor nor a word that says nothing.
    Other,
    /// The same, by an id of its own.
    Called,
    /// Nothing.
    Nothing,
}

/// The last line of what a line opens: the lines behind the value that are indented more.
fn end_of(bytes: &[u8], context: &Context, from: usize, limit: usize) -> usize {
    let mut last = from;
    for line in from + 1..from + 80 {
        let text = bytes.get(context.start(line)..context.line_end(line)).unwrap_or_default();
        if text.is_empty() {
            break;
        }
        let blanks = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if blanks < text.len() && blanks <= limit {
            break;
        }
        last = line;
    }
    last
}
