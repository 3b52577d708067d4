//! What `vsce package` takes: everything that .vscodeignore does not match; without one, `files` of package.json, else all.
//! .gitignore does not count.

use serde_json::Value;

use super::super::surroundings::below;
use super::{File, rooted};

/// Whether the extension in `at` would publish the file; `None` where there is no extension.
pub(super) fn publishes(file: &File<'_>, at: &[u8]) -> Option<bool> {
    let manifest: Value = serde_json::from_str(&file.text(at, "package.json")?).ok()?;
    manifest.get("engines")?.get("vscode")?;
    manifest.get("publisher")?;
    let path = below(file.path, at)?;
    if file.is_unreadable(at, ".vscodeignore") {
        return Some(false);
    }
    let lines = match (file.text(at, ".vscodeignore"), manifest.get("files").and_then(Value::as_array)) {
        (Some(text), _) => text.lines().map(|line| line.trim().to_owned()).collect(),
        (None, Some(files)) => {
            let taken = files.iter().filter_map(Value::as_str).map(|pattern| format!("!{pattern}"));
            taken.chain(std::iter::once("**".to_owned())).collect()
        }
        (None, None) => Vec::new(),
    };
    Some(!is_ignored(&lines, path))
}

/// Patterns of minimatch, from the root on; each may name a folder, and one that takes back wins wherever it stands.
fn is_ignored(lines: &[String], path: &[u8]) -> bool {
    let (mut ignores, mut takes): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for line in lines.iter().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (list, pattern) = line.strip_prefix('!').map_or((&mut ignores, line.as_str()), |rest| (&mut takes, rest));
        // Paths are compared as they are, without either of these at their beginning.
        if pattern.starts_with('/') || pattern.starts_with("./") {
            continue;
        }
        list.push(pattern.to_owned());
        let has_star = pattern.rsplit('/').next().is_some_and(|last| last.contains('*'));
        if !has_star {
            list.push(format!("{}/**", pattern.trim_end_matches('/')));
        }
    }
    let matches = |list: &[String]| rooted(list.iter().map(String::as_str)).verdict(path, false) == Some(true);
    matches(&ignores) && !matches(&takes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_hold_from_the_root() {
        let ignored = |lines: &[&str], path: &str| {
            is_ignored(&lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>(), path.as_bytes())
        };
        assert!(ignored(&[".env"], ".env") && !ignored(&[".env"], "a/.env"));
        assert!(ignored(&["**/.env*"], "a/.env.local") && ignored(&["**/.env*"], ".env"));
        assert!(ignored(&["src"], "src/.env") && ignored(&["src/"], "src/a/.env"));
        assert!(ignored(&["**"], ".env") && !ignored(&["**", "!.env"], ".env") && !ignored(&["!.env", "**"], ".env"));
        assert!(!ignored(&["/.env"], ".env") && !ignored(&["./src"], "src/.env"));
        assert!(!ignored(&[], ".env") && !ignored(&["*.ts"], ".env"));
    }
}
