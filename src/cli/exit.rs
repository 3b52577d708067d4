//! Exit codes: one table.

use std::process::ExitCode;

use crate::scan::Outcome;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Everything was examined, and nothing is at or above the bound.
    Clean,
    /// At least one finding is.
    Found(u8),
    /// Incomplete with nothing found, or usage, configuration, rules, baseline are wrong.
    Error,
    /// Ctrl-C.
    Interrupted,
}

impl ExitStatus {
    /// The status of a scan; `code` stands in the place of 1. An incomplete scan never looks clean.
    pub fn of(outcome: &Outcome, code: u8) -> Self {
        if outcome.interrupted {
            Self::Interrupted
        } else if outcome.has_failed() && (code != 0 || outcome.coverage.complete) {
            Self::Found(code)
        } else if outcome.coverage.complete {
            Self::Clean
        } else {
            Self::Error
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Clean => 0,
            ExitStatus::Found(code) => code,
            ExitStatus::Error => 2,
            ExitStatus::Interrupted => 130,
        })
    }
}
