//! Three people who do things at random: whatever they do, by public requests alone.

use std::{collections::BTreeSet, ops::RangeInclusive, time::Duration};

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use renraku_base::{Entropy, UnitId};
use renraku_people::directory::{PersonEntry, PersonName, PostEntry, UnitEntry, service as directory};
use serde_json::{Value, json};

use crate::harness::{Answer, Staff, TestServer};

/// The people, what they made so far, and what they do next.
pub struct Office<'s> {
    server: &'s TestServer,
    /// Those who work here.
    pub people: Vec<Staff>,
    /// The source of every choice.
    pub random: StdRng,
    /// Path and owner of what was made, also of what is gone since.
    made: Vec<(String, usize)>,
    /// The section in which the first two work; nothing is shared with it yet.
    section: UnitId,
    /// Of each person the events that they could read at some time.
    known: Vec<BTreeSet<String>>,
    /// The events that were not secret at some time.
    open: BTreeSet<String>,
}

/// Puts people into a new section, with which nothing was ever shared.
pub fn found_section(server: &TestServer, people: &[&Staff]) -> UnitId {
    let id: UnitId = Entropy.new_id(server.db().now());
    let unit = UnitEntry { id: id.clone(), name: "総務課".to_owned(), parent_id: None, position: 0 };
    server.db().write(|tx| directory::put_unit(tx, &unit)).unwrap();
    for staff in people {
        let post = PostEntry { unit: id.clone(), title: None, starts_on: None, ends_on: None };
        let entry = PersonEntry {
            id: staff.person.clone(),
            name: PersonName { full: staff.username.clone(), phonetic: "シケン".to_owned() },
            posts: vec![post],
            phones: Vec::new(),
            emails: vec![format!("{}@pref.example.jp", staff.username)],
            staff_number: None,
        };
        server.db().write(|tx| directory::put_person(tx, &entry)).unwrap();
    }
    id
}

impl<'s> Office<'s> {
    /// Opens for this seed.
    pub fn open(server: &'s TestServer, seed: u64) -> Self {
        let people = ["hanako", "taro", "jiro"].map(|name| server.staff(&format!("{name}{seed}"))).to_vec();
        let section = found_section(server, &[&people[0], &people[1]]);
        let known = vec![BTreeSet::new(); people.len()];
        let random = StdRng::seed_from_u64(seed);
        Self { server, people, random, made: Vec::new(), section, known, open: BTreeSet::new() }
    }

    /// Whether somebody may have heard of an event: they could read it once, or it was not secret once. Of those that were made in
    /// another office and shared with everyone nothing is known here.
    pub fn may_know(&self, who: usize, event: &str) -> bool {
        let elsewhere = !self.made.iter().any(|(path, _)| path.strip_prefix("events/") == Some(event));
        elsewhere || self.open.contains(event) || self.known[who].contains(event)
    }

    /// Somebody does something; what.
    pub fn act(&mut self) -> String {
        self.server.clock().advance(Duration::from_millis(self.random.random_range(1..3_000)));
        let who = self.random.random_range(0..self.people.len());
        let (method, path, body) = self.choose(who);
        let ask = self.people[who].ask(method, &path).header("if-match", "*").fresh_key();
        let answer = if body.is_null() { ask.send() } else { ask.json(&body).send() };
        let did = format!("{who} {method} {path} {body} -> {}", answer.status);
        assert!(answer.status < 500, "{did}: {}", answer.text());
        self.remember(who, &path, method, &answer);
        self.server.run_due_jobs();
        did
    }

    fn remember(&mut self, who: usize, path: &str, method: &str, answer: &Answer) {
        if method == "POST" && answer.status == 201 {
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            self.made.push((format!("{path}/{id}"), who));
        }
        if answer.status < 300
            && path.starts_with("events")
            && method != "DELETE"
            && let Some(id) = answer.json()["id"].as_str()
        {
            if answer.json()["privacy"] != "secret" {
                self.open.insert(id.to_owned());
            }
            for (person, known) in self.people.iter().zip(&mut self.known) {
                if person.get(&format!("events/{id}")).status == 200 {
                    known.insert(id.to_owned());
                }
            }
        }
    }

