//! What is one's own does not get lost where an invitation stands: it is stored, or refused with the reason.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    beside::{Guest, ORGANIZER, invitation, own, set},
    client::{Client, HOUR, event},
};
use crate::harness::{Staff, on_each_backend};

fn import(who: &Staff, calendar: &str, file: &str) -> Value {
    let ask = who.ask("POST", &format!("calendars/{calendar}/import"));
    let ask = ask.header("idempotency-key", &Uuid::now_v7().to_string());
    ask.body("text/calendar", file).send().expect(200).json()
}

#[track_caller]
fn assert_taken(report: &Value) {
    let reason = report["refused"][0]["reason"].as_str().unwrap_or_default();
    assert!(report["created"] == 0 && report["updated"] == 0 && reason.starts_with("UID: "), "{report}");
}

#[test]
fn another_event_is_refused_where_an_invitation_stands() {
    on_each_backend(|server| {
        let guest = Guest::of(server);
        server.staff("jiro");
        let at = guest.invited("u");
        let seen = guest.client.get(&at).expect(200);
        let scheduled = |organizer: &str, attendee: &str| {
            let people =
                format!("ORGANIZER:mailto:{organizer}\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{attendee}\n");
            event("u", &format!("{HOUR}SUMMARY:own1\n{people}"))
        };
        for text in [
            own("u", "own1"),
            scheduled("taro@pref.example.jp", "jiro@pref.example.jp"),
            scheduled("someone@other.example", "taro@pref.example.jp"),
        ] {
            let refused = guest.client.put(&at, &text).expect(403).text();
            assert!(refused.contains("<c:allowed-attendee-scheduling-object-change/>"), "{refused}");
            assert!(refused.contains("<d:responsedescription>") && refused.contains("UID"), "{refused}");
            let now = guest.client.get(&at).expect(200);
            assert_eq!((now.text(), now.etag()), (seen.text(), seen.etag()));
            assert_eq!(
                (guest.titles(), guest.said("u")),
                (vec!["会議".to_owned()], "NEEDS-ACTION".to_owned())
            );
        }
        // What keeps the organizer is an answer, whatever else a client writes into it.
        let edited =
            invitation("u", "ACCEPTED").replace("会議", "my title").replace("mailto:hanako", "MAILTO:Hanako");
        assert_eq!(guest.client.put(&at, &edited).expect(204).header("etag"), None);
        assert_eq!((guest.titles(), guest.said("u")), (vec!["会議".to_owned()], "ACCEPTED".to_owned()));
        // So is what names nobody else.
        let alone = event("u", &format!("{HOUR}SUMMARY:会議\n{ORGANIZER}"));
        guest.client.put(&at, &alone).expect(204);
    });
}

#[test]
fn a_file_comes_in_beside_what_was_declined() {
    on_each_backend(|server| {
        let guest = Guest::of(server);
        let mine = |file: &str| import(&guest.staff, &guest.staff.calendar, file);
        let done = |created: u8| json!({"created": created, "updated": 0, "refused": [], "refusedCount": 0});
        let declined = guest.declined("u");
        let held = guest.listed();
        assert_eq!(mine(&own("u", "own1")), done(1));
        assert_eq!((guest.titles(), guest.said("u")), (vec!["own1".to_owned()], "DECLINED".to_owned()));
        let listed = guest.listed();
        assert_eq!(listed.difference(&held).count(), 1);
        guest.client.get(&declined).expect(404);
        assert_eq!(mine(&own("u", "own2"))["updated"], 1);
        assert_eq!(guest.titles(), ["own2"]);

        // The invitation itself is seen again as it was answered: an import tells nobody.
        let declined = guest.declined("v");
        assert_eq!(mine(&invitation("v", "ACCEPTED")), done(1));
        assert_eq!(guest.said("v"), "DECLINED");
        assert_eq!(guest.titles(), ["own2", "会議"]);
        guest.client.get(&declined).expect(200);
        // What is seen is not a file's to change.
        for text in [own("v", "own1"), invitation("v", "ACCEPTED")] {
            assert_taken(&mine(&text));
        }
    });
}

