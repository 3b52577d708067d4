//! Encodings undone: one file each. Escapes are undone over a whole reading, since a value may hold several kinds of them;
//! encoded runs are readings of their own.

mod base64;
mod codes;
mod continuation;
mod hex;
mod html;
mod json;
mod literal;
mod percent;
mod quoted_printable;
mod reversed;

use std::ops::Range;

use super::layer::Layer;

pub(super) use quoted_printable::is_used as is_quoted_printable;

/// A printable text that an encoded run stands for.
pub(super) struct Decoded {
    /// The run in the outer layer.
    pub(super) run: Range<usize>,
    /// What it says.
    pub(super) layer: Layer,
    /// How it is written.
    pub(super) encoding: &'static str,
}

impl Decoded {
    /// A run that is yet to be read.
    fn new(outer: &Layer, run: Range<usize>, encoding: &'static str) -> Self {
        Self { layer: Layer::behind(outer, &run, encoding), run, encoding }
    }
}

/// What an escape at the beginning of a text stands for, none where it is only left out, and how many bytes it takes.
type Escape = (Option<char>, usize);

/// What reads an escape, by the name that a report gives it.
type Reader = (&'static str, fn(&[u8]) -> Option<Escape>);

/// Escapes that begin with a backslash, in the order in which they are tried.
const BACKSLASH: &[Reader] =
    &[("continuation", continuation::escape), ("json", json::escape), ("literal", literal::escape)];

/// The whole layer with escapes undone; `None` where it has none.
pub(super) fn unescape(outer: &Layer) -> Option<Layer> {
    let bytes = &outer.bytes;
    let printable = quoted_printable::is_used(bytes);
    if !printable && memchr::memchr3(b'\\', b'%', b'&', bytes).is_none() {
        return None;
    }
    let mut layer = Layer::over(outer);
    let (mut at, mut any) = (0, false);
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let readers: &[Reader] = match byte {
            b'\\' => BACKSLASH,
            b'%' => &[("percent", percent::escape)],
            b'&' => &[("html", html::escape)],
            b'=' if printable => &[("quoted-printable", quoted_printable::escape)],
            _ => &[],
        };
        let escape = readers.iter().find_map(|(name, read)| Some((*name, read(rest)?)));
        if let Some((name, (plain, length))) = escape {
            any = true;
            layer.undo(outer, plain, at..at + length, name);
            at += length;
        } else {
            layer.keep(outer, byte, at);
            at += 1;
        }
    }
    any.then_some(layer)
}

/// Every run of the layer that is a printable text in base64, in hex, as codes of its characters, or backwards; in their order.
pub(super) fn runs(outer: &Layer) -> Vec<Decoded> {
    let mut found = hex::runs(outer);
    found.extend(base64::runs(outer));
    found.extend(codes::runs(outer));
    found.extend(reversed::runs(outer));
    found.sort_by_key(|decoded| decoded.run.start);
    found
}

/// Whether bytes are text that somebody wrote.
fn is_printable(bytes: &[u8]) -> bool {
    let text = |&byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    !bytes.is_empty() && bytes.iter().all(text)
}

/// The number that the digits are.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    // A sign, which `from_str_radix` takes, is no digit.
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u32::from_str_radix(digits, radix).ok()
}
