//! Lines and columns.

use serde::Serialize;

/// A place in a text. Lines end at LF and count from 1; columns count Unicode characters from 1 on the text as it stands in
/// the file (a byte order mark counts none); the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Location {
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column behind the last character.
    pub end_column: usize,
}

impl Location {
    /// Where findings stand that are about a whole file: line 1, column 1.
    pub const TOP: Self = Self { line: 1, column: 1, end_line: 1, end_column: 1 };
}
