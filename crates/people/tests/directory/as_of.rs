use std::{sync::Arc, time::Duration};

use chrono::NaiveDate;
use renraku_base::{Clock, FixedClock, Timestamp};
use renraku_db::Db;
use renraku_people::directory::{
    Directory, DirectoryFault, HeldPost, PersonEntry, Roster, RosterPerson, RosterPost,
    service::{self, PeopleSearch},
};
use renraku_test_db::on_each_database;

use super::office::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn turn(clock: &FixedClock, to: &str) {
    let to: Timestamp = to.parse().unwrap();
    clock.advance(Duration::from_micros(u64::try_from(to.micros() - clock.now().micros()).unwrap()));
}

fn said(number: u32, name: &str, unit: &str, title: &str) -> RosterPerson {
    RosterPerson {
        staff_number: format!("{:06}", 100_000 + number),
        name: name.to_owned(),
        phonetic: None,
        posts: Some(vec![RosterPost {
            unit: unit.split('/').map(str::to_owned).collect(),
            title: Some(title.to_owned()),
        }]),
        phones: std::collections::BTreeMap::new(),
        emails: None,
    }
}

fn roster(people: Vec<RosterPerson>) -> Roster {
    Roster { people, says_titles: true, whole: false, by_address: true, source: None, effective_on: None }
}

fn json(db: &Db, directory: &Directory, number: u32, on: &str) -> Option<serde_json::Value> {
    match db.read(|tx| service::get_person_on(tx, directory, &id(number), Some(day(on)))) {
        Ok(person) => Some(serde_json::from_str(person.as_str()).unwrap()),
        Err(DirectoryFault::NotFound) => None,
        Err(other) => panic!("{other:?}"),
    }
}

/// Unit and title of the main post on a day; nothing when they are not there.
fn post_on(db: &Db, directory: &Directory, number: u32, on: &str) -> String {
    let Some(person) = json(db, directory, number, on) else { return String::new() };
    format!("{} {}", person["unit"]["name"].as_str().unwrap_or("-"), person["post"].as_str().unwrap_or("-"))
}

fn members_on(db: &Db, directory: &Directory, unit: u32, on: &str) -> Vec<u32> {
    numbers(&db.read(|tx| service::get_unit(tx, directory, &id(unit), Some(day(on)))).unwrap().members)
}

fn found_on(db: &Db, directory: &Directory, q: &str, on: &str) -> Vec<u32> {
    let search = PeopleSearch { q: Some(q.to_owned()), day: Some(day(on)), ..PeopleSearch::default() };
    numbers(&find(db, directory, 1, &search).unwrap().items)
}

/// Each post of a person as `state unit title from–to`.
fn history(db: &Db, directory: &Directory, number: u32) -> Vec<String> {
    let posts = db.read(|tx| service::list_posts(tx, directory, &who(1), &id(number))).unwrap();
    posts.iter().map(line).collect()
}

fn line(held: &HeldPost) -> String {
    let days = |day: &Option<String>| day.clone().unwrap_or_default();
    let post = &held.post;
    let title = post.post.as_deref().unwrap_or("-");
    format!("{:?} {} {title} {}–{}", held.state, post.unit.name, days(&post.starts_on), days(&post.ends_on))
}

/// The office on 1 December 2026 at noon in Japan.
fn opened(db: &Db, clock: &FixedClock) -> Directory {
    turn(clock, "2026-12-01T12:00:00+09:00");
    open(db)
}

