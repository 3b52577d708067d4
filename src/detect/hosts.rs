//! Hosts that a text names: those of other vendors take evidence away.

use std::sync::LazyLock;

use regex::bytes::Regex;

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

/// Hosts: behind the slashes of an address, an at sign, `host` or `machine`; by a first label that only hosts have; quoted as a
/// whole, with an ending that is common and no file's.
const HOSTS: &str = concat!(
    r#"(?i-u)(?:(?:[a-z]://|["'(=]//|[\w.+-]@|\b(?:host|machine|server|domain|hostname):? +)((?:[a-z0-9-]+\.)+[a-z]{2,})"#,
    r"|(?:^|[^\w.-])((?:api|app|www|hooks|auth|gateway)\.(?:[a-z0-9-]+\.)*[a-z0-9-]+\.",
    r"(?:com|io|ai|net|org|co|app|cloud|eu|se|no|dk|de|nl|fr|uk|pl|es|it|ch|at|be|fi|us))\b",
    r#"|["'`]((?:[a-z0-9-]+\.)+(?:com|io|ai|net|org|co|app|cloud|eu|se|no|dk|de|nl|fr|uk|pl|es|it|ch|at|be|fi|us))[/:"'`])"#,
);

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

/// Where other vendors' hosts are named, as offsets in their order.
pub(super) fn others(bytes: &[u8]) -> Vec<usize> {
    static HOST: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(HOSTS).ok());
    let named = |found: regex::bytes::Captures<'_>| {
        (1..=3).find_map(|group| found.get(group).map(|it| (it.start(), it.as_bytes().to_ascii_lowercase())))
    };
    let foreign = |name: &[u8]| {
        let ours = name.split(|byte| b".-".contains(byte)).any(|label| label == b"konver");
        let nobody = NOBODY.iter().any(|host| name.ends_with(host.as_bytes()));
        // An API of its own is another service, wherever it is.
        let local = !name.starts_with(b"api.") && LOCAL.iter().any(|end| name.ends_with(end));
        !ours && !nobody && !local
    };
    let all = HOST.iter().flat_map(|regex| regex.captures_iter(bytes)).filter_map(named);
    all.filter(|(_, name)| foreign(name)).map(|(start, _)| start).collect()
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
            assert_eq!(others(text.as_bytes()), [] as [usize; 0], "{text}");
        }
    }
}
