use std::{net::SocketAddr, sync::Arc};

use renraku::{Config, RunningServer};
use renraku_base::{FixedClock, Timestamp};
use renraku_db::{Db, examine};
use renraku_test_db::{Backend, START, TestDatabase};
use tempfile::TempDir;

use super::{Phone, Staff};

/// A whole server in this process, on a database of its own, with a clock that stands still.
#[derive(Debug)]
pub struct TestServer {
    // Ends first: the database is dropped after it.
    running: Option<RunningServer>,
    config: Config,
    database: TestDatabase,
    folder: TempDir,
    clock: FixedClock,
}

impl TestServer {
    /// Starts a server whose clock stands at [`START`]; the rates are lifted.
    pub fn start(backend: Backend) -> Self {
        Self::start_with(backend, &[])
    }

    /// Starts a server with these settings besides, by the names of their environment variables.
    pub fn start_with(backend: Backend, settings: &[(&str, &str)]) -> Self {
        let database = backend.fresh();
        let folder = tempfile::Builder::new().prefix("renraku-server-").tempdir().unwrap();
        let clock = FixedClock::new(START);
        let data = folder.path().to_str().unwrap();
        let of_tests = [
            ("RENRAKU_SERVER_LISTEN", "127.0.0.1:0"),
            ("RENRAKU_SERVER_DATA_DIR", data),
            ("RENRAKU_DATABASE_URL", database.url()),
            ("RENRAKU_DATABASE_WAIT_S", "30"),
            ("RENRAKU_LIMITS_RATES", "false"),
        ];
        let all =
            of_tests.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::read("test", "", all).unwrap();
        let running = renraku::start(&config, Arc::new(clock.clone())).unwrap();
        Self { running: Some(running), config, database, folder, clock }
    }

    /// Ends it, and starts it again when the clock stands there.
    pub fn restart_at(&mut self, at: Timestamp) {
        drop(self.running.take());
        self.clock.set(at);
        self.running = Some(renraku::start(&self.config, Arc::new(self.clock.clone())).unwrap());
    }

    fn running(&self) -> &RunningServer {
        self.running.as_ref().unwrap()
    }

    /// Its clock.
    pub fn clock(&self) -> &FixedClock {
        &self.clock
    }

    /// Its database, to look behind the scenes.
    pub fn db(&self) -> &Db {
        self.running().db()
    }

    /// What tells another process of this program where the data are, by the names of environment variables.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let folder = self.folder.path().to_str().unwrap().to_owned();
        vec![
            ("RENRAKU_SERVER_DATA_DIR", folder),
            ("RENRAKU_DATABASE_URL", self.database.url().to_owned()),
            ("RENRAKU_DATABASE_WAIT_S", "30".to_owned()),
        ]
    }

    /// A file in the folder of its data.
    pub fn write_file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let file = self.folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        file.to_str().unwrap().to_owned()
    }

    /// `http://…`
    pub fn base(&self) -> String {
        format!("http://{}", self.running().addr())
    }

    /// Where it answers as an LDAP directory, if it was started so.
    pub fn ldap(&self) -> SocketAddr {
        self.running().ldap_addr().unwrap()
    }

    /// The same, over TLS.
    pub fn ldap_tls(&self) -> SocketAddr {
        self.running().ldap_tls_addr().unwrap()
    }

    /// Runs every job that is due by the clock, and waits for those that run.
    pub fn run_due_jobs(&self) {
        self.running().run_due_jobs().unwrap();
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> Phone {
        Phone::new(&self.base())
    }

    /// A new member of staff with an account, signed in on a phone.
    pub fn staff(&self, username: &str) -> Staff {
        Staff::hire(self.db(), self.folder.path(), &self.anonymous(), username)
    }
}

/// Runs `test` against a fresh server on each database.
pub fn on_each_backend(test: impl Fn(&TestServer)) {
    for backend in Backend::all() {
        test(&TestServer::start(*backend));
    }
}

/// Whatever a test did, the index of the calendars holds nothing that is not there.
impl Drop for TestServer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let found = self.db().read(examine).unwrap_or_default();
        let torn: Vec<_> =
            found.into_iter().filter(|it| it.faults > 0 && it.what.contains("occurrences")).collect();
        assert!(torn.is_empty(), "{torn:?}");
    }
}
