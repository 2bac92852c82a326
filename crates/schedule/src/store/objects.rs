mod listed;
mod uids;

use std::collections::HashMap;

use diesel::{
    dsl::{exists, not},
    prelude::*,
    upsert::excluded,
};
use renraku_base::EventId;
use renraku_db::{
    CollectionId, Condition, Error, Literal, ReadTx, Tx, among, columns,
    schema::{calendar_objects as objects, placements},
};

use crate::codec::ical::is_guarded_task;

pub(crate) use listed::{
    Listed, Placed, get_events, get_placed, list_events, list_placed, list_placed_between,
};
pub(crate) use uids::{OfUid, TakenUids, list_by_uid, list_taken_uids};

/// That an object is a task, in the words of the indexes of tasks.
struct OfTask;

impl Condition for OfTask {
    const SQL: &'static str = "calendar_objects.component = 'VTODO'";
}

const IS_TASK: Literal<OfTask> = Literal::new();

/// That something is no task.
struct OfEvent;

impl Condition for OfEvent {
    const SQL: &'static str = "FALSE";
}

const NOT_TASK: Literal<OfEvent> = Literal::new();

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

impl StoredObject {
    /// The text of a task as somebody sees it who may read the calendar; `None` when they do not see it, or it is gone.
    pub fn seen(&self, is_mine: bool) -> Option<&str> {
        self.body.as_deref().filter(|text| is_mine || !is_guarded_task(text))
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = objects, treat_none_as_default_value = false)]
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

impl From<StoredObject> for Row {
    fn from(object: StoredObject) -> Self {
        Self {
            collection_id: object.collection.0,
            object_id: object.object,
            name: object.name,
            component: object.component,
            uid: object.uid,
            etag: object.etag,
            body: object.body,
        }
    }
}

/// Which object has a name; it may be gone.
pub(crate) fn find_by_name(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    name: &str,
) -> Result<Option<String>, Error> {
    Ok(find_by_names(tx, collection, &[name])?.pop().map(|(_, object)| object))
}

/// Which objects have these names, each after its name, in no order; they may be gone.
pub(crate) fn find_by_names(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    names: &[&str],
) -> Result<Vec<(String, String)>, Error> {
    let named = objects::table
        .filter(objects::collection_id.eq(collection.0))
        .select((objects::name, objects::object_id));
    match names {
        [one] => tx.fetch(named.filter(objects::name.eq(one))),
        many => tx.fetch(named.filter(among(objects::name, many))),
    }
}

/// The names of those of these events and tasks that have one of their own, or had one.
pub(crate) fn list_names(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    ids: &[&str],
) -> Result<HashMap<String, String>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let named: Vec<(String, String)> = tx.fetch(
        objects::table
            .filter(objects::collection_id.eq(collection.0).and(among(objects::object_id, ids)))
            .select((objects::object_id, objects::name)),
    )?;
    Ok(named.into_iter().collect())
}

/// What is stored of these events and tasks, in no order.
pub(crate) fn list_by_object(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    ids: &[&str],
) -> Result<Vec<StoredObject>, Error> {
    let rows: Vec<Row> = tx.fetch(
        objects::table
            .filter(objects::collection_id.eq(collection.0).and(among(objects::object_id, ids)))
            .select(columns::<Row>()),
    )?;
    Ok(rows.into_iter().map(StoredObject::from).collect())
}

/// The text of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredText {
    /// The event or task.
    pub object: String,
    /// Of an event, the tag of the version that `body` says; of a task, its own.
    pub etag: String,
    /// Its text, as it was sent.
    pub body: String,
}

/// The texts that are stored of these events and tasks, in no order.
pub(crate) fn list_texts(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    ids: &[&str],
) -> Result<Vec<StoredText>, Error> {
    let rows: Vec<(String, String, String)> = tx.fetch(
        objects::table
            .filter(objects::collection_id.eq(collection.0).and(among(objects::object_id, ids)))
            .filter(objects::body.is_not_null())
            .select((objects::object_id, objects::etag, objects::body.assume_not_null())),
    )?;
    Ok(rows.into_iter().map(|(object, etag, body)| StoredText { object, etag, body }).collect())
}

