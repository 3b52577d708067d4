//! How a leaked secret is revoked: by hand, in the vendor's console. Source: the vendor's authentication and webhook guides,
//! which name these menus; there is no call that revokes.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;
use crate::scan::Outcome;
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

/// The steps that revoke an API key, in the order that keeps programs running.
pub fn key_steps() -> [&'static str; 3] {
    Kind::ApiKey.steps()
}
