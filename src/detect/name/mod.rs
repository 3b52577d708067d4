//! What a name says: the vendor's, a key's, a header's, or something that only looks like it.

mod lists;
mod split;

use lists::{ABOUT, ELSEWHERE, FILLERS, NO_SECRET_ANYWHERE, NO_SECRET_BEFORE, NO_SECRET_LAST, SLOTS, THINGS};

/// Which of the vendor's two secrets is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    /// An API key.
    Key,
    /// A webhook secret.
    Webhook,
}

/// What a name says of the value that it is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// The vendor and the thing: `KONVER_API_KEY`.
    Ours(Family),
    /// The API's own header.
    Header,
    /// `Authorization`, which every vendor uses.
    Authorization,
    /// A secret of nobody in particular: `api_key`, `token`.
    Neutral,
    /// A webhook secret of nobody in particular: `webhook_secret`, `signing_key`.
    NeutralHook,
    /// The vendor alone: `konver`.
    Vendor,
    /// A place for a value whose name stands beside it: `value`, `default`.
    Slot,
    /// A secret of somebody else: `hubspot_token`.
    Foreign,
    /// Something that is no secret: an id, a hash, an address, a cache key.
    Refused,
    /// Anything else.
    Other,
}

/// The words of a name in lower case, with how it was written undone.
pub(super) struct Words(Vec<Vec<u8>>);

const VENDOR: &[u8] = b"konver";

impl Words {
    /// The words of a name.
    pub(super) fn new(name: &[u8]) -> Self {
        Self(split::split(name))
    }

    fn has(&self, list: &[&str]) -> bool {
        self.0.iter().any(|word| is_in(word, list))
    }

    /// Whether the vendor is a word of the name.
    pub(super) fn has_vendor(&self) -> bool {
        self.0.iter().any(|word| word == VENDOR)
    }

    /// Whether a word of the name names a secret.
    pub(super) fn has_thing(&self) -> bool {
        self.has(THINGS)
    }

    fn has_hook(&self) -> bool {
        self.has(&["webhook", "webhooks", "hook", "hooks", "signing", "hmac", "whsec", "signature"])
    }

    fn is_header(&self) -> bool {
        let end = |suffix: &[&str]| {
            self.0.len() >= suffix.len()
                && self.0.iter().rev().zip(suffix.iter().rev()).all(|(word, end)| word == end.as_bytes())
        };
        end(&["x", "api", "key"]) || end(&["x", "api", "key", "header"]) || end(&["x", "apikey"])
    }

    fn is_refused(&self) -> bool {
        let last = self.0.iter().rposition(|word| !word.iter().all(u8::is_ascii_digit));
        let Some(last) = last else { return false };
        let ends = self.0.get(last).is_some_and(|word| is_in(word, NO_SECRET_LAST));
        let pairs = self.0.windows(2).any(|pair| match pair {
            [before, thing] => is_in(before, NO_SECRET_BEFORE) && is_in(thing, &["key", "keys", "token", "tokens"]),
            _ => false,
        });
        ends || pairs || self.has(NO_SECRET_ANYWHERE)
    }

