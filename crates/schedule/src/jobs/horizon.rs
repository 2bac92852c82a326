//! The index of series moves ahead with time.

use std::time::Duration;

use renraku_base::Timestamp;
use renraku_db::{Db, Tx, jobs};

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
    let now = tx.now();
    pace::forget_old(tx)?;
    // What was indexed within the last day is far enough ahead.
    match extend(tx, now + index::AHEAD - DAY)? {
        0 => enqueue(tx, now + DAY, 0),
        _ => enqueue(tx, now, now.micros()),
    }
}

/// Brings the index so far ahead that windows near to now find all in it: where no server ran for long, before anybody looks. The job
/// does the rest. Gives back how many series that were.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn catch_up(db: &Db) -> Result<usize, ScheduleFault> {
    let mut brought = 0;
    loop {
        match db.write_many(|tx| extend(tx, tx.now() + index::SURE))? {
            0 => return Ok(brought),
            some => brought += some,
        }
    }
}

/// Brings some of the series whose index ends before this further into it, and gives back how many. Of servers that do it at once one
/// waits for the other, and so does whoever changes one of these series.
fn extend(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize, ScheduleFault> {
    tx.hold(EXTEND_HORIZON)?;
    let horizon = tx.now() + index::AHEAD;
    let mut due = store::events::list_ending_index(tx, before, SERIES)?;
    // Whoever holds several holds them in this order.
    due.sort();
    for id in &due {
        tx.hold(id.as_str())?;
        let Some(stored) = store::events::get(tx, id)? else { continue };
        let Some(from) = stored.indexed.until.filter(|until| *until < before) else { continue };
        // Step by step: what came to a long time without a server makes no series one that happens too often.
        extend_one(tx, stored, (from, horizon.min(from + index::AHEAD)))?;
    }
    Ok(due.len())
}

fn extend_one(
    tx: &mut Tx<'_>,
    stored: StoredEvent,
    (from, to): (Timestamp, Timestamp),
) -> Result<(), ScheduleFault> {
    let home = store::calendars::get(tx, &stored.calendar)?;
    let zone = home.map_or(Zone::TOKYO, |home| home.time_zone);
    let (items, truncated) = index::happenings(&stored, Window { from, to, zone }, MAX_INSTANCES)?;
    if truncated {
        return take_out(tx, stored);
    }
    // Those that begin before the old end are in the index already.
    let new: Vec<_> = items.into_iter().filter(|it| it.at.utc_start >= from).collect();
    let until = recurrence::end(&stored.event).is_none_or(|end| end > to).then_some(to);
    let places = store::placements::list(tx, &stored.id)?;
    index::insert(tx, &stored, &new, &places)?;
    Ok(store::events::put_indexed(tx, &stored.id, Indexed { until, ..stored.indexed })?)
}
