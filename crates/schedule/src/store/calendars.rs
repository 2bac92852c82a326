use diesel::{
    dsl::max,
    prelude::*,
    sql_types::{Integer, Nullable, Text},
};
use renraku_base::{CalendarId, Id, PersonId, Principal, Role};
use renraku_db::{
    CollectionId, Error, ReadTx, Tx, among,
    changes::Head,
    columns,
    schema::{calendar_paths as paths, calendars, collections, grants, person_groups},
};

use crate::model::{CalendarKind, Zone};

/// A calendar as it is stored, whoever looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredCalendar {
    pub id: CalendarId,
    pub collection: CollectionId,
    /// The person or, for a facility's calendar, the facility.
    pub owner_id: String,
    pub kind: CalendarKind,
    pub is_default: bool,
    pub name: String,
    pub color: Option<String>,
    pub time_zone: Zone,
    pub version: i64,
    /// Whether it shows, or once showed, a series with too many occurrences for the index.
    pub dense: bool,
    /// Whether what is in it takes its owner's time.
    pub in_availability: bool,
}

impl StoredCalendar {
    /// The person whose calendar it is; `None` for a facility's.
    pub fn owner(&self) -> Option<PersonId> {
        match self.kind {
            CalendarKind::Own => Some(Id::stored(self.owner_id.clone())),
            CalendarKind::Facility => None,
        }
    }

    /// Whether this is one of the person's own calendars.
    pub fn is_of(&self, person: &PersonId) -> bool {
        self.kind == CalendarKind::Own && self.owner_id == person.as_str()
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = calendars, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Row {
    id: String,
    collection_id: i64,
    owner_id: String,
    kind: String,
    is_default: bool,
    name: String,
    color: Option<String>,
    time_zone: String,
    version: i64,
    dense: bool,
    in_availability: bool,
}

impl TryFrom<Row> for StoredCalendar {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            kind: CalendarKind::parse(&row.kind)
                .ok_or_else(|| Error::damaged(format!("calendar kind {}", row.kind)))?,
            time_zone: row.time_zone.parse().map_err(Error::damaged)?,
            id: Id::stored(row.id),
            collection: CollectionId(row.collection_id),
            owner_id: row.owner_id,
            is_default: row.is_default,
            name: row.name,
            color: row.color,
            version: row.version,
            dense: row.dense,
            in_availability: row.in_availability,
        })
    }
}

impl From<&StoredCalendar> for Row {
    fn from(calendar: &StoredCalendar) -> Self {
        Self {
            id: calendar.id.as_str().to_owned(),
            collection_id: calendar.collection.0,
            owner_id: calendar.owner_id.clone(),
            kind: calendar.kind.as_str().to_owned(),
            is_default: calendar.is_default,
            name: calendar.name.clone(),
            color: calendar.color.clone(),
            time_zone: calendar.time_zone.name().to_owned(),
            version: calendar.version,
            dense: calendar.dense,
            in_availability: calendar.in_availability,
        }
    }
}

pub(crate) fn get(tx: &mut ReadTx<'_>, id: &CalendarId) -> Result<Option<StoredCalendar>, Error> {
    let row: Option<Row> = tx.fetch_one(calendars::table.find(id.as_str()).select(columns::<Row>()))?;
    row.map(TryInto::try_into).transpose()
}

/// A calendar that was found by its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AtPath {
    pub calendar: StoredCalendar,
    /// Where its collection stands.
    pub head: Head,
    /// What the person who asks may do in it.
    pub role: Option<Role>,
}

/// A calendar of a home, the segment that was chosen for it, where its collection stands, and the rank of the person in it.
type AtPathRow = (Row, Option<String>, (i64, i64), Option<i32>);

#[diesel::declare_sql_function]
extern "SQL" {
    /// The first of two that is there.
    fn coalesce(first: Nullable<Text>, second: Text) -> Text;

    /// The first of two that is there.
    #[sql_name = "coalesce"]
    fn first_rank(first: Nullable<Integer>, second: Nullable<Integer>) -> Nullable<Integer>;
}

