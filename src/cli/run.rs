//! What every scan does around its source: settings, rules, known keys, the run itself, its reports and its end.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::args::{Common, ConfigurationOptions, FailOn, When};
use super::environment::Environment;
use super::error::Error;
use super::exit::ExitStatus;
use super::govern::Governing;
use super::known;

use crate::config::{self, ConfigFile, Settings};
use crate::detect::{Detector, KeyPattern, Options};
use crate::finding::Severity;
use crate::report::{self, Style};
use crate::rule::{Origin, Pattern, PatternError, RuleSet};
use crate::scan::{self, Context, Leak, Outcome, Request};
use crate::source::coverage::{Code, Ledger};
use crate::source::git::Repository;
use crate::source::{Cancel, Progress};
use crate::suppress::{self, Baseline};
use crate::verify::{Address, AddressError, Verifier};

/// What writes a report.
pub type Writing<'a> = &'a dyn Fn(&Style, &mut dyn Write) -> io::Result<()>;

/// Everything that a scan needs, made from options and configuration.
pub struct Prepared {
    /// Settings.
    pub settings: Settings,
    /// Rules.
    pub rules: Arc<RuleSet>,
    /// Compiled rules and known keys.
    pub detector: Detector,
    /// The baseline.
    pub baseline: Baseline,
    /// The ledger, which may hold first notices.
    pub ledger: Ledger,
    /// Asks the API about keys, if the user wants it.
    pub verifier: Option<Verifier>,
}

/// Resolves options and configuration. `read` gives a governing file of the scanned place by its path from the root;
/// `folders` are those whose ignored dotenv files may hold known keys.
pub fn prepare(
    common: &Common,
    environment: &Environment,
    repository: Option<&Repository>,
    read: &dyn Governing,
    folders: &BTreeSet<PathBuf>,
) -> Result<Prepared, Error> {
    prepare_with(common, environment, repository, read, read, folders)
}

/// Like [`prepare`], for a range: `read` gives the files at its base, `read_tip` those at its tip, where the baseline comes
/// from. Also returns the baseline at the base (an unreadable one accepts nothing), for [`Request::Range`].
pub fn prepare_range(
    common: &Common,
    environment: &Environment,
    repository: Option<&Repository>,
    read: &dyn Governing,
    read_tip: &dyn Governing,
    folders: &BTreeSet<PathBuf>,
) -> Result<(Prepared, Baseline), Error> {
    let prepared = prepare_with(common, environment, repository, read, read_tip, folders)?;
    let before = baseline(common, environment, &prepared.settings, read).unwrap_or_default();
    Ok((prepared, before))
}

