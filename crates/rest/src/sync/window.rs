use std::time::Duration;

use renraku_base::Timestamp;

/// The longest window: 400 days.
const LONGEST: Duration = Duration::from_secs(400 * 86_400);

/// The stretch of time in which a phone holds the schedule, in whole seconds; the end is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// The first instant in it.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
}

impl Window {
    /// `None` when it is empty, turned around or longer than 400 days.
    pub fn new(from: Timestamp, to: Timestamp) -> Option<Self> {
        let (from, to) = (Timestamp::from_seconds(from.seconds()), Timestamp::from_seconds(to.seconds()));
        (from < to && to <= from + LONGEST).then_some(Self { from, to })
    }

    /// A week back and five weeks ahead of `now`'s day: what a phone that asks for nothing in particular gets.
    pub fn around(now: Timestamp) -> Option<Self> {
        const DAY: u64 = 86_400;
        let today = Timestamp::from_seconds(now.seconds().div_euclid(86_400) * 86_400);
        Self::new(today - Duration::from_secs(7 * DAY), today + Duration::from_secs(35 * DAY))
    }

    /// What of this window does not lie in `other`: none, one or two parts.
    pub fn without(self, other: Self) -> Vec<Self> {
        let before = Self { from: self.from, to: self.to.min(other.from) };
        let after = Self { from: self.from.max(other.to), to: self.to };
        [before, after].into_iter().filter(|part| part.from < part.to).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: i64, to: i64) -> Window {
        Window::new(Timestamp::from_seconds(from), Timestamp::from_seconds(to)).unwrap()
    }

    #[test]
    fn what_is_gained_by_moving() {
        let old = window(10, 20);
        assert_eq!(window(12, 18).without(old), []);
        assert_eq!(window(15, 25).without(old), [window(20, 25)]);
        assert_eq!(window(5, 15).without(old), [window(5, 10)]);
        assert_eq!(window(5, 25).without(old), [window(5, 10), window(20, 25)]);
        assert_eq!(window(30, 40).without(old), [window(30, 40)]);
    }

    #[test]
    fn has_an_extent_of_at_most_400_days() {
        let at = Timestamp::from_seconds;
        assert_eq!(Window::new(at(5), at(5)), None);
        assert_eq!(Window::new(at(6), at(5)), None);
        assert!(Window::new(at(0), at(400 * 86_400)).is_some());
        assert_eq!(Window::new(at(0), at(400 * 86_400 + 1)), None);
    }
}
