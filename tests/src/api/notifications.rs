//! What the person should know.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Staff, TestServer, on_each_backend};

/// Hanako invites someone, who hears of it.
fn invite(server: &TestServer, hanako: &Staff, guest: &Staff, title: &str) -> Value {
    let event = json!({
        "title": title, "start": "2026-11-26T10:00:00", "duration": "PT1H",
        "participants": {"1": {"personId": guest.person, "roles": {"attendee": true}}},
    });
    let made = hanako.post("events", &event).expect(201).json();
    server.run_due_jobs();
    made
}

fn items(who: &Staff, query: &str) -> Vec<Value> {
    let list = who.get(&format!("notifications{query}")).expect(200).json();
    list["items"].as_array().unwrap().clone()
}

#[test]
fn an_invitation_is_told_in_the_readers_language() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let event = invite(server, &hanako, &taro, "企画会議");
        let told = items(&taro, "");
        assert_eq!(told.len(), 1);
        let first = &told[0];
        assert_eq!((&first["type"], &first["readAt"]), (&json!("invited"), &Value::Null));
        assert_eq!((&first["eventId"], &first["details"]["title"]), (&event["id"], &json!("企画会議")));
        assert_eq!(first["actor"]["personId"], json!(hanako.person));
        let text = first["text"].as_str().unwrap();
        assert!(text.contains("「企画会議」への招待が届きました（11月26日(木) 10:00）"), "{text}");
        let path = format!("notifications/{}", first["id"].as_str().unwrap());
        let ja = taro.get(&path).expect(200);
        assert_eq!((&ja.json(), ja.etag()), (first, first["etag"].as_str().unwrap().to_owned()));
        taro.ask("GET", &path).header("if-none-match", &ja.etag()).send().expect(304);
        let en = taro.ask("GET", &path).header("accept-language", "en").send().expect(200);
        assert!(
            en.json()["text"].as_str().unwrap().contains("invited you to “企画会議” (Thu 26 Nov, 10:00)")
        );
        assert_ne!(en.etag(), ja.etag());
        assert!(items(&hanako, "").is_empty(), "nobody is told what they did themselves");
    });
}

#[test]
fn what_is_read_on_one_phone_is_read_on_the_other() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        invite(server, &hanako, &taro, "第1回");
        invite(server, &hanako, &taro, "第2回");
        let other = taro.on_another_phone();
        let sync = |token: &Value| {
            let mut ask = json!({"types": ["notifications"]});
            if !token.is_null() {
                ask["token"] = token.clone();
            }
            other.ask("POST", "sync").json(&ask).send().expect(200).json()
        };
        let opened = sync(&Value::Null);
        assert_eq!(opened["changed"]["notifications"].as_array().unwrap().len(), 2);

        let first = items(&taro, "?unread=true").remove(0);
        let path = format!("notifications/{}", first["id"].as_str().unwrap());
        let read = json!({"readAt": "2026-11-25T00:00:00Z"});
        taro.ask("PATCH", &path).fresh_key().json(&read).send().problem(428, "if-match-required");
        let after = taro.patch(&path, first["etag"].as_str().unwrap(), &read).expect(200);
        let stale = taro.patch(&path, first["etag"].as_str().unwrap(), &read).problem(412, "stale");
        assert_eq!(stale["current"], after.json());
        assert_eq!(items(&taro, "?unread=true").len(), 1);
        let synced = sync(&opened["token"]);
        assert_eq!(synced["changed"]["notifications"], json!([after.json()]), "{synced}");

        taro.patch(&path, &after.etag(), &json!({"readAt": null})).expect(200);
        assert_eq!(items(&other, "?unread=true").len(), 2);
        taro.patch(&path, "*", &json!({"read": true})).problem(422, "invalid");
        taro.patch(&path, "*", &json!({"readAt": "now"})).problem(422, "invalid");
    });
}

#[test]
fn all_are_read_at_once_and_only_ones_own() {
    on_each_backend(|server| {
        let (hanako, taro, jiro) = (server.staff("hanako"), server.staff("taro"), server.staff("jiro"));
        for guest in [&taro, &taro, &jiro] {
            invite(server, &hanako, guest, "会議");
        }
        let key = Uuid::new_v4().to_string();
        let all =
            || taro.ask("POST", "notifications/read").header("idempotency-key", &key).json(&json!({})).send();
        assert_eq!(all().expect(200).json(), json!({"count": 2}));
        all().expect(200);
        assert!(items(&taro, "?unread=true").is_empty());
        assert_eq!(items(&jiro, "?unread=true").len(), 1);
        let before = json!({"until": "2020-01-01T00:00:00Z"});
        assert_eq!(jiro.post("notifications/read", &before).expect(200).json(), json!({"count": 0}));
    });
}

