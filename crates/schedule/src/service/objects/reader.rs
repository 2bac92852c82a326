//! What a client stores in a calendar into which its person may not write: their own alarms, and nothing else.

use renraku_base::{EventId, Principal};
use renraku_db::{Changed, Tx};

use super::{
    ObjectFault, ObjectHead, ObjectKind,
    answer::keep,
    get,
    put::{Arrival, Put},
};
use crate::{
    ScheduleFault,
    codec::ical::{self, Contents},
    model::Event,
    rules::recurrence,
    service::view::without_alerts,
};

/// Keeps the alarms of a reader. Whatever else of the event is not as it was shown is refused: it would be lost.
pub(super) fn keep_alarms(
    tx: &mut Tx<'_>,
    who: &Principal,
    arrival: &Arrival<'_>,
    there: Option<&ObjectHead>,
) -> Result<Changed<Put>, ObjectFault> {
    let head = there.filter(|head| head.kind == ObjectKind::Event).ok_or(ScheduleFault::Forbidden)?;
    let shown = get(tx, who, arrival.calendar, &[&head.name])?.pop().flatten();
    let shown = shown.ok_or(ScheduleFault::NotFound)?;
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

fn read(text: &str) -> Result<Event, ObjectFault> {
    match ical::read_object(text.as_bytes())?.contents {
        Contents::Event(event) => Ok(*event),
        Contents::Task => Err(ScheduleFault::Forbidden.into()),
    }
}

/// What a text says that is not a reader's to change: all but their alarms, and what clients write anew whenever they store.
pub(super) fn bare(text: &str) -> Result<Event, ObjectFault> {
    let event = read(&ical::without_marks(text))?;
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
