//! What is written: to files, to invitations, and zones.

use super::*;

/// What other programs write, each with something that the model has no word for.
const FILES: [&str; 6] = [
    include_str!("../../../../../../tests/fixtures/ics/apple-calendar-13-series.ics"),
    include_str!("../../../../../../tests/fixtures/ics/google-calendar-export.ics"),
    include_str!("../../../../../../tests/fixtures/ics/outlook-2019-meeting.ics"),
    include_str!("../../../../../../tests/fixtures/ics/thunderbird-102-tasks-and-events.ics"),
    include_str!("../../../../../../tests/fixtures/ics/garoon-5-schedule.ics"),
    include_str!("../../../../../../tests/fixtures/ics/nextcloud-28-exceptions.ics"),
];

#[test]
fn what_is_exported_holds_all_that_was_imported() {
    for file in FILES {
        let (_, written) = round_trip(file);
        let exported = event_lines(&written);
        // What is said in other words: times by zones of other names, ends as lengths, lists in one line.
        let said_otherwise = [
            "DTSTART",
            "DTEND",
            "DURATION",
            "RRULE",
            "EXDATE",
            "RDATE",
            "RECURRENCE-ID",
            "CATEGORIES",
            "ATTENDEE",
        ];
        for line in event_lines(file) {
            let otherwise = said_otherwise.iter().any(|name| line.starts_with(name));
            assert!(otherwise || exported.contains(&line), "lost: {line}\n{written}");
        }
        for name in ["ATTENDEE", "BEGIN:VEVENT", "BEGIN:VALARM", "RRULE"] {
            let count = |lines: &[String]| lines.iter().filter(|line| line.starts_with(name)).count();
            assert!(count(&exported) >= count(&event_lines(file)), "lost: {name}\n{written}");
        }
    }
}

#[test]
fn a_kept_line_gives_way_to_a_change() {
    let lines = "DTSTART:20260401T090000\nSUMMARY;LANGUAGE=ja:旧\nSTATUS:CONFIRMED\nX-A;B=c:d";
    let mut event = one(lines);
    assert!(write([&event]).contains("SUMMARY;LANGUAGE=ja:旧"));
    event.title = "新".to_owned();
    event.status = crate::model::Status::Cancelled;
    let written = write([&event]);
    assert!(written.contains("SUMMARY:新") && !written.contains("旧"), "{written}");
    assert!(written.contains("STATUS:CANCELLED") && !written.contains("STATUS:CONFIRMED"), "{written}");
    assert!(written.contains("X-A;B=c:d"));
}

#[test]
fn categories_that_are_too_many_or_too_long_stay_while_others_come_and_go() {
    let many: Vec<String> = (0..120).map(|at| format!("分類{at:03}")).collect();
    let long = "長".repeat(100);
    let lines = format!(
        "DTSTART:20260401T090000\nCATEGORIES;LANGUAGE=ja:{long},a\u{85}b\nCATEGORIES:{}\nCATEGORIES:分類118",
        many.join(",")
    );
    let mut event = one(&lines);
    assert_eq!(event.keywords.len(), 100);
    assert!(event.keywords.contains_key(&"長".repeat(80)) && event.keywords.contains_key("a b"));
    let written = |event: &Event| {
        let text = write([event]).replace("\r\n ", "");
        text.lines().filter(|line| line.starts_with("CATEGORIES")).map(str::to_owned).collect::<Vec<_>>()
    };
    let as_stored: Vec<&str> = lines.split('\n').skip(1).collect();
    event.title = "別".to_owned();
    assert_eq!(written(&event), as_stored);
    // What the phone takes away of what it is shown goes, and what it adds comes.
    for gone in ["a b", "分類003"] {
        event.keywords.remove(gone);
    }
    event.keywords.insert("新,しい".to_owned(), true);
    let left = many.join(",").replace("分類003,", "");
    let now = [
        format!("CATEGORIES;LANGUAGE=ja:{long}"),
        format!("CATEGORIES:{left}"),
        as_stored[2].to_owned(),
        "CATEGORIES:新\\,しい".to_owned(),
    ];
    assert_eq!(written(&event), now);
    event.keywords.clear();
    assert_eq!(written(&event)[0].matches(',').count(), 21, "those that were never shown");
    let few = one("DTSTART:20260401T090000\nCATEGORIES:b,a");
    assert_eq!((written(&few).concat(), few.more.len()), ("CATEGORIES:a,b".to_owned(), 0));
}

