//! The `konceal` program: parses, runs, prints the edge error, and returns the exit status. The only place that ends the process.

use std::process::ExitCode;

fn main() -> ExitCode {
    konceal::cli::main()
}
