//! Paths. What a path names is looked up in the database; nothing of it ever reaches a file system.

use std::{borrow::Cow, fmt};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode_str, utf8_percent_encode};

/// Where everything of this face lies.
pub(crate) const ROOT: &str = "/dav/";
/// The longest segment, in bytes.
const SEGMENT_BYTES: usize = 255;
/// What stands in a segment as it is (RFC 3986 §2.3), and `@`.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

const PRINCIPALS: &str = "principals";
const CALENDARS: &str = "calendars";
const ADDRESS_BOOKS: &str = "addressbooks";
const DIRECTORY: &str = "directory";
const INBOX: &str = "inbox";
const OUTBOX: &str = "outbox";
const PROXY_READ: &str = "calendar-proxy-read";
const PROXY_WRITE: &str = "calendar-proxy-write";

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// Where discovery begins.
    Root,
    /// The collection of all principals.
    Principals,
    /// A person or a facility.
    Principal(String),
    /// The group of a person's delegates, for reading or for writing (caldav-proxy).
    Proxies { person: String, writes: bool },
    /// The collection of all homes.
    Homes,
    /// The collection of a person's calendars.
    Home(String),
    /// Where invitations arrive (RFC 6638 §2.2).
    Inbox(String),
    /// A scheduling message in it.
    Message { person: String, name: String },
    /// Where free/busy is asked for (RFC 6638 §2.1).
    Outbox(String),
    /// A calendar.
    Calendar { person: String, segment: String },
    /// An event or task in a calendar.
    Object { person: String, segment: String, name: String },
    /// Something of address books.
    Contacts(Place),
}

/// What a path of address books names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The collection of all homes.
    Homes,
    /// The collection of a person's address books.
    Home(String),
    /// An address book.
    Book { person: String, segment: String },
    /// A contact in an address book.
    Card { person: String, segment: String, name: String },
    /// The staff directory as an address book.
    Directory(String),
    /// A member of staff in it.
    Colleague { person: String, name: String },
}

impl Address {
    /// What a path (or the path of a URL of this host) names; `None` for what names nothing.
    pub fn parse(path: &str) -> Option<Self> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let rest = path.strip_prefix("/dav").filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        if rest.starts_with('/') {
            return None;
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let segments: Vec<Cow<'_, str>> = match rest {
            "" => Vec::new(),
            rest => rest.split('/').map(segment).collect::<Option<_>>()?,
        };
        let texts: Vec<&str> = segments.iter().map(Cow::as_ref).collect();
        let own = |text: &str| text.to_owned();
        Some(match texts.as_slice() {
            [] => Self::Root,
            [PRINCIPALS] => Self::Principals,
            [PRINCIPALS, id] => Self::Principal(own(id)),
            [PRINCIPALS, person, PROXY_READ] => Self::Proxies { person: own(person), writes: false },
            [PRINCIPALS, person, PROXY_WRITE] => Self::Proxies { person: own(person), writes: true },
            [CALENDARS] => Self::Homes,
            [CALENDARS, person] => Self::Home(own(person)),
            [CALENDARS, person, INBOX] => Self::Inbox(own(person)),
            [CALENDARS, person, OUTBOX] => Self::Outbox(own(person)),
            [CALENDARS, person, INBOX, name] => Self::Message { person: own(person), name: own(name) },
            [CALENDARS, _, INBOX | OUTBOX, ..] => return None,
            [ADDRESS_BOOKS, rest @ ..] => Self::Contacts(Place::of(rest)?),
            [CALENDARS, person, segment] => Self::Calendar { person: own(person), segment: own(segment) },
            [CALENDARS, person, segment, name] => {
                Self::Object { person: own(person), segment: own(segment), name: own(name) }
            }
            _ => return None,
        })
    }

    /// What a `DAV:href` or `Destination` names: a path, or a URL whose host is this server's.
    pub fn of_href(href: &str, host: Option<&str>) -> Option<Self> {
        match authority(href) {
            None if href.trim_start().starts_with('/') => Self::parse(href.trim()),
            None => None,
            Some((authority, path)) => {
                host.is_some_and(|host| host.eq_ignore_ascii_case(authority)).then(|| Self::parse(path))?
            }
        }
    }

    /// Whether a path names nothing because of its last segment alone, where a client chooses it: one that is too long, or holds what
    /// is in no name.
    pub fn is_misnamed(path: &str) -> bool {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let Some((above, name)) = path.strip_suffix('/').unwrap_or(path).rsplit_once('/') else {
            return false;
        };
        let named = || Self::parse(&format!("{above}/x"));
        segment(name).is_none()
            && matches!(
                named(),
                Some(
                    Self::Calendar { .. }
                        | Self::Object { .. }
                        | Self::Contacts(Place::Book { .. } | Place::Card { .. })
                )
            )
    }

    /// Whether a delegate of the person whose home it lies in may come there: to calendars and what is in them.
    pub fn is_open_to_delegates(&self) -> bool {
        matches!(self, Self::Home(_) | Self::Calendar { .. } | Self::Object { .. })
    }

    /// The person whose home it lies in; `None` outside of homes.
    pub fn person(&self) -> Option<&str> {
        match self {
            Self::Root | Self::Principals | Self::Principal(_) | Self::Proxies { .. } | Self::Homes => None,
            Self::Home(person) | Self::Inbox(person) | Self::Outbox(person) => Some(person),
            Self::Calendar { person, .. } | Self::Object { person, .. } | Self::Message { person, .. } => {
                Some(person)
            }
            Self::Contacts(place) => place.person(),
        }
    }
}

