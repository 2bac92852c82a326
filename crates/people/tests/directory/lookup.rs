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
