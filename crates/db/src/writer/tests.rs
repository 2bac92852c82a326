use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, atomic::AtomicU64},
    thread,
    time::Duration,
};

use diesel::{RunQueryDsl, connection::SimpleConnection, prelude::*, sql_query, sql_types::BigInt};

use super::*;
use crate::{Location, connection::Use};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&self) -> Writer {
        let connector = Connector {
            location: Location::Sqlite(self.0.path().join("test.db").display().to_string()),
            purpose: Use::Write,
            statements: Arc::new(AtomicU64::new(0)),
        };
        let writer = Writer::open(connector, Duration::from_secs(20)).unwrap();
        writer.lend(|conn| conn.batch_execute("CREATE TABLE numbers (n INTEGER)")).unwrap().unwrap();
        writer
    }

    fn log_bytes(&self) -> u64 {
        self.0.path().join("test.db-wal").metadata().unwrap().len()
    }
}

fn put(conn: &mut AnyConn, number: i64) -> Result<(), Error> {
    sql_query("INSERT INTO numbers VALUES ($1)").bind::<BigInt, _>(number).execute(conn)?;
    Ok(())
}

fn stored(writer: &Writer) -> Vec<i64> {
    diesel::table! { numbers (n) { n -> BigInt, } }
    let mut all: Vec<i64> =
        writer.lend(|conn| numbers::table.select(numbers::n).load(conn)).unwrap().unwrap();
    all.sort_unstable();
    all
}

/// `None`: it panicked.
type Told<T> = Option<Result<T, Error>>;
type Work<'w, T> = Box<dyn FnOnce(&mut AnyConn) -> Result<T, Error> + Send + 'w>;

/// Runs these writes so that all wait while another works, and tells how each ended.
fn together<T: Send>(
    writer: &Writer,
    company: Company,
    works: Vec<Work<'_, T>>,
) -> (Result<(), Error>, Vec<Told<T>>) {
    let count = works.len();
    thread::scope(|scope| {
        let mut threads = Vec::new();
        let first = writer.run(Company::Shared, |conn| {
            threads.extend(works.into_iter().map(|work| {
                scope.spawn(move || catch_unwind(AssertUnwindSafe(|| writer.run(company, work))).ok())
            }));
            while *writer.lock().waiting.of(company) < count {
                thread::yield_now();
            }
            put(conn, 0)
        });
        (first, threads.into_iter().map(|thread| thread.join().unwrap()).collect())
    })
}

fn puts<'w>(count: i64) -> Vec<Work<'w, ()>> {
    (1..=count).map(|n| Box::new(move |conn: &mut AnyConn| put(conn, n)) as Work<'w, ()>).collect()
}

#[test]
fn writers_who_wait_for_each_other_are_committed_together() {
    let folder = Folder::new();
    let writer = folder.open();
    let before = folder.log_bytes();
    let (first, others) = together(&writer, Company::Shared, puts(20));
    first.unwrap();
    assert!(others.iter().all(|end| matches!(end, Some(Ok(())))), "{others:?}");
    assert_eq!(stored(&writer), (0..=20).collect::<Vec<_>>());
    let frame = 4096 + 24;
    let frames = (folder.log_bytes() - before) / frame;
    assert!(frames < 20, "each of 21 writers wrote the one page of the table anew: {frames} frames");
}

#[test]
fn one_that_fails_leaves_the_others_standing() {
    let folder = Folder::new();
    let writer = folder.open();
    let mut works = puts(6);
    works.insert(3, Box::new(|conn| put(conn, 99).and(Err(Error::damaged("refused")))));
    let (first, others) = together(&writer, Company::Shared, works);
    first.unwrap();
    assert_eq!(others.iter().filter(|end| matches!(end, Some(Ok(())))).count(), 6, "{others:?}");
    assert_eq!(stored(&writer), (0..=6).collect::<Vec<_>>());
}

#[test]
fn one_that_panics_stores_nothing_of_those_who_are_answered_with_it() {
    let folder = Folder::new();
    let writer = folder.open();
    let mut works = puts(6);
    works.insert(3, Box::new(|_| panic!("in the middle")));
    let (first, others) = together(&writer, Company::Shared, works);
    let mut told: Vec<i64> = others.iter().filter(|end| matches!(end, Some(Ok(())))).map(|_| 1).collect();
    told.extend(first.is_ok().then_some(1));
    assert!(others.iter().any(Option::is_none), "nobody panicked: {others:?}");
    assert_eq!(stored(&writer).len(), told.len(), "what is stored is what was told: {others:?}");
    writer.run(Company::Shared, |conn| put(conn, 100)).unwrap();
    assert!(stored(&writer).contains(&100));
}

#[test]
fn one_that_takes_long_is_alone() {
    let folder = Folder::new();
    let writer = folder.open();
    let (first, others) = together(
        &writer,
        Company::Alone,
        (1..=3)
            .map(|n| {
                let writer = &writer;
                Box::new(move |conn: &mut AnyConn| {
                    assert!(writer.lock().open.is_none(), "others are in its transaction");
                    put(conn, n)
                }) as Work<'_, ()>
            })
            .collect(),
    );
    first.unwrap();
    assert!(others.iter().all(|end| matches!(end, Some(Ok(())))), "{others:?}");
    assert_eq!(stored(&writer), vec![0, 1, 2, 3]);
}