/// Whoever writes into the calendar of another takes no answer of theirs back.
#[test]
fn the_file_of_a_delegate_brings_no_invitation_back() {
    on_each_backend(|server| {
        let (guest, jiro) = (Guest::of(server), server.staff("jiro"));
        let share = json!({"grantee": {"type": "person", "personId": jiro.person}, "role": "write"});
        guest.staff.post(&format!("calendars/{}/shares", guest.staff.calendar), &share).expect(200);
        guest.declined("u");
        let theirs = |file: &str| import(&jiro, &guest.staff.calendar, file);
        assert_taken(&theirs(&invitation("u", "ACCEPTED")));
        assert_eq!(guest.listed(), set([]));
        assert_eq!(theirs(&own("u", "own1"))["created"], 1);
        assert_eq!(guest.said("u"), "DECLINED");
        let delegate = Client::of(server, &jiro).in_calendar(&guest.staff.calendar);
        assert_eq!(delegate.sync(&delegate.calendar, "", 10).0.len(), 1);
    });
}

/// RFC 4918 §9.8.5 and §9.9.4.
#[test]
fn nothing_is_carried_onto_itself() {
    on_each_backend(|server| {
        let guest = Guest::of(server);
        let (event, task) = (guest.path("e"), guest.path("t"));
        guest.client.put(&event, &own("e", "own1")).expect(201);
        guest.client.put(&task, &own("t", "own1").replace("VEVENT", "VTODO")).expect(201);
        let card = format!("{}c.vcf", guest.client.address_book());
        guest.client.put_card(&card, &super::client::card("c", "山田", "")).expect(201);
        for path in [event, task, card, guest.invited("u")] {
            let tag = guest.client.get(&path).expect(200).etag();
            for (method, overwrite) in [("COPY", "T"), ("COPY", "F"), ("MOVE", "T"), ("MOVE", "F")] {
                let ask = guest.client.ask(method, &path).header("overwrite", overwrite);
                let refused = ask.header("destination", &path).send().expect(403).text();
                assert!(refused.contains("the same") && !refused.contains("privileges"), "{path}: {refused}");
            }
            assert_eq!(guest.client.get(&path).expect(200).etag(), tag);
            guest
                .client
                .ask("MOVE", &path)
                .header("destination", &path)
                .header("if-match", "\"x\"")
                .send()
                .expect(412);
        }
    });
}

/// Whatever it names, a text that is carried stays what it is: it is no answer, and brings no invitation back.
#[test]
fn nothing_is_lost_that_is_carried_to_an_invitation() {
    on_each_backend(|server| {
        let guest = Guest::of(server);
        let people = format!("{ORGANIZER}ATTENDEE;PARTSTAT=ACCEPTED:mailto:taro@pref.example.jp\n");
        let cases = [("MOVE", false), ("MOVE", true), ("COPY", true)];
        for (at, (method, from_side)) in cases.into_iter().enumerate() {
            for (by, more) in ["", ORGANIZER, people.as_str()].into_iter().enumerate() {
                // Over the invitation, to where it was declined, and beside it.
                for (case, declines) in [("over", false), ("over", true), ("beside", true)] {
                    let uid = format!("u{at}{by}{case}{declines}");
                    let text = event(&uid, &format!("{HOUR}SUMMARY:own1\n{more}"));
                    let source = if from_side { guest.side_path(&uid) } else { guest.path(&uid) };
                    guest.client.put(&source, &text).expect(201);
                    let invitation = if declines { guest.declined(&uid) } else { guest.invited(&uid) };
                    let place = if case == "over" { invitation } else { guest.path(&format!("{uid}-n")) };
                    let done = guest.carry(method, (&source, &place), "T");
                    done.expect(if declines { 201 } else { 204 });
                    assert_eq!(guest.client.get(&place).expect(200).text(), text, "{uid}");
                    assert_eq!(guest.listed(), set([&place]), "{uid}");
                    guest.client.get(&source).expect(if method == "COPY" { 200 } else { 404 });
                    assert_eq!(guest.said(&uid), "DECLINED", "{uid}");
                    guest.client.ask("DELETE", &place).send().expect(204);
                    assert_eq!(guest.listed(), set([]), "{uid}");
                }
            }
        }
    });
}
