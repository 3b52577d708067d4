//! What a text defines that is given values by their position: functions, constructors, records.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::brackets::{close, is_letter, members};
use super::names::last_part;
use super::records::records;

/// The parameters of what a text defines, as they are spelled, by its name; several lists where it is defined several times.
pub(super) struct Functions {
    defined: HashMap<Vec<u8>, Vec<Vec<Vec<u8>>>>,
    /// The declarations of types, in order.
    types: Vec<Type>,
}

/// A declaration of a type.
struct Type {
    at: usize,
    name: Vec<u8>,
    /// What it is derived from.
    parent: Option<Vec<u8>>,
    /// Its members are values of it.
    is_enum: bool,
}

/// Names by which a class says how it is made.
const CONSTRUCTORS: &[&[u8]] = &[b"constructor", b"init", b"new", b"construct", b"initialize"];

impl Functions {
    /// Reads what a text defines.
    pub(super) fn new(bytes: &[u8]) -> Self {
        let types = types(bytes);
        let mut functions = Self { defined: HashMap::new(), types };
        for (at, name, parameters) in definitions(bytes) {
            let name = last_part(&name);
            if CONSTRUCTORS.contains(&name.as_slice())
                && let Some(class) = functions.type_of(at).map(|class| class.name.clone())
            {
                functions.define(class, parameters.clone());
            }
            functions.define(name, parameters);
        }
        for (name, fields) in records(bytes) {
            functions.define(last_part(&name), fields);
        }
        functions
    }

    fn define(&mut self, name: Vec<u8>, parameters: Vec<Vec<u8>>) {
        let lists = self.defined.entry(name).or_default();
        if !lists.contains(&parameters) {
            lists.push(parameters);
        }
    }

    /// The declaration of a type that a place stands behind.
    fn type_of(&self, at: usize) -> Option<&Type> {
        let before = self.types.partition_point(|class| class.at < at);
        before.checked_sub(1).and_then(|last| self.types.get(last))
    }

    /// Whether the text defines nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.defined.is_empty()
    }

    /// The parameters that take argument `number` of a call of `path` at `at` with so many arguments.
    pub(super) fn parameters(&self, path: &[u8], at: usize, number: usize, count: usize) -> Vec<&[u8]> {
        let Some(lists) = self.lists(path, at) else { return Vec::new() };
        let exact = lists.iter().any(|list| list.len() == count);
        let fits = |list: &&Vec<Vec<u8>>| if exact { list.len() == count } else { list.len() > number };
        lists.iter().filter(fits).filter_map(|list| list.get(number)).map(Vec::as_slice).collect()
    }

    /// The lists of parameters of what a path of names calls.
    fn lists(&self, path: &[u8], at: usize) -> Option<&Vec<Vec<Vec<u8>>>> {
        let mut parts = path.rsplit(|&byte| !is_letter(byte)).filter(|part| !part.is_empty()).map(last_part);
        let name = parts.next()?;
        let class = || self.type_of(at);
        let owner = parts.next();
        let own = || class().map(|class| class.name.clone());
        let parent = || class().and_then(|class| class.parent.clone());
        let made = match (name.as_slice(), owner.as_deref()) {
            // `this(a, KEY)`, `super(KEY)`, `Self::new(KEY)`: how the class around it, or the one above it, is made.
            (b"this" | b"self", None) | (b"new" | b"init", Some(b"self")) => own(),
            (b"super" | b"base", None) | (b"init" | b"construct", Some(b"super" | b"parent")) => parent(),
            (b"new" | b"init", Some(owner)) => Some(owner.to_vec()),
            _ => None,
        };
        if let Some(lists) = made.and_then(|name| self.defined.get(&name)) {
            return Some(lists);
        }
        if let Some(lists) = self.defined.get(&name) {
            return Some(lists);
        }
        // `NORDICS("...", KEY)` in an enumeration is made as the enumeration says.
        let class = class().filter(|class| class.is_enum && path.first().is_some_and(u8::is_ascii_uppercase))?;
        self.defined.get(&class.name)
    }

    /// Whether the text defines what a path of names calls.
    pub(super) fn is_known(&self, path: &[u8], at: usize) -> bool {
        self.lists(path, at).is_some()
    }
}

