//! What deltas keep from those who may not see it.

use serde_json::{Value, json};

use super::replica::Replica;
use crate::harness::{Staff, TestServer, on_each_backend};

/// A calendar of Hanako's that Taro reads, and his phone.
struct Shared {
    hanako: Staff,
    taro: Staff,
    calendar: String,
    phone: Replica,
}

impl Shared {
    fn open(server: &TestServer) -> Self {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let calendar =
            hanako.post("calendars", &json!({"name": "課の予定"})).expect(201).json()["id"].to_string();
        let calendar = calendar.trim_matches('"').to_owned();
        let shared = Self { phone: Replica::default(), hanako, taro, calendar };
        shared.share(Some("read"));
        Self { phone: Replica::first(&shared.taro), ..shared }
    }

    fn share(&self, role: Option<&str>) {
        let grantee = json!({"type": "person", "personId": self.taro.person});
        let path = format!("calendars/{}/shares", self.calendar);
        let answer = self.hanako.post(&path, &json!({"grantee": grantee, "role": role}));
        answer.expect(if role.is_some() { 200 } else { 204 });
    }

    fn make(&self, privacy: &str) -> String {
        let body = json!({"calendarId": self.calendar, "title": "面談", "start": "2026-11-26T10:00:00", "duration": "PT1H",
            "privacy": privacy});
        self.hanako.post("events", &body).expect(201).json()["id"].as_str().unwrap().to_owned()
    }

    fn change(&self, event: &str, patch: &Value) {
        self.hanako.patch(&format!("events/{event}"), "*", patch).expect(200);
    }

    /// What Taro's phone is told now.
    fn delta(&mut self) -> Value {
        let body = json!({"token": self.phone.token, "window": {"from": self.phone.window.0, "to": self.phone.window.1}});
        let answer = self.taro.ask("POST", "sync").json(&body).send().expect(200).json();
        self.phone.token = answer["token"].as_str().map(str::to_owned).or(self.phone.token.take());
        answer
    }
}

#[test]
fn a_secret_event_is_never_named() {
    on_each_backend(|server| {
        let mut shared = Shared::open(server);
        let event = shared.make("secret");
        let hear_nothing = |shared: &mut Shared, when: &str| {
            let told = shared.delta().to_string();
            assert!(!told.contains(&event), "{when}: {told}");
        };
        hear_nothing(&mut shared, "made");
        shared.change(&event, &json!({"title": "異動", "start": "2026-11-27T10:00:00"}));
        hear_nothing(&mut shared, "changed");
        shared.phone.window = ("2026-12-10T00:00:00Z", "2027-01-10T00:00:00Z");
        hear_nothing(&mut shared, "left behind by the window");
        shared.phone.window = ("2026-11-18T00:00:00Z", "2026-12-30T00:00:00Z");
        hear_nothing(&mut shared, "in the window again");
        shared.change(&event, &json!({"title": "昇任"}));
        shared.share(None);
        hear_nothing(&mut shared, "its calendar lost");
        shared.share(Some("write"));
        hear_nothing(&mut shared, "its calendar shared again");
        shared.hanako.delete(&format!("events/{event}"), "*").expect(204);
        hear_nothing(&mut shared, "deleted");
    });
}

#[test]
fn what_becomes_secret_is_gone_and_comes_back_when_it_is_not() {
    on_each_backend(|server| {
        let mut shared = Shared::open(server);
        let event = shared.make("public");
        assert_eq!(shared.delta()["changed"]["events"][0]["id"], event);
        shared.change(&event, &json!({"privacy": "secret"}));
        shared.change(&event, &json!({"title": "異動"}));
        assert_eq!(shared.delta()["destroyed"]["events"], json!([event]));
        shared.change(&event, &json!({"title": "昇任"}));
        shared.change(&event, &json!({"privacy": "private"}));
        assert_eq!(shared.delta()["changed"]["events"][0]["id"], event);
    });
}

#[test]
fn who_sees_busy_time_hears_of_no_more_than_time() {
    on_each_backend(|server| {
        let mut shared = Shared::open(server);
        let event = shared.make("private");
        let path = format!("events/{event}");
        shared.delta();
        let before = shared.taro.get(&path).expect(200);
        shared.change(&event, &json!({"title": "健康相談", "description": "第三応接室"}));
        let jiro = json!({"1": {"name": "次郎", "calendarAddress": "mailto:jiro@example.jp", "roles": {"attendee": true}}});
        shared.change(&event, &json!({"participants": jiro}));
        let after = shared.taro.get(&path).expect(200);
        assert_eq!((before.etag(), before.json()), (after.etag(), after.json()));
        let told = shared.delta();
        assert!(told["changed"].is_null() && told["destroyed"].is_null(), "{told}");
        shared.change(&event, &json!({"start": "2026-11-26T13:00:00"}));
        assert_ne!(shared.taro.get(&path).expect(200).etag(), before.etag());
        let told = shared.delta();
        assert_eq!(told["changed"]["events"][0]["start"], "2026-11-26T13:00:00", "{told}");
        assert_eq!(told["changed"]["events"][0].get("title"), before.json().get("title"));
    });
}

#[test]
fn who_took_part_in_a_secret_hears_of_its_end() {
    on_each_backend(|server| {
        let shared = Shared::open(server);
        let part = json!({"1": {"personId": shared.taro.person, "roles": {"attendee": true}}});
        for ends in ["taken off", "called off", "called off after it was put away"] {
            let event = shared.make("secret");
            shared.change(&event, &json!({"participants": part}));
            let mut phone = Replica::first(&shared.taro);
            assert!(phone.objects["events"].contains_key(&event));
            let path = format!("events/{event}");
            match ends {
                "taken off" => shared.change(&event, &json!({"participants": null})),
                "called off" => drop(shared.hanako.delete(&path, "*").expect(204)),
                _ => {
                    shared.taro.delete(&path, "*").expect(204);
                    phone.catch_up(&shared.taro, None);
                    assert!(!phone.objects["events"].contains_key(&event), "in her calendar it is secret");
                    shared.hanako.delete(&path, "*").expect(204);
                }
            }
            // Notifications are told by jobs.
            server.run_due_jobs();
            phone.catch_up(&shared.taro, None);
            phone.assert_same(&Replica::first(&shared.taro), ends);
        }
    });
}
