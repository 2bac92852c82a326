//! Tasks that repeat (RFC 5545 §3.6.2). A task is kept as it is; when it repeats, its times are found as an event's are.

use std::collections::{BTreeMap, HashMap};

use super::{
    alarm_text::{lines, recurrence_id, says},
    component::{self, Component},
    event,
    line::Line,
    object,
    when::{self, Zones},
};
use crate::{
    model::{Event, LocalDateTime},
    rules::recurrence,
};

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

/// What [`alarms_of`](super::alarms_of) told of a task, after the task turned from `before` into `after`: as with events, what is kept
/// with single occurrences moves along with the series.
#[must_use]
pub fn move_alarms(alarms: &str, before: &str, after: &str) -> String {
    let (Some((was, old)), Some((is, new))) = (named(before), named(after)) else { return alarms.to_owned() };
    let moved = recurrence::move_along(&was, &is, old).into_iter();
    let names: HashMap<String, String> = moved
        .map(|(id, old)| {
            let name = new.get(&id).cloned().unwrap_or_else(|| written_as(&old, id));
            (old, name)
        })
        .collect();
    let (mut out, mut within) = (String::with_capacity(alarms.len()), false);
    for line in lines(alarms) {
        within |= says(line, "BEGIN:VALARM");
        match recurrence_id(line).filter(|_| !within).and_then(|old| names.get(&old)) {
            Some(name) => out.extend(["RECURRENCE-ID:", name, "\r\n"]),
            None => out.push_str(line),
        }
        within &= !says(line, "END:VALARM");
    }
    out
}

/// A task as an event, with what its exceptions are called.
fn named(text: &str) -> Option<(Event, BTreeMap<LocalDateTime, String>)> {
    let root = component::read(text.as_bytes());
    let calendar = root.children.first()?;
    let event = as_event(calendar)?;
    let mut zones = Zones::default();
    calendar.children.iter().filter(|part| part.name == "VTIMEZONE").for_each(|zone| zones.learn(zone));
    let names = calendar.children.iter().filter_map(|part| {
        let name = part.line("RECURRENCE-ID")?.value.trim().to_owned();
        let id = event::read_recurrence_id(part, &zones).ok()?;
        Some((event::recurrence_id(id, &event).ok()?, name))
    });
    let names = names.collect();
    Some((event, names))
}

/// A time in the form of another.
fn written_as(other: &str, at: LocalDateTime) -> String {
    match other.strip_suffix(['Z', 'z']) {
        Some(_) => format!("{}Z", when::write_local(at.naive())),
        None if other.contains(['T', 't']) => when::write_local(at.naive()),
        None => when::write_date(at.date()),
    }
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
    use super::*;

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
        let at = |text: &str| -> renraku_base::Timestamp { text.parse().unwrap() };
        let takes = |from: &str, to: &str| {
            let window = (at(from), at(to));
            !super::super::taking_place(calendar, "VTODO", window, crate::model::Zone::TOKYO).is_empty()
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

    #[test]
    fn alarms_of_exceptions_move_with_their_series() {
        let task = |start: &str, ids: &[&str]| {
            let series = TASK.replace("DTSTART:20260401T000000Z\r\nDUE:20260401T010000Z", start);
            let exceptions = ids.iter().map(|id| {
                format!("BEGIN:VTODO\r\nUID:u\r\nDTSTART{id}\r\nRECURRENCE-ID{id}\r\nEND:VTODO\r\n")
            });
            series.replace("END:VCALENDAR", &(exceptions.collect::<String>() + "END:VCALENDAR"))
        };
        let alarms = |ids: &[&str]| {
            let alarm = |id: &&str| {
                format!("RECURRENCE-ID{id}\r\nBEGIN:VALARM\r\nX:{id}\r\nEND:VALARM\r\nEND:VTODO\r\n")
            };
            format!(
                "BEGIN:VALARM\r\nEND:VALARM\r\nEND:VTODO\r\n{}",
                ids.iter().map(alarm).collect::<String>()
            )
        };
        let utc = "DTSTART:20260401T000000Z";
        let (one, two) = (":20260402T000000Z", ":20260403T000000Z");
        let before = task(utc, &[one, two]);
        let names = |text: &str| -> Vec<String> { lines(text).filter_map(recurrence_id).collect() };
        for (start, after, expected) in [
            (utc, [one, two], ["20260402T000000Z", "20260403T000000Z"]),
            // By a day: the name of the one is that of the other before.
            (
                "DTSTART:20260402T000000Z",
                [two, ":20260404T000000Z"],
                ["20260403T000000Z", "20260404T000000Z"],
            ),
            (
                "DTSTART;TZID=Asia/Tokyo:20260401T090000",
                [";TZID=Asia/Tokyo:20260402T090000", ";TZID=Asia/Tokyo:20260403T090000"],
                ["20260402T090000", "20260403T090000"],
            ),
            (
                "DTSTART;VALUE=DATE:20260401",
                [";VALUE=DATE:20260402", ";VALUE=DATE:20260403"],
                ["20260402", "20260403"],
            ),
            // What has no exception any more keeps its form.
            (
                "DTSTART:20260401T010000Z",
                [":20260409T010000Z", ":20260410T010000Z"],
                ["20260402T010000Z", "20260403T010000Z"],
            ),
        ] {
            let moved = move_alarms(&alarms(&[one, two]), &before, &task(start, &after));
            assert_eq!(names(&moved), expected, "{start}");
            let rest =
                |text: &str| lines(text).filter(|line| recurrence_id(line).is_none()).collect::<String>();
            assert_eq!(rest(&moved), rest(&alarms(&[one, two])), "{start}");
        }
        // What cannot be read moves nothing.
        assert_eq!(move_alarms(&alarms(&[one]), "", &before), alarms(&[one]));
    }
}
