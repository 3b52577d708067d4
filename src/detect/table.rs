//! Rows of tables: CSV, Markdown, dumps of databases.

use std::ops::Range;

use super::context::Context;
use super::hosts::names_ours;
use super::name::{Class, Family, Words, classify};

/// How far above a row its header is looked for, in lines.
const HEADER: usize = 60;

/// Whether the value is a cell of a row that is about the vendor, in a column (or beside a cell) that names a secret.
pub(super) fn cell(bytes: &[u8], context: &Context, span: &Range<usize>) -> Option<(Family, Vec<u8>)> {
    let number = context.line(span.start);
    let (from, to) = (context.start(number), context.line_end(number));
    let line = bytes.get(from..to)?;
    if line.len() > 4000 {
        return None;
    }
    let separates = |mark: &u8| memchr::memchr_iter(*mark, line).count() >= if *mark == b',' { 2 } else { 1 };
    let separator = [b'|', b'\t', b',', b';'].into_iter().find(separates)?;
    if separator != b'|' && separator != b'\t' && line.iter().any(|byte| b"({=#".contains(byte)) {
        return None;
    }
    let cells = |line: &[u8]| -> Vec<Vec<u8>> {
        line.split(|&byte| byte == separator).map(|cell| cell.trim_ascii().to_vec()).collect()
    };
    let row = cells(line);
    let column = memchr::memchr_iter(separator, bytes.get(from..span.start)?).count();
    let bare =
        |cell: &[u8]| -> Vec<u8> { cell.iter().filter(|byte| !b"\"'`()[]{}*".contains(byte)).copied().collect() };
    let own = bare(row.get(column)?);
    // The value is the whole cell.
    if own.trim_ascii().len() > span.len() + 2 {
        return None;
    }
    let mut vendor = false;
    let mut thing = None;
    for (_, cell) in row.iter().enumerate().filter(|(at, _)| *at != column) {
        let cell = bare(cell);
        let cell = cell.trim_ascii();
        if cell.len() > 60 {
            continue;
        }
        let label: Vec<u8> = cell.iter().map(|&byte| if byte == b' ' { b'_' } else { byte }).collect();
        vendor |= Words::new(&label).has_vendor() || names_ours(cell);
        thing = thing.or(secret(&label));
    }
    let head = (1..=HEADER.min(number)).filter_map(|up| {
        let above = bytes.get(context.start(number - up)..context.line_end(number - up))?;
        Some(above).filter(|line| !line.iter().all(|byte| b"-+|=: \t\r\n".contains(byte))).map(cells)
    });
    let mut named = head.take_while(|head| head.len() == row.len()).last().into_iter().filter_map(|head| {
        let label: Vec<u8> =
            bare(head.get(column)?).trim_ascii().iter().map(|&byte| if byte == b' ' { b'_' } else { byte }).collect();
        secret(&label)
    });
    let family = named.next_back().or(thing)?;
    vendor.then(|| (family, b"a secret in a row that is about Konver".to_vec()))
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
