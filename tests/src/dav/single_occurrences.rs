//! Single occurrences of a series that is not known: each is told, also when it does not differ from the first.

use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{Client, between, event};
use crate::harness::{Staff, on_each_backend};

const WINDOW: &str = "from=2026-11-25T15:00:00Z&to=2027-02-01T15:00:00Z";

/// The days that a text names by `RECURRENCE-ID`, in its order; each must also begin then, in an event of its own.
#[track_caller]
pub fn days(text: &str) -> Vec<String> {
    let unfolded = text.replace("\r\n ", "").replace("&#13;", "");
    let events: Vec<_> = unfolded.split("BEGIN:VEVENT").skip(1).collect();
    assert!(!unfolded.contains("RDATE"), "{unfolded}");
    let day = |event: &str, name: &str| {
        let line = event.lines().find(|line| line.starts_with(name));
        line.unwrap_or_else(|| panic!("no {name} in {event}")).split_once(':').unwrap().1.trim().to_owned()
    };
    events
        .into_iter()
        .map(|event| {
            let id = day(event, "RECURRENCE-ID");
            assert_eq!(id, day(event, "DTSTART"));
            id[4..8].to_owned()
        })
        .collect()
}

/// How often the phone sees something, and of which event the first is.
pub fn seen(who: &Staff) -> (usize, String) {
    let items = who.get(&format!("occurrences?{WINDOW}")).expect(200).json()["items"].clone();
    let items = items.as_array().unwrap();
    (items.len(), items.first().map(|it| it["eventId"].as_str().unwrap().to_owned()).unwrap_or_default())
}

fn queried(client: &Client, data: &str) -> String {
    let query = format!(
        "<c:calendar-query NS><d:prop><c:calendar-data>{data}</c:calendar-data></d:prop><c:filter>\
         <c:comp-filter name=\"VCALENDAR\"/></c:filter></c:calendar-query>"
    );
    client.xml("REPORT", &client.calendar, "1", &query).expect(207).text()
}

/// What each way tells of the one object in the calendar of somebody.
#[track_caller]
pub fn assert_told(who: &Staff, client: &Client, path: &str, expected: &[&str]) {
    let expand = r#"<c:expand start="20261125T150000Z" end="20270201T150000Z"/>"#;
    let export = who.get(&format!("calendars/{}/export", who.calendar)).expect(200).text();
    for text in [client.get(path).expect(200).text(), queried(client, ""), queried(client, expand), export] {
        assert_eq!(days(&text), expected, "{text}");
    }
    let (count, id) = seen(who);
    assert_eq!(count, expected.len());
    let told = who.get(&format!("events/{id}")).expect(200).json();
    let others = told["recurrenceOverrides"].as_object().map_or(0, serde_json::Map::len);
    assert!(told["recurrenceId"].is_string() && others + 1 == expected.len(), "{told}");
}

/// What somebody exports comes into the calendar of another with all its occurrences.
#[track_caller]
fn assert_imported(who: &Staff, expected: &[&str], other: &Staff) {
    let export = who.get(&format!("calendars/{}/export", who.calendar)).expect(200).text();
    let import = other.ask("POST", &format!("calendars/{}/import", other.calendar));
    let import = import.header("idempotency-key", &Uuid::now_v7().to_string());
    let report = import.body("text/calendar", export.as_str()).send().expect(200).json();
    assert_eq!((&report["created"], &report["refusedCount"]), (&json!(1), &json!(0)), "{report}");
    assert_eq!(seen(other).0, expected.len());
}

/// A weekly series to which somebody comes on some days alone.
pub fn series_with(organizer: &Staff, days: &[&str], guest: &Value) -> String {
    let series = json!({"title": "定例", "start": "2026-11-26T10:00:00", "timeZone": "Asia/Tokyo", "duration": "PT1H",
        "recurrenceRule": {"frequency": "weekly", "count": 6}});
    let id = organizer.post("events", &series).expect(201).json()["id"].as_str().unwrap().to_owned();
    for day in days {
        let tag = organizer.get(&format!("events/{id}")).expect(200).etag();
        let at = format!("events/{id}?recurrenceId={day}T10:00:00");
        organizer.patch(&at, &tag, &json!({"participants": guest})).expect(200);
    }
    id
}

