//! Alarms of single occurrences go along when a series moves, whoever keeps them.

use serde_json::json;
use uuid::Uuid;

use super::{
    client::{Client, event},
    shared_alarms::{Office, alarm, at, office, read},
};
use crate::harness::{Staff, on_each_backend};

const COPY: &str =
    "ORGANIZER:mailto:someone@other.example\nATTENDEE;PARTSTAT=ACCEPTED:mailto:hanako@pref.example.jp\n";

/// A series of five days with one exception, as it is written.
#[derive(Clone, Copy)]
struct Series {
    kind: &'static str,
    people: &'static str,
    zone: &'static str,
}

impl Series {
    const fn of(kind: &'static str, people: &'static str) -> Self {
        Self { kind, people, zone: "Asia/Tokyo" }
    }

    /// From this day and hour on, with an exception whose alarm is so long before.
    fn text(self, start: &str, exception: &str, before: &str) -> String {
        let Self { kind, people, zone } = self;
        let one =
            |id: &str, more: &str| format!("DTSTART;TZID={zone}:{id}0000\nDURATION:PT1H\n{people}{more}");
        let own = if before.is_empty() { String::new() } else { alarm(before) };
        let series = one(start, "SUMMARY:朝会\nRRULE:FREQ=DAILY;COUNT=5\n");
        let exception =
            one(exception, &format!("RECURRENCE-ID;TZID={zone}:{exception}0000\nSUMMARY:臨時\n{own}"));
        let stamp = "UID:s\nDTSTAMP:20261125T000000Z\n";
        event("s", &format!("{series}END:VEVENT\nBEGIN:VEVENT\n{stamp}{exception}")).replace("VEVENT", kind)
    }
}

/// Before which occurrence a text has which alarm.
fn alarmed(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\r\n ", "");
    let mut found = Vec::new();
    let mut id = String::new();
    for line in text.lines() {
        if line == "END:VEVENT" || line == "END:VTODO" {
            id.clear();
        } else if line.starts_with("RECURRENCE-ID") {
            line.rsplit(':').next().unwrap().clone_into(&mut id);
        } else if let Some(before) = line.strip_prefix("TRIGGER:-") {
            found.push((id.clone(), before.to_owned()));
        }
    }
    found
}

#[track_caller]
fn expect(client: &Client, name: &str, expected: (&str, &str), why: &str) {
    let text = read(client, name).1;
    let (id, before) = (format!("{}0000", expected.0), expected.1.to_owned());
    assert_eq!(alarmed(&text), [(id, before)], "{why}: {text}");
}

fn import(who: &Staff, file: &str) {
    let ask = who.ask("POST", &format!("calendars/{}/import", who.calendar));
    let done = ask.header("idempotency-key", &Uuid::now_v7().to_string()).body("text/calendar", file);
    assert_eq!(done.send().expect(200).json()["updated"], 1);
}

