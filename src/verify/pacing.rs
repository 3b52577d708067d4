//! Requests begin at least so far apart that there are at most five a second.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::{LOOK, Stop};

/// The least time between the beginnings of two requests: a fifth of a second, and so much more that only five a second arrive
/// where one is held up on its way.
const APART: Duration = Duration::from_millis(250);

/// Hands out turns.
#[derive(Debug, Default)]
pub(super) struct Pacer {
    next: Mutex<Option<Instant>>,
}

impl Pacer {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Waits for a turn; whether it came before the deadline and the end of the run.
    pub(super) fn wait(&self, deadline: Instant, stop: Stop<'_>) -> bool {
        loop {
            match self.turn(Instant::now()) {
                Ok(()) => return !stop(),
                Err(next) if next >= deadline || !sleep_until(next, stop) => return false,
                Err(_) => {}
            }
        }
    }

    /// Takes a turn, if there is one at `now`; else the moment of the next one. A turn counts from when it is taken, so
    /// that one which was taken late is not followed by another at once.
    fn turn(&self, now: Instant) -> Result<(), Instant> {
        let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match *next {
            Some(next) if next > now => Err(next),
            _ => {
                *next = Some(now + APART);
                Ok(())
            }
        }
    }
}

/// Sleeps until a moment; whether it came before the run ended.
pub(super) fn sleep_until(moment: Instant, stop: Stop<'_>) -> bool {
    loop {
        if stop() {
            return false;
        }
        let left = moment.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(LOOK));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_turns_are_never_more_than_five_a_second() {
        let (pacer, start) = (Pacer::new(), Instant::now());
        let mut now = start;
        let mut turns = Vec::new();
        while turns.len() < 1000 {
            match pacer.turn(now) {
                Ok(()) => turns.push(now - start),
                Err(next) => now = next,
            }
        }
        for (at, turn) in turns.iter().enumerate() {
            let within = turns.iter().skip(at).take_while(|other| **other < *turn + Duration::from_secs(1)).count();
            assert!(within <= 5, "{within} within a second of {turn:?}");
        }
        assert!(turns.last().is_some_and(|last| *last < Duration::from_secs(260)));
    }

    #[test]
    fn neither_a_pause_nor_a_late_turn_earns_a_burst() {
        let (pacer, start) = (Pacer::new(), Instant::now());
        assert_eq!(pacer.turn(start), Ok(()));
        let later = start + Duration::from_secs(60);
        assert_eq!(pacer.turn(later), Ok(()));
        assert_eq!(pacer.turn(later), Err(later + APART));
    }

    #[test]
    fn nobody_waits_for_a_turn_behind_the_deadline() {
        let (pacer, start) = (Pacer::new(), Instant::now());
        let late = start + Duration::from_millis(100);
        assert!(pacer.wait(late, &|| false));
        assert!(!pacer.wait(late, &|| false) && start.elapsed() < Duration::from_millis(100));
        assert!(!pacer.wait(start + Duration::from_secs(60), &|| true));
    }
}
