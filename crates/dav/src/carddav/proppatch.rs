use actix_web::{HttpResponse, http::StatusCode};
use renraku_base::Role;
use renraku_contacts::{
    ContactsFault,
    service::objects::{self, BookChange, ObjectBook},
};

use super::{
    get,
    property::{self, Property},
};
use crate::core::{
    Address, Call, DavFault, Edits, Place, are_too_many, expectation, made, name_with, told, written,
    xml::{Element, Name, OF_CONTACTS},
};

/// PROPPATCH (RFC 4918 §9.2): all of it, or nothing.
pub(super) async fn answer(mut call: Call, place: Place) -> Result<HttpResponse, DavFault> {
    call.writes()?;
    let update = call.xml().await?;
    if update.name != Name::dav("propertyupdate") {
        return Err(DavFault::BadRequest("the body is no DAV:propertyupdate"));
    }
    let edits = Edits::read(&update)?;
    let expected = expectation(call.headers())?;
    let address = Address::Contacts(place.clone());
    let Place::Book { segment, .. } = place else {
        get::exists(&call, place).await?;
        return Ok(told(OF_CONTACTS, &address, &edits, |_| Some((StatusCode::FORBIDDEN, None))));
    };
    let refused = edits.refused(OF_CONTACTS, |name| property::find(name).is_some_and(|row| !row.writable));
    if !refused.is_empty() {
        return Ok(told(OF_CONTACTS, &address, &edits, |name| {
            refused.iter().find(|it| it.0 == *name).map(|it| (it.1, it.2))
        }));
    }
    let (names, who) = (edits.clone(), call.who.clone());
    let done = call
        .write(move |tx| {
            let mut book = objects::find_book(tx, &who, &segment)?;
            if !expected.holds(&book.book.etag) {
                return Err(DavFault::Stale);
            }
            if edits.get(&Name::dav("displayname")).is_some() {
                objects::name_owners(tx, std::slice::from_mut(&mut book))?;
            }
            match objects::change_book(tx, &who, &book.book.id, &change(&edits, &book)?) {
                Ok(_) => Ok(()),
                Err(ContactsFault::Invalid(_)) => Err(DavFault::Conflict("a value cannot be taken")),
                Err(fault) => Err(fault.into()),
            }
        })
        .await;
    match done {
        Ok(()) => Ok(made(call.headers(), OF_CONTACTS, &address, &names)),
        Err(DavFault::Conflict(_)) => {
            Ok(told(OF_CONTACTS, &address, &names, |_| Some((StatusCode::CONFLICT, None))))
        }
        Err(fault) => Err(fault),
    }
}

/// What the edits change of an address book: what its manager says of the name holds for everybody.
fn change(edits: &Edits, book: &ObjectBook) -> Result<BookChange, DavFault> {
    let manages = book.book.role == Role::Manage && book.is_mine();
    let mut change = BookChange::default();
    for (name, value) in &edits.0 {
        let known = property::find(name).map(|row| row.property);
        if known == Some(Property::DisplayName) && manages {
            // An address book is never without a name.
            change.patch.name = Some(value.as_ref().map(|it| it.text.trim().to_owned()).unwrap_or_default());
            continue;
        }
        // The name that it has anyhow is no name of one's own: programs write back what they were shown.
        let is_shown = |it: &Element| {
            known == Some(Property::DisplayName)
                && it.text.trim() == name_with(&book.book.name, book.owner_name.as_deref())
        };
        let kept = value.as_ref().filter(|it| !is_shown(it));
        change.properties.push((name.to_string(), kept.map(|value| written(OF_CONTACTS, value))));
    }
    if are_too_many(&book.properties, &change.properties) {
        return Err(DavFault::Conflict("too many properties are kept with this address book"));
    }
    Ok(change)
}
