mod times;
mod written;

use super::*;
use crate::model::{Event, LocalDateTime};

fn calendar(body: &str) -> String {
    format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n{body}\nEND:VCALENDAR\n")
}

fn parsed(body: &str) -> Parsed {
    read(calendar(body).as_bytes()).unwrap()
}

/// The one event of a file; its lines stand between `UID` and `END`.
fn one(lines: &str) -> Event {
    let mut parsed = parsed(&format!("BEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT"));
    assert_eq!(parsed.refused, []);
    assert_eq!(parsed.events.len(), 1);
    parsed.events.remove(0).event
}

/// Why the one event of a file is refused.
fn refused(lines: &str) -> String {
    let parsed = parsed(&format!("BEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT"));
    assert_eq!(parsed.events, []);
    let refusal = &parsed.refused[0];
    format!("{} | {} {}", refusal.place, refusal.reasons[0].pointer, refusal.reasons[0].code)
}

fn local(text: &str) -> LocalDateTime {
    text.parse().unwrap()
}

/// Every content line of a file's events, sorted; what is in the first must be in the second.
fn event_lines(file: &str) -> Vec<String> {
    let unfolded = file.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let (mut lines, mut inside) = (Vec::new(), false);
    for line in unfolded.lines() {
        inside |= line == "BEGIN:VEVENT";
        if inside {
            lines.push(line.to_owned());
        }
        inside &= line != "END:VEVENT";
    }
    lines.sort();
    lines
}

fn round_trip(file: &str) -> (Parsed, String) {
    let first = read(file.as_bytes()).unwrap();
    let written = write(first.events.iter().map(|it| &it.event));
    let second = read(written.as_bytes()).unwrap();
    let events = |parsed: &Parsed| parsed.events.iter().map(|it| it.event.clone()).collect::<Vec<_>>();
    assert_eq!(events(&second), events(&first), "{written}");
    assert_eq!(second.refused, [], "{written}");
    (first, written)
}

#[test]
fn reads_the_usual_event() {
    let event = one(
        "DTSTAMP:20260401T000000Z\nDTSTART;TZID=Asia/Tokyo:20260401T090000\nDTEND;TZID=Asia/Tokyo:20260401T103000\n\
         SUMMARY:予算\\, 会議\nLOCATION:第一会議室\nDESCRIPTION:一行目\\n二行目\nCLASS:PRIVATE\nSTATUS:TENTATIVE\n\
         TRANSP:TRANSPARENT\nCATEGORIES:防災,会議\nSEQUENCE:3",
    );
    assert_eq!((event.title.as_str(), event.description.as_str()), ("予算, 会議", "一行目\n二行目"));
    assert_eq!(
        (event.start, event.duration.to_string()),
        (local("2026-04-01T09:00:00"), "PT1H30M".to_owned())
    );
    assert_eq!(event.place(), Some("第一会議室"));
    assert_eq!(
        (event.privacy.as_str(), event.status.as_str(), event.free_busy_status.as_str()),
        ("private", "tentative", "free")
    );
    assert_eq!(event.keywords.keys().collect::<Vec<_>>(), ["会議", "防災"]);
    assert_eq!((event.sequence, event.updated.unwrap().to_string()), (3, "2026-04-01T00:00:00Z".to_owned()));
    assert!(event.more.is_empty(), "{:?}", event.more);
}

