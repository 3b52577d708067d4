//! Committed dotenv files.

use crate::blob::Text;
use crate::detect;
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
    fn assignments_lose_quotes_and_comments() {
        assert_eq!(assignment(b"export A_B = 'x # y' # z"), Some((&b"A_B"[..], &b"x # y"[..])));
        assert_eq!(assignment(b"PORT=8080  # the port"), Some((&b"PORT"[..], &b"8080"[..])));
        assert_eq!(assignment(b"# just words"), None);
    }
}
