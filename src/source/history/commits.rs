//! Commits and annotated tags as a graph: who descends from whom, and from where each is reached.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use bstr::ByteSlice;

use crate::blob::Oid;
use crate::finding::Commit;
use crate::secret::Raw;
use crate::source::dates::rfc3339;

/// What the graph needs of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitData {
    /// Its id.
    pub id: Oid,
    /// Its root tree.
    pub tree: Oid,
    /// Its parents, as it names them.
    pub parents: Vec<Oid>,
    /// The committer's date in seconds since 1970.
    pub time: i64,
}

/// What the walk needs of an annotated tag.
#[derive(Clone, Debug)]
pub struct TagData {
    /// Its id.
    pub id: Oid,
    /// What it names.
    pub target: Oid,
    /// Its name, as it says itself.
    pub name: Vec<u8>,
}

/// Splits a commit or tag into its headers (without the empty line) and its message.
pub fn split(object: &[u8]) -> (&[u8], &[u8]) {
    match object.find(b"\n\n") {
        Some(at) => (object.get(..at).unwrap_or_default(), object.get(at + 2..).unwrap_or_default()),
        None => (object, b""),
    }
}

fn values<'a>(headers: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    headers.split(|&byte| byte == b'\n').filter_map(|line| line.strip_prefix(name)?.strip_prefix(b" "))
}

impl CommitData {
    /// Reads a commit; `None` where it has no tree.
    pub fn parse(id: Oid, object: &[u8]) -> Option<Self> {
        let (headers, _) = split(object);
        let tree = Oid::from_hex(values(headers, b"tree").next()?).ok()?;
        let parents = values(headers, b"parent").filter_map(|value| Oid::from_hex(value).ok()).collect();
        let time = values(headers, b"committer").next().and_then(time).unwrap_or(0);
        Some(Self { id, tree, parents, time })
    }
}

/// The seconds of `Name <address> 1700000000 +0000`.
fn time(signature: &[u8]) -> Option<i64> {
    let rest = signature.get(signature.rfind_byte(b'>')? + 1..)?;
    rest.trim_ascii().split(|&byte| byte == b' ').next()?.to_str().ok()?.parse().ok()
}

impl TagData {
    /// Reads an annotated tag; `None` where it names nothing.
    pub fn parse(id: Oid, object: &[u8]) -> Option<Self> {
        let (headers, _) = split(object);
        let target = Oid::from_hex(values(headers, b"object").next()?).ok()?;
        Some(Self { id, target, name: values(headers, b"tag").next().unwrap_or_default().to_vec() })
    }
}

/// What is to be said of a commit: its author and that one's date, and the first paragraph of its message. Of an annotated tag
/// the same, with the tagger.
pub fn describe(id: Oid, object: &[u8]) -> Commit<Raw> {
    let (headers, message) = split(object);
    let author = values(headers, b"author").chain(values(headers, b"tagger")).next().unwrap_or_default();
    let end = author.rfind_byte(b'>').unwrap_or(author.len());
    let begin = author.get(..end).and_then(|author| author.find_byte(b'<')).unwrap_or(end);
    let zone = author.get(end..).and_then(|rest| rest.trim_ascii().rsplit(|&byte| byte == b' ').next());
    let time = time(author).unwrap_or(0);
    let mut summary = Vec::new();
    let lines = message.lines().map(<[u8]>::trim_ascii).skip_while(|line| line.is_empty());
    for line in lines.take_while(|line| !line.is_empty()) {
        if !summary.is_empty() {
            summary.push(b' ');
        }
        summary.extend_from_slice(line);
    }
    Commit {
        oid: id,
        author: Raw::new(author.get(..begin).unwrap_or_default().trim_ascii()),
        email: Raw::new(author.get(begin + 1..end).unwrap_or_default().trim_ascii()),
        date: rfc3339(time, zone.and_then(offset).unwrap_or(0)),
        time,
        summary: Raw::new(summary),
    }
}

/// The minutes of `+0130`.
fn offset(zone: &[u8]) -> Option<i32> {
    let number: i32 = zone.to_str().ok()?.parse().ok()?;
    Some(number / 100 * 60 + number % 100)
}

