//! Lists of character codes: `String.fromCharCode(107, 118, ...)`, byte arrays.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::{Decoded, is_printable};
use crate::detect::layer::Layer;

pub(super) fn runs(outer: &Layer) -> Vec<Decoded> {
    static LIST: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?-u)\b(?:(?:0x[0-9a-fA-F]{2}|\d{2,3})\s*,\s*){15,}(?:0x[0-9a-fA-F]{2}|\d{2,3})\b").ok()
    });
    let mut found = Vec::new();
    for list in LIST.iter().flat_map(|regex| regex.find_iter(&outer.bytes)) {
        let mut decoded = Decoded::new(outer, list.range(), "codes");
        let mut at = list.start();
        for item in list.as_bytes().split(|&byte| byte == b',') {
            let place = at..at + item.len();
            at = place.end + 1;
            let text = std::str::from_utf8(item.trim_ascii()).unwrap_or_default();
            let code =
                text.strip_prefix("0x").map_or_else(|| text.parse().ok(), |hex| u8::from_str_radix(hex, 16).ok());
            match code {
                Some(code) => decoded.layer.push(outer, code, place),
                None => break,
            }
        }
        if is_printable(&decoded.layer.bytes) && decoded.layer.bytes.len() >= 16 {
            found.push(decoded);
        }
    }
    found
}
