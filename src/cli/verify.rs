//! `konceal verify`: is it still live, and the way to its end.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{IsTerminal, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use super::args::Common;
use super::environment::Environment;
use super::error::{self, Error};
use super::exit::ExitStatus;
use super::{place, run, scan, stdout};
use crate::detect;
use crate::finding::{Status, Verification};
use crate::report::{key_steps, printable};
use crate::scan::Request;
use crate::secret::{KeyId, Masked, Secret, mask_key_shapes};
use crate::source::Cancel;
use crate::source::git::Repository;
use crate::verify::{Limit, Verifier};

/// `konceal verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Files and folders whose keys are asked about
    #[arg(conflicts_with_all = ["env", "stdin"])]
    pub path: Vec<PathBuf>,
    /// The key in this environment variable [default: `KONVER_API_KEY`, where no PATH is given]
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// The key on standard input
    #[arg(long, conflicts_with = "env")]
    pub stdin: bool,
    /// Ask again and again until every live key is revoked
    #[arg(long)]
    pub watch: bool,
    /// Seconds between two questions about one key
    #[arg(long, value_name = "S", default_value_t = 10, requires = "watch", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub interval: u64,
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Another address of the API
    #[arg(long, value_name = "URL")]
    pub api_url: Option<String>,
    /// Give the watch up after so many seconds (0: never)
    #[arg(long, value_name = "S", default_value_t = 0, requires = "watch")]
    pub timeout: u64,
}

/// A key that is asked about.
struct Asked {
    secret: Secret,
    /// How many places show it; none where it was given.
    places: Vec<Masked>,
}

type Answers = BTreeMap<KeyId, Verification>;

/// Carries the command out: 0 every key is revoked, 1 one is live, 2 unknown, none given, or the watch timed out.
pub fn run(command: &Verify, environment: &Environment) -> Result<ExitStatus, Error> {
    let common = Common {
        verify: true,
        api_url: command.api_url.clone(),
        directory: command.directory.clone(),
        ..Common::default()
    };
    let cancel = Arc::new(Cancel::after(None));
    let (keys, verifier, mut answers) = if command.path.is_empty() {
        let (secret, defect) = given(command, environment)?;
        let verifier = run::verifier(&common, environment)?;
        interruptible(&cancel);
        let answers = verifier.verify(std::slice::from_ref(&secret), &|| cancel.is_interrupted());
        if let Some(defect) = defect {
            error::line(&format!("{defect}: it was asked about without them, and its place has a defect"));
        }
        (vec![Asked { secret, places: Vec::new() }], verifier, answers)
    } else {
        found(&common, command, environment, &cancel)?
    };
    if keys.is_empty() {
        return Err(Error::Usage("no key was found there".into()));
    }
    stdout::print(&told(&keys, &answers))?;
    if command.watch && answers.values().any(|answer| answer.status == Status::Live) {
        answers = watch(command, &keys, &verifier, answers, &cancel)?;
    }
    Ok(status(&answers, &cancel))
}

/// Ctrl-C ends the questions; what was answered so far is told.
fn interruptible(cancel: &Arc<Cancel>) {
    let handler = cancel.clone();
    // A second handler in one process is refused; then Ctrl-C ends the program at once, which is as good.
    let _ = ctrlc::set_handler(move || handler.interrupt());
}

fn status(answers: &Answers, cancel: &Cancel) -> ExitStatus {
    let any = |status| answers.values().any(|answer| answer.status == status);
    if cancel.is_interrupted() {
        ExitStatus::Interrupted
    } else if any(Status::Live) {
        ExitStatus::Found(1)
    } else if any(Status::Unknown) || answers.is_empty() {
        ExitStatus::Error
    } else {
        ExitStatus::Clean
    }
}

/// The key that the user gives, without what does not belong to it; and what that was.
fn given(command: &Verify, environment: &Environment) -> Result<(Secret, Option<&'static str>), Error> {
    let name = command.env.as_deref().unwrap_or("KONVER_API_KEY");
    let (raw, line_ends) = if command.stdin {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .take(1 << 20)
            .read_to_end(&mut bytes)
            .map_err(|error| Error::Usage(format!("cannot read standard input: {}", error.kind())))?;
        (bytes, true)
    } else {
        let value = environment
            .get(name)
            .ok_or_else(|| Error::Usage(format!("{name} is not set or empty: there is no key to ask about")))?;
        (value.as_encoded_bytes().to_vec(), false)
    };
    if !command.stdin && detect::names_konver_webhook(name.as_bytes()) {
        return Err(Error::Usage(
            "a webhook secret is never sent: no call tells whether it is valid; revoke it under Developer > Webhooks"
                .into(),
        ));
    }
    let ended = if line_ends { raw.strip_suffix(b"\n").unwrap_or(&raw) } else { &raw };
    let ended = if line_ends { ended.strip_suffix(b"\r").unwrap_or(ended) } else { ended };
    let trimmed = ended.trim_ascii();
    let bare = match trimmed {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner.trim_ascii(),
        other => other,
    };
    let defect = if trimmed.len() != ended.len() {
        Some("spaces or newlines stand around the key")
    } else if bare.len() != trimmed.len() {
        Some("quotes stand around the key")
    } else {
        None
    };
    let secret = Secret::new(bare);
    if bare.is_empty() {
        return Err(Error::Usage("there is no key to ask about".into()));
    }
    if bare.iter().any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control()) {
        return Err(Error::Usage("what was given is no key: it holds spaces or newlines".into()));
    }
    Ok((secret, defect))
}