#[test]
fn says_what_is_wrong_and_where() {
    for (lines, why) in [
        ("SUMMARY:x", "VEVENT 1, line 4, UID u | DTSTART required"),
        ("DTSTART:tomorrow", "VEVENT 1, line 4, UID u | DTSTART ical-date-time"),
        ("DTSTART:20260230T090000", "VEVENT 1, line 4, UID u | DTSTART ical-date-time"),
        ("DTSTART;TZID=Mars/Olympus:20260401T090000", "VEVENT 1, line 4, UID u | DTSTART time-zone"),
        ("DTSTART;TZID=../../etc/passwd:20260401T090000", "VEVENT 1, line 4, UID u | DTSTART time-zone"),
        ("DTSTART:00010101T000000", "VEVENT 1, line 4, UID u | DTSTART year-early"),
        ("DTSTART:20260401T090000\nDTEND:20260401T080000", "VEVENT 1, line 4, UID u | DTEND ical-end"),
        ("DTSTART:20260401T090000\nDTEND:99991231T080000", "VEVENT 1, line 4, UID u | DTEND year"),
        ("DTSTART;VALUE=DATE:20260401\nDTEND;VALUE=DATE:99991231", "VEVENT 1, line 4, UID u | DTEND year"),
        ("DTSTART:20260401T090000\nDURATION:1H", "VEVENT 1, line 4, UID u | DURATION duration"),
        ("DTSTART:20260401T090000\nSUMMARY", "VEVENT 1, line 7, UID u |  ical-line"),
        ("DTSTART:20260401T090000\n続きの行", "VEVENT 1, line 7, UID u |  ical-line"),
        (
            "DTSTART:20260401T090000\nRRULE:FREQ=SECONDLY",
            "VEVENT 1, line 4, UID u | /recurrenceRule/frequency recurrence-too-frequent",
        ),
        (
            "DTSTART:20260401T090000\nRRULE:FREQ=DAILY;INTERVAL=0",
            "VEVENT 1, line 4, UID u | /recurrenceRule/interval out-of-range",
        ),
        (
            "DTSTART:20260401T090000\nRRULE:FREQ=HOURLY;BYHOUR=9",
            "VEVENT 1, line 4, UID u | /recurrenceRule/frequency recurrence-too-frequent",
        ),
        (
            "DTSTART:20260401T090000\nRRULE:FREQ=HOURLY",
            "VEVENT 1, line 4, UID u | /recurrenceRule recurrence-too-frequent",
        ),
        (
            "DTSTART:20260401T090000\nRRULE:FREQ=DAILY;BYMONTHDAY=99",
            "VEVENT 1, line 4, UID u | /recurrenceRule/byMonthDay out-of-range",
        ),
        ("DTSTART:20260401T090000\nRRULE:DAILY", "VEVENT 1, line 4, UID u | RRULE ical-rule"),
        (
            "DTSTART:20260401T090000\nRRULE:FREQ=DAILY\nEXDATE:yesterday",
            "VEVENT 1, line 4, UID u | EXDATE ical-date-time",
        ),
        (
            "DTSTART:20260401T090000\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260401T090000",
            "VEVENT 1, line 4, UID u | RECURRENCE-ID ical-range",
        ),
        ("DTSTART:20260401T090000\nBEGIN:VALARM\nTRIGGER:-PT5M", "VEVENT 1, line 9, UID u |  ical-no-end"),
        ("DTSTART:20260401T090000\nEND:VALARM", "VEVENT 1, line 7, UID u |  ical-line"),
    ] {
        assert_eq!(refused(lines), why, "{lines}");
    }
}

#[test]
fn the_good_ones_go_on() {
    let parsed = parsed(
        "BEGIN:VEVENT\nUID:good-1\nDTSTART:20260401T090000\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:bad\nDTSTART:soon\nEND:VEVENT\n\
         BEGIN:VEVENT\nDTSTART:20260401T090000\nRECURRENCE-ID:20260401T090000\nEND:VEVENT\n\
         BEGIN:VJOURNAL\nUID:todo\nEND:VJOURNAL\n\
         not a line\n\
         BEGIN:VEVENT\nUID:good-2\nDTSTART:20260401T090000\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:cut",
    );
    assert_eq!(
        parsed.events.iter().map(|it| it.event.uid.as_str()).collect::<Vec<_>>(),
        ["good-1", "good-2"]
    );
    let told: Vec<_> =
        parsed.refused.iter().map(|it| format!("{} {}", it.place, it.reasons[0].code)).collect();
    assert_eq!(
        told,
        [
            "VEVENT 2, line 8, UID bad ical-date-time",
            "VEVENT 3, line 12 ical-uid",
            "VJOURNAL 1, line 16, UID todo ical-component",
            "VCALENDAR, line 19 ical-line",
            "VEVENT 5, line 26, UID cut ical-no-end",
        ]
    );
}

#[test]
fn a_file_without_a_calendar_is_none() {
    for file in ["", "hello", "{\"a\":1}", "BEGIN:VCARD\nFN:x\nEND:VCARD\n", "\u{feff}"] {
        assert_eq!(read(file.as_bytes()), Err(NotACalendar), "{file}");
    }
    assert_eq!(read(calendar("").as_bytes()), Ok(Parsed::default()));
}

