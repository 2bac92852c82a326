use std::{
    sync::{Arc, Barrier},
    thread,
};

use renraku_base::{FacilityId, Principal};
use renraku_db::Db;
use renraku_schedule::{ScheduleFault, service::Scope};
use renraku_test_db::on_each_database;
use serde_json::{Value, json};

use crate::office::{
    appoint, code, create, draft, get, patch, person, room, try_create, try_delete, try_patch,
};

fn meeting(room: &FacilityId, start: &str, duration: &str) -> Value {
    json!({"title": "会議", "start": start, "duration": duration, "facilityIds": [room]})
}

fn taken(result: Result<impl std::fmt::Debug, ScheduleFault>) -> renraku_schedule::FacilityTaken {
    match result {
        Err(ScheduleFault::FacilityTaken(taken)) => *taken,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_taken_room_is_refused_with_who_until_when_and_what_is_free() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let (large, small) = (room(db, "大会議室"), room(db, "小会議室"));
        create(db, &hanako, meeting(&large, "2026-11-26T10:00:00", "PT1H"));
        let refused = taken(try_create(db, &taro, meeting(&large, "2026-11-26T10:30:00", "PT1H")));
        assert_eq!(refused.holder.as_deref(), Some("佐藤 花子"));
        assert_eq!(refused.holder_extension.as_deref(), Some("7123"));
        assert_eq!(refused.until.to_string(), "2026-11-26T02:00:00Z");
        let free: Vec<_> = refused
            .alternatives
            .iter()
            .map(|it| (it.facility_id.clone(), it.utc_start.to_string()))
            .collect();
        assert_eq!(free[0], (small, "2026-11-26T01:30:00Z".to_owned()));
        assert_eq!(free[1], (large.clone(), "2026-11-26T02:00:00Z".to_owned()));
        assert_eq!(free.len(), 3);
        create(db, &taro, meeting(&large, "2026-11-26T11:00:00", "PT1H"));
    });
}

#[test]
fn a_single_booking_reaches_no_further_than_a_series() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let large = room(db, "大会議室");
        let day = |days: i64| {
            let at = db.now().to_datetime() + chrono::TimeDelta::days(days);
            at.format("%Y-%m-%dT10:00:00").to_string()
        };
        let refused =
            |start: &str, duration: &str| match try_create(db, &hanako, meeting(&large, start, duration)) {
                Err(ScheduleFault::FacilityRules(broken)) => {
                    format!("{} {}", broken.field.pointer, broken.field.code)
                }
                other => panic!("{other:?}"),
            };
        assert_eq!(refused(&day(740), "PT1H"), "/start too-far-ahead");
        assert_eq!(refused(&day(1), "P731D"), "/start too-far-ahead");
        assert_eq!(refused(&day(-30), "P1000D"), "/duration facility-too-long");
        create(db, &hanako, meeting(&large, &day(700), "PT1H"));
        // What took place is recorded, and without a facility nothing is held.
        create(db, &hanako, meeting(&large, &day(-2000), "P2D"));
        create(db, &hanako, json!({"title": "定年", "start": day(4000), "duration": "PT1H"}));
    });
}

#[test]
fn who_holds_a_room_for_something_private_is_not_told() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let large = room(db, "大会議室");
        for privacy in ["private", "secret"] {
            let mut body = meeting(&large, "2026-11-26T10:00:00", "PT1H");
            body["privacy"] = privacy.into();
            // Whatever else it says of the time, the room is held.
            body["freeBusyStatus"] = "free".into();
            let event = create(db, &hanako, body.clone());
            assert_eq!(taken(try_create(db, &taro, body.clone())).holder, None);
            assert_eq!(taken(try_create(db, &hanako, body)).holder.as_deref(), Some("佐藤 花子"), "her own");
            try_delete(db, &hanako, &event.id, Scope::All, &event.etag).unwrap();
        }
    });
}

