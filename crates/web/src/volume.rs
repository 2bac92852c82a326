use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Nobody looks for so many colleagues, cards and mails within a day.
pub(crate) const UNUSUAL: u32 = 2_000;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How often each person searched within a day of their own, which begins with a search.
#[derive(Debug, Default)]
pub(crate) struct Volume(Mutex<HashMap<String, Count>>);

#[derive(Debug, Clone, Copy)]
struct Count {
    begun: Instant,
    searches: u32,
}

impl Volume {
    /// Counts a search; whether with it the day has become an unusual one.
    pub fn count(&self, person: &str, now: Instant) -> bool {
        let mut counts = self.counts();
        let fresh = Count { begun: now, searches: 0 };
        let count = match counts.get_mut(person) {
            Some(count) => count,
            None => counts.entry(person.to_owned()).or_insert(fresh),
        };
        if now.duration_since(count.begun) >= DAY {
            *count = fresh;
        }
        count.searches = count.searches.saturating_add(1);
        count.searches == UNUSUAL
    }

    /// Forgets the days that are over.
    pub fn forget(&self, now: Instant) {
        self.counts().retain(|_, count| now.duration_since(count.begun) < DAY);
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<String, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unusual_day_is_told_once() {
        let (volume, morning) = (Volume::default(), Instant::now());
        let told =
            |person: &str, count: u32, at: Instant| (0..count).filter(|_| volume.count(person, at)).count();
        assert_eq!(told("hanako", UNUSUAL - 1, morning), 0);
        assert_eq!(told("taro", 5, morning), 0);
        assert_eq!(told("hanako", UNUSUAL, morning + DAY / 2), 1);
        assert_eq!(told("hanako", UNUSUAL - 1, morning + DAY), 0, "a new day");
        volume.forget(morning + DAY);
        assert_eq!(volume.counts().len(), 1, "of taro's day nothing is left");
        assert_eq!(told("hanako", 1, morning + DAY), 1);
    }
}
