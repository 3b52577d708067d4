//! What a value is bound to: the names on its left, the containers that it stands in, a pair's other half.

use std::ops::Range;

use super::context::Context;
use super::name::{Class, Family, Words, classify};
use crate::finding::Evidence;

/// What the surroundings of a value say.
#[derive(Debug, Default)]
pub(super) struct Binding<'c> {
    /// Names of the file that stand for the header's own.
    headers: &'c [Vec<u8>],
    /// The vendor and the thing are named; and in which way.
    pub(super) ours: Option<(Family, Evidence, Range<usize>)>,
    /// It is the value of the API's header.
    pub(super) header: bool,
    /// It is a bearer token.
    pub(super) bearer: bool,
    /// It is a secret of nobody in particular.
    pub(super) neutral: Option<Family>,
    /// The neutral name is one that an application gives to a secret of its own.
    pub(super) own: bool,
    /// The name that it is assigned to.
    pub(super) variable: Option<Range<usize>>,
    /// It is what a signature is made with.
    pub(super) hmac: bool,
    /// Its own name stands beside it.
    slot: bool,
    /// It is what a function returns.
    returned: bool,
    /// A name that says nothing of a key stands between.
    broken: bool,
    /// It stands in somebody else's part of the file.
    pub(super) elsewhere: bool,
    /// It is somebody else's, or no secret.
    pub(super) foreign: bool,
}

/// How far to look, in bytes and names.
const REACH: usize = 1200;
const NAMES: usize = 40;
/// So many words of running text may stand between a name and its value.
const PROSE: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    Name(usize, usize),
    Mark(u8),
    Line(usize),
}

/// What the value `span` of the layer is bound to.
pub(super) fn binding<'c>(bytes: &[u8], context: &'c Context, span: &Range<usize>) -> Binding<'c> {
    let mut binding = Binding { headers: context.header_names(), ..Binding::default() };
    if is_map_key(bytes, span.end) {
        binding.foreign = true;
        return binding;
    }
    leftwards(bytes, context, span.start, &mut binding);
    let open = |binding: &Binding<'_>| binding.ours.is_none() && !binding.header && !binding.foreign && !binding.hmac;
    if open(&binding) {
        pair(bytes, context, span, &mut binding);
    }
    if open(&binding) {
        containers(bytes, context, span.start, &mut binding);
    }
    binding
}

/// Whether the value is itself a key of a map: `'<value>': 'marieke'`.
fn is_map_key(bytes: &[u8], end: usize) -> bool {
    let rest = bytes.get(end..).unwrap_or_default();
    let Some((b'"' | b'\'', rest)) = rest.split_first() else { return false };
    let blanks = rest.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    let rest = rest.get(blanks..).unwrap_or_default();
    rest.starts_with(b":") && !rest.starts_with(b"::") || rest.starts_with(b"=>") || rest.starts_with(b"] =")
}

/// Whether a byte is part of a name as code and configuration write them.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.$".contains(&byte) || byte >= 0x80
}

/// A slash within a name: `checksum/konver-secret`.
fn joins_path(bytes: &[u8], at: usize) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|byte| byte.is_ascii_alphanumeric());
    bytes.get(at) == Some(&b'/') && letter(at.checked_sub(1)) && letter(Some(at + 1))
}

/// The tokens in front of `end`, nearest first.
fn backwards(bytes: &[u8], end: usize) -> impl Iterator<Item = Token> + '_ {
    let floor = end.saturating_sub(REACH);
    let mut at = end;
    std::iter::from_fn(move || {
        while at > floor {
            let byte = *bytes.get(at - 1)?;
            if is_name(byte) {
                let stop = at;
                while at > floor
                    && bytes.get(at - 1).is_some_and(|&byte| {
                        is_name(byte) || (byte == b':' && inside_name(bytes, at - 1)) || joins_path(bytes, at - 1)
                    })
                {
                    at -= 1;
                }
                let name = bytes.get(at..stop)?;
                if name.iter().any(|&byte| byte.is_ascii_alphanumeric() || byte >= 0x80) {
                    return Some(Token::Name(at, stop));
                }
                continue;
            }
            at -= 1;
            match byte {
                b'\n' => return Some(Token::Line(at)),
                b' ' | b'\t' | b'\r' | b'"' | b'\'' | b'`' | b'\\' | b'!' | b'#' | b'*' | b'@' => {}
                mark => return Some(Token::Mark(mark)),
            }
        }
        None
    })
}

