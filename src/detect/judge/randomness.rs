//! Whether a value looks drawn at random rather than written: what words, sequences, dates and paths leave of it.

use super::{Strength, model, predictable};

/// A run of characters this much likelier (as a logarithm) as words than by chance is words: chance makes one in a hundred
/// keys lose a few characters to it, and no key many.
const WORDLY: f32 = 8.0;

/// What words reach for each of their characters, at least: real ones reach twice as much.
const PER_CHARACTER: f32 = 0.35;

/// Whether enough of the value is random to be a key.
pub(super) fn is_random(value: &[u8], strength: Strength) -> bool {
    if is_named_otherwise(value) {
        return false;
    }
    if is_uuid(value) {
        return strength > Strength::Weak && digits_only(value).len() < value.len();
    }
    if uuids(value) > 1 {
        return false;
    }
    let has = |class: fn(&u8) -> bool| value.iter().any(class);
    let letters = has(u8::is_ascii_alphabetic);
    let mixed = has(u8::is_ascii_digit) || has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    if !letters || (strength == Strength::Weak && !mixed) {
        return false;
    }
    random_characters(value, &predictable::predictable(value)) >= needed(value, strength)
}

/// How many random characters a key of this length has at least. Short keys cannot spare as many as long ones.
fn needed(value: &[u8], strength: Strength) -> usize {
    let characters = value.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
    match strength {
        Strength::Strong => (characters / 2).clamp(8, 9),
        Strength::Medium => (characters * 5 / 8).clamp(10, 12),
        Strength::Weak => (characters * 5 / 8).clamp(12, 14),
    }
}

/// How many letters and digits belong neither to a word nor to what `taken` marks. Pieces of three and fewer, and numbers
/// that stand alone (dates, versions, ports), prove nothing.
pub(super) fn random_characters(value: &[u8], taken: &[bool]) -> usize {
    // In padded base64, slashes and pluses part nothing.
    let padded = value.ends_with(b"=") || memchr::memmem::find(value, b"==").is_some();
    let joins = |byte: u8| padded && (byte == b'+' || byte == b'/');
    let characters: Vec<(u8, bool)> =
        value.iter().copied().zip(taken.iter().copied()).filter(|&(byte, _)| !joins(byte)).collect();
    let pieces = characters.split(|(byte, _)| !byte.is_ascii_alphanumeric());
    let proves = |piece: &&[(u8, bool)]| piece.len() > 3 && !piece.iter().all(|(byte, _)| byte.is_ascii_digit());
    let left = |piece: &[(u8, bool)]| {
        let left: Vec<u8> = piece.iter().filter(|(_, taken)| !taken).map(|(byte, _)| *byte).collect();
        unworded(&left)
    };
    pieces.filter(proves).map(left).sum()
}

/// How many characters of a piece stand outside of its words.
fn unworded(piece: &[u8]) -> usize {
    if piece.is_empty() {
        return 0;
    }
    let ratios = model::ratios(piece);
    let total: f32 = ratios.iter().sum();
    let least = ratios.iter().fold(0.0, |least, _| least + PER_CHARACTER);
    // A piece in one case, without digits, is a word before it is anything else.
    let cased = |class: fn(&u8) -> bool| piece.iter().all(class);
    let bonus = if cased(u8::is_ascii_lowercase) || cased(u8::is_ascii_uppercase) { 8.0 } else { 0.0 };
    if total + bonus > least { 0 } else { outside_of_words(&ratios) }
}

/// Takes the wordliest run away as long as there is one; what remains, in characters.
fn outside_of_words(ratios: &[f32]) -> usize {
    let (mut best, mut span) = (0.0, 0..0);
    let (mut sum, mut start) = (0.0, 0);
    for (at, ratio) in ratios.iter().enumerate() {
        if sum <= 0.0 {
            (sum, start) = (0.0, at);
        }
        sum += ratio;
        if sum > best {
            (best, span) = (sum, start..at + 1);
        }
    }
    if best < WORDLY {
        return ratios.len();
    }
    let side = |part: Option<&[f32]>| part.map_or(0, outside_of_words);
    side(ratios.get(..span.start)) + side(ratios.get(span.end..))
}

/// The groups of a UUID, whatever stands in them.
/// How many UUIDs stand in the value: an address of something is made of several, no key is.
fn uuids(value: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    while let Some(window) = value.get(at..at + 36) {
        if is_uuid_like(window) {
            count += 1;
            at += 36;
        } else {
            at += 1;
        }
    }
    count
}

