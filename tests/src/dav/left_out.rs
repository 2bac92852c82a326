//! Single occurrences that a guest leaves out of their calendar: away for them, declined to their organizer.

use serde_json::json;

use super::{
    client::Client,
    single_occurrences::{assert_told, seen, series_with},
};
use crate::harness::{Staff, TestServer, on_each_backend};

/// Three Thursdays of a series.
const THURSDAYS: [&str; 3] = ["2026-12-03", "2026-12-10", "2026-12-17"];

/// Two members of staff.
fn pair(server: &TestServer) -> [Staff; 2] {
    ["hanako", "taro"].map(|name| server.staff(name))
}

/// A meeting on five days in a row to which somebody is invited.
fn five_days(organizer: &Staff, guest: &Staff) -> String {
    let series = json!({"title": "朝会", "start": "2026-12-01T10:00:00", "timeZone": "Asia/Tokyo", "duration": "PT1H",
        "recurrenceRule": {"frequency": "daily", "count": 5},
        "participants": {"t": {"personId": guest.person, "roles": {"attendee": true}}}});
    organizer.post("events", &series).expect(201).json()["id"].as_str().unwrap().to_owned()
}

/// A series to whose Thursdays alone somebody is invited, and where their program finds them.
fn thursdays(organizer: &Staff, guest: &Staff, client: &Client) -> (String, String) {
    let guest = json!({"t": {"personId": guest.person, "roles": {"attendee": true}}});
    let id = series_with(organizer, &THURSDAYS, &guest);
    (id, client.sync(&client.calendar, "", 10).0[0].0.clone())
}

/// Whether the organizer reads that one occurrence is declined.
fn is_declined(organizer: &Staff, id: &str, at: &str) -> bool {
    let told = organizer.get(&format!("events/{id}")).expect(200).json();
    told["recurrenceOverrides"][at].to_string().contains("declined")
}

/// The days that a calendar program reads as left out.
fn left_out(client: &Client, path: &str) -> Vec<String> {
    let text = client.get(path).expect(200).text().replace("\r\n ", "");
    let days = text.lines().filter_map(|line| line.strip_prefix("EXDATE;TZID=Asia/Tokyo:"));
    let mut days: Vec<_> = days.flat_map(|days| days.split(',')).map(str::to_owned).collect();
    days.sort();
    days
}

#[test]
fn what_a_guest_leaves_out_is_away_for_them_and_declined() {
    on_each_backend(|server| {
        let [hanako, taro] = pair(server);
        let client = Client::of(server, &taro);
        let id = five_days(&hanako, &taro);
        let path = client.sync(&client.calendar, "", 10).0[0].0.clone();
        let (second, third) = ("2026-12-02T10:00:00", "2026-12-03T10:00:00");
        let etag = |who: &Staff| who.get(&format!("events/{id}")).expect(200).etag();
        let change = |at: &str, what: &serde_json::Value| {
            hanako.patch(&format!("events/{id}{at}"), &etag(&hanako), what).expect(200);
        };
        let counts = || (seen(&hanako).0, seen(&taro).0);

        // On the phone.
        let (_, token) = client.sync(&client.calendar, "", 10);
        taro.delete(&format!("events/{id}?recurrenceId={second}"), &etag(&taro)).expect(204);
        assert_eq!((counts(), is_declined(&hanako, &id, second)), ((5, 4), true));
        assert_eq!(left_out(&client, &path), ["20261202T100000"]);
        assert_eq!(client.sync(&client.calendar, &token, 10).0, [(path.clone(), 200)]);
        taro.delete(&format!("events/{id}?recurrenceId={second}"), &etag(&taro)).expect(404);
        // By a program, which says it again without effect.
        let text = client.get(&path).expect(200).text();
        let more = text.replace("SUMMARY:", "EXDATE;TZID=Asia/Tokyo:20261203T100000\r\nSUMMARY:");
        let told = || hanako.get("notifications").expect(200).json()["items"].as_array().unwrap().len();
        client.put(&path, &more).expect(204);
        assert_eq!((counts(), is_declined(&hanako, &id, third), told()), ((5, 3), true, 2));
        client.put(&path, &client.get(&path).expect(200).text()).expect(204);
        assert_eq!((counts(), told()), ((5, 3), 2));
        // Whatever else changes: their alerts, the occurrence, the series.
        let alert = json!({"alerts": {"1": {"trigger": {"@type": "OffsetTrigger", "offset": "-PT5M"}}}});
        taro.patch(&format!("events/{id}"), &etag(&taro), &alert).expect(200);
        assert_eq!(counts(), (5, 3));
        change(&format!("?recurrenceId={second}"), &json!({"start": "2026-12-02T15:00:00", "title": "臨時"}));
        assert_eq!(counts(), (5, 3));
        assert!(is_declined(&hanako, &id, second), "it is not asked for again");
        change("", &json!({"start": "2026-12-01T11:00:00"}));
        assert_eq!(counts(), (5, 3));
        assert_eq!(left_out(&client, &path), ["20261202T110000", "20261203T110000"]);
        // Until they answer it otherwise, or take it in again.
        let answer = json!({"participationStatus": "accepted", "recurrenceId": "2026-12-02T11:00:00"});
        taro.post(&format!("events/{id}/reply"), &answer).expect(200);
        assert_eq!((counts(), left_out(&client, &path)), ((5, 4), vec!["20261203T110000".to_owned()]));
        let text = client.get(&path).expect(200).text();
        let without: String =
            text.split_inclusive("\r\n").filter(|line| !line.starts_with("EXDATE")).collect();
        client.put(&path, &without).expect(204);
        assert_eq!((counts(), left_out(&client, &path)), ((5, 5), vec![]));
        assert!(is_declined(&hanako, &id, "2026-12-03T11:00:00"));
        assert!(!is_declined(&hanako, &id, "2026-12-02T11:00:00"));
        // One that the series loses was not left out of another that gets its name.
        taro.delete(&format!("events/{id}?recurrenceId=2026-12-04T11:00:00"), &etag(&taro)).expect(204);
        assert_eq!(counts(), (5, 4));
        change("", &json!({"recurrenceRule": {"frequency": "daily", "count": 3}}));
        assert_eq!(counts(), (3, 3));
        change("", &json!({"start": "2026-12-02T11:00:00"}));
        assert_eq!((counts(), left_out(&client, &path)), ((3, 3), vec![]));
    });
}

