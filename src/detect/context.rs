//! What stands around a value: where the vendor is named, and where other vendors' hosts are.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::encoding::is_quoted_printable;
use super::{hosts, unnamed};

/// Lines (from 0) at which something stands, in order.
type Lines = Vec<usize>;

/// What a layer says of vendors.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a text does, independent of the others")]
pub(super) struct Context {
    starts: Vec<usize>,
    /// How far each line is indented, in bytes; an empty line as far as can be.
    indents: Vec<usize>,
    /// Lines that name an address of the vendor's.
    hosts: Lines,
    /// Lines that name the vendor in any way.
    words: Lines,
    /// Lines that name the host of somebody else.
    others: Lines,
    /// Those of them that name where something is asked, and not only a mailbox.
    asked: Lines,
    /// Names that stand for the header's own: `HEADER_AUTH = "X-Api-Key"`.
    headers: Vec<Vec<u8>>,
    /// Whether parts of the file are headed by the services that they are about, one of them the vendor.
    sections: bool,
    /// Whether events are checked by their signature.
    signature: bool,
    quoted_printable: bool,
    /// Whether a header of the vendor's is given something that nothing names.
    unnamed: bool,
    length: usize,
}

impl Context {
    /// Reads a layer once.
    pub(super) fn new(bytes: &[u8]) -> Self {
        static ALIAS: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r#"(?i-u)([a-z_][a-z0-9_]{2,})['"]?\s*(?::\s*[&*\w<>\[\]' ]{1,40}?)?(?:=|:=|:|=>|,|\s)\s*['"`]x-api-key['"`]"#)
                .ok()
        });
        static SECTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(
                r#"(?im-u)^[ \t]*(?:["'\[:]+)?[\w.-]*konver[\w.-]*["'\]]*[ \t]*(?::[ \t]*\{?|\{|=[ \t]*\{)?[ \t]*\r?$|^[ \t]*<\w+[^>\n]*\bid="[\w.-]*konver[\w.-]*"[^>\n]*>[ \t]*\r?$"#,
            )
            .ok()
        });
        let starts: Vec<usize> = std::iter::once(0).chain(memchr::memchr_iter(b'\n', bytes).map(|at| at + 1)).collect();
        let indent = |line: &[u8]| line.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(usize::MAX);
        let indents = bytes.split(|&byte| byte == b'\n').map(indent).collect();
        let mut context = Self {
            starts,
            indents,
            hosts: Vec::new(),
            words: Vec::new(),
            others: Vec::new(),
            asked: Vec::new(),
            headers: Vec::new(),
            sections: false,
            signature: false,
            quoted_printable: is_quoted_printable(bytes),
            unnamed: false,
            length: bytes.len(),
        };
        let lower = bytes.to_ascii_lowercase();
        for at in memchr::memmem::find_iter(&lower, b"konver") {
            let rest = lower.get(at + 6..).unwrap_or_default();
            let next = bytes.get(at + 6).copied().unwrap_or(b' ');
            let line = context.line(at);
            if is_of_agent(lower.get(context.start(line)..at).unwrap_or_default()) {
                continue;
            }
            if rest.starts_with(b".ai") {
                context.hosts.push(line);
                context.words.push(line);
            } else if !next.is_ascii_alphabetic()
                || next.is_ascii_uppercase() && bytes.get(at + 5).is_some_and(u8::is_ascii_lowercase)
                || ["ai", "api", "key", "client", "token", "sdk", "webhook"]
                    .iter()
                    .any(|tail| rest.starts_with(tail.as_bytes()))
            {
                context.words.push(line);
            }
        }
        context.sections = SECTION.as_ref().is_some_and(|section| section.is_match(bytes));
        let alias = |found: regex::bytes::Captures<'_>| found.get(1).map(|name| name.as_bytes().to_vec());
        context.headers = ALIAS
            .iter()
            .flat_map(|regex| regex.captures_iter(bytes))
            .filter_map(alias)
            .filter(|name| !is_common(name))
            .collect();
        context.signature = ["konver-signature", "konver_signature", "konversignature"]
            .iter()
            .any(|form| memchr::memmem::find(&lower, form.as_bytes()).is_some());
        for other in hosts::others(bytes) {
            let line = context.line(other.start);
            context.others.push(line);
            if !other.mailbox {
                context.asked.push(line);
            }
        }
        context.add_by_name(bytes);
        context.unnamed = context.has_host() && unnamed::is_sent(bytes, &context);
        context
    }

    /// Where an address is used by its name, it is named as well.
    fn add_by_name(&mut self, bytes: &[u8]) {
        for (start, ours) in hosts::by_name(bytes) {
            let line = self.line(start);
            if ours {
                self.hosts.push(line);
            } else {
                self.others.push(line);
                self.asked.push(line);
            }
        }
        for lines in [&mut self.hosts, &mut self.others, &mut self.asked] {
            lines.sort_unstable();
        }
    }

    /// What is encoded in a layer stands among that layer's vendors.
    pub(super) fn inherit(&mut self, outer: &Self, offset: usize) {
        let line = outer.line(offset);
        if self.words.is_empty() && outer.nearness(offset).is_some_and(|near| near <= 12) {
            self.words.push(0);
            if Self::distance(&outer.hosts, line).is_some() {
                self.hosts.push(0);
            }
        }
    }

    /// The line of an offset, from 0.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// Names of the file that stand for the header's own.
    pub(super) fn header_names(&self) -> &[Vec<u8>] {
        &self.headers
    }

    /// Whether the vendor is named on a line of the range.
    pub(super) fn names_between(&self, from: usize, to: usize) -> bool {
        let at = self.words.partition_point(|&line| line < from);
        self.words.get(at).is_some_and(|&line| line <= to)
    }

    /// Whether lines are broken as mail programs do.
    pub(super) fn is_quoted_printable(&self) -> bool {
        self.quoted_printable
    }

    /// Whether parts of the file are headed by the services that they are about, one of them the vendor.
    pub(super) fn has_sections(&self) -> bool {
        self.sections
    }

    /// Whether a header of the vendor's is given something that nothing names.
    pub(super) fn sends_unnamed(&self) -> bool {
        self.unnamed
    }

    /// Whether the vendor's events are checked here.
    pub(super) fn checks_signature(&self) -> bool {
        self.signature
    }

    /// Where a line ends.
    pub(super) fn line_end(&self, line: usize) -> usize {
        self.starts.get(line + 1).copied().unwrap_or(self.length)
    }

    /// Where a line begins.
    pub(super) fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or_default()
    }

    /// Whether the vendor's host is named at all.
    pub(super) fn has_host(&self) -> bool {
        !self.hosts.is_empty()
    }

    /// Whether the vendor is named at all.
    pub(super) fn has_vendor(&self) -> bool {
        !self.words.is_empty()
    }

    /// Whether somebody else's host is named.
    pub(super) fn has_other(&self) -> bool {
        !self.others.is_empty()
    }

    /// Distance in lines to the nearest of them.
    fn distance(lines: &[usize], line: usize) -> Option<usize> {
        let at = lines.partition_point(|&other| other < line);
        let near = [at.checked_sub(1), Some(at)];
        near.into_iter().flatten().filter_map(|at| lines.get(at)).map(|other| other.abs_diff(line)).min()
    }

    /// Whether a header at this place goes to the vendor: it is named in the file, and nobody else's host is nearer.
    pub(super) fn is_ours(&self, offset: usize) -> bool {
        let line = self.line(offset);
        let other = Self::distance(&self.asked, line);
        if let Some(ours) = Self::distance(&self.hosts, line) {
            return other.is_none_or(|other| ours <= other || self.is_enclosed(line, ours, other));
        }
        // A word is less than an address: it has to be much nearer than somebody else's.
        Self::distance(&self.words, line).is_some_and(|ours| other.is_none_or(|other| ours * 2 <= other))
    }

    /// Whether an address of the vendor's that far away stands in the same block as a line, and the nearer one of somebody else
    /// outside of it.
    fn is_enclosed(&self, line: usize, ours: usize, other: usize) -> bool {
        const FAR: usize = 200;
        let deepest = |lines: &Lines, distance: usize| {
            let ends = [line.checked_sub(distance), line.checked_add(distance)];
            let there = ends.into_iter().flatten().filter(|end| lines.binary_search(end).is_ok());
            there.filter_map(|end| self.shallowest(line.min(end), line.max(end))).max()
        };
        ours <= FAR && deepest(&self.hosts, ours) > deepest(&self.asked, other)
    }

    /// The least indentation of a range of lines.
    fn shallowest(&self, from: usize, to: usize) -> Option<usize> {
        self.indents.get(from..=to)?.iter().min().copied()
    }

    /// How near the vendor is, in lines; none where somebody else is nearer.
    pub(super) fn nearness(&self, offset: usize) -> Option<usize> {
        let line = self.line(offset);
        let ours = Self::distance(&self.words, line)?;
        Self::distance(&self.others, line).is_none_or(|other| ours <= other).then_some(ours)
    }
}

/// Whether what follows on a line is what a program calls itself: `User-Agent: konver-sync`.
fn is_of_agent(line: &[u8]) -> bool {
    const NEAR: usize = 24;
    let near = line.get(line.len().saturating_sub(NEAR)..).unwrap_or_default();
    memchr::memmem::find(near, b"user-agent").is_some() || memchr::memmem::find(near, b"useragent").is_some()
}

/// Names of arguments and fields in which any header's name may stand.
fn is_common(name: &[u8]) -> bool {
    const COMMON: &[&str] = &[
        "name",
        "key",
        "header",
        "headers",
        "value",
        "field",
        "set",
        "add",
        "append",
        "setheader",
        "addheader",
        "header_name",
        "headername",
        "in",
        "type",
        "get",
        "headerparam",
        "forhttpheaderfield",
        "str",
        "string",
        "static",
        "const",
        "val",
        "var",
        "let",
        "text",
        "char",
        "http_header",
        "title",
        "label",
        "param",
        "id",
    ];
    name.iter().any(u8::is_ascii_lowercase) && COMMON.iter().any(|common| name.eq_ignore_ascii_case(common.as_bytes()))
}
