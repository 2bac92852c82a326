use diesel::prelude::*;
use renraku_base::{CalendarId, FacilityId, Id};
use renraku_db::{
    CollectionId, Error, ReadTx, Tx, among, columns,
    schema::{calendars, facilities},
};

use crate::model::{BookingRules, FacilityKind};

/// A facility as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredFacility {
    pub id: FacilityId,
    pub calendar: CalendarId,
    pub name: String,
    pub kind: FacilityKind,
    pub capacity: Option<i32>,
    pub place: Option<String>,
    pub description: Option<String>,
    pub booking_rules: BookingRules,
    pub version: i64,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = facilities, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: String,
    calendar_id: String,
    name: String,
    kind: String,
    capacity: Option<i32>,
    place: Option<String>,
    description: Option<String>,
    booking_rules: String,
    version: i64,
}

impl TryFrom<Row> for StoredFacility {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            kind: FacilityKind::parse(&row.kind)
                .ok_or_else(|| Error::damaged(format!("facility kind {}", row.kind)))?,
            booking_rules: serde_json::from_str(&row.booking_rules).map_err(Error::damaged)?,
            id: Id::stored(row.id),
            calendar: Id::stored(row.calendar_id),
            name: row.name,
            capacity: row.capacity,
            place: row.place,
            description: row.description,
            version: row.version,
        })
    }
}

impl TryFrom<&StoredFacility> for Row {
    type Error = Error;

    fn try_from(facility: &StoredFacility) -> Result<Self, Error> {
        Ok(Self {
            id: facility.id.as_str().to_owned(),
            calendar_id: facility.calendar.as_str().to_owned(),
            name: facility.name.clone(),
            kind: facility.kind.as_str().to_owned(),
            capacity: facility.capacity,
            place: facility.place.clone(),
            description: facility.description.clone(),
            booking_rules: serde_json::to_string(&facility.booking_rules).map_err(Error::damaged)?,
            version: facility.version,
        })
    }
}

pub(crate) fn get(tx: &mut ReadTx<'_>, id: &FacilityId) -> Result<Option<StoredFacility>, Error> {
    let row: Option<Row> = tx.fetch_one(facilities::table.find(id.as_str()).select(columns::<Row>()))?;
    row.map(TryInto::try_into).transpose()
}

/// A facility and the collection of its bookings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bookable {
    pub facility: StoredFacility,
    pub collection: CollectionId,
}

fn bookable(rows: Vec<(Row, i64)>) -> Result<Vec<Bookable>, Error> {
    rows.into_iter()
        .map(|(row, collection)| {
            Ok(Bookable { facility: row.try_into()?, collection: CollectionId(collection) })
        })
        .collect()
}

/// These facilities in ascending order of their ids; one that is not there is left out.
pub(crate) fn list_bookable(tx: &mut ReadTx<'_>, ids: &[&str]) -> Result<Vec<Bookable>, Error> {
    let rows: Vec<(Row, i64)> = tx.fetch(
        facilities::table
            .inner_join(calendars::table.on(calendars::id.eq(facilities::calendar_id)))
            .filter(among(facilities::id, ids))
            .order(facilities::id)
            .select((columns::<Row>(), calendars::collection_id)),
    )?;
    bookable(rows)
}

