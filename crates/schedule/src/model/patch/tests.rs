use serde_json::{Value, json};

use super::*;

fn series() -> Event {
    Event::read(json!({
        "uid": "u1", "title": "定例会", "start": "2026-04-01T09:00:00", "timeZone": "Asia/Tokyo", "duration": "PT1H",
        "recurrenceRule": {"frequency": "daily", "count": 10},
        "participants": {
            "a": {"calendarAddress": "mailto:a@example.jp"},
            "b": {"calendarAddress": "mailto:b@example.jp", "participationStatus": "accepted"}
        },
        "x-colour": "blue"
    }))
    .unwrap()
}

fn patch(body: Value) -> EventPatch {
    EventPatch::read(body).unwrap()
}

fn third() -> LocalDateTime {
    "2026-04-03T09:00:00".parse().unwrap()
}

fn faults(result: Result<Event, Vec<FieldFault>>) -> Vec<(String, String)> {
    result.unwrap_err().into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect()
}

#[test]
fn a_patch_of_one_occurrence_becomes_pointers() {
    let change = patch(json!({
        "title": "臨時会", "start": "2026-04-03T13:00:00", "x-colour": null,
        "participants": {"a": {"participationStatus": "declined"}, "b": null}
    }));
    let changed = series().patched_at(third(), &change).unwrap();
    let expected = json!({"2026-04-03T09:00:00": {
        "title": "臨時会", "start": "2026-04-03T13:00:00", "x-colour": null,
        "participants/a/participationStatus": "declined", "participants/b": null
    }});
    assert_eq!(serde_json::to_value(&changed.recurrence_overrides).unwrap(), expected);
    assert_eq!(changed.title, "定例会");

    let occurrence = changed.occurrence(third()).unwrap();
    assert_eq!(occurrence.title, "臨時会");
    assert_eq!(occurrence.start.to_string(), "2026-04-03T13:00:00");
    assert_eq!(occurrence.recurrence_id, Some(third()));
    assert_eq!(occurrence.participants.len(), 1);
    assert_eq!(occurrence.participants["a"].participation_status.as_str(), "declined");
    assert!(!occurrence.is_series());
    // Another occurrence is like the series.
    assert_eq!(changed.occurrence("2026-04-04T09:00:00".parse().unwrap()).unwrap().title, "定例会");
}

#[test]
fn later_patches_add_to_earlier_ones_and_may_undo_them() {
    let first = series().patched_at(third(), &patch(json!({"title": "臨時会"}))).unwrap();
    let second = first.patched_at(third(), &patch(json!({"duration": "PT2H"}))).unwrap();
    assert_eq!(
        serde_json::to_value(&second.recurrence_overrides).unwrap(),
        json!({"2026-04-03T09:00:00": {"title": "臨時会", "duration": "PT2H"}})
    );
    let undone = second.patched_at(third(), &patch(json!({"title": "定例会", "duration": "PT1H"}))).unwrap();
    assert_eq!(
        serde_json::to_value(&undone.recurrence_overrides).unwrap(),
        json!({"2026-04-03T09:00:00": {}})
    );
    // A change that changes nothing leaves no trace.
    assert_eq!(series().patched_at(third(), &patch(json!({"title": "定例会"}))).unwrap(), series());
}

#[test]
fn an_occurrence_can_be_left_out() {
    let without = series().without(third());
    assert_eq!(without.occurrence(third()), None);
    assert_eq!(series().patched_at(third(), &patch(json!({"excluded": true}))).unwrap(), without);
    let back = without.patched_at(third(), &patch(json!({"title": "復活"}))).unwrap();
    assert_eq!(back.occurrence(third()).unwrap().title, "復活");
}

#[test]
fn what_belongs_to_the_series_cannot_differ() {
    let change = patch(json!({"privacy": "private", "recurrenceRule": null, "title": "a\nb"}));
    assert_eq!(
        faults(series().patched_at(third(), &change)),
        [
            ("/privacy".to_owned(), "series-only".to_owned()),
            ("/recurrenceRule".to_owned(), "series-only".to_owned()),
            ("/title".to_owned(), "control-character".to_owned()),
        ]
    );
}

#[test]
fn what_never_changes_is_refused_and_what_the_server_counts_is_kept() {
    let change = patch(json!({
        "uid": "u2", "organizerCalendarAddress": "mailto:x@example.jp",
        "recurrenceOverrides": {"2026-04-03T09:00:00": {"excluded": true}}
    }));
    let faults: Vec<_> = faults(series().patched(&change)).into_iter().map(|fault| fault.0).collect();
    assert_eq!(faults, ["/uid", "/organizerCalendarAddress", "/recurrenceOverrides"]);

    let counted =
        series().patched(&patch(json!({"sequence": 99, "updated": "2026-01-01T00:00:00Z", "etag": "x"})));
    assert_eq!(counted, Ok(series()));
}

#[test]
fn unknown_properties_are_kept_and_can_be_taken_away() {
    assert_eq!(series().more["x-colour"], "blue");
    let changed = series().patched(&patch(json!({"x-colour": null, "owner": "me", "title": null}))).unwrap();
    assert_eq!(changed.more.keys().collect::<Vec<_>>(), ["owner"]);
    assert_eq!(changed.title, "");
}

#[test]
fn facilities_stand_beside_the_event() {
    let facility = "0198c0de-7f3a-7abc-8def-0123456789ab";
    assert_eq!(patch(json!({"title": "x"})).facility_ids, None);
    assert_eq!(patch(json!({"facilityIds": null})).facility_ids, Some(vec![]));
    assert_eq!(
        patch(json!({"facilityIds": [facility, facility]})).facility_ids,
        Some(vec![facility.parse().unwrap()])
    );
    assert_eq!(EventPatch::read(json!({"facilityIds": ["x"]})).unwrap_err()[0].pointer, "/facilityIds");
}

#[test]
fn keys_with_slashes_survive() {
    let mut event = series();
    event.participants.insert("a/b~c".to_owned(), event.participants["a"].clone());
    let change = patch(json!({"participants": {"a/b~c": {"participationStatus": "accepted"}}}));
    let changed = event.patched_at(third(), &change).unwrap();
    assert!(
        changed.recurrence_overrides[&third()]
            .iter()
            .any(|(key, _)| key == "participants/a~1b~0c/participationStatus")
    );
    assert_eq!(
        changed.occurrence(third()).unwrap().participants["a/b~c"].participation_status.as_str(),
        "accepted"
    );
    assert_eq!(Event::read(changed.to_value()).unwrap(), changed);
}