impl Place {
    fn of(segments: &[&str]) -> Option<Self> {
        let own = |text: &str| text.to_owned();
        Some(match segments {
            [] => Self::Homes,
            [person] => Self::Home(own(person)),
            [person, DIRECTORY] => Self::Directory(own(person)),
            [person, DIRECTORY, name] => Self::Colleague { person: own(person), name: own(name) },
            [person, segment] => Self::Book { person: own(person), segment: own(segment) },
            [person, segment, name] => {
                Self::Card { person: own(person), segment: own(segment), name: own(name) }
            }
            _ => return None,
        })
    }

    fn person(&self) -> Option<&str> {
        match self {
            Self::Homes => None,
            Self::Home(person) | Self::Directory(person) => Some(person),
            Self::Book { person, .. } | Self::Card { person, .. } | Self::Colleague { person, .. } => {
                Some(person)
            }
        }
    }

    /// The place of a contact with this name in an address book; `None` for what is none.
    pub fn card(&self, name: &str) -> Option<Self> {
        let (own, name) = (|text: &String| text.clone(), name.to_owned());
        match self {
            Self::Book { person, segment } => {
                Some(Self::Card { person: own(person), segment: own(segment), name })
            }
            Self::Directory(person) => Some(Self::Colleague { person: own(person), name }),
            Self::Homes | Self::Home(_) | Self::Card { .. } | Self::Colleague { .. } => None,
        }
    }

    /// The address book in which a contact lies, and its name.
    pub fn in_book(&self) -> Option<(Self, &str)> {
        match self {
            Self::Card { person, segment, name } => {
                Some((Self::Book { person: person.clone(), segment: segment.clone() }, name))
            }
            Self::Colleague { person, name } => Some((Self::Directory(person.clone()), name)),
            Self::Homes | Self::Home(_) | Self::Book { .. } | Self::Directory(_) => None,
        }
    }
}

/// The host of a URL (RFC 3986 §4.2, also of one without a scheme), and its path; `None` for a path alone and for other schemes.
pub(crate) fn authority(href: &str) -> Option<(&str, &str)> {
    let href = href.trim();
    let rest = match href.strip_prefix("//") {
        Some(rest) => rest,
        None => {
            let (scheme, rest) = href.split_once("://")?;
            ["http", "https"].iter().any(|it| it.eq_ignore_ascii_case(scheme)).then_some(rest)?
        }
    };
    rest.find('/').and_then(|at| rest.split_at_checked(at))
}

