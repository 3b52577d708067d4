//! `konceal man`: one manual page with all commands.

use std::io;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::args::Cli;
use super::completions::print;
use super::error::Error;
use super::exit::ExitStatus;

/// Prints the page in roff.
pub fn run() -> Result<ExitStatus, Error> {
    let text = page().map_err(|error| Error::Usage(format!("cannot make the manual page: {}", error.kind())))?;
    print(&text)
}

fn page() -> io::Result<Vec<u8>> {
    let mut command = Cli::command();
    command.build();
    let mut text = Vec::new();
    let man = Man::new(command.clone()).title("KONCEAL").section("1").manual("User Commands");
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    for below in command.get_subcommands() {
        subcommand(below, &format!("konceal {}", below.get_name()), &mut text)?;
    }
    text.extend_from_slice(EXIT_CODES.as_bytes());
    Ok(text)
}

/// The sections of one command, and of those below it, as one section each.
fn subcommand(command: &Command, name: &str, text: &mut Vec<u8>) -> io::Result<()> {
    if command.is_hide_set() {
        return Ok(());
    }
    text.extend_from_slice(format!(".SH \"{}\"\n", name.to_uppercase()).as_bytes());
    let mut own = Vec::new();
    let man = Man::new(command.clone());
    man.render_synopsis_section(&mut own)?;
    man.render_description_section(&mut own)?;
    if command.get_arguments().next().is_some() {
        man.render_options_section(&mut own)?;
    }
    let own = String::from_utf8_lossy(&own);
    for line in own.lines() {
        let line = line.strip_prefix(".SH ").map_or_else(|| line.to_owned(), |rest| format!(".SS {rest}"));
        // Each part brings the same preamble, which the first one has given.
        if !line.starts_with(".ie ") && !line.starts_with(".el ") {
            text.extend_from_slice(line.as_bytes());
            text.push(b'\n');
        }
    }
    for below in command.get_subcommands() {
        subcommand(below, &format!("{name} {}", below.get_name()), text)?;
    }
    Ok(())
}

const EXIT_CODES: &str = r#".SH "EXIT STATUS"
.TP
\fB0\fR
Everything that was asked for was examined, and nothing is at or above \-\-fail\-on.
.TP
\fB1\fR
At least one finding at or above \-\-fail\-on (\-\-exit\-code names another number).
.TP
\fB2\fR
The scan is incomplete and nothing was found, or the command line, configuration, rules or baseline are wrong.
.TP
\fB130\fR
Interrupted.
"#;
