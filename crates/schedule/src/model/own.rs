use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Alert, Event, FreeBusyStatus, LocalDateTime, PatchObject};

/// The member that asks for a calendar's own alerts instead of an event's.
const USE_DEFAULT_ALERTS: &str = "useDefaultAlerts";

/// The property of an event that keeps, line by line, what a calendar program notes of its person's alerts: when it showed them last, and
/// until when they were put off.
pub(crate) const KEPT_OWN: &str = "renraku:iCalendarOwn";

/// What somebody who takes part in an event keeps with it for themselves alone (JMAP for Calendars: per-user properties; RFC 6638
/// §3.2.2.1: an attendee may change their alarms, and whether it takes their time).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Own {
    /// Their reminders.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alerts: BTreeMap<String, Alert>,
    /// Whether they want their calendar's reminders instead.
    #[serde(default, skip_serializing_if = "super::event::is_false")]
    pub use_default_alerts: bool,
    /// What is otherwise in single occurrences of a series, by their original starts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub occurrences: BTreeMap<LocalDateTime, PatchObject>,
    /// Which occurrences of a series they leave out of their calendar, by their original starts.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub left_out: BTreeSet<LocalDateTime>,
    /// Whether it takes their time, where they say something else than the organizer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_busy_status: Option<FreeBusyStatus>,
    /// What their calendar program notes of their reminders, line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Value>,
    /// With a task, which is kept as its text: their alarms as they were sent, each with the line that says of which occurrence it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub task_alarms: String,
}

impl Own {
    /// The members of an event that are each person's own.
    pub const MEMBERS: [&str; 3] = ["alerts", USE_DEFAULT_ALERTS, KEPT_OWN];
    /// The member that says whether an event takes time.
    pub const FREE_BUSY_STATUS: &str = "freeBusyStatus";
    /// The members that are the own of whoever takes part.
    pub const OF_GUEST: [&str; 4] = ["alerts", USE_DEFAULT_ALERTS, KEPT_OWN, Self::FREE_BUSY_STATUS];

    /// What an event, as its reader sees it, says of this.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        let use_default_alerts = event.more.get(USE_DEFAULT_ALERTS) == Some(&Value::Bool(true));
        let occurrences = event.recurrence_overrides.iter().filter_map(|(id, patch)| {
            let mut own = PatchObject::default();
            patch.of(&Self::MEMBERS).for_each(|(pointer, value)| own.add(pointer, value));
            (!own.is_empty()).then_some((*id, own))
        });
        let occurrences = occurrences.collect();
        let notes = event.more.get(KEPT_OWN).and_then(Value::as_array).cloned().unwrap_or_default();
        Self { alerts: event.alerts.clone(), use_default_alerts, occurrences, notes, ..Self::default() }
    }

    /// The event with this instead of what its organizer keeps with it; `has` tells whether it has an occurrence.
    #[must_use]
    pub fn instead(&self, mut event: Event, has: impl Fn(&Event, LocalDateTime) -> bool) -> Event {
        event.alerts.clone_from(&self.alerts);
        match self.use_default_alerts {
            true => event.more.insert(USE_DEFAULT_ALERTS.to_owned(), Value::Bool(true)),
            false => event.more.remove(USE_DEFAULT_ALERTS),
        };
        match self.notes.is_empty() {
            true => event.more.remove(KEPT_OWN),
            false => event.more.insert(KEPT_OWN.to_owned(), self.notes.clone().into()),
        };
        event.recurrence_overrides = event
            .recurrence_overrides
            .into_iter()
            .map(|(id, patch)| (id, patch.without(&Self::MEMBERS)))
            .collect();
        if let Some(said) = self.free_busy_status {
            event.free_busy_status = said;
            let patches = event.recurrence_overrides.into_iter();
            event.recurrence_overrides =
                patches.map(|(id, patch)| (id, patch.without(&[Self::FREE_BUSY_STATUS]))).collect();
        }
        for (id, own) in &self.occurrences {
            if !event.is_itself(*id) && has(&event, *id) {
                let patch = event.recurrence_overrides.entry(*id).or_default();
                own.iter().for_each(|(pointer, value)| patch.add(pointer, value));
            }
        }
        for id in &self.left_out {
            if !event.is_itself(*id) && has(&event, *id) {
                event = event.without(*id);
            }
        }
        // What was kept with one of several is still kept with it when the others before it are gone.
        let itself = event.recurrence_id.filter(|id| event.is_itself(*id));
        if let Some(own) = itself.and_then(|id| self.occurrences.get(&id)) {
            let first = event.single().different(own);
            event.put_itself(&first);
        }
        event
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn replaces_what_the_organizer_keeps() {
        let event = Event::read(json!({
            "uid": "u", "title": "会議", "start": "2026-04-01T09:00:00", "useDefaultAlerts": true,
            "alerts": {"1": {"trigger": {"offset": "-PT5M"}}}, "recurrenceRule": {"frequency": "daily"},
            "recurrenceOverrides": {"2026-04-02T09:00:00": {"title": "臨時", "alerts/1/trigger/offset": "-PT1H"}},
            "renraku:iCalendarOwn": ["X-MOZ-LASTACK:20260401T000000Z"]
        }))
        .unwrap();
        let has = |event: &Event, id: LocalDateTime| event.recurrence_overrides.contains_key(&id);
        let seen = Own::default().instead(event.clone(), has);
        assert_eq!((seen.alerts.len(), Own::of(&seen)), (0, Own::default()));
        let patch = seen.recurrence_overrides.values().next().unwrap();
        assert_eq!(patch.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["title"]);
        let own = Own::of(&event);
        assert!(own.use_default_alerts && own.notes.len() == 1 && !seen.more.contains_key(KEPT_OWN));
        assert_eq!(Own::of(&own.instead(seen.clone(), has)), own);
        assert_eq!(own.instead(seen.clone(), |_, _| false).recurrence_overrides, seen.recurrence_overrides);
    }
}
