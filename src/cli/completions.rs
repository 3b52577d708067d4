//! `konceal completions SHELL`: a script that completes commands and options.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Cli;
use super::error::Error;
use super::exit::ExitStatus;

/// Prints the script for a shell.
pub fn run(shell: Shell) -> Result<ExitStatus, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "konceal", &mut script);
    print(&script)
}

/// Writes a text to standard output. A reader that has seen enough is no error.
pub fn print(text: &[u8]) -> Result<ExitStatus, Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Usage(format!("cannot write to standard output: {}", error.kind())))
        }
        _ => Ok(ExitStatus::Clean),
    }
}