#[test]
fn alarms_of_single_occurrences_move_with_their_series() {
    on_each_backend(|server| {
        let Office { owner, writer, reader, staff: [hanako, ..] } = office(server);
        for (number, series) in
            [Series::of("VEVENT", ""), Series::of("VTODO", ""), Series::of("VEVENT", COPY)]
                .into_iter()
                .enumerate()
        {
            let place = format!("s{number}");
            let all = |exception: &str, why: &str| {
                for (client, before) in [(&owner, "PT30M"), (&writer, "PT1H"), (&reader, "PT2H")] {
                    expect(client, &place, (exception, before), &format!("{number} {why} {before}"));
                }
            };
            let put = |series: Series, client: &Client, start: &str, exception: &str, before: &str| {
                let answer = client.put(&at(client, &place), &series.text(start, exception, before));
                assert!(matches!(answer.status, 201 | 204), "{number}: {} {}", answer.status, answer.text());
            };
            put(series, &owner, "20261126T10", "20261127T10", "PT30M");
            put(series, &writer, "20261126T10", "20261127T10", "PT1H");
            put(series, &reader, "20261126T10", "20261127T10", "PT2H");
            all("20261127T10", "as it was made");
            put(series, &owner, "20261126T11", "20261127T11", "PT30M");
            all("20261127T11", "an hour later");
            put(series, &owner, "20261127T11", "20261128T11", "PT30M");
            all("20261128T11", "a day later");
            put(series, &writer, "20261128T11", "20261129T11", "PT1H");
            all("20261129T11", "a day later by a writer");
            put(series, &writer, "20261128T12", "20261129T12", "PT1H");
            all("20261129T12", "an hour later by a writer");
            let series = Series { zone: "Europe/Berlin", ..series };
            put(series, &owner, "20261128T04", "20261129T04", "PT30M");
            all("20261129T04", "in another zone");
            import(&hanako, &series.text("20261129T05", "20261130T05", "PT30M"));
            all("20261130T05", "by a file");
            if series.kind == "VEVENT" && series.people.is_empty() {
                let days = "occurrences?from=2026-11-29T00:00:00Z&to=2026-11-30T00:00:00Z";
                let id = hanako.get(days).expect(200).json()["items"][0]["eventId"].clone();
                let path = format!("events/{}", id.as_str().unwrap());
                let tag = hanako.get(&path).expect(200).etag();
                hanako.patch(&path, &tag, &json!({"start": "2026-11-30T06:00:00"})).expect(200);
                all("20261201T06", "on the phone");
            }
            owner.ask("DELETE", &at(&owner, &place)).send().expect(204);
        }
    });
}

#[test]
fn a_guest_keeps_alarms_of_single_occurrences_of_a_series_that_moves() {
    on_each_backend(|server| {
        let staff = ["hanako", "taro"].map(|name| server.staff(name));
        let [hanako, taro] = &staff;
        let (owner, guest) = (Client::of(server, hanako), Client::of(server, taro));
        let people = "ORGANIZER:mailto:hanako@pref.example.jp\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:taro@pref.example.jp\n";
        let series = Series::of("VEVENT", people);
        owner.put(&at(&owner, "s"), &series.text("20261126T10", "20261127T10", "PT30M")).expect(201);
        let path = guest.sync(&guest.calendar, "", 10).0.remove(0).0;
        let name = path.rsplit('/').next().unwrap().strip_suffix(".ics").unwrap().to_owned();
        let keep = |start: &str, exception: &str, before: &str| {
            guest.put(&path, &series.text(start, exception, before)).expect(204);
        };
        keep("20261126T10", "20261127T10", "PT1H");
        expect(&guest, &name, ("20261127T10", "PT1H"), "as it was made");
        owner.put(&at(&owner, "s"), &series.text("20261127T10", "20261128T10", "PT30M")).expect(204);
        expect(&guest, &name, ("20261128T10", "PT1H"), "a day later");
        // Their client did not see yet that it moved.
        keep("20261126T10", "20261127T10", "PT2H");
        expect(&guest, &name, ("20261128T10", "PT2H"), "of what they know");
        import(hanako, &series.text("20261127T11", "20261128T11", "PT30M"));
        expect(&guest, &name, ("20261128T11", "PT2H"), "by a file");
        expect(&owner, "s", ("20261128T11", "PT30M"), "by a file");
    });
}

/// A copy of what somebody outside organizes reminds as any other event does, also after it moved.
#[test]
fn copies_remind() {
    on_each_backend(|server| {
        let Office { owner, reader, staff: [hanako, _, jiro], .. } = office(server);
        let series = Series::of("VEVENT", COPY);
        owner.put(&at(&owner, "s"), &series.text("20261125T12", "20261126T12", "PT55M")).expect(201);
        reader.put(&at(&reader, "s"), &series.text("20261125T12", "20261126T12", "PT54M")).expect(204);
        owner.put(&at(&owner, "s"), &series.text("20261124T10", "20261125T10", "PT55M")).expect(204);
        server.clock().advance(std::time::Duration::from_secs(8 * 60));
        server.run_due_jobs();
        for staff in [&hanako, &jiro] {
            let told = staff.get("notifications").expect(200).json();
            let reminders =
                told["items"].as_array().unwrap().iter().filter(|it| it["type"] == "reminder").count();
            assert_eq!(reminders, 1, "{}: {told}", staff.username);
        }
    });
}
