//! Text that is encrypted as a whole: what looks like a key in it is none.

use std::ops::Range;

use bstr::ByteSlice;

/// Whether the value is a part of ciphertext: of `ENC[...]` (sops, eyaml) or of the lines behind `$ANSIBLE_VAULT`.
pub(super) fn is_within(bytes: &[u8], span: &Range<usize>) -> bool {
    let before = bytes.get(..span.start).unwrap_or_default();
    let line = before.rfind_byte(b'\n').map_or(0, |at| at + 1);
    is_enclosed(before.get(line..).unwrap_or_default()) || is_vaulted(before.get(..line).unwrap_or_default())
}

/// Whether `ENC[` or `ENC(` is open at the end of the line's beginning.
fn is_enclosed(line: &[u8]) -> bool {
    [("ENC[", b']'), ("ENC(", b')')]
        .iter()
        .any(|(open, close)| line.rfind(open).is_some_and(|at| !line.get(at..).unwrap_or_default().contains(close)))
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
    }
}