#[test]
fn a_post_that_is_given_up_stays_with_its_days() {
    on_each_database(|db, clock| {
        let directory = opened(db, clock);
        assert_eq!(post_on(db, &directory, 6, "2020-01-01"), "財政課 主事", "nothing is known of before");
        assert_eq!(history(db, &directory, 6), ["Present 財政課 主事 –"]);
        // The day of the office begins at 15:00 of UTC.
        turn(clock, "2026-12-09T14:59:59.999999Z");
        put(db, &person(6, "太田 誠", "おおた まこと", NOSEI, "主任"));
        turn(clock, "2026-12-10T15:00:00Z");
        put(db, &person(6, "太田 誠", "おおた まこと", JINJI, "係長"));
        assert_eq!(
            history(db, &directory, 6),
            [
                "Present 人事課 係長 2026-12-11–",
                "Past 農政部 主任 2026-12-09–2026-12-10",
                "Past 財政課 主事 –2026-12-08",
            ]
        );
        for (on, post) in [
            ("2026-12-08", "財政課 主事"),
            ("2026-12-09", "農政部 主任"),
            ("2026-12-10", "農政部 主任"),
            ("2026-12-11", "人事課 係長"),
            ("2030-01-01", "人事課 係長"),
        ] {
            assert_eq!(post_on(db, &directory, 6, on), post, "{on}");
        }
        assert_eq!(members_on(db, &directory, ZAISEI, "2026-12-08"), [6, 4]);
        assert_eq!(members_on(db, &directory, ZAISEI, "2026-12-09"), [4]);
        assert_eq!(found_on(db, &directory, "主任", "2026-12-10"), [6]);
        assert!(found_on(db, &directory, "主任", "2026-12-11").is_empty());
        // What is put right on the same day was never so, and a second post is one more.
        let mut two = person(6, "太田 誠", "おおた まこと", NOSEI, "主任");
        two.posts.push(post(JINJI, "係長"));
        put(db, &person(6, "太田 誠", "おおた まこと", SOMU, "参事"));
        put(db, &two);
        assert_eq!(
            history(db, &directory, 6),
            [
                "Present 農政部 主任 2026-12-09–",
                "Present 人事課 係長 2026-12-11–",
                "Past 財政課 主事 –2026-12-08",
            ]
        );
    });
}

#[test]
fn who_left_is_there_on_the_days_on_which_they_were() {
    on_each_database(|db, clock| {
        let directory = opened(db, clock);
        turn(clock, "2026-12-10T00:00:00+09:00");
        put(db, &person(12, "新田 新", "にった しん", ZAISEI, "主事"));
        turn(clock, "2026-12-20T00:00:00+09:00");
        db.write(|tx| service::end_person(tx, &id(12))).unwrap();
        turn(clock, "2026-12-25T00:00:00+09:00");
        for (on, post) in [
            ("2026-12-09", ""),
            ("2026-12-10", "財政課 主事"),
            ("2026-12-19", "財政課 主事"),
            ("2026-12-20", ""),
        ] {
            assert_eq!(post_on(db, &directory, 12, on), post, "{on}");
        }
        let then = json(db, &directory, 12, "2026-12-19").unwrap();
        assert_eq!((&then["phones"], &then["emails"]), (&serde_json::json!([]), &serde_json::json!([])));
        assert!(json(db, &directory, 6, "2026-12-19").unwrap()["phones"][0].is_object());
        assert_eq!(found_on(db, &directory, "新田", "2026-12-15"), [12]);
        assert!(matches!(
            db.read(|tx| service::list_posts(tx, &directory, &who(1), &id(12))),
            Err(DirectoryFault::NotFound)
        ));
        // Back in office: between the two times they were not there.
        put(db, &person(12, "新田 新", "にった しん", NOSEI, "主事"));
        assert_eq!(post_on(db, &directory, 12, "2026-12-22"), "");
        assert_eq!(
            history(db, &directory, 12),
            ["Present 農政部 主事 2026-12-25–", "Past 財政課 主事 2026-12-10–2026-12-19"]
        );
        // Who must not be found is so on every day, in their own eyes alone they have posts.
        db.write(|tx| service::suppress_person(tx, &id(12), true)).unwrap();
        for on in ["2026-12-15", "2026-12-25", "2027-12-25"] {
            assert_eq!(post_on(db, &directory, 12, on), "", "{on}");
            assert!(found_on(db, &directory, "新田", on).is_empty());
        }
        assert!(db.read(|tx| service::list_posts(tx, &directory, &who(1), &id(12))).is_err());
        assert_eq!(db.read(|tx| service::list_posts(tx, &directory, &who(12), &id(12))).unwrap().len(), 2);
    });
}

#[test]
fn who_has_no_post_is_there_as_far_as_anything_is_known() {
    on_each_database(|db, clock| {
        let directory = opened(db, clock);
        let nowhere =
            PersonEntry { posts: Vec::new(), ..person(13, "無所 属", "むしょ ぞく", NOSEI, "") };
        put(db, &nowhere);
        assert_eq!(post_on(db, &directory, 13, "2026-11-01"), "- -");
        turn(clock, "2026-12-10T00:00:00+09:00");
        put(db, &PersonEntry { posts: Vec::new(), ..person(6, "太田 誠", "おおた まこと", ZAISEI, "") });
        turn(clock, "2026-12-12T00:00:00+09:00");
        assert_eq!(post_on(db, &directory, 6, "2026-12-09"), "財政課 主事");
        assert_eq!(post_on(db, &directory, 6, "2026-12-10"), "- -");
    });
}

