//! The words of which names are made, by what they say.

/// Words of which names of secrets are put together without a separator.
#[rustfmt::skip]
pub(super) const GLUED: &[&str] = &[
    "authorization", "credentials", "credential", "webhooks", "webhook", "signing", "private", "service", "secret",
    "client", "access", "bearer", "header", "config", "token", "hooks", "auth", "hook", "prod", "test", "live", "keys",
    "api", "key", "dev", "crm", "sdk", "ai", "x",
];

/// Words that name a secret.
#[rustfmt::skip]
pub(super) const THINGS: &[&str] = &[
    "key", "keys", "apikey", "apikeys", "token", "tokens", "secret", "secrets", "credential", "credentials", "creds",
    "cred", "password", "passwd", "pwd", "pass", "passphrase", "pat", "bearer", "sleutel", "apisleutel", "schluessel",
    "schlüssel", "schlussel", "cle", "clé", "clef", "clave", "chiave", "chave", "klucz", "nyckel", "nøgle", "nogle",
    "nøkkel", "nokkel", "avain", "anahtar", "anahtarı", "kunci", "kulcs", "klíč", "klic", "ключ", "密钥", "密鑰", "キー", "鍵",
    "키", "geheim", "geheimnis", "wachtwoord", "passwort", "zugangsschlüssel", "pw",
    "passord", "adgangskode", "lösenord", "salasana", "hasło", "haslo", "heslo", "jelszó", "parola", "şifre", "sifre",
    "hemmelighet", "hemmelighed", "hemlighet", "nyckeln", "nøkkelen", "nøglen", "nyckelen", "sleutels", "schlüssels",
    "hemmeligheten", "hemligheten", "tokenet", "avaimen", "klucza", "clés", "claves", "chaves", "chiavi",
];

/// Words beside a thing that leave its name neutral.
#[rustfmt::skip]
pub(super) const FILLERS: &[&str] = &[
    "x", "api", "http", "https", "header", "headers", "access", "client", "app", "my", "our", "the", "new", "old",
    "prod", "production", "dev", "development", "test", "testing", "staging", "stage", "live", "sandbox", "acc",
    "acceptance", "value", "env", "service", "rest", "user", "admin", "master", "main", "real", "demo", "backend",
    "remote", "upstream", "self", "this", "config", "configuration", "settings", "setting", "options", "option", "opts",
    "cfg", "params", "param", "props", "defaults", "default", "common", "const", "private", "auth", "authentication",
    "authorization", "secure", "static", "final", "string", "str", "let", "var", "val", "public", "readonly",
    "internal", "protected", "byte", "bytes", "char", "mut", "def", "set", "export", "local", "global", "declare", "de",
    "la", "le", "het", "der", "die", "den", "das", "is", "of", "for", "voor", "was", "were", "are", "equals", "named", "called", "unencrypted", "constant", "varchar2", "nvarchar2", "clob", "an", "a", "and", "p", "m", "k", "s", "v",
    "g", "request", "req", "session", "conn", "connection", "fallback", "current", "raw", "plain",
    "hard", "hardcoded", "org", "organisation", "organization", "account", "eu", "us", "nl",
    "text", "literal", "type", "basestring", "nvarchar", "varchar", "field", "input", "data", "code", "full", "own",
    "personal", "integration", "shared", "1", "2", "3", "01", "02", "v1", "v2", "vite", "react", "next", "nuxt", "expo",
    "gatsby", "tf", "stored", "saved", "it", "em", "um", "een", "ein", "eine", "un", "une",
    "use", "with", "std", "ptr", "cstr", "optional", "login",
];

/// What a type does with a thing: `KeyTransport`, `TokenInterceptor`.
#[rustfmt::skip]
pub(super) const ROLES: &[&str] = &[
    "transport", "interceptor", "middleware", "authenticator", "authorizer", "scheme", "handler",
];

/// Neutral words that say that something else of the vendor's is meant: `KONVER_ORG`.
#[rustfmt::skip]
pub(super) const ABOUT: &[&str] = &[
    "org", "organisation", "organization", "account", "user", "name", "data", "code", "type", "field", "text",
    "string", "config", "configuration", "settings", "options", "params", "for", "with", "of", "is",
    "the", "header", "headers",
];

