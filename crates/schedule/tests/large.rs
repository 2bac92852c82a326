//! Much at once: in short transactions, and beside others who write.

use renraku_base::{Fault, Precondition, Principal};
use renraku_db::{CollectionKind, Db, changes};
use renraku_schedule::service;
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{code, days, default_calendar, occurrences, person, run_due_jobs, try_create};

fn calendar(db: &Db, who: &Principal) -> renraku_base::CalendarId {
    let new = serde_json::from_value(json!({"name": "取込"})).unwrap();
    let new: renraku_schedule::model::NewCalendar = new;
    db.write(|tx| service::objects::make_calendar(tx, who, "import", new.clone())).unwrap().into_inner().id
}

fn file(count: usize, lines: &str) -> String {
    let events: String = (0..count)
        .map(|at| {
            format!(
                "BEGIN:VEVENT\nUID:{at}\nDTSTART;TZID=Asia/Tokyo:20261126T090000\nDURATION:PT1H\n{lines}\nEND:VEVENT\n"
            )
        })
        .collect();
    format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n")
}

#[test]
fn a_large_calendar_is_gone_at_once_and_emptied_later() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        default_calendar(db, &hanako);
        let id = calendar(db, &hanako);
        let all =
            file(250, "SUMMARY:単発") + &file(60, "SUMMARY:毎日\nRRULE:FREQ=DAILY").replace("UID:", "UID:d");
        let report = service::import_calendar(db, &hanako, Some(&id), all.as_bytes()).unwrap();
        assert_eq!((report.created, report.refused.len()), (310, 0));
        let window = days("2026-11-26", "2026-11-27");
        assert_eq!(occurrences(db, &hanako, window).len(), 310);
        db.write(|tx| service::delete_calendar(tx, &hanako, &id, &Precondition::Exists)).unwrap();
        assert_eq!(occurrences(db, &hanako, window).len(), 0);
        assert_eq!(code(db.read(|tx| service::get_calendar(tx, &hanako, &id))), "not-found");
        let again = db.write(|tx| service::delete_calendar(tx, &hanako, &id, &Precondition::Exists));
        assert_eq!(code(again), "not-found");
        // A calendar client may call another so before it is empty.
        calendar(db, &hanako);
        assert!(run_due_jobs(db) > 1, "it does not fit into one transaction");
        // Its id can be used again, as nothing is left of it.
        let new = json!({"id": id, "name": "新"});
        let new: renraku_schedule::model::NewCalendar = serde_json::from_value(new).unwrap();
        db.write(|tx| service::create_calendar(tx, &hanako, new.clone())).unwrap();
        let mine = Some(hanako.person.as_str());
        let calendars = db.read(|tx| changes::find_by_owner(tx, CollectionKind::Calendar, mine)).unwrap();
        assert!(calendars.len() >= 2);
        assert_eq!(occurrences(db, &hanako, window).len(), 0);
    });
}

#[test]
fn an_import_of_what_is_there_costs_little() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        default_calendar(db, &hanako);
        let all = file(200, "SUMMARY:毎週\nRRULE:FREQ=WEEKLY");
        let import = |text: &str| {
            let before = db.statements();
            let report = service::import_calendar(db, &hanako, None, text.as_bytes()).unwrap();
            assert!(report.refused.is_empty());
            (report.created, report.updated, db.statements() - before)
        };
        let (created, _, first) = import(&all);
        let (_, updated, second) = import(&all);
        assert_eq!((created, updated), (200, 200));
        assert!(first < 40 && second < 20, "{first} {second}");
    });
}

/// One of them has the UID first; the other hears of it and nobody fails.
#[test]
fn an_import_and_a_new_event_of_one_uid_do_not_fail() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        default_calendar(db, &hanako);
        let all = file(300, "SUMMARY:取込");
        std::thread::scope(|scope| {
            let import = scope.spawn(|| service::import_calendar(db, &hanako, None, all.as_bytes()));
            for at in 0..60 {
                let body = json!({"uid": at.to_string(), "title": "手入力", "start": "2026-11-26T09:00:00", "duration": "PT1H"});
                if let Err(fault) = try_create(db, &hanako, body) {
                    assert_eq!(fault.code(), "uid-taken");
                }
            }
            let report = import.join().unwrap().unwrap();
            assert_eq!(report.created + report.updated, 300);
        });
    });
}
