//! What a value is bound to: the names on its left, the containers that it stands in, a pair's other half.

mod call;
mod container;
mod pair;
mod row;
mod sibling;
mod step;
mod walk;

use std::ops::Range;

use super::context::Context;
use super::name::{Class, Family, Words, classify, is_elsewhere};
use super::relatives::named_by;
use crate::finding::Evidence;
use container::containers;
use pair::pair;
use row::{is_of_another, name_in_row};
use sibling::{holder, siblings};
use walk::leftwards;

/// What the surroundings of a value say.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that the surroundings say, independent of the others"
)]
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
    /// The nearest name that says nothing of it, as `AUTH` does: it counts where it is used.
    pub(super) assigned: Option<Range<usize>>,
    /// The name that says that it is somebody else's, or no secret.
    pub(super) stranger: Option<Range<usize>>,
    /// The name in its pair, if that is a secret's of an unknown service.
    pub(super) label: Option<Vec<u8>>,
    /// The function that returns it, by whose name it is known elsewhere.
    pub(super) function: Option<Vec<u8>>,
    /// Its neutral name is `key` and nothing else.
    pub(super) is_bare: bool,
    /// It is named by the environment that it is for, and by nothing else.
    of_environment: bool,
    /// A mark binds it to what stands before it.
    bound: bool,
    /// It is given to a call.
    argument: bool,
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
    Mark(u8, usize),
    Line(usize),
}

/// What the value `span` of the layer is bound to.
pub(super) fn binding<'c>(bytes: &[u8], context: &'c Context, span: &Range<usize>) -> Binding<'c> {
    let mut binding = Binding { headers: context.header_names(), ..Binding::default() };
    if is_map_key(bytes, span) || is_key_element(bytes, span) || is_of_another(bytes, context, span.start) {
        binding.foreign = true;
        return binding;
    }
    leftwards(bytes, context, span.start, &mut binding);
    binding.elsewhere |= binding.header && is_held_elsewhere(bytes, context, span.start);
    let open = |binding: &Binding<'_>| binding.ours.is_none() && !binding.header && !binding.foreign && !binding.hmac;
    if open(&binding) && binding.neutral.is_none() {
        second_column(bytes, context, span, &mut binding);
    }
    if open(&binding) {
        pair(bytes, context, span, &mut binding);
    }
    if open(&binding) && binding.slot {
        named_elsewhere(bytes, context, span.start, &mut binding);
    }
    if open(&binding) {
        siblings(bytes, context, span.start, &mut binding);
    }
    if open(&binding) && !binding.elsewhere {
        let nameless = binding.neutral.is_none();
        containers(bytes, context, span.start, &mut binding);
        if nameless && binding.neutral.is_some() && open(&binding) {
            siblings(bytes, context, span.start, &mut binding);
        }
    }
    binding
}

/// Takes the name in a row of two columns into account: `api_key | value`.
fn second_column(bytes: &[u8], context: &Context, span: &Range<usize>, binding: &mut Binding<'_>) {
    let Some(place) = name_in_row(bytes, context, span) else { return };
    match classify(bytes.get(place.clone()).unwrap_or_default()) {
        Class::Ours(family) => binding.ours = Some((family, Evidence::Name, place.clone())),
        Class::Header => binding.header = true,
        Class::Neutral => binding.neutral = Some(Family::Key),
        Class::NeutralHook => binding.neutral = Some(Family::Webhook),
        Class::Refused => binding.foreign = true,
        Class::Foreign => (binding.foreign, binding.stranger) = (true, Some(place.clone())),
        _ => return,
    }
    binding.slot = false;
    binding.variable.get_or_insert(place);
}

/// Takes the setting into account that names the value: `httpHeaderName1` beside `httpHeaderValue1`.
fn named_elsewhere(bytes: &[u8], context: &Context, start: usize, binding: &mut Binding<'_>) {
    let line = bytes.get(context.start(context.line(start))..start).unwrap_or_default();
    let own = line.split(|&byte| !is_name(byte)).rfind(|name| name.iter().any(u8::is_ascii_alphabetic));
    let label = own.and_then(|own| named_by(bytes, context, start, own));
    match label.as_deref().map(classify) {
        Some(Class::Header) => binding.header = true,
        Some(Class::Ours(family)) => binding.ours = Some((family, Evidence::Name, 0..0)),
        _ => {}
    }
}

/// Whether the object on the value's line is named after another service: `CLEARBIT = {"Authorization": "Bearer <value>"}`.
fn is_held_elsewhere(bytes: &[u8], context: &Context, start: usize) -> bool {
    let line = context.start(context.line(start)).max(start.saturating_sub(REACH));
    let braces = memchr::memchr_iter(b'{', bytes.get(line..start).unwrap_or_default());
    // The headers of a session of HTTP are those of any client.
    let client = |name: &[u8]| Words::new(name).has(&["session", "headers", "header"]);
    braces.map(|at| holder(bytes, line + at)).any(|name| is_elsewhere(name) && !client(name))
}

/// Whether the value is itself a key of a map: `'<value>': 'marieke'`.
fn is_map_key(bytes: &[u8], span: &Range<usize>) -> bool {
    let before = bytes.get(span.start.saturating_sub(40)..span.start.saturating_sub(1)).unwrap_or_default();
    if before.trim_ascii_end().ends_with(b"?") {
        // `condition ? '<value>' : other`
        return false;
    }
    let rest = bytes.get(span.end..).unwrap_or_default();
    let Some((b'"' | b'\'', rest)) = rest.split_first() else { return false };
    let blanks = rest.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    let rest = rest.get(blanks..).unwrap_or_default();
    rest.starts_with(b":") && !rest.starts_with(b"::") || rest.starts_with(b"=>") || rest.starts_with(b"] =")
}

/// Whether the value is the name of an entry in a property list: `<key><value></key>`.
fn is_key_element(bytes: &[u8], span: &Range<usize>) -> bool {
    let before = bytes.get(..span.start).unwrap_or_default();
    before.ends_with(b"<key>") && bytes.get(span.end..).is_some_and(|after| after.starts_with(b"</key>"))
}

/// Whether a byte is part of a name as code and configuration write them.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.$".contains(&byte) || byte >= 0x80
}

/// A slash within a name: `checksum/konver-secret`.
fn joins_path(bytes: &[u8], at: usize) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
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
                mark => return Some(Token::Mark(mark, at)),
            }
        }
        None
    })
}

/// A colon within a name: `Konver:ApiKey`, `Konver::Client`.
fn inside_name(bytes: &[u8], at: usize) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphabetic);
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
