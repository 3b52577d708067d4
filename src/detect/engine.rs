//! Evidence and judgement put together, reading by reading.

use std::collections::BTreeSet;
use std::ops::Range;

use super::around::{is_half, is_id_in_text, refusal};
use super::binding::binding;
use super::candidate::{Candidate, candidates};
use super::context::Context;
use super::flow::Flow;
use super::judge::{Reason, Strength, is_foreign, is_uuid_like, judge};
use super::layer::Layer;
use super::name::{Class, Family, Words, classify};
use super::pieces::{Assembly, pieces};
use super::weigh::{Weight, weigh};
use super::{Considered, Detection, Detector, Verdict, encoding};
use crate::blob::Text;
use crate::finding::{Confidence, Evidence, Excerpt, Hit};
use crate::secret::{Raw, Secret};

/// How often encodings are undone.
const DEPTH: usize = 2;

/// Every place of the text where a rule holds.
pub(super) fn detect(detector: &Detector, text: &Text<'_>) -> Detection {
    let mut search = Search::new(detector, text, None);
    search.run();
    search.without_pieces()
}

/// Every candidate of a line, with what was made of it.
pub(super) fn explain(detector: &Detector, text: &Text<'_>, line: usize) -> Vec<Considered> {
    let mut search = Search::new(detector, text, Some(line));
    search.run();
    let mut all = search.considered;
    all.sort_by_key(|it| (it.location.line, it.location.column, it.location.end_line, it.location.end_column));
    // Several readings of one text mostly say the same.
    let mut told: Vec<Considered> = Vec::new();
    for it in all {
        if !told
            .iter()
            .any(|other| other.location == it.location && other.value == it.value && other.verdict == it.verdict)
        {
            told.push(it);
        }
    }
    told
}

/// The longest base64 that may be a key: of 64 bytes. What is longer is ciphertext, a certificate or an image; and where its own
/// name does not say what it is, what is longer than 54 bytes.
const LONGEST: usize = 88;
const LONG: usize = 72;
/// A value without a vendor's name is believed only if it is not that short.
const SHORT: usize = 20;
/// So many letters without a digit may be a key.
const LETTERS: usize = 24;
/// The least that another piece adds to a key that is put together.
const PIECE: usize = 8;
/// So many places that begin before another one are looked at: they do not overlap but for readings of the same text.
const NEAR: usize = 16;

/// One text on its way through the rules.
pub(super) struct Search<'a, 't> {
    pub(super) detector: &'a Detector,
    text: &'a Text<'t>,
    detection: Detection,
    seen: BTreeSet<(usize, Vec<u8>)>,
    /// Where each hit stands in the text.
    places: Vec<Place>,
    /// The line whose candidates are told, if any.
    line: Option<usize>,
    considered: Vec<Considered>,
}

/// Where a hit stands in the text, and in how many pieces.
struct Place {
    span: Range<usize>,
    pieces: usize,
}

/// What speaks for a value.
pub(super) struct Found<'a> {
    pub(super) rule: &'a str,
    pub(super) evidence: Evidence,
    pub(super) confidence: Confidence,
    pub(super) verifiable: bool,
    pub(super) message: Vec<u8>,
}

impl<'a, 't> Search<'a, 't> {
    fn new(detector: &'a Detector, text: &'a Text<'t>, line: Option<usize>) -> Self {
        let (detection, seen) = (Detection::default(), BTreeSet::new());
        Self { detector, text, detection, seen, places: Vec::new(), line, considered: Vec::new() }
    }

    fn run(&mut self) {
        let active = self.active();
        let plain = Layer::plain(self.text.bytes(), self.text.encoding().undone().into_iter().collect());
        let context = Context::new(&plain.bytes);
        self.layer(&plain, &context, &active, DEPTH);
        if let Some(unescaped) = encoding::unescape(&plain) {
            let context = Context::new(&unescaped.bytes);
            self.layer(&unescaped, &context, &active, DEPTH - 1);
            if let Some(again) = encoding::unescape(&unescaped) {
                let context = Context::new(&again.bytes);
                self.layer(&again, &context, &active, DEPTH - 1);
            }
        }
    }

    /// The rules with patterns whose literals stand in the text, by their number.
    fn active(&self) -> Vec<usize> {
        let bytes = self.text.bytes();
        let own = self.detector.own.iter().enumerate();
        own.filter(|(_, own)| own.is_hot(bytes)).map(|(number, _)| number).collect()
    }

