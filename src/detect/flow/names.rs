//! Names in code, as the flow of values compares them.

/// The names in a text that a value can have come from.
pub(super) fn names(text: &[u8], single: bool) -> impl Iterator<Item = Vec<u8>> {
    let text = without_strings(text);
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"_$.".contains(&byte) || byte >= 0x80;
    let mut names = Vec::new();
    let mut at = 0;
    for run in text.chunk_by(|&a, &b| part(a) == part(b)) {
        at += run.len();
        // The name of an argument or a field is no value: `{ apiKey: KEY }`, `Client(api_key=KEY)`.
        let label = is_label(text.get(at..).unwrap_or_default());
        if run.first().is_some_and(|&first| part(first)) && !label {
            // `${konver[$customer]}`: a variable, whatever it is called.
            let held = text.get(..at - run.len()).is_some_and(|before| before.ends_with(b"${"));
            let name = last_part(without_access(run, text.get(at..).unwrap_or_default()));
            if is_name(&name, run.starts_with(b"$") || single) || run == b"konver" && held {
                names.push(name);
            }
        }
    }
    names.into_iter()
}

/// The name of what is read, where a call without arguments reads it: `self.entry` in `self.entry.get()`.
fn without_access<'t>(run: &'t [u8], after: &[u8]) -> &'t [u8] {
    const READS: &[&[u8]] =
        &[b".get", b".val", b".text", b".getText", b".getValue", b".toPlainText", b".value", b".load"];
    let read = READS.iter().find_map(|read| run.strip_suffix(*read));
    read.filter(|_| after.starts_with(b"()")).unwrap_or(run)
}

/// Whether what follows a name makes it the label of what comes then.
fn is_label(after: &[u8]) -> bool {
    match after {
        [b':', b':', ..] => false,
        [b':', ..] => true,
        _ => match after.trim_ascii_start() {
            [b'=', b'=', ..] => false,
            [b'=', ..] => true,
            _ => false,
        },
    }
}

/// The text without what its literals say, but for those by which a value is looked up (`opts["api_key"]`) or into which one
/// is put (`"Bearer ${key}"`).
fn without_strings(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = memchr::memchr3(b'"', b'\'', b'`', rest) {
        let (before, behind) = rest.split_at(open);
        out.extend_from_slice(before);
        let quote = behind.first().copied().unwrap_or_default();
        let literal = behind.get(1..).unwrap_or_default();
        let Some(close) = memchr::memchr(quote, literal) else {
            rest = behind;
            break;
        };
        let content = literal.get(..close).unwrap_or_default();
        let filled = content.iter().any(|byte| b"${".contains(byte));
        if before.last() == Some(&b'[') || filled {
            out.push(b' ');
            out.extend_from_slice(content);
        }
        out.push(b' ');
        rest = literal.get(close + 1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

/// A name that a variable can have, and that says something: not a word of the language or the library, and one letter only
/// where a sigil shows that it is a variable, as in a shell (in a minified script one letter is anything).
pub(super) fn is_name(name: &[u8], sigil: bool) -> bool {
    const WORDS: &[&str] = &[
        "bearer",
        "string",
        "value",
        "const",
        "let",
        "var",
        "new",
        "await",
        "return",
        "headers",
        "header",
        "null",
        "none",
        "true",
        "false",
        "self",
        "this",
        "process",
        "env",
        "os",
        "environ",
        "get",
        "set",
        "add",
        "http",
        "https",
        "url",
        "uri",
        "application",
        "json",
        "content",
        "type",
        "accept",
        "format",
        "str",
        "the",
        "api",
        "ai",
        "com",
        "v1",
        "company",
        "id",
        "konver",
        "request",
        "options",
        "config",
        "from",
        "import",
        "require",
        "tostring",
        "getenv",
        "encode",
        "f",
        "s",
        "d",
        "n",
        "a",
        "in",
        "of",
        "to",
        "is",
        "if",
        "else",
        "function",
        "def",
        "name",
        "keyname",
        "fetch",
        "body",
        "method",
        "data",
    ];
    name.len() > usize::from(!sigil)
        && !name.first().is_some_and(u8::is_ascii_digit)
        && !WORDS.iter().any(|word| word.as_bytes() == name)
}

/// The last part of a path of names, in small letters and without marks: `this.apiKey`, `api_key` and `$ApiKey` are one name.
/// What is done with it at the end (`key.trim()`) is no part of it.
pub(super) fn last_part(name: &[u8]) -> Vec<u8> {
    const DONE: &[&str] = &[
        "join",
        "tostring",
        "to_string",
        "trim",
        "strip",
        "decode",
        "encode",
        "concat",
        "unwrap",
        "clone",
        "getbytes",
        "bytes",
        "as_str",
        "as_bytes",
        "utf8",
        "format",
        "value",
        "get_secret_value",
        "expose_secret",
        "into",
        "unwrap_or_default",
    ];
    let mut parts = name.rsplit(|&byte| byte == b'.' || byte == b'>').filter(|part| !part.is_empty());
    let last = parts.next().unwrap_or_default();
    let done = DONE.iter().any(|done| last.eq_ignore_ascii_case(done.as_bytes()));
    let part = if done { parts.next().unwrap_or(last) } else { last };
    part.iter().filter(|byte| !b"$-_".contains(byte)).map(u8::to_ascii_lowercase).collect()
}
