//! The command line, exactly as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The first page: with the commands it fits a screen of 24 lines.
const PAGE: &str = "\
{about}

{usage-heading} {usage}

Commands:
{subcommands}

Examples:
  konceal init                            set a repository up, hooks included
  konceal scan                            what stands in the working tree
  konceal scan --staged                   what this commit would add
  konceal audit --report html=audit.html  the whole repository, key by key

`konceal COMMAND --help` says more, `konceal --version` which one this is.
";

/// Keeps Konver API keys out of git repositories.
#[derive(Debug, Parser)]
#[command(
    name = "konceal",
    version,
    about = "Keeps Konver API keys out of git repositories",
    help_template = PAGE,
    term_width = 80,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan files, the index, a range, a history, or standard input
    Scan(Scan),
    /// Audit history, index and working tree in one pass, key by key
    Audit(super::audit::Audit),
    /// Install git hooks, see whether they are in force, run one
    Hook(super::hook::Hook),
    /// Accept today's findings, by value
    Baseline(super::baseline::Command),
    /// Set a repository up: .konceal.toml, hooks, .gitignore entries
    Init(super::init::Init),
    /// List and show the rules, run their own examples as tests
    #[command(subcommand)]
    Rules(Rules),
    /// Ask the API whether keys are live, or wait until they are revoked
    Verify(super::verify::Verify),
    /// Explain a rule and its fix, or what was made of one line and why
    Explain(Explain),
    /// Print a script that completes commands and options
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// `konceal rules`.
#[derive(Debug, Subcommand)]
pub enum Rules {
    /// One line for each rule
    List {
        /// Where the rules come from.
        #[command(flatten)]
        from: RulesFrom,
    },
    /// Everything about one rule
    Show {
        /// The rule's id
        id: String,
        /// Where the rules come from.
        #[command(flatten)]
        from: RulesFrom,
    },
    /// Run each rule's own examples: those that it must find, and those on which it must stay silent
    Test {
        /// One rule file alone, which no configuration need name
        file: Option<PathBuf>,
        /// Where the rules come from.
        #[command(flatten)]
        from: RulesFrom,
    },
}

/// Where the rules come from: the program, and the files that a configuration names.
#[derive(Clone, Debug, Default, Args)]
pub struct RulesFrom {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// The configuration.
    #[command(flatten)]
    pub configuration: ConfigurationOptions,
}

/// Which configuration governs.
#[derive(Clone, Debug, Default, Args)]
pub struct ConfigurationOptions {
    /// Configuration file instead of .konceal.toml
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// No configuration file
    #[arg(long)]
    pub no_config: bool,
}

/// What is accepted.
#[derive(Clone, Debug, Default, Args)]
pub struct BaselineOptions {
    /// Baseline instead of .konceal-baseline.json
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    pub baseline: Option<PathBuf>,
    /// No baseline
    #[arg(long)]
    pub no_baseline: bool,
}

/// Keys that are known beforehand.
#[derive(Clone, Debug, Default, Args)]
pub struct KnownKeyOptions {
    /// Search for the keys in FILE, one a line, wherever they stand
    #[arg(long, value_name = "FILE", conflicts_with = "no_known_keys")]
    pub known_key_file: Option<PathBuf>,
    /// Do not search for the keys of the environment and of ignored dotenv files
    #[arg(long)]
    pub no_known_keys: bool,
}

/// `konceal explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A rule's id, or a file and the number of a line with a colon between them
    #[arg(value_name = "RULE|FILE:LINE")]
    pub what: std::ffi::OsString,
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
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

