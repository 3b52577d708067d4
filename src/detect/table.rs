//! Rows of tables: CSV, Markdown, dumps of databases.

use std::ops::Range;

use bstr::ByteSlice;

use super::context::Context;
use super::hosts::names_ours;
use super::name::{Class, Family, Words, classify};

/// How far above a row its header is looked for, in lines.
const HEADER: usize = 60;
/// The longest line of a table, and the longest label, in bytes.
const LINE: usize = 4000;
const LABEL: usize = 60;
/// The most cells of a row that are read for what the row is about.
const COLUMNS: usize = 40;

/// A row of a table, with the label of the value's column where the table has a header.
struct Row {
    cells: Vec<Vec<u8>>,
    column: usize,
    label: Option<Vec<u8>>,
}

/// Whether the value is a cell of a row that is about the vendor, in a column (or beside a cell) that names a secret; and whether
/// the column itself names both.
pub(super) fn cell(bytes: &[u8], context: &Context, span: &Range<usize>) -> Option<(Family, &'static str, bool)> {
    let row = row(bytes, context, span)?;
    let named = row.label.as_ref().is_some_and(|label| matches!(classify(label), Class::Ours(_)));
    let mut vendor = named;
    let mut thing = None;
    // In a row of many cells only its column says what a value is.
    let cells: &[Vec<u8>] = if row.cells.len() <= COLUMNS { &row.cells } else { &[] };
    for (_, cell) in cells.iter().enumerate().filter(|(at, cell)| *at != row.column && cell.len() <= LABEL) {
        let label = bare(cell);
        vendor |= Words::new(&label).has_vendor() || names_ours(cell);
        thing = thing.or(secret(&label));
    }
    let family = row.label.as_ref().and_then(|label| secret(label)).or(thing)?;
    vendor.then_some((family, "a secret in a row that is about Konver", named))
}

/// The label of the column that the value stands in.
pub(super) fn column(bytes: &[u8], context: &Context, span: &Range<usize>) -> Option<Vec<u8>> {
    row(bytes, context, span)?.label
}

fn row(bytes: &[u8], context: &Context, span: &Range<usize>) -> Option<Row> {
    let number = context.line(span.start);
    let (from, to) = (context.start(number), context.line_end(number));
    let line = bytes.get(from..to)?;
    if line.len() > LINE {
        return None;
    }
    let separates = |mark: &u8| memchr::memchr_iter(*mark, line).count() >= if *mark == b',' { 2 } else { 1 };
    let separator = [b'|', b'\t', b',', b';'].into_iter().find(separates)?;
    if matches!(separator, b',' | b';') && is_code(line) {
        return None;
    }
    let row = cells(line, separator);
    let column = cells(bytes.get(from..span.start)?, separator).len().checked_sub(1)?;
    // The value is the whole cell.
    if bare(row.get(column)?).len() > span.len() + 2 {
        return None;
    }
    let above = (1..=HEADER.min(number)).filter_map(|up| {
        let above = bytes.get(context.start(number - up)..context.line_end(number - up))?;
        let rule = above.iter().all(|byte| b"-+|=: \t\r\n".contains(byte));
        // `||Title||Title||` heads a table in Jira.
        let doubled = separator == b'|' && above.starts_with(b"||");
        (!rule).then(|| if doubled { above.replace(b"||", b"|") } else { above.to_vec() })
    });
    let head = above.take_while(|above| above.len() <= LINE && count(above, separator) == row.len()).last();
    let head = head.map(|head| cells(&head, separator)).filter(|head| head.iter().all(|cell| is_label(cell)));
    let label = head.and_then(|head| head.get(column).map(|cell| bare(cell)));
    Some(Row { cells: row, column, label })
}

/// How many cells a line has.
fn count(line: &[u8], separator: u8) -> usize {
    match memchr::memchr(b'"', line) {
        Some(_) => cells(line, separator).len(),
        None => memchr::memchr_iter(separator, line).count() + 1,
    }
}

/// The cells of a line; a separator within quotes parts none.
fn cells(line: &[u8], separator: u8) -> Vec<Vec<u8>> {
    let mut quoted = false;
    let cells = line.split(|&byte| {
        quoted ^= byte == b'"' && separator != b'|';
        byte == separator && !quoted
    });
    cells.map(|cell| cell.trim_ascii().to_vec()).collect()
}

/// Whether a line with commas is code or configuration rather than a row: calls, braces and assignments stand outside of quotes.
fn is_code(line: &[u8]) -> bool {
    let (mut quoted, mut previous) = (false, b' ');
    line.iter().enumerate().any(|(at, &byte)| {
        quoted ^= byte == b'"';
        let call = byte == b'(' && previous != b' ';
        previous = byte;
        // The padding of base64 ends a cell.
        let ends = line.get(at + 1).is_none_or(|next| b",;=\r\n".contains(next));
        !quoted && (call || b"{#".contains(&byte) || byte == b'=' && !ends)
    })
}

/// What a cell says, without marks around it.
fn bare(cell: &[u8]) -> Vec<u8> {
    // `|_. Title|` heads a column in Textile, `! Title` in MediaWiki.
    let heads = [&b"_."[..], b"=.", b"!"];
    let cell = heads.iter().find_map(|mark| cell.strip_prefix(*mark)).unwrap_or(cell);
    let bare: Vec<u8> = cell.iter().filter(|byte| !b"\"'`()[]{}*".contains(byte)).copied().collect();
    bare.trim_ascii().to_vec()
}

/// Whether a cell can name a column: short, and of words.
fn is_label(cell: &[u8]) -> bool {
    let cell = bare(cell);
    let letters = cell.iter().filter(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
    let plain = cell.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"_-. /#:".contains(byte));
    cell.len() <= LABEL && plain && (letters * 2 > cell.len() || cell.is_empty())
}

/// The family of secrets that a column's label names.
pub(super) fn secret(label: &[u8]) -> Option<Family> {
    match classify(label) {
        Class::Ours(family) => Some(family),
        Class::Neutral | Class::Header => Some(Family::Key),
        Class::NeutralHook => Some(Family::Webhook),
        _ => None,
    }
}