/// A colon within a name: `Konver:ApiKey`, `Konver::Client`.
fn inside_name(bytes: &[u8], at: usize) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|byte| byte.is_ascii_alphabetic());
    let before = at.checked_sub(1);
    (letter(before) && bytes.get(at + 1).is_some_and(u8::is_ascii_uppercase))
        || bytes.get(at + 1) == Some(&b':') && letter(before)
        || before.is_some_and(|before| bytes.get(before) == Some(&b':')) && letter(Some(at + 1))
}

/// The line that ends at `end`.
fn line_before(bytes: &[u8], end: usize) -> &[u8] {
    let before = bytes.get(end.saturating_sub(REACH)..end).unwrap_or_default();
    before.get(memchr::memrchr(b'\n', before).map_or(0, |at| at + 1)..).unwrap_or_default()
}

/// Where the walk to the left stands.
struct Walk {
    depth: u32,
    bound: bool,
    sibling: bool,
    commas: u32,
    called: bool,
    list: bool,
    opened: bool,
    body: bool,
    climbed: bool,
    lines: usize,
    generic: u32,
    quoted: bool,
    phrase: Vec<u8>,
    before: usize,
    first: bool,
    names: usize,
    others: usize,
    literal: usize,
}

/// Walks from the value to the left, out of brackets, over siblings of a call, to the names that say what it is.
fn leftwards(bytes: &[u8], context: &Context, start: usize, binding: &mut Binding<'_>) {
    let line_start = context.start(context.line(start)).max(start.saturating_sub(REACH));
    let own = bytes.get(line_start..start).unwrap_or_default();
    let literal = own.iter().rposition(|byte| b"\"'`".contains(byte)).map_or(start, |at| line_start + at);
    let mut walk = Walk {
        depth: 0,
        bound: false,
        sibling: false,
        commas: 0,
        called: false,
        list: false,
        opened: false,
        body: false,
        climbed: false,
        lines: 0,
        generic: 0,
        quoted: literal + 1 == start,
        phrase: Vec::new(),
        before: 0,
        first: true,
        names: 0,
        others: 0,
        literal,
    };
    let mut lead = own.trim_ascii().first().copied().unwrap_or(b' ');
    let mut lines = 0;
    for token in backwards(bytes, start) {
        match token {
            Token::Line(at) => {
                lines += 1;
                walk.lines = lines;
                if binding.slot {
                    return;
                }
                let above = line_before(bytes, at);
                if lines > 24 || !goes_on(above.trim_ascii(), lead, &walk) {
                    return;
                }
                lead = above.trim_ascii().first().copied().unwrap_or(b' ');
            }
            Token::Mark(mark) => match mark {
                b')' if walk.names == 0 && bytes.get(line_start..start).is_some_and(is_numbering) => {}
                b'>' if walk.generic == 0 && walk.depth == 0 && walk.names > 0 && walk.opened => {
                    walk.generic = 1;
                    walk.depth += 1;
                }
                b'<' if walk.generic > 0 => {
                    walk.generic = 0;
                    walk.depth = walk.depth.saturating_sub(1);
                }
                b')' | b'}' => walk.depth += 1,
                b'(' | b'{' if walk.depth > 0 => walk.depth -= 1,
                b'[' if walk.depth > 0 => {}
                b'(' | b'{' | b'[' => {
                    walk.called = mark == b'(';
                    walk.opened = mark == b'{';
                    walk.climbed |= mark == b'[';
                    walk.body |= mark == b'{' && lines > 0 && opens_body(bytes, start);
                    walk.list |= mark == b'[' && walk.commas > 0;
                    (walk.bound, walk.sibling, walk.commas) = (false, false, 0);
                }
                _ if walk.depth > 0 => {}
                b';' if !walk.first || lines == 0 => return,
                b',' => {
                    walk.commas += 1;
                    walk.sibling |= walk.bound || walk.commas > 3;
                }
                b'=' | b':' | b'>' | b'|' | b'?' => walk.bound |= b"=:>".contains(&mark),
                _ => {}
            },
            Token::Name(from, to) => {
                let name = bytes.get(from..to).unwrap_or_default();
                if walk.sibling || name.iter().all(u8::is_ascii_digit) {
                    continue;
                }
                walk.names += 1;
                // Nothing binds the value to a word that far away in running text.
                if !walk.bound && walk.others > PROSE {
                    return;
                }
                // Words that follow one another are one label: `Konver API key`.
                let joins = to + 1 == walk.before && bytes.get(to) == Some(&b' ') && walk.phrase.len() < 40;
                walk.phrase = if joins { [name, b"_", walk.phrase.as_slice()].concat() } else { name.to_vec() };
                walk.before = from;
                if walk.names > NAMES || !step(bytes, binding, &mut walk, name, from..to) {
                    return;
                }
            }
        }
    }
}

