mod of_event;

use std::collections::BTreeSet;

use diesel::{prelude::*, sql_types::BigInt};
use renraku_base::{EventId, Id, PersonId, Timestamp};
use renraku_db::{
    Among, CollectionId, Error, ReadTx, Tx, among,
    schema::{events, occurrences},
};

pub(crate) use of_event::{list_of_events, put_own_version, remove};

use crate::{
    model::ParticipationStatus,
    rules::free_busy::{BusyPeriod, BusyStatus},
};

const DAY: i64 = 86_400_000_000;
/// Occurrences are kept apart by how long they last, so that a window need not look far back for one that reaches into
/// it: up to a day, up to 32 days, longer.
const BANDS: [i64; 2] = [DAY, 32 * DAY];
/// The band of those that last longer than every bound.
const LONGEST: i32 = 2;

const FREE: i32 = 0;
const STATUSES: [BusyStatus; 3] = [BusyStatus::Tentative, BusyStatus::Unavailable, BusyStatus::Confirmed];

fn busy_number(status: Option<BusyStatus>) -> i32 {
    status.map_or(FREE, |status| status as i32 + 1)
}

fn busy_of(number: i32) -> Result<BusyStatus, Error> {
    let status = STATUSES.into_iter().find(|status| busy_number(Some(*status)) == number);
    status.ok_or_else(|| Error::damaged(format!("busy {number}")))
}

const ANSWERS: [ParticipationStatus; 5] = [
    ParticipationStatus::NeedsAction,
    ParticipationStatus::Accepted,
    ParticipationStatus::Declined,
    ParticipationStatus::Tentative,
    ParticipationStatus::Delegated,
];

fn answer_number(answer: ParticipationStatus) -> Option<i32> {
    ANSWERS.iter().position(|it| *it == answer).and_then(|at| i32::try_from(at).ok())
}

fn answer_of(number: Option<i32>) -> Result<Option<ParticipationStatus>, Error> {
    let Some(number) = number else { return Ok(None) };
    let at = usize::try_from(number).map_err(Error::damaged)?;
    ANSWERS.get(at).copied().map(Some).ok_or_else(|| Error::damaged(format!("answer {number}")))
}

/// One occurrence in the index of one calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub collection: CollectionId,
    pub utc_start: Timestamp,
    pub utc_end: Timestamp,
    /// The original local start in its series; empty for an event that does not repeat.
    pub recurrence_id: String,
    /// How it takes the time of the calendar's person or facility; `None` when it does not.
    pub busy: Option<BusyStatus>,
    /// What the calendar's person answered.
    pub answer: Option<ParticipationStatus>,
    /// What differs from the series' head, as text.
    pub detail: Option<String>,
    /// The version of what the calendar's person keeps with the event.
    pub own_version: Option<i64>,
}

impl Entry {
    fn band(&self) -> i32 {
        let length = self.utc_end.micros().saturating_sub(self.utc_start.micros());
        let band = BANDS.iter().position(|bound| length <= *bound);
        band.and_then(|band| i32::try_from(band).ok()).unwrap_or(LONGEST)
    }
}

#[derive(Insertable)]
#[diesel(table_name = occurrences, treat_none_as_default_value = false)]
struct Row<'a> {
    collection_id: i64,
    band: i32,
    utc_start: i64,
    utc_end: i64,
    event_id: &'a str,
    recurrence_id: &'a str,
    busy: i32,
    participation: Option<i32>,
    detail: Option<&'a str>,
    own_version: Option<i64>,
}

/// The occurrences of these calendars that overlap a window. Each band is bounded on both sides and names the calendars by
/// itself: only so does SQLite read the key's part of each band and nothing else.
#[diesel::dsl::auto_type(no_type_alias)]
fn overlap(many: Vec<i64>, from: i64, to: i64) -> _ {
    let (short_band, medium_band, long_band): (i32, i32, i32) = (0, 1, LONGEST);
    let (after_day, after_month): (i64, i64) = (from - BANDS[0], from - BANDS[1]);
    let of_short: Among<occurrences::collection_id, i64, BigInt> =
        among(occurrences::collection_id, many.clone());
    let of_medium: Among<occurrences::collection_id, i64, BigInt> =
        among(occurrences::collection_id, many.clone());
    let of_long: Among<occurrences::collection_id, i64, BigInt> = among(occurrences::collection_id, many);
    let short = of_short
        .and(occurrences::band.eq(short_band))
        .and(occurrences::utc_start.gt(after_day))
        .and(occurrences::utc_start.lt(to));
    let medium = of_medium
        .and(occurrences::band.eq(medium_band))
        .and(occurrences::utc_start.gt(after_month))
        .and(occurrences::utc_start.lt(to));
    let long = of_long.and(occurrences::band.eq(long_band)).and(occurrences::utc_start.lt(to));
    let reaches = occurrences::utc_end.gt(from).or(occurrences::utc_start.ge(from));
    short.or(medium).or(long).and(reaches)
}

