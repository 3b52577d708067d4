//! What stands right around a value: ciphertext, references, addresses, machines.

use super::candidate::Candidate;
use super::context::Context;
use super::digest;
use super::hosts::names_ours;
use super::judge::Reason;
use super::name::{Class, classify};

/// How ciphertext, references and hashes begin.
const SEALS: &[&[u8]] = &[
    b"ENC[",
    b"ENC(",
    b"{AQAAAB",
    b"sha256/",
    b"sha1/",
    b"encrypted:",
    b"{cipher}",
    b"EJ[",
    b"vault:",
    b"{{resolve",
    b"@Microsoft",
    b"arn:",
    b"op://",
    b"AQICA",
    b"secure:",
    b"sha256:",
    b"sha256-",
    b"sha512-",
    b"sha384-",
    b"sha1-",
    b"sha512:",
    b"sha1:",
    b"md5:",
    b"v1:",
    b"v2:",
    b"gpg:",
    b"age1",
    b"ssh-",
    b"base64:",
    b"urn:",
    b"enc:",
    b"0:2:",
    b"0:3:",
    b"data:image",
    b"data:font",
];

/// So far back the bracket is looked for in which a text is sealed over several lines.
const ENCLOSED: usize = 2000;

/// Whether the literal that holds the value is ciphertext or a reference, or the block is an encrypted one.
pub(super) fn is_sealed(bytes: &[u8], candidate: &Candidate) -> bool {
    let before = bytes.get(candidate.start().saturating_sub(240)..candidate.start()).unwrap_or_default();
    let line = before.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let literal = match line.iter().rposition(|byte| b"\"'`".contains(byte)) {
        Some(quote) => line.get(quote + 1..).unwrap_or_default(),
        None => line.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default(),
    };
    let scalar = literal.split(|&byte| byte == b'=').next_back().unwrap_or(literal);
    let starts = |text: &[u8]| {
        SEALS.iter().any(|seal| {
            text.len() >= seal.len()
                && memchr::memmem::find(text.get(..text.len().min(40)).unwrap_or(text), seal).is_some_and(|at| at < 3)
        })
    };
    if starts(literal) || starts(scalar) {
        return true;
    }
    // `uses: owner/action@<commit>`, `pkg@<hash>`; in `| @<value>@ |` the marks are those of code in a text.
    if before.ends_with(b"@") && !literal.contains(&b':') && !matches!(before, [.., b' ' | b'|' | b'\n', b'@']) {
        return true;
    }
    let open = |text: &[u8]| {
        memchr::memmem::rfind(text, b"ENC[").is_some_and(|at| !text.get(at..).is_some_and(|rest| rest.contains(&b']')))
    };
    let wrapped = bytes.get(candidate.start().saturating_sub(ENCLOSED)..candidate.start()).is_some_and(open);
    if wrapped
        || is_handled(line)
        || is_beside_iv(bytes, candidate)
        || line.trim_ascii_start().starts_with(b"SetCredentialEncrypted=")
    {
        return true;
    }
    // A block of nothing but such lines behind the mark of a vault or an armour.
    in_sealed_block(bytes, candidate.start())
}