/// Whether a statement goes on over the end of the line above.
fn goes_on(above: &[u8], lead: u8, walk: &Walk) -> bool {
    let last = above.last().copied().unwrap_or(b' ');
    if walk.sibling && walk.depth == 0 || walk.depth > 0 {
        return true;
    }
    if b"([{,=+|?&\\<".contains(&last) || above.ends_with(b"=>") {
        return true;
    }
    if b".?|+&,)".contains(&lead) {
        return true;
    }
    // Nothing stood in front of the value: its name may be all that the line above holds.
    walk.first && walk.names == 0 && (b":>".contains(&last) || is_label(above))
}

/// A line that holds nothing but one name: `3) "api_key"`, `<key>KonverApiKey</key>`, `X-Api-Key:`.
fn is_label(line: &[u8]) -> bool {
    const MARKUP: &[&str] = &[
        "key", "string", "name", "value", "td", "th", "dt", "dd", "code", "li", "b", "p", "span", "field", "strong",
        "em", "dict",
    ];
    let names = line.split(|&byte| !is_name(byte)).filter(|name| name.iter().any(u8::is_ascii_alphabetic));
    names.filter(|name| !MARKUP.iter().any(|markup| markup.as_bytes() == *name)).count() == 1
}

/// Takes one name into account; whether to go on.
fn step(bytes: &[u8], binding: &mut Binding<'_>, walk: &mut Walk, name: &[u8], place: Range<usize>) -> bool {
    let name = name.strip_prefix(b"-H").unwrap_or(name);
    let class =
        if binding.headers.iter().any(|header| name.ends_with(header)) { Class::Header } else { classify(name) };
    let label = classify(&walk.phrase);
    let class = match (class, label) {
        (
            Class::Neutral | Class::NeutralHook | Class::Vendor | Class::Other | Class::Slot,
            Class::Ours(_) | Class::NeutralHook,
        ) => label,
        (Class::Other, Class::Neutral) | (Class::Neutral, Class::Refused) => label,
        _ => class,
    };
    if matches!(
        name,
        b"process.env" | b"import.meta.env" | b"os.environ" | b"ENV" | b"env" | b"environ" | b"System" | b"Deno.env"
    ) {
        return true;
    }
    if walk.depth > 0 || walk.commas > 0 {
        // What a call or an index in front of the value is about: only what names it outright counts.
        let outright = matches!(class, Class::Ours(_) | Class::Header | Class::Authorization)
            && (walk.commas == 0 || walk.depth == 0 && walk.commas < 2);
        if !outright {
            return true;
        }
    }
    // What reads a secret takes its name, its version or its id, never the secret.
    if walk.called && READERS.iter().any(|reader| name.to_ascii_lowercase().ends_with(reader.as_bytes())) {
        binding.foreign = true;
        return false;
    }
    if walk.first
        && (NOT_KEYS.iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes())) && (walk.bound || !walk.quoted))
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
    if !matches!(class, Class::Ours(_)) && name.to_ascii_lowercase().windows(4).any(|part| part == b"hmac") {
        binding.hmac = true;
        return false;
    }
    match class {
        Class::Ours(family) => {
            let own_name = binding.variable.is_some() && binding.neutral.is_none();
            let body = walk.body && binding.neutral.is_none() && !binding.returned
                || walk.climbed && !Words::new(name).is_exact();
            if !loose && !walk.list && !body && (!own_name || Words::new(name).is_exact()) {
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
                binding.own |= Words::new(name).is_application();
            }
            binding.variable.get_or_insert(place);
            true
        }
        Class::Vendor => {
            if in_literal
                || walk.others > 0
                || walk.list
                || (binding.broken && binding.neutral.is_none())
                || (!walk.bound && !called && binding.neutral.is_none() && !binding.slot && !binding.bearer)
            {
                walk.others += 1;
                return true;
            }
            let evidence = if called { Evidence::Client } else { Evidence::Name };
            binding.ours = Some((binding.neutral.unwrap_or(Family::Key), evidence, place));
            false
        }
        Class::Slot => {
            binding.slot |= binding.variable.is_none();
            true
        }
        Class::Foreign | Class::Refused => {
            if binding.neutral.is_none() || !walk.bound {
                binding.foreign = binding.ours.is_none() && (binding.neutral.is_none() || class == Class::Foreign);
            }
            false
        }
        Class::Other => other(binding, walk, name, place, called),
    }
}

