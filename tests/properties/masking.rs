//! Whatever shows a key, in whatever form and surroundings, comes out of the masker without nine consecutive characters of
//! the key, of its base64 at any alignment, or of its hex.

use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};
use konceal::secret::{Masker, Raw, Secret, mask_key_shapes};
use proptest::prelude::*;

/// So many characters in a row give a key away.
const PIECE: usize = 9;

/// Keys of the formats that are really pasted, with letters and digits in them.
fn key() -> impl Strategy<Value = String> {
    let with_both = |key: &String| {
        key.bytes().any(|byte| byte.is_ascii_digit()) && key.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    prop_oneof![
        "[0-9a-f]{32}",
        "[0-9A-F]{64}",
        "[A-Za-z0-9]{16,48}",
        "[A-Za-z0-9_-]{32,64}",
        "kv_live_[A-Za-z0-9]{24,32}"
    ]
    .prop_filter("letters and digits", with_both)
}

/// Surroundings: words, marks, lines, bytes that are no text.
fn around() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[ -~\n]{0,40}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..24),
        Just(b"KONVER_API_KEY=".to_vec()),
        Just(b"\"headers\":{\"X-Api-Key\":\"".to_vec()),
    ]
}

/// A way to write a key down.
#[derive(Clone, Copy, Debug)]
enum Form {
    Plain,
    Base64(usize),
    Base64Url(usize),
    Twice(usize),
    Hex,
    UpperHex,
    Percent,
    Unicode,
    Escape,
    Entity,
    Utf16,
    Utf16BigEndian,
    Cut(usize, usize),
    Base64Cut(usize, usize),
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        Just(Form::Plain),
        (0..3_usize).prop_map(Form::Base64),
        (0..3_usize).prop_map(Form::Base64Url),
        (0..3_usize).prop_map(Form::Twice),
        Just(Form::Hex),
        Just(Form::UpperHex),
        Just(Form::Percent),
        Just(Form::Unicode),
        Just(Form::Escape),
        Just(Form::Entity),
        Just(Form::Utf16),
        Just(Form::Utf16BigEndian),
        (0..8_usize, 12..16_usize).prop_map(|(from, to)| Form::Cut(from, to)),
        (0..8_usize, 17..21_usize).prop_map(|(from, to)| Form::Base64Cut(from, to)),
    ]
}

/// The key in that form; `lead` bytes of text stand before it in its base64.
fn written(key: &str, how: Form) -> Vec<u8> {
    let behind = |lead: usize| [&b"id:"[..lead], key.as_bytes(), b"\n"].concat();
    let each = |form: fn(u8) -> String| key.bytes().flat_map(|byte| form(byte).into_bytes()).collect::<Vec<u8>>();
    match how {
        Form::Plain => key.as_bytes().to_vec(),
        Form::Base64(lead) => BASE64.encode(&behind(lead)).into_bytes(),
        Form::Base64Url(lead) => BASE64URL.encode(&behind(lead)).into_bytes(),
        Form::Twice(lead) => BASE64.encode(BASE64.encode(&behind(lead)).as_bytes()).into_bytes(),
        Form::Hex => HEXLOWER.encode(key.as_bytes()).into_bytes(),
        Form::UpperHex => HEXUPPER.encode(key.as_bytes()).into_bytes(),
        Form::Percent => each(|byte| format!("%{byte:02X}")),
        Form::Unicode => each(|byte| format!("\\u{byte:04x}")),
        Form::Escape => each(|byte| format!("\\x{byte:02x}")),
        Form::Entity => each(|byte| format!("&#{byte};")),
        Form::Utf16 => key.bytes().flat_map(|byte| [byte, 0]).collect(),
        Form::Utf16BigEndian => key.bytes().flat_map(|byte| [0, byte]).collect(),
        Form::Cut(from, to) => key.as_bytes()[from..to.min(key.len())].to_vec(),
        Form::Base64Cut(from, to) => BASE64.encode(key.as_bytes()).as_bytes()[from..to].to_vec(),
    }
}

