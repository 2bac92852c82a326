use std::collections::{HashMap, HashSet};

use renraku_base::{FieldFault, Id, PersonId, Principal, UnitId};
use renraku_db::{CollectionId, ReadTx};
use renraku_people::directory;

use super::window::{self, MOST, Place, Shown, Window};
use crate::{
    ScheduleFault,
    model::{BusyTime, FreeBusy, GroupName, GroupOccurrence, GroupRow, Occurrence},
    rules::{
        access::View,
        free_busy::{BusyPeriod, merge},
    },
    store::{self, occurrences::Seen},
};

/// The most persons and facilities that one question is about.
pub const PRINCIPALS: usize = 200;

/// Whose week is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Group {
    /// Everyone with a post in the unit or below it.
    Unit(UnitId),
    /// These persons and facilities.
    Principals(Vec<String>),
}

/// What everyone of a group does in a window, one row each; what the reader may not read shows as busy time. The number of
/// statements depends neither on the people nor on what they do.
///
/// # Errors
/// [`ScheduleFault::BadQuery`] for more than 200 principals, [`ScheduleFault::Invalid`] for one that is nobody or a unit
/// that is not there, [`ScheduleFault::GroupTooLarge`] for one of more than 200,
/// [`ScheduleFault::WindowTooFull`].
pub fn group_week(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    group: &Group,
    window: Window,
) -> Result<Vec<GroupRow>, ScheduleFault> {
    let principals = match group {
        Group::Principals(ids) => ids.clone(),
        Group::Unit(unit) => {
            let members = directory::service::members(tx, unit)?;
            if members.is_empty() && !directory::service::is_unit(tx, unit)? {
                return Err(ScheduleFault::field("unit", "not-found", "there is no such unit"));
            }
            if members.len() > PRINCIPALS {
                return Err(ScheduleFault::GroupTooLarge { people: members.len() });
            }
            members.into_iter().map(Id::into_string).collect()
        }
    };
    let mut rows = named_rows(tx, &who.person, &principals)?;
    if let Group::Principals(ids) = group {
        let found: HashSet<&str> = rows.iter().map(|row| row.principal_id.as_str()).collect();
        refuse_unknown(ids, |id| found.contains(id))?;
    }
    let (places, seen) = read(tx, who, &principals, window)?;
    let row_of_owner: HashMap<&str, usize> =
        rows.iter().enumerate().map(|(at, row)| (row.principal_id.as_str(), at)).collect();
    let row_of: HashMap<CollectionId, usize> = places
        .iter()
        .filter_map(|place| Some((place.collection, *row_of_owner.get(place.owner_id.as_str())?)))
        .collect();
    for shown in window::show(tx, &who.person, &places, seen)? {
        if let Some(row) = row_of.get(&shown.collection).and_then(|at| rows.get_mut(*at)) {
            row.occurrences.extend(in_group(shown));
        }
    }
    Ok(rows)
}

/// An occurrence in someone's row; `None` where the reader may not read it and it takes no time: then it is none of their
/// business.
fn in_group(shown: Shown) -> Option<GroupOccurrence> {
    let Occurrence { utc_start, utc_end, .. } = shown.occurrence;
    match shown.view {
        View::Full => Some(GroupOccurrence::Readable(Box::new(shown.occurrence))),
        View::Busy | View::Hidden => {
            shown.busy.map(|busy| GroupOccurrence::Busy(BusyTime { utc_start, utc_end, busy }))
        }
    }
}

