//! What holds for every file, whatever is in it.

use proptest::prelude::*;

use super::{Line, ParsedEvent, ParsedTask, Writer, read, write};
use crate::model::Event;

/// Lines as programs write them, rightly and wrongly.
const LINES: [&str; 64] = [
    "DTSTAMP:20260401T000000Z",
    "DTSTAMP:19700101T000000Z",
    "CREATED:20260101T000000Z",
    "CREATED;X-A=b:20260101T000000Z",
    "LAST-MODIFIED:20260301T000000Z",
    "SEQUENCE:3",
    "SEQUENCE:x",
    "SUMMARY:会議",
    "SUMMARY;LANGUAGE=ja:予算\\, 会議\\nその二",
    "SUMMARY:",
    "summary:小文字",
    "DESCRIPTION:一行目\\n二行目\\\\",
    "DESCRIPTION;ALTREP=\"cid:x,y\":a\\;b",
    "LOCATION:第一会議室",
    "LOCATION:a\\nb",
    "CLASS:PRIVATE",
    "CLASS:CONFIDENTIAL",
    "CLASS:X-OURS",
    "CLASS:public",
    "STATUS:CONFIRMED",
    "STATUS:CANCELLED",
    "STATUS:X-MAYBE",
    "TRANSP:TRANSPARENT",
    "TRANSP:OPAQUE",
    "COLOR:tomato",
    "COLOR:",
    "PRIORITY:5",
    "URL:https://example.jp/?a=1,2;3",
    "GEO:42.9;143.2",
    "CATEGORIES:防災,会議",
    "CATEGORIES;LANGUAGE=ja:a\\,b,,c",
    "X-A:1",
    "X-A;P=\"a:b\",c:2:3",
    "X-QUOTE;P=\"^n^'^^\":v",
    "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:aGVsbG8=",
    "COMMENT:x",
    "CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=会議:https://example.jp/a",
    "CONFERENCE;VALUE=URI:https://example.jp/a",
    "CONFERENCE;VALUE=URI:https://example.jp/b",
    "CONFERENCE:javascript:alert(1)",
    "ORGANIZER;CN=花子:mailto:hanako@example.jp",
    "ORGANIZER;SENT-BY=\"mailto:x@example.jp\":MAILTO:Hanako@example.jp",
    "ORGANIZER:nobody",
    "ATTENDEE;CN=花子:mailto:hanako@example.jp",
    "ATTENDEE;PARTSTAT=ACCEPTED;ROLE=CHAIR;RSVP=TRUE:mailto:taro@example.jp",
    "ATTENDEE;PARTSTAT=X-ODD;ROLE=OPT-PARTICIPANT;CUTYPE=ROOM:mailto:room@example.jp",
    "ATTENDEE;ROLE=NON-PARTICIPANT;CUTYPE=UNKNOWN;DELEGATED-TO=\"mailto:a@b.jp\",\"mailto:c@d.jp\":mailto:x@example.jp",
    "ATTENDEE:invalid",
    "RRULE:FREQ=DAILY;COUNT=5",
    "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261231T145959Z",
    "RRULE:FREQ=MONTHLY;BYDAY=-1FR;WKST=SU;X-ODD=1",
    "RRULE:FREQ=YEARLY;UNTIL=20300401",
    "RRULE:FREQ=DAILY;UNTIL=99991231T000000Z",
    "EXRULE:FREQ=WEEKLY",
    "RDATE:20260405T090000,20260406T090000",
    "RDATE;VALUE=PERIOD:20260407T090000/PT2H,20260408T090000/20260408T103000",
    "RDATE;VALUE=DATE:20260409",
    "RDATE;TZID=Europe/Berlin:20260410T090000",
    "EXDATE:20260402T000000Z",
    "EXDATE;TZID=Asia/Tokyo:20260403T090000",
    "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nDESCRIPTION:x\nEND:VALARM",
    "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER;RELATED=END:-P0DT0H5M0S\nREPEAT:2\nEND:VALARM",
    "BEGIN:VALARM\nACTION:EMAIL\nTRIGGER;VALUE=DATE-TIME:20260401T000000Z\nACKNOWLEDGED:20260401T000000Z\nEND:VALARM",
    "BEGIN:VALARM\nACTION:DISPLAY\nEND:VALARM",
];

const STARTS: [&str; 9] = [
    "DTSTART;TZID=Asia/Tokyo:20260401T090000\nDTEND;TZID=Asia/Tokyo:20260401T100000",
    "DTSTART;TZID=Asia/Tokyo:20260401T090000\nDTEND;TZID=Europe/Berlin:20260401T100000",
    "DTSTART:20260401T090000\nDURATION:P1DT1H",
    "DTSTART:20260401T000000Z\nDTEND:20260401T013000Z",
    "DTSTART:20260401T000000Z",
    "DTSTART;VALUE=DATE:20260401",
    "DTSTART;VALUE=DATE:20260401\nDTEND;VALUE=DATE:20260404",
    "DTSTART;TZID=America/New_York:20261031T013000\nDTEND;TZID=America/New_York:20261101T013000",
    "DTSTART;TZID=America/New_York:20260307T023000\nDURATION:P1D",
];

const IDS: [&str; 5] = [
    "RECURRENCE-ID:20260402T090000",
    "RECURRENCE-ID;TZID=Asia/Tokyo:20260405T090000",
    "RECURRENCE-ID:20260403T000000Z",
    "RECURRENCE-ID;VALUE=DATE:20260404",
    "RECURRENCE-ID;TZID=America/New_York:20261101T013000",
];

