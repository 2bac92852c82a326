use std::time::Duration;

use renraku_base::{Fault, Kind, PersonId};
use renraku_db::Db;
use renraku_people::directory::{Directory, service};
use renraku_test_db::{START, on_each_database};

use super::office::*;

const DAY: Duration = Duration::from_hours(24);

/// Person 1 turns to these people.
fn note(db: &Db, others: &[u32]) {
    let others: Vec<PersonId> = others.iter().copied().map(id).collect();
    db.write(|tx| service::note_contact(tx, &id(1), &others)).unwrap();
}

fn list(db: &Db, directory: &Directory) -> Vec<u32> {
    let recent = db.read(|tx| service::list_recent(tx, directory, &who(1))).unwrap();
    recent.iter().map(|it| number(&it.person.id)).collect()
}

#[test]
fn who_was_in_touch_lately_comes_after_favourites_and_before_the_near() {
    on_each_database(|db, clock| {
        let directory = open(db);
        assert_eq!(found(db, &directory, "主事"), [1, 9, 6], "how near");
        note(db, &[6]);
        assert_eq!(found(db, &directory, "主事"), [6, 1, 9], "in touch");
        clock.advance(2 * DAY);
        note(db, &[9]);
        assert_eq!(found(db, &directory, "主事"), [9, 6, 1], "in touch later");
        db.write(|tx| service::add_favourite(tx, &who(1), &id(1))).unwrap();
        assert_eq!(found(db, &directory, "主事"), [1, 9, 6], "a favourite");
        db.write(|tx| service::add_favourite(tx, &who(1), &id(6))).unwrap();
        assert_eq!(found(db, &directory, "主事"), [6, 1, 9], "a favourite who was in touch is one favourite");
        for number in [1, 6] {
            db.write(|tx| service::remove_favourite(tx, &who(1), &id(number))).unwrap();
        }
        assert_eq!(found(db, &directory, "森"), [3, 4, 5, 2], "how well they fit counts first");
        clock.advance(89 * DAY);
        assert_eq!(found(db, &directory, "主事"), [9, 1, 6], "too long ago");
        let theirs = find(
            db,
            &directory,
            8,
            &service::PeopleSearch { q: Some("主事".to_owned()), ..Default::default() },
        );
        assert_eq!(numbers(&theirs.unwrap().items), [6, 9, 1], "to others it is nothing");
    });
}

#[test]
fn within_a_day_the_order_of_two_stands_still() {
    on_each_database(|db, clock| {
        let directory = open(db);
        note(db, &[6, 9]);
        assert_eq!(found(db, &directory, "主事"), [6, 9, 1]);
        clock.advance(DAY / 2);
        note(db, &[9]);
        assert_eq!(found(db, &directory, "主事"), [6, 9, 1]);
        assert_eq!(list(db, &directory), [9, 6], "the list tells it exactly");
    });
}

#[test]
fn what_is_no_contact_takes_no_statement() {
    on_each_database(|db, clock| {
        let directory = open(db);
        let many: Vec<_> = (100..200).map(|number| person(number, "応援", "", ZAISEI, "")).collect();
        db.write(|tx| service::bulk_insert(tx, &[], &many)).unwrap();
        let statements = |others: &[u32]| {
            let empty = db.statements();
            db.write(|_| Ok::<_, renraku_db::Error>(())).unwrap();
            let begun = db.statements();
            note(db, others);
            (db.statements() - begun) - (begun - empty)
        };
        let crowd: Vec<u32> = (100..151).collect();
        for (others, expected) in
            [(&[][..], 0), (&[1], 0), (&crowd, 0), (&[2, 3, 1, 2], 2), (&[3, 2], 1), (&crowd[..50], 2)]
        {
            assert_eq!(statements(others), expected, "{others:?}");
        }
        let mail = |address: &str| {
            db.write(|tx| service::note_mail(tx, &id(1), [address, "x@example.com"])).unwrap();
        };
        clock.advance(DAY);
        mail("STAFF7@pref.example.jp");
        mail("staff1@pref.example.jp");
        assert_eq!(list(db, &directory)[0], 7);
        assert_eq!(statements(&crowd[50..]), 2);
        clock.advance(DAY);
        let rest: Vec<u32> = (151..197).collect();
        assert_eq!(statements(&rest), 2, "54 and 46 are not too many");
        assert_eq!(statements(&[198]), 3, "the oldest make room");
        assert_eq!(list(db, &directory).len(), 50);
        assert_eq!(list(db, &directory)[..2], [151, 152]);
    });
}

#[test]
fn nobody_is_shown_who_may_not_be_found() {
    on_each_database(|db, clock| {
        let directory = open(db);
        note(db, &[2, 3, 4]);
        db.write(|tx| service::end_person(tx, &id(2))).unwrap();
        db.write(|tx| service::suppress_person(tx, &id(3), true)).unwrap();
        assert_eq!(list(db, &directory), [4]);
        let put = |number: u32, ago: Option<Duration>| {
            let at = ago.map(|ago| db.now() - ago);
            db.write(|tx| service::put_recent(tx, &who(1), &id(number), at)).map(drop)
        };
        for hidden in [2, 3, 77] {
            assert_eq!(put(hidden, None).unwrap_err().kind(), Kind::NotFound);
        }
        clock.advance(DAY);
        put(5, Some(2 * DAY)).unwrap();
        put(4, Some(3 * DAY)).unwrap();
        put(6, Some(91 * DAY)).unwrap();
        assert_eq!(list(db, &directory), [4, 5], "an older contact takes no newer one away");
        db.write(|tx| service::suppress_person(tx, &id(3), false)).unwrap();
        assert_eq!(list(db, &directory), [3, 4, 5]);
    });
}

#[test]
fn it_is_forgotten_when_asked_for_and_after_ninety_days() {
    on_each_database(|db, clock| {
        let directory = open(db);
        note(db, &[2, 3, 4]);
        let remove = |number: Option<u32>| {
            let other = number.map(id);
            db.write(|tx| service::remove_recent(tx, &who(1), other.as_ref())).unwrap();
        };
        remove(Some(3));
        remove(Some(9));
        assert_eq!(list(db, &directory), [2, 4]);
        let forget = || db.write(service::forget_old_recent).unwrap();
        clock.advance(89 * DAY);
        note(db, &[5]);
        assert_eq!(forget(), 0);
        clock.advance(DAY);
        assert_eq!((list(db, &directory), forget()), (vec![5], 2));
        let anna = [id(11)];
        db.write(|tx| service::note_contact(tx, &id(2), &anna)).unwrap();
        db.write(|tx| service::end_person(tx, &id(2))).unwrap();
        clock.advance(91 * DAY);
        assert_eq!(forget(), 1, "who leaves takes it along");
        note(db, &[5]);
        remove(None);
        assert!(list(db, &directory).is_empty());
        assert!(db.now() > START);
    });
}
