//! The tasks of a file that is imported: kept as they are, as a calendar client's are.

use renraku_base::{CalendarId, FieldFault, Principal};
use renraku_db::{Changed, Tx};

use super::{
    create_event::writable,
    import_calendar::{Done, uid_taken},
    objects::{OBJECT_BYTES, ObjectKind, default_name, holds, next_tag, put_task},
};
use crate::{
    ScheduleFault,
    codec::ical::{ParsedTask, Refusal},
    store::{self, calendars::StoredCalendar, objects::StoredObject},
};

/// Takes these tasks into a calendar, in one transaction.
pub(super) fn import(
    tx: &mut Tx<'_>,
    who: &Principal,
    calendar: &CalendarId,
    tasks: &[ParsedTask],
) -> Result<Changed<Done>, ScheduleFault> {
    tx.hold(calendar.as_str())?;
    let (home, _) = writable(tx, who, Some(calendar))?;
    let takes_tasks = holds(&store::calendar_properties::list(tx, calendar, &who.person)?, ObjectKind::Task);
    let mut done = Done::default();
    let mut recorded = None;
    for task in tasks {
        if !takes_tasks {
            let detail = "this calendar was made for events alone";
            done.refused.push(refused(task, "ical-component", detail));
            continue;
        } else if task.source.len() > OBJECT_BYTES {
            done.refused.push(refused(task, "too-large", "a task has at most 512 KiB"));
            continue;
        }
        let known = store::objects::list_by_uid(tx, (home.collection, [None; 2]), &task.uid)?;
        if known.task.is_some() || known.events.iter().all(|it| it.hidden) {
            let before = find(tx, &home, known.task)?;
            *if before.is_some() { &mut done.updated } else { &mut done.created } += 1;
            if before.as_ref().and_then(|before| before.body.as_ref()) != Some(&task.source) {
                let object = object(tx, &home, task, before);
                recorded = Some(put_task(tx, &object)?);
            }
        } else {
            done.refused.push(uid_taken(&task.place));
        }
    }
    Ok(match recorded {
        Some(recorded) => recorded.with(done),
        None => Changed::nothing(done),
    })
}

fn find(
    tx: &mut Tx<'_>,
    home: &StoredCalendar,
    id: Option<String>,
) -> Result<Option<StoredObject>, ScheduleFault> {
    let Some(id) = id else { return Ok(None) };
    Ok(store::objects::list_by_object(tx, home.collection, &[&id])?.pop())
}

/// The task as it is stored: under the name that it has, in its next version.
fn object(
    tx: &mut Tx<'_>,
    home: &StoredCalendar,
    task: &ParsedTask,
    before: Option<StoredObject>,
) -> StoredObject {
    let etag = next_tag(tx, before.as_ref().map(|before| before.etag.as_str()));
    let (id, name) = match before {
        Some(before) => (before.object, before.name),
        None => {
            let id = tx.new_id::<()>().into_string();
            let name = default_name(&id);
            (id, name)
        }
    };
    StoredObject {
        collection: home.collection,
        object: id,
        name,
        component: ObjectKind::Task.component().to_owned(),
        uid: task.uid.clone(),
        etag: etag.as_str().to_owned(),
        body: Some(task.source.clone()),
    }
}

fn refused(task: &ParsedTask, code: &'static str, detail: &str) -> Refusal {
    Refusal { place: task.place.clone(), reasons: vec![FieldFault::new("", code, detail)] }
}
