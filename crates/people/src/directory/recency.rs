//! How long ago somebody was in touch, as far as it counts.

use std::time::Duration;

use renraku_base::{PersonId, Timestamp};

/// As many are recent: those with whom somebody was in touch last.
pub(super) const MOST: usize = 50;

/// Who was in touch longer ago than this is forgotten.
pub(super) const KEPT: Duration = Duration::from_hours(90 * 24);

/// Whoever is written to as one of more than this is one of a crowd: that makes nobody recent.
pub(super) const CROWD: usize = 50;

/// Within this time of the last contact another one is none of its own: it need not be written.
pub(super) const SAME_CONTACT: Duration = Duration::from_mins(5);

/// So many rows a person may gather until those that are recent no more are taken away.
pub(super) const ROWS: usize = 2 * MOST;

/// How long ago is told apart by a search: coarse, so that the order of a list stands still while somebody turns its pages.
const AGES: [Duration; 3] =
    [Duration::from_hours(24), Duration::from_hours(7 * 24), Duration::from_hours(30 * 24)];

/// How near favourites are; whoever is recent is further, from [`RECENT`] on, and all others from [`OTHERS`] on.
pub(super) const FAVOURITE: u8 = 0;
const RECENT: u8 = 1;
pub(super) const OTHERS: u8 = 5;

/// Whom a person finds before others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Preferred {
    /// Their favourites.
    pub favourites: Vec<PersonId>,
    /// With whom they were in touch, last first.
    pub recent: Vec<(PersonId, Timestamp)>,
}

impl Preferred {
    /// Each of them with how near they are at `now`.
    pub fn distances(self, now: Timestamp) -> Vec<(PersonId, u8)> {
        let recent = self.recent.into_iter().map(|(person, at)| (person, distance(at, now)));
        self.favourites.into_iter().map(|person| (person, FAVOURITE)).chain(recent).collect()
    }
}

/// How near somebody is who was in touch at `at`.
fn distance(at: Timestamp, now: Timestamp) -> u8 {
    let older = AGES.iter().filter(|age| at <= now - **age).count();
    u8::try_from(older).map_or(OTHERS - 1, |older| RECENT + older)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_a_week_a_month_and_the_rest_are_told_apart() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let hours = |hours: u64| distance(now - Duration::from_hours(hours), now);
        assert_eq!([0, 23, 24, 167, 168, 719, 720, 2_160].map(hours), [1, 1, 2, 2, 3, 3, 4, 4]);
        assert!((FAVOURITE + 1..OTHERS).contains(&hours(9_999)));
    }
}
