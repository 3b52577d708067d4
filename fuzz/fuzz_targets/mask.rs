#![no_main]

use konceal::secret::{Masker, Secret};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (Vec<u8>, Vec<u8>, Vec<u8>)| {
    let (key, before, after) = input;
    if key.len() < 16 {
        return;
    }
    let mut masker = Masker::new();
    masker.add(&Secret::new(key.clone()));
    let masked = masker.mask_bytes(&[before, key.clone(), after].concat());
    let is_word = |window: &[u8]| {
        let none = |class: fn(&u8) -> bool| !window.iter().any(class);
        none(u8::is_ascii_digit) && (none(u8::is_ascii_lowercase) || none(u8::is_ascii_uppercase))
    };
    for window in key.windows(9).filter(|window| !is_word(&window[..8]) && !is_word(&window[1..])) {
        assert!(!masked.bytes().windows(9).any(|shown| shown == window));
    }
});
