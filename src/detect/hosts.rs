//! Hosts that a text names: those of other vendors take evidence away.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::bytes::Regex;

use super::name::{Class, Words, classify};

/// Hosts that are no vendor's: examples, this machine, and homes of formats and code.
const NOBODY: &[&str] = &[
    "localhost",
    "example.com",
    "example.org",
    "example.net",
    "example.nl",
    "example.de",
    "w3.org",
    "json-schema.org",
    "schemastore.org",
    "getpostman.com",
    "apache.org",
    "microsoft.com",
    "github.com",
    "githubusercontent.com",
    "googleusercontent.com",
    "gserviceaccount.com",
    "npmjs.org",
    "npmjs.com",
    "npmjs.com",
    "pypi.org",
    "maven.org",
    "nuget.org",
    "docker.io",
    "ghcr.io",
    "gitlab.com",
    "docker.com",
    "schema.org",
    "xml.org",
    "xmlsoap.org",
    "apple.com",
    "android.com",
    "jenkins.io",
    "helm.sh",
    "k8s.io",
    "kubernetes.io",
    "terraform.io",
    "hashicorp.com",
    "gstatic.com",
    "jsdelivr.net",
    "unpkg.com",
    "yarnpkg.com",
    "crates.io",
    "rubygems.org",
    "packagist.org",
    "nodesource.com",
    "debian.org",
    "ubuntu.com",
    "swagger.io",
    "openapis.org",
    "editorconfig.org",
    "spring.io",
    "springframework.org",
    "jetbrains.com",
    "mozilla.org",
    "ietf.org",
    "creativecommons.org",
    "opensource.org",
    "shields.io",
    "vitejs.dev",
    "nuxt.com",
    "nextjs.org",
    "reactjs.org",
    "python.org",
    "golang.org",
    "flutter.dev",
    "dart.dev",
    "pub.dev",
    "php.net",
    "ruby-lang.org",
];

/// Hosts: behind the slashes of an address, `host` or `machine`; by a first label that only hosts have; quoted as a whole, with
/// an ending that is common and no file's; behind the at sign of a mailbox.
const HOSTS: &str = concat!(
    r#"(?i-u)(?:(?:[a-z]://|["'(=]//|\b(?:host|machine|server|domain|hostname):? +)((?:[a-z0-9-]+\.)+[a-z]{2,})"#,
    r"|(?:^|[^\w.-])((?:api|app|www|hooks|auth|gateway)\.(?:[a-z0-9-]+\.)*[a-z0-9-]+\.",
    r"(?:com|io|ai|net|org|co|app|cloud|eu|se|no|dk|de|nl|fr|uk|pl|es|it|ch|at|be|fi|us))\b",
    r#"|["'`]((?:[a-z0-9-]+\.)+(?:com|io|ai|net|org|co|app|cloud|eu|se|no|dk|de|nl|fr|uk|pl|es|it|ch|at|be|fi|us))[/:"'`]"#,
    r"|[\w.+-]@((?:[a-z0-9-]+\.)+[a-z]{2,}))",
);

/// Names of fields whose address is not where a request goes.
const NOT_WHERE: &[&[u8]] = &[
    b"origin",
    b"referer",
    b"referrer",
    b"user-agent",
    b"useragent",
    b"homepage",
    b"initiator",
    b"help",
    b"author",
    b"xmlns",
];

/// Endings of names that are this machine's, a test's or a private network's.
const LOCAL: &[&[u8]] =
    &[b".local", b".internal", b".test", b".invalid", b".example", b".svc", b".lan", b".localdomain"];

/// Whether the text names the vendor's domain, in any case.
pub(super) fn names_ours(text: &[u8]) -> bool {
    const OURS: &[u8] = b"konver.ai";
    let mut places = text.windows(OURS.len()).enumerate().filter(|(_, part)| part.eq_ignore_ascii_case(OURS));
    // `notkonver.ai` and `konver.aim` are other domains.
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    places.any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        !before.is_some_and(joins) && !text.get(at + OURS.len()).is_some_and(joins)
    })
}

/// The host of somebody else.
pub(super) struct Other {
    /// Where it is named.
    pub(super) start: usize,
    /// It is where a mailbox is, and nothing that is asked.
    pub(super) mailbox: bool,
}

/// Where other vendors' hosts are named, in their order.
pub(super) fn others(bytes: &[u8]) -> Vec<Other> {
    static HOST: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(HOSTS).ok());
    let named = |found: regex::bytes::Captures<'_>| {
        let (group, host) = (1..=4).find_map(|group| Some((group, found.get(group)?)))?;
        let asked = is_asked(bytes, found.get(0)?.start());
        (is_somebody(host.as_bytes()) && asked).then_some(Other { start: host.start(), mailbox: group == 4 })
    };
    HOST.iter().flat_map(|regex| regex.captures_iter(bytes)).filter_map(named).collect()
}

