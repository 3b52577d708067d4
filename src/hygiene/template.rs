//! A template of a dotenv file that lacks the variable which the code reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use bstr::ByteSlice;
use regex::bytes::Regex;

use super::check::{File, Observation, is_comment};
use super::prefix;
use super::surroundings::{Surroundings, folder, folders};
use crate::blob::Text;
use crate::detect;

/// A variable that code reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    name: Vec<u8>,
    line: usize,
}

/// Whether a file of this path is code of the application: not of its tests, nor somebody else's.
pub(super) fn is_code(path: &[u8]) -> bool {
    const ENDS: &[&str] = &[
        "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro", "py", "rb", "php", "go", "rs",
        "java", "kt", "kts", "scala", "cs", "fs", "swift", "dart", "ex", "exs", "pl", "clj", "yml", "yaml",
    ];
    const ELSEWHERE: &[&str] = &[
        "test",
        "tests",
        "__tests__",
        "__mocks__",
        "spec",
        "specs",
        "e2e",
        "fixtures",
        "examples",
        "example",
        "docs",
        "vendor",
        "node_modules",
        "third_party",
        "dist",
        "build",
        "benchmarks",
        "bench",
    ];
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit(|&byte| byte == b'/').next().unwrap_or(&lower);
    let mut parts = name.rsplit(|&byte| byte == b'.');
    let ends = parts.next().is_some_and(|end| ENDS.iter().any(|known| known.as_bytes() == end));
    let yaml = name.ends_with(b".yml") || name.ends_with(b".yaml");
    let tests = name.contains_str(".test.")
        || name.contains_str(".spec.")
        || name.starts_with(b"test_")
        || name.contains_str("_test.")
        || name.contains_str("_spec.")
        || name == b"conftest.py";
    let folders = folder(&lower);
    let mut names = folders.split(|&byte| byte == b'/');
    let elsewhere = names.any(|part| ELSEWHERE.iter().any(|known| known.as_bytes() == part));
    ends && !tests && !elsewhere && (!yaml || super::docker::is_compose_file(path))
}

/// The variables for a Konver key that code reads from its environment.
pub(super) fn reads(file: &File<'_>) -> Vec<Read> {
    // Each way names the whole environment, or a call that reads of it; of a compose file it is `${NAME}`, which is filled from
    // the dotenv file beside it.
    static READ: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let name = r"([A-Z][A-Z0-9_]*KONVER[A-Z0-9_]*|KONVER[A-Z0-9_]*)";
        let ways = [
            format!(r"\b(?:process|meta|Bun)\.env\.{name}\b"),
            format!(
                r#"(?:\b(?:process\.env|import\.meta\.env|os\.environ|environ|Bun\.env|ENV)|\$_(?:ENV|SERVER))\[\s*["']{name}["']\s*\]"#
            ),
            format!(
                r#"(?:\b(?:os\.environ\.get|environ\.get|os\.getenv|getenv|Getenv|LookupEnv|get_env!?|fetch_env!?|ENV\.fetch|env\.get|Env\.get|env::var(?:_os)?|env!|option_env!|GetEnvironmentVariable|System\.getenv|sys\.env|env(?:\.(?:str|string|require))?|config|requireEnv|getEnv|mustGetenv|get_required_env)|\bsys\.env)\(\s*["']{name}["']"#
            ),
            format!(r#"\bProcessInfo\.processInfo\.environment\[\s*"{name}""#),
        ];
        Regex::new(&format!("(?-u){}", ways.join("|"))).ok()
    });
    static COMPOSE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?-u)\$\{([A-Z0-9_]*KONVER[A-Z0-9_]*)(?:\}|:?\?)").ok());
    static TAKEN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?-u)\{([^{}]*)\}\s*=\s*(?:process\.env|import\.meta\.env|Bun\.env)\b").ok());
    if !is_code(file.path) {
        return Vec::new();
    }
    let bytes = file.text.bytes();
    let regex = if super::docker::is_compose_file(file.path) { &COMPOSE } else { &READ };
    let named = regex.iter().flat_map(|regex| regex.captures_iter(bytes));
    let mut places: Vec<(usize, &[u8])> = named
        .filter_map(|found| found.iter().skip(1).flatten().next().map(|name| (name.start(), name.as_bytes())))
        .collect();
    for found in TAKEN.iter().flat_map(|taken| taken.captures_iter(bytes)) {
        let Some(inside) = found.get(1) else { continue };
        // `{ A, B: renamed, C = "default" }`
        for part in inside.as_bytes().split(|&byte| byte == b',') {
            let name = part.split(|byte| b":=".contains(byte)).next().unwrap_or(part).trim_ascii();
            places.push((inside.start(), name));
        }
    }
    let mut reads: BTreeMap<&[u8], usize> = BTreeMap::new();
    for (at, name) in places {
        if detect::names_konver_key(name) && !is_comment(file.text, at) {
            let line = file.text.line_at(at);
            let first = reads.entry(name).or_insert(line);
            *first = line.min(*first);
        }
    }
    reads.into_iter().map(|(name, line)| Read { name: name.to_vec(), line }).collect()
}

