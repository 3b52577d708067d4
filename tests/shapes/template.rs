//! Cases as they stand in the files beside this one, and the texts that are made of them.
//!
//! A case begins with `%% + shape path [written]` (its keys must be found) or `%% - shape path [written]` (nothing may be
//! found). `⟦...⟧` are holes: `key`, `key2`, `key/1` (first half), `base64 key "text"`, `percent`, `unicode`, `hexescape` and
//! `hex` (a key in that form), `other` (another vendor's key), `uuid`, and random characters by their number: `hexnoise`,
//! `b64`, `b64url`, `digits`, `cut`. `written` is `utf-16le`, `utf-16be`, `bom`, `crlf` or `latin-1`.

use std::collections::BTreeSet;

use crate::keys::{self, Dice};

/// One case.
pub struct Case {
    /// The shape that it is an example of.
    pub shape: String,
    /// Whether its keys must be found.
    pub leaks: bool,
    /// Where it would stand.
    pub path: String,
    written: String,
    text: String,
}

/// A text made of a case, with what must be found in it.
pub struct Filled {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// The keys in it, in the order in which they appear.
    pub keys: Vec<Key>,
}

/// A key that must be found in a text.
pub struct Key {
    /// The key itself.
    pub value: String,
    /// Line and column of each place where it stands in the plain; none where it is only encoded or in parts.
    pub places: Vec<(usize, usize)>,
}

impl Key {
    /// The lines on which it stands in the plain, each once.
    pub fn lines(&self) -> BTreeSet<usize> {
        self.places.iter().map(|(line, _)| *line).collect()
    }
}

/// Reads a file of cases.
pub fn parse(file: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in file.split_inclusive('\n') {
        if let Some(head) = line.strip_prefix("%% ") {
            let words: Vec<&str> = head.split_whitespace().collect();
            cases.push(Case {
                leaks: words[0] == "+",
                shape: words[1].into(),
                path: words[2].into(),
                written: words.get(3).copied().unwrap_or_default().into(),
                text: String::new(),
            });
        } else {
            cases.last_mut().unwrap().text.push_str(line);
        }
    }
    cases
}

impl Case {
    /// Whether its keys stand where a URL would need them escaped.
    pub fn is_in_url(&self) -> bool {
        self.shape.starts_with("url-") || self.shape.ends_with("-url") || self.shape == "enc-percent"
    }

    /// Fills the holes with keys of a format.
    pub fn fill(&self, format: &keys::Format, dice: &mut Dice) -> Filled {
        let drawn = [(format.make)(dice), (format.make)(dice)];
        let (text, keys) = self.filled(&drawn, dice);
        assert_eq!(self.leaks, !keys.is_empty(), "{}: a leak has a key, silence none", self.shape);
        Filled { bytes: written(&text, &self.written), keys }
    }

    /// The file with one text in the place of every key.
    pub fn fill_with(&self, instead: &str, dice: &mut Dice) -> Vec<u8> {
        let (text, _) = self.filled(&[instead.to_owned(), instead.to_owned()], dice);
        written(&text, &self.written)
    }

    fn filled(&self, drawn: &[String; 2], dice: &mut Dice) -> (String, Vec<Key>) {
        let (mut text, mut keys) = (String::new(), Vec::<Key>::new());
        let mut rest = self.text.as_str();
        while let Some((before, behind)) = rest.split_once('⟦') {
            let (hole, after) = behind.split_once('⟧').unwrap();
            text.push_str(before);
            let (key, plain) = match hole {
                "key" => (Some(&drawn[0]), true),
                "key2" => (Some(&drawn[1]), true),
                _ if hole.split([' ', '/']).any(|word| word == "key") => (Some(&drawn[0]), false),
                _ => (None, false),
            };
            if let Some(key) = key {
                let at = keys.iter().position(|other| other.value == *key).unwrap_or_else(|| {
                    keys.push(Key { value: key.clone(), places: Vec::new() });
                    keys.len() - 1
                });
                if plain {
                    keys[at].places.push(end(&text));
                }
            }
            text.push_str(&filling(hole, drawn, dice));
            rest = after;
        }
        text.push_str(rest);
        (text, keys)
    }
}

/// Line and column of what would be put behind a text.
fn end(text: &str) -> (usize, usize) {
    let line = text.rsplit('\n').next().unwrap_or_default();
    (text.matches('\n').count() + 1, line.chars().count() + 1)
}

/// What a hole is filled with.
fn filling(hole: &str, drawn: &[String; 2], dice: &mut Dice) -> String {
    let (name, rest) = hole.split_once(' ').unwrap_or((hole, ""));
    let key = &drawn[0];
    let half = key.len() / 2;
    let each = |form: fn(u8) -> String| key.bytes().map(form).collect::<Vec<_>>().concat();
    match name {
        "key" => key.clone(),
        "key2" => drawn[1].clone(),
        "key/1" => key[..half].into(),
        "key/2" => key[half..].into(),
        "base64" => data_encoding::BASE64.encode(plain(rest, key).as_bytes()),
        "percent" => each(|byte| format!("%{byte:02X}")),
        "unicode" => each(|byte| format!("\\u{byte:04x}")),
        "hexescape" => each(|byte| format!("\\x{byte:02x}")),
        "hex" => each(|byte| format!("{byte:02x}")),
        "other" => dice.draw(40, keys::BASE62),
        "uuid" => keys::uuid(dice),
        _ => {
            let alphabet = match name {
                "hexnoise" => keys::HEX,
                "b64" => keys::BASE64,
                "b64url" => keys::BASE64URL,
                "digits" => keys::DIGITS,
                "cut" => keys::BASE62,
                _ => panic!("no such hole: {hole}"),
            };
            dice.draw(rest.parse().unwrap(), alphabet)
        }
    }
}

/// `"text" key "text"`, joined.
fn plain(parts: &str, key: &str) -> String {
    let text = |(at, part): (usize, &str)| match (at % 2, part.trim()) {
        (0, "key") => key.to_owned(),
        (0, _) => String::new(),
        _ => part.replace("\\n", "\n"),
    };
    parts.split('"').enumerate().map(text).collect()
}

fn written(text: &str, how: &str) -> Vec<u8> {
    match how {
        "" => text.as_bytes().to_vec(),
        "bom" => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        "crlf" => text.replace('\n', "\r\n").into_bytes(),
        "latin-1" => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
        "utf-16le" => [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect(),
        _ => panic!("no such way to write: {how}"),
    }
}
