//! What is one's own beside an invitation of the same UID: neither hides, blocks or swallows the other, declined or not.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{Client, HOUR, event};
use crate::harness::{Staff, TestServer, on_each_backend};

pub(super) const ORGANIZER: &str = "ORGANIZER:mailto:hanako@pref.example.jp\n";
const ALARM: &str = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT7M\nEND:VALARM\n";

/// Somebody of the office, whom a colleague invites to what has the UID of something of theirs.
pub(super) struct Guest {
    pub organizer: Client,
    pub client: Client,
    pub staff: Staff,
    /// A second calendar.
    side: Client,
}

impl Guest {
    pub(super) fn of(server: &TestServer) -> Self {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &taro);
        let side = taro.post("calendars", &json!({"name": "第2"})).expect(201).json();
        let side = client.in_calendar(side["id"].as_str().unwrap());
        Self { organizer: Client::of(server, &hanako), client, staff: taro, side }
    }

    pub(super) fn path(&self, name: &str) -> String {
        format!("{}{name}.ics", self.client.calendar)
    }

    /// The paths in the default calendar, by each way to ask for them.
    #[track_caller]
    pub(super) fn listed(&self) -> BTreeSet<String> {
        let (listed, _) = self.client.sync(&self.client.calendar, "", 100);
        let paths: BTreeSet<String> = listed.iter().map(|(path, _)| path.clone()).collect();
        assert_eq!(paths.len(), listed.len(), "one path, one object: {listed:?}");
        let found = self.client.propfind(&self.client.calendar, "1", "<d:getetag/>").text();
        for path in &paths {
            self.client.get(path).expect(200);
            assert!(found.contains(&format!("<d:href>{path}</d:href>")), "{path} in {found}");
        }
        assert_eq!(found.matches(".ics</d:href>").count(), paths.len(), "{found}");
        paths
    }

    /// In the second calendar.
    pub(super) fn side_path(&self, name: &str) -> String {
        format!("{}{name}.ics", self.side.calendar)
    }

    /// Has the colleague invite them; gives back where the invitation lies.
    #[track_caller]
    pub(super) fn invited(&self, uid: &str) -> String {
        let before = self.listed();
        self.organizer.put(&self.meeting(uid), &invitation(uid, "NEEDS-ACTION")).expect(201);
        let new: Vec<String> = self.listed().difference(&before).cloned().collect();
        let [at] = new.as_slice() else { panic!("{new:?}") };
        at.clone()
    }

    #[track_caller]
    pub(super) fn declined(&self, uid: &str) -> String {
        let at = self.invited(uid);
        self.client.ask("DELETE", &at).send().expect(204);
        at
    }

    /// Has them say yes on the phone.
    #[track_caller]
    fn accept(&self, invitation: &str) {
        let id = invitation.rsplit('/').next().and_then(|it| it.strip_suffix(".ics")).unwrap();
        let yes = json!({"participationStatus": "accepted"});
        self.staff.post(&format!("events/{id}/reply"), &yes).expect(200);
    }

    pub(super) fn meeting(&self, uid: &str) -> String {
        format!("{}{uid}.ics", self.organizer.calendar)
    }

    /// What the organizer sees that they answered.
    #[track_caller]
    pub(super) fn said(&self, uid: &str) -> String {
        let text = self.organizer.get(&self.meeting(uid)).expect(200).text().replace("\r\n ", "");
        let line = text.lines().find(|it| it.starts_with("ATTENDEE") && it.contains("taro@")).unwrap();
        let status = line.split_once("PARTSTAT=").map_or("NEEDS-ACTION", |(_, rest)| rest);
        status.split([';', ':']).next().unwrap().to_owned()
    }

    #[track_caller]
    pub(super) fn carry(
        &self,
        method: &str,
        (from, to): (&str, &str),
        overwrite: &str,
    ) -> crate::harness::Answer {
        self.client.ask(method, from).header("destination", to).header("overwrite", overwrite).send()
    }

    /// The titles on the phone.
    #[track_caller]
    pub(super) fn titles(&self) -> Vec<String> {
        let path = "occurrences?from=2026-11-25T15:00:00Z&to=2026-11-26T15:00:00Z";
        let found = self.staff.get(path).expect(200).json();
        let title = |it: &Value| it["title"].as_str().unwrap().to_owned();
        let mut titles: Vec<String> = found["items"].as_array().unwrap().iter().map(title).collect();
        titles.sort();
        titles
    }

    /// What a client that held these paths holds after it asked what changed.
    #[track_caller]
    fn brought_forward(&self, (mut held, token): (BTreeSet<String>, String)) -> BTreeSet<String> {
        let (changes, _) = self.client.sync(&self.client.calendar, &token, 100);
        let told: BTreeSet<&String> = changes.iter().map(|(path, _)| path).collect();
        assert_eq!(told.len(), changes.len(), "each path is told once: {changes:?}");
        for (path, status) in changes {
            if status == 404 {
                held.remove(&path)
            } else {
                held.insert(path)
            };
        }
        held
    }

    fn held(&self) -> (BTreeSet<String>, String) {
        (self.listed(), self.client.sync(&self.client.calendar, "", 100).1)
    }
}

