use std::{borrow::Cow, fmt};

/// WebDAV's own.
pub(crate) const DAV: &str = "DAV:";
/// CalDAV's (RFC 4791).
pub(crate) const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
/// CardDAV's (RFC 6352).
pub(crate) const CARDDAV: &str = "urn:ietf:params:xml:ns:carddav";
/// Of the first calendar server, whose extensions everybody speaks.
pub(crate) const SERVER: &str = "http://calendarserver.org/ns/";
/// Of the clients of one vendor, whose colour and order everybody speaks.
pub(crate) const ICAL: &str = "http://apple.com/ns/ical/";

/// Of the extension that wakes clients (WebDAV-Push). Our answers declare no prefix for it: it is rarely said.
const PUSH: &str = "https://bitfire.at/webdav-push";

/// The namespaces that an answer declares at its root, each with its prefix; that of WebDAV is `d` in all of them.
pub(crate) type Prefixes = &'static [(&'static str, &'static str)];
/// What answers about calendars declare.
pub(crate) const OF_CALENDARS: Prefixes = &[("d", DAV), ("c", CALDAV), ("cs", SERVER), ("ic", ICAL)];
/// What answers about address books declare.
pub(crate) const OF_CONTACTS: Prefixes = &[("d", DAV), ("c", CARDDAV), ("cs", SERVER)];

/// The name of an element: a namespace and a word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name {
    // First, for names are compared much more often than they are the same, and few have the same word.
    pub local: Cow<'static, str>,
    pub namespace: Cow<'static, str>,
}

impl Name {
    /// A name that is known when the program is built.
    const fn known(namespace: &'static str, local: &'static str) -> Self {
        Self { namespace: Cow::Borrowed(namespace), local: Cow::Borrowed(local) }
    }

    /// A word of WebDAV.
    pub const fn dav(local: &'static str) -> Self {
        Self::known(DAV, local)
    }

    /// A word of CalDAV.
    pub const fn caldav(local: &'static str) -> Self {
        Self::known(CALDAV, local)
    }

    /// A word of CardDAV.
    pub const fn carddav(local: &'static str) -> Self {
        Self::known(CARDDAV, local)
    }

    /// A word of the first calendar server.
    pub const fn server(local: &'static str) -> Self {
        Self::known(SERVER, local)
    }

    /// A word of the clients that brought colours.
    pub const fn ical(local: &'static str) -> Self {
        Self::known(ICAL, local)
    }

    /// A word of WebDAV-Push.
    pub const fn push(local: &'static str) -> Self {
        Self::known(PUSH, local)
    }

    /// A name that was sent.
    pub fn sent(namespace: &str, local: &str) -> Self {
        let known = [DAV, CALDAV, CARDDAV, SERVER, ICAL].into_iter().find(|known| *known == namespace);
        let namespace = known.map_or_else(|| Cow::Owned(namespace.to_owned()), Cow::Borrowed);
        Self { namespace, local: Cow::Owned(local.to_owned()) }
    }

    /// The prefix of the namespace among these.
    pub fn prefix(&self, declared: Prefixes) -> Option<&'static str> {
        declared.iter().find(|(_, namespace)| *namespace == self.namespace).map(|(prefix, _)| *prefix)
    }
}

impl fmt::Display for Name {
    /// As it is kept: `{namespace}local`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}{}", self.namespace, self.local)
    }
}

impl Name {
    /// Reads what [`Display`](fmt::Display) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (namespace, local) = text.strip_prefix('{')?.split_once('}')?;
        Some(Self::sent(namespace, local))
    }
}
