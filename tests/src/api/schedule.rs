//! The schedules of several people side by side.

use renraku_base::{Entropy, UnitId};
use renraku_people::directory::{PersonEntry, PersonName, PostEntry, UnitEntry, service as directory};
use serde_json::{Value, json};

use crate::harness::on_each_backend;

const WEEK: &str = "from=2026-11-22T15:00:00Z&to=2026-11-29T15:00:00Z";

#[test]
fn colleagues_see_busy_time_and_no_more() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let event = |title: &str, hour: u32, privacy: &str| json!({"title": title, "start": format!("2026-11-26T{hour:02}:00:00"), "duration": "PT1H", "privacy": privacy});
        hanako.post("events", &event("予算協議", 10, "public")).expect(201);
        hanako.post("events", &event("通院", 11, "private")).expect(201);
        hanako.post("events", &event("内密", 15, "secret")).expect(201);
        let ids = format!("principals={},{}", hanako.person, taro.person);

        let busy = taro.get(&format!("schedule/free-busy?{ids}&{WEEK}")).expect(200).json();
        assert_eq!(busy["items"][0]["principalId"], hanako.person.as_str());
        assert_eq!(
            busy["items"][0]["busy"],
            json!([{"utcStart": "2026-11-26T01:00:00Z", "utcEnd": "2026-11-26T03:00:00Z", "status": "confirmed"}])
        );
        assert_eq!(busy["items"][1]["busy"], json!([]));

        let group = |who: &crate::harness::Staff| {
            who.get(&format!("schedule/group?{ids}&{WEEK}")).expect(200).json()["items"].clone()
        };
        let rows = group(&taro);
        assert_eq!(rows[0]["name"], json!({"full": "試験 hanako"}));
        let hour = |from: u32| json!({"utcStart": format!("2026-11-26T{from:02}:00:00Z"), "utcEnd": format!("2026-11-26T{:02}:00:00Z", from + 1), "busy": "confirmed"});
        assert_eq!(rows[0]["occurrences"], json!([hour(1), hour(2)]));
        let titles = |rows: &Value| -> Vec<String> {
            let all = rows[0]["occurrences"].as_array().unwrap();
            all.iter().map(|it| it["title"].as_str().unwrap_or("-").to_owned()).collect()
        };
        assert_eq!(titles(&group(&hanako)), ["予算協議", "通院", "内密"]);

        let shares = format!("calendars/{}/shares", hanako.calendar);
        let body = json!({"grantee": {"type": "person", "personId": taro.person}, "role": "read"});
        hanako.post(&shares, &body).expect(200);
        assert_eq!(titles(&group(&taro)), ["予算協議", "-"]);
        let text = taro.get(&format!("schedule/group?{ids}&{WEEK}")).expect(200).text();
        assert!(!text.contains("通院") && !text.contains("内密"), "{text}");
    });
}

#[test]
fn whoever_declined_is_not_busy() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let event = json!({
            "title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
            "participants": {"1": {"personId": taro.person}},
        });
        let event = hanako.post("events", &event).expect(201).json();
        let week = |reader: &crate::harness::Staff| {
            let rows =
                reader.get(&format!("schedule/group?principals={},{}&{WEEK}", hanako.person, taro.person));
            let rows = rows.expect(200).json()["items"].clone();
            [0, 1].map(|at: usize| rows[at]["occurrences"][0].clone())
        };
        for (answer, taros) in [("accepted", "busy"), ("declined", "free")] {
            let reply = json!({"participationStatus": answer});
            taro.post(&format!("events/{}/reply", event["id"].as_str().unwrap()), &reply).expect(200);
            for (reader, mine) in [(&hanako, Value::Null), (&taro, json!(answer))] {
                let [_, of_taro] = week(reader);
                assert_eq!(
                    (&of_taro["freeBusyStatus"], &of_taro["participationStatus"]),
                    (&json!(taros), &mine)
                );
            }
            let [of_hanako, _] = week(&hanako);
            assert_eq!(
                (&of_hanako["freeBusyStatus"], &of_hanako["participationStatus"]),
                (&json!("busy"), &json!("accepted"))
            );
        }
    });
}

#[test]
fn whoever_is_nobody_is_named() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let nobody = "0198c0de-7f3a-7abc-8def-0123456789ab";
        let busy = format!("schedule/free-busy?principals={},{nobody}&{WEEK}", hanako.person);
        let problem = hanako.get(&busy).problem(422, "invalid");
        assert!(problem["errors"][0]["detail"].as_str().unwrap().contains(nobody), "{problem}");
        let twice = hanako.get("contacts?limit=1&limit=2").problem(400, "bad-query");
        assert_eq!(
            (&twice["errors"][0]["pointer"], &twice["errors"][0]["code"]),
            (&json!("limit"), &json!("repeated-parameter"))
        );
    });
}

#[test]
fn a_unit_of_more_people_than_a_week_shows_is_refused_and_not_cut() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let now = server.db().now();
        let unit: UnitId = Entropy.new_id(now);
        let entry =
            UnitEntry { id: unit.clone(), name: "建設部".to_owned(), parent_id: None, position: 0 };
        let person = |number: usize| PersonEntry {
            id: Entropy.new_id(now),
            name: PersonName { full: format!("職員 {number}"), phonetic: "ショクイン".to_owned() },
            posts: vec![PostEntry { unit: unit.clone(), title: None, starts_on: None, ends_on: None }],
            phones: Vec::new(),
            emails: Vec::new(),
            staff_number: None,
        };
        let people: Vec<PersonEntry> = (0..200).map(person).collect();
        server.db().write(|tx| directory::bulk_insert(tx, std::slice::from_ref(&entry), &people)).unwrap();
        let week = format!("schedule/group?unit={unit}&{WEEK}");
        assert_eq!(hanako.get(&week).expect(200).json()["items"].as_array().map(Vec::len), Some(200));

        server.db().write(|tx| directory::bulk_insert(tx, &[], &[person(200)])).unwrap();
        let problem = hanako.get(&week).problem(422, "too-many");
        assert_eq!((&problem["people"], &problem["most"]), (&json!(201), &json!(200)));
        assert!(problem["detail"].as_str().unwrap().contains("201"), "{problem}");
        assert_eq!(
            (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
            (&json!("unit"), &json!("too-many"))
        );
    });
}

#[test]
fn a_group_is_a_unit_or_a_list() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        hanako.get(&format!("schedule/group?{WEEK}")).problem(400, "bad-query");
        let both = format!("schedule/group?unit={0}&principals={0}&{WEEK}", hanako.person);
        hanako.get(&both).problem(400, "bad-query");
        hanako.get(&format!("schedule/free-busy?principals=x&{WEEK}")).problem(400, "bad-query");
        // A unit that is not there is told as the directory tells it; one with nobody in it has no rows.
        let unit = UnitEntry {
            id: Entropy.new_id(server.db().now()),
            name: "空の係".to_owned(),
            parent_id: None,
            position: 0,
        };
        let week = format!("schedule/group?unit={}&{WEEK}", unit.id);
        let problem = hanako.get(&week).problem(422, "invalid");
        let directory = hanako.get(&format!("directory/people?unit={}", unit.id)).problem(422, "invalid");
        assert_eq!(problem["errors"], directory["errors"]);
        server.db().write(|tx| directory::put_unit(tx, &unit)).unwrap();
        assert_eq!(hanako.get(&week).expect(200).json(), json!({"items": []}));
        hanako.get(&format!("schedule/free-busy?{WEEK}")).problem(400, "bad-query");
    });
}
