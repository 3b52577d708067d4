//! `konceal explain`: a rule, or what was made of one line of a file.

mod line;

use super::args::Explain;
use super::environment::Environment;
use super::error::Error;
use super::exit::ExitStatus;
use super::{rules, stdout};
use crate::rule::RuleSet;

/// Carries the command out.
pub fn run(command: &Explain, environment: &Environment) -> Result<ExitStatus, Error> {
    let what = command.what.as_encoded_bytes();
    let text = match line::place(what) {
        Some((file, number)) => line::explain(command, environment, file, number)?,
        None => match std::str::from_utf8(what).ok().and_then(|id| RuleSet::built_in().get(id).cloned()) {
            Some(rule) => rules::explanation(&rule),
            None => return Err(unknown(what)),
        },
    };
    stdout::print(&text)?;
    Ok(ExitStatus::Clean)
}

fn unknown(what: &[u8]) -> Error {
    let what = String::from_utf8_lossy(what);
    Error::Usage(format!("{what} is no rule (`konceal rules list` names them), and no FILE:LINE"))
}
