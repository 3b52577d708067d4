#![no_main]

use std::sync::LazyLock;

use konceal::blob::Text;
use konceal::detect::{Detector, Options};
use konceal::rule::RuleSet;
use libfuzzer_sys::fuzz_target;

static DETECTOR: LazyLock<Detector> =
    LazyLock::new(|| Detector::new(&RuleSet::built_in(), Options::default()));

fuzz_target!(|bytes: &[u8]| {
    let bytes = [b"konver X-Api-Key https://api.konver.ai KONVER_API_KEY=", bytes].concat();
    let text = Text::new(&bytes);
    for hit in DETECTOR.detect(&text).hits {
        assert!(hit.start < text.bytes().len());
        assert!(hit.location.line <= hit.location.end_line && hit.location.end_line <= text.line_count());
        assert!(DETECTOR.is_hot(&bytes));
    }
});
