//! Values that must be refused, and keys that must pass. No key stands here: all are drawn at run time.

#[path = "../../../tests/support/dice.rs"]
mod dice;

use super::*;
use dice::Dice;

fn name(value: &str, strength: Strength) -> &'static str {
    judge(value.as_bytes(), strength).err().map_or("key", Reason::name)
}

impl Dice {
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).filter_map(|_| self.roll().to_le_bytes().first().copied()).collect()
    }
}

const HEX: &[u8] = b"0123456789abcdef";
const UPPER_HEX: &[u8] = b"0123456789ABCDEF";
const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE64URL: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

type Format = (&'static str, fn(&mut Dice) -> String);

const FORMATS: &[Format] = &[
    ("hex 32", |dice| dice.draw(32, HEX)),
    ("hex 40", |dice| dice.draw(40, HEX)),
    ("hex 64", |dice| dice.draw(64, UPPER_HEX)),
    ("uuid", |dice| {
        let variant = dice.draw(1, b"89ab");
        let part = |dice: &mut Dice, length| dice.draw(length, HEX);
        let (a, b, c) = (part(dice, 8), part(dice, 4), part(dice, 3));
        format!("{a}-{b}-4{c}-{variant}{}-{}", part(dice, 3), part(dice, 12))
    }),
    ("base62 24", |dice| dice.draw(24, BASE62)),
    ("base62 32", |dice| dice.draw(32, BASE62)),
    ("base62 64", |dice| dice.draw(64, BASE62)),
    ("base36 32", |dice| dice.draw(32, BASE36)),
    ("base64url 32", |dice| dice.draw(32, BASE64URL)),
    ("base64url 43", |dice| dice.draw(43, BASE64URL)),
    ("base64url 64", |dice| dice.draw(64, BASE64URL)),
    ("base64 ==", |dice| data_encoding::BASE64.encode(&dice.bytes(16))),
    ("base64 =", |dice| data_encoding::BASE64.encode(&dice.bytes(32))),
    ("prefix live", |dice| format!("kv_live_{}", dice.draw(32, BASE62))),
    ("prefix test", |dice| format!("kv_test_{}", dice.draw(32, BASE62))),
    ("prefix dash", |dice| format!("knv-{}", dice.draw(24, BASE62))),
    ("prefix sk", |dice| format!("konver_sk_{}", dice.draw(40, HEX))),
    ("prefix pat", |dice| format!("kvr_pat_{}_{}", dice.draw(11, BASE62), dice.draw(36, BASE62))),
    ("dotted", |dice| format!("{}.{}", dice.draw(16, BASE62), dice.draw(32, BASE64URL))),
    ("two parts", |dice| format!("KV{}-{}", dice.draw(6, b"0123456789"), dice.draw(24, BASE36))),
    ("jwt", |dice| {
        let header = data_encoding::BASE64URL_NOPAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        format!("{header}.{}.{}", dice.draw(60, BASE64URL), dice.draw(43, BASE64URL))
    }),
];

fn false_refusals(strength: Strength, keys: usize) -> Vec<(&'static str, usize, Vec<String>)> {
    let mut rows = Vec::new();
    for (format, make) in FORMATS {
        let mut dice = Dice(format.bytes().map(u64::from).sum());
        let refused = (0..keys).map(|_| make(&mut dice)).filter(|key| judge(key.as_bytes(), strength).is_err());
        let refused: Vec<_> = refused.collect();
        rows.push((*format, refused.len(), refused.into_iter().take(3).collect()));
    }
    rows
}

#[test]
fn random_keys_of_every_format_pass() {
    // Optimized, this measures: two in a hundred thousand at most (short padded base64), mostly none.
    let keys = if cfg!(debug_assertions) { 400 } else { 1_000_000 };
    for (format, refused, some) in false_refusals(Strength::Strong, keys) {
        assert!(refused * 50_000 <= keys, "{format} {refused} {some:?}");
    }
    for (format, refused, some) in false_refusals(Strength::Weak, keys) {
        assert!(format == "uuid" || refused * 20 <= keys, "{format} {refused} {some:?}");
    }
}

#[test]
fn reasons_are_named() {
    let groups: [(&str, &str); 4] = [
        ("reference", include_str!("tests/references.txt")),
        ("placeholder", include_str!("tests/placeholders.txt")),
        ("ciphertext", include_str!("tests/ciphertexts.txt")),
        ("not-random", include_str!("tests/words.txt")),
    ];
    let mut wrong = Vec::new();
    for (reason, values) in groups {
        for value in values.lines().filter(|line| !line.starts_with('#')) {
            let said = name(value, Strength::Strong);
            if said != reason && !(reason == "not-random" && said == "placeholder") {
                wrong.push(format!("{value}: {said}, not {reason}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_placeholder_word_beside_a_key_does_not_hide_it() {
    let mut dice = Dice(5);
    for prefix in ["kv_test_", "my-", "demo.", "example_", "YOUR_KEY_", "fake-"] {
        let value = format!("{prefix}{}", dice.draw(32, BASE62));
        assert_eq!(name(&value, Strength::Strong), "key", "{value}");
        // Long enough for a key, so that it is the word that refuses it, and not its length.
        let short = format!("{prefix}{}", dice.draw(MIN_KEY_LENGTH - 1, BASE62));
        assert!(short.len() >= MIN_KEY_LENGTH);
        assert_eq!(name(&short, Strength::Strong), "placeholder", "{short}");
    }
}

#[test]
fn uuids_need_more_than_weak_evidence() {
    let mut dice = Dice(6);
    let uuid = format!(
        "{}-{}-4{}-a{}-{}",
        dice.draw(8, HEX),
        dice.draw(4, HEX),
        dice.draw(3, HEX),
        dice.draw(3, HEX),
        dice.draw(12, HEX)
    );
    assert_eq!((name(&uuid, Strength::Medium), name(&uuid, Strength::Weak)), ("key", "not-random"));
    assert_ne!(name("00000000-0000-4000-8000-000000000000", Strength::Strong), "key");
    assert_ne!(name("12345678-1234-1234-1234-123456789abc", Strength::Strong), "key");
}

#[test]
fn length_and_characters_are_bounds() {
    let mut dice = Dice(7);
    assert_eq!(name(&dice.draw(15, BASE62), Strength::Strong), "length");
    assert_eq!(name(&dice.draw(4097, BASE62), Strength::Strong), "length");
    assert_eq!(name(&dice.draw(4096, BASE62), Strength::Strong), "key");
    assert_eq!(name(&format!("{} {}", dice.draw(16, BASE62), dice.draw(16, BASE62)), Strength::Strong), "characters");
}

#[test]
fn masked_middles_and_encoded_stand_ins_are_refused() {
    let mut dice = Dice(8);
    let (begin, end) = (dice.draw(8, BASE62), dice.draw(6, BASE62));
    for middle in ["****", "...", "…", "xxxxxxxxxxxx", "XXXXXXXXXXXXXXXX", "••••", "----------------"] {
        let value = format!("kv_live_{begin}{middle}{end}");
        assert_ne!(name(&value, Strength::Strong), "key", "{value}");
    }
    for text in [
        "Konver sync, written by the platform team",
        "your_api_key_here",
        "YOUR_API_KEY",
        "${KONVER_API_KEY}",
        "changeme-please-now",
    ] {
        let value = data_encoding::BASE64.encode(text.as_bytes());
        assert_ne!(name(&value, Strength::Strong), "key", "{value}");
    }
}

#[test]
fn beginnings_of_other_vendors_keys_are_known_and_are_no_reason_of_the_value_alone() {
    let value = format!("glpat-{}", Dice(9).draw(24, BASE62));
    assert!(is_foreign(value.as_bytes()) && !is_foreign(Dice(9).draw(24, BASE62).as_bytes()));
    assert_eq!((name(&value, Strength::Weak), name(&value, Strength::Strong)), ("key", "key"));
}
