//! What other tools accepted, compared by value: no key of theirs is kept, and none is accepted that is not found here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::wrong;
use crate::blob::Text;
use crate::cli::error::Error;
use crate::detect::Detector;
use crate::finding::Fingerprint;
use crate::scan::Outcome;
use crate::secret::{KeyId, Secret};
use crate::source::worktree::{Content, content, path_of};

/// What is accepted: by path, the keys.
#[derive(Default)]
pub(super) struct Accepts {
    /// SHA-1 of the key's bytes, in hex: detect-secrets.
    digests: BTreeMap<String, BTreeSet<String>>,
    /// Ids of keys: gitleaks.
    ids: BTreeMap<String, BTreeSet<KeyId>>,
}

#[derive(Deserialize)]
struct DetectSecrets {
    results: BTreeMap<String, Vec<Hashed>>,
}

#[derive(Deserialize)]
struct Hashed {
    hashed_secret: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Leak {
    file: String,
    secret: String,
}

/// Reads a baseline of detect-secrets or a JSON report of gitleaks.
///
/// # Errors
/// It cannot be read, is neither, or is a report whose secrets are redacted.
pub(super) fn read(file: &Path) -> Result<Accepts, Error> {
    let bytes = std::fs::read(file).map_err(|error| wrong(file, error.kind().to_string()))?;
    let bytes = zeroize::Zeroizing::new(bytes);
    let text = Text::new(&bytes);
    let mut accepts = Accepts::default();
    if let Ok(baseline) = serde_json::from_slice::<DetectSecrets>(text.bytes()) {
        for (path, found) in baseline.results {
            let digests = found.into_iter().map(|found| found.hashed_secret.to_ascii_lowercase());
            accepts.digests.entry(plain(&path)).or_default().extend(digests);
        }
        return Ok(accepts);
    }
    let Ok(report) = serde_json::from_slice::<Vec<Leak>>(text.bytes()) else {
        // What the parser would say may quote a secret.
        return Err(wrong(file, "is neither a baseline of detect-secrets nor a JSON report of gitleaks".into()));
    };
    for leak in report {
        if leak.secret == "REDACTED" || leak.secret.ends_with("...") {
            return Err(wrong(
                file,
                "is a redacted report, which does not say which key it accepts: make one without --redact".into(),
            ));
        }
        let id = Secret::new(leak.secret).key_id();
        accepts.ids.entry(plain(&leak.file)).or_default().insert(id);
    }
    Ok(accepts)
}

/// The path as reports of ours have it.
fn plain(path: &str) -> String {
    let path = path.replace('\\', "/");
    path.strip_prefix("./").map(str::to_owned).unwrap_or(path)
}

impl Accepts {
    /// The fingerprints of the findings that are accepted. For digests the file is read once more: a finding knows of its key
    /// only the id.
    pub(super) fn choose(&self, outcome: &Outcome, root: &Path, detector: &Detector) -> BTreeSet<Fingerprint> {
        let mut chosen = BTreeSet::new();
        let mut hashed: BTreeMap<String, BTreeMap<KeyId, String>> = BTreeMap::new();
        for finding in outcome.reported() {
            let (Some(path), Some(key)) = (&finding.path, &finding.key) else { continue };
            let path = path.text().into_owned();
            let by_id = self.ids.get(&path).is_some_and(|ids| ids.contains(&key.id));
            let by_digest = self.digests.get(&path).is_some_and(|accepted| {
                let keys = hashed
                    .entry(path.clone())
                    .or_insert_with(|| digests(&root.join(path_of(path.as_bytes())), detector));
                keys.get(&key.id).is_some_and(|digest| accepted.contains(digest))
            });
            if by_id || by_digest {
                chosen.insert(finding.fingerprint);
            }
        }
        chosen
    }
}

/// SHA-1 of every key in a file.
fn digests(file: &Path, detector: &Detector) -> BTreeMap<KeyId, String> {
    let Ok(Content::Bytes(bytes)) = content(file, None) else { return BTreeMap::new() };
    let hits = detector.detect(&Text::new(&bytes)).hits;
    hits.iter().filter_map(|hit| Some((hit.secret.key_id(), hit.secret.sha1_hex()?))).collect()
}