#[test]
fn invitations_are_read_by_their_receivers() {
    let mut event = Event::read(serde_json::json!({
        "uid": "u@renraku", "title": "予算会議, 第二回", "description": "資料は\n別紙; 持参", "start": "2026-04-01T09:00:00",
        "timeZone": "Asia/Tokyo", "duration": "PT1H", "sequence": 2, "organizerCalendarAddress": "mailto:hanako@example.jp",
        "recurrenceRule": {"frequency": "weekly", "count": 5},
        "recurrenceOverrides": {"2026-04-08T09:00:00": {"title": "臨時"}, "2026-04-15T09:00:00": {"excluded": true}},
        "participants": {
            "1": {"name": "花子", "calendarAddress": "mailto:hanako@example.jp", "roles": {"owner": true}},
            "2": {"name": "鈴木 \"一郎\", 業者", "calendarAddress": "mailto:ichiro@example.com", "expectReply": true, "participationComment": "遅れます"}
        }
    }))
    .unwrap();
    let now = "2026-03-01T00:00:00Z".parse().unwrap();
    let invitation = request(&event, now);
    assert_eq!(invitation.method, "REQUEST");
    let text = invitation.text.replace("\r\n ", "");
    for line in [
        "METHOD:REQUEST\r\n",
        "BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\n",
        "TZOFFSETTO:+0900\r\n",
        "DTSTAMP:20260301T000000Z\r\n",
        "SEQUENCE:2\r\n",
        "SUMMARY:予算会議\\, 第二回\r\n",
        "DESCRIPTION:資料は\\n別紙\\; 持参\r\n",
        "ORGANIZER;CN=花子:mailto:hanako@example.jp\r\n",
        "DTSTART;TZID=Asia/Tokyo:20260401T090000\r\n",
        "RECURRENCE-ID;TZID=Asia/Tokyo:20260408T090000\r\n",
        "EXDATE;TZID=Asia/Tokyo:20260415T090000\r\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 1);
    assert_eq!(text.matches("DTSTAMP").count(), 2);
    // Our own reader takes it back as what it was.
    let back = read(invitation.text.as_bytes()).unwrap();
    assert_eq!(back.refused, []);
    assert_eq!(back.events[0].event.title, event.title);
    assert_eq!(
        back.events[0].event.recurrence_overrides.keys().collect::<Vec<_>>(),
        event.recurrence_overrides.keys().collect::<Vec<_>>()
    );

    let cancelled = cancel(&event.occurrence(local("2026-04-22T09:00:00")).unwrap(), now).text;
    assert!(cancelled.contains("METHOD:CANCEL") && cancelled.contains("STATUS:CANCELLED"), "{cancelled}");
    assert!(
        cancelled.contains("RECURRENCE-ID;TZID=Asia/Tokyo:20260422T090000") && !cancelled.contains("RRULE"),
        "{cancelled}"
    );

    event.participants.get_mut("2").unwrap().participation_status =
        crate::model::ParticipationStatus::Accepted;
    let answer = reply(std::slice::from_ref(&event), "2", now).unwrap().text.replace("\r\n ", "");
    assert!(
        answer.contains("METHOD:REPLY")
            && answer.contains("PARTSTAT=ACCEPTED")
            && answer.contains("COMMENT:遅れます"),
        "{answer}"
    );
    assert_eq!(answer.matches("ATTENDEE").count(), 1);
    // The organizer of a copy from outside hears who comes instead.
    let instead = one("DTSTART:20260401T000000Z\nORGANIZER:mailto:boss@example.com\n\
         ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:b@example.com\":mailto:a@example.com");
    let key = instead.participants.iter().find(|(_, it)| !it.only_organizes()).unwrap().0.clone();
    let told = reply(std::slice::from_ref(&instead), &key, now).unwrap().text.replace("\r\n ", "");
    assert!(
        told.contains("PARTSTAT=DELEGATED") && told.contains("DELEGATED-TO=\"mailto:b@example.com\""),
        "{told}"
    );
    assert_eq!(reply(std::slice::from_ref(&event), "9", now), None);
}

#[test]
fn a_zone_is_written_with_its_changes() {
    let event =
        one("DTSTART;TZID=America/New_York:20260401T090000\nDTEND;TZID=America/New_York:20260401T100000");
    let written = write([&event]);
    for line in [
        "BEGIN:DAYLIGHT",
        "TZNAME:EDT",
        "RDATE:20260308T020000",
        "RDATE:20261101T020000",
        "TZOFFSETFROM:-0500",
        "TZOFFSETTO:-0400",
    ] {
        assert!(written.contains(line), "{line}\n{written}");
    }
    let tokyo = write([&one("DTSTART;TZID=Asia/Tokyo:20260401T090000")]);
    assert_eq!(tokyo.matches("BEGIN:STANDARD").count(), 1);
}
