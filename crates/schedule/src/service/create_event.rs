use renraku_base::{CalendarId, Principal, Role};
use renraku_db::{Changed, CollectionId, ReadTx, Tx};
use renraku_notify::NotificationType;
use renraku_people::{access, directory::service::note_contact};

use super::{
    booking,
    calendars::{readable, stored_default},
    index, placing, staff,
    update_event::secret_of_another,
    view::{Sight, without_alerts},
};
use crate::{
    ScheduleFault,
    jobs::{self, News},
    model::{CalendarKind, EventDraft, EventView, Own, Status},
    store::{
        self,
        calendars::StoredCalendar,
        events::{Indexed, StoredEvent},
        placements::StoredOwn,
    },
};

/// Stores a new event in a calendar, books its facilities, places it in the calendars of the staff who take part, and has
/// everyone told.
///
/// # Errors
/// [`ScheduleFault::NotFound`] or [`ScheduleFault::Forbidden`] for the calendar, [`ScheduleFault::Invalid`],
/// [`ScheduleFault::IdTaken`], [`ScheduleFault::UidTaken`], [`ScheduleFault::FacilityTaken`],
/// [`ScheduleFault::FacilitySeriesNeedsEnd`], [`ScheduleFault::FacilityRules`].
pub fn create_event(
    tx: &mut Tx<'_>,
    who: &Principal,
    draft: &EventDraft,
) -> Result<Changed<EventView>, ScheduleFault> {
    let (home, role) = writable(tx, who, draft.calendar_id.as_ref())?;
    // Without one of its own an event has its id for a UID, which nothing else has.
    if draft.event.uid != draft.id.as_str() {
        refuse_uid_of_task(tx, home.collection, &draft.event.uid)?;
    }
    let mut draft = draft.clone();
    draft.event.sequence = 0;
    create(tx, who, draft, (home, role))
}

/// The same for a draft that counts its versions itself.
pub(crate) fn create(
    tx: &mut Tx<'_>,
    who: &Principal,
    draft: EventDraft,
    (home, role): (StoredCalendar, Role),
) -> Result<Changed<EventView>, ScheduleFault> {
    // An import into the calendar would find the same UID free.
    tx.hold(home.id.as_str())?;
    let organizer = home.owner();
    let mut event = draft.event;
    // Alerts are each person's own: those of whoever makes an event for another are not that other's.
    let of_maker = (!home.is_of(&who.person)).then(|| Own::of(&event)).filter(|own| *own != Own::default());
    if of_maker.is_some() {
        event = without_alerts(event);
    }
    staff::complete(tx, &mut event, (organizer.as_ref(), who), None)?;
    booking::check_series(&event, &draft.facility_ids)?;
    let version = tx.next_version(None);
    let mut stored = StoredEvent {
        id: draft.id,
        calendar: home.id.clone(),
        organizer,
        version,
        busy_version: version,
        indexed: Indexed::default(),
        facilities: draft.facility_ids,
        event,
    };
    let (happenings, indexed) = index::to_index(&stored, home.time_zone, tx.now())?;
    stored.indexed = indexed;
    let facilities = booking::take(tx, who, &stored, &happenings)?;
    if !store::events::insert(tx, &stored)? {
        return Err(taken(tx, &stored)?);
    }
    let places = placing::places(tx, &stored, &home, &facilities, &[])?;
    let recorded = placing::put_new(tx, &stored, &places, &happenings)?;

    invite(tx, who, &stored)?;
    let now = tx.now();
    jobs::remind_next(tx, &stored, home.time_zone, now)?;

    if let Some(own) = of_maker {
        let own = StoredOwn { version, own };
        store::reader_alerts::put(tx, &who.person, &stored.id, &own)?;
        jobs::remind_reader(tx, &stored, (&who.person, &own), home.time_zone, now)?;
    }
    let sight = match home.is_of(&who.person) {
        true => Sight::at_home(&stored.id, role, home),
        false => Sight::of(tx, who, &[stored.id.as_str()])?,
    };
    let view = sight.view(&who.person, &stored);
    Ok(recorded.with(view.ok_or_else(secret_of_another)?))
}

/// Everyone who takes part hears of it: of the whole, or of the occurrences to which they are invited. Nobody is invited to what is
/// called off.
fn invite(tx: &mut Tx<'_>, who: &Principal, stored: &StoredEvent) -> Result<(), ScheduleFault> {
    let news = News { kind: NotificationType::Invited, stored, occurrence: None, removed: false };
    let (staff, outside) = match stored.event.status {
        Status::Cancelled => Default::default(),
        Status::Confirmed | Status::Tentative => jobs::audience(&stored.event, stored.organizer.as_ref()),
    };
    let mut guests = jobs::guests(&stored.event, stored.organizer.as_ref());
    guests.retain(|it| it.occurrence.status != Status::Cancelled);
    note_contact(tx, &who.person, staff.iter().chain(guests.iter().flat_map(|it| &it.crowd.0)))?;
    jobs::tell(tx, who, news, staff, outside)?;
    for guests in guests {
        let occurrence = Some((guests.recurrence_id, &guests.occurrence));
        let (staff, outside) = guests.crowd;
        jobs::tell(tx, who, News { occurrence, ..news }, staff, outside)?;
    }
    Ok(())
}

/// One UID is one object in a calendar (RFC 4791 §4.1): that of a task is for no event.
pub(crate) fn refuse_uid_of_task(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    uid: &str,
) -> Result<(), ScheduleFault> {
    match store::objects::list_by_uid(tx, (collection, [None; 2]), uid)?.task {
        Some(_) => Err(ScheduleFault::field(
            "/uid",
            "uid-taken",
            "a task in this calendar has this uid: take another",
        )),
        None => Ok(()),
    }
}

/// The calendar that is named, or the person's own, if they may write into it.
pub(crate) fn writable(
    tx: &mut Tx<'_>,
    who: &Principal,
    calendar: Option<&CalendarId>,
) -> Result<(StoredCalendar, Role), ScheduleFault> {
    let Some(id) = calendar else {
        return Ok((stored_default(tx, &who.person)?, Role::Manage));
    };
    let (calendar, role) = readable(tx, who, id)?;
    may_write(calendar, role)
}

/// A calendar that somebody reads in this role, if they may write into it.
pub(crate) fn may_write(
    calendar: StoredCalendar,
    role: Role,
) -> Result<(StoredCalendar, Role), ScheduleFault> {
    // Nothing gets into that of a facility but by booking it.
    match calendar.kind {
        CalendarKind::Own if role >= Role::Write => Ok((calendar, role)),
        CalendarKind::Own | CalendarKind::Facility => Err(ScheduleFault::Forbidden),
    }
}

/// Why a new event was not stored: its id, or its uid in the calendar, stands for another.
fn taken(tx: &mut Tx<'_>, stored: &StoredEvent) -> Result<ScheduleFault, ScheduleFault> {
    let same_uid = store::events::find_by_uid(tx, &stored.calendar, &stored.event.uid)?;
    Ok(match same_uid {
        Some(other) if other.id != stored.id => ScheduleFault::UidTaken(other.id),
        _ => ScheduleFault::IdTaken,
    })
}

/// What someone may do in the calendar in which an event was made.
pub(crate) fn role_in(
    tx: &mut Tx<'_>,
    who: &Principal,
    home: &StoredCalendar,
) -> Result<Option<Role>, ScheduleFault> {
    Ok(access::role(tx, who, home.collection)?)
}