#[test]
fn a_guest_of_occurrences_that_are_alike_is_told_each() {
    on_each_backend(|server| {
        let [hanako, taro, jiro] = ["hanako", "taro", "jiro"].map(|name| server.staff(name));
        let client = Client::of(server, &taro);
        let guest = json!({"t": {"personId": taro.person, "roles": {"attendee": true}}});
        let id = series_with(&hanako, &["2026-12-03", "2026-12-10", "2026-12-17"], &guest);
        let path = client.sync(&client.calendar, "", 10).0[0].0.clone();
        let expected = ["1203", "1210", "1217"];
        assert_told(&taro, &client, &path, &expected);
        assert_imported(&taro, &expected, &jiro);
        // An answer to all of them leaves them alike.
        taro.post(&format!("events/{id}/reply"), &json!({"participationStatus": "accepted"})).expect(200);
        assert_told(&taro, &client, &path, &expected);
        // Whoever is out of one of them keeps the others.
        let tag = hanako.get(&format!("events/{id}")).expect(200).etag();
        let at = format!("events/{id}?recurrenceId=2026-12-10T10:00:00");
        hanako.patch(&at, &tag, &json!({"participants": {"t": null}})).expect(200);
        assert_told(&taro, &client, &path, &["1203", "1217"]);
    });
}

/// What somebody said of each occurrence, as the organizer sees it.
fn answers(organizer: &Staff, id: &str, days: [&str; 3]) -> [String; 3] {
    let event = organizer.get(&format!("events/{id}")).expect(200).json();
    days.map(|day| {
        let guest = &event["recurrenceOverrides"][format!("{day}T10:00:00")]["participants/t"];
        guest["participationStatus"].as_str().unwrap_or("needs-action").to_owned()
    })
}

#[test]
fn a_guest_of_single_occurrences_answers_each_by_a_calendar_program() {
    on_each_backend(|server| {
        let [hanako, taro] = ["hanako", "taro"].map(|name| server.staff(name));
        let client = Client::of(server, &taro);
        let days = ["2026-12-03", "2026-12-10", "2026-12-17"];
        let guest = json!({"t": {"personId": taro.person, "roles": {"attendee": true}}});
        let id = series_with(&hanako, &days, &guest);
        let path = client.sync(&client.calendar, "", 10).0[0].0.clone();
        let text = client.get(&path).expect(200).text();
        client.put(&path, &text).expect(204);
        assert_eq!(client.get(&path).expect(200).text(), text);
        assert_eq!(answers(&hanako, &id, days), ["needs-action"; 3]);
        // Each occurrence is answered as its own component says.
        let answered = |said: [&str; 3]| {
            let text = client.get(&path).expect(200).text().replace("\r\n ", "");
            let mut parts = text.split("BEGIN:VEVENT");
            let mut sent = parts.next().unwrap().to_owned();
            for (part, said) in parts.zip(said) {
                let line = part.lines().find(|it| it.ends_with("mailto:taro@pref.example.jp")).unwrap();
                let new = format!("ATTENDEE;PARTSTAT={said}:mailto:taro@pref.example.jp");
                sent += &format!("BEGIN:VEVENT{}", part.replace(line, &new));
            }
            client.put(&path, &sent).expect(204);
            answers(&hanako, &id, days)
        };
        let told = || {
            let told = hanako.get("notifications").expect(200).json()["items"].clone();
            told.as_array().unwrap().iter().filter(|it| it["type"] == "answered").count()
        };
        let first = ["ACCEPTED", "NEEDS-ACTION", "NEEDS-ACTION"];
        assert_eq!(answered(first), ["accepted", "needs-action", "needs-action"]);
        assert_eq!(
            answered(["ACCEPTED", "DECLINED", "NEEDS-ACTION"]),
            ["accepted", "declined", "needs-action"]
        );
        assert_eq!(told(), 2, "each of several answers is told");
        assert_eq!(answered(["TENTATIVE"; 3]), ["tentative"; 3]);
        assert_eq!(told(), 3, "one answer to all of them is told once");
        // Also where it is an answer to only some of them that is new.
        answered(["ACCEPTED", "TENTATIVE", "TENTATIVE"]);
        assert_eq!(answered(["ACCEPTED"; 3]), ["accepted"; 3]);
        assert_eq!(told(), 5);
    });
}