/// The calendar at a segment of somebody's home: the one for which the segment was chosen, or the one that bears it as its id and
/// has no other.
pub(crate) fn find_by_path(
    tx: &mut ReadTx<'_>,
    who: &PersonId,
    home: &str,
    segment: &str,
) -> Result<Option<AtPath>, Error> {
    let chosen = diesel::alias!(paths as chosen);
    let chosen = chosen
        .filter(chosen.field(paths::owner_id).eq(home).and(chosen.field(paths::segment).eq(segment)))
        .select(chosen.field(paths::calendar_id))
        .single_value();
    let rank = grants::table
        .inner_join(person_groups::table.on(person_groups::group_id.eq(grants::grantee_id)))
        .filter(grants::collection_id.eq(calendars::collection_id))
        .filter(person_groups::person_id.eq(who.as_str()))
        // In order and but the first, SQLite would sort them.
        .select(max(grants::role))
        .single_value();
    // Nobody may do more than manage: whose own grant says that, as of what is theirs, is looked for in no group.
    let own = diesel::alias!(grants as own);
    let managed = own
        .filter(own.field(grants::collection_id).eq(calendars::collection_id))
        .filter(own.field(grants::grantee_id).eq(who.as_str()))
        .filter(own.field(grants::role).eq(Role::Manage.rank()))
        .select(own.field(grants::role).nullable())
        .single_value();
    let rows: Vec<AtPathRow> = tx.fetch(
        calendars::table
            .inner_join(collections::table.on(collections::id.eq(calendars::collection_id)))
            .left_join(paths::table.on(paths::calendar_id.eq(calendars::id).and(paths::owner_id.eq(home))))
            .filter(calendars::id.eq(coalesce(chosen, segment)))
            .select((
                columns::<Row>(),
                paths::segment.nullable(),
                (collections::modseq, collections::floor),
                first_rank(managed, rank),
            )),
    )?;
    let is_there = |row: &AtPathRow| match &row.1 {
        Some(chosen) => chosen == segment,
        None => row.0.id == segment,
    };
    rows.into_iter()
        .find(is_there)
        .map(|(row, _, (modseq, floor), rank)| {
            let head = Head { collection: CollectionId(row.collection_id), modseq, floor };
            Ok(AtPath { calendar: row.try_into()?, head, role: rank.and_then(Role::from_rank) })
        })
        .transpose()
}

