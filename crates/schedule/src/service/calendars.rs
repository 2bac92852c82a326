use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use renraku_base::{CalendarId, ETag, FieldFault, Id, PersonId, Precondition, Principal, Role};
use renraku_db::{
    Changed, CollectionId, CollectionKind, ObjectType, ReadTx, Tx,
    changes::{self, Recorded},
};
use renraku_people::{
    access::{self, Grantee},
    directory,
};

use crate::{
    ScheduleFault,
    model::{Availability, Calendar, CalendarKind, CalendarPatch, CalendarRelation, NewCalendar, Zone},
    store::{self, calendars::StoredCalendar},
};

/// The longest name of a calendar or facility, in characters.
pub(crate) const NAME_CHARS: usize = 255;

/// A calendar that is shared stands in the sync of everybody who may read it.
const MOST_EACH: i64 = 200;

/// The name of a person's first calendar, until they change it.
const DEFAULT_NAME: &str = "予定表";

/// The calendars that the person may read: their own, those that are shared with them, those of facilities that they
/// follow; their default calendar first, then by name.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn list_calendars(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<Calendar>, ScheduleFault> {
    let standing = access::standing(tx, who)?;
    let mut calendars: Vec<Calendar> = store::calendars::list_readable(tx, &standing.readable)?
        .into_iter()
        .map(|(calendar, role)| seen_by(calendar, who, role))
        .collect();
    calendars.sort_by(|a, b| {
        let own = |it: &Calendar| Reverse((it.kind == CalendarRelation::Own, it.is_default));
        (own(a), &a.name, &a.id).cmp(&(own(b), &b.name, &b.id))
    });
    name_owners(tx, &mut calendars)?;
    Ok(calendars)
}

/// Says of each calendar that another person shares who that is; one statement, if there are any.
pub(crate) fn name_owners<'c>(
    tx: &mut ReadTx<'_>,
    calendars: impl IntoIterator<Item = &'c mut Calendar>,
) -> Result<(), ScheduleFault> {
    let shared = |calendar: &&mut Calendar| calendar.kind == CalendarRelation::Shared;
    let calendars: Vec<&mut Calendar> = calendars.into_iter().filter(shared).collect();
    let owners: BTreeSet<PersonId> =
        calendars.iter().map(|calendar| Id::stored(calendar.owner_id.clone())).collect();
    if owners.is_empty() {
        return Ok(());
    }
    let names = directory::service::names(tx, &owners.into_iter().collect::<Vec<_>>())?;
    for calendar in calendars {
        let owner = names.get(&Id::stored(calendar.owner_id.clone()));
        calendar.owner_name = owner.map(|owner| owner.name.full.clone());
    }
    Ok(())
}

/// One calendar, with the name of whoever shares it.
pub(crate) fn named(tx: &mut ReadTx<'_>, mut calendar: Calendar) -> Result<Calendar, ScheduleFault> {
    name_owners(tx, std::slice::from_mut(&mut calendar))?;
    Ok(calendar)
}

/// One calendar. That of a facility is known to everyone, though all that most see of it is when it is busy.
///
/// # Errors
/// [`ScheduleFault::NotFound`] when the person may not read it.
pub fn get_calendar(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &CalendarId,
) -> Result<Calendar, ScheduleFault> {
    match with_role(tx, who, id)? {
        Some((calendar, role)) if role >= Role::Read || calendar.kind == CalendarKind::Facility => {
            named(tx, seen_by(calendar, who, role))
        }
        _ => Err(ScheduleFault::NotFound),
    }
}

/// A calendar and what the person may do in it. One that is not there takes the same statements as one that is not to be seen,
/// so that time does not tell them apart.
fn with_role(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &CalendarId,
) -> Result<Option<(StoredCalendar, Role)>, ScheduleFault> {
    const NOWHERE: CollectionId = CollectionId(0);
    let calendar = store::calendars::get(tx, id)?;
    let role = access::role(tx, who, calendar.as_ref().map_or(NOWHERE, |it| it.collection))?;
    Ok(calendar.zip(role))
}

