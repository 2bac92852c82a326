use renraku_base::{Fault, Principal, Role};
use renraku_db::Db;
use renraku_people::{Share, ShareTarget};
use renraku_schedule::{
    ScheduleFault,
    model::EventView,
    service::{self, Group, Scope},
};
use renraku_test_db::on_each_database;
use serde_json::{Value, json};

use crate::office::{
    code, create, days, default_calendar, get, occurrences, person, reply, titles, try_create, try_patch,
};

const CANARY: &str = "QZXCANARY";

fn secretive(privacy: &str, participant: &Principal) -> Value {
    json!({
        "title": CANARY, "description": CANARY, "start": "2026-11-26T10:00:00", "duration": "PT1H", "privacy": privacy,
        "locations": {"1": {"name": CANARY}}, "keywords": {CANARY: true}, "x-note": CANARY,
        "participants": {"1": {"personId": participant.person}},
        "recurrenceRule": {"frequency": "daily", "count": 3},
        "recurrenceOverrides": {"2026-11-27T10:00:00": {"title": CANARY, "start": "2026-11-27T15:00:00"}}
    })
}

fn share(db: &Db, owner: &Principal, with: &Principal, role: Role) {
    let calendar = default_calendar(db, owner);
    let share = Share { grantee: ShareTarget::Person { person_id: with.person.clone() }, role };
    db.write(|tx| service::put_share(tx, owner, &calendar, share.clone())).unwrap();
}

/// All that `who` can read about the week, as text.
fn everything(db: &Db, who: &Principal, people: &[&Principal], event: &EventView) -> String {
    let window = days("2026-11-23", "2026-12-01");
    let ids: Vec<String> = people.iter().map(|it| it.person.to_string()).collect();
    let mut text = format!("{:?}", get(db, who, &event.id));
    let mut add = |value: Value| text.push_str(&value.to_string());
    add(serde_json::to_value(occurrences(db, who, window)).unwrap());
    let group = Group::Principals(ids.clone());
    add(serde_json::to_value(db.read(|tx| service::group_week(tx, who, &group, window)).unwrap()).unwrap());
    add(serde_json::to_value(db.read(|tx| service::free_busy(tx, who, &ids, window)).unwrap()).unwrap());
    let persons: Vec<_> = people.iter().map(|it| it.person.clone()).collect();
    let engagements = db.read(|tx| service::list_engagements(tx, who, &persons, window)).unwrap();
    add(format!("{engagements:?}").into());
    for it in
        db.read(|tx| service::sync::get_events(tx, who, std::slice::from_ref(&event.id), window)).unwrap()
    {
        add(serde_json::to_value(it.event).unwrap());
        add(serde_json::to_value(it.occurrences).unwrap());
    }
    text
}

#[test]
fn of_a_private_event_others_see_that_the_time_is_taken() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let event = create(db, &hanako, secretive("private", &taro));
        let everybody = [&hanako, &taro, &jiro];
        assert!(everything(db, &taro, &everybody, &event).contains(CANARY), "a participant reads it");
        for role in [None, Some(Role::FreeBusy), Some(Role::Read), Some(Role::Write), Some(Role::Manage)] {
            if let Some(role) = role {
                share(db, &hanako, &jiro, role);
                share(db, &taro, &jiro, role);
            }
            let text = everything(db, &jiro, &everybody, &event);
            assert!(!text.contains(CANARY), "{role:?}: {text}");
            assert!(text.contains("2026-11-26T01:00:00Z"), "{role:?} sees that it is busy: {text}");
            assert_ne!(
                text.contains(event.id.as_str()),
                role.is_none_or(|role| role < Role::Read),
                "{role:?}"
            );
        }
        let seen = get(db, &jiro, &event.id).unwrap();
        assert_ne!(seen.etag, event.etag, "another view has another tag");
        assert_eq!(code(try_patch(db, &jiro, &seen, Scope::All, json!({"title": "x"}))), "forbidden");
    });
}

