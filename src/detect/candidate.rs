//! Values that may be keys: runs of what keys are made of, and literals that are put together from pieces.

use std::ops::Range;

use super::judge::is_key_byte;
use super::looks_like_key;
use super::name::{Class, classify};

/// A value and where its pieces stand in the layer.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The whole value.
    pub(super) value: Vec<u8>,
    /// The pieces; one, mostly.
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
        self.pieces.first().map_or(0, |piece| piece.start)
    }

    /// Where it ends.
    pub(super) fn end(&self) -> usize {
        self.pieces.last().map_or(0, |piece| piece.end)
    }
}

/// Every candidate of the layer, in order.
pub(super) fn candidates(bytes: &[u8]) -> Vec<Candidate> {
    let mut found = joined(bytes);
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
fn is_value_byte(byte: u8) -> bool {
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
    (span.len() >= 16 && !templated && !is_path(bytes, &span)).then_some(span)
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
fn is_path(bytes: &[u8], span: &Range<usize>) -> bool {
    let run = bytes.get(span.clone()).unwrap_or_default();
    let before = bytes.get(..span.start).unwrap_or_default();
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

/// Literals of which one key is put together: `"abc" + "def"`, `"abc" . "def"`, `"abc" "def"`, over lines as well.
fn joined(bytes: &[u8]) -> Vec<Candidate> {
    let literals = literals(bytes);
    let mut found = Vec::new();
    let mut at = 0;
    while at < literals.len() {
        let mut group = vec![at];
        while let (Some(last), Some(next)) =
            (group.last().and_then(|&i| literals.get(i)), literals.get(group.last().map_or(0, |i| i + 1)))
        {
            let gap = bytes.get(last.end + 1..next.start.saturating_sub(1)).unwrap_or_default();
            if !is_joint(gap) || group.len() > 12 || is_assigned_to(bytes, next.end + 1) {
                break;
            }
            group.push(group.last().map_or(0, |i| i + 1));
        }
        at += group.len();
        if group.len() < 2 {
            continue;
        }
        let pieces: Vec<Range<usize>> = group.iter().filter_map(|&i| literals.get(i).cloned()).collect();
        let value: Vec<u8> =
            pieces.iter().flat_map(|piece| bytes.get(piece.clone()).unwrap_or_default()).copied().collect();
        // Keys beside one another, as in a list or a choice, are not pieces of one.
        let gap = |pair: &[Range<usize>]| match pair {
            [a, b] => bytes.get(a.end + 1..b.start.saturating_sub(1)).unwrap_or_default(),
            _ => &[],
        };
        let is_whole = |piece: &Range<usize>| bytes.get(piece.clone()).is_some_and(looks_like_key);
        let several = pieces.iter().any(is_whole)
            && !pieces.windows(2).all(|pair| is_sum(gap(pair)))
            && !is_joined(bytes, &pieces);
        if several {
            continue;
        }
        if value.len() >= 16 && value.iter().all(|&byte| is_value_byte(byte)) {
            let loose = !is_joined(bytes, &pieces) && pieces.windows(2).any(|pair| gap(pair).contains(&b','));
            if !loose || pieces.iter().all(|piece| piece.len() < 24) {
                found.push(Candidate { loose, ..Candidate::put_together(value, pieces) });
            }
        }
    }
    found
}

/// Whether what ends here is the name in `name = ...` or `"name": ...` rather than a value.
fn is_assigned_to(bytes: &[u8], end: usize) -> bool {
    let rest = bytes.get(end..).unwrap_or_default();
    let blanks = rest.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    match rest.get(blanks..).unwrap_or_default() {
        [b'=', b'>', ..] | [b':', b'=', ..] => true,
        [b'=', next, ..] => *next != b'=',
        [b':', next, ..] => *next != b':',
        _ => false,
    }
}

/// Whether what stands between two literals makes one of them: an operator that appends, or the end of a line.
fn is_sum(gap: &[u8]) -> bool {
    let blank = gap.trim_ascii().is_empty();
    blank && gap.contains(&b'\n') || !blank && gap.iter().all(|byte| b"+.&~\\@_fL() \t\r\n".contains(byte))
}

/// Whether the literals are a list that is joined: `['...', '...'].join('')`, `"".join(["...", "..."])`, `implode('', [...])`.
fn is_joined(bytes: &[u8], pieces: &[Range<usize>]) -> bool {
    const NEAR: usize = 40;
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return false };
    let before = bytes.get(first.start.saturating_sub(NEAR)..first.start).unwrap_or_default();
    let after = bytes.get(last.end..bytes.len().min(last.end + NEAR)).unwrap_or_default();
    let after = after.get(1..).unwrap_or_default();
    let joins = |text: &[u8], word: &[u8]| memchr::memmem::find(text, word).is_some();
    let closes = after.iter().position(|byte| !b", \t\r\n])}".contains(byte)).and_then(|at| after.get(at..));
    joins(before, b"join(")
        || joins(before, b"implode(")
        || joins(before, b"concat(")
        || closes.is_some_and(|rest| {
            [&b".join"[..], b"-join", b".mkString", b".joinToString", b".concat", b".reduce", b"|> "]
                .iter()
                .any(|word| rest.starts_with(word))
        })
        || joins(bytes, b".join('')")
        || joins(bytes, b".join(\"\")")
}

/// What may stand between two pieces of one value.
fn is_joint(gap: &[u8]) -> bool {
    let mut joint = false;
    let mut commas = 0;
    for &byte in gap {
        match byte {
            b'+' | b'.' | b'&' | b'~' | b'\\' | b'\n' | b'|' => joint = true,
            b',' => commas += 1,
            b' ' | b'\t' | b'\r' | b'@' | b'_' | b'f' | b'L' | b'(' | b')' => {}
            _ => return false,
        }
    }
    gap.len() <= 80 && commas < 2 && (commas == 1 || joint || gap.iter().all(|byte| *byte == b' ') && !gap.is_empty())
}

/// Contents of quoted literals of key characters, of which a value could be put together.
fn literals(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = bytes.get(at..).and_then(|rest| memchr::memchr3(b'"', b'\'', b'`', rest)) {
        let open = at + open;
        let quote = bytes.get(open).copied().unwrap_or_default();
        let rest = bytes.get(open + 1..).unwrap_or_default();
        let length = rest.iter().take(4096).take_while(|&&byte| is_value_byte(byte)).count();
        if rest.get(length) == Some(&quote) {
            if length > 0 {
                found.push(open + 1..open + 1 + length);
            }
            at = open + length + 2;
        } else {
            at = open + 1;
        }
    }
    found
}
