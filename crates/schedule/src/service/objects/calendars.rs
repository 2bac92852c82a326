use std::{cmp::Reverse, collections::HashMap, str::FromStr};

use renraku_base::{CalendarId, Precondition, Principal, Role, segment};
use renraku_db::{
    Changed, CollectionId, ObjectType, ReadTx, Tx,
    changes::{self, Head},
};
use renraku_people::access;

use super::{ObjectFault, ObjectKind};
use crate::{
    ScheduleFault, jobs,
    model::{Calendar, CalendarKind, CalendarPatch, CalendarRelation, NewCalendar, Zone},
    service::{
        calendars::{self as operations, seen_by},
        create_event::{may_write, writable},
        delete_calendar as whole,
    },
    store::{
        self,
        calendars::{AtPath, StoredCalendar},
    },
};

/// The property by which a client says what a calendar that it makes is for (RFC 4791 §5.2.3).
const COMPONENT_SET: &str = "{urn:ietf:params:xml:ns:caldav}supported-calendar-component-set";

/// A calendar as a collection of calendar objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCalendar {
    /// The calendar, as the person sees it.
    pub calendar: Calendar,
    /// Its collection.
    pub collection: CollectionId,
    /// The person in whose home it is looked at.
    pub home: String,
    /// The last segment of its path.
    pub segment: String,
    /// The number of its latest change.
    pub modseq: i64,
    /// Changes up to this number are no longer told one by one.
    pub floor: i64,
    /// What the person's clients keep with it, by name; empty where it was asked for without.
    pub properties: Vec<(String, String)>,
    /// The same calendar, whoever looks at it.
    pub(super) stored: StoredCalendar,
    /// What the person may do in it.
    pub(super) role: Role,
}

/// Whether a calendar with these properties was made for objects of a kind.
pub(crate) fn holds(properties: &[(String, String)], kind: ObjectKind) -> bool {
    let set = properties.iter().find(|(name, _)| name == COMPONENT_SET).map(|(_, value)| value);
    set.is_none_or(|set| set.to_ascii_uppercase().contains(&format!("\"{}\"", kind.component())))
}

impl ObjectCalendar {
    /// Whether it is one of the person's own: then nothing in it is hidden from them.
    #[must_use]
    pub fn is_mine(&self) -> bool {
        self.calendar.kind == CalendarRelation::Own
    }

    /// Holds the calendar until the transaction ends, and gives back what is stored of it, if the person may write into it.
    pub(super) fn hold_to_write(
        &self,
        tx: &mut Tx<'_>,
        who: &Principal,
    ) -> Result<(StoredCalendar, Role), ScheduleFault> {
        let id = &self.calendar.id;
        tx.hold(id.as_str())?;
        if tx.has_company() {
            return writable(tx, who, Some(id));
        }
        let Self { collection, modseq, floor, .. } = *self;
        changes::note_head(tx, Head { collection, modseq, floor });
        may_write(self.stored.clone(), self.role)
    }

    /// Refuses a kind of object for which the person's clients did not make the calendar.
    pub(super) fn check_kind(
        &self,
        tx: &mut ReadTx<'_>,
        who: &Principal,
        kind: ObjectKind,
    ) -> Result<(), ObjectFault> {
        match holds(&store::calendar_properties::list(tx, &self.calendar.id, &who.person)?, kind) {
            true => Ok(()),
            false => Err(ObjectFault::Component(kind.component().to_owned())),
        }
    }

    fn new(
        (stored, role): (StoredCalendar, Role),
        who: &Principal,
        (home, segment): (&str, String),
        head: Option<Head>,
    ) -> Self {
        let (modseq, floor) = head.map_or((0, 0), |head| (head.modseq, head.floor));
        let collection = stored.collection;
        let calendar = seen_by(stored.clone(), who, role);
        let (home, properties) = (home.to_owned(), Vec::new());
        Self { calendar, collection, home, segment, modseq, floor, properties, stored, role }
    }
}

