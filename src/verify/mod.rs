//! The only network code: whether a key still opens anything. Nothing here runs unless the user asked for it.
//!
//! One control request with a made-up key comes first: only where that is refused does an answer to a real key prove
//! anything (contract, "Verification"; vendor documentation on status codes).

mod address;
mod client;
mod pacing;
mod retry;
mod verdict;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::finding::{Status, Verification};
use crate::secret::{KeyId, Secret};

pub use address::{Address, AddressError};
pub use client::ProxySettings;

use client::{Answer, Client};
use pacing::Pacer;

/// So many requests are under way at once, at most.
const AT_ONCE: usize = 4;
/// So much time one key may take, retries included.
const ONE_KEY: Duration = Duration::from_secs(40);
/// So much time all keys of a run may take.
const ALL_KEYS: Duration = Duration::from_secs(600);

/// Asks one address about keys: each distinct one once.
#[derive(Debug)]
pub struct Verifier {
    client: Client,
    pacer: Pacer,
    asked: Mutex<Vec<Secret>>,
}

/// What a verifier is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Ends after the time that all keys of a run may take.
    Run,
    /// A watch bounds itself.
    Watch,
}

impl Verifier {
    /// A verifier for this address; no connection is made yet.
    ///
    /// # Errors
    /// A proxy of the environment that cannot be used: going around it would be wrong.
    pub fn new(address: Address, proxies: &ProxySettings) -> Result<Self, AddressError> {
        Ok(Self { client: Client::new(address, proxies)?, pacer: Pacer::new(), asked: Mutex::default() })
    }

    /// Sends a made-up key in the form of `like`: it must be refused.
    ///
    /// # Errors
    /// What stands in the way, for people; then no answer to a real key would prove anything.
    pub fn control(&self, like: &Secret, stop: &(dyn Fn() -> bool + Sync)) -> Result<(), String> {
        let made_up = client::made_up(like);
        let deadline = Instant::now() + ONE_KEY;
        match retry::ask(&self.client, &self.pacer, &made_up, deadline, stop) {
            Answer::Status(401) => Ok(()),
            Answer::Status(status) => Err(format!(
                "a made-up key was answered {status} instead of 401, so no answer proves anything: something else than the \
                 API answers at {} (a proxy, a captive portal, a wrong address)",
                self.client.address()
            )),
            Answer::Failed(why) => Err(format!("{} cannot be asked: {why}", self.client.address())),
            Answer::Stopped => Err("interrupted before the control request was answered".into()),
        }
    }

    /// Asks about each key once, at most four at a time and five a second. A control request must have been refused before.
    pub fn ask(
        &self,
        keys: &[Secret],
        limit: Limit,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> BTreeMap<KeyId, Verification> {
        let end = Instant::now() + ALL_KEYS;
        let next = AtomicUsize::new(0);
        let answers = Mutex::new(BTreeMap::new());
        std::thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(keys.len()) {
                scope.spawn(|| {
                    while let Some(key) = keys.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let mut deadline = Instant::now() + ONE_KEY;
                        if limit == Limit::Run {
                            deadline = deadline.min(end);
                        }
                        let answer = retry::ask(&self.client, &self.pacer, key, deadline, stop);
                        let mut answers = answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                        answers.insert(key.key_id(), verdict::of(&answer));
                    }
                });
            }
        });
        answers.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Every key that [`Verifier::verify`] was given: a watch goes on with them.
    pub fn asked(&self) -> Vec<Secret> {
        self.asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// The control request, and then every key; where the control proves nothing, all are unknown.
    pub fn verify(&self, keys: &[Secret], stop: &(dyn Fn() -> bool + Sync)) -> BTreeMap<KeyId, Verification> {
        let Some(first) = keys.first() else { return BTreeMap::new() };
        self.asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend_from_slice(keys);
        match self.control(first, stop) {
            Ok(()) => self.ask(keys, Limit::Run, stop),
            Err(why) => keys.iter().map(|key| (key.key_id(), unknown(why.clone()))).collect(),
        }
    }
}

/// A verdict that proves nothing, with the reason.
pub fn unknown(detail: String) -> Verification {
    Verification { status: Status::Unknown, http_status: None, detail: Some(detail) }
}
