//! Evidence and judgement put together, reading by reading.

use std::collections::BTreeSet;
use std::ops::Range;

use super::around::{in_netrc, in_url, is_id_in_text, is_reference, is_tagged};
use super::binding::{Binding, binding};
use super::candidate::{Candidate, candidates};
use super::context::Context;
use super::flow::Flow;
use super::judge::{Strength, judge, stands_for_itself};
use super::layer::Layer;
use super::name::{Class, Family, classify};
use super::{Detection, Detector, encoding};
use crate::blob::Text;
use crate::finding::{Confidence, Evidence, Excerpt, Hit};
use crate::rule::Origin;
use crate::secret::{Raw, Secret};

/// How often encodings are undone.
const DEPTH: usize = 2;

pub(super) fn detect(detector: &Detector, text: &Text<'_>) -> Detection {
    let mut search =
        Search { detector, text, detection: Detection::default(), seen: BTreeSet::new(), spans: Vec::new() };
    let plain = Layer::plain(text.bytes());
    let context = Context::new(&plain.bytes);
    search.layer(&plain, &context, DEPTH);
    if let Some(unescaped) = encoding::unescape(&plain) {
        let context = Context::new(&unescaped.bytes);
        search.layer(&unescaped, &context, DEPTH - 1);
        if let Some(again) = encoding::unescape(&unescaped) {
            let context = Context::new(&again.bytes);
            search.layer(&again, &context, DEPTH - 1);
        }
    }
    search.without_pieces()
}

/// The least that another piece adds to a key that is put together.
const PIECE: usize = 8;
/// So many keys that begin before a piece are looked at: they do not overlap but for readings of the same text.
const NEAR: usize = 16;

struct Search<'a, 't> {
    detector: &'a Detector,
    text: &'a Text<'t>,
    detection: Detection,
    seen: BTreeSet<(usize, Vec<u8>)>,
    /// Where each hit stands in the text.
    spans: Vec<Range<usize>>,
}

impl Search<'_, '_> {
    /// One reading, and what is encoded in it.
    fn layer(&mut self, layer: &Layer, context: &Context, depth: usize) {
        self.exact(layer);
        let decoded = if depth > 0 { encoding::runs(layer) } else { Vec::new() };
        if context.has_vendor() {
            let flow = Flow::new(&layer.bytes, context);
            let candidates = candidates(&layer.bytes);
            let mut covered = 0;
            for candidate in &candidates {
                if candidate.pieces.len() > 1 {
                    covered = covered.max(candidate.end());
                }
                let within = |run: &Range<usize>| run.start <= candidate.start() && candidate.end() <= run.end + 2;
                let inner = decoded.iter().find(|decoded| within(&decoded.run));
                match inner {
                    Some(decoded) => {
                        let value = decoded.layer.bytes.trim_ascii().to_vec();
                        let whole = Candidate { value, pieces: vec![decoded.run.clone()], loose: false };
                        self.candidate(layer, context, &flow, &whole, decoded.layer.encodings.clone());
                    }
                    None => self.candidate(layer, context, &flow, candidate, Vec::new()),
                }
            }
            for decoded in &decoded {
                if !candidates
                    .iter()
                    .any(|candidate| candidate.start() < decoded.run.end && decoded.run.start < candidate.end())
                {
                    let value = decoded.layer.bytes.trim_ascii().to_vec();
                    let whole = Candidate { value, pieces: vec![decoded.run.clone()], loose: false };
                    self.candidate(layer, context, &flow, &whole, decoded.layer.encodings.clone());
                }
            }
        }
        for decoded in decoded {
            let mut inner = Context::new(&decoded.layer.bytes);
            inner.inherit(context, decoded.run.start);
            self.layer(&decoded.layer, &inner, depth - 1);
        }
    }

    /// What was found, without the pieces of keys that were found whole.
    fn without_pieces(self) -> Detection {
        let Detection { hits, refused } = self.detection;
        let all = self.spans.iter().cloned().zip(hits.iter().map(|hit| hit.secret.clone()));
        // Only what is put together, or encoded, is longer or shorter in the text than the key.
        let mut whole: Vec<(Range<usize>, Secret)> = all.filter(|(span, key)| span.len() != key.len()).collect();
        whole.sort_by_key(|(span, _)| span.start);
        let is_piece = |hit: &Hit, span: &Range<usize>| {
            let within = |(other, key): &(Range<usize>, Secret)| {
                span.end <= other.end
                    && key.len() >= hit.secret.len() + PIECE
                    && memchr::memmem::find(key.expose(), hit.secret.expose()).is_some()
            };
            let before = whole.partition_point(|(other, _)| other.start <= span.start);
            whole.iter().take(before).rev().take(NEAR).any(within)
        };
        let kept = hits.into_iter().zip(&self.spans).filter(|(hit, span)| !is_piece(hit, span)).map(|(hit, _)| hit);
        Detection { hits: kept.collect(), refused }
    }

