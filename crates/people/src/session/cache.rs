use std::{collections::HashMap, mem, sync::Mutex, sync::PoisonError};

use renraku_base::{Principal, Timestamp};

/// What a verified access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verified {
    /// Who bears it.
    pub principal: Principal,
    /// The generation of the device's session.
    pub generation: i64,
    /// When it ends.
    pub expires: Timestamp,
}

/// What is known of credentials that were verified, by their SHA-256, so that each costs that work once.
///
/// Two halves bound it: when the young one is full it becomes the old one, and what was not asked for since is
/// forgotten. Nothing is swept, and a credential in use stays.
pub(super) struct Cache<V> {
    halves: Mutex<Halves<V>>,
    half: usize,
}

struct Halves<V> {
    young: HashMap<[u8; 32], V>,
    old: HashMap<[u8; 32], V>,
}

impl<V: Clone> Cache<V> {
    /// A cache of at most `capacity` credentials.
    pub fn new(capacity: usize) -> Self {
        let halves = Halves { young: HashMap::new(), old: HashMap::new() };
        Self { halves: Mutex::new(halves), half: (capacity / 2).max(1) }
    }

    /// What is known of the credential of this hash.
    pub fn get(&self, hash: &[u8; 32]) -> Option<V> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(verified) = halves.young.get(hash) {
            return Some(verified.clone());
        }
        let verified = halves.old.remove(hash)?;
        self.keep(&mut halves, *hash, verified.clone());
        Some(verified)
    }

    /// Remembers what is known of the credential of this hash.
    pub fn put(&self, hash: [u8; 32], verified: V) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        self.keep(&mut halves, hash, verified);
    }

    /// Forgets all of which this is not to be known any more.
    pub fn retain(&self, keep: impl Fn(&V) -> bool) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.young.retain(|_, known| keep(known));
        halves.old.retain(|_, known| keep(known));
    }

    /// Forgets the credential of this hash.
    pub fn remove(&self, hash: &[u8; 32]) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.young.remove(hash);
        halves.old.remove(hash);
    }

    fn keep(&self, halves: &mut Halves<V>, hash: [u8; 32], verified: V) {
        if halves.young.len() >= self.half {
            halves.old = mem::take(&mut halves.young);
        }
        halves.young.insert(hash, verified);
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        let halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.young.len() + halves.old.len()
    }
}

#[cfg(test)]
mod tests {
    use renraku_base::Id;

    use super::*;

    #[test]
    fn is_bounded_and_keeps_what_is_used() {
        let cache = Cache::new(10);
        let verified = Verified {
            principal: Principal::person(Id::stored("p".to_owned())),
            generation: 1,
            expires: Timestamp::from_seconds(1),
        };
        cache.put([0; 32], verified.clone());
        for n in 1..100 {
            cache.put([n; 32], verified.clone());
            assert_eq!(cache.get(&[0; 32]), Some(verified.clone()), "in use after {n} others");
            assert!(cache.len() <= 10);
        }
        assert_eq!(cache.get(&[1; 32]), None);
        cache.remove(&[0; 32]);
        assert_eq!(cache.get(&[0; 32]), None);
    }
}
