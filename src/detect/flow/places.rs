//! The names that a value has by its place: of the parameter that takes it, the field, the flag.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::brackets::{Bracket, around, is_letter, literal};
use super::functions::Functions;
use super::records::fields;
use super::{flags, rows};

/// So far in front of a list what declares it is read, in bytes.
const LINE: usize = 300;

/// The names of the value at `start`, as they are spelled, by the brackets that it stands in.
pub(super) fn places(bytes: &[u8], functions: &Functions, levels: &[Bracket], start: usize) -> Vec<Vec<u8>> {
    let mut names = Vec::new();
    if let Some(level) = levels.first() {
        names.extend(argument(bytes, functions, level, start));
        names.extend(member(bytes, functions, levels));
        names.extend(rows::test_data(bytes, levels, start));
        names.extend(flags::flag(bytes, level, start));
        names.extend(initialized(bytes, levels));
        names.extend(receiver(bytes, level));
    }
    names.extend(beside(bytes, start));
    names
}

/// The parameter that takes the value as an argument of a call.
fn argument(bytes: &[u8], functions: &Functions, level: &Bracket, start: usize) -> Vec<Vec<u8>> {
    let path = level.callee(bytes);
    let labelled = label(level.member(bytes)).is_some();
    if level.mark == b'[' || path.is_empty() || labelled || level.mark == b'{' && !is_type(path) {
        return Vec::new();
    }
    let taken = functions.parameters(path, start, level.number, level.members.len());
    taken.into_iter().map(<[u8]>::to_vec).collect()
}

/// Whether the name of what stands in front of a brace is a type's: `Site{"x", KEY}`.
fn is_type(path: &[u8]) -> bool {
    let last = path.rsplit(|&byte| !is_letter(byte)).next().unwrap_or_default();
    last.first().is_some_and(u8::is_ascii_alphabetic)
}

/// The label in front of an argument: `key: "..."`, `key="..."`.
pub(super) fn label(member: &[u8]) -> Option<&[u8]> {
    let end = member.iter().position(|&byte| !(is_letter(byte) || byte == b'-'))?;
    let behind = member.get(end..)?.trim_ascii_start();
    let labels = end > 0
        && (behind.starts_with(b":") && !behind.starts_with(b"::")
            || behind.starts_with(b"=") && !behind.starts_with(b"=="));
    if labels { member.get(..end) } else { None }
}

/// The field of a record in a list of them: `[]struct { name, key string }{ {"x", KEY} }`, `struct site sites[] = { {"x", KEY} }`.
fn member(bytes: &[u8], functions: &Functions, levels: &[Bracket]) -> Vec<Vec<u8>> {
    let (Some(inner), Some(outer)) = (levels.first(), levels.get(1)) else { return Vec::new() };
    if inner.mark != b'{'
        || outer.mark != b'{'
        || label(inner.member(bytes)).is_some()
        || !inner.callee(bytes).is_empty()
    {
        return Vec::new();
    }
    let lead = outer.lead(bytes);
    if lead.ends_with(b"}") {
        return anonymous(bytes, lead.len())
            .and_then(|fields| fields.into_iter().nth(inner.number))
            .into_iter()
            .collect();
    }
    // `} sites[] = {` and `struct site sites[] = {`, `[]Site{`, `Site[] sites = {`
    let assigned = lead.strip_suffix(b"=").map(<[u8]>::trim_ascii_end);
    let declared = assigned.unwrap_or(lead);
    let near = declared.get(declared.len().saturating_sub(LINE)..).unwrap_or_default();
    let line = near.rsplit(|&byte| byte == b'\n' || byte == b';').next().unwrap_or_default();
    if let Some(brace) = memchr::memrchr(b'}', line).filter(|_| assigned.is_some()) {
        let at = declared.len() - line.len() + brace + 1;
        return anonymous(bytes, at).and_then(|fields| fields.into_iter().nth(inner.number)).into_iter().collect();
    }
    if assigned.is_none() && !line.contains(&b'[') {
        return Vec::new();
    }
    let names = line.split(|&byte| !is_letter(byte)).filter(|name| !name.is_empty());
    let taken = names.flat_map(|name| functions.parameters(name, outer.open, inner.number, inner.members.len()));
    taken.map(<[u8]>::to_vec).collect()
}

