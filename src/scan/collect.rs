//! Placement of hits: one finding per place and key, with its identity and who accepted it.

use std::collections::{BTreeMap, BTreeSet};

use super::history::Traces;
use super::leak::Lineage;
use super::{Context, Examined};
use crate::blob::{Location, ObjectKind, Oid, SourceKind};
use crate::finding::{Accepted, Confidence, Evidence, Finding, Fingerprint, KeyInfo, Kind, RuleId, Severity};
use crate::rule::Rule;
use crate::secret::{KeyId, KeyPrefix, Raw, Secret};
use crate::source::git;

/// The rule of webhook secrets.
pub(super) const WEBHOOK: &str = "konver-webhook-secret";
/// The rule of the organization's own format, which a webhook secret may have as well.
pub(super) const PATTERN: &str = "konver-key-pattern";

/// Every distinct key of a run.
pub type Keyring = BTreeMap<KeyId, Secret>;

/// The ways in which each key is written, a way being the pieces of one place.
pub type Forms = BTreeMap<KeyId, BTreeSet<Vec<Raw>>>;

/// Findings and keys of a run, as long as keys are still being collected.
#[derive(Default)]
pub struct Collector {
    /// The findings so far.
    pub findings: Vec<Finding<Raw>>,
    /// Their keys.
    pub keys: Keyring,
    /// Those among them that anything takes for a webhook secret: no call can tell whether one is valid.
    pub webhooks: BTreeSet<KeyId>,
    /// How each key is written where it does not stand as it is: the pieces of one place in their order, to be masked.
    pub forms: Forms,
    /// Of each key the first of the commits that introduce it, where the history tells.
    pub first: BTreeMap<KeyId, Oid>,
    /// Where the repository is that was scanned.
    pub repository: Option<git::Location>,
    /// What an audit knows of each key's way through the history; none in other scans.
    pub traces: Option<Traces>,
    /// The key that a plan is asked for.
    pub wanted: Option<KeyPrefix>,
    /// Where each key is staged that HEAD does not have there.
    pub staged: BTreeMap<KeyId, BTreeSet<Raw>>,
    /// Its way through the history, and that of every other key that may be meant; none where the scan did not come so far.
    pub lineages: Option<BTreeMap<KeyId, Lineage<Raw>>>,
}

/// Where hits are placed.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The source.
    pub source: SourceKind,
    /// The kind of object.
    pub object: ObjectKind,
    /// The path from the root, where there is one.
    pub path: Option<&'a [u8]>,
}

impl Collector {
    /// Takes everything of another one.
    pub fn merge(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.keys.extend(other.keys);
        self.webhooks.extend(other.webhooks);
        for (key, forms) in other.forms {
            self.forms.entry(key).or_default().extend(forms);
        }
    }

    /// Remembers the key and the forms of a hit, so that they are masked, whether or not it becomes a finding.
    pub fn remember(&mut self, examined: &Examined) {
        let id = examined.hit.secret.key_id();
        if &*examined.hit.rule == WEBHOOK {
            self.webhooks.insert(id);
        }
        self.keys.insert(id, examined.hit.secret.clone());
        if !examined.hit.forms.is_empty() {
            self.forms.entry(id).or_default().insert(examined.hit.forms.clone());
        }
    }

    /// Places the hits of one blob at once and adds their findings.
    pub fn place(&mut self, context: &Context<'_>, place: &Place<'_>, examined: Vec<Examined>) {
        for examined in &examined {
            self.remember(examined);
        }
        let chosen = choose(context, place.path, examined);
        self.findings.extend(chosen.into_iter().map(|examined| finding(context, place, examined)));
    }
}

