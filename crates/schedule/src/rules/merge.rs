//! What a calendar client changed of an event, put into the event.
//!
//! A client sees an event through iCalendar, which has fewer words. What it sends back the way it was shown stays as it is stored, also
//! where the event says more than was shown; the rest is taken from the client.

use std::collections::{BTreeMap, BTreeSet};

use renraku_base::FieldFault;
use serde_json::{Map, Value};

use crate::{
    model::{Event, Own, PatchObject},
    rules::recurrence::{has_occurrence, move_along},
};

const PARTICIPANTS: &str = "participants";
const OVERRIDES: &str = "recurrenceOverrides";

/// The event `before` with what differs between `sent` and what was `shown` of it.
///
/// # Errors
/// Every field at fault, where both together make no event.
pub fn merge(before: &Event, shown: &Event, sent: &Event) -> Result<Event, Vec<FieldFault>> {
    if shown == sent {
        return Ok(before.clone());
    }
    let names = Names::of(before);
    let (shown, sent) = (names.clone().rename(shown), names.rename(sent));
    let stored = members(before.to_value());
    let mut merged = Map::new();
    for name in stored.keys().chain(sent.keys()).collect::<BTreeSet<_>>() {
        let at = |members: &Map<String, Value>| members.get(name).cloned();
        let (was, seen, now) = (at(&stored), at(&shown), at(&sent));
        let value = match name.as_str() {
            _ if seen == now => was,
            PARTICIPANTS => {
                Some(each(was, seen, now, |was, seen, now| Some(each(was, seen, now, |_, _, now| now))))
            }
            OVERRIDES => Some(each(was, seen, now, |_, _, now| now)),
            _ => now,
        };
        merged.extend(value.map(|value| (name.clone(), value)));
    }
    Event::read(Value::Object(merged))
}

/// The same for whoever was shown the event without its alerts, which are another's: they stay as they are, also where single
/// occurrences have their own, with which they move.
///
/// # Errors
/// As [`merge`].
pub fn merge_of_reader(before: &Event, shown: &Event, sent: &Event) -> Result<Event, Vec<FieldFault>> {
    let mut merged = merge(before, shown, sent)?;
    let alerts = move_along(before, &merged, before.recurrence_overrides.clone());
    for (id, patch) in alerts {
        let there = merged.recurrence_overrides.get(&id);
        if there.is_some_and(PatchObject::is_excluded) || !has_occurrence(&merged, id) {
            continue;
        }
        let mut kept = there.cloned().unwrap_or_default();
        patch.of(&Own::MEMBERS).for_each(|(pointer, value)| kept.add(pointer, value));
        if !kept.is_empty() {
            merged.recurrence_overrides.insert(id, kept);
        }
    }
    Ok(merged)
}

/// A client that did not see yet what somebody answered for one occurrence does not take it back (RFC 6638 §3.2.1: what attendees
/// answered is theirs to change).
pub fn keep_answers(before: &Event, merged: &mut Event) {
    for (id, patch) in &before.recurrence_overrides {
        let there = merged.recurrence_overrides.get(id);
        if there.is_some_and(PatchObject::is_excluded) || !has_occurrence(merged, *id) {
            continue;
        }
        let mut kept = there.cloned().unwrap_or_default();
        let whole = kept.iter().any(|(pointer, _)| pointer == PARTICIPANTS);
        for (key, pointer, value) in patch.answers() {
            if !whole && merged.participants.contains_key(key) {
                kept.add(pointer, value);
            }
        }
        if !kept.is_empty() {
            merged.recurrence_overrides.insert(*id, kept);
        }
    }
}

