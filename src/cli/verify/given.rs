//! One key that the user gives: in an environment variable or on standard input.

use std::io::Read;
use std::sync::Arc;

use super::{Asked, Key, Run, Subject, Verify, interruptible};
use crate::cli::args::Common;
use crate::cli::environment::Environment;
use crate::cli::error::{self, Error};
use crate::cli::run::{context, execute_until, verifier};
use crate::cli::{place, scan};
use crate::detect::{self, Detector, KnownKey, Options};
use crate::report::place_and_line;
use crate::scan::{Request, readers};
use crate::secret::{MAX_KEY_LENGTH, Raw, Secret};
use crate::source::{Cancel, Progress};
use crate::verify::{Bounds, Question, defect};

/// The variable that the vendor recommends.
const VARIABLE: &str = "KONVER_API_KEY";
/// No key is longer, whatever stands around it.
const MOST: u64 = 16 * MAX_KEY_LENGTH as u64;

impl Verify {
    /// The variable that holds the key; none where standard input does.
    fn variable(&self) -> Option<&str> {
        (!self.stdin).then(|| self.env.as_deref().unwrap_or(VARIABLE))
    }
}

/// Asks about the key.
///
/// # Errors
/// There is none, or it is a placeholder or a webhook secret; the address is wrong.
pub(super) fn ask(
    command: &Verify,
    environment: &Environment,
    cancel: &Arc<Cancel>,
) -> Result<(Subject, Asked), Error> {
    let scans = command.configuration.config.is_some()
        || command.configuration.no_config
        || command.accepted.baseline.is_some()
        || command.accepted.no_baseline
        || command.known.known_key_file.is_some()
        || command.known.no_known_keys;
    if scans {
        return Err(Error::Usage("configuration, baseline and known keys go with a PATH to scan".into()));
    }
    let (secret, defect) = key(command, environment)?;
    let mut verifier = verifier(&command.common(), environment)?;
    if command.watch {
        verifier = verifier.unlimited();
    }
    interruptible(cancel);
    let stop = || cancel.is_set();
    let bounds = Bounds { stop: &stop, until: cancel.deadline() };
    let questions = verifier.verify(std::slice::from_ref(&secret), bounds);
    if let Some(defect) = defect {
        error::line(&format!(
            "{defect}: it was asked about without them. A program that sends them along is answered 401, so the place \
             that it comes from has a defect"
        ));
    }
    let key = |question: &Question| Key {
        id: question.key.key_id(),
        redacted: question.key.redacted(),
        verification: Some(question.verification.clone()),
        places: Vec::new(),
    };
    let keys = questions.iter().map(key).collect();
    Ok((Subject { keys, complete: true, readers: Vec::new() }, Asked { verifier, questions }))
}

/// The key without what does not belong to it, and what that was.
fn key(command: &Verify, environment: &Environment) -> Result<(Secret, Option<defect::Defect>), Error> {
    let wrong = |why: &str| Err(Error::Usage(why.into()));
    let raw = if let Some(name) = command.variable() {
        if detect::names_konver_webhook(name.as_bytes()) {
            return wrong(
                "a webhook secret is never sent: no call tells whether it is valid; revoke it under Developer > Webhooks",
            );
        }
        let value = environment
            .get(name)
            .ok_or_else(|| Error::Usage(format!("{name} is not set or empty: there is no key to ask about")))?;
        Secret::new(value.as_encoded_bytes())
    } else {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .take(MOST)
            .read_to_end(&mut bytes)
            .map_err(|error| Error::Usage(format!("cannot read standard input: {}", error.kind())))?;
        Secret::new(bytes)
    };
    // The end of the line that stands on standard input is no defect.
    let line = match raw.expose() {
        [line @ .., b'\r', b'\n'] | [line @ .., b'\n'] if command.stdin => line,
        line => line,
    };
    let (bare, defect) = defect::bare(line);
    if bare.is_empty() {
        return wrong("there is no key to ask about");
    }
    if bare.len() > MAX_KEY_LENGTH || bare.iter().any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control()) {
        return wrong("what was given is no key: it is too long, or holds spaces or newlines");
    }
    if !detect::is_literal(bare) {
        return wrong("what was given is no key: it is a placeholder, or a reference that nobody resolved");
    }
    Ok((Secret::new(bare), defect))
}

/// Looks in the repository around for places that hold the key or name its variable; none where there is no repository.
///
/// # Errors
/// The repository or what governs a scan of it cannot be read.
pub(super) fn look_around(run: &Run<'_>, subject: &mut Subject, secret: &Secret) -> Result<(), Error> {
    let Run { command, environment, cancel } = *run;
    let environment = &place::at(command.directory.as_deref(), environment)?;
    let Some(repository) = place::repository(command.directory.as_deref(), environment)? else { return Ok(()) };
    let Some(root) = repository.workdir().map(std::path::Path::to_owned) else { return Ok(()) };
    let common = Common { verify: false, api_url: None, ..command.common() };
    let mut prepared = scan::prepare_on_disk(&common, environment, Some(&repository), &root)?;
    let id = secret.key_id();
    let known = vec![KnownKey { secret: secret.clone(), origin: Raw::new(*b"what was given"), is_api_key: true }];
    prepared.detector = Detector::new(&prepared.rules, Options { known, pattern: None });
    let progress = Progress::default();
    let variable = command.variable().map(str::as_bytes);
    subject.readers = readers(&context(&prepared, cancel, &progress), &repository, variable)?;
    let request = Request::Worktree { repository: Some(repository), paths: Vec::new() };
    let outcome = execute_until(&common, &prepared, request, cancel)?;
    let shown = outcome.findings.iter().filter(|finding| finding.key.as_ref().is_some_and(|key| key.id == id));
    let places: Vec<(String, Option<String>)> = shown.map(|finding| (place_and_line(finding), None)).collect();
    for key in &mut subject.keys {
        key.places.clone_from(&places);
    }
    Ok(())
}