/// The fields of a `struct` without a name whose brace is closed in front of `end`.
fn anonymous(bytes: &[u8], end: usize) -> Option<Vec<Vec<u8>>> {
    const LONGEST: usize = 600;
    let from = end.saturating_sub(LONGEST);
    let text = bytes.get(from..end.checked_sub(1)?)?;
    let mut depth = 0_i32;
    let open = text.iter().rposition(|&byte| {
        depth += i32::from(byte == b'}') - i32::from(byte == b'{');
        depth < 0
    })?;
    let head = text.get(..open)?.trim_ascii_end();
    let named = head.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let is_struct = memchr::memmem::find(named, b"struct").is_some();
    is_struct.then(|| fields(text.get(open + 1..).unwrap_or_default()))
}

/// What a constructor gives its first value to: `m_auth(QByteArrayLiteral("..."))`, `std::string auth{"..."}`.
fn initialized(bytes: &[u8], levels: &[Bracket]) -> Option<Vec<u8>> {
    let level = levels.iter().take(2).find(|level| {
        let path = level.callee(bytes);
        level.mark != b'['
            && !path.is_empty()
            && level.members.len() == 1
            && path.iter().all(|&byte| is_letter(byte))
            && is_declared(bytes.get(..level.open - path.len()).unwrap_or_default())
    })?;
    Some(level.callee(bytes).to_vec())
}

/// What holds a value from here on: `self.entry.insert(0, "...")`, `entry.setText("...")`.
fn receiver(bytes: &[u8], level: &Bracket) -> Option<Vec<u8>> {
    const HOLDS: &[&[u8]] = &[b"insert", b"set", b"settext", b"setvalue", b"setplaintext", b"val", b"value", b"store"];
    let path = level.callee(bytes);
    let mut parts = path.rsplit(|&byte| !is_letter(byte)).filter(|part| !part.is_empty());
    let last = parts.next()?.to_ascii_lowercase();
    let before = level.members.get(..level.number)?;
    let plain = before.iter().filter_map(|place| bytes.get(place.clone())).all(|text| literal(text).is_none());
    (level.mark == b'(' && plain && HOLDS.contains(&last.as_slice())).then(|| parts.next().map(<[u8]>::to_vec))?
}

/// Whether what stands in front of a name declares it: a type, or the list of what a constructor initializes.
fn is_declared(before: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"return",
        b"new",
        b"await",
        b"throw",
        b"in",
        b"not",
        b"and",
        b"or",
        b"else",
        b"case",
        b"def",
        b"fn",
        b"func",
        b"fun",
        b"function",
    ];
    let (spaced, text) = (before.last().is_some_and(u8::is_ascii_whitespace), before.trim_ascii_end());
    let list = text.ends_with(b")") || text.ends_with(b"),") || text.ends_with(b"},");
    let colon = text.strip_suffix(b":").is_some_and(|text| text.trim_ascii_end().ends_with(b")"));
    let word = text.rsplit(|&byte| !(is_letter(byte) || b">&*:".contains(&byte))).next().unwrap_or_default();
    let same_line = before.get(text.len()..).is_some_and(|blanks| !blanks.contains(&b'\n'));
    (list && text.ends_with(b",")) || colon || spaced && same_line && !word.is_empty() && !WORDS.contains(&word)
}