    fn choose(&mut self, who: usize) -> (&'static str, String, Value) {
        match self.random.random_range(0..100) {
            0..22 => ("POST", "events".into(), self.event(who)),
            22..36 => ("PATCH", self.any(who, "events/"), self.event_change(who)),
            36..42 => ("PATCH", self.any_occurrence(who), self.occurrence_change()),
            42..46 => ("DELETE", self.any(who, "events/"), Value::Null),
            46..49 => ("DELETE", self.any_occurrence(who), Value::Null),
            49..55 => ("POST", format!("{}/reply", self.any(who, "events/")), self.reply()),
            55..59 => ("POST", "calendars".into(), json!({"name": self.word()})),
            59..60 => ("PATCH", self.any(who, "calendars/"), json!({"name": self.word()})),
            60..63 => ("DELETE", self.any(who, "calendars/"), Value::Null),
            63..70 => {
                ("POST", format!("{}/shares", self.calendar(who)), self.share(&["freeBusy", "read", "write"]))
            }
            70..73 => ("POST", "address-books".into(), json!({"name": self.word()})),
            73..81 => ("POST", "contacts".into(), self.contact(who)),
            81..85 => ("PATCH", self.any(who, "contacts/"), self.contact(who)),
            85..87 => ("DELETE", self.any(who, "contacts/"), Value::Null),
            87..89 => ("DELETE", self.any(who, "address-books/"), Value::Null),
            89..95 => (
                "POST",
                format!("{}/shares", self.any(who, "address-books/")),
                self.share(&["read", "write", "manage"]),
            ),
            95..96 => ("POST", "phone-memos".into(), self.memo(who)),
            96..97 => ("PATCH", self.any(who, "phone-memos/"), json!({"doneAt": "2026-11-25T00:00:00Z"})),
            97..98 => ("DELETE", self.any(who, "phone-memos/"), Value::Null),
            98..99 => ("POST", "notifications/read".into(), json!({})),
            _ => ("PATCH", "me/preferences".into(), json!({})),
        }
    }

    /// A call that was taken for one or both of the others.
    fn memo(&mut self, who: usize) -> Value {
        let both = self.random.random_bool(0.5);
        let others = self.people.iter().enumerate().filter(|(nth, _)| *nth != who).map(|(_, it)| &it.person);
        let to: Vec<_> = others.take(if both { 2 } else { 1 }).collect();
        json!({"to": to, "caller": {"name": "鈴木"}, "kind": "callBack"})
    }

    fn word(&mut self) -> String {
        let words = ["会議", "出張", "研修", "打合せ", "点検", "訪問"];
        format!("{}{}", words.choose(&mut self.random).unwrap(), self.random.random_range(0..100))
    }

    /// A path of what was made, mostly by the same person, or one that leads nowhere.
    fn any(&mut self, who: usize, under: &str) -> String {
        let of_anyone = self.random.random_bool(0.3);
        let fitting =
            self.made.iter().filter(|(path, maker)| path.starts_with(under) && (of_anyone || *maker == who));
        let fitting: Vec<&String> = fitting.map(|(path, _)| path).collect();
        fitting.choose(&mut self.random).map_or_else(|| format!("{under}nothing"), |path| (*path).clone())
    }

    fn any_occurrence(&mut self, who: usize) -> String {
        format!("{}?recurrenceId={}", self.any(who, "events/"), self.start(0..=3))
    }

    fn calendar(&mut self, who: usize) -> String {
        if self.random.random_bool(0.6) {
            format!("calendars/{}", self.people[who].calendar)
        } else {
            self.any(who, "calendars/")
        }
    }

