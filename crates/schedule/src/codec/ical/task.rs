//! Tasks that repeat (RFC 5545 §3.6.2). A task is kept as it is; when it repeats, its times are found as an event's are.

use renraku_base::Timestamp;

use super::{component::Component, line::Line, look, object};
use crate::{
    model::{Event, Zone},
    rules::recurrence::{self, Window},
};

/// Whether a task takes place between two instants: a task that repeats when one of its occurrences does.
#[must_use]
pub fn takes_time(
    calendar: &Component,
    task: &Component,
    (from, to): (Timestamp, Timestamp),
    zone: Zone,
) -> bool {
    match as_event(calendar).filter(|_| task.line("RRULE").is_some() || task.line("RDATE").is_some()) {
        Some(event) => !recurrence::expand(&event, Window { from, to, zone }, 1).items.is_empty(),
        None => look::task_takes_time(task, (from, to), zone),
    }
}

/// Whether a text says that it is not for everybody who may read the calendar. What cannot be read is not for everybody
/// (RFC 5545 §3.8.1.3).
#[must_use]
pub fn is_guarded(text: &str) -> bool {
    let classes = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.split(';').next().is_some_and(|name| name.eq_ignore_ascii_case("CLASS")));
    classes.map(|(_, value)| value.trim()).any(|value| !value.eq_ignore_ascii_case("PUBLIC"))
}

/// The task of a calendar, with its exceptions, as an event at the same times.
pub(super) fn as_event(calendar: &Component) -> Option<Event> {
    let mut turned = calendar.clone();
    for part in turned.children.iter_mut().filter(|part| part.name == "VTODO") {
        "VEVENT".clone_into(&mut part.name);
        let due = part.line("DUE").cloned();
        if let (None, Some(due)) = (part.line("DTSTART"), &due) {
            // It is the time at which it is due, and no other.
            part.lines.push(Line { name: "DTSTART".to_owned(), raw: String::new(), ..due.clone() });
        }
        for line in part.lines.iter_mut().filter(|line| line.name == "DUE") {
            "DTEND".clone_into(&mut line.name);
            line.raw.clear();
        }
    }
    let root = Component { children: vec![turned], ..Component::default() };
    object::read_event(&root).ok()
}

/// Writes occurrences that were made of a task as tasks again.
pub(super) fn of_events(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive("\r\n") {
        let turned = [("BEGIN:VEVENT", "BEGIN:VTODO"), ("END:VEVENT", "END:VTODO"), ("DTEND", "DUE")]
            .into_iter()
            .find_map(|(event, task)| Some((task, line.strip_prefix(event)?)));
        match turned {
            Some((task, rest)) => {
                out.push_str(task);
                out.push_str(rest);
            }
            None => out.push_str(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{super::component, *};

    const TASK: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:u\r\nDTSTAMP:20260401T000000Z\r\n\
        DTSTART:20260401T000000Z\r\nDUE:20260401T010000Z\r\nRRULE:FREQ=DAILY\r\nSTATUS:NEEDS-ACTION\r\nSUMMARY:s\r\n\
        END:VTODO\r\nEND:VCALENDAR\r\n";

    #[test]
    fn only_what_says_so_is_guarded() {
        for (line, expected) in [
            ("CLASS:PUBLIC", false),
            ("SUMMARY:CLASS:PRIVATE", false),
            ("CLASS:PRIVATE", true),
            ("class;X-A=b:Confidential", true),
            ("CLASS:X-OURS", true),
        ] {
            assert_eq!(is_guarded(&TASK.replace("SUMMARY:s", line)), expected, "{line}");
        }
    }

    #[test]
    fn a_task_that_repeats_is_found_on_a_later_day() {
        let root = component::read(TASK.as_bytes());
        let calendar = &root.children[0];
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let takes = |from: &str, to: &str| {
            takes_time(calendar, &calendar.children[0], (at(from), at(to)), Zone::TOKYO)
        };
        assert!(takes("2026-05-01T00:30:00Z", "2026-05-01T00:40:00Z"));
        assert!(!takes("2026-05-01T02:00:00Z", "2026-05-01T03:00:00Z"));
        assert!(!takes("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"));
        let event = as_event(calendar).unwrap();
        let mut writer = crate::codec::ical::Writer::default();
        writer.add(&event.single());
        let text = of_events(&writer.finish());
        for line in ["BEGIN:VTODO", "DUE:20260401T010000Z", "STATUS:NEEDS-ACTION", "END:VTODO"] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
        assert!(!text.contains("VEVENT") && !text.contains("DTEND"), "{text}");
    }
}
