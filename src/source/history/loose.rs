//! Loose objects: one deflated file each.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::inflate::{Buffer, Fault, Inflater};
use super::packs::Kind;
use crate::blob::Oid;

/// The loose objects of one store, in the order of their ids.
#[derive(Debug, Default)]
pub struct Loose {
    /// Number of the first one among the objects of all stores.
    pub first: u32,
    folder: PathBuf,
    objects: Vec<(Oid, Kind)>,
}

/// So many bytes of a file are enough for the header.
const HEADER: usize = 64;

impl Loose {
    /// Lists the loose objects below a store's folder, and reads their headers.
    ///
    /// # Errors
    /// A folder that cannot be listed.
    pub fn list(folder: &Path, first: u32) -> std::io::Result<Self> {
        use rayon::prelude::*;
        let mut ids = Vec::new();
        for byte in 0..=255_u8 {
            let name = format!("{byte:02x}");
            let files = match std::fs::read_dir(folder.join(&name)) {
                Ok(files) => files,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            for file in files {
                let rest = file?.file_name();
                let id = rest.to_str().and_then(|rest| Oid::from_hex(format!("{name}{rest}").as_bytes()).ok());
                ids.extend(id.filter(|id| id.kind() == gix_hash::Kind::Sha1));
            }
        }
        ids.sort_unstable();
        ids.dedup();
        let mut loose = Self { first, folder: folder.to_owned(), objects: Vec::new() };
        loose.objects = ids
            .into_par_iter()
            .map_init(Inflater::default, |inflater, id| (id, loose.kind_of(inflater, &id).unwrap_or(Kind::Unknown)))
            .collect();
        Ok(loose)
    }

    /// Number of objects.
    pub fn count(&self) -> u32 {
        u32::try_from(self.objects.len()).unwrap_or(u32::MAX)
    }

    /// Id and kind of the object at a place of the list.
    pub fn get(&self, at: u32) -> Option<(Oid, Kind)> {
        self.objects.get(at as usize).copied()
    }

    /// The number of an object, if it is here.
    pub fn lookup(&self, id: &gix_hash::oid) -> Option<u32> {
        let at = self.objects.binary_search_by(|(it, _)| it.as_ref().cmp(id)).ok()?;
        Some(self.first + u32::try_from(at).ok()?)
    }

    fn path(&self, id: &Oid) -> PathBuf {
        let hex = id.to_string();
        let (folder, name) = hex.split_at_checked(2).unwrap_or_default();
        self.folder.join(folder).join(name)
    }

    fn kind_of(&self, inflater: &mut Inflater, id: &Oid) -> Option<Kind> {
        let mut file = [0; 256];
        let mut length = 0;
        let mut open = File::open(self.path(id)).ok()?;
        while length < file.len() {
            match open.read(file.get_mut(length..)?).ok()? {
                0 => break,
                more => length += more,
            }
        }
        header(inflater, file.get(..length)?).map(|(kind, ..)| kind)
    }

    /// Reads an object whole.
    pub fn read(&self, inflater: &mut Inflater, id: &Oid, out: &mut Buffer) -> Result<Kind, Fault> {
        let file = std::fs::read(self.path(id)).map_err(|_| Fault::Corrupt("cannot be read"))?;
        let (kind, size, skip) = header(inflater, &file).ok_or(Fault::Corrupt("has a bad header"))?;
        inflater.inflate_behind(&file, skip, size, out)?;
        Ok(kind)
    }
}

/// Kind, size and length of the header: `blob 12` and NUL.
fn header(inflater: &mut Inflater, file: &[u8]) -> Option<(Kind, u64, usize)> {
    let mut start = [0; HEADER];
    let length = inflater.start(file, &mut start).ok()?;
    let start = start.get(..length)?;
    let end = memchr::memchr(0, start)?;
    let text = std::str::from_utf8(start.get(..end)?).ok()?;
    let (kind, size) = text.split_once(' ')?;
    let kind = match kind {
        "commit" => Kind::Commit,
        "tree" => Kind::Tree,
        "blob" => Kind::Blob,
        "tag" => Kind::Tag,
        _ => return None,
    };
    Some((kind, size.parse().ok()?, end + 1))
}
