//! Evidence: whose a value is, and why.

use super::around::{in_url, is_in_address, is_tagged, machine_of, user_of};
use super::binding::Binding;
use super::candidate::Candidate;
use super::context::Context;
use super::flow::{Flow, Placed, is_looked_up};
use super::hosts::names_ours;
use super::judge::Strength;
use super::name::{Class, Family, Words, classify, is_elsewhere};
use super::{prose, relatives, statement, table, unnamed};
use crate::finding::Evidence;

/// Why nothing makes a value Konver's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbound {
    /// What it is bound to is somebody else's, or no secret.
    Foreign,
    /// Its name is neutral, and the vendor is too far away, or somebody else is nearer.
    Distance,
    /// No name binds it.
    Nameless,
    /// The rule whose pattern it matches needs more than that.
    Need,
}

/// So far in front of a value the path of names is read that it has, in bytes.
const PATH: usize = 160;

/// What speaks for Konver.
pub(super) struct Weight {
    /// Which of its two secrets it is.
    pub(super) family: Family,
    /// The kind of evidence.
    pub(super) evidence: Evidence,
    /// How much the value itself has to look like a key.
    pub(super) strength: Strength,
    /// A sentence that names what speaks for it.
    pub(super) message: Vec<u8>,
}

impl Weight {
    /// Evidence of its usual strength.
    fn new(family: Family, evidence: Evidence, message: impl Into<Vec<u8>>) -> Self {
        let strength = match evidence {
            Evidence::Name | Evidence::Url | Evidence::Known | Evidence::Pattern => Strength::Strong,
            Evidence::Header | Evidence::Client | Evidence::Flow => Strength::Medium,
            Evidence::File => Strength::Weak,
        };
        Self { family, evidence, strength, message: message.into() }
    }

    /// The same, believed more.
    fn believed(self) -> Self {
        Self { strength: self.strength.max(Strength::Medium), ..self }
    }
}

/// Whose the value is, and why.
///
/// # Errors
/// Why it is nobody's, or somebody else's.
pub(super) fn weigh(
    bytes: &[u8],
    context: &Context,
    flow: &Flow,
    candidate: &Candidate,
    bound: &Binding,
) -> Result<Weight, Unbound> {
    let mut weight = evidence(bytes, context, flow, candidate, bound)?;
    // An API key by its name is one of the only API around.
    let own = bound.variable.clone().and_then(|place| bytes.get(place)).map(Words::new);
    let api = own.is_some_and(|own| own.has(&["api", "apikey"]) && own.has_thing());
    let reach = if api { 10 } else { 3 };
    if bound.neutral.is_some() && context.nearness(candidate.start()).is_some_and(|near| near <= reach) {
        weight = weight.believed();
    }
    // Whatever else the row says: the value's own column is one of ids, salts or digests.
    let place = candidate.start()..candidate.end();
    let column = statement::column(bytes, &place).or_else(|| table::column(bytes, context, &place));
    match column.as_deref().map(classify) {
        Some(Class::Refused) => Err(Unbound::Foreign),
        _ => Ok(weight),
    }
}

/// What the value's surroundings say of it, whatever column it stands in.
fn evidence(
    bytes: &[u8],
    context: &Context,
    flow: &Flow,
    candidate: &Candidate,
    bound: &Binding,
) -> Result<Weight, Unbound> {
    let start = candidate.start();
    match machine_of(bytes, start) {
        Some(true) => return Ok(Weight::new(Family::Key, Evidence::Url, "the password of a machine of Konver's")),
        Some(false) => return Err(Unbound::Foreign),
        None => {}
    }
    if user_of(bytes, candidate) == Some(false) || is_in_address(bytes, candidate) {
        return Err(Unbound::Foreign);
    }
    let position = flow.placed(bytes, start);
    // What takes it has a name of its own: a name further away is another's.
    let outspoken = bound.ours.as_ref().is_some_and(|(_, _, place)| !place.is_empty()) || bound.header;
    if matches!(position, Placed::Foreign) && !outspoken {
        return Err(Unbound::Foreign);
    }
    if let Some(found) = outright(bytes, context, candidate, bound) {
        return Ok(found);
    }
    if let Placed::Reaches(family, name) = position {
        let message = [b"given as ", name.as_slice(), b", which reaches a Konver call"].concat();
        return Ok(Weight::new(family, Evidence::Flow, message));
    }
    if let Some(found) = related(bytes, context, start, bound) {
        return Ok(found);
    }
    if bound.foreign
        && !bound.stranger.clone().and_then(|place| bytes.get(place)).is_some_and(|name| flow.is_direct(name))
    {
        return under_comment(bytes, context, start, bound).ok_or(Unbound::Foreign);
    }
    let places = [bound.variable.clone(), bound.stranger.clone()];
    let places = places.into_iter().flatten().filter(|_| !bound.elsewhere && !is_looked_up(bytes, start));
    let assigned = bound.assigned.clone().and_then(|place| bytes.get(place)).filter(|name| flow.is_direct(name));
    let names = places.filter_map(|place| bytes.get(place)).chain(bound.function.as_deref()).chain(assigned);
    for name in names {
        if let Some(family) = flow.reaches(name)
            && (flow.is_direct(name) || !matches!(classify(name), Class::Refused | Class::Foreign))
            && !is_elsewhere(name)
        {
            return Ok(Weight::new(family, Evidence::Flow, [name, b" reaches a Konver call"].concat()));
        }
    }
    if bound.hmac && context.checks_signature() {
        let message = "what events are checked with against X-Konver-Signature";
        return Ok(Weight::new(Family::Webhook, Evidence::Header, message));
    }
    let position = match position {
        Placed::Neutral(family) if bound.variable.is_none() => Some(family),
        _ => None,
    };
    neutral(bytes, context, candidate, bound, position)
        .or_else(|unbound| sent_unnamed(bytes, context, candidate, bound).ok_or(unbound))
}

