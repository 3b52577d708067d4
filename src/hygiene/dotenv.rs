//! Dotenv files: which names they have, what they assign, how bad a committed one is.

use std::ops::Range;

use crate::blob::Text;
use crate::detect::{self, Reason, Strength};
use crate::finding::Severity;

/// The rule's id.
pub const RULE: &str = "committed-dotenv";

const TEMPLATES: &[&str] = &[".example", ".sample", ".template", ".dist", ".defaults"];

/// Whether a file of this path is a dotenv file: `.env`, `.env.*`, `*.env`, `.envrc` in any case, but no template.
pub fn is_dotenv(path: &[u8]) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path).to_ascii_lowercase();
    let template = TEMPLATES.iter().any(|suffix| name.ends_with(suffix.as_bytes()));
    !template && (name == b".env" || name == b".envrc" || name.starts_with(b".env.") || name.ends_with(b".env"))
}

/// Whether a file of this path shows people what to fill in: the templates of [`is_dotenv`], and names that say it otherwise
/// (`.env.local.example`, `example.env`, `.env-sample`, `env.template`).
pub fn is_template(path: &[u8]) -> bool {
    // `env.example.ts` is code.
    const CODE: &[&str] =
        &["js", "ts", "mjs", "cjs", "py", "rb", "php", "go", "rs", "md", "json", "yml", "yaml", "html", "d"];
    const WORDS: &[&str] = &[
        "example", "examples", "sample", "template", "tmpl", "tpl", "dist", "default", "defaults", "skeleton", "schema",
    ];
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path).to_ascii_lowercase();
    let words = name.split(|byte| b".-_".contains(byte)).filter(|word| !word.is_empty());
    let is = |word: &[u8], list: &[&str]| list.iter().any(|known| known.as_bytes() == word);
    let all: Vec<&[u8]> = words.collect();
    all.iter().any(|word| is(word, &["env", "envrc"]))
        && all.iter().any(|word| is(word, WORDS))
        && !all.iter().any(|word| is(word, CODE))
}

/// A line of a dotenv file that gives a Konver key its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLine {
    /// Where the line stands, without its end.
    pub span: Range<usize>,
    /// Whether a value stands there that is no placeholder.
    pub is_filled: bool,
}

/// The first line of a dotenv file that holds a Konver key, or will hold one: a filled one before one that is to be filled. A
/// reference (`${KEY}`, `op://...`) holds none, today or tomorrow.
pub fn key_line(text: &Text<'_>) -> Option<KeyLine> {
    let lines = (1..=text.line_count()).filter_map(|number| {
        let (name, value) = assignment(text.line(number)?)?;
        let refused = detect::judge(value, Strength::Strong).err();
        let named = detect::names_konver_key(name) && (value.is_empty() || refused != Some(Reason::Reference));
        let span = text.line_span(number)?;
        let span = span.start..span.start + text.line(number)?.len();
        named.then(|| KeyLine { span, is_filled: detect::is_literal(value) })
    });
    let mut found: Option<KeyLine> = None;
    for line in lines {
        if found.as_ref().is_none_or(|first| line.is_filled && !first.is_filled) {
            found = Some(line);
        }
    }
    found
}

/// `medium` where a value is a literal that judgement does not refuse, or whose name says that it is secret; else `low`.
pub fn severity(text: &Text<'_>) -> Severity {
    let secret = (1..=text.line_count()).filter_map(|number| assignment(text.line(number)?)).any(|(name, value)| {
        !value.is_empty()
            && (detect::is_secret_name(name) && detect::is_literal(value)
                || detect::holds_credentials(value)
                || detect::looks_like_key(value))
    });
    if secret { Severity::Medium } else { Severity::Low }
}

/// Name and value of a dotenv line, quotes and a comment behind taken off.
pub fn assignment(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.trim_ascii();
    let line = line.strip_prefix(b"export ").unwrap_or(line);
    let at = line.iter().position(|&byte| byte == b'=')?;
    let (name, value) = (line.get(..at)?.trim_ascii(), line.get(at + 1..)?.trim_ascii());
    let named = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte));
    let value = if let Some(&quote @ (b'"' | b'\'')) = value.first() {
        let rest = value.get(1..)?;
        rest.get(..rest.iter().position(|&byte| byte == quote).unwrap_or(rest.len()))?
    } else {
        let comment = |pair: &[u8]| pair.first().is_some_and(u8::is_ascii_whitespace) && pair.last() == Some(&b'#');
        value.get(..value.windows(2).position(comment).unwrap_or(value.len()))?.trim_ascii()
    };
    named.then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_dotenv_files() {
        for name in [".env", "a/.ENV", ".env.local", "prod.env", ".envrc", "x/.env.production"] {
            assert!(is_dotenv(name.as_bytes()), "{name}");
        }
        for name in
            [".env.example", ".env.production.sample", "env", "environment", ".envoy.yaml", "a.env/b", "x.ENV.dist"]
        {
            assert!(!is_dotenv(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn templates_say_so_in_their_names() {
        for name in [
            ".env.example",
            "a/.env.local.example",
            "example.env",
            ".env-sample",
            "env.template",
            ".ENV.dist",
            ".example.env",
            "sample.env.production",
        ] {
            assert!(is_template(name.as_bytes()), "{name}");
        }
        for name in [".env", ".env.local", "prod.env", "example.ts", "env.example.ts", "examples/.env", ".envrc"] {
            assert!(!is_template(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn a_filled_line_goes_before_one_to_be_filled() {
        let line = |text: &str| key_line(&Text::new(text.as_bytes())).map(|it| (it.span.start, it.is_filled));
        assert_eq!(line("A=1\nKONVER_API_KEY=\n"), Some((4, false)));
        assert_eq!(line("KONVER_API_KEY=\nKONVER_TOKEN=wine7cellar\n"), Some((16, true)));
        assert_eq!(line("KONVER_API_KEY=${OTHER}\n"), None);
        assert_eq!(line("KONVER_API_URL=https://x.example\n"), None);
        assert_eq!(line("KONVER_API_KEY=your_api_key_here\n"), Some((0, false)));
    }

    #[test]
    fn assignments_lose_quotes_and_comments() {
        assert_eq!(assignment(b"export A_B = 'x # y' # z"), Some((&b"A_B"[..], &b"x # y"[..])));
        assert_eq!(assignment(b"PORT=8080  # the port"), Some((&b"PORT"[..], &b"8080"[..])));
        assert_eq!(assignment(b"# just words"), None);
    }
}
