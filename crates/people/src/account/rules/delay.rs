use std::time::Duration;

use chrono::{FixedOffset, TimeZone};
use renraku_base::Timestamp;

/// Japan has no summer time: nine hours, always.
const JST_S: i32 = 9 * 3_600;

/// When the next try of a password counts, after so many wrong ones in a row: at once after the first two, which are slips of
/// a finger; then after 1 second, up to the 9th after 3, up to the 25th after 5, up to the 100th after 10 seconds, and after
/// that not before midnight.
pub(crate) fn next_try(failures: u32, now: Timestamp) -> Timestamp {
    let wait_s = match failures {
        0..=2 => return now,
        3 => 1,
        4..=9 => 3,
        10..=25 => 5,
        26..=100 => 10,
        _ => return next_midnight(now),
    };
    now + Duration::from_secs(wait_s)
}

/// The next midnight in Japan, when failures are forgotten.
pub(crate) fn next_midnight(now: Timestamp) -> Timestamp {
    let next = FixedOffset::east_opt(JST_S).and_then(|jst| {
        let tomorrow = now.to_datetime().with_timezone(&jst).date_naive().succ_opt()?;
        jst.from_local_datetime(&tomorrow.and_hms_opt(0, 0, 0)?).single()
    });
    next.map_or(now + Duration::from_secs(24 * 3_600), |at| at.to_utc().into())
}

/// For how many whole seconds a phone is told to wait.
pub(crate) fn seconds_until(at: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(at.micros().saturating_sub(now.micros())).unwrap_or(0).div_ceil(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_and_ends_at_midnight() {
        let now: Timestamp = "2026-04-01T10:00:00+09:00".parse().unwrap();
        let wait = |failures| seconds_until(next_try(failures, now), now);
        for (failures, seconds) in [
            (0, 0),
            (1, 0),
            (2, 0),
            (3, 1),
            (4, 3),
            (9, 3),
            (10, 5),
            (25, 5),
            (26, 10),
            (100, 10),
            (101, 14 * 3_600),
        ] {
            assert_eq!(wait(failures), seconds, "{failures} failures");
        }
    }

    #[test]
    fn midnight_is_japans() {
        let before: Timestamp = "2026-04-01T14:59:59Z".parse().unwrap();
        let midnight: Timestamp = "2026-04-01T15:00:00Z".parse().unwrap();
        assert_eq!(next_midnight(before), midnight);
        assert_eq!(next_midnight(midnight), midnight + Duration::from_secs(24 * 3_600));
    }
}