/// From where a commit is reached, as bits.
pub mod reach {
    /// From a ref other than notes, or a worktree's HEAD.
    pub const REF: u8 = 1;
    /// From a notes ref.
    pub const NOTES: u8 = 2;
    /// From a reflog.
    pub const REFLOG: u8 = 4;
    /// From the reflog of a notes ref.
    pub const NOTES_LOG: u8 = 8;
}

/// The commits of a repository, numbered in the order of their ids.
#[derive(Debug, Default)]
pub struct Commits {
    list: Vec<CommitData>,
    by_id: HashMap<Oid, u32>,
    parents: Vec<Vec<u32>>,
    reach: Vec<u8>,
}

impl Commits {
    /// Makes the graph. `cut` says which commits have no parents here (the edge of a shallow clone).
    pub fn new(mut list: Vec<CommitData>, cut: impl Fn(&Oid) -> bool) -> Self {
        list.sort_unstable_by_key(|commit| commit.id);
        list.dedup_by_key(|commit| commit.id);
        let by_id: HashMap<Oid, u32> = list.iter().zip(0..).map(|(commit, at)| (commit.id, at)).collect();
        let known = |commit: &CommitData| {
            let parents = commit.parents.iter().filter(|_| !cut(&commit.id));
            parents.filter_map(|parent| by_id.get(parent).copied()).collect()
        };
        let parents = list.iter().map(known).collect();
        let reach = vec![0; list.len()];
        Self { list, by_id, parents, reach }
    }

    /// Number of commits.
    pub fn count(&self) -> u32 {
        u32::try_from(self.list.len()).unwrap_or(u32::MAX)
    }

    /// The commit of that number.
    pub fn get(&self, commit: u32) -> Option<&CommitData> {
        self.list.get(commit as usize)
    }

    /// The number of a commit.
    pub fn find(&self, id: &Oid) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// The parents that are here.
    pub fn parents(&self, commit: u32) -> &[u32] {
        self.parents.get(commit as usize).map_or(&[], Vec::as_slice)
    }

    /// From where the commit is reached.
    pub fn reach(&self, commit: u32) -> u8 {
        self.reach.get(commit as usize).copied().unwrap_or(0)
    }

    /// Marks everything that `tip` reaches.
    pub fn mark(&mut self, tip: u32, bit: u8) {
        let mut open = vec![tip];
        while let Some(commit) = open.pop() {
            let Some(reach) = self.reach.get_mut(commit as usize) else { continue };
            if *reach & bit == 0 {
                *reach |= bit;
                open.extend_from_slice(self.parents.get(commit as usize).map_or(&[], Vec::as_slice));
            }
        }
    }

