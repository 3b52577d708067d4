//! How a leaked secret is revoked: by hand, in the vendor's console. Source: the vendor's authentication and webhook guides,
//! which name these menus; there is no call that revokes.

use std::collections::{BTreeMap, BTreeSet};

use super::{printable, wording};
use crate::finding::{Finding, Status};
use crate::scan::{Outcome, Reader};
use crate::secret::{KeyId, Masked};

/// What kind of secret it is, since each is revoked in its own place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An API key.
    ApiKey,
    /// The secret that signs webhooks.
    Webhook,
}

impl Kind {
    /// The kind that a finding's rule names.
    pub fn of(finding: &Finding<Masked>) -> Self {
        if finding.rule.contains("webhook") { Self::Webhook } else { Self::ApiKey }
    }

    /// What it is called.
    pub fn noun(self) -> &'static str {
        match self {
            Self::ApiKey => "API key",
            Self::Webhook => "webhook secret",
        }
    }

    /// The environment variable that should hold it.
    pub fn variable(self) -> &'static str {
        match self {
            Self::ApiKey => "KONVER_API_KEY",
            Self::Webhook => "KONVER_WEBHOOK_SECRET",
        }
    }

    /// Whether it is what a reader names.
    pub fn is_named_by(self, reader: &Reader) -> bool {
        reader.webhook == (self == Self::Webhook)
    }

    /// The steps, in the order that keeps programs running.
    pub fn steps(self) -> [&'static str; 3] {
        match self {
            Self::ApiKey => [
                "Make a new key: Organization > Developer > API Keys > Create API Key.",
                "Deploy it wherever the old one is used: revoking takes effect at once.",
                "Organization > Developer > API Keys > find the old key > Revoke > confirm.",
            ],
            Self::Webhook => [
                "Make a new webhook: Organization > Developer > Webhooks > Add Webhook.",
                "Deploy its secret to the receiver, which checks X-Konver-Signature with it.",
                "Organization > Developer > Webhooks > the old one > trash icon.",
            ],
        }
    }
}

/// The kind of each key of the outcome.
pub(super) fn by_key(outcome: &Outcome) -> BTreeMap<KeyId, Kind> {
    let mut kinds = BTreeMap::new();
    for finding in outcome.reported() {
        if let Some(key) = &finding.key {
            let kind = kinds.entry(key.id).or_insert(Kind::Webhook);
            *kind = Kind::of(finding).min(*kind);
        }
    }
    kinds
}

/// The kinds among the keys of an outcome, each once.
pub(super) fn kinds(outcome: &Outcome) -> BTreeSet<Kind> {
    by_key(outcome).into_values().collect()
}

/// What stops with the live keys of an outcome, as lines; nothing where none is live. Places that are accepted hold them, too.
pub(super) fn stops(outcome: &Outcome) -> String {
    let live: BTreeSet<KeyId> =
        outcome.keys.iter().filter(|key| key.status == Some(Status::Live)).map(|key| key.id).collect();
    if live.is_empty() {
        return String::new();
    }
    let holds = |finding: &&Finding<Masked>| finding.key.as_ref().is_some_and(|key| live.contains(&key.id));
    // The working tree and a commit of the history show the same place.
    let mut seen = BTreeSet::new();
    let shown = outcome.findings.iter().filter(holds).map(wording::place_and_line);
    let held: Vec<String> = shown.filter(|place| seen.insert(place.clone())).collect();
    std::iter::once(STOPS.to_owned())
        .chain(places(&held, &outcome.readers).into_iter().map(|line| format!("  {line}")))
        .flat_map(|line| [line, "\n".into()])
        .collect()
}

/// What stands above the places.
pub const STOPS: &str = "What uses a live key stops with it. In this repository it is";

/// The lines that say what stops with an API key: where it is held (places as they are shown), and where one is named.
pub fn places(held: &[String], readers: &[Reader]) -> Vec<String> {
    let readers = readers.iter().filter(|it| Kind::ApiKey.is_named_by(it));
    let readers: Vec<String> = readers.map(|it| format!("{}:{}", printable(&it.path.text()), it.line)).collect();
    // A line that holds the key often names it too. A held place has a column besides.
    let lines: BTreeSet<&str> = held.iter().filter_map(|place| Some(place.rsplit_once(':')?.0)).collect();
    let holds = |place: &&String| !lines.contains(place.as_str());
    let held = held.iter().map(|place| format!("held at   {place}"));
    held.chain(readers.iter().filter(holds).map(|place| format!("named at  {place}"))).collect()
}

/// The steps that revoke an API key, in the order that keeps programs running.
pub fn key_steps() -> [&'static str; 3] {
    Kind::ApiKey.steps()
}
