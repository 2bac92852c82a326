use std::{fmt, sync::Arc, thread, time::Duration};

use renraku_base::Clock;
use renraku_db::{Db, Location, Settings};
use tempfile::TempDir;

use crate::{must, postgres, sqlite};

/// One of the databases that Renraku runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Backend {
    /// A file of our own.
    Sqlite,
    /// A database on a server.
    Postgres,
}

impl Backend {
    /// Each database that is here: SQLite always, PostgreSQL where it is installed or named.
    #[must_use]
    pub fn all() -> &'static [Self] {
        if postgres::server().is_some() { &[Self::Sqlite, Self::Postgres] } else { &[Self::Sqlite] }
    }

    /// A migrated, empty database of one's own.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn fresh(self) -> TestDatabase {
        let (url, home) = match self {
            Self::Sqlite => {
                let (url, home) = must("a fresh SQLite file", sqlite::fresh());
                (url, Home::Directory(home))
            }
            Self::Postgres => {
                let Some(server) = postgres::server() else {
                    panic!("PostgreSQL is not here: ask Backend::all()")
                };
                let name = must("a fresh PostgreSQL database", server.fresh());
                (server.url(&name), Home::Server(server, name))
            }
        };
        TestDatabase { backend: self, url, home }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// A database that is dropped together with this guard.
#[derive(Debug)]
pub struct TestDatabase {
    backend: Backend,
    url: String,
    home: Home,
}

/// What has to be cleared away.
#[derive(Debug)]
enum Home {
    Directory(#[expect(dead_code, reason = "removes the directory when dropped")] TempDir),
    Server(&'static postgres::Server, String),
}

impl TestDatabase {
    /// Its kind.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Its URL, as the configuration takes it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens it with `clock` and a pool of `pool_size`.
    ///
    /// # Panics
    /// When it does not open.
    #[must_use]
    pub fn open(&self, pool_size: u32, clock: &(impl Clock + Clone + 'static)) -> Db {
        open(&self.url, pool_size, clock.clone())
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("this failed on {}", self.backend);
        }
        if let Home::Server(server, name) = &self.home
            && let Err(error) = server.drop_database(name)
        {
            eprintln!("the database {name} stays behind: {error}");
        }
    }
}

/// Opens the database at `url`; a busy machine is no reason to fail, so it waits long for its turn.
pub(crate) fn open(url: &str, pool_size: u32, clock: impl Clock + 'static) -> Db {
    let location = must("the URL of a test database", Location::parse(url));
    let settings = Settings { pool_size, wait: Duration::from_secs(60), ..Settings::new(location) };
    must("a test database", Db::open(settings, Arc::new(clock)))
}
