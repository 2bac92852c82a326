//! What a client deletes without telling its organizer (RFC 6638 §8.1).

use serde_json::{Value, json};

use super::{
    beside::{Guest, invitation, own, set},
    client::Client,
};
use crate::harness::{Answer, Staff, on_each_backend};

fn delete(client: &Client, path: &str, reply: &str) -> Answer {
    client.ask("DELETE", path).header("schedule-reply", reply).send()
}

impl Guest {
    /// Has them delete an invitation and tell nobody; gives back where it was.
    #[track_caller]
    fn put_away(&self, uid: &str) -> String {
        let at = self.invited(uid);
        delete(&self.client, &at, "F").expect(204);
        at
    }

    /// How a colleague sees their day.
    fn busy(&self, asks: &Staff) -> Value {
        let path = format!(
            "schedule/free-busy?principals={}&from=2026-11-25T15:00:00Z&to=2026-11-26T15:00:00Z",
            self.staff.person
        );
        asks.get(&path).expect(200).json()["items"][0]["busy"].clone()
    }
}

#[test]
fn what_is_put_away_silently_is_gone_and_its_organizer_is_not_told() {
    on_each_backend(|server| {
        let (guest, jiro) = (Guest::of(server), server.staff("jiro"));
        let meeting = guest.meeting("u");
        let at = guest.invited("u");
        let (before, inbox) =
            (guest.organizer.get(&meeting).expect(200), format!("{}inbox/", guest.organizer.home));
        assert_ne!(guest.busy(&jiro), json!([]));
        let (_, token) = guest.client.sync(&guest.client.calendar, "", 10);
        delete(&guest.client, &at, "F").expect(204);
        server.run_due_jobs();
        guest.client.get(&at).expect(404);
        assert_eq!(guest.client.sync(&guest.client.calendar, &token, 10).0, [(at, 404)]);
        assert_eq!((guest.listed(), guest.titles()), (set([]), vec![]));
        assert_eq!(guest.busy(&jiro), json!([]), "what is put away takes no time");
        let after = guest.organizer.get(&meeting).expect(200);
        assert_eq!((after.etag(), after.text()), (before.etag(), before.text()));
        assert_eq!(guest.said("u"), "NEEDS-ACTION");
        assert_eq!(guest.organizer.sync(&inbox, "", 10).0, []);
        // Whatever else is said, it is declined.
        for (uid, reply) in [("a", "T"), ("b", ""), ("c", "false")] {
            let at = guest.invited(uid);
            delete(&guest.client, &at, reply).expect(204);
            assert_eq!(guest.said(uid), "DECLINED", "{reply}");
        }
        server.run_due_jobs();
        assert_eq!(guest.organizer.sync(&inbox, "", 10).0.len(), 3);
    });
}

/// As what was declined does.
#[test]
fn what_was_put_away_silently_comes_back() {
    on_each_backend(|server| {
        let guest = Guest::of(server);
        for (sent, said) in [("NEEDS-ACTION", "NEEDS-ACTION"), ("TENTATIVE", "TENTATIVE")] {
            guest.put_away(sent);
            let path = guest.path(sent);
            guest.client.put(&path, &invitation(sent, sent)).expect(201);
            assert_eq!((guest.listed(), guest.said(sent)), (set([&path]), said.to_owned()));
            delete(&guest.client, &path, "f").expect(204);
            assert_eq!((guest.listed(), guest.said(sent)), (set([]), said.to_owned()), "the answer stays");
        }
        // Another title is no new question, another time is one.
        let at = guest.put_away("m");
        let text = invitation("m", "NEEDS-ACTION");
        guest.organizer.put(&guest.meeting("m"), &text.replace("会議", "朝会")).expect(204);
        assert_eq!(guest.listed(), set([]));
        let moved = text.replace("T110000", "T150000").replace("T100000", "T140000");
        assert_ne!(moved, text);
        guest.organizer.put(&guest.meeting("m"), &moved).expect(204);
        assert_eq!((guest.listed(), guest.said("m").as_str()), (set([&at]), "NEEDS-ACTION"));
    });
}

#[test]
fn what_takes_the_place_of_an_invitation_tells_its_organizer_or_not() {
    on_each_backend(|server| {
        let guest = Guest::of(server);
        for (reply, said) in [("T", "DECLINED"), ("F", "NEEDS-ACTION")] {
            let from = guest.path(reply);
            guest.client.put(&from, &own(reply, "own1")).expect(201);
            let at = guest.invited(reply);
            let moved =
                guest.client.ask("MOVE", &from).header("destination", &at).header("schedule-reply", reply);
            moved.send().expect(204);
            assert_eq!(guest.said(reply), said);
            assert!(guest.client.get(&at).expect(200).text().contains("own1"));
        }
    });
}

#[test]
fn the_organizer_and_a_delegate_delete_as_ever() {
    on_each_backend(|server| {
        let (guest, jiro) = (Guest::of(server), server.staff("jiro"));
        let share = json!({"grantee": {"type": "person", "personId": jiro.person}, "role": "write"});
        guest.staff.post(&format!("calendars/{}/shares", guest.staff.calendar), &share).expect(200);
        let at = guest.invited("u");
        let delegate = Client::of(server, &jiro).in_calendar(&guest.staff.calendar);
        let theirs = format!("{}{}", delegate.calendar, at.rsplit('/').next().unwrap());
        for reply in ["T", "F"] {
            delete(&delegate, &theirs, reply).expect(403);
        }
        assert_eq!(guest.listed(), set([&at]));
        server.run_due_jobs();
        delete(&guest.organizer, &guest.meeting("u"), "F").expect(204);
        assert_eq!(guest.listed(), set([]));
        server.run_due_jobs();
        let told = guest.staff.get("notifications").expect(200).json();
        let mut told = told["items"].as_array().unwrap().iter();
        assert!(told.any(|it| it["type"] == "cancelled"), "{told:?}");
    });
}
