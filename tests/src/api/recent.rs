//! With whom somebody was in touch: who is noted by what, who sees it, and the order that it makes.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Mailbox, Staff, TestServer, on_each_backend};

/// So much later a contact is another one, and a session the same.
const LATER: Duration = Duration::from_mins(4);

fn names(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().unwrap().iter();
    items.map(|item| item["person"]["name"]["full"].as_str().unwrap().replace("試験 ", "")).collect()
}

fn recent(staff: &Staff) -> Vec<String> {
    names(&staff.get("me/recent").expect(200).json())
}

fn staff<const N: usize>(server: &TestServer, names: [&str; N]) -> [Staff; N] {
    names.map(|name| server.staff(name))
}

fn meeting(people: &[&Staff]) -> Value {
    let participants: serde_json::Map<String, Value> = (1..)
        .zip(people)
        .map(|(n, it)| (n.to_string(), json!({"personId": it.person, "roles": {"attendee": true}})))
        .collect();
    json!({"title": "会議", "start": "2026-11-27T10:00:00", "duration": "PT1H", "participants": participants})
}

#[test]
fn whoever_is_invited_or_written_to_was_in_touch() {
    on_each_backend(|server| {
        let [hanako, taro, jiro, saburo, shiro] =
            staff(server, ["hanako", "taro", "jiro", "saburo", "shiro"]);
        let _mailbox = Mailbox::of(server.db(), &hanako);
        hanako.post("events", &meeting(&[])).expect(201);
        assert!(recent(&hanako).is_empty());
        let made = hanako.post("events", &meeting(&[&taro])).expect(201);
        assert_eq!((recent(&hanako), recent(&taro)), (vec!["taro".to_owned()], vec![]));
        server.clock().advance(LATER);
        let path = format!("events/{}", made.json()["id"].as_str().unwrap());
        let more = json!({"participants": {"2": {"personId": jiro.person, "roles": {"attendee": true}}}});
        let changed = hanako.patch(&path, &made.etag(), &more).expect(200);
        assert_eq!(recent(&hanako), ["jiro", "taro"], "only who is new is turned to");
        server.clock().advance(LATER);
        let one = format!("{path}?recurrenceId=x");
        hanako.patch(&one, &changed.etag(), &json!({"title": "x"})).expect(400);
        let mail = json!({
            "to": [{"email": "Saburo@pref.example.jp"}, {"email": "guest@x.example"}],
            "cc": [{"email": "shiro@pref.example.jp"}], "subject": "見積", "text": "x",
        });
        hanako.post("mail/messages", &mail).expect(201);
        let mut last = recent(&hanako);
        last[..2].sort_unstable();
        assert_eq!(last, ["saburo", "shiro", "jiro", "taro"]);
        assert!(recent(&shiro).is_empty());
        drop(saburo);
    });
}

#[test]
fn what_is_refused_is_no_contact() {
    on_each_backend(|server| {
        let [hanako, taro] = staff(server, ["hanako", "taro"]);
        let mut bad = meeting(&[&taro]);
        bad["participants"]["2"] = json!({"personId": "01980000-0000-7000-8000-000000000000"});
        hanako.post("events", &bad).problem(422, "invalid");
        assert!(recent(&hanako).is_empty());
    });
}

#[test]
fn a_phone_says_whom_it_called_and_takes_it_back() {
    on_each_backend(|server| {
        let [hanako, taro, jiro] = staff(server, ["hanako", "taro", "jiro"]);
        let put = |who: &Staff, body: &Value| {
            hanako.ask("PUT", &format!("me/recent/{}", who.person)).fresh_key().json(body).send()
        };
        let earlier = json!({"at": "2026-11-24T23:00:00Z"});
        put(&taro, &earlier).expect(204);
        put(&jiro, &json!({})).expect(204);
        let answer = hanako.on_another_phone().get("me/recent").expect(200);
        assert_eq!(names(&answer.json()), ["jiro", "taro"]);
        assert_eq!(answer.json()["items"][1]["at"], earlier["at"]);
        hanako.ask("GET", "me/recent").header("if-none-match", &answer.etag()).send().expect(304);
        put(&jiro, &json!({"at": "yesterday"})).problem(422, "invalid");
        put(&jiro, &json!({"since": null})).problem(422, "invalid");
        let nobody = "me/recent/01980000-0000-7000-8000-000000000000";
        hanako.ask("PUT", nobody).json(&json!({})).send().problem(404, "not-found");
        for _ in 0..2 {
            hanako.ask("DELETE", &format!("me/recent/{}", jiro.person)).send().expect(204);
        }
        let after = hanako.ask("GET", "me/recent").header("if-none-match", &answer.etag()).send().expect(200);
        assert_eq!(names(&after.json()), ["taro"]);
        hanako.ask("DELETE", "me/recent").send().expect(204);
        assert!(recent(&hanako).is_empty());
        server.anonymous().get("me/recent").expect(401);
    });
}

#[test]
fn it_is_found_first_and_told_to_no_phone() {
    on_each_backend(|server| {
        let [hanako, _taro, _jiro] = staff(server, ["hanako", "taro", "jiro"]);
        let found = || hanako.get("directory/people?q=試験").expect(200).json()["items"].clone();
        let mut others =
            found().as_array().unwrap().clone().into_iter().filter(|it| it["id"] != hanako.person.as_str());
        let last = others.next_back().unwrap()["id"].as_str().unwrap().to_owned();
        let first = hanako.ask("POST", "sync").json(&json!({})).send().expect(200).json();
        hanako.ask("PUT", &format!("me/recent/{last}")).json(&json!({})).send().expect(204);
        assert_eq!(found()[0]["id"], last.as_str());
        let again = hanako.ask("POST", "sync").json(&json!({"token": first["token"]})).send().expect(200);
        assert_eq!(again.json(), json!({"more": false}));
    });
}
