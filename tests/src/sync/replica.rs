//! What a phone holds, as `docs/SYNC.md` tells it to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::Phone;

/// The window of every replica here: a week back, five weeks ahead of the harness's clock.
pub const WINDOW: (&str, &str) = ("2026-11-18T00:00:00Z", "2026-12-30T00:00:00Z");

/// What one phone holds: under each type's name its objects by id.
#[derive(Debug, Clone, Default)]
pub struct Replica {
    /// The token of the last answer that had one.
    pub token: Option<String>,
    /// The objects; of `occurrences` the items of each event.
    pub objects: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Replica {
    /// A phone's first sync, to its end.
    pub fn first(phone: &Phone) -> Self {
        let mut replica = Self::default();
        replica.catch_up(phone, None);
        replica
    }

    /// Syncs until there is no more.
    pub fn catch_up(&mut self, phone: &Phone, limit: Option<usize>) {
        for page in 0.. {
            assert!(page < 2_000, "sync never ends");
            if !self.step(phone, limit) {
                return;
            }
        }
    }

    /// One request; whether there is more.
    pub fn step(&mut self, phone: &Phone, limit: Option<usize>) -> bool {
        self.step_for(phone, limit, None)
    }

    /// One request for some types; whether there is more.
    pub fn step_for(&mut self, phone: &Phone, limit: Option<usize>, types: Option<&[&str]>) -> bool {
        let mut body = json!({"window": {"from": WINDOW.0, "to": WINDOW.1}});
        if let Some(types) = types {
            body["types"] = json!(types);
        }
        if let Some(token) = &self.token {
            body["token"] = token.as_str().into();
        }
        if let Some(limit) = limit {
            body["limit"] = limit.into();
        }
        let answer = phone.ask("POST", "sync").json(&body).send().expect(200).json();
        self.apply(&answer);
        answer["more"].as_bool().unwrap()
    }

    fn apply(&mut self, answer: &Value) {
        for reset in list(&answer["reset"]) {
            self.drop_collection(text(&reset["type"]), text(&reset["collectionId"]));
        }
        for (kind, ids) in members(&answer["destroyed"]) {
            for id in list(ids) {
                self.of(kind).remove(text(id));
                if kind == "events" {
                    self.of("occurrences").remove(text(id));
                }
            }
        }
        for (kind, objects) in members(&answer["changed"]) {
            for object in list(objects) {
                if kind == "occurrences" {
                    self.put_occurrences(text(&object["eventId"]), &object["items"]);
                } else {
                    self.of(kind).insert(text(&object["id"]).to_owned(), object.clone());
                }
            }
        }
        if let Some(token) = answer["token"].as_str() {
            self.token = Some(token.to_owned());
        }
    }

    fn put_occurrences(&mut self, event: &str, items: &Value) {
        let held = self.of("occurrences");
        if list(items).is_empty() {
            held.remove(event);
        } else {
            // In no order that anyone promised.
            let mut items = list(items).to_vec();
            items.sort_by_key(Value::to_string);
            held.insert(event.to_owned(), items.into());
        }
    }

    fn drop_collection(&mut self, kind: &str, collection: &str) {
        let inside = |object: &Value, member: &str| object[member] == collection;
        match kind {
            "calendars" => {
                let events = self.of("events");
                let dropped: Vec<String> = events
                    .iter()
                    .filter(|(_, event)| inside(event, "calendarId"))
                    .map(|(id, _)| id.clone())
                    .collect();
                for id in dropped {
                    self.of("events").remove(&id);
                    self.of("occurrences").remove(&id);
                }
                self.of("calendars").remove(collection);
            }
            "addressBooks" => {
                self.of("contacts").retain(|_, contact| !inside(contact, "addressBookId"));
                self.of("addressBooks").remove(collection);
            }
            "people" => {
                self.of("people").clear();
                self.of("units").clear();
            }
            "mailboxes" => {
                self.of("mailboxes").clear();
                self.of("messages").clear();
            }
            one => self.of(one).clear(),
        }
    }

    fn of(&mut self, kind: &str) -> &mut BTreeMap<String, Value> {
        self.objects.entry(kind.to_owned()).or_default()
    }

    /// How many objects of a type there are.
    pub fn count(&self, kind: &str) -> usize {
        self.objects.get(kind).map_or(0, BTreeMap::len)
    }

    /// Fails when the two hold different things, and says which.
    #[track_caller]
    pub fn assert_same(&self, other: &Self, when: &str) {
        let kinds = self.objects.keys().chain(other.objects.keys());
        for kind in kinds {
            let none = BTreeMap::new();
            let (mine, theirs) =
                (self.objects.get(kind).unwrap_or(&none), other.objects.get(kind).unwrap_or(&none));
            for id in mine.keys().chain(theirs.keys()) {
                assert_eq!(mine.get(id), theirs.get(id), "{when}: {kind} {id}: by deltas, at once");
            }
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text is expected: {value}"))
}