/// The calendars that the person may read in a home: in their own all that there are, their default calendar first, in that of
/// another those of that other.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn list_calendars(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    home: &str,
) -> Result<Vec<ObjectCalendar>, ScheduleFault> {
    let standing = access::standing(tx, who)?;
    let mut readable = store::calendars::list_readable(tx, &standing.readable)?;
    readable.retain(|(calendar, _)| lies_in(calendar, who, home));
    let chosen = store::calendar_paths::list(tx, home)?;
    let collections: Vec<CollectionId> = readable.iter().map(|(calendar, _)| calendar.collection).collect();
    let heads: HashMap<CollectionId, Head> =
        changes::heads(tx, &collections)?.into_iter().map(|head| (head.collection, head)).collect();
    let mut calendars: Vec<ObjectCalendar> = Vec::with_capacity(readable.len());
    for (stored, role) in readable {
        let segment = segment::of(&stored.id, &chosen);
        let properties = store::calendar_properties::list(tx, &stored.id, &who.person)?;
        let head = heads.get(&stored.collection).copied();
        calendars.push(ObjectCalendar {
            properties,
            ..ObjectCalendar::new((stored, role), who, (home, segment), head)
        });
    }
    calendars.sort_by(|a, b| {
        let own = |it: &ObjectCalendar| Reverse((it.is_mine(), it.calendar.is_default));
        (own(a), &a.calendar.name, &a.calendar.id).cmp(&(own(b), &b.calendar.name, &b.calendar.id))
    });
    Ok(calendars)
}

/// Says of those that others share whose they are: one statement, if there are any.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn name_owners(tx: &mut ReadTx<'_>, calendars: &mut [ObjectCalendar]) -> Result<(), ScheduleFault> {
    operations::name_owners(tx, calendars.iter_mut().map(|it| &mut it.calendar))
}

/// Whether a calendar lies in somebody's home, for whoever asks: in their own, all do that they may read.
fn lies_in(calendar: &StoredCalendar, who: &Principal, home: &str) -> bool {
    home == who.person.as_str() || (calendar.kind == CalendarKind::Own && calendar.owner_id == home)
}

/// The calendar of a segment in a person's home, without what clients keep with it.
///
/// # Errors
/// [`ScheduleFault::NotFound`] when there is none that whoever asks may read.
pub fn find_calendar(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    home: &str,
    segment: &str,
) -> Result<ObjectCalendar, ScheduleFault> {
    // A calendar has one path: the one that was chosen for it, if any was.
    let found = match store::calendars::find_by_path(tx, &who.person, home, segment)? {
        None => find_beside(tx, who, home, segment)?,
        found => found,
    };
    let AtPath { calendar, head, role } =
        found.filter(|it| lies_in(&it.calendar, who, home)).ok_or(ScheduleFault::NotFound)?;
    let role = role.filter(|role| *role >= Role::Read).ok_or(ScheduleFault::NotFound)?;
    Ok(ObjectCalendar::new((calendar, role), who, (home, segment.to_owned()), Some(head)))
}

/// The calendar at a segment that [`segment::beside`] made, where it lies there.
fn find_beside(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    home: &str,
    segment: &str,
) -> Result<Option<AtPath>, ScheduleFault> {
    let Some(id) = segment::id_beside(segment).and_then(|id| CalendarId::from_str(id).ok()) else {
        return Ok(None);
    };
    if segment::of(&id, &store::calendar_paths::list(tx, home)?) != segment {
        return Ok(None);
    }
    let (calendar, role) = operations::readable(tx, who, &id)?;
    let head = changes::heads(tx, &[calendar.collection])?.into_iter().next();
    Ok(head.map(|head| AtPath { calendar, head, role: Some(role) }))
}

/// The calendar of a segment in a person's home, with what their clients keep with it.
///
/// # Errors
/// As [`find_calendar`].
pub fn find_calendar_with_properties(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    home: &str,
    segment: &str,
) -> Result<ObjectCalendar, ScheduleFault> {
    let calendar = find_calendar(tx, who, home, segment)?;
    let properties = store::calendar_properties::list(tx, &calendar.calendar.id, &who.person)?;
    Ok(ObjectCalendar { properties, ..calendar })
}

