//! PostgreSQL: a server for the life of the test process, and databases on it.

mod install;
mod process;

use std::{
    env,
    io::{Write, stderr},
    sync::OnceLock,
};

use diesel::{Connection, PgConnection, connection::SimpleConnection};
use renraku_base::{Entropy, FixedClock};

use crate::{Fallible, START, database::open, must};
use process::Process;

const URL: &str = "DATABASE_URL_POSTGRES";
const TEMPLATE: &str = "renraku_template";

/// The server that tests run on, `None` where there is none: said in one line, and a failure in CI.
pub(crate) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER
        .get_or_init(|| {
            if let Ok(url) = env::var(URL) {
                return Some(Server::Given { url });
            }
            let Some(binaries) = install::find() else {
                say_that_it_is_skipped();
                return None;
            };
            let process = must("PostgreSQL does not start", Process::start(&binaries));
            let server = Server::Started { process };
            must("the PostgreSQL template", server.make_template());
            Some(server)
        })
        .as_ref()
}

fn say_that_it_is_skipped() {
    let line = format!(
        "PostgreSQL was skipped, everything ran on SQLite alone: install it (`apt-get install postgresql`) or name a \
         server in {URL}"
    );
    assert!(env::var("CI").as_deref() != Ok("true"), "{line}");
    // Straight to the terminal: the test runner keeps what is printed.
    drop(writeln!(stderr(), "{line}"));
}

/// A PostgreSQL server.
#[derive(Debug)]
pub(crate) enum Server {
    /// Named by its URL: other people's, so that nothing may stay behind.
    Given { url: String },
    /// Our own: it goes with everything on it.
    Started { process: Process },
}

impl Server {
    /// The URL of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        match self {
            Self::Given { url } => with_database(url, database),
            Self::Started { process } => process.url(database),
        }
    }

    /// Makes a migrated database and returns its name.
    pub(crate) fn fresh(&self) -> Fallible<String> {
        let name = format!("renraku_{}", Entropy.uuid_v4().simple());
        match self {
            Self::Started { .. } => self.admin(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))?,
            Self::Given { .. } => {
                self.admin(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"))?;
                self.admin(&format!("ALTER DATABASE {name} SET lc_messages = 'C'"))?;
                migrate(&self.url(&name))?;
            }
        }
        Ok(name)
    }

    /// Drops a database, whoever is still connected to it.
    pub(crate) fn drop_database(&self, name: &str) -> Fallible<()> {
        self.admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    }

    fn make_template(&self) -> Fallible<()> {
        self.admin(&format!("CREATE DATABASE {TEMPLATE}"))?;
        migrate(&self.url(TEMPLATE))
    }

    fn admin(&self, statement: &str) -> Fallible<()> {
        let url = match self {
            Self::Given { url } => url.clone(),
            Self::Started { process } => process.url("postgres"),
        };
        Ok(PgConnection::establish(&url)?.batch_execute(statement)?)
    }
}

fn migrate(url: &str) -> Fallible<()> {
    Ok(open(url, 1, FixedClock::new(START)).migrate()?)
}

/// `url` with its database exchanged.
fn with_database(url: &str, database: &str) -> String {
    let (address, options) =
        url.split_once('?').map_or((url, None), |(address, options)| (address, Some(options)));
    let authority = address.find("://").map_or(0, |at| at + 3);
    let end = address[authority..].find('/').map_or(address.len(), |at| authority + at);
    let mut changed = format!("{}/{database}", &address[..end]);
    if let Some(options) = options {
        changed.push('?');
        changed.push_str(options);
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_of_a_url_is_exchanged_and_the_rest_kept() {
        for (url, expected) in [
            ("postgres://u:p@db:5432/office", "postgres://u:p@db:5432/x"),
            ("postgres://db", "postgres://db/x"),
            ("postgres:///office?host=/run/pg&user=u", "postgres:///x?host=/run/pg&user=u"),
        ] {
            assert_eq!(with_database(url, "x"), expected);
        }
    }
}