/// Whether a host is another vendor's.
fn is_somebody(host: &[u8]) -> bool {
    let name = host.to_ascii_lowercase();
    let ours = name.split(|byte| b".-".contains(byte)).any(|label| label == b"konver");
    let nobody = NOBODY.iter().any(|host| name.ends_with(host.as_bytes()));
    // An API of its own is another service, wherever it is.
    let local = !name.starts_with(b"api.") && LOCAL.iter().any(|end| name.ends_with(end));
    !ours && !nobody && !local
}

/// Whether nothing in front of an address on its line says that it is not where a request goes: who sends it, or where help is.
fn is_asked(bytes: &[u8], start: usize) -> bool {
    const NEAR: usize = 60;
    let before = bytes.get(start.saturating_sub(NEAR)..start).unwrap_or_default();
    let line = before.rsplit(|&byte| byte == b'\n').next().unwrap_or_default().to_ascii_lowercase();
    !line.split(|byte| !byte.is_ascii_alphabetic() && *byte != b'-').any(|word| NOT_WHERE.contains(&word))
}

/// Where an address that a name stands for is used by that name, and whether it is the vendor's: `${GATEWAY}/ratings`. A name
/// that stands for addresses of both says nothing.
pub(super) fn by_name(bytes: &[u8]) -> Vec<(usize, bool)> {
    /// So many names of a text are looked at.
    const MOST: usize = 64;
    static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?-u)\b([A-Za-z_]\w{3,})['"]?\s*(?::\s*[\w&' ]+)?(?::=|=>|=|:)\s*["'`]?https?://([\w.-]+)"#).ok()
    });
    let mut names: HashMap<&[u8], (bool, bool)> = HashMap::new();
    for found in NAMED.iter().flat_map(|regex| regex.captures_iter(bytes)).take(MOST) {
        // `"value": "https://..."` names no address.
        let says = |name: &[u8]| {
            !matches!(classify(name), Class::Slot | Class::Neutral)
                && !Words::new(name).is_filler()
                && !NOT_WHERE.contains(&name.to_ascii_lowercase().as_slice())
        };
        if let (Some(name), Some(host)) = (found.get(1).filter(|name| says(name.as_bytes())), found.get(2)) {
            let (ours, others) = names.entry(name.as_bytes()).or_default();
            *ours |= names_ours(host.as_bytes());
            *others |= is_somebody(host.as_bytes());
        }
    }
    names.retain(|_, (ours, others)| *ours != *others);
    let (names, whose): (Vec<&[u8]>, Vec<bool>) = names.into_iter().map(|(name, (ours, _))| (name, ours)).unzip();
    if names.is_empty() {
        return Vec::new();
    }
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let uses = AhoCorasick::new(names).ok();
    let found = uses.iter().flat_map(|uses| uses.find_overlapping_iter(bytes)).filter(|found| {
        let before = found.start().checked_sub(1).and_then(|at| bytes.get(at));
        !before.is_some_and(part) && !bytes.get(found.end()).is_some_and(part)
    });
    found.filter_map(|found| Some((found.start(), *whose.get(found.pattern().as_usize())?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_others_are_found_with_and_without_a_scheme() {
        for text in [
            "https://api.lusha.com/v1",
            "host == \"api.cognism.com\"",
            "machine git.acme.io login x",
            "// api.uc.se, contract 4411",
            "ops@brightloft.io",
            "Make(\"enin\", 'enin.ai')",
        ] {
            assert_eq!(others(text.as_bytes()).len(), 1, "{text}");
        }
    }

    #[test]
    fn names_of_code_and_homes_of_formats_are_no_hosts() {
        for text in [
            "@dataclasses.dataclass",
            "this.app.service.value",
            "konver-auth.headers.customRequestHeaders",
            "http://localhost:3000",
            "https://api.konver.ai/v1",
            "https://www.w3.org/2001/XMLSchema",
            "https://erp.internal/odata",
            "//ApiKeyAuth.apiKeyPrefix = 'Token';",
            "\"state.sqlite\"",
        ] {
            assert!(others(text.as_bytes()).is_empty(), "{text}");
        }
    }

    #[test]
    fn who_asks_is_not_who_is_asked() {
        for text in ["\"origin\", \"value\": \"https://app.acme.io\"", "User-Agent: sync (+https://acme.io/bot)"] {
            assert!(others(text.as_bytes()).is_empty(), "{text}");
        }
        assert!(others(b"ops@acme.io").first().is_some_and(|other| other.mailbox));
    }

    #[test]
    fn addresses_are_used_by_their_names() {
        let text = "const GATEWAY = 'https://x.acme.io/prod';\nROOT: 'https://api.konver.ai',\nfetch(`${GATEWAY}/a`); GATEWAYS";
        let mut used = by_name(text.as_bytes());
        used.sort_unstable();
        let lines: Vec<_> = used.iter().map(|(at, ours)| (text[..*at].matches('\n').count(), *ours)).collect();
        assert_eq!(lines, [(0, false), (1, true), (2, false)]);
        let others =
            "base = 'https://api.konver.ai'; base = 'https://api.acme.io'; value: 'https://api.acme.io'; value";
        assert!(by_name(others.as_bytes()).is_empty());
    }
}