#[test]
fn a_guest_of_single_occurrences_leaves_out_one_after_the_other() {
    on_each_backend(|server| {
        let [hanako, taro] = pair(server);
        let client = Client::of(server, &taro);
        let (id, path) = thursdays(&hanako, &taro, &client);
        let at = |day: &str| format!("{day}T10:00:00");
        let leave_out = |day: &str| {
            let etag = taro.get(&format!("events/{id}")).expect(200).etag();
            taro.delete(&format!("events/{id}?recurrenceId={}", at(day)), &etag).expect(204);
            assert!(is_declined(&hanako, &id, &at(day)));
        };
        leave_out(THURSDAYS[0]);
        assert_told(&taro, &client, &path, &["1210", "1217"]);
        // An answer to all is none to what they left out; one to that takes it in again.
        let answer = |more: serde_json::Value| {
            taro.post(&format!("events/{id}/reply"), &more).expect(200);
        };
        answer(json!({"participationStatus": "accepted"}));
        assert_told(&taro, &client, &path, &["1210", "1217"]);
        assert!(is_declined(&hanako, &id, &at(THURSDAYS[0])));
        answer(json!({"participationStatus": "accepted", "recurrenceId": at(THURSDAYS[0])}));
        assert_told(&taro, &client, &path, &["1203", "1210", "1217"]);
        leave_out(THURSDAYS[1]);
        assert_told(&taro, &client, &path, &["1203", "1217"]);
        leave_out(THURSDAYS[0]);
        assert_told(&taro, &client, &path, &["1217"]);
        leave_out(THURSDAYS[2]);
        assert_eq!((seen(&taro).0, seen(&hanako).0), (0, 6));
        client.get(&path).expect(404);
    });
}

#[test]
fn what_does_not_repeat_any_more_is_there_for_whoever_left_its_first_occurrence_out() {
    on_each_backend(|server| {
        let [hanako, taro] = pair(server);
        let id = five_days(&hanako, &taro);
        let etag = |who: &Staff| who.get(&format!("events/{id}")).expect(200).etag();
        let first = "2026-12-01T10:00:00";
        taro.delete(&format!("events/{id}?recurrenceId={first}"), &etag(&taro)).expect(204);
        assert_eq!((seen(&hanako).0, seen(&taro).0), (5, 4));
        let single = json!({"recurrenceRule": null});
        let told = hanako.patch(&format!("events/{id}"), &etag(&hanako), &single).expect(200).json();
        assert_eq!(told["droppedOverrides"], json!([first]));
        assert_eq!((seen(&hanako).0, seen(&taro).0), (1, 1));
        taro.post(&format!("events/{id}/reply"), &json!({"participationStatus": "accepted"})).expect(200);
        assert_eq!(seen(&taro).0, 1);
        // A series again, it is whole.
        let again = json!({"recurrenceRule": {"frequency": "daily", "count": 5}});
        hanako.patch(&format!("events/{id}"), &etag(&hanako), &again).expect(200);
        assert_eq!((seen(&hanako).0, seen(&taro).0), (5, 5));
    });
}

/// RFC 6638 §3.2.2.1: where no series is known there is no place for an `EXDATE`.
#[test]
fn a_guest_of_single_occurrences_leaves_out_what_their_program_takes_away() {
    on_each_backend(|server| {
        let [hanako, taro] = pair(server);
        let client = Client::of(server, &taro);
        let (id, path) = thursdays(&hanako, &taro, &client);
        let all = client.get(&path).expect(200).text();
        let without = |days: &[&str]| {
            let (head, rest) = all.split_once("BEGIN:VEVENT").unwrap();
            let (events, foot) = rest.rsplit_once("END:VEVENT\r\n").unwrap();
            let kept = events.split("BEGIN:VEVENT").filter(|it| !days.iter().any(|day| it.contains(day)));
            let kept = kept.map(|it| it.trim_end().trim_end_matches("END:VEVENT"));
            let kept: String =
                kept.map(|it| format!("BEGIN:VEVENT{}\r\nEND:VEVENT\r\n", it.trim_end())).collect();
            format!("{head}{kept}{foot}")
        };
        let declined = || THURSDAYS.map(|day| is_declined(&hanako, &id, &format!("{day}T10:00:00")));
        client.put(&path, &without(&["20261210T"])).expect(204);
        assert_told(&taro, &client, &path, &["1203", "1217"]);
        assert_eq!(declined(), [false, true, false]);
        // It is there again where the program says it again, and one may be left.
        client.put(&path, &all).expect(204);
        assert_told(&taro, &client, &path, &["1203", "1210", "1217"]);
        client.put(&path, &without(&["20261203T", "20261210T"])).expect(204);
        assert_told(&taro, &client, &path, &["1217"]);
        assert_eq!(declined(), [true, true, false]);
    });
}
