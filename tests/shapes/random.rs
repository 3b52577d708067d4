//! A key generated at random, in any of the formats, put into any template whose shape is found without exception, is found on
//! its line; taken out again, nothing is.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use konceal::detect::{Detector, Options};
use konceal::rule::RuleSet;
use proptest::prelude::*;

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
    crate::corpus().into_iter().map(|(_, case)| case).filter(|case| case.leaks && whole(case)).collect()
});

fn counted(case: &Case, format: &Format, seed: u64) -> Count {
    let mut count = Count::default();
    crate::examine(&DETECTOR, &RULES, case, &case.fill(format, &mut Dice(seed)), &mut count, format.name);
    count
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn a_random_key_in_any_template_is_found_and_taken_out_leaves_silence(
        template in 0..TEMPLATES.len(), format in 0..FORMATS.len(), seed in any::<u64>()
    ) {
        let (case, format) = (&TEMPLATES[template], &FORMATS[format]);
        prop_assume!(format.url_safe || !case.is_in_url());
        let count = counted(case, format, seed);
        prop_assert_eq!(count.found, count.keys, "missed in {} {} {}", case.shape, case.path, format.name);
        prop_assert_eq!(count.false_findings, 0, "false in {} {}", case.shape, case.path);
        for instead in ["", "your_api_key_here"] {
            let filled = case.fill_with(instead, &mut Dice(seed));
            let hits = DETECTOR.detect(&konceal::blob::Text::new(&filled)).hits;
            prop_assert!(hits.is_empty(), "{:?} in {} {} {instead:?}", hits.first().map(|it| it.rule.clone()), case.shape, case.path);
        }
    }
}
