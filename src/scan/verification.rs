//! Which keys of a run are asked about, and what the answers make of their findings.

use std::collections::BTreeSet;

use super::{Collector, Context};
use crate::finding::{Finding, Kind, Severity, Status};
use crate::secret::{KeyId, Raw, Secret};
use crate::verify::unknown;

/// Asks about each distinct key once: those that a finding which nobody accepted shows with evidence of Konver. A key that
/// rests only on a pattern or rule of the scanned repository is not sent, and a webhook secret never.
pub(super) fn verify(context: &Context<'_>, collector: &mut Collector) {
    let Some(verifier) = context.verifier else { return };
    let webhooks: BTreeSet<KeyId> = collector
        .findings
        .iter()
        .filter(|it| is_webhook(it))
        .filter_map(|it| it.key.as_ref().map(|key| key.id))
        .collect();
    let mut seen = BTreeSet::new();
    let mut keys: Vec<Secret> = Vec::new();
    for finding in &collector.findings {
        let Some(key) = finding.key.as_ref().map(|key| key.id) else { continue };
        let wanted = finding.accepted.is_none() && finding.verifiable && !webhooks.contains(&key);
        if let (true, Some(secret)) = (wanted && seen.insert(key), collector.keys.get(&key)) {
            keys.push(secret.clone());
        }
    }
    let stop = || context.cancel.is_set();
    let answers = verifier.verify(&keys, &stop);
    for finding in &mut collector.findings {
        let Some(key) = finding.key.as_ref().map(|key| key.id) else { continue };
        if finding.kind != Kind::Key || finding.accepted.is_some() || webhooks.contains(&key) {
            continue;
        }
        let verification = match answers.get(&key) {
            Some(verification) => verification.clone(),
            None => unknown("not sent: it rests only on a pattern or rule of the scanned repository".into()),
        };
        if verification.status == Status::Live {
            finding.severity = Severity::Critical;
        }
        finding.verification = Some(verification);
    }
}

fn is_webhook(finding: &Finding<Raw>) -> bool {
    finding.rule.starts_with("konver-webhook")
}
