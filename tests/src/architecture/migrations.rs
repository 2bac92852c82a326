//! The two rows of migrations are twins, and each one can be undone.

use std::{collections::BTreeSet, fs};

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text,
};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use renraku_test_db::{Backend, TestDatabase};

use super::sources::root;

fn folders(database: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("migrations").join(database)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn both_databases_have_the_same_migrations() {
    let folders = folders("sqlite");
    assert_eq!(folders, self::folders("postgres"));
    let numbers: BTreeSet<&str> = folders.iter().filter_map(|name| name.get(..4)).collect();
    assert_eq!(numbers.len(), folders.len(), "two migrations have one number: {folders:?}");
    for folder in &folders {
        for database in ["sqlite", "postgres"] {
            for file in ["up.sql", "down.sql"] {
                let path = root().join("migrations").join(database).join(folder).join(file);
                assert!(path.is_file(), "{} is missing", path.display());
            }
        }
    }
}

#[test]
fn each_migration_can_be_undone_and_done_again() {
    for backend in Backend::all() {
        let database = backend.fresh();
        match backend {
            Backend::Sqlite => {
                let path = database.url().trim_start_matches("sqlite:").to_owned();
                walk(&database, &mut SqliteConnection::establish(&path).unwrap(), "sqlite", sqlite_dump);
            }
            Backend::Postgres => {
                let mut conn = PgConnection::establish(database.url()).unwrap();
                walk(&database, &mut conn, "postgres", postgres_dump);
            }
        }
    }
}

/// From the whole schema down to nothing and up again, step by step, comparing what there is at each step.
fn walk<C, DB>(database: &TestDatabase, conn: &mut C, folder: &str, dump: fn(&mut C) -> Vec<String>)
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    FileBasedMigrations: diesel::migration::MigrationSource<DB>,
{
    let migrations = || FileBasedMigrations::from_path(root().join("migrations").join(folder)).unwrap();
    let count = folders(folder).len();
    let mut descending = vec![dump(conn)];
    for _ in 0..count {
        conn.revert_last_migration(migrations()).unwrap();
        descending.push(dump(conn));
    }
    assert_eq!(descending.pop(), Some(Vec::new()), "something stays behind on {}", database.backend());
    while let Some(expected) = descending.pop() {
        let name = conn.run_next_migration(migrations()).unwrap().to_string();
        assert_eq!(dump(conn), expected, "{name} done again is another on {}", database.backend());
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(rows: Vec<Line>) -> Vec<String> {
    rows.into_iter().map(|row| row.line).collect()
}

fn sqlite_dump(conn: &mut SqliteConnection) -> Vec<String> {
    let query = "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS line FROM sqlite_master \
                 WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND tbl_name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' ORDER BY line";
    lines(sql_query(query).load(conn).unwrap())
}

fn postgres_dump(conn: &mut PgConnection) -> Vec<String> {
    let query = "
        SELECT line FROM (
            SELECT table_name AS of, concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default,
                is_identity) AS line
            FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL
            SELECT conrelid::regclass::text, conrelid::regclass::text || ' ' || pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL
            SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL
            SELECT proname::text, proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        ) AS everything
        WHERE of NOT LIKE '\\_\\_diesel%' ORDER BY line COLLATE \"C\"";
    lines(sql_query(query).load(conn).unwrap())
}
