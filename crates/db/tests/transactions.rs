use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use diesel::RunQueryDsl;
use renraku_base::SystemClock;
use renraku_db::{Db, Error, Location, Settings, meta};
use renraku_test_db::on_each_database;

fn value(db: &Db, key: &str) -> Option<String> {
    db.read(|tx| meta::get(tx, key)).unwrap()
}

#[test]
fn a_write_that_fails_leaves_nothing_behind() {
    on_each_database(|db, _| {
        let failed: Result<(), Error> = db.write(|tx| {
            meta::put(tx, "a", "1")?;
            Err(Error::damaged("refused"))
        });
        assert!(failed.is_err());
        assert_eq!(value(db, "a"), None);
    });
}

#[test]
fn a_write_that_panics_leaves_nothing_behind_and_the_next_one_works() {
    on_each_database(|db, _| {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            db.write(|tx| {
                meta::put(tx, "a", "1")?;
                if true {
                    panic!("in the middle");
                }
                Ok::<(), Error>(())
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(value(db, "a"), None);
        db.write(|tx| meta::put(tx, "a", "2")).unwrap();
        assert_eq!(value(db, "a").as_deref(), Some("2"));
    });
}

#[test]
fn a_savepoint_undoes_its_step_alone() {
    on_each_database(|db, _| {
        db.write(|tx| {
            meta::put(tx, "before", "1")?;
            let step: Result<(), Error> = tx.savepoint(|tx| {
                meta::put(tx, "inside", "1")?;
                Err(Error::damaged("refused"))
            });
            assert!(step.is_err());
            meta::put(tx, "after", "1")
        })
        .unwrap();
        assert_eq!(value(db, "before").as_deref(), Some("1"));
        assert_eq!(value(db, "inside"), None);
        assert_eq!(value(db, "after").as_deref(), Some("1"));
    });
}

#[test]
fn a_read_sees_one_snapshot_from_beginning_to_end() {
    on_each_database(|db, _| {
        db.write(|tx| meta::put(tx, "a", "old")).unwrap();
        db.read(|tx| {
            assert_eq!(meta::get(tx, "a")?.as_deref(), Some("old"));
            db.write(|tx| meta::put(tx, "a", "new"))?;
            assert_eq!(meta::get(tx, "a")?.as_deref(), Some("old"), "the snapshot moved");
            Ok::<_, Error>(())
        })
        .unwrap();
        assert_eq!(value(db, "a").as_deref(), Some("new"));
    });
}

#[test]
fn writers_that_would_wait_for_each_other_for_ever_both_succeed() {
    on_each_database(|db, _| {
        for key in ["a", "b"] {
            db.write(|tx| meta::put(tx, key, "0")).unwrap();
        }
        // SQLite has one writer at a time: nobody to meet there.
        let meet = matches!(db.location(), Location::Postgres(_)).then(|| Barrier::new(2));
        let runs = AtomicUsize::new(0);
        let cross = |first: &str, second: &str| {
            let mut met = false;
            db.write(|tx| {
                runs.fetch_add(1, Ordering::SeqCst);
                meta::put(tx, first, "1")?;
                if let Some(barrier) = meet.as_ref().filter(|_| !met) {
                    met = true;
                    barrier.wait();
                }
                meta::put(tx, second, "1")
            })
        };
        thread::scope(|scope| {
            let one = scope.spawn(|| cross("a", "b"));
            let other = scope.spawn(|| cross("b", "a"));
            one.join().unwrap().unwrap();
            other.join().unwrap().unwrap();
        });
        // PostgreSQL may end the same one more than once: its second run can be first at the row again.
        let least = if meet.is_some() { 3 } else { 2 };
        assert!(runs.load(Ordering::SeqCst) >= least, "the one that was ended did not run again");
    });
}

#[test]
fn those_who_write_leave_a_connection_to_those_who_read() {
    on_each_database(|db, _| {
        let wait = Duration::from_millis(200);
        let settings = Settings { pool_size: 2, wait, ..Settings::new(db.location().clone()) };
        let db = Db::open(settings, Arc::new(SystemClock)).unwrap();
        let (gate, (told, refused)) = (Mutex::new(()), mpsc::channel());
        thread::scope(|scope| {
            let closed = gate.lock().unwrap();
            for _ in 0..3 {
                let (db, gate, told) = (&db, &gate, told.clone());
                scope.spawn(move || {
                    let wrote = db.write(|_| {
                        drop(gate.lock());
                        Ok::<_, Error>(())
                    });
                    if let Err(error) = wrote {
                        told.send(error).unwrap();
                    }
                });
            }
            // As many write as may, and wait for each other.
            assert!(matches!(refused.recv().unwrap(), Error::Busy));
            db.read(meta::epoch).unwrap();
            drop(closed);
        });
    });
}

#[test]
fn a_new_epoch_is_another_one() {
    on_each_database(|db, _| {
        let before = db.read(meta::epoch).unwrap();
        db.write(meta::renew_epoch).unwrap();
        assert_ne!(db.read(meta::epoch).unwrap(), before);
    });
}

#[test]
fn statements_are_counted() {
    on_each_database(|db, _| {
        db.read(|tx| meta::get(tx, "x")).unwrap();
        let before = db.statements();
        db.read(|tx| meta::get(tx, "x")).unwrap();
        assert_eq!(db.statements() - before, 3, "begin, select, roll back");
    });
}

#[test]
fn a_connection_that_goes_away_is_another_time_and_the_next_one_works() {
    on_each_database(|db, _| {
        if !matches!(db.location(), Location::Postgres(_)) {
            return;
        }
        let lost: Result<(), Error> = db.write(|tx| {
            meta::put(tx, "a", "1")?;
            diesel::sql_query("SELECT pg_terminate_backend(pg_backend_pid())").execute(tx.conn())?;
            Ok(())
        });
        assert!(matches!(lost, Err(Error::Busy)), "{lost:?}");
        db.write(|tx| meta::put(tx, "a", "2")).unwrap();
        assert_eq!(value(db, "a").as_deref(), Some("2"));
    });
}
