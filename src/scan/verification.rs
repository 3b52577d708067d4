//! Which keys of a run are asked about, and what the answers make of their findings.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::{PATTERN, WEBHOOK};
use super::{Collector, Context};
use crate::finding::{Finding, Kind, Severity, Status, Verification};
use crate::secret::{KeyId, Raw, Secret};
use crate::source::coverage::Code;
use crate::verify::{Bounds, defect, unknown};

/// Asks about each distinct key once: those that a finding which nobody accepted shows with evidence of Konver. A key that
/// rests only on a pattern or rule of the scanned repository is not sent, and a webhook secret never. Whether one is live.
pub(super) fn verify(context: &Context<'_>, collector: &mut Collector) -> bool {
    let Some(verifier) = context.verifier else { return false };
    let Collector { findings, keys, webhooks, .. } = collector;
    let mut seen = BTreeSet::new();
    let mut asked: Vec<Secret> = Vec::new();
    for finding in findings.iter() {
        let Some(key) = finding.key.as_ref().map(|key| key.id) else { continue };
        let wanted = finding.accepted.is_none() && finding.verifiable && !webhooks.contains(&key);
        if let (true, Some(secret)) = (wanted && seen.insert(key), keys.get(&key)) {
            asked.push(secret.clone());
        }
    }
    let stop = || context.cancel.is_set();
    let questions = verifier.verify(&asked, Bounds { stop: &stop, until: context.cancel.deadline() });
    let answers: BTreeMap<KeyId, Verification> =
        questions.into_iter().map(|question| (question.key.key_id(), question.verification)).collect();
    if answers.values().any(|verification| verification.status == Status::Unknown) {
        // A request that was cut at the deadline came back before anybody asked whether the time is up.
        context.cancel.is_set();
    }
    let mut unproven = BTreeSet::new();
    let mut live = false;
    for finding in findings.iter_mut() {
        let Some(key) = finding.key.as_ref().map(|key| key.id) else { continue };
        if finding.kind != Kind::Key || finding.accepted.is_some() {
            continue;
        }
        let is_webhook = webhooks.contains(&key);
        if is_webhook && !is_api_key(finding) {
            continue;
        }
        let mut verification = answers.get(&key).cloned().unwrap_or_else(|| {
            let why = if is_webhook {
                "elsewhere it is a webhook secret, which is never sent"
            } else {
                "it rests only on a pattern or rule of the scanned repository"
            };
            unknown(format!("not asked: {why}"))
        });
        match verification.status {
            Status::Live => {
                finding.severity = Severity::Critical;
                live = true;
            }
            Status::Unknown if unproven.insert(key) => {
                context.ledger.note(Code::VERIFICATION, None, verification.detail.clone());
            }
            Status::Unknown | Status::Revoked => {}
        }
        if let Some(defect) = keys.get(&key).and_then(|secret| beside(finding, secret)) {
            let before = verification.detail.take().map(|detail| format!("{detail}; ")).unwrap_or_default();
            verification.detail = Some(format!(
                "{before}{defect} here, and whatever sends it along is answered 401: a defect of this file"
            ));
        }
        finding.verification = Some(verification);
    }
    live
}

/// Whether something else than its form says that it is an API key.
fn is_api_key(finding: &Finding<Raw>) -> bool {
    finding.verifiable && !matches!(&*finding.rule, WEBHOOK | PATTERN)
}

/// What stands around the key where it was found.
fn beside(finding: &Finding<Raw>, secret: &Secret) -> Option<defect::Defect> {
    let encodings = &finding.key.as_ref()?.encodings;
    defect::beside(finding.excerpt.as_ref()?, encodings, secret.expose())
}
