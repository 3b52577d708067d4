//! Whom a statement speaks to: the API, somebody else, or who knows. Told by the hosts that stand in it, in what surrounds it,
//! and where the names lead that it uses; where that is not clear, nobody is named.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use bstr::ByteSlice;
use regex::bytes::Regex;

use super::check::is_comment;
use crate::blob::Text;

/// Brackets that hold more lines than this are blocks, whose statements need not speak to one host.
const STATEMENT_LINES: usize = 14;

/// The same in bytes: a program's line is no statement.
const STATEMENT_BYTES: usize = 4000;

/// So many pairs of brackets behind a place are looked at for those around it.
const PAIRS: usize = 4096;

/// So many uses of a name are looked at.
const USES: usize = 40;

/// The hosts and brackets of a file.
pub(super) struct Speech<'a> {
    text: &'a Text<'a>,
    /// Where the API's host stands; without one, where the vendor is named at all.
    ours: Vec<usize>,
    has_host: bool,
    /// Where another host stands, this machine included.
    others: Vec<usize>,
    /// Pairs of brackets outside of strings.
    pairs: Vec<Range<usize>>,
    /// Names that stand for the API's address.
    names: Vec<Vec<u8>>,
}

/// Homes of formats and code, which are named and not spoken to.
const NOBODY: &[&str] = &["w3.org", "github.com", "json-schema.org", "schema.org", "xmlsoap.org", "apache.org"];

