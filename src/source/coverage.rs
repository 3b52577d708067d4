//! The coverage ledger: what was examined, and what was not and why.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::secret::Raw;

/// How much a gap weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Always shown; an error under `--strict`.
    Warning,
    /// The scan is incomplete.
    Error,
}

/// Why something was not examined, or what else a reader must know of the scan. docs/notices.md lists them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Code {
    /// Kebab-case, as reports show it.
    pub name: &'static str,
    /// How much it weighs without `--strict`.
    pub level: Level,
    /// Whether it counts things that were not examined.
    pub skips: bool,
    /// What one of them is called, in a sentence: "1 file could not be read".
    pub one: &'static str,
    /// The same for several.
    pub many: &'static str,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $id:ident = $name:literal, $level:ident, $skips:literal, $one:literal, $many:literal;)*) => {
        impl Code {
            $($(#[$doc])* pub const $id: Self = Self {
                name: $name, level: Level::$level, skips: $skips, one: $one, many: $many };)*
            /// Every code, in the order of their definition.
            pub const ALL: &[Self] = &[$(Self::$id),*];
        }
    };
}

codes! {
    /// A file or folder that could not be read.
    UNREADABLE = "unreadable-file", Error, true, "file could not be read", "files could not be read";
    /// An object that is damaged.
    CORRUPT = "corrupt-object", Error, true, "object is damaged", "objects are damaged";
    /// An object that is not there (a promisor's too).
    MISSING = "missing-object", Error, true, "object is missing", "objects are missing";
    /// Something that did not fit a bound of memory or size of the program's own.
    TOO_LARGE = "too-large", Error, true, "object is too large to be read whole", "objects are too large to be read whole";
    /// The time limit ended the scan.
    TIMEOUT = "timeout", Error, false, "time limit reached: the scan was cut off", "time limits reached";
    /// The user interrupted the scan.
    INTERRUPTED = "interrupted", Error, false, "interrupt: the scan was cut off", "interrupts";
    /// A shallow clone's edge was reached.
    SHALLOW = "shallow-history", Error, true,
        "commit is the edge of a shallow clone: what lies behind was not examined (fetch it, or pass --allow-shallow)",
        "commits are the edge of a shallow clone: what lies behind was not examined (fetch it, or pass --allow-shallow)";
    /// The same, accepted by `--allow-shallow`.
    SHALLOW_ALLOWED = "shallow-allowed", Warning, true, "commit is the edge of a shallow clone, accepted by --allow-shallow",
        "commits are the edge of a shallow clone, accepted by --allow-shallow";
    /// The program itself failed on something.
    INTERNAL = "internal-error", Error, true, "blob made the program fail; please report this", "blobs made the program fail; please report this";
    /// A file that a hygiene rule needs.
    HYGIENE = "hygiene-file", Error, true, "file that the hygiene rules ask for could not be read",
        "files that the hygiene rules ask for could not be read";
    /// Another repository's submodule.
    SUBMODULE = "submodule", Warning, true, "submodule was not entered", "submodules were not entered";
    /// A repository inside the working tree.
    NESTED = "nested-repository", Warning, true, "nested repository was not entered", "nested repositories were not entered";
    /// Content that an LFS pointer names.
    LFS = "lfs-pointer", Warning, true, "Git LFS pointer: the content that it names lies outside",
        "Git LFS pointers: the content that they name lies outside";
    /// An archive that was not opened.
    ARCHIVE = "archive", Warning, true, "archive was not opened", "archives were not opened";
    /// Above the user's own limit.
    OVER_LIMIT = "above-max-file-size", Warning, true, "file above --max-file-size was not examined",
        "files above --max-file-size were not examined";
    /// Left out by the configuration.
    EXCLUDED = "excluded", Warning, true, "file was excluded by the configuration", "files were excluded by the configuration";
    /// Not a regular file.
    SPECIAL = "special-file", Warning, true, "special file (device, FIFO, socket) was not examined",
        "special files (devices, FIFOs, sockets) were not examined";
    /// An entry that is unmerged.
    CONFLICT = "unmerged-entry", Warning, false, "file has conflicts; each side was examined", "files have conflicts; each side was examined";
    /// A rule without a literal.
    NO_ANCHOR = "rule-without-literal", Warning, false, "pattern has no literal to search for, so every file is examined in full",
        "patterns have no literal to search for, so every file is examined in full";
    /// The configuration's bound let a finding pass.
    FAIL_ON = "fail-on-configured", Warning, false, "finding is below the fail-on of the scanned repository's configuration",
        "findings are below the fail-on of the scanned repository's configuration";
    /// The change under scan touches the configuration.
    CONFIG_CHANGED = "configuration-narrowed", Warning, false, "staged change of the configuration narrows the scan",
        "staged changes of the configuration narrow the scan";
    /// A range adds baseline entries or markers.
    ACCEPTED_IN_RANGE = "accepted-in-range", Warning, false, "finding is accepted by an entry or marker that the range itself adds",
        "findings are accepted by entries or markers that the range itself adds";
    /// The pre-commit framework names only one ref.
    FIRST_REF_ONLY = "first-ref-only", Warning, false, "push: the framework names only the first ref pushed",
        "pushes: the framework names only the first ref pushed";
    /// The store is shared with other repositories.
    SHARED_STORE = "shared-object-store", Warning, false,
        "alternate object store: only what this repository's refs reach was taken from it",
        "alternate object stores: only what this repository's refs reach was taken from them";
    /// Verification could not prove anything.
    VERIFICATION = "verification", Warning, false, "verification proves nothing", "verifications prove nothing";
}

