//! When a person or facility is busy.

use renraku_base::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::{FreeBusyStatus, ParticipationStatus, Privacy, Status};

/// How a time is taken, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BusyStatus {
    /// Perhaps.
    Tentative,
    /// Not at work, or out of use.
    Unavailable,
    /// By something that takes place.
    Confirmed,
}

/// A time that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BusyPeriod {
    /// Its start.
    pub utc_start: Timestamp,
    /// Its end.
    pub utc_end: Timestamp,
    /// How it is taken.
    pub status: BusyStatus,
}

/// How an occurrence takes the time of someone; `None` when it does not.
///
/// What is cancelled, shown as free or secret takes none, nor what they declined or gave to someone else. What they did
/// not yet answer may.
#[must_use]
pub fn busy_status(
    status: Status,
    free_busy: FreeBusyStatus,
    privacy: Privacy,
    participation: Option<ParticipationStatus>,
) -> Option<BusyStatus> {
    if free_busy == FreeBusyStatus::Free || !takes_time(status, privacy) {
        return None;
    }
    let by_event = if status == Status::Tentative { BusyStatus::Tentative } else { BusyStatus::Confirmed };
    match participation {
        Some(ParticipationStatus::Declined | ParticipationStatus::Delegated) => None,
        Some(ParticipationStatus::NeedsAction | ParticipationStatus::Tentative) => {
            Some(BusyStatus::Tentative)
        }
        Some(ParticipationStatus::Accepted) | None => Some(by_event),
    }
}

/// Whether an event takes the time of whoever comes to it and does not say that they are free.
#[must_use]
pub fn takes_time(status: Status, privacy: Privacy) -> bool {
    status != Status::Cancelled && privacy != Privacy::Secret
}

/// Joins periods that touch and cuts them to a window: the result is in order and nowhere overlaps; where periods
/// overlapped, the strongest status stands.
#[must_use]
pub fn merge(periods: &[BusyPeriod], from: Timestamp, to: Timestamp) -> Vec<BusyPeriod> {
    let mut edges: Vec<(Timestamp, BusyStatus, i32)> = Vec::with_capacity(periods.len() * 2);
    for period in periods {
        let (start, end) = (period.utc_start.max(from), period.utc_end.min(to));
        if start < end {
            edges.push((start, period.status, 1));
            edges.push((end, period.status, -1));
        }
    }
    edges.sort_unstable();
    let mut open = [0_i32; 3];
    let mut merged: Vec<BusyPeriod> = Vec::new();
    let mut since = from;
    for (at, status, change) in edges {
        if let Some(strongest) = strongest(open)
            && since < at
        {
            push(&mut merged, BusyPeriod { utc_start: since, utc_end: at, status: strongest });
        }
        since = at;
        open[status as usize] += change;
    }
    merged
}

fn strongest(open: [i32; 3]) -> Option<BusyStatus> {
    [BusyStatus::Confirmed, BusyStatus::Unavailable, BusyStatus::Tentative]
        .into_iter()
        .find(|status| open[*status as usize] > 0)
}

fn push(merged: &mut Vec<BusyPeriod>, next: BusyPeriod) {
    match merged.last_mut() {
        Some(last) if last.utc_end == next.utc_start && last.status == next.status => {
            last.utc_end = next.utc_end;
        }
        _ => merged.push(next),
    }
}

#[cfg(test)]
mod tests {
    use BusyStatus::{Confirmed, Tentative, Unavailable};

    use super::*;

    fn period(start: i64, end: i64, status: BusyStatus) -> BusyPeriod {
        BusyPeriod {
            utc_start: Timestamp::from_seconds(start),
            utc_end: Timestamp::from_seconds(end),
            status,
        }
    }

    fn merged(periods: &[BusyPeriod]) -> Vec<(i64, i64, BusyStatus)> {
        merge(periods, Timestamp::from_seconds(0), Timestamp::from_seconds(100))
            .iter()
            .map(|it| (it.utc_start.seconds(), it.utc_end.seconds(), it.status))
            .collect()
    }

    #[test]
    fn joins_what_touches_and_cuts_to_the_window() {
        assert_eq!(
            merged(&[
                period(30, 40, Confirmed),
                period(10, 20, Confirmed),
                period(20, 30, Confirmed),
                period(90, 120, Tentative),
                period(-5, 0, Confirmed)
            ]),
            [(10, 40, Confirmed), (90, 100, Tentative)]
        );
        assert_eq!(merged(&[]), []);
        assert_eq!(merged(&[period(50, 50, Confirmed), period(60, 55, Confirmed)]), []);
    }

    #[test]
    fn the_strongest_stands_where_periods_overlap() {
        assert_eq!(
            merged(&[period(0, 50, Tentative), period(10, 20, Confirmed), period(15, 30, Unavailable)]),
            [(0, 10, Tentative), (10, 20, Confirmed), (20, 30, Unavailable), (30, 50, Tentative)]
        );
        assert_eq!(
            merged(&[period(0, 20, Confirmed), period(10, 30, Confirmed), period(5, 6, Tentative)]),
            [(0, 30, Confirmed)]
        );
    }

    #[test]
    fn who_is_busy_with_what() {
        use FreeBusyStatus::{Busy, Free};
        use ParticipationStatus as Answer;
        use Privacy::{Private, Public, Secret};
        use Status::Cancelled;
        let (sure, unsure) = (Status::Confirmed, Status::Tentative);
        for (status, free_busy, privacy, answer, expected) in [
            (sure, Busy, Public, None, Some(Confirmed)),
            (sure, Busy, Private, None, Some(Confirmed)),
            (unsure, Busy, Public, None, Some(Tentative)),
            (Cancelled, Busy, Public, None, None),
            (sure, Free, Public, None, None),
            (sure, Busy, Secret, None, None),
            (sure, Busy, Public, Some(Answer::Accepted), Some(Confirmed)),
            (sure, Busy, Public, Some(Answer::Tentative), Some(Tentative)),
            (sure, Busy, Public, Some(Answer::NeedsAction), Some(Tentative)),
            (sure, Busy, Public, Some(Answer::Declined), None),
            (sure, Busy, Public, Some(Answer::Delegated), None),
            (unsure, Busy, Public, Some(Answer::Accepted), Some(Tentative)),
            (Cancelled, Busy, Public, Some(Answer::Accepted), None),
        ] {
            let told = (status, free_busy, privacy, answer);
            assert_eq!(busy_status(status, free_busy, privacy, answer), expected, "{told:?}");
        }
    }
}
