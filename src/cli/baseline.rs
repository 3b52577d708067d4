//! `konceal baseline`: accepts today's findings, by value.

mod from;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::args::{BaselineOptions, Common, ConfigurationOptions, KnownKeyOptions};
use super::environment::Environment;
use super::error::{Error, line};
use super::exit::ExitStatus;
use super::govern::{Disk, Governing};
use super::{place, run, scan};
use crate::finding::{Finding, Fingerprint};
use crate::scan::{Outcome, Request};
use crate::secret::Masked;
use crate::source::coverage::Level;
use crate::suppress::{self, Baseline};

/// `konceal baseline`.
#[derive(Debug, Args)]
pub struct Command {
    /// What to do.
    #[command(subcommand)]
    pub command: BaselineCommand,
}

/// What can be done with a baseline.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Accept what a scan of the working tree finds today, and nothing else
    Create {
        /// Where.
        #[command(flatten)]
        options: Options,
        /// Accept only what this baseline of detect-secrets or JSON report of gitleaks accepts
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
    },
    /// Accept what a scan of the working tree finds besides
    Update(Options),
    /// Forget what is not in the working tree any more
    Prune(Options),
}

/// Options of all of them.
#[derive(Debug, Args)]
pub struct Options {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// The baseline [default: as configured, else .konceal-baseline.json at the root]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// The configuration.
    #[command(flatten)]
    pub configuration: ConfigurationOptions,
    /// Keys that are known beforehand.
    #[command(flatten)]
    pub known: KnownKeyOptions,
    /// Number of threads [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Stop after so long, as an incomplete scan (0: never)
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub timeout: u64,
    /// Warnings make the scan incomplete
    #[arg(long)]
    pub strict: bool,
    /// Nothing on standard error but errors
    #[arg(short, long)]
    pub quiet: bool,
}

impl Options {
    /// The options of the scan behind the command. The baseline is read apart: it may not be there yet.
    fn common(&self) -> Common {
        Common {
            directory: self.directory.clone(),
            configuration: self.configuration.clone(),
            accepted: BaselineOptions { baseline: None, no_baseline: true },
            known: self.known.clone(),
            threads: self.threads,
            timeout: self.timeout,
            strict: self.strict,
            ..Common::default()
        }
    }
}

/// Carries the command out. Nothing is written after an incomplete scan: it would accept less, or forget more, than it says.
///
/// # Errors
/// The scan cannot begin, or the baseline cannot be read or written.
pub fn run(command: &Command, environment: &Environment) -> Result<ExitStatus, Error> {
    match &command.command {
        BaselineCommand::Create { options, from } => {
            let from = match from {
                Some(file) => Some(place::at(options.directory.as_deref(), environment)?.directory.join(file)),
                None => None,
            };
            let accepts = from.as_deref().map(from::read).transpose()?;
            let work = Work::begin(options, environment)?;
            work.finish(|work| {
                let mut baseline = work.before.clone();
                let chosen = match &accepts {
                    Some(accepts) => accepts.choose(&work.outcome, &work.root, &work.prepared.detector),
                    None => work.outcome.reported().map(|finding| finding.fingerprint).collect(),
                };
                baseline.retain(|fingerprint| chosen.contains(fingerprint));
                add(&mut baseline, work.outcome.reported().filter(|finding| chosen.contains(&finding.fingerprint)));
                let left = work.outcome.reported().filter(|finding| !chosen.contains(&finding.fingerprint)).count();
                if left > 0 {
                    line(&format!("{left} findings are not accepted there, and stay findings"));
                }
                baseline
            })
        }
        BaselineCommand::Update(options) => Work::begin(options, environment)?.finish(|work| {
            let mut baseline = work.before.clone();
            add(&mut baseline, work.outcome.reported());
            baseline
        }),
        BaselineCommand::Prune(options) => Work::begin(options, environment)?.finish(|work| {
            let found: BTreeSet<Fingerprint> =
                work.outcome.findings.iter().map(|finding| finding.fingerprint).collect();
            let mut baseline = work.before.clone();
            // A scan of the working tree says nothing of messages and of what it leaves out.
            baseline.retain_at(|fingerprint, path| {
                found.contains(fingerprint) || path.is_none_or(|path| work.prepared.settings.excludes(path.as_bytes()))
            });
            baseline
        }),
    }
}