#[test]
fn of_a_secret_event_others_see_nothing() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let event = create(db, &hanako, secretive("secret", &taro));
        share(db, &hanako, &jiro, Role::Manage);
        share(db, &taro, &jiro, Role::Manage);
        let text = everything(db, &jiro, &[&hanako, &taro, &jiro], &event);
        assert!(!text.contains(CANARY) && !text.contains("2026-11-26T01:00:00Z"), "{text}");
        assert_eq!(code(get(db, &jiro, &event.id)), "not-found");
        assert_eq!(
            code(reply(db, &jiro, &event.id, json!({"participationStatus": "accepted"}))),
            "not-found"
        );
        assert_eq!(code(try_patch(db, &jiro, &event, Scope::All, json!({"title": "x"}))), "not-found");
    });
}

#[test]
fn nobody_writes_for_another_what_is_kept_from_themselves() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        share(db, &hanako, &taro, Role::Write);
        let body = |privacy: &str| {
            json!({"title": "面談", "start": "2026-11-26T10:00:00", "duration": "PT1H",
            "calendarId": default_calendar(db, &hanako), "privacy": privacy})
        };
        let refused = |result: Result<EventView, ScheduleFault>| {
            assert_eq!(result.unwrap_err().fields()[0].code, "secret-of-another");
        };
        refused(try_create(db, &taro, body("secret")));
        let event = create(db, &taro, body("public"));
        refused(try_patch(db, &taro, &event, Scope::All, json!({"privacy": "secret"})));
        assert_eq!(titles(db, &hanako, days("2026-11-26", "2026-11-27")), [Some("面談".to_owned())]);
        // Whoever takes part sees it.
        let mut body = body("secret");
        body["participants"] = json!({"t": {"personId": taro.person}});
        create(db, &taro, body);
    });
}

#[test]
fn an_event_in_a_calendar_that_shows_busy_time_alone_is_not_to_be_found() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event =
            create(db, &hanako, json!({"title": CANARY, "start": "2026-11-26T10:00:00", "duration": "PT1H"}));
        let text = everything(db, &taro, &[&hanako], &event);
        assert!(!text.contains(CANARY) && !text.contains(event.id.as_str()), "{text}");
        let rows = db
            .read(|tx| {
                let group = Group::Principals(vec![hanako.person.to_string()]);
                service::group_week(tx, &taro, &group, days("2026-11-26", "2026-11-27"))
            })
            .unwrap();
        assert_eq!(
            serde_json::to_value(&rows[0].occurrences).unwrap(),
            json!([{"utcStart": "2026-11-26T01:00:00Z", "utcEnd": "2026-11-26T02:00:00Z", "busy": "confirmed"}])
        );
    });
}

#[test]
fn a_room_is_seen_to_be_taken_however_secret_the_reason() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let room = crate::office::room(db, "応接室");
        let body = json!({"title": CANARY, "start": "2026-11-26T10:00:00", "duration": "PT1H", "privacy": "secret",
            "freeBusyStatus": "free", "facilityIds": [room]});
        create(db, &hanako, body);
        let taken = |who: &Principal| {
            let (window, ids) = (days("2026-11-26", "2026-11-27"), vec![room.to_string()]);
            let busy = db.read(|tx| service::free_busy(tx, who, &ids, window)).unwrap();
            let rows = db.read(|tx| service::group_week(tx, who, &Group::Principals(ids), window)).unwrap();
            (
                busy[0].busy.len(),
                rows[0].name.full.clone(),
                serde_json::to_value(&rows[0].occurrences).unwrap(),
            )
        };
        let (busy, name, occurrences) = taken(&taro);
        assert_eq!((busy, name.as_str()), (1, "応接室"));
        let time = json!([{"utcStart": "2026-11-26T01:00:00Z", "utcEnd": "2026-11-26T02:00:00Z", "busy": "confirmed"}]);
        assert_eq!(occurrences, time);
        assert_eq!(taken(&hanako).2[0]["title"], CANARY, "her own");
    });
}
