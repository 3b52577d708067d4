//! The only network code: whether a key still opens anything. Nothing here runs unless the user asked for it.
//!
//! One control request with a made-up key comes first: only where that is refused does an answer to a real key prove
//! anything (contract, "Verification"; vendor documentation on status codes).

mod address;
mod client;
pub mod defect;
mod made_up;
mod pacing;
mod retry;
mod verdict;
mod watch;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::finding::{Status, Verification};
use crate::secret::Secret;

pub use address::{Address, AddressError};
pub use client::ProxySettings;
pub use watch::News;

use client::{Answer, Client, Failure};
use pacing::Pacer;

/// So many requests are under way at once, at most.
const AT_ONCE: usize = 4;
/// So much time one key may take, retries included.
const ONE_KEY: Duration = Duration::from_secs(40);
/// So much time all keys of a run may take, the control request included.
const ALL_KEYS: Duration = Duration::from_secs(600);
/// How often whoever waits looks whether the run ended.
const LOOK: Duration = Duration::from_millis(50);

/// Asked often: whether the run ended.
type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// What ends the asking from outside.
#[derive(Clone, Copy)]
pub struct Bounds<'a> {
    /// Asked often: whether the run ended, by the user or by its time.
    pub stop: Stop<'a>,
    /// No request goes on beyond this moment, where there is one.
    pub until: Option<Instant>,
}

/// A key, and what is known of it.
#[derive(Clone, Debug)]
pub struct Question {
    /// The key.
    pub key: Secret,
    /// The API's word.
    pub verification: Verification,
    /// Whether an unknown may become known by asking again.
    passing: bool,
}

/// What one question brought.
#[derive(Clone, Debug)]
struct Verdict {
    verification: Verification,
    passing: bool,
}

/// What stands between the program and the API: with it no answer to a real key would prove anything.
#[derive(Clone, Debug)]
struct Obstacle {
    /// For people.
    why: String,
    passing: bool,
}

/// Asks one address about keys: each distinct one once, until a watch asks again.
#[derive(Debug)]
pub struct Verifier {
    client: Client,
    pacer: Pacer,
    /// Whether all keys together have so much time only.
    limited: bool,
    /// When the time of all keys is over; counted from the first request.
    end: OnceLock<Instant>,
    /// The control request was refused, as it must be.
    controlled: AtomicBool,
    questions: Mutex<Vec<Question>>,
}

impl Verifier {
    /// A verifier for this address; no connection is made yet.
    ///
    /// # Errors
    /// A proxy of the environment that cannot be used: going around it would be wrong.
    pub fn new(address: Address, proxies: &ProxySettings) -> Result<Self, AddressError> {
        Ok(Self {
            client: Client::new(address, proxies)?,
            pacer: Pacer::new(),
            limited: true,
            end: OnceLock::new(),
            controlled: AtomicBool::new(false),
            questions: Mutex::default(),
        })
    }

    /// The same without a limit for all keys together: a watch has its own.
    #[must_use]
    pub fn unlimited(self) -> Self {
        Self { limited: false, ..self }
    }

