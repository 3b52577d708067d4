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

/// A line that names a key. One that names both kinds is there twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reader {
    /// From the repository's root.
    pub path: Masked,
    /// The line's number.
    pub line: usize,
    /// Whether it names a webhook secret rather than an API key.
    pub webhook: bool,
}

/// Collects the lines that name a key of Konver, or the variable itself, which holds an API key.
struct Names<'a> {
    context: &'a Context<'a>,
    variable: Option<&'a [u8]>,
    found: Mutex<BTreeSet<(Raw, usize, bool)>>,
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

/// Every line of the repository's working tree that names a key of Konver, or `variable` (an API key's), in the order of paths;
/// none in a bare repository. The configuration's excludes hold.
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
    let reader = |(path, line, webhook)| Reader { path: masker.mask(&path), line, webhook };
    Ok(found.into_iter().map(reader).collect())
}

impl Sink for Names<'_> {
    fn file(&self, path: &[u8], bytes: &[u8]) {
        let text = Text::new(bytes);
        let variable = self.variable.filter(|variable| memchr::memmem::find(text.bytes(), variable).is_some());
        if variable.is_none() && !self.context.detector.is_hot(bytes) {
            return;
        }
        let named = |number| {
            let line = text.line(number).unwrap_or_default();
            named(line, variable).into_iter().map(move |webhook| (number, webhook))
        };
        let lines: Vec<(usize, bool)> = (1..=text.line_count()).flat_map(named).collect();
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.extend(lines.into_iter().map(|(line, webhook)| (Raw::new(path), line, webhook)));
    }
}

/// The names of a line, whole: `process.env.KONVER_API_KEY`, `Konver:ApiKey`.
fn runs(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte);
    line.split(move |byte| !is_part(byte)).filter(|run| !run.is_empty())
}

/// What the names of a line, or parts of them, speak of: of each whether it is a webhook secret rather than an API key.
fn named(line: &[u8], variable: Option<&[u8]>) -> BTreeSet<bool> {
    let parts = runs(line).flat_map(|run| std::iter::once(run).chain(run.split(|byte| b".:".contains(byte))));
    let of = |name: &[u8]| {
        let is_ours = names_konver_key(name) || variable.is_some_and(|variable| name == variable);
        is_ours.then(|| names_konver_webhook(name))
    };
    parts.filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys_are_seen_in_code() {
        let named = |line: &str| Vec::from_iter(named(line.as_bytes(), Some(b"OTHER_NAME")));
        for line in [
            "const key = process.env.KONVER_API_KEY;",
            "os.environ.get('KONVER_API_KEY')",
            "Configuration[\"Konver:ApiKey\"]",
            "  KONVER_API_KEY: ${{ secrets.KONVER_API_KEY }}",
            "client = Konver(konver_api_key)",
            "echo $OTHER_NAME",
        ] {
            assert_eq!(named(line), [false], "{line}");
        }
        for line in ["https://api.konver.ai/v1/company", "ANOTHER_NAME", "import konver"] {
            assert!(named(line).is_empty(), "{line}");
        }
        assert_eq!(named("KONVER_WEBHOOK_SECRET="), [true]);
        assert_eq!(named("env('KONVER_API_KEY'), env('KONVER_WEBHOOK_SECRET')"), [false, true]);
    }
}
