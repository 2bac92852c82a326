use std::{borrow::Cow, collections::HashMap};

use renraku_base::{CalendarId, EventId, Id, Principal};
use renraku_db::ReadTx;

use super::{
    calendars::readable,
    view::{Sight, name_busy},
};
use crate::{
    ScheduleFault,
    codec::ical::{self, Writer},
    store::{self, calendars::StoredCalendar, objects::StoredObject},
};

/// How many events are read at a time.
const PAGE: i64 = 500;

/// A calendar as one iCalendar file: every event and task in it, as far as the person may see it, and what an imported file said of
/// the calendar. What nothing changed since it was imported, or stored by a client, is written as it came.
///
/// # Errors
/// [`ScheduleFault::NotFound`] when the person may not read the calendar.
pub fn export_calendar(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &CalendarId,
) -> Result<String, ScheduleFault> {
    let (calendar, _) = readable(tx, who, calendar)?;
    let lines = store::calendar_lines::list(tx, &calendar.id)?;
    let mut writer = Writer::with_lines(lines.iter().map(String::as_str));
    add_events(tx, who, &calendar, &mut writer)?;
    let is_mine = calendar.is_of(&who.person);
    add_tasks(tx, &calendar, is_mine, &mut writer)?;
    Ok(writer.finish())
}

fn add_events(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &StoredCalendar,
    writer: &mut Writer,
) -> Result<(), ScheduleFault> {
    let is_mine = calendar.is_of(&who.person);
    let mut after = String::new();
    loop {
        let ids: Vec<EventId> = store::placements::list_after(tx, calendar.collection, &after, PAGE)?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = last.as_str().to_owned();
        let texts: Vec<&str> = ids.iter().map(Id::as_str).collect();
        let sight = Sight::of(tx, who, &texts)?;
        let mut events = store::events::list_by_id(tx, &texts)?;
        events.sort_by(|a, b| a.id.cmp(&b.id));
        let kept: HashMap<String, StoredObject> =
            store::objects::list_by_object(tx, calendar.collection, &texts)?
                .into_iter()
                .map(|object| (object.object.clone(), object))
                .collect();
        for stored in &events {
            let put_away = sight
                .places(&stored.id)
                .any(|place| place.placement.collection == calendar.collection && place.placement.hidden);
            let Some(mut view) =
                sight.view_in(&who.person, stored, calendar.collection).filter(|_| !put_away)
            else {
                continue;
            };
            let kept = kept.get(stored.id.as_str()).filter(|kept| kept.etag == view.etag.as_str());
            let text = kept.and_then(|kept| kept.body.as_deref()).map(|text| shown(text, is_mine));
            if !text.is_some_and(|text| writer.add_text(&text)) {
                name_busy(&mut view.event, &view.etag);
                writer.add(&view.event);
            }
        }
    }
}

/// A text as it is shown: alarms are each person's own.
fn shown(text: &str, is_mine: bool) -> Cow<'_, str> {
    if is_mine { Cow::Borrowed(text) } else { ical::without_alarms(text) }
}

fn add_tasks(
    tx: &mut ReadTx<'_>,
    calendar: &StoredCalendar,
    is_mine: bool,
    writer: &mut Writer,
) -> Result<(), ScheduleFault> {
    let mut after = String::new();
    loop {
        let tasks = store::objects::list_tasks(tx, calendar.collection, &after, PAGE)?;
        let Some(last) = tasks.last() else { return Ok(()) };
        after.clone_from(&last.object);
        for text in tasks.iter().filter_map(|task| task.seen(is_mine)) {
            writer.add_task(&shown(text, is_mine));
        }
    }
}
