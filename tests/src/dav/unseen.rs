//! What somebody does not see in a calendar of another: they cannot do away with it, and hear of it when they did see it.

use serde_json::{Value, json};

use super::client::{Client, HOUR, event, need};
use crate::harness::{Staff, TestServer, on_each_backend};

/// A calendar that its owner shares with a delegate and a reader, as each of them finds it.
fn shared(server: &TestServer) -> ([Client; 3], [Staff; 3]) {
    let staff = ["hanako", "taro", "jiro"].map(|name| server.staff(name));
    let [hanako, taro, jiro] = &staff;
    for (person, role) in [(taro, "write"), (jiro, "read")] {
        let share = json!({"grantee": {"type": "person", "personId": person.person}, "role": role});
        hanako.post(&format!("calendars/{}/shares", hanako.calendar), &share).expect(200);
    }
    let clients = [hanako, taro, jiro].map(|person| Client::of(server, person).in_calendar(&hanako.calendar));
    (clients, staff)
}

fn task(uid: &str, more: &str) -> String {
    event(uid, more).replace("VEVENT", "VTODO")
}

#[test]
fn what_somebody_does_not_see_keeps_its_name() {
    on_each_backend(|server| {
        let ([owner, delegate, _], [_, taro, _]) = shared(server);
        let secret = event("secret", &format!("{HOUR}SUMMARY:x\nCLASS:CONFIDENTIAL\n"));
        let private = task("private", "SUMMARY:x\nCLASS:PRIVATE\n");
        let own = Client::of(server, &taro);
        for (name, text) in [("secret", secret), ("private", private)] {
            let (at, theirs) =
                (format!("{}{name}.ics", owner.calendar), format!("{}{name}.ics", delegate.calendar));
            owner.put(&at, &text).expect(201);
            let before = owner.get(&at).expect(200);
            delegate.get(&theirs).expect(404);
            let other = event(&format!("other-{name}"), &format!("{HOUR}SUMMARY:y\n"));
            delegate.put(&theirs, &other).expect(403);
            let put = delegate.ask("PUT", &theirs).header("if-none-match", "*");
            put.body("text/calendar", other.as_str()).send().expect(412);
            let source = format!("{}{name}.ics", own.calendar);
            own.put(&source, &other).expect(201);
            for method in ["COPY", "MOVE"] {
                let to = |overwrite: &str| {
                    let ask = own.ask(method, &source).header("destination", &theirs);
                    ask.header("overwrite", overwrite).send()
                };
                to("F").expect(412);
                to("T").expect(403);
            }
            own.get(&source).expect(200);
            let after = owner.get(&at).expect(200);
            assert_eq!((after.header("etag"), after.text()), (before.header("etag"), before.text()));
            // What is gone leaves its name free.
            owner.ask("DELETE", &at).send().expect(204);
            delegate.put(&theirs, &other).expect(201);
        }
    });
}

#[test]
fn who_took_part_in_what_is_secret_hears_of_its_end() {
    on_each_backend(|server| {
        let ([owner, delegate, reader], [hanako, taro, _]) = shared(server);
        let mail = |person: &Staff| {
            let me: Value = person.get("me").expect(200).json();
            me["person"]["emails"][0].as_str().unwrap_or_else(|| panic!("{me}")).to_owned()
        };
        let people = format!(
            "ORGANIZER:mailto:{}\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{}\n",
            mail(&hanako),
            mail(&taro)
        );
        let secret = |more: &str| event("secret", &format!("{HOUR}SUMMARY:x\nCLASS:CONFIDENTIAL\n{more}"));
        for ending in ["DELETE", "PUT"] {
            let at = format!("{}{ending}.ics", owner.calendar);
            owner.put(&at, &secret(&people).replace("UID:secret", &format!("UID:{ending}"))).expect(201);
            let theirs = format!("{}{ending}.ics", delegate.calendar);
            let (there, token) = delegate.sync(&delegate.calendar, "", 100);
            assert!(there.iter().any(|(path, _)| *path == theirs), "{there:?}");
            let (unseen, readers) = reader.sync(&reader.calendar, "", 100);
            match ending {
                "DELETE" => owner.ask("DELETE", &at).send().expect(204),
                _ => owner.put(&at, &secret("").replace("UID:secret", &format!("UID:{ending}"))).expect(204),
            };
            let (gone, _) = delegate.sync(&delegate.calendar, &token, 100);
            assert_eq!(gone, [(theirs, 404)], "{ending}");
            // Who never saw it hears nothing of it.
            assert!(!unseen.iter().any(|(path, _)| path.contains(ending)), "{unseen:?}");
            assert_eq!(reader.sync(&reader.calendar, &readers, 100).0, [], "{ending}");
        }
    });
}