/// Behind the name of what decrypts it: `${aes-gcm-nopadding::<value>}`.
fn is_handled(line: &[u8]) -> bool {
    let handler = |rest: &'_ [u8]| memchr::memmem::rfind(rest, b"${").map(|at| at + 2);
    let open = line.strip_suffix(b"::").and_then(|rest| rest.get(handler(rest)?..));
    open.is_some_and(|handler| handler.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-'))
}

/// Whether the value is the text, the tag or the like of a sealed object: an initialization vector stands beside it.
fn is_beside_iv(bytes: &[u8], candidate: &Candidate) -> bool {
    const PARTS: &[&str] =
        &["p", "c", "ct", "cipher", "data", "payload", "content", "value", "tag", "at", "mac", "d", "text"];
    const REACH: usize = 400;
    let before = bytes.get(candidate.start().saturating_sub(REACH)..candidate.start()).unwrap_or_default();
    let own = before.trim_ascii_end();
    let own =
        own.iter().rposition(|byte| !b"\"'\\: =".contains(byte)).and_then(|at| own.get(..=at)).unwrap_or_default();
    let name = own.rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    if !PARTS.iter().any(|part| name.eq_ignore_ascii_case(part.as_bytes())) {
        return false;
    }
    let after = bytes.get(candidate.end()..bytes.len().min(candidate.end() + REACH)).unwrap_or_default();
    let vector = |text: &[u8]| {
        let quoted = [&b"\"iv\""[..], b"'iv'", b"\"nonce\"", b"'nonce'", b"\"iv\\", b"\"nonce\\"];
        quoted.iter().any(|name| memchr::memmem::find(text, name).is_some())
    };
    let own = before.rsplit(|&byte| byte == b'{').next().unwrap_or_default();
    vector(own) || vector(after.split(|&byte| byte == b'}').next().unwrap_or_default())
}

/// Whether the value stands in a block of nothing but such lines behind the mark of a vault or an armour. Such lines are
/// short; what does not end within reach is no such block.
pub(super) fn in_sealed_block(bytes: &[u8], value: usize) -> bool {
    const LINE: usize = 200;
    let above = |end: usize| -> Option<(usize, &[u8])> {
        let floor = end.saturating_sub(LINE);
        let text = bytes.get(floor..end)?;
        let line = memchr::memrchr(b'\n', text).map(|at| at + 1).or((floor == 0).then_some(0))?;
        Some((floor + line, text.get(line..)?.trim_ascii()))
    };
    let Some((mut start, own)) = above(value) else { return false };
    if !own.is_empty() {
        return false;
    }
    for _ in 0..60 {
        let Some((line, text)) = start.checked_sub(1).and_then(above) else { return false };
        if memchr::memmem::find(text, b"$ANSIBLE_VAULT").is_some()
            || memchr::memmem::find(text, b"-----BEGIN").is_some()
        {
            return true;
        }
        if text.is_empty() || !text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte)) {
            return false;
        }
        start = line;
    }
    false
}

/// Whether the value is half of one that goes on over the line's end, which is read whole where the break is undone.
pub(super) fn is_half(bytes: &[u8], context: &Context, candidate: &Candidate) -> bool {
    let before = bytes.get(..candidate.start()).unwrap_or_default();
    let after = bytes.get(candidate.end()..).unwrap_or_default();
    let quoted = context.is_quoted_printable() && before.ends_with(b"=") && candidate.value.starts_with(b"3D");
    quoted
        || after.starts_with(b"\\\n")
        || after.starts_with(b"\\\r\n")
        || context.is_quoted_printable()
            && [&b"=\n"[..], b"=\r\n"].iter().any(|soft| after.starts_with(soft) || before.ends_with(soft))
        || before.ends_with(b"\n") && before.trim_ascii_end().ends_with(b"\\")
}

/// Why what stands around the value says that it is none: ciphertext, the name in an expansion or a call, a value cut short.
pub(super) fn refusal(bytes: &[u8], candidate: &Candidate) -> Option<Reason> {
    let before = bytes.get(..candidate.start()).unwrap_or_default();
    let after = bytes.get(candidate.end()..).unwrap_or_default();
    if is_sealed(bytes, candidate)
        || [&b"sha256/"[..], b"sha1/", b"sha512/"].iter().any(|pin| candidate.value.starts_with(pin))
    {
        return Some(Reason::Ciphertext);
    }
    // Basic authentication is the base64 of a user and a password, and no key.
    if before.ends_with(b"Basic ") && candidate.pieces.iter().all(|piece| piece.len() == candidate.value.len()) {
        return Some(Reason::Reference);
    }
    if let Some(reason) = digest::refusal(bytes, candidate) {
        return Some(reason);
    }
    if before.ends_with(b"$(") || after.starts_with(b"(") {
        return Some(Reason::Reference);
    }
    let cut = before.ends_with(b"...") || after.starts_with(b"...") || after.starts_with("…".as_bytes());
    cut.then_some(Reason::Placeholder)
}

/// Whether the value stands behind a tag of its own: `org:<value>`.
pub(super) fn is_tagged(bytes: &[u8], start: usize) -> bool {
    let before = bytes.get(start.saturating_sub(40)..start).unwrap_or_default();
    let Some(before) = before.strip_suffix(b":") else { return false };
    let word = before.rsplit(|byte| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte)).next().unwrap_or_default();
    !word.is_empty() && matches!(classify(word), Class::Other | Class::Refused)
}

