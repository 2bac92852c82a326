use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use diesel::{
    RunQueryDsl,
    r2d2::{Pool, PooledConnection},
    sql_types::Text,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use renraku_base::{Clock, Timestamp};

use crate::{
    AnyConn, Error, Location, ReadTx, Tx, changes,
    connection::{Connector, Use},
    control, error, meta,
    turns::Turns,
    writer::{Company, Writer},
};

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
const MAX_RUNS: usize = 4;
/// How old a connection to a server becomes.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

type Subscriber = Box<dyn Fn(&changes::Committed) + Send + Sync>;

/// The database: [`Db::read`] and [`Db::write`] are the only two ways to it. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    location: Location,
    readers: Pool<Connector>,
    writers: Writers,
    clock: Arc<dyn Clock>,
    statements: Arc<AtomicU64>,
    /// Whether the last write found the disk full.
    full: AtomicBool,
    subscribers: RwLock<Vec<Subscriber>>,
}

/// Who writes.
enum Writers {
    /// One at a time, on the embedded database.
    One(Writer),
    /// As many as the pool has connections, but for one that is left to readers.
    Many(Pool<Connector>, Turns),
}

/// How to open the database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the data are.
    pub location: Location,
    /// How many transactions run at once (on SQLite: how many read; one writes. On PostgreSQL one of them only reads).
    pub pool_size: u32,
    /// How long a request waits for its turn before it is told to come back later.
    pub wait: Duration,
}

impl Settings {
    /// The settings of a small machine.
    #[must_use]
    pub fn new(location: Location) -> Self {
        Self { location, pool_size: 4, wait: Duration::from_secs(5) }
    }
}

impl Db {
    /// Opens the database without changing it.
    ///
    /// # Errors
    /// [`Error::Open`] with what is wrong and what to do.
    pub fn open(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let statements = Arc::new(AtomicU64::new(0));
        let connector = |purpose: Use| Connector {
            location: settings.location.clone(),
            purpose,
            statements: Arc::clone(&statements),
        };
        let pool = |purpose: Use| {
            let connector = connector(purpose);
            // The first connection is made here, so that a wrong address is told at once and in words.
            let first = diesel::r2d2::ManageConnection::connect(&connector)?;
            drop(first);
            // A connection to a file does not age, and another would have to read the schema.
            let is_file = matches!(settings.location, Location::Sqlite(_));
            Pool::builder()
                .max_size(settings.pool_size)
                .min_idle(Some(0))
                .max_lifetime((!is_file).then_some(LIFETIME))
                .test_on_check_out(false)
                .connection_timeout(settings.wait)
                .build(connector)
                .map_err(|error| Error::Open(format!("the database does not open: {error}")))
        };
        let (readers, writers) = match settings.location {
            Location::Sqlite(_) => {
                // The writer first: it may have to make the file.
                let writer = Writer::open(connector(Use::Write), settings.wait)?;
                (pool(Use::Read)?, Writers::One(writer))
            }
            Location::Postgres(_) => {
                let pool = pool(Use::Write)?;
                (pool.clone(), Writers::Many(pool, Turns::of_pool(settings.pool_size, settings.wait)))
            }
        };
        let db = Self(Arc::new(Inner {
            location: settings.location,
            readers,
            writers,
            clock,
            statements,
            full: AtomicBool::new(false),
            subscribers: RwLock::default(),
        }));
        db.refuse_translated_messages()?;
        Ok(db)
    }

