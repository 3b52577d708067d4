//! Rows of test data, whose values are given to the parameters of a method, and what stands behind attributes.

use super::brackets::{Bracket, close, is_letter, literal, members};
use super::functions::parameter;

/// Attributes that give their values to the parameters of the method behind them, and calls that do so for a function.
const GIVES: &[&str] = &["inlinedata", "testcase", "datarow", "arguments", "case", "testwith", "row", "values"];

/// The parameter that a value of test data is given to.
pub(super) fn test_data(bytes: &[u8], levels: &[Bracket], start: usize) -> Option<Vec<u8>> {
    let at = levels.iter().position(|level| level.mark == b'(' && !level.callee(bytes).is_empty())?;
    let (level, inner) = (levels.get(at)?, levels.get(..at)?);
    let path = level.callee(bytes);
    let last = path.rsplit(|&byte| !is_letter(byte)).next().unwrap_or_default().to_ascii_lowercase();
    // A row of several values is a list within the list of rows.
    let row = match inner {
        [] => level.number,
        [row, ..] => row.number,
    };
    match last.as_slice() {
        b"parametrize" => {
            let told = bytes.get(level.members.first()?.clone())?;
            let names = if let Some(names) = literal(told) {
                names.split(|&byte| byte == b',').map(|name| name.trim_ascii().to_vec()).collect::<Vec<_>>()
            } else {
                let open = level.members.first()?.start;
                let texts = members(bytes, open).into_iter().filter_map(|place| bytes.get(place));
                texts.filter_map(literal).map(<[u8]>::to_vec).collect()
            };
            let number = if names.len() == 1 { 0 } else { row };
            names.into_iter().nth(number).filter(|_| level.number > 0)
        }
        b"each" => {
            let end = close(bytes, level.open)?;
            let open = end + 1;
            let last = (bytes.get(open) == Some(&b'(')).then(|| members(bytes, open))?.pop()?;
            let brace = memchr::memchr(b'(', bytes.get(last.clone())?)? + last.start;
            let place = members(bytes, brace).into_iter().nth(if inner.len() == 1 { 0 } else { row })?;
            Some(parameter(bytes.get(place)?, false))
        }
        b"csvsource" | b"valuesource" => {
            let from = bytes.get(..start)?.iter().rposition(|byte| b"\"\n".contains(byte))?;
            let number = memchr::memchr_iter(b',', bytes.get(from..start)?).count();
            method_behind(bytes, close(bytes, level.open)? + 1, number)
        }
        name if GIVES.iter().any(|gives| gives.as_bytes() == name) && is_attribute(bytes, level) => {
            method_behind(bytes, close(bytes, level.open)? + 1, row)
        }
        _ => None,
    }
}

/// Whether what is called is an attribute: `[InlineData(`, `#[case(`, `@Row(`.
pub(super) fn is_attribute(bytes: &[u8], level: &Bracket) -> bool {
    let path = level.callee(bytes);
    let before = bytes.get(..level.open.saturating_sub(path.len())).unwrap_or_default().trim_ascii_end();
    path.starts_with(b"@") || before.ends_with(b"[") || before.ends_with(b",") || before.ends_with(b"@")
}

/// The text behind attributes that ends at `end`: past the bracket and other attributes.
fn behind_attributes(bytes: &[u8], end: usize) -> Option<usize> {
    const LINES: usize = 40;
    let mut at = end;
    for _ in 0..LINES {
        let rest = bytes.get(at..)?;
        let blanks = rest.len() - rest.trim_ascii_start().len();
        at += blanks;
        match bytes.get(at..)? {
            [b']' | b',' | b')', ..] => at += 1,
            [b'#', b'[', ..] => at = close(bytes, at + 1)? + 1,
            [b'[', ..] => at = close(bytes, at)? + 1,
            [b'@', rest @ ..] => {
                let name = rest.iter().take_while(|&&byte| is_letter(byte) || byte == b'.' || byte == b':').count();
                at += 1 + name;
                if bytes.get(at) == Some(&b'(') {
                    at = close(bytes, at)? + 1;
                }
            }
            [b'/', b'/', rest @ ..] => at += 2 + memchr::memchr(b'\n', rest)?,
            _ => return Some(at),
        }
    }
    None
}

/// Parameter `number` of the method that is declared behind attributes.
fn method_behind(bytes: &[u8], end: usize, number: usize) -> Option<Vec<u8>> {
    const HEAD: usize = 160;
    let at = behind_attributes(bytes, end)?;
    let head = bytes.get(at..bytes.len().min(at + HEAD))?;
    let open = at + memchr::memchr(b'(', head)?;
    if bytes.get(at..open)?.iter().any(|byte| b";={".contains(byte)) {
        return None;
    }
    let place = members(bytes, open).into_iter().nth(number)?;
    Some(parameter(bytes.get(place)?, false)).filter(|name| !name.is_empty())
}

/// The field that is declared behind attributes.
pub(super) fn field_behind(bytes: &[u8], end: usize) -> Option<Vec<u8>> {
    const HEAD: usize = 160;
    let at = behind_attributes(bytes, end)?;
    let head = bytes.get(at..bytes.len().min(at + HEAD))?;
    let end = head.iter().position(|byte| b";={,\n".contains(byte)).unwrap_or(head.len());
    let head = head.get(..end)?;
    if head.contains(&b'(') {
        return None;
    }
    Some(parameter(head, false)).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::places::tests::{named, names};

    #[test]
    fn test_data_has_the_names_of_parameters() {
        named(
            "[Theory]\n[InlineData(\"\", 4)]\n[InlineData(\"VALUE\", 2)]\npublic async Task Follows(string key, int x)\n{",
            "key",
        );
        named(
            "@ParameterizedTest\n@CsvSource({\"VALUE,200\", \"x,1\"})\nvoid follows(String key, int status) {",
            "key",
        );
        named("@ValueSource(strings = {\"VALUE\"})\nvoid follows(String key) {", "key");
        named(
            "@pytest.mark.parametrize(\"key,status\", [(\"x\", 1), (\"VALUE\", 200)])\ndef test(key, status):",
            "key",
        );
        named("@pytest.mark.parametrize('key', ['VALUE'])\ndef test(key):", "key");
        named("it.each([['', 1], ['VALUE', 200]])('x %s', async (key, status) => {", "key");
        named("#[rstest]\n#[case(\"VALUE\", 200)]\nfn follows(#[case] key: &str, #[case] status: u16) {", "key");
        assert!(
            names("[InlineData(4, \"VALUE\")]\npublic void Follows(int key, string company)\n{")
                .iter()
                .all(|name| name != "key")
        );
    }
}
