use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use renraku_base::{PersonId, Principal, Timestamp};
use renraku_db::ReadTx;
use renraku_people::directory::service as directory;

use super::{
    ObjectCalendar, ObjectHead, facilities,
    list::{heads, heads_between},
};
use crate::{
    ScheduleFault,
    model::Zone,
    rules::{
        free_busy::{BusyPeriod, merge},
        recurrence,
    },
    service::{
        staff::mail_address,
        window::{MOST, beyond_index_in as beyond},
    },
    store::{
        self,
        events::{OpenSeries, StoredEvent},
    },
};

/// So far from each other the days and clocks of two zones may be.
const APART: Duration = Duration::from_hours(27);
/// So many pieces of busy time are read at a glance.
const LITTLE: i64 = 100;

/// The events of a calendar that take place between two instants, in ascending order of their ids.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn find(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<ObjectHead>, ScheduleFault> {
    let bounds = (from, to);
    let mut found = heads_between(tx, who, calendar, bounds)?;
    let takes_place = |series: &OpenSeries| {
        let window = recurrence::Window { from, to, zone: series.zone };
        !recurrence::expand(&series.stored.event, window, 1).items.is_empty()
    };
    let mut open = store::events::list_open(tx, &[calendar.collection], bounds)?;
    open.retain(|series| !found.contains_key(series.stored.id.as_str()) && takes_place(series));
    let beyond: Vec<&str> = open.iter().map(|series| series.stored.id.as_str()).collect();
    if !beyond.is_empty() {
        found.extend(heads(tx, who, calendar, &beyond)?);
    }
    Ok(found.into_values().collect())
}

/// The same with days and times on no clock read in a zone that need not be the calendar's, by which the index was made.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn find_in(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    (from, to): (Timestamp, Timestamp),
    zone: Zone,
) -> Result<Vec<ObjectHead>, ScheduleFault> {
    if zone == calendar.calendar.time_zone {
        return find(tx, who, calendar, (from, to));
    }
    let mut heads = find(tx, who, calendar, (from - APART, to + APART))?;
    let ids: Vec<&str> = heads.iter().map(|head| head.id.as_str()).collect();
    let window = recurrence::Window { from, to, zone };
    let takes_place = |it: &StoredEvent| !recurrence::expand(&it.event, window, 1).items.is_empty();
    let found = store::events::list_by_id(tx, &ids)?.into_iter().filter(takes_place);
    let found: BTreeSet<String> = found.map(|it| it.id.into_string()).collect();
    heads.retain(|head| found.contains(&head.id));
    Ok(heads)
}

/// When a calendar is busy between two instants, merged.
///
/// # Errors
/// [`ScheduleFault::WindowTooFull`].
pub fn busy(
    tx: &mut ReadTx<'_>,
    calendar: &ObjectCalendar,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<BusyPeriod>, ScheduleFault> {
    if !calendar.stored.in_availability {
        return Ok(Vec::new());
    }
    let mut periods = store::occurrences::list_periods(tx, calendar.collection, (from, to), MOST + 1)?;
    if i64::try_from(periods.len()).is_ok_and(|count| count > MOST) {
        return Err(ScheduleFault::WindowTooFull);
    }
    for series in store::events::list_open(tx, &[calendar.collection], (from, to))? {
        let window = recurrence::Window { from, to, zone: series.zone };
        for it in beyond(&series, window)? {
            periods.extend(it.busy.map(|status| BusyPeriod {
                utc_start: it.utc_start,
                utc_end: it.utc_end,
                status,
            }));
        }
    }
    Ok(merge(&periods, from, to))
}

/// The same, where the index alone tells it and it is little; `None` where there is more to do.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn busy_at_a_glance(
    tx: &mut ReadTx<'_>,
    calendar: &ObjectCalendar,
    (from, to): (Timestamp, Timestamp),
) -> Result<Option<Vec<BusyPeriod>>, ScheduleFault> {
    if !calendar.stored.in_availability {
        return Ok(Some(Vec::new()));
    }
    let periods = store::occurrences::list_periods(tx, calendar.collection, (from, to), LITTLE + 1)?;
    let is_little = i64::try_from(periods.len()).is_ok_and(|count| count <= LITTLE);
    if !is_little || !store::events::list_open(tx, &[calendar.collection], (from, to))?.is_empty() {
        return Ok(None);
    }
    Ok(Some(merge(&periods, from, to)))
}

/// Who or what each of these addresses is, by address: a person or a facility of the house. The others are left out.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn resolve(
    tx: &mut ReadTx<'_>,
    reader: &PersonId,
    addresses: &[String],
) -> Result<HashMap<String, String>, ScheduleFault> {
    let mails: Vec<String> = addresses.iter().filter_map(|it| mail_address(it)).collect();
    let mails: Vec<&str> = mails.iter().map(String::as_str).collect();
    let people = directory::find_by_email(tx, &mails)?;
    let found: Vec<&str> = people.values().map(PersonId::as_str).collect();
    let mut hidden = directory::suppressed(tx, &found)?;
    hidden.remove(reader);
    let ids: Vec<String> = addresses.iter().filter_map(|it| facilities::id_of(it)).collect();
    let persons: Vec<PersonId> = ids.iter().cloned().map(PersonId::stored).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut named = directory::names(tx, &persons)?;
    named.retain(|id, person| id == reader || !person.suppressed);
    let facilities: BTreeSet<String> =
        store::facilities::list_names(tx, &ids)?.into_iter().map(|(id, _)| id).collect();
    let known = |id: &str| facilities.contains(id) || named.contains_key(&PersonId::stored(id.to_owned()));
    Ok(addresses
        .iter()
        .filter_map(|address| {
            let by_mail = mail_address(address).and_then(|mail| people.get(&mail));
            let by_mail = by_mail.filter(|id| !hidden.contains(*id)).map(|id| id.as_str().to_owned());
            let id = by_mail.or_else(|| facilities::id_of(address).filter(|id| known(id)))?;
            Some((address.clone(), id))
        })
        .collect())
}