/// A secret of an unknown name, of which a setting whose name begins in the same way says that it is the vendor's.
fn related(bytes: &[u8], context: &Context, start: usize, bound: &Binding) -> Option<Weight> {
    let stranger = bound.stranger.clone().and_then(|place| bytes.get(place));
    let name = stranger.or(bound.label.as_deref())?;
    let ours = !bound.elsewhere && Words::new(name).has_thing() && relatives::is_ours(bytes, context, start, name);
    ours.then(|| Weight::new(Family::Key, Evidence::Name, [name, b" belongs to a setting of Konver's"].concat()))
}

/// A literal that nothing accounts for, in a text that sends something to the vendor of which it does not say what it is.
fn sent_unnamed(bytes: &[u8], context: &Context, candidate: &Candidate, bound: &Binding) -> Option<Weight> {
    let span = candidate.start()..candidate.end();
    let literal = context.sends_unnamed() && unnamed::is_given_a_name(bytes, context, &span);
    let names = [&bound.variable, &bound.assigned, &bound.stranger];
    let mut names = names.into_iter().flatten().filter_map(|place| bytes.get(place.clone()));
    let refused = names.any(|name| matches!(classify(name), Class::Refused | Class::Foreign) || is_elsewhere(name));
    let found = literal
        && context.is_ours(span.start)
        && !(refused || bound.elsewhere || bound.own || is_looked_up(bytes, span.start));
    found.then(|| Weight::new(Family::Key, Evidence::File, "in a file that sends Konver a key that nothing else names"))
}

/// What the value's own name, address, header or row says outright.
fn outright(bytes: &[u8], context: &Context, candidate: &Candidate, bound: &Binding) -> Option<Weight> {
    if let Some((family, evidence, place)) = &bound.ours {
        let what = if *family == Family::Key { "Konver API key" } else { "Konver webhook secret" };
        let name = bytes.get(place.clone()).unwrap_or_default();
        let message = match evidence {
            _ if name.is_empty() => format!("{what} in a place that names it").into_bytes(),
            Evidence::Client => [format!("{what} given to ").as_bytes(), name].concat(),
            _ => [format!("{what} assigned to ").as_bytes(), name].concat(),
        };
        return Some(Weight::new(*family, *evidence, message));
    }
    if let Some(message) = in_url(bytes, candidate) {
        return Some(Weight::new(Family::Key, Evidence::Url, message));
    }
    if bound.header && !bound.elsewhere && context.is_ours(candidate.start()) {
        let name = if bound.bearer { "Authorization: Bearer" } else { "X-Api-Key" };
        return Some(Weight::new(Family::Key, Evidence::Header, format!("sent as {name} to Konver")));
    }
    if let Some(family) = statement::cell(bytes, &(candidate.start()..candidate.end())) {
        return Some(Weight::new(family, Evidence::Client, "a secret in a row that is about Konver"));
    }
    let (family, message, named) = table::cell(bytes, context, &(candidate.start()..candidate.end()))?;
    let evidence = if named { Evidence::Name } else { Evidence::File };
    Some(Weight::new(family, evidence, message))
}

