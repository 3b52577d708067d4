//! Running text: sentences that say that a value is a key of the vendor's, as notes, changelogs and comments do.

use std::ops::Range;

use super::context::Context;
use super::name::{Class, Family, Words, classify};

/// How far around a value its sentences are looked for, in bytes.
const REACH: usize = 400;
/// So far, in lines, is the vendor from the value that a sentence ends in, and from one on a line of its own.
const NEAR: usize = 2;
const FAR: usize = 4;
/// So far below its heading a line belongs to a section, in lines.
const SECTION: usize = 30;
/// So many words make a sentence at least.
const WORDS: usize = 2;

/// Words after which a sentence says what something is.
const INTRODUCES: &[&[u8]] = &[
    b"is",
    b"was",
    b"are",
    b"from",
    b"to",
    b"use",
    b"using",
    b"with",
    b"as",
    b"now",
    b"ist",
    b"war",
    b"lautet",
    b"von",
    b"mit",
    b"nutze",
    b"is:",
    b"er",
    b"var",
    b"\xc3\xa4r",
    b"est",
    b"es",
    b"jest",
    b"naar",
    b"van",
    b"till",
    b"til",
];

/// Words that say that the value is something else.
const ELSE: &[&str] = &[
    "commit",
    "commits",
    "sha",
    "hash",
    "id",
    "ids",
    "uuid",
    "guid",
    "request",
    "trace",
    "digest",
    "checksum",
    "build",
    "revision",
    "image",
    "container",
    "session",
    "ticket",
    "etag",
    "fingerprint",
    "invoice",
    "order",
    "deal",
    "company",
    "contact",
    "cursor",
    "transaction",
    "signature",
    "job",
    "run",
    "deployment",
    "masked",
    "release",
    "tag",
    "branch",
    "user",
    "tenant",
    "workspace",
    "file",
    "cookie",
    "hashed",
    "encrypted",
    "example",
    "correlation",
    "event",
    "sha-1",
    "sha-256",
    "sha1",
    "sha256",
    "fingerabdruck",
    "fingeravtryck",
    "fingeravtrykk",
    "fingeraftryk",
    "vingerafdruk",
    "empreinte",
    "huella",
    "impronta",
    "odcisk",
    "kennung",
];

/// What the text around a value says of it.
pub(super) struct Said {
    /// Which of the vendor's secrets it is.
    pub(super) family: Family,
    /// The sentence that ends in the value, or the line above it, names a secret itself.
    pub(super) outright: bool,
}

/// Whether the text around a value says that it is a secret of the vendor's, and which.
pub(super) fn says(bytes: &[u8], context: &Context, span: &Range<usize>) -> Option<Said> {
    let near = context.nearness(span.start)?;
    let line = context.line(span.start);
    let headed = near <= SECTION && is_headed(bytes, context, line);
    let said = if near <= NEAR || headed { sentence(bytes, span, headed) } else { None };
    said.or_else(|| if near <= FAR || headed { above(bytes, context, span) } else { None })
}

/// Whether a sentence ends in the value.
fn sentence(bytes: &[u8], span: &Range<usize>, headed: bool) -> Option<Said> {
    let before = paragraph(bytes.get(span.start.saturating_sub(REACH)..span.start)?, true);
    let after = paragraph(bytes.get(span.end..bytes.len().min(span.end + REACH))?, false);
    let (opening, own) = introduced(before)?;
    let sentence = last_sentence(own);
    if !is_running(sentence) || words(sentence).any(is_else) {
        return None;
    }
    // Forty hexadecimal digits in brackets are a commit, whatever the sentence is about.
    let value = bytes.get(span.clone())?;
    if opening == Some(b'(') && value.len() == 40 && value.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let about =
        [last_sentence(own.get(..own.len() - sentence.len())?.trim_ascii_end()), sentence, first_sentence(after)];
    let all = || about.iter().flat_map(|sentence| words(sentence));
    let vendor = headed || all().any(|word| Words::new(word).has_vendor());
    let thing = all().any(|word| Words::new(word).has_thing());
    // `organization: <value>` ends a record rather than a sentence.
    let line = own.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let field = line.ends_with(b":") && words(line).count() == 1;
    let named = |text| words(text).any(|word| Words::new(word).has_thing());
    let [previous, ..] = about;
    let outright = if field { named(line) } else { named(sentence) || named(previous) };
    (vendor && thing).then(|| Said { family: family(all()), outright })
}

