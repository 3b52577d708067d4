//! One request: the key in its header and nowhere else, no redirect, nothing of the body kept.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::crypto::ring;
use ureq::http::HeaderValue;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error, Proxy};

use super::address::{Address, AddressError};
use crate::secret::Secret;

/// So long one request may take at the most, body included.
const ONE_REQUEST: Duration = Duration::from_secs(15);
/// So much of a body is read, so that the connection ends in order.
const BODY: u64 = 64 << 10;

/// The proxies that the environment names.
#[derive(Clone, Debug, Default)]
pub struct ProxySettings {
    /// For https (`HTTPS_PROXY`, else `ALL_PROXY`).
    pub https: Option<String>,
    /// Hosts that are reached directly (`NO_PROXY`).
    pub none_for: Vec<String>,
}

/// What came of one request.
#[derive(Debug)]
pub(super) enum Answer {
    /// A whole head of a response.
    Status(u16),
    /// None; why, in words of our own.
    Failed(&'static str),
    /// The run ended before.
    Stopped,
}

/// What came of one request, with the wait that the server asked for.
pub(super) struct Reply {
    pub(super) answer: Answer,
    /// `Retry-After` as it came.
    pub(super) retry_after: Option<String>,
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
                let usable = proxy.starts_with("http://") || proxy.starts_with("https://") || !proxy.contains("://");
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

    /// Sends one key, within the time that is left.
    pub(super) fn send(&self, key: &Secret, deadline: Instant) -> Reply {
        let failed = |why| Reply { answer: Answer::Failed(why), retry_after: None };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return failed("no time is left");
        }
        let Ok(mut value) = HeaderValue::from_bytes(key.expose()) else {
            return failed("it holds characters that no header can carry");
        };
        value.set_sensitive(true);
        let request = self
            .agent
            .get(self.address.company(&uuid()))
            .header("X-Api-Key", value)
            .config()
            .timeout_global(Some(left.min(ONE_REQUEST)))
            .build();
        match request.call() {
            Ok(mut response) => {
                let status = response.status().as_u16();
                let retry_after =
                    response.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(Into::into);
                // The status decides; what follows is read a little, so that the server sees an orderly end.
                let mut body = response.body_mut().with_config().limit(BODY).reader();
                let _ = body.read(&mut [0; 1024]);
                Reply { answer: Answer::Status(status), retry_after }
            }
            Err(error) => failed(reason(&error)),
        }
    }
}

/// What went wrong, without anything of what was sent or named.
fn reason(error: &Error) -> &'static str {
    match error {
        Error::Timeout(_) => "no answer in time",
        Error::HostNotFound => "the host was not found",
        Error::ConnectionFailed => "the connection failed",
        Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => "the connection was refused",
        Error::Io(error) if is_certificate(&error.to_string()) => "its certificate is not trusted",
        Error::Io(_) => "the connection broke",
        Error::Tls(_) => "no secure connection could be made",
        Error::Protocol(_) | Error::Http(_) => "the answer is no HTTP",
        Error::InvalidProxyUrl | Error::ConnectProxyFailed(_) => "the proxy refused",
        other if is_certificate(&other.to_string()) => "its certificate is not trusted",
        _ => "the request failed",
    }
}

fn is_certificate(text: &str) -> bool {
    text.to_ascii_lowercase().contains("certificate")
}

/// Whether an entry of `NO_PROXY` names the host: itself, or a domain that it lies in.
fn skips(entry: &str, host: &str) -> bool {
    let entry = entry.trim().trim_start_matches("*.").trim_start_matches('.').to_ascii_lowercase();
    entry == "*" || !entry.is_empty() && (host == entry || host.ends_with(&format!(".{entry}")))
}

/// Random bytes; a machine without a source of them has no TLS either.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let filled = ring::default_provider().secure_random.fill(&mut bytes);
    if filled.is_err() {
        // Not secret: what is made of it only has to differ from run to run.
        let nanos =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        bytes.iter_mut().zip(nanos.to_le_bytes().iter().cycle()).for_each(|(to, &from)| *to = from);
    }
    bytes
}

/// A random UUID, version 4.
fn uuid() -> String {
    let mut bytes: [u8; 16] = random();
    if let [.., _] = bytes.as_slice() {
        bytes[6] = bytes[6] & 0x0F | 0x40;
        bytes[8] = bytes[8] & 0x3F | 0x80;
    }
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// A made-up key of the same form: letters for letters, digits for digits.
pub(super) fn made_up(like: &Secret) -> Secret {
    let mut pool = std::iter::repeat_with(random::<64>).flatten();
    let mut draw = |from: u8, count: u8| from + pool.next().unwrap_or_default() % count;
    let like = like.expose().iter().map(|&byte| match byte {
        b'0'..=b'9' => draw(b'0', 10),
        b'a'..=b'f' => draw(b'a', 6),
        b'g'..=b'z' => draw(b'g', 20),
        b'A'..=b'Z' => draw(b'A', 26),
        other => other,
    });
    Secret::new(like.collect::<Vec<u8>>())
}

/// A share of a duration, at random: so that retries of several runs do not meet.
pub(super) fn jitter(most: Duration) -> Duration {
    let [share]: [u8; 1] = random();
    most.mul_f64(f64::from(share) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_and_differ() {
        let (a, b) = (uuid(), uuid());
        assert_ne!(a, b);
        assert_eq!((a.len(), a.get(14..15), a.matches('-').count()), (36, Some("4"), 4));
    }

    #[test]
    fn made_up_keys_keep_the_form() {
        let like = Secret::new(*b"kv_live_0123456789abcXYZ");
        let made = made_up(&like);
        assert_ne!(made, like);
        assert_eq!(made.len(), like.len());
        assert_eq!(made.expose().get(2), Some(&b'_'));
    }

    #[test]
    fn proxies_are_skipped_by_domain() {
        assert!(skips(".konver.ai", "api.konver.ai") && skips("*", "x") && skips("api.konver.ai", "api.konver.ai"));
        assert!(!skips("onver.ai", "api.konver.ai") && !skips("", "api.konver.ai"));
    }
}