pub(super) fn own(uid: &str, title: &str) -> String {
    event(uid, &format!("{HOUR}SUMMARY:{title}\n{ALARM}"))
}

fn own_task(uid: &str, title: &str) -> String {
    event(uid, &format!("SUMMARY:{title}\n{ALARM}")).replace("VEVENT", "VTODO")
}

pub(super) fn invitation(uid: &str, status: &str) -> String {
    let people = format!("{ORGANIZER}ATTENDEE;PARTSTAT={status};RSVP=TRUE:mailto:taro@pref.example.jp\n");
    event(uid, &format!("{HOUR}SUMMARY:会議\n{people}"))
}

pub(super) fn set<const N: usize>(paths: [&String; N]) -> BTreeSet<String> {
    paths.into_iter().cloned().collect()
}

#[test]
fn ones_own_is_changed_and_renamed_beside_an_invitation() {
    on_each_backend(|server| {
        let guest = Guest::of(server);
        for (at, (text, declines)) in
            [(own as fn(&str, &str) -> String, false), (own, true), (own_task, false), (own_task, true)]
                .into_iter()
                .enumerate()
        {
            let uid = format!("u{at}");
            let (old, new) = (guest.path(&uid), guest.path(&format!("{uid}-n")));
            guest.client.put(&old, &text(&uid, "own1")).expect(201);
            let invitation = if declines { guest.declined(&uid) } else { guest.invited(&uid) };
            guest.client.put(&old, &text(&uid, "own2")).expect(204);
            let held = guest.held();
            guest.carry("MOVE", (&old, &new), "F").expect(201);
            guest.client.get(&old).expect(404);
            assert_eq!(guest.client.get(&new).expect(200).text(), text(&uid, "own2"));
            let there = if declines { set([&new]) } else { set([&new, &invitation]) };
            assert_eq!(guest.listed(), there, "{at}");
            assert_eq!(guest.brought_forward(held), there, "{at}");
            assert_eq!(guest.said(&uid), if declines { "DECLINED" } else { "NEEDS-ACTION" });
            if at < 2 {
                let both = ["own2".to_owned(), "会議".to_owned()];
                assert_eq!(guest.titles(), if declines { &both[..1] } else { &both }, "{at}");
            }
            guest.client.put(&new, &text(&uid, "own3")).expect(204);
            guest.client.ask("DELETE", &new).send().expect(204);
            guest.organizer.ask("DELETE", &guest.meeting(&uid)).send().expect(204);
            assert_eq!(guest.listed(), set([]));
        }
    });
}

/// Where something is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Under a name of its own.
    New,
    /// Under the name that the invitation had.
    Of,
    /// The same, and it has another UID.
    OfAnother,
}

