//! Encodings undone: one file each.

mod base64;
mod codes;
mod escapes;
mod hex;

use std::ops::Range;

use super::layer::Layer;

/// A printable text that an encoded run stands for.
pub(super) struct Decoded {
    /// The run in the outer layer.
    pub(super) run: Range<usize>,
    /// What it says.
    pub(super) layer: Layer,
}

/// The whole layer with escapes undone; `None` where it has none.
pub(super) fn unescape(outer: &Layer) -> Option<Layer> {
    escapes::undo(outer)
}

/// Every run of the layer that is base64 or hex of printable text.
pub(super) fn runs(outer: &Layer) -> Vec<Decoded> {
    let mut found = hex::runs(outer);
    found.extend(base64::runs(outer));
    found.extend(codes::runs(outer));
    found
}

/// Whether bytes are text that somebody wrote.
fn is_printable(bytes: &[u8]) -> bool {
    let text = |&byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    !bytes.is_empty() && bytes.iter().all(text)
}