/// Prepares a scan whose configuration is read by `read` and whose baseline by `read_baseline`.
fn prepare_with(
    common: &Common,
    environment: &Environment,
    repository: Option<&Repository>,
    read: &dyn Governing,
    read_baseline: &dyn Governing,
    folders: &BTreeSet<PathBuf>,
) -> Result<Prepared, Error> {
    let (file, bytes, origin) = configuration(&common.configuration, environment, read)?;
    let config = ConfigFile::parse(&file, &bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut settings = Settings::new(&config, &file, &text)?;
    settings.configured = origin == Origin::Repository && !bytes.is_empty();
    if origin == Origin::User {
        settings.configured_fail_on = None;
    }
    if let Some(bound) = common.fail_on {
        settings.fail_on = severity(bound);
        settings.configured_fail_on = None;
    }
    settings.strict = common.strict;
    settings.max_file_size = common.max_file_size;
    settings.allow_shallow = common.allow_shallow;
    let rules = Arc::new(rules(&settings, read, origin)?);
    let ids: Vec<&str> = rules.iter().map(|rule| &*rule.id).collect();
    Settings::check_rules(&config, &file, &text, &ids)?;
    let mut known = Vec::new();
    if !common.known.no_known_keys {
        known = known::collect(environment, repository, folders);
        if let Some(file) = &common.known.known_key_file {
            known::read_file(&environment.directory.join(file), &mut known)?;
        }
    }
    let pattern = config.key.pattern.as_ref().map(|pattern| key_pattern(pattern, &file, &text, origin)).transpose()?;
    let detector = Detector::new(&rules, Options { known, pattern });
    let ledger = Ledger::new();
    (0..detector.unanchored()).for_each(|_| ledger.note(Code::NO_ANCHOR, None, None));
    let verifier = if common.verify { Some(verifier(common, environment)?) } else { None };
    let baseline = baseline(common, environment, &settings, read_baseline)?;
    Ok(Prepared { settings, rules, detector, baseline, ledger, verifier })
}

/// The built-in rules, and those of the configuration that governs the place, as a scan there has them.
pub fn rules_in_force(
    options: &ConfigurationOptions,
    environment: &Environment,
    read: &dyn Governing,
) -> Result<RuleSet, Error> {
    let (file, bytes, origin) = configuration(options, environment, read)?;
    let config = ConfigFile::parse(&file, &bytes)?;
    let settings = Settings::new(&config, &file, &String::from_utf8_lossy(&bytes))?;
    rules(&settings, read, origin)
}

/// The built-in rules and those of the files that the configuration names.
fn rules(settings: &Settings, read: &dyn Governing, origin: Origin) -> Result<RuleSet, Error> {
    let built_in = RuleSet::built_in();
    if !settings.has_rule_files() {
        return Ok(built_in);
    }
    let (mut names, mut texts) = (Vec::new(), Vec::new());
    for path in read.list()?.iter().filter(|path| settings.is_rule_file(path)) {
        let name = String::from_utf8_lossy(path).into_owned();
        let wrong = |why: &str| Error::File { file: name.clone().into(), why: why.into() };
        let bytes = read.read(&name)?.ok_or_else(|| wrong("cannot be read"))?;
        texts.push(String::from_utf8(bytes).map_err(|_| wrong("is not UTF-8"))?);
        names.push(name);
    }
    built_in.with(&texts, origin).map_err(|(at, error)| Error::File {
        file: names.get(at).cloned().unwrap_or_default().into(),
        why: error.to_string(),
    })
}

/// The verifier for the address that the user named: by option, else by the environment (loopback only), else the vendor's.
/// Another host than the vendor's is named first.
pub fn verifier(common: &Common, environment: &Environment) -> Result<Verifier, Error> {
    let wrong = |error: AddressError| Error::Usage(error.to_string());
    let address = match (&common.api_url, environment.get("KONCEAL_API_URL")) {
        (Some(url), _) => Address::named(url).map_err(wrong)?,
        (None, Some(url)) => Address::of_environment(&url.to_string_lossy()).map_err(wrong)?,
        (None, None) => Address::konver(),
    };
    if !address.is_konver() {
        super::error::line(&format!("keys are sent to {address}"));
    }
    Verifier::new(address, &environment.proxies()).map_err(wrong)
}

/// The configuration's name, bytes and origin; empty where there is none.
fn configuration(
    options: &ConfigurationOptions,
    environment: &Environment,
    read: &dyn Governing,
) -> Result<(String, Vec<u8>, Origin), Error> {
    if let Some(file) = &options.config {
        let bytes = std::fs::read(environment.directory.join(file))
            .map_err(|error| Error::File { file: file.clone(), why: error.kind().to_string() })?;
        return Ok((file.display().to_string(), bytes, Origin::User));
    }
    let bytes = if options.no_config { None } else { read.read(config::NAME)? };
    Ok((config::NAME.into(), bytes.unwrap_or_default(), Origin::Repository))
}

fn key_pattern(pattern: &toml::Spanned<String>, file: &str, text: &str, origin: Origin) -> Result<KeyPattern, Error> {
    let wrong = |error: PatternError| config::ConfigError {
        file: file.into(),
        text: text.into(),
        span: Some(pattern.span()),
        message: format!("[key] pattern {error}"),
    };
    let pattern = Pattern::new(pattern.get_ref()).map_err(wrong)?;
    Ok(KeyPattern { pattern, origin })
}

fn baseline(
    common: &Common,
    environment: &Environment,
    settings: &Settings,
    read: &dyn Governing,
) -> Result<Baseline, Error> {
    let wrong = |file: &Path, why: String| Error::File { file: file.to_owned(), why };
    let (file, bytes) = match &common.accepted.baseline {
        _ if common.accepted.no_baseline => return Ok(Baseline::default()),
        Some(file) => {
            let bytes = std::fs::read(environment.directory.join(file));
            (file.clone(), Some(bytes.map_err(|error| wrong(file, error.kind().to_string()))?))
        }
        None => {
            let name = settings.baseline.as_deref().unwrap_or(suppress::NAME);
            (name.into(), read.read(name)?)
        }
    };
    let Some(bytes) = bytes else { return Ok(Baseline::default()) };
    Baseline::parse(&bytes).map_err(|error| wrong(&file, error.to_string()))
}

fn severity(bound: FailOn) -> Option<Severity> {
    match bound {
        FailOn::Critical => Some(Severity::Critical),
        FailOn::High => Some(Severity::High),
        FailOn::Medium => Some(Severity::Medium),
        FailOn::Low => Some(Severity::Low),
        FailOn::Never => None,
    }
}

/// Runs the scan and writes its reports.
pub fn finish(
    common: &Common,
    environment: &Environment,
    prepared: &Prepared,
    request: Request,
) -> Result<ExitStatus, Error> {
    let outcome = execute(common, prepared, request)?;
    report(common, environment, &outcome)?;
    Ok(ExitStatus::of(&outcome, common.exit_code.unwrap_or(1)))
}

/// Runs the scan in a pool of the threads asked for, within the time that the user gives it, interruptible.
pub fn execute(common: &Common, prepared: &Prepared, request: Request) -> Result<Outcome, Error> {
    execute_with_leak(common, prepared, request).map(|(outcome, _)| outcome)
}

/// Like [`execute`], with the leak that an audit was asked for.
pub fn execute_with_leak(
    common: &Common,
    prepared: &Prepared,
    request: Request,
) -> Result<(Outcome, Option<Leak>), Error> {
    let timeout = (common.timeout > 0).then(|| Duration::from_secs(common.timeout));
    in_pool(common, prepared, request, &Arc::new(Cancel::after(timeout)))
}

/// Like [`execute`], with what ends it early.
pub fn execute_until(
    common: &Common,
    prepared: &Prepared,
    request: Request,
    cancel: &Arc<Cancel>,
) -> Result<Outcome, Error> {
    in_pool(common, prepared, request, cancel).map(|(outcome, _)| outcome)
}

fn in_pool(
    common: &Common,
    prepared: &Prepared,
    request: Request,
    cancel: &Arc<Cancel>,
) -> Result<(Outcome, Option<Leak>), Error> {
    let handler = cancel.clone();
    // A second handler in one process is refused; then Ctrl-C ends the program at once, which is as good.
    let _ = ctrlc::set_handler(move || handler.interrupt());
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(request.enough_threads().unwrap_or_else(|| common.threads.map_or(0, usize::from)))
        .stack_size(8 << 20)
        .build()
        .map_err(|error| Error::Usage(format!("cannot start the threads: {error}")))?;
    let progress = Progress::default();
    let context = context(prepared, cancel, &progress);
    let scan = || pool.install(|| scan::run_with_leak(&context, request));
    Ok(super::progress::beside(common.progress, common.quiet, &progress, &prepared.ledger, scan)?)
}

/// What all parts of a run share.
pub fn context<'a>(prepared: &'a Prepared, cancel: &'a Cancel, progress: &'a Progress) -> Context<'a> {
    Context {
        settings: &prepared.settings,
        rules: &prepared.rules,
        detector: &prepared.detector,
        baseline: &prepared.baseline,
        ledger: &prepared.ledger,
        cancel,
        progress,
        verifier: prepared.verifier.as_ref(),
    }
}

