//! Who sees which part of a series that has other participants, or other rooms, in some occurrences.

use renraku_base::FacilityId;

use crate::model::{Event, PatchObject};

/// The part of a series that someone sees: the occurrences for which `sees` holds, told what they book. Of a series to which
/// they do not belong they get the first of their occurrences, with the others as its exceptions, just as one who is invited
/// to single occurrences from elsewhere (RFC 5546 §3.7.1). `None` when there is nothing that they see.
#[must_use]
pub fn part(
    event: &Event,
    booked: &[FacilityId],
    sees: impl Fn(&Event, &[FacilityId]) -> bool,
) -> Option<(Event, Vec<FacilityId>)> {
    let own = event.occurrences_of(|patch| patch.changes_people() || patch.facility_ids().is_some());
    let own = own.into_iter().map(|(id, occurrence)| {
        let booked_then = event.recurrence_overrides.get(&id).and_then(PatchObject::facility_ids);
        let seen = sees(&occurrence, booked_then.as_deref().unwrap_or(booked));
        (id, occurrence, seen, booked_then)
    });
    if sees(event, booked) {
        let mut part = event.clone();
        own.filter(|(_, _, seen, _)| !seen).for_each(|(id, ..)| part = part.without(id));
        return Some((part, booked.to_vec()));
    }
    let seen = own.filter(|(_, _, seen, _)| *seen);
    Event::alone(
        seen.map(|(id, it, _, booked_then)| (id, it, booked_then.unwrap_or_else(|| booked.to_vec()))),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn series() -> Event {
        Event::read(json!({
            "uid": "u", "title": "定例", "start": "2026-04-01T09:00:00", "duration": "PT1H",
            "recurrenceRule": {"frequency": "daily"},
            "participants": {"1": {"calendarAddress": "mailto:a@example.jp"}},
            "recurrenceOverrides": {
                "2026-04-02T09:00:00": {"participants/2": {"calendarAddress": "mailto:b@example.jp"}},
                "2026-04-03T09:00:00": {"participants/1": null, "title": "別"},
                "2026-04-04T09:00:00": {"participants/2": {"calendarAddress": "mailto:b@example.jp"}, "title": "三"},
                "2026-04-05T09:00:00": {"title": "四"},
                "2026-04-06T09:00:00": {"participants/2": {"calendarAddress": "mailto:b@example.jp"}}
            }
        }))
        .unwrap()
    }

    fn of(address: &str) -> Option<Event> {
        let takes_part = |event: &Event, _: &[FacilityId]| {
            event.participants.values().any(|it| it.calendar_address.as_deref() == Some(address))
        };
        part(&series(), &[], takes_part).map(|(event, _)| event)
    }

    #[test]
    fn who_was_left_out_of_an_occurrence_does_not_see_it() {
        let part = of("mailto:a@example.jp").unwrap();
        assert!(part.recurrence_rule.is_some());
        assert!(part.recurrence_overrides[&"2026-04-03T09:00:00".parse().unwrap()].is_excluded());
        assert!(!part.to_value().to_string().contains("別"));
        assert_eq!(part.recurrence_overrides.len(), 5);
    }

    #[test]
    fn a_guest_sees_nothing_but_their_occurrences() {
        let part = of("mailto:b@example.jp").unwrap();
        assert_eq!(part.recurrence_rule, None);
        assert_eq!(part.recurrence_id, Some("2026-04-02T09:00:00".parse().unwrap()));
        assert_eq!(part.title, "定例");
        let ids: Vec<_> = part.recurrence_overrides.keys().map(ToString::to_string).collect();
        assert_eq!(ids, ["2026-04-04T09:00:00", "2026-04-06T09:00:00"]);
        assert_eq!(part.occurrence("2026-04-04T09:00:00".parse().unwrap()).unwrap().title, "三");
        assert_eq!(of("mailto:c@example.jp"), None);
    }
}
