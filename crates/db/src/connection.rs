use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::{
    Connection, PgConnection, SqliteConnection,
    connection::{
        AnsiTransactionManager, Instrumentation, InstrumentationEvent, SimpleConnection, TransactionManager,
        TransactionManagerStatus,
    },
    r2d2::{ManageConnection, R2D2Connection},
};

use crate::Error;

/// A connection to either database; queries written once run on both.
#[derive(diesel::MultiConnection)]
pub enum AnyConn {
    /// Embedded SQLite.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Postgres(PgConnection),
}

/// Where the data are, by the scheme of the URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// `sqlite:PATH`: one file, with its write-ahead log beside it.
    Sqlite(String),
    /// `postgres://…`: the whole URL.
    Postgres(String),
}

impl Location {
    /// Reads a database URL; a scheme that we do not know is refused, never guessed.
    ///
    /// # Errors
    /// [`Error::Open`] with a sentence that says what to write.
    pub fn parse(url: &str) -> Result<Self, Error> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err(Error::Open(
                    "sqlite: needs a path, like sqlite:/var/lib/renraku/renraku.db".into(),
                ));
            }
            return Ok(Self::Sqlite(path.to_owned()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err(Error::Open(
            "the database URL must begin with sqlite: or postgres://, like sqlite:/var/lib/renraku/renraku.db or \
             postgres://renraku@db.internal/renraku"
                .into(),
        ))
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Read,
    Write,
}

/// Opens connections for the pool.
#[derive(Debug)]
pub(crate) struct Connector {
    pub location: Location,
    pub purpose: Use,
    pub statements: Arc<AtomicU64>,
}

const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
    PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4000; \
    PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000;";
const POSTGRES_SETTINGS: &str = "SET statement_timeout = '5s'; SET lock_timeout = '2s'; \
    SET idle_in_transaction_session_timeout = '10s'; SET synchronous_commit = on; SET TIME ZONE 'UTC'; \
    SET client_min_messages = warning;";

impl Connector {
    fn establish(&self) -> Result<AnyConn, Error> {
        let open =
            |error: diesel::ConnectionError| Error::Open(format!("the database does not open: {error}"));
        let mut conn = match &self.location {
            Location::Sqlite(path) => AnyConn::Sqlite(
                SqliteConnection::establish(path)
                    .map_err(|error| Error::Open(format!("{path} does not open: {error}")))?,
            ),
            Location::Postgres(url) => {
                if cfg!(feature = "bundled-libpq")
                    && url.contains("sslmode=")
                    && !url.contains("sslmode=disable")
                {
                    return Err(Error::Open(
                        "this build speaks to PostgreSQL without TLS: remove sslmode from the URL, or build with \
                         `--no-default-features --features system-libpq` (needs libpq-dev)"
                            .into(),
                    ));
                }
                AnyConn::Postgres(PgConnection::establish(url).map_err(open)?)
            }
        };
        match &mut conn {
            AnyConn::Sqlite(c) => {
                c.batch_execute(SQLITE_SETTINGS).map_err(|error| self.not_ours(error))?;
                if self.purpose == Use::Read {
                    c.batch_execute("PRAGMA query_only = ON;")?;
                }
            }
            AnyConn::Postgres(c) => c.batch_execute(POSTGRES_SETTINGS)?,
        }
        conn.set_instrumentation(Watch { statements: Arc::clone(&self.statements), started: None });
        Ok(conn)
    }
}

impl Connector {
    /// The first statement shows whether the file is a database at all.
    fn not_ours(&self, error: diesel::result::Error) -> Error {
        match (Error::from(error), &self.location) {
            (Error::Query(error), Location::Sqlite(path)) => {
                Error::Open(format!("{path} cannot be used: {error}"))
            }
            (other, _) => other,
        }
    }
}

impl ManageConnection for Connector {
    type Connection = AnyConn;
    type Error = Error;

    fn connect(&self) -> Result<AnyConn, Error> {
        self.establish()
    }

    fn is_valid(&self, conn: &mut AnyConn) -> Result<(), Error> {
        match conn {
            AnyConn::Sqlite(_) => Ok(()),
            AnyConn::Postgres(c) => Ok(c.ping()?),
        }
    }

    fn has_broken(&self, conn: &mut AnyConn) -> bool {
        if std::thread::panicking() {
            return true;
        }
        match conn {
            AnyConn::Sqlite(c) => in_transaction(AnsiTransactionManager::transaction_manager_status_mut(c)),
            AnyConn::Postgres(c) => {
                in_transaction(AnsiTransactionManager::transaction_manager_status_mut(c))
                    || R2D2Connection::is_broken(c)
            }
        }
    }
}

fn in_transaction(status: &TransactionManagerStatus) -> bool {
    match status {
        TransactionManagerStatus::Valid(valid) => valid.transaction_depth().is_some(),
        TransactionManagerStatus::InError => true,
    }
}

/// Counts statements and tells of slow ones, without the values that they carry.
struct Watch {
    statements: Arc<AtomicU64>,
    started: Option<Instant>,
}

const SLOW: Duration = Duration::from_millis(200);
/// So much of a slow statement is shown, in characters: one that inserts a thousand rows says no more with all of it.
const SHOWN: usize = 300;

impl Instrumentation for Watch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => {
                self.statements.fetch_add(1, Ordering::Relaxed);
                self.started = Some(Instant::now());
            }
            InstrumentationEvent::FinishQuery { query, .. } => {
                if let Some(elapsed) = self.started.take().map(|at| at.elapsed())
                    && elapsed > SLOW
                {
                    let text = query.to_string();
                    let sql = text.split("-- binds").next().unwrap_or_default().trim();
                    let sql: String = sql.chars().take(SHOWN).collect();
                    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
                    tracing::warn!(db.elapsed_ms = elapsed_ms, db.statement = sql, "slow statement");
                }
            }
            _ => {}
        }
    }
}
