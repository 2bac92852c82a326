use std::collections::VecDeque;

use ldap3_proto::proto::LdapSearchRequest;

use super::{sort::SortKey, source::Spot};

/// So many answers of one connection may be in the middle of being read; the oldest is given up.
const MOST: usize = 4;

/// After what a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resume {
    /// An entry that is neither a person's nor a contact's, by its name.
    Entry(String),
    /// A person.
    Person(Spot),
    /// A contact.
    Contact(Spot),
    /// The last of a sorted answer.
    Sorted(SortKey),
}

/// The answers of one connection that are read page by page. A cookie says which: it is good for the same search alone.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    next: u64,
    open: VecDeque<Open>,
}

#[derive(Debug)]
struct Open {
    cookie: u64,
    asked: Asked,
    resume: Resume,
    /// How many entries were sent.
    sent: usize,
}

/// What must be the same from page to page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked(LdapSearchRequest);

impl Asked {
    pub fn of(request: LdapSearchRequest) -> Self {
        Self(request)
    }
}

impl Pages {
    /// Takes up the answer that a cookie names; `None` when it is none of this connection and search.
    pub fn take(&mut self, cookie: &[u8], asked: &Asked) -> Option<(Resume, usize)> {
        let cookie = u64::from_be_bytes(cookie.try_into().ok()?);
        let at = self.open.iter().position(|open| open.cookie == cookie && open.asked == *asked)?;
        self.open.remove(at).map(|open| (open.resume, open.sent))
    }

    /// Keeps an answer that goes on, and names it.
    pub fn keep(&mut self, asked: Asked, resume: Resume, sent: usize) -> Vec<u8> {
        if self.open.len() >= MOST {
            self.open.pop_front();
        }
        self.next += 1;
        self.open.push_back(Open { cookie: self.next, asked, resume, sent });
        self.next.to_be_bytes().to_vec()
    }
}
