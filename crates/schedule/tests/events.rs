use renraku_base::{EventId, Precondition};
use renraku_schedule::{
    model::ParticipationStatus,
    service::{self, Scope},
};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{
    code, create, days, default_calendar, fresh, get, occurrences, patch, person, reply, titles, try_create,
    try_delete, try_patch,
};

#[test]
fn a_short_draft_is_completed() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let event = create(
            db,
            &hanako,
            json!({"title": "打合せ", "start": "2026-11-26T10:00:00", "duration": "PT1H"}),
        );
        assert_eq!(event.calendar_id, default_calendar(db, &hanako));
        assert!(event.is_organizer);
        assert_eq!(event.event.uid, event.id.as_str());
        assert!(event.event.participants.is_empty(), "nobody is invited to what one does alone");
        let seen = occurrences(db, &hanako, days("2026-11-26", "2026-11-27"));
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].utc_start.to_string(), "2026-11-26T01:00:00Z");
        assert_eq!(seen[0].utc_end.to_string(), "2026-11-26T02:00:00Z");
        assert_eq!(seen[0].etag, event.etag);
        assert_eq!(get(db, &hanako, &event.id).unwrap(), event);
    });
}

#[test]
fn an_id_or_uid_stands_for_one_event() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let id: EventId = fresh(db);
        let body = json!({"id": id, "title": "一", "start": "2026-11-26T10:00:00"});
        assert_eq!(create(db, &hanako, body.clone()).id, id);
        assert_eq!(code(try_create(db, &hanako, body.clone())), "id-taken");
        assert_eq!(code(try_create(db, &taro, body)), "id-taken");
        let same_uid = json!({"uid": id, "title": "二", "start": "2026-11-26T10:00:00"});
        assert_eq!(code(try_create(db, &hanako, same_uid.clone())), "uid-taken");
        create(db, &taro, same_uid);
    });
}

#[test]
fn those_who_are_invited_see_the_event_and_the_organizer_comes() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H", "participants": {
                "1": {"personId": taro.person, "participationStatus": "accepted"},
                "2": {"calendarAddress": format!("mailto:{}@OFFICE.example.jp", jiro.person)},
                "3": {"calendarAddress": "mailto:guest@example.com"}
            }}),
        );
        assert_eq!(
            event.event.participation(&taro.person),
            Some(ParticipationStatus::NeedsAction),
            "nobody answers for another"
        );
        assert_eq!(
            event.event.participation(&jiro.person),
            Some(ParticipationStatus::NeedsAction),
            "found by address"
        );
        assert_eq!(event.event.participation(&hanako.person), Some(ParticipationStatus::Accepted));
        let address = format!("mailto:{}@office.example.jp", hanako.person);
        assert_eq!(event.event.organizer_calendar_address, Some(address));
        let window = days("2026-11-26", "2026-11-27");
        for (who, organizes) in [(&hanako, true), (&taro, false), (&jiro, false)] {
            let seen = occurrences(db, who, window);
            assert_eq!(seen.len(), 1);
            assert_eq!(seen[0].is_organizer, organizes);
            assert_eq!(seen[0].calendar_id, default_calendar(db, who));
        }
        let twice = json!({"title": "x", "start": "2026-11-26T10:00:00", "participants": {
            "1": {"personId": taro.person},
            "2": {"calendarAddress": format!("mailto:{}@office.example.jp", taro.person)}}});
        assert_eq!(code(try_create(db, &hanako, twice)), "invalid");
        let nobody = json!({"title": "x", "start": "2026-11-26T10:00:00", "participants": {"1": {"personId": fresh::<()>(db).as_str()}}});
        assert_eq!(code(try_create(db, &hanako, nobody)), "invalid");
    });
}