    /// One reading, and what is encoded in it.
    fn layer(&mut self, layer: &Layer, context: &Context, active: &[usize], depth: usize) {
        self.exact(layer);
        for own in active.iter().filter_map(|&number| self.detector.own.get(number)) {
            self.own(layer, context, own);
        }
        let decoded = if depth > 0 { encoding::runs(layer) } else { Vec::new() };
        if context.has_vendor() {
            self.candidates(layer, context, &decoded);
        }
        for decoded in decoded {
            let mut inner = Context::new(&decoded.layer.bytes);
            inner.inherit(context, decoded.run.start);
            self.layer(&decoded.layer, &inner, active, depth - 1);
        }
    }

    /// Every candidate of a reading, and every encoded run that is a value as a whole.
    fn candidates(&mut self, layer: &Layer, context: &Context, decoded: &[encoding::Decoded]) {
        let flow = Flow::new(&layer.bytes, context);
        let pieces = pieces(&layer.bytes);
        let mut all = pieces.literals;
        all.extend(candidates(&layer.bytes));
        let candidates = all;
        let whole = |decoded: &encoding::Decoded| {
            let value = credential(decoded.layer.bytes.trim_ascii()).to_vec();
            Candidate { encoding: Some(decoded.encoding), ..Candidate::of(value, decoded.run.clone()) }
        };
        for candidate in &candidates {
            let within = |run: &Range<usize>| run.start <= candidate.start() && candidate.end() <= run.end + 2;
            let behind = decoded.partition_point(|decoded| decoded.run.start <= candidate.start());
            let near = decoded.get(behind.saturating_sub(NEAR)..behind).unwrap_or_default();
            match near.iter().find(|decoded| within(&decoded.run)) {
                Some(decoded) => self.candidate(layer, context, &flow, &whole(decoded)),
                None => self.candidate(layer, context, &flow, candidate),
            }
        }
        for assembly in &pieces.assemblies {
            self.assembled(layer, context, &flow, assembly);
        }
        let mut places: Vec<(usize, usize)> = candidates.iter().map(|it| (it.start(), it.end())).collect();
        places.sort_unstable();
        let is_covered = |run: &Range<usize>| {
            let behind = places.partition_point(|(start, _)| *start < run.end);
            places.get(behind.saturating_sub(NEAR)..behind).is_some_and(|near| near.iter().any(|it| it.1 > run.start))
        };
        for decoded in decoded.iter().filter(|decoded| !is_covered(&decoded.run)) {
            self.candidate(layer, context, &flow, &whole(decoded));
        }
    }

    /// What was found, without the pieces of keys that were found whole.
    fn without_pieces(self) -> Detection {
        let Detection { hits, refused } = self.detection;
        // Only what is put together, or encoded, is longer or shorter in the text than the key.
        let all = self.places.iter().zip(hits.iter().map(|hit| hit.secret.clone()));
        let mut whole: Vec<(&Place, Secret)> =
            all.filter(|(place, key)| place.pieces > 1 || place.span.len() != key.len()).collect();
        whole.sort_by_key(|(place, _)| place.span.start);
        let is_piece = |hit: &Hit, span: &Range<usize>| {
            let within = |(other, key): &(&Place, Secret)| {
                let more = if other.pieces > 1 { PIECE } else { 1 };
                span.end <= other.span.end
                    && key.len() >= hit.secret.len() + more
                    && memchr::memmem::find(key.expose(), hit.secret.expose()).is_some()
            };
            let before = whole.partition_point(|(other, _)| other.span.start <= span.start);
            whole.iter().take(before).rev().take(NEAR).any(within)
        };
        let kept = hits.into_iter().zip(&self.places).filter(|(hit, place)| !is_piece(hit, &place.span));
        Detection { hits: kept.map(|(hit, _)| hit).collect(), refused }
    }

    fn candidate(&mut self, layer: &Layer, context: &Context, flow: &Flow, candidate: &Candidate) {
        if candidate.value.len() < crate::secret::MIN_KEY_LENGTH || is_half(&layer.bytes, context, candidate) {
            return;
        }
        if candidate.loose && !is_one(layer, context, flow, candidate) {
            return;
        }
        match verdict(layer, context, flow, candidate) {
            Ok(found) => self.push(layer, candidate, found),
            Err(verdict) => self.pass_over(layer, context, candidate, verdict),
        }
    }