/// The texts of which no piece may be shown.
fn shows(key: &str) -> Vec<Vec<u8>> {
    let mut texts = vec![key.as_bytes().to_vec(), HEXLOWER.encode(key.as_bytes()).into_bytes()];
    texts.push(HEXUPPER.encode(key.as_bytes()).into_bytes());
    for lead in 0..3 {
        for encoding in [&BASE64, &BASE64URL] {
            let padded = [&[0; 3][..lead], key.as_bytes()].concat();
            let text = encoding.encode(&padded).into_bytes();
            // Only what does not depend on the neighbours.
            texts.push(text[if lead == 0 { 0 } else { lead + 1 }..padded.len() * 8 / 6].to_vec());
        }
    }
    texts
}

/// A piece that a word could be as well: it gives nothing away, and has to be shown in paths and hosts.
fn is_word(piece: &[u8]) -> bool {
    let any = |class: fn(&u8) -> bool| piece.iter().any(class);
    let mixed = any(u8::is_ascii_lowercase) && any(u8::is_ascii_uppercase);
    !mixed && !any(u8::is_ascii_digit)
}

fn shown_piece(key: &str, output: &[u8]) -> Option<String> {
    let leaks = |piece: &&[u8]| !is_word(piece) && output.windows(PIECE).any(|window| window == *piece);
    let piece =
        |text: &Vec<u8>| text.windows(PIECE).find(leaks).map(|piece| String::from_utf8_lossy(piece).into_owned());
    shows(key).iter().find_map(piece)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_form_of_a_key_passes_the_masker(key in key(), forms in prop::collection::vec((around(), form()), 1..5), end in around()) {
        let mut text = Vec::new();
        for (before, form) in &forms {
            text.extend_from_slice(before);
            // A mark parts the forms from their surroundings, as in every text.
            text.push(b' ');
            text.extend(written(&key, *form));
            text.push(b' ');
        }
        text.extend_from_slice(&end);
        let mut masker = Masker::new();
        masker.add(&Secret::new(key.as_bytes()));
        let masked = masker.mask(&Raw::new(text));
        prop_assert_eq!(shown_piece(&key, masked.bytes()), None);
    }

    #[test]
    fn a_key_between_letters_does_not_pass_the_masker(key in key(), before in "[A-Za-z0-9+/=_.%\\\\-]{0,20}", after in "[A-Za-z0-9+/=_.%\\\\-]{0,20}") {
        let mut masker = Masker::new();
        masker.add(&Secret::new(key.as_bytes()));
        let masked = masker.mask_bytes(format!("{before}{key}{after}").as_bytes());
        prop_assert_eq!(shown_piece(&key, masked.bytes()), None);
    }

    #[test]
    fn several_keys_are_masked_at_once(keys in prop::collection::vec(key(), 2..5)) {
        let mut masker = Masker::new();
        for key in &keys {
            masker.add(&Secret::new(key.as_bytes()));
        }
        let masked = masker.mask_bytes(keys.concat().as_bytes());
        for key in &keys {
            prop_assert_eq!(shown_piece(key, masked.bytes()), None);
        }
    }

    #[test]
    fn shapes_are_masked_before_keys_are_known(key in "[A-Za-z0-9]{24,48}", before in "[a-z ]{0,12} ", after in " [a-z ]{0,12}") {
        let changes = key.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
        prop_assume!(changes >= 3);
        let masked = mask_key_shapes(format!("{before}{key}{after}").as_bytes());
        prop_assert_eq!(shown_piece(&key, masked.bytes()), None);
    }

    #[test]
    fn other_text_is_left_alone(key in key(), words in prop::collection::vec("[a-z]{1,7}", 0..20)) {
        let mut masker = Masker::new();
        masker.add(&Secret::new(key.as_bytes()));
        let text = words.join(" ");
        let masked = masker.mask_bytes(text.as_bytes());
        prop_assert_eq!(masked.text(), text);
    }
}
