//! A progress bar on standard error, for scans that take longer than a moment.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::When;
use crate::report::{count, grouped, size};
use crate::source::Progress;
use crate::source::coverage::Ledger;

/// A scan that ends before this shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a bar is drawn, and how often a line is written where there is no terminal.
const FRAME: Duration = Duration::from_millis(100);
const LINE: Duration = Duration::from_secs(5);

/// Does the work, with a bar beside it where one is wanted: on a terminal, unless the user says otherwise.
pub fn beside<T>(when: When, quiet: bool, progress: &Progress, ledger: &Ledger, work: impl FnOnce() -> T) -> T {
    let terminal = std::io::stderr().is_terminal();
    let wanted = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => terminal && !quiet,
    };
    if !wanted {
        return work();
    }
    std::thread::scope(|scope| {
        // Dropped when the work ends, whichever way: that wakes the drawer.
        let (working, ended) = channel::<()>();
        scope.spawn(move || {
            if is_going_on(&ended, PATIENCE) {
                if terminal { draw(progress, ledger, &ended) } else { tell(progress, ledger, &ended) }
            }
        });
        let outcome = work();
        drop(working);
        outcome
    })
}

/// Waits; whether the work goes on after that.
fn is_going_on(ended: &Receiver<()>, wait: Duration) -> bool {
    ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout)
}

fn draw(progress: &Progress, ledger: &Ledger, ended: &Receiver<()>) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let counting = ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    let filling = ProgressStyle::with_template("[{bar:30}] {percent:>3} % {msg}")
        .map_or_else(|_| ProgressStyle::default_bar(), |style| style.progress_chars("=> "));
    bar.set_style(counting);
    let mut total = 0;
    loop {
        if progress.total() > 0 && total == 0 {
            bar.set_style(filling.clone());
        }
        total = progress.total();
        if total > 0 {
            bar.set_length(total);
            bar.set_position(progress.done().min(total));
        }
        bar.set_message(state(progress, ledger));
        bar.tick();
        if !is_going_on(ended, FRAME) {
            break;
        }
    }
    bar.finish_and_clear();
}

fn tell(progress: &Progress, ledger: &Ledger, ended: &Receiver<()>) {
    loop {
        // Where standard error is closed there is nobody to tell.
        let _ = writeln!(std::io::stderr().lock(), "konceal: {}", state(progress, ledger));
        if !is_going_on(ended, LINE) {
            break;
        }
    }
}

/// `1,200 of 5,000 objects, 3.1 MiB`, or how many files so far.
fn state(progress: &Progress, ledger: &Ledger) -> String {
    let [files, _, _, bytes] = ledger.counts();
    match (progress.done(), progress.total()) {
        (0, 0) => format!("{}, {}", count(files, "file", "files"), size(bytes)),
        (done, total) => {
            let total = count(total.max(done), "object", "objects");
            format!("{} of {total}, {}", grouped(done), size(progress.bytes()))
        }
    }
}
