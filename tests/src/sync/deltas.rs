//! What one sync costs and holds.

use serde_json::json;

use super::replica::{Replica, WINDOW};
use crate::harness::{Answer, Mailbox, Staff, TestServer, on_each_backend};

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
        // Its transaction begins and ends; between, the epoch and where the token's collections stand.
        assert_eq!(statements(server, || drop(sync(&hanako, &token))), 4);
    });
}

/// Rows of one collection's log are read a hundred at a time, so that one answer fits into memory: fewer cost the same. A new
/// mail makes two, its own and its mailbox's.
const FEW: usize = 1;
const MANY: usize = 45;

#[test]
fn statements_do_not_grow_with_what_is_stored_or_changed() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let mut mailbox = Mailbox::of(server.db(), &hanako);
        let mut token = Replica::first(&hanako).token.unwrap();
        let mut costs = Vec::new();
        for count in [FEW, MANY] {
            for n in 0..count {
                hanako.post("contacts", &json!({"name": {"full": format!("佐藤 {n}")}})).expect(201);
                let event = json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H"});
                hanako.post("events", &event).expect(201);
                mailbox.receive(format!("Subject: {count}.{n}\r\n\r\n会議").as_bytes());
            }
            let answer = sync(&hanako, &token).json();
            for kind in ["contacts", "events", "occurrences", "messages"] {
                assert_eq!(answer["changed"][kind].as_array().unwrap().len(), count, "{kind}");
            }
            let delta = statements(server, || drop(sync(&hanako, &token)));
            token = answer["token"].as_str().unwrap().to_owned();
            let unchanged = statements(server, || drop(sync(&hanako, &token)));
            let first =
                statements(server, || drop(hanako.ask("POST", "sync").json(&json!({})).send().expect(200)));
            costs.push([first, delta, unchanged]);
        }
        let grown = costs[0].iter().zip(costs[1]).any(|(few, many)| many > *few);
        assert!(!grown, "first, delta, unchanged: {costs:?}");
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
fn no_collection_is_forgotten_where_a_page_ends() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        for name in ["住民", "業者", "議員"] {
            let book = hanako.post("address-books", &json!({"name": name})).expect(201).json();
            let card = json!({"name": {"full": "佐藤"}, "addressBookId": book["id"]});
            hanako.post("contacts", &card).expect(201);
        }
        // A page that ends with the last object of a book leaves the next book unbegun.
        for limit in 1..=5 {
            let mut replica = Replica::default();
            let mut wants = |types: &[&str]| {
                while replica.step_for(&hanako, Some(limit), Some(types)) {}
                (replica.count("contacts"), replica.count("calendars"))
            };
            assert_eq!(wants(&["contacts"]), (3, 0), "in pages of {limit}");
            assert_eq!(wants(&["calendars"]), (3, 1), "a type that was not asked for before");
        }
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

#[test]
fn what_two_collections_tell_of_is_sent_once() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let token = Replica::first(&taro).token.unwrap();
        let calendar = hanako.post("calendars", &json!({"name": "課の予定"})).expect(201).json();
        let path = format!("calendars/{}/shares", calendar["id"].as_str().unwrap());
        let grant = json!({"grantee": {"type": "person", "personId": taro.person}, "role": "read"});
        hanako.post(&path, &grant).expect(200);
        let answer = sync(&taro, &token).json();
        assert_eq!(answer["changed"]["calendars"].as_array().map(Vec::len), Some(1), "{answer}");
    });
}
