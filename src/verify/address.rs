//! The address that keys are sent to: the vendor's, or one that the user named.

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;

/// The vendor's host (API documentation, "Base URL").
const KONVER: &str = "api.konver.ai";
const HTTPS: u16 = 443;

/// Where keys are sent. HTTPS only, loopback excepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    base: String,
    host: String,
    port: u16,
    loopback: bool,
    plain: bool,
}

/// Why an address or a proxy cannot be used. No part of the text is repeated: it may hold credentials.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Not a URL of a host.
    #[error("the API's address is not a URL with a host and nothing but a path")]
    Malformed,
    /// Plain HTTP to another machine.
    #[error("the API's address must be https, unless it is on this machine's loopback")]
    NotSecure,
    /// The environment may only name this machine.
    #[error("KONCEAL_API_URL may only name a host on loopback; use --api-url for another one")]
    NotLoopback,
    /// A proxy of the environment that is no HTTP proxy.
    #[error("the proxy that the environment names cannot be used (only http:// and https:// proxies can)")]
    Proxy,
}

impl Address {
    /// The vendor's own.
    pub fn konver() -> Self {
        Self { base: format!("https://{KONVER}"), host: KONVER.into(), port: HTTPS, loopback: false, plain: false }
    }

    /// One that the user named on the command line.
    ///
    /// # Errors
    /// Not a URL of a scheme, a host and perhaps a port and a path; or plain HTTP to another machine.
    pub fn named(text: &str) -> Result<Self, AddressError> {
        // The parser drops a fragment without a word.
        if text.contains(['#', '?']) {
            return Err(AddressError::Malformed);
        }
        let uri: Uri = text.parse().map_err(|_| AddressError::Malformed)?;
        let authority = uri.authority().ok_or(AddressError::Malformed)?;
        let host = authority.host().to_ascii_lowercase();
        if host.is_empty() || authority.as_str().contains('@') {
            return Err(AddressError::Malformed);
        }
        let (scheme, plain, usual) = match uri.scheme_str() {
            Some("https") => ("https", false, HTTPS),
            Some("http") => ("http", true, 80),
            _ => return Err(AddressError::Malformed),
        };
        // A colon without a number that a port can have.
        let port = match authority.as_str().get(authority.host().len()..) {
            None | Some("") => usual,
            Some(_) => authority.port_u16().ok_or(AddressError::Malformed)?,
        };
        let loopback = is_loopback(&host);
        if plain && !loopback {
            return Err(AddressError::NotSecure);
        }
        let base = format!("{scheme}://{authority}{}", uri.path().trim_end_matches('/'));
        Ok(Self { base, host, port, loopback, plain })
    }

    /// One that the environment names.
    ///
    /// # Errors
    /// As for [`Address::named`], and any other machine.
    pub fn of_environment(text: &str) -> Result<Self, AddressError> {
        let address = Self::named(text)?;
        if address.loopback { Ok(address) } else { Err(AddressError::NotLoopback) }
    }

    /// The host, lower case.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Whether the vendor's own API answers there.
    pub fn is_konver(&self) -> bool {
        self.host == KONVER && self.port == HTTPS
    }

    /// Whether it is on this machine: no proxy is used then.
    pub(super) fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether it is plain HTTP.
    pub(super) fn is_plain(&self) -> bool {
        self.plain
    }

    /// The URL of the documented call that reads one thing and changes nothing, for a company id.
    pub(super) fn company(&self, id: &str) -> String {
        format!("{}/v1/company/{id}", self.base)
    }
}

impl fmt::Display for Address {
    /// The host, and the port where it is not https's own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        if self.port == HTTPS { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_machine() {
        assert!(Address::named("https://api.konver.ai").is_ok_and(|address| address.is_konver()));
        assert!(Address::named("http://127.0.0.1:8080/").is_ok_and(|address| address.is_loopback()));
        assert!(Address::named("http://[::1]:1").is_ok() && Address::named("http://localhost").is_ok());
        assert!(matches!(Address::named("http://api.konver.ai"), Err(AddressError::NotSecure)));
        assert!(matches!(Address::of_environment("https://api.example.org"), Err(AddressError::NotLoopback)));
        assert!(Address::named("http://127.0.0.1.example.org").is_err());
    }

    #[test]
    fn nothing_but_scheme_host_port_and_path() {
        for wrong in [
            "",
            "api.konver.ai",
            "ftp://x",
            "https://",
            "https://u:p@api.konver.ai",
            "https://u@api.konver.ai",
            "https://@api.konver.ai",
            "https://api.konver.ai?x=1",
            "https://api.konver.ai?",
            "https://api.konver.ai/#fragment",
            "https://api.konver.ai#",
            "https://api.konver.ai#@example.org",
            "https://api.konver.ai\\@example.org",
            "https://api.konver.ai:",
            "https://api.konver.ai:99999",
            "https://api.konver.ai/ path",
            "http://127.0.0.1\r\n",
        ] {
            assert!(matches!(Address::named(wrong), Err(AddressError::Malformed)), "{wrong}");
        }
        let below = Address::named("https://api.konver.ai/proxied/").map(|address| address.company("x"));
        assert_eq!(below.ok().as_deref(), Some("https://api.konver.ai/proxied/v1/company/x"));
    }

    #[test]
    fn another_port_is_another_address() {
        let named = |text: &str| Address::named(text).map(|address| (address.is_konver(), address.to_string())).ok();
        assert_eq!(named("https://API.konver.ai:443"), Some((true, "api.konver.ai".into())));
        assert_eq!(named("https://api.konver.ai:8443"), Some((false, "api.konver.ai:8443".into())));
        assert_eq!(named("https://api.konver.ai."), Some((false, "api.konver.ai.".into())));
        assert_eq!(named("http://127.0.0.1"), Some((false, "127.0.0.1:80".into())));
    }
}