/// Makes a calendar of the person's own.
///
/// # Errors
/// [`ScheduleFault::Invalid`] for a name or color that is not taken, [`ScheduleFault::IdTaken`].
pub fn create_calendar(
    tx: &mut Tx<'_>,
    who: &Principal,
    new: NewCalendar,
) -> Result<Changed<Calendar>, ScheduleFault> {
    check(Some(&new.name), new.color.as_deref())?;
    if store::calendars::count_of_owner(tx, who.person.as_str())? >= MOST_EACH {
        let detail = format!("at most {MOST_EACH} calendars each: delete one that is not used");
        return Err(ScheduleFault::Invalid(vec![FieldFault::new("", "too-many", detail)]));
    }
    let calendar = StoredCalendar {
        id: new.id.unwrap_or_else(|| tx.new_id()),
        collection: changes::create_collection(tx, CollectionKind::Calendar, Some(who.person.as_str()))?,
        owner_id: who.person.as_str().to_owned(),
        kind: CalendarKind::Own,
        is_default: false,
        name: new.name.trim().to_owned(),
        color: new.color,
        time_zone: new.time_zone.unwrap_or(Zone::TOKYO),
        version: tx.next_version(None),
        dense: false,
        in_availability: new.include_in_availability.counts(),
    };
    if !store::calendars::insert(tx, &calendar)? {
        return Err(ScheduleFault::IdTaken);
    }
    let recorded = hand_to_owner(tx, &calendar, &who.person)?;
    Ok(recorded.with(seen_by(calendar, who, Role::Manage)))
}

/// Renames or recolors a calendar, or has it take its owner's time or not. What changes nothing makes no new version.
///
/// # Errors
/// [`ScheduleFault::CalendarFixed`] for the name of a facility's and for whether it takes time, [`ScheduleFault::Forbidden`] for whether it
/// takes the time of another, [`ScheduleFault::Stale`], [`ScheduleFault::Invalid`], [`ScheduleFault::NotManaged`] below `manage`,
/// [`ScheduleFault::NotFound`].
pub fn update_calendar(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &CalendarId,
    patch: CalendarPatch,
    precondition: &Precondition,
) -> Result<Changed<Calendar>, ScheduleFault> {
    tx.hold(id.as_str())?;
    let mut calendar = manageable(tx, who, id)?;
    // It is called as its facility is, which is taken when it is booked.
    let changes_facility = patch.name.is_some() || patch.include_in_availability.is_some();
    if calendar.kind == CalendarKind::Facility && changes_facility {
        return Err(ScheduleFault::CalendarFixed);
    }
    // It is its owner's time that others would see as free.
    if patch.include_in_availability.is_some() && !calendar.is_of(&who.person) {
        return Err(ScheduleFault::Forbidden);
    }
    expect(tx, &calendar, who, precondition)?;
    check(patch.name.as_deref(), patch.color.as_ref().and_then(Option::as_deref))?;
    let before = calendar.clone();
    if let Some(name) = patch.name {
        name.trim().clone_into(&mut calendar.name);
    }
    if let Some(color) = patch.color {
        calendar.color = color;
    }
    if let Some(availability) = patch.include_in_availability {
        calendar.in_availability = availability.counts();
    }
    if calendar == before {
        return Ok(Changed::nothing(named(tx, seen_by(calendar, who, Role::Manage))?));
    }
    calendar.version = tx.next_version(Some(calendar.version));
    store::calendars::put(tx, &calendar)?;
    let recorded = changes::record(tx, calendar.collection, ObjectType::Calendar, &calendar.id);
    Ok(recorded.with(named(tx, seen_by(calendar, who, Role::Manage))?))
}

/// The calendar to which a person's events go when no other is named; made when it is first needed, open to all
/// colleagues as free/busy.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn default_calendar(tx: &mut Tx<'_>, person: &PersonId) -> Result<CalendarId, ScheduleFault> {
    Ok(stored_default(tx, person)?.id)
}

/// The calendar to which a person's events go when no other is named, if it was made yet.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn find_default_calendar(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
) -> Result<Option<CalendarId>, ScheduleFault> {
    Ok(store::calendars::find_default(tx, person)?.map(|calendar| calendar.id))
}

pub(crate) fn stored_default(tx: &mut Tx<'_>, person: &PersonId) -> Result<StoredCalendar, ScheduleFault> {
    if let Some(calendar) = store::calendars::find_default(tx, person)? {
        return Ok(calendar);
    }
    let made = tx.savepoint(|tx| {
        let collection = changes::create_collection(tx, CollectionKind::Calendar, Some(person.as_str()))?;
        let calendar = new_default(tx, person, collection);
        if !store::calendars::insert(tx, &calendar)? {
            return Err(ScheduleFault::IdTaken);
        }
        let _recorded = hand_to_owner(tx, &calendar, person)?;
        access::open_free_busy(tx, calendar.collection)?;
        Ok(calendar)
    });
    match made {
        // Another transaction made it first.
        Err(ScheduleFault::IdTaken) => {
            store::calendars::find_default(tx, person)?.ok_or(ScheduleFault::NotFound)
        }
        made => made,
    }
}

fn new_default(tx: &Tx<'_>, person: &PersonId, collection: CollectionId) -> StoredCalendar {
    StoredCalendar {
        id: tx.new_id(),
        collection,
        owner_id: person.as_str().to_owned(),
        kind: CalendarKind::Own,
        is_default: true,
        name: DEFAULT_NAME.to_owned(),
        color: None,
        time_zone: Zone::TOKYO,
        version: tx.next_version(None),
        dense: false,
        in_availability: true,
    }
}

