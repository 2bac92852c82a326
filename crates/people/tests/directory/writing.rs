use std::time::Duration;

use renraku_base::{Fault, FieldFault, Kind, Limit};
use renraku_people::directory::{DirectoryFault, service};
use renraku_test_db::on_each_database;

use super::office::*;

fn pointers(fault: &DirectoryFault) -> Vec<String> {
    fault.fields().into_iter().map(|FieldFault { pointer, code, .. }| format!("{pointer} {code}")).collect()
}

#[test]
fn what_is_wrong_is_named_all_at_once_and_nothing_is_stored() {
    on_each_database(|db, _| {
        let directory = open(db);
        let mut entry = person(20, "　", "あ\u{7}", 77, &"長".repeat(201));
        entry.staff_number = Some("100001".to_owned());
        let fault = db.write(|tx| service::put_person(tx, &entry)).unwrap_err();
        assert_eq!(fault.kind(), Kind::Invalid);
        assert_eq!(
            pointers(&fault),
            [
                "/name/full required",
                "/name/phonetic control-character",
                "/posts/0/post too-long",
                "/posts/0/unit not-found",
                "/staffNumber taken"
            ]
        );
        let fault = db
            .write(|tx| service::bulk_insert(tx, &[unit(9, "a/b", Some(8))], &[entry.clone()]))
            .unwrap_err();
        assert_eq!(pointers(&fault)[..2], ["/units/0/name slash", "/units/0/parentId not-found"]);
        assert!(db.read(|tx| service::get_person(tx, &directory, &entry.id)).is_err());
    });
}

#[test]
fn a_unit_cannot_lie_below_itself() {
    on_each_database(|db, _| {
        open(db);
        for above in [SOMU, KYUYO] {
            let fault = db.write(|tx| service::put_unit(tx, &unit(SOMU, "総務部", Some(above)))).unwrap_err();
            assert_eq!(pointers(&fault), ["/parentId circle"]);
        }
        let fault = db.write(|tx| service::put_unit(tx, &unit(20, "", Some(77)))).unwrap_err();
        assert_eq!(pointers(&fault), ["/name required", "/parentId not-found"]);
    });
}

#[test]
fn a_new_unit_name_gives_its_members_a_new_version() {
    on_each_database(|db, clock| {
        let directory = open(db);
        let tag = |number: u32| {
            db.read(|tx| service::get_person(tx, &directory, &id(number))).unwrap().etag.clone()
        };
        let (of_member, of_other) = (tag(2), tag(1));
        clock.advance(Duration::from_secs(1));
        db.write(|tx| service::put_unit(tx, &unit(SHINRIN, "林業課", Some(NOSEI)))).unwrap();
        assert_ne!(tag(2), of_member);
        assert_eq!(tag(1), of_other);
    });
}

#[test]
fn a_name_outlives_its_person_and_an_address_does_not() {
    on_each_database(|db, _| {
        open(db);
        db.write(|tx| service::end_person(tx, &id(3))).unwrap();
        db.read(|tx| {
            let names = service::names(tx, &[id(3), id(4), id(77)])?;
            assert_eq!(names[&id(3)].name.full, "森 太");
            assert_eq!(names[&id(4)].email.as_deref(), Some("staff4@pref.example.jp"));
            assert_eq!(names.len(), 2);
            let found =
                service::find_by_email(tx, &["Staff4@Pref.example.jp", "staff3@pref.example.jp", "x@y"])?;
            assert_eq!(found.into_iter().collect::<Vec<_>>(), [("staff4@pref.example.jp".to_owned(), id(4))]);
            Ok::<_, renraku_db::Error>(())
        })
        .unwrap();
        let fault = db.write(|tx| service::end_person(tx, &id(77))).unwrap_err();
        assert_eq!(fault.kind(), Kind::NotFound);
    });
}

#[test]
fn a_path_of_units_is_made_once() {
    on_each_database(|db, _| {
        let directory = open(db);
        let put = |path: &str| db.write(|tx| service::put_unit_path(tx, path));
        let paths = || -> Vec<String> {
            let page = db.read(|tx| service::list_units(tx, &directory, Limit::default(), None)).unwrap();
            page.items.into_iter().map(|unit| unit.path).collect()
        };
        let before = paths();
        let made = put("会計局/出納課/審査係").unwrap();
        assert_eq!(put(" 会計局 / 出納課/審査係").unwrap(), made);
        put("会計局/出納課").unwrap();
        let after: Vec<String> = paths().into_iter().filter(|path| !before.contains(path)).collect();
        assert_eq!(after, ["会計局", "会計局/出納課", "会計局/出納課/審査係"]);
        assert_eq!(pointers(&put("会計局//審査係").unwrap_err()), ["/name required"]);
        assert_eq!(paths().len(), before.len() + 3);
    });
}
