//! Rooms that calendar clients invite: booked or declined at once, by the lock that the phone meets.

use serde_json::{Value, json};

use super::client::{Client, HOUR, event};
use crate::harness::{Staff, TestServer, on_each_backend};

const ORGANIZER: &str = "ORGANIZER:mailto:hanako@pref.example.jp\n";
const TARO: &str = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:taro@pref.example.jp\n";

fn occurrences(who: &Staff) -> Vec<Value> {
    let path = "occurrences?from=2026-11-25T15:00:00Z&to=2026-11-26T15:00:00Z";
    who.get(path).expect(200).json()["items"].as_array().unwrap().clone()
}

fn room(server: &TestServer) -> String {
    facility(server, json!({"name": "第1会議室", "kind": "room"}))
}

fn facility(server: &TestServer, draft: Value) -> String {
    let draft: renraku_schedule::model::FacilityDraft = serde_json::from_value(draft).unwrap();
    let made = server.db().write(|tx| renraku_schedule::service::create_facility(tx, draft.clone())).unwrap();
    made.into_inner().id.into_string()
}

#[test]
fn a_room_that_is_invited_is_booked_or_declines_at_once() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
        let room = room(server);
        let line = format!("ATTENDEE;CUTYPE=ROOM;PARTSTAT=NEEDS-ACTION:urn:uuid:{room}\n");
        let first = format!("{}first.ics", client.calendar);
        client.put(&first, &event("r1", &format!("{HOUR}{ORGANIZER}{line}"))).expect(201);
        let text = client.get(&first).expect(200).text().replace("\r\n ", "");
        let answer = |text: &str| text.lines().find(|line| line.contains(&room)).unwrap().to_owned();
        assert!(
            answer(&text).contains("PARTSTAT=ACCEPTED") && answer(&text).contains("CUTYPE=ROOM"),
            "{text}"
        );
        assert_eq!(occurrences(&hanako)[0]["facilities"][0]["id"], room.as_str());

        let second = format!("{}second.ics", other.calendar);
        let text = event("r2", &format!("{HOUR}{line}"))
            .replace("END:VEVENT", "ORGANIZER:mailto:taro@pref.example.jp\r\nEND:VEVENT");
        other.put(&second, &text).expect(201);
        let declined = other.get(&second).expect(200).text().replace("\r\n ", "");
        assert!(answer(&declined).contains("PARTSTAT=DECLINED"), "{declined}");
        assert!(answer(&declined).contains("SCHEDULE-STATUS"), "{declined}");
        assert_eq!(occurrences(&taro)[0]["facilities"], json!([]));

        // Stored again as it was shown, the first keeps its room; at another time the second gets it.
        let again = client.get(&first).expect(200).text();
        client.put(&first, &again).expect(204);
        assert_eq!(occurrences(&hanako)[0]["facilities"][0]["id"], room.as_str());
        other.put(&second, &text.replace("T10", "T13").replace("T11", "T14")).expect(204);
        assert_eq!(occurrences(&taro)[0]["facilities"][0]["id"], room.as_str());
        // The phone meets the same lock.
        let phone =
            json!({"title": "x", "start": "2026-11-26T10:30:00", "duration": "PT1H", "facilityIds": [room]});
        taro.post("events", &phone).problem(409, "facility-taken");
        client.ask("DELETE", &first).send().expect(204);
        taro.post("events", &phone).expect(201);
    });
}

