//! A dotenv file inside of what a package manager would publish. Only packages that can be published are asked about.

mod cargo;
mod npm;
mod python;
mod vscode;

use super::check::Observation;
use super::surroundings::{Dotenv, Found, Tree, folders, join};
use crate::rule::Globs;

/// A dotenv file that would be published. A committed one counts where a value stands in it.
pub(super) fn check(path: &[u8], file: &Dotenv, tree: &dyn Tree) -> Option<Observation> {
    if file.is_tracked && !file.line.is_filled {
        return None;
    }
    let file_of = File { path, is_tracked: file.is_tracked, is_seen: file.is_seen, tree };
    let packers: [(&str, Publishes); 4] = [
        ("npm", npm::publishes),
        ("the packager of VS Code extensions", vscode::publishes),
        ("Python's build of a source distribution", python::publishes),
        ("cargo", cargo::publishes),
    ];
    let mut who: Vec<&str> = Vec::new();
    for (name, publishes) in packers {
        // The nearest manifest is that of the package that the file belongs to.
        if folders(path).find_map(|folder| publishes(&file_of, folder)) == Some(true) {
            who.push(name);
        }
    }
    (!who.is_empty()).then(|| Observation {
        rule: "dotenv-in-package",
        span: file.line.span.clone(),
        message: format!("{} takes this file with a Konver key's name into what is published", who.join(" and ")),
    })
}

/// Whether the package in a folder would publish a file; `None` where there is no package.
type Publishes = fn(&File<'_>, &[u8]) -> Option<bool>;

/// The file that is asked about.
struct File<'a> {
    path: &'a [u8],
    is_tracked: bool,
    is_seen: bool,
    tree: &'a dyn Tree,
}

impl File<'_> {
    /// The text of a file in a folder; none where nothing stands there or it could not be read.
    fn text(&self, folder: &[u8], name: &str) -> Option<String> {
        match self.tree.find(&join(folder, name.as_bytes())) {
            Found::File(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            _ => None,
        }
    }

    /// Whether a file that decides could not be read: then nothing is known.
    fn is_unreadable(&self, folder: &[u8], name: &str) -> bool {
        self.tree.find(&join(folder, name.as_bytes())) == Found::Unreadable
    }

    /// Whether git holds the file, or would take it up.
    fn is_in_git(&self) -> bool {
        self.is_tracked || self.is_seen
    }
}

/// Patterns of gitignore's form, from strings of a manifest; those that are none match nothing.
fn globs<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Globs {
    let mut globs = Globs::default();
    for pattern in patterns.into_iter().flat_map(braces) {
        let _ = globs.add(&pattern);
    }
    globs
}

/// The same patterns, each from the package's root on.
fn rooted<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Globs {
    let root = |pattern: &str| {
        let (sign, rest) = pattern.strip_prefix('!').map_or(("", pattern), |rest| ("!", rest));
        let rest = rest.strip_prefix("./").unwrap_or(rest);
        if matches!(rest, "." | "") { "*".to_owned() } else { format!("{sign}/{}", rest.trim_start_matches('/')) }
    };
    let patterns: Vec<String> = patterns.into_iter().map(root).collect();
    globs(patterns.iter().map(String::as_str))
}

/// `a.{b,c}` as `a.b` and `a.c`, which gitignore's patterns do not know; at most so many.
fn braces(pattern: &str) -> Vec<String> {
    const MOST: usize = 64;
    let mut done = Vec::new();
    let mut open = vec![pattern.to_owned()];
    while let Some(pattern) = open.pop() {
        let inner = pattern.rfind('{').and_then(|start| Some((start, start + pattern.get(start..)?.find('}')?)));
        let parts = inner.and_then(|(start, end)| {
            let choices = pattern.get(start + 1..end).filter(|choices| choices.contains(','))?;
            Some((pattern.get(..start)?, choices, pattern.get(end + 1..)?))
        });
        match parts {
            Some((before, choices, behind)) if open.len() + done.len() < MOST => {
                open.extend(choices.split(',').map(|choice| format!("{before}{choice}{behind}")));
            }
            _ => done.push(pattern),
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_alternatives() {
        let mut all = braces("{a,b}/*.{js,ts}");
        all.sort();
        assert_eq!(all, ["a/*.js", "a/*.ts", "b/*.js", "b/*.ts"]);
        assert_eq!(braces("a.{b}"), ["a.{b}"]);
        assert!(braces(&"{a,b}".repeat(40)).len() <= 128);
    }

    #[test]
    fn rooted_patterns_hold_from_the_root_on() {
        let takes = |pattern: &str, path: &str| rooted([pattern]).matches(path.as_bytes());
        assert!(takes("lib", "lib/.env") && !takes("lib", "src/lib/.env"));
        assert!(takes(".", ".env") && takes("./", "a/.env") && takes("**", "a/.env"));
    }
}
