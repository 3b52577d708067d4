//! Escapes of JSON, JavaScript, C, HTML, URLs, Markdown, quoted-printable and shells, undone over a whole layer.

use crate::detect::layer::Layer;

pub(super) fn undo(outer: &Layer) -> Option<Layer> {
    let bytes = &outer.bytes;
    if memchr::memchr3(b'\\', b'%', b'&', bytes).is_none()
        && memchr::memmem::find(bytes, b"=3D").is_none()
        && memchr::memmem::find(bytes, b"=\n").is_none()
    {
        return None;
    }
    let printable = memchr::memmem::find(bytes, b"quoted-printable").is_some()
        || memchr::memmem::find(bytes, b"=3D").is_some() && memchr::memmem::find(bytes, b"=\n").is_some();
    let mut layer = Layer::behind(outer, "escapes");
    let (mut at, mut any) = (0, false);
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        match escape(rest) {
            Some((_, length)) if byte == b'=' && !printable => {
                for place in at..at + length {
                    layer.push(outer, bytes.get(place).copied().unwrap_or_default(), place..place + 1);
                }
                at += length;
            }
            Some((decoded, length)) => {
                any = true;
                for &byte in &decoded {
                    layer.push(outer, byte, at..at + length);
                }
                at += length;
            }
            None => {
                layer.push(outer, byte, at..at + 1);
                at += 1;
            }
        }
    }
    any.then_some(layer)
}

/// What an escape at the begin stands for, and its length.
fn escape(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let number = |digits: Option<&[u8]>, radix: u32| {
        let digits = std::str::from_utf8(digits?).ok().filter(|digits| !digits.is_empty())?;
        u32::from_str_radix(digits, radix).ok()
    };
    let character = |code: u32, length: usize| {
        let c = char::from_u32(code)?;
        let mut buffer = [0; 4];
        Some((c.encode_utf8(&mut buffer).as_bytes().to_vec(), length))
    };
    match text {
        [b'\\', b'u', b'{', ..] => {
            let end = text.iter().take(12).position(|&byte| byte == b'}')?;
            character(number(text.get(3..end), 16)?, end + 1)
        }
        [b'\\', b'u', ..] => character(number(text.get(2..6), 16)?, 6),
        [b'\\', b'x', ..] => character(number(text.get(2..4), 16)?, 4),
        [b'\\', b'0'..=b'3', ..] => character(number(text.get(1..4), 8)?, 4),
        [b'\\', b'\r', b'\n', rest @ ..] => Some((Vec::new(), 3 + indent(rest))),
        [b'\\', b'\n', rest @ ..] => Some((Vec::new(), 2 + indent(rest))),
        [b'\\', b'n', ..] => Some((b"\n".to_vec(), 2)),
        [b'\\', b't', ..] => Some((b"\t".to_vec(), 2)),
        [b'\\', b'r', ..] | [b'=', b'\n', ..] => Some((Vec::new(), 2)),
        [b'\\', mark, ..] if b"\"'/\\_-=:.*!#~+".contains(mark) => Some((vec![*mark], 2)),
        [b'%', ..] => {
            number(text.get(1..3), 16).filter(|code| (0x20..0x7f).contains(code)).and_then(|code| character(code, 3))
        }
        [b'=', b'\r', b'\n', ..] => Some((Vec::new(), 3)),
        [b'=', b'3', b'D', ..] => Some((b"=".to_vec(), 3)),
        [b'&', b'#', rest @ ..] => {
            let end = rest.iter().take(8).position(|&byte| byte == b';')?;
            let code = match rest.get(..end)? {
                [b'x' | b'X', hex @ ..] => number(Some(hex), 16),
                digits => number(Some(digits), 10),
            };
            character(code?, end + 3)
        }
        [b'&', ..] => {
            [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&apos;", "'"), ("&equals;", "=")]
                .iter()
                .find(|(entity, _)| text.starts_with(entity.as_bytes()))
                .map(|(entity, plain)| (plain.as_bytes().to_vec(), entity.len()))
        }
        _ => None,
    }
}

fn indent(text: &[u8]) -> usize {
    text.iter().take(64).take_while(|&&byte| byte == b' ' || byte == b'\t').count()
}
