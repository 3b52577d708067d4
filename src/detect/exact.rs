//! What is found without the program's own evidence: known keys, the organization's key format, rules with patterns.

use std::ops::Range;
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use super::anchors::searcher;
use super::around::{is_half, refusal};
use super::binding::binding;
use super::candidate::{Candidate, candidates};
use super::context::Context;
use super::engine::{Found, Search};
use super::flow::Flow;
use super::judge::{Strength, judge, stands_for_itself};
use super::layer::Layer;
use super::name::Family;
use super::{Unbound, Verdict};
use crate::finding::{Confidence, Evidence};
use crate::rule::{Need, Origin, Rule};
use crate::secret::{MAX_KEY_LENGTH, MIN_KEY_LENGTH};

/// How near the vendor is where a rule wants it near, in lines.
const NEAR: usize = 8;

/// A rule with a pattern of its own, ready.
#[derive(Debug)]
pub(super) struct Own {
    rule: Arc<Rule>,
    search: crate::rule::Search,
    literals: Option<AhoCorasick>,
}

impl Own {
    /// The rule, if it has a pattern.
    pub(super) fn new(rule: &Arc<Rule>) -> Option<Self> {
        let search = rule.search.clone()?;
        let literals = search.anchors.as_ref().and_then(|words| searcher(words));
        Some(Self { rule: rule.clone(), search, literals })
    }

    /// The literals without which it does not look; none where it always does.
    pub(super) fn anchors(&self) -> Option<&[Vec<u8>]> {
        self.search.anchors.as_deref()
    }

    /// Whether one of its literals stands in the text, in any form.
    pub(super) fn is_hot(&self, bytes: &[u8]) -> bool {
        self.literals.as_ref().is_none_or(|literals| literals.is_match(bytes))
    }

    /// Whether the value at the place has what the rule needs beside its pattern.
    fn has_need(&self, layer: &Layer, context: &Context, span: &Range<usize>) -> bool {
        let Some(need) = self.search.need else { return true };
        let bound = || binding(&layer.bytes, context, span);
        match need {
            Need::Section => bound().ours.is_some(),
            Need::Header => bound().header && context.is_ours(span.start),
            Need::Host => context.has_host() && context.is_ours(span.start),
            Need::Near => context.nearness(span.start).is_some_and(|near| near <= NEAR),
            Need::File => context.has_vendor(),
        }
    }

    fn found(&self) -> Found<'_> {
        Found {
            rule: &self.rule.id,
            evidence: Evidence::Pattern,
            confidence: Confidence::High,
            verifiable: self.rule.origin != Origin::Repository,
            message: self.rule.title.clone().into_bytes(),
        }
    }
}

impl Search<'_, '_> {
    /// Known keys and the organization's own format, wherever they stand.
    pub(super) fn exact(&mut self, layer: &Layer) {
        for known in &self.detector.known {
            let key = known.secret.expose();
            let reversed: Vec<u8> = key.iter().rev().copied().collect();
            let places = |written: &[u8], encoding: Option<&'static str>| -> Vec<_> {
                memchr::memmem::find_iter(&layer.bytes, written).map(|at| (at, encoding)).collect()
            };
            for (at, encoding) in [places(key, None), places(&reversed, Some("reversed"))].concat() {
                let message = [b"a Konver key that you hold: its value is known from ", known.origin.bytes()].concat();
                let found = Found {
                    rule: if known.is_api_key { "konver-key-known" } else { "konver-webhook-secret" },
                    evidence: Evidence::Known,
                    confidence: Confidence::High,
                    verifiable: known.is_api_key,
                    message,
                };
                let candidate = Candidate { encoding, ..Candidate::of(key.to_vec(), at..at + key.len()) };
                self.push(layer, &candidate, found);
            }
        }
        let Some(pattern) = &self.detector.pattern else { return };
        for found in pattern.pattern.regex.find_iter(&layer.bytes) {
            if !(MIN_KEY_LENGTH..=MAX_KEY_LENGTH).contains(&found.len()) || stands_for_itself(found.as_bytes()).is_err()
            {
                continue;
            }
            let kind = Found {
                rule: "konver-key-pattern",
                evidence: Evidence::Pattern,
                confidence: Confidence::High,
                verifiable: pattern.origin != Origin::Repository,
                message: b"a value of the organization's own key format".to_vec(),
            };
            self.push(layer, &Candidate::of(found.as_bytes().to_vec(), found.range()), kind);
        }
    }

    /// What the pattern of a rule finds, judged like any other candidate; where the rule says so, also the literals of the
    /// names that it finds.
    pub(super) fn own(&mut self, layer: &Layer, context: &Context, own: &Own) {
        let mut names = Vec::new();
        for found in own.search.regex.captures_iter(&layer.bytes).filter_map(|found| found.name("key")) {
            let span = found.range();
            if own.search.resolve && is_identifier(found.as_bytes()) && own.has_need(layer, context, &span) {
                names.push(found.as_bytes().to_vec());
                continue;
            }
            if own.search.lengths.contains(&found.len()) {
                let candidate = Candidate::of(found.as_bytes().to_vec(), span);
                self.judged(layer, context, own, &candidate, true);
            }
        }
        if names.is_empty() {
            return;
        }
        let flow = Flow::follow(&layer.bytes, names.iter().map(|name| (name.as_slice(), Family::Key)));
        for candidate in candidates(&layer.bytes) {
            let place = binding(&layer.bytes, context, &(candidate.start()..candidate.end())).variable;
            let name = place.and_then(|place| layer.bytes.get(place)).unwrap_or_default();
            let fits = own.search.lengths.contains(&candidate.value.len());
            if fits && !candidate.loose && flow.reaches(name).is_some() {
                self.judged(layer, context, own, &candidate, false);
            }
        }
    }

    /// Judges a value for which a rule's pattern speaks; `here` where the pattern matched at the value itself.
    fn judged(&mut self, layer: &Layer, context: &Context, own: &Own, candidate: &Candidate, here: bool) {
        if is_half(&layer.bytes, context, candidate) {
            return;
        }
        let refused = refusal(&layer.bytes, candidate).or_else(|| judge(&candidate.value, Strength::Strong).err());
        let verdict = match refused {
            Some(reason) => Verdict::Refused(reason),
            None if here && !own.has_need(layer, context, &(candidate.start()..candidate.end())) => {
                Verdict::Unbound(Unbound::Need)
            }
            None => return self.push(layer, candidate, own.found()),
        };
        self.pass_over(layer, context, candidate, verdict);
    }
}

/// Whether the text is a name of code rather than a value: no name is as random as a key.
fn is_identifier(text: &[u8]) -> bool {
    let starts = text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || b"_$".contains(byte));
    starts
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_$.".contains(byte))
        && judge(text, Strength::Strong).is_err()
}
