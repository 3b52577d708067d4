//! One request: the key in its header and nowhere else, no redirect, no body read.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustls::crypto::ring;
use ureq::http::HeaderValue;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error, Proxy};

use super::address::{Address, AddressError};
use super::made_up::uuid;
use super::{LOOK, Stop};
use crate::secret::Secret;

/// So long one request may take at the most.
const ONE_REQUEST: Duration = Duration::from_secs(15);

/// So long a connection that was closed still counts as open: the server may learn of its end after the next one's beginning.
const SETTLE: Duration = Duration::from_millis(50);

/// The proxies that the environment names.
#[derive(Clone, Debug, Default)]
pub struct ProxySettings {
    /// For https (`HTTPS_PROXY`, else `ALL_PROXY`).
    pub https: Option<String>,
    /// Hosts that are reached directly (`NO_PROXY`).
    pub none_for: Vec<String>,
}

/// What came of one request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// A whole head of a response.
    Status(u16),
    /// It was made, and no response came.
    Failed(Failure),
    /// It was not made; why, in words of our own.
    Unsent(Failure),
}

/// Why there is no answer, in words of our own: nothing of what was sent, named or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) why: &'static str,
    /// Whether the next request may fare better.
    pub(super) passing: bool,
}

impl Failure {
    const fn passing(why: &'static str) -> Self {
        Self { why, passing: true }
    }

    const fn lasting(why: &'static str) -> Self {
        Self { why, passing: false }
    }

    /// The run ended first.
    pub(super) const ENDED: Self = Self::passing("the run ended before");
    /// The time that there was is over.
    pub(super) const LATE: Self = Self::passing("no time was left");
}

/// What came of one request, with the wait that the server asked for.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) answer: Answer,
    /// `Retry-After` as it came.
    pub(super) retry_after: Option<String>,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self { answer, retry_after: None }
    }
}

#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    address: Address,
}

impl Client {
    pub(super) fn new(address: Address, proxies: &ProxySettings) -> Result<Self, AddressError> {
        let direct = address.is_loopback()
            || address.is_plain()
            || proxies.none_for.iter().any(|host| skips(host, address.host()));
        let proxy = match proxies.https.as_deref().filter(|_| !direct) {
            Some(proxy) => {
                let scheme = proxy.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
                let usable = scheme.is_none_or(|scheme| matches!(scheme.as_str(), "http" | "https"));
                Some(Proxy::new(proxy).ok().filter(|_| usable).ok_or(AddressError::Proxy)?)
            }
            None => None,
        };
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(proxy)
            .https_only(!address.is_plain())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .max_response_header_size(64 << 10)
            .user_agent(concat!("konceal/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent: config.new_agent(), address })
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// Sends one key, within the time that is left. Where the run ends in between, the request is left alone: its thread
    /// ends by itself.
    pub(super) fn send(&self, key: &Secret, deadline: Instant, stop: Stop<'_>) -> Reply {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Answer::Unsent(Failure::LATE).into();
        }
        let Ok(mut value) = HeaderValue::from_bytes(key.expose()) else {
            return Answer::Unsent(Failure::lasting("it holds characters that no header can carry")).into();
        };
        value.set_sensitive(true);
        let request = self
            .agent
            .get(self.address.company(&uuid()))
            .header("X-Api-Key", value)
            .config()
            .timeout_global(Some(left.min(ONE_REQUEST)))
            .build();
        let (sender, answered) = channel();
        let spawned = std::thread::Builder::new().spawn(move || {
            let reply = match request.call() {
                // The status decides. The connection is closed before anybody hears of it, whatever body may follow: so
                // there are never more open than requests are allowed at once.
                Ok(response) => {
                    let status = response.status().as_u16();
                    let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
                    Reply { answer: Answer::Status(status), retry_after: retry_after.map(Into::into) }
                }
                Err(error) => Answer::Failed(failure(&error)).into(),
            };
            std::thread::sleep(SETTLE);
            // Nobody listens any more where the run has ended.
            let _ = sender.send(reply);
        });
        if spawned.is_err() {
            return Answer::Unsent(Failure::passing("no thread could be started")).into();
        }
        loop {
            match answered.recv_timeout(LOOK) {
                Ok(reply) => return reply,
                Err(RecvTimeoutError::Disconnected) => {
                    return Answer::Failed(Failure::passing("the request failed")).into();
                }
                Err(RecvTimeoutError::Timeout) if stop() => return Answer::Failed(Failure::ENDED).into(),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// What went wrong.
fn failure(error: &Error) -> Failure {
    match error {
        Error::Timeout(_) => Failure::passing("no answer in time"),
        Error::HostNotFound => Failure::passing("the host was not found"),
        Error::ConnectionFailed => Failure::passing("the connection failed"),
        Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            Failure::passing("the connection was refused")
        }
        Error::ConnectProxyFailed(_) => Failure::passing("the proxy refused to connect"),
        Error::InvalidProxyUrl => Failure::lasting("the proxy's address is wrong"),
        Error::Protocol(_) | Error::Http(_) | Error::LargeResponseHeader(..) => {
            Failure::passing("what came back is no answer in HTTP")
        }
        other => match other.to_string().to_ascii_lowercase() {
            text if text.contains("no ca certificates") => {
                Failure::lasting("this machine has no certificate roots (SSL_CERT_FILE can name some)")
            }
            text if text.contains("certificate") => Failure::lasting("its certificate is not trusted"),
            _ if matches!(other, Error::Io(_)) => Failure::passing("the connection broke"),
            _ => Failure::passing("no secure connection could be made"),
        },
    }
}

/// Whether an entry of `NO_PROXY` names the host: itself, or a domain that it lies in; a port behind it counts for nothing.
fn skips(entry: &str, host: &str) -> bool {
    let entry = entry.trim().trim_start_matches("*.").trim_start_matches('.').to_ascii_lowercase();
    let entry = match entry.split_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => entry.as_str(),
    };
    entry == "*" || !entry.is_empty() && (host == entry || host.ends_with(&format!(".{entry}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_skipped_by_domain() {
        assert!(skips(".konver.ai", "api.konver.ai") && skips("*", "x") && skips("api.konver.ai", "api.konver.ai"));
        assert!(skips("api.konver.ai:443", "api.konver.ai") && skips("KONVER.AI", "api.konver.ai"));
        assert!(!skips("onver.ai", "api.konver.ai") && !skips("", "api.konver.ai"));
    }
}
