//! Requests begin at least so far apart that there are at most five a second.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The least time between the beginnings of two requests: a little more than a fifth of a second.
const APART: Duration = Duration::from_millis(205);
/// How often a waiting thread looks whether the run ended.
const LOOK: Duration = Duration::from_millis(50);

/// Hands out turns.
#[derive(Debug, Default)]
pub(super) struct Pacer {
    next: Mutex<Option<Instant>>,
}

impl Pacer {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Waits for the next turn; whether it came before the run ended.
    pub(super) fn wait(&self, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        sleep_until(self.turn(Instant::now()), stop)
    }

    /// The moment of the next turn, if one is asked for at `now`.
    fn turn(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let turn = next.map_or(now, |next| next.max(now));
        *next = Some(turn + APART);
        turn
    }
}

/// Sleeps until a moment; whether it came before the run ended.
pub(super) fn sleep_until(moment: Instant, stop: &(dyn Fn() -> bool + Sync)) -> bool {
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
        let turns: Vec<Duration> = (0..1000).map(|_| pacer.turn(start) - start).collect();
        for (at, turn) in turns.iter().enumerate() {
            let within = turns.iter().skip(at).take_while(|other| **other < *turn + Duration::from_secs(1)).count();
            assert!(within <= 5, "{within} within a second of {turn:?}");
        }
        assert!(turns.last().is_some_and(|last| *last < Duration::from_secs(210)));
    }

    #[test]
    fn a_pause_earns_no_burst() {
        let (pacer, start) = (Pacer::new(), Instant::now());
        pacer.turn(start);
        let later = start + Duration::from_secs(60);
        assert_eq!(pacer.turn(later), later);
        assert_eq!(pacer.turn(later), later + APART);
    }
}
