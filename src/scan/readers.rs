//! Where programs of the repository name a key, and so may read it: what stops when the key is revoked.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::{Collector, Context};
use crate::blob::Text;
use crate::detect::{names_konver_key, names_konver_webhook};
use crate::secret::{Masked, Masker, Raw};
use crate::source::SourceError;
use crate::source::coverage::{Code, Ledger};
use crate::source::git::Repository;
use crate::source::index::Index;
use crate::source::worktree::{Sink, Walk};

/// A line that names a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reader {
    /// From the repository's root.
    pub path: Masked,
    /// The line's number.
    pub line: usize,
}

/// Collects the lines that name an API key of Konver, or the variable itself.
struct Names<'a> {
    context: &'a Context<'a>,
    variable: Option<&'a [u8]>,
    found: Mutex<BTreeSet<(Raw, usize)>>,
}

/// The readers in the repository of a run. Where it cannot be read the ledger says so.
pub(super) fn of_run(context: &Context<'_>, collector: &Collector, masker: &Masker) -> Vec<Reader> {
    let Some(location) = &collector.repository else { return Vec::new() };
    let found = Repository::open(location).and_then(|repository| readers(context, &repository, None, masker));
    found.unwrap_or_else(|error| {
        context.ledger.note(Code::UNREADABLE, None, Some(error.to_string()));
        Vec::new()
    })
}

/// Every line of the repository's working tree that names an API key of Konver, or `variable`, in the order of paths; none in
/// a bare repository. The configuration's excludes hold.
///
/// # Errors
/// The index cannot be read.
pub(super) fn readers(
    context: &Context<'_>,
    repository: &Repository,
    variable: Option<&[u8]>,
    masker: &Masker,
) -> Result<Vec<Reader>, SourceError> {
    let Some(root) = repository.workdir() else { return Ok(Vec::new()) };
    // What cannot be read was told by the scan itself.
    let ledger = Ledger::new();
    let walk = Walk { settings: context.settings, ledger: &ledger, cancel: context.cancel };
    let names = Names { context, variable, found: Mutex::default() };
    walk.repository(root, &Index::load(repository)?, &[], &names)?;
    let found = names.found.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(found.into_iter().map(|(path, line)| Reader { path: masker.mask(&path), line }).collect())
}

impl Sink for Names<'_> {
    fn file(&self, path: &[u8], bytes: &[u8]) {
        let text = Text::new(bytes);
        let variable = self.variable.filter(|variable| memchr::memmem::find(text.bytes(), variable).is_some());
        if variable.is_none() && !self.context.detector.is_hot(bytes) {
            return;
        }
        let names = |line: &[u8]| runs(line).any(|run| is_named(run, variable));
        let lines = (1..=text.line_count()).filter(|&number| text.line(number).is_some_and(names));
        let lines: Vec<usize> = lines.collect();
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.extend(lines.into_iter().map(|line| (Raw::new(path), line)));
    }
}

/// The names of a line, whole: `process.env.KONVER_API_KEY`, `Konver:ApiKey`.
fn runs(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte);
    line.split(move |byte| !is_part(byte)).filter(|run| !run.is_empty())
}

/// Whether a name, or a part of it, is that of an API key of Konver, or the variable.
fn is_named(run: &[u8], variable: Option<&[u8]>) -> bool {
    let is_ours = |name: &[u8]| {
        names_konver_key(name) && !names_konver_webhook(name) || variable.is_some_and(|variable| name == variable)
    };
    is_ours(run) || run.split(|byte| b".:".contains(byte)).any(is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys_are_seen_in_code() {
        let named = |line: &str| runs(line.as_bytes()).any(|run| is_named(run, Some(b"OTHER_NAME")));
        for line in [
            "const key = process.env.KONVER_API_KEY;",
            "os.environ.get('KONVER_API_KEY')",
            "Configuration[\"Konver:ApiKey\"]",
            "  KONVER_API_KEY: ${{ secrets.KONVER_API_KEY }}",
            "client = Konver(konver_api_key)",
            "echo $OTHER_NAME",
        ] {
            assert!(named(line), "{line}");
        }
        for line in ["https://api.konver.ai/v1/company", "KONVER_WEBHOOK_SECRET=", "ANOTHER_NAME", "import konver"] {
            assert!(!named(line), "{line}");
        }
    }
}
