//! The first of single occurrences of a series that is not known is the event itself, also by its `recurrenceId`.

use serde_json::{Value, json};

use super::{
    client::{Client, event},
    guests::{FIRST, SECOND, invited, lines},
    shared_alarms::read,
    single_occurrences::{assert_told, days, seen},
};
use crate::harness::{Staff, TestServer, on_each_backend};

const DAYS: [&str; 3] = ["1203", "1210", "1217"];
const BOSS: &str =
    "ORGANIZER:mailto:boss@other.example\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:taro@pref.example.jp\n";

/// Three occurrences, of which the second is called otherwise, in somebody's calendar.
fn stored(server: &TestServer, who: &str, people: &str) -> (Staff, Client, String) {
    let taro = server.staff(who);
    let client = Client::of(server, &taro);
    let path = format!("{}a.ics", client.calendar);
    let one = |day: &str| {
        let at = format!("2026{day}T010000Z");
        let title = if day == DAYS[1] { "別の会" } else { "会" };
        let people = people.replace("taro", who);
        let lines = format!("RECURRENCE-ID:{at}\nDTSTART:{at}\nDURATION:PT1H\nSUMMARY:{title}\n{people}");
        let text = event("u", &lines);
        text.split_once("BEGIN:VEVENT").unwrap().1.split_once("END:VEVENT").unwrap().0.to_owned()
    };
    let all: String = DAYS.map(|day| format!("BEGIN:VEVENT{}END:VEVENT\r\n", one(day))).concat();
    let text =
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//Test//EN\r\n{all}END:VCALENDAR\r\n");
    client.put(&path, &text).expect(201);
    (taro, client, path)
}

fn at(day: &str) -> String {
    format!("2026-{}-{}T01:00:00", &day[..2], &day[2..])
}

fn etag(who: &Staff, id: &str) -> String {
    who.get(&format!("events/{id}")).expect(200).etag()
}

/// What a calendar program reads of one property, by the day of each occurrence.
fn said(client: &Client, path: &str, name: &str) -> Vec<(String, String)> {
    let text = client.get(path).expect(200).text();
    let of_it = lines(&text).into_iter().filter(|(_, line)| line.starts_with(name));
    of_it.map(|(id, line)| (id[4..8].to_owned(), line.split_once(':').unwrap().1.to_owned())).collect()
}

fn by_day<const N: usize>(said: [(&str, &str); N]) -> Vec<(String, String)> {
    said.map(|(day, said)| (day.to_owned(), said.to_owned())).to_vec()
}