/// Variables that a template lacks, with the first file and line that read each.
type Missing<'a> = BTreeMap<&'a [u8], (&'a Vec<u8>, usize)>;

/// For each folder's templates, what code in or below the folder reads and none of them names, nor one of a folder between.
pub(super) fn check(around: &Surroundings) -> Vec<(Vec<u8>, Observation)> {
    let mut by_folder: BTreeMap<&[u8], Vec<&Vec<u8>>> = BTreeMap::new();
    for path in around.templates.keys() {
        by_folder.entry(folder(path)).or_default().push(path);
    }
    let texts: BTreeMap<&Vec<u8>, Text<'_>> =
        around.templates.iter().map(|(path, bytes)| (path, Text::new(bytes))).collect();
    let is_named = |at: &[u8], name: &[u8]| {
        let templates = by_folder.get(at).map(Vec::as_slice).unwrap_or_default();
        templates.iter().filter_map(|path| texts.get(path)).any(|text| mentions(text.bytes(), name))
    };
    let mut missing: BTreeMap<&Vec<u8>, Missing<'_>> = BTreeMap::new();
    for (path, reads) in &around.reads {
        let Some(nearest) = folders(path).find(|at| by_folder.contains_key(at)) else { continue };
        for read in reads {
            let found = folders(path).any(|at| is_named(at, &read.name));
            let template = by_folder.get(nearest).and_then(|templates| templates.iter().min_by_key(|path| path.len()));
            if let Some(template) = template.filter(|_| !found) {
                missing.entry(template).or_default().entry(&read.name).or_insert((path, read.line));
            }
        }
    }
    let observe = |(template, variables): (&Vec<u8>, Missing<'_>)| {
        let reader = variables.values().next().map(|(path, line)| format!("{} reads on line {line}", path.as_bstr()));
        let list: BTreeSet<String> = variables.keys().map(|name| name.to_str_lossy().into_owned()).collect();
        let list = list.into_iter().collect::<Vec<_>>().join(", ");
        let observation = Observation {
            rule: "template-lacks-variable",
            span: 0..0,
            message: format!("{list}, which {}, is not named here", reader.unwrap_or_default()),
        };
        (template.clone(), observation)
    };
    missing.into_iter().map(observe).collect()
}

/// Whether a template names a variable, set or in a comment, by itself or behind a prefix of the application's
/// (`ACME_KONVER_API_KEY`): settings classes and compose files take such prefixes off. One that publishes is another variable.
fn mentions(text: &[u8], name: &[u8]) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.find_iter(name).any(|at| {
        let before = text.get(..at).unwrap_or_default();
        let prefix =
            before.get(before.iter().rposition(|&byte| !is_word(byte)).map_or(0, |at| at + 1)..).unwrap_or_default();
        let ends = !text.get(at + name.len()).is_some_and(|&byte| is_word(byte));
        ends && (prefix.is_empty() || prefix.ends_with(b"_") && !prefix::publishes(prefix))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Vec<String> {
        let text = Text::new(text.as_bytes());
        let reads = reads(&File { path: path.as_bytes(), text: &text });
        reads.into_iter().map(|read| String::from_utf8_lossy(&read.name).into_owned()).collect()
    }

    #[test]
    fn reads_of_each_language() {
        for (path, text) in [
            ("a.js", "const k = process.env.KONVER_API_KEY;"),
            ("a.ts", "const { PORT, KONVER_API_KEY: key } = process.env"),
            ("a.py", "os.environ['KONVER_API_KEY']"),
            ("a.py", "os.getenv(\"KONVER_API_KEY\", '')"),
            ("a.php", "$key = $_ENV['KONVER_API_KEY'];"),
            ("a.rb", "ENV.fetch('KONVER_API_KEY')"),
            ("a.rs", "std::env::var(\"KONVER_API_KEY\")?"),
            ("a.go", "os.Getenv(\"KONVER_API_KEY\")"),
            ("a.cs", "Environment.GetEnvironmentVariable(\"KONVER_API_KEY\")"),
            ("config/services.php", "'key' => env('KONVER_API_KEY'),"),
            ("compose.yaml", "      - KONVER_API_KEY=${KONVER_API_KEY}"),
        ] {
            assert_eq!(read(path, text), ["KONVER_API_KEY"], "{text}");
        }
        for (path, text) in [
            ("a.js", "// process.env.KONVER_API_KEY"),
            ("a.js", "process.env.KONVER_API_URL"),
            ("tests/a.js", "process.env.KONVER_API_KEY"),
            ("a.test.ts", "process.env.KONVER_API_KEY"),
            ("README.md", "process.env.KONVER_API_KEY"),
            (".github/workflows/ci.yml", "${KONVER_API_KEY}"),
            ("compose.yaml", "${KONVER_API_KEY:-}"),
        ] {
            assert_eq!(read(path, text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_prefix_of_the_application_is_no_other_variable() {
        assert!(mentions(b"A=1\nKONVER_API_KEY=\n", b"KONVER_API_KEY"));
        assert!(mentions(b"# ACME_KONVER_API_KEY\n", b"KONVER_API_KEY"));
        assert!(!mentions(b"NEXT_PUBLIC_KONVER_API_KEY=\n", b"KONVER_API_KEY"));
        assert!(!mentions(b"KONVER_API_KEY_OLD=\nXKONVER_API_KEY=\n", b"KONVER_API_KEY"));
    }
}