/// When each of these persons and facilities is busy, merged.
///
/// # Errors
/// As [`group_week`].
pub fn free_busy(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    principals: &[String],
    window: Window,
) -> Result<Vec<FreeBusy>, ScheduleFault> {
    check(principals)?;
    let ids: Vec<&str> = principals.iter().map(String::as_str).collect();
    let mut hidden = directory::service::suppressed(tx, &ids)?;
    hidden.remove(&who.person);
    let mut owned = store::calendars::list_by_owner(tx, who, &ids)?;
    owned.retain(|calendar| !hidden.iter().any(|person| person.as_str() == calendar.owner_id));
    let mut known: HashSet<String> = owned.iter().map(|calendar| calendar.owner_id.clone()).collect();
    let others: Vec<String> = principals.iter().filter(|id| !known.contains(*id)).cloned().collect();
    if !others.is_empty() {
        known.extend(named_rows(tx, &who.person, &others)?.into_iter().map(|row| row.principal_id));
        refuse_unknown(principals, |id| known.contains(id))?;
    }
    owned.retain(|calendar| calendar.in_availability);
    let collections: Vec<_> = owned.iter().map(|calendar| calendar.collection).collect();
    let (from, to) = window.bounds();
    let mut periods: HashMap<_, Vec<BusyPeriod>> = HashMap::new();
    let mut add = |collection, utc_start, utc_end, status| {
        periods.entry(collection).or_default().push(BusyPeriod { utc_start, utc_end, status });
    };
    let taken = store::occurrences::list_busy(tx, &collections, (from, to), MOST + 1)?;
    if i64::try_from(taken.len()).is_ok_and(|count| count > MOST) {
        return Err(ScheduleFault::WindowTooFull);
    }
    for it in taken {
        add(it.collection, it.utc_start, it.utc_end, it.status);
    }
    let dense: Vec<_> =
        owned.iter().filter(|calendar| calendar.dense).map(|calendar| calendar.collection).collect();
    for series in window::open(tx, &collections, &dense, window)? {
        for it in window::beyond_index_in(&series, window.in_zone(series.zone))? {
            if let Some(status) = it.busy {
                add(it.collection, it.utc_start, it.utc_end, status);
            }
        }
    }
    Ok(principals
        .iter()
        .map(|id| {
            let own = owned.iter().filter(|calendar| calendar.owner_id == *id);
            let all: Vec<BusyPeriod> =
                own.filter_map(|calendar| periods.get(&calendar.collection)).flatten().copied().collect();
            FreeBusy { principal_id: id.clone(), busy: merge(&all, from, to) }
        })
        .collect())
}

fn check(principals: &[String]) -> Result<(), ScheduleFault> {
    if principals.len() <= PRINCIPALS {
        return Ok(());
    }
    let detail = "at most 200 persons and facilities at a time";
    Err(ScheduleFault::BadQuery(FieldFault::new("principals", "too-many", detail).allowing("≤ 200")))
}

fn refuse_unknown(principals: &[String], is_known: impl Fn(&str) -> bool) -> Result<(), ScheduleFault> {
    let unknown = principals.iter().filter(|id| !is_known(id));
    let faults: Vec<FieldFault> = unknown
        .map(|id| {
            FieldFault::new("principals", "unknown-principal", format!("{id} is nobody and no facility"))
                .naming(id)
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(ScheduleFault::Invalid(faults)) }
}

/// One empty row for each principal that there is to the reader, in the order asked for.
fn named_rows(
    tx: &mut ReadTx<'_>,
    reader: &PersonId,
    principals: &[String],
) -> Result<Vec<GroupRow>, ScheduleFault> {
    check(principals)?;
    let persons: Vec<PersonId> = principals.iter().map(|id| Id::stored(id.clone())).collect();
    let mut people = directory::service::names(tx, &persons)?;
    people.retain(|id, person| id == reader || !person.suppressed);
    let unknown: Vec<&str> = persons.iter().filter(|id| !people.contains_key(*id)).map(Id::as_str).collect();
    let facilities: HashMap<String, String> = if unknown.is_empty() {
        HashMap::new()
    } else {
        store::facilities::list_names(tx, &unknown)?.into_iter().collect()
    };
    Ok(persons
        .into_iter()
        .filter_map(|id| {
            let person = people.get(&id).map(|person| person.name.full.clone());
            let full = person.or_else(|| facilities.get(id.as_str()).cloned())?;
            let name = GroupName { full };
            Some(GroupRow { principal_id: id.into_string(), name, occurrences: Vec::new() })
        })
        .collect())
}

/// What lies in the calendars of the principals, as far as the reader has any right in them.
pub(super) fn read(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    principals: &[String],
    window: Window,
) -> Result<(Vec<Place>, Vec<Seen>), ScheduleFault> {
    let ids: Vec<&str> = principals.iter().map(String::as_str).collect();
    let places: Vec<Place> = store::calendars::list_by_owner(tx, who, &ids)?
        .into_iter()
        .map(|calendar| Place {
            calendar: calendar.id,
            collection: calendar.collection,
            owner_id: calendar.owner_id,
            kind: calendar.kind,
            role: calendar.role,
            dense: calendar.dense,
            in_availability: calendar.in_availability,
        })
        .collect();
    let seen = window::list(tx, &places, window, None, MOST + 1)?;
    if i64::try_from(seen.len()).is_ok_and(|count| count > MOST) {
        return Err(ScheduleFault::WindowTooFull);
    }
    Ok((places, seen))
}
