use diesel::prelude::*;
use renraku_base::{CalendarId, EventId, Id, PersonId};
use renraku_db::{
    CollectionId, Error, ReadTx, Tx, among,
    schema::{calendar_objects as objects, events, placements},
};

/// The component of a task.
const TASK: &str = "VTODO";

/// What a calendar client stored, and under which name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredObject {
    pub collection: CollectionId,
    /// The event or task.
    pub object: String,
    /// The last segment of its path.
    pub name: String,
    /// Its kind, as iCalendar names it.
    pub component: String,
    pub uid: String,
    /// Of an event, the tag of the version that `body` says; of a task, its own.
    pub etag: String,
    /// Its text, as it was sent; `None` where only the name is known, and for a task that is gone.
    pub body: Option<String>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = objects, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    collection_id: i64,
    object_id: String,
    name: String,
    component: String,
    uid: String,
    etag: String,
    body: Option<String>,
}

impl From<Row> for StoredObject {
    fn from(row: Row) -> Self {
        Self {
            collection: CollectionId(row.collection_id),
            object: row.object_id,
            name: row.name,
            component: row.component,
            uid: row.uid,
            etag: row.etag,
            body: row.body,
        }
    }
}

/// The object of a name; it may be gone.
pub(crate) fn find_by_name(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    name: &str,
) -> Result<Option<StoredObject>, Error> {
    Ok(find_by_names(tx, collection, &[name])?.pop())
}

/// The objects of these names, in no order; they may be gone.
pub(crate) fn find_by_names(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    names: &[&str],
) -> Result<Vec<StoredObject>, Error> {
    let rows: Vec<Row> = objects::table
        .filter(objects::collection_id.eq(collection.0).and(among(objects::name, names)))
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(StoredObject::from).collect())
}

/// What is stored of these events and tasks, in no order.
pub(crate) fn list_by_object(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    ids: &[&str],
) -> Result<Vec<StoredObject>, Error> {
    let rows: Vec<Row> = objects::table
        .filter(objects::collection_id.eq(collection.0).and(among(objects::object_id, ids)))
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(StoredObject::from).collect())
}

/// An event that is seen in a calendar, as far as a list of the calendar needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub event: EventId,
    pub version: i64,
    pub organizer: Option<PersonId>,
    /// The calendar in which it was made.
    pub calendar: CalendarId,
    /// What a window answers of it.
    pub head: String,
    /// Its name, where a client gave it one.
    pub name: Option<String>,
}

type ListedRow = (String, i64, Option<String>, String, String, Option<String>);

fn listed((event, version, organizer, calendar, head, name): ListedRow) -> Listed {
    Listed {
        event: Id::stored(event),
        version,
        organizer: organizer.map(Id::stored),
        calendar: Id::stored(calendar),
        head,
        name,
    }
}

/// The events that are seen in a calendar, in ascending order of their ids after `after`, at most `limit`.
pub(crate) fn list_events(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    after: &str,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let rows: Vec<ListedRow> = placements::table
        .inner_join(events::table.on(events::id.eq(placements::event_id)))
        .left_join(
            objects::table.on(objects::object_id
                .eq(placements::event_id)
                .and(objects::collection_id.eq(placements::collection_id))),
        )
        .filter(placements::collection_id.eq(collection.0).and(placements::hidden.eq(false)))
        .filter(placements::event_id.gt(after))
        .order(placements::event_id)
        .limit(limit)
        .select((
            events::id,
            events::version,
            events::organizer_id,
            events::calendar_id,
            events::head,
            objects::name.nullable(),
        ))
        .load(tx.conn())?;
    Ok(rows.into_iter().map(listed).collect())
}

/// Those of these events that are seen in a calendar, in no order.
pub(crate) fn get_events(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    ids: &[&str],
) -> Result<Vec<Listed>, Error> {
    let rows: Vec<ListedRow> = placements::table
        .inner_join(events::table.on(events::id.eq(placements::event_id)))
        .left_join(
            objects::table.on(objects::object_id
                .eq(placements::event_id)
                .and(objects::collection_id.eq(placements::collection_id))),
        )
        .filter(placements::collection_id.eq(collection.0).and(placements::hidden.eq(false)))
        .filter(among(placements::event_id, ids))
        .select((
            events::id,
            events::version,
            events::organizer_id,
            events::calendar_id,
            events::head,
            objects::name.nullable(),
        ))
        .load(tx.conn())?;
    Ok(rows.into_iter().map(listed).collect())
}

/// The event of this UID that is placed in a calendar, wherever it was made, and whether its person put it away.
pub(crate) fn find_placed_by_uid(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    uid: &str,
) -> Result<Option<(EventId, bool)>, Error> {
    let row: Option<(String, bool)> = events::table
        .inner_join(placements::table.on(placements::event_id.eq(events::id)))
        .filter(events::uid.eq(uid).and(placements::collection_id.eq(collection.0)))
        .select((events::id, placements::hidden))
        .first(tx.conn())
        .optional()?;
    Ok(row.map(|(id, hidden)| (Id::stored(id), hidden)))
}

/// The task of this UID in a calendar.
pub(crate) fn find_task_by_uid(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    uid: &str,
) -> Result<Option<String>, Error> {
    Ok(objects::table
        .filter(objects::collection_id.eq(collection.0).and(objects::component.eq(TASK)))
        .filter(objects::uid.eq(uid).and(objects::body.is_not_null()))
        .select(objects::object_id)
        .first(tx.conn())
        .optional()?)
}

/// The tasks of a calendar in ascending order of their ids after `after`, at most `limit`.
pub(crate) fn list_tasks(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    after: &str,
    limit: i64,
) -> Result<Vec<StoredObject>, Error> {
    let rows: Vec<Row> = objects::table
        .filter(objects::collection_id.eq(collection.0).and(objects::component.eq(TASK)))
        .filter(objects::object_id.gt(after).and(objects::body.is_not_null()))
        .order(objects::object_id)
        .limit(limit)
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(StoredObject::from).collect())
}

/// Stores what a client sent; whatever had the name before loses it.
pub(crate) fn put(tx: &mut Tx<'_>, object: &StoredObject) -> Result<(), Error> {
    let of_name = objects::table
        .filter(objects::collection_id.eq(object.collection.0).and(objects::name.eq(&object.name)))
        .filter(objects::object_id.ne(&object.object));
    diesel::delete(of_name).execute(tx.conn())?;
    let row = || Row {
        collection_id: object.collection.0,
        object_id: object.object.clone(),
        name: object.name.clone(),
        component: object.component.clone(),
        uid: object.uid.clone(),
        etag: object.etag.clone(),
        body: object.body.clone(),
    };
    let statement = diesel::insert_into(objects::table)
        .values(row())
        .on_conflict((objects::collection_id, objects::object_id))
        .do_update()
        .set(row());
    tx.run(statement)?;
    Ok(())
}

/// Forgets all that was stored in a calendar.
pub(crate) fn remove_all(tx: &mut Tx<'_>, collection: CollectionId) -> Result<(), Error> {
    diesel::delete(objects::table.filter(objects::collection_id.eq(collection.0))).execute(tx.conn())?;
    Ok(())
}