/// Whether the value has the form of a UUID.
pub(in crate::detect) fn is_uuid_like(value: &[u8]) -> bool {
    let groups = value.split(|&byte| byte == b'-');
    groups.map(<[u8]>::len).eq([8, 4, 4, 4, 12]) && value.iter().all(|&byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn is_uuid(value: &[u8]) -> bool {
    let digits: Vec<u8> = value.iter().copied().filter(|&byte| byte != b'-').collect();
    let left = || predictable::predictable(&digits).iter().filter(|taken| !**taken).count();
    is_uuid_like(value) && left() >= 12
}

fn digits_only(value: &[u8]) -> Vec<u8> {
    value.iter().copied().filter(|&byte| byte.is_ascii_digit() || byte == b'-').collect()
}

/// What says itself that it is something else: digests, addresses, files, public keys, pictures, numbers.
fn is_named_otherwise(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let begins = |list: &[&str]| list.iter().any(|start| lower.starts_with(start.as_bytes()));
    let ends = |list: &[&str]| list.iter().any(|end| lower.ends_with(end.as_bytes()));
    let holds = |text: &str| memchr::memmem::find(&lower, text.as_bytes()).is_some();
    let raw = |list: &[&str]| list.iter().any(|start| value.starts_with(start.as_bytes()));
    begins(DIGESTS)
        || holds("://")
        || (begins(RELATIVE) || (lower.contains(&b'/') && lower.contains(&b'.')))
        || is_absolute(value)
        || is_trace(value)
        || ends(EXTENSIONS)
        || ends(DOMAINS)
        || raw(FILES)
        || (value.len() > 100 && raw(KEY_FILES))
}

/// The ids of a trace and a span, as `traceparent` and `sentry-trace` write them: 32 and 16 hexadecimal digits, flags around.
fn is_trace(value: &[u8]) -> bool {
    let hex = |part: &&[u8], length: usize| part.len() == length && part.iter().all(u8::is_ascii_hexdigit);
    let parts: Vec<&[u8]> = value.split(|&byte| byte == b'-').collect();
    match parts.as_slice() {
        [version, trace, span, flags] => hex(version, 2) && hex(trace, 32) && hex(span, 16) && hex(flags, 2),
        [trace, span] => hex(trace, 32) && hex(span, 16),
        [trace, span, sampled] => hex(trace, 32) && hex(span, 16) && hex(sampled, 1),
        _ => false,
    }
}

/// `/words/...`: several folders, of which the first is in small letters.
fn is_absolute(value: &[u8]) -> bool {
    let mut parts = value.split(|&byte| byte == b'/');
    let rooted = parts.next().is_some_and(<[u8]>::is_empty);
    let word = |part: &[u8]| part.len() >= 3 && part.iter().all(u8::is_ascii_lowercase);
    !value.ends_with(b"=") && rooted && parts.next().is_some_and(word) && parts.count() >= 2
}

const DIGESTS: &[&str] = &[
    "sha1:", "sha1-", "sha256:", "sha256-", "sha384-", "sha384:", "sha512:", "sha512-", "md5:", "md5-", "crc32:", "h1:",
];
const RELATIVE: &[&str] = &["./", "../", "~/"];
const EXTENSIONS: &[&str] = &[
    ".pem",
    ".key",
    ".crt",
    ".cer",
    ".p12",
    ".pfx",
    ".jks",
    ".json",
    ".jsonc",
    ".yml",
    ".yaml",
    ".toml",
    ".ini",
    ".xml",
    ".txt",
    ".md",
    ".env",
    ".conf",
    ".cfg",
    ".js",
    ".mjs",
    ".cjs",
    ".ts",
    ".tsx",
    ".jsx",
    ".css",
    ".scss",
    ".html",
    ".map",
    ".py",
    ".rb",
    ".php",
    ".java",
    ".kt",
    ".cs",
    ".go",
    ".rs",
    ".sh",
    ".sql",
    ".csv",
    ".log",
    ".png",
    ".jpg",
    ".jpeg",
    ".svg",
    ".gif",
    ".ico",
    ".webp",
    ".woff",
    ".woff2",
    ".ttf",
    ".zip",
    ".gz",
    ".tgz",
    ".tar",
    ".jar",
    ".whl",
    ".exe",
    ".dll",
    ".so",
    ".lock",
    ".bak",
    ".tmp",
    ".vue",
    ".swift",
    ".dart",
    ".properties",
    ".plist",
    ".ipynb",
    ".pdf",
];
const DOMAINS: &[&str] = &[
    ".com",
    ".net",
    ".org",
    ".io",
    ".ai",
    ".dev",
    ".app",
    ".cloud",
    ".local",
    ".internal",
    ".localhost",
    ".invalid",
    ".test",
    ".example",
    ".de",
    ".fr",
    ".nl",
    ".uk",
    ".eu",
    ".at",
    ".ch",
    ".info",
    ".biz",
    ".svc",
    ".lan",
];
/// Beginnings of the base64 of pictures, documents, archives and public keys.
const FILES: &[&str] = &[
    "iVBORw0KGgo",
    "/9j/4AAQ",
    "/9j/4",
    "R0lGOD",
    "PHN2Zy",
    "PD94bWwg",
    "JVBERi0",
    "UEsDBB",
    "H4sIAA",
    "UklGR",
    "d09GRg",
    "d09GMg",
    "AAAAB3NzaC1",
    "AAAAC3NzaC1",
    "AAAAE2VjZHNh",
    "LS0tLS1CRUdJTi",
    "T2dnUw",
    "AAABAAEA",
];
/// Beginnings of the base64 of DER (certificates, public keys) and of `OpenPGP`'s keys.
const KEY_FILES: &[&str] = &["MII", "MFk", "MIG", "MHY", "mQIN", "mQEN", "xsBN", "xsFN", "mDME"];