    /// What the name says.
    pub(super) fn class(&self) -> Class {
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
                _ if self.0.iter().all(|word| word == VENDOR || is_in(word, FILLERS) && !is_in(word, ABOUT)) => {
                    Class::Vendor
                }
                _ => Class::Other,
            };
        }
        if matches!(self.0.as_slice(), [.., last] if last == b"authorization") {
            return Class::Authorization;
        }
        if thing {
            let neutral = |word: &Vec<u8>| is_in(word, THINGS) || is_in(word, FILLERS) || word.len() == 1;
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
    pub(super) fn is_exact(&self) -> bool {
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
    pub(super) fn is_application(&self) -> bool {
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
    pub(super) fn has_no_secret(&self) -> bool {
        self.has(NO_SECRET_LAST) && !self.has_thing()
    }

    /// Whether the vendor and something else are named, in more than one word.
    pub(super) fn is_compound_of_vendor(&self) -> bool {
        self.0.len() > 1 && self.has_vendor() && !self.has_thing()
    }

    /// Whether the name is that of an id or a hash, in more than one word.
    pub(super) fn is_id(&self) -> bool {
        const IDS: &[&str] =
            &["id", "ids", "uuid", "guid", "hash", "digest", "checksum", "etag", "sha", "sha256", "revision"];
        self.0.len() > 1 && self.0.last().is_some_and(|last| is_in(last, IDS))
    }

    /// Whether the name is that of the vendor's client.
    pub(super) fn is_client(&self) -> bool {
        self.has_vendor() && self.has(&["client", "sdk", "connector", "api", "gateway", "adapter", "provider"])
    }

    /// Whether the name is `key` and nothing else.
    pub(super) fn is_bare_key(&self) -> bool {
        matches!(self.0.as_slice(), [word] if word == b"key" || word == b"keys")
    }

    /// The name without what a function does with the thing: `getKonverKey` is about a Konver key.
    pub(super) fn without_verbs(&self) -> Self {
        const VERBS: &[&str] = &[
            "get", "fetch", "load", "read", "make", "build", "create", "provide", "resolve", "find", "use", "obtain",
            "retrieve", "lookup", "provider", "function", "fn", "func", "fun", "sub", "async", "return", "returns",
        ];
        Self(self.0.iter().filter(|word| !is_in(word, VERBS)).cloned().collect())
    }

    /// Whether the name is about the fields of records, whose keys are no secrets.
    pub(super) fn is_about_fields(&self) -> bool {
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

    /// Whether nothing but words of code and neutral words stand in the name.
    pub(super) fn is_filler(&self) -> bool {
        self.0.iter().all(|word| is_in(word, FILLERS) || word.len() == 1)
    }
}

/// Whether a call of this name makes or sets up a client of the vendor's: `KonverClient`, `konver.configure`, and not
/// `konver.deals.retrieve`, which is given an id.
pub(super) fn is_constructor(name: &[u8]) -> bool {
    const SETS_UP: &[&str] = &[
        "client",
        "new",
        "create",
        "init",
        "initialize",
        "initialise",
        "configure",
        "config",
        "setup",
        "connect",
        "login",
        "authenticate",
        "auth",
        "authorize",
        "build",
        "builder",
        "from",
        "with",
        "open",
        "start",
        "instance",
        "make",
        "sdk",
        "api",
        "session",
        "connection",
        "options",
        "credentials",
        "register",
        "use",
        "install",
        "headers",
        "header",
        "request",
        "fetch",
        "call",
    ];
    let parts = || name.rsplit(|byte| b".:>".contains(byte)).filter(|part| !part.is_empty());
    let words = Words::new(parts().next().unwrap_or_default());
    // `konver.runs.create` makes a run; only what stands right below the vendor can make its client.
    let deep = parts().count() > 2 && !words.has(&["client", "sdk", "new"]);
    words.has_vendor() || words.has_thing() || words.has(SETS_UP) && !deep
}

/// Whether the name is that of another service, or of a part of an application that has secrets of its own.
pub(super) fn is_elsewhere(name: &[u8]) -> bool {
    let words = Words::new(name);
    // Humps part some of them: `OpenAI`, `GitHub`.
    let parted = words.0.windows(2).any(|pair| is_in(&pair.concat(), ELSEWHERE));
    !words.has_vendor() && (parted || words.has(ELSEWHERE))
}

fn is_in(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|known| known.as_bytes() == word)
}

/// What a name says.
pub(super) fn classify(name: &[u8]) -> Class {
    if is_file(name) { Class::Refused } else { Words::new(name).class() }
}

/// Whether the name is a file's: `KonverApiKey.swift`.
fn is_file(name: &[u8]) -> bool {
    const ENDINGS: &[&str] = &[
        "swift", "js", "mjs", "cjs", "ts", "tsx", "jsx", "py", "rb", "go", "rs", "java", "kt", "cs", "php", "vue",
        "svelte", "dart", "c", "h", "cpp", "m", "md", "rst", "txt", "json", "yaml", "yml", "toml", "xml", "html",
        "css", "scss", "sql", "sh", "ps1", "zip", "gz", "tgz", "tar", "pem", "crt", "lock", "log", "csv", "svg", "png",
        "proto", "ex", "exs", "exe",
    ];
    let Some(dot) = name.iter().rposition(|&byte| byte == b'.') else { return false };
    let (stem, ending) = (name.get(..dot).unwrap_or_default(), name.get(dot + 1..).unwrap_or_default());
    stem.len() > 1 && ENDINGS.iter().any(|known| known.as_bytes() == ending)
}

/// Whether a variable's name says that its value is secret, whoever's it may be.
pub fn is_secret_name(name: &[u8]) -> bool {
    let words = Words::new(name);
    !words.is_refused() && (words.has_thing() || words.has(&["auth", "dsn"]))
}

/// Whether a variable's name speaks of a Konver webhook secret, which is no API key.
pub fn names_konver_webhook(name: &[u8]) -> bool {
    matches!(classify(name), Class::Ours(Family::Webhook))
}

/// Whether a variable's name speaks of a Konver key: the vendor as a part of the name, and key, token or secret.
pub fn names_konver_key(name: &[u8]) -> bool {
    matches!(classify(name), Class::Ours(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendor_and_the_thing_in_any_spelling() {
        for name in [
            "KONVER_API_KEY",
            "konverApiKey",
            "konver-api-key",
            "KonverKey",
            "konver.api.key",
            "KONVER_TOKEN",
            "Konver__ApiKey",
            "Konver:ApiKey",
            "KONVERAPIKEY",
            "konverapikey",
            "NEXT_PUBLIC_KONVER_API_KEY",
            "KonverAPIKey",
            "crm_konver_api_key",
            "konver_sleutel",
            "KONVER_API_KEY_2",
            "TF_VAR_konver_api_key",
        ] {
            assert_eq!(classify(name.as_bytes()), Class::Ours(Family::Key), "{name}");
        }
        for name in ["KONVER_WEBHOOK_SECRET", "konverWebhookSecret", "KONVER_SIGNING_KEY", "konver_hmac_secret"] {
            assert_eq!(classify(name.as_bytes()), Class::Ours(Family::Webhook), "{name}");
        }
    }

    #[test]
    fn ids_hashes_and_words_are_no_keys() {
        for name in [
            "KONVER_API_KEY_ID",
            "konverKeyHash",
            "konver_api_key_sha256",
            "KONVER_URL",
            "konverCacheKey",
            "konver_company_key",
            "KONVER_KEY_VERSION",
            "konver_public_key",
            "X-Konver-Signature",
            "KONVER_COMPANY_ID",
        ] {
            assert_eq!(classify(name.as_bytes()), Class::Refused, "{name}");
        }
        for name in ["KONVERTER_API_KEY", "konversi_token", "KONVERGENCE_SECRET", "hubspot_token"] {
            assert_eq!(classify(name.as_bytes()), Class::Foreign, "{name}");
        }
        assert_eq!(classify(b"konver_proti"), Class::Other);
    }

    #[test]
    fn neutral_names_and_headers() {
        for name in ["api_key", "token", "apiKey", "API_TOKEN", "accessToken", "secret", "PROD_KEY", "API_KEY"] {
            assert_eq!(classify(name.as_bytes()), Class::Neutral, "{name}");
        }
        for name in ["X-Api-Key", "x-api-key", "xApiKey", "http.request.header.x-api-key", "HTTP_X_API_KEY"] {
            assert_eq!(classify(name.as_bytes()), Class::Header, "{name}");
        }
        assert_eq!(classify(b"X-Api-Key-Id"), Class::Refused);
        assert_eq!(classify(b"webhookSecret"), Class::NeutralHook);
    }
}
