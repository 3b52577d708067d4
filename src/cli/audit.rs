//! `konceal audit`: history, index and working tree in one pass, grouped by key; with `--purge-plan`, how one key is taken out.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::Common;
use super::environment::Environment;
use super::error::Error;
use super::exit::ExitStatus;
use super::govern::Committed;
use super::run::Prepared;
use super::{place, run, scan};
use crate::audit::{Outside, Plan, replacements};
use crate::report::{self, Format, Style, printable};
use crate::scan::{Outcome, Request};
use crate::secret::{KeyId, KeyPrefix, Raw};
use crate::source::SourceError;
use crate::source::git::Repository;
use crate::source::worktree::bytes_of;

/// `konceal audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// The repository; without it, the one that you are in
    pub repo: Option<PathBuf>,
    /// Write how the key of this id (or the beginning of one) is taken out; nothing is changed
    #[arg(long, value_name = "KEY_ID")]
    pub purge_plan: Option<String>,
    /// Options that all scans share.
    #[command(flatten)]
    pub common: Common,
}

/// Carries the command out. Configuration and baseline are those on disk; in a bare repository those of HEAD.
///
/// # Errors
/// There is no repository, it cannot be opened, or what governs the scan is wrong; for a plan, the key is not found or there is
/// no safe place for the file that holds it.
pub fn run(command: &Audit, environment: &Environment) -> Result<ExitStatus, Error> {
    let common = &command.common;
    let environment = &place::at(common.directory.as_deref(), environment)?;
    let wanted = command.purge_plan.as_deref().map(prefix).transpose()?;
    let repository = match &command.repo {
        Some(repo) => {
            let folder = environment.directory.join(repo);
            if !folder.is_dir() {
                return Err(SourceError::NoSuchPath { path: Raw::new(bytes_of(repo)) }.into());
            }
            Repository::open(&environment.git(Some(&folder)))?
        }
        None => place::needed("audit", common.directory.as_deref(), environment)?,
    };
    let mut prepared = if let Some(root) = repository.workdir().map(Path::to_owned) {
        scan::prepare_on_disk(common, environment, Some(&repository), &root)?
    } else {
        let read = Committed { repository: &repository, commit: repository.head()? };
        run::prepare(common, environment, Some(&repository), &read, &BTreeSet::new())?
    };
    prepared.settings.hygiene = true;
    prepared.ledger.count_places_once();
    match wanted {
        Some(wanted) => plan(common, environment, &prepared, repository, &wanted),
        None => run::finish(common, environment, &prepared, Request::Audit { repository, leak: None }),
    }
}

/// The text is not repeated where it is wrong: it may be the key itself.
fn prefix(text: &str) -> Result<KeyPrefix, Error> {
    KeyPrefix::parse(text).ok_or_else(|| {
        Error::Usage(
            "--purge-plan wants the id of a key, 4 to 16 hex digits as `konceal audit` prints them, not the key".into(),
        )
    })
}

/// Audits, and writes the plan for one key: in the place of the report for people, else to standard error. The folder for the
/// file that holds the key is looked at first, since an audit can take minutes.
fn plan(
    common: &Common,
    environment: &Environment,
    prepared: &Prepared,
    repository: Repository,
    wanted: &KeyPrefix,
) -> Result<ExitStatus, Error> {
    let outside = Outside::new(&environment.directory.join(&environment.temporary), &repository)?;
    let request = Request::Audit { repository, leak: Some(wanted.clone()) };
    let (outcome, leak) = run::execute_with_leak(common, prepared, request)?;
    let status = ExitStatus::of(&outcome, common.exit_code.unwrap_or(1));
    let planned = leak.and_then(|leak| Some((Plan::new(&outcome, &leak)?, leak)));
    let Some((mut plan, leak)) = planned else {
        run::report(common, environment, &outcome)?;
        return if outcome.interrupted { Ok(status) } else { Err(unplanned(&outcome, wanted)) };
    };
    if plan.needs_file() {
        let file = outside.write(&replacements(&leak))?;
        plan.keep(&file, &leak);
        // Named at once: whatever fails from here on, the reader knows of it.
        let shown = plan.file.as_ref().map(|file| printable(&file.text())).unwrap_or_default();
        let line = format!("konceal: the key itself stands in {shown}, which only you can read");
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }
    drop(leak);
    if common.format == Format::Human {
        run::report_as(common, environment, &outcome, &|_: &Style, out: &mut dyn Write| {
            report::plan(&outcome, &plan, out)
        })?;
    } else {
        run::report(common, environment, &outcome)?;
        // Where standard error is closed there is nobody to tell.
        let _ = report::plan(&outcome, &plan, &mut std::io::stderr().lock());
    }
    Ok(status)
}

/// Why there is no plan, although the audit was made. Of an id 12 digits are named: more could be a key's, and would be masked.
fn unplanned(outcome: &Outcome, wanted: &KeyPrefix) -> Error {
    let found: BTreeSet<KeyId> = outcome.findings.iter().filter_map(|finding| Some(finding.key.as_ref()?.id)).collect();
    let short = |id: &dyn Display| id.to_string().chars().take(12).collect::<String>();
    let found: Vec<String> = found.into_iter().filter(|&id| wanted.matches(id)).map(|id| short(&id)).collect();
    let is_reported = outcome.keys.iter().any(|key| wanted.matches(key.id));
    let wanted = short(wanted);
    Error::Usage(match found.as_slice() {
        [] => format!("no key with an id that begins with {wanted} was found here"),
        [id] if is_reported => {
            format!("the audit was cut off before it was known where the key {id} stands: there is no plan")
        }
        [id] => format!(
            "every finding of the key {id} is accepted: without its marker, or with --no-baseline, there is a plan"
        ),
        several => {
            let names = several.get(..8).unwrap_or(several).join(", ");
            format!("several keys have an id that begins with {wanted}: {names}")
        }
    })
}
