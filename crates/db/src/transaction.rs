use std::ops::{Deref, DerefMut};

use diesel::{
    Connection, PgConnection, QueryResult, RunQueryDsl, Selectable, SqliteConnection,
    connection::TransactionManager,
    dsl::Limit,
    pg::Pg,
    query_builder::{AsQuery, QueryFragment, QueryId},
    query_dsl::methods::{ExecuteDsl, LimitDsl, LoadQuery},
    sqlite::Sqlite,
};
use renraku_base::{Entropy, Id, Timestamp};

use crate::{
    AnyConn, Error, changes,
    prepared::{Known, Named, Prepared, WithoutRows},
};

/// A transaction that reads: one consistent snapshot, and no way to write.
pub struct ReadTx<'c> {
    pub(crate) conn: &'c mut AnyConn,
    now: Timestamp,
}

impl<'c> ReadTx<'c> {
    pub(crate) fn new(conn: &'c mut AnyConn, now: Timestamp) -> Self {
        Self { conn, now }
    }

    /// The instant at which the transaction began.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The connection, for queries in an area's `store`.
    pub fn conn(&mut self) -> &mut AnyConn {
        self.conn
    }

    /// Loads rows. The query is handed to the connection of the database that there is, which knows its text again by its type;
    /// through the connection of either ([`conn`](Self::conn)) that text would be written anew each time.
    ///
    /// # Errors
    /// [`Error`] when the statement fails.
    pub fn fetch<'q, S, U>(&mut self, statement: S) -> Result<Vec<U>, Error>
    where
        S: AsQuery,
        Known<S::Query>: LoadQuery<'q, SqliteConnection, U> + LoadQuery<'q, PgConnection, U>,
    {
        self.load(Known(statement.as_query()))
    }

    fn load<'q, S, U>(&mut self, statement: S) -> Result<Vec<U>, Error>
    where
        S: LoadQuery<'q, SqliteConnection, U> + LoadQuery<'q, PgConnection, U>,
    {
        let rows: QueryResult<Vec<U>> = match self.conn {
            AnyConn::Sqlite(c) => {
                <S as LoadQuery<'q, SqliteConnection, U>>::internal_load(statement, c)?.collect()
            }
            AnyConn::Postgres(c) => {
                <S as LoadQuery<'q, PgConnection, U>>::internal_load(statement, c)?.collect()
            }
        };
        Ok(rows?)
    }

    /// Loads the first row, if there is one.
    ///
    /// # Errors
    /// [`Error`] when the statement fails.
    pub fn fetch_one<'q, S, U>(&mut self, statement: S) -> Result<Option<U>, Error>
    where
        S: LimitDsl,
        Limit<S>: AsQuery,
        Known<<Limit<S> as AsQuery>::Query>:
            LoadQuery<'q, SqliteConnection, U> + LoadQuery<'q, PgConnection, U>,
    {
        Ok(self.fetch(statement.limit(1))?.pop())
    }
}

/// The columns of a row, for a query that either database takes.
#[must_use]
pub fn columns<R: Selectable<Sqlite>>() -> R::SelectExpression {
    R::construct_selection()
}