/// The text of an event or a task that says all that there is to say of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub(crate) struct WholeText {
    pub object: String,
    pub name: String,
    pub component: String,
    pub etag: String,
    pub body: String,
}

/// The texts of these names in a calendar that say all that there is to say, in no order.
pub(crate) fn list_whole_texts(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    names: &[&str],
) -> Result<Vec<WholeText>, Error> {
    tx.fetch(
        objects::table
            .filter(objects::collection_id.eq(collection.0).and(among(objects::name, names)))
            .filter(objects::etag.ne("").and(objects::body.is_not_null()))
            .select((
                objects::object_id,
                objects::name,
                objects::component,
                objects::etag,
                objects::body.assume_not_null(),
            )),
    )
}

/// Whether an object is in a calendar: an event that is placed there, or a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It is seen there.
    There,
    /// Its person put it away.
    PutAway,
    /// It is not there, or not any more.
    Gone,
}

/// Whether an object is in a calendar.
pub(crate) fn presence(tx: &mut ReadTx<'_>, collection: CollectionId, id: &str) -> Result<Presence, Error> {
    let placed = placements::table
        .filter(placements::event_id.eq(id).and(placements::collection_id.eq(collection.0)))
        .select(placements::hidden);
    let tasks = objects::table
        .filter(objects::collection_id.eq(collection.0).and(objects::object_id.eq(id)))
        .filter(IS_TASK.and(objects::body.is_not_null()))
        .select(NOT_TASK);
    let hidden: Vec<bool> = tx.fetch(placed.union_all(tasks))?;
    Ok(match hidden.iter().all(|hidden| *hidden) {
        _ if hidden.is_empty() => Presence::Gone,
        true => Presence::PutAway,
        false => Presence::There,
    })
}

/// Those of these objects that are tasks which are there, in no order.
pub(crate) fn get_tasks(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    ids: &[&str],
) -> Result<Vec<StoredObject>, Error> {
    let rows: Vec<Row> = tx.fetch(
        objects::table
            .filter(objects::collection_id.eq(collection.0).and(IS_TASK))
            .filter(among(objects::object_id, ids).and(objects::body.is_not_null()))
            .select(columns::<Row>()),
    )?;
    Ok(rows.into_iter().map(StoredObject::from).collect())
}

/// The tasks of a calendar in ascending order of their ids after `after`, at most `limit`.
pub(crate) fn list_tasks(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    after: &str,
    limit: i64,
) -> Result<Vec<StoredObject>, Error> {
    let rows: Vec<Row> = tx.fetch(
        objects::table
            .filter(objects::collection_id.eq(collection.0).and(IS_TASK))
            .filter(objects::object_id.gt(after).and(objects::body.is_not_null()))
            .order(objects::object_id)
            .limit(limit)
            .select(columns::<Row>()),
    )?;
    Ok(rows.into_iter().map(StoredObject::from).collect())
}

/// Stores what a client sent; whatever had the name before loses it.
pub(crate) fn put(tx: &mut Tx<'_>, object: &StoredObject) -> Result<(), Error> {
    free_name(tx, object)?;
    put_named(tx, object)
}

/// Takes the name of an object away from whatever else had it.
pub(crate) fn free_name(tx: &mut Tx<'_>, object: &StoredObject) -> Result<(), Error> {
    let of_name = objects::table
        .filter(objects::collection_id.eq(object.collection.0).and(objects::name.eq(&object.name)))
        .filter(objects::object_id.ne(&object.object));
    tx.run_prepared(diesel::delete(of_name))?;
    Ok(())
}

