//! Calendars that get another zone, and what is in them.

use renraku_base::Principal;
use renraku_db::{Db, examine};
use renraku_schedule::service::{
    Scope,
    objects::{self, CalendarChange},
};
use renraku_test_db::on_each_database;
use serde_json::{Value, json};

use crate::office::{
    create, days, default_calendar, get, occurrences, patch, person, reply, room, run_due_jobs, starts,
    try_delete,
};

fn put_zone(db: &Db, who: &Principal, zone: &str) {
    let calendar = default_calendar(db, who);
    let change = CalendarChange { time_zone: Some(zone.parse().unwrap()), ..CalendarChange::default() };
    db.write(|tx| objects::change_calendar(tx, who, &calendar, &change)).unwrap();
    run_due_jobs(db);
}

/// That nothing stands in the index of which nobody knows.
#[track_caller]
fn assert_sound(db: &Db) {
    let found = db.read(examine).unwrap();
    let torn: Vec<_> = found.iter().filter(|it| it.faults > 0).collect();
    assert!(torn.is_empty(), "{torn:?}");
}

/// A whole day in a room.
fn whole_day(db: &Db, participants: &Value) -> Value {
    json!({"title": "研修", "start": "2026-12-18T00:00:00", "duration": "P1D", "showWithoutTime": true, "timeZone": null,
        "facilityIds": [room(db, "大会議室")], "participants": participants})
}

#[test]
fn days_begin_where_the_calendar_says() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let whole_day = json!({"title": "休暇", "start": "2026-11-26T00:00:00", "duration": "P1D", "showWithoutTime": true, "timeZone": null});
        let event = create(db, &hanako, whole_day);
        let fixed =
            create(db, &hanako, json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H"}));
        put_zone(db, &hanako, "Europe/Berlin");
        let seen = occurrences(db, &hanako, days("2026-11-26", "2026-11-28"));
        let start = |title: &str| {
            seen.iter().find(|it| it.title.as_deref() == Some(title)).unwrap().utc_start.to_string()
        };
        assert_eq!(start("休暇"), "2026-11-25T23:00:00Z");
        assert_eq!(start("会議"), "2026-11-26T01:00:00Z");
        assert_ne!(get(db, &hanako, &event.id).unwrap().etag, event.etag);
        assert_eq!(get(db, &hanako, &fixed.id).unwrap().etag, fixed.etag);
    });
}

#[test]
fn an_answer_to_what_was_booked_in_another_zone_leaves_nothing_behind() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = create(db, &hanako, whole_day(db, &json!({"1": {"personId": taro.person}})));
        put_zone(db, &hanako, "America/New_York");
        reply(db, &taro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        assert_sound(db);
        let event = get(db, &hanako, &event.id).unwrap();
        let event = patch(db, &hanako, &event, Scope::All, json!({"start": "2026-12-22T00:00:00"}));
        let seen = |who: &Principal| starts(&occurrences(db, who, days("2026-12-15", "2026-12-26")));
        assert_eq!(seen(&taro), ["2026-12-22T00:00:00"]);
        assert_eq!(seen(&hanako), seen(&taro));
        assert_sound(db);
        try_delete(db, &hanako, &event.id, Scope::All, &event.etag).unwrap();
        assert_eq!(seen(&taro), Vec::<String>::new());
        assert_sound(db);
    });
}

/// What is booked stays at the hours at which it was booked, for whoever answers or comes later, too.
#[test]
fn an_answer_to_what_was_booked_in_another_zone_is_for_the_hours_of_the_booking() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let single = whole_day(db, &json!({"1": {"personId": taro.person}}));
        let mut series = single.clone();
        series["start"] = "2026-12-20T00:00:00".into();
        series["recurrenceRule"] = json!({"frequency": "daily", "count": 3});
        let events = [single, series].map(|body| create(db, &hanako, body));
        let seen = |who: &Principal| {
            let all = occurrences(db, who, days("2026-12-15", "2026-12-26")).into_iter();
            all.map(|it| it.utc_start.to_string()).collect::<Vec<_>>()
        };
        let booked = seen(&hanako);
        assert_eq!(booked[..2], ["2026-12-17T15:00:00Z", "2026-12-19T15:00:00Z"]);
        put_zone(db, &hanako, "America/New_York");
        assert_eq!((seen(&hanako), seen(&taro)), (booked.clone(), booked.clone()));
        for event in &events {
            reply(db, &taro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        }
        assert_eq!((seen(&hanako), seen(&taro)), (booked.clone(), booked));
        assert_sound(db);
    });
}

#[test]
fn those_whose_calendars_a_job_takes_care_of_see_it_once() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let guests: Vec<Principal> = (0..20).map(|_| person(db, "鈴木")).collect();
        let participants: Value =
            guests.iter().map(|it| (it.person.to_string(), json!({"personId": it.person}))).collect();
        let event = create(db, &hanako, whole_day(db, &participants));
        put_zone(db, &hanako, "America/New_York");
        let event = get(db, &hanako, &event.id).unwrap();
        let event = patch(db, &hanako, &event, Scope::All, json!({"title": "研修会"}));
        run_due_jobs(db);
        assert_sound(db);
        let event = patch(db, &hanako, &event, Scope::All, json!({"start": "2026-12-22T00:00:00"}));
        run_due_jobs(db);
        for guest in &guests {
            let seen = occurrences(db, guest, days("2026-12-15", "2026-12-26"));
            assert_eq!(starts(&seen), ["2026-12-22T00:00:00"]);
        }
        try_delete(db, &hanako, &event.id, Scope::All, &event.etag).unwrap();
        run_due_jobs(db);
        assert_sound(db);
    });
}
