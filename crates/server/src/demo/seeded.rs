use renraku_base::{Id, Timestamp};

/// A small generator of numbers (SplitMix64) whose sequence is the same on every machine and in every version, so that
/// one seed always makes the same office.
#[derive(Debug, Clone)]
pub struct Seeded(u64);

impl Seeded {
    /// The sequence that begins at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A sequence of its own for one subject, so that a new draw in one place does not move all others.
    pub fn fork(&self, subject: u64) -> Self {
        let mut fork = Self(self.0 ^ subject.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        fork.next();
        fork
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, `end`; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX);
        usize::try_from(self.next().checked_rem(end).unwrap_or(0)).unwrap_or(0)
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `choices`; `None` when there is none.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let at = self.below(choices.len());
        choices.get(at)
    }

    /// An identifier (UUIDv7) stamped with `at`.
    pub fn new_id<K>(&mut self, at: Timestamp) -> Id<K> {
        let millis = u64::try_from(at.micros() / 1_000).unwrap_or(0);
        let mut random = [0; 10];
        let (left, right) = (self.next().to_le_bytes(), self.next().to_le_bytes());
        for (byte, source) in random.iter_mut().zip(left.into_iter().chain(right)) {
            *byte = source;
        }
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_makes_one_sequence() {
        let mut rng = Seeded::new(42);
        // The published first values of SplitMix64 for this seed.
        assert_eq!(rng.next(), 13_679_457_532_755_275_413);
        assert_eq!(rng.next(), 2_949_826_092_126_892_291);
        let again: Vec<usize> = (0..5).map(|_| Seeded::new(7).fork(1).below(100)).collect();
        assert!(again.windows(2).all(|pair| pair[0] == pair[1]));
        assert_ne!(Seeded::new(7).fork(1).next(), Seeded::new(7).fork(2).next());
    }
}
