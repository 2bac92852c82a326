//! A calendar object resource (RFC 4791 §4.1): all components of one UID, as a calendar client stores them.

use std::collections::BTreeSet;

use renraku_base::FieldFault;
use serde_json::Value;

use super::{component, component::Component, people, read};
use crate::{
    model::{Event, KEPT_CALENDAR, limits},
    rules::recurrence,
};

/// What a calendar client stores under one name.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarObject {
    /// The same in every component.
    pub uid: String,
    /// What it is.
    pub contents: Contents,
}

/// What a calendar object is.
#[derive(Debug, Clone, PartialEq)]
pub enum Contents {
    /// An event with its exceptions.
    Event(Box<Event>),
    /// A task, which is kept as it is.
    Task,
}

/// Why a text is no calendar object resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnObject {
    /// It is no iCalendar, or something in it cannot be taken.
    #[error("the text is no valid iCalendar")]
    Data(Vec<FieldFault>),
    /// It is iCalendar, but not the components of one UID and nothing else.
    #[error("{0}")]
    Shape(&'static str),
    /// It is of a kind that calendars do not hold.
    #[error("a calendar holds events and tasks, not {0}")]
    Component(String),
    /// More take part in it than may.
    #[error("too many take part")]
    Attendees,
    /// Its components name several organizers (RFC 6638 §3.2.4.2).
    #[error("its components name several organizers")]
    Organizers,
}

/// Reads the text of a calendar object.
///
/// # Errors
/// [`NotAnObject`].
pub fn read_object(text: &[u8]) -> Result<CalendarObject, NotAnObject> {
    let data = |fault: FieldFault| NotAnObject::Data(vec![fault]);
    let root = component::read(text);
    let calendar = match root.children.as_slice() {
        [calendar] if calendar.name == "VCALENDAR" => calendar,
        [] => return Err(data(FieldFault::new("", "not-a-calendar", "there is no BEGIN:VCALENDAR"))),
        _ => return Err(NotAnObject::Shape("there is more than one calendar")),
    };
    if let Some((number, why)) = root.bad.first().copied().or_else(|| calendar.first_fault()) {
        let at = format!("line {number}");
        return Err(data(FieldFault::new(at, component::code_of(why), component::detail_of(why))));
    }
    if calendar.line("METHOD").is_some() {
        return Err(NotAnObject::Shape("what is stored has no METHOD"));
    }
    let parts: Vec<&Component> = calendar.children.iter().filter(|it| it.name != "VTIMEZONE").collect();
    let uid = check_parts(&parts)?;
    let contents = match parts.first().map(|part| part.name.as_str()) {
        Some("VEVENT") => {
            check_organizers(&parts)?;
            Contents::Event(Box::new(read_event(&root)?))
        }
        Some("VTODO") => Contents::Task,
        Some(other) => return Err(NotAnObject::Component(other.to_owned())),
        None => return Err(NotAnObject::Shape("there is nothing in the calendar")),
    };
    Ok(CalendarObject { uid, contents })
}

/// The UID that all components have.
fn check_parts(parts: &[&Component]) -> Result<String, NotAnObject> {
    let kinds: BTreeSet<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    if kinds.len() > 1 {
        return Err(NotAnObject::Shape("the components are of different kinds"));
    }
    let mut uids = BTreeSet::new();
    for part in parts {
        if part.lines_of("ATTENDEE").count() > limits::PARTICIPANTS {
            return Err(NotAnObject::Attendees);
        }
        let uid = part.line("UID").map(|line| line.value.trim()).filter(|uid| !uid.is_empty());
        let fault = || NotAnObject::Data(vec![FieldFault::new("UID", "ical-uid", "a component has no UID")]);
        uids.insert(uid.ok_or_else(fault)?);
    }
    let mut uids = uids.into_iter();
    match (uids.next(), uids.next()) {
        (Some(uid), None) => Ok(super::text::unescape(uid)),
        (None, _) => Err(NotAnObject::Shape("there is nothing in the calendar")),
        (Some(_), Some(_)) => Err(NotAnObject::Shape("the components are of different UIDs")),
    }
}

/// Whoever organizes an event does so in all of its components that name anybody.
fn check_organizers(parts: &[&Component]) -> Result<(), NotAnObject> {
    let mut named = parts.iter().filter_map(|part| people::organizer_of(part)).map(|(_, address)| address);
    let Some(first) = named.next() else { return Ok(()) };
    match named.any(|other| people::are_two(&first, &other)) {
        true => Err(NotAnObject::Organizers),
        false => Ok(()),
    }
}

/// The one event of a file, with its exceptions and with what the calendar around them says of itself.
pub(super) fn read_event(root: &Component) -> Result<Event, NotAnObject> {
    let parsed = read::read_components(root)
        .map_err(|none| NotAnObject::Data(vec![FieldFault::new("", "ical-line", none.to_string())]))?;
    let refused: Vec<FieldFault> = parsed.refused.into_iter().flat_map(|refusal| refusal.reasons).collect();
    let lines: Vec<Value> = parsed.lines.into_iter().map(|line| line.raw.into()).collect();
    match parsed.events.into_iter().next() {
        Some(found) if refused.is_empty() => {
            let mut event = found.event;
            if !lines.is_empty() {
                event.more.insert(KEPT_CALENDAR.to_owned(), lines.into());
            }
            Ok(event)
        }
        _ => Err(NotAnObject::Data(refused)),
    }
}

