//! What a name says: the vendor's, a key's, a header's, or something that only looks like it.

mod lists;
mod split;
mod words;

use lists::ELSEWHERE;
pub(super) use words::Words;

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

const VENDOR: &[u8] = b"konver";

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
        "swift",
        "js",
        "mjs",
        "cjs",
        "ts",
        "tsx",
        "jsx",
        "py",
        "rb",
        "go",
        "rs",
        "java",
        "kt",
        "cs",
        "php",
        "vue",
        "svelte",
        "dart",
        "c",
        "h",
        "cpp",
        "m",
        "md",
        "rst",
        "txt",
        "json",
        "yaml",
        "yml",
        "toml",
        "xml",
        "html",
        "css",
        "scss",
        "sql",
        "sh",
        "ps1",
        "zip",
        "gz",
        "tgz",
        "tar",
        "pem",
        "crt",
        "lock",
        "log",
        "csv",
        "svg",
        "png",
        "proto",
        "ex",
        "exs",
        "exe",
        "xcconfig",
        "plist",
        "xib",
        "framework",
        "kts",
        "gradle",
        "ini",
        "cfg",
    ];
    let Some(dot) = name.iter().rposition(|&byte| byte == b'.') else { return false };
    let (stem, ending) = (name.get(..dot).unwrap_or_default(), name.get(dot + 1..).unwrap_or_default());
    stem.len() > 1 && ENDINGS.iter().any(|known| known.as_bytes() == ending)
}

/// The words of a name in front of those that say that it is a secret, or neutral ones: `vite`, `enrich` of `VITE_ENRICH_API_KEY`.
/// None where they are all neutral.
pub(super) fn stem(name: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Words::new(name).0;
    while words.last().is_some_and(|last| is_in(last, lists::THINGS) || is_in(last, lists::FILLERS)) {
        words.pop();
    }
    words
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