/// The default calendars of many people, made at once for those who have none. For filling an office: nobody is told.
pub(crate) fn seed_defaults(
    tx: &mut Tx<'_>,
    people: &[&PersonId],
) -> Result<HashMap<PersonId, StoredCalendar>, ScheduleFault> {
    let mut known = HashMap::with_capacity(people.len());
    for some in people.chunks(1_000) {
        let ids: Vec<&str> = some.iter().map(|person| person.as_str()).collect();
        for calendar in store::calendars::list_default(tx, &ids)? {
            known.extend(calendar.owner().map(|owner| (owner, calendar)));
        }
    }
    let without: Vec<&str> =
        people.iter().filter(|person| !known.contains_key(**person)).map(|person| person.as_str()).collect();
    let collections = changes::create_collections(tx, CollectionKind::Calendar, &without)?;
    let made: Vec<(PersonId, StoredCalendar)> = collections
        .into_iter()
        .map(|(owner, collection)| {
            let owner = PersonId::stored(owner);
            let calendar = new_default(tx, &owner, collection);
            (owner, calendar)
        })
        .collect();
    let calendars: Vec<StoredCalendar> = made.iter().map(|(_, calendar)| calendar.clone()).collect();
    store::calendars::insert_many(tx, &calendars)?;
    let owned: Vec<_> = made.iter().map(|(owner, calendar)| (calendar.collection, owner)).collect();
    access::seed_grants(tx, &owned, true)?;
    known.extend(made);
    Ok(known)
}

fn hand_to_owner(
    tx: &mut Tx<'_>,
    calendar: &StoredCalendar,
    owner: &PersonId,
) -> Result<Recorded, ScheduleFault> {
    let owner = Grantee::Person(owner.clone());
    Ok(access::put_grant(
        tx,
        calendar.collection,
        (ObjectType::Calendar, &calendar.id),
        &owner,
        Role::Manage,
    )?)
}

/// The calendar and the person's role in it, which is at least `read`.
pub(crate) fn readable(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &CalendarId,
) -> Result<(StoredCalendar, Role), ScheduleFault> {
    with_role(tx, who, id)?.filter(|(_, role)| *role >= Role::Read).ok_or(ScheduleFault::NotFound)
}

pub(crate) fn manageable(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &CalendarId,
) -> Result<StoredCalendar, ScheduleFault> {
    match readable(tx, who, id)? {
        (calendar, Role::Manage) => Ok(calendar),
        _ => Err(ScheduleFault::NotManaged),
    }
}

pub(crate) fn expect(
    tx: &mut ReadTx<'_>,
    calendar: &StoredCalendar,
    who: &Principal,
    precondition: &Precondition,
) -> Result<(), ScheduleFault> {
    if precondition.holds(&ETag::of(calendar.version)) {
        return Ok(());
    }
    Err(ScheduleFault::stale(&named(tx, seen_by(calendar.clone(), who, Role::Manage))?))
}

pub(crate) fn seen_by(calendar: StoredCalendar, who: &Principal, role: Role) -> Calendar {
    let kind = match calendar.kind {
        CalendarKind::Facility => CalendarRelation::Facility,
        CalendarKind::Own if calendar.is_of(&who.person) => CalendarRelation::Own,
        CalendarKind::Own => CalendarRelation::Shared,
    };
    Calendar {
        id: calendar.id,
        name: calendar.name,
        color: calendar.color,
        kind,
        role,
        owner_id: calendar.owner_id,
        owner_name: None,
        is_default: calendar.is_default && kind == CalendarRelation::Own,
        time_zone: calendar.time_zone,
        include_in_availability: Availability::of(calendar.in_availability),
        etag: ETag::of(calendar.version),
    }
}

fn check(name: Option<&str>, color: Option<&str>) -> Result<(), ScheduleFault> {
    let mut faults = Vec::new();
    if let Some(name) = name {
        faults.extend(name_fault("/name", name));
    }
    if let Some(color) = color {
        let hex = color.strip_prefix('#').unwrap_or_default();
        if hex.len() != 6 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            faults.push(FieldFault::new("/color", "bad-color", "a color is written like #1a73e8"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(ScheduleFault::Invalid(faults)) }
}

/// What is wrong with a name, if anything is.
pub(crate) fn name_fault(pointer: &str, name: &str) -> Option<FieldFault> {
    if name.trim().is_empty() {
        Some(FieldFault::new(pointer, "required", "give a name"))
    } else if name.chars().count() > NAME_CHARS {
        Some(FieldFault::new(pointer, "too-long", "at most 255 characters").allowing("≤ 255"))
    } else if name.chars().any(char::is_control) {
        Some(FieldFault::new(pointer, "control-character", "control characters are not taken"))
    } else {
        None
    }
}