fn add<'a>(baseline: &mut Baseline, findings: impl Iterator<Item = &'a Finding<Masked>>) {
    for finding in findings {
        let path = finding.path.as_ref().map(|path| path.text().into_owned());
        baseline.add(finding.fingerprint, finding.key.as_ref().map(|key| key.id), path);
    }
}

/// A scan of the working tree, and the baseline as it was before.
struct Work {
    root: PathBuf,
    file: PathBuf,
    before: Baseline,
    prepared: run::Prepared,
    outcome: Outcome,
    quiet: bool,
}

impl Work {
    fn begin(options: &Options, environment: &Environment) -> Result<Self, Error> {
        let common = options.common();
        let repository = place::repository(options.directory.as_deref(), environment)?;
        let environment = &place::at(options.directory.as_deref(), environment)?;
        if repository.as_ref().is_some_and(crate::source::git::Repository::is_bare) {
            return Err(Error::Usage("a bare repository has no working tree whose findings could be accepted".into()));
        }
        let root = repository
            .as_ref()
            .and_then(|it| it.workdir())
            .map_or_else(|| environment.directory.clone(), Path::to_path_buf);
        let prepared = scan::prepare_on_disk(&common, environment, repository.as_ref(), &root)?;
        let (file, bytes) = if let Some(file) = &options.baseline {
            let file = environment.directory.join(file);
            let bytes = match std::fs::read(&file) {
                Ok(bytes) => Some(bytes),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => return Err(wrong(&file, error.kind().to_string())),
            };
            (file, bytes)
        } else {
            // The repository names it: nothing behind a link is read, and so nothing is written there either.
            let name = prepared.settings.baseline.as_deref().unwrap_or(suppress::NAME);
            (root.join(name), Disk { root: &root }.read(name)?)
        };
        let before = bytes.map(|bytes| Baseline::parse(&bytes)).transpose();
        let before = before.map_err(|error| wrong(&file, error.to_string()))?.unwrap_or_default();
        let paths = if repository.is_none() { vec![root.clone()] } else { Vec::new() };
        let outcome = run::execute(&common, &prepared, Request::Worktree { repository, paths })?;
        Ok(Self { root, file, before, prepared, outcome, quiet: options.quiet })
    }

    /// Writes what `change` makes of the baseline, if the scan was complete.
    fn finish(&self, change: impl FnOnce(&Self) -> Baseline) -> Result<ExitStatus, Error> {
        for notice in self.outcome.notices.iter().filter(|notice| !self.quiet || notice.level == Level::Error) {
            line(&notice.message.text());
        }
        if self.outcome.interrupted {
            return Ok(ExitStatus::Interrupted);
        }
        if !self.outcome.coverage.complete {
            line("error: the scan is incomplete, so the baseline stays as it is");
            return Ok(ExitStatus::Error);
        }
        let after = change(self);
        let json = after.to_json().map_err(|error| wrong(&self.file, error.to_string()))?;
        write(&self.file, &json)?;
        if !self.quiet {
            line(&format!("{}: {} findings accepted ({} before)", self.file.display(), after.len(), self.before.len()));
        }
        Ok(ExitStatus::Clean)
    }
}

/// Writes the file beside its place and moves it there, so that no scan reads half of one.
fn write(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |error: &std::io::Error| wrong(file, format!("cannot be written: {}", error.kind()));
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut temporary = builder.tempfile_in(folder).map_err(|error| failed(&error))?;
    temporary.write_all(bytes).map_err(|error| failed(&error))?;
    temporary.persist(file).map_err(|error| failed(&error.error))?;
    Ok(())
}

fn wrong(file: &Path, why: String) -> Error {
    Error::File { file: file.to_owned(), why }
}
