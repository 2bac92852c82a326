use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use renraku_base::{Principal, segment};
use renraku_contacts::{ContactsFault, service::objects::find_book};
use renraku_db::{CollectionId, Error, ReadTx};
use renraku_notify::push::Subscription;
use renraku_schedule::{ScheduleFault, service::objects::find_calendar};

use crate::core::{Address, DavFault, Place, TokenKey};

/// So many bytes tell the collections of an office apart.
const TOPIC_BYTES: usize = 16;

/// A calendar or an address book that a client follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Followed {
    pub collection: CollectionId,
    /// The last segment of its path in the home of whoever follows.
    pub segment: String,
    /// The name of the collection for push, the same for everybody who sees it and of no use for anything else.
    pub topic: String,
}

impl Followed {
    /// What is at an address, if it can be followed there.
    pub fn at(
        tx: &mut ReadTx<'_>,
        who: &Principal,
        key: &TokenKey,
        address: &Address,
    ) -> Result<Self, DavFault> {
        match address {
            Address::Calendar { person, segment } => {
                let found = find_calendar(tx, who, person, segment)?;
                let id = found.calendar.id.as_str();
                // A delegate follows it where it lies in their own home: there it bears its id.
                let own = if found.home == who.person.as_str() { segment } else { id };
                Ok(Self { collection: found.collection, segment: own.to_owned(), topic: topic(key, id) })
            }
            Address::Contacts(Place::Book { segment, .. }) => {
                let found = find_book(tx, who, segment)?;
                let topic = topic(key, found.book.id.as_str());
                Ok(Self { collection: found.collection, segment: segment.clone(), topic })
            }
            _ => Err(DavFault::MethodNotAllowed),
        }
    }

    /// What a subscription follows; `None` when it was deleted, or is no longer shared.
    pub fn by(
        tx: &mut ReadTx<'_>,
        who: &Principal,
        key: &TokenKey,
        subscription: &Subscription,
    ) -> Result<Option<Self>, Error> {
        let (person, segment) = (|| who.person.as_str().to_owned(), subscription.resource.clone());
        let beside = segment::beside(&segment);
        // A calendar and an address book may have the same segment: the collection tells them apart.
        for address in [
            Address::Calendar { person: person(), segment: segment.clone() },
            Address::Contacts(Place::Book { person: person(), segment }),
            Address::Calendar { person: person(), segment: beside.clone() },
            Address::Contacts(Place::Book { person: person(), segment: beside }),
        ] {
            match Self::at(tx, who, key, &address) {
                Ok(found) if found.collection == subscription.collection => return Ok(Some(found)),
                Ok(_)
                | Err(
                    DavFault::Schedule(ScheduleFault::NotFound) | DavFault::Contacts(ContactsFault::NotFound),
                ) => {}
                Err(
                    DavFault::Schedule(ScheduleFault::Internal(error))
                    | DavFault::Contacts(ContactsFault::Internal(error)),
                ) => return Err(error),
                Err(fault) => return Err(Error::damaged(fault)),
            }
        }
        Ok(None)
    }
}

/// The topic of the calendar or address book of this id.
pub(super) fn topic(key: &TokenKey, id: &str) -> String {
    let mac = key.sign("push-topic", id);
    URL_SAFE_NO_PAD.encode(mac.get(..TOPIC_BYTES).unwrap_or_default())
}