#[test]
fn a_room_declines_a_series_that_it_cannot_take_and_the_series_stays() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let room = room(server);
        let line = format!("ATTENDEE;CUTYPE=ROOM;PARTSTAT=NEEDS-ACTION:urn:uuid:{room}\n");
        let hours = (0..24).map(|hour| hour.to_string()).collect::<Vec<_>>().join(",");
        for (name, rule) in [
            ("endless", "RRULE:FREQ=DAILY\n".to_owned()),
            ("dense", format!("RRULE:FREQ=DAILY;BYHOUR={hours};UNTIL=20271001T000000Z\n")),
        ] {
            let path = format!("{}{name}.ics", client.calendar);
            client.put(&path, &event(name, &format!("{HOUR}{rule}{ORGANIZER}{line}"))).expect(201);
            let text = client.get(&path).expect(200).text().replace("\r\n ", "");
            let answer = text.lines().find(|line| line.contains(&room)).unwrap();
            assert!(answer.contains("PARTSTAT=DECLINED"), "{name}: {text}");
            assert!(answer.contains("SCHEDULE-STATUS=\"3.6\""), "{name}: {text}");
        }
    });
}

#[test]
fn a_room_whose_rules_do_not_allow_it_declines_alone_and_not_as_taken() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let early = json!({"name": "朝の部屋", "kind": "room", "bookingRules": {"closes": "09:00"}});
        let rooms = [facility(server, early), room(server)];
        let lines = rooms.each_ref().map(|room| format!("ATTENDEE;CUTYPE=ROOM:urn:uuid:{room}\n")).concat();
        let path = format!("{}two.ics", client.calendar);
        client.put(&path, &event("two", &format!("{HOUR}{ORGANIZER}{lines}"))).expect(201);
        let text = client.get(&path).expect(200).text().replace("\r\n ", "");
        let answers = rooms.each_ref().map(|room| text.lines().find(|line| line.contains(room)).unwrap());
        for part in ["CN=朝の部屋", "PARTSTAT=DECLINED", "SCHEDULE-STATUS=\"3.5\""] {
            assert!(answers[0].contains(part), "{part}: {text}");
        }
        assert!(answers[1].contains("PARTSTAT=ACCEPTED"), "{text}");
    });
}

#[test]
fn whoever_organizes_hears_once_that_a_room_declines() {
    on_each_backend(|server| {
        let [hanako, taro] = ["hanako", "taro"].map(|name| server.staff(name));
        let client = Client::of(server, &hanako);
        let room = room(server);
        let line = format!("ATTENDEE;CUTYPE=ROOM;PARTSTAT=NEEDS-ACTION:urn:uuid:{room}\n");
        let phone = json!({"title": "先約", "start": "2026-11-26T10:30:00", "duration": "PT1H", "facilityIds": [room]});
        taro.post("events", &phone).expect(201);
        let told = |who: &Staff| {
            let told = who.get("notifications").expect(200).json()["items"].clone();
            let told = told.as_array().unwrap().iter().filter(|it| it["type"] == "answered").cloned();
            told.collect::<Vec<Value>>()
        };
        let path = format!("{}late.ics", client.calendar);
        let meeting = event("late", &format!("{HOUR}SUMMARY:会議\n{ORGANIZER}{line}"));
        client.put(&path, &meeting).expect(201);
        // The client sends what it knew, and then what it was shown.
        client.put(&path, &meeting).expect(204);
        client.put(&path, &client.get(&path).expect(200).text()).expect(204);
        server.run_due_jobs();
        let first = told(&hanako);
        assert_eq!(first.len(), 1, "{first:?}");
        assert!(first[0].to_string().contains("「会議」に第1会議室を予約できませんでした"), "{}", first[0]);
        assert_eq!(told(&taro), [] as [Value; 0]);
        // At another time that is taken as well it declines again.
        client.put(&path, &meeting.replace("T100000", "T103000").replace("T110000", "T113000")).expect(204);
        assert_eq!(told(&hanako).len(), 2);
        // On the phone it is refused there and then.
        hanako.post("events", &phone).problem(409, "facility-taken");
        assert_eq!(told(&hanako).len(), 2);
    });
}

/// What a text says of a room: of the series, and of its exception.
fn answers<'t>(text: &'t str, room: &str) -> Vec<&'t str> {
    text.lines().filter(|it| it.contains(room)).collect()
}