/// Merges two objects member by member: `changed` says what becomes of a member that was sent differently from how it was shown.
fn each(
    was: Option<Value>,
    shown: Option<Value>,
    sent: Option<Value>,
    changed: impl Fn(Option<Value>, Option<Value>, Option<Value>) -> Option<Value>,
) -> Value {
    let [was, shown, sent] = [was, shown, sent].map(Option::unwrap_or_default).map(members);
    let mut merged = Map::new();
    for name in was.keys().chain(sent.keys()).collect::<BTreeSet<_>>() {
        let at = |members: &Map<String, Value>| members.get(name).cloned();
        let value = match (at(&shown), at(&sent)) {
            (seen, now) if seen == now => at(&was),
            (_, None) => None,
            (seen, now) => changed(at(&was), seen, now),
        };
        merged.extend(value.map(|value| (name.clone(), value)));
    }
    Value::Object(merged)
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The keys of the participants of an event by their addresses: iCalendar knows them by their addresses alone.
#[derive(Clone)]
struct Names {
    by_address: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Names {
    fn of(event: &Event) -> Self {
        let addressed = event.participants.iter().filter_map(|(key, participant)| {
            Some((participant.calendar_address.as_ref()?.to_lowercase(), key.clone()))
        });
        Self { by_address: addressed.collect(), taken: event.participants.keys().cloned().collect() }
    }

    /// The members of an event that was read, with the keys that the event has for its participants; who is new gets a free one.
    fn rename(mut self, event: &Event) -> Map<String, Value> {
        let mut renamed = BTreeMap::new();
        for (key, participant) in &event.participants {
            let address = participant.calendar_address.as_deref().unwrap_or_default().to_lowercase();
            let new = match self.by_address.remove(&address) {
                Some(known) => known,
                None => self.free(key),
            };
            renamed.insert(key.clone(), new);
        }
        let mut all = members(event.to_value());
        if let Some(Value::Object(participants)) = all.get_mut(PARTICIPANTS) {
            *participants = std::mem::take(participants)
                .into_iter()
                .map(|(key, value)| (renamed.get(&key).cloned().unwrap_or(key), value))
                .collect();
        }
        if let Some(Value::Object(overrides)) = all.get_mut(OVERRIDES) {
            for patch in overrides.values_mut() {
                self.rename_in_patch(patch, &mut renamed);
            }
        }
        all
    }

    /// The pointers of an override that go into the participants.
    fn rename_in_patch(&mut self, patch: &mut Value, renamed: &mut BTreeMap<String, String>) {
        let Value::Object(pointers) = patch else { return };
        *pointers = std::mem::take(pointers)
            .into_iter()
            .map(|(pointer, value)| {
                let Some((member, rest)) =
                    pointer.split_once('/').filter(|(member, _)| *member == PARTICIPANTS)
                else {
                    return (pointer, value);
                };
                let (key, rest) = rest.split_once('/').map_or((rest, None), |(key, rest)| (key, Some(rest)));
                let new = match renamed.get(key) {
                    Some(new) => new.clone(),
                    None => {
                        let free = self.free(key);
                        renamed.insert(key.to_owned(), free.clone());
                        free
                    }
                };
                let new = new.replace('~', "~0").replace('/', "~1");
                let pointer = match rest {
                    Some(rest) => format!("{member}/{new}/{rest}"),
                    None => format!("{member}/{new}"),
                };
                (pointer, value)
            })
            .collect();
    }

    fn free(&mut self, wish: &str) -> String {
        let mut number = self.taken.len();
        let mut key = wish.to_owned();
        while !self.taken.insert(key.clone()) {
            number += 1;
            key = number.to_string();
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::codec::ical;

    fn through_ical(event: &Event) -> Event {
        ical::read(ical::write([event]).as_bytes()).unwrap().events.remove(0).event
    }

    fn rich() -> Event {
        Event::read(json!({
            "uid": "u", "title": "会議", "start": "2026-04-01T09:00:00", "timeZone": "Asia/Tokyo", "duration": "PT1H",
            "x-phone": {"kept": true},
            "locations": {"a": {"@type": "Location", "name": "会議室", "x-floor": 3}},
            "participants": {
                "0198-a": {"calendarAddress": "mailto:a@example.jp", "roles": {"attendee": true}, "participationStatus": "accepted", "x-seat": 1},
                "0198-b": {"personId": "0198c0de-7f3a-7abc-8def-012345678901", "roles": {"attendee": true}}
            },
            "recurrenceRule": {"frequency": "daily"},
            "recurrenceOverrides": {"2026-04-02T09:00:00": {"participants/0198-a/participationStatus": "declined"}}
        }))
        .unwrap()
    }

    #[test]
    fn what_comes_back_as_it_was_shown_changes_nothing() {
        let before = rich();
        let shown = through_ical(&before);
        assert_eq!(merge(&before, &shown, &shown).unwrap(), before);
    }

    #[test]
    fn a_new_title_changes_the_title_alone() {
        let before = rich();
        let shown = through_ical(&before);
        let sent = Event { title: "朝会".to_owned(), ..shown.clone() };
        assert_eq!(merge(&before, &shown, &sent).unwrap(), Event { title: "朝会".to_owned(), ..before });
    }

    #[test]
    fn participants_are_known_by_their_addresses() {
        let before = rich();
        let shown = through_ical(&before);
        let mut sent = shown.clone();
        let new = json!({"calendarAddress": "mailto:new@example.jp", "roles": {"attendee": true}});
        sent.participants.insert("0".to_owned(), serde_json::from_value(new).unwrap());
        let merged = merge(&before, &shown, &sent).unwrap();
        assert_eq!(merged.participants.len(), 3, "{:?}", merged.participants.keys());
        assert_eq!(merged.participants["0198-a"], before.participants["0198-a"]);
        assert_eq!(merged.recurrence_overrides, before.recurrence_overrides);
        let gone =
            Event { participants: BTreeMap::new(), recurrence_overrides: BTreeMap::new(), ..shown.clone() };
        let merged = merge(&before, &shown, &gone).unwrap();
        assert_eq!(merged.participants.keys().collect::<Vec<_>>(), ["0198-b"]);
    }
}
