use renraku_base::{Precondition, Principal};
use renraku_db::Db;
use renraku_schedule::{
    ScheduleFault,
    model::{CalendarPatch, Facility, FacilityDraft},
    service::{self, Imported},
};
use renraku_test_db::on_each_database;
use serde_json::{Value, json};

use crate::office::{code, create, person, room, try_create};

fn import(db: &Db, body: Value, managers: Option<&[&Principal]>) -> Result<Imported, ScheduleFault> {
    let draft: FacilityDraft = serde_json::from_value(body).unwrap();
    let managers: Option<Vec<_>> =
        managers.map(|managers| managers.iter().map(|who| who.person.clone()).collect());
    db.write(|tx| service::import_facility(tx, draft.clone(), managers.as_deref()))
}

fn named(db: &Db, name: &str) -> Facility {
    db.read(|tx| service::find_facilities(tx, name)).unwrap().remove(0)
}

fn draft(facility: &Facility, name: &str) -> FacilityDraft {
    serde_json::from_value(json!({"name": name, "kind": facility.kind, "place": "2階"})).unwrap()
}

#[test]
fn an_imported_facility_is_made_changed_or_left_as_it_is() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let body = json!({"name": "第1会議室", "kind": "room", "capacity": 12});
        assert_eq!(import(db, body, None).unwrap(), Imported::Created);
        let made = named(db, "第1会議室");
        let same = json!({"id": made.id, "name": "第1会議室", "kind": "room", "capacity": 12});
        assert_eq!(import(db, same.clone(), None).unwrap(), Imported::Unchanged);
        assert_eq!(named(db, "第1会議室"), made, "not even its version");
        assert_eq!(import(db, same.clone(), Some(&[&hanako])).unwrap(), Imported::Changed);
        assert_eq!(import(db, same, Some(&[&hanako])).unwrap(), Imported::Unchanged);
        let smaller = json!({"id": made.id, "name": "第1会議室", "kind": "room", "capacity": 8});
        assert_eq!(import(db, smaller, None).unwrap(), Imported::Changed);
        assert_eq!(named(db, "第1会議室").capacity, Some(8));
        let wrong = json!({"id": made.id, "name": "", "kind": "room"});
        assert!(matches!(import(db, wrong, None), Err(ScheduleFault::Invalid(_))));
    });
}

#[test]
fn who_looks_after_a_facility_may_change_that_one_until_somebody_else_does() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        import(db, json!({"name": "公用車", "kind": "car"}), Some(&[&hanako])).unwrap();
        let other = room(db, "大会議室");
        let car = named(db, "公用車");
        let update = |who: &Principal, facility: &Facility, name: &str| {
            let now = Precondition::Match(vec![facility.etag.clone()]);
            db.write(|tx| service::update_facility(tx, who, &facility.id, draft(facility, name), &now))
        };
        assert!(matches!(update(&taro, &car, "車"), Err(ScheduleFault::Forbidden)));
        let other = db.read(|tx| service::get_facility(tx, &other)).unwrap();
        assert!(matches!(update(&hanako, &other, "部屋"), Err(ScheduleFault::Forbidden)), "no other one");
        let renamed = update(&hanako, &car, "車").unwrap().into_inner();
        let seen = db.read(|tx| service::list_calendars(tx, &hanako)).unwrap();
        assert!(seen.iter().any(|calendar| calendar.id == car.calendar_id && calendar.name == "車"));

        // The next import names another.
        let body = json!({"id": car.id, "name": "車", "kind": "car", "place": "2階"});
        assert_eq!(import(db, body, Some(&[&taro])).unwrap(), Imported::Changed);
        assert!(matches!(update(&hanako, &renamed, "公用車"), Err(ScheduleFault::Forbidden)));
        let seen = db.read(|tx| service::list_calendars(tx, &hanako)).unwrap();
        assert!(seen.iter().all(|calendar| calendar.id != car.calendar_id));
        let delete = |who: &Principal| {
            db.write(|tx| {
                service::delete_facility(tx, who, &car.id, &Precondition::Match(vec![renamed.etag.clone()]))
            })
        };
        assert!(matches!(delete(&hanako), Err(ScheduleFault::Forbidden)));
        delete(&taro).unwrap();
        let left = db.read(|tx| service::list_facilities(tx, &service::FacilitySearch::default())).unwrap();
        assert_eq!(left.items.len(), 1);
    });
}

/// Whoever looks after a room books it like anybody else: what lies in its calendar has passed the lock.
#[test]
fn the_calendar_of_a_facility_is_filled_by_booking_alone() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        import(db, json!({"name": "第1会議室", "kind": "room"}), Some(&[&hanako])).unwrap();
        let room = named(db, "第1会議室");
        let start = "2026-11-26T10:00:00";
        let into = json!({"title": "x", "start": start, "duration": "PT1H", "calendarId": room.calendar_id});
        assert_eq!(code(try_create(db, &hanako, into)), "forbidden");
        let rename = CalendarPatch { name: Some("別名".into()), ..CalendarPatch::default() };
        let calendar = db.read(|tx| service::get_calendar(tx, &hanako, &room.calendar_id)).unwrap();
        let renamed = db.write(|tx| {
            let now = Precondition::Match(vec![calendar.etag.clone()]);
            service::update_calendar(tx, &hanako, &room.calendar_id, rename.clone(), &now)
        });
        assert!(matches!(renamed, Err(ScheduleFault::CalendarFixed)));
        create(
            db,
            &taro,
            json!({"title": "x", "start": start, "duration": "PT1H", "facilityIds": [room.id]}),
        );
    });
}