/// Makes a calendar of the person's own at a segment of their home.
///
/// # Errors
/// [`ScheduleFault::IdTaken`] when there is something already, [`ObjectFault::ReservedName`], [`ScheduleFault::Invalid`] for a name
/// or color that is not taken.
pub fn make_calendar(
    tx: &mut Tx<'_>,
    who: &Principal,
    segment: &str,
    new: NewCalendar,
) -> Result<Changed<Calendar>, ObjectFault> {
    tx.hold(who.person.as_str())?;
    match find_calendar(tx, who, who.person.as_str(), segment) {
        Ok(_) => return Err(ScheduleFault::IdTaken.into()),
        Err(ScheduleFault::NotFound) => {}
        Err(fault) => return Err(fault.into()),
    }
    // Whether somebody else has it is not looked up, and so not told.
    if segment::is_reserved(segment) {
        return Err(ObjectFault::ReservedName);
    }
    let made = operations::create_calendar(tx, who, NewCalendar { id: None, ..new })?;
    store::calendar_paths::put(tx, &made.get().id, who.person.as_str(), segment)?;
    Ok(made)
}

/// What a calendar client changes of a calendar's own properties.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarChange {
    /// What is changed for everybody.
    pub patch: CalendarPatch,
    /// The zone in which its days begin from now on.
    pub time_zone: Option<Zone>,
    /// What is changed for the person alone, by name; `None` takes it away.
    pub properties: Vec<(String, Option<String>)>,
}

/// Changes a calendar's own properties.
///
/// # Errors
/// [`ScheduleFault::NotManaged`] below `manage` for what everybody sees, [`ScheduleFault::Invalid`].
pub fn change_calendar(
    tx: &mut Tx<'_>,
    who: &Principal,
    calendar: &CalendarId,
    change: &CalendarChange,
) -> Result<Changed<()>, ScheduleFault> {
    for (name, value) in &change.properties {
        match value {
            Some(value) => store::calendar_properties::put(tx, calendar, &who.person, name, value)?,
            None => store::calendar_properties::remove(tx, calendar, &who.person, name)?,
        }
    }
    if let Some(zone) = change.time_zone {
        put_zone(tx, who, calendar, zone)?;
    }
    if change.patch == CalendarPatch::default() {
        return Ok(Changed::nothing(()));
    }
    let patch = change.patch.clone();
    Ok(operations::update_calendar(tx, who, calendar, patch, &Precondition::None)?.map(|_| ()))
}

/// Reads the days and floating times of a calendar in another zone from now on; its events follow by and by.
fn put_zone(
    tx: &mut Tx<'_>,
    who: &Principal,
    calendar: &CalendarId,
    zone: Zone,
) -> Result<(), ScheduleFault> {
    tx.hold(calendar.as_str())?;
    let mut stored = operations::manageable(tx, who, calendar)?;
    if stored.time_zone == zone {
        return Ok(());
    }
    stored.time_zone = zone;
    stored.version = tx.next_version(Some(stored.version));
    store::calendars::put(tx, &stored)?;
    let _recorded = changes::record(tx, stored.collection, ObjectType::Calendar, calendar);
    jobs::read_in_new_zone(tx, calendar)
}

/// Deletes a calendar with what clients stored in it.
///
/// # Errors
/// As [`crate::service::delete_calendar`].
pub fn delete_calendar(
    tx: &mut Tx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
) -> Result<Changed<()>, ScheduleFault> {
    whole::delete_calendar(tx, who, &calendar.calendar.id, &Precondition::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_holds_what_its_set_names_in_whatever_letters() {
        let set =
            |name: &str| vec![(COMPONENT_SET.to_owned(), format!("<set><comp name=\"{name}\"/></set>"))];
        for name in ["VEVENT", "vevent"] {
            assert!(holds(&set(name), ObjectKind::Event) && !holds(&set(name), ObjectKind::Task), "{name}");
        }
        assert!(holds(&[], ObjectKind::Task));
    }
}
