//! What a function or property gives back by a choice: `match`, `when`, `switch`, `if`.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// So many lines above a value its function's head is looked for, and so far back, in bytes.
const LINES: usize = 40;
const REACH: usize = 3000;

/// The name of the function or property that gives back the value at `start`: what it returns, or an arm of what it chooses from.
pub(super) fn chosen(bytes: &[u8], start: usize) -> Option<Vec<u8>> {
    let floor = start.saturating_sub(REACH);
    let before = bytes.get(floor..start)?;
    let mut lines = before.rsplit(|&byte| byte == b'\n');
    let own = lines.next()?;
    if !gives(own) {
        return None;
    }
    if let Some(name) = declared(own) {
        return Some(name);
    }
    let mut level = indent(own);
    for line in lines.take(LINES) {
        let text = line.trim_ascii();
        if text.is_empty() || indent(line) >= level {
            continue;
        }
        level = indent(line);
        if text == b"{" {
            // What it opens stands on the line above, as far to the left.
            level += 1;
            continue;
        }
        if let Some(name) = declared(line) {
            return Some(name);
        }
        if !chooses(text) || level == 0 {
            return None;
        }
    }
    None
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Whether the text in front of a value gives it back: `return`, an arm, a word of a choice; what wraps it aside.
fn gives(text: &[u8]) -> bool {
    const WRAPS: &[&[u8]] = &[b"Some(", b"Ok(", b"Just(", b"Right(", b"String::from(", b"{:ok,", b"("];
    const GIVES: &[&[u8]] = &[b"return", b"=>", b"->", b"then", b"else", b"{"];
    let quote = text.iter().rposition(|byte| !b"\"'`bruf@$q{".contains(byte)).map_or(0, |at| at + 1);
    let mut text = text.get(..quote).unwrap_or_default().trim_ascii_end();
    while let Some(inner) = WRAPS.iter().find_map(|wrap| text.strip_suffix(*wrap)) {
        text = inner.trim_ascii_end();
    }
    text.is_empty() || GIVES.iter().any(|give| text.ends_with(give)) || is_case(text)
}

/// Whether the text ends behind the label of a case: `"prod" :`.
fn is_case(text: &[u8]) -> bool {
    text.ends_with(b":") && text.trim_ascii_start().starts_with(b"case ")
}

/// Whether a line opens a choice, or a part of one.
fn chooses(line: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"match", b"when", b"switch", b"case", b"if", b"else", b"cond", b"elif", b"elsif", b"default", b"select",
        b"get", b"try", b"unless",
    ];
    line.split(|byte| !byte.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
}

/// The function or property that a line declares.
fn declared(line: &[u8]) -> Option<Vec<u8>> {
    static DECLARED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let keyword = r"\b(?:fn|func|fun|function|def|defp|sub|proc)\s+(?:\([^()]{0,80}\)\s*)?(?:self\.)?([A-Za-z_\x80-\xff][\w\x80-\xff]*)";
        let property = r"\b(?:val|var|let|const|static\s+\w+)\s+([A-Za-z_\x80-\xff][\w\x80-\xff]*)\s*(?::\s*[\w.?<>]+)?\s*(?:=\s*(?:when|match|switch|if|case|\(\)|\([^()]*\)\s*=>).*|\{?\s*(?:get\(\).*)?)$";
        let typed = r"\b(?:String|string|QString|QByteArray|std::string|auto|char\s?\*|byte\[\])\??\s+\*?(?:\w+::)?([A-Za-z_\x80-\xff][\w\x80-\xff]*)\s*(?:\([^()]*\)\s*(?:const\s*)?(?:\{|=>|$)|=>|\{)";
        Regex::new(&format!(r"(?-u)(?:{keyword}|{property}|{typed})")).ok()
    });
    let found = DECLARED.as_ref()?.captures(line.trim_ascii_end())?;
    found.iter().skip(1).flatten().next().map(|name| name.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<String> {
        let start = text.find("VALUE").unwrap();
        chosen(text.as_bytes(), start).map(|name| String::from_utf8(name).unwrap())
    }

    #[test]
    fn arms_and_returns_belong_to_their_function() {
        for text in [
            "pub fn pw(e: Env) -> &'static str {\n    match e {\n        Env::Live => \"x\",\n        Env::Test => \"VALUE\",\n",
            "val pw: String\n    get() = when (x) {\n        \"prod\" -> \"VALUE\"\n",
            "val pw get() = when (x) {\n    \"prod\" -> \"VALUE\"\n",
            "func pw(s Stage) (string, error) {\n\tswitch s {\n\tcase \"prod\":\n\t\treturn \"VALUE\", nil\n",
            "def pw(env)\n  case env\n  when :prod then 'VALUE'\n",
            "public string pw(Env e) => e switch\n{\n    Env.Live => \"VALUE\",\n",
            "fn pw(e: Env) -> &str { match e { A => \"VALUE\" } }",
            "private static function pw() {\n    // quiet\n    return \"VALUE\";\n",
        ] {
            assert_eq!(name(text).as_deref(), Some("pw"), "{text}");
        }
    }

    #[test]
    fn other_values_belong_to_none() {
        for text in [
            "fn pw(e: Env) {\n    let id = \"VALUE\";\n",
            "def pw(env):\n    call(\"VALUE\")\n",
            "def pw(env):\n    for x in y:\n        return \"VALUE\"\n",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
