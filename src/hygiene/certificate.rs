//! The check of certificates switched off where the key is sent.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::check::{File, Observation, is_comment};
use super::speech::Speech;

/// Switches of one call, client or session, by language.
const SWITCHES: &[&str] = &[
    // Python: requests, httpx, aiohttp, ssl, urllib3.
    r#"\bverify["']?\s*(?:=|:)\s*(?:False|CERT_NONE)\b"#,
    r"\b(?:verify_ssl|ssl_verify|verify_certs|check_hostname)\s*=\s*False\b",
    r"\bssl\s*=\s*False\b",
    r#"\bcert_reqs\s*=\s*(?:ssl\.CERT_NONE|["']CERT_NONE)"#,
    r"\bverify_mode\s*=\s*ssl\.CERT_NONE\b",
    r"\bcontext\s*=\s*ssl\._create_unverified_context\b",
    // JavaScript and TypeScript.
    r#"\brejectUnauthorized["']?\s*:\s*false\b"#,
    r#"\bstrictSSL["']?\s*:\s*false\b"#,
    // Shells; those that are words of a command are in TOOLS.
    r#"\bcurl["'],(?:[^\]\n]{0,200},)?\s*["'](?:-[a-zA-Z]*k|--insecure)["']"#,
    r"-SkipCertificateCheck\b",
    // Go.
    r"\bInsecureSkipVerify\s*[:=]\s*true\b",
    r"\bSetTLSClientConfig\(&tls\.Config\{\s*InsecureSkipVerify:\s*true",
    // C# and other .NET.
    r"\bServer(?:CertificateCustomValidationCallback|CertificateValidationCallback)\s*\+?=\s*(?:[^;{}]{0,160}=>\s*true\b|(?:\w+\.)*DangerousAcceptAnyServerCertificateValidator|[^;{}]{0,160}=>\s*\{\s*return true|delegate[^{;]{0,160}\{\s*return true)",
    r"\bRemoteCertificateValidationCallback\s*=\s*[^;{}]{0,160}=>\s*true\b",
    // Rust.
    r"\bdanger_accept_invalid_(?:certs|hostnames)\(\s*true\s*\)",
    // PHP.
    r"\bCURLOPT_SSL_VERIFY(?:PEER|HOST)\s*(?:,|=>)\s*(?:false|0)\b",
    r#"["']verify(?:_peer|_peer_name)?["']\s*=>\s*false\b"#,
    r"\bwithoutVerifying\(\s*\)",
    // Ruby, Perl, Elixir.
    r"\bverify_mode\s*(?:=|:|=>)\s*(?:OpenSSL::SSL::)?VERIFY_NONE\b",
    r"\bssl:\s*\{\s*verify:\s*false\b",
    r"\bverify:\s*(?:false|:verify_none)\b",
    r"\bverify_hostname\s*=>\s*0\b",
    r"\bSSL_verify_mode\s*=>\s*(?:0|SSL_VERIFY_NONE|IO::Socket::SSL::SSL_VERIFY_NONE)",
    // Java, Kotlin, Scala, Dart, Swift.
    r"\b(?:NoopHostnameVerifier|TrustAllStrategy|TrustAllCertificates|InsecureTrustManagerFactory|ALLOW_ALL_HOSTNAME_VERIFIER)\b",
    r"(?i:hostnameVerifier)\s*[({]\s*(?:\(?\s*\w+\s*,\s*\w+\s*\)?\s*->\s*true|_\s*,\s*_\s*->\s*true)",
    r"\bbadCertificateCallback\s*=\s*[^;]{0,160}=>\s*true\b",
];

/// Switches of a whole process.
const GLOBAL: &[&str] = &[
    r#"\bNODE_TLS_REJECT_UNAUTHORIZED\b["'\]]*\s*[:=]\s*["'`]?0\b"#,
    r"\b_create_default_https_context\s*=\s*ssl\._create_unverified_context\b",
    r#"\bPYTHONHTTPSVERIFY\b["'\]]*\s*[:=]\s*["']?0\b"#,
    r"\bENV\s+NODE_TLS_REJECT_UNAUTHORIZED\s+0\b",
];

/// Switches that are words of a shell's command, each with the commands that know it.
const TOOLS: &[(&str, &str)] = &[
    (r"\s(?:-[a-zA-Z]*k[a-zA-Z]*|--insecure)(?:\s|$)", r"\bcurl(?:\.exe)?\s"),
    (r"\s--no-check-certificate\b", r"\bwget\s"),
    (r"\s--verify[= ](?:no|false)\b", r"\b(?:https?|xhs?)\s"),
];

