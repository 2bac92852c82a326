use actix_web::HttpResponse;
use renraku_contacts::service::objects::{self, BookChange};

use super::property::{self, Property};
use crate::core::{
    Call, Condition, DavFault, Edits, Place, expectation, unmade, written,
    xml::{Name, OF_CONTACTS},
};

/// MKCOL with a body (RFC 6352 §6.3.1, RFC 5689): an address book, for nothing else is made here.
pub(super) async fn answer(mut call: Call, place: Place) -> Result<HttpResponse, DavFault> {
    let edits = Edits::read(&call.extended_mkcol().await?)?;
    let kinds = edits.get(&Name::dav("resourcetype")).map(|it| it.children.as_slice()).unwrap_or_default();
    let is = |name: Name| kinds.iter().any(|kind| kind.name == name);
    if !is(Name::dav("collection")) || !is(Name::carddav("addressbook")) || kinds.len() != 2 {
        let condition = Condition::ValidResourceType;
        let refused = [(Name::dav("resourcetype"), condition.status(), Some(condition))];
        return Ok(unmade(&call, OF_CONTACTS, &edits, &refused));
    }
    call.writes()?;
    let Place::Book { segment, .. } = place else {
        // An address book does not lie in another one.
        return Err(Condition::AddressbookCollectionLocationOk.into());
    };
    let is_protected = |name: &Name| {
        property::find(name).is_some_and(|row| !row.writable && row.property != Property::ResourceType)
    };
    let refused = edits.refused(OF_CONTACTS, is_protected);
    if !refused.is_empty() {
        return Ok(unmade(&call, OF_CONTACTS, &edits, &refused));
    }
    let who = call.who.clone();
    let expected = expectation(call.headers())?;
    call.write(move |tx| {
        let text =
            edits.get(&Name::dav("displayname")).map(|it| it.text.trim()).filter(|text| !text.is_empty());
        let made = objects::make_book(tx, &who, &segment, text.unwrap_or(&segment))?.into_inner();
        if !expected.is.holds_of_nothing() {
            return Err(DavFault::Stale);
        }
        let ours = [Some(Property::ResourceType), Some(Property::DisplayName)];
        let kept =
            edits.0.iter().filter(|(name, _)| !ours.contains(&property::find(name).map(|row| row.property)));
        let properties = kept.filter_map(|(name, value)| {
            Some((name.to_string(), Some(written(OF_CONTACTS, value.as_ref()?))))
        });
        let change = BookChange { properties: properties.collect(), ..BookChange::default() };
        objects::change_book(tx, &who, &made.id, &change)?;
        Ok(())
    })
    .await?;
    Ok(HttpResponse::Created().insert_header(("cache-control", "no-cache")).finish())
}