#[test]
fn what_is_prepared_is_seen_on_its_day_and_then_so() {
    on_each_database(|db, clock| {
        let directory = opened(db, clock);
        let april = day("2027-04-01");
        let transfer = roster(vec![
            said(1, "高橋 花子", "総務部/財政課", "主事"),
            said(6, "太田 誠", "農政部/緑化課", "主任"),
            said(50, "新田 新", "農政部/緑化課", "主事"),
        ]);
        let looked = db.read(|tx| service::plan_roster(tx, &transfer)).unwrap();
        assert!(!looked.is_empty());
        assert_eq!(post_on(db, &directory, 1, "2027-04-01"), "給与係 主事", "to look at it prepares nothing");
        db.write(|tx| service::prepare_roster(tx, april, &transfer)).unwrap();
        assert_eq!(post_on(db, &directory, 6, "2027-04-01"), post_on(db, &directory, 6, "2027-03-31"));
        assert!(db.write(|tx| service::announce_roster(tx, april)).unwrap());
        let may = roster(vec![said(1, "高橋 花子", "総務部", "部長")]);
        db.write(|tx| service::prepare_roster(tx, day("2027-05-01"), &may)).unwrap();
        db.write(|tx| service::announce_roster(tx, day("2027-05-01"))).unwrap();
        let seen = |of: &Directory| {
            let on = |number: u32, on: &str| post_on(db, of, number, on);
            assert_eq!(on(1, "2027-03-31"), "給与係 主事");
            assert_eq!(on(1, "2027-04-01"), "財政課 主事");
            assert_eq!(on(1, "2027-04-30"), "財政課 主事");
            assert_eq!(on(1, "2027-05-01"), "総務部 部長");
            assert_eq!(on(6, "2027-04-01"), "緑化課 主任");
            assert_eq!(members_on(db, of, ZAISEI, "2027-04-01"), [1, 4]);
        };
        seen(&directory);
        let new = |on: &str| {
            let search =
                PeopleSearch { q: Some("新田".to_owned()), day: Some(day(on)), ..PeopleSearch::default() };
            find(db, &directory, 1, &search).unwrap().items[0].id.clone()
        };
        let shown = new("2027-04-01");
        assert_eq!(
            history(db, &directory, 1),
            [
                "Prepared 総務部 部長 2027-05-01–",
                "Prepared 財政課 主事 2027-04-01–2027-04-30",
                "Present 給与係 主事 –2027-03-31",
            ]
        );
        turn(clock, "2027-04-01T00:00:00+09:00");
        assert_eq!(service::apply_due_rosters(db, &Directory::new()).unwrap().len(), 1);
        seen(&directory);
        // Another process has seen nothing of before.
        seen(&Directory::new());
        assert_eq!(new("2027-04-02"), shown, "who comes has the id that was shown");
        let unit = |on: &str| json(db, &directory, 6, on).unwrap()["unit"]["id"].clone();
        assert_eq!(unit("2027-04-01"), unit("2027-06-01"), "and so has a unit");
        assert_eq!(
            history(db, &directory, 1),
            [
                "Prepared 総務部 部長 2027-05-01–",
                "Present 財政課 主事 2027-04-01–2027-04-30",
                "Past 給与係 主事 –2027-03-31",
            ]
        );
    });
}

#[test]
fn what_is_taken_back_was_never_so() {
    on_each_database(|db, clock| {
        let directory = opened(db, clock);
        let mut transfer = roster(vec![
            said(1, "高橋 花子", "総務部/財政課", "主事"),
            said(50, "新田 新", "農政部/緑化課", "主事"),
        ]);
        transfer.whole = true;
        db.write(|tx| service::prepare_roster(tx, day("2027-04-01"), &transfer)).unwrap();
        db.write(|tx| service::announce_roster(tx, day("2027-04-01"))).unwrap();
        turn(clock, "2027-04-01T09:00:00+09:00");
        service::apply_due_rosters(db, &Directory::new()).unwrap();
        assert_eq!(history(db, &directory, 1).len(), 2);
        assert_eq!(post_on(db, &directory, 6, "2027-03-31"), "財政課 主事");
        assert_eq!(post_on(db, &directory, 6, "2027-04-01"), "");
        // On the next day, and somebody was moved meanwhile.
        turn(clock, "2027-04-02T08:00:00+09:00");
        put(db, &person(1, "高橋 花子", "たかはし はなこ", SOMU, "部長"));
        db.write(service::undo_roster).unwrap().unwrap();
        assert_eq!(history(db, &directory, 1), ["Present 給与係 主事 –"]);
        assert_eq!(history(db, &directory, 6), ["Present 財政課 主事 –"]);
        turn(clock, "2027-04-05T00:00:00+09:00");
        for on in ["2027-03-31", "2027-04-01", "2027-04-03"] {
            assert_eq!(post_on(db, &directory, 1, on), "給与係 主事", "{on}");
            assert_eq!(post_on(db, &directory, 6, on), "財政課 主事", "{on}");
            assert!(found_on(db, &directory, "新田", on).is_empty());
        }
        assert_eq!(db.read(renraku_db::examine).unwrap().iter().map(|one| one.faults).sum::<i64>(), 0);
    });
}

