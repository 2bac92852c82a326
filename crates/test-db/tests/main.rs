//! The harness itself.

use std::{cell::RefCell, sync::Mutex};

use renraku_db::{Error, meta};
use renraku_test_db::{Backend, START, on_each_database};

#[test]
fn each_database_is_migrated_empty_and_of_its_own() {
    let seen = RefCell::new(Vec::new());
    for _ in 0..2 {
        on_each_database(|db, _| {
            assert_eq!(db.now(), START);
            let before = db.read(|tx| meta::get(tx, "trace")).unwrap();
            assert_eq!(before, None, "another test's data");
            db.write(|tx| meta::put(tx, "trace", "left")).unwrap();
            assert!(db.read(meta::epoch).unwrap() > 0);
            seen.borrow_mut().push(format!("{:?}", db.location()));
        });
    }
    let mut seen = seen.into_inner();
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), count);
    assert_eq!(count, 2 * Backend::all().len());
}

#[test]
fn databases_are_made_in_parallel() {
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                on_each_database(|db, _| {
                    if let Err::<(), Error>(error) = db.write(|tx| meta::put(tx, "x", "y")) {
                        failures.lock().unwrap().push(error);
                    }
                });
            });
        }
    });
    assert!(failures.into_inner().unwrap().is_empty());
}

#[test]
fn a_database_is_gone_with_its_guard() {
    for backend in Backend::all() {
        let database = backend.fresh();
        let url = database.url().to_owned();
        drop(database);
        let location = renraku_db::Location::parse(&url).unwrap();
        if let renraku_db::Location::Sqlite(path) = &location {
            assert!(!std::path::Path::new(path).exists());
        } else {
            let settings = renraku_db::Settings::new(location);
            let opened = renraku_db::Db::open(settings, std::sync::Arc::new(renraku_base::SystemClock));
            assert!(opened.unwrap_err().to_string().contains("does not exist"));
        }
    }
}