/// One line of the ledger, still raw.
#[derive(Debug, Default)]
pub struct Entry {
    /// How often.
    pub count: u64,
    /// The first places (paths, ids, revisions), sorted: at most [`Ledger::PLACES`] are kept.
    pub places: Vec<Raw>,
    /// What the system said about the first place, if anything.
    pub detail: Option<String>,
}

/// What a scan examined and what it did not. Shared by all threads.
#[derive(Debug, Default)]
pub struct Ledger {
    files: AtomicU64,
    objects: AtomicU64,
    blobs: AtomicU64,
    bytes: AtomicU64,
    shallow: AtomicBool,
    refused: Mutex<BTreeMap<&'static str, u64>>,
    entries: Mutex<BTreeMap<Code, Entry>>,
    /// What was left out where, so that it counts once; none where several sources are not looked at.
    once: Option<Mutex<BTreeSet<(Code, Raw)>>>,
}

impl Ledger {
    /// So many places of a code are named.
    pub const PLACES: usize = 5;

    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on what is left out at a place counts once, whichever source comes to it: an audit looks at several.
    pub fn count_places_once(&mut self) {
        self.once = Some(Mutex::default());
    }

    /// A file (working tree, index, standard input, message) of so many bytes was examined.
    pub fn file(&self, bytes: usize) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// A blob of the object store of so many bytes was examined.
    pub fn blob(&self, bytes: usize) {
        self.blobs.fetch_add(1, Ordering::Relaxed);
        self.objects.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Many blobs were examined: the count and their bytes together.
    pub fn blobs(&self, count: u64, bytes: u64) {
        self.blobs.fetch_add(count, Ordering::Relaxed);
        self.objects.fetch_add(count, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many other objects (commits, trees, tags) were read.
    pub fn objects(&self, count: u64) {
        self.objects.fetch_add(count, Ordering::Relaxed);
    }

    /// The repository is a shallow clone.
    pub fn set_shallow(&self) {
        self.shallow.store(true, Ordering::Relaxed);
    }

    /// Enters one gap, with the place it concerns and what the system said of it.
    pub fn note(&self, code: Code, place: Option<Raw>, detail: Option<String>) {
        if let (Some(once), Some(place)) = (&self.once, &place)
            && code.skips
            && !lock(once).insert((code, place.clone()))
        {
            return;
        }
        let mut entries = lock(&self.entries);
        let entry = entries.entry(code).or_default();
        entry.count += 1;
        if let Some(place) = place {
            let at = entry.places.binary_search(&place).unwrap_or_else(|at| at);
            if at < Self::PLACES {
                if at == 0 && detail.is_some() {
                    entry.detail = detail;
                }
                entry.places.insert(at, place);
                entry.places.truncate(Self::PLACES);
            }
        } else if entry.detail.is_none() {
            entry.detail = detail;
        }
    }

    /// Candidates were judged and refused, for the reason of that name.
    pub fn refuse(&self, reason: &'static str, count: usize) {
        *lock(&self.refused).entry(reason).or_default() += count as u64;
    }

    /// How many candidates were refused, by reason.
    pub fn refused(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.refused).clone()
    }

    /// The four counts: files, objects, blobs, bytes.
    pub fn counts(&self) -> [u64; 4] {
        [&self.files, &self.objects, &self.blobs, &self.bytes].map(|count| count.load(Ordering::Relaxed))
    }

    /// Whether the repository is a shallow clone.
    pub fn is_shallow(&self) -> bool {
        self.shallow.load(Ordering::Relaxed)
    }

    /// Takes the entries out, in the order of their codes.
    pub fn take_entries(&self) -> BTreeMap<Code, Entry> {
        std::mem::take(&mut *lock(&self.entries))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
