//! `konceal explain`: a rule, or what was made of one line of a file.

mod line;

use super::args::{Explain, RulesFrom};
use super::environment::Environment;
use super::error::Error;
use super::exit::ExitStatus;
use super::{rules, stdout};

/// Carries the command out.
pub fn run(command: &Explain, environment: &Environment) -> Result<ExitStatus, Error> {
    let what = command.what.as_encoded_bytes();
    let text = if let Some((file, number)) = line::place(what) {
        line::explain(command, environment, file, number)?
    } else {
        let from = RulesFrom { directory: command.directory.clone(), configuration: command.configuration.clone() };
        let rules = rules::in_force(&from, environment)?;
        let rule = std::str::from_utf8(what).ok().and_then(|id| rules.get(id));
        rules::explanation(rule.ok_or_else(|| unknown(what))?)
    };
    stdout::print(&text)?;
    Ok(ExitStatus::Clean)
}

fn unknown(what: &[u8]) -> Error {
    let what = String::from_utf8_lossy(what);
    Error::Usage(format!("{what} is no rule (`konceal rules list` names them), and no FILE:LINE"))
}