/// A transaction that writes. What it records as changed is numbered just before it commits.
pub struct Tx<'c> {
    read: ReadTx<'c>,
    pub(crate) pending: Vec<changes::Pending>,
    /// The head of a collection as this transaction read it.
    pub(crate) seen: Option<changes::Head>,
    pub(crate) jobs_enqueued: bool,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(conn: &'c mut AnyConn, now: Timestamp) -> Self {
        Self { read: ReadTx::new(conn, now), pending: Vec::new(), seen: None, jobs_enqueued: false }
    }

    /// Runs a statement on the connection of the database that there is.
    ///
    /// # Errors
    /// [`Error`] when the statement fails.
    pub fn run<S>(&mut self, statement: S) -> Result<usize, Error>
    where
        S: ExecuteDsl<SqliteConnection> + ExecuteDsl<PgConnection>,
    {
        let count = match self.read.conn {
            AnyConn::Sqlite(c) => <S as ExecuteDsl<SqliteConnection>>::execute(statement, c),
            AnyConn::Postgres(c) => <S as ExecuteDsl<PgConnection>>::execute(statement, c),
        };
        Ok(count?)
    }

    /// Runs an `UPDATE`, an upsert, or another statement of which nobody asks how many rows it met. It may have few texts, for each is
    /// prepared and kept: one that names a list is not for here.
    ///
    /// # Errors
    /// [`Error`] when the statement fails.
    pub fn run_prepared<S>(&mut self, statement: S) -> Result<(), Error>
    where
        S: QueryFragment<Sqlite> + QueryFragment<Pg> + QueryId,
    {
        let _none: Vec<i32> = self.load(Prepared(WithoutRows(statement)))?;
        Ok(())
    }

    /// The same for a statement that gives back (`RETURNING`) something of the rows that it met.
    ///
    /// # Errors
    /// [`Error`] when the statement fails.
    pub fn fetch_prepared<'q, S, U>(&mut self, statement: S) -> Result<Vec<U>, Error>
    where
        S: AsQuery,
        Prepared<S::Query>: LoadQuery<'q, SqliteConnection, U> + LoadQuery<'q, PgConnection, U>,
    {
        self.load(Prepared(statement.as_query()))
    }

    /// The same as [`run_prepared`](Self::run_prepared) for a statement that has one text, which is named by `M`, a type of its own: for
    /// those that nearly every change runs.
    ///
    /// # Errors
    /// [`Error`] when the statement fails.
    pub fn run_named<M, S>(&mut self, statement: S) -> Result<(), Error>
    where
        M: 'static,
        S: QueryFragment<Sqlite> + QueryFragment<Pg>,
    {
        let _none: Vec<i32> = self.load(Named::<M, _>::new(WithoutRows(statement)))?;
        Ok(())
    }

    /// The same for one of which it is asked how many rows it met. `RETURNING` would tell it too, for which SQLite makes a table each time.
    ///
    /// # Errors
    /// [`Error`] when the statement fails.
    pub fn count_named<M, S>(&mut self, statement: S) -> Result<usize, Error>
    where
        M: 'static,
        S: QueryFragment<Sqlite>,
        Named<M, S>: ExecuteDsl<SqliteConnection> + ExecuteDsl<PgConnection>,
    {
        self.run(Named::<M, _>::new(statement))
    }

    /// Whether other transactions write while this one does, so that what was read before [`hold`](Self::hold) may have changed
    /// meanwhile.
    #[must_use]
    pub fn has_company(&self) -> bool {
        matches!(self.read.conn, AnyConn::Postgres(_))
    }

    /// Loads what an `INSERT` of many rows gives back, for which diesel has a way of its own.
    ///
    /// # Errors
    /// [`Error`] when the statement fails.
    pub fn fetch_inserted<'q, S, U>(&mut self, statement: S) -> Result<Vec<U>, Error>
    where
        S: LoadQuery<'q, SqliteConnection, U> + LoadQuery<'q, PgConnection, U>,
    {
        self.load(statement)
    }

    /// Waits until no other transaction holds `name`, then holds it until this one ends. On SQLite only one transaction
    /// writes at a time, so that there is nothing to wait for.
    ///
    /// # Errors
    /// [`Error::Busy`] when the wait took too long.
    pub fn hold(&mut self, name: &str) -> Result<(), Error> {
        if let AnyConn::Postgres(c) = &mut *self.read.conn {
            diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind::<diesel::sql_types::Text, _>(name)
                .execute(c)?;
        }
        Ok(())
    }

    /// A fresh identifier, stamped with the transaction's time.
    #[must_use]
    pub fn new_id<K>(&self) -> Id<K> {
        Entropy.new_id(self.read.now)
    }

    /// The version that follows `previous`: it grows with time, so that an object that is deleted and made again never
    /// repeats an ETag.
    #[must_use]
    pub fn next_version(&self, previous: Option<i64>) -> i64 {
        let now = self.read.now.micros();
        previous.map_or(now, |previous| now.max(previous.saturating_add(1)))
    }

    /// Runs `step` so that its failure undoes what it did and leaves the rest of the transaction standing.
    ///
    /// # Errors
    /// The failure of `step`, or [`Error`] when the savepoint itself fails.
    pub fn savepoint<T, E: From<Error>>(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        type Manager = <AnyConn as Connection>::TransactionManager;
        let (pending, jobs) = (self.pending.len(), self.jobs_enqueued);
        Manager::begin_transaction(self.read.conn).map_err(Error::from)?;
        match step(self) {
            Ok(value) => {
                Manager::commit_transaction(self.read.conn).map_err(Error::from)?;
                Ok(value)
            }
            Err(error) => {
                Manager::rollback_transaction(self.read.conn).map_err(Error::from)?;
                self.pending.truncate(pending);
                self.jobs_enqueued = jobs;
                Err(error)
            }
        }
    }
}

impl<'c> Deref for Tx<'c> {
    type Target = ReadTx<'c>;

    fn deref(&self) -> &ReadTx<'c> {
        &self.read
    }
}

impl<'c> DerefMut for Tx<'c> {
    fn deref_mut(&mut self) -> &mut ReadTx<'c> {
        &mut self.read
    }
}
