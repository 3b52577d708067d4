//! The object stores of a repository: its own, those that the environment names, and alternates; every object has a number.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::loose::Loose;
use super::packs::{Kind, Pack};
use crate::blob::Oid;
use crate::secret::Raw;
use crate::source::SourceError;
use crate::source::coverage::{Code, Ledger};
use crate::source::git::Repository;
use crate::source::worktree::{bytes_of, path_of};

/// All objects that a repository can reach, opened once. Own stores come before shared ones; an object that stands in several
/// places counts where it comes first.
pub struct Stores {
    /// Packs, those of own stores first.
    pub packs: Vec<Pack>,
    /// Loose objects of own stores and of shared ones.
    pub loose: Vec<Loose>,
    own_packs: usize,
    own_loose: usize,
    own_total: u32,
    total: u32,
    duplicates: Bits,
}

/// One bit for each object.
#[derive(Default)]
pub struct Bits(Vec<AtomicU64>);

impl Bits {
    /// So many bits, none of them set.
    pub fn new(count: u32) -> Self {
        Self((0..=count / 64).map(|_| AtomicU64::new(0)).collect())
    }

    /// Sets a bit; whether it was not set before.
    pub fn set(&self, at: u32) -> bool {
        let mask = 1 << (at % 64);
        self.0.get(at as usize / 64).is_some_and(|word| word.fetch_or(mask, Ordering::Relaxed) & mask == 0)
    }

    /// Whether a bit is set.
    pub fn get(&self, at: u32) -> bool {
        self.0.get(at as usize / 64).is_some_and(|word| word.load(Ordering::Relaxed) >> (at % 64) & 1 == 1)
    }
}

/// Where an object stands.
#[derive(Clone, Copy, Debug)]
pub enum At {
    /// Entry of a pack.
    Pack(usize, u32),
    /// Place in a list of loose objects.
    Loose(usize, u32),
}

impl Stores {
    /// Opens every store. What cannot be opened is entered into the ledger.
    ///
    /// # Errors
    /// More objects than can be numbered.
    pub fn open(repository: &Repository, ledger: &Ledger) -> Result<Self, SourceError> {
        let own: Vec<PathBuf> = std::iter::once(repository.objects_dir())
            .chain(repository.environment_alternates().iter().cloned())
            .collect();
        let mut seen = BTreeSet::new();
        let own: Vec<PathBuf> = own.into_iter().filter(|folder| seen.insert(real(folder))).collect();
        let shared = alternates(&own, &mut seen, ledger);
        for folder in &shared {
            ledger.note(Code::SHARED_STORE, Some(Raw::new(bytes_of(folder))), None);
        }
        let mut stores = Self {
            packs: Vec::new(),
            loose: Vec::new(),
            own_packs: 0,
            own_loose: 0,
            own_total: 0,
            total: 0,
            duplicates: Bits::default(),
        };
        stores.add(&own, ledger)?;
        (stores.own_packs, stores.own_loose) = (stores.packs.len(), stores.loose.len());
        stores.own_total = stores.total;
        stores.add(&shared, ledger)?;
        stores.resolve_outside();
        stores.find_duplicates();
        Ok(stores)
    }

    fn add(&mut self, folders: &[PathBuf], ledger: &Ledger) -> Result<(), SourceError> {
        let unreadable = |path: &Path, why: String| {
            ledger.note(Code::UNREADABLE, Some(Raw::new(bytes_of(path))), Some(masked(&why)));
        };
        let mut indexes = Vec::new();
        for folder in folders {
            let files = match std::fs::read_dir(folder.join("pack")) {
                Ok(files) => files,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => {
                    unreadable(&folder.join("pack"), error.kind().to_string());
                    continue;
                }
            };
            for file in files.filter_map(Result::ok) {
                let path = file.path();
                if path.extension().is_some_and(|it| it == "idx") {
                    let size = path.with_extension("pack").metadata().map_or(0, |meta| meta.len());
                    indexes.push((std::cmp::Reverse(size), path));
                }
            }
        }
        // The largest first: the many objects of a large pack are then looked up nowhere else.
        indexes.sort();
        for (_, path) in indexes {
            match Pack::open(&path, self.total) {
                Ok(pack) => {
                    self.total = self.total_with(pack.count())?;
                    self.packs.push(pack);
                }
                Err(why) => unreadable(&path, why),
            }
        }
        for folder in folders {
            match Loose::list(folder, self.total) {
                Ok(loose) => {
                    self.total = self.total_with(loose.count())?;
                    self.loose.push(loose);
                }
                Err(error) => unreadable(folder, error.kind().to_string()),
            }
        }
        Ok(())
    }

    fn total_with(&self, more: u32) -> Result<u32, SourceError> {
        self.total.checked_add(more).ok_or_else(|| SourceError::Git("more than 4,294,967,295 objects".into()))
    }

    /// Deltas whose base lies in another pack or is loose: not what git leaves on disk, but possible.
    fn resolve_outside(&mut self) {
        loop {
            let mut found = Vec::new();
            for (at, pack) in self.packs.iter().enumerate() {
                for &(entry, base) in pack.outside().iter().filter(|&&(entry, _)| pack.kind(entry) == Kind::Unknown) {
                    let kind = self.locate(&base).map_or(Kind::Unknown, |number| self.kind(number));
                    if kind != Kind::Unknown {
                        found.push((at, entry, kind));
                    }
                }
            }
            if found.is_empty() {
                return;
            }
            for (at, entry, kind) in found {
                if let Some(pack) = self.packs.get_mut(at) {
                    pack.resolve(entry, kind);
                }
            }
        }
    }