/// The types that a text declares, in order.
fn types(bytes: &[u8]) -> Vec<Type> {
    static TYPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?-u)\b(enum(?:\s+class)?|class|struct|record|object|interface|actor|trait|module|impl(?:<[^>\n]{0,80}>)?(?:\s+[\w:<>]{1,80}\s+for)?)\s+([A-Z][\w\x80-\xff]*)(?:\([^()\n]{0,200}\))?\s*(?:(?:extends\s|<|:\s*(?:public\s)?|\()\s*([A-Z]\w*))?",
        )
        .ok()
    });
    let declared = |found: regex::bytes::Captures<'_>| {
        let (kind, name) = (found.get(1)?, found.get(2)?);
        Some(Type {
            at: kind.start(),
            name: last_part(name.as_bytes()),
            parent: found.get(3).map(|parent| last_part(parent.as_bytes())),
            is_enum: kind.as_bytes().starts_with(b"enum"),
        })
    };
    TYPE.iter().flat_map(|regex| regex.captures_iter(bytes)).filter_map(declared).collect()
}

/// What opens a definition, and what has to stand behind its parameters.
struct Head {
    regex: Option<Regex>,
    behind: fn(&[u8]) -> bool,
}

/// Every function and constructor of a text: where, its name, its parameters.
fn definitions(bytes: &[u8]) -> Vec<(usize, Vec<u8>, Vec<Vec<u8>>)> {
    static HEADS: LazyLock<[Head; 4]> = LazyLock::new(|| {
        let head = |pattern: &str, behind| Head { regex: Regex::new(&format!("(?m-u){pattern}")).ok(), behind };
        [
            head(
                r"\b(?:function|def|defp|fn|func|fun|sub|Sub|Function|proc|procedure|class|record|struct)\s+(?:\([^()\n]{0,80}\)\s*)?(?:self\.|[\w\x80-\xff]+[.:])*([A-Za-z_\x80-\xff][\w\x80-\xff]*)\s*(?:<[^()\n]{0,80}>|\[[^()\n]{0,80}\])?\s*\(|\b(__init__|__construct|constructor|initialize|init)\s*\(",
                |_| true,
            ),
            head(
                r"\b([A-Za-z_\x80-\xff][\w\x80-\xff]*)\s*(?:[=:]|<-)\s*(?:async\s*)?(?:function\b\s*\w*\s*|fun\b\s*)?\(",
                |behind| behind.starts_with(b"=>") || behind.starts_with(b"{") || typed_arrow(behind),
            ),
            head(
                r"\b([A-Za-z_\x80-\xff][\w\x80-\xff]*)\((?:(?:\s*(?:@\w+(?:\([^()\n]{0,60}\))?\s+|\[\w+\]\s*|final\s+|const\s+|required\s+)?[A-Za-z_][\w<>\[\]?:.]*(?:,\s*[\w<>\[\]?]+>+)?[ \t&*]+\$?[A-Za-z_\x80-\xff][\w\x80-\xff]*\s*[,)=])|(?:required\s+)?this\.)",
                |behind| {
                    [&b"{"[..], b"=>", b":", b"throws", b"const", b"noexcept", b";"]
                        .iter()
                        .any(|mark| behind.starts_with(mark))
                },
            ),
            head(
                r"^[ \t]*(?:(?:async|static|public|private|protected|export|override)\s+)*([A-Za-z_\x80-\xff][\w\x80-\xff]*)\(",
                |behind| behind.starts_with(b"{"),
            ),
        ]
    });
    const WORDS: &[&[u8]] = &[b"if", b"for", b"while", b"switch", b"catch", b"with", b"foreach", b"using", b"lock"];
    let mut found = Vec::new();
    for head in HEADS.iter() {
        for captures in head.regex.iter().flat_map(|regex| regex.captures_iter(bytes)) {
            let (Some(whole), Some(name)) = (captures.get(0), captures.get(1).or_else(|| captures.get(2))) else {
                continue;
            };
            let Some(open) = memchr::memchr(b'(', bytes.get(name.end()..).unwrap_or_default()) else { continue };
            let open = name.end() + open;
            let Some(end) = close(bytes, open) else { continue };
            let behind = bytes.get(end + 1..bytes.len().min(end + 80)).unwrap_or_default().trim_ascii_start();
            if WORDS.contains(&name.as_bytes()) || !(head.behind)(behind) {
                continue;
            }
            let parts = members(bytes, open);
            let inner = bytes.get(open + 1..end).unwrap_or_default();
            // `class Client(Base):` names what it is derived from.
            if whole.as_bytes().starts_with(b"class") && !inner.iter().any(|byte| b": \t".contains(byte)) {
                continue;
            }
            let go = whole.as_bytes().starts_with(b"func ") && !inner.contains(&b':');
            let mut parameters: Vec<Vec<u8>> = parts
                .iter()
                .filter_map(|place| bytes.get(place.clone()))
                .map(|text| parameter(text, go))
                .filter(|name| !name.is_empty())
                .collect();
            if parameters.first().is_some_and(|first| [&b"self"[..], b"cls"].contains(&first.as_slice())) {
                parameters.remove(0);
            }
            if !parameters.is_empty() {
                found.push((whole.start(), name.as_bytes().to_vec(), parameters));
            }
        }
    }
    found
}