    /// A value that is put together: its pieces are what is found, the expression's surroundings say whose it is.
    fn assembled(&mut self, layer: &Layer, context: &Context, flow: &Flow, assembly: &Assembly) {
        let (value, expression) = (assembly.whole.value.clone(), assembly.expression.clone());
        // Padding ends a value: nothing is put behind it.
        let padded = |piece: &Range<usize>| layer.bytes.get(piece.clone()).is_some_and(|piece| piece.ends_with(b"="));
        let ended = assembly.whole.pieces.split_last().is_some_and(|(_, before)| before.iter().any(padded));
        if value.len() < crate::secret::MIN_KEY_LENGTH || ended {
            return;
        }
        let proxy = Candidate::of(value, expression);
        // Where nothing is said of the expression, something may be of its first literal.
        let found = verdict(layer, context, flow, &proxy).or_else(|refused| match refused {
            Verdict::Unbound(_) => verdict(layer, context, flow, &assembly.whole).map_err(|_| refused),
            _ => Err(refused),
        });
        match found {
            Ok(found) => self.push(layer, &assembly.whole, found),
            Err(verdict) => self.pass_over(layer, context, &proxy, verdict),
        }
    }

    /// Counts a candidate that judgement refuses, and tells of any for which no rule holds.
    pub(super) fn pass_over(&mut self, layer: &Layer, context: &Context, candidate: &Candidate, verdict: Verdict) {
        if let Verdict::Refused(reason) = verdict {
            *self.detection.refused.entry(reason.name()).or_default() += 1;
        }
        let span = candidate.start()..candidate.end();
        let name = || {
            let place = binding(&layer.bytes, context, &span).variable?;
            layer.bytes.get(place).map(Raw::new)
        };
        self.tell(layer, candidate, verdict, name);
    }

    /// Keeps what was made of a value, if it stands on the line that is asked for.
    fn tell(&mut self, layer: &Layer, candidate: &Candidate, verdict: Verdict, name: impl FnOnce() -> Option<Raw>) {
        let Some(line) = self.line else { return };
        let location = self.text.location(&layer.span(&(candidate.start()..candidate.end())));
        if (location.line..=location.end_line).contains(&line) {
            let encodings = encodings(layer, candidate);
            let value = Secret::new(candidate.value.clone());
            self.considered.push(Considered { location, value, encodings, name: name(), verdict });
        }
    }

    /// Adds a hit, once for each place, rule and value.
    pub(super) fn push(&mut self, layer: &Layer, candidate: &Candidate, found: Found<'_>) {
        let (pieces, value) = (candidate.pieces.as_slice(), candidate.value.as_slice());
        let Some((rule, most)) = self.detector.rules.get_key_value(found.rule) else { return };
        let spans: Vec<Range<usize>> = pieces.iter().map(|piece| layer.span(piece)).collect();
        let first = spans.iter().min_by_key(|span| span.start);
        let (Some(first), Some(end)) = (first, spans.iter().map(|span| span.end).max()) else { return };
        let span = first.start..end;
        if !self.seen.insert((span.start, [found.rule.as_bytes(), b"\0", value].concat())) {
            return;
        }
        self.tell(layer, candidate, Verdict::Holds(rule.clone()), || None);
        let encodings = encodings(layer, candidate);
        let text = self.text;
        let bytes = text.bytes();
        let forms = if encodings.is_empty() && pieces.len() == 1 {
            Vec::new()
        } else {
            spans.iter().filter_map(|span| bytes.get(span.clone())).map(Raw::new).collect()
        };
        self.places.push(Place { span: span.clone(), pieces: pieces.len() });
        let shown = if pieces.len() > 1 { first.clone() } else { span.clone() };
        self.detection.hits.push(Hit {
            rule: rule.clone(),
            secret: Secret::new(value),
            start: span.start,
            location: text.location(&shown),
            encodings,
            evidence: found.evidence,
            verifiable: found.verifiable,
            confidence: found.confidence.min(*most),
            message: Raw::new(found.message),
            excerpt: Excerpt::new(text, &span),
            forms,
        });
    }
}

/// Whether the members of a list are one value: put together under a name that says so.
fn is_one(layer: &Layer, context: &Context, flow: &Flow, candidate: &Candidate) -> bool {
    let bound = binding(&layer.bytes, context, &(candidate.start()..candidate.end()));
    let name = bound.variable.and_then(|place| layer.bytes.get(place)).unwrap_or_default();
    let named = matches!(bound.ours, Some((_, Evidence::Name, _))) || flow.reaches(name).is_some();
    named && candidate.value.iter().any(u8::is_ascii_digit)
}

