//! What the code believes of the tables is what both databases say of them.

use std::collections::BTreeMap;

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection,
    sql_query,
    sql_types::{Bool, Text},
};
use renraku_test_db::Backend;

use super::sources::files;

/// A column as diesel's `table!` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    kind: String,
    nullable: bool,
}

type Tables = BTreeMap<String, BTreeMap<String, Column>>;

/// Each column type that may be used, with what the databases call it.
const KINDS: &[(&str, &[&str], &str)] = &[
    ("Text", &["TEXT"], "text"),
    ("BigInt", &["BIGINT", "INTEGER"], "bigint"),
    ("Integer", &["INTEGER"], "integer"),
    ("Bool", &["BOOLEAN"], "boolean"),
    ("Binary", &["BLOB"], "bytea"),
    ("Double", &["DOUBLE", "REAL"], "double precision"),
];

/// Reads `table!`, which is plain enough.
fn believed() -> Tables {
    let mut tables = Tables::new();
    for file in files("crates/db/src/schema", ".rs") {
        for block in file.text.split("table! {").skip(1) {
            let mut lines =
                block.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
            let (table, _key) = lines.next().unwrap().split_once(' ').unwrap();
            let columns = lines.take_while(|line| *line != "}").map(|line| {
                let (name, kind) = line.trim_end_matches(',').split_once(" -> ").unwrap();
                let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
                (
                    name.to_owned(),
                    Column { kind: inner.unwrap_or(kind).to_owned(), nullable: inner.is_some() },
                )
            });
            assert!(tables.insert(table.to_owned(), columns.collect()).is_none(), "{table} is there twice");
        }
    }
    assert!(tables.len() > 5, "the schema is not where it is looked for");
    tables
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

const SQLITE_CATALOGUE: &str = "
    SELECT m.name AS table_name, c.name AS column_name, upper(c.type) AS kind, c.\"notnull\" = 0 AS nullable
    FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'";
const POSTGRES_CATALOGUE: &str = "
    SELECT table_name::text, column_name::text, data_type::text AS kind, is_nullable = 'YES' AS nullable
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'";

/// What the database says, its type names turned into ours.
fn told(backend: Backend, rows: Vec<Told>, believed: &Tables) -> Tables {
    let mut tables = Tables::new();
    for row in rows {
        let believed = believed.get(&row.table_name).and_then(|columns| columns.get(&row.column_name));
        let fits = |(name, sqlite, postgres): &&(&str, &[&str], &str)| {
            let same = match backend {
                Backend::Sqlite => sqlite.contains(&row.kind.as_str()),
                Backend::Postgres => *postgres == row.kind,
            };
            same && believed.is_none_or(|column| column.kind == *name)
        };
        let kind = KINDS.iter().find(fits).map_or(row.kind.clone(), |(name, ..)| (*name).to_owned());
        let columns = tables.entry(row.table_name).or_default();
        columns.insert(row.column_name, Column { kind, nullable: row.nullable });
    }
    tables
}

#[test]
fn the_schema_is_what_both_databases_have() {
    let believed = believed();
    for backend in Backend::all() {
        let database = backend.fresh();
        let select: Vec<String> = believed
            .iter()
            .map(|(table, columns)| {
                let columns: Vec<&str> = columns.keys().map(String::as_str).collect();
                format!("SELECT \"{}\" FROM \"{table}\" LIMIT 0;", columns.join("\", \""))
            })
            .collect();
        let rows: Vec<Told> = match backend {
            Backend::Sqlite => {
                let path = database.url().trim_start_matches("sqlite:");
                let mut conn = SqliteConnection::establish(path).unwrap();
                conn.batch_execute(&select.concat()).unwrap();
                sql_query(SQLITE_CATALOGUE).load(&mut conn).unwrap()
            }
            Backend::Postgres => {
                let mut conn = PgConnection::establish(database.url()).unwrap();
                conn.batch_execute(&select.concat()).unwrap();
                sql_query(POSTGRES_CATALOGUE).load(&mut conn).unwrap()
            }
        };
        let told = told(*backend, rows, &believed);
        for (table, columns) in &told {
            assert_eq!(believed.get(table), Some(columns), "{table} on {backend}");
        }
        assert_eq!(told.len(), believed.len(), "a table is believed that {backend} does not have");
    }
}

#[test]
fn only_types_that_both_databases_have_are_used() {
    for (table, columns) in believed() {
        for (name, column) in columns {
            assert!(KINDS.iter().any(|(kind, ..)| *kind == column.kind), "{table}.{name} is {}", column.kind);
        }
    }
}
