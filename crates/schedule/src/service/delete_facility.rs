use renraku_base::{ETag, EventId, FacilityId, Precondition, Principal};
use renraku_db::{Changed, CollectionId, ObjectType, Tx, changes};
use renraku_notify::{Notice, NotificationType, Repeat, Subject, service as notify};
use renraku_people::access;

use super::{
    audience::{Audiences, renew},
    facilities::{collection, looks_after, shown},
    placing,
};
use crate::{
    ScheduleFault, jobs,
    rules::recurrence,
    store::{self, events::StoredEvent, facilities::StoredFacility, placements::Placement},
};

/// How many bookings are released before the next ones are read.
const PAGE: i64 = 200;

/// Takes a facility out of use. Events that booked it go on without it, and whoever organizes one that is not over is told.
///
/// # Errors
/// [`ScheduleFault::NotFound`], [`ScheduleFault::Forbidden`] for those who do not look after it, [`ScheduleFault::Stale`].
pub fn delete_facility(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &FacilityId,
    precondition: &Precondition,
) -> Result<Changed<()>, ScheduleFault> {
    let facility = store::facilities::get(tx, id)?.ok_or(ScheduleFault::NotFound)?;
    if !looks_after(tx, who, &facility)? {
        return Err(ScheduleFault::Forbidden);
    }
    if !precondition.holds(&ETag::of(facility.version)) {
        return Err(ScheduleFault::stale(&shown(facility)));
    }
    store::facilities::lock(tx, id)?.ok_or(ScheduleFault::NotFound)?;
    let calendar = store::calendars::get(tx, &facility.calendar)?.ok_or(ScheduleFault::NotFound)?;
    loop {
        let events = store::placements::list_after(tx, calendar.collection, "", PAGE)?;
        if events.is_empty() {
            break;
        }
        for event in &events {
            release(tx, event, &facility, calendar.collection)?;
        }
    }
    access::remove_grants(tx, calendar.collection, (ObjectType::Calendar, &calendar.id))?;
    store::facilities::remove(tx, id)?;
    store::calendars::remove(tx, &calendar.id)?;
    let all = collection(tx)?;
    Ok(changes::record_gone(tx, all, ObjectType::Facility, id).with(()))
}

/// Takes the facility off one event.
fn release(
    tx: &mut Tx<'_>,
    event: &EventId,
    facility: &StoredFacility,
    bookings: CollectionId,
) -> Result<(), ScheduleFault> {
    tx.hold(event.as_str())?;
    store::occurrences::remove(tx, event, Some(bookings))?;
    store::placements::remove(tx, event, bookings)?;
    let Some(mut stored) = store::events::get(tx, event)? else { return Ok(()) };
    let before = stored.clone();
    stored.facilities.retain(|booked| *booked != facility.id);
    let own = stored.event.recurrence_overrides.iter();
    let own: Vec<_> =
        own.filter_map(|(recurrence_id, patch)| Some((*recurrence_id, patch.facility_ids()?))).collect();
    for (recurrence_id, mut booked) in own {
        booked.retain(|booked| *booked != facility.id);
        stored.event.put_facility_ids(recurrence_id, Some(&booked));
    }
    renew(tx, &before, &mut stored);
    stored.event.sequence = stored.event.sequence.saturating_add(1);
    stored.event.updated = Some(tx.now());
    store::events::put(tx, &stored)?;
    let places: Vec<Placement> = store::placements::list(tx, event)?;
    let audiences = Audiences::of_change(&before.event, &stored.event);
    let _recorded = placing::record(tx, event, (&places, &places), audiences)?;
    tell_organizer(tx, &stored, facility)
}

fn tell_organizer(
    tx: &mut Tx<'_>,
    stored: &StoredEvent,
    facility: &StoredFacility,
) -> Result<(), ScheduleFault> {
    let Some(organizer) = &stored.organizer else { return Ok(()) };
    if recurrence::end(&stored.event).is_some_and(|end| end < tx.now()) {
        return Ok(());
    }
    let mut details = jobs::details(&stored.event);
    details.place = Some(facility.name.clone());
    let subject = Subject {
        event_id: Some(stored.id.clone()),
        facility_id: Some(facility.id.clone()),
        ..Subject::default()
    };
    let notice =
        Notice { kind: NotificationType::RoomLost, subject, actor: None, details, repeat: Repeat::Add };
    Ok(notify::tell(tx, organizer, &notice)?)
}