/// The keys that a scan of the paths finds, asked about.
fn found(
    common: &Common,
    command: &Verify,
    environment: &Environment,
    cancel: &Arc<Cancel>,
) -> Result<(Vec<Asked>, Verifier, Answers), Error> {
    let environment = &place::at(command.directory.as_deref(), environment)?;
    let base = environment.directory.clone();
    let paths: Vec<PathBuf> = command.path.iter().map(|path| base.join(path)).collect();
    let start = paths.first().map(|path| if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(path) });
    let repository = Repository::find(&environment.git(start))?;
    let root =
        repository.as_ref().and_then(Repository::workdir).map_or_else(|| base.clone(), std::path::Path::to_owned);
    let mut prepared = scan::prepare_on_disk(common, environment, repository.as_ref(), &root)?;
    let outcome = run::execute(common, &prepared, Request::Worktree { repository, paths })?;
    if outcome.interrupted {
        cancel.interrupt();
    }
    for notice in &outcome.notices {
        error::line(&notice.message.text());
    }
    let verifier = prepared.verifier.take().ok_or_else(|| Error::Usage("nothing was asked".into()))?;
    let mut answers = Answers::new();
    let mut places: BTreeMap<KeyId, Vec<Masked>> = BTreeMap::new();
    for finding in outcome.reported() {
        let (Some(key), Some(verification)) = (&finding.key, &finding.verification) else { continue };
        answers.insert(key.id, verification.clone());
        places.entry(key.id).or_default().extend(finding.path.clone());
    }
    let asked = verifier
        .asked()
        .into_iter()
        .map(|secret| Asked { places: places.remove(&secret.key_id()).unwrap_or_default(), secret });
    let asked: Vec<Asked> = asked.collect();
    Ok((asked, verifier, answers))
}

/// What was answered, key by key, and the way to revocation where one is live.
fn told(keys: &[Asked], answers: &Answers) -> String {
    let mut out = String::new();
    for key in keys {
        let id = key.secret.key_id();
        let Some(answer) = answers.get(&id) else { continue };
        let http = answer.http_status.map(|code| format!(" (HTTP {code})")).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} ({id}): {}{http}", key.secret.redacted().text(), answer.status.name());
        if let Some(detail) = &answer.detail {
            let _ = writeln!(out, "    {}", printable(&mask_key_shapes(detail.as_bytes()).text()));
        }
        for place in &key.places {
            let _ = writeln!(out, "    in {}", printable(&place.text()));
        }
    }
    if answers.values().any(|answer| answer.status == Status::Live) {
        let _ = writeln!(out, "\nA live key opens the whole organization's data. To revoke it:");
        for (number, step) in key_steps().iter().enumerate() {
            let _ = writeln!(out, "  {}. {step}", number + 1);
        }
    }
    out
}

/// Asks about the live keys again and again until each is refused.
fn watch(
    command: &Verify,
    keys: &[Asked],
    verifier: &Verifier,
    mut answers: Answers,
    cancel: &Cancel,
) -> Result<Answers, Error> {
    let started = Instant::now();
    let interval = Duration::from_secs(command.interval);
    let late = || command.timeout > 0 && started.elapsed() >= Duration::from_secs(command.timeout);
    let stop = || cancel.is_interrupted() || late();
    let terminal = std::io::stderr().is_terminal();
    loop {
        let live: Vec<Secret> = keys
            .iter()
            .map(|key| key.secret.clone())
            .filter(|key| answers.get(&key.key_id()).is_some_and(|answer| answer.status != Status::Revoked))
            .collect();
        if live.is_empty() {
            error::line(&format!("every key is revoked, {} s after the watch began", started.elapsed().as_secs()));
            return Ok(answers);
        }
        if terminal {
            error::line(&format!(
                "{} of {} keys are not revoked yet, {} s",
                live.len(),
                keys.len(),
                started.elapsed().as_secs()
            ));
        }
        let next = Instant::now() + interval;
        while Instant::now() < next && !stop() {
            std::thread::sleep(Duration::from_millis(50));
        }
        if stop() {
            break;
        }
        let news = verifier.ask(&live, Limit::Watch, &stop);
        for (id, answer) in news {
            // A fault in between says nothing: what was known of the key stays.
            if answer.status != Status::Unknown {
                if answer.status == Status::Revoked {
                    let name = keys
                        .iter()
                        .find(|key| key.secret.key_id() == id)
                        .map(|key| key.secret.redacted())
                        .unwrap_or_default();
                    stdout::print(&format!("{} ({id}): revoked\n", name.text()))?;
                }
                answers.insert(id, answer);
            }
        }
    }
    if late() {
        error::line("the watch timed out before every key was revoked");
        // Neither live nor revoked is proven at this moment.
        answers
            .values_mut()
            .filter(|answer| answer.status == Status::Live)
            .for_each(|answer| answer.status = Status::Unknown);
    }
    Ok(answers)
}