/// These facilities, in no order; one that is not there is left out.
pub(crate) fn list_by_id(tx: &mut ReadTx<'_>, ids: &[&str]) -> Result<Vec<StoredFacility>, Error> {
    let rows: Vec<Row> =
        tx.fetch(facilities::table.filter(among(facilities::id, ids)).select(columns::<Row>()))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The facilities of exactly this name, in the order of their ids.
pub(crate) fn find_by_name(tx: &mut ReadTx<'_>, name: &str) -> Result<Vec<StoredFacility>, Error> {
    let rows: Vec<Row> = tx.fetch(
        facilities::table.filter(facilities::name.eq(name)).order(facilities::id).select(columns::<Row>()),
    )?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The names of these facilities, as (id, name).
pub(crate) fn list_names(tx: &mut ReadTx<'_>, ids: &[&str]) -> Result<Vec<(String, String)>, Error> {
    tx.fetch(facilities::table.filter(among(facilities::id, ids)).select((facilities::id, facilities::name)))
}

/// The facilities after `after` by name: of this kind, for at least so many people, at most `limit` of them.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    after: Option<&(String, String)>,
    (kind, capacity): (Option<FacilityKind>, Option<i32>),
    limit: Option<i64>,
) -> Result<Vec<Bookable>, Error> {
    let mut wanted = facilities::table
        .inner_join(calendars::table.on(calendars::id.eq(facilities::calendar_id)))
        .order((facilities::name, facilities::id))
        .select((columns::<Row>(), calendars::collection_id))
        .into_boxed();
    if let Some((name, id)) = after {
        let later = facilities::name.gt(name).or(facilities::name.eq(name).and(facilities::id.gt(id)));
        wanted = wanted.filter(later);
    }
    if let Some(kind) = kind {
        wanted = wanted.filter(facilities::kind.eq(kind.as_str()));
    }
    if let Some(capacity) = capacity {
        wanted = wanted.filter(facilities::capacity.ge(capacity));
    }
    if let Some(limit) = limit {
        wanted = wanted.limit(limit);
    }
    bookable(wanted.load(tx.conn())?)
}

/// Facilities after `after` in ascending order of their ids, at most `limit`.
pub(crate) fn list_after(tx: &mut ReadTx<'_>, after: &str, limit: i64) -> Result<Vec<StoredFacility>, Error> {
    let rows: Vec<Row> = tx.fetch(
        facilities::table
            .filter(facilities::id.gt(after))
            .order(facilities::id)
            .limit(limit)
            .select(columns::<Row>()),
    )?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Facilities of the same kind that take as many people, the closest in size first.
pub(crate) fn list_substitutes(
    tx: &mut ReadTx<'_>,
    instead_of: &StoredFacility,
    limit: i64,
) -> Result<Vec<Bookable>, Error> {
    let rows: Vec<(Row, i64)> = tx.fetch(
        facilities::table
            .inner_join(calendars::table.on(calendars::id.eq(facilities::calendar_id)))
            .filter(facilities::kind.eq(instead_of.kind.as_str()))
            .filter(facilities::id.ne(instead_of.id.as_str()))
            .filter(
                facilities::capacity.is_null().or(facilities::capacity.ge(instead_of.capacity.unwrap_or(0))),
            )
            .order((facilities::capacity, facilities::name))
            .limit(limit)
            .select((columns::<Row>(), calendars::collection_id)),
    )?;
    bookable(rows)
}

/// Locks a facility until the transaction ends, so that nobody else books it meanwhile: the row is written, which is
/// the lock on both databases. `None` when there is no such facility.
pub(crate) fn lock(tx: &mut Tx<'_>, id: &FacilityId) -> Result<Option<()>, Error> {
    let locked: Vec<i64> = tx.fetch_prepared(
        diesel::update(facilities::table.find(id.as_str()))
            .set(facilities::bookings.eq(facilities::bookings + 1))
            .returning(facilities::bookings),
    )?;
    Ok((!locked.is_empty()).then_some(()))
}

/// Stores a new facility; `false` says that its id is taken.
pub(crate) fn insert(tx: &mut Tx<'_>, facility: &StoredFacility) -> Result<bool, Error> {
    let row = Row::try_from(facility)?;
    Ok(tx.run(diesel::insert_into(facilities::table).values(row).on_conflict_do_nothing())? == 1)
}

pub(crate) fn put(tx: &mut Tx<'_>, facility: &StoredFacility) -> Result<(), Error> {
    let row = Row::try_from(facility)?;
    tx.run_prepared(diesel::update(facilities::table.find(facility.id.as_str())).set(row))?;
    Ok(())
}

pub(crate) fn remove(tx: &mut Tx<'_>, id: &FacilityId) -> Result<(), Error> {
    tx.run(diesel::delete(facilities::table.find(id.as_str())))?;
    Ok(())
}
