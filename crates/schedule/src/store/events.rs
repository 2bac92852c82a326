use std::collections::{BTreeSet, HashMap};

use diesel::{prelude::*, sqlite::Sqlite};
use renraku_base::{CalendarId, EventId, FacilityId, Id, PersonId, Timestamp};
use renraku_db::{
    CollectionId, Error, ReadTx, Tx, among, columns,
    schema::{calendars, events, placements},
};

use super::{
    head::Head,
    objects,
    placements::{Placement, StoredOwn},
};
use crate::{
    codec::ical,
    model::{Event, LocalDateTime, PatchObject, Zone},
};

/// The part of time for which a series' occurrences are in the index; `None` is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Indexed {
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

impl Indexed {
    /// Of a series with too many occurrences for the index: none of them is there.
    pub const NOTHING: Self = Self { from: Some(Timestamp::from_micros(i64::MAX)), until: None };

    /// Whether the series has too many occurrences for the index.
    pub fn is_dense(self) -> bool {
        self == Self::NOTHING
    }

    /// Whether every occurrence that lies in this part of time is in the index.
    pub fn covers(self, (from, to): (Timestamp, Timestamp)) -> bool {
        self.from.is_none_or(|first| first <= from) && self.until.is_none_or(|until| until >= to)
    }

    /// Whether an occurrence with these ends is in the index.
    pub fn holds(self, start: Timestamp, end: Timestamp) -> bool {
        self.from.is_none_or(|from| end > from || start >= from)
            && self.until.is_none_or(|until| start < until)
    }

    /// Whether every occurrence that there is is in the index.
    pub fn is_whole(self) -> bool {
        self.from.is_none() && self.until.is_none()
    }
}

/// An event as it is stored: one object, however many calendars show it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredEvent {
    pub id: EventId,
    /// The calendar in which it was made.
    pub calendar: CalendarId,
    /// The member of staff who organizes it; `None` when someone from outside does, or nobody.
    pub organizer: Option<PersonId>,
    pub version: i64,
    /// The version of what those see who see only when it takes time.
    pub busy_version: i64,
    pub indexed: Indexed,
    /// What it books, in ascending order.
    pub facilities: Vec<FacilityId>,
    pub event: Event,
}

/// Who organizes an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Organizer<'e> {
    /// A member of staff: the event is the house's, and who takes part hears of it from us.
    Ours(&'e PersonId),
    /// Whoever has this address outside: the event is a person's copy of it.
    Outside(&'e str),
    /// Nobody is said to: nobody is invited to it.
    Nobody,
}

impl StoredEvent {
    /// Who organizes it.
    pub fn organized_by(&self) -> Organizer<'_> {
        match (&self.organizer, &self.event.organizer_calendar_address) {
            (Some(person), _) => Organizer::Ours(person),
            (None, Some(address)) => Organizer::Outside(address),
            (None, None) => Organizer::Nobody,
        }
    }

    pub fn head(&self) -> Head {
        Head::of(&self.event, &self.facilities)
    }

    /// What it books for one occurrence.
    pub fn facilities_at(&self, recurrence_id: LocalDateTime) -> Vec<FacilityId> {
        let own = self.event.recurrence_overrides.get(&recurrence_id).and_then(PatchObject::facility_ids);
        own.unwrap_or_else(|| self.facilities.clone())
    }

    /// The same without one occurrence. Where only single occurrences of a series are known the next takes the place of the event
    /// itself; `None` when there is no other.
    pub fn without(&self, recurrence_id: LocalDateTime) -> Option<Self> {
        if !self.event.is_itself(recurrence_id) {
            return Some(Self { event: self.event.without(recurrence_id), ..self.clone() });
        }
        let others = self.event.occurrences_of(|_| true).into_iter();
        let (event, facilities) = Event::alone(others.map(|(id, it)| (id, it, self.facilities_at(id))))?;
        Some(Self { event, facilities, ..self.clone() })
    }

    /// Has one occurrence book these, and the others what they booked.
    pub fn put_facilities_at(&mut self, recurrence_id: LocalDateTime, booked: &[FacilityId]) {
        if !self.event.is_itself(recurrence_id) {
            let own = Some(booked).filter(|it| **it != self.facilities);
            return self.event.put_facility_ids(recurrence_id, own);
        }
        let others: Vec<_> = self.event.recurrence_overrides.keys().copied().collect();
        for id in others {
            let then = self.facilities_at(id);
            self.event.put_facility_ids(id, (then != booked).then_some(then.as_slice()));
        }
        self.facilities = booked.to_vec();
    }

    /// What it books for any occurrence, each once and in ascending order.
    pub fn all_facilities(&self) -> Vec<FacilityId> {
        let own = self.event.recurrence_overrides.values().filter_map(PatchObject::facility_ids);
        let all: BTreeSet<FacilityId> = own.flatten().chain(self.facilities.iter().cloned()).collect();
        all.into_iter().collect()
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = events, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: String,
    calendar_id: String,
    organizer_id: Option<String>,
    uid: String,
    version: i64,
    busy_version: i64,
    indexed_from: Option<i64>,
    indexed_until: Option<i64>,
    head: String,
    body: String,
}

impl TryFrom<Row> for StoredEvent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let mut event = serde_json::from_str(&row.body).map_err(Error::damaged)?;
        ical::part_notes(&mut event);
        Ok(Self {
            event,
            facilities: Head::parse(&row.head)?.facilities,
            id: Id::stored(row.id),
            calendar: Id::stored(row.calendar_id),
            organizer: row.organizer_id.map(Id::stored),
            version: row.version,
            busy_version: row.busy_version,
            indexed: Indexed {
                from: row.indexed_from.map(Timestamp::from_micros),
                until: row.indexed_until.map(Timestamp::from_micros),
            },
        })
    }
}

