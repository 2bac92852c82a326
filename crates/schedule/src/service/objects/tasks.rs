//! Tasks: kept as they were sent, seen in the calendar into which they were put and nowhere else. Whoever sees one in a calendar of
//! another keeps alarms of their own beside it.

use std::collections::HashMap;

use renraku_base::{ETag, EventId, Id, Principal};
use renraku_db::{
    ObjectType, ReadTx, Tx,
    changes::{self, Audience, Recorded},
};

use super::{ObjectCalendar, ObjectHead, ObjectKind, list::own_tag};
use crate::{
    ScheduleFault,
    codec::ical,
    model::Own,
    store::{self, objects::StoredObject, placements::StoredOwn},
};

type Row = (String, Option<ObjectHead>);

/// The number of the version that a tag is of.
fn version(etag: &str) -> Option<i64> {
    i64::from_str_radix(etag.trim_matches('"'), 16).ok()
}

fn rows(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    objects: Vec<StoredObject>,
) -> Result<Vec<Row>, ScheduleFault> {
    let mut kept = HashMap::new();
    if !calendar.is_mine() && !objects.is_empty() {
        kept = store::reader_alerts::list_versions(tx, &who.person)?;
    }
    let seen = objects.into_iter().filter(|object| object.seen(calendar.is_mine()).is_some());
    Ok(seen
        .map(|object| {
            let own = kept.get(&object.object).copied();
            let etag = match version(&object.etag) {
                Some(version) if own.is_some() => own_tag(version, own),
                _ => ETag::from(object.etag),
            };
            let head =
                ObjectHead { id: object.object.clone(), name: object.name, etag, kind: ObjectKind::Task };
            (object.object, Some(head))
        })
        .collect())
}

/// What the person keeps with those of these tasks of another's calendar of which they keep alarms, by id.
pub(super) fn list_kept(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    ids: &[&str],
) -> Result<HashMap<String, StoredOwn>, ScheduleFault> {
    let kept = store::reader_alerts::list(tx, &who.person, ids)?;
    Ok(kept.into_iter().map(|(id, own)| (id.into_string(), own)).collect())
}

/// Keeps the alarms in what somebody sent of a task of another's calendar, instead of those that they had; whether they are others.
pub(super) fn keep_alarms(
    tx: &mut Tx<'_>,
    who: &Principal,
    task: &StoredObject,
    sent: &str,
) -> Result<bool, ScheduleFault> {
    let id = EventId::stored(task.object.clone());
    let before = list_kept(tx, who, &[&task.object])?.remove(&task.object);
    let task_alarms = ical::alarms_of(sent);
    if before.as_ref().map(|it| it.own.task_alarms.as_str()).unwrap_or_default() == task_alarms {
        return Ok(false);
    }
    match task_alarms.is_empty() {
        true => store::reader_alerts::remove(tx, &who.person, &id)?,
        false => {
            let newest = before.map(|it| it.version).max(version(&task.etag));
            let own = Own { task_alarms, ..Own::default() };
            let own = StoredOwn { version: tx.next_version(newest), own };
            store::reader_alerts::put(tx, &who.person, &id, &own)?;
        }
    }
    Ok(true)
}

/// The tasks of a calendar in ascending order of their ids after `after`.
pub(super) fn list(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    after: &str,
    limit: i64,
) -> Result<Vec<Row>, ScheduleFault> {
    let tasks = store::objects::list_tasks(tx, calendar.collection, after, limit)?;
    rows(tx, who, calendar, tasks)
}

/// Those of these objects that are tasks.
pub(super) fn get(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    ids: &[&str],
) -> Result<Vec<Row>, ScheduleFault> {
    let tasks = store::objects::get_tasks(tx, calendar.collection, ids)?;
    rows(tx, who, calendar, tasks)
}

/// The tag of the next version of a task; `before` is the tag that it has.
pub(crate) fn next_tag(tx: &Tx<'_>, before: Option<&str>) -> ETag {
    ETag::of(tx.next_version(before.and_then(version)))
}

/// Moves the alarms that readers keep with single occurrences of a task along with it.
fn move_alarms(tx: &mut Tx<'_>, task: &StoredObject, (was, is): (&str, &str)) -> Result<(), ScheduleFault> {
    if was == is {
        return Ok(());
    }
    let id = EventId::stored(task.object.clone());
    for (person, kept) in store::reader_alerts::list_of(tx, &id)? {
        let task_alarms = ical::move_alarms(&kept.own.task_alarms, was, is);
        if task_alarms != kept.own.task_alarms {
            let version = tx.next_version(Some(kept.version));
            let own = StoredOwn { version, own: Own { task_alarms, ..kept.own } };
            store::reader_alerts::put(tx, &person, &id, &own)?;
        }
    }
    Ok(())
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
    if let (Some(was), Some(is)) = (before.and_then(|before| before.body), &object.body) {
        move_alarms(tx, object, (&was, is))?;
    }
    let id = Id::<()>::stored(object.object.clone());
    Ok(match object.body {
        Some(_) => changes::record_for(tx, object.collection, ObjectType::Task, &id, audience),
        None => changes::record_gone_for(tx, object.collection, ObjectType::Task, &id, audience),
    })
}