/// The key in a pair of a user and a password, as basic authentication has it; the whole where it is none.
fn credential(text: &[u8]) -> &[u8] {
    let mut parts = text.split(|&byte| byte == b':');
    let (Some(user), Some(password), None) = (parts.next(), parts.next(), parts.next()) else { return text };
    match (judge(password, Strength::Strong), judge(user, Strength::Strong)) {
        (Ok(()), _) => password,
        (_, Ok(())) => user,
        _ => text,
    }
}

/// What was undone to read a value, outermost first.
fn encodings(layer: &Layer, candidate: &Candidate) -> Vec<&'static str> {
    let mut encodings = layer.encodings(&(candidate.start()..candidate.end()));
    encodings.extend(candidate.encoding);
    encodings
}

/// What speaks for a candidate, or why none of the rules holds.
fn verdict(layer: &Layer, context: &Context, flow: &Flow, candidate: &Candidate) -> Result<Found<'static>, Verdict> {
    let refused = |reason| Err(Verdict::Refused(reason));
    let value = candidate.value.as_slice();
    let base64 = value.iter().any(|byte| b"+/=".contains(byte)) && !value.contains(&b'.');
    if base64 && value.len() > LONGEST {
        return refused(Reason::Ciphertext);
    }
    if let Some(reason) = refusal(&layer.bytes, candidate) {
        return refused(reason);
    }
    // Cheap before dear: a value that is no key under the best evidence is none under any.
    judge(value, Strength::Strong).map_err(Verdict::Refused)?;
    if is_id_in_text(&layer.bytes, candidate) {
        return refused(Reason::NotRandom);
    }
    let bound = binding(&layer.bytes, context, &(candidate.start()..candidate.end()));
    let weight = weigh(&layer.bytes, context, flow, candidate, &bound).map_err(Verdict::Unbound)?;
    let Weight { family, evidence, strength, message } = weight;
    // What a function of the vendor's name is given is an id as often as a key.
    let called = bound.ours.as_ref().and_then(|(_, _, place)| layer.bytes.get(place.clone())).unwrap_or_default();
    if base64 && value.len() > LONG && (evidence != Evidence::Name || called.is_empty()) {
        return refused(Reason::Ciphertext);
    }
    if evidence == Evidence::Client
        && is_uuid_like(value)
        && !called.is_empty()
        && !Words::new(called).is_client()
        && classify(called) != Class::Vendor
    {
        return refused(Reason::NotRandom);
    }
    // In a record that a secret's name heads, ids have names of their own; a map of keys says so in the plural.
    let about = |place: &&Range<usize>| {
        let name = layer.bytes.get((*place).clone()).unwrap_or_default();
        Words::new(name).has(&["org", "organisation", "organization", "account", "user", "code"])
    };
    let named = bound.variable.as_ref().or(bound.assigned.as_ref().filter(about));
    let field = bound.ours.as_ref().zip(named).is_some_and(|((_, _, ours), field)| {
        let name = layer.bytes.get(field.clone()).unwrap_or_default();
        layer.bytes.get(ours.end..field.start).is_some_and(|between| between.contains(&b'{'))
            && classify(name) == Class::Other
    });
    if evidence == Evidence::Name && field && is_uuid_like(value) && !called.ends_with(b"s") {
        return refused(Reason::NotRandom);
    }
    // Long names of code have no digits; of a key's characters that are letters of both cases, one in fifty keys has none.
    let any = |class: fn(&u8) -> bool| value.iter().any(class);
    let letters = any(u8::is_ascii_lowercase) && any(u8::is_ascii_uppercase) && value.len() >= LETTERS;
    let may_be = any(u8::is_ascii_digit) || letters && judge(value, Strength::Weak).is_ok();
    if !may_be && matches!(evidence, Evidence::File | Evidence::Flow) {
        return refused(Reason::NotRandom);
    }
    judge(value, strength).map_err(Verdict::Refused)?;
    if evidence == Evidence::Flow && is_foreign(value) {
        return refused(Reason::Foreign);
    }
    if evidence == Evidence::File {
        if is_foreign(value) {
            return refused(Reason::Foreign);
        }
        if value.len() < SHORT {
            return refused(Reason::Length);
        }
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
    Ok(Found { rule, evidence, confidence, verifiable: family == Family::Key, message })
}
