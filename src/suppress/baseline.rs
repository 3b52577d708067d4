//! The baseline: findings accepted by value, in a file that merges well: sorted, one entry a line, no line numbers, no times.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::Fingerprint;
use crate::secret::{KeyId, Raw};

/// Its name at the root of what is scanned.
pub const NAME: &str = ".konceal-baseline.json";

/// Accepted findings by fingerprint.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    entries: BTreeMap<Fingerprint, Entry>,
}

/// One accepted finding, as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Which finding.
    pub fingerprint: String,
    /// Which key; none for findings without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// Where it stood: for readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Why it is accepted: for people to write.
    #[serde(default)]
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    entries: Vec<Entry>,
}

/// What is wrong with a baseline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// Not the JSON of a baseline.
    #[error("is not a baseline: {0}")]
    Malformed(String),
    /// An entry that names no finding.
    #[error("entry {0}: expected a fingerprint of 32 hex digits and, if any, a key id of 16")]
    Entry(usize),
    /// From a newer konceal.
    #[error("has version {0}; this konceal reads version 1")]
    Version(u32),
}

impl Baseline {
    /// Reads a baseline file (any byte order mark, UTF-16 too: shells write such files).
    ///
    /// # Errors
    /// Not JSON, unknown fields, an entry that names no finding, another version.
    pub fn parse(bytes: &[u8]) -> Result<Self, BaselineError> {
        let text = crate::blob::Text::new(bytes);
        let document: Document =
            serde_json::from_slice(text.bytes()).map_err(|error| BaselineError::Malformed(error.to_string()))?;
        if document.version != 1 {
            return Err(BaselineError::Version(document.version));
        }
        let mut baseline = Self::default();
        for (number, entry) in document.entries.into_iter().enumerate() {
            baseline.insert(entry).ok_or(BaselineError::Entry(number + 1))?;
        }
        Ok(baseline)
    }

    fn insert(&mut self, entry: Entry) -> Option<()> {
        let fingerprint = Fingerprint::parse(&entry.fingerprint)?;
        if let Some(id) = &entry.key_id {
            KeyId::parse(id)?;
        }
        self.entries.insert(fingerprint, entry);
        Some(())
    }

    /// Accepts a finding; one that is there already keeps its reason.
    pub fn add(&mut self, fingerprint: Fingerprint, key: Option<KeyId>, path: Option<String>) {
        self.entries.entry(fingerprint).or_insert_with(|| Entry {
            fingerprint: fingerprint.to_string(),
            key_id: key.map(|id| id.to_string()),
            path,
            reason: String::new(),
        });
    }

    /// Keeps only what `keep` says.
    pub fn retain(&mut self, mut keep: impl FnMut(&Fingerprint) -> bool) {
        self.entries.retain(|fingerprint, _| keep(fingerprint));
    }

    /// Keeps only what `keep` says, which is also told the path.
    pub fn retain_at(&mut self, mut keep: impl FnMut(&Fingerprint, Option<&str>) -> bool) {
        self.entries.retain(|fingerprint, entry| keep(fingerprint, entry.path.as_deref()));
    }

    /// Whether the finding is accepted: then the reason, if one was written.
    pub fn reason(&self, fingerprint: &Fingerprint) -> Option<Option<Raw>> {
        let entry = self.entries.get(fingerprint)?;
        Some((!entry.reason.is_empty()).then(|| Raw::new(entry.reason.as_bytes())))
    }

    /// Number of accepted findings.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is accepted.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The file's bytes: the same entries, the same bytes.
    ///
    /// # Errors
    /// None in practice: the entries are plain text.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut entries: Vec<&Entry> = self.entries.values().collect();
        entries.sort_by(|a, b| (&a.path, &a.fingerprint).cmp(&(&b.path, &b.fingerprint)));
        let lines = entries.iter().map(|entry| Ok(format!("    {}", serde_json::to_string(entry)?)));
        let lines = lines.collect::<Result<Vec<_>, serde_json::Error>>()?.join(",\n");
        let body = if lines.is_empty() { "[]".to_owned() } else { format!("[\n{lines}\n  ]") };
        Ok(format!("{{\n  \"version\": 1,\n  \"entries\": {body}\n}}\n").into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::ObjectKind;
    use crate::finding::Kind;

    #[test]
    fn what_is_written_is_read_again() -> Result<(), Box<dyn std::error::Error>> {
        let fingerprint = Fingerprint::new(Kind::Key, ObjectKind::Blob, b"a b.txt", b"value");
        let mut baseline = Baseline::default();
        baseline.add(fingerprint, KeyId::parse("0123456789abcdef"), Some("a b.txt".into()));
        let json = baseline.to_json()?;
        let again = Baseline::parse(&json)?;
        assert_eq!(again.reason(&fingerprint), Some(None));
        assert_eq!(again.to_json()?, json);
        assert!(Baseline::parse(b"{}").is_err() && Baseline::parse(b"{\"version\":2,\"entries\":[]}").is_err());
        Ok(())
    }
}