    /// The control request, and then every key, at most four at a time and five a second; where the control proves
    /// nothing, all are unknown. In the order of the keys.
    pub fn verify(&self, keys: &[Secret], bounds: Bounds<'_>) -> Vec<Question> {
        let Some(first) = keys.first() else { return Vec::new() };
        let questions: Vec<Question> = match self.control(first, bounds) {
            Ok(()) => keys.iter().cloned().zip(self.ask(keys, bounds)).map(Question::from).collect(),
            Err(Obstacle { why, passing }) => keys
                .iter()
                .map(|key| Question { key: key.clone(), verification: unknown(why.clone()), passing })
                .collect(),
        };
        self.questions.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&questions);
        questions
    }

    /// What the last [`Verifier::verify`] was asked, and what came of it: a watch goes on with it.
    pub fn questions(&self) -> Vec<Question> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends a made-up key in the form of `like`, unless that was done: it must be refused.
    fn control(&self, like: &Secret, bounds: Bounds<'_>) -> Result<(), Obstacle> {
        if self.controlled.load(Ordering::Relaxed) {
            return Ok(());
        }
        let address = self.client.address();
        let (why, passing) = match self.one(&made_up::key(like), bounds) {
            Answer::Status(401) => {
                self.controlled.store(true, Ordering::Relaxed);
                return Ok(());
            }
            Answer::Status(code) => (
                format!(
                    "not asked: at {address} a made-up key was answered {code} instead of 401, so no answer proves \
                     anything; something else may answer there (a proxy, a captive portal, a wrong address), or the API \
                     has a fault"
                ),
                verdict::is_passing(code),
            ),
            Answer::Failed(failure) if failure != Failure::ENDED => {
                (format!("not asked: {address} does not answer: {}", failure.why), failure.passing)
            }
            Answer::Failed(failure) | Answer::Unsent(failure) => {
                (format!("not asked: {}", failure.why), failure.passing)
            }
        };
        Err(Obstacle { why, passing })
    }

    /// Asks about each key.
    fn ask(&self, keys: &[Secret], bounds: Bounds<'_>) -> Vec<Verdict> {
        let next = AtomicUsize::new(0);
        let verdicts: Vec<OnceLock<Verdict>> = keys.iter().map(|_| OnceLock::new()).collect();
        let work = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let (Some(key), Some(verdict)) = (keys.get(at), verdicts.get(at)) else { return };
                verdict.get_or_init(|| verdict::of(self.one(key, bounds)));
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..AT_ONCE.min(keys.len()) {
                // Where no thread can be had the others do its work.
                let _ = std::thread::Builder::new().spawn_scoped(scope, work);
            }
            work();
        });
        let unsent = || verdict::of(Answer::Unsent(Failure::ENDED));
        verdicts.into_iter().map(|verdict| verdict.into_inner().unwrap_or_else(unsent)).collect()
    }

    /// Asks about one key, within its time and everybody's.
    fn one(&self, key: &Secret, bounds: Bounds<'_>) -> Answer {
        let now = Instant::now();
        let mut deadline = now + ONE_KEY;
        if self.limited {
            deadline = deadline.min(*self.end.get_or_init(|| now + ALL_KEYS));
        }
        if let Some(until) = bounds.until {
            deadline = deadline.min(until);
        }
        retry::ask(&self.client, &self.pacer, key, deadline, bounds.stop)
    }
}

impl From<(Secret, Verdict)> for Question {
    fn from((key, verdict): (Secret, Verdict)) -> Self {
        Self { key, verification: verdict.verification, passing: verdict.passing }
    }
}

/// A verdict that proves nothing, with the reason.
pub fn unknown(detail: String) -> Verification {
    Verification { status: Status::Unknown, http_status: None, detail: Some(detail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A verifier for a port on which nobody listens.
    fn verifier() -> Option<Verifier> {
        let port = std::net::TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let address = Address::named(&format!("http://127.0.0.1:{port}")).ok()?;
        Verifier::new(address, &ProxySettings::default()).ok()
    }

    fn ask(verifier: &Verifier) -> Vec<String> {
        let keys = [Secret::new(*b"0123456789abcdef"), Secret::new(*b"fedcba9876543210")];
        let questions = verifier.verify(&keys, Bounds { stop: &|| false, until: None });
        questions.into_iter().filter_map(|question| question.verification.detail).collect()
    }

    #[test]
    fn the_time_of_all_keys_begins_with_the_control_request() {
        let limited = verifier();
        let details = limited.as_ref().map(ask).unwrap_or_default();
        assert!(
            details.len() == 2 && details.iter().all(|it| it.ends_with("the connection was refused")),
            "{details:?}"
        );
        assert!(limited.is_some_and(|it| it.end.get().is_some_and(|end| *end <= Instant::now() + ALL_KEYS)));
        let unlimited = verifier().map(Verifier::unlimited);
        assert!(unlimited.is_some_and(|it| ask(&it).len() == 2 && it.end.get().is_none()));
    }

    #[test]
    fn what_there_is_no_time_for_is_not_asked() {
        let late = verifier().filter(|it| it.end.set(Instant::now()).is_ok());
        assert_eq!(late.as_ref().map(ask).unwrap_or_default(), ["not asked: no time was left"; 2]);
    }
}
