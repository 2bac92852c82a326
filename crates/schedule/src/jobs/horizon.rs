//! The index of series moves ahead with time.

use std::time::Duration;

use renraku_base::Timestamp;
use renraku_db::{Tx, jobs};

use super::pace;
use crate::{
    ScheduleFault,
    model::Zone,
    rules::recurrence::{self, MAX_INSTANCES, Window},
    service::{index, placing},
    store::{
        self,
        events::{Indexed, StoredEvent},
    },
};

/// The kind of the job that brings series further into the index; it enqueues itself for the next day.
pub const EXTEND_HORIZON: &str = "schedule.extend_horizon";

const DAY: Duration = Duration::from_hours(24);
/// How many series one run brings forward, so that its transaction stays short.
const SERIES: i64 = 200;

/// Makes sure that the job is in the queue; called when the server starts.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn start_extending(tx: &mut Tx<'_>) -> Result<(), ScheduleFault> {
    let now = tx.now();
    enqueue(tx, now, 0)
}

/// One run a day, and further runs (`part`) on that day while there is more to do.
fn enqueue(tx: &mut Tx<'_>, due: Timestamp, part: i64) -> Result<(), ScheduleFault> {
    let day = due.seconds().div_euclid(86_400);
    let unique = format!("{EXTEND_HORIZON}:{day}:{part}");
    jobs::enqueue(tx, EXTEND_HORIZON, &(), due, Some(&unique))?;
    Ok(())
}

/// Takes a series that happens too often out of the index. What single occurrences of it book stays there.
fn take_out(tx: &mut Tx<'_>, mut stored: StoredEvent) -> Result<(), ScheduleFault> {
    stored.indexed = Indexed::NOTHING;
    store::events::put_indexed(tx, &stored.id, stored.indexed)?;
    let places = store::placements::list(tx, &stored.id)?;
    for place in places.iter().filter(|place| place.person.is_some()) {
        store::occurrences::remove(tx, &stored.id, Some(place.collection))?;
    }
    placing::mark_dense(tx, &stored, &places)
}

pub(super) fn run(tx: &mut Tx<'_>) -> Result<(), ScheduleFault> {
    let (now, horizon) = (tx.now(), tx.now() + index::AHEAD);
    pace::forget_old(tx)?;
    // What was indexed within the last day is far enough ahead.
    let due = store::events::list_ending_index(tx, horizon - DAY, SERIES)?;
    let more = i64::try_from(due.len()).is_ok_and(|count| count == SERIES);
    for stored in due {
        let Some(from) = stored.indexed.until else { continue };
        let home = store::calendars::get(tx, &stored.calendar)?;
        let zone = home.map_or(Zone::TOKYO, |home| home.time_zone);
        let window = Window { from, to: horizon, zone };
        let (items, truncated) = index::happenings(&stored, window, MAX_INSTANCES)?;
        if truncated {
            take_out(tx, stored)?;
            continue;
        }
        // Those that begin before the old end are in the index already.
        let new: Vec<_> = items.into_iter().filter(|it| it.at.utc_start >= from).collect();
        let until = recurrence::end(&stored.event).is_none_or(|end| end > horizon).then_some(horizon);
        let places = store::placements::list(tx, &stored.id)?;
        index::insert(tx, &stored, &new, &places)?;
        store::events::put_indexed(tx, &stored.id, Indexed { until, ..stored.indexed })?;
    }
    if more {
        let part = now.micros();
        return enqueue(tx, now, part);
    }
    enqueue(tx, now + DAY, 0)
}