/// Other services, and parts of an application that have secrets of their own: what stands below such a name is not Konver's.
#[rustfmt::skip]
pub(super) const ELSEWHERE: &[&str] = &[
    "database", "db", "postgres", "postgresql", "mysql", "mariadb", "mongo", "mongodb", "redis", "rabbitmq", "amqp",
    "kafka", "nats", "memcached", "elastic", "elasticsearch", "opensearch", "influx", "influxdb", "clickhouse", "smtp",
    "mail", "mailer", "email", "postmark", "mailgun", "mailjet", "mailchimp", "sendgrid", "brevo", "ses", "s3", "aws",
    "amazon", "azure", "gcp", "google", "firebase", "cloudflare", "heroku", "vercel", "netlify", "digitalocean", "stripe",
    "paypal", "adyen", "klarna", "twilio", "vonage", "slack", "discord", "telegram", "teams", "zoom", "github", "gitlab",
    "bitbucket", "jira", "atlassian", "sentry", "rollbar", "bugsnag", "datadog", "newrelic", "grafana", "prometheus",
    "loki", "posthog", "segment", "mixpanel", "amplitude", "hotjar", "intercom", "zendesk", "freshdesk", "helpscout",
    "openai", "anthropic", "mistral", "cohere", "gemini", "huggingface", "hubspot", "salesforce", "pipedrive", "zoho",
    "dynamics", "copper", "attio", "apollo", "clearbit", "lusha", "hunter", "cognism", "dropcontact", "zoominfo", "shopify",
    "magento", "woocommerce", "algolia", "meilisearch", "typesense", "contentful", "sanity", "strapi", "pusher", "ably",
    "mapbox", "linkedin", "facebook", "meta", "twitter", "okta", "auth0", "keycloak", "ldap", "saml", "jwt", "session",
    "sessions", "cookie", "cookies", "csrf", "crypt", "encryption", "cache", "queue", "vault", "consul", "docker",
    "registry", "npm", "pypi", "nexus", "artifactory", "sonar", "sonarqube", "jenkins", "pagerduty", "opsgenie", "wifi",
    "pushover", "xero", "quickbooks", "docusign", "calendly", "airtable", "notion", "asana", "trello", "monday",
];

/// Words with which a name ends that names no secret, though a thing is in it.
#[rustfmt::skip]
pub(super) const NO_SECRET_LAST: &[&str] = &[
    "id", "ids", "uuid", "guid", "hash", "sha", "sha1", "sha256", "sha512", "md5", "digest", "checksum", "fingerprint",
    "etag", "rev", "revision", "commit", "version", "url", "urls", "uri", "endpoint", "path", "file", "filename", "dir",
    "name", "names", "signature", "sig", "thumbprint", "nonce", "integrity", "cursor", "expiry", "expires", "ttl",
    "created", "rotated", "at", "last4", "label", "description", "verification", "count", "length", "len", "format",
    "pattern", "regex", "regexp", "placeholder", "hint", "arn", "ref", "reference", "env", "algorithm", "alg", "status",
    "hashed", "crc", "salt", "iv", "mac", "header", "pem", "by", "date", "time", "kid",
    "usage", "quota", "limit", "bucket", "rid", "sid", "qid", "tid", "pid", "uid", "gid", "oid", "cid", "traceid",
    "spanid", "requestid", "query", "mutation", "fragment", "subscription", "button", "dialog", "modal", "screen", "route",
    "migration", "etags", "hashes", "digests", "checksums", "fingerprints", "cursors", "commits", "revisions", "fixture",
    "snapshot", "icon", "asset", "chunk", "dsn", "cookie", "session", "model", "item",
    "store", "refresh", "rotation", "validator", "loader", "factory", "policy", "bidx",
];

/// Words before `key` (or `token`) that make it no secret.
#[rustfmt::skip]
pub(super) const NO_SECRET_BEFORE: &[&str] = &[
    "data", "cache", "sort", "storage", "injection", "company", "partition", "primary", "foreign", "public", "kms",
    "query", "object", "index", "translation", "i18n", "group", "order", "lookup", "feature", "registry", "row", "map",
    "surrogate", "natural", "business", "routing", "dedupe", "idempotency", "lock", "hash", "csrf", "xsrf", "page",
    "continuation", "pagination", "sync", "cursor", "next", "previous", "react", "list", "item", "shortcut", "hot",
    "vault", "encryption", "site", "event", "message", "request", "correlation", "trace", "sha256", "md5",
    "sha1", "integrity",
];

/// Words that are never part of the name of a key.
#[rustfmt::skip]
pub(super) const NO_SECRET_ANYWHERE: &[&str] = &[
    "fingerprint", "checksum", "thumbprint", "narhash", "encrypted", "ciphertext", "sealed",
];

/// Names of the place where a value stands whose own name stands beside it.
#[rustfmt::skip]
pub(super) const SLOTS: &[&str] = &[
    "value", "values", "val", "v", "default", "defaults", "content", "text", "data", "equalto", "example", "examples",
    "literal", "constant", "current_value", "currentvalue", "initialvalue", "initial_value", "defaultvalue", "default_value",
    "string", "secret_string", "secretstring", "plaintext", "raw", "body", "stringvalue", "string_value", "const",
    "headervalue", "header_value", "valuevalue", "option_value", "meta_value", "setting_value", "config_value", "td",
    "dd", "p", "code", "pre", "span", "b", "entry", "item", "return", "result", "answer", "expected", "actual", "to",
    "with", "input", "stringprop", "password", "secret", "payload", "fallback", "key_value", "keyvalue", "apikeyvalue",
    "env_value", "waarde", "wert", "valeur", "valor", "valore", "verdi", "værdi", "värde", "arvo", "wartość", "hodnota", "érték",
    "değer", "nilai", "s", "o", "echo", "out", "output", "returnvalue",
    "getorelse", "orelse", "matches", "exact", "contains", "is", "then", "else",
];