impl TryFrom<&StoredEvent> for Row {
    type Error = Error;

    fn try_from(stored: &StoredEvent) -> Result<Self, Error> {
        Ok(Self {
            id: stored.id.as_str().to_owned(),
            calendar_id: stored.calendar.as_str().to_owned(),
            organizer_id: stored.organizer.as_ref().map(|person| person.as_str().to_owned()),
            uid: stored.event.uid.clone(),
            version: stored.version,
            busy_version: stored.busy_version,
            indexed_from: stored.indexed.from.map(Timestamp::micros),
            indexed_until: stored.indexed.until.map(Timestamp::micros),
            head: stored.head().to_text()?,
            body: serde_json::to_string(&stored.event).map_err(Error::damaged)?,
        })
    }
}

fn stored(rows: Vec<Row>) -> Result<Vec<StoredEvent>, Error> {
    rows.into_iter().map(TryInto::try_into).collect()
}

pub(crate) fn get(tx: &mut ReadTx<'_>, id: &EventId) -> Result<Option<StoredEvent>, Error> {
    let row: Option<Row> = tx.fetch_one(events::table.find(id.as_str()).select(columns::<Row>()))?;
    row.map(TryInto::try_into).transpose()
}

/// These events, in no order; one that is not there is left out.
pub(crate) fn list_by_id(tx: &mut ReadTx<'_>, ids: &[&str]) -> Result<Vec<StoredEvent>, Error> {
    stored(tx.fetch(events::table.filter(among(events::id, ids)).select(columns::<Row>()))?)
}

/// The event of a UID in the calendar in which it was made.
pub(crate) fn find_by_uid(
    tx: &mut ReadTx<'_>,
    calendar: &CalendarId,
    uid: &str,
) -> Result<Option<StoredEvent>, Error> {
    let row: Option<Row> = tx.fetch_one(
        events::table
            .filter(events::calendar_id.eq(calendar.as_str()).and(events::uid.eq(uid)))
            .select(columns::<Row>()),
    )?;
    row.map(TryInto::try_into).transpose()
}

/// The events of these UIDs in the calendar in which they were made, by UID.
pub(crate) fn list_by_uid(
    tx: &mut ReadTx<'_>,
    calendar: &CalendarId,
    uids: &[&str],
) -> Result<HashMap<String, StoredEvent>, Error> {
    let rows: Vec<Row> = tx.fetch(
        events::table
            .filter(events::calendar_id.eq(calendar.as_str()).and(among(events::uid, uids)))
            .select(columns::<Row>()),
    )?;
    rows.into_iter().map(|row| Ok((row.uid.clone(), row.try_into()?))).collect()
}

/// The events that were made in a calendar, in ascending order of their ids after `after`.
pub(crate) fn list_made_in(
    tx: &mut ReadTx<'_>,
    calendar: &CalendarId,
    after: &str,
    limit: i64,
) -> Result<Vec<StoredEvent>, Error> {
    // What is made in a calendar is seen there, and there it stands in order.
    let rows = tx.fetch(
        placements::table
            .inner_join(events::table.on(events::id.eq(placements::event_id)))
            .inner_join(calendars::table.on(calendars::collection_id.eq(placements::collection_id)))
            .filter(calendars::id.eq(calendar.as_str()).and(events::calendar_id.eq(calendar.as_str())))
            .filter(placements::event_id.gt(after))
            .order(placements::event_id)
            .limit(limit)
            .select(columns::<Row>()),
    )?;
    stored(rows)
}

/// A series seen in a calendar, with what is needed to expand it there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OpenSeries {
    pub placement: Placement,
    pub stored: StoredEvent,
    /// The zone of the calendar in which it was made.
    pub zone: Zone,
    /// Whether it was made in the calendar in which it is seen.
    pub at_home: bool,
}

/// The calendar in which a series is seen, its person and what they keep with it, the calendar in which it was made and its zone, the series.
type OpenRow = (i64, Option<String>, (Option<String>, Option<i64>), (i64, String), Row);

