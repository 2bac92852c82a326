use renraku_base::{Fault, Kind};
use renraku_db::{
    CollectionKind, Db, Error,
    changes::{self, Audience},
};
use renraku_people::directory::{
    Directory,
    service::{self, PeopleSearch},
};
use renraku_test_db::on_each_database;

use super::office::*;

fn suppress(db: &Db, number: u32, suppressed: bool) {
    db.write(|tx| service::suppress_person(tx, &id(number), suppressed)).unwrap();
}

/// Every way in which person 9, 今野 of 人事課, may be come by.
fn ways(db: &Db, directory: &Directory) -> Vec<(&'static str, bool)> {
    let search = |q: &str| found(db, directory, q).contains(&9);
    let everyone = find(db, directory, 1, &PeopleSearch::default()).unwrap();
    service::update_caller_id(db, directory).unwrap();
    db.read(|tx| {
        let who = who(1);
        let called = |tx: &mut _, number: &str| service::lookup_phone(tx, directory, &who, number);
        let ids = [id::<renraku_base::kind::Person>(9).to_string()];
        let unit = service::get_unit(tx, directory, &id(JINJI), None).unwrap();
        let callers = service::read_caller_id(tx, None, 100)?.unwrap();
        Ok::<_, Error>(vec![
            ("name", search("今野")),
            ("unit and post", search("人事課 主事")),
            ("number", search("7009")),
            ("address", search("staff9")),
            ("list", numbers(&everyone.items).contains(&9)),
            ("extension", !called(tx, "7009").unwrap().is_empty()),
            ("outside number", !called(tx, "0155-26-2009").unwrap().is_empty()),
            ("person", service::get_person(tx, directory, &id(9)).is_ok()),
            ("members", numbers(&unit.members).contains(&9)),
            ("group", service::members(tx, &id(JINJI))?.contains(&id(9))),
            ("sync", numbers(&service::list_people_for_sync(tx, directory, None, 100)?).contains(&9)),
            ("sync by id", service::get_people_for_sync(tx, directory, &ids)?[0].is_some()),
            ("caller id", callers.add.iter().any(|caller| caller.number == "81155262009")),
        ])
    })
    .unwrap()
}

#[test]
fn who_must_not_be_found_is_nowhere_but_in_their_own_eyes() {
    on_each_database(|db, _| {
        // The other is loaded afterwards, as by a process that starts.
        let directory = open(db);
        let all = |directory: &Directory, there: bool| {
            for (way, found) in ways(db, directory) {
                assert_eq!(found, there, "{way}");
            }
        };
        all(&directory, true);
        suppress(db, 9, true);
        all(&directory, false);
        all(&Directory::new(), false);
        let own = db.read(|tx| service::get_own(tx, &directory, &id(9))).unwrap();
        assert_eq!(number(&own.id), 9);
        let named = db.read(|tx| service::names(tx, &[id(9)])).unwrap();
        assert_eq!(named[&id(9)].name.full, "今野 優子", "what they take part in names them");
        suppress(db, 9, false);
        all(&directory, true);
        all(&Directory::new(), true);
    });
}

#[test]
fn it_outlives_changes_and_no_change_tells_their_id() {
    on_each_database(|db, _| {
        let directory = open(db);
        suppress(db, 9, true);
        let log = || {
            db.read(|tx| {
                let directory = changes::find_by_owner(tx, CollectionKind::Directory, None)?;
                let all = changes::since(tx, directory[0], 0, 1_000)?;
                let nine = id::<renraku_base::kind::Person>(9);
                Ok::<_, Error>(
                    all.into_iter().filter(|change| change.object == nine.as_str()).collect::<Vec<_>>(),
                )
            })
            .unwrap()
        };
        let told = log();
        assert!(told[1].gone && told[1].audience == Audience::Everybody, "phones drop them");
        put(db, &people()[8]);
        db.write(|tx| service::put_unit(tx, &unit(JINJI, "職員課", Some(SOMU)))).unwrap();
        assert!(found(db, &directory, "今野").is_empty());
        let since: Vec<Audience> = log().iter().skip(told.len()).map(|change| change.audience).collect();
        assert_eq!(since, [Audience::Involved, Audience::Involved]);
        suppress(db, 9, false);
        assert_eq!(found(db, &directory, "今野"), [9]);
        db.write(|tx| service::end_person(tx, &id(9))).unwrap();
        // Who has left is still found on days that are over.
        suppress(db, 9, true);
        let fault = db.write(|tx| service::suppress_person(tx, &id(999), true)).unwrap_err();
        assert_eq!(fault.kind(), Kind::NotFound);
    });
}
