//! The only text that a report can print.

use std::borrow::Cow;
use std::fmt;

use bstr::ByteSlice;
use serde::{Serialize, Serializer};

/// Text without key material: bytes, since paths and subjects are bytes. Only this module's siblings make one from content.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Masked(Vec<u8>);

impl Masked {
    /// A text of the program's own, which cannot hold a key.
    pub fn from_static(text: &'static str) -> Self {
        Self(text.as_bytes().to_vec())
    }

    pub(super) fn assume(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The masked bytes. Control characters are still in them: a report escapes them in its own way.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As text; what is not UTF-8 becomes U+FFFD.
    pub fn text(&self) -> Cow<'_, str> {
        self.0.to_str_lossy()
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masked({:?})", self.0.as_bstr())
    }
}

impl Serialize for Masked {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

/// First and last 4 characters with an ellipsis between them; 2 and 2 under 24 characters; nothing under 16.
pub(super) fn redact(key: &[u8]) -> Masked {
    let ends = match key.chars().count() {
        0..16 => 0,
        16..24 => 2,
        _ => 4,
    };
    let first: String = key.chars().take(ends).collect();
    let last: String = key.chars().rev().take(ends).collect::<Vec<_>>().into_iter().rev().collect();
    Masked(format!("{first}…{last}").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ends_are_shown() {
        assert_eq!(redact(b"abcdefghijklmnopqrstuvwxyz").text(), "abcd…wxyz");
        assert_eq!(redact(b"abcdefghijklmnopqrst").text(), "ab…st");
        assert_eq!(redact(b"abcdefghijkl").text(), "…");
    }
}
