//! Waiting until every live key is revoked: each is asked about again and again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::Scope;
use std::time::{Duration, Instant};

use super::pacing::sleep_until;
use super::{AT_ONCE, Bounds, LOOK, Question, Verdict, Verifier, unknown, verdict};
use crate::finding::Status;

/// What a watch tells while it goes on.
#[derive(Debug)]
pub enum News<'a> {
    /// The API says something else of a key than before.
    Changed(&'a Question),
    /// A question brought no answer that proves anything; why. What was known of the key stays, and it is asked again.
    Fault(&'a Question, &'a str),
    /// Nothing can be asked at present; why.
    Obstacle(&'a str),
    /// Time goes by: so many keys are not revoked.
    Waiting(usize),
}

type Tell<'a> = &'a mut dyn FnMut(News<'_>);

impl Bounds<'_> {
    fn are_reached(&self) -> bool {
        (self.stop)() || self.until.is_some_and(|until| Instant::now() >= until)
    }
}

impl Question {
    fn is_open(&self) -> bool {
        self.verification.status != Status::Revoked
    }

    /// Whether waiting makes sense: a live key can be revoked, and what kept an answer away may pass.
    fn is_hopeful(&self) -> bool {
        match self.verification.status {
            Status::Live => true,
            Status::Unknown => self.passing,
            Status::Revoked => false,
        }
    }

    /// Takes what asking again brought, and tells what is new of it.
    fn take(&mut self, verdict: Verdict, tell: Tell<'_>) {
        let (before, now) = (self.verification.status, verdict.verification.status);
        if now == Status::Unknown {
            let why = verdict.verification.detail.clone().unwrap_or_default();
            if before == Status::Unknown {
                (self.verification, self.passing) = (verdict.verification, verdict.passing);
            }
            tell(News::Fault(self, &why));
            return;
        }
        (self.verification, self.passing) = (verdict.verification, verdict.passing);
        if before != now {
            tell(News::Changed(self));
        }
    }
}

impl Verifier {
    /// Asks about every key that is not revoked again each `interval`, until all are revoked, waiting can change nothing any
    /// more, or the bounds are reached. The control request is repeated only as long as it has proven nothing.
    pub fn watch(&self, questions: &mut [Question], interval: Duration, bounds: Bounds<'_>, tell: Tell<'_>) {
        let mut first = Instant::now().checked_add(interval);
        if !self.controlled.load(Ordering::Relaxed) {
            if !self.until_controlled(questions, interval, bounds, tell) {
                return;
            }
            first = Some(Instant::now());
        }
        let open = questions.iter().enumerate().filter(|(_, question)| question.is_open());
        let due = open.filter_map(|(at, _)| Some((first?, at))).collect();
        let over = AtomicBool::new(false);
        let stop = || over.load(Ordering::Relaxed) || (bounds.stop)();
        let watch = Watch { verifier: self, interval, bounds: Bounds { stop: &stop, ..bounds } };
        std::thread::scope(|scope| {
            watch.go_on(scope, questions, due, tell);
            // What is still under way ends with the watch.
            over.store(true, Ordering::Relaxed);
        });
    }

    /// Repeats the control request until it proves something; whether it did.
    fn until_controlled(
        &self,
        questions: &mut [Question],
        interval: Duration,
        bounds: Bounds<'_>,
        tell: Tell<'_>,
    ) -> bool {
        while questions.iter().any(Question::is_hopeful) {
            let next = Instant::now() + interval;
            while Instant::now() < next {
                tell(News::Waiting(questions.len()));
                if bounds.are_reached() || !sleep_until(next.min(Instant::now() + LOOK), bounds.stop) {
                    return false;
                }
            }
            let Some(like) = questions.first().map(|question| question.key.clone()) else { return false };
            let Err(obstacle) = self.control(&like, bounds) else { return true };
            tell(News::Obstacle(&obstacle.why));
            for question in &mut *questions {
                question.verification = unknown(obstacle.why.clone());
                question.passing = obstacle.passing;
            }
        }
        false
    }
}

/// A watch that asks: its answers come with the moment at which they were asked for.
struct Watch<'a> {
    verifier: &'a Verifier,
    interval: Duration,
    bounds: Bounds<'a>,
}

struct Asked {
    at: usize,
    began: Instant,
    verdict: Verdict,
}

impl<'a> Watch<'a> {
    /// `due` says when which question is to be asked next.
    fn go_on<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        questions: &mut [Question],
        mut due: Vec<(Instant, usize)>,
        tell: Tell<'_>,
    ) where
        'a: 'scope,
    {
        let (sender, answers) = channel();
        let mut under_way = 0;
        while questions.iter().any(Question::is_hopeful) && !self.bounds.are_reached() {
            let now = Instant::now();
            due.sort_unstable();
            while under_way < AT_ONCE
                && let Some(&(when, at)) = due.first().filter(|(when, _)| *when <= now)
            {
                due.remove(0);
                let Some(question) = questions.get(at) else { continue };
                if self.ask(scope, at, question, &sender) {
                    under_way += 1;
                } else {
                    due.push((when + self.interval, at));
                }
            }
            if let Ok(Asked { at, began, verdict }) = answers.recv_timeout(LOOK) {
                under_way -= 1;
                if let Some(question) = questions.get_mut(at) {
                    question.take(verdict, tell);
                    if question.is_open() {
                        due.push((began + self.interval, at));
                    }
                }
            }
            tell(News::Waiting(questions.iter().filter(|question| question.is_open()).count()));
        }
    }

    /// Asks one question beside the others; whether a thread could be had for it.
    fn ask<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        at: usize,
        question: &Question,
        sender: &Sender<Asked>,
    ) -> bool
    where
        'a: 'scope,
    {
        let (key, sender) = (question.key.clone(), sender.clone());
        let ask = move || {
            let began = Instant::now();
            let verdict = verdict::of(self.verifier.one(&key, self.bounds));
            // Nobody listens any more where the watch has ended.
            let _ = sender.send(Asked { at, began, verdict });
        };
        std::thread::Builder::new().spawn_scoped(scope, ask).is_ok()
    }
}
