#![doc = include_str!("../README.md")]

mod database;
mod postgres;
mod sqlite;

use std::{error::Error, fmt};

use renraku_base::{FixedClock, Timestamp};
use renraku_db::Db;

pub use database::{Backend, TestDatabase};

/// Where the clock of [`on_each_database`] stands: Wednesday 2026-11-25, 09:00 in Tokyo.
pub const START: Timestamp = Timestamp::from_seconds(1_795_564_800);

/// Runs `test` on a fresh database of each kind, with a clock that stands still at [`START`].
pub fn on_each_database(test: impl Fn(&Db, &FixedClock)) {
    for backend in Backend::all() {
        let database = backend.fresh();
        let clock = FixedClock::new(START);
        let db = database.open(4, &clock);
        test(&db, &clock);
    }
}

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The value; a test cannot go on without it.
#[track_caller]
fn must<T, E: fmt::Display>(what: &str, result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{what}: {error}"),
    }
}