/// Stores what a client sent under a name that nothing else has.
pub(crate) fn put_named(tx: &mut Tx<'_>, object: &StoredObject) -> Result<(), Error> {
    struct Put;
    let statement = diesel::insert_into(objects::table)
        .values(Row::from(object.clone()))
        .on_conflict((objects::collection_id, objects::object_id))
        .do_update()
        .set((
            objects::name.eq(excluded(objects::name)),
            objects::component.eq(excluded(objects::component)),
            objects::uid.eq(excluded(objects::uid)),
            objects::etag.eq(excluded(objects::etag)),
            objects::body.eq(excluded(objects::body)),
        ));
    tx.run_named::<Put, _>(statement)
}

/// Stores what was not there, under names that are known to be free.
pub(crate) fn insert_many(tx: &mut Tx<'_>, many: Vec<StoredObject>) -> Result<(), Error> {
    let mut rows: Vec<Row> = many.into_iter().map(Row::from).collect();
    while !rows.is_empty() {
        let some = rows.split_off(rows.len().saturating_sub(1_000));
        tx.run(diesel::insert_into(objects::table).values(&some))?;
    }
    Ok(())
}

/// Objects that are not there any more: events that are not seen in their calendar, and tasks without a text. In ascending order of
/// collection and id after `after`, at most `limit`.
pub(crate) fn list_gone(
    tx: &mut ReadTx<'_>,
    (collection, object): &(CollectionId, String),
    limit: i64,
) -> Result<Vec<(CollectionId, String)>, Error> {
    let is_placed = placements::table.filter(
        placements::event_id.eq(objects::object_id).and(placements::collection_id.eq(objects::collection_id)),
    );
    let rows: Vec<(i64, String)> = tx.fetch(
        objects::table
            .filter(
                objects::collection_id
                    .gt(collection.0)
                    .or(objects::collection_id.eq(collection.0).and(objects::object_id.gt(object))),
            )
            .filter(IS_TASK.and(objects::body.is_null()).or(not(IS_TASK).and(not(exists(is_placed)))))
            .order((objects::collection_id, objects::object_id))
            .limit(limit)
            .select((objects::collection_id, objects::object_id)),
    )?;
    Ok(rows.into_iter().map(|(collection, object)| (CollectionId(collection), object)).collect())
}

/// Notes that what is stored of this event does not say any more all that there is to say, in no calendar that shows it.
pub(crate) fn outdate(tx: &mut Tx<'_>, event: &EventId) -> Result<(), Error> {
    let places =
        placements::table.filter(placements::event_id.eq(event.as_str())).select(placements::collection_id);
    let texts = objects::table
        .filter(objects::object_id.eq(event.as_str()).and(objects::collection_id.eq_any(places)))
        .filter(objects::etag.ne(""));
    tx.run_prepared(diesel::update(texts).set(objects::etag.eq("")))?;
    Ok(())
}

/// The same of these events.
pub(crate) fn outdate_many(tx: &mut Tx<'_>, events: &[&str]) -> Result<(), Error> {
    let places =
        placements::table.filter(among(placements::event_id, events)).select(placements::collection_id);
    let texts = objects::table
        .filter(among(objects::object_id, events).and(objects::collection_id.eq_any(places)))
        .filter(objects::etag.ne(""));
    tx.run(diesel::update(texts).set(objects::etag.eq("")))?;
    Ok(())
}

/// Forgets one object with its name; how many there were.
pub(crate) fn remove(tx: &mut Tx<'_>, collection: CollectionId, object: &str) -> Result<usize, Error> {
    Ok(diesel::delete(objects::table.find((collection.0, object))).execute(tx.conn())?)
}

/// Forgets the text of one object; how many there were.
pub(crate) fn remove_text(tx: &mut Tx<'_>, collection: CollectionId, object: &str) -> Result<usize, Error> {
    let row = objects::table.find((collection.0, object)).filter(objects::body.is_not_null());
    Ok(diesel::update(row).set(objects::body.eq(None::<String>)).execute(tx.conn())?)
}

/// Forgets all that was stored in a calendar.
pub(crate) fn remove_all(tx: &mut Tx<'_>, collection: CollectionId) -> Result<(), Error> {
    tx.run(diesel::delete(objects::table.filter(objects::collection_id.eq(collection.0))))?;
    Ok(())
}
