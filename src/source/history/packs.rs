//! One pack: its entries in the order of their offsets, what each is, and which entry is a delta on which.

use std::path::{Path, PathBuf};

use gix_hash::oid;
use gix_pack::{data, index};

use super::inflate::Fault;
use crate::blob::Oid;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// A blob.
    Blob,
    /// An annotated tag.
    Tag,
    /// What it is cannot be told: its base is missing, or its deltas run in a circle.
    Unknown,
}

/// No delta.
const WHOLE: u32 = u32::MAX;
/// A delta on an object outside this pack.
const OUTSIDE: u32 = u32::MAX - 1;

/// A pack, opened.
pub struct Pack {
    /// The pack file.
    pub path: PathBuf,
    /// Number of its first object among those of all stores.
    pub first: u32,
    index: index::File,
    data: data::File,
    offsets: Vec<u64>,
    names: Vec<u32>,
    kinds: Vec<Kind>,
    bases: Vec<u32>,
    outside: Vec<(u32, Oid)>,
    starts: Vec<u32>,
    children: Vec<u32>,
    below: Vec<u32>,
}

/// The header of an entry: the size of what its stream gives, and the stream.
pub struct Entry<'a> {
    /// Size of the inflated stream: the object's, or a delta's.
    pub size: u64,
    /// The deflated bytes (perhaps more than the stream).
    pub stream: &'a [u8],
}

enum Base {
    Whole(Kind),
    Distance(u64),
    Id(Oid),
}

impl Pack {
    /// Opens a pack by its index and reads the headers of all entries.
    ///
    /// # Errors
    /// Index or pack cannot be read, or do not belong together.
    pub fn open(index_file: &Path, first: u32) -> Result<Self, String> {
        let hash = gix_hash::Kind::Sha1;
        let path = index_file.with_extension("pack");
        let index = index::File::at(index_file, hash).map_err(|error| error.to_string())?;
        let data = data::File::at(&path, hash).map_err(|error| error.to_string())?;
        if data.num_objects() != index.num_objects() {
            return Err("the index is not the pack's".into());
        }
        let mut order: Vec<(u64, u32)> =
            (0..index.num_objects()).map(|name| (index.pack_offset_at_index(name), name)).collect();
        order.sort_unstable();
        let (offsets, names): (Vec<u64>, Vec<u32>) = order.into_iter().unzip();
        let mut pack = Self {
            path,
            first,
            index,
            data,
            kinds: vec![Kind::Unknown; offsets.len()],
            bases: vec![WHOLE; offsets.len()],
            outside: Vec::new(),
            starts: Vec::new(),
            children: Vec::new(),
            below: Vec::new(),
            offsets,
            names,
        };
        pack.read_headers();
        pack.link();
        Ok(pack)
    }

    fn read_headers(&mut self) {
        for entry in 0..self.count() {
            let at = entry as usize;
            let (kind, base) = match self.header(entry) {
                Ok((Base::Whole(kind), ..)) => (kind, WHOLE),
                Ok((Base::Distance(distance), ..)) => {
                    let offset = self.offsets.get(at).and_then(|offset| offset.checked_sub(distance));
                    match offset.and_then(|offset| self.offsets.binary_search(&offset).ok()) {
                        Some(base) if base < at => (Kind::Unknown, u32::try_from(base).unwrap_or(OUTSIDE)),
                        _ => (Kind::Unknown, OUTSIDE),
                    }
                }
                Ok((Base::Id(id), ..)) => {
                    let base = self.find(&id);
                    if base.is_none() {
                        self.outside.push((entry, id));
                    }
                    (Kind::Unknown, base.unwrap_or(OUTSIDE))
                }
                Err(_) => (Kind::Unknown, OUTSIDE),
            };
            if let (Some(to), Some(from)) = (self.kinds.get_mut(at), self.bases.get_mut(at)) {
                (*to, *from) = (kind, base);
            }
        }
    }

