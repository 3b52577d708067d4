//! The walk over packs and loose objects against git's own reading, on generated repositories.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Mutex;

use konceal::blob::Oid;
use konceal::source::Cancel;
use konceal::source::coverage::Ledger;
use konceal::source::git::{Location, Repository};
use konceal::source::history::walk::{Object, Visit, walk};
use konceal::source::history::{Fault, Kind, Stores};
use proptest::prelude::*;

use crate::support::{Fixture, made_up};

#[derive(Default)]
struct Seen(Mutex<Vec<(Oid, Kind, Vec<u8>)>>);

impl Visit for Seen {
    fn object(&self, object: &Object<'_>) {
        self.0.lock().unwrap().push((object.id, object.kind, object.bytes.to_vec()));
    }

    fn fault(&self, id: Oid, fault: Fault) {
        panic!("{id}: {fault:?}");
    }
}

/// One commit: which file, how many of its lines change, from which seed.
#[derive(Clone, Debug)]
struct Step {
    file: u8,
    lines: usize,
    seed: u64,
    branch: bool,
    repack: u8,
}

fn step() -> impl Strategy<Value = Step> {
    (0..6_u8, 0..40_usize, any::<u64>(), any::<bool>(), 0..5_u8).prop_map(|(file, lines, seed, branch, repack)| Step {
        file,
        lines,
        seed,
        branch,
        repack,
    })
}

/// A fast-import stream of these commits.
fn stream(steps: &[Step]) -> Vec<u8> {
    let mut files: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    let mut stream = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let row = |seed: u64| made_up(seed, 40, b"abcdefghijklmnop ");
        let rows = files.entry(step.file).or_insert_with(|| (0..60).map(row).collect());
        for line in 0..step.lines {
            let place = usize::try_from(step.seed % 59).unwrap() + line;
            let count = rows.len();
            rows[place % count] = row(step.seed.wrapping_add(line as u64));
        }
        let text = rows.join("\n");
        let branch = if step.branch { "refs/heads/side" } else { "refs/heads/main" };
        writeln!(stream, "commit {branch}\ncommitter C <c@d> {} +0000\ndata 1\nx", 1_700_000_000 + at).unwrap();
        writeln!(stream, "M 100644 inline d{}/f{}\ndata {}\n{text}", step.file % 2, step.file, text.len()).unwrap();
    }
    stream
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_walk_gives_what_git_gives(rounds in prop::collection::vec(prop::collection::vec(step(), 1..12), 1..5), threads in 1..4_usize) {
        let fixture = Fixture::new();
        let repository = fixture.repository("repo");
        for steps in &rounds {
            repository.git_with_input(&["fast-import", "--quiet", "--force"], &stream(steps));
            match steps[0].repack {
                0 => drop(repository.git(&["repack", "-adfq", "--depth=50"])),
                1 => drop(repository.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"])),
                2 => drop(repository.git(&["repack", "-dq"])),
                3 => {
                    let packs = std::fs::read_dir(repository.path(".git/objects/pack")).unwrap();
                    for pack in packs.map(|file| file.unwrap().path()).filter(|it| it.extension().unwrap() == "pack") {
                        let bytes = std::fs::read(&pack).unwrap();
                        for extension in ["pack", "idx", "rev"] {
                            let _ = std::fs::remove_file(pack.with_extension(extension));
                        }
                        repository.git_with_input(&["unpack-objects", "-q"], &bytes);
                    }
                }
                _ => {}
            }
        }
        let location = Location { start: repository.path(""), ..Location::default() };
        let ledger = Ledger::new();
        let stores = Stores::open(&Repository::open(&location).unwrap(), &ledger).unwrap();
        let seen = Seen::default();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| walk(&stores, &[Kind::Blob, Kind::Tree, Kind::Commit, Kind::Tag], &seen, &Cancel::default()));
        let mut seen = seen.0.into_inner().unwrap();
        seen.sort_by_key(|(id, ..)| *id);
        let list = repository.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype) %(objectsize)"]);
        let shown: Vec<String> =
            seen.iter().map(|(id, kind, bytes)| format!("{id} {} {}", format!("{kind:?}").to_lowercase(), bytes.len())).collect();
        prop_assert_eq!(shown.join("\n"), list);
        for (id, kind, bytes) in &seen {
            let kind = match kind {
                Kind::Commit => gix_object::Kind::Commit,
                Kind::Tree => gix_object::Kind::Tree,
                Kind::Tag => gix_object::Kind::Tag,
                _ => gix_object::Kind::Blob,
            };
            prop_assert_eq!(gix_object::compute_hash(gix_hash::Kind::Sha1, kind, bytes).unwrap(), *id);
        }
    }
}
