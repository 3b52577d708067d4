//! Credentials in addresses.

/// Whether the value is a URL with a password in it: `postgres://user:password@host`.
pub fn holds_credentials(value: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(value, b"://") else { return false };
    let authority =
        value.get(at + 3..).unwrap_or_default().split(|byte| b"/?#".contains(byte)).next().unwrap_or_default();
    let user = memchr::memrchr(b'@', authority).and_then(|at| authority.get(..at)).unwrap_or_default();
    let password = memchr::memchr(b':', user).and_then(|at| user.get(at + 1..)).unwrap_or_default();
    !password.is_empty() && super::is_literal(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_with_a_password() {
        assert!(holds_credentials(b"postgres://acme:hunter2pass@db.internal/acme?ssl=1"));
        for value in ["https://api.konver.ai", "redis://localhost:6379", "postgres://acme:${DB}@db/acme", "a@b.example"]
        {
            assert!(!holds_credentials(value.as_bytes()), "{value}");
        }
    }
}
