//! `konceal init`: a first configuration, the hooks, and a home for the key that is not committed. Nothing that is there is
//! overwritten, and a second run finds nothing to do.

use std::fs::OpenOptions;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::environment::Environment;
use super::error::{Error, line};
use super::exit::ExitStatus;
use super::{hook, place};
use crate::config;
use crate::hook::{Folder, Owner, Stage, calls_konceal};
use crate::source::git::Repository;
use crate::source::index::Index;

/// `konceal init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Do everything without asking
    #[arg(short, long)]
    pub yes: bool,
}

const CONFIGURATION: &str = r#"# What konceal scans, and what of it is accepted. Without any of this, the defaults hold.

# fail-on = "medium"            # critical, high, medium, low or never
# exclude = ["vendor/**"]       # gitignore patterns; every report says how much they leave out
# baseline = ".konceal-baseline.json"

# [rules]
# disable = []                  # `konceal rules list` names them

# [dotenv]
# allow = []                    # dotenv files that may be committed

# [allow]
# paths = []
# fingerprints = []
"#;

/// What .gitignore has to say: real dotenv files stay out, the template stays in.
const IGNORED: [&str; 3] = [".env", ".env.*", "!.env.example"];
const VARIABLE: &str = "KONVER_API_KEY=";

/// Carries the command out.
///
/// # Errors
/// There is no repository with a working tree, nobody is there to be asked, or a file cannot be written.
pub fn run(command: &Init, environment: &Environment) -> Result<ExitStatus, Error> {
    let repository = place::needed("init", command.directory.as_deref(), environment)?;
    let Some(root) = repository.workdir().map(Path::to_owned) else {
        return Err(Error::Usage("a bare repository has no working tree to set up".into()));
    };
    let asks = Asks { yes: command.yes };
    if !command.yes && !std::io::stdin().is_terminal() {
        return Err(Error::Usage("there is no terminal to ask on: pass --yes to do everything that is missing".into()));
    }
    configuration(&root, &asks)?;
    let hooks = hooks(&repository, &asks)?;
    ignored(&repository, &root, &asks)?;
    example(&root, &asks)?;
    tracked(&repository)?;
    Ok(hooks)
}

struct Asks {
    yes: bool,
}

impl Asks {
    /// Whether the user wants it. No answer is a no.
    fn wants(&self, what: &str) -> bool {
        if self.yes {
            return true;
        }
        // Where standard error is closed nobody reads the question, and the answer is what it is.
        let _ = write!(std::io::stderr().lock(), "{what}? [y/N] ");
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
    }
}

fn configuration(root: &Path, asks: &Asks) -> Result<(), Error> {
    let file = root.join(config::NAME);
    if file.symlink_metadata().is_ok() {
        line(&format!("{} is there", config::NAME));
    } else if asks.wants(&format!("Write a first {}", config::NAME)) {
        create(&file, CONFIGURATION.as_bytes())?;
        line(&format!("wrote {}", config::NAME));
    }
    Ok(())
}

fn hooks(repository: &Repository, asks: &Asks) -> Result<ExitStatus, Error> {
    if Folder::of(repository).owner != Owner::Repository && calls_konceal(repository) {
        line("the pre-commit hook calls konceal");
    } else if asks.wants("Install the pre-commit and pre-merge-commit hooks") {
        return hook::install(repository, &[Stage::PreCommit, Stage::PreMergeCommit], false);
    }
    Ok(ExitStatus::Clean)
}

/// Adds the entries that .gitignore lacks; the one that takes the template back goes to the end where another pattern hides it.
fn ignored(repository: &Repository, root: &Path, asks: &Asks) -> Result<(), Error> {
    let file = root.join(".gitignore");
    let text = read(&file)?;
    let has = |entry: &str| text.lines().any(|row| row.trim_end() == entry);
    let mut missing: Vec<&str> = IGNORED.into_iter().filter(|entry| !has(entry)).collect();
    if missing.is_empty() && repository.ignores(&root.join(".env.example")) {
        missing.push("!.env.example");
    }
    // A pattern that ignores comes after the exception only if that one is repeated.
    if !missing.is_empty() && !missing.contains(&"!.env.example") {
        missing.push("!.env.example");
    }
    if missing.is_empty() {
        line(".gitignore keeps dotenv files out");
    } else if asks.wants(&format!("Add {} to .gitignore", missing.join(", "))) {
        append(&file, &text, &missing)?;
        line(&format!("added {} to .gitignore", missing.join(", ")));
    }
    Ok(())
}

fn example(root: &Path, asks: &Asks) -> Result<(), Error> {
    let file = root.join(".env.example");
    let text = read(&file)?;
    if text.lines().any(|row| row.trim_start().trim_start_matches("export ").starts_with(VARIABLE)) {
        line(".env.example names KONVER_API_KEY");
    } else if asks.wants("Name KONVER_API_KEY, without a value, in .env.example") {
        append(&file, &text, &[VARIABLE])?;
        line("named KONVER_API_KEY in .env.example: copy it to .env, and put the key there");
    }
    Ok(())
}

/// An ignored file that is tracked all the same is committed all the same.
fn tracked(repository: &Repository) -> Result<(), Error> {
    let index = Index::load(repository)?;
    for entry in index.entries().filter(|entry| crate::hygiene::dotenv::is_dotenv(entry.path)) {
        let path = String::from_utf8_lossy(entry.path);
        line(&format!("{path} is tracked, so .gitignore does not keep it out: git rm --cached -- {path}"));
    }
    Ok(())
}

fn read(file: &Path) -> Result<String, Error> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(wrong(file, &error)),
    }
}

/// Writes a file that is not there; one that appears in the meantime stays.
fn create(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    let written = OpenOptions::new().write(true).create_new(true).open(file).and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| wrong(file, &error))
}

/// Adds lines at the end, in the line ending that the text has.
fn append(file: &Path, text: &str, rows: &[&str]) -> Result<(), Error> {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut added = if text.is_empty() || text.ends_with('\n') { String::new() } else { end.to_owned() };
    for row in rows {
        added.push_str(row);
        added.push_str(end);
    }
    if file.is_symlink() {
        return Err(Error::File { file: file.to_owned(), why: "is a symbolic link, which is not followed".into() });
    }
    let written =
        OpenOptions::new().append(true).create(true).open(file).and_then(|mut file| file.write_all(added.as_bytes()));
    written.map_err(|error| wrong(file, &error))
}

fn wrong(file: &Path, error: &std::io::Error) -> Error {
    Error::File { file: file.to_owned(), why: error.kind().to_string() }
}