#[test]
fn a_room_is_free_again_after_delete_move_cancel_and_release() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let large = room(db, "大会議室");
        let wanted = || meeting(&large, "2026-11-26T10:00:00", "PT1H");
        let is_taken = || code(try_create(db, &taro, wanted())) == "facility-taken";
        let take_and_return = || {
            let event = create(db, &taro, wanted());
            try_delete(db, &taro, &event.id, Scope::All, &event.etag).unwrap();
        };
        for change in [
            json!({"start": "2026-11-26T13:00:00"}),
            json!({"status": "cancelled"}),
            json!({"facilityIds": null}),
        ] {
            let event = create(db, &hanako, wanted());
            assert!(is_taken());
            let changed = patch(db, &hanako, &event, Scope::All, change);
            take_and_return();
            try_delete(db, &hanako, &event.id, Scope::All, &changed.etag).unwrap();
        }
        let event = create(db, &hanako, wanted());
        try_delete(db, &hanako, &event.id, Scope::All, &event.etag).unwrap();
        take_and_return();
    });
}

#[test]
fn a_move_into_a_taken_time_changes_nothing() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let large = room(db, "大会議室");
        create(db, &hanako, meeting(&large, "2026-11-26T10:00:00", "PT1H"));
        let event = create(db, &taro, meeting(&large, "2026-11-26T11:00:00", "PT1H"));
        taken(try_patch(db, &taro, &event, Scope::All, json!({"start": "2026-11-26T10:30:00"})));
        assert_eq!(get(db, &taro, &event.id).unwrap(), event);
        // It does not stand in its own way.
        patch(db, &taro, &event, Scope::All, json!({"start": "2026-11-26T11:30:00"}));
    });
}

#[test]
fn a_series_takes_all_its_slots_or_none() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let large = room(db, "大会議室");
        let weekly = |count: u32| {
            let mut body = meeting(&large, "2026-11-26T10:00:00", "PT1H");
            body["recurrenceRule"] = json!({"frequency": "weekly", "count": count});
            body
        };
        let far = create(db, &hanako, meeting(&large, "2028-09-14T10:00:00", "PT1H"));
        let refused = taken(try_create(db, &taro, weekly(100)));
        assert_eq!(refused.utc_start.to_string(), "2028-09-14T01:00:00Z", "95 weeks later");
        try_delete(db, &hanako, &far.id, Scope::All, &far.etag).unwrap();
        let series = create(db, &taro, weekly(100));
        taken(try_create(db, &hanako, meeting(&large, "2028-09-14T10:30:00", "PT10M")));
        // One occurrence leaves the room to others, then the series ends earlier.
        let id = Scope::This("2026-12-03T10:00:00".parse().unwrap());
        try_delete(db, &taro, &series.id, id, &series.etag).unwrap();
        create(db, &hanako, meeting(&large, "2026-12-03T10:00:00", "PT1H"));
        let now = get(db, &taro, &series.id).unwrap();
        let shorter = json!({"recurrenceRule": {"frequency": "weekly", "count": 10}});
        patch(db, &taro, &now, Scope::All, shorter);
        create(db, &hanako, meeting(&large, "2028-09-14T10:30:00", "PT10M"));

        for endless in [json!({"frequency": "daily"}), json!({"frequency": "weekly", "count": 200})] {
            let mut body = meeting(&large, "2026-11-26T20:00:00", "PT1H");
            body["recurrenceRule"] = endless;
            assert_eq!(code(try_create(db, &taro, body)), "facility-series-needs-end");
        }
    });
}

#[test]
fn booking_rules_and_unknown_facilities_are_told_by_field() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let draft = serde_json::from_value::<renraku_schedule::model::FacilityDraft>(json!({
            "name": "公用車", "kind": "car", "bookingRules": {"opens": "08:30", "closes": "17:15", "maxDuration": "PT4H"}
        }))
        .unwrap();
        let car = db
            .write(|tx| renraku_schedule::service::create_facility(tx, draft.clone()))
            .unwrap()
            .into_inner()
            .id;
        for (start, duration) in [("08:00", "PT1H"), ("16:30", "PT1H"), ("09:00", "PT5H")] {
            let body = meeting(&car, &format!("2026-11-26T{start}:00"), duration);
            assert_eq!(code(try_create(db, &hanako, body)), "facility-rules", "{start} {duration}");
        }
        create(db, &hanako, meeting(&car, "2026-11-26T08:30:00", "PT4H"));
        let unknown = meeting(&crate::office::fresh(db), "2026-11-26T10:00:00", "PT1H");
        assert_eq!(code(try_create(db, &hanako, unknown)), "invalid");
    });
}

