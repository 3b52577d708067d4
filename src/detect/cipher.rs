//! What stands around a value and makes it no key: ciphertext that it is a part of, a call that fetches what it names.

use std::ops::Range;

use bstr::ByteSlice;

/// Whether the value is a part of ciphertext: of `ENC[...]` (sops, eyaml) or `EJ[...]`, behind the mark or the field of a tool
/// that encrypts, or in the lines behind `$ANSIBLE_VAULT`.
pub(super) fn is_within(bytes: &[u8], span: &Range<usize>) -> bool {
    let (above, line) = lines_before(bytes, span);
    is_enclosed(line) || is_marked(line) || is_vaulted(above) || is_sealed(above, line)
}

/// Whether the value is the id of a secret elsewhere, in a call or an expression that fetches it, or a digest.
pub(super) fn is_fetched(bytes: &[u8], span: &Range<usize>) -> bool {
    let (_, line) = lines_before(bytes, span);
    let open = |mark: &str, close: &str| {
        line.rfind(mark).is_some_and(|at| !line.get(at..).unwrap_or_default().contains_str(close))
    };
    let value = bytes.get(span.clone()).unwrap_or_default();
    let hex = value.iter().all(u8::is_ascii_hexdigit);
    let name = line.trim_end_with(|c| " \t\"':=".contains(c)).to_ascii_lowercase();
    let name = name.rsplit(|&byte| byte.is_ascii_whitespace() || b"\"'{,;(".contains(&byte)).next().unwrap_or_default();
    open("{{resolve:", "}}")
        || ["credentials(", "getSecret(", "get_secret(", "GetSecret("].iter().any(|call| open(call, ")"))
        || (hex && line.ends_with(b"@"))
        || (hex && ["checksum", "digest", "etag", "sha256", "sha1"].iter().any(|word| name.contains_str(word)))
}

/// The text above the value's line, and the line up to the value.
fn lines_before<'a>(bytes: &'a [u8], span: &Range<usize>) -> (&'a [u8], &'a [u8]) {
    let before = bytes.get(..span.start).unwrap_or_default();
    before.split_at(before.rfind_byte(b'\n').map_or(0, |at| at + 1))
}

/// Whether a bracket of ciphertext is open at the end of the line's beginning.
fn is_enclosed(line: &[u8]) -> bool {
    let open = |(open, close): &(&str, u8)| {
        line.rfind(open).is_some_and(|at| !line.get(at..).unwrap_or_default().contains(close))
    };
    [("ENC[", b']'), ("ENC(", b')'), ("EJ[", b']')].iter().any(open)
}

/// `{cipher}...`, `encrypted:...`, `vault:v1:...`; the field `secure` of CI services and Pulumi.
fn is_marked(line: &[u8]) -> bool {
    let field = line.trim_ascii_start().trim_start_with(|c| c == '-' || c == ' ');
    ["{cipher}", "encrypted:", "vault:v1:", "vault:v2:"].iter().any(|mark| line.ends_with_str(mark))
        || field.starts_with(b"secure:")
}

/// The data of a secret of Drone's, whose kind is written small.
fn is_sealed(above: &[u8], line: &[u8]) -> bool {
    line.starts_with(b"data:") && above.lines().rev().take(3).any(|line| line == b"kind: secret")
}

/// Whether only lines of hex stand between here and `$ANSIBLE_VAULT`.
fn is_vaulted(before: &[u8]) -> bool {
    let mut lines = before.rsplit_str("\n").map(<[u8]>::trim_ascii).skip(1);
    let hex = |line: &[u8]| line.len() >= 16 && line.iter().all(u8::is_ascii_hexdigit);
    lines.find(|line| !hex(line)).is_some_and(|line| line.contains_str("$ANSIBLE_VAULT"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vaults_and_brackets_hold_ciphertext() {
        let within = |text: &str| text.find("X").is_some_and(|at| is_within(text.as_bytes(), &(at..at + 1)));
        assert!(within("key: ENC[AES256_GCM,data:X"));
        assert!(!within("key: ENC[AES256_GCM,data:a] X"));
        assert!(within("$ANSIBLE_VAULT;1.1;AES256\n  0123456789abcdef0123\n  X"));
        assert!(within("$ANSIBLE_VAULT;1.1;AES256\nX"));
        assert!(!within("$ANSIBLE_VAULT;1.1;AES256\nother: 1\nX"));
        assert!(within("  secure: X") && within("a={cipher}X") && within("kind: secret\nname: n\ndata: X"));
        assert!(!within("insecure: X") && !within("kind: Secret\ndata:\n  key: X"));
    }

    #[test]
    fn ids_of_secrets_and_digests_are_fetched() {
        let fetched = |text: &str| text.find("0f").is_some_and(|at| is_fetched(text.as_bytes(), &(at..at + 2)));
        for text in
            ["credentials('0f')", "'{{resolve:secretsmanager:a::0f}}'", "uses: a/b@0f", "checksum/konver-secret: 0f"]
        {
            assert!(fetched(text), "{text}");
        }
        assert!(!fetched("konver_key: '0f'") && !fetched("f(credentials(a), '0f')"));
    }
}