/// The name right in front of a value that no mark binds to it: `@auth "..."`, `set(KEY "...")`, `(def auth "...")`, and what holds
/// it in a block: `let(:token) { '...' }`.
fn beside(bytes: &[u8], start: usize) -> Option<Vec<u8>> {
    static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let block = r"\b(?:let!?|subject|given)\s*\(\s*:(\w+)\s*\)\s*(?:\{|do)\s*";
        let spaced = r"(?:^[ \t]*@|\(\s*(?:def\w*|define|setq|setf|set|SET|let\s*\(\()?\s+|\(\s*|\[\s*|^[ \t]*|set\()([A-Za-z_*\x80-\xff][\w*\x80-\xff-]*)[ \t]+";
        let array = r"\b([A-Za-z_]\w*)=\(\s*(?:\[\w+\]=[^\n]*\n\s*|\[\w+\]=\S+\s+){0,40}\[\w+\]=";
        Regex::new(&format!(r#"(?m-u)(?:{block}|{spaced}|{array})[bruf@]?["']\z"#)).ok()
    });
    const REACH: usize = 160;
    let quote = start.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|byte| b"\"'".contains(byte));
    if !quote {
        return None;
    }
    // An element of an array of the shell stands lines below the name.
    let array = bytes.get(..start - 1)?.ends_with(b"]=");
    let from = if array {
        around(bytes, start).first().map_or(start, |level| level.open.saturating_sub(60))
    } else {
        start.saturating_sub(REACH)
    };
    let text = bytes.get(from..start)?;
    let found = NAMED.as_ref()?.captures(text)?;
    let name = found.get(1).or_else(|| found.get(2)).or_else(|| found.get(3))?;
    Some(name.as_bytes().iter().filter(|byte| **byte != b'*').copied().collect())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The names that the value `VALUE` of a text has by its place.
    pub(in crate::detect::flow) fn names(text: &str) -> Vec<String> {
        let bytes = text.as_bytes();
        let start = memchr::memmem::find(bytes, b"VALUE").unwrap();
        let names = places(bytes, &Functions::new(bytes), &around(bytes, start), start);
        names.into_iter().map(|name| String::from_utf8(name).unwrap()).collect()
    }

    /// Checks that one of them is this.
    pub(in crate::detect::flow) fn named(text: &str, name: &str) {
        let names = names(text);
        assert!(names.iter().any(|found| found == name), "{text}: {names:?}");
    }

    #[test]
    fn arguments_have_the_names_of_parameters() {
        named("class Site(val root: String, val pw: String)\nval a = Site(\"x\", \"VALUE\")", "pw");
        named("def send(id, pw)\nend\nsend('x', 'VALUE')", "pw");
        named("type Site struct {\n\tRoot, Pw string\n}\nvar a = Site{\"x\", \"VALUE\"}", "Pw");
        named("enum Region {\n A(\"x\", \"VALUE\");\n Region(String root, String pw) { }\n}", "pw");
        named("class A {\n public A() : this(\"VALUE\") { }\n public A(string pw) { }\n}", "pw");
    }

    #[test]
    fn members_of_tables_have_the_names_of_fields() {
        named(
            "for _, tc := range []struct {\n name, key string\n want int\n}{\n {\"x\", \"\", 4},\n {\"y\", \"VALUE\", 2},\n} {",
            "key",
        );
        named("struct { const char *name; const char *key; } cases[] = {\n {\"x\", \"VALUE\"},\n};", "key");
        named("struct site { char *root; char *pw; };\nstruct site all[] = { {\"x\", \"VALUE\"} };", "pw");
    }

    #[test]
    fn names_right_in_front_of_a_value() {
        named("  @auth \"VALUE\"\n", "auth");
        named("set(FIRM_SECRET \"VALUE\" CACHE STRING \"x\")", "FIRM_SECRET");
        named("(def auth \"VALUE\")", "auth");
        named("let(:token) { 'VALUE' }", "token");
        named("declare -A konver=(\n  [h]=\"x\"\n  [l]=\"VALUE\"\n)", "konver");
        named(
            "A::A(QObject *p)\n : QObject(p), m_nam(new N(this)),\n m_auth(QByteArrayLiteral(\"VALUE\")) {}",
            "m_auth",
        );
    }
}
