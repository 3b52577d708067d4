//! Known keys: values of variables whose name speaks of a Konver key, in the environment and in ignored dotenv files, and the
//! lines of a key file. They live in memory only.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::error::Error;
use crate::blob::Text;
use crate::detect::{self, KnownKey};
use crate::hygiene::dotenv;
use crate::secret::{MIN_KEY_LENGTH, Raw, Secret};
use crate::source::git::Repository;
use crate::source::worktree::{Content, bytes_of, content};

/// Keys of the environment and of the git-ignored dotenv files in `folders` (of the repository's working tree).
pub fn collect(
    environment: &Environment,
    repository: Option<&Repository>,
    folders: &BTreeSet<PathBuf>,
) -> Vec<KnownKey> {
    let mut keys = Vec::new();
    for (name, value) in &environment.variables {
        let (name, value) = (name.as_encoded_bytes(), value.as_encoded_bytes());
        add(&mut keys, name, value, || [b"the environment variable ", name].concat());
    }
    for folder in folders {
        for file in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
            let path = file.path();
            let shown = bytes_of(Path::new(&file.file_name()));
            if !dotenv::is_dotenv(&shown) || !repository.is_some_and(|it| it.ignores(&path)) {
                continue;
            }
            let Ok(Content::Bytes(bytes)) = content(&path, Some(1 << 20)) else { continue };
            let text = Text::new(&bytes);
            for (name, value) in (1..=text.line_count()).filter_map(|number| dotenv::assignment(text.line(number)?)) {
                add(&mut keys, name, value, || [name, b" in the ignored file ", &shown].concat());
            }
        }
    }
    keys
}

fn add(keys: &mut Vec<KnownKey>, name: &[u8], value: &[u8], origin: impl Fn() -> Vec<u8>) {
    let value = value.trim_ascii();
    if detect::names_konver_key(name) && value.len() >= MIN_KEY_LENGTH && detect::looks_like_key(value) {
        let secret = Secret::new(value);
        if !keys.iter().any(|known| known.secret == secret) {
            keys.push(KnownKey { secret, origin: Raw::new(origin()), is_api_key: !detect::names_konver_webhook(name) });
        }
    }
}

/// The lines of a key file. A line that is no key is an error: it would be searched for in vain.
pub fn read_file(file: &Path, keys: &mut Vec<KnownKey>) -> Result<(), Error> {
    let wrong = |why: String| Error::File { file: file.to_owned(), why };
    let bytes = std::fs::read(file).map_err(|error| wrong(error.kind().to_string()))?;
    let text = Text::new(&bytes);
    for number in 1..=text.line_count() {
        let value = text.line(number).unwrap_or_default().trim_ascii();
        if value.is_empty() || value.starts_with(b"#") {
            continue;
        }
        if value.len() < MIN_KEY_LENGTH || !detect::looks_like_key(value) {
            return Err(wrong(format!(
                "line {number} is no key: at least {MIN_KEY_LENGTH} characters and no placeholder"
            )));
        }
        let secret = Secret::new(value);
        if !keys.iter().any(|known| known.secret == secret) {
            let origin = Raw::new(format!("line {number} of the known-key file"));
            keys.push(KnownKey { secret, origin, is_api_key: true });
        }
    }
    Ok(())
}