#[test]
fn a_change_of_the_first_takes_effect_in_the_event_itself() {
    on_each_backend(|server| {
        let (taro, client, path) = stored(server, "taro", "");
        let id = seen(&taro).1;
        let first = format!("events/{id}?recurrenceId={}", at(DAYS[0]));
        let changes = json!({"title": "初回", "start": "2026-12-03T02:00:00", "alerts": {"1": {"trigger":
            {"@type": "OffsetTrigger", "offset": "-PT5M"}}}});
        let told = taro.patch(&first, &etag(&taro, &id), &changes).expect(200).json();
        assert_eq!((&told["title"], &told["recurrenceId"]), (&json!("初回"), &json!(at(DAYS[0]))));
        assert!(told["recurrenceOverrides"].get(at(DAYS[0])).is_none(), "{told}");
        assert_eq!(
            said(&client, &path, "SUMMARY"),
            by_day([("1203", "初回"), ("1210", "別の会"), ("1217", "会")])
        );
        let starts =
            [("1203", "20261203T020000Z"), ("1210", "20261210T010000Z"), ("1217", "20261217T010000Z")];
        assert_eq!(said(&client, &path, "DTSTART"), by_day(starts));
        assert_eq!(said(&client, &path, "TRIGGER"), by_day([("1203", "-PT5M")]));
        let titles = |items: &Value| {
            let items = items.as_array().unwrap().iter();
            items.map(|it| it["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let window = "occurrences?from=2026-11-25T15:00:00Z&to=2027-02-01T15:00:00Z";
        assert_eq!(titles(&taro.get(window).expect(200).json()["items"]), ["初回", "別の会", "会"]);
        let twice = json!({"title": "会", "start": at("1203"), "recurrenceId": at("1203"),
            "recurrenceOverrides": {at("1203"): {"title": "二"}}});
        let refused = taro.post("events", &twice).problem(422, "invalid");
        assert_eq!(refused["errors"][0]["code"], "occurrence-itself");
        client.put(&path, &client.get(&path).expect(200).text()).expect(204);
        assert_eq!(titles(&taro.get(window).expect(200).json()["items"]), ["初回", "別の会", "会"]);
    });
}

#[test]
fn an_answer_to_the_first_is_for_it_alone() {
    on_each_backend(|server| {
        let (taro, client, path) = stored(server, "taro", BOSS);
        let id = seen(&taro).1;
        let answer = json!({"participationStatus": "accepted", "recurrenceId": at(DAYS[0])});
        let told = taro.post(&format!("events/{id}/reply"), &answer).expect(200).json();
        assert!(told["recurrenceOverrides"].get(at(DAYS[0])).is_none(), "{told}");
        let text = client.get(&path).expect(200).text();
        let accepted = lines(&text).into_iter().filter(|(_, line)| line.contains("PARTSTAT=ACCEPTED"));
        assert_eq!(accepted.map(|(id, _)| id).collect::<Vec<_>>(), ["20261203T010000Z"]);
        assert_told(&taro, &client, &path, &DAYS);
    });
}

#[test]
fn when_the_first_is_deleted_the_next_becomes_the_event_itself() {
    on_each_backend(|server| {
        for (who, people) in [("taro", ""), ("jiro", BOSS)] {
            let (taro, client, path) = stored(server, who, people);
            let id = seen(&taro).1;
            let leave_out = |day: &str| {
                taro.delete(&format!("events/{id}?recurrenceId={}", at(day)), &etag(&taro, &id)).expect(204);
            };
            leave_out(DAYS[0]);
            assert_told(&taro, &client, &path, &DAYS[1..]);
            assert_eq!(said(&client, &path, "SUMMARY"), by_day([("1210", "別の会"), ("1217", "会")]));
            let first = format!("events/{id}?recurrenceId={}", at(DAYS[0]));
            taro.patch(&first, &etag(&taro, &id), &json!({"title": "無"})).expect(404);
            // One that is not the first leaves nothing behind, either.
            leave_out(DAYS[2]);
            assert_eq!(days(&client.get(&path).expect(200).text()), ["1210"]);
            assert_told(&taro, &client, &path, &DAYS[1..2]);
            let only = format!("events/{id}?recurrenceId={}", at(DAYS[1]));
            let refused = taro.patch(&only, &etag(&taro, &id), &json!({"excluded": true}));
            refused.problem(422, "invalid");
            leave_out(DAYS[1]);
            taro.get(&format!("events/{id}")).expect(404);
            client.get(&path).expect(404);
        }
    });
}

#[test]
fn a_guests_alarms_of_the_first_are_the_events_and_stay_with_their_occurrences() {
    on_each_backend(|server| {
        let ([hanako, taro], _, guest, id) = invited(server);
        let alarm = |offset: &str| json!({"alerts": {"1": {"trigger": {"@type": "OffsetTrigger", "offset": offset}}}});
        for (day, offset) in [(SECOND, "-PT30M"), (FIRST, "-PT15M")] {
            let one = format!("events/{id}?recurrenceId={day}");
            let told = taro.patch(&one, &etag(&taro, &id), &alarm(offset)).expect(200).json();
            assert!(told["recurrenceOverrides"].get(FIRST).is_none(), "{told}");
        }
        let alarms = || {
            let text = read(&guest, &id).1;
            let triggers = lines(&text).into_iter().filter(|(_, line)| line.starts_with("TRIGGER"));
            triggers.map(|(id, line)| (id[4..8].to_owned(), line)).collect::<Vec<_>>()
        };
        assert_eq!(alarms(), by_day([("0510", "TRIGGER:-PT15M"), ("0524", "TRIGGER:-PT30M")]));
        let first = format!("events/{id}?recurrenceId={FIRST}");
        hanako.patch(&first, &etag(&hanako, &id), &json!({"participants": {"t": null}})).expect(200);
        assert_eq!(alarms(), by_day([("0524", "TRIGGER:-PT30M")]));
        let told = taro.get(&format!("events/{id}")).expect(200).json();
        assert!(told["recurrenceOverrides"].get(SECOND).is_none(), "{told}");
        assert_eq!(told["alerts"]["1"]["trigger"]["offset"], "-PT30M");
    });
}

#[test]
fn it_is_shown_where_it_was_moved_and_moves_no_other() {
    on_each_backend(|server| {
        let (taro, client, path) = stored(server, "taro", BOSS);
        let id = seen(&taro).1;
        let first = format!("events/{id}?recurrenceId={}", at(DAYS[0]));
        let moved = json!({"start": "2026-12-02T20:00:00", "timeZone": "America/New_York"});
        taro.patch(&first, &etag(&taro, &id), &moved).expect(200);
        let shown =
            taro.get("occurrences?from=2026-12-01T00:00:00Z&to=2026-12-20T00:00:00Z").expect(200).json();
        let told = |name: &str| -> Vec<Value> {
            shown["items"].as_array().unwrap().iter().map(|it| it[name].clone()).collect()
        };
        assert_eq!(told("start"), ["2026-12-02T20:00:00", &at(DAYS[1]), &at(DAYS[2])]);
        assert_eq!(told("recurrenceId"), DAYS.map(at));
        assert_eq!(
            said(&client, &path, "RECURRENCE-ID"),
            DAYS.map(|day| (day.to_owned(), format!("2026{day}T010000Z")))
        );
        // How often it was changed is for its organizer to count, and how it repeats to say.
        let rule = json!({"recurrenceRule": {"frequency": "daily", "count": 3}});
        let refused = taro.patch(&format!("events/{id}"), &etag(&taro, &id), &rule).expect(422).json();
        assert_eq!(refused["errors"][0]["code"], "series-only", "{refused}");
        let text = client.get(&path).expect(200).text();
        assert!(!text.contains("SEQUENCE:1"), "{text}");
    });
}

/// The original start is the name by which its organizer knows an occurrence.
#[test]
fn an_original_start_stays_as_it_was_sent() {
    const DAY: &str = "RECURRENCE-ID;VALUE=DATE:20261208";
    const TIME: &str = "RECURRENCE-ID;TZID=Asia/Tokyo:20261208T100000";
    const NEXT_DAY: &str = "RECURRENCE-ID;VALUE=DATE:20261209";
    on_each_backend(|server| {
        let taro = server.staff("taro");
        let client = Client::of(server, &taro);
        let ids = |path: &str| -> Vec<String> {
            let text = client.get(path).expect(200).text();
            text.lines().filter(|line| line.starts_with("RECURRENCE-ID")).map(str::to_owned).collect()
        };
        let id_of = |title: &str| {
            let shown =
                taro.get("occurrences?from=2026-12-07T00:00:00Z&to=2026-12-12T00:00:00Z").expect(200).json();
            let items = shown["items"].as_array().unwrap().clone();
            let it = items.into_iter().find(|it| it["title"] == title).unwrap();
            (it["eventId"].as_str().unwrap().to_owned(), it["start"].clone())
        };
        let answer = |id: &str| {
            let yes = json!({"participationStatus": "accepted"});
            taro.post(&format!("events/{id}/reply"), &yes).expect(200);
        };
        let timed = "DTSTART;TZID=Asia/Tokyo:20261208T170000\nDURATION:PT1H";
        let whole_day = "DTSTART;VALUE=DATE:20261208";
        for (n, (original, when)) in
            [(DAY, timed), (TIME, whole_day), (TIME, timed), (DAY, whole_day)].into_iter().enumerate()
        {
            let path = format!("{}k{n}.ics", client.calendar);
            let lines = format!("{original}\n{when}\nSUMMARY:k{n}\n{BOSS}");
            client.put(&path, &event(&format!("k{n}"), &lines)).expect(201);
            answer(&id_of(&format!("k{n}")).0);
            assert!(client.get(&path).expect(200).text().contains("PARTSTAT=ACCEPTED"));
            assert_eq!(ids(&path), [original], "{when}");
        }
        // The other of two takes the place of the first.
        let path = format!("{}two.ics", client.calendar);
        let first = event("two", &format!("{DAY}\n{whole_day}\nSUMMARY:one\n{BOSS}"));
        let later = timed.replace("1208", "1209");
        let second = event("two", &format!("{NEXT_DAY}\n{later}\nSUMMARY:two\n{BOSS}"));
        let component = &second[second.find("BEGIN:VEVENT").unwrap()..];
        client.put(&path, &first.replace("END:VCALENDAR\r\n", component)).expect(201);
        let (id, start) = id_of("two");
        assert_eq!(start, "2026-12-09T17:00:00");
        answer(&id);
        assert_eq!(ids(&path), [DAY, NEXT_DAY]);
        taro.delete(&format!("events/{id}?recurrenceId=2026-12-08T00:00:00"), &etag(&taro, &id)).expect(204);
        assert_eq!((ids(&path), id_of("two").1), (vec![NEXT_DAY.to_owned()], json!("2026-12-09T17:00:00")));
    });
}
