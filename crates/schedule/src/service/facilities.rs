use renraku_base::{ETag, FacilityId, FieldFault, Precondition, Principal, Role};
use renraku_db::{Changed, CollectionId, CollectionKind, ObjectType, ReadTx, Tx, changes};
use renraku_people::access;

use super::calendars::name_fault;
use crate::{
    ScheduleFault, jobs,
    model::{CalendarKind, Facility, FacilityDraft, Zone},
    store::{self, calendars::StoredCalendar, facilities::StoredFacility},
};

/// One facility.
///
/// # Errors
/// [`ScheduleFault::NotFound`].
pub fn get_facility(tx: &mut ReadTx<'_>, id: &FacilityId) -> Result<Facility, ScheduleFault> {
    store::facilities::get(tx, id)?.map(shown).ok_or(ScheduleFault::NotFound)
}

/// Makes a facility with the calendar of its bookings, of which everyone sees when it is busy. Whether the caller may,
/// has been decided: this is for the command line and the demo.
///
/// # Errors
/// [`ScheduleFault::Invalid`], [`ScheduleFault::IdTaken`].
pub fn create_facility(tx: &mut Tx<'_>, draft: FacilityDraft) -> Result<Changed<Facility>, ScheduleFault> {
    check(&draft)?;
    let id: FacilityId = draft.id.clone().unwrap_or_else(|| tx.new_id());
    let calendar = StoredCalendar {
        id: tx.new_id(),
        collection: changes::create_collection(tx, CollectionKind::Calendar, Some(id.as_str()))?,
        owner_id: id.as_str().to_owned(),
        kind: CalendarKind::Facility,
        is_default: true,
        name: draft.name.trim().to_owned(),
        color: None,
        time_zone: Zone::TOKYO,
        version: tx.next_version(None),
        dense: false,
        in_availability: true,
    };
    let facility = stored(id, calendar.id.clone(), draft, tx.next_version(None));
    if !store::calendars::insert(tx, &calendar)? || !store::facilities::insert(tx, &facility)? {
        return Err(ScheduleFault::IdTaken);
    }
    access::open_free_busy(tx, calendar.collection)?;
    let all = collection(tx)?;
    let recorded = changes::record(tx, all, ObjectType::Facility, &facility.id);
    Ok(recorded.with(shown(facility)))
}

/// Replaces what is said of a facility.
///
/// # Errors
/// [`ScheduleFault::Forbidden`] for those who do not look after it, [`ScheduleFault::Stale`],
/// [`ScheduleFault::Invalid`], [`ScheduleFault::NotFound`].
pub fn update_facility(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &FacilityId,
    draft: FacilityDraft,
    precondition: &Precondition,
) -> Result<Changed<Facility>, ScheduleFault> {
    tx.hold(id.as_str())?;
    let current = store::facilities::get(tx, id)?.ok_or(ScheduleFault::NotFound)?;
    if !looks_after(tx, who, &current)? {
        return Err(ScheduleFault::Forbidden);
    }
    if !precondition.holds(&ETag::of(current.version)) {
        return Err(ScheduleFault::stale(&shown(current)));
    }
    check(&draft)?;
    replace(tx, current, draft)
}

/// Stores what is said of a facility, and calls its calendar by its name. What changes nothing makes no new version.
pub(crate) fn replace(
    tx: &mut Tx<'_>,
    current: StoredFacility,
    draft: FacilityDraft,
) -> Result<Changed<Facility>, ScheduleFault> {
    let mut facility = stored(current.id.clone(), current.calendar.clone(), draft, current.version);
    if facility == current {
        return Ok(Changed::nothing(shown(current)));
    }
    facility.version = tx.next_version(Some(current.version));
    store::facilities::put(tx, &facility)?;
    if let Some(mut calendar) = store::calendars::get(tx, &facility.calendar)?
        && calendar.name != facility.name
    {
        calendar.name.clone_from(&facility.name);
        calendar.version = tx.next_version(Some(calendar.version));
        store::calendars::put(tx, &calendar)?;
        let _recorded = changes::record(tx, calendar.collection, ObjectType::Calendar, &calendar.id);
        jobs::renew_bookings(tx, &calendar.id)?;
    }
    let all = collection(tx)?;
    let recorded = changes::record(tx, all, ObjectType::Facility, &facility.id);
    Ok(recorded.with(shown(facility)))
}

/// Whether the person looks after a facility: they manage the calendar of its bookings.
pub(crate) fn looks_after(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    facility: &StoredFacility,
) -> Result<bool, ScheduleFault> {
    match store::calendars::get(tx, &facility.calendar)? {
        Some(calendar) => Ok(access::role(tx, who, calendar.collection)? == Some(Role::Manage)),
        None => Ok(false),
    }
}

pub(crate) fn collection(tx: &mut Tx<'_>) -> Result<CollectionId, ScheduleFault> {
    match changes::find_by_owner(tx, CollectionKind::Facilities, None)?.first() {
        Some(all) => Ok(*all),
        None => Ok(changes::create_collection(tx, CollectionKind::Facilities, None)?),
    }
}

pub(crate) fn stored(
    id: FacilityId,
    calendar: renraku_base::CalendarId,
    draft: FacilityDraft,
    version: i64,
) -> StoredFacility {
    StoredFacility {
        id,
        calendar,
        name: draft.name.trim().to_owned(),
        kind: draft.kind,
        capacity: draft.capacity,
        place: draft.place,
        description: draft.description,
        booking_rules: draft.booking_rules,
        version,
    }
}

pub(crate) fn shown(facility: StoredFacility) -> Facility {
    Facility {
        id: facility.id,
        name: facility.name,
        kind: facility.kind,
        capacity: facility.capacity,
        place: facility.place,
        description: facility.description,
        booking_rules: facility.booking_rules,
        calendar_id: facility.calendar,
        etag: ETag::of(facility.version),
    }
}

pub(crate) fn check(draft: &FacilityDraft) -> Result<(), ScheduleFault> {
    let mut faults: Vec<FieldFault> = name_fault("/name", &draft.name).into_iter().collect();
    if draft.capacity.is_some_and(|capacity| capacity < 0) {
        faults
            .push(FieldFault::new("/capacity", "out-of-range", "a capacity is not negative").allowing("≥ 0"));
    }
    if let (Some(opens), Some(closes)) = (draft.booking_rules.opens, draft.booking_rules.closes)
        && opens >= closes
    {
        faults.push(
            FieldFault::new("/bookingRules/closes", "out-of-range", "it closes after it opens")
                .allowing("opens < closes"),
        );
    }
    for (pointer, text) in [("/place", &draft.place), ("/description", &draft.description)] {
        if text.as_ref().is_some_and(|text| text.len() > 4_096) {
            faults.push(FieldFault::new(pointer, "too-long", "at most 4096 bytes").allowing("≤ 4096 B"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(ScheduleFault::Invalid(faults)) }
}
