//! Evidence: whose a value is, and why.

use super::around::{in_netrc, in_url, is_tagged};
use super::binding::Binding;
use super::candidate::Candidate;
use super::context::Context;
use super::flow::Flow;
use super::name::{Class, Family, classify};
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

/// What speaks for Konver: which of its two secrets it is, the kind of evidence, and a sentence that names it.
pub(super) type Weight = (Family, Evidence, Vec<u8>);

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
    let start = candidate.start();
    if let Some(found) = outright(bytes, context, candidate, bound) {
        return Ok(found);
    }
    if bound.foreign {
        return Err(Unbound::Foreign);
    }
    if let Some(variable) = &bound.variable {
        let name = bytes.get(variable.clone()).unwrap_or_default();
        if let Some(family) = flow.reaches(name)
            && !matches!(classify(name), Class::Refused | Class::Foreign)
        {
            return Ok((family, Evidence::Flow, [name, b" reaches a Konver call"].concat()));
        }
    }
    if bound.hmac && context.checks_signature() {
        let message = b"what events are checked with against X-Konver-Signature".to_vec();
        return Ok((Family::Webhook, Evidence::Header, message));
    }
    if let Some(message) = in_netrc(bytes, start) {
        return Ok((Family::Key, Evidence::Url, message));
    }
    neutral(bytes, context, start, bound)
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
        return Some((*family, *evidence, message));
    }
    if let Some(message) = in_url(bytes, candidate) {
        return Some((Family::Key, Evidence::Url, message));
    }
    if bound.header && context.is_ours(candidate.start()) {
        let name = if bound.bearer { "Authorization: Bearer" } else { "X-Api-Key" };
        return Some((Family::Key, Evidence::Header, format!("sent as {name} to Konver").into_bytes()));
    }
    let (family, message) = super::table::cell(bytes, context, &(candidate.start()..candidate.end()))?;
    Some((family, Evidence::File, message))
}

/// A secret of nobody in particular, in a file that is about Konver.
fn neutral(bytes: &[u8], context: &Context, start: usize, bound: &Binding) -> Result<Weight, Unbound> {
    let family = bound.neutral.ok_or(Unbound::Nameless)?;
    if bound.own || bound.elsewhere || is_tagged(bytes, start) {
        return Err(Unbound::Foreign);
    }
    let near = context.nearness(start).ok_or(Unbound::Distance)?;
    if context.checks_signature() && near <= 10 && family == Family::Key && !context.has_host() {
        return Ok((Family::Webhook, Evidence::File, b"a secret beside X-Konver-Signature".to_vec()));
    }
    if !context.has_other() && context.has_host() || near <= 8 {
        let message = b"a secret without a vendor's name in a file whose only vendor is Konver".to_vec();
        return Ok((family, Evidence::File, message));
    }
    Err(Unbound::Distance)
}
