//! Tasks: kept as they were sent, seen in the calendar into which they were put and nowhere else.

use renraku_base::{ETag, Id};
use renraku_db::{
    ObjectType, ReadTx, Tx,
    changes::{self, Audience, Recorded},
};

use super::{ObjectCalendar, ObjectHead, ObjectKind};
use crate::{
    ScheduleFault,
    store::{self, objects::StoredObject},
};

type Row = (String, Option<ObjectHead>);

fn head(object: StoredObject, calendar: &ObjectCalendar) -> Option<Row> {
    object.seen(calendar.is_mine())?;
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
    Ok(rows.into_iter().filter_map(|row| head(row, calendar)).collect())
}

/// Those of these objects that are tasks.
pub(super) fn get(
    tx: &mut ReadTx<'_>,
    calendar: &ObjectCalendar,
    ids: &[&str],
) -> Result<Vec<Row>, ScheduleFault> {
    let rows = store::objects::get_tasks(tx, calendar.collection, ids)?;
    Ok(rows.into_iter().filter_map(|row| head(row, calendar)).collect())
}

/// The tag of the next version of a task; `before` is the tag that it has.
pub(crate) fn next_tag(tx: &Tx<'_>, before: Option<&str>) -> ETag {
    let version = before.and_then(|tag| i64::from_str_radix(tag.trim_matches('"'), 16).ok());
    ETag::of(tx.next_version(version))
}

/// Stores a task and records the change for those who can notice it.
pub(crate) fn put(tx: &mut Tx<'_>, object: &StoredObject) -> Result<Recorded, ScheduleFault> {
    let before = store::objects::list_by_object(tx, object.collection, &[&object.object])?.pop();
    let shown = |object: &StoredObject| object.seen(false).is_some();
    let audience = match shown(object) || before.as_ref().is_some_and(shown) {
        true => Audience::Everybody,
        false => Audience::Involved,
    };
    store::objects::put(tx, object)?;
    let id = Id::<()>::stored(object.object.clone());
    Ok(match object.body {
        Some(_) => changes::record_for(tx, object.collection, ObjectType::Task, &id, audience),
        None => changes::record_gone_for(tx, object.collection, ObjectType::Task, &id, audience),
    })
}
