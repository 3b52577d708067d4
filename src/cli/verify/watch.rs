//! `--watch`: what is told while the keys are asked about again and again.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Asked, Run, Subject, told};
use crate::cli::error::{self, Error};
use crate::cli::stdout;
use crate::finding::Status;
use crate::report::{now, utc};
use crate::secret::KeyId;
use crate::verify::{Bounds, News, Question};

/// Waits until every key is revoked, or waiting can change nothing any more; the subject has then what is known of its keys.
///
/// # Errors
/// Standard output cannot be written.
pub(super) fn watch(subject: &mut Subject, asked: Asked, run: &Run<'_>) -> Result<(), Error> {
    let Asked { verifier, mut questions } = asked;
    let is_live = |question: &Question| question.verification.status == Status::Live;
    let mut teller = Teller {
        run,
        told_way: questions.iter().any(is_live),
        subject,
        bar: bar(),
        started: run.environment.started.unwrap_or_else(Instant::now),
        faults: BTreeMap::new(),
    };
    // Where nothing can be told any more there is nothing to wait for.
    let (deaf, mut failed) = (AtomicBool::new(false), None);
    let stop = || deaf.load(Ordering::Relaxed) || run.cancel.is_set();
    let bounds = Bounds { stop: &stop, until: run.cancel.deadline() };
    verifier.watch(&mut questions, Duration::from_secs(run.command.interval), bounds, &mut |news| {
        if let Err(error) = teller.tell(&news) {
            failed = Some(error);
            deaf.store(true, Ordering::Relaxed);
        }
    });
    // Where the time came while nobody looked it has come all the same.
    run.cancel.is_set();
    for question in &questions {
        teller.subject.update(question);
    }
    teller.end();
    failed.map_or(Ok(()), Err)
}

struct Teller<'a> {
    run: &'a Run<'a>,
    subject: &'a mut Subject,
    /// Whether the way to revocation has been told.
    told_way: bool,
    /// Drawn on a terminal only.
    bar: Option<ProgressBar>,
    started: Instant,
    /// What was told last of each key that could not be asked: it is not told again.
    faults: BTreeMap<Option<KeyId>, String>,
}

impl Teller<'_> {
    fn tell(&mut self, news: &News<'_>) -> Result<(), Error> {
        match news {
            News::Waiting(open) => {
                if let Some(bar) = self.bar.as_ref().filter(|_| *open > 0) {
                    let (all, passed) = (self.subject.keys.len(), self.started.elapsed().as_secs());
                    bar.set_message(format!("{open} of {all} keys not revoked yet, {passed} s"));
                    bar.tick();
                }
                Ok(())
            }
            News::Obstacle(why) => {
                self.fault(None, (*why).to_owned());
                Ok(())
            }
            News::Fault(question, why) => {
                let id = question.key.key_id();
                self.fault(Some(id), format!("{} ({id}): {why}", question.key.redacted().text()));
                Ok(())
            }
            News::Changed(question) => self.changed(question),
        }
    }

    fn fault(&mut self, key: Option<KeyId>, text: String) {
        if self.faults.get(&key) != Some(&text) {
            self.aside(|| error::line(&format!("{text}; asking again")));
            self.faults.insert(key, text);
        }
    }

    fn changed(&mut self, question: &Question) -> Result<(), Error> {
        self.subject.update(question);
        self.faults.remove(&Some(question.key.key_id()));
        let line = told::news(question, &format!("{}Z", utc(now())));
        self.aside(|| stdout::print(&line))?;
        if question.verification.status == Status::Live && !self.told_way {
            self.told_way = true;
            if let Some(bar) = &self.bar {
                bar.suspend(|| self.run.way(self.subject, &question.key))?;
            } else {
                self.run.way(self.subject, &question.key)?;
            }
        }
        Ok(())
    }

    /// Writes something while the progress line is away.
    fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// One line on how the watch ended. Keys that were not sent are among those that it did not see revoked.
    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let passed = self.started.elapsed().as_secs();
        let statuses = self.subject.keys.iter().filter_map(|key| key.verification.as_ref()).map(|answer| answer.status);
        let (all, open) = (statuses.clone().count(), statuses.filter(|status| *status != Status::Revoked).count());
        let of = format!("{open} of {all} {}", if all == 1 { "key" } else { "keys" });
        error::line(&match open {
            _ if self.run.cancel.is_interrupted() => format!("interrupted after {passed} s: {of} not revoked"),
            0 if !self.subject.complete => {
                format!(
                    "every key that was found is revoked, {passed} s after the start, but not everything was examined"
                )
            }
            0 => format!("every key is revoked, {passed} s after the start ({}Z)", utc(now())),
            _ if self.run.cancel.is_late() => format!("the watch timed out after {passed} s: {of} not revoked"),
            _ => {
                format!("the watch ends after {passed} s, since waiting changes nothing: {of} not known to be revoked")
            }
        });
    }
}

/// The progress line; none where nobody sees it.
fn bar() -> Option<ProgressBar> {
    std::io::stderr().is_terminal().then(|| {
        let style =
            ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style)
    })
}
