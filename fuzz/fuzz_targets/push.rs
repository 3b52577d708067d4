#![no_main]

use konceal::hook::updates;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for receiving in [false, true] {
        if let Ok(updates) = updates(bytes, receiving) {
            assert!(updates.iter().all(|update| !update.new.is_null()));
        }
    }
});
