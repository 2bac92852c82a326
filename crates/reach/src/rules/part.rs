//! What somebody did about a memo.

use renraku_base::Timestamp;

use crate::model::PhoneMemoPatch;

/// Whether, and when, a memo was seen and done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// When it was seen.
    pub seen_at: Option<Timestamp>,
    /// When what was to be done had been done.
    pub done_at: Option<Timestamp>,
}

impl Progress {
    /// After a patch at `now`: what is done was seen.
    pub fn patched(self, patch: PhoneMemoPatch, now: Timestamp) -> Self {
        let after = |patch: Option<Option<Timestamp>>, before: Option<Timestamp>| {
            patch.map_or(before, |at| at.map(|at| at.min(now)))
        };
        let done_at = after(patch.done_at, self.done_at);
        Self { seen_at: after(patch.seen_at, self.seen_at).or(done_at), done_at }
    }

    /// How far all together are: as far as the last of them.
    pub fn of_all(all: impl Iterator<Item = Self>) -> Self {
        let later = |one: Option<Timestamp>, other: Option<Timestamp>| Some(one?.max(other?));
        let together = |one: Self, other: Self| Self {
            seen_at: later(one.seen_at, other.seen_at),
            done_at: later(one.done_at, other.done_at),
        };
        all.reduce(together).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Option<Timestamp> {
        Some(Timestamp::from_seconds(seconds))
    }

    fn progress(seen: Option<Timestamp>, done: Option<Timestamp>) -> Progress {
        Progress { seen_at: seen, done_at: done }
    }

    #[test]
    fn what_is_done_was_seen() {
        let now = Timestamp::from_seconds(100);
        let patch = |seen_at, done_at| PhoneMemoPatch { seen_at, done_at };
        let new = Progress::default();
        assert_eq!(new.patched(patch(Some(at(50)), None), now), progress(at(50), None));
        assert_eq!(new.patched(patch(None, Some(at(60))), now), progress(at(60), at(60)));
        assert_eq!(new.patched(patch(Some(at(900)), None), now), progress(at(100), None));
        let done = progress(at(50), at(60));
        assert_eq!(done.patched(patch(Some(None), None), now), progress(at(60), at(60)));
        assert_eq!(done.patched(patch(None, Some(None)), now), progress(at(50), None));
        assert_eq!(done.patched(patch(Some(None), Some(None)), now), new);
        assert_eq!(done.patched(patch(None, None), now), done);
    }

    #[test]
    fn all_are_as_far_as_the_last_of_them() {
        let of_all = |all: &[Progress]| Progress::of_all(all.iter().copied());
        assert_eq!(of_all(&[progress(at(1), at(2)), progress(at(3), None)]), progress(at(3), None));
        assert_eq!(of_all(&[progress(at(1), at(9)), progress(at(3), at(4))]), progress(at(3), at(9)));
        assert_eq!(of_all(&[progress(None, None), progress(at(3), at(4))]), Progress::default());
    }
}
