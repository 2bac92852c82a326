//! Whoever must not be found is nobody to all who do not take part in something with them.

use renraku_people::directory::service as directory;
use renraku_schedule::{model::FacilityDraft, service};
use serde_json::{Value, json};

use crate::harness::{Staff, TestServer, on_each_backend};

const NOBODY: &str = "0198c0de-7f3a-7abc-8def-0123456789ab";
const WEEK: &str = "from=2026-11-22T15:00:00Z&to=2026-11-29T15:00:00Z";

fn suppress(server: &TestServer, staff: &Staff) {
    server.db().write(|tx| directory::suppress_person(tx, &staff.person, true)).unwrap();
}

fn meeting(participant: &Value) -> Value {
    json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H", "participants": {"1": participant}})
}

#[test]
fn their_id_is_nobodys() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        suppress(server, &taro);
        // As with the id of nobody, but for the id itself.
        let same = |ask: &dyn Fn(&str) -> Value| {
            let of_nobody = ask(NOBODY).to_string();
            assert_eq!(
                ask(taro.person.as_str()).to_string().replace(taro.person.as_str(), NOBODY),
                of_nobody
            );
        };
        let told = |answer: crate::harness::Answer| {
            let mut told = json!([answer.status, answer.json()]);
            told[1].as_object_mut().unwrap().remove("requestId");
            told
        };
        same(&|id| told(hanako.get(&format!("schedule/group?principals={id}&{WEEK}"))));
        same(&|id| told(hanako.get(&format!("schedule/free-busy?principals={id}&{WEEK}"))));
        same(&|id| told(hanako.post("events", &meeting(&json!({"personId": id})))));
        let share = |id: &str| json!({"grantee": {"type": "person", "personId": id}, "role": "read"});
        same(&|id| told(hanako.post(&format!("calendars/{}/shares", hanako.calendar), &share(id))));
        let own = format!("schedule/free-busy?principals={}&{WEEK}", taro.person);
        taro.get(&own).expect(200);
        taro.get(&own.replace("free-busy", "group")).expect(200);
    });
}

#[test]
fn their_address_is_one_from_outside() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let by_mail = meeting(&json!({"calendarAddress": "mailto:taro@pref.example.jp"}));
        let before = hanako.post("events", &by_mail).expect(201);
        suppress(server, &taro);
        let made = hanako.post("events", &by_mail).expect(201).json();
        let guest = &made["participants"]["1"];
        assert_eq!((&guest["personId"], &guest["name"]), (&Value::Null, &Value::Null), "{made}");
        // Where they took part already they still do, also when the phone sends what it was told by their address.
        let path = format!("events/{}", before.json()["id"].as_str().unwrap());
        let patch =
            json!({"title": "別", "participants": {"2": {"calendarAddress": "mailto:guest@example.com"}}});
        let after = hanako.patch(&path, &before.etag(), &patch).expect(200).json();
        assert_eq!(after["participants"]["1"]["personId"], taro.person.as_str());
        taro.get(&path).expect(200);
    });
}

#[test]
fn what_they_booked_is_taken_and_no_more() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let draft: FacilityDraft =
            serde_json::from_value(json!({"name": "第1会議室", "kind": "room"})).unwrap();
        server.db().write(|tx| service::import_facility(tx, draft.clone(), None)).unwrap();
        let room = hanako.get("facilities").expect(200).json()["items"][0].clone();
        let mut booking = json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H", "facilityIds": [room["id"]]});
        taro.post("events", &booking).expect(201);
        booking["title"] = json!("別の会議");
        let refused = |by: &Staff| by.post("events", &booking).problem(409, "facility-taken");
        assert_eq!(refused(&hanako)["holder"], "試験 taro");
        suppress(server, &taro);
        assert_eq!(
            (&refused(&hanako)["holder"], &refused(&hanako)["holderExtension"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(refused(&taro)["holder"], "試験 taro");
        let calendar = room["calendarId"].as_str().unwrap();
        let shown =
            |who: &Staff| who.get(&format!("occurrences?calendars={calendar}&{WEEK}")).expect(200).json();
        assert_eq!(shown(&hanako)["items"][0].get("holder"), None);
        assert_eq!(shown(&taro)["items"][0]["holder"], "試験 taro");
    });
}
