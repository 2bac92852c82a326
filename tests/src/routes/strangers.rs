//! What is not to be seen answers like what is not there, at every route, and nobody changes what is not theirs.

use std::collections::BTreeSet;

use renraku_base::Entropy;
use serde_json::{Value, json};

use super::{
    office::{Office, PUBLIC},
    table::{Route, routes},
};
use crate::harness::{Answer, Ask, TestServer, on_each_backend};

/// Query parameters that name somebody's objects, and what they name.
const NAMED: &[(&str, &str)] = &[
    ("calendars", "calendars"),
    ("addressBooks", "address-books"),
    ("memberOf", "groups"),
    ("mailbox", "mailboxes"),
    ("thread", "threads"),
];

/// What an answer tells: its status, the names of its headers, and its body but for what names the request.
fn told(answer: &Answer) -> (u16, BTreeSet<String>, Value) {
    let names = answer.headers.keys().map(ToString::to_string).collect();
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_else(|_| answer.text().into());
    if let Some(members) = body.as_object_mut() {
        members.remove("requestId");
    }
    (answer.status, names, body)
}

fn unknown_id(server: &TestServer) -> String {
    Entropy.new_id::<()>(server.db().now()).into_string()
}

/// A route's requests to one object, with the preconditions that a phone might send.
fn requests(route: &Route, office: &Office, stranger: &crate::harness::Phone, id: &str) -> Vec<Ask> {
    let paths = route.queries(&route.of(id), office);
    paths
        .iter()
        .flat_map(|path| {
            let with = |name: &str, value: &str| route.ask(stranger, path).header(name, value);
            [
                route.ask(stranger, path),
                with("if-none-match", "*"),
                with("if-modified-since", "Wed, 25 Nov 2026 00:00:00 GMT"),
            ]
        })
        .collect()
}

#[test]
fn what_is_not_to_be_seen_answers_like_what_is_not_there() {
    on_each_backend(|server| {
        let mut office = Office::of(server.db(), server.staff("hanako"));
        office.grow(&mut |_| "word".to_owned());
        server.run_due_jobs();
        let stranger = server.staff("taro");
        let mut tried = 0;
        for route in routes() {
            let Some(kind) = route.kind().filter(|kind| !PUBLIC.contains(kind)) else { continue };
            let ids = office.ids(kind);
            assert!(!ids.is_empty(), "say in Office how a {kind} is made: {}", route.path);
            for id in ids {
                let unknown = unknown_id(server);
                let both = requests(&route, &office, &stranger, id).into_iter();
                for (theirs, nobodys) in both.zip(requests(&route, &office, &stranger, &unknown)) {
                    let theirs = theirs.send();
                    theirs.problem(404, "not-found");
                    assert_eq!(told(&theirs), told(&nobodys.send()), "{} {}", route.method, route.path);
                    tried += 1;
                }
            }
        }
        assert!(tried > 100, "{tried} requests");
    });
}

#[test]
fn what_is_not_to_be_seen_is_not_named_either() {
    on_each_backend(|server| {
        let mut office = Office::of(server.db(), server.staff("hanako"));
        office.grow(&mut |_| "word".to_owned());
        let taro = server.staff("taro");
        let mailbox = crate::harness::Mailbox::of(server.db(), &taro);
        mailbox.index();
        for route in routes() {
            for path in route.queries(&route.path, &office) {
                for (name, kind) in NAMED {
                    for id in office.ids(kind) {
                        if path.contains(&format!("{name}={id}")) {
                            let other = path.replace(id, &unknown_id(server));
                            assert_eq!(told(&taro.get(&path)), told(&taro.get(&other)), "{path}");
                        }
                    }
                }
            }
        }
        let event = json!({"title": "x", "start": "2026-12-24T10:00:00"});
        let mine = taro.post("events", &event).expect(201).json();
        let contact = taro.post("contacts", &json!({"name": {"full": "x"}})).expect(201).json();
        let path = |kind: &str, object: &Value| format!("{kind}/{}", object["id"].as_str().unwrap());
        for (method, path, kind, body) in [
            (
                "POST",
                "events".to_owned(),
                "calendars",
                json!({"calendarId": "ID", "title": "x", "start": "2026-12-24T10:00:00"}),
            ),
            ("PATCH", path("events", &mine), "calendars", json!({"calendarId": "ID"})),
            (
                "POST",
                "contacts".to_owned(),
                "address-books",
                json!({"addressBookId": "ID", "name": {"full": "x"}}),
            ),
            ("PATCH", path("contacts", &contact), "address-books", json!({"addressBookId": "ID"})),
            ("POST", "me/app-passwords".to_owned(), "devices", json!({"name": "x", "deviceId": "ID"})),
        ] {
            let send = |id: &str| {
                let body: Value = serde_json::from_str(&body.to_string().replace("ID", id)).unwrap();
                taro.ask(method, &path).fresh_key().header("if-match", "*").json(&body).send()
            };
            let theirs = send(&office.ids(kind)[0]);
            assert!(theirs.status >= 400, "{method} {path} {body}: {}", theirs.text());
            assert_eq!(told(&theirs), told(&send(&unknown_id(server))), "{method} {path} {body}");
        }
    });
}
