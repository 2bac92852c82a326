//! Me: my devices, my app passwords, my preferences.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::on_each_backend;

fn items(list: &Value) -> &[Value] {
    list["items"].as_array().unwrap()
}

#[test]
fn a_lost_phone_is_signed_out_from_another() {
    on_each_backend(|server| {
        let lost = server.staff("hanako");
        let other = lost.on_another_phone();
        let list = other.get("me/devices").expect(200).json();
        assert_eq!(items(&list).len(), 2);
        let device = items(&list).iter().find(|device| device["id"] == lost.device.as_str()).unwrap();
        assert_eq!(device["current"], false);
        let path = format!("me/devices/{}", lost.device);
        other.ask("DELETE", &path).fresh_key().send().problem(428, "if-match-required");
        let stale = other.delete(&path, "\"1\"").problem(412, "stale");
        assert_eq!(stale["current"]["id"], lost.device.as_str());
        lost.get("me").expect(200);
        let key = Uuid::new_v4().to_string();
        let revoke = || {
            let etag = device["etag"].as_str().unwrap();
            other.ask("DELETE", &path).header("if-match", etag).header("idempotency-key", &key).send()
        };
        revoke().expect(204);
        lost.get("me").problem(401, "session-ended");
        assert_eq!(revoke().expect(204).header("idempotent-replayed"), Some("true"));
        other.delete(&path, "*").problem(404, "not-found");
        assert_eq!(items(&other.get("me/devices").expect(200).json()).len(), 1);
    });
}

#[test]
fn nobody_elses_device_or_password_is_there() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let created = hanako.post("me/app-passwords", &json!({"name": "パソコン"})).expect(201).json();
        let id = created["id"].as_str().unwrap();
        taro.delete(&format!("me/devices/{}", hanako.device), "*").problem(404, "not-found");
        taro.delete(&format!("me/app-passwords/{id}"), "*").problem(404, "not-found");
        taro.delete("me/devices/nonsense", "*").problem(404, "not-found");
        assert!(items(&taro.get("me/app-passwords").expect(200).json()).is_empty());
        let theirs = json!({"name": "x", "deviceId": hanako.device});
        taro.post("me/app-passwords", &theirs).problem(404, "not-found");
        hanako.get("me").expect(200);
    });
}

#[test]
fn a_phone_learns_where_its_first_event_goes() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let me = hanako.get("me").expect(200).json();
        assert_eq!(me["defaultCalendarId"], hanako.calendar.as_str());
        let event = json!({"title": "会議", "start": "2026-11-26T10:00:00"});
        assert_eq!(hanako.post("events", &event).expect(201).json()["calendarId"], me["defaultCalendarId"]);
        let contact = hanako.post("contacts", &json!({"name": {"full": "山田"}})).expect(201).json();
        let me = hanako.get("me").expect(200).json();
        assert_eq!(me["defaultAddressBookId"], contact["addressBookId"]);
    });
}

#[test]
fn an_app_password_is_shown_once() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let wish = json!({"name": "パソコンの予定表"});
        hanako.ask("POST", "me/app-passwords").json(&wish).send().problem(400, "idempotency-key-required");
        let key = Uuid::new_v4().to_string();
        let create =
            || hanako.ask("POST", "me/app-passwords").header("idempotency-key", &key).json(&wish).send();
        let first = create().expect(201);
        assert_eq!(first.header("cache-control"), Some("no-store"));
        let created = first.json();
        assert_eq!(created["password"].as_str().map(str::len), Some(26));
        assert_eq!(created["etag"], first.etag());
        let again = create().expect(201);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.json()["id"], created["id"]);
        assert!(again.json()["password"].is_null());
        let list = hanako.get("me/app-passwords").expect(200).json();
        assert_eq!(items(&list).len(), 1);
        assert!(items(&list)[0]["password"].is_null());
        for _ in 1..5 {
            hanako.post("me/app-passwords", &wish).expect(201);
        }
        hanako.post("me/app-passwords", &wish).problem(409, "too-many-app-passwords");
        hanako
            .post("me/app-passwords", &json!({"name": "x", "id": created["id"]}))
            .problem(409, "too-many-app-passwords");
        let path = format!("me/app-passwords/{}", created["id"].as_str().unwrap());
        hanako.delete(&path, created["etag"].as_str().unwrap()).expect(204);
        hanako.post("me/app-passwords", &json!({"name": ""})).problem(422, "invalid");
        let named = json!({"name": "x", "id": Uuid::new_v4()});
        hanako.post("me/app-passwords", &named).expect(201);
        let last = hanako.get("me/app-passwords").expect(200).json();
        let other = items(&last).iter().find(|it| it["id"] != named["id"]).unwrap();
        let path = format!("me/app-passwords/{}", other["id"].as_str().unwrap());
        hanako.delete(&path, "*").expect(204);
        hanako.post("me/app-passwords", &named).problem(409, "id-taken");
    });
}

#[test]
fn preferences_are_patched_in_the_version_that_was_seen() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let first = hanako.get("me/preferences").expect(200);
        assert_eq!(first.json()["language"], "ja");
        assert_eq!(first.json()["etag"], first.etag());
        hanako.ask("GET", "me/preferences").header("if-none-match", &first.etag()).send().expect(304);
        hanako.ask("PATCH", "me/preferences").json(&json!({})).send().problem(428, "if-match-required");
        let second = hanako
            .patch("me/preferences", &first.etag(), &json!({"language": "en", "defaultAlert": null}))
            .expect(200);
        assert_ne!(second.etag(), first.etag());
        assert_eq!(second.json()["defaultAlert"], Value::Null);
        assert_eq!(hanako.get("me").expect(200).json()["language"], "en");
        let stale =
            hanako.patch("me/preferences", &first.etag(), &json!({"language": "ja"})).problem(412, "stale");
        assert_eq!(stale["current"], second.json());
        for (patch, pointer) in [
            (json!({"theme": "dark"}), "/theme"),
            (json!({"etag": "x"}), "/etag"),
            (json!({"notifications": {"newMail": "yes"}}), "/notifications/newMail"),
            (json!({"defaultAlert": "soon"}), "/defaultAlert"),
        ] {
            let problem = hanako.patch("me/preferences", &second.etag(), &patch).problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        assert_eq!(hanako.on_another_phone().get("me/preferences").expect(200).json(), second.json());
    });
}

#[test]
fn who_i_am_is_told_once() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let etag = hanako.get("me").expect(200).etag();
        hanako.ask("GET", "me").header("if-none-match", &etag).send().expect(304);
        let another = hanako.on_another_phone();
        assert_ne!(hanako.get("me").expect(200).etag(), etag, "there is one device more");
        drop(another);
    });
}