/// Writes the report to standard output or its file, the further ones to theirs, and the summary to standard error.
pub fn report(common: &Common, environment: &Environment, outcome: &Outcome) -> Result<(), Error> {
    let write =
        |style: &Style, out: &mut dyn Write| -> io::Result<()> { report::write(common.format, outcome, style, out) };
    report_as(common, environment, outcome, &write)
}

/// Like [`report`], with something else in the place of the one report of `--format`.
pub fn report_as(
    common: &Common,
    environment: &Environment,
    outcome: &Outcome,
    write: Writing<'_>,
) -> Result<(), Error> {
    let style = |terminal: bool| Style {
        color: match common.color {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && environment.get("NO_COLOR").is_none(),
        },
        verbose: common.verbose,
        epoch: environment.get("SOURCE_DATE_EPOCH").and_then(|value| value.to_str()?.parse().ok()),
    };
    if let Some(file) = &common.output {
        to_file(write, &environment.directory.join(file), &style(false))?;
    } else {
        let stdout = io::stdout();
        let style = style(stdout.is_terminal());
        let mut out = io::BufWriter::new(stdout.lock());
        let written = write(&style, &mut out).and_then(|()| out.flush());
        match written {
            // `| head` has seen enough; the exit code still tells what was found.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(error) => return Err(Error::Usage(format!("cannot write to standard output: {}", error.kind()))),
            Ok(()) => {}
        }
    }
    for (format, file) in &common.report {
        let write =
            |style: &Style, out: &mut dyn Write| -> io::Result<()> { report::write(*format, outcome, style, out) };
        to_file(&write, &environment.directory.join(file), &style(false))?;
    }
    let mut err = io::stderr().lock();
    let style = style(err.is_terminal());
    // Where standard error is closed there is nobody to tell.
    let _ = report::notices(outcome, &style, &mut err);
    if !common.quiet {
        let elapsed = environment.started.map(|started| started.elapsed()).unwrap_or_default();
        let _ = report::summary(outcome, &style, elapsed, &mut err);
    }
    Ok(())
}

/// Writes a report beside its place and moves it there, so that no reader sees half of one.
fn to_file(write: Writing<'_>, file: &Path, style: &Style) -> Result<(), Error> {
    let wrong = |error: io::Error| Error::File {
        file: file.to_owned(),
        why: format!("cannot write the report: {}", error.kind()),
    };
    if file.metadata().is_ok_and(|meta| !meta.is_file()) {
        // A device or a FIFO, such as /dev/stdout, is written in place.
        let mut out = io::BufWriter::new(std::fs::OpenOptions::new().write(true).open(file).map_err(wrong)?);
        return write(style, &mut out).and_then(|()| out.flush()).map_err(wrong);
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut temporary = builder.tempfile_in(folder).map_err(wrong)?;
    let mut out = io::BufWriter::new(temporary.as_file_mut());
    write(style, &mut out).and_then(|()| out.flush()).map_err(wrong)?;
    drop(out);
    temporary.persist(file).map_err(|error| wrong(error.error))?;
    Ok(())
}