impl<'a> Speech<'a> {
    /// Reads a file once.
    pub(super) fn new(text: &'a Text<'a>) -> Self {
        static HOST: LazyLock<Option<Regex>> = LazyLock::new(|| {
            let label = "[a-z0-9-]+";
            let domains =
                "com|net|org|io|ai|dev|corp|local|internal|intra|lan|test|nl|de|eu|uk|fr|co|app|cloud|localdomain";
            Regex::new(&format!(
                r#"(?i-u)[a-z]://(?:[^\s/"'@]{{0,200}}@)?(\[[0-9a-f:]+\]|(?:{label}\.)*{label})|["']((?:{label}\.)+(?:{domains}))["':/]|\b(api(?:[.-]{label})*\.konver\.ai|localhost|127\.0\.0\.1)\b"#
            ))
            .ok()
        });
        let bytes = text.bytes();
        let mut speech = Self {
            text,
            ours: Vec::new(),
            has_host: false,
            others: Vec::new(),
            pairs: pairs(bytes),
            names: Vec::new(),
        };
        let hosts = HOST.iter().flat_map(|host| host.captures_iter(bytes));
        for host in hosts.filter_map(|found| found.get(1).or_else(|| found.get(2)).or_else(|| found.get(3))) {
            let name = host.as_bytes().to_ascii_lowercase();
            let nobody = NOBODY.iter().any(|other| name.ends_with(other.as_bytes()));
            if nobody || is_comment(text, host.start()) {
                continue;
            }
            if name == b"konver.ai" || name.ends_with(b".konver.ai") {
                speech.ours.push(host.start());
            } else {
                speech.others.push(host.start());
            }
        }
        speech.has_host = !speech.ours.is_empty();
        if speech.has_host {
            speech.names = speech.names_of_ours();
        } else {
            static WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i-u)konver").ok());
            let words = WORD.iter().flat_map(|word| word.find_iter(bytes)).map(|found| found.start());
            speech.ours = words.filter(|&at| !is_comment(text, at)).collect();
        }
        speech
    }

    /// The names that stand for the API's address: assigned to it, or made of such a name; not those that something else is
    /// assigned to as well.
    fn names_of_ours(&self) -> Vec<Vec<u8>> {
        // What begins a line, behind words of the language and a type: `const NAME =`, `self.name =`, `"name":`.
        static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(
                r#"(?-u)^\s*(?:[A-Za-z_][\w<>\[\],:&?]*\s+){0,5}["'$@]?(?:(?:self|this)(?:\.|->))?([A-Za-z_]\w*)["']?\s*(?::\s*[\w<>&' ]+)?(?::=|=>|=|:)\s*(?:[^=/]|$)"#,
            )
            .ok()
        });
        const ROUNDS: usize = 3;
        // Code has no more of either; a file of data may have any number.
        const ASSIGNMENTS: usize = 20_000;
        const NAMES: usize = 64;
        let assignments: Vec<(Vec<u8>, Range<usize>)> = (1..=self.text.line_count())
            .filter_map(|number| {
                let line = self.text.line_span(number)?;
                let name = NAME.as_ref()?.captures(self.text.line(number)?)?.get(1)?.as_bytes().to_vec();
                (!is_comment(self.text, line.start)).then_some((name, line))
            })
            .take(ASSIGNMENTS)
            .collect();
        let mut names: Vec<Vec<u8>> = Vec::new();
        for _ in 0..ROUNDS {
            let is_ours = |line: &Range<usize>| holds(&self.ours, line) || self.holds_name(&names, line);
            let mut verdicts: BTreeMap<&[u8], bool> = BTreeMap::new();
            for (name, line) in &assignments {
                let all = verdicts.entry(name).or_insert(true);
                *all &= is_ours(line);
            }
            let ours = verdicts.into_iter().filter(|(_, ours)| *ours).take(NAMES);
            let next: Vec<Vec<u8>> = ours.map(|(name, _)| name.to_vec()).collect();
            if next == names {
                break;
            }
            names = next;
        }
        names
    }

    /// Whether a part of the file uses one of the names.
    fn holds_name(&self, names: &[Vec<u8>], part: &Range<usize>) -> bool {
        let bytes = self.text.bytes().get(part.clone()).unwrap_or_default();
        names.iter().any(|name| bytes.find_iter(name).any(|at| is_whole(bytes, at, name.len())))
    }

    /// Whether the API's host is named, and no other.
    pub(super) fn is_only_ours(&self) -> bool {
        self.has_host && self.others.is_empty()
    }

    /// Whether the vendor is spoken of at all, outside of comments.
    pub(super) fn names_ours(&self) -> bool {
        !self.ours.is_empty()
    }

    /// Whether this machine or another host is named on the lines around an offset, and the API is not.
    pub(super) fn is_others_line(&self, offset: usize) -> bool {
        self.verdict(&self.line(offset), offset) == Some(false)
    }

    /// Whether what stands at `switch` speaks to the API.
    pub(super) fn is_ours(&self, switch: &Range<usize>) -> bool {
        self.near(switch.start).unwrap_or_else(|| {
            let name = assigned(self.text, switch.start).or_else(|| entered(self.text, switch));
            let verdicts = name.as_deref().map(|name| self.used(name, switch)).unwrap_or_default();
            if verdicts.is_empty() {
                self.is_only_ours() && !self.names_other_address(switch)
            } else {
                verdicts.contains(&true)
            }
        })
    }

    /// What the statement around an offset says: from the line outwards, the first part that names somebody.
    fn near(&self, offset: usize) -> Option<bool> {
        let line = self.verdict(&self.line(offset), offset);
        line.or_else(|| self.around(offset).iter().find_map(|part| self.verdict(part, offset)))
    }

    /// What the uses of a name say, of those that say something.
    fn used(&self, name: &[u8], except: &Range<usize>) -> Vec<bool> {
        let bytes = self.text.bytes();
        let own = self.line(except.start);
        let uses = bytes
            .find_iter(name)
            .filter(|&at| !own.contains(&at) && is_whole(bytes, at, name.len()) && !is_comment(self.text, at));
        uses.take(USES).filter_map(|at| self.near(at)).collect()
    }

    /// Whether the statement is given an address by a name that is not known to be the API's, or speaks to a database, to a mail
    /// server or as a server.
    fn names_other_address(&self, switch: &Range<usize>) -> bool {
        static ELSE: LazyLock<Option<Regex>> = LazyLock::new(|| {
            let what = "pool|postgres|pg|mysql|mariadb|redis|mongo|mongoose|ldap|smtp|imap|mail|create_?transport|transporter|kafka|amqp|\
                        rabbit|elastic|sequelize|knex|prisma|typeorm|database|connection_?string|mqtt|grpc|jwt|decode|\
                        accept(?:options)?|upgrader|listen|create_?server";
            Regex::new(&format!(r#"(?i-u)\b\w*?(?:{what})\b|\bssl["']?\s*[:=]\s*(?:\{{|[^,;\n]*\?)"#)).ok()
        });
        static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(
                r"(?i-u)[a-z_$][\w$]*(?:url|uri|host|endpoint|server|address)\w*|\b(?:url|uri|host|endpoint|server)\w*",
            )
            .ok()
        });
        let part = self.around(switch.start).pop().unwrap_or_else(|| self.line(switch.start));
        let bytes = self.text.bytes().get(part.clone()).unwrap_or_default();
        let elsewhere = ELSE.iter().flat_map(|other| other.find_iter(bytes)).any(|found| {
            let inside = part.start + found.start();
            !switch.contains(&inside) && !is_comment(self.text, inside)
        });
        elsewhere
            || self.is_given_a_name(switch.start)
            || ADDRESS.iter().flat_map(|address| address.find_iter(bytes)).any(|found| {
                let lower = found.as_bytes().to_ascii_lowercase();
                let of_the_switch =
                    ["verif", "certificate", "check_host", "trust"].iter().any(|word| lower.contains_str(word));
                // `baseURL: value` is the name of an option, and the value says which.
                let behind = bytes.get(found.end()..).unwrap_or_default().trim_ascii_start();
                let option = behind.starts_with(b":") || behind.starts_with(b"=");
                let inside = part.start + found.start();
                !of_the_switch && !option && !switch.contains(&inside) && !is_comment(self.text, inside)
            })
    }

    /// Whether what stands around an offset are the arguments of a request whose first one is a name that is not the API's.
    fn is_given_a_name(&self, offset: usize) -> bool {
        static FIRST: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?-u)^\s*([A-Za-z_][\w.]*)\s*,").ok());
        static CALL: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(r"(?i-u)(?:get|post|put|patch|delete|head|request|fetch|open|stream)$").ok());
        let Some(pair) = self.innermost(offset) else { return false };
        let before = self.text.bytes().get(pair.start.saturating_sub(40)..pair.start).unwrap_or_default();
        let inside = self.text.bytes().get(pair.start + 1..pair.end).unwrap_or_default();
        let first = FIRST.as_ref().and_then(|first| first.captures(inside)?.get(1));
        CALL.as_ref().is_some_and(|call| call.is_match(before.trim_ascii_end())) && first.is_some()
    }

    /// Which side a part of the file names; where both are, the one whose host is nearer. `None` where neither is.
    fn verdict(&self, part: &Range<usize>, offset: usize) -> Option<bool> {
        let nearest = |places: &[usize]| {
            let begin = places.partition_point(|&place| place < part.start);
            let end = places.partition_point(|&place| place < part.end);
            let within = places.get(begin..end).unwrap_or_default();
            let near = within.partition_point(|&place| place < offset);
            let beside = [near.checked_sub(1), Some(near)].into_iter().flatten();
            beside.filter_map(|at| within.get(at)).map(|place| place.abs_diff(offset)).min()
        };
        match (nearest(&self.ours), nearest(&self.others)) {
            (Some(ours), Some(others)) => Some(ours < others),
            (Some(_), None) => Some(true),
            (None, Some(_)) => Some(false),
            (None, None) => self.holds_name(&self.names, part).then_some(true),
        }
    }

    /// The line of an offset, with those that a backslash or the shell's pipe joins to it.
    fn line(&self, offset: usize) -> Range<usize> {
        let joined = |number: usize| {
            let line = self.text.line(number).unwrap_or_default().trim_ascii_end();
            line.ends_with(b"\\") || line.ends_with(b"`") || line.ends_with(b"^")
        };
        let (mut first, mut last) = (self.text.line_at(offset), self.text.line_at(offset));
        while first > 1 && last - first < STATEMENT_LINES && joined(first - 1) {
            first -= 1;
        }
        while last < self.text.line_count() && last - first < 2 * STATEMENT_LINES && joined(last) {
            last += 1;
        }
        let start = self.text.line_span(first).map_or(offset, |span| span.start);
        let end = self.text.line_span(last).map_or(offset, |span| span.end);
        start.max(offset.saturating_sub(STATEMENT_BYTES))..end.min(offset + STATEMENT_BYTES)
    }

    /// The brackets around an offset that a statement fills, from the innermost outwards, with the lines they begin and end on.
    fn around(&self, offset: usize) -> Vec<Range<usize>> {
        let lines = |pair: &&Range<usize>| self.text.line_at(pair.end) - self.text.line_at(pair.start);
        let is_small = |pair: &&Range<usize>| lines(pair) < STATEMENT_LINES && pair.len() < STATEMENT_BYTES;
        let small = self.enclosing(offset).take_while(is_small);
        small.map(|pair| self.line(pair.start).start..self.line(pair.end).end).collect()
    }

    fn innermost(&self, offset: usize) -> Option<&Range<usize>> {
        self.enclosing(offset).next()
    }

    /// The pairs of brackets around an offset, from the innermost outwards. They stand in the order of their ends, so those
    /// around it come behind it, each before the next one outwards.
    fn enclosing(&self, offset: usize) -> impl Iterator<Item = &Range<usize>> {
        let behind = self.pairs.partition_point(|pair| pair.end <= offset);
        let pairs = self.pairs.get(behind..).unwrap_or_default().iter().take(PAIRS);
        pairs.filter(move |pair| pair.start <= offset)
    }

    /// What stands before the innermost bracket around an offset, on its line and at most so many bytes.
    pub(super) fn before_bracket(&self, offset: usize, most: usize) -> &[u8] {
        let Some(pair) = self.innermost(offset) else { return &[] };
        self.text.bytes().get(pair.start.saturating_sub(most)..pair.start).unwrap_or_default()
    }
}