/// The bracket of the call or the list in which the value stands right behind an address of Konver's.
fn beside_host(bytes: &[u8], start: usize) -> Option<u8> {
    const REACH: usize = 200;
    let before = bytes.get(start.saturating_sub(REACH)..start).unwrap_or_default();
    let mut depth = 0_i32;
    let open = before.iter().rposition(|byte| {
        depth += i32::from(b")]}".contains(byte)) - i32::from(b"([{".contains(byte));
        depth < 0 || *byte == b';'
    })?;
    let bracket = *before.get(open).filter(|mark| b"([{".contains(mark))?;
    let members = before.get(open..).unwrap_or_default();
    // Its last member: what stands in between is about something else, if it says anything.
    let empty = |member: &&[u8]| [&b"undef"[..], b"nil", b"null", b"None", b"NULL", b"''", b"\"\""].contains(member);
    let mut last = members.rsplit(|&byte| byte == b',').skip(1).map(<[u8]>::trim_ascii).skip_while(empty);
    last.next().is_some_and(names_ours).then_some(bracket)
}

/// A secret of nobody in particular, in a file that is about Konver.
fn neutral(
    bytes: &[u8],
    context: &Context,
    candidate: &Candidate,
    bound: &Binding,
    position: Option<Family>,
) -> Result<Weight, Unbound> {
    let start = candidate.start();
    if let Some(found) = under_comment(bytes, context, start, bound) {
        return Ok(found);
    }
    let beside = beside_host(bytes, start);
    if bound.neutral.is_none() && beside.is_some_and(|bracket| bracket != b'(' || bound.variable.is_none()) {
        return Ok(Weight::new(Family::Key, Evidence::File, "given to a call beside Konver's address"));
    }
    let Some(family) = bound.neutral.or(position) else {
        let said = prose::says(bytes, context, &(start..candidate.end()));
        let weight = |said: prose::Said| {
            let weight = Weight::new(said.family, Evidence::File, "the text around it speaks of a secret of Konver's");
            if said.outright { weight.believed() } else { weight }
        };
        return said.map(weight).ok_or(Unbound::Nameless);
    };
    // Whatever is looked up has a key: of a cache, a commit, a file.
    if beside == Some(b'(') {
        return Ok(Weight::new(family, Evidence::File, "given to a call beside Konver's address"));
    }
    let far = context.nearness(start).is_none_or(|near| near > 3) || context.has_other();
    // A path of names that says the vendor's says whose the key is: `config['konver_lookup.settings']['key']`.
    let line = context.line(start);
    let path = bytes.get(context.start(line).max(start.saturating_sub(PATH))..start);
    let named = path.is_some_and(|path| Words::new(path).has_vendor());
    if bound.is_bare && !named && (is_lookup(&candidate.value) || far) {
        return Err(Unbound::Nameless);
    }
    if bound.own || bound.elsewhere || is_tagged(bytes, start) {
        return Err(Unbound::Foreign);
    }
    let near = context.nearness(start).ok_or(Unbound::Distance)?;
    let name = bound.variable.clone().and_then(|place| bytes.get(place)).unwrap_or_default();
    if family == Family::Webhook
        && !context.checks_signature()
        && !name.to_ascii_lowercase().windows(4).any(|part| part == b"hook")
    {
        return Err(Unbound::Foreign);
    }
    if context.checks_signature() && near <= 10 && family == Family::Key && !context.has_host() {
        return Ok(Weight::new(Family::Webhook, Evidence::File, "a secret beside X-Konver-Signature"));
    }
    if !context.has_other() && context.has_host() || near <= 8 {
        let message = "a secret without a vendor's name in a file whose only vendor is Konver";
        return Ok(Weight::new(family, Evidence::File, message));
    }
    Err(Unbound::Distance)
}

/// Whether a value is what caches and stores are looked up by: a digest, or one behind words.
fn is_lookup(value: &[u8]) -> bool {
    let hex = |part: &[u8]| part.len() >= 16 && part.iter().all(u8::is_ascii_hexdigit);
    let digest = matches!(value.len(), 40 | 64) && hex(value);
    let tail = value.rsplit(|&byte| byte == b'-').next().unwrap_or_default();
    let worded = tail.len() < value.len()
        && value.iter().take_while(|byte| **byte != b'-').all(u8::is_ascii_alphabetic)
        && hex(tail);
    digest || worded && matches!(tail.len(), 32 | 40 | 64)
}

/// A secret with a name that says nothing of the vendor, under a comment that does: `# Token for the Konver bot`.
fn under_comment(bytes: &[u8], context: &Context, start: usize, bound: &Binding) -> Option<Weight> {
    let name = bytes.get(bound.stranger.clone()?)?;
    let line = context.line(start);
    let above = line.checked_sub(1)?;
    let comment = bytes.get(context.start(above)..context.line_end(above))?.trim_ascii();
    let leads = [&b"#"[..], b"//", b"--", b";", b"/*", b"*"].iter().any(|lead| comment.starts_with(lead));
    let about = leads && context.names_between(above, above) && !is_elsewhere(name) && !is_elsewhere(comment);
    about.then(|| Weight::new(Family::Key, Evidence::File, "a secret under a comment that speaks of Konver"))
}
