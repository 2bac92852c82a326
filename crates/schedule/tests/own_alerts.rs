//! Alerts are each person's own: who takes part keeps theirs with the event, and nobody else sees them.

use renraku_base::{Language, Limit, Principal, Role};
use renraku_db::Db;
use renraku_notify::{NotificationType, service as notify};
use renraku_people::{Share, ShareTarget};
use renraku_schedule::{
    model::EventView,
    service::{self, Scope},
};
use renraku_test_db::on_each_database;
use serde_json::{Value, json};

use crate::office::{
    at, code, create, days, default_calendar, get, local, occurrences, patch, person, reply, run_due_jobs,
    try_delete, try_patch,
};

fn before(minutes: u32) -> Value {
    json!({"trigger": {"@type": "OffsetTrigger", "offset": format!("-PT{minutes}M")}})
}

/// A meeting of hanako's with taro, of which she is reminded.
fn meeting(db: &Db, hanako: &Principal, taro: &Principal) -> EventView {
    create(
        db,
        hanako,
        json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H", "alerts": {"1": before(5)},
            "recurrenceRule": {"frequency": "daily", "count": 3},
            "participants": {"t": {"personId": taro.person}}}),
    )
}

fn reminders(db: &Db, who: &Principal) -> usize {
    let all = db
        .read(|tx| notify::list_notifications(tx, who, false, None, Limit::default(), Language::Ja))
        .unwrap();
    all.items.iter().filter(|it| it.kind == NotificationType::Reminder).count()
}

#[test]
fn a_participant_changes_their_own_and_nobody_elses() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let event = meeting(db, &hanako, &taro);
        let seen = get(db, &taro, &event.id).unwrap();
        assert!(seen.event.alerts.is_empty(), "the organizer's are the organizer's: {:?}", seen.event.alerts);
        let mine = patch(
            db,
            &taro,
            &seen,
            Scope::All,
            json!({"alerts": {"a": before(15)}, "useDefaultAlerts": true}),
        );
        assert_eq!(mine.event.alerts.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(mine.event.more["useDefaultAlerts"], true);
        assert_ne!(mine.etag, seen.etag);
        assert_eq!(get(db, &taro, &event.id).unwrap(), mine);
        // Nothing is another for anybody else.
        assert_eq!(get(db, &hanako, &event.id).unwrap(), event);
        // The tag is the same wherever taro meets the event, and what is stale is refused.
        let window = days("2026-11-26", "2026-11-29");
        assert!(occurrences(db, &taro, window).iter().all(|it| it.etag == mine.etag));
        assert!(occurrences(db, &hanako, window).iter().all(|it| it.etag == event.etag));
        assert_eq!(code(try_patch(db, &taro, &seen, Scope::All, json!({"alerts": {"a": null}}))), "stale");
        // Who reads taro's calendar sees the meeting and none of the alerts.
        let share =
            Share { grantee: ShareTarget::Person { person_id: jiro.person.clone() }, role: Role::Read };
        let calendar = default_calendar(db, &taro);
        db.write(|tx| service::put_share(tx, &taro, &calendar, share.clone())).unwrap();
        let read = get(db, &jiro, &event.id).unwrap();
        assert!(read.event.alerts.is_empty() && !read.event.more.contains_key("useDefaultAlerts"));
        assert_eq!(read.etag, event.etag);
        // The rest of the event is not theirs.
        let both = json!({"title": "乗っ取り", "alerts": {"b": before(1)}});
        assert_eq!(code(try_patch(db, &taro, &mine, Scope::All, both)), "not-organizer");
        assert_eq!(get(db, &taro, &event.id).unwrap(), mine);
    });
}

#[test]
fn they_stay_through_changes_and_answers() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = meeting(db, &hanako, &taro);
        let seen = get(db, &taro, &event.id).unwrap();
        patch(db, &taro, &seen, Scope::All, json!({"alerts": {"a": before(15)}}));
        reply(db, &taro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        let event = get(db, &hanako, &event.id).unwrap();
        let jiro = person(db, "高橋");
        let people = json!({"participants": {"j": {"personId": jiro.person}}, "alerts": null});
        let event = patch(db, &hanako, &event, Scope::All, people);
        patch(db, &hanako, &event, Scope::All, json!({"start": "2026-11-26T13:00:00"}));
        let seen = get(db, &taro, &event.id).unwrap();
        assert_eq!(seen.event.alerts.keys().collect::<Vec<_>>(), ["a"]);
        let window = days("2026-11-26", "2026-11-29");
        assert!(occurrences(db, &taro, window).iter().all(|it| it.etag == seen.etag));
        assert!(get(db, &jiro, &event.id).unwrap().event.alerts.is_empty());
        // Who is not invited any more, and comes back, starts anew.
        let event = get(db, &hanako, &event.id).unwrap();
        let event = patch(db, &hanako, &event, Scope::All, json!({"participants": {"t": null}}));
        let back = json!({"participants": {"t": {"personId": taro.person}}});
        patch(db, &hanako, &event, Scope::All, back);
        assert!(get(db, &taro, &event.id).unwrap().event.alerts.is_empty());
    });
}

