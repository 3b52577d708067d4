//! The commands: flags and configuration to settings, the pipeline, the report, the exit status. Knows everything below.

mod args;
mod audit;
mod baseline;
mod completions;
mod environment;
mod error;
mod exit;
mod explain;
mod govern;
mod history;
mod hook;
mod index;
mod init;
mod known;
mod man;
mod place;
mod progress;
mod range;
mod rules;
mod run;
mod scan;
mod stdout;
mod verify;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use environment::Environment;
use error::Error;
use exit::ExitStatus;

/// Runs the program: parses the command line, carries the command out, prints the error if there is one.
pub fn main() -> ExitCode {
    install_panic_hook();
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let environment = Environment::read();
        let cli = match Cli::try_parse() {
            Ok(cli) => cli,
            Err(usage) => return error::usage(&usage),
        };
        dispatch(cli, &environment).unwrap_or_else(|error| error::print(&error))
    }));
    outcome.unwrap_or(ExitStatus::Error).into()
}

fn dispatch(cli: Cli, environment: &Environment) -> Result<ExitStatus, Error> {
    match cli.command {
        Command::Scan(command) => scan::run(&command, environment),
        Command::Audit(command) => audit::run(&command, environment),
        Command::Hook(command) => hook::run(&command, environment),
        Command::Baseline(command) => baseline::run(&command, environment),
        Command::Init(command) => init::run(&command, environment),
        Command::Rules(command) => rules::run(&command, environment),
        Command::Verify(command) => verify::run(&command, environment),
        Command::Explain(command) => explain::run(&command, environment),
        Command::Completions { shell } => completions::run(shell),
        Command::Man => man::run(),
    }
}

/// A panic's message can quote the scanned content, so only its place is printed.
fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        error::line(&format!("internal error at {place}; please report it"));
    }));
}