/// The series of which a window may hold occurrences that are not in the index.
#[diesel::dsl::auto_type(no_type_alias)]
fn open(from: i64, to: i64) -> _ {
    let row: <Row as Selectable<Sqlite>>::SelectExpression = columns::<Row>();
    placements::table
        .inner_join(events::table.on(events::id.eq(placements::event_id)))
        .inner_join(calendars::table.on(calendars::id.eq(events::calendar_id)))
        .filter(placements::open.and(placements::hidden.eq(false)))
        .filter(events::indexed_until.lt(to).or(events::indexed_from.gt(from)))
        .select((
            placements::collection_id,
            placements::person_id,
            (placements::own, placements::own_version),
            (calendars::collection_id, calendars::time_zone),
            row,
        ))
}

/// The series seen in these calendars of which a window may hold occurrences that are not in the index.
pub(crate) fn list_open(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<OpenSeries>, Error> {
    let open = open(from.micros(), to.micros());
    let rows: Vec<OpenRow> = match collections {
        [one] => tx.fetch(open.filter(placements::collection_id.eq(one.0)))?,
        many => tx.fetch(open.filter(among(placements::collection_id, many.iter().map(|id| id.0))))?,
    };
    rows.into_iter()
        .map(|(collection, person, (own, own_version), (home, zone), row)| {
            let own = StoredOwn::of_row(own, own_version)?;
            let place = Placement::new(CollectionId(collection), person.map(Id::stored));
            let placement = Placement { own, ..place };
            let zone = zone.parse().map_err(Error::damaged)?;
            Ok(OpenSeries { placement, stored: row.try_into()?, zone, at_home: home == collection })
        })
        .collect()
}

/// How many series with too many occurrences for the index the owner of a calendar has in all of theirs, without one of them.
pub(crate) fn count_dense(
    tx: &mut ReadTx<'_>,
    calendar: &CalendarId,
    without: &EventId,
) -> Result<i64, Error> {
    let owner: Option<String> =
        tx.fetch_one(calendars::table.find(calendar.as_str()).select(calendars::owner_id))?;
    let Some(owner) = owner else { return Ok(0) };
    placements::table
        .inner_join(events::table.on(events::id.eq(placements::event_id)))
        .inner_join(calendars::table.on(calendars::collection_id.eq(placements::collection_id)))
        .filter(calendars::owner_id.eq(owner).and(placements::open))
        .filter(events::indexed_from.eq(Indexed::NOTHING.from.map(Timestamp::micros)))
        .filter(events::id.ne(without.as_str()))
        .count()
        .get_result(tx.conn())
        .map_err(Into::into)
}

/// Series whose index ends before `before`, the most urgent first.
pub(crate) fn list_ending_index(
    tx: &mut ReadTx<'_>,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<EventId>, Error> {
    let ids: Vec<String> = tx.fetch(
        events::table
            .filter(events::indexed_until.lt(before.micros()))
            .order(events::indexed_until)
            .limit(limit)
            .select(events::id),
    )?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// Stores a new event; `false` says that its id, or its uid in the calendar, is taken.
pub(crate) fn insert(tx: &mut Tx<'_>, stored: &StoredEvent) -> Result<bool, Error> {
    struct Insert;
    let insert = diesel::insert_into(events::table).values(Row::try_from(stored)?).on_conflict_do_nothing();
    Ok(tx.count_named::<Insert, _>(insert)? == 1)
}

/// Stores new events whose ids are known to be free.
pub(crate) fn insert_many(tx: &mut Tx<'_>, many: &[StoredEvent]) -> Result<(), Error> {
    for some in many.chunks(1_000) {
        let rows = some.iter().map(Row::try_from).collect::<Result<Vec<_>, Error>>()?;
        tx.run(diesel::insert_into(events::table).values(&rows))?;
    }
    Ok(())
}

/// Stores another version of an event; the texts of it that are stored are those of the version before.
pub(crate) fn put(tx: &mut Tx<'_>, stored: &StoredEvent) -> Result<(), Error> {
    let row = Row::try_from(stored)?;
    tx.run_prepared(diesel::update(events::table.find(stored.id.as_str())).set(row))?;
    objects::outdate(tx, &stored.id)
}

/// Notes which part of a series is in the index now. Nothing that anyone sees changes by it, so the version stays.
pub(crate) fn put_indexed(tx: &mut Tx<'_>, id: &EventId, indexed: Indexed) -> Result<(), Error> {
    tx.run_prepared(diesel::update(events::table.find(id.as_str())).set((
        events::indexed_from.eq(indexed.from.map(Timestamp::micros)),
        events::indexed_until.eq(indexed.until.map(Timestamp::micros)),
    )))?;
    Ok(())
}

pub(crate) fn remove(tx: &mut Tx<'_>, id: &EventId) -> Result<(), Error> {
    tx.run(diesel::delete(events::table.find(id.as_str())))?;
    Ok(())
}

/// Takes these events away, which are in no calendar any more.
pub(crate) fn remove_many(tx: &mut Tx<'_>, ids: &[&str]) -> Result<(), Error> {
    tx.run(diesel::delete(events::table.filter(among(events::id, ids))))?;
    Ok(())
}