/// Whether the value is all that stands on its line, and what is written above it names a secret of the vendor's.
fn above(bytes: &[u8], context: &Context, span: &Range<usize>) -> Option<Said> {
    /// So many lines of writing are read.
    const LINES: usize = 3;
    /// So many lines that say nothing may stand between them.
    const BETWEEN: usize = 6;
    let line = context.line(span.start);
    let text = |line: usize| {
        let from = context.start(line);
        bytes.get(from..context.line_end(line).min(from + REACH)).unwrap_or_default().trim_ascii()
    };
    let lead = bytes.get(context.start(line)..span.start)?;
    let rest = bytes.get(span.end..context.line_end(line))?;
    let marks = |text: &[u8]| text.iter().all(|byte| b" \t\r\n`'\"*->#/|<:_".contains(byte));
    if !marks(lead) || !marks(rest) {
        return None;
    }
    let mut written: Vec<&[u8]> = Vec::new();
    for up in (line.saturating_sub(LINES + BETWEEN)..line).rev() {
        let text = text(up);
        // A line of code ends it; an empty one does only behind what has been read.
        if text.iter().any(|byte| b"{}=;".contains(byte)) || text.is_empty() && written.len() > 1 {
            break;
        }
        if says_something(text) {
            written.push(text);
        }
        if written.len() == LINES {
            break;
        }
    }
    let nearest = *written.first()?;
    let hex = bytes.get(span.clone())?.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    // Forty digits alone on a line are a commit.
    if hex && span.len() == 40 {
        return None;
    }
    let all = || written.iter().flat_map(|line| words(line));
    let named = |word: &[u8]| Words::new(word).has_thing();
    // What a program prints is an id or a digest as often as a key.
    let printed = nearest.starts_with(b"$ ") || !words(nearest).any(named);
    if words(nearest).any(is_else) || hex && printed && !nearest.ends_with(b":") {
        return None;
    }
    all().any(named).then(|| Said { family: family(all()), outright: words(nearest).any(named) })
}

/// Whether a line is writing: not empty, no fence, no line of a chat that says who speaks, no other value.
fn says_something(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"[").unwrap_or(line);
    let clock = matches!(line, [b'0'..=b'9', b'0'..=b'9', b':', b'0'..=b'9', ..]);
    let mut words = words(line).filter(|word| word.iter().filter(|byte| byte.is_ascii_alphabetic()).count() > 1);
    !clock && words.next().is_some_and(|first| words.next().is_some() || first.len() < 16)
}

/// Which secret words speak of.
fn family<'t>(words: impl Iterator<Item = &'t [u8]>) -> Family {
    let (mut hook, mut key) = (false, false);
    for word in words {
        hook |= Words::new(word).has_hook();
        key |= matches!(classify(word), Class::Ours(Family::Key));
    }
    if hook && !key { Family::Webhook } else { Family::Key }
}

/// Whether the section of a document that a line belongs to is headed by the vendor's name.
fn is_headed(bytes: &[u8], context: &Context, line: usize) -> bool {
    let text = |line: usize| bytes.get(context.start(line)..context.line_end(line)).unwrap_or_default().trim_ascii();
    // A line under the title, in reStructuredText and Markdown.
    let rule = |line: &[u8]| line.len() > 2 && b"-=~^".iter().any(|mark| line.iter().all(|byte| byte == mark));
    let heads = |at: &usize| {
        let line = text(*at);
        let marks = [&b"# "[..], b"## ", b"### ", b"#### ", b"== ", b"=== ", b"* ", b"** ", b"h1. ", b"h2. ", b"h3. "];
        let marked = marks.iter().any(|mark| line.starts_with(mark)) && line.len() < 80 && !line.ends_with(b".");
        marked && (line.first() != Some(&b'*') || !text(at + 1).starts_with(b"*"))
            || !line.is_empty() && rule(text(at + 1))
    };
    let head = (line.saturating_sub(SECTION)..line).rev().find(heads);
    head.is_some_and(|head| words(text(head)).any(|word| Words::new(word).has_vendor()))
}

/// The text as far as its paragraph goes.
fn paragraph(text: &[u8], back: bool) -> &[u8] {
    let at = |mark: &[u8]| if back { memchr::memmem::rfind(text, mark) } else { memchr::memmem::find(text, mark) };
    let marks = [&b"\n\n"[..], b"\n\r\n", b"*/", b"/*", b"```"];
    let end = marks.iter().filter_map(|mark| at(mark).map(|at| at + mark.len()));
    match if back { end.max() } else { end.min() } {
        Some(at) if back => text.get(at..).unwrap_or_default(),
        Some(at) => text.get(..at).unwrap_or_default(),
        None => text,
    }
}