    /// A deadlock is told by text alone, and PostgreSQL translates it by `lc_messages`.
    fn refuse_translated_messages(&self) -> Result<(), Error> {
        #[derive(diesel::QueryableByName)]
        struct Setting {
            #[diesel(sql_type = Text)]
            lc_messages: String,
        }
        let mut conn = checkout(&self.0.readers)?;
        let AnyConn::Postgres(c) = &mut *conn else { return Ok(()) };
        let rows: Vec<Setting> = diesel::sql_query("SHOW lc_messages").load(c)?;
        match rows.first() {
            Some(row)
                if ["", "C", "POSIX"].contains(&row.lc_messages.as_str())
                    || ["C.", "en_"].iter().any(|english| row.lc_messages.starts_with(english)) =>
            {
                Ok(())
            }
            Some(row) => Err(Error::Open(format!(
                "PostgreSQL's lc_messages is {}: set it to C (`ALTER DATABASE … SET lc_messages = 'C'`), so that \
                 deadlocks can be told from other errors",
                row.lc_messages
            ))),
            None => Ok(()),
        }
    }

    /// Brings the schema up to date and gives a new database its epoch.
    ///
    /// # Errors
    /// [`Error::Open`] when a migration fails.
    pub fn migrate(&self) -> Result<(), Error> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::Open(format!("the schema cannot be brought up to date: {error}"))
        };
        self.with_writer(|conn| {
            match conn {
                AnyConn::Sqlite(c) => c.run_pending_migrations(SQLITE_MIGRATIONS).map_err(failed)?,
                AnyConn::Postgres(c) => c.run_pending_migrations(POSTGRES_MIGRATIONS).map_err(failed)?,
            };
            Ok(())
        })?;
        self.write(|tx| {
            if meta::get(tx, "epoch")?.is_none() {
                meta::renew_epoch(tx)?;
            }
            Ok::<_, Error>(())
        })
    }

    /// Whether the schema is older than this program.
    ///
    /// # Errors
    /// [`Error::Open`] when the schema's version cannot be read.
    pub fn needs_migration(&self) -> Result<bool, Error> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::Open(format!("the schema's version cannot be read: {error}"))
        };
        self.with_writer(|conn| match conn {
            AnyConn::Sqlite(c) => c.has_pending_migration(SQLITE_MIGRATIONS).map_err(failed),
            AnyConn::Postgres(c) => c.has_pending_migration(POSTGRES_MIGRATIONS).map_err(failed),
        })
    }

    /// Undoes every migration: an empty schema is left. For tests of the migrations alone.
    ///
    /// # Errors
    /// [`Error::Open`] when a migration fails.
    pub fn revert_all(&self) -> Result<(), Error> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::Open(format!("the schema cannot be reverted: {error}"))
        };
        self.with_writer(|conn| {
            match conn {
                AnyConn::Sqlite(c) => c.revert_all_migrations(SQLITE_MIGRATIONS).map_err(failed)?,
                AnyConn::Postgres(c) => c.revert_all_migrations(POSTGRES_MIGRATIONS).map_err(failed)?,
            };
            Ok(())
        })
    }

    fn with_writer<T>(&self, work: impl FnOnce(&mut AnyConn) -> Result<T, Error>) -> Result<T, Error> {
        match &self.0.writers {
            Writers::One(writer) => writer.lend(work)?,
            Writers::Many(pool, _) => work(&mut *checkout(pool)?),
        }
    }

    /// Runs `f` on one consistent snapshot.
    ///
    /// # Errors
    /// The failure of `f`, or [`Error`] when the database is busy or fails.
    pub fn read<T, E>(&self, f: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        self.read_on(checkout(&self.0.readers)?, f)
    }

    fn read_on<T, E: From<Error>>(
        &self,
        mut conn: PooledConnection<Connector>,
        f: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        control::begin_reading(&mut conn)?;
        let result = f(&mut ReadTx::new(&mut conn, self.0.clock.now()));
        control::end_reading(&mut conn)?;
        result
    }

    /// Runs `f` on one consistent snapshot right here, if that needs no waiting: with the embedded database, when a connection
    /// is free. Otherwise gives `f` back.
    ///
    /// # Errors
    /// Inside: the failure of `f`, or [`Error`] when the database fails. Outside: `f` itself, not run.
    pub fn read_now<T, E, F>(&self, f: F) -> Result<Result<T, E>, F>
    where
        F: FnOnce(&mut ReadTx<'_>) -> Result<T, E>,
        E: From<Error>,
    {
        if !matches!(self.0.location, Location::Sqlite(_)) {
            return Err(f);
        }
        match self.0.readers.try_get() {
            Some(conn) => Ok(self.read_on(conn, f)),
            None => Err(f),
        }
    }

    /// Runs `f` in one transaction that commits when it succeeds and leaves nothing behind when it fails. PostgreSQL
    /// may end it to keep others going; then `f` runs again. The embedded database commits those together who wait for each
    /// other.
    ///
    /// # Errors
    /// The failure of `f`, or [`Error`] when the database is busy or fails.
    pub fn write<T, E>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error> + std::error::Error + 'static,
    {
        self.write_in(Company::Shared, f)
    }

    /// The same for a transaction of many rows: nobody who writes little is committed together with it.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_many<T, E>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error> + std::error::Error + 'static,
    {
        self.write_in(Company::Alone, f)
    }

    fn write_in<T, E>(&self, company: Company, mut f: impl FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error> + std::error::Error + 'static,
    {
        let mut runs = 0;
        loop {
            runs += 1;
            match self.write_once(company, &mut f) {
                Err(error) if runs < MAX_RUNS && error::is_retry(&error) => {}
                Ok(value) => {
                    self.0.full.store(false, Ordering::Relaxed);
                    return Ok(value);
                }
                Err(error) => {
                    if error::is_full(&error) {
                        self.0.full.store(true, Ordering::Relaxed);
                    }
                    return Err(error);
                }
            }
        }
    }

    fn write_once<T, E>(
        &self,
        company: Company,
        f: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<Error>,
    {
        let work = |conn: &mut AnyConn| {
            let mut tx = Tx::new(conn, self.0.clock.now());
            f(&mut tx).and_then(|value| Ok((value, changes::flush(&mut tx)?)))
        };
        let (value, committed) = match &self.0.writers {
            Writers::One(writer) => writer.run(company, work)?,
            Writers::Many(pool, turns) => {
                let _turn = turns.take()?;
                write_on(&mut *checkout(pool)?, work)?
            }
        };
        self.tell(&committed);
        Ok(value)
    }

    /// Tells subscribers of changes that were committed, here or (heard by other means) by another process.
    pub fn tell(&self, committed: &changes::Committed) {
        if committed.collections.is_empty() && !committed.jobs_enqueued {
            return;
        }
        for subscriber in self.0.subscribers.read().unwrap_or_else(PoisonError::into_inner).iter() {
            subscriber(committed);
        }
    }

    /// Calls `subscriber` after each commit that recorded a change or put a job into the queue. It must be quick.
    pub fn subscribe(&self, subscriber: impl Fn(&changes::Committed) + Send + Sync + 'static) {
        self.0.subscribers.write().unwrap_or_else(PoisonError::into_inner).push(Box::new(subscriber));
    }

    /// How many statements were sent to the database since it was opened, transaction control included.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// Whether the last write failed because the disk is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.0.full.load(Ordering::Relaxed)
    }

    /// The current instant, by the clock that the transactions use.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Where the data are.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.0.location
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db").finish_non_exhaustive()
    }
}

fn checkout(pool: &Pool<Connector>) -> Result<PooledConnection<Connector>, Error> {
    pool.get().map_err(|_timed_out| Error::Busy)
}

/// One transaction on a connection of its own.
fn write_on<T, E: From<Error>>(
    conn: &mut AnyConn,
    work: impl FnOnce(&mut AnyConn) -> Result<T, E>,
) -> Result<T, E> {
    control::begin(conn)?;
    match work(conn) {
        Ok(value) => match control::commit(conn) {
            Ok(()) => Ok(value),
            Err(error) => {
                // A commit that failed may have left its transaction open; the pool drops the connection then.
                drop(control::roll_back(conn));
                Err(error.into())
            }
        },
        Err(error) => {
            control::roll_back(conn)?;
            Err(error)
        }
    }
}