#[test]
fn reads_other_bytes_than_the_standards() {
    let text = calendar("BEGIN:VEVENT\nUID:u\nDTSTART:20260401T090000\nSUMMARY:防災会議\nEND:VEVENT");
    let title = |bytes: &[u8]| read(bytes).unwrap().events[0].event.title.clone();
    assert_eq!(title(format!("\u{feff}{text}").as_bytes()), "防災会議");
    assert_eq!(title(text.replace('\n', "\r\n").as_bytes()), "防災会議");
    let (shift_jis, _, _) = encoding_rs::SHIFT_JIS.encode(&text);
    assert_eq!(title(&shift_jis), "防災会議");
    let (mail, _, _) = encoding_rs::ISO_2022_JP.encode(&text);
    assert_eq!(title(&mail), "防災会議");
    let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(title(&wide), "防災会議");
    assert_eq!(title(text.to_lowercase().replace("vcalendar", "Vcalendar").as_bytes()), "防災会議");
    // Folded in the middle of a character.
    let mut folded = text.into_bytes();
    let at = folded.windows(3).position(|window| window == "災".as_bytes()).unwrap();
    folded.splice(at + 1..at + 1, *b"\r\n ");
    assert_eq!(title(&folded), "防災会議");
    // Two calendars in one file.
    let two = calendar("BEGIN:VEVENT\nUID:a\nDTSTART:20260401T090000\nEND:VEVENT")
        + &calendar("BEGIN:VEVENT\nUID:b\nDTSTART:20260401T090000\nEND:VEVENT");
    assert_eq!(read(two.as_bytes()).unwrap().events.len(), 2);
}

#[test]
fn bytes_of_no_known_set_are_told() {
    let file = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDTSTART:20260401T090000\nSUMMARY:\xFF\xFE\nEND:VEVENT\nEND:VCALENDAR\n";
    let parsed = read(file).unwrap();
    assert_eq!((parsed.events.len(), parsed.refused[0].place.line), (0, 5));
}

#[test]
fn what_is_not_taken_as_it_stands_is_told() {
    let lying = "BEGIN:VTIMEZONE\nTZID:Asia/Tokyo\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETTO:+0500\nEND:STANDARD\nEND:VTIMEZONE\n";
    let told = |body: &str| -> Vec<String> {
        let kept = parsed(body).kept;
        kept.iter().map(|it| format!("{} {}", it.place, it.reasons[0].code)).collect()
    };
    let event =
        "BEGIN:VEVENT\nUID:u\nDTSTART;TZID=Asia/Tokyo:20260401T090000\nSUMMARY:a\u{0}b\u{7}\nEND:VEVENT";
    assert_eq!(told(event), ["VEVENT 1, line 7, UID u ical-cleaned"]);
    assert_eq!(parsed(event).events[0].event.title, "ab");
    assert_eq!(
        told(&format!("{lying}{}", event.replace(['\u{0}', '\u{7}'], ""))),
        ["VEVENT 1, line 13, UID u ical-zone"]
    );
}

