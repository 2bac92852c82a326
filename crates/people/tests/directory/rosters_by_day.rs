//! Transfers that are prepared for a day, and imports that are taken back.

use std::time::Duration;

use chrono::NaiveDate;
use renraku_base::Limit;
use renraku_db::Db;
use renraku_people::directory::{Appointments, Directory, PersonEntry, Roster, service};
use renraku_test_db::on_each_database;

use super::{
    office::*,
    rosters::{due_jobs, roster, said, shown, transfer},
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn paths(db: &Db, directory: &Directory) -> Vec<String> {
    let page = db.read(|tx| service::list_units(tx, directory, Limit::default(), None)).unwrap();
    page.items.into_iter().map(|unit| unit.path).collect()
}

#[test]
fn what_was_imported_is_taken_back_within_a_day() {
    on_each_database(|db, clock| {
        let directory = open(db);
        let (before, units) = (shown(db, &directory), paths(db, &directory));
        let undo = || db.write(service::undo_roster).unwrap();
        assert!(undo().is_none(), "nothing was imported yet");
        clock.advance(Duration::from_secs(1));
        service::import_roster(db, None, &Roster { whole: true, ..transfer() }).unwrap();
        assert_ne!(shown(db, &directory), before);
        clock.advance(Duration::from_hours(23));
        let (_, plan) = undo().unwrap();
        assert_eq!((plan.changed.len(), plan.returned.len(), plan.ended.len()), (2, 8, 1));
        assert_eq!(shown(db, &directory), before);
        assert_eq!(paths(db, &directory), units);
        assert_eq!(members(db, SOMU), [1, 4, 5, 6, 7, 9, 10]);
        assert_eq!(db.read(renraku_db::examine).unwrap().iter().map(|one| one.faults).sum::<i64>(), 0);
        assert!(undo().is_none(), "once is enough");
        service::import_roster(db, None, &transfer()).unwrap();
        clock.advance(Duration::from_hours(25));
        assert!(undo().is_none(), "after a day it stands");
    });
}

#[test]
fn who_comes_back_is_the_same_person_and_leaves_again_when_it_is_taken_back() {
    on_each_database(|db, clock| {
        let directory = open(db);
        let before = shown(db, &directory);
        let everyone = |without: u32, title: &str| {
            let said = people().into_iter().enumerate().filter_map(|(at, person)| {
                let number = u32::try_from(at).unwrap() + 1;
                (number != without).then(|| said(number, &person.name.full, "農政部", title))
            });
            Roster { whole: true, ..roster(said.collect()) }
        };
        service::import_roster(db, None, &everyone(4, "主事")).unwrap();
        assert_eq!(shown(db, &directory).len(), before.len() - 1);
        let gone = shown(db, &directory);
        clock.advance(Duration::from_secs(60));
        let mut renamed = everyone(0, "主事");
        renamed.people[3].name = "森田 實".to_owned();
        renamed.people[3].phonetic = Some("もりた みのる".to_owned());
        let back = service::import_roster(db, None, &renamed).unwrap();
        assert_eq!((back.added.len(), back.returned.len(), back.unchanged), (0, 1, 10));
        assert_eq!(back.returned[0].id, id(4));
        assert_eq!(members(db, NOSEI).len(), 11, "with the rights of the unit");
        assert_eq!(found(db, &directory, "森田"), [4]);
        db.write(service::undo_roster).unwrap().unwrap();
        assert_eq!(shown(db, &directory), gone);
        let names = db.read(|tx| service::names(tx, &[id(4)])).unwrap();
        assert_eq!(names[&id(4)].name.full, "森田 実", "as they had left");
        let counts = db.read(service::list_rosters).unwrap()[0].counts.unwrap();
        assert_eq!((counts.people, counts.returned), (11, 1));
        // Who had left before is known again, however it was that they left.
        let again = service::import_roster(db, None, &everyone(0, "主事")).unwrap();
        assert_eq!(again.returned[0].id, id(4));
        assert_eq!(db.read(renraku_db::examine).unwrap().iter().map(|one| one.faults).sum::<i64>(), 0);
    });
}

#[test]
fn a_prepared_roster_takes_effect_at_midnight_of_the_office() {
    on_each_database(|db, clock| {
        let directory = open(db);
        let first_of_april = day("2027-04-01");
        let before = shown(db, &directory);
        let wrong = roster(vec![said(4, "森田 実", "農政部", "部長")]);
        db.write(|tx| service::prepare_roster(tx, first_of_april, &wrong)).unwrap();
        db.write(|tx| service::prepare_roster(tx, first_of_april, &transfer())).unwrap();
        assert_eq!(db.read(service::list_rosters).unwrap().len(), 1, "the later one of a day counts");
        let midnight: renraku_base::Timestamp = "2027-04-01T00:00:00+09:00".parse().unwrap();
        clock.advance(Duration::from_micros((midnight.micros() - db.now().micros() - 1).unsigned_abs()));
        assert!(due_jobs(db).is_empty());
        assert!(service::apply_due_rosters(db, &Directory::new()).unwrap().is_empty());
        assert_eq!(shown(db, &directory), before);
        clock.advance(Duration::from_micros(1));
        assert_eq!(due_jobs(db).len(), 1);
        let applied = service::apply_due_rosters(db, &Directory::new()).unwrap();
        assert_eq!(applied[0].changed.len(), 2);
        assert_eq!(members(db, ZAISEI), [1, 4]);
        assert!(shown(db, &directory)[0].contains("\"startsOn\":\"2027-04-01\""));
        assert!(service::apply_due_rosters(db, &Directory::new()).unwrap().is_empty(), "once");
        // The holders are to be told, each with whom they follow.
        let told = due_jobs(db);
        let told: Appointments = serde_json::from_str(&told[0].payload).unwrap();
        let posts: Vec<(u32, &str, Option<u32>)> = told
            .people
            .iter()
            .map(|one| (number(&one.person), one.unit.as_str(), one.predecessor.as_ref().map(number)))
            .collect();
        assert_eq!(posts, [(1, "総務部/財政課", Some(6)), (6, "農政部", None)]);
        db.write(service::undo_roster).unwrap().unwrap();
        assert_eq!(shown(db, &directory), before);
    });
}

#[test]
fn each_import_of_a_day_is_taken_back_once_the_last_one_first() {
    on_each_database(|db, clock| {
        let directory = open(db);
        let mut states = vec![shown(db, &directory)];
        for title in ["主任", "参事"] {
            clock.advance(Duration::from_secs(1));
            let sheet =
                roster(vec![said(3, "森 太", "農政部/緑化課", title), said(60, "新田 新", title, title)]);
            service::import_roster(db, None, &sheet).unwrap();
            states.push(shown(db, &directory));
        }
        states.pop();
        while let Some(before) = states.pop() {
            clock.advance(Duration::from_secs(1));
            assert!(db.write(service::undo_roster).unwrap().is_some());
            assert_eq!(shown(db, &directory), before);
        }
        assert!(db.write(service::undo_roster).unwrap().is_none(), "nothing is done again");
    });
}

#[test]
fn what_waits_can_be_dropped_and_what_is_old_is_forgotten() {
    on_each_database(|db, clock| {
        open(db);
        let day = day("2027-04-01");
        db.write(|tx| service::prepare_roster(tx, day, &transfer())).unwrap();
        let waiting = db.read(service::list_rosters).unwrap();
        let kept = db.read(|tx| service::get_prepared_roster(tx, &waiting[0].id)).unwrap();
        assert_eq!(kept, Some(Roster { effective_on: Some(day), ..transfer() }));
        assert!(db.write(|tx| service::cancel_roster(tx, day)).unwrap());
        assert!(!db.write(|tx| service::cancel_roster(tx, day)).unwrap());
        assert!(db.read(service::list_rosters).unwrap().is_empty());
        service::import_roster(db, None, &transfer()).unwrap();
        clock.advance(Duration::from_hours(24 * 6));
        assert_eq!(db.write(service::forget_old_rosters).unwrap(), 0);
        clock.advance(Duration::from_hours(25));
        assert_eq!(db.write(service::forget_old_rosters).unwrap(), 1);
    });
}

#[test]
fn a_search_does_not_wait_for_a_great_transfer() {
    on_each_database(|db, clock| {
        let directory = open(db);
        let many: Vec<PersonEntry> =
            (100..300).map(|number| person(number, "応援 職員", "おうえん しょくいん", ZAISEI, "")).collect();
        db.write(|tx| service::bulk_insert(tx, &[], &many)).unwrap();
        let moved = (100..300).map(|number| said(number, "応援 職員", "農政部/応援課", "")).collect();
        let moved = roster(moved);
        let tomorrow = service::office_day(db.now()).succ_opt().unwrap();
        db.write(|tx| service::prepare_roster(tx, tomorrow, &moved)).unwrap();
        clock.advance(Duration::from_hours(24));
        let search = |directory: &Directory, q: &str| {
            let before = db.statements();
            let found = found(db, directory, q);
            (found.len(), db.statements() - before)
        };
        search(&directory, "応援課");
        let (none, as_ever) = search(&directory, "応援課");
        assert_eq!(none, 0);
        let applied = service::apply_due_rosters(db, &directory).unwrap();
        assert_eq!(applied[0].changed.len(), 200);
        assert_eq!(search(&directory, "応援課"), (50, as_ever), "nothing is loaded by the search");
        assert!(search(&Directory::new(), "応援課").1 > as_ever);
        assert_eq!(shown(db, &directory), shown(db, &Directory::new()));

        // What comes after it is taken over as ever.
        db.write(|tx| service::end_person(tx, &id(100))).unwrap();
        assert!(!shown(db, &directory).iter().any(|person| person.contains(id::<()>(100).as_str())));
    });
}