/// The path of a member with this name of the collection at this path.
pub(crate) fn path_below(collection: &str, name: &str) -> String {
    let mut path = String::with_capacity(collection.len() + name.len());
    path.push_str(collection);
    path.extend(encoded(name));
    path
}

/// The name of a member of the collection at this path, when a path is as [`path_below`] writes it for a plain name. `None` is no
/// refusal: [`Address::parse`] reads every path.
pub(crate) fn plain_name<'p>(collection: &str, path: &'p str) -> Option<&'p str> {
    let is_plain = |name: &&str| {
        let bytes = || name.bytes();
        name.len() <= SEGMENT_BYTES
            && bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'@'))
            && bytes().any(|byte| byte != b'.')
    };
    path.strip_prefix(collection).filter(is_plain)
}

fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, SEGMENT)
}

/// A segment, decoded; `None` for one that cannot name anything.
fn segment(encoded: &str) -> Option<Cow<'_, str>> {
    let is_hex = |text: Option<&str>| text.is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if encoded.match_indices('%').any(|(at, _)| !is_hex(encoded.get(at + 1..at + 3))) {
        return None;
    }
    let text = percent_decode_str(encoded).decode_utf8().ok()?;
    let bad = text.is_empty()
        || text.len() > SEGMENT_BYTES
        || text == "."
        || text == ".."
        || text.contains(['/', '\\'])
        || text.chars().any(char::is_control);
    (!bad).then_some(text)
}

