//! What the command says on standard output.

use std::fmt::Write;

use super::{Key, Subject};
use crate::finding::{Status, Verification};
use crate::report::{STOPS, key_steps, places, printable};
use crate::secret::{KeyId, Masked, mask_key_shapes};
use crate::verify::Question;

/// What was answered, key by key.
pub(super) fn keys(subject: &Subject) -> String {
    let mut out = String::new();
    for key in &subject.keys {
        out.push_str(&one(key));
    }
    out
}

fn one(key: &Key) -> String {
    let mut out = match &key.verification {
        Some(answer) => format!("{}\n", line(&key.redacted, key.id, answer)),
        None => format!(
            "{} ({}): a webhook secret, which is never sent: no call tells whether it is valid; revoke it under \
             Organization > Developer > Webhooks\n",
            printable(&key.redacted.text()),
            key.id
        ),
    };
    if let Some(detail) = key.verification.as_ref().and_then(|answer| answer.detail.as_ref()) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "    {}", shown(detail));
    }
    for (place, defect) in &key.places {
        let defect = defect.as_ref().map(|defect| format!(": {}", shown(defect))).unwrap_or_default();
        let _ = writeln!(out, "    in {place}{defect}");
    }
    out
}

/// `QzRt…x9Qz (0123456789abcdef): live (HTTP 200)`.
fn line(redacted: &Masked, id: KeyId, answer: &Verification) -> String {
    let http = answer.http_status.map(|code| format!(" (HTTP {code})")).unwrap_or_default();
    format!("{} ({id}): {}{http}", printable(&redacted.text()), answer.status.name())
}

/// What a watch learnt of a key, and when.
pub(super) fn news(question: &Question, time: &str) -> String {
    let key = &question.key;
    format!("{}, seen at {time}\n", line(&key.redacted(), key.key_id(), &question.verification))
}

/// The way to revocation of the live keys, with what stops with them.
pub(super) fn way(subject: &Subject) -> String {
    let mut out = String::from("\nA live key opens the whole organization's data. To revoke it:\n");
    for (number, step) in key_steps().iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  {}. {step}", number + 1);
    }
    let is_live = |key: &&Key| key.verification.as_ref().is_some_and(|answer| answer.status == Status::Live);
    let held: Vec<String> =
        subject.keys.iter().filter(is_live).flat_map(|key| &key.places).map(|(place, _)| place.clone()).collect();
    let places = places(&held, &subject.readers);
    if !places.is_empty() {
        let _ = writeln!(out, "{STOPS}");
        for place in places {
            let _ = writeln!(out, "  {place}");
        }
    }
    out
}

/// A text that came from elsewhere, as it can be printed.
fn shown(text: &str) -> String {
    printable(&mask_key_shapes(text.as_bytes()).text())
}