/// The mark that the value stands behind, if any, and the text before it, if that introduces a value.
fn introduced(before: &[u8]) -> Option<(Option<u8>, &[u8])> {
    let marks = before.iter().rev().take(3).take_while(|byte| b"(`\"'*<[@".contains(byte)).count();
    let text = before.get(..before.len() - marks)?;
    let opening = before.last().copied().filter(|_| marks > 0);
    let trimmed = text.trim_ascii_end();
    let word = trimmed.rsplit(u8::is_ascii_whitespace).next()?;
    // `some_name: <value>` is no text.
    if trimmed.len() == text.len() || word.contains(&b'_') {
        return None;
    }
    let arrow = ["→".as_bytes(), b"->", b"=>"].contains(&word);
    let said = trimmed.ends_with(b":") || arrow || INTRODUCES.contains(&word) || opening == Some(b'(');
    said.then_some((opening, trimmed))
}

/// Whether a mark and what follows it end a sentence.
fn ends_sentence(pair: &[u8]) -> bool {
    matches!(pair, [b'.' | b'!' | b'?' | b';', next] if next.is_ascii_whitespace())
}

/// The last sentence of a text.
fn last_sentence(text: &[u8]) -> &[u8] {
    let body = text.get(..text.len().saturating_sub(1)).unwrap_or_default();
    let end = body.windows(2).rposition(ends_sentence);
    text.get(end.map_or(0, |at| at + 2)..).unwrap_or_default()
}

/// The first sentences of a text: what is said right behind a value.
fn first_sentence(text: &[u8]) -> &[u8] {
    const BEHIND: usize = 120;
    let text = text.get(..text.len().min(BEHIND)).unwrap_or_default();
    let end = text.windows(2).position(ends_sentence);
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

/// The words of a text, without marks around them.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"_-".contains(byte);
    text.split(move |byte| !part(byte)).filter(|word| !word.is_empty())
}

/// Whether the text is a sentence and no code: words with spaces between, and few marks.
fn is_running(text: &[u8]) -> bool {
    const CODE: &[u8] = b"{}=<>;$|\\[]";
    let spaced = text.split(u8::is_ascii_whitespace).filter(|word| {
        let letters = word.iter().filter(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
        letters >= 2 && letters * 2 > word.len() && word.iter().any(u8::is_ascii_lowercase)
    });
    spaced.count() >= WORDS && !text.iter().any(|byte| CODE.contains(byte))
}

fn is_else(word: &[u8]) -> bool {
    ELSE.iter().any(|other| word.eq_ignore_ascii_case(other.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> bool {
        let start = text.find('0').unwrap();
        let length = text[start..].bytes().take_while(u8::is_ascii_alphanumeric).count();
        says(text.as_bytes(), &Context::new(text.as_bytes()), &(start..start + length)).is_some()
    }

    #[test]
    fn lines_above_and_headings_say_whose_key_a_value_is() {
        for text in [
            "## Konver\n\nAnna got a paid key from them → `0a1b2x3d`\n",
            "Firmendaten (Konver)\n----\n\nDer Schlüssel lautet\n``0a1b2x3d`` und gilt.\n",
            "The key of Konver, for the worker:\n\n```\n0a1b2x3d\n```\n",
            "[19:16] Tom\n  base is https://api.konver.ai, header X-Api-Key\n\n[19:17] Tom\n  0a1b2x3d\n",
            "# Konver, API Keys, \"kiosk\"\n# not in the vault yet:\n#   0a1b2x3d\n",
        ] {
            assert!(found(text), "{text}");
        }
        for text in [
            "## Konver\n\ntext\n\n## Lusha\n\nAnna got a paid key from them → `0a1b2x3d`\n",
            "The key of Konver is in the vault.\nThe commit:\n0a1b2x3d\n",
            "konver = key;\n0a1b2x3d\n",
        ] {
            assert!(!found(text), "{text}");
        }
    }

    #[test]
    fn sentences_that_say_whose_key_a_value_is() {
        for text in [
            "* konver: rotated API key, new one is 0a1b2x3d\n",
            "- `KONVER_API_KEY` changed from `0a1b2x3d` to the new one (b5597b4)\n",
            "We talk to Konver from Antwerp. The key that we use\n(0a1b2x3d) is in the vault too.\n",
            " * If the new key does not work yet use the previous: 0a1b2x3d\n * (konver, Lisa revokes it)\n",
            "Monday: asked. The API key for the new\nKonver account is 0a1b2x3d, it has the same rights.\n",
        ] {
            assert!(found(text), "{text}");
        }
    }

    #[test]
    fn other_sentences_say_nothing() {
        let commit = "0".repeat(20) + &"f".repeat(20);
        for text in [
            format!("- rotated the Konver API key ({commit})\n"),
            "konver: the key was rotated in commit 0a1b2x3d\n".into(),
            "The Konver key is in the vault. The company id is 0a1b2x3d\n".into(),
            "the hubspot key is 0a1b2x3d\n\n\n\nKonver is next\n".into(),
            "konver.key(x); y = 0a1b2x3d\n".into(),
        ] {
            assert!(!found(&text), "{text}");
        }
    }
}
