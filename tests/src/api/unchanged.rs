//! A change that changes nothing is answered as if it were one, and nobody hears of it.

use renraku_schedule::{model::FacilityDraft, service};
use serde_json::{Value, json};

use crate::harness::{Mailbox, Staff, TestServer, on_each_backend};

/// How far the phone is when it has synced everything.
fn synced(staff: &Staff) -> Value {
    let mut asked = json!({});
    loop {
        let answer = staff.post("sync", &asked).expect(200).json();
        if let Some(token) = answer.get("token") {
            asked = json!({"token": token});
        }
        if answer["more"] == false {
            return asked;
        }
    }
}

/// Changes the object at `path` into what it is already, in several ways; `read` is where it is read.
fn changed_into_itself(staff: &Staff, path: &str, read: &str, said: &Value) {
    let before = staff.get(read).expect(200);
    for patch in [json!({}), said.clone()] {
        let after = staff.patch(path, &before.etag(), &patch).expect(200);
        assert_eq!(after.etag(), before.etag(), "{path} {patch}");
        assert_eq!(after.json(), before.json(), "{path} {patch}");
    }
}

fn path(kind: &str, object: &Value) -> String {
    format!("{kind}/{}", object["id"].as_str().unwrap())
}

/// A facility that hanako looks after: its path, and what is said of it.
fn room(server: &TestServer, hanako: &Staff) -> (String, Value) {
    let said =
        json!({"name": "第1会議室", "kind": "room", "capacity": 10, "bookingRules": {"opens": "08:30"}});
    let draft: FacilityDraft = serde_json::from_value(said.clone()).unwrap();
    let managers = [hanako.person.clone()];
    server.db().write(|tx| service::import_facility(tx, draft.clone(), Some(&managers))).unwrap();
    let rooms = hanako.get("facilities").expect(200).json();
    (path("facilities", &rooms["items"][0]), said)
}

#[test]
fn what_changes_nothing_makes_no_version_and_tells_nobody() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let mut mailbox = Mailbox::of(server.db(), &hanako);
        mailbox.receive(b"From: taro@pref.example.jp\r\nSubject: x\r\n\r\nx\r\n");
        let said = json!({
            "title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H", "x-note": "x",
            "recurrenceRule": {"frequency": "daily", "count": 3},
            "participants": {"1": {"personId": taro.person, "roles": {"attendee": true}}},
            "alerts": {"1": {"trigger": {"offset": "-PT10M"}}},
        });
        let event = path("events", &hanako.post("events", &said).expect(201).json());
        let answer = json!({"participationStatus": "accepted", "comment": "行きます"});
        taro.post(&format!("{event}/reply"), &answer).expect(200);
        let contact = json!({"name": {"full": "佐藤 花子"}, "phones": {"1": {"number": "7900"}}});
        let contact_path = path("contacts", &hanako.post("contacts", &contact).expect(201).json());
        let book =
            path("address-books", &hanako.post("address-books", &json!({"name": "議員"})).expect(201).json());
        let (room, room_said) = room(server, &hanako);
        let calendar = format!("calendars/{}", hanako.calendar);
        let share = json!({"grantee": {"type": "person", "personId": taro.person}, "role": "read"});
        hanako.post(&format!("{calendar}/shares"), &share).expect(200);
        hanako.post(&format!("{book}/shares"), &share).expect(200);
        let mail = path("mail/messages", &hanako.get("mail/messages").expect(200).json()["items"][0]);
        hanako.patch(&mail, "*", &json!({"keywords": {"$seen": true}})).expect(200);
        let told = path("notifications", &hanako.get("notifications").expect(200).json()["items"][0]);
        server.run_due_jobs();
        let (before, taros_before) = (synced(&hanako), synced(&taro));

        changed_into_itself(&hanako, &event, &event, &said);
        let one = format!("{event}?recurrenceId=2026-11-27T10:00:00");
        changed_into_itself(&hanako, &one, &event, &json!({"title": "会議"}));
        // An answer is its participant's: what somebody else says of it counts for nothing.
        let key = hanako.get(&event).expect(200).json()["participants"]
            .as_object()
            .unwrap()
            .iter()
            .find(|(_, it)| it["personId"] == taro.person.as_str())
            .unwrap()
            .0
            .clone();
        changed_into_itself(
            &hanako,
            &event,
            &event,
            &json!({"participants": {key: {"participationStatus": "declined"}}}),
        );
        let taros = taro.get(&event).expect(200).etag();
        assert_eq!(taro.patch(&event, &taros, &json!({"alerts": null})).expect(200).etag(), taros);
        changed_into_itself(&hanako, &contact_path, &contact_path, &contact);
        changed_into_itself(&hanako, &book, &book, &json!({"name": "議員"}));
        changed_into_itself(&hanako, &calendar, &calendar, &json!({"color": null}));
        changed_into_itself(&hanako, "me/preferences", "me/preferences", &json!({"language": "ja"}));
        changed_into_itself(&hanako, &mail, &mail, &json!({"keywords": {"$seen": true, "$flagged": null}}));
        changed_into_itself(&hanako, &told, &told, &json!({"readAt": null}));
        let etag = hanako.get(&room).expect(200).etag();
        let put = hanako.ask("PUT", &room).header("if-match", &etag).json(&room_said).send().expect(200);
        assert_eq!(put.etag(), etag);
        hanako.post(&format!("{calendar}/shares"), &share).expect(200);
        hanako.post(&format!("{book}/shares"), &share).expect(200);
        let etag = taro.get(&event).expect(200).etag();
        assert_eq!(taro.post(&format!("{event}/reply"), &answer).expect(200).etag(), etag);

        server.run_due_jobs();
        for (staff, token) in [(&hanako, &before), (&taro, &taros_before)] {
            assert_eq!(staff.post("sync", token).expect(200).json(), json!({"more": false}));
        }
    });
}
