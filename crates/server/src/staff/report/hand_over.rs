//! What somebody who leaves has still to hand over.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use renraku_base::{CalendarId, EventId, Limit, PersonId, Principal, Role};
use renraku_db::ReadTx;
use renraku_people::ShareTarget;
use renraku_schedule::{
    ScheduleFault,
    model::{CalendarRelation, Event, Occurrence, Privacy, Status},
    service::{Window, get_event, list_calendars, list_occurrences, list_shares},
};

/// How far ahead is looked: as far as a window may be long.
const AHEAD: Duration = Duration::from_hours(24 * 399);

/// What stands for a title that is not everybody's to read.
const BUSY: &str = "予定あり";

/// An event or a series with its next occurrence.
struct Engagement {
    next: Occurrence,
    /// What is booked by any occurrence.
    rooms: Vec<String>,
}

/// What a person organizes from now on and others count on, each event or series once: it has other participants, books something,
/// or stands in a calendar that others may read. The title of one that is not public is not told.
pub(super) fn events(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Vec<String>, ScheduleFault> {
    let who = Principal::person(person.clone());
    let mut engagements = engagements(tx, &who)?;
    let shared = shared_calendars(tx, &who)?;
    let mut told = Vec::new();
    engagements.sort_by_key(|one| one.next.utc_start);
    for one in engagements {
        let counts = !one.rooms.is_empty()
            || shared.contains(&one.next.calendar_id)
            || has_others(&get_event(tx, &who, &one.next.event_id)?.event, person);
        if counts {
            told.push(line(&one));
        }
    }
    Ok(told)
}

fn engagements(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<Engagement>, ScheduleFault> {
    let now = tx.now();
    let window = Window::new(now, now + AHEAD)?;
    let mut found: HashMap<EventId, Engagement> = HashMap::new();
    let mut cursor = None;
    loop {
        let page = list_occurrences(tx, who, window, None, cursor.as_ref(), Limit::default())?;
        for one in page.items {
            if !one.is_organizer || one.status == Status::Cancelled {
                continue;
            }
            let rooms: Vec<String> = one.facilities.iter().map(|room| room.name.clone()).collect();
            let known = found.entry(one.event_id.clone());
            let known = known.or_insert_with(|| Engagement { next: one, rooms: Vec::new() });
            known
                .rooms
                .extend(rooms.into_iter().filter(|room| !known.rooms.contains(room)).collect::<Vec<_>>());
        }
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(found.into_values().collect()),
        }
    }
}

/// Their own calendars that somebody else may read.
fn shared_calendars(tx: &mut ReadTx<'_>, who: &Principal) -> Result<HashSet<CalendarId>, ScheduleFault> {
    let own = ShareTarget::Person { person_id: who.person.clone() };
    let mut shared = HashSet::new();
    for calendar in list_calendars(tx, who)? {
        if calendar.kind == CalendarRelation::Own {
            let shares = list_shares(tx, who, &calendar.id)?;
            if shares.iter().any(|share| share.role >= Role::Read && share.grantee != own) {
                shared.insert(calendar.id);
            }
        }
    }
    Ok(shared)
}

/// Whether anybody but the person takes part, be it in one occurrence.
fn has_others(event: &Event, person: &PersonId) -> bool {
    event.participants.values().any(|one| one.person_id.as_ref() != Some(person))
        || event.recurrence_overrides.values().any(|patch| patch.changes_people())
}

fn line(Engagement { next, rooms }: &Engagement) -> String {
    let title = next.title.as_deref().filter(|title| next.privacy == Privacy::Public && !title.is_empty());
    let repeats = if next.recurrence_id.is_some() { ", repeats" } else { "" };
    let booked = if rooms.is_empty() { String::new() } else { format!(" ({})", rooms.join(", ")) };
    format!("{} {}{booked}{repeats}", next.start, title.unwrap_or(BUSY))
}
