//! The office's own LDAP server (Active Directory, OpenLDAP): where people are read from and passwords are checked.
//!
//! It runs on a thread of its own. Whatever the server does, nothing else waits for it: every step has its time, and after some
//! failures in a row none is tried for a while.

mod accounts;
mod breaker;
mod connection;
mod expiry;
mod fault;
mod filter;
mod passwords;
mod reading;
mod reason;
mod run;
mod server;
mod staff;
mod wanted;

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use renraku_base::Timestamp;
use renraku_people::PasswordServer;
use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};

use crate::config::Config;
use connection::Connection;
use passwords::Passwords;
use server::Server;

pub(crate) use fault::LdapFault;
pub(crate) use filter::is_filter;
pub(crate) use run::{Choices, JOB, SOURCE, plan, run, run_job};
pub(crate) use server::Url;
pub(crate) use staff::Staff;
pub(crate) use wanted::is_attributes;

/// How long all of the staff may take to be read.
const READING: Duration = Duration::from_mins(2);

/// The office's LDAP server, with what is wanted of it.
pub(crate) struct LdapSource {
    server: Arc<Server>,
    /// Who asks for people; `None` once it ends.
    runtime: Option<Runtime>,
    /// How often people are read by themselves; `None` for never.
    interval: Option<Duration>,
    signs_in: bool,
    /// For how long a password counts that it accepted, while it cannot be reached.
    remembered_for: Duration,
    ends_missing: bool,
    /// All settings, for what belongs to an account.
    config: Config,
}

impl LdapSource {
    /// Takes the settings; `None` where the office has no such server.
    ///
    /// # Errors
    /// When they cannot be used, with what to write.
    pub fn of(all: &Config) -> anyhow::Result<Option<Self>> {
        let config = &all.ldap_source;
        if config.url.is_empty() {
            return Ok(None);
        }
        let server = Arc::new(Server::of(config)?);
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(2)
            .thread_name("ldap-source")
            .enable_all()
            .build()
            .context("no thread for ldap_source")?;
        Ok(Some(Self {
            server,
            runtime: Some(runtime),
            interval: (config.interval_min > 0).then(|| Duration::from_mins(config.interval_min)),
            signs_in: config.sign_in,
            remembered_for: Duration::from_hours(config.remember_h),
            ends_missing: config.end_missing,
            config: all.clone(),
        }))
    }

    /// How it is called in what administrators read.
    pub fn name(&self) -> String {
        self.server.url.to_string()
    }

    /// Reads the whole staff as it is at a time. Blocks, for two minutes at most.
    ///
    /// # Errors
    /// [`LdapFault`]; nothing is known then.
    pub fn read(&self, now: Timestamp) -> Result<Staff, LdapFault> {
        self.block_on(async {
            let mut connection = Connection::open(&self.server).await?;
            self.server.introduce(&mut connection).await?;
            staff::read(&mut connection, &self.server, now).await
        })
    }

    /// Whether the server answers and lets us in. Blocks for some seconds at most.
    ///
    /// # Errors
    /// [`LdapFault`].
    pub fn probe(&self) -> Result<(), LdapFault> {
        self.block_on(async {
            let mut connection = Connection::open(&self.server).await?;
            self.server.introduce(&mut connection).await
        })
    }

    /// What checks passwords there; `None` where that is not wanted.
    pub fn passwords(&self) -> Option<Arc<dyn PasswordServer>> {
        let handle = self.runtime.as_ref().filter(|_| self.signs_in)?.handle().clone();
        Some(Arc::new(Passwords::new(Arc::clone(&self.server), handle, self.remembered_for)))
    }

    fn block_on<T>(&self, work: impl Future<Output = Result<T, LdapFault>>) -> Result<T, LdapFault> {
        let runtime = self.runtime.as_ref().ok_or(LdapFault::Slow)?;
        runtime.block_on(async { timeout(READING, work).await.map_err(|_elapsed| LdapFault::Slow)? })
    }
}

impl Drop for LdapSource {
    /// Waits for nothing that still hangs.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