#[test]
fn ones_own_is_stored_beside_what_was_declined() {
    on_each_backend(|server| {
        let guest = Guest::of(server);
        server.staff("jiro");
        let scheduled = |organizer: &str, attendee: &str| {
            format!("ORGANIZER:mailto:{organizer}\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{attendee}\n")
        };
        let texts = [
            String::new(),
            scheduled("taro@pref.example.jp", "jiro@pref.example.jp"),
            scheduled("someone@other.example", "taro@pref.example.jp"),
            // The colleague's, but no invitation.
            ORGANIZER.to_owned(),
        ];
        for (at, more) in texts.iter().enumerate() {
            for place in [Place::New, Place::Of, Place::OfAnother] {
                let uid = format!("u{at}{place:?}");
                let declined = guest.declined(&uid);
                let held = guest.held();
                let path = if place == Place::New { guest.path(&uid) } else { declined.clone() };
                let own_uid = if place == Place::OfAnother { format!("{uid}-other") } else { uid.clone() };
                let text = event(&own_uid, &format!("{HOUR}SUMMARY:own1\n{more}"));
                let put = guest.client.ask("PUT", &path).header("if-none-match", "*");
                let made = put.body("text/calendar", text.as_str()).send().expect(201);
                let seen = guest.client.get(&path).expect(200);
                assert!(seen.text().contains("SUMMARY:own1"), "{uid}: {}", seen.text());
                assert!(made.header("etag").is_none_or(|tag| tag == seen.etag()), "{uid}");
                assert_eq!(made.header("etag").is_some(), !more.contains("jiro@"), "{uid}");
                assert_eq!(guest.listed(), set([&path]), "{uid}");
                assert_eq!(guest.brought_forward(held), set([&path]), "{uid}");
                assert_eq!(guest.said(&uid), "DECLINED", "{uid}");
                assert_eq!(guest.titles(), ["own1"], "{uid}");
                // Who takes the no back has both.
                guest.accept(&declined);
                assert_eq!(guest.titles(), ["own1", "会議"], "{uid}");
                assert_eq!(guest.listed().len(), 2, "{uid}");
                assert!(guest.client.get(&path).expect(200).text().contains("SUMMARY:own1"), "{uid}");
                guest.organizer.ask("DELETE", &guest.meeting(&uid)).send().expect(204);
                assert_eq!(guest.listed(), set([&path]), "{uid}");
                guest.client.ask("DELETE", &path).send().expect(204);
            }
        }
    });
}

/// RFC 6638 §3.2.2.2: a participant brings an invitation back by storing it.
#[test]
fn an_invitation_that_was_declined_comes_back_with_what_is_said() {
    on_each_backend(|server| {
        let guest = Guest::of(server);
        for (sent, said) in [
            ("NEEDS-ACTION", "DECLINED"),
            ("DECLINED", "DECLINED"),
            ("ACCEPTED", "ACCEPTED"),
            ("TENTATIVE", "TENTATIVE"),
        ] {
            let declined = guest.declined(sent);
            let held = guest.held();
            let path = guest.path(sent);
            let put = || {
                let put = guest.client.ask("PUT", &path).header("if-none-match", "*");
                put.body("text/calendar", invitation(sent, sent)).send()
            };
            assert_eq!(put().expect(201).header("etag"), None, "{sent}");
            let seen = guest.client.get(&path).expect(200).text().replace("\r\n ", "");
            let line = seen.lines().find(|it| it.starts_with("ATTENDEE") && it.contains("taro@")).unwrap();
            assert!(line.contains(&format!("PARTSTAT={said}")), "{sent}: {seen}");
            assert_eq!(guest.listed(), set([&path]), "{sent}");
            assert_eq!(guest.brought_forward(held), set([&path]), "{sent}");
            guest.client.get(&declined).expect(404);
            assert_eq!(guest.said(sent), said);
            assert_eq!(guest.titles(), ["会議"], "{sent}");
            put().expect(412);
            guest.organizer.ask("DELETE", &guest.meeting(sent)).send().expect(204);
            assert_eq!(guest.listed(), set([]), "{sent}");
        }
    });
}

