//! The scheduling inbox (RFC 6638 §2.2): messages that arrived, for clients that wait for them there. What they tell has happened in
//! the calendar already.

mod reports;

use renraku_base::{Id, InboxMessageId, Principal};
use renraku_db::{ReadTx, Tx};
use renraku_notify::inbox::{self, InboxMessage};

use super::{
    property::{Property, Resource, find},
    propfind::{Answer, MEMBERS},
};
use crate::core::{Address, Condition, DavFault, Wanted};

pub(super) use renraku_db::changes::Head;
pub(super) use reports::{multiget, query, sync_collection};

/// The address of a message.
pub(super) fn address(who: &Principal, id: &str) -> Address {
    Address::Message { person: who.person.as_str().to_owned(), name: name_of(id) }
}

fn name_of(id: &str) -> String {
    format!("{id}.ics")
}

/// The message that a name says.
fn id_of(name: &str) -> Option<InboxMessageId> {
    name.strip_suffix(".ics")?.parse().ok().filter(|id: &InboxMessageId| name_of(id.as_str()) == name)
}

/// The message of a name.
pub(super) fn get(tx: &mut ReadTx<'_>, who: &Principal, name: &str) -> Result<InboxMessage, DavFault> {
    let id = id_of(name).ok_or(DavFault::NotFound)?;
    inbox::get(tx, who, &[Id::as_str(&id)])?.pop().ok_or(DavFault::NotFound)
}

/// Takes the message of a name away.
pub(super) fn delete(tx: &mut Tx<'_>, who: &Principal, name: &str) -> Result<(), DavFault> {
    let id = id_of(name).ok_or(DavFault::NotFound)?;
    inbox::delete(tx, who, &id)?.into_inner().then_some(()).ok_or(DavFault::NotFound)
}

/// Where the inbox stands, if what is wanted tells it.
pub(super) fn head(tx: &mut ReadTx<'_>, who: &Principal, wanted: &Wanted) -> Result<Option<Head>, DavFault> {
    let asked = match wanted {
        Wanted::Named(names) | Wanted::All(names) => names.iter().any(|name| {
            find(name).is_some_and(|row| matches!(row.property, Property::SyncToken | Property::CTag))
        }),
        Wanted::Names => true,
    };
    Ok(if asked { inbox::head(tx, who)? } else { None })
}

/// Adds all messages to an answer.
pub(super) fn add_all(tx: &mut ReadTx<'_>, who: &Principal, answer: &mut Answer<'_>) -> Result<(), DavFault> {
    let messages = inbox::list(tx, who, "", MEMBERS + 1)?;
    if messages.len() > MEMBERS {
        return Err(Condition::NumberOfMatchesWithinLimits.into());
    }
    messages.iter().try_for_each(|message| add(who, message, answer))
}

fn add(who: &Principal, message: &InboxMessage, answer: &mut Answer<'_>) -> Result<(), DavFault> {
    answer.add(&address(who, message.id.as_str()), Resource::Message(message))
}
