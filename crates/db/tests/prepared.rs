//! What diesel would prepare anew each time is prepared once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use diesel::{
    connection::{Connection, Instrumentation, InstrumentationEvent},
    prelude::*,
    upsert::excluded,
};
use renraku_db::{Error, Tx, schema::meta};
use renraku_test_db::on_each_database;

/// Counts what is prepared to be kept, and what is run.
#[derive(Clone, Default)]
struct Count {
    kept: Arc<AtomicUsize>,
    run: Arc<AtomicUsize>,
}

impl Instrumentation for Count {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::CacheQuery { .. } => self.kept.fetch_add(1, Ordering::Relaxed),
            InstrumentationEvent::StartQuery { .. } => self.run.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        };
    }
}

/// How many statements are kept when `work` is done three times.
fn kept(tx: &mut Tx<'_>, mut work: impl FnMut(&mut Tx<'_>) -> Result<(), Error>) -> Result<usize, Error> {
    let count = Count::default();
    tx.conn().set_instrumentation(count.clone());
    for _ in 0..3 {
        work(tx)?;
    }
    assert_eq!(count.run.load(Ordering::Relaxed), 3);
    Ok(count.kept.load(Ordering::Relaxed))
}

#[test]
fn an_update_is_prepared_once() {
    on_each_database(|db, _| {
        db.write(|tx| {
            let update = |tx: &mut Tx<'_>| {
                tx.run_prepared(diesel::update(meta::table.find("a")).set(meta::value.eq("1")))
            };
            assert_eq!(kept(tx, update)?, 1);
            Ok::<(), Error>(())
        })
        .unwrap();
    });
}

#[test]
fn an_upsert_is_prepared_once_and_does_what_it_says() {
    on_each_database(|db, _| {
        db.write(|tx| {
            let mut number = 0;
            let upsert = |tx: &mut Tx<'_>| {
                number += 1;
                let row = (meta::key.eq("upserted"), meta::value.eq(number.to_string()));
                let insert = diesel::insert_into(meta::table).values(row);
                tx.run_prepared(
                    insert.on_conflict(meta::key).do_update().set(meta::value.eq(excluded(meta::value))),
                )
            };
            assert_eq!(kept(tx, upsert)?, 1);
            let stored = tx.fetch_one(meta::table.find("upserted").select(meta::value))?;
            assert_eq!(stored, Some("3".to_owned()));
            Ok::<(), Error>(())
        })
        .unwrap();
    });
}

#[test]
fn what_an_update_met_is_told_by_what_it_returns() {
    on_each_database(|db, _| {
        db.write(|tx| {
            renraku_db::meta::put(tx, "there", "1")?;
            for (key, met) in [("there", vec!["2".to_owned()]), ("nowhere", Vec::new())] {
                let update = diesel::update(meta::table.find(key)).set(meta::value.eq("2"));
                let values: Vec<String> = tx.fetch_prepared(update.returning(meta::value))?;
                assert_eq!(values, met);
            }
            Ok::<(), Error>(())
        })
        .unwrap();
    });
}

#[test]
fn what_bears_a_name_is_prepared_once() {
    struct Put;
    on_each_database(|db, _| {
        db.write(|tx| {
            let mut number = 0;
            let upsert = |tx: &mut Tx<'_>| {
                number += 1;
                let row = (meta::key.eq("named"), meta::value.eq(number.to_string()));
                let insert = diesel::insert_into(meta::table).values(row).on_conflict(meta::key);
                tx.run_named::<Put, _>(insert.do_update().set(meta::value.eq(excluded(meta::value))))
            };
            assert_eq!(kept(tx, upsert)?, 1);
            let stored = tx.fetch_one(meta::table.find("named").select(meta::value))?;
            assert_eq!(stored, Some("3".to_owned()));
            Ok::<(), Error>(())
        })
        .unwrap();
    });
}

#[test]
#[should_panic(expected = "names two statements")]
fn a_name_stands_for_one_statement() {
    struct Same;
    on_each_database(|db, _| {
        db.write(|tx| {
            tx.run_named::<Same, _>(diesel::update(meta::table.find("a")).set(meta::value.eq("1")))?;
            tx.run_named::<Same, _>(diesel::update(meta::table.find("a")).set(meta::key.eq("b")))
        })
        .unwrap_or_else(|error: Error| panic!("{error}"));
    });
}
