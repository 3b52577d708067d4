//! Calls that say by their name what becomes of their arguments.

use super::is_name;

/// Calls that hold what they are given, under the name of what they are assigned to.
pub(super) const WRAPPERS: &[&[u8]] = &[
    b"ref",
    b"shallowRef",
    b"useRef",
    b"observable",
    b"signal",
    b"useState",
    b"writable",
    b"lazy",
    b"SecretStr",
    b"SecretString",
    b"SecretBox",
    b"SecretBytes",
];

/// Calls that read a secret.
pub(super) const READERS: &[&str] = &[
    "credentials",
    "getsecret",
    "get_secret",
    "getsecretvalue",
    "secretversion",
    "secret_version",
    "vault",
    "lookup",
    "resolve",
    "secretsmanager",
    "keyvault",
    "getparameter",
    "get_parameter",
];

/// Whether the call whose argument stands at `at` reads a secret by its name.
pub(super) fn is_read(bytes: &[u8], at: usize) -> bool {
    is_called_by(bytes, at, READERS)
}

/// Calls whose first argument names what the second one is the value of.
pub(super) const SETTERS: &[&str] = &[
    "define",
    "defconst",
    "putenv",
    "setenv",
    "setitem",
    "setproperty",
    "set_property",
    "set_env",
    "setenvironmentvariable",
    "set_var",
    "const_set",
    "set",
    "put",
    "put_new",
];

/// Whether what stands at `at` is an argument of one of these calls.
pub(super) fn is_called_by(bytes: &[u8], at: usize, calls: &[&str]) -> bool {
    let before = bytes.get(at.saturating_sub(120)..at).unwrap_or_default();
    let Some(open) = memchr::memrchr(b'(', before) else { return false };
    let before = before.get(..open).unwrap_or_default();
    let name = before.rsplit(|&byte| !is_name(byte)).next().unwrap_or_default().to_ascii_lowercase();
    let name = name.strip_suffix(b"async").unwrap_or(&name);
    calls.iter().any(|call| name.ends_with(call.as_bytes()))
}

/// Whether a call of this name makes a key of its second argument.
pub(super) fn is_key_import(name: &[u8]) -> bool {
    name.ends_with(b"importKey") || name.ends_with(b"import_key")
}
