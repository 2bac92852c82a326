//! The LDAP face, as the settings want it.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    time::Duration,
};

use anyhow::{Context, bail};
use renraku_ldap::{Ldap, Limits, Listeners, Serving, Settings, Tls};
use renraku_people::directory::Directory;
use renraku_web::Gate;

use crate::config;

/// What the face needs, taken before anything is started.
#[derive(Debug)]
pub(crate) struct Phonebook {
    listeners: Listeners,
    settings: Settings,
    tls: Option<Tls>,
}

impl Phonebook {
    /// Takes the addresses and reads the certificate; `None` when no address is set.
    ///
    /// # Errors
    /// When an address or the certificate cannot be used, with what to do.
    pub fn of(config: &config::Ldap) -> anyhow::Result<Option<Self>> {
        if config.listen.is_none() && config.tls_listen.is_none() {
            return Ok(None);
        }
        let tls = if config.certificate.is_empty() {
            None
        } else {
            let tls = Tls::read(Path::new(&config.certificate), Path::new(&config.key));
            Some(tls.context("set ldap.certificate and ldap.key to a pair of PEM files")?)
        };
        if tls.is_none() && (config.tls_listen.is_some() || config.tls_required) {
            bail!("LDAP over TLS needs a certificate: set ldap.certificate and ldap.key");
        }
        let listeners = Listeners {
            plain: config.listen.map(|addr| bind(addr, "ldap.listen")).transpose()?,
            tls: config.tls_listen.map(|addr| bind(addr, "ldap.tls_listen")).transpose()?,
        };
        let settings = Settings {
            base: config.base_dn.parse()?,
            anonymous: config.anonymous,
            tls_required: config.tls_required,
            limits: Limits {
                connections: config.connections,
                connections_per_address: config.connections_per_address,
                message_bytes: config.message_bytes,
                filter_depth: config.filter_depth,
                filter_terms: config.filter_terms,
                entries: config.entries,
                idle: Duration::from_secs(config.idle_s),
                search: Duration::from_secs(config.search_s),
            },
        };
        Ok(Some(Self { listeners, settings, tls }))
    }

    /// Where it listens in the open.
    pub fn addr(&self) -> Option<SocketAddr> {
        self.listeners.plain.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// Where it listens for TLS.
    pub fn tls_addr(&self) -> Option<SocketAddr> {
        self.listeners.tls.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// Listens.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn serve(self, gate: Gate, directory: Directory, threads: usize) -> anyhow::Result<Serving> {
        let Self { listeners, settings, tls } = self;
        Ok(Ldap::new(gate, directory, settings, tls).serve(listeners, threads)?)
    }
}

fn bind(addr: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(addr).with_context(|| format!("{addr} cannot be listened on: choose another {setting}"))
}