impl fmt::Display for Address {
    /// The path, encoded; collections end with a slash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ROOT)?;
        match self {
            Self::Root => Ok(()),
            Self::Principals => write!(f, "{PRINCIPALS}/"),
            Self::Principal(id) => write!(f, "{PRINCIPALS}/{}/", encoded(id)),
            Self::Proxies { person, writes } => {
                let group = if *writes { PROXY_WRITE } else { PROXY_READ };
                write!(f, "{PRINCIPALS}/{}/{group}/", encoded(person))
            }
            Self::Homes => write!(f, "{CALENDARS}/"),
            Self::Home(person) => write!(f, "{CALENDARS}/{}/", encoded(person)),
            Self::Inbox(person) => write!(f, "{CALENDARS}/{}/{INBOX}/", encoded(person)),
            Self::Message { person, name } => {
                write!(f, "{CALENDARS}/{}/{INBOX}/{}", encoded(person), encoded(name))
            }
            Self::Outbox(person) => write!(f, "{CALENDARS}/{}/{OUTBOX}/", encoded(person)),
            Self::Calendar { person, segment } => {
                write!(f, "{CALENDARS}/{}/{}/", encoded(person), encoded(segment))
            }
            Self::Object { person, segment, name } => {
                write!(f, "{CALENDARS}/{}/{}/{}", encoded(person), encoded(segment), encoded(name))
            }
            Self::Contacts(Place::Homes) => write!(f, "{ADDRESS_BOOKS}/"),
            Self::Contacts(Place::Home(person)) => write!(f, "{ADDRESS_BOOKS}/{}/", encoded(person)),
            Self::Contacts(Place::Directory(person)) => {
                write!(f, "{ADDRESS_BOOKS}/{}/{DIRECTORY}/", encoded(person))
            }
            Self::Contacts(Place::Colleague { person, name }) => {
                write!(f, "{ADDRESS_BOOKS}/{}/{DIRECTORY}/{}", encoded(person), encoded(name))
            }
            Self::Contacts(Place::Book { person, segment }) => {
                write!(f, "{ADDRESS_BOOKS}/{}/{}/", encoded(person), encoded(segment))
            }
            Self::Contacts(Place::Card { person, segment, name }) => {
                write!(f, "{ADDRESS_BOOKS}/{}/{}/{}", encoded(person), encoded(segment), encoded(name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_comes_back() {
        let person = || "0198c0de-7f3a-7abc-8def-012345678901".to_owned();
        for address in [
            Address::Root,
            Address::Principals,
            Address::Principal(person()),
            Address::Proxies { person: person(), writes: false },
            Address::Proxies { person: person(), writes: true },
            Address::Homes,
            Address::Home(person()),
            Address::Inbox(person()),
            Address::Message { person: person(), name: "x.ics".to_owned() },
            Address::Outbox(person()),
            Address::Calendar { person: person(), segment: "予定 1%".to_owned() },
            Address::Object { person: person(), segment: "a".to_owned(), name: "x@y+z?.ics".to_owned() },
            Address::Contacts(Place::Homes),
            Address::Contacts(Place::Home(person())),
            Address::Contacts(Place::Directory(person())),
            Address::Contacts(Place::Colleague { person: person(), name: "x.vcf".to_owned() }),
            Address::Contacts(Place::Book { person: person(), segment: "取引先".to_owned() }),
            Address::Contacts(Place::Card {
                person: person(),
                segment: "a".to_owned(),
                name: "x;y.vcf".to_owned(),
            }),
        ] {
            assert_eq!(Address::parse(&address.to_string()).as_ref(), Some(&address), "{address}");
        }
        assert_eq!(Address::parse("/dav"), Some(Address::Root));
        assert_eq!(Address::parse("/dav/calendars"), Some(Address::Homes));
    }

    #[test]
    fn the_path_of_a_member_is_that_of_its_address() {
        let (person, segment) = ("p".to_owned(), "予定".to_owned());
        let calendar = Address::Calendar { person: person.clone(), segment: segment.clone() }.to_string();
        for name in ["a-1_b~c@d.ics", "x?y%2F.ics", "会議.ics", "...", "..", "."] {
            let (person, segment, name) = (person.clone(), segment.clone(), name.to_owned());
            let path = path_below(&calendar, &name);
            let address = Address::Object { person, segment, name: name.clone() };
            assert_eq!(path, address.to_string());
            if let Some(plain) = plain_name(&calendar, &path) {
                assert_eq!((plain, Address::parse(&path)), (name.as_str(), Some(address)));
            }
        }
        assert_eq!(plain_name(&calendar, &path_below(&calendar, "a-1_b~c@d.ics")), Some("a-1_b~c@d.ics"));
        for other in ["/dav/calendars/p/x/a.ics", "..", "a/b", "a%2fb", "a?b", "a#b", "", "会"] {
            assert_eq!(plain_name(&calendar, &format!("{calendar}{other}")), None, "{other}");
            assert_eq!(plain_name(&calendar, other), None, "{other}");
        }
    }

    #[test]
    fn what_leads_elsewhere_names_nothing() {
        for path in [
            "/davx",
            "/dav//",
            "/dav/calendars/p/../q",
            "/dav/calendars/p/%2e%2e/q",
            "/dav/calendars/p/a%2fb",
            "/dav/calendars/p/a%5cb",
            "/dav/calendars/p/a/%00",
            "/dav/calendars/p/a/%c0%ae",
            "/dav/calendars/p/a/%4",
            "/dav/calendars/p/a/%zz",
            "/dav/calendars/p/inbox/x/y.ics",
            "/dav/calendars/p/a/b/c",
            "/dav/other",
        ] {
            assert_eq!(Address::parse(path), None, "{path}");
        }
        assert_eq!(Address::parse(&format!("/dav/calendars/p/a/{}", "x".repeat(256))), None);
    }

    #[test]
    fn an_address_is_of_this_host() {
        let home = Some(Address::Home("p".to_owned()));
        assert_eq!(Address::of_href("/dav/calendars/p/", None), home);
        assert_eq!(
            Address::of_href("https://a.example.jp:8443/dav/calendars/p/", Some("A.example.jp:8443")),
            home
        );
        for href in ["HTTP://a.example.jp/dav/calendars/p/", "//A.example.jp/dav/calendars/p/"] {
            assert_eq!(Address::of_href(href, Some("a.example.jp")), home, "{href}");
            assert_eq!(Address::of_href(href, Some("b.example.jp")), None, "{href}");
        }
        assert_eq!(Address::of_href("https://b.example.jp/dav/calendars/p/", Some("a.example.jp")), None);
        assert_eq!(Address::of_href("ftp://a.example.jp/dav/calendars/p/", Some("a.example.jp")), None);
    }
}