#[test]
fn a_room_of_a_single_occurrence_is_booked_or_declines_in_its_component() {
    on_each_backend(|server| {
        let [hanako, taro] = ["hanako", "taro"].map(|name| server.staff(name));
        let (client, guest) = (Client::of(server, &hanako), Client::of(server, &taro));
        let room = room(server);
        let path = format!("{}m.ics", client.calendar);
        let told = || hanako.get("notifications").expect(200).json()["items"].as_array().unwrap().clone();
        let read = |client: &Client, path: &str| client.get(path).expect(200).text().replace("\r\n ", "");
        let both = |kind: &str, start: &str| {
            let line = format!("ATTENDEE;CUTYPE={kind};RSVP=TRUE:urn:uuid:{room}\n");
            let series = event("m", &format!("{HOUR}RRULE:FREQ=DAILY;COUNT=3\n{ORGANIZER}{TARO}"));
            let single = format!(
                "RECURRENCE-ID;TZID=Asia/Tokyo:20261127T100000\nDTSTART;TZID=Asia/Tokyo:20261127T{start}\nDURATION:PT1H\n\
                 {ORGANIZER}{TARO}{line}"
            );
            let single = event("m", &single).split_once("BEGIN:VEVENT").unwrap().1.to_owned();
            series.replace("END:VCALENDAR\r\n", &format!("BEGIN:VEVENT{single}"))
        };
        let phone = |start: &str| json!({"title": "先約", "start": format!("2026-11-27T{start}"), "duration": "PT1H", "facilityIds": [room]});
        let first =
            taro.post("events", &phone("13:30:00")).expect(201).json()["id"].as_str().unwrap().to_owned();
        for kind in ["ROOM", "RESOURCE"] {
            let put = client.put(&path, &both(kind, "100000"));
            assert!(put.status < 300 && put.header("etag").is_none() && put.header("schedule-tag").is_some());
            let text = read(&client, &path);
            let answers = answers(&text, &room);
            assert!(answers.len() == 1 && answers[0].contains("PARTSTAT=ACCEPTED"), "{text}");
            taro.post("events", &phone("10:30:00")).problem(409, "facility-taken");
            // Stored as it was shown, nothing is another; and whoever is invited reads it, too.
            client.put(&path, &client.get(&path).expect(200).text()).expect(204);
            assert_eq!(read(&client, &path).lines().find(|it| it.contains(&room)), Some(answers[0]));
        }
        let theirs = guest.sync(&guest.calendar, "", 10).0;
        assert!(theirs.iter().any(|(path, _)| answers(&read(&guest, path), &room).len() == 1));
        assert_eq!(told().len(), 0);
        // At a time that is taken it declines there, and frees what it had.
        client.put(&path, &both("ROOM", "130000")).expect(204);
        let text = read(&client, &path);
        let answers = answers(&text, &room);
        assert!(answers.len() == 1 && answers[0].contains("PARTSTAT=DECLINED"), "{text}");
        assert!(answers[0].contains("SCHEDULE-STATUS=\"4.1\""), "{text}");
        let told = told();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["recurrenceId"], "2026-11-27T10:00:00", "{}", told[0]);
        taro.post("events", &phone("10:30:00")).expect(201);
        let etag = taro.get(&format!("events/{first}")).expect(200).etag();
        taro.delete(&format!("events/{first}"), &etag).expect(204);
        client.put(&path, &both("ROOM", "140000")).expect(204);
        let day = "occurrences?from=2026-11-26T15:00:00Z&to=2026-11-27T15:00:00Z";
        let seen = hanako.get(day).expect(200).json()["items"].clone();
        assert_eq!(
            (&seen[0]["start"], &seen[0]["facilities"][0]["id"]),
            (&json!("2026-11-27T14:00:00"), &json!(room))
        );
        client.ask("DELETE", &path).send().expect(204);
        taro.post("events", &phone("14:30:00")).expect(201);
    });
}
