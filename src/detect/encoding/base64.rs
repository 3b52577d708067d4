//! Base64 of a text: both alphabets, with and without padding, also wrapped over lines.

use super::{Decoded, is_printable};
use crate::detect::layer::Layer;
use crate::secret::sextet;

/// Shortest run, in characters: a key has 16 bytes.
const SHORTEST: usize = 20;

pub(super) fn runs(outer: &Layer) -> Vec<Decoded> {
    let bytes = &outer.bytes;
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let Some(start) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| sextet(byte).is_some())) else {
            break;
        };
        let start = at + start;
        let end = run_end(bytes, start);
        match decode(outer, start, end) {
            Some(decoded) => found.push(decoded),
            // Lines that follow one another are not always one text.
            None => found.extend(lines(bytes, start, end).filter_map(|(start, end)| decode(outer, start, end))),
        }
        at = end.max(start + 1);
    }
    found
}

/// The end of a run that begins at `start`; a line break (with indentation) between two long lines is inside.
fn run_end(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    let mut line = start;
    loop {
        while bytes.get(end).is_some_and(|&byte| sextet(byte).is_some()) {
            end += 1;
        }
        if end - line < 56 {
            return end;
        }
        let gap =
            bytes.get(end..).unwrap_or_default().iter().take(24).take_while(|byte| byte.is_ascii_whitespace()).count();
        let next = end + gap;
        // A blank line ends it.
        let breaks = bytes.get(end..next).is_some_and(|gap| memchr::memchr_iter(b'\n', gap).count() == 1);
        if !breaks || bytes.get(next).is_none_or(|&byte| sextet(byte).is_none()) {
            return end;
        }
        line = next;
        end = next;
    }
}

/// The lines of a run, if there are several.
fn lines(bytes: &[u8], start: usize, end: usize) -> impl Iterator<Item = (usize, usize)> {
    let run = bytes.get(start..end).unwrap_or_default();
    let mut at = start;
    let lines = run.chunk_by(|a, b| a.is_ascii_whitespace() == b.is_ascii_whitespace()).map(move |part| {
        at += part.len();
        (at - part.len(), at)
    });
    lines.filter(move |line| *line != (start, end))
}

/// The run as text, from its begin or, where something stands before it (`name=`, a path), from the next quarter.
fn decode(outer: &Layer, start: usize, end: usize) -> Option<Decoded> {
    let run = outer.bytes.get(start..end).filter(|run| run.len() >= SHORTEST)?;
    let mixed = run.iter().any(u8::is_ascii_uppercase) && run.iter().any(u8::is_ascii_lowercase);
    if !mixed {
        return None;
    }
    let mut decoded = Decoded::new(outer, start..end, "base64");
    let (mut held, mut bits, mut first) = (0_u32, 0, start);
    for (number, &byte) in run.iter().enumerate() {
        let Some(value) = sextet(byte) else { continue };
        held = held << 6 | value;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            let place = start + number;
            decoded.layer.push(outer, u8::try_from(held >> bits & 0xFF).unwrap_or_default(), first..place + 1);
            first = place;
        } else {
            first = start + number;
        }
    }
    is_printable(&decoded.layer.bytes).then_some(decoded)
}
