//! Examples of hygiene rules: a file and those beside it, as the working tree of a repository in which nothing is tracked.

use std::collections::BTreeMap;

use crate::blob::Text;
use crate::hygiene::check::{self, File};
use crate::hygiene::{Found, Surroundings, Tree, is_ignored};
use crate::rule::{Example, Rule};

/// The file that only one's own machine has.
const OWN: &[u8] = b".git/info/exclude";

/// Whether the rule holds in an example, of which `bytes` is the text as it is written this time.
pub(super) fn holds(rule: &Rule, example: &Example, bytes: &[u8], key: &str) -> bool {
    let beside = example.beside.iter();
    let mut files: BTreeMap<&[u8], Vec<u8>> =
        beside.map(|it| (it.path.as_bytes(), it.text.replace("{{key}}", key).into_bytes())).collect();
    files.insert(example.path.as_bytes(), bytes.to_vec());
    let tree = Files(files);
    let mut around = Surroundings::default();
    let mut observed = Vec::new();
    for (path, bytes) in tree.0.iter().filter(|(path, _)| **path != OWN) {
        if is_ignored(path, &tree) == Some(true) {
            if Surroundings::lists(path) {
                around.take_ignored(path, bytes);
            }
        } else if Surroundings::concerns(path, bytes, true) {
            around.pass(path, bytes, false);
        }
        observed.extend(check::check(&File { path, text: &Text::new(bytes) }));
    }
    observed.extend(around.check(&tree).into_iter().map(|(_, observation)| observation));
    observed.iter().any(|observation| observation.rule == &*rule.id)
}

struct Files<'a>(BTreeMap<&'a [u8], Vec<u8>>);

impl Tree for Files<'_> {
    fn find(&self, path: &[u8]) -> Found {
        self.0.get(path).map_or(Found::Nothing, |bytes| Found::File(bytes.clone()))
    }

    fn exists(&self, path: &[u8]) -> bool {
        self.0.keys().any(|file| {
            let rest = file.strip_prefix(path);
            rest.is_some_and(|rest| path.is_empty() || rest.is_empty() || rest.starts_with(b"/"))
        })
    }

    fn own_ignores(&self) -> Vec<(&'static str, Found)> {
        vec![(".git/info/exclude", self.find(OWN))]
    }

    fn is_repository(&self) -> bool {
        true
    }
}
