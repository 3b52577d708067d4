//! What is drawn at random: ids of companies, keys that nobody has, shares of a wait.

use std::time::Duration;

use rustls::crypto::ring;

use crate::secret::Secret;

/// So long the part in front of a key may be that says what kind of key it is (`kv_live_`).
const PREFIX: usize = 12;
/// So much of a key must be drawn.
const DRAWN: usize = 12;

/// Random bytes; a machine without a source of them has no TLS either.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let filled = ring::default_provider().secure_random.fill(&mut bytes);
    if filled.is_err() {
        // Not secret: what is made of it only has to differ from run to run.
        let nanos =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        bytes.iter_mut().zip(nanos.to_le_bytes().iter().cycle()).for_each(|(to, &from)| *to = from);
    }
    bytes
}

/// A random UUID, version 4.
pub(super) fn uuid() -> String {
    let mut bytes: [u8; 16] = random();
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// A made-up key of the same form: letters for letters, digits for digits, behind the same prefix.
pub(super) fn key(like: &Secret) -> Secret {
    let mut pool = std::iter::repeat_with(random::<64>).flatten();
    let mut draw = |from: u8, count: u8| from + pool.next().unwrap_or_default() % count;
    let bytes = like.expose();
    let kept = bytes.iter().take(PREFIX).rposition(|&byte| byte == b'_').map_or(0, |at| at + 1);
    let kept = if bytes.len() >= kept + DRAWN { kept } else { 0 };
    let made = bytes.iter().enumerate().map(|(at, &byte)| match byte {
        _ if at < kept => byte,
        b'0'..=b'9' => draw(b'0', 10),
        b'a'..=b'f' => draw(b'a', 6),
        b'g'..=b'z' => draw(b'g', 20),
        b'A'..=b'F' => draw(b'A', 6),
        b'G'..=b'Z' => draw(b'G', 20),
        other => other,
    });
    Secret::new(made.collect::<Vec<u8>>())
}

/// A share of a duration, at random: so that retries of several runs do not meet.
pub(super) fn jitter(most: Duration) -> Duration {
    let [share]: [u8; 1] = random();
    most.mul_f64(f64::from(share) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_and_differ() {
        let (a, b) = (uuid(), uuid());
        assert_ne!(a, b);
        assert_eq!((a.len(), a.get(14..15), a.matches('-').count()), (36, Some("4"), 4));
    }

    #[test]
    fn made_up_keys_keep_the_form() {
        let like = Secret::new(*b"kv_live_0123456789abcXYZ");
        let made = key(&like);
        assert_ne!(made, like);
        assert_eq!(made.len(), like.len());
        assert!(made.expose().starts_with(b"kv_live_"));
        assert!(made.expose().iter().skip(8).take(10).all(u8::is_ascii_digit));
        let hex = key(&Secret::new([b'F'; 40]));
        assert!(hex.expose().iter().all(|byte| (b'A'..=b'F').contains(byte)) && hex.expose() != [b'F'; 40]);
    }

    #[test]
    fn most_of_a_short_key_is_drawn() {
        let like = Secret::new(*b"0123456789a_0123");
        assert!(!key(&like).expose().starts_with(b"0123456789a_"));
    }
}
