//! For people.

use std::io::{self, Write};

use super::{Style, printable};
use crate::scan::Outcome;

pub(super) fn write(outcome: &Outcome, _style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for finding in outcome.reported() {
        let path = finding.path.as_ref().map(|path| path.text().into_owned()).unwrap_or_default();
        let line = finding.location.map_or(0, |location| location.line);
        writeln!(out, "{}:{line}: {}", printable(&path), printable(&finding.message.text()))?;
    }
    Ok(())
}
