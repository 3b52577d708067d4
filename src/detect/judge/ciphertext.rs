//! Encrypted and hashed values, as tools write them: a key may be inside, but not in the open. Certificates and public keys as
//! well, which are no secrets.

/// Beginnings, of whatever length the value is.
const MARKS: &[&str] = &[
    "ENC[",
    "ENC(",
    "$ANSIBLE_VAULT",
    "!vault",
    "{cipher}",
    "encrypted:",
    "enc:",
    "ENC:",
    "secure:",
    "vault:v1:",
    "vault:v2:",
    "-----BEGIN PGP MESSAGE",
    "-----BEGIN AGE ENCRYPTED",
    "age-encryption.org",
    "YWdlLWVuY3J5cHRpb24",
    "U2FsdGVkX1",
    "gAAAAA",
    "AQICAH",
    "01000000d08c9ddf",
    "AQAAANCMnd8",
    "$2a$",
    "$2b$",
    "$2y$",
    "$argon2",
    "$6$",
    "$5$",
    "$pbkdf2",
    "pbkdf2:",
    "pbkdf2_sha256$",
    "bcrypt:",
    "{SSHA}",
    "{SHA}",
    "{bcrypt}",
    "{noop}{cipher}",
    "eyJlbmMiOi",
    "eyJhbGciOiJSU0EtT0FFUC",
    "eyJhbGciOiJkaXIi",
    "EJ[1:",
    // DER of RSA and EC keys and certificates, OpenSSH's public keys, PEM once more in base64.
    "MIIBIjANBgkqhkiG9w0BAQEF",
    "MIICIjANBgkqhkiG9w0BAQEF",
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GN",
    "MFkwEwYHKoZIzj0CAQ",
    "MCowBQYDK2Vw",
    "AAAAB3NzaC1",
    "AAAAC3NzaC1",
    "LS0tLS1CRUdJTi",
];
/// Beginnings that only say something where the value is as long as what such a tool writes.
const LONG_MARKS: &[&str] =
    &["AgA", "AgB", "AgC", "AgD", "CiQA", "CiC", "wcBM", "wcFM", "hQIM", "hQEM", "hF4D", "kms:"];
/// The shortest sealed secret: an RSA-wrapped session key alone is longer.
const LONG: usize = 200;

/// Whether the value says of itself that it is encrypted or hashed.
pub(super) fn is_ciphertext(value: &[u8]) -> bool {
    let begins = |list: &[&str]| list.iter().any(|mark| value.starts_with(mark.as_bytes()));
    begins(MARKS) || (value.len() >= LONG && begins(LONG_MARKS))
}
