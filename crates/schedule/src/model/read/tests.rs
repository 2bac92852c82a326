use serde_json::{Value, json};

use super::*;

fn now() -> Timestamp {
    "2026-04-01T00:00:00Z".parse().unwrap()
}

fn fresh() -> EventId {
    "0198c0de-7f3a-7abc-8def-0123456789ab".parse().unwrap()
}

fn draft(body: Value) -> Result<EventDraft, Vec<String>> {
    EventDraft::read(body, fresh(), now()).map_err(|faults| {
        faults.into_iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
    })
}

fn refused(member: &str, value: Value) -> Vec<String> {
    let mut body = json!({"title": "会議", "start": "2026-04-01T09:00:00"});
    body[member] = value;
    draft(body).unwrap_err()
}

#[test]
fn a_short_draft_is_filled_in() {
    let draft = draft(json!({"title": "会議", "start": "2026-04-01T09:00:00", "duration": "PT1H"})).unwrap();
    assert_eq!(draft.id, fresh());
    assert_eq!(draft.event.uid, fresh().as_str());
    assert_eq!(draft.event.time_zone, Some(Zone::TOKYO));
    assert_eq!(draft.event.created, Some(now()));
    assert_eq!(draft.event.to_value()["@type"], "Event");
}

#[test]
fn a_zone_of_null_is_no_zone_and_a_whole_day_has_none() {
    let floating = draft(json!({"start": "2026-04-01T09:00:00", "timeZone": null})).unwrap();
    assert_eq!(floating.event.time_zone, None);
    let day = draft(json!({"start": "2026-04-29T00:00:00", "showWithoutTime": true})).unwrap();
    assert_eq!((day.event.time_zone, day.event.duration), (None, Duration::DAY));
    let two = json!({"start": "2026-04-29T00:00:00", "showWithoutTime": true, "duration": "PT48H"});
    assert_eq!(draft(two).unwrap().event.duration.to_string(), "P2D");
}

#[test]
fn every_fault_is_told() {
    let faults = draft(json!({
        "@type": "Task", "title": "a\r\nBcc: b@example.jp", "start": "tomorrow", "duration": "-PT1H",
        "timeZone": "Mars/Olympus", "privacy": "hidden", "calendarId": 7,
        "participants": {"1": {"name": "x"}, "2": {"calendarAddress": "nobody", "participationStatus": "maybe"}, "3": 4},
        "alerts": {"1": {"trigger": {"offset": "soon"}}, "2": {}},
        "virtualLocations": {"v": {"uri": "javascript:alert(1)"}},
        "recurrenceRule": {"frequency": "secondly"}
    }))
    .unwrap_err();
    assert_eq!(
        faults,
        [
            "/calendarId id",
            "/@type one-of",
            "/duration duration",
            "/start local-date-time",
            "/title control-character",
            "/timeZone time-zone",
            "/privacy one-of",
            "/recurrenceRule/frequency recurrence-too-frequent",
            "/participants/1/calendarAddress required",
            "/participants/2/calendarAddress calendar-address",
            "/participants/2/participationStatus one-of",
            "/participants/2/calendarAddress required",
            "/participants/3 type",
            "/virtualLocations/v/uri uri",
            "/alerts/1/trigger/offset duration",
            "/alerts/2/trigger required",
        ]
    );
    assert_eq!(draft(json!({"title": "x"})).unwrap_err(), ["/start required"]);
    assert_eq!(draft(json!([])).unwrap_err(), [" type"]);
}

#[test]
fn limits_hold() {
    assert_eq!(refused("title", "あ".repeat(1_025).into()), ["/title too-long"]);
    assert_eq!(refused("description", "x".repeat(64 * 1024 + 1).into()), ["/description too-long"]);
    assert_eq!(refused("description", "a\u{0}b".into()), ["/description control-character"]);
    assert_eq!(refused("title", "a\u{2028}b".into()), ["/title control-character"]);
    assert_eq!(refused("start", "1899-12-31T00:00:00".into()), ["/start year"]);
    assert_eq!(refused("duration", "P100000D".into()), ["/duration duration"]);
    assert_eq!(refused("duration", "P36500D".into()), ["/duration year"]);
    let people: Map<_, _> = (0..501)
        .map(|n| (n.to_string(), json!({"calendarAddress": format!("mailto:{n}@example.jp")})))
        .collect();
    assert_eq!(refused("participants", people.into()), ["/participants too-many"]);
    let overrides = |patch: Value| -> Map<String, Value> {
        let at = |n| format!("2026-04-{:02}T{:02}:{:02}:00", n % 30 + 1, n / 30 % 24, n / 720);
        (0..1_001).map(|n| (at(n), patch.clone())).collect()
    };
    let changed = overrides(json!({"title": "x"}));
    assert_eq!(refused("recurrenceOverrides", changed.into()), ["/recurrenceOverrides too-many"]);
    // Where no series is known each of them is an event of its own.
    let mut event =
        json!({"uid": "u", "start": "2026-04-01T09:00:00", "recurrenceOverrides": overrides(json!({}))});
    assert!(Event::read(event.clone()).is_ok());
    event["recurrenceId"] = "2026-03-01T09:00:00".into();
    assert_eq!(Event::read(event).unwrap_err()[0].pointer, "/recurrenceOverrides");
    assert_eq!(
        refused("participants", json!({"1": {"personId": fresh()}, "2": {"personId": fresh()}})),
        ["/participants participant-twice"]
    );
}

