//! What the words of a name say together.

use super::lists::{ABOUT, FILLERS, NO_SECRET_ANYWHERE, NO_SECRET_BEFORE, NO_SECRET_LAST, ROLES, SLOTS, THINGS};
use super::{Class, Family, VENDOR, is_in, split};

/// The words of a name in lower case, with how it was written undone.
pub(in crate::detect) struct Words(pub(super) Vec<Vec<u8>>);

impl Words {
    /// The words of a name.
    pub(in crate::detect) fn new(name: &[u8]) -> Self {
        Self(split::split(name))
    }

    pub(in crate::detect) fn has(&self, list: &[&str]) -> bool {
        self.0.iter().any(|word| is_in(word, list))
    }

    /// Whether the vendor is a word of the name.
    pub(in crate::detect) fn has_vendor(&self) -> bool {
        self.0.iter().any(|word| word == VENDOR)
    }

    /// Whether a word of the name names a secret.
    pub(in crate::detect) fn has_thing(&self) -> bool {
        self.has(THINGS)
    }

    /// Whether these words are the first of the name, and not all of it.
    pub(in crate::detect) fn begin_with(&self, stem: &[Vec<u8>]) -> bool {
        self.0.len() > stem.len() && self.0.starts_with(stem)
    }

    pub(in crate::detect) fn has_hook(&self) -> bool {
        self.has(&["webhook", "webhooks", "hook", "hooks", "signing", "hmac", "whsec", "signature"])
    }

    fn is_header(&self) -> bool {
        let end = |suffix: &[&str]| {
            self.0.len() >= suffix.len()
                && self.0.iter().rev().zip(suffix.iter().rev()).all(|(word, end)| word == end.as_bytes())
        };
        end(&["x", "api", "key"]) || end(&["x", "api", "key", "header"]) || end(&["x", "apikey"])
    }

    pub(super) fn is_refused(&self) -> bool {
        let last = self.0.iter().rposition(|word| !word.iter().all(u8::is_ascii_digit));
        let Some(last) = last else { return false };
        let ends = self.0.get(last).is_some_and(|word| is_in(word, NO_SECRET_LAST));
        let pairs = self.0.windows(2).any(|pair| match pair {
            [before, thing] => is_in(before, NO_SECRET_BEFORE) && is_in(thing, &["key", "keys", "token", "tokens"]),
            _ => false,
        });
        // `konver_api_key_enc` is encrypted; what `enc` alone is, is said elsewhere.
        let sealed = self.0.len() > 1 && self.0.get(last).is_some_and(|word| word == b"enc");
        ends || pairs || sealed || self.has(NO_SECRET_ANYWHERE)
    }

    /// What the name says.
    pub(in crate::detect) fn class(&self) -> Class {
        let vendor = self.has_vendor();
        if self.0.is_empty() {
            return Class::Other;
        }
        if self.is_refused() {
            return Class::Refused;
        }
        if self.is_header() {
            return if vendor { Class::Ours(Family::Key) } else { Class::Header };
        }
        let (thing, hook) = (self.has_thing(), self.has_hook());
        if vendor {
            return match (thing, hook) {
                (true, true) => Class::Ours(Family::Webhook),
                (true, false) => Class::Ours(Family::Key),
                _ if self.has(&["auth", "authorization", "authentication"]) => Class::Ours(Family::Key),
                _ if self.0.last().is_some_and(|last| is_in(last, &["signing", "hmac", "whsec"])) => {
                    Class::Ours(Family::Webhook)
                }
                _ if self.0.iter().all(|word| word == VENDOR || is_in(word, FILLERS) && !is_in(word, ABOUT)) => {
                    Class::Vendor
                }
                _ => Class::Other,
            };
        }
        let bearer = self.has(&["bearer"]) && self.has(&["auth", "token"]);
        if bearer || matches!(self.0.as_slice(), [.., last] if last == b"authorization") {
            return Class::Authorization;
        }
        if thing {
            let neutral =
                |word: &Vec<u8>| is_in(word, THINGS) || is_in(word, FILLERS) || is_in(word, ROLES) || word.len() == 1;
            let hooks = |word: &Vec<u8>| {
                neutral(word)
                    || is_in(
                        word,
                        &["webhook", "webhooks", "hook", "hooks", "signing", "hmac", "signature", "whsec", "verify"],
                    )
            };
            return if self.0.iter().all(neutral) {
                Class::Neutral
            } else if hook && self.0.iter().all(hooks) {
                Class::NeutralHook
            } else {
                Class::Foreign
            };
        }
        let whole = self.0.concat();
        let digits = whole.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let unnumbered = whole.get(..whole.len() - digits).unwrap_or_default();
        if is_in(&whole, SLOTS)
            || is_in(unnumbered, SLOTS)
            || self.0.last().is_some_and(|last| is_in(last, &["value", "default", "text", "string"]))
        {
            return Class::Slot;
        }
        Class::Other
    }

