//! What one sync costs and holds.

use serde_json::json;

use super::replica::{Replica, WINDOW};
use crate::harness::{Answer, Staff, TestServer, on_each_backend};

fn sync(staff: &Staff, token: &str) -> Answer {
    let body = json!({"token": token, "window": {"from": WINDOW.0, "to": WINDOW.1}});
    staff.ask("POST", "sync").json(&body).send().expect(200)
}

/// How many statements a request takes; what the server does by itself meanwhile does not count.
fn statements(server: &TestServer, request: impl Fn()) -> u64 {
    let counts = (0..5).map(|_| {
        let before = server.db().statements();
        request();
        server.db().statements() - before
    });
    counts.min().unwrap()
}

#[test]
fn nothing_new_is_said_in_a_few_bytes_and_written_nowhere() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        hanako.post("contacts", &json!({"name": {"full": "佐藤"}})).expect(201);
        let token = Replica::first(&hanako).token.unwrap();
        assert!(token.len() <= 1_024, "{} bytes", token.len());
        assert_eq!(sync(&hanako, &token).json(), json!({"more": false}));
        let statements = statements(server, || drop(sync(&hanako, &token)));
        assert!(statements <= 10, "{statements} statements");
    });
}

#[test]
fn statements_do_not_grow_with_what_is_stored_or_changed() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let mut costs = Vec::new();
        let mut token = Replica::first(&hanako).token.unwrap();
        for count in [1, 20] {
            for n in 0..count {
                hanako.post("contacts", &json!({"name": {"full": format!("佐藤 {n}")}})).expect(201);
                let event = json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H"});
                hanako.post("events", &event).expect(201);
            }
            let answer = sync(&hanako, &token).json();
            costs.push(statements(server, || drop(sync(&hanako, &token))));
            assert_eq!(answer["changed"]["contacts"].as_array().unwrap().len(), count);
            assert_eq!(answer["changed"]["occurrences"].as_array().unwrap().len(), count);
            token = answer["token"].as_str().unwrap().to_owned();
        }
        assert!(costs[1] <= costs[0], "{costs:?}");
    });
}

#[test]
fn a_change_of_ones_own_comes_back_in_the_next_delta_only() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let mut replica = Replica::first(&hanako);
        let made = hanako.post("contacts", &json!({"name": {"full": "佐藤"}})).expect(201).json();
        replica.catch_up(&hanako, None);
        assert_eq!(replica.objects["contacts"][made["id"].as_str().unwrap()], made);
        assert_eq!(sync(&hanako, replica.token.as_ref().unwrap()).json(), json!({"more": false}));
    });
}

#[test]
fn a_first_open_is_cut_into_pages() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        for n in 0..7 {
            hanako.post("contacts", &json!({"name": {"full": format!("佐藤 {n}")}})).expect(201);
        }
        let mut replica = Replica::default();
        let mut pages = 1;
        while replica.step(&hanako, Some(2)) {
            pages += 1;
        }
        assert!(pages >= 4, "{pages} pages");
        assert_eq!(replica.count("contacts"), 7);
        replica.assert_same(&Replica::first(&hanako), "in pages of two");
    });
}

#[test]
fn only_the_wanted_types_come() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        hanako.post("contacts", &json!({"name": {"full": "佐藤"}})).expect(201);
        let body = json!({"types": ["calendars", "events", "occurrences"]});
        let answer = hanako.ask("POST", "sync").json(&body).send().expect(200).json();
        let types: Vec<&String> = answer["changed"].as_object().unwrap().keys().collect();
        assert_eq!(types, ["calendars"]);
        hanako.ask("POST", "sync").json(&json!({"types": ["everything"]})).send().problem(422, "invalid");
    });
}
