//! Names in commands that a reader is to copy into a shell.

use std::fmt::Write as _;

use super::sanitize::is_hostile;
use crate::secret::Masked;

/// The name as one word of a POSIX shell: between single quotes; where it holds what cannot be shown, between `$'` and `'` with
/// that escaped. `None` where a part of it is masked: then no command can name it.
pub(super) fn word(name: &Masked) -> Option<String> {
    let bytes = name.bytes();
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains('…') => None,
        Ok(text) if !text.contains("##[") && !text.chars().any(|c| is_hostile(c) || c == '\t') => {
            Some(format!("'{}'", text.replace('\'', r"'\''")))
        }
        _ => {
            let mut word = "$'".to_owned();
            for &byte in bytes {
                match byte {
                    b'\'' | b'\\' => word.extend(['\\', char::from(byte)]),
                    // `##[` would be a command to a runner.
                    b' '..=b'~' if byte != b'[' => word.push(char::from(byte)),
                    _ => {
                        let _ = write!(word, "\\{byte:03o}");
                    }
                }
            }
            word.push('\'');
            Some(word)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{Masker, Raw};

    #[test]
    fn no_name_leaves_its_quotes() {
        let word = |name: &[u8]| word(&Masker::new().mask(&Raw::new(name)));
        assert_eq!(word(b"a b$(c)`d`"), Some("'a b$(c)`d`'".into()));
        assert_eq!(word(b"it's"), Some(r"'it'\''s'".into()));
        assert_eq!(word(b"a\n'\xff\\"), Some(r"$'a\012\'\377\\'".into()));
        assert_eq!(word("a\u{202e}b".as_bytes()), Some(r"$'a\342\200\256b'".into()));
        assert_eq!(word("kv_l…x9Qz.txt".as_bytes()), None);
    }
}