/// Whether one of the places, which are in order, lies in a part of the file.
fn holds(places: &[usize], part: &Range<usize>) -> bool {
    let at = places.partition_point(|&place| place < part.start);
    places.get(at).is_some_and(|place| part.contains(place))
}

/// Whether a name of this length stands at an offset, and not as a part of a longer one.
fn is_whole(bytes: &[u8], at: usize, length: usize) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    !is_word(at.checked_sub(1).and_then(|at| bytes.get(at))) && !is_word(bytes.get(at + length))
}

/// The name that the value at an offset is assigned to, on its line: `name = ...`, `name.field = ...`, `name: ...`; of PHP's
/// `curl_setopt` the handle.
fn assigned(text: &Text<'_>, offset: usize) -> Option<Vec<u8>> {
    static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r#"(?-u)(?:\b(?:self|this)(?:\.|->))?([A-Za-z_]\w*)(?:\.\w+|->\w+|\[[^\]]*\])*["']?\s*(?::\s*[\w<>&' ]+)?(?::=|=>|=|:)\s*(?:[^=/]|$)|curl_setopt(?:_array)?\(\s*\$(\w+)"#,
        )
        .ok()
    });
    const COMMON: &[&[u8]] =
        &[b"self", b"this", b"const", b"let", b"var", b"headers", b"options", b"config", b"process", b"http", b"https"];
    let number = text.line_at(offset);
    let opened = |number: &usize| text.line(*number).is_some_and(|line| line.trim_ascii_end().ends_with(b"{"));
    // An option on a line of its own belongs to what is assigned on the line that opens its bracket.
    let lines = [Some(number), number.checked_sub(1).filter(opened)];
    lines.into_iter().flatten().find_map(|number| {
        let start = text.line_span(number)?.start;
        let names = NAME.as_ref()?.captures_iter(text.line(number)?);
        let before = names
            .filter_map(|found| found.get(1).or_else(|| found.get(2)))
            .filter(|name| start + name.start() < offset);
        let name = before.map(|name| name.as_bytes()).find(|name| !COMMON.contains(name))?;
        Some(name.to_vec())
    })
}

