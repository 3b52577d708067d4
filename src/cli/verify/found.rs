//! The keys that a scan of files finds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Asked, Key, Subject, Verify};
use crate::cli::environment::Environment;
use crate::cli::error::{self, Error};
use crate::cli::{place, run, scan};
use crate::finding::{Finding, Verification};
use crate::report::place_and_line;
use crate::scan::{Outcome, Request};
use crate::secret::{KeyId, Masked};
use crate::source::Cancel;
use crate::source::git::Repository;
use crate::verify::{Question, Verifier};

/// Scans the paths and asks about the keys there.
///
/// # Errors
/// The scan cannot begin, what governs it is wrong, or there is no key.
pub(super) fn ask(
    command: &Verify,
    environment: &Environment,
    cancel: &Arc<Cancel>,
) -> Result<(Subject, Asked), Error> {
    let common = command.common();
    let environment = &place::at(command.directory.as_deref(), environment)?;
    let base = environment.directory.clone();
    let paths: Vec<PathBuf> = command.path.iter().map(|path| base.join(path)).collect();
    let start = paths.first().map(|path| if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(path) });
    let repository = Repository::find(&environment.git(start))?;
    let plain = match paths.as_slice() {
        [only] if only.is_dir() => only.clone(),
        _ => base,
    };
    let root = repository.as_ref().and_then(Repository::workdir).map_or(plain, Path::to_owned);
    let mut prepared = scan::prepare_on_disk(&common, environment, repository.as_ref(), &root)?;
    if command.watch {
        prepared.verifier = prepared.verifier.map(Verifier::unlimited);
    }
    let outcome = run::execute_until(&common, &prepared, Request::Worktree { repository, paths }, cancel)?;
    for notice in &outcome.notices {
        error::line(&notice.message.text());
    }
    let verifier = prepared.verifier.ok_or_else(|| Error::Usage("nothing was asked".into()))?;
    let questions = verifier.questions();
    let keys = keys(&outcome, &questions);
    unasked(&outcome, &keys);
    if keys.iter().all(|key| key.verification.is_none()) && !outcome.interrupted {
        let what =
            if keys.is_empty() { "no key was found there" } else { "nothing but webhook secrets was found there" };
        let how = if outcome.coverage.complete { "" } else { ", but not everything could be examined" };
        return Err(Error::Usage(format!("{what}{how}")));
    }
    let subject = Subject { keys, complete: outcome.coverage.complete, readers: outcome.readers };
    Ok((subject, Asked { verifier, questions }))
}

/// Each key that is not accepted, in the order of the first place.
fn keys(outcome: &Outcome, questions: &[Question]) -> Vec<Key> {
    let of = |id: KeyId| move |finding: &&Finding<Masked>| finding.key.as_ref().is_some_and(|key| key.id == id);
    let answers: BTreeMap<KeyId, &Verification> =
        questions.iter().map(|question| (question.key.key_id(), &question.verification)).collect();
    let key = |summary: &crate::scan::KeySummary| {
        let own = || outcome.reported().filter(of(summary.id));
        let verification = answers.get(&summary.id).map(|&answer| answer.clone());
        let verification = verification.or_else(|| own().find_map(|finding| finding.verification.clone()));
        let common = verification.as_ref().and_then(|it| it.detail.as_deref()).unwrap_or_default();
        // What is said of one place only is told there.
        let place = |finding: &Finding<Masked>| {
            if finding.accepted.is_some() {
                return (place_and_line(finding), Some("accepted here".to_owned()));
            }
            let detail = finding.verification.as_ref().and_then(|it| it.detail.as_deref()).unwrap_or_default();
            let own = detail.strip_prefix(common).unwrap_or(detail).trim_start_matches("; ");
            (place_and_line(finding), (!own.is_empty()).then(|| own.to_owned()))
        };
        let places = outcome.findings.iter().filter(of(summary.id)).map(place).collect();
        Key { id: summary.id, redacted: summary.redacted.clone(), places, verification }
    };
    outcome.keys.iter().map(key).collect()
}

/// Says how many keys are accepted, and so were not asked about.
fn unasked(outcome: &Outcome, keys: &[Key]) {
    let reported: BTreeSet<KeyId> = keys.iter().map(|key| key.id).collect();
    let all: BTreeSet<KeyId> =
        outcome.findings.iter().filter_map(|finding| finding.key.as_ref()).map(|key| key.id).collect();
    let accepted = all.difference(&reported).count();
    if accepted > 0 {
        error::line(&format!(
            "not asked about: {accepted} {} accepted by the baseline, a marker or the configuration",
            if accepted == 1 { "key that is" } else { "keys that are" }
        ));
    }
}
