//! Facilities and their bookings.

use std::thread;

use renraku_base::FacilityId;
use renraku_schedule::{model::FacilityDraft, service};
use serde_json::{Value, json};

use crate::harness::{Staff, TestServer, on_each_backend};

fn facility(server: &TestServer, said: Value) -> FacilityId {
    let draft: FacilityDraft = serde_json::from_value(said).unwrap();
    server.db().write(|tx| service::create_facility(tx, draft.clone())).unwrap().into_inner().id
}

fn room(server: &TestServer, name: &str) -> FacilityId {
    facility(server, json!({"name": name, "kind": "room", "capacity": 10, "place": "本庁舎3階"}))
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

#[test]
fn one_meeting_of_a_series_has_another_room_and_a_guest() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (large, small) = (room(server, "大会議室"), room(server, "小会議室"));
        let mut weekly = booking(&large, "2026-12-01T10:00:00", "PT1H");
        weekly["recurrenceRule"] = json!({"frequency": "weekly", "count": 3});
        let made = hanako.post("events", &weekly).expect(201);
        let path = format!("events/{}", made.json()["id"].as_str().unwrap());
        let one = format!("{path}?recurrenceId=2026-12-08T10:00:00");
        let change = json!({"facilityIds": [small], "participants": {"g": {"personId": taro.person}}});
        let changed = hanako.patch(&one, &made.etag(), &change).expect(200).json();
        assert_eq!(changed["facilityIds"], json!([large]));
        let exception = &changed["recurrenceOverrides"]["2026-12-08T10:00:00"];
        assert_eq!(exception["facilityIds"], json!([small]));
        // The guest has that meeting alone, and syncs no other.
        let december = json!({"from": "2026-11-30T15:00:00Z", "to": "2026-12-31T15:00:00Z"});
        let synced = taro.ask("POST", "sync").json(&json!({"window": december, "types": ["events"]})).send();
        let synced = synced.expect(200).json();
        let items = synced["changed"]["occurrences"][0]["items"].as_array().unwrap().clone();
        assert_eq!(items.len(), 1);
        assert_eq!(items[0]["facilities"], json!([{"id": small, "name": "小会議室"}]));
        let event = &synced["changed"]["events"][0];
        assert_eq!(
            (&event["recurrenceId"], &event["facilityIds"]),
            (&json!("2026-12-08T10:00:00"), &json!([small]))
        );
        let reply = json!({"participationStatus": "accepted", "recurrenceId": "2026-12-08T10:00:00"});
        taro.post(&format!("{path}/reply"), &reply).expect(200);
        // The old room is free then; the new one is not.
        let refused = taro.post("events", &booking(&small, "2026-12-08T10:00:00", "PT1H"));
        let refused = refused.problem(409, "facility-taken");
        assert_eq!(
            (&refused["holder"], &refused["until"]),
            (&json!("試験 hanako"), &json!("2026-12-08T02:00:00Z"))
        );
        assert_eq!(refused["alternatives"].as_array().unwrap().len(), 3);
        taro.post("events", &booking(&large, "2026-12-08T10:00:00", "PT1H")).expect(201);
        taro.post("events", &booking(&large, "2026-12-01T10:00:00", "PT1H")).problem(409, "facility-taken");
        // A rule that lacks that day says what it took away.
        let now = hanako.get(&path).expect(200);
        let sparse = json!({"recurrenceRule": {"interval": 2}});
        let sparse = hanako.patch(&path, &now.etag(), &sparse).expect(200).json();
        assert_eq!(sparse["droppedOverrides"], json!(["2026-12-08T10:00:00"]));
        taro.get(&path).problem(404, "not-found");
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

#[test]
fn the_sheet_of_a_room_says_who_booked_it_unless_that_is_private() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let large = room(server, "大会議室");
        hanako.post("events", &booking(&large, "2026-12-26T10:00:00", "PT1H")).expect(201);
        let mut private = booking(&large, "2026-12-26T13:00:00", "PT1H");
        private["privacy"] = "private".into();
        hanako.post("events", &private).expect(201);
        let calendar = taro.get(&format!("facilities/{large}")).expect(200).json()["calendarId"].clone();
        let sheet = format!(
            "occurrences?from=2026-12-25T15:00:00Z&to=2026-12-26T15:00:00Z&calendars={}",
            calendar.as_str().unwrap()
        );
        let holders = |who: &Staff| {
            let seen = who.get(&sheet).expect(200).json();
            let items = seen["items"].as_array().unwrap();
            items.iter().map(|item| item["holder"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(holders(&taro), [json!("試験 hanako"), Value::Null]);
        assert_eq!(holders(&hanako), [json!("試験 hanako"), json!("試験 hanako")], "her own");
        let day = "occurrences?from=2026-12-25T15:00:00Z&to=2026-12-26T15:00:00Z";
        let own = hanako.get(day).expect(200).json();
        assert!(own["items"][0].get("holder").is_none(), "in her own calendar she knows: {own}");
    });
}

#[test]
fn what_fits_and_is_free_is_found() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let hall = json!({"name": "大会議室", "kind": "room", "capacity": 120, "place": "本館5階",
            "bookingRules": {"opens": "08:30", "closes": "21:00"}});
        let hall = facility(server, hall);
        let small = room(server, "Ｂ会議室");
        facility(server, json!({"name": "公用車1号", "kind": "car", "capacity": 5, "place": "霞ヶ丘車庫A"}));
        facility(server, json!({"name": "スクリーン", "kind": "equipment", "description": "会議室へ貸出"}));
        hanako.post("events", &booking(&small, "2026-12-26T10:00:00", "PT1H")).expect(201);
        let names = |query: &str| {
            let found = hanako.get(&format!("facilities?{query}")).expect(200).json();
            let items = found["items"].as_array().unwrap();
            items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let at = |from: &str, to: &str| format!("from=2026-12-26T{from}:00Z&to=2026-12-26T{to}:00Z");
        assert_eq!(names("kind=room"), ["大会議室", "Ｂ会議室"]);
        assert_eq!(names("minCapacity=6"), ["大会議室", "Ｂ会議室"]);
        assert_eq!(names("kind=car&minCapacity=5"), ["公用車1号"]);
        // As everywhere, width and case do not matter, and every word is somewhere.
        assert_eq!(names("q=b会議室"), ["Ｂ会議室"]);
        assert_eq!(names("q=会議室"), ["スクリーン", "大会議室", "Ｂ会議室"]);
        assert_eq!(names("q=会議室 本館"), ["大会議室"]);
        for q in ["霞が丘", "霞ケ丘", "霞ヶ"] {
            assert_eq!(names(&format!("q={q}")), ["公用車1号"], "{q}");
        }
        // 10:30 in Tokyo, 11:00, and 20:30 until 22:00.
        assert_eq!(names(&format!("kind=room&{}", at("01:30", "02:30"))), ["大会議室"]);
        assert_eq!(names(&format!("kind=room&{}", at("02:00", "03:00"))), ["大会議室", "Ｂ会議室"]);
        assert_eq!(names(&format!("kind=room&{}", at("11:30", "13:00"))), ["Ｂ会議室"]);
        let first = hanako.get("facilities?q=会議室&limit=2").expect(200).json();
        let cursor = first["nextCursor"].as_str().unwrap();
        assert_eq!(names(&format!("q=会議室&limit=2&cursor={cursor}")), ["Ｂ会議室"]);
        for (query, parameter) in
            [("kind=sofa", "kind"), ("minCapacity=x", "minCapacity"), ("from=2026-12-26T00:00:00Z", "to")]
        {
            let problem = hanako.get(&format!("facilities?{query}")).problem(400, "bad-query");
            assert_eq!(problem["errors"][0]["pointer"], parameter, "{problem}");
        }
        // What was found free can be booked.
        hanako.post("events", &booking(&hall, "2026-12-26T10:30:00", "PT1H")).expect(201);
    });
}