/// The calendar that the person's events go to when no other is named.
pub(crate) fn find_default(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Option<StoredCalendar>, Error> {
    let row: Option<Row> = tx.fetch_one(
        calendars::table
            .filter(calendars::owner_id.eq(person.as_str()).and(calendars::is_default.eq(true)))
            .select(columns::<Row>()),
    )?;
    row.map(TryInto::try_into).transpose()
}

/// The default calendars of these persons, in no order.
pub(crate) fn list_default(tx: &mut ReadTx<'_>, persons: &[&str]) -> Result<Vec<StoredCalendar>, Error> {
    let rows: Vec<Row> = tx.fetch(
        calendars::table
            .filter(among(calendars::owner_id, persons).and(calendars::is_default.eq(true)))
            .select(columns::<Row>()),
    )?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The default calendars of these persons that have one, as (person, collection).
pub(crate) fn list_defaults(
    tx: &mut ReadTx<'_>,
    persons: &[&str],
) -> Result<Vec<(PersonId, CollectionId)>, Error> {
    let rows: Vec<(String, i64)> = tx.fetch(
        calendars::table
            .filter(among(calendars::owner_id, persons).and(calendars::is_default.eq(true)))
            .select((calendars::owner_id, calendars::collection_id)),
    )?;
    Ok(rows.into_iter().map(|(person, collection)| (Id::stored(person), CollectionId(collection))).collect())
}

/// The calendar of a collection.
pub(crate) fn find_by_collection(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
) -> Result<Option<StoredCalendar>, Error> {
    let row: Option<Row> = tx.fetch_one(
        calendars::table.filter(calendars::collection_id.eq(collection.0)).select(columns::<Row>()),
    )?;
    row.map(TryInto::try_into).transpose()
}

/// The calendars among these collections, each with the role that stands beside its collection, in ascending order.
pub(crate) fn list_readable(
    tx: &mut ReadTx<'_>,
    readable: &[(CollectionId, Role)],
) -> Result<Vec<(StoredCalendar, Role)>, Error> {
    let rows: Vec<Row> = tx.fetch(
        calendars::table
            .filter(among(calendars::collection_id, readable.iter().map(|(id, _)| id.0)))
            .order(calendars::collection_id)
            .select(columns::<Row>()),
    )?;
    rows.into_iter().map(|row| with_role(row, readable)).collect()
}

/// The calendars of facilities among these in which `who` has any right, each with their highest role.
pub(crate) fn list_of_facilities(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    ids: &[&str],
) -> Result<Vec<(StoredCalendar, Role)>, Error> {
    let rows: Vec<(Row, i32)> = tx.fetch(
        calendars::table
            .inner_join(grants::table.on(grants::collection_id.eq(calendars::collection_id)))
            .inner_join(person_groups::table.on(person_groups::group_id.eq(grants::grantee_id)))
            .filter(among(calendars::id, ids).and(calendars::kind.eq(CalendarKind::Facility.as_str())))
            .filter(person_groups::person_id.eq(who.person.as_str()))
            .order((calendars::collection_id, grants::role.desc()))
            .select((columns::<Row>(), grants::role)),
    )?;
    with_highest_role(rows)
}

/// A calendar with the role that is known for its collection.
pub(super) fn with_role(row: Row, roles: &[(CollectionId, Role)]) -> Result<(StoredCalendar, Role), Error> {
    let at = roles.binary_search_by_key(&CollectionId(row.collection_id), |(id, _)| *id);
    let role = at.ok().and_then(|at| roles.get(at)).map(|(_, role)| *role);
    let role = role.ok_or_else(|| Error::damaged(format!("no role in {}", row.collection_id)))?;
    Ok((row.try_into()?, role))
}

/// Of the rows of one calendar, which stand together with the highest role first, that one.
fn with_highest_role(rows: Vec<(Row, i32)>) -> Result<Vec<(StoredCalendar, Role)>, Error> {
    let mut readable: Vec<(StoredCalendar, Role)> = Vec::with_capacity(rows.len());
    for (row, rank) in rows {
        let again = readable.last().is_some_and(|(last, _)| last.collection.0 == row.collection_id);
        if !again && let Some(role) = Role::from_rank(rank) {
            readable.push((row.try_into()?, role));
        }
    }
    Ok(readable)
}

/// A calendar in which the reader has some right, even if they see busy time alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedCalendar {
    pub id: CalendarId,
    pub collection: CollectionId,
    pub owner_id: String,
    pub kind: CalendarKind,
    pub dense: bool,
    pub in_availability: bool,
    pub role: Role,
}

/// The calendars of these persons and facilities in which `who` has a right, each with their highest role.
///
/// The joins are outer ones so that the calendars come first: everyone has a right in almost every calendar, and a planner
/// that began with the rights would read them all.
pub(crate) fn list_by_owner(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    owners: &[&str],
) -> Result<Vec<OwnedCalendar>, Error> {
    let mine =
        person_groups::group_id.eq(grants::grantee_id).and(person_groups::person_id.eq(who.person.as_str()));
    type Found = (String, i64, String, String, (bool, bool), Option<i32>, Option<String>);
    let rows: Vec<Found> = tx.fetch(
        calendars::table
            .left_join(grants::table.on(grants::collection_id.eq(calendars::collection_id)))
            .left_join(person_groups::table.on(mine))
            .filter(among(calendars::owner_id, owners))
            .select((
                calendars::id,
                calendars::collection_id,
                calendars::owner_id,
                calendars::kind,
                (calendars::dense, calendars::in_availability),
                grants::role.nullable(),
                person_groups::person_id.nullable(),
            )),
    )?;
    let mut found: Vec<OwnedCalendar> = Vec::with_capacity(rows.len());
    for (id, collection, owner_id, kind, (dense, in_availability), rank, granted) in rows {
        let kind =
            CalendarKind::parse(&kind).ok_or_else(|| Error::damaged(format!("calendar kind {kind}")))?;
        let Some(role) = granted.and(rank).and_then(Role::from_rank) else { continue };
        match found.iter_mut().find(|known| known.collection.0 == collection) {
            Some(known) => known.role = known.role.max(role),
            None => found.push(OwnedCalendar {
                id: Id::stored(id),
                collection: CollectionId(collection),
                owner_id,
                kind,
                dense,
                in_availability,
                role,
            }),
        }
    }
    Ok(found)
}

/// How many calendars a person or facility has.
pub(crate) fn count_of_owner(tx: &mut ReadTx<'_>, owner: &str) -> Result<i64, Error> {
    Ok(calendars::table.filter(calendars::owner_id.eq(owner)).count().get_result(tx.conn())?)
}

/// Stores a new calendar; `false` says that its id, or the person's place for a default, is taken.
pub(crate) fn insert(tx: &mut Tx<'_>, calendar: &StoredCalendar) -> Result<bool, Error> {
    let row = Row::from(calendar);
    Ok(tx.run(diesel::insert_into(calendars::table).values(row).on_conflict_do_nothing())? == 1)
}

/// Stores new calendars that nobody else can know of yet.
pub(crate) fn insert_many(tx: &mut Tx<'_>, many: &[StoredCalendar]) -> Result<(), Error> {
    let rows: Vec<Row> = many.iter().map(Row::from).collect();
    for some in rows.chunks(1_000) {
        tx.run(diesel::insert_into(calendars::table).values(some))?;
    }
    Ok(())
}

pub(crate) fn put(tx: &mut Tx<'_>, calendar: &StoredCalendar) -> Result<(), Error> {
    let row = Row::from(calendar);
    tx.run_prepared(diesel::update(calendars::table.find(calendar.id.as_str())).set(row))?;
    Ok(())
}

/// Notes that these calendars show a series with too many occurrences for the index. The mark stays: all it costs is a look.
pub(crate) fn mark_dense(tx: &mut Tx<'_>, collections: &[CollectionId]) -> Result<(), Error> {
    let numbers: Vec<i64> = collections.iter().map(|id| id.0).collect();
    diesel::update(calendars::table)
        .filter(among(calendars::collection_id, numbers).and(calendars::dense.eq(false)))
        .set(calendars::dense.eq(true))
        .execute(tx.conn())?;
    Ok(())
}

/// Whether a calendar is marked so.
pub(crate) fn is_dense(tx: &mut ReadTx<'_>, collection: CollectionId) -> Result<bool, Error> {
    let dense: Option<bool> = tx.fetch_one(
        calendars::table.filter(calendars::collection_id.eq(collection.0)).select(calendars::dense),
    )?;
    Ok(dense.unwrap_or_default())
}

pub(crate) fn remove(tx: &mut Tx<'_>, id: &CalendarId) -> Result<(), Error> {
    tx.run(diesel::delete(calendars::table.find(id.as_str())))?;
    Ok(())
}