#[test]
fn another_persons_notification_is_not_there_and_ones_own_can_go() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        invite(server, &hanako, &taro, "会議");
        let first = items(&taro, "").remove(0);
        let path = format!("notifications/{}", first["id"].as_str().unwrap());
        hanako.get(&path).problem(404, "not-found");
        hanako.patch(&path, "*", &json!({"readAt": null})).problem(404, "not-found");
        hanako.delete(&path, "*").problem(404, "not-found");
        taro.delete(&path, first["etag"].as_str().unwrap()).expect(204);
        taro.get(&path).problem(404, "not-found");
        assert!(items(&taro, "").is_empty());
    });
}

#[test]
fn the_list_goes_on_where_it_ended() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        for title in ["第1回", "第2回", "第3回"] {
            invite(server, &hanako, &taro, title);
            server.clock().advance(std::time::Duration::from_secs(1));
        }
        let page = taro.get("notifications?limit=2").expect(200).json();
        let next = page["nextCursor"].as_str().unwrap();
        let rest = taro.get(&format!("notifications?limit=2&cursor={next}")).expect(200).json();
        let titles: Vec<&Value> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .chain(rest["items"].as_array().unwrap())
            .map(|item| &item["details"]["title"])
            .collect();
        assert_eq!(titles, ["第3回", "第2回", "第1回"]);
        for wrong in ["limit=501", "cursor=zz", "unread=maybe"] {
            taro.get(&format!("notifications?{wrong}")).problem(400, "bad-query");
        }
    });
}

#[test]
fn what_is_switched_off_is_in_the_schedule_alone() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let off = json!({"notifications": {"invitations": false}});
        taro.patch("me/preferences", "*", &off).expect(200);
        let event = invite(server, &hanako, &taro, "企画会議");
        assert!(items(&taro, "").is_empty());
        let path = format!("events/{}", event["id"].as_str().unwrap());
        assert_eq!(taro.get(&path).expect(200).json()["title"], "企画会議");
        // What else happens to the event is told as ever.
        let moved = json!({"start": "2026-11-26T13:00:00"});
        hanako.patch(&path, "*", &moved).expect(200);
        server.run_due_jobs();
        assert_eq!(items(&taro, "")[0]["type"], "moved");
        taro.patch("me/preferences", "*", &json!({"notifications": null})).expect(200);
        invite(server, &hanako, &taro, "第2回");
        assert_eq!(items(&taro, "").len(), 2);
    });
}

#[test]
fn who_is_taken_off_a_meeting_is_not_told_that_it_is_called_off() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let event = invite(server, &hanako, &taro, "企画会議");
        let path = format!("events/{}", event["id"].as_str().unwrap());
        let off = json!({"participants": {"1": null}});
        hanako.patch(&path, event["etag"].as_str().unwrap(), &off).expect(200);
        server.run_due_jobs();
        let told = items(&taro, "").into_iter().find(|told| told["type"] == "cancelled").unwrap();
        assert_eq!(told["details"]["removed"], true);
        assert_eq!(told["text"], "「企画会議」（11月26日(木) 10:00）の参加者から外れました");
    });
}

#[test]
fn what_becomes_of_one_meeting_of_a_series_is_told_with_its_day() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let series = json!({
            "title": "定例", "start": "2026-11-26T10:00:00", "duration": "PT1H",
            "recurrenceRule": {"frequency": "weekly", "count": 4},
            "participants": {"1": {"personId": taro.person, "roles": {"attendee": true}}},
        });
        let made = hanako.post("events", &series).expect(201);
        let path = format!("events/{}", made.json()["id"].as_str().unwrap());
        let third = format!("{path}?recurrenceId=2026-12-10T10:00:00");
        let moved = hanako.patch(&third, &made.etag(), &json!({"start": "2026-12-11T13:00:00"})).expect(200);
        let second = format!("{path}?recurrenceId=2026-12-03T10:00:00");
        hanako.ask("DELETE", &second).header("if-match", &moved.etag()).send().expect(204);
        server.run_due_jobs();
        let texts: Vec<Value> = items(&taro, "").into_iter().map(|told| told["text"].clone()).collect();
        for expected in [
            "「定例」（12月3日(木) 10:00）は中止になりました",
            "12月10日(木)の「定例」が12月11日(金) 13:00に変更されました",
            "試験 hanakoさんから「定例」への招待が届きました（11月26日(木) 10:00から繰り返し）",
        ] {
            assert!(texts.contains(&json!(expected)), "{expected}: {texts:?}");
        }
    });
}