/// The name that Python's `with ... as name:` gives to what stands at a place of its line.
fn entered(text: &Text<'_>, switch: &Range<usize>) -> Option<Vec<u8>> {
    static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?-u)\bas\s+(\w+)\s*:").ok());
    let end = text.line_span(text.line_at(switch.start))?.end;
    let behind = text.bytes().get(switch.end..end)?;
    Some(NAME.as_ref()?.captures(behind)?.get(1)?.as_bytes().to_vec())
}

/// Pairs of brackets outside of strings that end on their line.
fn pairs(bytes: &[u8]) -> Vec<Range<usize>> {
    let (mut open, mut pairs): (Vec<(u8, usize)>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' => {
                let rest = bytes.get(at + 1..).unwrap_or_default();
                let end = rest.iter().position(|&next| next == byte || next == b'\n');
                if let Some(length) = end.filter(|&end| rest.get(end) == Some(&byte)) {
                    at += length + 1;
                }
            }
            b'(' | b'[' | b'{' => open.push((byte, at)),
            b')' | b']' | b'}' => {
                let opener = if byte == b')' { b'(' } else { byte - 2 };
                if let Some(depth) = open.iter().rposition(|&(other, _)| other == opener) {
                    open.truncate(depth + 1);
                    pairs.extend(open.pop().map(|(_, start)| start..at));
                }
            }
            _ => {}
        }
        at += 1;
    }
    pairs
}
