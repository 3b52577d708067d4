//! Values that a statement of SQL puts into columns: `INSERT INTO table (columns) VALUES (row), (row)`, `COPY ... FROM stdin`.

use std::ops::Range;

use super::hosts::names_ours;
use super::name::{Family, Words};
use super::table::secret;

/// How far above a value the head of its statement is looked for, in bytes.
const REACH: usize = 16_000;
/// The longest row.
const ROW: usize = 4000;

/// A row of a statement, and the column of the value in it.
struct Row<'t> {
    columns: Vec<Vec<u8>>,
    column: usize,
    cells: Vec<&'t [u8]>,
    table: &'t [u8],
}

/// Whether the value stands in a row that is about the vendor, in a column that names a secret.
pub(super) fn cell(bytes: &[u8], span: &Range<usize>) -> Option<Family> {
    let row = row(bytes, span)?;
    let family = secret(row.columns.get(row.column)?)?;
    let others = row.cells.iter().enumerate().filter(|(at, _)| *at != row.column);
    let mut others = others.filter(|(_, cell)| cell.len() < 200);
    let about = others.any(|(_, cell)| Words::new(cell).has_vendor() || names_ours(cell));
    (about || Words::new(row.table).has_vendor()).then_some(family)
}

/// The name of the column that the value is put into.
pub(super) fn column(bytes: &[u8], span: &Range<usize>) -> Option<Vec<u8>> {
    let mut row = row(bytes, span)?;
    (row.column < row.columns.len()).then(|| row.columns.swap_remove(row.column))
}

fn row<'t>(bytes: &'t [u8], span: &Range<usize>) -> Option<Row<'t>> {
    inserted(bytes, span).or_else(|| copied(bytes, span))
}

/// A row of `INSERT`.
fn inserted<'t>(bytes: &'t [u8], span: &Range<usize>) -> Option<Row<'t>> {
    let floor = span.start.saturating_sub(ROW);
    let before = bytes.get(floor..span.start)?;
    let (open, column) = tuple(before)?;
    let row = bytes.get(floor + open + 1..)?;
    let end = row.get(..row.len().min(ROW))?.iter().position(|&byte| byte == b')')?;
    let cells: Vec<&[u8]> = row.get(..end)?.split(|&byte| byte == b',').collect();
    let head = bytes.get((floor + open).saturating_sub(REACH)..floor + open)?;
    let lower = head.to_ascii_lowercase();
    let values = memchr::memmem::rfind(&lower, b"values")?;
    // Only rows stand between.
    if lower.get(values..)?.contains(&b';') {
        return None;
    }
    let insert = memchr::memmem::rfind(lower.get(..values)?, b"insert")?;
    let table = head.get(insert + 6..values)?;
    let columns: Vec<Vec<u8>> = match memchr::memchr(b'(', table) {
        Some(open) => columns(table.get(open + 1..)?),
        None => created(head.get(..insert)?, table)?,
    };
    Some(Row { columns, column, cells, table })
}

/// Where the row that a place stands in opens, and how many commas lie between.
fn tuple(before: &[u8]) -> Option<(usize, usize)> {
    let (mut commas, mut quoted) = (0, false);
    // The value's own quote is open.
    let text = before.strip_suffix(b"'").or_else(|| before.strip_suffix(b"\"")).unwrap_or(before);
    for (at, &byte) in text.iter().enumerate().rev() {
        match byte {
            b'\'' => quoted = !quoted,
            _ if quoted => {}
            b'(' => return Some((at, commas)),
            b',' => commas += 1,
            b')' | b';' => return None,
            _ => {}
        }
    }
    None
}

fn columns(text: &[u8]) -> Vec<Vec<u8>> {
    let end = text.iter().position(|&byte| byte == b')').unwrap_or(text.len());
    let bare = |name: &[u8]| name.iter().filter(|byte| !b"`\"'[] \t\r\n".contains(byte)).copied().collect();
    text.get(..end).unwrap_or_default().split(|&byte| byte == b',').map(bare).collect()
}

