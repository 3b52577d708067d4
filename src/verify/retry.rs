//! Asking again after 429 and 5xx: exponentially later, as the server says, within the time of one key.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::client::{Answer, Client, Failure};
use super::made_up::jitter;
use super::pacing::{Pacer, sleep_until};
use super::{Stop, verdict};
use crate::secret::Secret;

/// The first wait; it doubles each time.
const FIRST: Duration = Duration::from_millis(500);

/// Asks about a key until an answer decides or the deadline comes. The last answer stands, whatever ends the asking.
pub(super) fn ask(client: &Client, pacer: &Pacer, key: &Secret, deadline: Instant, stop: Stop<'_>) -> Answer {
    let mut wait = FIRST;
    let mut last = None;
    loop {
        if !pacer.wait(deadline, stop) {
            let failure = if stop() { Failure::ENDED } else { Failure::LATE };
            return last.unwrap_or(Answer::Unsent(failure));
        }
        let reply = client.send(key, deadline, stop);
        match reply.answer {
            Answer::Status(code) if verdict::is_passing(code) => {}
            Answer::Status(_) => return reply.answer,
            Answer::Failed(_) | Answer::Unsent(_) => return last.unwrap_or(reply.answer),
        }
        let asked = reply.retry_after.as_deref().and_then(|text| retry_after(text, now()));
        let pause = asked.unwrap_or(Duration::ZERO).max(wait + jitter(wait / 2));
        wait = wait.saturating_mul(2);
        // A wait beyond the key's time would end without an answer anyway.
        let Some(next) = within(Instant::now(), pause, deadline) else { return reply.answer };
        if !sleep_until(next, stop) {
            return reply.answer;
        }
        last = Some(reply.answer);
    }
}

/// The moment after `pause`, if it comes before the deadline. A server may name any pause, also one that no clock holds.
fn within(now: Instant, pause: Duration, deadline: Instant) -> Option<Instant> {
    now.checked_add(pause).filter(|next| *next < deadline)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}

/// The wait that `Retry-After` asks for: seconds, or an HTTP date (RFC 9110, 10.2.3). Rubbish and the past are no wait.
fn retry_after(text: &str, now: i64) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than a number holds is still a wait, and longer than any deadline.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let seconds = date(text)? - now;
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`.
fn date(text: &str) -> Option<i64> {
    const MONTHS: &[&str] = &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, rest) = text.split_once(", ")?;
    let mut parts = rest.split(' ');
    let day: i64 = parts.next()?.parse().ok()?;
    let month = parts.next()?;
    let month = i64::try_from(MONTHS.iter().position(|name| *name == month)?).ok()? + 1;
    let year: i64 = parts.next()?.parse().ok()?;
    let mut clock = parts.next()?.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if !(1970..=9999).contains(&year) || !(1..=31).contains(&day) {
        return None;
    }
    // 60 is a leap second.
    if !(0..=23).contains(&hour) || !(0..=59).contains(&minute) || !(0..=60).contains(&second) {
        return None;
    }
    // Howard Hinnant's days_from_civil.
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_retry_after() {
        let seconds = |text: &str| retry_after(text, 784_111_700).map(|wait| wait.as_secs());
        assert_eq!(seconds("3"), Some(3));
        assert_eq!(seconds("3600"), Some(3600));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(77));
        assert_eq!(seconds("-5"), None);
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("Sun, 06 Nov 1974 08:49:37 GMT"), None);
        assert_eq!(seconds(""), None);
        assert_eq!(seconds("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(seconds("1.5"), None);
        assert_eq!(seconds("+5"), None);
    }

    #[test]
    fn a_pause_that_no_clock_holds_is_beyond_the_deadline() {
        let now = Instant::now();
        let deadline = now + Duration::from_secs(30);
        let longest = retry_after("9223372036854775807", 0).unwrap_or_default();
        assert_eq!(longest.as_secs(), i64::MAX.unsigned_abs());
        assert_eq!(within(now, longest, deadline), None);
        assert_eq!(within(now, Duration::from_secs(30), deadline), None);
        assert_eq!(within(now, Duration::from_secs(1), deadline), Some(now + Duration::from_secs(1)));
    }

    #[test]
    fn a_clock_out_of_range_is_no_date() {
        for text in [
            "Sun, 06 Nov 1994 9223372036854775807:49:37 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 -1:49:37 GMT",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
