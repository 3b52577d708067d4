//! Random-looking text, the same for the same seed: made-up keys are drawn when the tests run, so that none stands in the
//! repository.

/// Splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// So many characters of the alphabet.
    pub fn draw(&mut self, length: usize, alphabet: &[u8]) -> String {
        let mut pick = || alphabet.get(usize::try_from(self.roll() % alphabet.len() as u64).ok()?).copied();
        (0..length).filter_map(|_| pick()).map(char::from).collect()
    }
}