    /// Known keys and the organization's own format, wherever they stand.
    fn exact(&mut self, layer: &Layer) {
        for known in &self.detector.known {
            let key = known.secret.expose();
            let reversed: Vec<u8> = key.iter().rev().copied().collect();
            for at in
                memchr::memmem::find_iter(&layer.bytes, key).chain(memchr::memmem::find_iter(&layer.bytes, &reversed))
            {
                let message = [b"a Konver key that you hold: its value is known from ", known.origin.bytes()].concat();
                let found = Found {
                    rule: if known.is_api_key { "konver-key-known" } else { "konver-webhook-secret" },
                    evidence: Evidence::Known,
                    confidence: Confidence::High,
                    verifiable: known.is_api_key,
                    message,
                };
                let place = at..at + key.len();
                self.push(layer, std::slice::from_ref(&place), key, found, Vec::new());
            }
        }
        if let Some(pattern) = &self.detector.pattern {
            for found in pattern.regex.find_iter(&layer.bytes) {
                if found.len() >= 16 && stands_for_itself(found.as_bytes()).is_ok() {
                    let message = b"a value of the organization's own key format".to_vec();
                    let verifiable = pattern.origin != Origin::Repository;
                    let kind = Found {
                        rule: "konver-key-pattern",
                        evidence: Evidence::Pattern,
                        confidence: Confidence::High,
                        verifiable,
                        message,
                    };
                    self.push(layer, &[found.range()], found.as_bytes(), kind, Vec::new());
                }
            }
        }
    }

    fn candidate(
        &mut self,
        layer: &Layer,
        context: &Context,
        flow: &Flow,
        candidate: &Candidate,
        inner: Vec<&'static str>,
    ) {
        let value = candidate.value.as_slice();
        // What is longer and full base64 is ciphertext, a certificate or an image.
        let sealed = value.len() > 72 && value.iter().any(|byte| b"+/".contains(byte)) && !value.contains(&b'.');
        if sealed {
            *self.detection.refused.entry("ciphertext").or_default() += 1;
            return;
        }
        if value.len() < 16
            || candidate.loose
                && !matches!(
                    binding(&layer.bytes, context, &(candidate.start()..candidate.end())).ours,
                    Some((_, Evidence::Name, _))
                )
            || is_reference(&layer.bytes, context, candidate)
        {
            return;
        }
        // Cheap before dear: a value that is no key under the best evidence is none under any.
        if let Err(reason) = judge(value, Strength::Strong) {
            *self.detection.refused.entry(reason.name()).or_default() += 1;
            return;
        }
        if is_id_in_text(&layer.bytes, candidate) {
            *self.detection.refused.entry("not-random").or_default() += 1;
            return;
        }
        let span = candidate.start()..candidate.end();
        let bound = binding(&layer.bytes, context, &span);
        let Some((family, evidence, message)) = weigh(&layer.bytes, context, flow, candidate, &bound) else { return };
        let strength = match evidence {
            Evidence::Name | Evidence::Url | Evidence::Known | Evidence::Pattern => Strength::Strong,
            Evidence::Header | Evidence::Client | Evidence::Flow => Strength::Medium,
            Evidence::File if context.nearness(candidate.start()).is_some_and(|near| near <= 3) => Strength::Medium,
            Evidence::File => Strength::Weak,
        };
        let digits = value.iter().any(u8::is_ascii_digit);
        if !digits && matches!(evidence, Evidence::File | Evidence::Flow) {
            *self.detection.refused.entry("not-random").or_default() += 1;
            return;
        }
        if let Err(reason) = judge(value, strength) {
            *self.detection.refused.entry(reason.name()).or_default() += 1;
            return;
        }
        let rule = match (family, evidence) {
            (Family::Webhook, _) => "konver-webhook-secret",
            (_, Evidence::Header) => "konver-key-header",
            (_, Evidence::Flow) => "konver-key-flow",
            (_, Evidence::Url) => "konver-key-url",
            (_, Evidence::Client) => "konver-key-client",
            (_, Evidence::File) => "konver-key-nearby",
            _ => "konver-key-assignment",
        };
        let confidence = match evidence {
            Evidence::File => Confidence::Low,
            Evidence::Header | Evidence::Client | Evidence::Flow => Confidence::Medium,
            _ => Confidence::High,
        };
        let found = Found { rule, evidence, confidence, verifiable: family == Family::Key, message };
        self.push(layer, &candidate.pieces, value, found, inner);
    }

