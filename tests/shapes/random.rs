//! A key generated at random, in any of the formats, put into any template whose shape is found without exception, is found on
//! its line; taken out again, nothing is.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use konceal::detect::{Detector, Options};
use konceal::rule::RuleSet;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::Count;
use crate::keys::{Dice, FORMATS, Format};
use crate::template::Case;

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::built_in);
static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(&RULES, Options::default()));

/// The templates of leaks, but those of shapes that the committed figures say are sometimes missed.
static TEMPLATES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let figures = std::fs::read_to_string(crate::figures_file()).unwrap();
    let figures: BTreeMap<String, [f64; 2]> = toml::from_str(&figures).unwrap();
    let whole = |case: &Case| figures.get(&case.shape).is_some_and(|[recall, precision]| recall.min(*precision) >= 1.0);
    let is_file = |case: &Case| case.shape.starts_with("leaking-");
    crate::corpus()
        .into_iter()
        .map(|(_, case)| case)
        .filter(|case| case.leaks && whole(case) && !is_file(case))
        .collect()
});

/// What is found in the template with keys of that format, and the keys.
fn counted(case: &Case, format: &Format, seed: u64) -> (Count, Vec<String>) {
    let mut count = Count::default();
    let filled = case.fill(format, &mut Dice(seed));
    crate::examine(&DETECTOR, &RULES, case, &filled, &mut count, format.name);
    (count, filled.keys.into_iter().map(|key| key.value).collect())
}

proptest! {
    // Of the keys that chance makes, one in ten thousand looks written: the same ones are drawn in every run.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(2026), ..ProptestConfig::with_cases(4000) })]

    #[test]
    fn a_random_key_in_any_template_is_found_and_taken_out_leaves_silence(
        template in 0..TEMPLATES.len(), format in 0..FORMATS.len(), seed in any::<u64>()
    ) {
        let (case, format) = (&TEMPLATES[template], &FORMATS[format]);
        prop_assume!(format.url_safe || !case.is_in_url());
        let (count, keys) = counted(case, format, seed);
        // Of a key whose ends are marks nobody can tell, without quotes, where it ends; and no digit is rare.
        let plain = |key: &String| key.starts_with(|c: char| c.is_ascii_alphanumeric())
            && key.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '=')
            && key.contains(|c: char| c.is_ascii_digit());
        prop_assume!(keys.iter().all(plain));
        prop_assert_eq!(count.found, count.keys, "missed in {} {} {}", case.shape, case.path, format.name);
        prop_assert_eq!(count.false_findings, 0, "false in {} {}", case.shape, case.path);
        for instead in ["", "your_api_key_here"] {
            let filled = case.fill_with(instead, &mut Dice(seed));
            let hits = DETECTOR.detect(&konceal::blob::Text::new(&filled)).hits;
            prop_assert!(hits.is_empty(), "{:?} in {} {} {instead:?}", hits.first().map(|it| it.rule.clone()), case.shape, case.path);
        }
    }
}