/// Of the hits of one blob at one path: those whose rule is not switched off and whose rule's path globs hold there, and of
/// several at one place and key the one with the strongest evidence, ties by rule id. Ordered by place. It may be asked about
/// where any of them may, unless one says that it is no API key at all.
pub fn choose(context: &Context<'_>, path: Option<&[u8]>, examined: Vec<Examined>) -> Vec<Examined> {
    let mut places: BTreeMap<(usize, KeyId), Vec<Examined>> = BTreeMap::new();
    for examined in examined {
        let rule = &examined.hit.rule;
        if !context.settings.disables(rule) && context.rules.get(rule).is_none_or(|rule| rule.holds_at(path)) {
            places.entry((examined.hit.start, examined.hit.secret.key_id())).or_default().push(examined);
        }
    }
    let best = |all: Vec<Examined>| {
        // What a pattern matches may be anything; only the program's own evidence tells a webhook secret.
        let secret = all.iter().any(|it| !it.hit.verifiable && it.hit.evidence != Evidence::Pattern);
        let verifiable = !secret && all.iter().any(|it| it.hit.verifiable);
        let mut best = all.into_iter().min_by(|a, b| rank(a).cmp(&rank(b)))?;
        best.hit.verifiable = verifiable;
        Some(best)
    };
    places.into_values().filter_map(best).collect()
}

/// The stronger the evidence, the lower; then by the rule's id.
fn rank(examined: &Examined) -> (Evidence, &RuleId) {
    (examined.hit.evidence, &examined.hit.rule)
}

/// The finding of a hit at a place, with everything that does not need the repository's history.
pub fn finding(context: &Context<'_>, place: &Place<'_>, examined: Examined) -> Finding<Raw> {
    let Examined { hit, inline } = examined;
    let id = hit.secret.key_id();
    let fingerprint = Fingerprint::new(Kind::Key, place.object, place.path.unwrap_or_default(), hit.secret.expose());
    let accepted = inline
        .map(|marker| (Accepted::Inline, marker.reason))
        .or_else(|| accepted(context, &fingerprint, Some(id), place.path));
    let fix = context.rules.get(&hit.rule).map_or_else(String::new, |rule| rule.fix.clone());
    Finding {
        confidence: hit.confidence,
        verifiable: hit.verifiable,
        help: Raw::new(fix),
        location: (place.object != ObjectKind::RefName).then_some(hit.location),
        key: Some(KeyInfo { id, redacted: hit.secret.redacted(), length: hit.secret.len(), encodings: hit.encodings }),
        excerpt: Some(hit.excerpt),
        accepted,
        ..bare(hit.rule, Kind::Key, Severity::High, place, fingerprint, hit.message)
    }
}

/// The finding of a rule of the kinds that have no key, at a place whose rule is its identity.
pub fn of_rule(
    context: &Context<'_>,
    rule: &Rule,
    kind: Kind,
    place: &Place<'_>,
    location: Location,
    message: &[u8],
) -> Finding<Raw> {
    let fingerprint = Fingerprint::new(kind, place.object, place.path.unwrap_or_default(), rule.id.as_bytes());
    Finding {
        confidence: rule.confidence,
        help: Raw::new(rule.fix.as_bytes()),
        location: Some(location),
        accepted: accepted(context, &fingerprint, None, place.path),
        ..bare(rule.id.clone(), kind, rule.severity, place, fingerprint, Raw::new(message))
    }
}

/// A finding without evidence, and without what only a repository's history or the API can tell.
fn bare(
    rule: RuleId,
    kind: Kind,
    severity: Severity,
    place: &Place<'_>,
    fingerprint: Fingerprint,
    message: Raw,
) -> Finding<Raw> {
    Finding {
        rule,
        kind,
        severity,
        confidence: Confidence::High,
        verifiable: false,
        message,
        help: Raw::new(""),
        source: place.source,
        object_kind: place.object,
        object: None,
        path: place.path.map(Raw::new),
        location: None,
        key: None,
        fingerprint,
        commit: None,
        new: None,
        in_head: None,
        reach: None,
        also_at: Vec::new(),
        also_at_total: 0,
        verification: None,
        excerpt: None,
        accepted: None,
    }
}

/// Whether the configuration or the baseline accepts such a finding.
pub fn accepted(
    context: &Context<'_>,
    fingerprint: &Fingerprint,
    key: Option<KeyId>,
    path: Option<&[u8]>,
) -> Option<(Accepted, Option<Raw>)> {
    let config = context.settings.accepts(fingerprint, key, path).then_some((Accepted::Config, None));
    config.or_else(|| context.baseline.reason(fingerprint).map(|reason| (Accepted::Baseline, reason)))
}