/// PROMISES I13: at any concurrency at most one booking of a time wins.
#[test]
fn of_many_who_book_at_once_one_wins() {
    on_each_database(|db, _| {
        let people: Vec<Principal> = (0..8).map(|_| person(db, "佐藤")).collect();
        people.iter().for_each(|who| drop(crate::office::default_calendar(db, who)));
        let large = room(db, "大会議室");
        for round in 0..12 {
            let won = race(db, &people, &large, round);
            assert_eq!(won, 1, "round {round}");
        }
    });
}

fn race(db: &Db, people: &[Principal], room: &FacilityId, round: u32) -> usize {
    let start = Arc::new(Barrier::new(people.len()));
    let threads: Vec<_> = people
        .iter()
        .enumerate()
        .map(|(at, who)| {
            // Each asks for another, overlapping time; every other one for a series.
            let hour = 10 + at % 2;
            let mut body = meeting(room, &format!("2027-{:02}-01T{hour}:00:00", round + 1), "PT2H");
            if at % 2 == 0 {
                body["recurrenceRule"] = json!({"frequency": "daily", "count": 3});
            }
            let (db, who, start) = (db.clone(), who.clone(), Arc::clone(&start));
            thread::spawn(move || {
                let draft = draft(&db, body);
                start.wait();
                let made = db.write(|tx| renraku_schedule::service::create_event(tx, &who, &draft));
                match made {
                    Ok(_) => true,
                    Err(ScheduleFault::FacilityTaken(_)) => false,
                    Err(other) => panic!("{other:?}"),
                }
            })
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).filter(|won| *won).count()
}

#[test]
fn a_facility_out_of_use_releases_its_events_and_their_organizers_hear_of_it() {
    use renraku_base::{Language, Limit, Precondition};
    use renraku_schedule::service;
    on_each_database(|db, _| {
        let (hanako, keeper) = (person(db, "佐藤"), person(db, "管理"));
        let large = room(db, "大会議室");
        let past = create(db, &hanako, meeting(&large, "2026-11-02T10:00:00", "PT1H"));
        let event = create(db, &hanako, meeting(&large, "2026-11-26T10:00:00", "PT1H"));
        let delete = || db.write(|tx| service::delete_facility(tx, &keeper, &large, &Precondition::Exists));
        assert_eq!(code(delete()), "forbidden");
        appoint(db, &keeper, &large);
        delete().unwrap();
        for id in [&past.id, &event.id] {
            assert!(get(db, &hanako, id).unwrap().facility_ids.is_empty());
        }
        let told = db
            .read(|tx| {
                renraku_notify::service::list_notifications(
                    tx,
                    &hanako,
                    false,
                    None,
                    Limit::default(),
                    Language::Ja,
                )
            })
            .unwrap();
        let told: Vec<_> = told.items.iter().map(|it| (it.kind, it.subject.event_id.clone())).collect();
        assert_eq!(told, [(renraku_notify::NotificationType::RoomLost, Some(event.id))]);
        assert_eq!(code(db.read(|tx| service::get_facility(tx, &large))), "not-found");
    });
}

#[test]
fn nothing_is_booked_for_no_time() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let large = room(db, "大会議室");
        let body = json!({"title": "会議", "start": "2026-11-26T10:00:00", "facilityIds": [large]});
        let refused = try_create(db, &hanako, body).unwrap_err();
        let fields = renraku_base::Fault::fields(&refused);
        assert_eq!((&*fields[0].pointer, &*fields[0].code), ("/duration", "facility-needs-duration"));
        let body = json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H", "facilityIds": [large]});
        let event = create(db, &hanako, body);
        let none = json!({"duration": null});
        assert_eq!(code(try_patch(db, &hanako, &event, Scope::All, none)), "invalid");
    });
}
