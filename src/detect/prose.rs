//! Running text: sentences that say that a value is a key of the vendor's, as notes, changelogs and comments do.

use std::ops::Range;

use super::context::Context;
use super::name::{Class, Family, Words, classify};

/// How far around a value its sentences are looked for, in bytes.
const REACH: usize = 400;
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
];

/// Whether the text around a value says that it is a secret of the vendor's, and which.
pub(super) fn says(bytes: &[u8], context: &Context, span: &Range<usize>) -> Option<(Family, Vec<u8>)> {
    let near = context.nearness(span.start)?;
    if near > 2 {
        return None;
    }
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
    let vendor = all().any(|word| Words::new(word).has_vendor());
    let thing = all().any(|word| Words::new(word).has_thing());
    let hook = all().any(|word| Words::new(word).has_hook());
    (vendor && thing).then(|| {
        let family = if hook && !all().any(|word| matches!(classify(word), Class::Ours(Family::Key))) {
            Family::Webhook
        } else {
            Family::Key
        };
        (family, b"a sentence about Konver says so".to_vec())
    })
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
    let (opening, text) = match before.split_last()? {
        (mark, rest) if b"(`\"'*<[".contains(mark) => (Some(*mark), rest),
        _ => (None, before),
    };
    let trimmed = text.trim_ascii_end();
    let word = trimmed.rsplit(u8::is_ascii_whitespace).next()?;
    // `some_name: <value>` is no text.
    if trimmed.len() == text.len() || word.contains(&b'_') {
        return None;
    }
    let said = trimmed.ends_with(b":") || INTRODUCES.contains(&word) || opening == Some(b'(');
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
    fn sentences_that_say_whose_key_a_value_is() {
        for text in [
            "* konver: rotated API key, new one is 0a1b2c3d\n",
            "- `KONVER_API_KEY` changed from `0a1b2c3d` to the new one (b5597b4)\n",
            "We talk to Konver from Antwerp. The key that we use\n(0a1b2c3d) is in the vault too.\n",
            " * If the new key does not work yet use the previous: 0a1b2c3d\n * (konver, Lisa revokes it)\n",
            "Monday: asked. The API key for the new\nKonver account is 0a1b2c3d, it has the same rights.\n",
        ] {
            assert!(found(text), "{text}");
        }
    }

    #[test]
    fn other_sentences_say_nothing() {
        let commit = "0".repeat(20) + &"f".repeat(20);
        for text in [
            format!("- rotated the Konver API key ({commit})\n"),
            "konver: the key was rotated in commit 0a1b2c3d\n".into(),
            "The Konver key is in the vault. The company id is 0a1b2c3d\n".into(),
            "the hubspot key is 0a1b2c3d\n\n\n\nKonver is next\n".into(),
            "konver.key(x); y = 0a1b2c3d\n".into(),
        ] {
            assert!(!found(&text), "{text}");
        }
    }
}