    /// Builds the lists of children, and carries the kinds of whole objects down to their deltas.
    fn link(&mut self) {
        let count = self.offsets.len();
        let mut starts = vec![0_u32; count + 1];
        for &base in self.bases.iter().filter(|&&base| base < OUTSIDE) {
            if let Some(start) = starts.get_mut(base as usize + 1) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut children = vec![0; sum as usize];
        for (entry, &base) in (0_u32..).zip(&self.bases) {
            if base < OUTSIDE
                && let Some(at) = next.get_mut(base as usize)
                && let Some(child) = children.get_mut(*at as usize)
            {
                (*child, *at) = (entry, *at + 1);
            }
        }
        (self.starts, self.children) = (starts, children);
        let roots = (0..self.count()).filter(|&entry| self.base(entry) == WHOLE).collect();
        self.below = vec![0; count];
        self.carry(roots);
    }

    /// Carries the kinds of these entries down to everything that builds on them, and counts it.
    fn carry(&mut self, roots: Vec<u32>) {
        let mut order = roots;
        let mut at = 0;
        while let Some(&entry) = order.get(at) {
            at += 1;
            let kind = self.kind(entry);
            let range = self.child_range(entry);
            order.extend_from_slice(self.children.get(range.clone()).unwrap_or_default());
            for place in range {
                if let Some(&child) = self.children.get(place)
                    && let Some(to) = self.kinds.get_mut(child as usize)
                {
                    *to = kind;
                }
            }
        }
        for &entry in order.iter().rev() {
            let below: u32 = self.children(entry).iter().map(|&child| self.below(child)).sum();
            if let Some(to) = self.below.get_mut(entry as usize) {
                *to = below.saturating_add(1);
            }
        }
    }

    /// Entries whose base lies outside this pack and whose kind is not known yet, with that base.
    pub fn outside(&self) -> &[(u32, Oid)] {
        &self.outside
    }

    /// What the base outside turned out to be.
    pub fn resolve(&mut self, entry: u32, kind: Kind) {
        if let Some(to) = self.kinds.get_mut(entry as usize) {
            *to = kind;
        }
        self.carry(vec![entry]);
    }

    /// Number of entries.
    pub fn count(&self) -> u32 {
        u32::try_from(self.offsets.len()).unwrap_or(0)
    }

    /// The id of an entry.
    pub fn id(&self, entry: u32) -> Oid {
        self.index.oid_at_index(self.name(entry)).to_owned()
    }

    /// The number of an entry among the objects of all stores.
    pub fn number(&self, entry: u32) -> u32 {
        self.first + self.name(entry)
    }

    fn name(&self, entry: u32) -> u32 {
        self.names.get(entry as usize).copied().unwrap_or(0)
    }

    /// The id of the object of that number, which must be one of this pack's.
    pub fn id_of(&self, number: u32) -> Oid {
        let name = number.saturating_sub(self.first).min(self.count().saturating_sub(1));
        self.index.oid_at_index(name).to_owned()
    }

    /// The number of an object, if it is here.
    pub fn lookup(&self, id: &oid) -> Option<u32> {
        self.index.lookup(id).map(|name| self.first + name)
    }

    /// The entry of an object, if it is here.
    pub fn find(&self, id: &oid) -> Option<u32> {
        let offset = self.index.pack_offset_at_index(self.index.lookup(id)?);
        u32::try_from(self.offsets.binary_search(&offset).ok()?).ok()
    }

    /// What an entry is.
    pub fn kind(&self, entry: u32) -> Kind {
        self.kinds.get(entry as usize).copied().unwrap_or(Kind::Unknown)
    }

    fn base(&self, entry: u32) -> u32 {
        self.bases.get(entry as usize).copied().unwrap_or(OUTSIDE)
    }

    /// The entry that this one is a delta on; `None` where there is none in this pack.
    pub fn parent(&self, entry: u32) -> Option<u32> {
        Some(self.base(entry)).filter(|&base| base < OUTSIDE)
    }

    /// The base of an entry that builds on an object outside this pack.
    pub fn outside_base(&self, entry: u32) -> Option<Oid> {
        let at = self.outside.binary_search_by_key(&entry, |&(entry, _)| entry).ok()?;
        self.outside.get(at).map(|&(_, id)| id)
    }

    /// Whether the entry holds a whole object.
    pub fn is_whole(&self, entry: u32) -> bool {
        self.base(entry) == WHOLE
    }

    fn child_range(&self, entry: u32) -> std::ops::Range<usize> {
        let at = |place: usize| self.starts.get(place).map_or(0, |&start| start as usize);
        at(entry as usize)..at(entry as usize + 1)
    }

    /// The entries that are deltas on this one.
    pub fn children(&self, entry: u32) -> &[u32] {
        self.children.get(self.child_range(entry)).unwrap_or_default()
    }

    /// How many entries build on this one, itself included.
    pub fn below(&self, entry: u32) -> u32 {
        self.below.get(entry as usize).copied().unwrap_or(0)
    }

    /// The stream of an entry.
    pub fn entry(&self, entry: u32) -> Result<Entry<'_>, Fault> {
        self.header(entry).map(|(_, entry)| entry)
    }

    fn header(&self, entry: u32) -> Result<(Base, Entry<'_>), Fault> {
        const CUT: Fault = Fault::Corrupt("has a bad header");
        let at = entry as usize;
        let start = *self.offsets.get(at).ok_or(CUT)?;
        let later = self.offsets.get(at + 1..).unwrap_or_default().iter();
        let end = later.copied().find(|&next| next > start).unwrap_or(self.data.pack_end() as u64);
        let end = end.min(self.data.pack_end() as u64);
        let mut rest = self.data.entry_slice(start..end.max(start)).ok_or(CUT)?;
        let mut byte = take(&mut rest).ok_or(CUT)?;
        let kind = byte >> 4 & 7;
        let (mut size, mut shift) = (u64::from(byte & 15), 4);
        while byte & 0x80 != 0 {
            byte = take(&mut rest).ok_or(CUT)?;
            if shift > 57 {
                return Err(CUT);
            }
            size |= u64::from(byte & 0x7f) << shift;
            shift += 7;
        }
        let base = match kind {
            1 => Base::Whole(Kind::Commit),
            2 => Base::Whole(Kind::Tree),
            3 => Base::Whole(Kind::Blob),
            4 => Base::Whole(Kind::Tag),
            6 => Base::Distance(distance(&mut rest).ok_or(CUT)?),
            7 => {
                let (id, behind) = rest.split_at_checked(20).ok_or(CUT)?;
                rest = behind;
                Base::Id(Oid::try_from(id).map_err(|_| CUT)?)
            }
            _ => return Err(Fault::Corrupt("is of an unknown kind")),
        };
        Ok((base, Entry { size, stream: rest }))
    }
}

fn take(bytes: &mut &[u8]) -> Option<u8> {
    let (&first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(first)
}

/// The distance of an offset delta's base: each byte but the last adds one before it is shifted.
fn distance(bytes: &mut &[u8]) -> Option<u64> {
    let mut byte = take(bytes)?;
    let mut value = u64::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = take(bytes)?;
        value = value.checked_add(1)?.checked_mul(128)? | u64::from(byte & 0x7f);
    }
    Some(value)
}
