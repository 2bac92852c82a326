//! How somebody is reached now.

use renraku_base::{Entropy, UnitId};
use renraku_people::directory::{
    PersonEntry, PersonName, Phone, PhoneKind, PostEntry, UnitEntry, service as directory,
};
use serde_json::{Value, json};

use crate::harness::{Staff, TestServer, on_each_backend};

/// Puts them into one unit and gives them a telephone and a mobile.
fn seat(server: &TestServer, people: &[&Staff]) -> UnitId {
    let unit: UnitId = Entropy.new_id(server.db().now());
    let entry = UnitEntry { id: unit.clone(), name: "人事係".to_owned(), parent_id: None, position: 0 };
    server.db().write(|tx| directory::put_unit(tx, &entry)).unwrap();
    for (nth, staff) in people.iter().enumerate() {
        let phone = |number: String, kind| Phone { number, kind };
        let entry = PersonEntry {
            id: staff.person.clone(),
            name: PersonName { full: staff.username.clone(), phonetic: "シケン".to_owned() },
            posts: vec![PostEntry { unit: unit.clone(), title: None, starts_on: None, ends_on: None }],
            phones: vec![
                phone(format!("100{nth}"), PhoneKind::Extension),
                phone(format!("080-0000-000{nth}"), PhoneKind::Mobile),
            ],
            emails: vec![format!("{}@pref.example.jp", staff.username)],
            staff_number: None,
        };
        server.db().write(|tx| directory::put_person(tx, &entry)).unwrap();
    }
    unit
}

fn reach(reader: &Staff, of: &Staff) -> Value {
    reader.get(&format!("directory/people/{}/reach", of.person)).expect(200).json()
}

/// An event of an hour that begins now.
fn busy_now(server: &TestServer, staff: &Staff, title: &str, place: &str) -> Value {
    let now = server.db().now().to_string();
    let event = json!({
        "title": title, "start": &now[..19], "timeZone": "Etc/UTC", "duration": "PT1H",
        "locations": {"1": {"name": place}},
    });
    staff.post("events", &event).expect(201).json()
}

#[test]
fn the_schedule_speaks_as_far_as_the_reader_may_know() {
    on_each_backend(|server| {
        let (hanako, taro, jiro) = (server.staff("hanako"), server.staff("taro"), server.staff("jiro"));
        seat(server, &[&hanako, &taro, &jiro]);
        let free = reach(&taro, &hanako);
        assert_eq!(
            (&free["activity"], &free["until"], &free["isSet"]),
            (&json!("free"), &Value::Null, &json!(false))
        );
        assert_eq!(free["callFirst"], json!({"number": "1000", "kind": "extension"}));
        let now = server.db().now().to_string();
        let perhaps = json!({"title": "会議", "start": &now[..19], "timeZone": "Etc/UTC", "duration": "PT1H", "status": "tentative"});
        let perhaps = taro.post("events", &perhaps).expect(201).json();
        assert_eq!(reach(&hanako, &taro)["activity"], "busy", "as in free/busy");
        taro.delete(&format!("events/{}", perhaps["id"].as_str().unwrap()), "*").expect(204);
        busy_now(server, &hanako, "【外出】打合せ", "帯広市役所");
        let grantee = json!({"type": "person", "personId": jiro.person});
        let shares = format!("calendars/{}/shares", hanako.calendar);
        hanako.post(&shares, &json!({"grantee": grantee, "role": "read"})).expect(200);

        let busy = reach(&taro, &hanako);
        assert_eq!((&busy["activity"], &busy["place"]), (&json!("busy"), &Value::Null));
        assert_eq!(busy["until"], busy["freeAt"]);
        assert!(!busy.to_string().contains("帯広"), "{busy}");
        for reader in [&jiro, &hanako] {
            let out = reach(reader, &hanako);
            assert_eq!((&out["activity"], &out["place"]), (&json!("out"), &json!("帯広市役所")));
            assert_eq!(out["callFirst"]["kind"], "mobile");
            assert!(out["text"].as_str().unwrap().starts_with("外出中（帯広市役所、"), "{out}");
        }
        let path = format!("directory/people/{}/reach", hanako.person);
        let english = jiro.ask("GET", &path).header("accept-language", "en").send().expect(200);
        assert!(english.json()["text"].as_str().unwrap().starts_with("Out of the office ("));
        jiro.ask("GET", &path)
            .header("accept-language", "en")
            .header("if-none-match", &english.etag())
            .send()
            .expect(304);
        server.clock().advance(std::time::Duration::from_hours(1));
        assert_eq!(reach(&jiro.on_another_phone(), &hanako)["activity"], "free");
    });
}

