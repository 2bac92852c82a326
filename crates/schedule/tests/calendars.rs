use std::{sync::Barrier, thread};

use renraku_base::{Precondition, Role, UnitId};
use renraku_db::{CollectionKind, changes};
use renraku_people::{
    Share, ShareTarget, access,
    directory::{self, UnitEntry},
};
use renraku_schedule::{
    model::{CalendarPatch, CalendarRelation, NewCalendar},
    service,
};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{code, create, days, default_calendar, fresh, occurrences, person};

fn new(name: &str) -> NewCalendar {
    serde_json::from_value(json!({ "name": name })).unwrap()
}

#[test]
fn a_default_calendar_is_made_once_and_listed_first() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let first = default_calendar(db, &hanako);
        assert_eq!(default_calendar(db, &hanako), first);
        let other = db.write(|tx| service::create_calendar(tx, &hanako, new("出張"))).unwrap().into_inner();
        let listed = db.read(|tx| service::list_calendars(tx, &hanako)).unwrap();
        let ids: Vec<_> = listed.iter().map(|it| (it.id.clone(), it.is_default)).collect();
        assert_eq!(ids, [(first, true), (other.id, false)]);
        assert_eq!(listed[0].kind, CalendarRelation::Own);
    });
}

#[test]
fn a_colleague_sees_that_a_calendar_is_busy_and_not_that_it_is_there() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let calendar = default_calendar(db, &hanako);
        assert_eq!(db.read(|tx| service::list_calendars(tx, &taro)).unwrap(), []);
        assert_eq!(code(db.read(|tx| service::get_calendar(tx, &taro, &calendar))), "not-found");
        create(
            db,
            &hanako,
            json!({"title": "秘密でない会議", "start": "2026-11-26T10:00:00", "duration": "PT1H"}),
        );
        let busy = db
            .read(|tx| {
                let window = days("2026-11-26", "2026-11-27");
                service::free_busy(tx, &taro, &[hanako.person.to_string()], window)
            })
            .unwrap();
        assert_eq!(busy[0].busy.len(), 1);
    });
}

#[test]
fn shares_never_touch_the_owner_and_end_at_once() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let calendar = default_calendar(db, &hanako);
        let share = |person: &renraku_base::Principal, role| Share {
            grantee: ShareTarget::Person { person_id: person.person.clone() },
            role,
        };
        let put = |who, share: Share| db.write(|tx| service::put_share(tx, who, &calendar, share.clone()));
        assert_eq!(code(put(&taro, share(&taro, Role::Read))), "not-found");
        assert_eq!(code(put(&hanako, share(&hanako, Role::Read))), "calendar-fixed");
        put(&hanako, share(&taro, Role::Read)).unwrap();
        assert_eq!(code(put(&taro, share(&taro, Role::Manage))), "forbidden");

        create(db, &hanako, json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H"}));
        let window = days("2026-11-26", "2026-11-27");
        let seen = occurrences(db, &taro, window);
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].title.as_deref(), Some("会議"));
        assert!(!seen[0].is_organizer && seen[0].participation_status.is_none());

        let target = ShareTarget::Person { person_id: taro.person.clone() };
        db.write(|tx| service::remove_share(tx, &hanako, &calendar, &target)).unwrap();
        assert_eq!(occurrences(db, &taro, window), []);
        let shares = db.read(|tx| service::list_shares(tx, &hanako, &calendar)).unwrap();
        assert_eq!(shares.len(), 2, "the owner's own right and everyone's free/busy: {shares:?}");
    });
}

#[test]
fn a_calendar_changes_for_whoever_expects_what_it_is() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let made = db.write(|tx| service::create_calendar(tx, &hanako, new(" 出張 "))).unwrap().into_inner();
        assert_eq!(made.name, "出張");
        let change = |body, expected: &Precondition| {
            let patch: CalendarPatch = serde_json::from_value(body).unwrap();
            db.write(|tx| service::update_calendar(tx, &hanako, &made.id, patch.clone(), expected))
        };
        let as_read = Precondition::Match(vec![made.etag.clone()]);
        let red = change(json!({"color": "#ff0000"}), &as_read).unwrap().into_inner();
        assert_eq!((red.name.as_str(), red.color.as_deref()), ("出張", Some("#ff0000")));
        assert_eq!(code(change(json!({"name": "x"}), &as_read)), "stale");
        assert_eq!(code(change(json!({"name": " "}), &Precondition::Exists)), "invalid");
        assert_eq!(code(change(json!({"color": "red"}), &Precondition::Exists)), "invalid");
        let plain = change(json!({"color": null}), &Precondition::Exists).unwrap().into_inner();
        assert_eq!(plain.color, None);
    });
}

#[test]
fn a_deleted_calendar_takes_its_events_along_and_a_default_one_stays() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let first = default_calendar(db, &hanako);
        let delete = |id| db.write(|tx| service::delete_calendar(tx, &hanako, id, &Precondition::Exists));
        assert_eq!(code(delete(&first)), "calendar-fixed");
        let made = db.write(|tx| service::create_calendar(tx, &hanako, new("出張"))).unwrap().into_inner();
        create(
            db,
            &hanako,
            json!({"calendarId": made.id, "title": "視察", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"1": {"personId": taro.person}}}),
        );
        let window = days("2026-11-26", "2026-11-27");
        assert_eq!(occurrences(db, &taro, window).len(), 1);
        delete(&made.id).unwrap();
        assert_eq!(occurrences(db, &taro, window), []);
        assert_eq!(occurrences(db, &hanako, window), []);
        assert_eq!(code(delete(&made.id)), "not-found");
    });
}

#[test]
fn two_first_shares_at_once_make_one_home() {
    on_each_database(|db, _| {
        for round in 0..5 {
            let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
            let unit: UnitId = fresh(db);
            let entry =
                UnitEntry { id: unit.clone(), name: "総務課".to_owned(), parent_id: None, position: 1 };
            db.write(|tx| directory::service::put_unit(tx, &entry)).unwrap();
            db.write(|tx| access::set_groups(tx, &taro.person, &[access::Grantee::Unit(unit.clone())]))
                .unwrap();
            let calendars = [default_calendar(db, &hanako), default_calendar(db, &taro)];
            let start = Barrier::new(2);
            thread::scope(|scope| {
                for (who, calendar) in [&hanako, &taro].into_iter().zip(&calendars) {
                    let (start, grantee) = (&start, ShareTarget::Unit { unit_id: unit.clone() });
                    scope.spawn(move || {
                        start.wait();
                        let share = Share { grantee, role: Role::Read };
                        db.write(|tx| service::put_share(tx, who, calendar, share.clone())).unwrap();
                    });
                }
            });
            let homes = db
                .read(|tx| changes::find_by_owner(tx, CollectionKind::SharedHome, Some(unit.as_str())))
                .unwrap();
            assert_eq!(homes.len(), 1, "round {round}");
            let log = db.read(|tx| changes::since(tx, homes[0], 0, 10)).unwrap();
            assert_eq!(log.len(), 2, "both are told there");
        }
    });
}