#[test]
fn the_text_of_one_object_says_all_that_the_file_does() {
    let body = "X-WR-CALNAME:予定\nX-ODD;P=1:2\nMETHOD:PUBLISH\n\
        BEGIN:VTIMEZONE\nTZID:東京(標準)\nX-ODD:3\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0900\nTZOFFSETTO:+0900\nEND:STANDARD\nEND:VTIMEZONE\n\
        BEGIN:VEVENT\nUID:a\nDTSTART;TZID=東京(標準):20260401T090000\nRRULE:FREQ=DAILY\nX-A:1\nEND:VEVENT\n\
        BEGIN:VTODO\nUID:t\nDUE;TZID=Tokyo Standard Time:20260401T090000\nX-B:2\nEND:VTODO\n\
        BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;TZID=東京(標準):20260402T090000\nDTSTART:20260402T010000Z\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:b\nDTSTART;TZID=Nowhere:20260401T090000\nEND:VEVENT";
    let parsed = parsed(body);
    assert_eq!(
        parsed.lines.iter().map(|it| it.raw.as_str()).collect::<Vec<_>>(),
        ["X-WR-CALNAME:予定", "X-ODD;P=1:2"]
    );
    let text = parsed.events[0].source.clone().unwrap();
    for line in ["TZID:東京(標準)", "X-ODD:3", "X-A:1", "RECURRENCE-ID;TZID=東京(標準):20260402T090000"]
    {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert!(!text.contains("METHOD") && !text.contains("VTODO"), "{text}");
    let object = read_object(text.as_bytes()).unwrap();
    assert_eq!(object.contents, Contents::Event(Box::new(parsed.events[0].event.clone())));
    // A zone that the file names and does not describe is described from our table, under the file's name.
    let task = &parsed.tasks[0];
    assert!(task.source.contains("TZID:Tokyo Standard Time\r\n"), "{}", task.source);
    // All of it again in one file.
    let mut writer = Writer::with_lines(parsed.lines.iter().map(|it| it.raw.as_str()));
    assert!(writer.add_text(&text));
    writer.add_task(&task.source);
    let again = read(writer.finish().as_bytes()).unwrap();
    assert_eq!(again.events[0].event, parsed.events[0].event);
    // What wrote it is us, with the stamps that it lacked.
    let unstamped = |text: &str| text.replace("DTSTAMP:19700101T000000Z\r\n", "");
    let source = again.events[0].source.as_deref().unwrap();
    assert_eq!(unstamped(source), text.replace("-//x//y//EN", PRODUCT));
    assert_eq!(source.matches("DTSTAMP").count(), source.matches("BEGIN:VEVENT").count());
    assert_eq!(unstamped(&again.tasks[0].source), task.source.replace("-//x//y//EN", PRODUCT));
    // Of two zones of one name only one can be described in a file.
    let mut writer = Writer::default();
    assert!(writer.add_text(&text));
    assert!(!writer.add_text(&text.replace("+0900", "+0800")));
}

#[test]
fn joins_a_series_with_its_exceptions() {
    let parsed = parsed(
        "BEGIN:VEVENT\nUID:s\nRECURRENCE-ID:20260403T000000Z\nDTSTART;TZID=Asia/Tokyo:20260403T130000\nDTEND;TZID=Asia/Tokyo:20260403T140000\nSUMMARY:臨時\nATTENDEE;PARTSTAT=DECLINED:mailto:b@example.jp\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:s\nDTSTART;TZID=Asia/Tokyo:20260401T090000\nDTEND;TZID=Asia/Tokyo:20260401T100000\nSUMMARY:定例\nRRULE:FREQ=DAILY;COUNT=10\nEXDATE;TZID=Asia/Tokyo:20260402T090000,20260404T090000\nRDATE;TZID=Asia/Tokyo:20260501T090000\nEXDATE;VALUE=DATE:20260405\nATTENDEE:mailto:a@example.jp\nATTENDEE:mailto:b@example.jp\nEND:VEVENT",
    );
    assert_eq!(parsed.refused, []);
    let event = &parsed.events[0].event;
    let overrides = serde_json::to_value(&event.recurrence_overrides).unwrap();
    assert_eq!(
        overrides,
        serde_json::json!({
            "2026-04-02T09:00:00": {"excluded": true},
            "2026-04-03T09:00:00": {
                "start": "2026-04-03T13:00:00", "title": "臨時",
                "participants/1": null, "participants/2/participationStatus": "declined"
            },
            "2026-04-04T09:00:00": {"excluded": true},
            "2026-04-05T09:00:00": {"excluded": true},
            "2026-05-01T09:00:00": {}
        })
    );
}

#[test]
fn exceptions_without_their_series_are_taken() {
    let body = "BEGIN:VEVENT\nUID:s\nRECURRENCE-ID;TZID=Asia/Tokyo:20260410T090000\nDTSTART;TZID=Asia/Tokyo:20260410T110000\nSUMMARY:後\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:s\nRECURRENCE-ID;TZID=Asia/Tokyo:20260403T090000\nDTSTART;TZID=Asia/Tokyo:20260403T130000\nSUMMARY:先\nEND:VEVENT";
    let (parsed, written) = round_trip(&calendar(body));
    let event = &parsed.events[0].event;
    assert_eq!((event.title.as_str(), event.recurrence_id), ("先", Some(local("2026-04-03T09:00:00"))));
    assert_eq!(event.recurrence_overrides.len(), 1);
    assert_eq!(written.matches("RECURRENCE-ID").count(), 2);
    assert!(!written.contains("RDATE"));
}

#[test]
fn a_bad_exception_does_not_spoil_its_series_and_a_bad_series_takes_its_exceptions_along() {
    let series = |start: &str, exception: &str| {
        parsed(&format!(
            "BEGIN:VEVENT\nUID:s\nDTSTART:{start}\nRRULE:FREQ=DAILY\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:s\nRECURRENCE-ID:20260402T090000\nDTSTART:{exception}\nEND:VEVENT"
        ))
    };
    let first = series("20260401T090000", "soon");
    assert_eq!((first.events.len(), first.refused.len()), (1, 1));
    assert!(first.events[0].event.recurrence_overrides.is_empty());
    let second = series("soon", "20260402T100000");
    assert_eq!((second.events.len(), second.refused.len()), (0, 2));
    assert_eq!(second.refused[1].reasons[0].code, "ical-series-refused");
}

#[test]
fn a_second_rule_is_kept_and_told() {
    let body = "BEGIN:VEVENT\nUID:s\nDTSTART:20260401T090000\nRRULE:FREQ=DAILY\nRRULE:FREQ=YEARLY\nEXRULE:FREQ=WEEKLY\nEND:VEVENT";
    let (parsed, written) = round_trip(&calendar(body));
    assert_eq!(
        parsed.kept[0].reasons.iter().map(|it| it.pointer.as_str()).collect::<Vec<_>>(),
        ["RRULE", "EXRULE"]
    );
    assert_eq!(parsed.kept[0].place.line, 8);
    assert!(written.contains("RRULE:FREQ=YEARLY") && written.contains("EXRULE:FREQ=WEEKLY"));
}

#[test]
fn of_two_versions_the_later_counts() {
    let event = |sequence: u8, title: &str| {
        format!(
            "BEGIN:VEVENT\nUID:u\nSEQUENCE:{sequence}\nDTSTART:20260401T090000\nSUMMARY:{title}\nEND:VEVENT\n"
        )
    };
    let parsed = parsed(&(event(2, "新") + &event(1, "旧")));
    assert_eq!(
        (parsed.events[0].event.title.as_str(), parsed.refused[0].reasons[0].code.as_ref()),
        ("新", "ical-uid-twice")
    );
}

#[test]
fn an_exception_that_is_private_makes_its_series_private() {
    let parsed = parsed(
        "BEGIN:VEVENT\nUID:s\nDTSTART:20260401T090000\nRRULE:FREQ=DAILY\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:s\nRECURRENCE-ID:20260402T090000\nDTSTART:20260402T090000\nCLASS:PRIVATE\nSUMMARY:x\nEND:VEVENT",
    );
    assert_eq!(parsed.events[0].event.privacy.as_str(), "private");
}

#[test]
fn reads_who_takes_part() {
    let event = one("DTSTART:20260401T090000\nORGANIZER;CN=花子:MAILTO:hanako@example.jp\n\
         ATTENDEE;CN=\"佐藤, 太郎\";ROLE=CHAIR;PARTSTAT=ACCEPTED;RSVP=TRUE;X-NUM-GUESTS=0:mailto:taro@example.jp\n\
         ATTENDEE;CUTYPE=ROOM;ROLE=NON-PARTICIPANT:mailto:room@example.jp\nATTENDEE:invalid:no mail\nATTENDEE:mailto:hanako@example.jp");
    assert_eq!(event.organizer_calendar_address.as_deref(), Some("mailto:hanako@example.jp"));
    let taro = &event.participants["1"];
    assert_eq!(
        (taro.name.as_deref(), taro.participation_status.as_str(), taro.expect_reply),
        (Some("佐藤, 太郎"), "accepted", true)
    );
    assert!(taro.has_role("chair"));
    assert_eq!(event.participants["2"].kind.as_deref(), Some("location"));
    assert!(event.participants["3"].has_role("owner") && event.participants["3"].has_role("attendee"));
    assert_eq!(event.participants.len(), 3);
}

#[test]
fn shapes_that_are_too_large_are_refused() {
    let nested = "BEGIN:VEVENT\nUID:u\nDTSTART:20260401T090000\n".to_owned()
        + &"BEGIN:X-A\n".repeat(10_000)
        + &"END:X-A\n".repeat(10_000)
        + "END:VEVENT";
    assert_eq!(parsed(&nested).events, []);
    let lines =
        "BEGIN:VEVENT\nUID:u\nDTSTART:20260401T090000\n".to_owned() + &"X-A:b\n".repeat(5_001) + "END:VEVENT";
    assert_eq!(parsed(&lines).refused[0].reasons[0].detail, "a component has at most 5,000 lines");
    let long =
        format!("BEGIN:VEVENT\nUID:u\nDTSTART:20260401T090000\nX-A:{}\nEND:VEVENT", "x".repeat(530_000));
    assert_eq!(parsed(&long).events, []);
    let people: String = (0..501).map(|n| format!("ATTENDEE:mailto:{n}@example.jp\n")).collect();
    assert_eq!(
        refused(&format!("DTSTART:20260401T090000\n{people}")),
        "VEVENT 1, line 4, UID u | /participants too-many"
    );
    let dates: String = (0..3_001)
        .map(|n| format!("EXDATE:{}T{:02}{:02}00\n", 20_260_401 + n / 1_440, n / 60 % 24, n % 60))
        .collect();
    assert_eq!(
        refused(&format!("DTSTART:20260401T090000\nRRULE:FREQ=DAILY\n{dates}")),
        "VEVENT 1, line 4, UID u | EXDATE too-many"
    );
}
