//! Values that name the place where the key is, rather than being it.

use memchr::memmem::find;

/// Beginnings of references: expansions, tags, addresses of secret stores, resources.
const BEGINNINGS: &[&str] = &[
    "$",
    "!",
    "@",
    "&",
    "#{",
    "op://",
    "vault:",
    "vault/",
    "vault://",
    "secret://",
    "secrets://",
    "ref+",
    "arn:",
    "gcp:",
    "azure:",
    "aws:",
    "akv:",
    "keyvault:",
    "azurekeyvault:",
    "ssm:",
    "ssm://",
    "sm://",
    "gsm:",
    "gcpsm:",
    "awssm:",
    "aws-ssm:",
    "secretref:",
    "secretsmanager:",
    "secretmanager:",
    "doppler:",
    "doppler://",
    "infisical:",
    "bws:",
    "keyring:",
    "keychain:",
    "pass:",
    "lpass:",
    "bitwarden:",
    "onepassword:",
    "file:",
    "file://",
    "env:",
    "env/",
    "exec:",
    "cmd:",
    "resolve:",
    "berglas://",
    "chamber:",
    "conjur:",
    "akeyless:",
    "kubernetes:",
    "k8s:",
    "configmap:",
    "os.environ/",
    "os.environ[",
    "secret/data/",
    "kv/data/",
    "projects/",
    "/run/secrets/",
    "async ",
    "await ",
    "new ",
    "var.",
    "local.",
    "module.",
    "each.",
    "function",
    "lambda ",
    "return ",
];
/// Names before a dot behind which a field is read.
const OWNERS: &[&str] = &[
    "secrets",
    "data",
    "var",
    "local",
    "env",
    "process",
    "os",
    "config",
    "conf",
    "cfg",
    "settings",
    "self",
    "this",
    "vars",
    "inputs",
    "steps",
    "needs",
    "github",
    "module",
    "params",
    "props",
    "import",
    "context",
    "ctx",
    "options",
    "opts",
    "values",
    "environment",
    "environ",
    "credentials",
    "creds",
    "request",
    "req",
    "args",
    "system",
    "window",
    "global",
    "globalthis",
    "import.meta",
    "meta",
    "builder",
    "configuration",
    "buildconfig",
    "nuxt",
    "runtime",
    "state",
    "store",
    "session",
    "object",
    "item",
    "event",
    "input",
    "output",
    "outputs",
    "matrix",
    "parameters",
    "variables",
    "pipeline",
    "resources",
    "aws_secretsmanager_secret_version",
    "random_password",
    "string",
    "std",
    "core",
];

/// Whether the value refers to a key that stands elsewhere.
pub(super) fn is_reference(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let holds = |text: &str| find(&lower, text.as_bytes()).is_some();
    let only_mark = lower.len() == 1;
    (!only_mark && BEGINNINGS.iter().any(|begin| lower.starts_with(begin.as_bytes())))
        || ["${", "$(", "{{", "}}", "<%", "%>", "{%", "#{", "::", "->", "?.", "=>", "&&", "||", "\\("]
            .iter()
            .any(|mark| holds(mark))
        || holds("/secrets/") && holds("projects/")
        || (holds("arn:aws") || holds(".vault.azure.net"))
        || is_enclosed(&lower)
        || is_format(&lower)
        || is_call_or_index(value)
        || is_field(&lower)
}

/// `%NAME%`, `{name}`, `__NAME__`, `:name`, `@@name@@`: what a template fills in.
fn is_enclosed(value: &[u8]) -> bool {
    let word = |inner: &[u8]| {
        !inner.is_empty() && inner.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-. ~:".contains(byte))
    };
    match value {
        [b'%', inner @ .., b'%'] | [b'%', b'{', inner @ .., b'}'] | [b'{', inner @ .., b'}'] | [b':', inner @ ..] => {
            word(inner)
        }
        [b'_', b'_', inner @ .., b'_', b'_'] => {
            word(inner) && inner.len() < 64 && !inner.iter().any(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// A format string's holes: `%s`, `{}`, `{0}`, `%(name)s`.
fn is_format(value: &[u8]) -> bool {
    let hole =
        |pair: &[u8]| matches!(pair, [b'%', b's' | b'd' | b'v' | b'q' | b'@' | b'('] | [b'{', b'}' | b'0'..=b'9']);
    value.windows(2).any(hole)
}

/// Code: `name(...)`, `name[...]`, `Type<...>`.
fn is_call_or_index(value: &[u8]) -> bool {
    let Some(at) = value.iter().position(|byte| b"([<".contains(byte)) else { return false };
    let name = value.get(..at).unwrap_or_default();
    !name.is_empty()
        && name.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"_.$@?!".contains(&byte))
        && name.first().is_some_and(|first| !first.is_ascii_digit())
}

/// `secrets.NAME`, `data.source.name`, `config.konver.apiKey`: identifiers joined by dots behind something that has fields.
fn is_field(lower: &[u8]) -> bool {
    let mut parts = lower.split(|&byte| byte == b'.');
    let owner = parts.next().unwrap_or_default();
    let has_fields = OWNERS.iter().any(|name| name.as_bytes() == owner);
    let identifier = |part: &[u8]| {
        part.first().is_some_and(|&first| first.is_ascii_alphabetic() || first == b'_')
            && part.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"_-!?".contains(&byte))
            && part.len() < 64
    };
    has_fields && lower.contains(&b'.') && parts.all(identifier)
}