#[test]
fn ones_own_takes_the_place_of_an_invitation() {
    on_each_backend(|server| {
        let guest = Guest::of(server);
        let cases = [("MOVE", false), ("MOVE", true), ("COPY", true)];
        for (at, (method, from_side)) in cases.into_iter().enumerate() {
            for declines in [false, true] {
                let uid = format!("u{at}{declines}");
                let source =
                    if from_side { format!("{}{uid}.ics", guest.side.calendar) } else { guest.path(&uid) };
                guest.client.put(&source, &own(&uid, "own1")).expect(201);
                let place = if declines { guest.declined(&uid) } else { guest.invited(&uid) };
                let held = guest.held();
                let done = guest.carry(method, (&source, &place), "T");
                done.expect(if declines { 201 } else { 204 });
                assert_eq!(guest.client.get(&place).expect(200).text(), own(&uid, "own1"));
                guest.client.get(&source).expect(if method == "COPY" { 200 } else { 404 });
                assert_eq!(guest.listed(), set([&place]), "{uid}");
                assert_eq!(guest.brought_forward(held), set([&place]), "{uid}");
                assert_eq!(guest.said(&uid), "DECLINED", "{uid}");
                guest.accept(&place);
                let both = guest.listed();
                assert_eq!(both.len(), 2, "{uid}");
                assert_eq!(guest.client.get(&place).expect(200).text(), own(&uid, "own1"));
                for path in both.iter().chain([&source].into_iter().filter(|_| method == "COPY")) {
                    guest.client.ask("DELETE", path).send().expect(204);
                }
                guest.organizer.ask("DELETE", &guest.meeting(&uid)).send().expect(204);
            }
        }
    });
}

#[test]
fn ones_own_comes_to_where_an_invitation_was_declined() {
    on_each_backend(|server| {
        let guest = Guest::of(server);
        for method in ["COPY", "MOVE"] {
            let source = format!("{}{method}.ics", guest.side.calendar);
            guest.client.put(&source, &own(method, "own1")).expect(201);
            guest.declined(method);
            let (held, place) = (guest.held(), guest.path(method));
            guest.carry(method, (&source, &place), "F").expect(201);
            assert_eq!(guest.client.get(&place).expect(200).text(), own(method, "own1"));
            assert_eq!(guest.listed(), set([&place]));
            assert_eq!(guest.brought_forward(held), set([&place]));
            assert_eq!(guest.said(method), "DECLINED");
            guest.client.ask("DELETE", &place).send().expect(204);
        }
        // The same on the phone.
        guest.declined("phone");
        let new =
            json!({"uid": "phone", "title": "own1", "start": "2026-11-26T10:00:00", "duration": "PT1H"});
        let made = guest.staff.post("events", &new).expect(201).json();
        let place = guest.path(made["id"].as_str().unwrap());
        assert_eq!(guest.listed(), set([&place]));
        assert_eq!(guest.said("phone"), "DECLINED");
    });
}

/// Nobody but its guest brings an invitation back, and it blocks nothing of whoever else writes into the calendar.
#[test]
fn a_delegate_stores_beside_what_was_declined_and_brings_nothing_back() {
    on_each_backend(|server| {
        let (guest, jiro) = (Guest::of(server), server.staff("jiro"));
        let share = json!({"grantee": {"type": "person", "personId": jiro.person}, "role": "write"});
        guest.staff.post(&format!("calendars/{}/shares", guest.staff.calendar), &share).expect(200);
        let delegate = Client::of(server, &jiro).in_calendar(&guest.staff.calendar);
        guest.declined("u");
        let path = format!("{}u.ics", delegate.calendar);
        delegate.put(&path, &invitation("u", "ACCEPTED")).expect(403);
        assert_eq!(guest.listed(), set([]));
        delegate.put(&path, &event("u", &format!("{HOUR}SUMMARY:own1\n"))).expect(201);
        delegate.get(&path).expect(200);
        assert_eq!(guest.listed(), set([&guest.path("u")]));
        assert_eq!(guest.said("u"), "DECLINED");
    });
}