#[test]
fn an_event_of_whole_days_has_no_time() {
    let body = json!({"start": "2026-04-29T09:00:00", "showWithoutTime": true, "duration": "PT3H"});
    assert_eq!(draft(body).unwrap_err(), ["/start all-day-start", "/duration all-day-duration"]);
}

#[test]
fn rules_that_run_wild_are_refused() {
    for (rule, fault) in [
        (json!({"frequency": "minutely"}), "/recurrenceRule/frequency recurrence-too-frequent"),
        (json!({"frequency": "hourly"}), "/recurrenceRule recurrence-too-frequent"),
        (
            json!({"frequency": "hourly", "count": 10, "byHour": [1]}),
            "/recurrenceRule/frequency recurrence-too-frequent",
        ),
        (json!({"frequency": "hourly", "count": 746}), "/recurrenceRule recurrence-too-frequent"),
        (
            json!({"frequency": "hourly", "until": "2027-01-01T00:00:00"}),
            "/recurrenceRule recurrence-too-frequent",
        ),
        (json!({"frequency": "daily", "interval": 0}), "/recurrenceRule/interval out-of-range"),
        (json!({"frequency": "daily", "count": 0}), "/recurrenceRule/count out-of-range"),
        (
            json!({"frequency": "daily", "count": 1, "until": "2026-05-01T00:00:00"}),
            "/recurrenceRule/until count-or-until",
        ),
        (json!({"frequency": "daily", "byMonthDay": [32]}), "/recurrenceRule/byMonthDay out-of-range"),
        (json!({"frequency": "daily", "byMonth": ["13"]}), "/recurrenceRule/byMonth month"),
        (json!({"frequency": "weekly", "byMonthDay": [1]}), "/recurrenceRule/byMonthDay recurrence-part"),
        (
            json!({"frequency": "weekly", "byDay": [{"day": "mo", "nthOfPeriod": 1}]}),
            "/recurrenceRule/byDay recurrence-part",
        ),
        (json!({"frequency": "monthly", "byWeekNo": [1]}), "/recurrenceRule/byWeekNo recurrence-part"),
        (json!({"frequency": "monthly", "byYearDay": [1]}), "/recurrenceRule/byYearDay recurrence-part"),
        (
            json!({"frequency": "monthly", "bySetPosition": [1]}),
            "/recurrenceRule/bySetPosition recurrence-part",
        ),
        (json!({"frequency": "monthly", "rscale": "chinese"}), "/recurrenceRule/rscale recurrence-part"),
        (json!({}), "/recurrenceRule/frequency required"),
        (json!({"frequency": "fortnightly"}), "/recurrenceRule/frequency one-of"),
    ] {
        assert_eq!(refused("recurrenceRule", rule.clone()), [fault], "{rule}");
    }
    let fine =
        json!({"start": "2026-04-01T09:00:00", "recurrenceRule": {"frequency": "hourly", "count": 745}});
    assert!(draft(fine).is_ok());
}

#[test]
fn what_an_override_makes_is_checked() {
    let body = json!({
        "start": "2026-04-01T09:00:00", "recurrenceRule": {"frequency": "daily"},
        "participants": {"1": {"calendarAddress": "mailto:a@example.jp"}},
        "recurrenceOverrides": {
            "2026-04-02T09:00:00": {"title": "a\nb"},
            "2026-04-03T09:00:00": {"participants/1/participationStatus": "maybe"},
            "2026-04-04T09:00:00": {"uid": "other"},
            "2026-04-05T09:00:00": {"participants": {}, "participants/1": null},
            "someday": {}
        }
    });
    assert_eq!(
        draft(body).unwrap_err(),
        [
            "/recurrenceOverrides/2026-04-04T09:00:00/uid series-only",
            "/recurrenceOverrides/2026-04-05T09:00:00/participants~11 pointer",
            "/recurrenceOverrides/someday local-date-time",
            "/recurrenceOverrides/2026-04-02T09:00:00/title control-character",
            "/recurrenceOverrides/2026-04-03T09:00:00/participants/1/participationStatus one-of",
        ]
    );
}

#[test]
fn what_is_read_is_written_back_the_same() {
    let body = json!({
        "@type": "Event", "uid": "u", "title": "会議", "description": "一行目\r\n二行目", "start": "2026-04-01T09:00:00",
        "timeZone": "Tokyo Standard Time", "duration": "PT90M",
        "recurrenceRule": {"frequency": "monthly", "byDay": [{"day": "we", "nthOfPeriod": -1}], "byMonth": ["4", "10"]},
        "locations": {"1": {"name": "第一会議室", "coordinates": "geo:42.9,143.2"}},
        "alerts": {"1": {"trigger": {"@type": "OffsetTrigger", "offset": "-PT15M"}}, "2": {"trigger": {"@type": "NewTrigger", "x": 1}}},
        "participants": {"1": {"calendarAddress": "a@example.jp", "roles": {"chair": true, "owner": false}, "x-y": [1]}},
        "keywords": {"防災": true}, "links": {"1": {"href": "https://example.jp"}}
    });
    let event = Event::read(body).unwrap();
    assert_eq!(event.description, "一行目\n二行目");
    assert_eq!(event.time_zone, Some(Zone::TOKYO));
    assert_eq!(event.participants["1"].calendar_address.as_deref(), Some("mailto:a@example.jp"));
    assert!(event.participants["1"].has_role("chair") && !event.participants["1"].has_role("owner"));
    assert_eq!(Event::read(event.to_value()), Ok(event.clone()));
    assert_eq!(serde_json::from_value::<Event>(event.to_value()).unwrap(), event);
}
