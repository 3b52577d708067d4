//! What each rule, filter and suppression made of one line. Everything printed is masked: by the keys that were found, and by
//! shape, since a refused candidate may be a key after all.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::blob::{ObjectKind, Text};
use crate::cli::args::{Common, Explain};
use crate::cli::environment::Environment;
use crate::cli::error::Error;
use crate::cli::{run, scan};
use crate::detect::{Considered, Detection, Reason, Unbound, Verdict};
use crate::finding::{Accepted, Fingerprint, Kind};
use crate::hygiene::dotenv;
use crate::report::printable;
use crate::scan::{Context, Examined, choose};
use crate::secret::{Masker, mask_key_shapes};
use crate::source::git::Repository;
use crate::source::worktree::{Content, bytes_of, content};
use crate::source::{Cancel, Progress};
use crate::suppress::{self, inline};

/// So much of the line is shown.
const WIDTH: usize = 400;

/// File and line of `FILE:LINE`.
pub(super) fn place(what: &[u8]) -> Option<(&[u8], usize)> {
    let at = what.iter().rposition(|&byte| byte == b':')?;
    let number = std::str::from_utf8(what.get(at + 1..)?).ok()?.parse().ok()?;
    what.get(..at).filter(|file| !file.is_empty()).map(|file| (file, number))
}

/// The text for a line.
pub(super) fn explain(
    command: &Explain,
    environment: &Environment,
    file: &[u8],
    number: usize,
) -> Result<String, Error> {
    let base = environment.folder(command.directory.as_deref());
    let named = path_of(file);
    let path = base.join(&named);
    let wrong = |why: &str| Error::File { file: named.clone(), why: why.into() };
    let bytes = match content(&path, None) {
        Ok(Content::Bytes(bytes)) => bytes,
        Ok(_) => return Err(wrong("is not a regular file")),
        Err(error) => return Err(wrong(&error.kind().to_string())),
    };
    let text = Text::new(&bytes);
    if number == 0 || number > text.line_count() {
        return Err(wrong(&format!("has {} lines, and no line {number}", text.line_count())));
    }
    let folder = path.parent().unwrap_or(&base);
    let start = command.directory.is_some() || !folder.starts_with(&base);
    let repository = Repository::find(&environment.git(start.then_some(folder)))?;
    let root = repository.as_ref().and_then(Repository::workdir).map_or_else(|| folder.to_owned(), Path::to_owned);
    let prepared = scan::prepare_on_disk(&common_of(command), environment, repository.as_ref(), &root)?;
    let lines = Lines { prepared: &prepared, text: &text, number, path: relative(&path, &root) };
    Ok(lines.explain(bytes.as_slice()))
}

/// The options of the scan whose view of the line is told.
fn common_of(command: &Explain) -> Common {
    Common {
        directory: command.directory.clone(),
        configuration: command.configuration.clone(),
        accepted: command.accepted.clone(),
        known: command.known.clone(),
        ..Common::default()
    }
}

/// The path from the root, with `/`.
fn relative(path: &Path, root: &Path) -> Vec<u8> {
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok()).unwrap_or_default();
    let path = folder.join(path.file_name().unwrap_or_default());
    let root = root.canonicalize().unwrap_or_default();
    bytes_of(path.strip_prefix(&root).unwrap_or(&path))
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// What was made of a candidate for which no rule holds.
fn candidate(it: &Considered, shown: &dyn Fn(&[u8]) -> String) -> String {
    let why = match it.verdict {
        Verdict::Holds(_) => return String::new(),
        Verdict::Refused(reason) => format!("refused: {}: {}", reason.name(), meaning(reason)),
        Verdict::Unbound(unbound) => format!("may be a key, but nothing says that it is Konver's: {}", want(unbound)),
    };
    let name = it.name.as_ref().map_or_else(String::new, |name| format!(", assigned to {}", shown(name.bytes())));
    let encodings =
        if it.encodings.is_empty() { String::new() } else { format!(", written as {}", it.encodings.join(", ")) };
    let value = printable(&it.value.redacted().text());
    let (column, length) = (it.location.column, it.value.len());
    format!("candidate {value} at column {column} ({length} characters{encodings}{name})\n    {why}\n")
}

