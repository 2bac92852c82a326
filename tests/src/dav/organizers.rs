//! Who organizes an event, as a client is told it.

use serde_json::json;

use super::client::{Client, HOUR, between, event};
use crate::harness::on_each_backend;

const ORGANIZER: &str = "ORGANIZER:mailto:hanako@pref.example.jp\n";
const BOSS: &str = "ORGANIZER:mailto:boss@example.com\n";
const HANAKO: &str = "ATTENDEE:mailto:hanako@pref.example.jp\n";
const TARO: &str = "ATTENDEE:mailto:taro@pref.example.jp\n";

/// RFC 6638 §3.2.4.2.
#[test]
fn an_event_has_one_organizer() {
    on_each_backend(|server| {
        let (hanako, _) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let path = format!("{}s.ics", client.calendar);
        let series = event("s", &format!("{HOUR}RRULE:FREQ=DAILY;COUNT=3\nSUMMARY:連日\n{ORGANIZER}{TARO}"));
        let with = |organizer: &str| {
            let more =
                format!("RECURRENCE-ID;TZID=Asia/Tokyo:20261127T100000\n{HOUR}SUMMARY:別\n{organizer}{TARO}");
            let one = event("s", &more);
            let one = format!("BEGIN:VEVENT{}END:VEVENT", between(&one, "BEGIN:VEVENT", "END:VEVENT"));
            series.replace("END:VCALENDAR", &format!("{one}\r\nEND:VCALENDAR"))
        };
        let refused = client.put(&path, &with(BOSS)).expect(403).text();
        assert!(refused.contains("<c:same-organizer-in-all-components/>"), "{refused}");
        assert!(refused.contains("one organizer"), "{refused}");
        client.get(&path).expect(404);
        // The same address, written otherwise, is the same.
        client.put(&path, &with("ORGANIZER;CN=花子:MAILTO:h%61nako@Pref.example.jp\n")).expect(201);
        client.put(&path, &with(BOSS)).expect(403);
        assert!(client.get(&path).expect(200).text().contains("SUMMARY:別"));
    });
}

/// RFC 6638 §3.2.4.3 and §3.2.4.4.
#[test]
fn an_event_keeps_its_organizer() {
    on_each_backend(|server| {
        let (hanako, _) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        for (uid, first, second, element) in [
            ("a", ORGANIZER, BOSS, "<c:allowed-organizer-scheduling-object-change/>"),
            ("b", BOSS, ORGANIZER, "<c:allowed-attendee-scheduling-object-change/>"),
            ("c", BOSS, "", "<c:allowed-attendee-scheduling-object-change/>"),
        ] {
            let path = format!("{}{uid}.ics", client.calendar);
            let by = |organizer: &str| event(uid, &format!("{HOUR}SUMMARY:会議\n{organizer}{HANAKO}{TARO}"));
            client.put(&path, &by(first)).expect(201);
            let seen = client.get(&path).expect(200).text();
            let refused = client.put(&path, &by(second)).expect(403).text();
            assert!(refused.contains(element) && refused.contains("UID"), "{refused}");
            assert_eq!(client.get(&path).expect(200).text(), seen);
        }
    });
}

#[test]
fn what_is_moved_tells_its_schedule_tag() {
    on_each_backend(|server| {
        let (hanako, _) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let side = hanako.post("calendars", &json!({"name": "第2"})).expect(201).json();
        let side = client.in_calendar(side["id"].as_str().unwrap());
        for (uid, people) in
            [("a", format!("{ORGANIZER}{TARO}")), ("b", format!("{BOSS}{HANAKO}")), ("c", String::new())]
        {
            let from = format!("{}{uid}.ics", client.calendar);
            client.put(&from, &event(uid, &format!("{HOUR}SUMMARY:会議\n{people}"))).expect(201);
            let to = format!("{}{uid}.ics", side.calendar);
            let moved = client.ask("MOVE", &from).header("destination", &to).send().expect(201);
            let shown = client.get(&to).expect(200);
            assert_eq!(moved.header("schedule-tag"), shown.header("schedule-tag"));
            assert_eq!(moved.header("schedule-tag").is_some(), uid != "c");
        }
    });
}
