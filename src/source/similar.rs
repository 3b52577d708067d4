//! Whether one file is another one renamed and edited.

use std::collections::HashMap;

/// Longest piece of a line that is compared as one, in bytes.
const PIECE: usize = 64;

/// Whether at least half of the larger file's bytes stand in the other one, compared by lines (of at most 64 bytes) as git's
/// rename detection does (diffcore-delta.c).
pub fn alike(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if small.len() * 2 < large.len() || small.is_empty() {
        return false;
    }
    let mut counts: HashMap<&[u8], usize> = HashMap::new();
    for piece in pieces(small) {
        *counts.entry(piece).or_default() += 1;
    }
    let mut common = 0;
    for piece in pieces(large) {
        if let Some(count) = counts.get_mut(piece).filter(|count| **count > 0) {
            *count -= 1;
            common += piece.len();
        }
    }
    common * 2 >= large.len()
}

fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|&byte| byte == b'\n').flat_map(|line| line.chunks(PIECE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_lines_make_a_rename() {
        let rows = |from: u32, to: u32| (from..to).flat_map(|i| format!("row {i}\n").into_bytes()).collect::<Vec<u8>>();
        assert!(alike(&rows(10, 70), &rows(20, 80)));
        assert!(!alike(&rows(10, 70), &rows(60, 99)));
        assert!(!alike(b"", &rows(1, 2)));
    }
}