    fn find_duplicates(&mut self) {
        use rayon::prelude::*;
        let duplicates = Bits::new(self.total);
        (0..self.total).into_par_iter().with_min_len(1024).for_each(|number| {
            let is_first_pack = self.own_packs > 0 && self.packs.first().is_some_and(|pack| number < pack.count());
            if !is_first_pack && self.id(number).is_some_and(|id| self.locate(&id) != Some(number)) {
                duplicates.set(number);
            }
        });
        self.duplicates = duplicates;
    }

    /// Number of objects, those that stand in several places counted as often.
    pub fn count(&self) -> u32 {
        self.total
    }

    /// Whether the object of this number counts elsewhere.
    pub fn is_duplicate(&self, number: u32) -> bool {
        self.duplicates.get(number)
    }

    /// Objects of which not even the kind can be told, each once.
    pub fn unknown(&self) -> Vec<(Oid, u32)> {
        let packed = self.packs.iter().flat_map(|pack| {
            let unknown = (0..pack.count()).filter(|&entry| pack.kind(entry) == Kind::Unknown);
            unknown.map(|entry| (pack.id(entry), pack.number(entry)))
        });
        let loose = self.loose.iter().flat_map(|loose| {
            let unknown = (0..loose.count()).filter_map(|at| Some((at, loose.get(at)?)));
            unknown.filter(|(_, (_, kind))| *kind == Kind::Unknown).map(|(at, (id, _))| (id, loose.first + at))
        });
        packed.chain(loose).filter(|&(_, number)| !self.is_duplicate(number)).collect()
    }

    /// Whether there are stores that belong to other repositories as well.
    pub fn is_shared(&self) -> bool {
        self.packs.len() > self.own_packs || self.loose.len() > self.own_loose
    }

    /// How many of the objects stand in stores of this repository's own: those of the first numbers.
    pub fn own_count(&self) -> u32 {
        self.own_total
    }

    /// Whether the object stands in a store of this repository's own.
    pub fn is_own(&self, number: u32) -> bool {
        number < self.own_total
    }

    /// The number of an object; `None` where it is not here.
    pub fn locate(&self, id: &gix_hash::oid) -> Option<u32> {
        let (own_packs, shared_packs) = self.packs.split_at_checked(self.own_packs).unwrap_or_default();
        let (own_loose, shared_loose) = self.loose.split_at_checked(self.own_loose).unwrap_or_default();
        let packed = |packs: &[Pack]| packs.iter().find_map(|pack| pack.lookup(id));
        let loose = |lists: &[Loose]| lists.iter().find_map(|list| list.lookup(id));
        packed(own_packs).or_else(|| loose(own_loose)).or_else(|| packed(shared_packs)).or_else(|| loose(shared_loose))
    }

    /// Where the object of this number stands. A pack's object is named by its place in the index.
    pub fn at(&self, number: u32) -> Option<At> {
        let pack = self.packs.iter().position(|pack| (pack.first..pack.first + pack.count()).contains(&number));
        if let Some(at) = pack {
            let entry = self.packs.get(at).and_then(|pack| pack.find(&pack.id_of(number)))?;
            return Some(At::Pack(at, entry));
        }
        let loose = self.loose.iter().position(|it| (it.first..it.first + it.count()).contains(&number))?;
        Some(At::Loose(loose, number - self.loose.get(loose)?.first))
    }

    /// The id of the object of this number.
    pub fn id(&self, number: u32) -> Option<Oid> {
        if let Some(pack) = self.packs.iter().find(|pack| (pack.first..pack.first + pack.count()).contains(&number)) {
            return Some(pack.id_of(number));
        }
        let loose = self.loose.iter().find(|it| (it.first..it.first + it.count()).contains(&number))?;
        loose.get(number - loose.first).map(|(id, _)| id)
    }

    /// What the object of this number is.
    pub fn kind(&self, number: u32) -> Kind {
        match self.at(number) {
            Some(At::Pack(at, entry)) => self.packs.get(at).map_or(Kind::Unknown, |pack| pack.kind(entry)),
            Some(At::Loose(at, place)) => {
                self.loose.get(at).and_then(|loose| loose.get(place)).map_or(Kind::Unknown, |(_, kind)| kind)
            }
            None => Kind::Unknown,
        }
    }
}

/// The stores that `objects/info/alternates` names, and those that these name, each once.
fn alternates(own: &[PathBuf], seen: &mut BTreeSet<PathBuf>, ledger: &Ledger) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = own.iter().rev().cloned().collect();
    while let Some(folder) = open.pop() {
        let bytes = std::fs::read(folder.join("info").join("alternates")).unwrap_or_default();
        for line in bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"#")) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let other = folder.join(path_of(line));
            if !other.is_dir() {
                let why = "the alternate object store is not there".to_owned();
                ledger.note(Code::UNREADABLE, Some(Raw::new(bytes_of(&other))), Some(why));
            } else if seen.insert(real(&other)) {
                found.push(other.clone());
                open.push(other);
            }
        }
    }
    found
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn masked(text: &str) -> String {
    crate::secret::mask_key_shapes(text.as_bytes()).text().into_owned()
}
