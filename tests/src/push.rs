//! The stream of wake-ups: what changed is named at once, to those whom it concerns, and nothing of its content.

use serde_json::{Value, json};

use crate::harness::{Staff, TestServer, Wire, on_each_backend};

/// An open stream of this phone, its head and first words read.
fn listen(server: &TestServer, staff: &Staff, more: &str) -> (Wire, String) {
    let mut wire = Wire::connect(&server.base());
    let token = staff.token().unwrap();
    wire.send(format!(
        "GET /api/v1/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nAccept-Encoding: zstd, gzip\r\n{more}\r\n"
    ));
    let mut head = wire.read_until("\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    head.push_str(&wire.read_until("\n\n"));
    (wire, head)
}

/// The next event: its id and the types that it names.
fn next(wire: &mut Wire) -> (String, Vec<String>) {
    let event = loop {
        let text = wire.read_until("\n\n");
        if text.contains("event: state") {
            break text;
        }
    };
    assert!(event.len() <= 200, "{event}");
    let field = |name: &str| {
        let line = event.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {event}")).trim().to_owned()
    };
    let data: Value = serde_json::from_str(&field("data:")).unwrap();
    (field("id:"), serde_json::from_value(data["types"].clone()).unwrap())
}

/// The first event that names `wanted`, and all types that were named until then.
fn hear_of(wire: &mut Wire, wanted: &str) -> (String, Vec<String>) {
    let mut named = Vec::new();
    loop {
        let (id, types) = next(wire);
        named.extend(types);
        if named.iter().any(|name| name == wanted) {
            return (id, named);
        }
    }
}

fn add_contact(staff: &Staff) {
    staff.post("contacts", &json!({"name": {"full": "佐藤"}})).expect(201);
}

#[test]
fn a_change_is_told_to_its_owners_phones() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        // Her address book is made with her first contact.
        add_contact(&hanako);
        let (mut wire, head) = listen(server, &hanako.on_another_phone(), "");
        let lower = head.to_lowercase();
        assert!(lower.contains("content-type: text/event-stream"), "{head}");
        assert!(
            !lower.contains("content-encoding: zstd") && !lower.contains("content-encoding: gzip"),
            "{head}"
        );
        assert!(lower.contains("retry: "), "{head}");
        add_contact(&hanako);
        hear_of(&mut wire, "contacts");
        hanako.post("calendars", &json!({"name": "出張"})).expect(201);
        hear_of(&mut wire, "calendars");
    });
}

#[test]
fn a_favourite_is_told_to_the_other_phones_also_the_first() {
    on_each_backend(|server| {
        let (hanako, taro, jiro) = (server.staff("hanako"), server.staff("taro"), server.staff("jiro"));
        let (mut wire, _) = listen(server, &hanako.on_another_phone(), "");
        for other in [&taro, &jiro] {
            hanako.ask("PUT", &format!("me/favourites/{}", other.person)).send().expect(204);
            hear_of(&mut wire, "people");
        }
    });
}

#[test]
fn what_does_not_concern_a_person_is_not_told() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (mut wire, _) = listen(server, &taro, "");
        // What a stream begins to follow counts as news once: that is over when it told something.
        add_contact(&taro);
        hear_of(&mut wire, "contacts");
        let private = json!({"title": "面談", "start": "2026-11-26T10:00:00", "privacy": "private"});
        hanako.post("events", &private).expect(201);
        add_contact(&hanako);
        // His own change comes after hers.
        taro.patch(&format!("calendars/{}", taro.calendar), "*", &json!({"name": "出張"})).expect(200);
        let (_, named) = hear_of(&mut wire, "calendars");
        assert!(!named.iter().any(|name| name == "contacts" || name == "events"), "{named:?}");
    });
}

#[test]
fn an_invitation_wakes_the_invited() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (mut wire, _) = listen(server, &taro, "");
        let participants = json!({"t": {"personId": taro.person, "roles": {"attendee": true}}});
        let event = json!({"title": "会議", "start": "2026-11-26T10:00:00", "participants": participants});
        hanako.post("events", &event).expect(201);
        hear_of(&mut wire, "events");
    });
}

#[test]
fn a_phone_memo_wakes_those_who_have_to_do_with_it_alone() {
    on_each_backend(|server| {
        let (hanako, taro, jiro) = (server.staff("hanako"), server.staff("taro"), server.staff("jiro"));
        let mut wires = [&hanako, &taro, &jiro].map(|staff| {
            let (mut wire, _) = listen(server, staff, "");
            // What a stream begins to follow counts as news once.
            add_contact(staff);
            hear_of(&mut wire, "contacts");
            wire
        });
        let memo = json!({"to": [taro.person], "caller": {"name": "鈴木"}});
        let made = hanako.post("phone-memos", &memo).expect(201).json();
        assert_eq!(next(&mut wires[0]).1, ["phoneMemos"], "the author is not notified");
        assert_eq!(next(&mut wires[1]).1, ["notifications", "phoneMemos"]);
        let seen = json!({"seenAt": "2026-11-25T00:00:00Z"});
        taro.patch(&format!("phone-memos/{}", made["id"].as_str().unwrap()), "*", &seen).expect(200);
        for wire in &mut wires[..2] {
            assert_eq!(next(wire).1, ["phoneMemos"]);
        }
        add_contact(&jiro);
        assert_eq!(next(&mut wires[2]).1, ["contacts"]);
    });
}

#[test]
fn what_a_gained_calendar_holds_is_named_too() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        hanako.post("events", &json!({"title": "会議", "start": "2026-11-26T10:00:00"})).expect(201);
        let (mut wire, _) = listen(server, &taro, "");
        let share = json!({"grantee": {"type": "person", "personId": taro.person}, "role": "read"});
        hanako.post(&format!("calendars/{}/shares", hanako.calendar), &share).expect(200);
        let (_, types) = next(&mut wire);
        assert!(types.contains(&"calendars".to_owned()) && types.contains(&"events".to_owned()), "{types:?}");
    });
}

#[test]
fn a_stream_goes_on_from_the_last_that_was_heard() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let phone = hanako.on_another_phone();
        add_contact(&hanako);
        let (mut wire, _) = listen(server, &phone, "");
        add_contact(&hanako);
        let (id, _) = hear_of(&mut wire, "contacts");
        drop(wire);
        hanako.post("calendars", &json!({"name": "出張"})).expect(201);
        let (_, missed) = listen(server, &phone, &format!("Last-Event-ID: {id}\r\n"));
        assert!(missed.contains("event: state") && missed.contains("calendars"), "{missed}");
    });
}

#[test]
fn a_stream_ends_with_its_session() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let lost = hanako.on_another_phone();
        let (wire, _) = listen(server, &lost, "");
        let device = format!("me/devices/{}", lost.device);
        hanako.delete(&device, "*").expect(204);
        wire.read_to_end();
        lost.get("me").expect(401);
        server.anonymous().get("push").problem(401, "unauthenticated");
    });
}
