#![no_main]

use konceal::config::{ConfigFile, Settings};
use konceal::suppress::Baseline;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(config) = ConfigFile::parse("fuzz", bytes) {
        if let Ok(settings) = Settings::new(&config, "fuzz", &String::from_utf8_lossy(bytes)) {
            let _ = settings.excludes(b"some/folder/file.txt");
        }
        assert!(config.narrows(&config).is_empty());
    }
    if let Ok(baseline) = Baseline::parse(bytes) {
        let written = baseline.to_json().expect("a baseline is plain text");
        let again = Baseline::parse(&written).expect("what is written is read again");
        assert_eq!(again.to_json().expect("as before"), written);
    }
});