    /// A local start on one of few days, so that things meet; some lie outside the window.
    fn start(&mut self, days: RangeInclusive<i64>) -> String {
        let day = self.random.random_range(days);
        let date =
            chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap() + chrono::Days::new(day.unsigned_abs());
        format!("{date}T{:02}:00:00", [9, 10, 13].choose(&mut self.random).unwrap())
    }

    fn event(&mut self, who: usize) -> Value {
        let mut event = json!({"title": self.word(), "start": self.start(0..=45), "duration": "PT1H"});
        match self.random.random_range(0..4) {
            0 => {
                event["recurrenceRule"] =
                    json!({"frequency": "daily", "count": self.random.random_range(2..6)});
            }
            1 => {
                event["showWithoutTime"] = true.into();
                event["start"] = format!("{}T00:00:00", &self.start(0..=45)[..10]).into();
                event["duration"] = "P1D".into();
            }
            _ => {}
        }
        if self.random.random_bool(0.5) {
            event["participants"] = self.participants(who);
        }
        if self.random.random_bool(0.4) {
            event["privacy"] = self.privacy().into();
        }
        if self.random.random_bool(0.4) {
            event["calendarId"] = self.calendar(who).trim_start_matches("calendars/").into();
        }
        event
    }

    fn participants(&mut self, who: usize) -> Value {
        let mut participants = json!({});
        for (n, person) in self.people.iter().enumerate() {
            if n != who && self.random.random_bool(0.6) {
                let key = format!("p{n}");
                participants[key] = json!({"personId": person.person, "roles": {"attendee": true}});
            }
        }
        participants
    }

    fn event_change(&mut self, who: usize) -> Value {
        match self.random.random_range(0..8) {
            0 => json!({"title": self.word()}),
            6 => json!({"privacy": self.privacy()}),
            7 => json!({"privacy": self.privacy(), "start": self.start(0..=45)}),
            1 => json!({"start": self.start(0..=45)}),
            2 => json!({"calendarId": self.calendar(who).trim_start_matches("calendars/")}),
            3 => json!({"participants": self.participants(who)}),
            4 => json!({"recurrenceRule": null, "privacy": "public"}),
            _ => json!({"privacy": "private", "description": self.word()}),
        }
    }

    /// Of one occurrence: another title, another time, others who take part.
    fn occurrence_change(&mut self) -> Value {
        match self.random.random_range(0..4) {
            0 => json!({"title": self.word()}),
            1 => json!({"start": self.start(0..=45)}),
            _ => {
                let n = self.random.random_range(0..self.people.len());
                let one = json!({"personId": self.people[n].person, "roles": {"attendee": true}});
                let change = if self.random.random_bool(0.7) { one } else { Value::Null };
                json!({"participants": {format!("p{n}"): change}})
            }
        }
    }

    fn privacy(&mut self) -> &'static str {
        ["public", "private", "secret"].choose(&mut self.random).unwrap()
    }

    fn reply(&mut self) -> Value {
        let status = ["accepted", "declined", "tentative"].choose(&mut self.random).unwrap();
        let mut reply = json!({"participationStatus": status});
        if self.random.random_bool(0.3) {
            reply["recurrenceId"] = self.start(0..=3).into();
        }
        reply
    }

    fn contact(&mut self, who: usize) -> Value {
        let mut contact = json!({"name": {"full": self.word()}});
        if self.random.random_bool(0.5) {
            contact["addressBookId"] =
                self.any(who, "address-books/").trim_start_matches("address-books/").into();
        }
        contact
    }

    fn share(&mut self, roles: &[&str]) -> Value {
        let grantee = match self.random.random_range(0..6) {
            0 => json!({"type": "everyone"}),
            1 => json!({"type": "unit", "unitId": self.section}),
            _ => json!({"type": "person", "personId": self.people.choose(&mut self.random).unwrap().person}),
        };
        let role = if self.random.random_bool(0.4) { None } else { roles.choose(&mut self.random) };
        json!({"grantee": grantee, "role": role})
    }
}
