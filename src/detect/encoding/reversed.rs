//! Literals that code turns round: `"..."[::-1]`, `'...'.split('').reverse()`, `strrev("...")`, `"..." |> String.reverse`.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Decoded;
use crate::detect::layer::Layer;

/// The literal's content is a group of its own, wherever the function's name stands.
const TURNED: &str = concat!(
    r#"(?-u)["'`]([^\s"'`]{16,256})["'`]\)?\s*(?:\[::-1\]|\|\s*rev\b|"#,
    r#"(?:\.split\([^)\n]{0,8}\)|\.chars(?:\(\))?|\.toCharArray\(\))?\s*(?:\.|\|>\s*String\.)\s*(?:reverse|reversed|rev)\b)|"#,
    r#"\b(?i:str_?rev(?:erse)?|(?:string\.)?reversed?|rev)(?:\(\s*|\s+<<<\s*)["'`]([^\s"'`]{16,256})["'`]"#,
);

pub(super) fn runs(outer: &Layer) -> Vec<Decoded> {
    static LITERAL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(TURNED).ok());
    // Every way to say it holds one of these.
    if ![&b"::-1"[..], b"rev", b"everse", b"EVERSE"]
        .iter()
        .any(|word| memchr::memmem::find(&outer.bytes, word).is_some())
    {
        return Vec::new();
    }
    let literals = LITERAL.iter().flat_map(|regex| regex.captures_iter(&outer.bytes));
    literals
        .filter_map(|found| {
            let literal = found.get(1).or_else(|| found.get(2))?;
            let mut decoded = Decoded::new(outer, literal.range(), "reversed");
            for (at, &byte) in literal.as_bytes().iter().enumerate().rev() {
                let place = literal.start() + at;
                decoded.layer.push(outer, byte, place..place + 1);
            }
            Some(decoded)
        })
        .collect()
}
