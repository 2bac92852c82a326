use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use renraku_base::{DeviceId, Timestamp};
use sha2::{Digest, Sha256};

use crate::account::delay;

const REMEMBERED: usize = 100_000;

/// Wrong passwords in a row, so that guessing takes longer than a life.
///
/// A device that the account knows has a count of its own: who guesses elsewhere does not lock the owner's phone out.
/// Kept in this process's memory: a restart forgets it, and each process counts for itself.
pub(crate) struct Lockout {
    counts: Mutex<HashMap<Subject, Count>>,
    capacity: usize,
}

/// Whose password is tried from where; names are not kept, so an unknown username is counted like a known one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Subject([u8; 32]);

impl Subject {
    /// The username as typed or as known, from a known device or from anywhere else.
    pub fn new(username: &str, known_device: Option<&DeviceId>) -> Self {
        let mut hash = Sha256::new();
        hash.update(username);
        hash.update([0]);
        hash.update(known_device.map_or("", |device| device.as_str()));
        Self(hash.finalize().into())
    }
}

#[derive(Clone, Copy)]
struct Count {
    failures: u32,
    next_try: Timestamp,
    forgotten_at: Timestamp,
}

impl Lockout {
    pub fn new() -> Self {
        Self::with_capacity(REMEMBERED)
    }

    fn with_capacity(capacity: usize) -> Self {
        Self { counts: Mutex::default(), capacity }
    }

    /// How many seconds the next try must wait; `None` when it need not.
    pub fn wait_s(&self, subject: &Subject, now: Timestamp) -> Option<u64> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.get(subject)?;
        (now < count.next_try).then(|| delay::seconds_until(count.next_try, now))
    }

    /// Counts a wrong password.
    pub fn failed(&self, subject: Subject, now: Timestamp) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= self.capacity && !counts.contains_key(&subject) {
            make_room(&mut counts, now);
        }
        let before =
            counts.get(&subject).filter(|count| now < count.forgotten_at).map_or(0, |count| count.failures);
        let failures = before.saturating_add(1);
        let count = Count {
            failures,
            next_try: delay::next_try(failures, now),
            forgotten_at: delay::next_midnight(now),
        };
        counts.insert(subject, count);
    }

    /// The right password ends the count.
    pub fn succeeded(&self, subject: &Subject) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).remove(subject);
    }
}

/// Forgets what is over, or else whoever failed least: a flood of invented names does not wash out a long count.
fn make_room(counts: &mut HashMap<Subject, Count>, now: Timestamp) {
    let before = counts.len();
    counts.retain(|_, count| now < count.forgotten_at);
    if counts.len() < before {
        return;
    }
    let least =
        counts.iter().min_by_key(|(_, count)| (count.failures, count.next_try)).map(|(subject, _)| *subject);
    if let Some(subject) = least {
        counts.remove(&subject);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use renraku_base::Entropy;

    use super::*;

    fn noon() -> Timestamp {
        "2026-04-01T12:00:00+09:00".parse().unwrap()
    }

    #[test]
    fn ten_wrong_ones_cost_five_seconds() {
        let lockout = Lockout::new();
        let subject = Subject::new("hanako", None);
        let mut now = noon();
        for _ in 0..9 {
            assert_eq!(lockout.wait_s(&subject, now), None);
            lockout.failed(subject, now);
            now = now + Duration::from_secs(lockout.wait_s(&subject, now).unwrap_or(0));
        }
        lockout.failed(subject, now);
        assert_eq!(lockout.wait_s(&subject, now), Some(5));
        assert_eq!(lockout.wait_s(&Subject::new("taro", None), now), None);
        let phone = Entropy.uuid_v4().into();
        assert_eq!(lockout.wait_s(&Subject::new("hanako", Some(&phone)), now), None);
        lockout.succeeded(&subject);
        assert_eq!(lockout.wait_s(&subject, now), None);
    }

    #[test]
    fn midnight_forgets() {
        let lockout = Lockout::new();
        let subject = Subject::new("hanako", None);
        for _ in 0..101 {
            lockout.failed(subject, noon());
        }
        assert_eq!(lockout.wait_s(&subject, noon()), Some(12 * 3_600));
        let midnight = noon() + Duration::from_secs(12 * 3_600);
        assert_eq!(lockout.wait_s(&subject, midnight), None);
        lockout.failed(subject, midnight);
        assert_eq!(lockout.wait_s(&subject, midnight), None);
    }

    #[test]
    fn invented_names_do_not_wash_out_a_long_count() {
        let lockout = Lockout::with_capacity(10);
        let subject = Subject::new("hanako", None);
        for _ in 0..5 {
            lockout.failed(subject, noon());
        }
        for n in 0..1_000 {
            lockout.failed(Subject::new(&n.to_string(), None), noon());
        }
        assert_eq!(lockout.wait_s(&subject, noon()), Some(3));
        assert!(lockout.counts.lock().unwrap().len() <= 10);
    }
}
