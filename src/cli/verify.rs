//! `konceal verify`: is it still live, and the way to its end.

mod found;
mod given;
mod told;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::args::{BaselineOptions, Common, ConfigurationOptions, KnownKeyOptions};
use super::environment::Environment;
use super::error::{self, Error};
use super::exit::ExitStatus;
use super::stdout;
use crate::finding::{Status, Verification};
use crate::scan::Reader;
use crate::secret::{KeyId, Masked, Secret};
use crate::source::Cancel;
use crate::verify::{Question, Verifier};

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
    /// Give the watch up so many seconds after the start (0: never)
    #[arg(long, value_name = "S", default_value_t = 0, requires = "watch")]
    pub timeout: u64,
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Another address of the API
    #[arg(long, value_name = "URL")]
    pub api_url: Option<String>,
    /// The configuration.
    #[command(flatten)]
    pub configuration: ConfigurationOptions,
    /// The baseline.
    #[command(flatten)]
    pub accepted: BaselineOptions,
    /// Keys that are known beforehand.
    #[command(flatten)]
    pub known: KnownKeyOptions,
}

impl Verify {
    /// The options of a scan that this command has as well.
    fn common(&self) -> Common {
        Common {
            verify: true,
            api_url: self.api_url.clone(),
            directory: self.directory.clone(),
            configuration: self.configuration.clone(),
            accepted: self.accepted.clone(),
            known: self.known.clone(),
            ..Common::default()
        }
    }
}

/// A key, as the user hears of it.
struct Key {
    id: KeyId,
    redacted: Masked,
    /// The API's word; none for a webhook secret, which is never sent.
    verification: Option<Verification>,
    /// Where it is held, each with what is wrong there.
    places: Vec<(String, Option<String>)>,
}

/// What was asked of whom.
struct Asked {
    verifier: Verifier,
    questions: Vec<Question>,
}

/// What is asked about, and what came of it so far.
struct Subject {
    keys: Vec<Key>,
    /// Whether everything was examined that was asked for.
    complete: bool,
    /// Where the repository names a key.
    readers: Vec<Reader>,
}

impl Subject {
    fn any(&self, status: Status) -> bool {
        self.keys.iter().any(|key| key.verification.as_ref().is_some_and(|answer| answer.status == status))
    }

    /// Takes over what a watch learnt.
    fn update(&mut self, question: &Question) {
        let id = question.key.key_id();
        for key in self.keys.iter_mut().filter(|key| key.id == id) {
            key.verification = Some(question.verification.clone());
        }
    }
}

/// Carries the command out: 0 every key is revoked, 1 one is live, 2 unknown, none given, or the watch timed out.
///
/// # Errors
/// There is no key, the address or what governs the scan is wrong, the scan cannot begin.
pub fn run(command: &Verify, environment: &Environment) -> Result<ExitStatus, Error> {
    let timeout = (command.watch && command.timeout > 0).then(|| Duration::from_secs(command.timeout));
    let passed = environment.started.map(|started| started.elapsed()).unwrap_or_default();
    let cancel = Arc::new(Cancel::after(timeout.map(|timeout| timeout.saturating_sub(passed))));
    let (mut subject, asked) = if command.path.is_empty() {
        given::ask(command, environment, &cancel)?
    } else {
        found::ask(command, environment, &cancel)?
    };
    stdout::print(&told::keys(&subject))?;
    let run = Run { command, environment, cancel: &cancel };
    if let Some(live) = asked.questions.iter().find(|question| question.verification.status == Status::Live) {
        run.way(&mut subject, &live.key)?;
    }
    if command.watch {
        watch::watch(&mut subject, asked, &run)?;
    }
    Ok(status(&subject, &cancel))
}

/// One run of the command.
struct Run<'a> {
    command: &'a Verify,
    environment: &'a Environment,
    cancel: &'a Arc<Cancel>,
}

impl Run<'_> {
    /// Prints the way to revocation; `live` is a key that needs it.
    fn way(&self, subject: &mut Subject, live: &Secret) -> Result<(), Error> {
        if self.command.path.is_empty() {
            // The answer is there; where else the key stands is help, and no reason to fail.
            if let Err(error) = given::look_around(self, subject, live) {
                error::line(&format!("where the key is held cannot be told: {error}"));
            }
        }
        stdout::print(&told::way(subject))
    }
}

/// Ctrl-C ends the questions; what was answered so far is told.
fn interruptible(cancel: &Arc<Cancel>) {
    let handler = cancel.clone();
    // A second handler in one process is refused; then Ctrl-C ends the program at once, which is as good.
    let _ = ctrlc::set_handler(move || handler.interrupt());
}

fn status(subject: &Subject, cancel: &Cancel) -> ExitStatus {
    if cancel.is_interrupted() {
        ExitStatus::Interrupted
    } else if cancel.is_late() && (subject.any(Status::Live) || subject.any(Status::Unknown)) {
        ExitStatus::Error
    } else if subject.any(Status::Live) {
        ExitStatus::Found(1)
    } else if subject.any(Status::Revoked) && !subject.any(Status::Unknown) && subject.complete {
        ExitStatus::Clean
    } else {
        ExitStatus::Error
    }
}
