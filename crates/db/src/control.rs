//! What begins and ends transactions.

use std::marker::PhantomData;

use diesel::{
    Connection, QueryResult, RunQueryDsl, SqliteConnection,
    connection::{
        AnsiTransactionManager,
        TransactionDepthChange::{self, DecreaseDepth, IncreaseDepth},
        TransactionManager, TransactionManagerStatus,
    },
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    query_dsl::methods::LoadQuery,
    sql_types::Integer,
    sqlite::Sqlite,
};

use crate::{AnyConn, Error};

/// Begins a snapshot.
pub(crate) fn begin_reading(conn: &mut AnyConn) -> Result<(), Error> {
    match conn {
        AnyConn::Sqlite(c) => say::<Begin>(c, IncreaseDepth)?,
        AnyConn::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(
            c,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        )?,
    }
    Ok(())
}

/// Ends a snapshot.
pub(crate) fn end_reading(conn: &mut AnyConn) -> Result<(), Error> {
    match conn {
        AnyConn::Sqlite(c) => Ok(say::<RollBack>(c, DecreaseDepth)?),
        conn => roll_back(conn),
    }
}

/// Begins a transaction that writes.
pub(crate) fn begin(conn: &mut AnyConn) -> Result<(), Error> {
    match conn {
        AnyConn::Sqlite(c) => say::<BeginImmediate>(c, IncreaseDepth)?,
        AnyConn::Postgres(c) => {
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL READ COMMITTED")?;
        }
    }
    Ok(())
}

pub(crate) fn commit(conn: &mut AnyConn) -> Result<(), Error> {
    match conn {
        AnyConn::Sqlite(c) => Ok(say::<Commit>(c, DecreaseDepth)?),
        conn => Ok(<AnyConn as Connection>::TransactionManager::commit_transaction(conn)?),
    }
}

pub(crate) fn roll_back(conn: &mut AnyConn) -> Result<(), Error> {
    Ok(<AnyConn as Connection>::TransactionManager::rollback_transaction(conn)?)
}

/// A command of the embedded database, which is prepared once: given as text, SQLite would read it anew each time.
trait Command {
    const SQL: &'static str;
}

/// Sees the database as it is when it first reads.
#[derive(QueryId)]
struct Begin;

impl Command for Begin {
    const SQL: &'static str = "BEGIN";
}

/// Takes the one place of those who write.
#[derive(QueryId)]
struct BeginImmediate;

impl Command for BeginImmediate {
    const SQL: &'static str = "BEGIN IMMEDIATE";
}

#[derive(QueryId)]
struct Commit;

impl Command for Commit {
    const SQL: &'static str = "COMMIT";
}

#[derive(QueryId)]
struct RollBack;

impl Command for RollBack {
    const SQL: &'static str = "ROLLBACK";
}

#[derive(QueryId)]
struct Said<C>(PhantomData<C>);

impl<C: Command> QueryFragment<Sqlite> for Said<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(C::SQL);
        Ok(())
    }
}

impl<C> Query for Said<C> {
    type SqlType = Integer;
}

impl<C> RunQueryDsl<SqliteConnection> for Said<C> {}

/// Says a command, and notes for savepoints and for the pool how deep the connection is in transactions since then.
fn say<C: Command>(conn: &mut SqliteConnection, change: TransactionDepthChange) -> QueryResult<()>
where
    Said<C>: QueryId,
{
    let none: QueryResult<Vec<i32>> =
        LoadQuery::<_, i32, _>::internal_load(Said(PhantomData::<C>), conn)?.collect();
    none?;
    match AnsiTransactionManager::transaction_manager_status_mut(conn) {
        TransactionManagerStatus::Valid(valid) => valid.change_transaction_depth(change),
        TransactionManagerStatus::InError => Err(diesel::result::Error::BrokenTransactionManager),
    }
}