    /// Whether every word is the vendor's, a thing's or neutral: `KONVER_API_KEYS`, but not `konverFieldKeys`.
    pub(in crate::detect) fn is_exact(&self) -> bool {
        const BESIDE: &[&str] = &[
            "client",
            "clients",
            "sdk",
            "options",
            "credentials",
            "webhook",
            "webhooks",
            "signing",
            "hook",
            "hooks",
            "hmac",
            "api",
            "ai",
            "http",
            "integration",
            "integrations",
            "providers",
            "services",
            "connections",
            "connectors",
            "vendors",
            "crm",
            "connection",
            "connector",
            "provider",
            "service",
            "gateway",
            "adapter",
            "by",
            "per",
            "tenant",
            "environment",
            "env",
            "envs",
            "tenants",
            "customer",
            "customers",
            "callout",
            "repository",
            "module",
        ];
        !self.is_about_fields()
            && self
                .0
                .iter()
                .all(|word| word == VENDOR || is_in(word, THINGS) || is_in(word, FILLERS) || is_in(word, BESIDE))
    }

    /// Whether the name is one that an application gives to a secret of its own: `APP_KEY`, `SECRET_KEY`.
    pub(in crate::detect) fn is_application(&self) -> bool {
        self.has(&[
            "app",
            "master",
            "session",
            "private",
            "admin",
            "service",
            "secret",
            "password",
            "passwd",
            "pass",
            "pwd",
            "internal",
            "public",
            "user",
            "auth",
            "user_secret",
            "secure",
            "global",
        ]) && !self.has(&["api", "apikey"])
            && !self.has_hook()
    }

    /// Whether a word of the name says that it is an id, a hash or an address rather than a secret.
    pub(in crate::detect) fn has_no_secret(&self) -> bool {
        self.has(NO_SECRET_LAST) && !self.has_thing()
    }

    /// Whether the vendor and something else are named, in more than one word.
    pub(in crate::detect) fn is_compound_of_vendor(&self) -> bool {
        self.0.len() > 1 && self.has_vendor() && !self.has_thing()
    }

    /// Whether the name is that of an id or a hash, in more than one word.
    pub(in crate::detect) fn is_id(&self) -> bool {
        const IDS: &[&str] =
            &["id", "ids", "uuid", "guid", "hash", "digest", "checksum", "etag", "sha", "sha256", "revision"];
        self.0.len() > 1 && self.0.last().is_some_and(|last| is_in(last, IDS))
    }

    /// Whether the name is that of the vendor's client.
    pub(in crate::detect) fn is_client(&self) -> bool {
        self.has_vendor() && self.has(&["client", "sdk", "connector", "api", "gateway", "adapter", "provider"])
    }

    /// Whether the name is `key` and nothing else.
    pub(in crate::detect) fn is_bare_key(&self) -> bool {
        matches!(self.0.as_slice(), [word] if word == b"key" || word == b"keys")
    }

    /// The name without what a function does with the thing: `getKonverKey` is about a Konver key.
    pub(in crate::detect) fn without_verbs(&self) -> Self {
        const VERBS: &[&str] = &[
            "get", "fetch", "load", "read", "make", "build", "create", "provide", "resolve", "find", "use", "obtain",
            "retrieve", "lookup", "provider", "function", "fn", "func", "fun", "sub", "async", "return", "returns",
        ];
        Self(self.0.iter().filter(|word| !is_in(word, VERBS)).cloned().collect())
    }

    /// Whether the name is about the fields of records, whose keys are no secrets.
    pub(in crate::detect) fn is_about_fields(&self) -> bool {
        self.has(&[
            "field",
            "fields",
            "mapping",
            "mappings",
            "columns",
            "attributes",
            "labels",
            "translations",
            "messages",
            "queries",
            "shortcuts",
        ])
    }

    /// Whether the name is that of a header by which a client shows who it is: `AUTH_HEADER`.
    pub(in crate::detect) fn is_auth_header(&self) -> bool {
        self.has(&["auth", "authentication", "key"]) && self.0.last().is_some_and(|last| last == b"header")
    }

    /// Whether the name is that of a reference to something: `remoteRef`, `secretKeyRef`.
    pub(in crate::detect) fn is_reference(&self) -> bool {
        self.0.last().is_some_and(|last| is_in(last, &["ref", "reference", "refs"]))
    }

    /// Whether nothing but words of code and neutral words stand in the name.
    pub(in crate::detect) fn is_filler(&self) -> bool {
        self.0.iter().all(|word| is_in(word, FILLERS) || word.len() == 1)
    }
}