    /// All commits, parents before children; where that leaves a choice, the older one by committer's date first, then by id.
    pub fn order(&self) -> Vec<u32> {
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); self.list.len()];
        let mut missing: Vec<usize> = vec![0; self.list.len()];
        for ((child, parents), missing) in (0..).zip(&self.parents).zip(&mut missing) {
            *missing = parents.len();
            for &parent in parents {
                if let Some(children) = children.get_mut(parent as usize) {
                    children.push(child);
                }
            }
        }
        let key = |commit: u32| Reverse((self.get(commit).map_or(0, |it| it.time), commit));
        let mut ready: BinaryHeap<_> =
            missing.iter().zip(0..).filter(|(missing, _)| **missing == 0).map(|(_, commit)| key(commit)).collect();
        let mut order = Vec::with_capacity(self.list.len());
        while let Some(Reverse((_, commit))) = ready.pop() {
            order.push(commit);
            for &child in children.get(commit as usize).map_or(&[][..], Vec::as_slice) {
                if let Some(missing) = missing.get_mut(child as usize) {
                    *missing -= 1;
                    if *missing == 0 {
                        ready.push(key(child));
                    }
                }
            }
        }
        // Only ids that lie about their content can make a circle; such commits come last.
        let mut rest: Vec<u32> =
            missing.iter().zip(0..).filter(|(missing, _)| **missing > 0).map(|(_, it)| it).collect();
        order.append(&mut rest);
        order
    }

    /// Of each group of commits the first one: none of the others is among its ancestors, and of those for which that holds
    /// the oldest by committer's date, then by id.
    pub fn first_of(&self, order: &[u32], groups: &[&[u32]]) -> Vec<Option<u32>> {
        let mut first = vec![None; groups.len()];
        for (batch, first) in groups.chunks(64).zip(first.chunks_mut(64)) {
            let mut own = vec![0_u64; self.list.len()];
            for (bit, group) in batch.iter().enumerate() {
                for &commit in *group {
                    if let Some(own) = own.get_mut(commit as usize) {
                        *own |= 1 << bit;
                    }
                }
            }
            let mut behind = vec![0_u64; self.list.len()];
            if batch.iter().any(|group| group.len() > 1) {
                for &commit in order {
                    let at = |list: &[u64], commit: u32| list.get(commit as usize).copied().unwrap_or(0);
                    let ancestors = self.parents(commit).iter().map(|&it| at(&behind, it) | at(&own, it));
                    let ancestors = ancestors.fold(0, |all, it| all | it);
                    if let Some(behind) = behind.get_mut(commit as usize) {
                        *behind = ancestors;
                    }
                }
            }
            for (bit, (group, first)) in batch.iter().zip(first).enumerate() {
                let is_first = |commit: &&u32| behind.get(**commit as usize).is_some_and(|it| it >> bit & 1 == 0);
                let oldest = |commit: &&u32| (self.get(**commit).map_or(0, |it| it.time), **commit);
                *first = group.iter().filter(is_first).min_by_key(oldest).or(group.first()).copied();
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> Oid {
        Oid::from_bytes_or_panic(&[byte; 20])
    }

    fn graph(commits: &[(u8, &[u8], i64)]) -> Commits {
        let data = |&(name, parents, time): &(u8, &[u8], i64)| CommitData {
            id: id(name),
            tree: id(0),
            parents: parents.iter().map(|&parent| id(parent)).collect(),
            time,
        };
        Commits::new(commits.iter().map(data).collect(), |_| false)
    }

    #[test]
    fn topology_beats_dates_and_dates_beat_ids() {
        // 1 <- 2 <- 3, and 4 beside them; the dates of 1 to 3 run backwards.
        let commits = graph(&[(1, &[], 300), (2, &[1], 200), (3, &[2], 100), (4, &[], 250)]);
        let order = commits.order();
        assert_eq!(order, [3, 0, 1, 2]);
        let groups: [&[u32]; 4] = [&[2, 1], &[2, 3], &[0, 3], &[1, 2, 0]];
        assert_eq!(commits.first_of(&order, &groups), [Some(1), Some(2), Some(3), Some(0)]);
    }

    #[test]
    fn commits_are_described_as_git_shows_them() {
        let text = b"tree x\nauthor A B <a@b> 1700000000 -0130\ncommitter C <c> 1 +0000\n\n\none\ntwo\n\nbody\n";
        let commit = describe(id(1), text);
        assert_eq!((commit.author.bytes(), commit.email.bytes()), (&b"A B"[..], &b"a@b"[..]));
        assert_eq!((commit.summary.bytes(), commit.date.as_str()), (&b"one two"[..], "2023-11-14T20:43:20-01:30"));
        let odd = describe(id(1), b"author > x");
        assert_eq!((odd.author.bytes(), odd.email.bytes(), odd.time), (&b""[..], &b""[..], 0));
    }

    #[test]
    fn commits_are_read_with_odd_headers() {
        let hex = "11".repeat(20);
        let text = format!(
            "tree {hex}\nparent {hex}\nauthor A <a> 1 +0000\ncommitter > C <c> 77 -0100\ngpgsig x\n parent y\n\nsubject\n\nbody"
        );
        let commit = CommitData::parse(id(9), text.as_bytes());
        let wanted = CommitData { id: id(9), tree: id(0x11), parents: vec![id(0x11)], time: 77 };
        assert_eq!(commit, Some(wanted));
        assert_eq!(split(text.as_bytes()).1, b"subject\n\nbody");
        assert_eq!(CommitData::parse(id(9), b"no commit"), None);
    }
}