#[test]
fn what_one_says_counts_first_and_ends() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        seat(server, &[&hanako, &taro]);
        busy_now(server, &hanako, "会議", "第1会議室");
        let nothing = hanako.get("me/reach").expect(200);
        assert_eq!(nothing.json()["activity"], Value::Null);
        let put =
            |tag: &str, body: &Value| hanako.ask("PUT", "me/reach").header("if-match", tag).json(body).send();
        let left = json!({"activity": "left"});
        hanako.ask("PUT", "me/reach").json(&left).send().problem(428, "if-match-required");
        let set = put(&nothing.etag(), &left).expect(200);
        assert_eq!((&set.json()["activity"], set.json()["until"].is_string()), (&json!("left"), true));
        let current = put(&nothing.etag(), &left).problem(412, "stale");
        assert_eq!(current["current"], set.json());
        let told = reach(&taro, &hanako);
        assert_eq!(
            (&told["activity"], &told["text"], &told["callFirst"]),
            (&json!("left"), &json!("退庁"), &Value::Null)
        );
        for (body, field) in [
            (json!({"activity": "free"}), "/activity"),
            (json!({"activity": "sleeping"}), "/activity"),
            (json!({"place": "帯広"}), "/activity"),
            (json!({"activity": "out", "until": "2020-01-01T00:00:00Z"}), "/until"),
            (json!({"activity": "out", "mood": "good"}), "/mood"),
        ] {
            assert_eq!(put("*", &body).problem(422, "invalid")["errors"][0]["pointer"], field, "{body}");
        }
        // What is told as possible is what can be said, whatever was wrong.
        for wrong in ["free", "sleeping"] {
            let problem = put("*", &json!({"activity": wrong})).problem(422, "invalid");
            let detail = problem["errors"][0]["detail"].as_str().unwrap();
            let (_, told) = detail.trim_end_matches('）').split_once("使える値: ").unwrap();
            for name in told.split(", ") {
                put("*", &json!({"activity": name})).expect(200);
            }
            assert!(told.contains("on-the-phone"), "{told}");
        }
        let long = put("*", &json!({"activity": "out", "place": "あ".repeat(101)})).problem(422, "invalid");
        assert_eq!(long["errors"][0]["detail"], "文字数が多すぎます。（上限: 100）");
        let type_of = put("*", &json!({"activity": 1})).problem(422, "invalid");
        assert_eq!(type_of["errors"][0]["pointer"], "/activity");
        let set = hanako.get("me/reach").expect(200);
        assert_eq!(put(&set.etag(), &json!({})).expect(200).json(), nothing.json());
        assert_eq!(reach(&taro, &hanako)["activity"], "busy");
        put(&nothing.etag(), &json!({"activity": "on-the-phone"})).expect(200);
        server.clock().advance(std::time::Duration::from_hours(24));
        assert_eq!(reach(&taro.on_another_phone(), &hanako)["activity"], "free");
    });
}

#[test]
fn a_search_tells_it_of_all_whom_it_finds() {
    on_each_backend(|server| {
        let (hanako, taro, jiro) = (server.staff("hanako"), server.staff("taro"), server.staff("jiro"));
        let unit = seat(server, &[&hanako, &taro, &jiro]);
        let say = |who: &Staff, body: Value| {
            who.ask("PUT", "me/reach").header("if-match", "*").json(&body).send().expect(200);
        };
        say(&hanako, json!({"activity": "out", "place": "帯広"}));
        say(&taro, json!({"activity": "telework"}));
        taro.patch("me/preferences", "*", &json!({"shareReach": false})).expect(200);
        let found = jiro.get(&format!("directory/people?unit={unit}&with=reach")).expect(200).json();
        let people = found["items"].as_array().unwrap();
        let told = found["reach"].as_array().unwrap();
        assert_eq!((people.len(), told.len()), (3, 3));
        for (person, reach) in people.iter().zip(told) {
            assert_eq!(person["id"], reach["personId"]);
            let expected = match person["name"]["full"].as_str().unwrap() {
                "hanako" => ("out", json!("帯広")),
                "taro" => ("unknown", Value::Null),
                _ => ("free", Value::Null),
            };
            assert_eq!((&reach["activity"], &reach["place"]), (&json!(expected.0), &expected.1));
        }
        // And of who is calling: the extension of the first.
        let caller = jiro.get("directory/lookup?phone=1000&with=reach").expect(200).json();
        assert_eq!(caller["items"][0]["id"], json!(hanako.person));
        assert_eq!(caller["reach"], json!([reach(&jiro, &hanako)]));
        assert!(jiro.get("directory/lookup?phone=1000").expect(200).json().get("reach").is_none());
        jiro.get("directory/lookup?phone=1000&with=mood").problem(400, "bad-query");
        assert_eq!(reach(&taro, &taro)["activity"], "telework");
        assert!(jiro.get(&format!("directory/people?unit={unit}")).expect(200).json().get("reach").is_none());
        jiro.get("directory/people?with=mood").problem(400, "bad-query");
    });
}

#[test]
fn who_must_not_be_found_is_not_there() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        server.db().write(|tx| directory::suppress_person(tx, &taro.person, true)).unwrap();
        hanako.get(&format!("directory/people/{}/reach", taro.person)).problem(404, "not-found");
        assert_eq!(reach(&taro, &taro)["activity"], "free");
        hanako.get("directory/people/01980000-0000-7000-8000-000000000000/reach").problem(404, "not-found");
    });
}
