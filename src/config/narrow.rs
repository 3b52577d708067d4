//! Whether one configuration leaves more out than another.

use toml::Spanned;

use super::file::{ConfigFile, FailOn};

impl ConfigFile {
    /// The fields in which this configuration narrows a scan compared with `before`: it leaves out, switches off or accepts
    /// something that the other one does not.
    pub fn narrows(&self, before: &Self) -> Vec<&'static str> {
        let pattern = |config: &Self| config.key.pattern.as_ref().map(|pattern| pattern.get_ref().clone());
        let bound = |config: &Self| config.fail_on.unwrap_or(FailOn::Medium);
        let checks = [
            ("fail-on", rank(bound(self)) > rank(bound(before))),
            ("exclude", globs_grew(&self.exclude, &before.exclude)),
            (
                "baseline",
                self.baseline.as_ref().map(Spanned::get_ref) != before.baseline.as_ref().map(Spanned::get_ref),
            ),
            ("key.pattern", pattern(before).is_some() && pattern(self) != pattern(before)),
            ("rules.disable", grew(&self.rules.disable, &before.rules.disable)),
            ("rules.files", globs_grew(&before.rules.files, &self.rules.files)),
            ("dotenv.allow", globs_grew(&self.dotenv.allow, &before.dotenv.allow)),
            ("allow.paths", globs_grew(&self.allow.paths, &before.allow.paths)),
            ("allow.fingerprints", grew(&self.allow.fingerprints, &before.allow.fingerprints)),
            ("allow.key-ids", grew(&self.allow.key_ids, &before.allow.key_ids)),
            ("allow.markers", grew(&self.allow.markers, &before.allow.markers)),
        ];
        checks.into_iter().filter(|(_, narrows)| *narrows).map(|(name, _)| name).collect()
    }
}

fn rank(bound: FailOn) -> u8 {
    match bound {
        FailOn::Low => 0,
        FailOn::Medium => 1,
        FailOn::High => 2,
        FailOn::Critical => 3,
        FailOn::Never => 4,
    }
}

/// Whether a list has an entry that the other one lacks.
fn grew(now: &[Spanned<String>], before: &[Spanned<String>]) -> bool {
    now.iter().any(|entry| !before.iter().any(|other| other.get_ref() == entry.get_ref()))
}

/// The same for gitignore patterns: the last one that matches decides, so where some take others back, any change of what
/// there was may match more.
fn globs_grew(now: &[Spanned<String>], before: &[Spanned<String>]) -> bool {
    let texts = |list: &[Spanned<String>]| list.iter().map(|entry| entry.get_ref().clone()).collect::<Vec<_>>();
    let takes_back = |list: &[String]| list.iter().any(|pattern| pattern.starts_with('!'));
    let (now_texts, before_texts) = (texts(now), texts(before));
    if takes_back(&before_texts) || takes_back(&now_texts) {
        // Only patterns that take back, added at the end, surely leave no more out.
        return match now_texts.strip_prefix(before_texts.as_slice()) {
            Some(added) => added.iter().any(|pattern| !pattern.starts_with('!')),
            None => true,
        };
    }
    grew(now, before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrows(before: &str, now: &str) -> Vec<&'static str> {
        let parse = |text: &str| ConfigFile::parse("x", text.as_bytes()).unwrap_or_default();
        parse(now).narrows(&parse(before))
    }

    #[test]
    fn only_what_leaves_more_out_narrows() {
        assert_eq!(narrows("", "exclude = ['a']"), ["exclude"]);
        assert_eq!(narrows("exclude = ['a', 'b']", "exclude = ['b']"), [""; 0]);
        assert_eq!(narrows("exclude = ['a', '!a/b']", "exclude = ['a']"), ["exclude"]);
        assert_eq!(narrows("exclude = ['a']", "exclude = ['a', '!a/b']"), [""; 0]);
        assert_eq!(narrows("", "fail-on = 'never'"), ["fail-on"]);
        assert_eq!(narrows("fail-on = 'high'", ""), [""; 0]);
        assert_eq!(narrows("[key]\npattern = 'a'", ""), ["key.pattern"]);
        assert_eq!(
            narrows("", "[rules]\ndisable = ['x']\n[allow]\nmarkers = ['m']"),
            ["rules.disable", "allow.markers"]
        );
        assert_eq!(narrows("[rules]\nfiles = ['x']", ""), ["rules.files"]);
    }
}
