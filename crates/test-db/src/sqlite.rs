//! SQLite: one migrated file, copied for each test.

use std::{fs, sync::OnceLock};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use renraku_base::FixedClock;
use tempfile::TempDir;

use crate::{Fallible, START, database::open, must};

/// Writes a fresh database into a directory of its own.
pub(crate) fn fresh() -> Fallible<(String, TempDir)> {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| must("the SQLite template", migrated()));
    let home = directory()?;
    let path = home.path().join("renraku.db");
    fs::write(&path, template)?;
    Ok((format!("sqlite:{}", path.display()), home))
}

fn directory() -> Fallible<TempDir> {
    Ok(tempfile::Builder::new().prefix("renraku-sqlite-").tempdir()?)
}

fn migrated() -> Fallible<Vec<u8>> {
    let home = directory()?;
    let (path, whole) = (home.path().join("template.db"), home.path().join("whole.db"));
    let db = open(&format!("sqlite:{}", path.display()), 1, FixedClock::new(START));
    db.migrate()?;
    // One file that holds everything, wherever the write-ahead log stands.
    let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
    conn.batch_execute(&format!("VACUUM INTO '{}'", whole.display()))?;
    Ok(fs::read(whole)?)
}
