//! How much of an event someone may see.

use std::collections::BTreeMap;

use renraku_base::Role;

use crate::model::{Event, Privacy};

/// How much of an event someone may see, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// Not even that there is one.
    Hidden,
    /// When it takes time, nothing else.
    Busy,
    /// Everything.
    Full,
}

/// How much of an event someone with `role` in its calendar may see. `involved` are its organizer, its participants and
/// the owner of the calendar: for them nothing is private.
#[must_use]
pub fn view(privacy: Privacy, role: Option<Role>, involved: bool) -> View {
    if involved {
        return View::Full;
    }
    match (role, privacy) {
        (None, _) | (Some(_), Privacy::Secret) => View::Hidden,
        (Some(Role::FreeBusy), _) | (Some(_), Privacy::Private) => View::Busy,
        (Some(Role::Read | Role::Write | Role::Manage), Privacy::Public) => View::Full,
    }
}

/// What those see who may see only when an event takes time. `uid` stands in for its own, which would tell in which
/// other system it was made.
#[must_use]
pub fn busy_only(event: &Event, uid: String) -> Event {
    let mut busy = Event::new(uid, "", event.start);
    busy.time_zone = event.time_zone;
    busy.duration = event.duration;
    busy.show_without_time = event.show_without_time;
    busy.recurrence_rule = event
        .recurrence_rule
        .clone()
        .map(|rule| crate::model::RecurrenceRule { more: BTreeMap::new(), ..rule });
    busy.recurrence_overrides =
        event.recurrence_overrides.iter().map(|(id, patch)| (*id, patch.time_only())).collect();
    busy.privacy = event.privacy;
    busy.free_busy_status = event.free_busy_status;
    busy.status = event.status;
    busy
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_private_is_seen_as_busy_and_what_is_secret_not_at_all() {
        use Privacy::{Private, Public, Secret};
        for (privacy, role, expected) in [
            (Public, None, View::Hidden),
            (Public, Some(Role::FreeBusy), View::Busy),
            (Public, Some(Role::Read), View::Full),
            (Public, Some(Role::Manage), View::Full),
            (Private, None, View::Hidden),
            (Private, Some(Role::FreeBusy), View::Busy),
            (Private, Some(Role::Read), View::Busy),
            (Private, Some(Role::Write), View::Busy),
            (Private, Some(Role::Manage), View::Busy),
            (Secret, Some(Role::FreeBusy), View::Hidden),
            (Secret, Some(Role::Manage), View::Hidden),
        ] {
            assert_eq!(view(privacy, role, false), expected, "{privacy:?} {role:?}");
            assert_eq!(view(privacy, role, true), View::Full, "{privacy:?} {role:?}");
        }
    }

    #[test]
    fn nothing_but_time_is_left() {
        let canary = "QZXCANARY";
        let event = Event::read(json!({
            "uid": canary, "title": canary, "description": canary, "start": "2026-04-01T09:00:00", "duration": "PT1H",
            "locations": {"1": {"name": canary}}, "keywords": {canary: true}, "color": canary, "x-note": canary,
            "participants": {"1": {"name": canary, "calendarAddress": "mailto:QZXCANARY@example.jp"}},
            "virtualLocations": {"1": {"uri": "https://QZXCANARY.example.jp"}},
            "recurrenceRule": {"frequency": "daily", "x-note": canary},
            "recurrenceOverrides": {
                "2026-04-02T09:00:00": {"start": "2026-04-02T13:00:00", "title": canary, "participants/1/name": canary},
                "2026-04-03T09:00:00": {"excluded": true}
            },
            "status": "tentative", "privacy": "private"
        }))
        .unwrap();
        let busy = busy_only(&event, "u".to_owned());
        assert!(!busy.to_value().to_string().contains(canary), "{}", busy.to_value());
        assert_eq!(
            serde_json::to_value(&busy.recurrence_overrides).unwrap(),
            json!({"2026-04-02T09:00:00": {"start": "2026-04-02T13:00:00"}, "2026-04-03T09:00:00": {"excluded": true}})
        );
        assert_eq!((busy.status, busy.duration), (event.status, event.duration));
    }
}
