//! Values that may be keys: runs of what keys are made of.

use std::ops::Range;

use super::judge::is_key_byte;
use super::name::{Class, classify};

/// A value and where its pieces stand in the layer.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The whole value.
    pub(super) value: Vec<u8>,
    /// The pieces; one, mostly. Their order is that of the value.
    pub(super) pieces: Vec<Range<usize>>,
    /// The pieces are members of a list: only a name makes one value of them.
    pub(super) loose: bool,
    /// What was undone to read the value at its place, beyond what was for the layer.
    pub(super) encoding: Option<&'static str>,
}

impl Candidate {
    /// A value that stands at one place.
    pub(super) fn of(value: Vec<u8>, place: Range<usize>) -> Self {
        Self { value, pieces: vec![place], loose: false, encoding: None }
    }

    /// A value that is put together from pieces.
    pub(super) fn put_together(value: Vec<u8>, pieces: Vec<Range<usize>>) -> Self {
        Self { value, pieces, loose: false, encoding: None }
    }

    /// Where the value begins.
    pub(super) fn start(&self) -> usize {
        self.pieces.iter().map(|piece| piece.start).min().unwrap_or(0)
    }

    /// Where it ends.
    pub(super) fn end(&self) -> usize {
        self.pieces.iter().map(|piece| piece.end).max().unwrap_or(0)
    }
}

/// Every candidate of the layer that stands in one piece, in order.
pub(super) fn candidates(bytes: &[u8]) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut at = 0;
    for run in bytes.chunk_by(|&a, &b| is_value_byte(a) == is_value_byte(b)) {
        let span = at..at + run.len();
        at = span.end;
        if run.len() < 16 || !run.first().is_some_and(|&first| is_value_byte(first)) {
            continue;
        }
        if let Some(span) = value_of(bytes, span) {
            let value = bytes.get(span.clone()).unwrap_or_default().to_vec();
            found.push(Candidate::of(value, span));
        }
    }
    found
}

/// What keys are made of, without the marks that mostly separate a name from its value.
pub(super) fn is_value_byte(byte: u8) -> bool {
    is_key_byte(byte) && byte != b':' && byte != b'|'
}

/// The value in a run: behind `name=`, without the marks around it.
fn value_of(bytes: &[u8], mut span: Range<usize>) -> Option<Range<usize>> {
    loop {
        let run = bytes.get(span.clone())?;
        let last = run.iter().rposition(|&byte| byte != b'=')?;
        let Some(equals) = run.get(..last)?.iter().position(|&byte| byte == b'=') else { break };
        let name = run.get(..equals)?;
        let is_name = name.len() < 16
            || !name.iter().any(u8::is_ascii_digit)
            || classify(name.rsplit(|&b| b == b'/').next().unwrap_or(name)) != Class::Other;
        if !is_name {
            break;
        }
        span.start += equals + 1;
    }
    // `%22<value>`: what an escape stands for is read where escapes are undone.
    let escaped = span.start > 0
        && bytes.get(span.start - 1) == Some(&b'%')
        && bytes.get(span.start..span.start + 2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    if escaped {
        span.start += 2;
    }
    for owner in [&b"secrets."[..], b"process.env.", b"env.", b"vars."] {
        if bytes.get(span.clone())?.starts_with(owner) {
            span.start += owner.len();
        }
    }
    let run = bytes.get(span.clone())?;
    let lead = run.iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    let mut trail = run.iter().rev().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    // Padding of base64 belongs to the value, other marks hardly ever.
    let end = run.len() - trail.min(run.len());
    let padding = run.get(end..).unwrap_or_default().iter().take_while(|&&byte| byte == b'=').count();
    if padding <= 2 {
        trail -= padding;
    }
    // A literal is the value as a whole, whatever it begins and ends with.
    let quoted = is_quoted(bytes, &span) && run.iter().any(u8::is_ascii_digit);
    let (lead, trail) = if quoted { (0, 0) } else { bare_marks(bytes, &span, lead, trail) };
    let span = span.start + lead..span.end - trail;
    let before = bytes.get(..span.start).unwrap_or_default();
    // `name = ...`: spaces part the two, as no padding of base64 has them.
    let assigned = bytes.get(span.end).is_some_and(|&byte| byte == b' ' || byte == b'\t')
        && !before.ends_with(b"=")
        && matches!(bytes.get(span.end..).unwrap_or_default().trim_ascii_start(), [b'=', next, ..] if *next != b'=' && *next != b'~');
    if assigned {
        return None;
    }
    let templated = lead > 0 && before.get(..before.len() - lead).is_some_and(|before| before.ends_with(b"}"));
    let run = bytes.get(span.clone())?;
    let before = bytes.get(..span.start)?;
    (span.len() >= 16 && !templated && !is_path(run, before)).then_some(span)
}

/// How many marks around a value without quotes do not belong to it: none of those at its beginning right behind `=` or `: `,
/// and of those at its end no hyphen, underscore or plus where nothing else follows.
fn bare_marks(bytes: &[u8], span: &Range<usize>, lead: usize, trail: usize) -> (usize, usize) {
    let before = bytes.get(..span.start).unwrap_or_default();
    // What is padded is base64, of which a slash or a plus at the beginning is part.
    let padded =
        bytes.get(span.clone()).is_some_and(|run| run.ends_with(b"=") && b"/+".contains(run.first().unwrap_or(&b' ')))
            && lead == 1;
    let item = before.strip_suffix(b"- ").is_some_and(|before| {
        before.rsplit(|&byte| byte == b'\n').next().is_some_and(|line| line.iter().all(u8::is_ascii_whitespace))
    });
    let assigned = [&b"="[..], b": ", b"= "].iter().any(|mark| before.ends_with(mark));
    let lead = if padded || assigned || item { 0 } else { lead };
    let marks = bytes.get(span.end - trail..span.end).unwrap_or_default();
    let own = lead == 0 && marks.iter().all(|mark| b"-_+".contains(mark));
    let ends = bytes.get(span.end).is_none_or(|next| next.is_ascii_whitespace() || b"\"'`&};,)".contains(next));
    (lead, if own && ends { 0 } else { trail })
}

/// Whether the same quotes stand on both sides.
fn is_quoted(bytes: &[u8], span: &Range<usize>) -> bool {
    let before = span.start.checked_sub(1).and_then(|at| bytes.get(at));
    let element = before == Some(&b'>') && bytes.get(span.end) == Some(&b'<');
    element || before.is_some_and(|quote| b"\"'`".contains(quote)) && before == bytes.get(span.end)
}

/// Whether the run is a path or an address: words between slashes, as base64 hardly ever has them.
pub(super) fn is_path(run: &[u8], before: &[u8]) -> bool {
    if !run.contains(&b'/') || run.ends_with(b"=") {
        return false;
    }
    let word = |part: &[u8]| {
        part.len() > 4
            && part.iter().all(|&byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'.' || byte == b'_')
    };
    let version = |part: &[u8]| matches!(part, [b'v', b'0'..=b'9']) || matches!(part, b"api");
    run.split(|&byte| byte == b'/').any(|part| word(part) || version(part))
        || before.ends_with(b"//")
        || before.ends_with(b"./")
}
