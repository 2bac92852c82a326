//! Facilities and their bookings.

use std::thread;

use renraku_base::FacilityId;
use renraku_schedule::{model::FacilityDraft, service};
use serde_json::{Value, json};

use crate::harness::{Staff, TestServer, on_each_backend};

fn room(server: &TestServer, name: &str) -> FacilityId {
    let draft: FacilityDraft =
        serde_json::from_value(json!({"name": name, "kind": "room", "capacity": 10, "place": "本庁舎3階"}))
            .unwrap();
    server.db().write(|tx| service::create_facility(tx, draft.clone())).unwrap().into_inner().id
}

fn booking(room: &FacilityId, start: &str, duration: &str) -> Value {
    json!({"title": "会議", "start": start, "duration": duration, "facilityIds": [room]})
}

#[test]
fn facilities_are_listed_by_name() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let ids = [room(server, "B会議室"), room(server, "A会議室")];
        let page = hanako.get("facilities?limit=1").expect(200).json();
        assert_eq!(page["items"][0]["name"], "A会議室");
        let cursor = page["nextCursor"].as_str().unwrap();
        let next = hanako.get(&format!("facilities?limit=1&cursor={cursor}")).expect(200).json();
        assert_eq!((&next["items"][0]["name"], &next["nextCursor"]), (&json!("B会議室"), &Value::Null));
        let path = format!("facilities/{}", ids[0]);
        let one = hanako.get(&path).expect(200);
        assert_eq!((&one.json()["capacity"], &one.json()["place"]), (&json!(10), &json!("本庁舎3階")));
        let change = json!({"name": "C会議室", "kind": "room"});
        let put = hanako.ask("PUT", &path).header("if-match", &one.etag()).json(&change).send();
        put.problem(403, "forbidden");
    });
}

#[test]
fn a_taken_room_is_refused_with_what_is_free() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (large, small) = (room(server, "大会議室"), room(server, "小会議室"));
        let made = hanako.post("events", &booking(&large, "2026-12-26T10:00:00", "PT1H")).expect(201).json();
        assert_eq!(made["facilityIds"], json!([large]));
        let day = "occurrences?from=2026-12-25T15:00:00Z&to=2026-12-26T15:00:00Z";
        let seen = hanako.get(day).expect(200).json();
        assert_eq!(seen["items"][0]["facilities"], json!([{"id": large, "name": "大会議室"}]));

        let refused = taro
            .post("events", &booking(&large, "2026-12-26T10:30:00", "PT1H"))
            .problem(409, "facility-taken");
        assert_eq!(
            (&refused["holder"], &refused["until"]),
            (&json!("試験 hanako"), &json!("2026-12-26T02:00:00Z"))
        );
        let alternatives = refused["alternatives"].as_array().unwrap();
        assert_eq!(alternatives.len(), 3);
        assert_eq!(
            alternatives[0],
            json!({"facilityId": small, "utcStart": "2026-12-26T01:30:00Z", "utcEnd": "2026-12-26T02:30:00Z"})
        );
        let busy = taro
            .get(&format!(
                "schedule/free-busy?principals={large}&from=2026-12-25T15:00:00Z&to=2026-12-26T15:00:00Z"
            ))
            .expect(200)
            .json();
        assert_eq!(
            busy["items"][0]["busy"],
            json!([{"utcStart": "2026-12-26T01:00:00Z", "utcEnd": "2026-12-26T02:00:00Z", "status": "confirmed"}])
        );
        let mut endless = booking(&large, "2026-12-27T10:00:00", "PT1H");
        endless["recurrenceRule"] = json!({"frequency": "weekly"});
        taro.post("events", &endless).problem(422, "facility-series-needs-end");
    });
}

/// PROMISES I13: at any concurrency at most one booking of a time wins.
#[test]
fn of_many_who_ask_at_once_one_gets_the_room() {
    on_each_backend(|server| {
        let people: Vec<Staff> = (0..4).map(|n| server.staff(&format!("staff{n}"))).collect();
        let large = room(server, "大会議室");
        for day in 1..=5 {
            let statuses: Vec<u16> = thread::scope(|scope| {
                let asks: Vec<_> = people
                    .iter()
                    .enumerate()
                    .map(|(at, who)| {
                        let body = booking(&large, &format!("2027-01-{day:02}T1{at}:00:00"), "PT5H");
                        scope.spawn(move || who.post("events", &body).status)
                    })
                    .collect();
                asks.into_iter().map(|ask| ask.join().unwrap()).collect()
            });
            assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
            assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 3, "{statuses:?}");
        }
    });
}