#[test]
fn occurrences_that_are_alike_stay_when_one_of_them_is_written_anew() {
    on_each_backend(|server| {
        let [taro, jiro] = ["taro", "jiro"].map(|name| server.staff(name));
        let client = Client::of(server, &taro);
        let path = format!("{}a.ics", client.calendar);
        let people = "ORGANIZER:mailto:boss@other.example\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:taro@pref.example.jp\n";
        let expected = ["1203", "1210", "1217"];
        for people in ["", people] {
            let one = |day: &str| {
                let at = format!("2026{day}T010000Z");
                event("u", &format!("RECURRENCE-ID:{at}\nDTSTART:{at}\nDURATION:PT1H\nSUMMARY:会\n{people}"))
            };
            let component = |text: String| between(&text, "BEGIN:VEVENT", "END:VEVENT").to_owned();
            let more: String = expected[1..]
                .iter()
                .map(|day| format!("BEGIN:VEVENT{}END:VEVENT\r\n", component(one(day))))
                .collect();
            let text = one(expected[0]).replace("END:VCALENDAR", &format!("{more}END:VCALENDAR"));
            client.put(&path, &text).expect(201);
            assert_eq!(days(&client.get(&path).expect(200).text()), expected);
            let id = seen(&taro).1;
            let colour = |at: &str, colour: &str| {
                let tag = taro.get(&format!("events/{id}")).expect(200).etag();
                taro.patch(&format!("events/{id}{at}"), &tag, &json!({"color": colour})).expect(200);
            };
            if people.is_empty() {
                colour("", "red");
            } else {
                let answer = json!({"participationStatus": "accepted"});
                taro.post(&format!("events/{id}/reply"), &answer).expect(200);
            }
            assert_told(&taro, &client, &path, &expected);
            if people.is_empty() {
                // One that was otherwise and is as the first again is still one.
                colour("?recurrenceId=2026-12-10T01:00:00", "blue");
                assert_told(&taro, &client, &path, &expected);
                colour("?recurrenceId=2026-12-10T01:00:00", "red");
                assert_told(&taro, &client, &path, &expected);
                client.put(&path, &client.get(&path).expect(200).text()).expect(204);
                assert_told(&taro, &client, &path, &expected);
                assert_imported(&taro, &expected, &jiro);
            }
            client.ask("DELETE", &path).send().expect(204);
        }
    });
}

#[test]
fn what_a_single_occurrence_says_of_repeating_is_kept_without_effect() {
    on_each_backend(|server| {
        let [taro, jiro] = ["taro", "jiro"].map(|name| server.staff(name));
        let client = Client::of(server, &taro);
        let path = format!("{}a.ics", client.calendar);
        let rule = "DTSTART;TZID=Asia/Tokyo:20261203T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3\n";
        let id = "RECURRENCE-ID;TZID=Asia/Tokyo:20261210T100000\nDTSTART;TZID=Asia/Tokyo:20261210T110000\n";
        let exdate = "EXDATE;TZID=Asia/Tokyo:20261217T100000";
        let own =
            |more: &str| between(&event("u", &format!("{id}{more}\n")), "BEGIN:", "END:VCAL").to_owned();
        let with = |more: &str| {
            let exception = own(more);
            let exception = exception.split_once("BEGIN:VEVENT").unwrap().1;
            event("u", rule).replace("END:VCAL", &format!("BEGIN:VEVENT{exception}END:VCAL"))
        };
        // What cannot be read has no effect either.
        for more in ["EXDATE:yesterday", "RDATE;TZID=Nowhere:20261210T100000", "RRULE:FREQ=NEVER"] {
            client
                .put(&format!("{}odd.ics", client.calendar), &with(more).replace("UID:u", "UID:odd"))
                .expect(201);
            assert_eq!(seen(&taro).0, 3);
            assert_eq!(queried(&client, "").matches(more).count(), 1);
            client.ask("DELETE", &format!("{}odd.ics", client.calendar)).send().expect(204);
        }
        client.put(&path, &with(exdate)).expect(201);
        let id = seen(&taro).1;
        let told = |window: &str| queried(&client, window).replace("\r\n ", "");
        let expand = r#"<c:expand start="20261125T150000Z" end="20270201T150000Z"/>"#;
        for colour in [None, Some("red")] {
            if let Some(colour) = colour {
                let tag = taro.get(&format!("events/{id}")).expect(200).etag();
                let at = format!("events/{id}?recurrenceId=2026-12-10T10:00:00");
                taro.patch(&at, &tag, &json!({"color": colour})).expect(200);
            }
            assert_eq!(seen(&taro).0, 3);
            let text = told("");
            assert_eq!(text.matches(exdate).count(), 1, "{text}");
            let instances = told(expand);
            assert_eq!(instances.matches("BEGIN:VEVENT").count(), 3, "{instances}");
            assert!(!instances.contains("EXDATE"), "{instances}");
        }
        let import = jiro.ask("POST", &format!("calendars/{}/import", jiro.calendar));
        let import = import.header("idempotency-key", &Uuid::now_v7().to_string());
        let report = import.body("text/calendar", with(exdate)).send().expect(200).json();
        assert_eq!((&report["created"], seen(&jiro).0), (&json!(1), 3), "{report}");
        let reason = report["kept"][0]["reason"].as_str().unwrap();
        assert!(reason.starts_with("EXDATE: ") && reason.contains("個別の回"), "{report}");
    });
}