/// Each band with the instant after which those of it begin that may reach into a window.
const fn bands(from: i64) -> [(i32, i64); 3] {
    [(0, from - BANDS[0]), (1, from - BANDS[1]), (LONGEST, i64::MIN)]
}

/// The occurrences of one band in one calendar that overlap a window. What is asked of the three bands one after the other needs no
/// table of what was found already, as what is asked with `OR` does.
#[diesel::dsl::auto_type(type_case = "PascalCase")]
fn in_band(calendar: i64, band: (i32, i64), from: i64, to: i64) -> _ {
    let (number, after): (i32, i64) = band;
    let reaches = occurrences::utc_end.gt(from).or(occurrences::utc_start.ge(from));
    occurrences::table
        .filter(occurrences::collection_id.eq(calendar))
        .filter(occurrences::band.eq(number))
        .filter(occurrences::utc_start.gt(after))
        .filter(occurrences::utc_start.lt(to))
        .filter(reaches)
}

/// The events that have an occurrence in a calendar's window, as often as they have one.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn events_between(calendar: i64, from: i64, to: i64) -> _ {
    let [short, medium, long]: [(i32, i64); 3] = bands(from);
    let short: InBand = in_band(calendar, short, from, to);
    let medium: InBand = in_band(calendar, medium, from, to);
    let long: InBand = in_band(calendar, long, from, to);
    short
        .select(occurrences::event_id)
        .union_all(medium.select(occurrences::event_id))
        .union_all(long.select(occurrences::event_id))
}

fn numbers(collections: &[CollectionId]) -> Vec<i64> {
    collections.iter().map(|id| id.0).collect()
}

/// An occurrence with what its event says.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub(crate) struct SeenRow {
    collection_id: i64,
    utc_start: i64,
    utc_end: i64,
    event_id: String,
    recurrence_id: String,
    busy: i32,
    participation: Option<i32>,
    detail: Option<String>,
    head: String,
    version: i64,
    busy_version: i64,
    organizer_id: Option<String>,
    own_version: Option<i64>,
}

/// An occurrence with what its event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub collection: CollectionId,
    pub utc_start: Timestamp,
    pub utc_end: Timestamp,
    pub event: EventId,
    pub recurrence_id: String,
    /// How it takes time; `None` when it does not.
    pub busy: Option<BusyStatus>,
    pub answer: Option<ParticipationStatus>,
    pub detail: Option<String>,
    pub head: String,
    pub version: i64,
    pub busy_version: i64,
    pub organizer: Option<PersonId>,
    /// The version of what the calendar's person keeps with the event.
    pub own_version: Option<i64>,
}

impl TryFrom<SeenRow> for Seen {
    type Error = Error;