/// A name that is none of a key's.
fn other(binding: &mut Binding<'_>, walk: &mut Walk, name: &[u8], place: Range<usize>, called: bool) -> bool {
    if name.eq_ignore_ascii_case(b"bearer") {
        binding.bearer = true;
        return true;
    }
    let words = Words::new(name);
    if words.has_vendor()
        && (called && binding.variable.is_none() || binding.neutral.is_some() && words.is_exact())
        && !walk.list
    {
        let evidence = if called { Evidence::Client } else { Evidence::Name };
        binding.ours = Some((binding.neutral.unwrap_or(Family::Key), evidence, place));
        return false;
    }
    if words.is_filler() && (name.len() > 1 || !walk.bound) {
        return true;
    }
    if walk.opened && walk.lines == 0 && walk.bound && binding.neutral.is_some() && !words.has_thing() {
        // `mapbox: { token: ... }`
        binding.elsewhere = true;
    }
    walk.others += 1;
    if walk.bound && binding.variable.is_none() && !binding.slot {
        binding.variable = Some(place);
        binding.broken = true;
    }
    true
}

/// Calls that read a secret.
const READERS: &[&str] = &[
    "credentials",
    "getsecret",
    "get_secret",
    "getsecretvalue",
    "secretversion",
    "secret_version",
    "vault",
    "lookup",
    "resolve",
    "secretsmanager",
    "keyvault",
    "getparameter",
    "get_parameter",
];

/// Whether the call whose argument stands at `at` reads a secret by its name.
fn is_read(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(at.saturating_sub(120)..at).unwrap_or_default();
    let Some(open) = memchr::memrchr(b'(', before) else { return false };
    let before = before.get(..open).unwrap_or_default();
    let name = before.rsplit(|&byte| !is_name(byte)).next().unwrap_or_default().to_ascii_lowercase();
    READERS.iter().any(|reader| name.ends_with(reader.as_bytes()))
}

/// Whether the offset lies in a tag of markup, where `key` is what a list is ordered by.
fn in_tag(bytes: &[u8], at: usize) -> bool {
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

/// Whether the brace that the walk has come to opens a body of code or a type rather than an object.
fn opens_body(bytes: &[u8], start: usize) -> bool {
    let before = bytes.get(..start).unwrap_or_default();
    let Some(at) = memchr::memrchr(b'{', before) else { return false };
    let before = before.get(..at).unwrap_or_default().trim_ascii_end();
    before.last().is_some_and(|last| last.is_ascii_alphanumeric() || *last == b')')
}

/// The lines above with less indentation that open what the value stands in: keys of YAML, sections of INI, tags, objects.
fn containers(bytes: &[u8], context: &Context, start: usize, binding: &mut Binding<'_>) {
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
fn container(line: &[u8], binding: &mut Binding<'_>) -> bool {
    let names: Vec<&[u8]> = line
        .split(|&byte| !(is_name(byte) || byte == b':'))
        .map(|name| name.trim_ascii())
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
fn pair(bytes: &[u8], context: &Context, span: &Range<usize>, binding: &mut Binding<'_>) {
    let line = context.line(span.start);
    if !binding.slot {
        // `setValue("<value>", forHTTPHeaderField: "X-Api-Key")`, `<add value="<value>" key="Konver:ApiKey">`
        if binding.variable.is_some() || binding.neutral.is_some() {
            return;
        }
        let ahead = bytes.get(span.end..context.line_end(line).min(span.end + 160)).unwrap_or_default();
        halves(object(ahead, false).split(|&byte| !(is_name(byte) || byte == b':')), binding, false);
        return;
    }
    let from = context.start(line.saturating_sub(4)).max(span.start.saturating_sub(400));
    let to = context.line_end(line + 4).min(span.end + 400).min(bytes.len());
    let behind = item(object(bytes.get(from..span.start).unwrap_or_default(), true), true);
    let ahead = item(object(bytes.get(span.end..to).unwrap_or_default(), false), false);
    let words = |text: &'_ [u8]| -> Vec<Vec<u8>> {
        let text = without_closing_tags(text);
        // Words that follow one another are one label: `Konver API key`.
        let parts = text.split(|byte| !(is_name(*byte) || b": ".contains(byte)));
        let labels = parts.flat_map(|part| {
            let words: Vec<&[u8]> = part.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).collect();
            if (2..=4).contains(&words.len()) && !words.iter().any(|word| word.ends_with(b":")) {
                vec![words.join(&b'_')]
            } else {
                words.iter().map(|word| word.strip_suffix(b":").unwrap_or(word).to_vec()).collect()
            }
        });
        labels.filter(|name| name.iter().any(u8::is_ascii_alphabetic)).collect()
    };
    let (behind, ahead) = (words(behind), words(ahead));
    let labelled = |names: &[Vec<u8>]| {
        names
            .windows(2)
            .rposition(|pair| matches!(pair, [label, _] if is_label_word(label)))
            .and_then(|at| names.get(at + 1))
            .cloned()
    };
    let first = |names: &[Vec<u8>]| {
        names
            .windows(2)
            .position(|pair| matches!(pair, [label, _] if is_label_word(label)))
            .and_then(|at| names.get(at + 1))
            .cloned()
    };
    let mut generic = false;
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
            _ => {
                binding.foreign = true;
                return;
            }
        }
        if binding.ours.is_some() || binding.header || binding.neutral.is_some() {
            return;
        }
    }
    let (behind, ahead): (Vec<&[u8]>, Vec<&[u8]>) =
        (behind.iter().rev().map(Vec::as_slice).collect(), ahead.iter().map(Vec::as_slice).collect());
    if halves(behind.into_iter(), binding, true) || halves(ahead.into_iter(), binding, true) {
        return;
    }
    if generic || binding.neutral.is_none() && !binding.broken {
        // The other half may be the next object of a list, or what a block belongs to.
        let from = context.start(line.saturating_sub(1)).max(span.start.saturating_sub(200));
        let to = context.line_end(line + 1).min(span.end + 200).min(bytes.len());
        let near = [bytes.get(from..span.start).unwrap_or_default(), bytes.get(span.end..to).unwrap_or_default()];
        for name in near.iter().flat_map(|text| text.split(|&byte| !is_name(byte))).filter(|name| !name.is_empty()) {
            match classify(name) {
                Class::Header => binding.header = true,
                Class::Ours(family)
                    if context.line(span.start) == line
                        && bytes.get(from..to).is_some_and(|own| own.windows(name.len()).any(|part| part == name)) =>
                {
                    binding.ours = Some((family, Evidence::Name, 0..0));
                }
                _ => continue,
            }
            return;
        }
    }
}

