use renraku_base::{Fault, Kind};
use renraku_db::Db;
use renraku_people::directory::{Directory, PhoneKind, service};
use renraku_test_db::on_each_database;

use super::office::*;

fn caller(db: &Db, directory: &Directory, phone: &str) -> Vec<u32> {
    numbers(&db.read(|tx| service::lookup_phone(tx, directory, &who(1), phone)).unwrap())
}

#[test]
fn a_number_is_known_in_every_spelling() {
    on_each_database(|db, _| {
        let directory = open(db);
        for phone in
            ["0155-26-2003", "+81 155 26 2003", "０１５５２６２００３", "81155262003", "7003", "内線7003"]
        {
            assert_eq!(caller(db, &directory, phone), [3], "{phone}");
        }
        assert!(caller(db, &directory, "0155-26-9999").is_empty());
        assert!(caller(db, &directory, "262003").is_empty(), "part of a number is not a caller");
        let fault = db.read(|tx| service::lookup_phone(tx, &directory, &who(1), "hello")).unwrap_err();
        assert_eq!((fault.kind(), fault.code()), (Kind::Malformed, "bad-query"));
        assert_eq!(fault.fields()[0].pointer, "phone");
    });
}

#[test]
fn whose_own_number_it_is_comes_before_those_who_share_it() {
    on_each_database(|db, _| {
        let directory = open(db);
        for number in [6, 5] {
            let mut entry = people()[number - 1].clone();
            entry.phones.push(phone("7009", PhoneKind::Extension));
            put(db, &entry);
        }
        // 今野's own; then 大森, of the same 係 as the one who asks; then 太田.
        assert_eq!(caller(db, &directory, "7009"), [9, 5, 6]);
        db.write(|tx| service::end_person(tx, &id(9))).unwrap();
        assert_eq!(caller(db, &directory, "7009"), [5, 6]);
    });
}

#[test]
fn those_who_share_a_number_stand_as_in_a_search() {
    on_each_database(|db, _| {
        let directory = open(db);
        for number in [2, 4, 5, 6] {
            let mut entry = people()[number - 1].clone();
            entry.phones.push(phone("0155-26-2999", PhoneKind::Outside));
            put(db, &entry);
        }
        // 大森 is of the same 係; 太田 and 森田 of the same 部, in あいうえお order; 髙橋 of another.
        assert_eq!(caller(db, &directory, "0155-26-2999"), [5, 6, 4, 2]);
        db.write(|tx| service::put_recent(tx, &who(1), &id(4), None)).unwrap();
        assert_eq!(caller(db, &directory, "0155-26-2999"), [4, 5, 6, 2]);
        db.write(|tx| service::add_favourite(tx, &who(1), &id(2))).unwrap();
        assert_eq!(caller(db, &directory, "0155-26-2999"), [2, 4, 5, 6]);
        // Whose own it is comes first all the same.
        let mut own = people()[9].clone();
        own.phones = vec![phone("0155-26-2999", PhoneKind::Outside)];
        put(db, &own);
        assert_eq!(caller(db, &directory, "0155-26-2999"), [10, 2, 4, 5, 6]);

        let statements = |phone: &str| {
            let before = db.statements();
            caller(db, &directory, phone);
            db.statements() - before
        };
        assert_eq!(statements("0155-26-2999"), statements("7003") + 1);
    });
}
