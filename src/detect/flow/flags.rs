//! Flags and settings whose default a value is.

use super::brackets::{Bracket, close, is_letter, literal};
use super::places::label;
use super::rows::{field_behind, is_attribute};

/// Whether a call of this name defines a flag or a setting: an earlier literal argument is its name.
fn is_definer(name: &[u8]) -> bool {
    const DEFINERS: &[&str] = &[
        "string",
        "stringp",
        "stringvar",
        "stringvarp",
        "definestring",
        "option",
        "addoption",
        "addargument",
        "requiredoption",
        "setdefault",
        "flag",
        "fromenvironment",
        "arg",
        "clap",
        "structopt",
        "parameter",
        "argument",
        "envordefault",
        "getenvordefault",
        "getenv",
    ];
    let plain: Vec<u8> = name.iter().filter(|byte| **byte != b'_').map(u8::to_ascii_lowercase).collect();
    DEFINERS.iter().any(|definer| definer.as_bytes() == plain)
}

/// The flag or setting whose default the value is: its name, and the variable or field that it is read into.
pub(super) fn flag(bytes: &[u8], level: &Bracket, start: usize) -> Vec<Vec<u8>> {
    const DEFAULTS: &[&[u8]] = &[b"default", b"defaultvalue", b"value", b"defaultvaluet"];
    let path = level.callee(bytes);
    let last = path.rsplit(|&byte| !is_letter(byte)).next().unwrap_or_default();
    if level.mark != b'(' || last.is_empty() {
        return Vec::new();
    }
    let member = level.member(bytes);
    let default = match label(member) {
        Some(label) => {
            let plain: Vec<u8> = label.iter().filter(|byte| **byte != b'_').map(u8::to_ascii_lowercase).collect();
            DEFAULTS.contains(&plain.as_slice())
        }
        None => level.number > 0 && level.members.get(level.number).is_some_and(|place| start - place.start <= 3),
    };
    let attribute = label(member).is_some() && is_attribute(bytes, level);
    if !default || !is_definer(last) && !attribute {
        return Vec::new();
    }
    let mut names = Vec::new();
    for place in level.members.iter().take(if attribute { level.members.len() } else { level.number }) {
        let text = bytes.get(place.clone()).unwrap_or_default();
        // `&o.Token`, `konver_key`, `"--key <key>"`, `env = "KEY"`
        let said = match (literal(text), label(text)) {
            (Some(said), _) => said.rsplit(|&byte| byte == b'-').find(|part| !part.is_empty()).map(|_| long(said)),
            (None, Some(_)) => {
                text.iter().position(|byte| b"\"'".contains(byte)).and_then(|at| literal(text.get(at..)?))
            }
            (None, None) => Some(text.strip_prefix(b"&").unwrap_or(text)),
        };
        let name = said.unwrap_or_default();
        if name.len() > 1 && name.iter().all(|&byte| is_letter(byte) || b"-.".contains(&byte)) {
            names.push(name.to_vec());
        }
    }
    if attribute {
        names.extend(close(bytes, level.open).and_then(|end| field_behind(bytes, end + 1)));
    }
    names
}

/// The long form of a flag: `key` in `-k, --key <key>`.
fn long(said: &[u8]) -> &[u8] {
    let from = memchr::memmem::find(said, b"--").map_or(0, |at| at + 2);
    let text = said.get(from..).unwrap_or_default();
    let end = text.iter().position(|&byte| !(is_letter(byte) || b"-.".contains(&byte))).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::places::tests::named;

    #[test]
    fn flags_have_names_of_their_own() {
        named("f.StringVarP(&o.Token, \"token\", \"t\", \"VALUE\", \"usage\")", "token");
        named("flag.String(\"konver-key\", \"VALUE\", \"usage\")", "konver-key");
        named("DEFINE_string(konver_key, \"VALUE\", \"doc\");", "konver_key");
        named("program.option('-k, --key <key>', 'text', 'VALUE')", "key");
        named("viper.SetDefault(\"konver.key\", \"VALUE\")", "konver.key");
        named("p.add_argument(\"--key\", help=\"x\",\n  default=\"VALUE\")", "key");
        named("#[arg(long, env = \"X_KEY\", default_value = \"VALUE\")]\n token: String,", "token");
        named("@Option(names = {\"--key\"}, defaultValue = \"VALUE\")\n private String token;", "token");
    }
}
