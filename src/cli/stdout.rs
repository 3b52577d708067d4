//! A text on standard output.

use std::io::{ErrorKind, Write};

use super::error::Error;

/// Prints the text. Whoever closed the pipe has seen enough.
pub fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::Usage(format!("cannot write to standard output: {}", error.kind())))
        }
        _ => Ok(()),
    }
}