struct Lines<'a> {
    prepared: &'a run::Prepared,
    text: &'a Text<'a>,
    number: usize,
    path: Vec<u8>,
}

impl Lines<'_> {
    fn explain(&self, bytes: &[u8]) -> String {
        let detector = &self.prepared.detector;
        let hot = detector.is_hot(bytes);
        let detection = if hot { detector.detect(self.text) } else { Detection::default() };
        let masker = self.masker(&detection);
        let shown = |bytes: &[u8]| printable(&mask_key_shapes(masker.mask_bytes(bytes).bytes()).text());
        let mut out = format!("{}:{}\n", shown(&self.path), self.number);
        let line: String = shown(self.text.line(self.number).unwrap_or_default()).chars().take(WIDTH).collect();
        let _ = writeln!(out, "    {line}\n");
        if self.prepared.settings.excludes(&self.path) {
            out.push_str("excluded: `exclude` in the configuration leaves this file out of every scan\n");
        }
        if !hot {
            out.push_str("anchors: nothing in this file speaks of Konver or is a known key, so no rule looked at it\n");
        }
        let considered = if hot { detector.explain(self.text, self.number) } else { Vec::new() };
        let hits = self.hits(detection);
        for (examined, reported) in &hits {
            out.push_str(&self.hit(examined, *reported, &shown));
        }
        for it in &considered {
            out.push_str(&candidate(it, &shown));
        }
        if dotenv::is_dotenv(&self.path) {
            out.push_str(&self.dotenv());
        }
        if hits.is_empty() {
            let why = if considered.is_empty() {
                "no value on this line could be a key (16 characters and more, and no name, path or part of another value)"
            } else {
                "no candidate on this line is a key of Konver's"
            };
            let _ = writeln!(out, "not reported: {why}");
        }
        out
    }

    fn masker(&self, detection: &Detection) -> Masker {
        let mut masker = Masker::new();
        let known = self.prepared.detector.known().iter().map(|known| &known.secret);
        for key in detection.hits.iter().map(|hit| &hit.secret).chain(known) {
            masker.add(key);
        }
        for form in detection.hits.iter().flat_map(|hit| &hit.forms) {
            masker.add_form(form);
        }
        masker
    }

    /// The hits of the line, each with whether it is the one of its place that is reported.
    fn hits(&self, detection: Detection) -> Vec<(Examined, bool)> {
        let on_line = |examined: &Examined| {
            let location = examined.hit.location;
            (location.line..=location.end_line).contains(&self.number)
        };
        let markers = &self.prepared.settings.markers;
        let examine = |hit: crate::finding::Hit| Examined {
            inline: inline::accepted(self.text, hit.location.line, markers),
            hit,
        };
        let all: Vec<Examined> = detection.hits.into_iter().map(examine).filter(on_line).collect();
        let ledger = crate::source::coverage::Ledger::new();
        let (cancel, progress) = (Cancel::after(None), Progress::default());
        let chosen = choose(&self.context(&ledger, &cancel, &progress), Some(&self.path), all.clone());
        let same = |a: &Examined, b: &Examined| {
            a.hit.rule == b.hit.rule && a.hit.start == b.hit.start && a.hit.secret == b.hit.secret
        };
        all.into_iter()
            .map(|hit| {
                let reported = chosen.iter().any(|other| same(other, &hit));
                (hit, reported)
            })
            .collect()
    }

    fn context<'a>(
        &'a self,
        ledger: &'a crate::source::coverage::Ledger,
        cancel: &'a Cancel,
        progress: &'a Progress,
    ) -> Context<'a> {
        Context {
            settings: &self.prepared.settings,
            rules: &self.prepared.rules,
            detector: &self.prepared.detector,
            baseline: &self.prepared.baseline,
            ledger,
            cancel,
            progress,
            verifier: None,
        }
    }

    fn hit(&self, examined: &Examined, reported: bool, shown: &dyn Fn(&[u8]) -> String) -> String {
        let hit = &examined.hit;
        let mut out = format!("rule {}: {}\n", hit.rule, shown(hit.message.bytes()));
        let key = hit.secret.redacted();
        let _ = writeln!(
            out,
            "    key {} ({}), confidence {}{}",
            printable(&key.text()),
            hit.secret.key_id(),
            hit.confidence.name(),
            if hit.encodings.is_empty() { String::new() } else { format!(", written as {}", hit.encodings.join(", ")) },
        );
        let verdict = if reported { self.accepted(examined, shown) } else { Some(self.passed_over(examined)) };
        let _ = writeln!(out, "    {}", verdict.unwrap_or_else(|| "reported".into()));
        out
    }

    /// Why a hit is not the finding of its place.
    fn passed_over(&self, examined: &Examined) -> String {
        let holds = self.prepared.rules.get(&examined.hit.rule).is_none_or(|rule| rule.holds_at(Some(&self.path)));
        let why = if holds {
            "a rule with stronger evidence names this place"
        } else {
            "the rule's paths leave this file out"
        };
        format!("not reported: {why}")
    }

    /// Who accepts the finding, if anybody does.
    fn accepted(&self, examined: &Examined, shown: &dyn Fn(&[u8]) -> String) -> Option<String> {
        let because = |reason: Option<&crate::secret::Raw>| {
            reason.map_or_else(String::new, |reason| format!(": {}", shown(reason.bytes())))
        };
        if let Some(marker) = &examined.inline {
            return Some(format!(
                "accepted by a marker (`konceal:allow` or one of the configuration's){}",
                because(marker.reason.as_ref())
            ));
        }
        let key = &examined.hit.secret;
        let fingerprint = Fingerprint::new(Kind::Key, ObjectKind::Blob, &self.path, key.expose());
        let ledger = crate::source::coverage::Ledger::new();
        let cancel = Cancel::after(None);
        let accepted = crate::scan::accepted(
            &self.context(&ledger, &cancel, &Progress::default()),
            &fingerprint,
            Some(key.key_id()),
            Some(&self.path),
        );
        accepted.map(|(who, reason)| match who {
            Accepted::Baseline => format!(
                "accepted by the baseline ({}), fingerprint {fingerprint}{}",
                suppress::NAME,
                because(reason.as_ref())
            ),
            _ => format!("accepted by `[allow]` in the configuration, fingerprint {fingerprint}"),
        })
    }

    fn dotenv(&self) -> String {
        if self.prepared.settings.allows_dotenv(&self.path) {
            return format!("rule {}: `[dotenv] allow` in the configuration accepts this file\n", dotenv::RULE);
        }
        format!(
            "rule {}: reported at line 1 with severity {} if the file is committed and holds no key\n",
            dotenv::RULE,
            dotenv::severity(self.text).name()
        )
    }
}

/// What a reason to refuse means.
fn meaning(reason: Reason) -> &'static str {
    match reason {
        Reason::Reference => "the value names where the key is (the environment, a vault, a variable), it is no key",
        Reason::Placeholder => "the value stands where a key is to be put in, or where one was taken out",
        Reason::Ciphertext => "the value is encrypted or hashed",
        Reason::NotRandom => "the value is made of words, numbers, dates or a path",
        Reason::Foreign => "the value is marked as another vendor's key, or as an id",
        Reason::Length => "the value is shorter or longer than any key",
        Reason::Characters => "the value holds characters that keys do not have",
    }
}

/// Why nothing makes a value Konver's.
fn want(unbound: Unbound) -> &'static str {
    match unbound {
        Unbound::Foreign => "what it is bound to is somebody else's, or names no secret",
        Unbound::Distance => "its name is neutral, and Konver is named too far away, or another host is nearer",
        Unbound::Nameless => "no name on the way to it says that it is a secret",
        Unbound::Need => "it matches a rule's pattern, but lacks the `context` that the rule wants",
    }
}