/// The switches of commands, each from the command's name on: a marker can only stand there.
fn of_commands(bytes: &[u8]) -> Vec<Range<usize>> {
    const REACH: usize = 1000;
    static WORDS: LazyLock<Vec<(Regex, Regex)>> = LazyLock::new(|| {
        let compile = |pattern: &str| Regex::new(&format!("(?m-u){pattern}")).ok();
        TOOLS.iter().filter_map(|(switch, tool)| Some((compile(switch)?, compile(tool)?))).collect()
    });
    let mut places = Vec::new();
    for (switch, tool) in WORDS.iter() {
        for found in switch.find_iter(bytes) {
            let from = found.start().saturating_sub(REACH);
            let before = bytes.get(from..=found.start()).unwrap_or_default();
            let last = tool.find_iter(before).last();
            let rest = last.and_then(|name| before.get(name.end()..));
            if let (Some(name), true) = (last, rest.is_some_and(is_one_command)) {
                places.push(from + name.start()..found.end());
            }
        }
    }
    places
}

/// Whether no command ends in a text: at a line's end that nothing joins to the next, or at `|`, `;` or `&&`.
fn is_one_command(text: &[u8]) -> bool {
    let mut previous = b' ';
    text.iter().filter(|&&byte| byte != b'\r').all(|&byte| {
        let ends = match byte {
            b'|' | b';' => true,
            b'&' => previous == b'&',
            b'\n' => !b"\\`^".contains(&previous),
            _ => false,
        };
        previous = byte;
        !ends
    })
}

/// Every switch that holds where the API is spoken to.
pub(super) fn check(file: &File<'_>) -> Vec<Observation> {
    static OFF: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("(?-u){}", SWITCHES.join("|"))).ok());
    static ALL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("(?-u){}", GLOBAL.join("|"))).ok());
    let bytes = file.text.bytes();
    let find = |regex: &'static LazyLock<Option<Regex>>| {
        let found = regex.iter().flat_map(|regex| regex.find_iter(bytes)).map(|found| found.range());
        found.filter(|place| !is_comment(file.text, place.start)).collect::<Vec<_>>()
    };
    let (mut off, all) = (find(&OFF), find(&ALL));
    off.extend(of_commands(bytes).into_iter().filter(|place| !is_comment(file.text, place.start)));
    if off.is_empty() && all.is_empty() {
        return Vec::new();
    }
    let speech = Speech::new(file.text);
    let off = off.into_iter().filter(|place| is_of_a_request(file, &speech, place));
    let all = all.into_iter().filter(|place| speech.names_ours() && !speech.is_others_line(place.start));
    let mut places: Vec<_> = off.filter(|place| speech.is_ours(place)).chain(all).collect();
    places.sort_by_key(|place| place.start);
    places.dedup_by_key(|place| file.text.line_at(place.start));
    let observe = |span| Observation {
        rule: "certificate-check-off",
        span,
        message: "the API's certificate is not checked, so whoever stands between can take its place and read the key"
            .into(),
    };
    places.into_iter().map(observe).collect()
}

/// Whether a switch whose name other things have as well (a token's signature, a database's TLS) is one of a request: in Python by
/// the call that it is given to, elsewhere by the language.
fn is_of_a_request(file: &File<'_>, speech: &Speech<'_>, place: &Range<usize>) -> bool {
    static CALL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let verbs =
            "get|post|put|patch|delete|head|options|request|send|stream|client|session|fetch|call|urlopen|dict|partial";
        Regex::new(&format!(r"(?i-u)(?:{verbs})\w*$")).ok()
    });
    let switch = file.text.bytes().get(place.clone()).unwrap_or_default();
    let path = file.path.to_ascii_lowercase();
    if switch.starts_with(b"verify:") {
        return [&b".rb"[..], b".ex", b".exs", b".rake", b".cr"].iter().any(|end| path.ends_with(end));
    }
    let python = switch.ends_with(b"False") && (switch.starts_with(b"verify") || switch.starts_with(b"ssl"));
    let attribute = place.start.checked_sub(1).and_then(|at| file.text.bytes().get(at)) == Some(&b'.');
    let before = speech.before_bracket(place.start, 60).trim_ascii_end();
    !python || attribute || before.is_empty() || CALL.as_ref().is_some_and(|call| call.is_match(before))
}
