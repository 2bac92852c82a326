//! What it stores of what others organize, as version 153 sent it.

use serde_json::{Value, json};

use super::Client;
use crate::{
    dav::{
        client::{HOUR, between, event},
        shared_alarms::{Office, at, office, read},
        single_occurrences::series_with,
    },
    harness::{Answer, Staff, on_each_backend},
};

const ICALENDAR: &str = "text/calendar; charset=utf-8";

fn put(client: &Client, path: &str, etag: &str, text: &str) -> Answer {
    client.send("PUT", path, &[("if-match", etag)], ICALENDAR, text)
}

/// It knows no occurrence without a series: where there is none it makes one up, and sends it along with each answer.
#[test]
fn answers_single_occurrences_beside_a_series_that_it_makes_up() {
    on_each_backend(|server| {
        let [hanako, taro] = ["hanako", "taro"].map(|name| server.staff(name));
        let client = Client::of(server, &taro);
        let guest = json!({"t": {"personId": taro.person, "roles": {"attendee": true}}});
        let days = ["2026-12-10", "2026-12-17"];
        let id = series_with(&hanako, &days, &guest);
        let path = client.sync(&client.calendar, "", 10).0[0].0.clone();
        let answer = |said: [&str; 2]| {
            let shown = client.get(&path).expect(200);
            let uid = between(&shown.text(), "UID:", "\r\n").to_owned();
            let occurrence = |day: &str, said: &str| {
                format!(
                    "BEGIN:VEVENT\r\nCREATED:20261127T165049Z\r\nLAST-MODIFIED:20261127T165052Z\r\nDTSTAMP:20261127T165052Z\r\n\
                     UID:{uid}\r\nSUMMARY:定例\r\nRECURRENCE-ID;TZID=Asia/Tokyo:{day}T100000\r\n\
                     ORGANIZER:mailto:hanako@pref.example.jp\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:hanako@pref.example.jp\r\n\
                     ATTENDEE;RSVP=TRUE;PARTSTAT={said};CUTYPE=INDIVIDUAL:mailto:taro@pref.example.jp\r\n\
                     DTSTART;TZID=Asia/Tokyo:{day}T100000\r\nDTEND;TZID=Asia/Tokyo:{day}T110000\r\nSEQUENCE:1\r\n\
                     X-MOZ-GENERATION:1\r\nEND:VEVENT\r\n"
                )
            };
            let text = format!(
                "BEGIN:VCALENDAR\r\nPRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN\r\nVERSION:2.0\r\n\
                 BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nBEGIN:STANDARD\r\nDTSTART:20250101T000000\r\nTZOFFSETFROM:+0900\r\n\
                 TZOFFSETTO:+0900\r\nTZNAME:JST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n\
                 BEGIN:VEVENT\r\nCREATED:20261127T165051Z\r\nLAST-MODIFIED:20261127T165052Z\r\nDTSTAMP:20261127T165052Z\r\nUID:{uid}\r\n\
                 RDATE;TZID=Asia/Tokyo:20261210T100000\r\nRDATE;TZID=Asia/Tokyo:20261217T100000\r\n\
                 DTSTART;TZID=Asia/Tokyo:20261210T100000\r\nX-MOZ-FAKED-MASTER:1\r\nX-MOZ-GENERATION:1\r\nEND:VEVENT\r\n\
                 {}{}END:VCALENDAR\r\n",
                occurrence("20261210", said[0]),
                occurrence("20261217", said[1])
            );
            put(&client, &path, &shown.etag(), &text).expect(204);
            let event = hanako.get(&format!("events/{id}")).expect(200).json();
            days.map(|day| {
                let guest = &event["recurrenceOverrides"][format!("{day}T10:00:00")]["participants/t"];
                guest["participationStatus"].as_str().unwrap_or("needs-action").to_owned()
            })
        };
        assert_eq!(answer(["ACCEPTED", "NEEDS-ACTION"]), ["accepted", "needs-action"]);
        assert_eq!(answer(["ACCEPTED", "DECLINED"]), ["accepted", "declined"]);
        // The occurrences are what they were: no series came of it.
        let told = client.get(&path).expect(200).text();
        assert_eq!(told.matches("BEGIN:VEVENT").count(), 2, "{told}");
        assert!(!told.contains("FAKED") && !told.contains("RDATE"), "{told}");
    });
}