/// The text with closing tags taken out: they name again what has been named.
fn without_closing_tags(text: &[u8]) -> Vec<u8> {
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
fn is_label_word(word: &[u8]) -> bool {
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
    LABELS.iter().any(|label| label.as_bytes() == lower)
        || lower.ends_with(b"-name")
        || lower.ends_with(b"_name")
        || lower.ends_with(b"name") && lower.len() < 16
}

/// The text as far as the item of a list, or the tag, goes.
fn item(text: &[u8], back: bool) -> &[u8] {
    if back {
        if let Some(open) = memchr::memrchr(b'<', text) {
            // An attribute of a tag: nothing in front of the tag counts.
            if !text.get(open..).is_some_and(|tag| tag.contains(&b'>')) {
                return text.get(open..).unwrap_or(text);
            }
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
    let mut at = 0;
    for (number, line) in text.split(|&byte| byte == b'\n').enumerate() {
        if number > 0 && (line.trim_ascii_start().starts_with(b"- ") || line.trim_ascii().is_empty()) {
            return text.get(..at).unwrap_or(text);
        }
        at += line.len() + 1;
    }
    if let Some(close) = memchr::memchr2(b'>', b'<', text) {
        if text.get(close) == Some(&b'>') {
            return text.get(..close).unwrap_or(text);
        }
    }
    text
}

/// A number at the begin of a line: `4) `, `12. `.
fn is_numbering(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let text = text.strip_suffix(b"\"").unwrap_or(text).trim_ascii();
    text.strip_suffix(b")").is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// The text as far as the object, the element or the statement goes.
fn object(text: &[u8], back: bool) -> &[u8] {
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
fn halves<'t>(names: impl Iterator<Item = &'t [u8]>, binding: &mut Binding<'_>, slot: bool) -> bool {
    let mut thing = None;
    for name in names.filter(|name| name.iter().any(|byte| byte.is_ascii_alphabetic())).take(24) {
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
                binding.ours = Some((thing.unwrap_or(Family::Key), Evidence::Name, 0..0))
            }
            Class::Slot | Class::Vendor => continue,
            _ => {
                binding.broken |= slot && !Words::new(name).is_filler();
                continue;
            }
        }
        return true;
    }
    thing.is_some()
}
