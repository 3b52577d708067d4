//! What a variable's name says of its value.

/// The words of a name, lower case: parts between marks, and between small and capital letters (`konverApiKey`).
fn words(name: &[u8]) -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = vec![Vec::new()];
    let mut before = 0_u8;
    for (at, &byte) in name.iter().enumerate() {
        let next_is_small = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let begins = byte.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || before.is_ascii_digit() || before.is_ascii_uppercase() && next_is_small);
        if (begins || !byte.is_ascii_alphanumeric()) && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(Vec::new());
        }
        if let (true, Some(word)) = (byte.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(byte.to_ascii_lowercase());
        }
        before = byte;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Words that say that a value is secret.
const SECRET: &[&str] = &[
    "key",
    "keys",
    "apikey",
    "apikeys",
    "secret",
    "secrets",
    "token",
    "tokens",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "pass",
    "credential",
    "credentials",
    "creds",
    "auth",
    "apitoken",
    "accesskey",
    "accesstoken",
    "secretkey",
    "privatekey",
    "authtoken",
    "pat",
];
/// Words behind which a key or token is none: its name, its file, its kind.
const ABOUT: &[&str] = &[
    "name",
    "names",
    "id",
    "ids",
    "path",
    "file",
    "dir",
    "url",
    "uri",
    "header",
    "prefix",
    "length",
    "type",
    "version",
    "expiry",
    "expires",
    "ttl",
    "timeout",
    "enabled",
    "algorithm",
    "format",
    "count",
    "limit",
    "field",
    "column",
    "param",
    "placeholder",
    "label",
    "rotation",
];
/// Words before which a key is none.
const OPEN: &[&str] = &["public", "publishable", "primary", "foreign", "partition", "sort", "cache", "ssh"];

/// Whether a variable's name says that its value is secret, whoever's it may be.
pub fn is_secret_name(name: &[u8]) -> bool {
    let words = words(name);
    let is = |word: &Vec<u8>, list: &[&str]| list.iter().any(|known| known.as_bytes() == word);
    let ends = |word: &Vec<u8>| GLUED.iter().any(|tail| word.ends_with(tail.as_bytes()));
    let Some(at) = words.iter().rposition(|word| is(word, SECRET) || ends(word)) else { return false };
    let open = at.checked_sub(1).and_then(|at| words.get(at)).is_some_and(|word| is(word, OPEN));
    !open && !words.iter().skip(at + 1).any(|word| is(word, ABOUT))
}

/// Words that say so also at the end of a word in which nothing marks where they begin.
const GLUED: &[&str] =
    &["apikey", "secretkey", "accesskey", "privatekey", "konverkey", "password", "passwd", "secret", "token"];

/// Whether a variable's name speaks of a Konver key: the vendor as a part of the name, and key, token or secret.
pub fn names_konver_key(name: &[u8]) -> bool {
    names_konver(name) && is_secret_name(name)
}

/// Whether the vendor's name is a part of its own: not the stem of `konversi` or `konvertieren`.
pub fn names_konver(name: &[u8]) -> bool {
    let known = |rest: &[u8]| rest.is_empty() || SECRET.iter().chain(VENDOR_TAILS).any(|tail| rest == tail.as_bytes());
    words(name).iter().any(|word| word.strip_prefix(b"konver").is_some_and(known))
}

/// What may stand glued to the vendor's name in lower case: `konverai`, `konverapi`, `konverapikey`.
const VENDOR_TAILS: &[&str] =
    &["ai", "api", "aikey", "aiapikey", "aitoken", "client", "sdk", "webhook", "webhooksecret", "prod", "live", "test"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_konver_keys() {
        for name in [
            "KONVER_API_KEY",
            "konverApiKey",
            "konver-api-key",
            "KonverKey",
            "konver.api.key",
            "KONVER_TOKEN",
            "Konver__ApiKey",
            "NEXT_PUBLIC_KONVER_API_KEY",
            "KONVER_WEBHOOK_SECRET",
            "konverapikey",
            "KONVERAI_API_KEY",
            "KONVER_API_KEY_PROD",
            "myKonverSecret",
            "konver_ai_token",
            "VITE_KONVER_KEY",
        ] {
            assert!(names_konver_key(name.as_bytes()), "{name}");
        }
        for name in [
            "konversi_key",
            "konvertera_token",
            "KONVER_API_URL",
            "konver_locale",
            "OTHER_API_KEY",
            "konverter_key",
            "KONVER_PUBLIC_KEY",
            "KONVER_API_KEY_HEADER",
        ] {
            assert!(!names_konver_key(name.as_bytes()), "{name}");
        }
    }
}
