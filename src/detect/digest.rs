//! Values that are digests, ids or parts of sealed texts by what stands right around them: in checksum files and lock files, in
//! addresses of repositories, in baselines of other scanners, in wrapped or barred ciphertext.

use super::candidate::Candidate;
use super::judge::Reason;

/// Lengths of digests, in hexadecimal digits.
const DIGESTS: &[usize] = &[32, 40, 56, 64, 96, 128];
/// So long are the lines of a wrapped text at least.
const WRAPPED: usize = 40;
/// So long are all of them but the last: 64 characters in PEM, 76 in MIME, 60 in git.
const FULL: usize = 60;

/// Why what stands right around the value says that it is a digest or a piece of ciphertext, if it does.
pub(super) fn refusal(bytes: &[u8], candidate: &Candidate) -> Option<Reason> {
    let before = bytes.get(candidate.start().saturating_sub(400)..candidate.start()).unwrap_or_default();
    let after = bytes.get(candidate.end()..).unwrap_or_default();
    let line = before.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let value = candidate.value.as_slice();
    if is_barred(value, before, after) || is_wrapped(bytes, candidate) {
        return Some(Reason::Ciphertext);
    }
    let hex = value.iter().all(u8::is_ascii_hexdigit);
    let digest = hex && DIGESTS.contains(&value.len());
    let is_digest = is_fragment(line)
        || is_fingerprint(after)
        || digest
            && (is_checked_file(line, after)
                || is_commit(line)
                || is_commit_of_note(line, after)
                || is_locked(line)
                || is_listed(bytes, candidate.start()))
        || hex && value.len() > 128;
    is_digest.then_some(Reason::NotRandom)
}

/// Behind `#` or `@` of an address: `https://host/package.tgz#<digest>`, `git+https://host/repository@<commit>`.
fn is_fragment(line: &[u8]) -> bool {
    let Some(address) = line.strip_suffix(b"#").or_else(|| line.strip_suffix(b"@")) else { return false };
    let token = address.rsplit(|&byte| byte.is_ascii_whitespace() || b"\"'`<>(".contains(&byte)).next();
    token.is_some_and(|token| {
        let path = memchr::memmem::find(token, b"://").map(|at| token.get(at + 3..).unwrap_or_default());
        path.is_some_and(|path| path.contains(&b'/'))
    })
}

/// In front of a place in a file: `<digest>:src/client.ts:rule:12`.
fn is_fingerprint(after: &[u8]) -> bool {
    let Some(rest) = after.strip_prefix(b":") else { return false };
    let path = rest.iter().take(200).take_while(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte)).count();
    rest.get(..path).is_some_and(|path| path.iter().any(|byte| b"/.".contains(byte))) && rest.get(path) == Some(&b':')
}

/// The digest at the begin of a line, and a file's name behind it: what `sha256sum` writes and reads.
fn is_checked_file(line: &[u8], after: &[u8]) -> bool {
    let rest = after.split(|byte| b"\n\"'".contains(byte)).next().unwrap_or_default();
    let name = rest.trim_ascii();
    let blank = rest.first().is_some_and(|&byte| byte == b' ' || byte == b'\t');
    let begins = line.trim_ascii().is_empty() || matches!(line.last(), Some(b'"' | b'\''));
    begins && blank && !name.is_empty() && !name.contains(&b' ') && (name.contains(&b'.') || name.starts_with(b"refs/"))
        || begins && rest.starts_with(b"  ") && !name.is_empty() && !name.contains(&b' ')
}

/// Right behind the address of a git repository, in the next literal.
fn is_commit(line: &[u8]) -> bool {
    let trimmed = line.trim_ascii_end();
    let bare = trimmed.iter().rposition(|byte| !b"\"', ".contains(byte)).map_or(0, |last| last + 1);
    trimmed.get(..bare).is_some_and(|text| text.ends_with(b".git"))
}

/// In brackets at the end of an item of a list, as notes of a release name the commit: `- fix the token (<digest>)`.
fn is_commit_of_note(line: &[u8], after: &[u8]) -> bool {
    let item = [&b"- "[..], b"* ", b"+ "].iter().any(|mark| line.trim_ascii_start().starts_with(mark));
    let rest = after.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii();
    item && line.ends_with(b" (") && matches!(rest, b")" | b")." | b"),")
}

/// Behind a version, or in the field behind that of an algorithm: `"0.1.3", "<digest>"`, `"SHA-256", "content": "<digest>"`.
fn is_locked(line: &[u8]) -> bool {
    let mut literals = line.rsplit(|byte| b"\"'".contains(byte)).skip(1);
    let literals = [literals.next(), literals.next(), literals.next(), literals.next()];
    let is_version = |text: &[u8]| {
        text.first().is_some_and(u8::is_ascii_digit)
            && text.contains(&b'.')
            && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(byte))
    };
    let is_algorithm = |text: &[u8]| {
        let lower = text.to_ascii_lowercase();
        text.len() < 12 && (lower.starts_with(b"sha") || lower.starts_with(b"md5") || lower.starts_with(b"blake"))
    };
    let is_content = |text: &[u8]| [&b"content"[..], b"digest", b"hash", b"value", b"checksum"].contains(&text);
    let [gap, second, _, fourth] = literals.map(Option::unwrap_or_default);
    gap.trim_ascii() == b","
        && (is_version(second) || second == b"hexpm")
        && memchr::memmem::find(line, b":hex,").is_some()
        || is_content(second) && is_algorithm(fourth)
}

