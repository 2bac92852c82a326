use std::{fmt, path::Path, str::FromStr, sync::Arc};

use anyhow::{Context as _, bail};
use ldap3_proto::proto::{LdapFilter, LdapResultCode};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio_rustls::TlsConnector;

use super::{LdapFault, connection::Connection, filter, wanted::Wanted};
use crate::config::{self, LdapEncryption};

/// The address of an LDAP server, like `ldaps://dc1.pref.example.jp` or `ldap://10.0.0.1:389`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url {
    text: String,
    host: String,
    port: u16,
    tls: bool,
}

impl Url {
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for Url {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (scheme, rest) = text.split_once("://").ok_or(())?;
        let (tls, usual) = match scheme {
            "ldap" => (false, 389),
            "ldaps" => (true, 636),
            _ => return Err(()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.strip_prefix('[') {
            Some(address) => address.split_once(']').ok_or(())?,
            None => rest.split_at(rest.find(':').unwrap_or(rest.len())),
        };
        let port = match port.strip_prefix(':') {
            Some(port) => port.parse().map_err(|_no_number| ())?,
            None if port.is_empty() => usual,
            None => return Err(()),
        };
        let name = host.to_owned();
        match ServerName::try_from(name) {
            Ok(_) => Ok(Self { text: text.to_owned(), host: host.to_owned(), port, tls }),
            Err(_no_name) => Err(()),
        }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// How a connection is protected.
pub(super) enum Security {
    /// Not at all.
    None,
    /// From the first byte.
    Tls { connector: TlsConnector, name: ServerName<'static> },
    /// After StartTLS, which is required.
    StartTls { connector: TlsConnector, name: ServerName<'static> },
}

/// The office's LDAP server, as the settings describe it.
pub(super) struct Server {
    pub url: Url,
    pub security: Security,
    bind_dn: String,
    password: String,
    pub base: String,
    /// What is a person.
    pub people: LdapFilter,
    /// What is a unit; `None` where an attribute says it.
    pub units: Option<LdapFilter>,
    /// Whose account is closed; `None` for nobody's.
    pub disabled: Option<LdapFilter>,
    /// Which attributes say what.
    pub wanted: Wanted,
}

impl Server {
    /// Takes the settings.
    ///
    /// # Errors
    /// When they cannot be used, with what to write.
    pub fn of(config: &config::LdapSource) -> anyhow::Result<Self> {
        let Ok(url) = config.url.parse::<Url>() else {
            bail!("ldap_source.url: {} is no address of an LDAP server", config.url)
        };
        if config.base_dn.is_empty() {
            bail!(
                "ldap_source.base_dn is empty: write the name below which people lie, like dc=pref,dc=example,dc=jp"
            );
        }
        if config.bind_dn.is_empty() != config.password.is_empty() {
            bail!("set both ldap_source.bind_dn and ldap_source.password, or neither");
        }
        let optional = |name: &str, text: &str| match text.is_empty() {
            true => Ok(None),
            false => parsed(name, text).map(Some),
        };
        Ok(Self {
            security: security(config, &url)?,
            url,
            bind_dn: config.bind_dn.clone(),
            password: config.password.clone(),
            base: config.base_dn.clone(),
            people: parsed("filter", &config.filter)?,
            units: optional("unit_filter", &config.unit_filter)?,
            disabled: optional("disabled_filter", &config.disabled_filter)?,
            wanted: Wanted::of(config),
        })
    }

    /// Says who we are, where the settings say it.
    pub async fn introduce(&self, connection: &mut Connection) -> Result<(), LdapFault> {
        if self.bind_dn.is_empty() {
            return Ok(());
        }
        let result = connection.bind(&self.bind_dn, &self.password).await?;
        if result.code == LdapResultCode::Success {
            Ok(())
        } else {
            Err(LdapFault::refused("let ldap_source.bind_dn in", result))
        }
    }
}

fn parsed(name: &str, text: &str) -> anyhow::Result<LdapFilter> {
    filter::parse(text).with_context(|| format!("ldap_source.{name}: {text} is no filter (RFC 4515)"))
}

fn security(config: &config::LdapSource, url: &Url) -> anyhow::Result<Security> {
    if !url.tls && config.encryption == LdapEncryption::None {
        return Ok(Security::None);
    }
    let name = ServerName::try_from(url.host.clone())?;
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if !config.ca_file.is_empty() {
        let file = Path::new(&config.ca_file);
        let unread = || format!("ldap_source.ca_file: {} cannot be read", config.ca_file);
        for certificate in CertificateDer::pem_file_iter(file).with_context(unread)? {
            roots.add(certificate.with_context(unread)?).with_context(unread)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(tls));
    Ok(if url.tls { Security::Tls { connector, name } } else { Security::StartTls { connector, name } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_scheme_a_host_and_a_port() {
        for (text, host, port, tls) in [
            ("ldap://dc1.pref.example.jp", "dc1.pref.example.jp", 389, false),
            ("ldaps://dc1.pref.example.jp/", "dc1.pref.example.jp", 636, true),
            ("ldaps://10.1.2.3:3269", "10.1.2.3", 3269, true),
            ("ldap://[::1]:1389", "::1", 1389, false),
        ] {
            let url: Url = text.parse().unwrap();
            assert_eq!((url.host(), url.port(), url.tls), (host, port, tls), "{text}");
        }
        for wrong in [
            "",
            "dc1",
            "http://dc1",
            "ldap://",
            "ldap://dc1:",
            "ldap://dc1:x",
            "ldap://a b",
            "ldap://dc1/dc=x",
        ] {
            assert!(wrong.parse::<Url>().is_err(), "{wrong}");
        }
    }
}
