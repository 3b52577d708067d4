//! The environment: the only place that reads it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::source::git;
use crate::verify::ProxySettings;

/// What the program takes from its environment.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// All variables, for the known keys.
    pub variables: Vec<(OsString, OsString)>,
    /// The working directory.
    pub directory: PathBuf,
    /// The folder for temporary files, as the environment or the system names it.
    pub temporary: PathBuf,
    /// When the program started.
    pub started: Option<Instant>,
}

impl Environment {
    /// The folder that a command works in: the current one, or what `-C` names from there.
    pub fn folder(&self, directory: Option<&Path>) -> PathBuf {
        directory.map_or_else(|| self.directory.clone(), |directory| self.directory.join(directory))
    }

    /// Reads it.
    pub fn read() -> Self {
        Self {
            variables: std::env::vars_os().collect(),
            directory: std::env::current_dir().unwrap_or_default(),
            temporary: std::env::temp_dir(),
            started: Some(Instant::now()),
        }
    }

    /// A variable's value; none if it is empty.
    pub fn get(&self, name: &str) -> Option<&OsString> {
        let found = self.variables.iter().find(|(variable, _)| variable == name).map(|(_, value)| value);
        found.filter(|value| !value.is_empty())
    }

    /// The proxies that the environment names, in either case of letters.
    pub fn proxies(&self) -> ProxySettings {
        let text = |names: &[&str]| names.iter().find_map(|name| Some(self.get(name)?.to_string_lossy().into_owned()));
        let none_for = text(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
        ProxySettings {
            https: text(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            none_for: none_for.split(',').map(|host| host.trim().to_owned()).collect(),
        }
    }

    /// Where to look for a repository: in `start` if it was given, else in the working directory and as git's variables say.
    pub fn git(&self, start: Option<&Path>) -> git::Location {
        let ceilings = self.get("GIT_CEILING_DIRECTORIES");
        let path = |name| self.get(name).map(PathBuf::from);
        let split =
            |value: Option<&OsString>| value.map(|value| std::env::split_paths(value).collect()).unwrap_or_default();
        git::Location {
            start: start.map_or_else(|| self.directory.clone(), |start| self.directory.join(start)),
            ceilings: split(ceilings),
            environment: start.is_none().then(|| git::Environment {
                git_dir: self.get("GIT_DIR").is_some(),
                work_tree: path("GIT_WORK_TREE"),
                index_file: path("GIT_INDEX_FILE"),
                object_directory: path("GIT_OBJECT_DIRECTORY"),
                alternates: split(self.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")),
            }),
        }
    }
}
