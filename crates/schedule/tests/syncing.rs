use std::collections::BTreeSet;

use renraku_base::{EventId, Principal, Role};
use renraku_db::{CollectionId, CollectionKind, Db, ObjectType, changes};
use renraku_people::{Share, ShareTarget};
use renraku_schedule::service::{self, Scope, sync};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{create, days, default_calendar, get, patch, person, reply, run_due_jobs, try_delete};

fn collection(db: &Db, who: &Principal) -> CollectionId {
    default_calendar(db, who);
    db.read(|tx| changes::find_by_owner(tx, CollectionKind::Calendar, Some(who.person.as_str()))).unwrap()[0]
}

/// What the log of a calendar tells of events since the last look: each with whether it is gone.
fn log(db: &Db, collection: CollectionId) -> Vec<(String, bool)> {
    let changes = db.read(|tx| changes::since(tx, collection, 0, 1_000)).unwrap();
    changes
        .into_iter()
        .filter(|change| change.object_type == ObjectType::Event)
        .map(|change| (change.object, change.gone))
        .collect()
}

#[test]
fn every_calendar_that_shows_an_event_hears_of_it() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let (hers, his) = (collection(db, &hanako), collection(db, &taro));
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"1": {"personId": taro.person}}}),
        );
        let seen = (event.id.to_string(), false);
        for calendar in [hers, his] {
            assert_eq!(log(db, calendar), std::slice::from_ref(&seen));
        }
        let answered = reply(db, &taro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        let renamed = patch(db, &hanako, &answered, Scope::All, json!({"title": "定例"}));
        assert_eq!(log(db, his).len(), 3);
        let alone = patch(db, &hanako, &renamed, Scope::All, json!({"participants": null}));
        assert_eq!(log(db, his).last(), Some(&(event.id.to_string(), true)));
        try_delete(db, &hanako, &event.id, Scope::All, &alone.etag).unwrap();
        assert_eq!(log(db, hers).last(), Some(&(event.id.to_string(), true)));
        assert_eq!(log(db, his).len(), 4, "what he no longer sees is no news");
    });
}

#[test]
fn a_window_lists_its_events_once_with_all_their_occurrences() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let hers = collection(db, &hanako);
        let share =
            Share { grantee: ShareTarget::Person { person_id: hanako.person.clone() }, role: Role::Read };
        let calendar = default_calendar(db, &taro);
        db.write(|tx| service::put_share(tx, &taro, &calendar, share.clone())).unwrap();
        let mut expected = BTreeSet::new();
        for day in 23..28 {
            let body = json!({"title": "会議", "start": format!("2026-11-{day}T10:00:00"), "duration": "PT1H",
                "recurrenceRule": {"frequency": "daily", "count": 2}, "participants": {"1": {"personId": taro.person}}});
            expected.insert(create(db, &hanako, body).id);
        }
        create(db, &hanako, json!({"title": "後", "start": "2026-12-26T10:00:00", "duration": "PT1H"}));
        let window = days("2026-11-23", "2026-11-30");
        let mut after = String::new();
        let mut found: Vec<EventId> = Vec::new();
        loop {
            let page =
                db.read(|tx| sync::list_events(tx, &hanako, hers, (window, &[window]), &after, 2)).unwrap();
            let Some((last, _)) = page.last() else { break };
            after = last.to_string();
            for (id, synced) in page {
                let synced = synced.unwrap();
                assert_eq!(synced.event.id, id);
                assert_eq!(synced.occurrences.len(), 4, "two days, in her calendar and in his");
                found.push(id);
            }
        }
        assert_eq!(found, expected.iter().cloned().collect::<Vec<_>>());
        let left = db
            .read(|tx| sync::list_left(tx, &hanako, hers, window, days("2026-11-28", "2026-12-01")))
            .unwrap();
        assert_eq!(left.len(), 4, "the one of the 27th goes on on the 28th");
        let held = sync::Held { collection: hers, own: true, log: &[], window };
        let lost = db.read(|tx| sync::list_lost(tx, &hanako, &held, window)).unwrap().unwrap();
        assert_eq!((lost.kept.len(), lost.gone), (5, vec![]), "she sees them all in another way");
    });
}

#[test]
fn an_event_of_many_reaches_every_calendar_in_the_end() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let people: Vec<Principal> = (0..40).map(|_| person(db, "鈴木")).collect();
        let participants: serde_json::Map<String, serde_json::Value> = people
            .iter()
            .enumerate()
            .map(|(at, who)| (at.to_string(), json!({"personId": who.person})))
            .collect();
        let event = create(
            db,
            &hanako,
            json!({"title": "総会", "start": "2026-11-26T10:00:00", "duration": "PT1H", "participants": participants}),
        );
        run_due_jobs(db);
        let window = days("2026-11-26", "2026-11-27");
        let seen = |who: &Principal| crate::office::titles(db, who, window);
        for who in &people {
            assert_eq!(seen(who), [Some("総会".to_owned())]);
            assert_eq!(log(db, collection(db, who)), [(event.id.to_string(), false)]);
        }
        let now = get(db, &hanako, &event.id).unwrap();
        try_delete(db, &hanako, &event.id, Scope::All, &now.etag).unwrap();
        run_due_jobs(db);
        for who in &people {
            assert_eq!(seen(who), []);
            assert_eq!(log(db, collection(db, who)).last(), Some(&(event.id.to_string(), true)));
        }
    });
}
