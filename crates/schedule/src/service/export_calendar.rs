use renraku_base::{CalendarId, EventId, Id, Principal};
use renraku_db::ReadTx;

use super::{calendars::readable, view::Sight};
use crate::{ScheduleFault, codec::ical, store};

/// How many events are read at a time.
const PAGE: i64 = 500;

/// A calendar as one iCalendar file: every event in it, as far as the person may see it.
///
/// # Errors
/// [`ScheduleFault::NotFound`] when the person may not read the calendar.
pub fn export_calendar(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &CalendarId,
) -> Result<String, ScheduleFault> {
    let (calendar, _) = readable(tx, who, calendar)?;
    let mut writer = ical::Writer::default();
    let mut after = String::new();
    loop {
        let ids: Vec<EventId> = store::placements::list_after(tx, calendar.collection, &after, PAGE)?;
        let Some(last) = ids.last() else { return Ok(writer.finish()) };
        after = last.as_str().to_owned();
        let texts: Vec<&str> = ids.iter().map(Id::as_str).collect();
        let sight = Sight::of(tx, who, &texts)?;
        let mut events = store::events::list_by_id(tx, &texts)?;
        events.sort_by(|a, b| a.id.cmp(&b.id));
        for stored in &events {
            let put_away = sight
                .places(&stored.id)
                .any(|place| place.placement.collection == calendar.collection && place.placement.hidden);
            if !put_away && let Some(view) = sight.view(&who.person, stored) {
                writer.add(&view.event);
            }
        }
    }
}