#[test]
fn the_uid_of_a_task_is_for_no_event() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let at = format!("{}task.ics", client.calendar);
        client.put(&at, &task("same", "SUMMARY:x\n")).expect(201);
        let new = json!({"title": "y", "start": "2026-12-01T09:00:00", "duration": "PT1H", "uid": "same"});
        let refused = hanako.post("events", &new).expect(422).json();
        assert_eq!(
            (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
            (&json!("/uid"), &json!("uid-taken"))
        );
        let other = hanako.post("calendars", &json!({"name": "z"})).expect(201).json();
        let mut elsewhere = new;
        elsewhere["calendarId"] = other["id"].clone();
        let made = hanako.post("events", &elsewhere).expect(201).json();
        let path = format!("events/{}", made["id"].as_str().unwrap());
        let patch = json!({"calendarId": hanako.calendar});
        hanako.patch(&path, made["etag"].as_str().unwrap(), &patch).expect(422);
        client.put(&at, &task("same", "SUMMARY:still\n")).expect(204);
    });
}

/// RFC 4791 §5.3.2.1: what has the UID is named, to whoever sees it.
#[test]
fn a_uid_that_is_taken_is_refused_by_its_element_and_names_what_is_seen() {
    on_each_backend(|server| {
        let ([owner, delegate, _], [hanako, taro, _]) = shared(server);
        let second = hanako.post("calendars", &json!({"name": "第2"})).expect(201).json();
        let second = owner.in_calendar(second["id"].as_str().unwrap());
        let texts =
            [("event", event("event", &format!("{HOUR}SUMMARY:x\n"))), ("task", task("task", "SUMMARY:x\n"))];
        for (name, text) in &texts {
            let (there, other) =
                (format!("{}{name}.ics", owner.calendar), format!("{}o-{name}.ics", second.calendar));
            owner.put(&there, text).expect(201);
            owner.put(&other, &event(name, &format!("{HOUR}SUMMARY:y\n"))).expect(201);
            for method in ["COPY", "MOVE"] {
                let to = format!("{}new-{name}.ics", owner.calendar);
                let refused = owner.ask(method, &other).header("destination", &to).send();
                let refused = refused.expect(409).text();
                let named = format!("<c:no-uid-conflict><d:href>{there}</d:href></c:no-uid-conflict>");
                assert!(refused.contains(&named), "{method} {name}: {refused}");
                owner.get(&other).expect(200);
            }
        }
        // Of what somebody does not see they learn no more than that.
        let secret = event("secret", &format!("{HOUR}SUMMARY:x\nCLASS:CONFIDENTIAL\n"));
        owner.put(&format!("{}hidden-name.ics", owner.calendar), &secret).expect(201);
        let put = event("secret", &format!("{HOUR}SUMMARY:y\n"));
        let refused = delegate.put(&format!("{}mine.ics", delegate.calendar), &put).expect(409).text();
        assert!(refused.contains("no-uid-conflict") && !refused.contains("href"), "{refused}");
        let own = Client::of(server, &taro);
        let source = format!("{}mine.ics", own.calendar);
        own.put(&source, &put).expect(201);
        let to = format!("{}mine.ics", delegate.calendar);
        let refused = own.ask("MOVE", &source).header("destination", &to).send().expect(409).text();
        assert!(refused.contains("no-uid-conflict") && !refused.contains("hidden-name"), "{refused}");
        own.get(&source).expect(200);
    });
}

/// As a client does that changes what it was shown.
#[test]
fn what_is_shown_as_busy_time_alone_is_not_changed() {
    on_each_backend(|server| {
        let ([owner, delegate, _], _) = shared(server);
        let private = event("private", &format!("{HOUR}SUMMARY:x\nCLASS:PRIVATE\n"));
        owner.put(&format!("{}a.ics", owner.calendar), &private).expect(201);
        let path = format!("{}a.ics", delegate.calendar);
        let shown = delegate.get(&path).expect(200);
        let (tag, shown) = (shown.header("etag").unwrap().to_owned(), shown.text());
        for text in [shown.replace("T100000", "T110000"), shown, private, event("other", HOUR)] {
            let put = delegate.ask("PUT", &path).header("accept-language", "ja").header("if-match", &tag);
            let refused = put.body("text/calendar", text.as_str()).send().expect(403).text();
            assert!(refused.contains(&need(&path, "write-content")), "{refused}");
            assert!(refused.contains("この操作は許可されていません"), "{refused}");
        }
    });
}
