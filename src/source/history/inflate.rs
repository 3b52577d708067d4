//! Inflating and delta application: sizes are checked before anything is allocated, every instruction before it is obeyed.

use zlib_rs::{Inflate, InflateFlush, Status};

/// The largest object that is read whole; a larger one is an error of the scan. Deltas have a lower bound, since a few bytes
/// of instructions can ask for any size; git itself makes none above 512 MiB.
const MAX_PLAIN: u64 = 4 << 30;
const MAX_DELTA: u64 = 1 << 30;
/// Deflate cannot do better than this: a larger declared size is a lie.
const MAX_RATIO: u64 = 1032;
/// Larger buffers are given back rather than kept.
const KEPT: usize = 16 << 20;

/// Why an object could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is damaged; what is wrong with it.
    Corrupt(&'static str),
    /// It is too large to be read whole.
    TooLarge(u64),
}

/// Bytes whose memory is used again: the vector only grows, `len` says what counts.
#[derive(Debug, Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    len: usize,
}

impl Buffer {
    /// What it holds.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Whether its memory is worth keeping.
    pub fn is_small(&self) -> bool {
        self.bytes.len() <= KEPT
    }

    /// How much it holds.
    pub fn size(&self) -> usize {
        self.len
    }

    /// Room for exactly so many bytes, whose content is not defined.
    fn room(&mut self, len: usize) -> &mut [u8] {
        if self.bytes.len() < len {
            self.bytes.resize(len, 0);
        }
        self.len = len;
        self.bytes.get_mut(..len).unwrap_or_default()
    }
}

/// One zlib stream after the other.
pub struct Inflater(Inflate);

impl Default for Inflater {
    fn default() -> Self {
        Self(Inflate::new(true, 15))
    }
}

impl Inflater {
    /// Inflates a whole stream that must give exactly `size` bytes; what follows it is not looked at.
    pub fn inflate(&mut self, input: &[u8], size: u64, out: &mut Buffer) -> Result<(), Fault> {
        self.inflate_behind(input, 0, size, out)
    }

    /// The same, for a stream whose first `skip` bytes (a loose object's header) are dropped.
    pub fn inflate_behind(&mut self, input: &[u8], skip: usize, size: u64, out: &mut Buffer) -> Result<(), Fault> {
        if size > MAX_PLAIN {
            return Err(Fault::TooLarge(size));
        }
        if size / MAX_RATIO > input.len() as u64 {
            return Err(Fault::Corrupt("declares more than its stream can hold"));
        }
        let size = usize::try_from(size).map_err(|_| Fault::TooLarge(size))?;
        self.0.reset(true);
        if skip > 0 {
            let mut header = [0; 64];
            self.fill(input, header.get_mut(..skip).ok_or(Fault::Corrupt("has a bad header"))?)?;
        }
        let before = skip as u64;
        let room = out.room(size);
        loop {
            let read = usize::try_from(self.0.total_in()).unwrap_or(usize::MAX);
            let written = usize::try_from(self.0.total_out() - before).unwrap_or(usize::MAX);
            let rest = input.get(read..).unwrap_or_default();
            let space = room.get_mut(written..).unwrap_or_default();
            let is_full = space.is_empty();
            // A stream that ends where the room does still has its checksum to be read; one byte shows a longer one.
            let mut one = [0];
            let space = if is_full { &mut one[..] } else { space };
            let flush = InflateFlush::NoFlush;
            let status = self.0.decompress(rest, space, flush).map_err(|_| Fault::Corrupt("does not inflate"))?;
            let now = usize::try_from(self.0.total_out() - before).unwrap_or(usize::MAX);
            match status {
                _ if now > size => return Err(Fault::Corrupt("is longer than it declares")),
                Status::StreamEnd if now == size => return Ok(()),
                Status::StreamEnd => return Err(Fault::Corrupt("is shorter than it declares")),
                Status::Ok | Status::BufError => {
                    let moved = now > written || self.0.total_in() > read as u64;
                    if !moved {
                        return Err(Fault::Corrupt("ends too early"));
                    }
                }
            }
        }
    }

    /// The first bytes of a stream, as many as `out` takes or there are.
    pub fn start(&mut self, input: &[u8], out: &mut [u8]) -> Result<usize, Fault> {
        self.0.reset(true);
        let flush = InflateFlush::SyncFlush;
        self.0.decompress(input, out, flush).map_err(|_| Fault::Corrupt("does not inflate"))?;
        Ok(usize::try_from(self.0.total_out()).unwrap_or(0))
    }

    fn fill(&mut self, input: &[u8], out: &mut [u8]) -> Result<(), Fault> {
        let flush = InflateFlush::SyncFlush;
        self.0.decompress(input, out, flush).map_err(|_| Fault::Corrupt("does not inflate"))?;
        if self.0.total_out() == out.len() as u64 { Ok(()) } else { Err(Fault::Corrupt("ends too early")) }
    }
}

/// The size that a delta's result will have.
pub fn result_size(delta: &[u8]) -> Option<u64> {
    let (_, rest) = varint(delta)?;
    varint(rest).map(|(size, _)| size)
}