fn component(is_exception: bool) -> impl Strategy<Value = String> {
    let lines = prop::collection::vec(prop::sample::select(LINES.as_slice()), 0..12);
    let parts = (
        prop::sample::select(vec!["a", "b"]),
        prop::sample::select(STARTS.as_slice()),
        prop::sample::select(IDS.as_slice()),
        lines,
    );
    parts.prop_map(move |(uid, start, id, lines)| {
        let mut text = format!("BEGIN:VEVENT\nUID:{uid}\n{start}\n");
        if is_exception {
            text.push_str(id);
            text.push('\n');
        }
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        text + "END:VEVENT\n"
    })
}

fn file() -> impl Strategy<Value = String> {
    let components =
        (prop::collection::vec(component(false), 0..3), prop::collection::vec(component(true), 0..4));
    components.prop_map(|(masters, exceptions)| {
        format!("BEGIN:VCALENDAR\nVERSION:2.0\n{}{}END:VCALENDAR\n", masters.concat(), exceptions.concat())
    })
}

/// Reads a file, writes what was taken, and reads that again.
fn round_trip(file: &[u8]) -> Result<(), TestCaseError> {
    let Ok(first) = read(file) else { return Ok(()) };
    let events: Vec<Event> = first.events.into_iter().map(|it| it.event).collect();
    let written = write(&events);
    prop_assert!(written.split("\r\n").all(|line| line.len() <= 75), "{}", written);
    let second = read(written.as_bytes()).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(&second.refused, &[], "{}", written);
    let again: Vec<Event> = second.events.into_iter().map(|it| it.event).collect();
    prop_assert_eq!(again, events, "{}", written);
    Ok(())
}

/// Lines of the calendar as a whole, and zones of the file's own.
const OF_THE_CALENDAR: [&str; 6] = [
    "X-WR-CALNAME:係の予定",
    "X-ODD;P=\"a:b\":c",
    "NAME;LANGUAGE=ja:予定",
    "METHOD:PUBLISH",
    "BEGIN:VTIMEZONE\nTZID:Asia/Tokyo\nX-ODD:1\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0900\nTZOFFSETTO:+0900\nEND:STANDARD\nEND:VTIMEZONE",
    "BEGIN:VTODO\nUID:t\nDUE;TZID=Asia/Tokyo:20260401T090000\nX-ODD:2\nEND:VTODO",
];

/// Exports what was taken of a file as a calendar does, and imports that.
fn through_a_calendar(file: &str) -> Result<(), TestCaseError> {
    let Ok(first) = read(file.as_bytes()) else { return Ok(()) };
    let mut writer = Writer::with_lines(first.lines.iter().map(|line| line.raw.as_str()));
    for parsed in &first.events {
        if !parsed.source.as_ref().is_some_and(|text| writer.add_text(text)) {
            writer.add(&parsed.event);
        }
    }
    first.tasks.iter().for_each(|task| writer.add_task(&task.source));
    let written = writer.finish();
    let second = read(written.as_bytes()).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(&second.refused, &[], "{}", written);
    let raw = |lines: &[Line]| lines.iter().map(|line| line.raw.clone()).collect::<Vec<_>>();
    prop_assert_eq!(raw(&second.lines), raw(&first.lines));
    let events = |parsed: &[ParsedEvent]| parsed.iter().map(|it| it.event.clone()).collect::<Vec<_>>();
    prop_assert_eq!(events(&second.events), events(&first.events), "{}", written);
    let unknown = |text: &str| {
        text.lines().filter(|line| line.starts_with("X-")).map(str::to_owned).collect::<Vec<_>>()
    };
    for (before, after) in first.events.iter().zip(&second.events) {
        if let (Some(before), Some(after)) = (&before.source, &after.source) {
            prop_assert_eq!(unknown(after), unknown(before), "{}", written);
        }
    }
    let tasks = |parsed: &[ParsedTask]| parsed.iter().map(|it| unknown(&it.source)).collect::<Vec<_>>();
    prop_assert_eq!(tasks(&second.tasks), tasks(&first.tasks));
    Ok(())
}

proptest! {
    #[test]
    fn what_a_calendar_took_it_gives_back(
        file in file(),
        more in prop::collection::vec(prop::sample::select(OF_THE_CALENDAR.as_slice()), 0..5),
    ) {
        let more: String = more.iter().map(|line| format!("{line}\n")).collect();
        through_a_calendar(&file.replacen("VERSION:2.0\n", &format!("VERSION:2.0\n{more}"), 1))?;
    }

    #[test]
    fn what_was_imported_and_exported_is_imported_the_same(file in file()) {
        round_trip(file.as_bytes())?;
    }

    #[test]
    fn a_damaged_file_does_no_harm(file in file(), damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)) {
        let mut bytes = file.into_bytes();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        round_trip(&bytes)?;
    }

    #[test]
    fn any_text_does_no_harm(text in "(BEGIN:VEVENT\n|END:VEVENT\n|UID:a\n|DTSTART:20260401T090000\n|RRULE:|FREQ=DAILY|;|:|,|\"|=|\n|\n |[A-Z]{1,9}|\\PC{0,9}|[0-9TZP/]{1,16}){0,60}") {
        round_trip(text.as_bytes())?;
    }
}