/// Whose machine the value is the password of, as in netrc; `None` where it is none's.
pub(super) fn machine_of(bytes: &[u8], start: usize) -> Option<bool> {
    let before = bytes.get(start.saturating_sub(240)..start).unwrap_or_default();
    let at = memchr::memmem::rfind(before, b"machine ")?;
    let rest = before.get(at + 8..)?;
    let host = rest.split(u8::is_ascii_whitespace).find(|word| !word.is_empty())?;
    let password = rest.trim_ascii_end().ends_with(b"password");
    let host = host.to_ascii_lowercase();
    password.then(|| host == b"konver.ai" || host.ends_with(b".konver.ai"))
}

/// Whose host the address belongs to in whose user part the value stands; `None` where it stands in none.
pub(super) fn user_of(bytes: &[u8], candidate: &Candidate) -> Option<bool> {
    let after = bytes.get(candidate.end()..)?;
    let before = bytes.get(candidate.start().saturating_sub(100)..candidate.start())?;
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~%+:!".contains(byte);
    let user = before.iter().rposition(|byte| !part(byte)).map_or(0, |at| at + 1);
    let slashes = before.get(..user)?.ends_with(b"//");
    let rest = after.iter().take(100).position(|byte| !part(byte)).and_then(|at| after.get(at..))?;
    let host = rest.strip_prefix(b"@").filter(|_| slashes)?;
    let host = host.split(|byte| !byte.is_ascii_alphanumeric() && !b"-.".contains(byte)).next()?;
    Some(names_ours(host))
}

/// Whether the value is part of an address on somebody else's host, and no parameter that names the vendor.
pub(super) fn is_in_address(bytes: &[u8], candidate: &Candidate) -> bool {
    let before = bytes.get(candidate.start().saturating_sub(300)..candidate.start()).unwrap_or_default();
    let part = |byte: &u8| byte.is_ascii_graphic() && !b"\"'`<>,;|()[]{}\\".contains(byte);
    let from = before.iter().rposition(|byte| !part(byte)).map_or(0, |at| at + 1);
    let token = before.get(from..).unwrap_or_default();
    let Some(at) = memchr::memmem::rfind(token, b"://") else { return false };
    let (scheme, rest) = (token.get(..at).unwrap_or_default(), token.get(at + 3..).unwrap_or_default());
    if !scheme.to_ascii_lowercase().ends_with(b"http") && !scheme.to_ascii_lowercase().ends_with(b"https") {
        // A service that has a scheme of its own.
        return !token.to_ascii_lowercase().windows(6).any(|part| part == b"konver");
    }
    let Some(end) = rest.iter().position(|byte| b"/?#".contains(byte)) else { return false };
    let host = rest.get(..end).unwrap_or_default().rsplit(|&byte| byte == b'@').next().unwrap_or_default();
    let named = host.contains(&b'.') && host.first().is_some_and(u8::is_ascii_alphanumeric);
    let own = rest.strip_suffix(b"=").and_then(|rest| rest.rsplit(|byte| b"?&;".contains(byte)).next());
    named && !names_ours(host) && !own.is_some_and(|name| matches!(classify(name), Class::Ours(_) | Class::Header))
}

/// The value as part of an address on the vendor's host.
pub(super) fn in_url(bytes: &[u8], candidate: &Candidate) -> Option<Vec<u8>> {
    let before = bytes.get(..candidate.start()).unwrap_or_default();
    let tail = before.len().saturating_sub(300);
    let before = before.get(tail..).unwrap_or_default();
    let token = before.rsplit(|byte| byte.is_ascii_whitespace() || b"\"'`<>".contains(byte)).next().unwrap_or_default();
    if user_of(bytes, candidate) == Some(true) {
        return Some(b"part of an address on Konver's host".to_vec());
    }
    let query = token.iter().rposition(|byte| b"?&".contains(byte))?;
    let name = token.get(query + 1..)?.strip_suffix(b"=")?;
    let secret = matches!(classify(name), Class::Neutral | Class::Ours(_) | Class::Header);
    (names_ours(token) && secret).then(|| b"part of an address on Konver's host".to_vec())
}

/// Whether a short value is only mentioned in running text (`key 0123456789abcdef`), as ids and abbreviated hashes are: a key
/// of so few characters is believed only where something binds it.
pub(super) fn is_id_in_text(bytes: &[u8], candidate: &Candidate) -> bool {
    const SHORT: usize = 20;
    if candidate.value.len() >= SHORT {
        return false;
    }
    let before = bytes.get(candidate.start().saturating_sub(40)..candidate.start()).unwrap_or_default();
    let text = before.trim_ascii_end();
    text.len() < before.len() && text.last().is_some_and(|last| last.is_ascii_alphanumeric() || b",.(".contains(last))
}
