use renraku_base::{EventId, Principal};
use renraku_db::{Changed, Tx};

use super::{Expectation, ObjectCalendar, ObjectFault, ObjectKind, list::heads, read::ids_of, tasks};
use crate::{
    ScheduleFault,
    service::{ScheduleReply, create_event::writable, delete_event::delete_whole},
    store::{self, objects::StoredObject},
};

/// Deletes the object of a name: in the calendar in which an event was made it is called off for everyone, in that of a participant it is
/// declined and put away.
///
/// # Errors
/// [`ObjectFault`].
pub fn delete(
    tx: &mut Tx<'_>,
    who: &Principal,
    (calendar, name): (&ObjectCalendar, &str),
    expected: &Expectation,
    reply: ScheduleReply,
) -> Result<Changed<()>, ObjectFault> {
    tx.hold(calendar.calendar.id.as_str())?;
    let id = ids_of(tx, calendar, &[name])?.remove(name).ok_or(ScheduleFault::NotFound)?;
    let head = heads(tx, who, calendar, &[&id])?.remove(&id).ok_or(ScheduleFault::NotFound)?;
    expected.check(tx, (who, calendar), Some(&head))?;
    writable(tx, who, Some(&calendar.calendar.id))?;
    match head.kind {
        ObjectKind::Event => {
            let event = EventId::stored(id);
            Ok(delete_whole(tx, who, (calendar, &event), reply)?.map(drop))
        }
        ObjectKind::Task => {
            let row = store::objects::list_by_object(tx, calendar.collection, &[&id])?.pop();
            let row = row.ok_or(ScheduleFault::NotFound)?;
            store::reader_alerts::remove_many(tx, &[&id])?;
            let gone = StoredObject { body: None, etag: String::new(), ..row };
            Ok(tasks::put(tx, &gone)?.with(()))
        }
    }
}
