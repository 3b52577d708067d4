//! The lines that git writes to pre-push and pre-receive.

use bstr::ByteSlice;

use crate::blob::Oid;
use crate::secret::Raw;

/// One ref that a push changes; deletions are none, since they bring nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// What the receiving side has; none for a new ref.
    pub old: Option<Oid>,
    /// What it gets.
    pub new: Oid,
    /// The ref's full name on the receiving side.
    pub name: Raw,
}

/// Reads the lines. For pre-push they are `<local ref> <new> <remote ref> <old>`, for pre-receive `<old> <new> <ref>`; no ref
/// name holds a space, but the local one may be any revision (`HEAD^{/a subject}`), so those are read from the end.
///
/// # Errors
/// The number of the first line that is none of git's.
pub fn updates(bytes: &[u8], receiving: bool) -> Result<Vec<Update>, usize> {
    let mut updates = Vec::new();
    for (number, line) in bytes.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        let update = if receiving { received(line) } else { pushed(line) };
        let (old, new, name) = update.ok_or(number + 1)?;
        if !new.is_null() {
            updates.push(Update { old: (!old.is_null()).then_some(old), new, name: Raw::new(name) });
        }
    }
    Ok(updates)
}

fn received(line: &[u8]) -> Option<(Oid, Oid, &[u8])> {
    let mut words = line.splitn(3, |&byte| byte == b' ');
    Some((Oid::from_hex(words.next()?).ok()?, Oid::from_hex(words.next()?).ok()?, words.next()?))
}

fn pushed(line: &[u8]) -> Option<(Oid, Oid, &[u8])> {
    let mut words = line.rsplitn(4, |&byte| byte == b' ');
    let (old, name, new) = (words.next()?, words.next()?, words.next()?);
    words.next()?;
    Some((Oid::from_hex(old).ok()?, Oid::from_hex(new).ok()?, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_deletions_are_nothing() -> Result<(), Box<dyn std::error::Error>> {
        let (one, zero) = ("1".repeat(40), "0".repeat(40));
        let update = Update { old: None, new: Oid::from_hex(one.as_bytes())?, name: Raw::new(*b"refs/heads/x") };
        let sent = format!("HEAD^{{/two words}} {one} refs/heads/x {zero}\n(delete) {zero} refs/heads/y {one}\n");
        assert_eq!(updates(sent.as_bytes(), false), Ok(vec![update.clone()]));
        let received = format!("{zero} {one} refs/heads/x\n{one} {zero} refs/heads/y\n");
        assert_eq!(updates(received.as_bytes(), true), Ok(vec![update]));
        assert_eq!(updates(b"\nnonsense\n", true), Err(2));
        assert_eq!(updates(b"", false), Ok(Vec::new()));
        Ok(())
    }
}
