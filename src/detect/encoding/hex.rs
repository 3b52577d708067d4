//! Hex of the bytes of a text.

use super::{Decoded, is_printable};
use crate::detect::layer::Layer;

/// Shortest run, in digits: a key has 16 bytes.
const SHORTEST: usize = 32;

pub(super) fn runs(outer: &Layer) -> Vec<Decoded> {
    let mut found = Vec::new();
    let mut at = 0;
    for run in outer.bytes.chunk_by(|a, b| a.is_ascii_hexdigit() == b.is_ascii_hexdigit()) {
        let span = at..at + run.len();
        at = span.end;
        if run.len() < SHORTEST || run.len() % 2 != 0 || !run.first().is_some_and(u8::is_ascii_hexdigit) {
            continue;
        }
        let digit = |byte: u8| (byte as char).to_digit(16).unwrap_or_default();
        let mut decoded = Decoded::new(outer, span.clone(), "hex");
        for (number, pair) in run.as_chunks::<2>().0.iter().enumerate() {
            let [high, low] = pair.map(digit);
            let place = span.start + number * 2;
            decoded.layer.push(outer, u8::try_from(high * 16 + low).unwrap_or_default(), place..place + 2);
        }
        if is_printable(&decoded.layer.bytes) {
            found.push(decoded);
        }
    }
    found
}
