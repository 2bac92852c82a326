use renraku_base::Id;
use renraku_db::{CollectionId, ObjectType, ReadTx, changes::Change};
use renraku_schedule::{
    ScheduleFault,
    model::Calendar,
    service::{
        Window as ScheduleWindow,
        sync::{self as service, SyncedEvent},
    },
};
use serde::Serialize;

use super::{Ask, Found, Listed, Lost, Object, Page, Problem, Scope, Window, ids_of, stored};
use crate::sync::page::{Pieces, piece};

/// The occurrences of one event in the window, as `sync` tells them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Occurrences<'a, T> {
    event_id: &'a str,
    items: &'a [T],
}

impl Window {
    fn in_schedule(self) -> Result<ScheduleWindow, ScheduleFault> {
        ScheduleWindow::new(self.from, self.to)
    }
}

fn pieces(synced: &SyncedEvent) -> Result<Pieces, Problem> {
    let occurrences = Occurrences { event_id: synced.event.id.as_str(), items: &synced.occurrences };
    Ok(vec![piece("events", &synced.event)?, piece("occurrences", &occurrences)?])
}

/// The calendar itself is listed before its events, under the empty cursor.
pub(super) fn list(
    tx: &mut ReadTx<'_>,
    ask: &Ask,
    collection: CollectionId,
    scope: &Scope<'_>,
    cursor: &str,
    count: usize,
) -> Result<Listed, Problem> {
    let mut objects = Vec::new();
    if cursor.is_empty()
        && !scope.gained_only
        && let Some(calendar) = service::calendar_of(tx, &ask.who, collection)?
    {
        // The least sort key of all: every event's id comes after it.
        objects.push(("0".to_owned(), Some(vec![piece("calendars", &calendar)?])));
    }
    let room = count - objects.len();
    let mut more = room == 0;
    if room > 0 {
        let window = scope.window.in_schedule()?;
        let parts = scope.parts.iter().map(|part| part.in_schedule()).collect::<Result<Vec<_>, _>>()?;
        let events = service::list_events(tx, &ask.who, collection, (window, &parts), cursor, room)?;
        more = events.len() == room;
        for (id, event) in &events {
            objects.push((id.to_string(), event.as_ref().map(pieces).transpose()?));
        }
    }
    Ok(Listed { objects, more })
}

pub(super) fn get(tx: &mut ReadTx<'_>, ask: &Ask, window: Window, rows: &[Change]) -> Result<Found, Problem> {
    let mut found = Found::new();
    let ids = ids_of(rows, ObjectType::Calendar);
    if !ids.is_empty() {
        for calendar in service::get_calendars(tx, &ask.who, &stored(ids))? {
            found.insert(
                (ObjectType::Calendar, calendar.id.to_string()),
                vec![piece("calendars", &calendar)?].into(),
            );
        }
    }
    let ids = ids_of(rows, ObjectType::Event);
    if !ids.is_empty() {
        for event in service::get_events(tx, &ask.who, &stored(ids), window.in_schedule()?)? {
            let object = Object { pieces: pieces(&event)?, details: event.details };
            found.insert((ObjectType::Event, event.event.id.to_string()), object);
        }
    }
    Ok(found)
}

/// A calendar that was lost: its events are gone, or sent as they are still seen elsewhere.
pub(super) fn lose(
    tx: &mut ReadTx<'_>,
    ask: &Ask,
    lost: &Lost,
    (held, window): (Window, Window),
    page: &mut Page,
) -> Result<(), Problem> {
    let held = service::Held {
        collection: lost.one.head.collection,
        own: lost.one.own,
        log: &lost.log,
        window: held.in_schedule()?,
    };
    if let Some(lost) = service::list_lost(tx, &ask.who, &held, window.in_schedule()?)? {
        page.put_gone("calendars", lost.calendar.into_string());
        for event in &lost.kept {
            page.put(pieces(event)?);
        }
        lost.gone.into_iter().map(Id::into_string).for_each(|id| page.put_gone("events", id));
    }
    Ok(())
}

/// Events that a calendar shows in `left` and no longer in the window.
pub(super) fn leave_window(
    tx: &mut ReadTx<'_>,
    ask: &Ask,
    collection: CollectionId,
    left: Window,
    window: Window,
    page: &mut Page,
) -> Result<(), Problem> {
    let (left, window) = (left.in_schedule()?, window.in_schedule()?);
    for id in service::list_left(tx, &ask.who, collection, left, window)? {
        page.put_gone("events", id.into_string());
    }
    Ok(())
}

pub(super) fn calendar_of(
    tx: &mut ReadTx<'_>,
    ask: &Ask,
    collection: CollectionId,
) -> Result<Option<Calendar>, Problem> {
    Ok(service::calendar_of(tx, &ask.who, collection)?)
}
