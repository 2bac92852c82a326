use std::collections::BTreeSet;

use renraku_base::{Id, Principal, Timestamp};
use renraku_db::ReadTx;

use super::{ObjectCalendar, ObjectHead, list::heads};
use crate::{ScheduleFault, rules::recurrence, store};

/// The events of a calendar that take place between two instants, in ascending order of their ids.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn find(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<ObjectHead>, ScheduleFault> {
    let bounds = (from, to);
    let mut ids: BTreeSet<String> =
        store::occurrences::list_event_ids(tx, calendar.collection, bounds, "", i64::MAX)?
            .into_iter()
            .map(Id::into_string)
            .collect();
    for series in store::events::list_open(tx, &[calendar.collection], bounds)? {
        let id = series.stored.id.as_str();
        if ids.contains(id) {
            continue;
        }
        let window = recurrence::Window { from, to, zone: series.zone };
        if !recurrence::expand(&series.stored.event, window, 1).items.is_empty() {
            ids.insert(id.to_owned());
        }
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    Ok(heads(tx, who, calendar, &ids)?.into_values().collect())
}