#[test]
fn a_rule_that_is_not_kept_is_told() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let rules = json!({"opens": "08:30", "closes": "21:00", "maxDuration": "PT2H"});
        let web = facility(server, json!({"name": "Web会議室", "kind": "room", "bookingRules": rules}));
        let refused = |start: &str, duration: &str| {
            let body = booking(&web, start, duration);
            let asked = hanako.ask("POST", "events").header("accept-language", "ja").fresh_key().json(&body);
            asked.send().problem(422, "facility-rules")
        };
        let closed = refused("2026-12-26T20:30:00", "PT1H");
        assert_eq!((&closed["opens"], &closed["closes"]), (&json!("08:30"), &json!("21:00")));
        assert_eq!((&closed["facilityId"], &closed["facilityName"]), (&json!(web), &json!("Web会議室")));
        let said = |problem: &Value| problem["errors"][0]["detail"].as_str().unwrap().to_owned();
        assert!(said(&closed).contains("08:30–21:00"), "{closed}");
        let long = refused("2026-12-26T10:00:00", "PT3H");
        assert_eq!(long["maxDuration"], "PT2H");
        assert!(said(&long).contains("上限: 2 h"), "{long}");
        let far = refused("2029-12-26T10:00:00", "PT1H");
        assert_eq!(far["latestEnd"], "2028-11-26T00:00:00Z", "{far}");
        assert!(said(&far).contains("上限: 2028-11-26"), "{far}");
    });
}

#[test]
fn a_series_that_clashes_is_told_where() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let large = room(server, "大会議室");
        let mut weekdays = booking(&large, "2026-12-01T10:00:00", "PT1H");
        weekdays["recurrenceRule"] = json!({"frequency": "daily", "count": 12});
        hanako.post("events", &weekdays).expect(201);
        let mut daily = booking(&large, "2026-11-30T10:30:00", "PT1H");
        daily["recurrenceRule"] = json!({"frequency": "daily", "count": 20});
        let refused = taro.post("events", &daily).problem(409, "facility-taken");
        assert_eq!(refused["clashCount"], 12);
        let clashes = refused["clashes"].as_array().unwrap();
        assert_eq!(clashes.len(), 10, "{refused}");
        assert_eq!(clashes[1], json!({"utcStart": "2026-12-02T01:30:00Z", "utcEnd": "2026-12-02T02:30:00Z"}));
    });
}