/// Whether the text of an event says of each of its exceptions by the series, too, that there is such an occurrence: by the rule, or
/// as a date beside it (`RDATE`). A reader may pass over one of which it does not (RFC 5545 §3.8.4.4).
#[must_use]
pub fn announces_exceptions(text: &str, event: &Event) -> bool {
    let added = recurrence::additions(event);
    if added.is_empty() || event.stands_alone() {
        return true;
    }
    let mut root = component::read(text.as_bytes());
    for calendar in &mut root.children {
        calendar.children.retain(|it| it.line("RECURRENCE-ID").is_none());
    }
    read_event(&root).is_ok_and(|series| added.iter().all(|id| recurrence::has_occurrence(&series, *id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(inside: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n{inside}END:VCALENDAR\r\n")
    }

    fn event(uid: &str, more: &str) -> String {
        format!(
            "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260401T000000Z\r\nDTSTART:20260401T000000Z\r\n{more}END:VEVENT\r\n"
        )
    }

    #[test]
    fn one_event_with_its_exceptions_is_an_object() {
        let exception = event("u", "RECURRENCE-ID:20260402T000000Z\r\nSUMMARY:x\r\n");
        let text = calendar(&(event("u", "RRULE:FREQ=DAILY\r\n") + &exception));
        let object = read_object(text.as_bytes()).unwrap();
        assert_eq!(object.uid, "u");
        let Contents::Event(event) = object.contents else { panic!("an event") };
        assert_eq!(event.recurrence_overrides.len(), 1);
    }

    #[test]
    fn a_series_that_a_program_made_up_is_none() {
        let made_up = event("u", "RDATE:20260402T000000Z\r\nX-MOZ-FAKED-MASTER:1\r\n");
        let one = event("u", "RECURRENCE-ID:20260402T000000Z\r\nSUMMARY:x\r\n");
        for text in [calendar(&(made_up.clone() + &one)), calendar(&(one.clone() + &made_up))] {
            let Contents::Event(event) = read_object(text.as_bytes()).unwrap().contents else {
                panic!("an event")
            };
            assert!(event.stands_alone() && event.title == "x" && event.recurrence_overrides.is_empty());
            let file = read(text.as_bytes()).unwrap();
            assert_eq!((file.events.len(), file.refused.len(), file.kept.len()), (1, 0, 0));
            assert!(!file.events[0].source.as_ref().unwrap().contains("FAKED"));
        }
        // By itself it is all that there is.
        assert!(read_object(calendar(&made_up).as_bytes()).is_ok());
    }

    #[test]
    fn an_event_has_one_organizer() {
        let by = |first: &str, second: &str| {
            let series = event("u", &format!("RRULE:FREQ=DAILY\r\n{first}"));
            read_object(
                calendar(&(series + &event("u", &format!("RECURRENCE-ID:20260402T000000Z\r\n{second}"))))
                    .as_bytes(),
            )
        };
        let boss = "ORGANIZER:mailto:boss@example.jp\r\n";
        for same in [
            boss,
            "ORGANIZER;CN=x:MAILTO:B%6Fss@Example.jp\r\n",
            "ORGANIZER:urn:uuid:0198c0de\r\n",
            "ORGANIZER:mailto:\r\n",
            "",
        ] {
            assert!(by(boss, same).is_ok() && by(same, boss).is_ok(), "{same}");
        }
        assert_eq!(by(boss, "ORGANIZER:mailto:other@example.jp\r\n"), Err(NotAnObject::Organizers));
    }

    #[test]
    fn what_is_none_is_told_apart() {
        let data = |result: Result<CalendarObject, NotAnObject>| matches!(result, Err(NotAnObject::Data(_)));
        let shape =
            |result: Result<CalendarObject, NotAnObject>| matches!(result, Err(NotAnObject::Shape(_)));
        let read = |text: String| read_object(text.as_bytes());
        assert!(data(read("hello".to_owned())));
        assert!(data(read(calendar("BEGIN:VEVENT\r\nUID:u\r\n"))), "no END");
        assert!(data(read(calendar(&event("u", "RRULE:FREQ=SECONDLY\r\n")))), "every second");
        assert!(shape(read(calendar(&("METHOD:REQUEST\r\n".to_owned() + &event("u", ""))))));
        assert!(shape(read(calendar(&(event("u", "") + &event("v", ""))))));
        assert!(shape(read(calendar(""))));
        let journal = "BEGIN:VJOURNAL\r\nUID:u\r\nEND:VJOURNAL\r\n";
        assert_eq!(read(calendar(journal)), Err(NotAnObject::Component("VJOURNAL".to_owned())));
        let crowd: String = (0..501).map(|n| format!("ATTENDEE:mailto:{n}@example.jp\r\n")).collect();
        assert_eq!(read(calendar(&event("u", &crowd))), Err(NotAnObject::Attendees));
    }
}
