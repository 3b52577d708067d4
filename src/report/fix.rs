//! What to write instead of the key, in the language of the file that holds it: chosen by the file's name and its folders.
//! Advice in a report; nothing is changed.

mod code;
mod config;

use super::revoke;
use crate::blob::{ObjectKind, SourceKind};
use crate::finding::{Finding, Kind};
use crate::secret::Masked;

/// How a comment is written, so that a marker can be put into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comment {
    /// From a leader to the end of the line.
    Line(&'static str),
    /// Between two brackets.
    Block(&'static str, &'static str),
    /// The format has none.
    None,
}

/// The advice of one language or format. `{N}` stands for the environment variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Advice {
    /// The language or format, or what to do, in one line.
    pub lead: &'static str,
    /// Lines of code or commands.
    pub code: &'static [&'static str],
    /// How a comment looks there.
    pub comment: Comment,
}

/// The advice for one finding, ready to print.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fix {
    /// One line.
    pub lead: String,
    /// Lines of code or commands.
    pub code: Vec<String>,
    /// How a false alarm is accepted.
    pub accept: String,
}

/// The fix for a finding in its file's own language.
pub(super) fn fix(finding: &Finding<Masked>) -> Fix {
    let secret = revoke::Kind::of(finding);
    let path = finding.path.as_ref().map(|path| path.text().into_owned()).unwrap_or_default();
    let advice = match finding.kind {
        Kind::Key => match message(finding) {
            Some(advice) => advice,
            None if finding.in_head == Some(false) => GONE,
            None => advice(&path),
        },
        Kind::File | Kind::Hygiene => {
            let lead = super::wording::one_line(&finding.help.text());
            let code = if finding.kind == Kind::File { FILE.code } else { &[] };
            return Fix { lead, code: fill(code, secret, &path), accept: accept_file(finding) };
        }
    };
    Fix {
        lead: fill_one(advice.lead, secret, &path),
        code: fill(advice.code, secret, &path),
        accept: accept(finding, &advice),
    }
}

/// The advice for a file of that path.
pub(super) fn advice(path: &str) -> Advice {
    let path = path.to_ascii_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    config::by_name(folders, name).or_else(|| code::by_name(name)).unwrap_or(OTHER)
}

/// Any other text.
const OTHER: Advice = Advice {
    lead: "take the key out, and let the program read it from the environment variable {N}",
    code: &[],
    comment: Comment::Line("#"),
};

/// A committed dotenv file.
const FILE: Advice =
    Advice { lead: "", code: &["git rm --cached -- {PATH}", "echo {PATH} >> .gitignore"], comment: Comment::Line("#") };

/// What history keeps, and HEAD no longer shows.
const GONE: Advice = Advice {
    lead: "nothing to edit: HEAD no longer shows it. Revoke the key; rewriting history takes nothing back that was pushed",
    code: &[],
    comment: Comment::None,
};

/// Advice for what is no file.
fn message(finding: &Finding<Masked>) -> Option<Advice> {
    let lead = match finding.object_kind {
        ObjectKind::Blob => return None,
        ObjectKind::CommitMessage if finding.source == SourceKind::Message => {
            "write the message without the key (`git commit --edit --file=\"$(git rev-parse --git-path COMMIT_EDITMSG)\"`)"
        }
        ObjectKind::CommitMessage => {
            "not pushed yet: `git commit --amend` or `git rebase -i` rewords the message. Pushed: revoke the key"
        }
        ObjectKind::TagMessage => "not pushed yet: delete the tag and make it again. Pushed: revoke the key",
        ObjectKind::Note => "not pushed yet: `git notes edit` and expire the old note. Pushed: revoke the key",
        ObjectKind::RefName => "not pushed yet: rename it. Pushed: revoke the key, then delete the ref there",
    };
    Some(Advice { lead, code: &[], comment: Comment::None })
}

fn fill(lines: &[&str], secret: revoke::Kind, path: &str) -> Vec<String> {
    lines.iter().map(|line| fill_one(line, secret, path)).collect()
}

/// Puts names into a template: `{N}` the variable, `{n}` the same in lower case, `{n-}` with dashes, `{PATH}` the file, quoted
/// for a shell.
fn fill_one(line: &str, secret: revoke::Kind, path: &str) -> String {
    let variable = secret.variable();
    let lower = variable.to_ascii_lowercase();
    let line = line.replace("{N}", variable).replace("{n-}", &lower.replace('_', "-")).replace("{n}", &lower);
    if line.contains("{PATH}") { line.replace("{PATH}", &quoted(path)) } else { line }
}

/// The path as a POSIX shell takes it; hostile characters are escaped for the eye as well.
fn quoted(path: &str) -> String {
    let path = super::printable(path);
    let plain = path.chars().all(|c| c.is_alphanumeric() || "/._-+@%:,".contains(c));
    if plain && !path.starts_with('-') { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// How a reader says that a key finding is none: a marker where the format has comments and the line is at hand, else the
/// configuration.
fn accept(finding: &Finding<Masked>, advice: &Advice) -> String {
    let at_hand = finding.object_kind == ObjectKind::Blob
        && matches!(finding.source, SourceKind::Worktree | SourceKind::Index | SourceKind::Range);
    match advice.comment {
        Comment::Line(leader) if at_hand => format!("put `{leader} konceal:allow WHY` on that line or alone above it"),
        Comment::Block(open, close) if at_hand => {
            format!("put `{open} konceal:allow WHY {close}` on that line or alone above it")
        }
        _ => fingerprint(finding),
    }
}

/// How a finding without a line is accepted.
fn accept_file(finding: &Finding<Masked>) -> String {
    match &finding.path {
        Some(path) if finding.kind == Kind::File => {
            format!(".konceal.toml: [dotenv] allow = [\"{}\"]", super::printable(&path.text()).replace('"', "\\\""))
        }
        _ => fingerprint(finding),
    }
}

fn fingerprint(finding: &Finding<Masked>) -> String {
    format!(".konceal.toml: [allow] fingerprints = [\"{}\"]", finding.fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_folders_choose_the_language() {
        let code = |path: &str| advice(path).code.join("\n");
        assert_eq!(code("src/a.TSX"), "process.env.{N}");
        assert_eq!(code("a/b.py"), "os.environ[\"{N}\"]");
        assert!(code(".github/workflows/ci.yml").contains("secrets.{N}"));
        assert!(code("deploy/docker-compose.prod.yaml").contains("{N}"));
        assert!(code("k8s/api.yaml").contains("secretKeyRef"));
        assert!(code("api/Dockerfile").starts_with("RUN --mount=type=secret"));
        assert!(code("config/.env.production").starts_with("git rm --cached"));
        assert_eq!(code("LICENSE"), "");
        assert!(advice("appsettings.Development.json").lead.contains("appsettings"));
    }

    #[test]
    fn paths_are_quoted_for_a_shell() {
        assert_eq!(quoted("a/.env"), "a/.env");
        assert_eq!(quoted("a b's/.env"), r"'a b'\''s/.env'");
        assert_eq!(quoted("-x"), "'-x'");
    }
}