#[test]
fn a_day_that_was_over_is_taken_back_with_all_that_it_wrote_over() {
    on_each_database(|db, clock| {
        let directory = opened(db, clock);
        for (at, unit, title) in
            [("2026-12-05T12:00:00+09:00", NOSEI, "主任"), ("2026-12-10T12:00:00+09:00", JINJI, "係長")]
        {
            turn(clock, at);
            put(db, &person(6, "太田 誠", "おおた まこと", unit, title));
        }
        let before = history(db, &directory, 6);
        assert_eq!(before.len(), 3);
        let late = Roster {
            effective_on: Some(day("2020-01-01")),
            ..roster(vec![said(6, "太田 誠", "総務部/財政課", "課長")])
        };
        service::import_roster(db, None, &late).unwrap();
        assert_ne!(history(db, &directory, 6), before);
        db.write(service::undo_roster).unwrap().unwrap();
        assert_eq!(history(db, &directory, 6), before);
    });
}

#[test]
fn who_has_left_can_still_be_hidden() {
    on_each_database(|db, clock| {
        let directory = opened(db, clock);
        let whole =
            Roster { whole: true, ..roster(vec![said(1, "高橋 花子", "総務部/財政課", "主事")]) };
        service::import_roster(db, None, &whole).unwrap();
        assert_ne!(post_on(db, &directory, 6, "2026-11-01"), "");
        db.write(|tx| service::suppress_person(tx, &id(6), true)).unwrap();
        assert_eq!(post_on(db, &directory, 6, "2026-11-01"), "");
        db.write(|tx| service::suppress_person(tx, &id(6), false)).unwrap();
        assert_ne!(post_on(db, &directory, 6, "2026-11-01"), "");
    });
}

#[test]
fn who_is_the_same_on_a_day_stands_there_once_and_is_found_where_they_are() {
    on_each_database(|db, clock| {
        let directory = opened(db, clock);
        // A unit that comes before others in the tree, and somebody who was elsewhere.
        let transfer = roster(vec![said(6, "太田 誠", "総務部/人事課/厚生係", "主任")]);
        db.write(|tx| service::prepare_roster(tx, day("2027-04-01"), &transfer)).unwrap();
        db.write(|tx| service::announce_roster(tx, day("2027-04-01"))).unwrap();
        turn(clock, "2026-12-10T00:00:00+09:00");
        put(db, &person(5, "大森 茂", "おおもり しげる", NOSEI, "係長"));
        let person_on = |number: u32, on: Option<&str>| {
            db.read(|tx| service::get_person_on(tx, &directory, &id(number), on.map(day))).unwrap()
        };
        for (on, moved, others) in [
            ("2026-12-05", 5, [(KYUYO, vec![5, 1]), (ZAISEI, vec![6, 4]), (NOSEI, vec![11, 8])]),
            ("2027-04-01", 6, [(KYUYO, vec![1]), (ZAISEI, vec![4]), (NOSEI, vec![11, 5, 8])]),
        ] {
            for number in 1..=11 {
                let same = Arc::ptr_eq(&person_on(number, None), &person_on(number, Some(on)));
                assert_eq!(same, number != moved, "{number} on {on}");
            }
            for (unit, wanted) in others {
                assert_eq!(members_on(db, &directory, unit, on), wanted, "{unit} on {on}");
            }
            assert_eq!(members_on(db, &directory, SHINRIN, on), [2, 3], "{on}");
            assert_eq!(found_on(db, &directory, "森林課長", on), [2], "{on}");
            let mut found = found_on(db, &directory, "もり", on);
            found.sort_unstable();
            assert_eq!(found, [3, 4, 5], "{on}");
            let by_id = db.read(|tx| service::get_person_on(tx, &directory, &id(moved), Some(day(on))));
            assert_eq!(number(&by_id.unwrap().id), moved);
        }
        assert_eq!(found_on(db, &directory, "厚生係", "2027-04-01"), [6]);
        assert_eq!(post_on(db, &directory, 5, "2026-12-05"), "給与係 係長");
    });
}