    fn try_from(row: SeenRow) -> Result<Self, Error> {
        Ok(Self {
            collection: CollectionId(row.collection_id),
            utc_start: Timestamp::from_micros(row.utc_start),
            utc_end: Timestamp::from_micros(row.utc_end),
            event: Id::stored(row.event_id),
            recurrence_id: row.recurrence_id,
            busy: (row.busy != FREE).then(|| busy_of(row.busy)).transpose()?,
            answer: answer_of(row.participation)?,
            detail: row.detail,
            head: row.head,
            version: row.version,
            busy_version: row.busy_version,
            organizer: row.organizer_id.map(Id::stored),
            own_version: row.own_version,
        })
    }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn seen_columns() -> _ {
    (
        occurrences::collection_id,
        occurrences::utc_start,
        occurrences::utc_end,
        occurrences::event_id,
        occurrences::recurrence_id,
        occurrences::busy,
        occurrences::participation,
        occurrences::detail,
        events::head,
        events::version,
        events::busy_version,
        events::organizer_id,
        occurrences::own_version,
    )
}

/// Where a window's list goes on: after this occurrence in the order of start, event, original start and calendar.
pub(crate) type After = (i64, String, String, i64);

/// The occurrences in these calendars that overlap a window, in order of start, at most `limit` after `after`.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    (from, to): (Timestamp, Timestamp),
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<Seen>, Error> {
    let (start, event, recurrence, collection) =
        after.cloned().unwrap_or((i64::MIN, String::new(), String::new(), i64::MIN));
    let query = occurrences::table
        .inner_join(events::table.on(events::id.eq(occurrences::event_id)))
        .filter(occurrences::utc_start.gt(start).or(occurrences::utc_start.eq(start).and(
            occurrences::event_id.gt(event.clone()).or(occurrences::event_id.eq(event).and(
                occurrences::recurrence_id.gt(recurrence.clone()).or(
                    occurrences::recurrence_id.eq(recurrence).and(occurrences::collection_id.gt(collection)),
                ),
            )),
        )))
        .order((
            occurrences::utc_start,
            occurrences::event_id,
            occurrences::recurrence_id,
            occurrences::collection_id,
        ))
        .limit(limit)
        .select(seen_columns());
    let (from, to) = (from.micros(), to.micros());
    let rows: Vec<SeenRow> = tx.fetch(query.filter(overlap(numbers(collections), from, to)))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The events that have an occurrence in a calendar's window.
pub(crate) fn event_ids_in(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    (from, to): (Timestamp, Timestamp),
) -> Result<BTreeSet<String>, Error> {
    let ids: Vec<String> = tx.fetch(events_between(collection.0, from.micros(), to.micros()))?;
    Ok(ids.into_iter().collect())
}

/// The same in ascending order of their ids after `after`, at most `limit`.
pub(crate) fn list_event_ids(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    (from, to): (Timestamp, Timestamp),
    after: &str,
    limit: i64,
) -> Result<Vec<EventId>, Error> {
    let ids: Vec<String> = tx.fetch(
        occurrences::table
            .filter(overlap(vec![collection.0], from.micros(), to.micros()))
            .filter(occurrences::event_id.gt(after))
            .order(occurrences::event_id)
            .select(occurrences::event_id)
            .distinct()
            .limit(limit),
    )?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// Time that is taken in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub collection: CollectionId,
    pub utc_start: Timestamp,
    pub utc_end: Timestamp,
    pub status: BusyStatus,
    pub event: EventId,
}

/// The time that is taken in these calendars within a window, in order of start, at most `limit` pieces.
pub(crate) fn list_busy(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<Taken>, Error> {
    let rows: Vec<(i64, i64, i64, i32, String)> = tx.fetch(
        occurrences::table
            .filter(overlap(numbers(collections), from.micros(), to.micros()))
            .filter(occurrences::busy.ne(FREE))
            .order(occurrences::utc_start)
            .limit(limit)
            .select((
                occurrences::collection_id,
                occurrences::utc_start,
                occurrences::utc_end,
                occurrences::busy,
                occurrences::event_id,
            )),
    )?;
    rows.into_iter()
        .map(|(collection, start, end, busy, event)| {
            Ok(Taken {
                collection: CollectionId(collection),
                utc_start: Timestamp::from_micros(start),
                utc_end: Timestamp::from_micros(end),
                status: busy_of(busy)?,
                event: Id::stored(event),
            })
        })
        .collect()
}

/// The time that is taken in one calendar within a window, in no order, at most `limit` pieces.
pub(crate) fn list_periods(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<BusyPeriod>, Error> {
    let (from, to) = (from.micros(), to.micros());
    let [short, medium, long] = bands(from).map(|band| {
        in_band(collection.0, band, from, to).filter(occurrences::busy.ne(FREE)).select((
            occurrences::utc_start,
            occurrences::utc_end,
            occurrences::busy,
        ))
    });
    let rows: Vec<(i64, i64, i32)> = tx.fetch(short.union_all(medium).union_all(long).limit(limit))?;
    let instant = Timestamp::from_micros;
    let period = |(start, end, busy)| {
        Ok(BusyPeriod { utc_start: instant(start), utc_end: instant(end), status: busy_of(busy)? })
    };
    rows.into_iter().map(period).collect()
}

/// Puts occurrences into the index.
pub(crate) fn insert_many(
    tx: &mut Tx<'_>,
    entries: impl IntoIterator<Item = (EventId, Entry)>,
) -> Result<(), Error> {
    let mut entries = entries.into_iter().peekable();
    while entries.peek().is_some() {
        let some: Vec<(EventId, Entry)> = entries.by_ref().take(1_500).collect();
        let rows: Vec<Row<'_>> = some
            .iter()
            .map(|(event, entry)| Row {
                collection_id: entry.collection.0,
                band: entry.band(),
                utc_start: entry.utc_start.micros(),
                utc_end: entry.utc_end.micros(),
                event_id: event.as_str(),
                recurrence_id: &entry.recurrence_id,
                busy: busy_number(entry.busy),
                participation: entry.answer.and_then(answer_number),
                detail: entry.detail.as_deref(),
                own_version: entry.own_version,
            })
            .collect();
        match rows.as_slice() {
            // A single row's statement stays prepared, and most events have one.
            [one] => tx.run_prepared(diesel::insert_into(occurrences::table).values(one))?,
            many => drop(tx.run(diesel::insert_into(occurrences::table).values(many))?),
        }
    }
    Ok(())
}
