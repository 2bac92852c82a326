//! What a client stores in a calendar into which its person may not write: their own alarms, and nothing else.

use renraku_base::{EventId, Principal};
use renraku_db::{Changed, Tx};

use super::{
    ObjectFault, ObjectHead, ObjectKind, ObjectText, answer::keep, arrival::Arrival, get, put::Put, tasks,
};
use crate::{
    ScheduleFault,
    codec::ical::{self, Contents},
    model::{Event, KEPT_CALENDAR},
    rules::recurrence,
    service::view::without_alerts,
    store,
};

/// Keeps the alarms of a reader. Whatever else of the event is not as it was shown is refused: it would be lost.
pub(super) fn keep_alarms(
    tx: &mut Tx<'_>,
    who: &Principal,
    arrival: &Arrival<'_>,
    there: Option<&ObjectHead>,
) -> Result<Changed<Put>, ObjectFault> {
    let head = there.ok_or(ScheduleFault::Forbidden)?;
    let shown = get(tx, who, arrival.calendar, &[&head.name])?.pop().flatten();
    let shown = shown.ok_or(ScheduleFault::NotFound)?;
    if head.kind == ObjectKind::Task {
        return keep_with_task(tx, who, arrival, &shown);
    }
    let sent = read(arrival.text)?;
    if bare(arrival.text)? != bare(&shown.text)? {
        return Err(ScheduleFault::Forbidden.into());
    }
    let kept = keep(tx, who, arrival, &EventId::stored(head.id.clone()), &sent)?;
    let put = Put { created: false, etag: None, schedule_tag: shown.schedule_tag };
    Ok(match kept {
        Some(changed) => changed.map(|_| put),
        None => Changed::nothing(put),
    })
}

/// The same with a task, of which every line but those of alarms, and what clients write anew, must be as it was.
fn keep_with_task(
    tx: &mut Tx<'_>,
    who: &Principal,
    arrival: &Arrival<'_>,
    shown: &ObjectText,
) -> Result<Changed<Put>, ObjectFault> {
    let bare = |text: &str| ical::without_marks(&ical::without_alarms(text)).replace("\r\n", "\n");
    if bare(arrival.text) != bare(&shown.text) {
        return Err(ScheduleFault::Forbidden.into());
    }
    let task = store::objects::list_by_object(tx, arrival.calendar.collection, &[&shown.head.id])?.pop();
    let task = task.ok_or(ScheduleFault::NotFound)?;
    let put = Put { created: false, etag: None, schedule_tag: None };
    Ok(match tasks::keep_alarms(tx, who, &task, arrival.text)? {
        true => tasks::put(tx, &task)?.with(put),
        false => Changed::nothing(put),
    })
}

fn read(text: &str) -> Result<Event, ObjectFault> {
    match ical::read_object(text.as_bytes())?.contents {
        Contents::Event(event) => Ok(*event),
        Contents::Task => Err(ScheduleFault::Forbidden.into()),
    }
}

/// What a text says that is not a reader's to change: all but their alarms, and what clients write anew whenever they store.
pub(super) fn bare(text: &str) -> Result<Event, ObjectFault> {
    let mut event = read(&ical::without_marks(text))?;
    // Of the calendar around the event clients say what they like.
    event.more.remove(KEPT_CALENDAR);
    Ok(recurrence::without_idle_exceptions(without_alerts(event)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_for_alarms_alone_says_nothing() {
        let text = |more: &str| {
            let lines = [
                "BEGIN:VCALENDAR",
                "VERSION:2.0",
                "BEGIN:VEVENT",
                "UID:s",
                "DTSTAMP:20261125T000000Z",
                "DTSTART;TZID=Asia/Tokyo:20261126T100000",
                "DURATION:PT1H",
                "RRULE:FREQ=DAILY;COUNT=3",
                "SUMMARY:朝会",
                "END:VEVENT",
                "BEGIN:VEVENT",
                "UID:s",
                "DTSTAMP:20261125T010000Z",
                "CREATED:20261125T010000Z",
                "SEQUENCE:1",
                "RECURRENCE-ID;TZID=Asia/Tokyo:20261127T100000",
                "DTSTART;TZID=Asia/Tokyo:20261127T100000",
                "DURATION:PT1H",
                more,
                "BEGIN:VALARM",
                "ACTION:DISPLAY",
                "TRIGGER:-PT1H",
                "END:VALARM",
                "END:VEVENT",
                "END:VCALENDAR",
                "",
            ];
            lines.join("\r\n")
        };
        assert_eq!(
            bare(&text("SUMMARY:朝会")).unwrap().recurrence_overrides.into_iter().collect::<Vec<_>>(),
            []
        );
        assert_eq!(bare(&text("SUMMARY:臨時")).unwrap().recurrence_overrides.len(), 1);
    }
}
