#![no_main]

use konceal::blob::Text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = Text::new(bytes);
    let length = text.bytes().len();
    let lines: usize = (1..=text.line_count()).filter_map(|number| text.line_span(number)).map(|span| span.len() + 1).sum();
    assert_eq!(lines, length + 1);
    for start in (0..length).step_by(1 + length / 16) {
        let location = text.location(&(start..length));
        assert!(location.line <= location.end_line && location.end_line <= text.line_count());
        assert!(location.column >= 1 && location.end_column >= 1);
        let span = text.line_span(location.line).expect("the line of a place exists");
        assert!(span.start <= start && start <= span.end);
    }
});