/// `konceal scan`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Scan {
    /// Files and folders; without any, the repository (or the folder) that you are in
    #[arg(conflicts_with_all = ["staged", "range", "history", "stdin", "commit_msg"])]
    pub path: Vec<PathBuf>,
    /// The index against HEAD: what this commit would add
    #[arg(long, conflicts_with_all = ["range", "history", "stdin", "commit_msg"])]
    pub staged: bool,
    /// A commit message that is being written
    #[arg(long, value_name = "FILE", conflicts_with_all = ["range", "history", "stdin"])]
    pub commit_msg: Option<PathBuf>,
    /// Standard input
    #[arg(long)]
    pub stdin: bool,
    /// A path for standard input, for path rules
    #[arg(long, value_name = "NAME", requires = "stdin")]
    pub stdin_name: Option<PathBuf>,
    /// Treat PATH as plain files, whatever repository it lies in
    #[arg(long, conflicts_with_all = ["staged", "range", "history", "stdin", "commit_msg"])]
    pub no_git: bool,
    /// What the commits of A..B (or merge-base(A, B)..B, as A...B) add
    #[arg(long, value_name = "A..B", conflicts_with_all = ["history", "stdin"])]
    pub range: Option<String>,
    /// Every object of the repository, or only what REV reaches
    #[arg(long, value_name = "REV", num_args = 0.., conflicts_with = "stdin")]
    pub history: Option<Vec<String>>,
    /// The hygiene rules as well
    #[arg(long, conflicts_with_all = ["staged", "range", "history", "stdin", "commit_msg"])]
    pub hygiene: bool,
    /// Options that all scans share.
    #[command(flatten)]
    pub common: Common,
}

/// Options that all scans share.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(next_help_heading = "Options of every scan")]
pub struct Common {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Format of the report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: crate::report::Format,
    /// Write that report to FILE instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// One more report; repeatable
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report)]
    pub report: Vec<(crate::report::Format, PathBuf)>,
    /// The configuration.
    #[command(flatten)]
    pub configuration: ConfigurationOptions,
    /// The baseline.
    #[command(flatten)]
    pub accepted: BaselineOptions,
    /// Findings at or above this end in exit code 1 [default: medium]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
    /// Exit code for findings instead of 1 (0 to 125, not 2)
    #[arg(long, value_name = "N", value_parser = exit_code, allow_negative_numbers = true)]
    pub exit_code: Option<u8>,
    /// Keys that are known beforehand.
    #[command(flatten)]
    pub known: KnownKeyOptions,
    /// Ask the API whether the keys that are found are still live
    #[arg(long)]
    pub verify: bool,
    /// Another address of the API for --verify
    #[arg(long, value_name = "URL")]
    pub api_url: Option<String>,
    /// Number of threads [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Leave larger files out, with a warning (bytes, or with KiB, MiB, GiB) [default: none]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_file_size: Option<u64>,
    /// Stop after so long, as an incomplete scan (0: never)
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub timeout: u64,
    /// Accept that a shallow clone's history is cut
    #[arg(long)]
    pub allow_shallow: bool,
    /// Colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,
    /// A progress bar on standard error
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub progress: When,
    /// Warnings make the scan incomplete
    #[arg(long)]
    pub strict: bool,
    /// No summary on standard error
    #[arg(short, long)]
    pub quiet: bool,
    /// More on standard error
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

impl Default for Common {
    /// What holds where nothing is typed.
    fn default() -> Self {
        #[derive(Parser)]
        struct Nothing {
            #[command(flatten)]
            common: Common,
        }
        Nothing::parse_from(["konceal"]).common
    }
}

/// A bound for findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Keys that the API says are live.
    Critical,
    /// Keys.
    High,
    /// Keys and dotenv files with secrets.
    Medium,
    /// Everything.
    Low,
    /// Nothing.
    Never,
}

/// When to do something that suits a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

fn exit_code(text: &str) -> Result<u8, String> {
    match text.parse() {
        Ok(code @ (0..=1 | 3..=125)) => Ok(code),
        _ => Err("expected 0 to 125, not 2".into()),
    }
}

fn report(text: &str) -> Result<(crate::report::Format, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or("expected FORMAT=FILE")?;
    let format = crate::report::Format::from_str(format, false).map_err(|_| "unknown format".to_owned())?;
    if file.is_empty() { Err("expected FORMAT=FILE".into()) } else { Ok((format, file.into())) }
}

/// Bytes, or with a binary unit.
fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or_default().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kib" | "k" => 1 << 10,
        "mib" | "m" => 1 << 20,
        "gib" | "g" => 1 << 30,
        _ => return Err("expected bytes, or a number with KiB, MiB or GiB".into()),
    };
    let number: u64 = digits.trim().parse().map_err(|_| "expected a number".to_owned())?;
    number.checked_mul(unit).ok_or_else(|| "too large".into())
}