/// What it notes of an alarm that was put off, in the order in which it writes.
const NOTES: &str = "X-MOZ-LASTACK:20261127T170820Z\nX-MOZ-SNOOZE-TIME:20261127T170920Z\n\
                     X-MOZ-SNOOZE-TIME-1796173200000000:20261127T171000Z\n";

fn put_off(text: &str) -> String {
    let alarm = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT30M\nDESCRIPTION:x\nEND:VALARM\n";
    let more = format!("{NOTES}{alarm}").replace('\n', "\r\n");
    text.replacen("END:VEVENT", &format!("{more}END:VEVENT"), 1)
}

#[track_caller]
fn assert_put_off(text: &str) {
    for note in NOTES.lines() {
        assert_eq!(text.matches(&format!("{note}\r\n")).count(), 1, "{note}: {text}");
    }
    assert!(text.contains("TRIGGER:-PT30M"), "{text}");
}

#[test]
fn a_guest_puts_off_an_alarm() {
    on_each_backend(|server| {
        let [hanako, taro] = ["hanako", "taro"].map(|name| server.staff(name));
        let (organizer, guest) = (Client::of(server, &hanako), Client::of(server, &taro));
        let people = "ORGANIZER:mailto:hanako@pref.example.jp\nATTENDEE:mailto:taro@pref.example.jp\n";
        let series = event("m", &format!("{HOUR}RRULE:FREQ=DAILY;COUNT=3\nSUMMARY:会議\n{people}"));
        let path = at(&organizer, "m");
        organizer.put(&path, &series).expect(201);
        let theirs = guest.sync(&guest.calendar, "", 10).0[0].0.clone();
        let shown = guest.get(&theirs).expect(200);
        let before = organizer.get(&path).expect(200);
        put(&guest, &theirs, &shown.etag(), &put_off(&shown.text())).expect(204);
        let kept = guest.get(&theirs).expect(200);
        assert_put_off(&kept.text());
        assert_eq!(kept.header("schedule-tag"), shown.header("schedule-tag"));
        let now = organizer.get(&path).expect(200);
        assert_eq!((now.etag(), now.text()), (before.etag(), before.text()), "it is nobody else's");
        // Put off once more, and nothing but the time of it is another.
        let again = kept.text().replace("T170920Z", "T172020Z");
        put(&guest, &theirs, &kept.etag(), &again).expect(204);
        assert!(guest.get(&theirs).expect(200).text().contains("SNOOZE-TIME:20261127T172020Z"));
        // What the organizer puts off stays theirs, and changes nothing that guests are told.
        put(&organizer, &path, &now.etag(), &put_off(&now.text())).expect(204);
        assert_put_off(&organizer.get(&path).expect(200).text());
        let seen = guest.get(&theirs).expect(200);
        assert_eq!(seen.header("schedule-tag"), shown.header("schedule-tag"));
        assert_eq!(seen.text().matches("X-MOZ-").count(), NOTES.lines().count(), "{}", seen.text());
        // Without it, it is gone.
        put(&guest, &theirs, &seen.etag(), &shown.text()).expect(204);
        assert!(!guest.get(&theirs).expect(200).text().contains("X-MOZ-SNOOZE"));
    });
}

#[test]
fn who_reads_a_calendar_puts_off_an_alarm() {
    on_each_backend(|server| {
        let Office { owner, writer, reader, .. } = office(server);
        let sent = put_off(&event("a", &format!("{HOUR}SUMMARY:会議\n"))).replace("170920Z", "180000Z");
        owner.put(&at(&owner, "a"), &sent).expect(201);
        let owners = read(&owner, "a");
        assert_eq!(owners.1, sent, "to the byte");
        for client in [&writer, &reader] {
            let (tag, text) = read(client, "a");
            assert!(!text.contains("X-MOZ-SNOOZE") && !text.contains("LASTACK"), "{text}");
            put(client, &at(client, "a"), &tag, &put_off(&text)).expect(204);
            assert_put_off(&read(client, "a").1);
            assert_eq!(read(&owner, "a"), owners);
        }
        assert_put_off(&read(&reader, "a").1);
        // So it is with what a delegate makes for the owner.
        let made = put_off(&event("b", HOUR));
        assert_eq!(writer.put(&at(&writer, "b"), &made).expect(201).header("etag"), None);
        assert_put_off(&read(&writer, "b").1);
        for other in [&owner, &reader] {
            assert!(!read(other, "b").1.contains("SNOOZE"));
        }
    });
}

