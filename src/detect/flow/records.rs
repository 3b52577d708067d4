//! Records, whose fields are given their values by position.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::brackets::{close, literal, members};
use super::functions::parameter;

/// A name and its fields, in order.
type Record = (Vec<u8>, Vec<Vec<u8>>);

/// The records that a text declares.
pub(super) fn records(bytes: &[u8]) -> Vec<Record> {
    let mut found = annotated(bytes);
    found.extend(listed(bytes));
    found.extend(structs(bytes));
    found
}

/// `@dataclass` and `NamedTuple`: annotated fields of a class.
fn annotated(bytes: &[u8]) -> Vec<Record> {
    static CLASS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let decorated = r"^[ \t]*@(?:[\w.]*dataclass|(?:attrs?\.)?(?:define|frozen|mutable|s|dataclass))\b[^\n]*\n(?:[ \t]*@[^\n]*\n)*[ \t]*class\s+(\w+)[^\n]*:[ \t\r]*\n";
        let tuple = r"^[ \t]*class\s+(\w+)\([^()\n]*NamedTuple\)\s*:[ \t\r]*\n";
        Regex::new(&format!("(?m-u)(?:{decorated}|{tuple})")).ok()
    });
    static FIELD: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^(?-u)[ \t]+([A-Za-z_\x80-\xff][\w\x80-\xff]*)[ \t]*:[ \t]*[^\n]+$").ok());
    const LINES: usize = 60;
    let mut found = Vec::new();
    for class in CLASS.iter().flat_map(|regex| regex.captures_iter(bytes)) {
        let (Some(whole), Some(name)) = (class.get(0), class.get(1).or_else(|| class.get(2))) else { continue };
        let mut fields = Vec::new();
        let rest = bytes.get(whole.end()..).unwrap_or_default();
        for line in rest.split(|&byte| byte == b'\n').take(LINES) {
            let line = line.trim_ascii_end();
            let text = line.trim_ascii_start();
            if text.starts_with(b"def ") || text.starts_with(b"@") || !text.is_empty() && text.len() == line.len() {
                break;
            }
            let field = FIELD.as_ref().and_then(|field| field.captures(line)).and_then(|field| field.get(1));
            fields.extend(field.map(|field| field.as_bytes().to_vec()));
        }
        found.push((name.as_bytes().to_vec(), fields));
    }
    found
}

/// `Point = Struct.new(:a, :b)`, `Point = namedtuple("Point", "a b")`: fields that are told by their names.
fn listed(bytes: &[u8]) -> Vec<Record> {
    static MADE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?-u)\b([A-Z]\w*)\s*(?:=|<)\s*(?:Struct\.new|Data\.define|(?:\w+\.)?(namedtuple))\(").ok()
    });
    let mut found = Vec::new();
    for made in MADE.iter().flat_map(|regex| regex.captures_iter(bytes)) {
        let (Some(whole), Some(name)) = (made.get(0), made.get(1)) else { continue };
        let open = whole.end() - 1;
        let mut told = members(bytes, open);
        if made.get(2).is_some() {
            // The names are one literal or a list of them.
            let Some(names) = told.get(1).cloned() else { continue };
            told = match bytes.get(names.start) {
                Some(b'[' | b'(') => members(bytes, names.start),
                _ => vec![names],
            };
        }
        let texts = told.into_iter().filter_map(|place| bytes.get(place));
        let fields: Vec<Vec<u8>> = texts
            .filter_map(|text| text.strip_prefix(b":").or_else(|| literal(text)))
            .flat_map(|text| text.split(|byte| b", \t".contains(byte)).filter(|name| !name.is_empty()))
            .map(<[u8]>::to_vec)
            .collect();
        found.push((name.as_bytes().to_vec(), fields));
    }
    found
}

/// `type Point struct { ... }`, `struct Point { ... }`, `typedef struct { ... } Point;`.
fn structs(bytes: &[u8]) -> Vec<Record> {
    static STRUCT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?-u)\btype\s+(\w+)\s+struct\s*\{|\bstruct\s+(\w+)\s*\{|\btypedef\s+struct\s*\w*\s*\{").ok()
    });
    static BEHIND: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^(?-u)\s*(\w+)\s*;").ok());
    let mut found = Vec::new();
    for head in STRUCT.iter().flat_map(|regex| regex.captures_iter(bytes)) {
        let Some(open) = head.get(0).map(|whole| whole.end() - 1) else { continue };
        let Some(end) = close(bytes, open) else { continue };
        let behind = bytes.get(end + 1..bytes.len().min(end + 80)).unwrap_or_default();
        let behind = BEHIND.as_ref().and_then(|regex| regex.captures(behind)).and_then(|found| found.get(1));
        let Some(name) = head.get(1).or_else(|| head.get(2)).or(behind) else { continue };
        found.push((name.as_bytes().to_vec(), fields(bytes.get(open + 1..end).unwrap_or_default())));
    }
    found
}

/// The fields between the braces of a `struct`: with their types in front of them, as in C, or behind, as in Go.
pub(super) fn fields(body: &[u8]) -> Vec<Vec<u8>> {
    let ends = body.contains(&b';');
    let c = ends && body.trim_ascii_end().ends_with(b";") && !body.contains(&b'`');
    let mut found = Vec::new();
    for part in body.split(|byte| if c { *byte == b';' } else { b";\n".contains(byte) }) {
        let part = part.trim_ascii();
        let part = memchr::memmem::find(part, b"//").map_or(part, |at| part.get(..at).unwrap_or_default()).trim_ascii();
        if part.is_empty() || part.contains(&b'(') && !c {
            continue;
        }
        let names: Vec<&[u8]> = part.split(|&byte| byte == b',').map(<[u8]>::trim_ascii).collect();
        found.extend(names.into_iter().map(|name| parameter(name, !c)).filter(|name| !name.is_empty()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, Vec<String>)> {
        let text_of = |name: Vec<u8>| String::from_utf8(name).unwrap();
        records(text.as_bytes())
            .into_iter()
            .map(|(name, fields)| (text_of(name), fields.into_iter().map(text_of).collect()))
            .collect()
    }

    #[test]
    fn fields_in_their_order() {
        let wanted = vec![("Site".to_owned(), vec!["root".to_owned(), "pw".to_owned()])];
        for text in [
            "@dataclass(frozen=True)\nclass Site:\n    root: str\n    pw: str = \"\"\n\n    def x(self):\n        a: int\n",
            "class Site(NamedTuple):\n    root: str\n    pw: str\n\nx: int = 1\n",
            "Site = Struct.new(:root, :pw)\n",
            "Site = namedtuple(\"Site\", \"root pw\")\n",
            "Site = collections.namedtuple('Site', ['root', 'pw'])\n",
            "type Site struct {\n\troot, pw string\n}\n",
            "struct Site {\n  const char *root;\n  const char *pw;\n};\n",
            "typedef struct { char *root, *pw; } Site;\n",
        ] {
            assert_eq!(told(text), wanted, "{text}");
        }
    }
}
