//! The project's own corpus: shapes in which keys really appear, and shapes that must stay silent, each in several variants
//! and with keys of several formats. Recall and precision of each shape are measured, and may not fall below
//! `tests/shapes/figures.toml`; the figures of the last run are written to `figures.toml` in cargo's folder for tests.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod keys;
mod random;
mod template;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use konceal::blob::Text;
use konceal::detect::{Detector, Options};
use konceal::rule::RuleSet;

use keys::{Dice, FORMATS};
use template::{Case, Filled};

/// What was counted for one shape. A key is expected once on every line on which it stands.
#[derive(Default)]
struct Count {
    leaks: bool,
    keys: usize,
    found: usize,
    texts: usize,
    /// Texts without a false finding.
    clean: usize,
    false_findings: usize,
    missed: BTreeSet<String>,
    /// Findings on the right line that do not begin where the key does.
    misplaced: BTreeSet<String>,
}

impl Count {
    fn recall(&self) -> f64 {
        ratio(self.found, self.keys)
    }

    /// Of leaks, the share of findings that are right; of silence, the share of texts in which nothing was found.
    fn precision(&self) -> f64 {
        if self.leaks { ratio(self.found, self.found + self.false_findings) } else { ratio(self.clean, self.texts) }
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap()) }
}

/// The committed figures.
fn figures_file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shapes/figures.toml")
}

fn corpus() -> Vec<(String, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shapes");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    let cases = |file: &std::path::PathBuf| {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        template::parse(&std::fs::read_to_string(file).unwrap()).into_iter().map(move |case| (name.clone(), case))
    };
    files.iter().flat_map(cases).collect()
}

/// Runs the detector over a text, and counts what it finds.
fn examine(detector: &Detector, rules: &RuleSet, case: &Case, filled: &Filled, count: &mut Count, label: &str) {
    let hits = if detector.is_hot(&filled.bytes) {
        let text = Text::new(&filled.bytes);
        detector.detect(&text).hits
    } else {
        Vec::new()
    };
    let places: BTreeSet<(Vec<u8>, usize, usize)> = hits
        .iter()
        .filter(|hit| rules.get(&hit.rule).is_none_or(|rule| rule.holds_at(Some(case.path.as_bytes()))))
        .map(|hit| (hit.secret.expose().to_vec(), hit.location.line, hit.location.column))
        .collect();
    count.leaks = case.leaks;
    count.texts += 1;
    let mut wrong = 0;
    for (secret, line, column) in &places {
        let key = filled.keys.iter().find(|key| key.value.as_bytes() == secret);
        match key.map(|key| (key.lines(), &key.places)) {
            Some((lines, places)) if lines.contains(line) => {
                if !places.contains(&(*line, *column)) {
                    count.misplaced.insert(format!("{}:{line}:{column} ({label}), not one of {places:?}", case.path));
                }
            }
            Some((lines, _)) if lines.is_empty() => {}
            _ => wrong += 1,
        }
    }
    count.clean += usize::from(wrong == 0);
    count.false_findings += wrong;
    if wrong > 0 {
        count.missed.insert(format!("{} false ({label})", case.path));
    }
    for key in &filled.keys {
        let found: BTreeSet<usize> =
            places.iter().filter(|(secret, ..)| key.value.as_bytes() == *secret).map(|(_, line, _)| *line).collect();
        let lines = key.lines();
        // One that is encoded, or in parts, may be reported at any of its lines, and is expected once.
        let (expected, there) = if lines.is_empty() {
            (1, usize::from(!found.is_empty()))
        } else {
            (lines.len(), lines.intersection(&found).count())
        };
        count.keys += expected;
        count.found += there;
        if there < expected {
            count.missed.insert(format!("{} ({label})", case.path));
        }
    }
}

fn measure() -> BTreeMap<(bool, String), Count> {
    let rules = RuleSet::built_in();
    let detector = Detector::new(&rules, Options::default());
    let mut counts: BTreeMap<(bool, String), Count> = BTreeMap::new();
    for (number, (file, case)) in corpus().iter().enumerate() {
        // Whole files are many and long: each is filled with every third format.
        let turn = |at: usize| !file.starts_with("whole_") || at % 3 == number % 3;
        let formats = FORMATS.iter().enumerate().filter(|(_, format)| format.url_safe || !case.is_in_url());
        for (at, format) in formats.filter(|(at, _)| turn(*at)) {
            let mut dice = Dice((number * 100 + at) as u64);
            let filled = case.fill(format, &mut dice);
            let count = counts.entry((case.leaks, case.shape.clone())).or_default();
            examine(&detector, &rules, case, &filled, count, &format!("{file}, {}", format.name));
        }
    }
    counts
}

#[test]
fn every_shape_is_found_or_silent_as_well_as_before() {
    let counts = measure();
    let committed = std::fs::read_to_string(figures_file()).unwrap();
    let committed: BTreeMap<String, [f64; 2]> = toml::from_str(&committed).unwrap();
    let measured: BTreeSet<&String> = counts.keys().map(|(_, shape)| shape).collect();
    let (mut table, mut written, mut worse) = (String::new(), String::new(), Vec::new());
    let (mut found, mut keys, mut wrong, mut clean, mut texts) = (0, 0, 0, 0, 0);
    for ((leaks, shape), count) in &counts {
        let (recall, precision) = (count.recall(), count.precision());
        let examples: Vec<_> = count.missed.iter().take(3).map(String::as_str).collect();
        let sign = if *leaks { '+' } else { '-' };
        writeln!(table, "{sign} {shape:28} {recall:5.3} {precision:5.3}  {}", examples.join("; ")).unwrap();
        writeln!(written, "{shape} = [{recall:.3}, {precision:.3}]").unwrap();
        let [least_recall, least_precision] = committed.get(shape).copied().unwrap_or([1.0, 1.0]);
        if recall < least_recall - 0.001 || precision < least_precision - 0.001 {
            worse.push(format!(
                "{sign} {shape}: {recall:.3} {precision:.3}, was {least_recall:.3} {least_precision:.3}"
            ));
        }
        wrong += count.false_findings;
        if *leaks {
            (found, keys) = (found + count.found, keys + count.keys);
        } else {
            (clean, texts) = (clean + count.clean, texts + count.texts);
        }
    }
    println!("{table}");
    println!("found {found} of {keys} keys; {clean} of {texts} silent texts silent; {wrong} false findings");
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("figures.toml"), written).unwrap();
    let gone: Vec<_> = committed.keys().filter(|shape| !measured.contains(shape)).collect();
    let new: Vec<_> = measured.iter().filter(|shape| !committed.contains_key(**shape)).collect();
    assert!(gone.is_empty() && new.is_empty(), "without cases: {gone:?}; without committed figures: {new:?}");
    let misplaced: Vec<_> = counts.values().flat_map(|count| &count.misplaced).collect();
    assert!(misplaced.is_empty(), "findings that do not begin where the key does: {misplaced:#?}");
    assert!(worse.is_empty(), "worse than tests/shapes/figures.toml:\n{}", worse.join("\n"));
}

#[test]
fn every_shape_has_two_variants() {
    let mut variants: BTreeMap<String, usize> = BTreeMap::new();
    for (_, case) in corpus() {
        *variants.entry(case.shape).or_default() += 1;
    }
    let few: Vec<_> = variants.iter().filter(|(_, count)| **count < 2).collect();
    assert!(few.is_empty(), "{few:?}");
}