#[test]
fn each_is_reminded_by_their_own() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = meeting(db, &hanako, &taro);
        let seen = get(db, &taro, &event.id).unwrap();
        patch(db, &taro, &seen, Scope::All, json!({"alerts": {"a": before(15)}}));
        let told = |time: &str| {
            clock.set(at(time));
            run_due_jobs(db);
            (reminders(db, &hanako), reminders(db, &taro))
        };
        assert_eq!(told("2026-11-26T09:44:59+09:00"), (0, 0));
        assert_eq!(told("2026-11-26T09:45:00+09:00"), (0, 1));
        assert_eq!(told("2026-11-26T09:55:00+09:00"), (1, 1));
        // The series moves by an hour: both are reminded at the new time.
        let event = get(db, &hanako, &event.id).unwrap();
        patch(db, &hanako, &event, Scope::All, json!({"start": "2026-11-26T11:00:00"}));
        assert_eq!(told("2026-11-27T10:44:59+09:00"), (2, 2), "of today's, which moved, once more");
        assert_eq!(told("2026-11-27T10:55:00+09:00"), (3, 3));
        // A no is a no: what one does not go to one is not reminded of.
        reply(db, &taro, &event.id, json!({"participationStatus": "declined"})).unwrap();
        assert_eq!(told("2026-11-28T10:55:00+09:00"), (4, 3));
    });
}

#[test]
fn what_was_put_away_reminds_again_when_it_is_back() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = meeting(db, &hanako, &taro);
        let seen = get(db, &taro, &event.id).unwrap();
        let mine = patch(db, &taro, &seen, Scope::All, json!({"alerts": {"a": before(15)}}));
        try_delete(db, &taro, &event.id, Scope::All, &mine.etag).unwrap();
        clock.set(at("2026-11-26T12:00:00+09:00"));
        run_due_jobs(db);
        assert_eq!(reminders(db, &taro), 0);
        reply(db, &taro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        clock.set(at("2026-11-27T09:45:00+09:00"));
        run_due_jobs(db);
        assert_eq!(reminders(db, &taro), 1);
    });
}

#[test]
fn who_may_write_where_it_was_made_keeps_their_own_too() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = meeting(db, &hanako, &taro);
        let share =
            Share { grantee: ShareTarget::Person { person_id: taro.person.clone() }, role: Role::Write };
        let calendar = default_calendar(db, &hanako);
        db.write(|tx| service::put_share(tx, &hanako, &calendar, share.clone())).unwrap();
        let seen = get(db, &taro, &event.id).unwrap();
        let both = json!({"title": "定例会議", "alerts": {"a": before(15)}});
        let mine = patch(db, &taro, &seen, Scope::All, both);
        assert_eq!(
            (mine.event.title.as_str(), mine.event.alerts.keys().next().unwrap().as_str()),
            ("定例会議", "a")
        );
        let renamed = patch(db, &taro, &mine, Scope::All, json!({"title": "例会"}));
        assert_eq!(renamed, get(db, &taro, &event.id).unwrap());
        // In whichever calendar they see it, it has one tag.
        let seen = occurrences(db, &taro, days("2026-11-26", "2026-11-27"));
        assert_eq!(seen.iter().map(|it| it.etag.clone()).collect::<Vec<_>>(), vec![renamed.etag; 2]);
        let hers = get(db, &hanako, &event.id).unwrap();
        assert_eq!((hers.event.title.as_str(), hers.event.alerts), ("例会", event.event.alerts));
    });
}

