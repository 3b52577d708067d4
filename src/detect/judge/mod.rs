//! Judgement: whether a value is a real key, whoever's it may be. What it refuses it names, so that `explain` can say why.
//!
//! The tables and the order are those of the design: what cannot be a literal (ciphertext, references), what stands for a
//! literal (placeholders), what nobody would generate (words, identifiers, paths, dates), and what has the wrong form.

mod ciphertext;
mod model;
mod placeholder;
mod predictable;
mod randomness;
mod reference;

use crate::secret::{MAX_KEY_LENGTH, MIN_KEY_LENGTH};

/// How strong the evidence around a value is. The weaker it is, the more the value must look like a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// A neutral name, with the vendor somewhere in the file.
    Weak,
    /// The header, the client, the flow: evidence from the surroundings.
    Medium,
    /// The name, the host or the value itself says whose it is.
    Strong,
}

/// Why a value is not taken for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// It names the place where the key is: the environment, a vault, a variable, a call.
    Reference,
    /// It stands where a key is to be put in, or where one was taken out.
    Placeholder,
    /// It is a key in encrypted or hashed form.
    Ciphertext,
    /// It is made of words, dates, paths or numbers.
    NotRandom,
    /// It is shorter or longer than any key.
    Length,
    /// It holds characters that keys do not have.
    Characters,
}

impl Reason {
    /// The name in `explain` and in counts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Placeholder => "placeholder",
            Self::Ciphertext => "ciphertext",
            Self::NotRandom => "not-random",
            Self::Length => "length",
            Self::Characters => "characters",
        }
    }
}

/// Whether the value is a key, as far as a value alone can tell: of 16 to 4096 bytes, random, and no stand-in for one.
///
/// # Errors
/// The first reason to refuse it.
pub fn judge(value: &[u8], strength: Strength) -> Result<(), Reason> {
    stands_for_itself(value)?;
    if value.len() < MIN_KEY_LENGTH || value.len() > MAX_KEY_LENGTH {
        return Err(Reason::Length);
    }
    if !value.iter().all(|&byte| is_key_byte(byte)) {
        return Err(Reason::Characters);
    }
    if !randomness::is_random(value, strength) {
        return Err(Reason::NotRandom);
    }
    match decoded(value) {
        Some(text) => inner(&text),
        None => Ok(()),
    }
}

/// Whether the value is a literal that stands for itself, of whatever form: the part of judgement that also holds for formats
/// that somebody declared to be keys.
///
/// # Errors
/// It is ciphertext, a reference or a placeholder.
pub fn stands_for_itself(value: &[u8]) -> Result<(), Reason> {
    let value = value.trim_ascii();
    if ciphertext::is_ciphertext(value) {
        Err(Reason::Ciphertext)
    } else if reference::is_reference(value) {
        Err(Reason::Reference)
    } else if placeholder::is_placeholder(value) {
        Err(Reason::Placeholder)
    } else {
        Ok(())
    }
}

/// What keys are made of in the formats that are really pasted: base62, base64 of both alphabets, and the marks that join
/// parts (`.`, `~`, `:`, `|`).
pub(in crate::detect) fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.+/=~:|".contains(&byte)
}

/// The printable text that the value is base64 or hex of, if it is: a key that is random is not.
fn decoded(value: &[u8]) -> Option<Vec<u8>> {
    use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
    let plain = value.trim_suffix_bytes(b'=');
    let decode = |encoding: &data_encoding::Encoding| encoding.decode(plain).ok();
    [&HEXLOWER_PERMISSIVE, &BASE64_NOPAD, &BASE64URL_NOPAD]
        .into_iter()
        .filter_map(decode)
        .find(|text| text.iter().all(|&byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()))
}

/// An encoded text that is a stand-in is one itself. Of other encoded texts (a JSON token, a pair `id:secret`) we know nothing.
fn inner(text: &[u8]) -> Result<(), Reason> {
    let text = text.trim_ascii();
    stands_for_itself(text)?;
    let word = text.iter().all(|&byte| is_key_byte(byte)) && !randomness::is_random(text, Strength::Strong);
    if word { Err(Reason::NotRandom) } else { Ok(()) }
}

trait TrimSuffix {
    fn trim_suffix_bytes(&self, byte: u8) -> &[u8];
}

impl TrimSuffix for [u8] {
    fn trim_suffix_bytes(&self, byte: u8) -> &[u8] {
        let end = self.iter().rposition(|&last| last != byte).map_or(0, |at| at + 1);
        self.get(..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
