use renraku_base::{Fault, Kind, Limit};
use renraku_db::Db;
use renraku_people::directory::{
    Directory,
    service::{self, PeopleSearch},
};
use renraku_test_db::on_each_database;

use super::office::*;

fn add(db: &Db, number: u32) -> Result<(), renraku_people::directory::DirectoryFault> {
    db.write(|tx| service::add_favourite(tx, &who(1), &id(number))).map(|changed| changed.into_inner())
}

fn list(db: &Db, directory: &Directory) -> Vec<u32> {
    numbers(&db.read(|tx| service::list_favourites(tx, directory, &who(1))).unwrap())
}

#[test]
fn a_favourite_comes_before_all_who_fit_as_well() {
    on_each_database(|db, _| {
        let directory = open(db);
        assert_eq!(found(db, &directory, "主事"), [1, 9, 6]);
        assert_eq!(found(db, &directory, "森"), [3, 4, 5, 2]);
        for number in [6, 5] {
            add(db, number).unwrap();
        }
        add(db, 6).unwrap();
        assert_eq!(found(db, &directory, "主事"), [6, 1, 9]);
        assert_eq!(found(db, &directory, "森"), [3, 4, 5, 2], "how well they fit counts first");
        assert_eq!(list(db, &directory), [6, 5]);
        let pages = |limit: u16| {
            let limit = Limit::new(limit).unwrap();
            let mut search = PeopleSearch { q: Some("主事".to_owned()), limit, ..PeopleSearch::default() };
            let mut all = Vec::new();
            loop {
                let page = find(db, &directory, 1, &search).unwrap();
                all.extend(numbers(&page.items));
                search.cursor = page.next_cursor;
                if search.cursor.is_none() {
                    return all;
                }
            }
        };
        assert_eq!(pages(1), [6, 1, 9]);
        db.write(|tx| service::remove_favourite(tx, &who(1), &id(6))).unwrap();
        db.write(|tx| service::remove_favourite(tx, &who(1), &id(6))).unwrap();
        assert_eq!(found(db, &directory, "主事"), [1, 9, 6]);
        db.write(|tx| service::end_person(tx, &id(5))).unwrap();
        assert!(list(db, &directory).is_empty());
    });
}

#[test]
fn who_is_not_there_is_no_favourite_and_there_are_at_most_two_hundred() {
    on_each_database(|db, _| {
        open(db);
        assert_eq!(add(db, 77).unwrap_err().kind(), Kind::NotFound);
        let many: Vec<_> = (100..301).map(|number| person(number, "応援", "", ZAISEI, "")).collect();
        db.write(|tx| service::bulk_insert(tx, &[], &many)).unwrap();
        for number in 100..300 {
            add(db, number).unwrap();
        }
        let fault = add(db, 300).unwrap_err();
        assert_eq!((fault.kind(), fault.fields()[0].code.as_ref()), (Kind::Invalid, "too-many"));
        add(db, 299).unwrap();
    });
}

#[test]
fn those_who_are_found_are_counted_by_unit() {
    on_each_database(|db, _| {
        let directory = open(db);
        let mut entry = people()[0].clone();
        entry.posts.push(post(NOSEI, "併任"));
        put(db, &entry);
        let counts = |q: Option<&str>, unit: Option<u32>| {
            let search =
                PeopleSearch { q: q.map(str::to_owned), unit: unit.map(id), ..PeopleSearch::default() };
            let counts = db.read(|tx| service::count_people_by_unit(tx, &directory, &search)).unwrap();
            counts.iter().map(|of| format!("{} {}", of.unit.name, of.count)).collect::<Vec<_>>()
        };
        assert_eq!(counts(None, None), ["総務部 7", "農政部 5"]);
        assert_eq!(counts(Some("takahashi"), None), ["総務部 1", "農政部 2"]);
        assert_eq!(counts(Some("もり"), Some(SOMU)), ["人事課 1", "財政課 1"]);
        assert_eq!(counts(Some("もり"), Some(JINJI)), ["給与係 1"]);
        assert_eq!(counts(Some("xyz"), None), Vec::<String>::new());
    });
}

#[test]
fn lists_stand_in_the_order_of_the_readings() {
    on_each_database(|db, _| {
        let directory = open(db);
        let readings = ["かな", "がとう あい", "カトウ ケン", "かとう いち", "きょう", "きよう", "かー"];
        for (number, reading) in (20..).zip(readings) {
            put(db, &person(number, "何某", reading, SHINRIN, ""));
        }
        for directory in [directory, Directory::new()] {
            let unit = db.read(|tx| service::get_unit(tx, &directory, &id(SHINRIN), None)).unwrap();
            assert_eq!(numbers(&unit.members), [26, 23, 22, 21, 20, 24, 25, 2, 3]);
        }
    });
}