/// What is one's own is otherwise in a single occurrence, too, and it is that which reminds.
#[test]
fn one_occurrence_has_alerts_of_its_own() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = meeting(db, &hanako, &taro);
        let mine = patch(
            db,
            &taro,
            &get(db, &taro, &event.id).unwrap(),
            Scope::All,
            json!({"alerts": {"a": before(15)}}),
        );
        let day = |day: u32| local(&format!("2026-11-{day}T10:00:00"));
        let second = Scope::This(day(27));
        let mine = patch(db, &taro, &mine, second, json!({"alerts": {"a": before(60)}}));
        let mine = patch(db, &taro, &mine, Scope::This(day(28)), json!({"alerts": null}));
        let offsets = |event: &EventView, at: u32| {
            let occurrence = event.event.occurrence(day(at)).unwrap();
            let texts: Vec<String> =
                occurrence.alerts.values().map(|it| json!(it)["trigger"]["offset"].to_string()).collect();
            texts.join(" ")
        };
        assert_eq!([26, 27, 28].map(|at| offsets(&mine, at)), ["\"-PT15M\"", "\"-PT1H\"", ""]);
        assert_eq!(get(db, &taro, &event.id).unwrap(), mine);
        assert_eq!(get(db, &hanako, &event.id).unwrap(), event, "it is nobody else's");
        let same = patch(db, &taro, &mine, second, json!({"alerts": {"a": before(60)}}));
        assert_eq!(same.etag, mine.etag);
        let none = Scope::This(local("2026-11-29T10:00:00"));
        assert_eq!(code(try_patch(db, &taro, &mine, none, json!({"alerts": null}))), "not-found");
        // What the organizer changes leaves it, as long as there is the occurrence.
        let now = get(db, &hanako, &event.id).unwrap();
        let now = patch(db, &hanako, &now, second, json!({"title": "臨時"}));
        let seen = get(db, &taro, &event.id).unwrap();
        assert_eq!(offsets(&seen, 27), "\"-PT1H\"");
        assert_eq!(seen.event.occurrence(day(27)).unwrap().title, "臨時");
        // The organizer's own of one occurrence remind, too, and leave no trace for others.
        let now = patch(db, &hanako, &now, second, json!({"alerts": {"1": before(30)}}));
        let third = Scope::This(day(28));
        let now = patch(db, &hanako, &now, third, json!({"alerts": {"1": before(30)}}));
        let jiro = person(db, "田中");
        let now =
            patch(db, &hanako, &now, Scope::All, json!({"participants": {"j": {"personId": jiro.person}}}));
        let seen = get(db, &jiro, &event.id).unwrap().event.recurrence_overrides;
        assert!(!seen.contains_key(&day(28)) && seen.contains_key(&day(27)), "{seen:?}");
        patch(db, &hanako, &now, third, json!({"alerts": {"1": before(5)}}));
        reply(db, &taro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        let told = |time: &str| {
            clock.set(at(time));
            run_due_jobs(db);
            (reminders(db, &hanako), reminders(db, &taro))
        };
        assert_eq!(told("2026-11-26T09:44:00+09:00"), (0, 0));
        assert_eq!(told("2026-11-26T09:56:00+09:00"), (1, 1));
        assert_eq!(told("2026-11-27T08:59:00+09:00"), (1, 1));
        assert_eq!(told("2026-11-27T09:00:00+09:00"), (1, 2));
        assert_eq!(told("2026-11-27T09:30:00+09:00"), (2, 2));
        assert_eq!(told("2026-11-27T09:59:00+09:00"), (2, 2), "in place of those of the series");
        assert_eq!(told("2026-11-28T12:00:00+09:00"), (3, 2));
        // An occurrence that is left out does not come back by them.
        let now = get(db, &hanako, &event.id).unwrap();
        try_delete(db, &hanako, &event.id, second, &now.etag).unwrap();
        let seen = get(db, &taro, &event.id).unwrap();
        assert!(seen.event.recurrence_overrides[&day(27)].is_excluded());
        let shorter = json!({"recurrenceRule": {"count": 2}});
        let now = get(db, &hanako, &event.id).unwrap();
        patch(db, &hanako, &now, Scope::All, shorter);
        let seen = get(db, &taro, &event.id).unwrap();
        assert!(
            !seen.event.recurrence_overrides.contains_key(&day(28)),
            "{:?}",
            seen.event.recurrence_overrides
        );
    });
}

/// What is kept with one occurrence moves along with the series, for who takes part and for who reads it in a calendar of another.
#[test]
fn ones_own_of_one_occurrence_moves_along_with_the_series() {
    on_each_database(|db, clock| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "田中"));
        let event = meeting(db, &hanako, &taro);
        let share =
            Share { grantee: ShareTarget::Person { person_id: jiro.person.clone() }, role: Role::Read };
        let calendar = default_calendar(db, &hanako);
        db.write(|tx| service::put_share(tx, &hanako, &calendar, share.clone())).unwrap();
        let second = Scope::This(local("2026-11-27T10:00:00"));
        for who in [&taro, &jiro] {
            let seen = get(db, who, &event.id).unwrap();
            patch(db, who, &seen, second, json!({"alerts": {"a": before(60)}}));
        }
        for (start, then) in
            [("2026-11-26T11:00:00", "2026-11-27T11:00:00"), ("2026-11-27T11:00:00", "2026-11-28T11:00:00")]
        {
            let tags = [&taro, &jiro].map(|who| get(db, who, &event.id).unwrap().etag);
            let now = get(db, &hanako, &event.id).unwrap();
            patch(db, &hanako, &now, Scope::All, json!({"start": start}));
            for (who, tag) in [&taro, &jiro].into_iter().zip(tags) {
                let seen = get(db, who, &event.id).unwrap();
                let own: Vec<String> = seen
                    .event
                    .recurrence_overrides
                    .iter()
                    .map(|(id, patch)| json!([id, patch]).to_string())
                    .collect();
                assert_eq!(own.len(), 1, "{own:?}");
                assert!(own[0].starts_with(&format!("[\"{then}\"")) && own[0].contains("-PT1H"), "{own:?}");
                assert_ne!(seen.etag, tag);
            }
        }
        clock.set(at("2026-11-28T10:00:00+09:00"));
        run_due_jobs(db);
        assert!(reminders(db, &taro) > 0 && reminders(db, &jiro) > 0);
    });
}
