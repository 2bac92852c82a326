//! The settings of the directory that others ask here, and of the one that is asked elsewhere.

use super::{Kind, Setting, setting};

/// LDAP as it is answered here.
pub(super) const LDAP: &[Setting] = &[
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
];

/// The office's own LDAP server.
pub(super) const LDAP_SOURCE: &[Setting] = &[
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
];
