use std::{cell::OnceCell, ops::ControlFlow, sync::Arc};

use renraku_base::{AddressBookId, ContactId, Id, Principal};
use renraku_contacts::service::{self as contacts, Readable, Within};
use renraku_db::{Error, ReadTx};
use renraku_people::directory::{Narrow, PersonJson, Selected, service as people};

use super::{Resume, Search};
use crate::{
    entries,
    entry::Entry,
    fault::LdapFault,
    filter::{self, Condition, Outcome},
    listener::Shared,
};

/// So many are looked at before the directory is let go for those who wait to change it, and the clock is looked at.
const AT_ONCE: usize = 512;
/// As few contacts are read by one statement at the least: not all that are read fit.
const FEWEST: usize = 64;

/// Where somebody stands in the あいうえお order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    /// The key of the order.
    order: String,
    /// Decides between equals.
    id: String,
}

/// Those who are looked at one after the other, in あいうえお order.
pub(super) enum Source {
    People(Narrow),
    /// The contacts that somebody may read.
    Contacts(Contacts),
}

/// The contacts that somebody may read, all or those of one address book.
pub(super) struct Contacts {
    narrow: Narrow,
    who: Principal,
    /// What they may read; asked when the first contacts are read.
    readable: OnceCell<Readable>,
    address_book: Option<AddressBookId>,
}

/// Somebody who fits.
pub(super) struct Fit {
    pub entry: Entry,
    pub spot: Spot,
    /// From what the entry is made once more.
    pub origin: Origin,
}

/// Somebody, kept small.
pub(super) enum Origin {
    Person(Arc<PersonJson>, Option<String>),
    Contact(ContactId),
}

/// Some of a source.
#[derive(Default)]
pub(super) struct Part {
    pub fits: Vec<Fit>,
    /// After whom the next part begins; `None` when nobody is left.
    pub next: Option<Spot>,
}

impl Fit {
    /// The key of the order in which it stands.
    pub fn order(&self) -> &str {
        &self.spot.order
    }
}

impl Source {
    /// The people who can fit a condition; `None` when nobody can.
    pub fn people(condition: &Condition) -> Option<Self> {
        filter::may_hold_for_people(condition).then(|| Self::People(filter::narrow(condition)))
    }

    /// The contacts that somebody may read and that can fit a condition; `None` when none can.
    pub fn contacts(
        condition: &Condition,
        who: Option<&Principal>,
        book: Option<&AddressBookId>,
    ) -> Option<Self> {
        let who = who.filter(|_| filter::may_hold_for_contacts(condition))?;
        Some(Self::Contacts(Contacts {
            narrow: filter::narrow(condition),
            who: who.clone(),
            readable: OnceCell::new(),
            address_book: book.cloned(),
        }))
    }

    /// Where an answer goes on that ends with somebody of it.
    pub fn resume(&self, spot: Spot) -> Resume {
        match self {
            Self::People(_) => Resume::Person(spot),
            Self::Contacts(_) => Resume::Contact(spot),
        }
    }

    /// The next of those who fit after `after`: at most `most`, and as many as are found among some.
    pub fn part(
        &self,
        tx: &mut ReadTx<'_>,
        shared: &Shared,
        search: &Search,
        after: Option<&Spot>,
        most: usize,
    ) -> Result<Part, LdapFault> {
        match self {
            Self::People(narrow) => people_after(tx, shared, search, narrow, after, most),
            Self::Contacts(contacts) => contacts.after(tx, shared, search, after, most),
        }
    }
}

impl Contacts {
    fn after(
        &self,
        tx: &mut ReadTx<'_>,
        shared: &Shared,
        search: &Search,
        after: Option<&Spot>,
        most: usize,
    ) -> Result<Part, LdapFault> {
        let readable = match self.readable.get() {
            Some(known) => known,
            None => {
                let now = Readable::by(tx, &self.who)?;
                self.readable.get_or_init(|| now)
            }
        };
        let after = after.map(|spot| (spot.order.as_str(), spot.id.as_str()));
        let within = Within { address_book: self.address_book.as_ref(), after };
        let limit = most.clamp(FEWEST, AT_ONCE);
        let found = contacts::select_contacts(tx, readable, &self.narrow, within, limit)?;
        let (more, mut part) = (found.len() >= limit, Part::default());
        for selected in found {
            let contact = selected.contact;
            let spot = Spot { order: selected.order, id: contact.id.to_string() };
            part.next = Some(spot.clone());
            let entry = entries::contact(&shared.settings.base, &contact, &search.needs);
            if let Some(entry) = entry.filter(|entry| search.condition.of(entry) == Outcome::True) {
                part.fits.push(Fit { entry, spot, origin: Origin::Contact(contact.id) });
            }
            if part.fits.len() >= most {
                return Ok(part);
            }
        }
        part.next = part.next.filter(|_| more);
        Ok(part)
    }
}

fn people_after(
    tx: &mut ReadTx<'_>,
    shared: &Shared,
    search: &Search,
    narrow: &Narrow,
    after: Option<&Spot>,
    most: usize,
) -> Result<Part, LdapFault> {
    let base = &shared.settings.base;
    let after =
        after.map(|spot| people::Place { order: spot.order.clone(), id: Id::stored(spot.id.clone()) });
    let (mut part, mut seen, mut failed) = (Part::default(), 0, None);
    let by_units = search.condition.compares_units();
    let entry_of = |selected: Selected<'_>| {
        let mut entry = entries::person(base, selected.person, selected.username, &search.needs)?;
        if by_units {
            entry.lie_in(selected.unit_paths());
        }
        Ok::<_, Error>(entry)
    };
    people::select_people(tx, &shared.directory, narrow, after.as_ref(), |selected| {
        seen += 1;
        let spot = || Spot { order: selected.order.to_owned(), id: selected.person.id.as_str().to_owned() };
        match entry_of(selected) {
            Ok(entry) if search.condition.of(&entry) == Outcome::True => {
                let username = selected.username.map(str::to_owned);
                let origin = Origin::Person(Arc::clone(selected.person), username);
                part.fits.push(Fit { entry, spot: spot(), origin });
            }
            Ok(_) => {}
            Err(error) => failed = Some(error),
        }
        if seen < AT_ONCE && part.fits.len() < most && failed.is_none() {
            return ControlFlow::Continue(());
        }
        part.next = Some(spot());
        ControlFlow::Break(())
    })?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(part),
    }
}
