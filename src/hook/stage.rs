//! The stages at which git calls hooks, and what the environment of one asks to be scanned.

use std::path::PathBuf;

use crate::blob::Oid;

/// A hook of git's that konceal can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Before a commit.
    PreCommit,
    /// Before a merge that has no conflicts is committed.
    PreMergeCommit,
    /// When the message has been written.
    CommitMsg,
    /// Before a push, on the sending side.
    PrePush,
    /// Before a push is taken, on the receiving side.
    PreReceive,
}

impl Stage {
    /// Those that can be installed; the receiving side's hook is the business of whoever keeps that repository.
    pub const INSTALLABLE: [Self; 4] = [Self::PreCommit, Self::PreMergeCommit, Self::CommitMsg, Self::PrePush];

    /// Git's name for it, which is the hook's file name.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::CommitMsg => "commit-msg",
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
        }
    }

    /// Whether git tells it on standard input what it is about.
    pub fn reads_lines(self) -> bool {
        matches!(self, Self::PrePush | Self::PreReceive)
    }
}

/// What a hook's environment says; the command line reads it.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// `GIT_INDEX_FILE` is set: git itself is making a commit.
    pub commits: bool,
    /// `PRE_COMMIT` is set: the pre-commit framework calls.
    pub framework: bool,
    /// `PRE_COMMIT_FROM_REF` and `PRE_COMMIT_TO_REF`.
    pub range: Option<(String, String)>,
    /// `PRE_COMMIT_REMOTE_NAME`.
    pub remote: Option<String>,
    /// `PRE_COMMIT_LOCAL_BRANCH`: what is pushed under the framework.
    pub local_branch: Option<String>,
    /// `PRE_COMMIT_REMOTE_BRANCH`: the name under which it is pushed.
    pub remote_branch: Option<String>,
    /// The names of all variables of the form `GITHEAD_<oid>`: the other heads of a merge that git has not written down yet.
    pub heads: Vec<Oid>,
}

/// The scan that a hook's environment asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// What is staged, against HEAD and these heads besides those of `MERGE_HEAD`.
    Staged(Vec<Oid>),
    /// Everything in the index.
    Everything,
    /// The commits between two revisions.
    Range(String, String),
    /// The message in this file.
    Message(PathBuf),
    /// The updates on standard input.
    Lines,
    /// What no ref of a remote has.
    Unpushed,
}

impl Stage {
    /// What `konceal hook run` is to scan at this stage. `argument` is the first one that git gives: to commit-msg the message's
    /// file, to pre-push the remote. Frameworks give none to pre-push.
    ///
    /// Under a framework the range variables win over everything; without git's index variable somebody runs the hook by hand,
    /// and then everything in the index is scanned: never an empty scan that passes.
    pub fn asked(self, variables: &Variables, argument: Option<PathBuf>) -> Option<Asked> {
        let range = || variables.range.clone().map(|(from, to)| Asked::Range(from, to));
        match self {
            Self::CommitMsg => argument.map(Asked::Message),
            Self::PreCommit | Self::PreMergeCommit => Some(range().unwrap_or_else(|| {
                if variables.commits { Asked::Staged(variables.heads.clone()) } else { Asked::Everything }
            })),
            Self::PrePush if argument.is_some() => Some(Asked::Lines),
            Self::PrePush => range().or(Some(if variables.framework || variables.remote.is_some() {
                Asked::Unpushed
            } else {
                Asked::Lines
            })),
            Self::PreReceive => Some(Asked::Lines),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand_everything_is_scanned_and_inside_a_commit_what_is_staged() {
        let (mut variables, pre_commit) = (Variables::default(), Stage::PreCommit);
        assert_eq!(pre_commit.asked(&variables, None), Some(Asked::Everything));
        variables.commits = true;
        assert_eq!(pre_commit.asked(&variables, None), Some(Asked::Staged(Vec::new())));
        variables.range = Some(("a".into(), "b".into()));
        assert_eq!(pre_commit.asked(&variables, None), Some(Asked::Range("a".into(), "b".into())));
    }

    #[test]
    fn a_push_is_read_from_git_or_from_the_framework() {
        let mut variables = Variables::default();
        assert_eq!(Stage::PrePush.asked(&variables, None), Some(Asked::Lines));
        variables.remote = Some("origin".into());
        assert_eq!(Stage::PrePush.asked(&variables, None), Some(Asked::Unpushed));
        variables.range = Some(("a".into(), "b".into()));
        assert_eq!(Stage::PrePush.asked(&variables, None), Some(Asked::Range("a".into(), "b".into())));
        // Git itself is calling, whatever the environment has left from before.
        assert_eq!(Stage::PrePush.asked(&variables, Some("origin".into())), Some(Asked::Lines));
        assert_eq!(Stage::PreReceive.asked(&variables, None), Some(Asked::Lines));
        assert_eq!(Stage::CommitMsg.asked(&variables, None), None);
    }
}
