//! JSON that may be shown on a terminal or in a log: what would turn or hide text, or be a workflow command, is written as
//! `\u` escapes. A parser reads the very same strings.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::sanitize;

/// Writes a value over several lines.
pub(super) fn write_pretty(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    write(out, value, PrettyFormatter::new())
}

/// Writes a value in one line.
pub(super) fn write_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    write(out, value, CompactFormatter)
}

fn write(out: &mut dyn Write, value: &impl Serialize, form: impl Formatter) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Inert(form))).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// Lays out as another one does, and escapes more.
struct Inert<F>(F);

/// Methods that the other one knows better.
macro_rules! as_before {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$name(writer $(, $argument)*)
        })*
    };
}

impl<F: Formatter> Formatter for Inert<F> {
    as_before! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if !fragment.contains("##[") && !fragment.chars().any(sanitize::is_hostile) {
            return writer.write_all(fragment.as_bytes());
        }
        for c in fragment.replace("##[", "##\\u005b").chars() {
            if sanitize::is_hostile(c) {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            } else {
                write!(writer, "{c}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped_and_parse_to_themselves() -> io::Result<()> {
        let text = "a ##[error]\u{202e}\u{9b}\u{e0041}\u{7f}\n\"é";
        let mut out = Vec::new();
        write_line(&mut out, &text)?;
        let written = String::from_utf8_lossy(&out);
        assert_eq!(written, "\"a ##\\u005berror]\\u202e\\u009b\\udb40\\udc41\\u007f\\n\\\"é\"\n");
        let parsed: String = serde_json::from_slice(&out)?;
        assert_eq!(parsed, text);
        Ok(())
    }
}
