//! Where a name reaches: the header, the vendor's client, another name that does.

mod brackets;
mod choices;
mod clients;
mod flags;
mod functions;
mod hops;
mod names;
mod places;
mod records;
mod rows;
mod sinks;

use std::collections::{HashMap, HashSet};

use super::context::Context;
use super::name::{Class, Family, Words, classify, is_elsewhere};
use clients::Clients;
use functions::Functions;
use hops::hops;
use names::last_part;
use places::places;

/// Names whose value is a key because of where it is used, in lower case, by their last part.
pub(super) struct Flow {
    sinks: HashMap<Vec<u8>, Family>,
    /// Those that are used there themselves, and not only passed on.
    direct: HashSet<Vec<u8>>,
    /// What the text defines that is given values by position.
    functions: Functions,
    /// The vendor's names that the text brings in.
    clients: Clients,
}

/// What the place of a value says of it.
pub(super) enum Placed {
    /// It reaches a call of the vendor's by the name that it has there.
    Reaches(Family, Vec<u8>),
    /// Its name there is that of a secret of nobody in particular.
    Neutral(Family),
    /// Its name there is that of somebody else's secret, or of no secret.
    Foreign,
    /// Nothing.
    Nothing,
}

/// So often all hops are gone through: a name is followed over as many others at least.
const HOPS: usize = 4;
/// So far the arguments of a call reach, in bytes.
const CALL: usize = 300;

impl Flow {
    /// Reads a layer once.
    pub(super) fn new(bytes: &[u8], context: &Context) -> Self {
        Self::followed(bytes, sinks::sinks(bytes, context), context.has_vendor())
    }

    /// Follows names against the way of the data, from where they are used to where they are given a value.
    pub(super) fn follow<'n>(bytes: &[u8], names: impl Iterator<Item = (&'n [u8], Family)>) -> Self {
        Self::followed(bytes, names.map(|(name, family)| (last_part(name), family)).collect(), false)
    }

    /// The same; where the vendor is meant, names that say so by themselves are used as well.
    fn followed(bytes: &[u8], mut sinks: HashMap<Vec<u8>, Family>, vendor: bool) -> Self {
        let direct = sinks.keys().cloned().collect();
        let functions = Functions::new(bytes);
        let mut hops = hops(bytes, &functions);
        for _ in 0..HOPS {
            let before = sinks.len();
            hops.retain(|hop| match sinks.get(&hop.to).copied().or(hop.own.filter(|_| vendor)) {
                Some(family) => {
                    sinks.entry(hop.from.clone()).or_insert(family);
                    false
                }
                None => true,
            });
            if sinks.len() == before {
                break;
            }
        }
        let clients = if vendor { Clients::new(bytes) } else { Clients::default() };
        Self { sinks, direct, functions, clients }
    }

    /// Whether the name is used where a key is itself, whatever it says.
    pub(super) fn is_direct(&self, name: &[u8]) -> bool {
        self.direct.contains(&last_part(name))
    }

    /// What the value at `start` is by its place among the arguments, fields or members that it stands in.
    pub(super) fn placed(&self, bytes: &[u8], start: usize) -> Placed {
        let levels = brackets::around(bytes, start);
        if let Some(client) = self.clients.given(bytes, &levels, start) {
            return Placed::Reaches(Family::Key, client);
        }
        let names = places(bytes, &self.functions, &levels, start);
        for name in &names {
            let family = match classify(name) {
                Class::Ours(family) => Some(family),
                Class::Refused => None,
                Class::Foreign if !self.is_direct(name) => None,
                _ => self.reaches(name),
            };
            if let Some(family) = family.filter(|_| !is_elsewhere(name)) {
                return Placed::Reaches(family, name.clone());
            }
        }
        if let Some(name) = choices::chosen(bytes, start)
            && let Some(family) = self.given_back(&name)
        {
            return Placed::Reaches(family, name);
        }
        let foreign =
            |name: &Vec<u8>| matches!(classify(name), Class::Refused | Class::Foreign) && !self.is_direct(name);
        if !names.is_empty() && names.iter().all(foreign) {
            return Placed::Foreign;
        }
        let neutral = |name: &Vec<u8>| match classify(name) {
            Class::Neutral => Some(Family::Key),
            Class::NeutralHook => Some(Family::Webhook),
            _ => None,
        };
        let family =
            names.iter().find_map(neutral).filter(|_| names.iter().all(|name| !Words::new(name).is_application()));
        family.map_or(Placed::Nothing, Placed::Neutral)
    }

    /// The family of secrets that a function of this name gives back.
    fn given_back(&self, name: &[u8]) -> Option<Family> {
        let words = Words::new(name).without_verbs();
        match words.class() {
            Class::Ours(family) if words.is_exact() => Some(family),
            Class::Refused => None,
            _ if self.is_direct(name) && !is_elsewhere(name) => self.reaches(name),
            _ => None,
        }
    }

    /// The family of secrets that the name reaches, if any.
    pub(super) fn reaches(&self, name: &[u8]) -> Option<Family> {
        self.sinks.get(&last_part(name)).copied()
    }
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