    fn push(&mut self, layer: &Layer, pieces: &[Range<usize>], value: &[u8], found: Found, inner: Vec<&'static str>) {
        if !self.detector.rules.iter().any(|rule| &**rule == found.rule) {
            return;
        }
        let spans: Vec<Range<usize>> = pieces.iter().map(|piece| layer.span(piece)).collect();
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else { return };
        let span = first.start..last.end;
        let place = (span.start, [found.rule.as_bytes(), b"\0", value].concat());
        if !self.seen.insert(place) {
            return;
        }
        let mut encodings =
            if layer.is_literal(&(pieces.first().map_or(0, |p| p.start)..pieces.last().map_or(0, |p| p.end))) {
                Vec::new()
            } else {
                layer.encodings.clone()
            };
        encodings.extend(inner);
        encodings.dedup();
        let text = self.text;
        let bytes = text.bytes();
        let forms = if encodings.is_empty() && pieces.len() == 1 {
            Vec::new()
        } else {
            spans.iter().filter_map(|span| bytes.get(span.clone())).map(Raw::new).collect()
        };
        self.spans.push(span.clone());
        let shown = if pieces.len() > 1 { first.clone() } else { span.clone() };
        self.detection.hits.push(Hit {
            rule: found.rule.into(),
            secret: Secret::new(value),
            start: span.start,
            location: text.location(&shown),
            encodings,
            evidence: found.evidence,
            verifiable: found.verifiable,
            confidence: found.confidence,
            message: Raw::new(found.message),
            excerpt: Excerpt::new(text, &span),
            forms,
        });
    }
}

struct Found {
    rule: &'static str,
    evidence: Evidence,
    confidence: Confidence,
    verifiable: bool,
    message: Vec<u8>,
}

/// Whose the value is, and why.
fn weigh(
    bytes: &[u8],
    context: &Context,
    flow: &Flow,
    candidate: &Candidate,
    bound: &Binding,
) -> Option<(Family, Evidence, Vec<u8>)> {
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
    let start = candidate.start();
    if let Some(message) = in_url(bytes, candidate) {
        return Some((Family::Key, Evidence::Url, message));
    }
    if bound.header && context.is_ours(start) {
        let name = if bound.bearer { "Authorization: Bearer" } else { "X-Api-Key" };
        return Some((Family::Key, Evidence::Header, format!("sent as {name} to Konver").into_bytes()));
    }
    if let Some((family, message)) = super::table::cell(bytes, context, &(start..candidate.end())) {
        return Some((family, Evidence::File, message));
    }
    if bound.foreign {
        return None;
    }
    if let Some(variable) = &bound.variable {
        let name = bytes.get(variable.clone()).unwrap_or_default();
        if let Some(family) = flow.reaches(name)
            && !matches!(classify(name), Class::Refused | Class::Foreign)
        {
            return Some((family, Evidence::Flow, [name, b" reaches a Konver call"].concat()));
        }
    }
    if bound.hmac && context.checks_signature() {
        return Some((
            Family::Webhook,
            Evidence::Header,
            b"what events are checked with against X-Konver-Signature".to_vec(),
        ));
    }
    if let Some(message) = in_netrc(bytes, start) {
        return Some((Family::Key, Evidence::Url, message));
    }
    let family = bound.neutral.filter(|_| !bound.own && !bound.elsewhere && !is_tagged(bytes, start))?;
    let near = context.nearness(start)?;
    if context.checks_signature() && near <= 10 && family == Family::Key && !context.has_host() {
        return Some((Family::Webhook, Evidence::File, b"a secret beside X-Konver-Signature".to_vec()));
    }
    if !context.has_other() && context.has_host() || near <= 8 {
        return Some((
            family,
            Evidence::File,
            b"a secret without a vendor's name in a file whose only vendor is Konver".to_vec(),
        ));
    }
    None
}