/// In a list that is headed by a word for digests: `SPEC CHECKSUMS:` and lines of more indentation below it.
fn is_listed(bytes: &[u8], start: usize) -> bool {
    const REACH: usize = 4000;
    let before = bytes.get(start.saturating_sub(REACH)..start).unwrap_or_default();
    let mut lines = before.rsplit(|&byte| byte == b'\n');
    let indent = |line: &[u8]| line.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let Some(own) = lines.next().map(indent).filter(|&own| own > 0) else { return false };
    let head = lines.find(|line| indent(line) < own && !line.trim_ascii().is_empty());
    let head = head.unwrap_or_default().to_ascii_lowercase();
    [&b"checksum"[..], b"hashes", b"digests"].iter().any(|word| memchr::memmem::find(&head, word).is_some())
}

/// Parts of one sealed text, with bars between them: `2.<iv>|<data>|<mac>`.
fn is_barred(value: &[u8], before: &[u8], after: &[u8]) -> bool {
    const OTHER: usize = 16;
    let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let part = value.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"+/=.".contains(&byte));
    let next =
        after.strip_prefix(b"|").is_some_and(|rest| rest.iter().take_while(|&byte| base64(byte)).count() >= OTHER);
    let previous = before
        .strip_suffix(b"|")
        .is_some_and(|rest| rest.iter().rev().take_while(|&byte| base64(byte)).count() >= OTHER);
    part && (next || previous)
}

/// A whole line of base64 between others: a key is never wrapped, what is sealed or compiled is.
fn is_wrapped(bytes: &[u8], candidate: &Candidate) -> bool {
    const LINE: usize = 400;
    let whole = |line: &[u8]| {
        let line = line.trim_ascii();
        let line = line.strip_suffix(b"\\").unwrap_or(line).trim_ascii();
        let body = line.iter().rposition(|&byte| byte != b'=').map_or(0, |last| last + 1);
        let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
        (WRAPPED..LINE).contains(&line.len()) && line.get(..body).is_some_and(|body| body.iter().all(base64))
    };
    let floor = candidate.start().saturating_sub(2 * LINE);
    let before = bytes.get(floor..candidate.start()).unwrap_or_default();
    let after = bytes.get(candidate.end()..bytes.len().min(candidate.end() + 2 * LINE)).unwrap_or_default();
    let mut above = before.rsplit(|&byte| byte == b'\n');
    let mut below = after.split(|&byte| byte == b'\n');
    // The value is all that stands on its line.
    let alone = above.next().is_some_and(|own| own.trim_ascii().iter().all(|byte| b"+/".contains(byte)))
        && below.next().is_some_and(|own| own.trim_ascii().iter().all(|byte| b"+/=\\ ".contains(byte)));
    // The last line of a wrapped text is shorter than those above.
    let full = |line: &[u8]| whole(line) && line.trim_ascii().len() >= FULL;
    alone && whole(&candidate.value) && (above.next().is_some_and(full) || below.next().is_some_and(full))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<Reason> {
        let start = text.find('0').unwrap();
        let length = text[start..].bytes().take_while(u8::is_ascii_alphanumeric).count();
        let value = text.as_bytes()[start..start + length].to_vec();
        refusal(text.as_bytes(), &Candidate::of(value, start..start + length))
    }

    #[test]
    fn digests_are_told_by_their_surroundings() {
        let hex = "0f".repeat(20);
        for text in [
            format!("{hex}  konver-api-key_0.2.tar.gz\n"),
            format!("{hex} *konver.exe\n"),
            format!("resolved \"https://example.test/konver/-/key.tgz#{hex}\"\n"),
            format!("konver-api-token @ git+https://example.test/konver/token@{hex}\n"),
            format!("{{:git, \"https://example.test/konver/api_key.git\", \"{hex}\", []}}\n"),
            format!("{{:hex, :konver_api_key, \"1.1.3\", \"{hex}\", [:mix]}}\n"),
            format!("{{ \"alg\": \"SHA-1\", \"content\": \"{hex}\" }}\n"),
            format!("SPEC CHECKSUMS:\n  KonverKit: 1\n  KonverSecret: {hex}\n"),
            format!("'{hex}:src/konver.ts:konver-api-key:12',\n"),
        ] {
            assert_eq!(refused(&text), Some(Reason::NotRandom), "{text}");
        }
        for text in [
            format!("KONVER_API_KEY={hex}\n"),
            format!("konver_key: {hex} # in use\n"),
            format!("https://{hex}@api.konver.ai/v1\n"),
            format!("user@host {hex}\n"),
            format!("konver:{hex}:12\n"),
        ] {
            assert_eq!(refused(&text), None, "{text}");
        }
    }

    #[test]
    fn pieces_of_ciphertext_are_told_by_their_neighbours() {
        let (a, b) = ("0aB9".repeat(16), "9xY0".repeat(16));
        assert_eq!(refused(&format!("2.{a}|{b}|zz")), Some(Reason::Ciphertext));
        assert_eq!(refused(&format!("cipher: |\n  {a}\n  {b}\n")), Some(Reason::Ciphertext));
        assert_eq!(refused(&format!("key: |\n  {a}\nother: x\n")), None);
        assert_eq!(refused(&format!("| Konver | {a} |\n")), None);
    }
}