/// `: Promise<void> =>`
fn typed_arrow(behind: &[u8]) -> bool {
    let line = behind.split(|&byte| byte == b'\n').next().unwrap_or_default();
    line.starts_with(b":") && memchr::memmem::find(line, b"=>").is_some()
}

/// The name of a parameter, as a definition spells it; `first` where its type stands behind it.
pub(super) fn parameter(text: &[u8], first: bool) -> Vec<u8> {
    let text = text.split(|&byte| byte == b'=').next().unwrap_or_default();
    let colon = (0..text.len()).find(|&at| {
        text.get(at) == Some(&b':') && text.get(at + 1) != Some(&b':') && (at == 0 || text.get(at - 1) != Some(&b':'))
    });
    let text = text.get(..colon.unwrap_or(text.len())).unwrap_or_default();
    // `ByVal key As String`
    let typed = text.windows(4).position(|part| part.eq_ignore_ascii_case(b" as "));
    let text = text.get(..typed.unwrap_or(text.len())).unwrap_or_default();
    let mut names = text.split(|&byte| !(is_letter(byte) || b"$.".contains(&byte))).filter(|name| !name.is_empty());
    let name = if first { names.next() } else { names.next_back() };
    name.map(|name| name.strip_prefix(b"this.").unwrap_or(name).to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str, call: &str, number: usize, count: usize) -> Vec<String> {
        let functions = Functions::new(text.as_bytes());
        let taken = functions.parameters(call.as_bytes(), text.len(), number, count);
        taken.into_iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }

    #[test]
    fn overloads_are_told_apart_by_the_number_of_their_arguments() {
        let text = "class Job {\n Job(String id) { }\n Job(String id, String pass) { }\n}";
        assert_eq!(taken(text, "Job", 0, 1), ["id"]);
        assert_eq!(taken(text, "Job", 1, 2), ["pass"]);
    }

    #[test]
    fn constructors_are_known_by_their_class() {
        for (text, call) in [
            ("class Api:\n    def __init__(self, pw, root=\"x\"):\n", "Api"),
            ("class Api {\n  constructor(pw, root) {\n", "Api"),
            ("class Api {\n  public function __construct(private string $pw) {\n", "Api"),
            ("class Api\n  def initialize(pw)\n", "Api.new"),
            ("struct Api {\n  init(pw: String) {\n", "Api"),
            ("impl Api {\n  pub fn new(pw: &str) -> Self {\n", "Api::new"),
            ("Api::Api(const std::string& pw) : m(pw) {}", "Api"),
            ("data class Api(val pw: String)", "Api"),
            ("class Api(string pw) { }", "Api"),
            ("class Api { Api(this.pw); }", "Api"),
        ] {
            let taken = taken(text, call, 0, 1);
            assert!(taken.iter().any(|name| name.trim_start_matches('$') == "pw"), "{text}: {taken:?}");
        }
    }

    #[test]
    fn names_of_parameters() {
        for (text, go, name) in [
            ("const std::string& pw", false, "pw"),
            ("pw?: string", false, "pw"),
            ("ByVal pw As String", false, "pw"),
            ("_ pw: String", false, "pw"),
            ("pw string", true, "pw"),
            ("pw = \"x\"", false, "pw"),
            ("String värde", false, "värde"),
        ] {
            assert_eq!(String::from_utf8_lossy(&parameter(text.as_bytes(), go)), name);
        }
    }
}
