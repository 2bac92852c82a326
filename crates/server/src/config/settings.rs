//! The one table of all settings, in parts: what is printed, what is checked and what is true when nothing is written.

mod ldap;

use ldap::{LDAP, LDAP_SOURCE};

/// What may be written for a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A path, never empty.
    Folder,
    Switch,
    Number {
        least: i64,
        most: i64,
    },
    OneOf(&'static [&'static str]),
    /// `ADDRESS:PORT`.
    Listen,
    /// `ADDRESS:PORT`, or nothing.
    MaybeListen,
    /// A distinguished name.
    Name,
    /// A distinguished name, or nothing.
    MaybeName,
    /// The address of an LDAP server, or nothing.
    LdapUrl,
    /// An LDAP filter.
    Filter,
    /// An LDAP filter, or nothing.
    MaybeFilter,
    /// Names of LDAP attributes.
    Attributes,
    /// A database URL, or nothing.
    Database,
    /// Levels as tracing's filters write them.
    Level,
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub section: &'static str,
    pub key: &'static str,
    pub kind: Kind,
    /// As TOML.
    pub default: &'static str,
    pub meaning: &'static str,
}

impl Setting {
    /// The environment variable that says the same.
    pub fn variable(&self) -> String {
        format!("RENRAKU_{}_{}", self.section, self.key).to_uppercase()
    }
}

const fn setting(
    section: &'static str,
    key: &'static str,
    kind: Kind,
    default: &'static str,
    meaning: &'static str,
) -> Setting {
    Setting { section, key, kind, default, meaning }
}

/// All settings, section by section in the order in which they are printed.
pub(super) fn all() -> impl Iterator<Item = &'static Setting> + Clone {
    [SERVER, LDAP, LDAP_SOURCE, AROUND].into_iter().flatten()
}

/// The server itself, and how it stores and sends.
const SERVER: &[Setting] = &[
    setting(
        "server",
        "listen",
        Kind::Listen,
        r#""127.0.0.1:8080""#,
        "The address and port on which the server listens for HTTP. TLS ends at the proxy before it.\n\
         Port 0 takes a free port and writes it into the log.",
    ),
    setting(
        "server",
        "data_dir",
        Kind::Folder,
        r#""/var/lib/renraku""#,
        "The folder of the server's secret (made at the first start, readable by its owner alone) and,\n\
         unless database.url says otherwise, of its database.",
    ),
    setting(
        "server",
        "workers",
        Kind::Number { least: 0, most: 256 },
        "0",
        "How many threads answer requests; 0 stands for one a core.",
    ),
    setting(
        "database",
        "url",
        Kind::Database,
        r#""""#,
        "Where the data are: sqlite:/var/lib/renraku/renraku.db or postgres://renraku@db.internal/renraku.\n\
         Empty: SQLite in the data folder.",
    ),
    setting(
        "database",
        "pool",
        Kind::Number { least: 1, most: 256 },
        "4",
        "How many transactions run at once (on SQLite: how many read, while one writes; on PostgreSQL\n\
         all but one may write). Twice the cores gives nearly all the throughput; more only lengthens\n\
         the waits.",
    ),
    setting(
        "database",
        "wait_s",
        Kind::Number { least: 1, most: 30 },
        "5",
        "How many seconds a request waits for its turn before it is answered with 503.",
    ),
    setting(
        "log",
        "format",
        Kind::OneOf(&["text", "json"]),
        r#""text""#,
        "How a line looks: text for eyes, json for programs.",
    ),
    setting(
        "log",
        "level",
        Kind::Level,
        r#""info""#,
        "What is worth a line: error, warn, info, debug or trace; modules besides (info,renraku_mail=debug).",
    ),
    setting(
        "mail",
        "maildirs",
        Kind::Text,
        r#""""#,
        "The folder that holds one Maildir for each user, named by the user name. It is watched; new mail\n\
         is told to the phones at once. Empty: no mail.",
    ),
    setting(
        "smtp",
        "host",
        Kind::Text,
        r#""""#,
        "The mail server that takes what is sent. Empty: mail to users is put into their Maildirs, and mail\n\
         to others is refused.",
    ),
    setting("smtp", "port", Kind::Number { least: 1, most: 65_535 }, "587", "Its port."),
    setting(
        "smtp",
        "encryption",
        Kind::OneOf(&["tls", "starttls", "none"]),
        r#""starttls""#,
        "How the connection is protected: tls from the first byte, starttls (required, not merely tried),\n\
         or none for a mail server on the same machine.",
    ),
    setting(
        "smtp",
        "ca_file",
        Kind::Text,
        r#""""#,
        "A file of certificates (PEM) that are trusted beside those of the public authorities, for a mail\n\
         server whose certificate the office made itself.",
    ),
    setting(
        "smtp",
        "username",
        Kind::Text,
        r#""""#,
        "The name by which the server logs in; empty for no login.",
    ),
    setting(
        "smtp",
        "password",
        Kind::Text,
        r#""""#,
        "Its password. Better kept out of the file: RENRAKU_SMTP_PASSWORD.",
    ),
];

/// What stands around it.
const AROUND: &[Setting] = &[
    setting(
        "push",
        "allow",
        Kind::Text,
        r#""10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7""#,
        "The push services (Web Push, UnifiedPush) that the server may speak to, by TLS: networks, names of hosts,\n\
         or an address with its port (10.0.0.5:8080), which may also be without TLS. Subscribers name the address;\n\
         what is not allowed here is refused to them. Empty: none.",
    ),
    setting(
        "push",
        "contact",
        Kind::Text,
        r#""""#,
        "Whom a push service may turn to: mailto:… or https:…; it is told with each message. Empty: nobody.",
    ),
    setting(
        "push",
        "ca_file",
        Kind::Text,
        r#""""#,
        "A file of certificates (PEM) that are trusted beside those of the public authorities, for a push\n\
         service whose certificate the office made itself.",
    ),
    setting(
        "dav",
        "staff_book",
        Kind::OneOf(&["auto", "whole", "search", "off"]),
        r#""auto""#,
        "The staff directory in contacts apps (CardDAV), to be read: whole, so that the app holds everybody; search,\n\
         so that people are found in it but never listed; auto, which is whole up to 1,000 people and search\n\
         beyond; or off.",
    ),
    setting(
        "limits",
        "rates",
        Kind::Switch,
        "true",
        "Whether a device may send only so many requests a minute (see docs/OPERATIONS.md).",
    ),
    setting(
        "limits",
        "devices",
        Kind::Number { least: 1, most: 10_000 },
        "8",
        "How many devices a person may have signed in; one more is refused until one is signed out.",
    ),
    setting(
        "limits",
        "head_s",
        Kind::Number { least: 1, most: 60 },
        "5",
        "How many seconds the head of a request may take to arrive.",
    ),
    setting(
        "limits",
        "body_s",
        Kind::Number { least: 1, most: 600 },
        "30",
        "How many seconds the body of a request may take to arrive; after a third of them it must come with\n\
         1 KiB/s at least. A calendar to be imported need only keep coming so fast.",
    ),
    setting(
        "limits",
        "answer_s",
        Kind::Number { least: 1, most: 600 },
        "30",
        "How many seconds a client may take nothing of an answer before its connection is ended.",
    ),
    setting(
        "limits",
        "free_percent",
        Kind::Number { least: 0, most: 100 },
        "10",
        "How many percent of each disk that the server writes to should be free; with less there is a warning\n\
         in the log and by `renraku doctor`. 0 for none.",
    ),
];
