//! The identity of a finding: path and key value, never a line, a commit or a rule.

use std::fmt;

use sha2::{Digest, Sha256};

use super::Kind;
use crate::blob::ObjectKind;

/// First 32 hex digits of SHA-256 of `konceal1`, kind, object kind, path bytes and decoded key, joined by NUL. For findings
/// without a key the rule's id stands for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The fingerprint of a finding of `kind` in an object of `object` at `path` (empty where there is none) with the decoded
    /// key, or the rule's id, as `value`.
    pub fn new(kind: Kind, object: ObjectKind, path: &[u8], value: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"konceal1");
        for part in [kind.name().as_bytes(), object.name().as_bytes(), path, value] {
            hasher.update([0]);
            hasher.update(part);
        }
        let mut fingerprint = [0; 16];
        for (to, from) in fingerprint.iter_mut().zip(hasher.finalize()) {
            *to = from;
        }
        Self(fingerprint)
    }

    /// Reads the 32 hex digits that `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}
