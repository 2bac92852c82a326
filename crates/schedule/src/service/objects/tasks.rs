//! Tasks: kept as they were sent, seen in the calendar into which they were put and nowhere else.

use renraku_base::ETag;
use renraku_db::{ReadTx, Tx, changes};

use super::{ObjectCalendar, ObjectHead, ObjectKind};
use crate::{
    ScheduleFault,
    store::{self, objects::StoredObject},
};

type Row = (String, Option<ObjectHead>);

fn head(object: StoredObject) -> Option<Row> {
    object.body.as_ref()?;
    let head = ObjectHead {
        id: object.object.clone(),
        name: object.name,
        etag: ETag::from(object.etag),
        kind: ObjectKind::Task,
    };
    Some((object.object, Some(head)))
}

/// The tasks of a calendar in ascending order of their ids after `after`.
pub(super) fn list(
    tx: &mut ReadTx<'_>,
    calendar: &ObjectCalendar,
    after: &str,
    limit: i64,
) -> Result<Vec<Row>, ScheduleFault> {
    let rows = store::objects::list_tasks(tx, calendar.collection, after, limit)?;
    Ok(rows.into_iter().filter_map(head).collect())
}

/// Those of these objects that are tasks.
pub(super) fn get(
    tx: &mut ReadTx<'_>,
    calendar: &ObjectCalendar,
    ids: &[&str],
) -> Result<Vec<Row>, ScheduleFault> {
    let rows = store::objects::list_by_object(tx, calendar.collection, ids)?;
    let tasks = rows.into_iter().filter(|row| row.component == ObjectKind::Task.component());
    Ok(tasks.filter_map(head).collect())
}

/// Stores a task and records the change.
pub(super) fn put(tx: &mut Tx<'_>, object: &StoredObject) -> Result<changes::Recorded, ScheduleFault> {
    store::objects::put(tx, object)?;
    let id = renraku_base::Id::<()>::stored(object.object.clone());
    Ok(match object.body {
        Some(_) => changes::record(tx, object.collection, renraku_db::ObjectType::Task, &id),
        None => changes::record_gone(tx, object.collection, renraku_db::ObjectType::Task, &id),
    })
}
