//! Patterns of .gitignore, as git reads them (gitignore(5), git's wildmatch.c). Each becomes a regular expression, so that no
//! pattern of a scanned repository can make matching slow.

use std::fmt::Write;

use regex::bytes::{Regex, RegexBuilder};

/// A list of patterns: the last one that matches a path decides, and what lies below an excluded folder is excluded whatever
/// follows.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    regex: Regex,
    takes_back: bool,
    folders_only: bool,
    /// Without a slash: matched against the name alone, at any depth.
    is_name: bool,
}

impl Globs {
    /// Adds a line; blank ones and comments are nothing.
    ///
    /// # Errors
    /// What is wrong with it. Git would silently never match such a pattern.
    pub fn add(&mut self, line: &str) -> Result<(), String> {
        let line = without_trailing_spaces(line);
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let (takes_back, rest) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (folders_only, rest) = rest.strip_suffix('/').map_or((false, rest), |rest| (true, rest));
        let is_name = !rest.contains('/');
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        if rest.is_empty() {
            return Err("a pattern that matches nothing".into());
        }
        let regex = RegexBuilder::new(&format!("^(?:{})$", translate(rest)?))
            .unicode(false)
            .dot_matches_new_line(true)
            .size_limit(1 << 20)
            .build()
            .map_err(|_| "not a pattern of gitignore".to_owned())?;
        self.patterns.push(Pattern { regex, takes_back, folders_only, is_name });
        Ok(())
    }

    /// Whether the list says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether the file at this path (from the root, with `/`), or a folder above it, is matched.
    pub fn matches(&self, path: &[u8]) -> bool {
        let folders = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        !self.is_empty()
            && (folders.into_iter().any(|at| self.decides(path.get(..at).unwrap_or_default(), true))
                || self.decides(path, false))
    }

    fn decides(&self, path: &[u8], is_folder: bool) -> bool {
        self.verdict(path, is_folder).unwrap_or(false)
    }

    /// What the last pattern that matches this very path says of it, whatever holds for the folders above: `Some(false)` where
    /// it takes the path back, `None` where no pattern matches.
    pub fn verdict(&self, path: &[u8], is_folder: bool) -> Option<bool> {
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
        let last = self.patterns.iter().rev().find(|pattern| {
            (is_folder || !pattern.folders_only) && pattern.regex.is_match(if pattern.is_name { name } else { path })
        });
        last.map(|pattern| !pattern.takes_back)
    }
}

/// Spaces at the end are nothing unless a backslash stands before them.
fn without_trailing_spaces(line: &str) -> &str {
    let cut = line.trim_end_matches(' ');
    let slashes = cut.len() - cut.trim_end_matches('\\').len();
    if slashes % 2 == 1 && cut.len() < line.len() { line.get(..=cut.len()).unwrap_or(line) } else { cut }
}

/// The pattern as a regular expression over the bytes of a path.
fn translate(pattern: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = pattern;
    let mut at_start = true;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let begins_part = at_start || out.ends_with('/');
        rest = match c {
            '*' => {
                let after_stars = rest.trim_start_matches('*');
                let stars = rest.len() - after_stars.len();
                match after_stars.strip_prefix('/') {
                    Some(next) if stars >= 2 && begins_part => {
                        out.push_str("(?:.*/)?");
                        // What follows stands at the beginning of a part again.
                        at_start = true;
                        rest = next;
                        continue;
                    }
                    None if stars >= 2 && begins_part && after_stars.is_empty() => out.push_str(".*"),
                    _ => out.push_str("[^/]*"),
                }
                after_stars
            }
            '?' => {
                out.push_str("[^/]");
                after
            }
            '[' => class(after, &mut out)?,
            '\\' => {
                let escaped = after.chars().next().ok_or("a backslash at the end")?;
                literal(escaped, &mut out);
                after.get(escaped.len_utf8()..).unwrap_or_default()
            }
            _ => {
                literal(c, &mut out);
                after
            }
        };
        at_start = false;
    }
    Ok(out)
}

fn literal(c: char, out: &mut String) {
    if c == '/' {
        out.push('/');
        return;
    }
    let mut buffer = [0; 4];
    for byte in c.encode_utf8(&mut buffer).bytes() {
        push_byte(byte, out);
    }
}

fn push_byte(byte: u8, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(out, "\\x{byte:02x}");
}

/// The classes that have names.
const CLASSES: &[&str] =
    &["alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit"];

/// A class in brackets, of which `text` is what follows the bracket; returns what follows the class. It never matches `/`.
fn class<'a>(text: &'a str, out: &mut String) -> Result<&'a str, String> {
    let unclosed = || "a bracket that is not closed".to_owned();
    let (negated, mut rest) = text.strip_prefix(['!', '^']).map_or((false, text), |rest| (true, rest));
    let mut ranges = String::new();
    let mut is_first = true;
    loop {
        let c = rest.chars().next().ok_or_else(unclosed)?;
        if c == ']' && !is_first {
            rest = rest.get(1..).unwrap_or_default();
            break;
        }
        is_first = false;
        if let Some(named) = rest.strip_prefix("[:") {
            let (name, after) = named.split_once(":]").ok_or_else(unclosed)?;
            if !CLASSES.contains(&name) {
                return Err("a class in brackets that does not exist".into());
            }
            // Writing to a string cannot fail.
            let _ = write!(ranges, "[:{name}:]");
            rest = after;
            continue;
        }
        let (low, after) = one(rest).ok_or_else(unclosed)?;
        rest = after;
        push_byte(low, &mut ranges);
        if let Some(after) = rest.strip_prefix('-').filter(|after| !after.starts_with(']')) {
            let (high, after) = one(after).ok_or_else(unclosed)?;
            if high < low {
                return Err("a range in brackets that is empty".into());
            }
            ranges.push('-');
            push_byte(high, &mut ranges);
            rest = after;
        }
    }
    let sign = if negated { "^" } else { "" };
    // Writing to a string cannot fail.
    let _ = write!(out, "[[{sign}{ranges}]&&[^/]]");
    Ok(rest)
}

/// One byte of a class, a backslash before it taken off; git compares bytes, so none beyond ASCII is one.
fn one(text: &str) -> Option<(u8, &str)> {
    let text = text.strip_prefix('\\').unwrap_or(text);
    let c = text.chars().next().filter(char::is_ascii)?;
    Some((u8::try_from(c).ok()?, text.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(patterns: &[&str], path: &str) -> bool {
        let mut globs = Globs::default();
        for pattern in patterns {
            assert_eq!(globs.add(pattern), Ok(()), "{pattern}");
        }
        globs.matches(path.as_bytes())
    }

    #[test]
    fn nothing_below_an_excluded_folder_comes_back() {
        assert!(matches(&["vendor/", "!vendor/ours.txt"], "vendor/ours.txt"));
        assert!(!matches(&["vendor/*", "!vendor/ours.txt"], "vendor/ours.txt"));
        assert!(matches(&["*", "!a/b.txt"], "a/b.txt"));
    }

    #[test]
    fn braces_are_no_alternatives() {
        assert!(!matches(&["*.{js,ts}"], "a.js"));
        assert!(matches(&["*.{js,ts}"], "a.{js,ts}"));
    }

    #[test]
    fn patterns_that_git_would_never_match_are_errors() {
        for pattern in ["[a-", "a\\", "[z-a]", "/", "[[:nonsense:]]"] {
            assert!(Globs::default().add(pattern).is_err(), "{pattern}");
        }
    }
}