/// Applies a delta to its base. Both sizes, every range and the exact end of the instructions are checked.
pub fn apply(base: &[u8], delta: &[u8], out: &mut Buffer) -> Result<(), Fault> {
    const CUT: Fault = Fault::Corrupt("is a delta that ends too early");
    let (base_size, rest) = varint(delta).ok_or(CUT)?;
    let (size, mut code) = varint(rest).ok_or(CUT)?;
    if base_size != base.len() as u64 {
        return Err(Fault::Corrupt("is a delta for a base of another size"));
    }
    if size > MAX_DELTA {
        return Err(Fault::TooLarge(size));
    }
    if total(code).ok_or(CUT)? != size {
        return Err(Fault::Corrupt("is a delta whose instructions do not make its size"));
    }
    let size = usize::try_from(size).map_err(|_| Fault::TooLarge(size))?;
    let mut room = out.room(size);
    while let Some((&op, rest)) = code.split_first() {
        let (from, rest) = if op & 0x80 == 0 {
            rest.split_at_checked(usize::from(op)).ok_or(CUT)?
        } else {
            let (offset, length, rest) = copy(op, rest).ok_or(CUT)?;
            let range = offset..offset.saturating_add(length);
            (base.get(range).ok_or(Fault::Corrupt("is a delta that copies from outside its base"))?, rest)
        };
        let (to, behind) = room.split_at_mut_checked(from.len()).ok_or(CUT)?;
        to.copy_from_slice(from);
        room = behind;
        code = rest;
    }
    Ok(())
}

/// How many bytes the instructions make; `None` where they are cut or hold the reserved one.
fn total(mut code: &[u8]) -> Option<u64> {
    let mut total = 0_u64;
    while let Some((&op, rest)) = code.split_first() {
        if op == 0 {
            return None;
        }
        let (length, rest) = if op & 0x80 == 0 {
            (usize::from(op), rest.get(usize::from(op)..)?)
        } else {
            let (_, length, rest) = copy(op, rest)?;
            (length, rest)
        };
        total = total.checked_add(length as u64)?;
        code = rest;
    }
    Some(total)
}

/// Offset and length of a copy instruction, and what follows it.
fn copy(op: u8, mut rest: &[u8]) -> Option<(usize, usize, &[u8])> {
    let mut field = |bits: std::ops::Range<u32>| {
        let mut value = 0_usize;
        for (place, bit) in bits.enumerate() {
            if op >> bit & 1 == 1 {
                let (&byte, behind) = rest.split_first()?;
                value |= usize::from(byte) << (8 * place);
                rest = behind;
            }
        }
        Some(value)
    };
    let offset = field(0..4)?;
    let length = field(4..7)?;
    Some((offset, if length == 0 { 0x1_0000 } else { length }, rest))
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (place, &byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(place + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(base: &[u8], delta: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut out = Buffer::default();
        apply(base, delta, &mut out).map(|()| out.bytes().to_vec())
    }

    #[test]
    fn copies_and_inserts_make_the_result() {
        // Copy 5 bytes from offset 6, insert "!", copy 2 bytes from 0.
        let delta = [11, 8, 0x91, 6, 5, 1, b'!', 0x90, 2];
        assert_eq!(applied(b"hello world", &delta), Ok(b"world!he".to_vec()));
    }

    #[test]
    fn a_copy_without_length_is_64_kib() {
        let base = vec![7; 0x1_0000];
        let delta = [0x80, 0x80, 4, 0x80, 0x80, 4, 0x80];
        assert_eq!(applied(&base, &delta), Ok(base.clone()));
    }

    #[test]
    fn hostile_deltas_are_refused() {
        let refused = |delta: &[u8]| applied(b"hello world", delta).is_err();
        assert!(refused(&[10, 1, 0x90, 1]), "another base's size");
        assert!(refused(&[11, 4, 0x91, 9, 4]), "copy past the end");
        assert!(refused(&[11, 1, 0]), "reserved instruction");
        assert!(refused(&[11, 2, 2, b'x']), "insert that is cut");
        assert!(refused(&[11, 9, 1, b'x']), "result shorter than declared");
        assert!(refused(&[11, 1, 2, b'x', b'y']), "result longer than declared");
        assert!(refused(&[11, 1, 0x9f, 1]), "copy that is cut");
        assert!(refused(&[]), "nothing");
        assert!(refused(&[0x80; 12]), "number without end");
        assert_eq!(applied(b"", &[0, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, b'x']), Err(Fault::TooLarge(0x7_ffff_ffff)));
    }

    #[test]
    fn a_declared_size_beyond_deflate_is_not_allocated() {
        let mut out = Buffer::default();
        let result = Inflater::default().inflate(&[0x78, 0x9c, 3, 0, 0, 0, 0, 1], 1 << 30, &mut out);
        assert_eq!((result, out.size()), (Err(Fault::Corrupt("declares more than its stream can hold")), 0));
    }
}