#[test]
fn only_the_organizers_side_changes_an_event_and_only_what_it_knows() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"1": {"personId": taro.person}}}),
        );
        let change = json!({"title": "変更"});
        assert_eq!(code(try_patch(db, &taro, &event, Scope::All, change.clone())), "not-organizer");
        assert_eq!(code(try_patch(db, &jiro, &event, Scope::All, change.clone())), "not-found");
        let renamed = patch(db, &hanako, &event, Scope::All, change.clone());
        assert_eq!(renamed.event.sequence, 1);
        assert_ne!(renamed.etag, event.etag);
        assert_eq!(titles(db, &taro, days("2026-11-26", "2026-11-27")), [Some("変更".to_owned())]);
        match try_patch(db, &hanako, &event, Scope::All, change) {
            Err(renraku_schedule::ScheduleFault::Stale(current)) => assert_eq!(current["title"], "変更"),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_moved_event_asks_again_and_a_renamed_one_does_not() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"1": {"personId": taro.person}}}),
        );
        let answered = reply(db, &taro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        assert_eq!(answered.event.sequence, 0, "an answer is not a change of the event");
        let renamed = patch(db, &hanako, &answered, Scope::All, json!({"title": "定例会議"}));
        assert_eq!(renamed.event.participation(&taro.person), Some(ParticipationStatus::Accepted));
        let moved = patch(db, &hanako, &renamed, Scope::All, json!({"start": "2026-11-27T10:00:00"}));
        assert_eq!(moved.event.participation(&taro.person), Some(ParticipationStatus::NeedsAction));
        assert_eq!(moved.event.participation(&hanako.person), Some(ParticipationStatus::Accepted));
        assert_eq!(titles(db, &taro, days("2026-11-26", "2026-11-27")), []);
        assert_eq!(titles(db, &taro, days("2026-11-27", "2026-11-28")).len(), 1);
    });
}

#[test]
fn who_is_taken_off_no_longer_sees_it() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"1": {"personId": taro.person}}}),
        );
        let window = days("2026-11-26", "2026-11-27");
        let changed = patch(
            db,
            &hanako,
            &event,
            Scope::All,
            json!({"participants": {"1": null, "2": {"personId": jiro.person}}}),
        );
        assert_eq!(changed.event.sequence, 0, "only the participants changed");
        assert_eq!(titles(db, &taro, window), []);
        assert_eq!(code(get(db, &taro, &event.id)), "not-found");
        assert_eq!(titles(db, &jiro, window).len(), 1);
    });
}

#[test]
fn a_deleted_event_is_gone_for_everyone_and_a_declined_one_for_who_declined() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"1": {"personId": taro.person}}}),
        );
        let window = days("2026-11-26", "2026-11-28");
        try_delete(db, &taro, &event.id, Scope::All, &event.etag).unwrap();
        assert_eq!(titles(db, &taro, window), []);
        let now = get(db, &hanako, &event.id).unwrap();
        assert_eq!(now.event.participation(&taro.person), Some(ParticipationStatus::Declined));
        let moved = patch(db, &hanako, &now, Scope::All, json!({"start": "2026-11-27T10:00:00"}));
        assert_eq!(titles(db, &taro, window).len(), 1, "another time is a new question");
        assert_eq!(code(try_delete(db, &hanako, &event.id, Scope::All, &event.etag)), "stale");
        try_delete(db, &hanako, &event.id, Scope::All, &moved.etag).unwrap();
        assert_eq!(titles(db, &taro, window), []);
        assert_eq!(code(get(db, &hanako, &event.id)), "not-found");
    });
}

#[test]
fn an_event_moves_between_calendars_of_one_person() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let new =
            serde_json::from_value::<renraku_schedule::model::NewCalendar>(json!({"name": "出張"})).unwrap();
        let other = db.write(|tx| service::create_calendar(tx, &hanako, new.clone())).unwrap().into_inner();
        let event =
            create(db, &hanako, json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H"}));
        let moved = patch(db, &hanako, &event, Scope::All, json!({"calendarId": other.id}));
        assert_eq!(moved.calendar_id, other.id);
        let seen = occurrences(db, &hanako, days("2026-11-26", "2026-11-27"));
        assert_eq!(seen.iter().map(|it| it.calendar_id.clone()).collect::<Vec<_>>(), [other.id]);
        let foreign = default_calendar(db, &taro);
        assert_eq!(
            code(try_patch(db, &hanako, &moved, Scope::All, json!({"calendarId": foreign}))),
            "not-found"
        );
        let gone =
            db.write(|tx| service::delete_event(tx, &hanako, &event.id, Scope::All, &Precondition::None));
        gone.unwrap();
    });
}
