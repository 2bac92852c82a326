//! The settings: one TOML file, then the environment. What is wrong is told with its place and with what to write.

mod check;
mod print;
mod settings;

use std::{fmt, net::SocketAddr, path::PathBuf};

use serde::{Deserialize, Deserializer, de::Error};

pub use check::{Fault, Faults};
pub use print::printed;

/// Every setting of a server, checked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How it is reached and where its files are.
    pub server: Server,
    /// Where the data are.
    pub database: Database,
    /// What it writes about itself.
    pub log: Log,
    /// Where it finds mail.
    pub mail: Mail,
    /// How it sends mail.
    pub smtp: Smtp,
    /// How it answers as an LDAP directory.
    pub ldap: Ldap,
    /// Where the office's own LDAP server is, and what is wanted of it.
    pub ldap_source: LdapSource,
    /// How it wakes clients.
    pub push: Push,
    /// What contacts clients see.
    pub dav: Dav,
    /// What it refuses.
    pub limits: Limits,
}

/// `[server]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The address on which it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder of its secret and, by default, of its database.
    pub data_dir: PathBuf,
    /// How many threads answer requests; 0 stands for one a core.
    pub workers: usize,
}

/// `[database]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Where the data are; empty for SQLite in the data folder.
    pub url: String,
    /// How many transactions run at once.
    pub pool: u32,
    /// How many seconds a request waits for its turn.
    pub wait_s: u64,
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// What is worth a line.
    pub level: String,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For eyes.
    Text,
    /// For programs: one object a line.
    Json,
}

/// `[mail]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The folder that holds one Maildir a user, named as the user; empty for no mail.
    pub maildirs: String,
}

/// `[smtp]`
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// The mail server that takes our mails; empty for delivery into the Maildirs alone.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub encryption: SmtpEncryption,
    /// The file of certificates that are trusted beside those of the public authorities; empty for none.
    pub ca_file: String,
    /// The name by which we log in; empty for no login.
    pub username: String,
    /// The password.
    pub password: String,
}

/// How a connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpEncryption {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS, which is required.
    Starttls,
    /// None: for a mail server on the same machine.
    None,
}

/// `[ldap]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ldap {
    /// The address on which it listens in the open; `None` for none.
    #[serde(deserialize_with = "maybe_address")]
    pub listen: Option<SocketAddr>,
    /// The address on which it listens for TLS; `None` for none.
    #[serde(deserialize_with = "maybe_address")]
    pub tls_listen: Option<SocketAddr>,
    /// The file of the certificate; empty for none.
    pub certificate: String,
    /// The file of its key.
    pub key: String,
    /// The name below which the directory lies.
    pub base_dn: String,
    /// Whether clients may read without a password.
    pub anonymous: bool,
    /// Whether passwords are taken over TLS alone.
    pub tls_required: bool,
    /// How many connections there may be.
    pub connections: usize,
    /// How many of them from one address.
    pub connections_per_address: usize,
    /// How many bytes a request may have.
    pub message_bytes: usize,
    /// How deep a filter may be nested.
    pub filter_depth: usize,
    /// How many terms a filter may have.
    pub filter_terms: usize,
    /// How many seconds a quiet connection is kept.
    pub idle_s: u64,
    /// How many seconds a search may take.
    pub search_s: u64,
    /// How many entries an answer may have.
    pub entries: usize,
}

/// `[ldap_source]`
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LdapSource {
    /// The office's LDAP server; empty for none.
    pub url: String,
    /// How a connection is protected that does not begin with TLS.
    pub encryption: LdapEncryption,
    /// The file of certificates that are trusted beside those of the public authorities; empty for none.
    pub ca_file: String,
    /// The name by which we log in; empty for no login.
    pub bind_dn: String,
    /// The password.
    pub password: String,
    /// The name below which people lie.
    pub base_dn: String,
    /// What is a person.
    pub filter: String,
    /// What is a unit; empty where an attribute of people says it.
    pub unit_filter: String,
    /// Whose account is closed; empty for nobody's.
    pub disabled_filter: String,
    /// What says the staff number.
    pub staff_number: String,
    /// What says the name by which they sign in.
    pub username: String,
    /// What says their name.
    pub name: String,
    /// What says how it is read.
    pub kana: String,
    /// What says their unit.
    pub unit: String,
    /// What says the name of a unit.
    pub unit_name: String,
    /// What says their post.
    pub post: String,
    /// What says their number inside the office.
    pub extension: String,
    /// What says their number from outside.
    pub phone: String,
    /// What says the number of their mobile phone.
    pub mobile: String,
    /// What says their mail address.
    pub email: String,
    /// Whether whoever is not there leaves.
    pub end_missing: bool,
    /// How many minutes lie between two readings; 0 for none by itself.
    pub interval_min: u64,
    /// Whether it checks passwords.
    pub sign_in: bool,
    /// For how many hours a password that it accepted counts while it cannot be reached; 0 for not at all.
    pub remember_h: u64,
}

/// How a connection to the office's LDAP server is protected that does not begin with TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LdapEncryption {
    /// TLS after StartTLS, which is required.
    Starttls,
    /// None: passwords cross the network in clear.
    None,
}

/// An address; nothing when it is empty.
fn maybe_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
}

/// `[push]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// The push services that may be spoken to; empty for none.
    pub allow: String,
    /// Whom a push service may turn to; empty for nobody.
    pub contact: String,
    /// The file of certificates that are trusted beside those of the public authorities; empty for none.
    pub ca_file: String,
}

/// `[dav]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dav {
    /// The staff directory as an address book.
    pub staff_book: StaffBook,
}

/// How the staff directory is shown to contacts clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StaffBook {
    /// Whole up to 1,000 people, searched in a greater office.
    Auto,
    /// Whole.
    Whole,
    /// Searched alone.
    Search,
    /// Not at all.
    Off,
}

impl From<StaffBook> for renraku_dav::StaffBook {
    fn from(said: StaffBook) -> Self {
        match said {
            StaffBook::Auto => Self::Auto,
            StaffBook::Whole => Self::Whole,
            StaffBook::Search => Self::Search,
            StaffBook::Off => Self::Off,
        }
    }
}

/// `[limits]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Whether the rates per person and device hold.
    pub rates: bool,
    /// How many devices a person may have signed in.
    pub devices: u16,
    /// How many seconds a request's head may take.
    pub head_s: u64,
    /// How many seconds a request's body may take.
    pub body_s: u64,
    /// How many seconds a client may take nothing of an answer.
    pub answer_s: u64,
    /// How many hundredths of a disk should be free.
    pub free_percent: u8,
}

impl fmt::Debug for Smtp {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("encryption", &self.encryption)
            .field("ca_file", &self.ca_file)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for LdapSource {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LdapSource")
            .field("url", &self.url)
            .field("encryption", &self.encryption)
            .field("bind_dn", &self.bind_dn)
            .field("base_dn", &self.base_dn)
            .field("filter", &self.filter)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the settings from the text of a file, named `file` in complaints, and from the environment, which wins.
    ///
    /// # Errors
    /// [`Faults`]: every fault at once, each with its place and with what to write.
    pub fn read(
        file: &str,
        text: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Faults> {
        check::read(file, text, environment)
    }

    /// The database's address: as set, or SQLite in the data folder.
    #[must_use]
    pub fn database_url(&self) -> String {
        if self.database.url.is_empty() {
            format!("sqlite:{}", self.server.data_dir.join("renraku.db").display())
        } else {
            self.database.url.clone()
        }
    }
}

#[cfg(test)]
mod tests;
