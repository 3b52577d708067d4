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

pub(in crate::detect) use randomness::is_uuid_like;

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
    /// Its beginning says that it is another vendor's, or an id rather than a key.
    Foreign,
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
            Self::Foreign => "foreign",
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
    // What is that long is not read through for words.
    if value.len() > MAX_KEY_LENGTH {
        return Err(Reason::Length);
    }
    stands_for_itself(value)?;
    if value.len() < MIN_KEY_LENGTH {
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
    let written = !text.starts_with(b"{") && !randomness::is_random(text, Strength::Strong);
    if written { Err(Reason::NotRandom) } else { Ok(()) }
}

/// Beginnings by which other vendors mark their keys, and programs their ids. Only where nothing but the neighbourhood speaks
/// for Konver: in its own header or variable such a value is a key of somebody, and in the open.
const FOREIGN: &[&str] = &[
    "AKIA",
    "ASIA",
    "AIza",
    "SG.",
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xapp-",
    "sk_live_",
    "sk_test_",
    "pk_live_",
    "pk_test_",
    "rk_live_",
    "rk_test_",
    "sk-proj-",
    "sk-ant-",
    "hf_",
    "npm_",
    "pypi-",
    "dop_v1_",
    "shpat_",
    "shpss_",
    "ya29.",
    "pat-na1-",
    "pat-eu1-",
    "NRAK-",
    "dapi",
    "rzp_live_",
    "rzp_test_",
    "sq0atp-",
    "sq0csp-",
    "lin_api_",
    "ntn_",
    "figd_",
    "EAAA",
    "Bearer",
    "phc_",
    "phx_",
    "sntrys_",
    "dckr_pat_",
    "ATATT3",
    "CFPAT-",
    "rnd_",
    "req_",
    "evt_",
    "msg_",
    "run_",
    "job_",
    "usr_",
    "user_",
    "cus_",
    "ord_",
    "acct_",
    "sess_",
    "trace_",
    "span_",
    "evt-",
    "req-",
    "price_",
    "prod_",
    "sub_",
    "in_",
    "pi_",
    "ch_",
    "tok_",
];

/// Whether the value begins as other vendors' keys and programs' ids do.
pub(in crate::detect) fn is_foreign(value: &[u8]) -> bool {
    FOREIGN.iter().any(|begin| value.starts_with(begin.as_bytes()))
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
