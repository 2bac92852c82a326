//! The one table of all settings: what is printed, what is checked and what is true when nothing is written.

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

pub(super) const SETTINGS: &[Setting] = &[
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
        "How many transactions run at once (on SQLite: how many read, while one writes). Twice the cores\n\
         gives nearly all the throughput; more only lengthens the waits.",
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
    setting(
        "ldap",
        "listen",
        Kind::MaybeListen,
        r#""""#,
        "The address and port for LDAP (mostly 389), as \"0.0.0.0:389\"; with a certificate clients may begin\n\
         TLS on it (StartTLS). Empty: no LDAP here.",
    ),
    setting(
        "ldap",
        "tls_listen",
        Kind::MaybeListen,
        r#""""#,
        "The address and port for LDAP over TLS from the first byte (mostly 636). Empty: none.",
    ),
    setting(
        "ldap",
        "certificate",
        Kind::Text,
        r#""""#,
        "The file (PEM) of the certificate for TLS, those above it after it. Read at the start.",
    ),
    setting("ldap", "key", Kind::Text, r#""""#, "The file (PEM) of its key."),
    setting(
        "ldap",
        "base_dn",
        Kind::Name,
        r#""dc=renraku""#,
        "The name below which the directory lies, like dc=pref,dc=example,dc=jp: people are at ou=people and\n\
         units at ou=units below it.",
    ),
    setting(
        "ldap",
        "anonymous",
        Kind::Switch,
        "false",
        "Whether clients may read the directory without a password. They see what every member of staff sees.",
    ),
    setting(
        "ldap",
        "tls_required",
        Kind::Switch,
        "false",
        "Whether passwords are refused on connections without TLS. Many desk phones cannot speak TLS.",
    ),
    setting(
        "ldap",
        "connections",
        Kind::Number { least: 1, most: 100_000 },
        "2000",
        "How many connections there may be at once; one more is told that the server is busy.",
    ),
    setting(
        "ldap",
        "connections_per_address",
        Kind::Number { least: 1, most: 100_000 },
        "200",
        "How many of them may come from one address.",
    ),
    setting(
        "ldap",
        "message_bytes",
        Kind::Number { least: 1_024, most: 1_048_576 },
        "32768",
        "How many bytes a request may have; a connection on which a longer one is announced is ended.",
    ),
    setting(
        "ldap",
        "filter_depth",
        Kind::Number { least: 1, most: 64 },
        "16",
        "How deep a filter may be nested.",
    ),
    setting(
        "ldap",
        "filter_terms",
        Kind::Number { least: 1, most: 1_000 },
        "64",
        "How many terms a filter may have in all.",
    ),
    setting(
        "ldap",
        "idle_s",
        Kind::Number { least: 1, most: 86_400 },
        "900",
        "After how many seconds a connection on which nothing is asked is ended.",
    ),
    setting(
        "ldap",
        "search_s",
        Kind::Number { least: 1, most: 60 },
        "5",
        "How many seconds a search may take; then it is answered with what was found so far.",
    ),
    setting(
        "ldap",
        "entries",
        Kind::Number { least: 1, most: 10_000 },
        "1000",
        "How many entries an answer may have; then it is cut, and says so. Clients that ask page by page get\n\
         everything, so many a page at most.",
    ),
    setting(
        "ldap_source",
        "url",
        Kind::LdapUrl,
        r#""""#,
        "The office's own LDAP server (Active Directory, OpenLDAP), from which people are read and at which passwords\n\
         are checked (docs/LDAP-SOURCE.md): ldaps://dc1.pref.example.jp, or ldap:// with StartTLS. Empty: none.",
    ),
    setting(
        "ldap_source",
        "encryption",
        Kind::OneOf(&["starttls", "none"]),
        r#""starttls""#,
        "How a connection to an ldap:// address is protected: starttls (required, not merely tried), or none,\n\
         by which passwords cross the network in clear.",
    ),
    setting(
        "ldap_source",
        "ca_file",
        Kind::Text,
        r#""""#,
        "A file of certificates (PEM) that are trusted beside those of the public authorities: that of the\n\
         office's own authority.",
    ),
    setting(
        "ldap_source",
        "bind_dn",
        Kind::Text,
        r#""""#,
        "The name by which the server logs in there, to read: a DN, or user@domain at Active Directory. Empty: no\n\
         login.",
    ),
    setting(
        "ldap_source",
        "password",
        Kind::Text,
        r#""""#,
        "Its password. Better kept out of the file: RENRAKU_LDAP_SOURCE_PASSWORD.",
    ),
    setting(
        "ldap_source",
        "base_dn",
        Kind::MaybeName,
        r#""""#,
        "The name below which people lie, like dc=pref,dc=example,dc=jp.",
    ),
    setting(
        "ldap_source",
        "filter",
        Kind::Filter,
        r#""(|(&(objectCategory=person)(objectClass=user))(objectClass=inetOrgPerson))""#,
        "What is a person there (RFC 4515).",
    ),
    setting(
        "ldap_source",
        "unit_filter",
        Kind::MaybeFilter,
        r#""""#,
        "What is a unit there, like (objectClass=organizationalUnit): people then belong to the units above their\n\
         entries. Empty: the attribute of the setting unit says it.",
    ),
    setting(
        "ldap_source",
        "disabled_filter",
        Kind::MaybeFilter,
        r#""""#,
        "Whose account is closed there; at Active Directory (userAccountControl:1.2.840.113556.1.4.803:=2), at\n\
         OpenLDAP (pwdAccountLockedTime=000001010000Z). Empty: only who is not there any more is closed.",
    ),
    setting(
        "ldap_source",
        "staff_number",
        Kind::Attributes,
        r#""employeeNumber, employeeID""#,
        "Which attributes say it, the first that is there; a plus joins those that say it together.\n\
         The staff number (職員番号), by which people are found; an entry without one is passed over.",
    ),
    setting(
        "ldap_source",
        "username",
        Kind::Attributes,
        r#""sAMAccountName, uid""#,
        "The name by which they sign in.",
    ),
    setting(
        "ldap_source",
        "name",
        Kind::Attributes,
        r#""displayName, sn+givenName, cn""#,
        "The name, family name first.",
    ),
    setting(
        "ldap_source",
        "kana",
        Kind::Attributes,
        r#""msDS-PhoneticDisplayName, msDS-PhoneticLastName+msDS-PhoneticFirstName, cn;lang-ja;phonetic""#,
        "How the name is read.",
    ),
    setting(
        "ldap_source",
        "unit",
        Kind::Attributes,
        r#""department, ou""#,
        "The unit (所属): its path from the top, like 総務部/人事課; several values are several posts.",
    ),
    setting(
        "ldap_source",
        "unit_name",
        Kind::Attributes,
        r#""description, ou""#,
        "What a unit of unit_filter is called.",
    ),
    setting("ldap_source", "post", Kind::Attributes, r#""title""#, "The post (職名)."),
    setting(
        "ldap_source",
        "extension",
        Kind::Attributes,
        r#""ipPhone""#,
        "The number inside the office (内線).",
    ),
    setting(
        "ldap_source",
        "phone",
        Kind::Attributes,
        r#""telephoneNumber""#,
        "The number from outside (外線).",
    ),
    setting("ldap_source", "mobile", Kind::Attributes, r#""mobile""#, "The number of the mobile phone."),
    setting("ldap_source", "email", Kind::Attributes, r#""mail""#, "The mail address."),
    setting(
        "ldap_source",
        "end_missing",
        Kind::Switch,
        "false",
        "Whether whoever has a staff number and is not there leaves (more than a fifth at once never by itself).",
    ),
    setting(
        "ldap_source",
        "interval_min",
        Kind::Number { least: 0, most: 1_440 },
        "0",
        "How many minutes lie between two readings. 0: people are read by `renraku import people --from-ldap` alone.",
    ),
    setting(
        "ldap_source",
        "sign_in",
        Kind::Switch,
        "false",
        "Whether people sign in with their password there: whoever is read gets an account, whose account is closed\n\
         there is signed out. An account with a password of its own keeps it.",
    ),
    setting(
        "ldap_source",
        "remember_h",
        Kind::Number { least: 0, most: 24 },
        "8",
        "For how many hours the password that somebody signed in with last counts while the server cannot be reached,\n\
         kept as a hash. 0: nobody signs in then.",
    ),
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