/// RFC 9074 §6.1: the standard's own word for an alarm that was seen.
#[test]
fn an_alarm_that_was_acknowledged_stays_so_for_a_guest() {
    on_each_backend(|server| {
        let [hanako, taro] = ["hanako", "taro"].map(|name| server.staff(name));
        let (organizer, guest) = (Client::of(server, &hanako), Client::of(server, &taro));
        let people = "ORGANIZER:mailto:hanako@pref.example.jp\nATTENDEE:mailto:taro@pref.example.jp\n";
        organizer.put(&at(&organizer, "m"), &event("m", &format!("{HOUR}{people}"))).expect(201);
        let theirs = guest.sync(&guest.calendar, "", 10).0[0].0.clone();
        let alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nUID:alarm-1\r\nTRIGGER:-PT30M\r\n\
                     ACKNOWLEDGED:20261126T003000Z\r\nEND:VALARM\r\n";
        let shown = guest.get(&theirs).expect(200);
        let text = shown.text().replace("END:VEVENT", &format!("{alarm}END:VEVENT"));
        put(&guest, &theirs, &shown.etag(), &text).expect(204);
        let kept = guest.get(&theirs).expect(200).text();
        for line in ["ACKNOWLEDGED:20261126T003000Z", "UID:alarm-1"] {
            assert_eq!(kept.matches(line).count(), 1, "{kept}");
        }
    });
}

fn said(organizer: &Staff, id: &str) -> Value {
    let event = organizer.get(&format!("events/{id}")).expect(200).json();
    let people: Vec<Value> = event["participants"].as_object().unwrap().values().cloned().collect();
    people
        .iter()
        .find(|it| it["name"] == "鈴木 太郎" || it["calendarAddress"] == "mailto:taro@pref.example.jp")
        .unwrap()["participationStatus"]
        .clone()
}

#[test]
fn nobody_is_delegated_to() {
    on_each_backend(|server| {
        let [hanako, taro] = ["hanako", "taro"].map(|name| server.staff(name));
        let (organizer, guest) = (Client::of(server, &hanako), Client::of(server, &taro));
        let people = "ORGANIZER:mailto:hanako@pref.example.jp\nATTENDEE:mailto:taro@pref.example.jp\n";
        organizer.put(&at(&organizer, "m"), &event("m", &format!("{HOUR}{people}"))).expect(201);
        let id = hanako
            .get("occurrences?from=2026-11-25T15:00:00Z&to=2026-11-26T15:00:00Z")
            .expect(200)
            .json()["items"][0]["eventId"]
            .as_str()
            .unwrap()
            .to_owned();
        let theirs = guest.sync(&guest.calendar, "", 10).0[0].0.clone();
        let other = "ATTENDEE;DELEGATED-FROM=\"mailto:taro@pref.example.jp\":mailto:jiro@pref.example.jp\n";
        let delegated = people.replace(
            "ATTENDEE:",
            "ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:jiro@pref.example.jp\":",
        );
        let text = event("m", &format!("{HOUR}{delegated}{other}"));
        let before = guest.get(&theirs).expect(200);
        for (language, says) in
            [("en", "nobody is delegated to here"), ("ja", "代わりの人への委任は受け付けていません")]
        {
            let ask = guest.ask("PUT", &theirs).header("accept-language", language);
            let refused = ask.body(ICALENDAR, text.as_str()).send().expect(403).text();
            assert!(refused.contains("<c:allowed-attendee-scheduling-object-change/>"), "{refused}");
            let reason = between(&refused, "<d:responsedescription>", "</d:responsedescription>");
            assert!(reason.starts_with(says), "{reason}");
        }
        let now = guest.get(&theirs).expect(200);
        assert_eq!((now.etag(), now.text()), (before.etag(), before.text()));
        assert_eq!(said(&hanako, &id), "needs-action");
    });
}