/// The columns with which the table was created further above.
fn created(above: &[u8], named: &[u8]) -> Option<Vec<Vec<u8>>> {
    let name = named.trim_ascii();
    let name = if name.to_ascii_lowercase().starts_with(b"into") { name.get(4..)? } else { name };
    let at = memchr::memmem::rfind(&above.to_ascii_lowercase(), b"create table")?;
    let text = above.get(at + 12..)?;
    let open = memchr::memchr(b'(', text)?;
    let bare = |text: &[u8]| -> Vec<u8> { text.iter().filter(|byte| !b"`\"'[] ".contains(byte)).copied().collect() };
    if !bare(text.get(..open)?).ends_with(&bare(name)) {
        return None;
    }
    let first = |column: &[u8]| bare(column.trim_ascii().split(u8::is_ascii_whitespace).next().unwrap_or_default());
    let body = text.get(open + 1..)?;
    let end = memchr::memchr(b';', body).unwrap_or(body.len());
    Some(body.get(..end)?.split(|&byte| byte == b',').map(first).collect())
}

/// A row of `COPY table (columns) FROM stdin;`, which has tabs between its values.
fn copied<'t>(bytes: &'t [u8], span: &Range<usize>) -> Option<Row<'t>> {
    let before = bytes.get(span.start.saturating_sub(REACH)..span.start)?;
    let line = before.iter().rposition(|&byte| byte == b'\n')? + 1;
    let column = memchr::memchr_iter(b'\t', before.get(line..)?).count();
    let lower = before.get(..line)?.to_ascii_lowercase();
    let copy = memchr::memmem::rfind(&lower, b"copy ")?;
    let head = before.get(copy..line)?;
    let end = memchr::memmem::find(&head.to_ascii_lowercase(), b"from stdin")?;
    if memchr::memmem::find(head, b"\n\\.").is_some() {
        return None;
    }
    let open = memchr::memchr(b'(', head.get(..end)?)?;
    let columns = columns(head.get(open + 1..end)?);
    let rest = bytes.get(span.start - (before.len() - line)..)?;
    let row = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))?;
    let cells: Vec<&[u8]> = row.split(|&byte| byte == b'\t').collect();
    Some(Row { columns, column, cells, table: head.get(..open)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Family> {
        let start = text.find("KEY").unwrap();
        cell(text.as_bytes(), &(start..start + 3))
    }

    #[test]
    fn columns_name_the_values_of_their_rows() {
        for text in [
            "INSERT INTO integration (name, url, api_key) VALUES ('konver', 'https://api.konver.ai', 'KEY');",
            "INSERT INTO t (`name`, `token`)\nVALUES ('x', 'y'),\n('konver', 'KEY');",
            "insert into konver_settings(id, secret) values (1, 'KEY')",
            "CREATE TABLE acc(id INTEGER, label TEXT, secret TEXT);\nINSERT INTO acc VALUES(1,'Konver','KEY');",
            "COPY public.i (id, provider, api_key) FROM stdin;\n1\tslack\tx\n2\tkonver\tKEY\n\\.\n",
        ] {
            assert_eq!(found(text), Some(Family::Key), "{text}");
        }
    }

    #[test]
    fn other_rows_and_columns_say_nothing() {
        for text in [
            "INSERT INTO integration (name, url, api_key) VALUES ('slack', 'https://slack.example', 'KEY');",
            "INSERT INTO integration (name, etag) VALUES ('konver', 'KEY');",
            "INSERT INTO t (name, value) VALUES ('konver', 'x'), ('token', 'KEY')",
            "INSERT INTO konver_a (id, api_key) VALUES (1, NULL); INSERT INTO b (id, api_key) VALUES (1, 'KEY');",
            "COPY public.i (id, provider, etag) FROM stdin;\n2\tkonver\tKEY\n\\.\n",
            "call('konver', 'KEY')",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
