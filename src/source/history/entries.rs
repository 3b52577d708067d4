//! The entries of a tree, as they stand in it.

use crate::source::git::EntryKind;

/// One entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// What it is, by its mode.
    pub kind: EntryKind,
    /// The id's bytes.
    pub id: &'a [u8],
}

/// The entries of a tree, and where each begins; ends early where the tree is damaged.
pub struct Entries<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Entries<'a> {
    /// Those of a tree.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Where the next entry begins.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Whether all bytes were entries, once the iterator has ended.
    pub fn is_whole(&self) -> bool {
        self.at == self.bytes.len()
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let rest = self.bytes.get(self.at..)?;
        let nul = memchr::memchr(0, rest)?;
        let id = rest.get(nul + 1..nul + 21)?;
        let head = rest.get(..nul)?;
        let space = head.iter().take(8).position(|&byte| byte == b' ')?;
        let kind = match head.get(..space)? {
            b"40000" | b"040000" => EntryKind::Tree,
            b"160000" => EntryKind::Submodule,
            _ => EntryKind::Blob,
        };
        self.at += nul + 21;
        Some(Entry { name: head.get(space + 1..)?, kind, id })
    }
}

/// The beginning of an entry at or before `place`: a mode, behind the id of the entry before.
pub fn boundary(bytes: &[u8], place: usize) -> Option<usize> {
    const MODES: &[&[u8]] = &[b"100644 ", b"40000 ", b"100755 ", b"120000 ", b"160000 "];
    let is_beginning = |at: &usize| {
        let rest = bytes.get(*at..).unwrap_or_default();
        MODES.iter().any(|mode| rest.starts_with(mode)) && bytes.get(at.wrapping_sub(21)) == Some(&0)
    };
    let nearby = place.checked_sub(512);
    (nearby.unwrap_or(1)..=place).rev().find(is_beginning).or_else(|| nearby.is_none().then_some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_up_to_the_damage() {
        let id = [7; 20];
        let tree = [&b"40000 a\0"[..], &id, b"100644 b c\0", &id, b"160000 m\0", &id].concat();
        let entry = |name, kind| Entry { name, kind, id: &id };
        let wanted =
            [entry(&b"a"[..], EntryKind::Tree), entry(b"b c", EntryKind::Blob), entry(b"m", EntryKind::Submodule)];
        let mut entries = Entries::new(&tree);
        assert_eq!(entries.by_ref().collect::<Vec<_>>(), wanted);
        assert!(entries.is_whole());
        let mut cut = Entries::new(tree.get(..tree.len() - 1).unwrap_or_default());
        assert_eq!((cut.by_ref().count(), cut.is_whole()), (2, false));
    }

    #[test]
    fn a_boundary_is_found_before_any_place() {
        let entry = |name: &str| [format!("100644 {name}\0").as_bytes(), &[7; 20]].concat();
        let names: Vec<String> = (0..40).map(|at| format!("file-{at}")).collect();
        let starts = names.iter().scan(0, |at, name| Some(std::mem::replace(at, *at + entry(name).len())));
        let starts: Vec<usize> = starts.collect();
        let tree: Vec<u8> = names.iter().flat_map(|name| entry(name)).collect();
        for place in 0..tree.len() {
            let before = starts.iter().rev().find(|&&start| start <= place).copied();
            assert_eq!(boundary(&tree, place), before, "{place}");
        }
        assert_eq!(boundary(&[b'x'; 2000], 1500), None);
    }
}
