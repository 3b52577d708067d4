//! Key material and the only texts that may be printed in its presence.
//!
//! [`Secret`] holds a key; [`Raw`] holds text that may hold one; [`Masked`] is the only text that a report can print, made
//! by a [`Masker`] that knows every key of the run.

mod layer;
mod masked;
mod masker;
mod shape;

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroize;

pub(crate) use layer::sextet;
pub use masked::Masked;
pub use masker::Masker;
pub use shape::{mask_key_shapes, mask_typed};

/// The shortest value that can be a key, in bytes.
pub const MIN_KEY_LENGTH: usize = 16;
/// The longest value that can be a key, in bytes (three-part tokens are long).
pub const MAX_KEY_LENGTH: usize = 4096;

/// A key's decoded bytes. No `Display`, no `Serialize`, a `Debug` that shows nothing; zeroized when dropped.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(Vec<u8>);

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Secret {
    /// Takes the bytes of a key.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The identity of the key: first 16 hex digits of SHA-256 of its bytes.
    pub fn key_id(&self) -> KeyId {
        let digest = Sha256::digest(self.0.as_slice());
        let mut id = [0; 8];
        for (to, from) in id.iter_mut().zip(digest.iter()) {
            *to = *from;
        }
        KeyId(id)
    }

    /// The key itself. Only for the detector, the masker, the fingerprint, and verification: the request, and the look at what
    /// stands around the key.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// SHA-1 of its bytes in hex, by which detect-secrets names a key; none should the hash refuse them.
    pub fn sha1_hex(&self) -> Option<String> {
        let mut hasher = gix_hash::hasher(gix_hash::Kind::Sha1);
        hasher.update(&self.0);
        hasher.try_finalize().ok().map(|digest| digest.to_string())
    }

    /// The key's length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What may be shown of the key: its first and last 4 characters, 2 and 2 under 24.
    pub fn redacted(&self) -> Masked {
        masked::redact(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// First 16 hex digits of SHA-256 of a key's bytes: says which key it is, and nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// Reads the 16 hex digits that `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

/// The beginning of a key's id, as a user types it: 4 to 16 hex digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPrefix(String);

impl KeyPrefix {
    /// Reads it, in either case of letters.
    pub fn parse(text: &str) -> Option<Self> {
        let is_prefix = (4..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_prefix.then(|| Self(text.to_ascii_lowercase()))
    }

    /// Whether the id of a key begins with it.
    pub fn matches(&self, id: KeyId) -> bool {
        id.to_string().starts_with(&self.0)
    }
}

impl fmt::Display for KeyPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// Bytes of the scanned place (a line, a path, a subject) that may show a key: no `Display`, no `Serialize`, a `Debug` that
/// shows nothing, zeroized when dropped. A [`Masker`] makes [`Masked`] of it.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Raw(Vec<u8>);

impl Drop for Raw {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Raw {
    /// Takes bytes as they stand in the scanned place.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes themselves: for comparing, globbing, ordering and fingerprints; never for printing.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Raw(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        let secret = Secret::new(*b"0123456789abcdef");
        assert_eq!(format!("{secret:?} {:?}", Raw::new(*b"x")), "Secret(..) Raw(..)");
    }

    #[test]
    fn key_id_is_the_beginning_of_the_digest() {
        let id = Secret::new(*b"abc").key_id();
        assert_eq!(id.to_string(), "ba7816bf8f01cfea");
        assert_eq!(KeyId::parse("ba7816bf8f01cfea"), Some(id));
        assert_eq!(KeyId::parse("ba78"), None);
        let matches = |text| KeyPrefix::parse(text).is_some_and(|prefix| prefix.matches(id));
        assert_eq!([matches("BA78"), matches("ba7816bf8f01cfea"), matches("ba79")], [true, true, false]);
        assert_eq!(
            [KeyPrefix::parse("ba7"), KeyPrefix::parse("ba7816bf8f01cfea4"), KeyPrefix::parse("kv_l")],
            [None, None, None]
        );
    }
}
