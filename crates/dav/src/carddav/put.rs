use std::borrow::Cow;

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use renraku_base::content::{
    line::text_of,
    text::{has_controls, without_controls},
};
use renraku_contacts::{
    ContactsFault,
    codec::vcard::CARD_BYTES,
    service::objects::{self, CardFault, Expectation, ObjectBook},
};
use renraku_db::ReadTx;

use super::{address_data::MEDIA_TYPE, get};
use crate::core::{Address, Call, Condition, DavFault, Need, Place, expectation, not_utf8, represented};

/// PUT of a card (RFC 6352 §6.3.2): the contact is made, or turned into what is sent. Who asks for it is shown what is stored now.
pub(super) async fn answer(mut call: Call, place: Place) -> Result<HttpResponse, DavFault> {
    let done = store(&mut call, &place).await;
    represented(&call, done, |status| get::show(&call, &place, status)).await
}

async fn store(call: &mut Call, place: &Place) -> Result<HttpResponse, DavFault> {
    let (segment, name) = match place {
        Place::Card { segment, name, .. } => (segment.clone(), name.clone()),
        // The directory is changed where the office keeps its staff.
        Place::Colleague { .. } => return Err(Condition::NeedPrivileges.into()),
        Place::Homes | Place::Home(_) | Place::Book { .. } | Place::Directory(_) => {
            return Err(DavFault::MethodNotAllowed);
        }
    };
    call.writes()?;
    let expected = expected(call)?;
    let content_type = call.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = content_type.unwrap_or(MEDIA_TYPE).split(';').next().unwrap_or_default().trim();
    if ![MEDIA_TYPE, "text/x-vcard", "text/directory"].iter().any(|it| it.eq_ignore_ascii_case(media)) {
        return Err(Condition::SupportedAddressData.into());
    }
    if call.headers().contains_key(header::CONTENT_RANGE) {
        return Err(DavFault::BadRequest("a part of a card cannot be stored"));
    }
    let body = match call.body(CARD_BYTES).await {
        Err(DavFault::Web(renraku_web::WebFault::TooLarge { .. })) => {
            return Err(Condition::MaxCardSize.into());
        }
        body => body?,
    };
    let who = call.who.clone();
    let (put, as_sent) = call
        .write(move |tx| {
            let mut text = text_of(&body).map_err(|line| CardFault::AddressData(vec![not_utf8(line)]))?;
            if has_controls(text.as_bytes()) {
                text = Cow::Owned(without_controls(&text).into_owned());
            }
            let book = objects::find_book(tx, &who, &segment).map_err(no_book)?;
            let at = Place::Book { person: who.person.as_str().to_owned(), segment: segment.clone() };
            match objects::put(tx, &who, &book, &name, &text, &expected) {
                // What was folded anew, or lost characters, is not stored as it was sent: the client reads it.
                Ok(put) => Ok((put.into_inner(), matches!(text, Cow::Borrowed(_)))),
                Err(fault) => match refused(fault, &at) {
                    // What is not there would be put into the address book.
                    fault if fault.lacks_right() && !is_there(tx, &book, &name)? => {
                        Err(fault.needing(|| Need::to_bind(&Address::Contacts(at))))
                    }
                    fault => Err(fault),
                },
            }
        })
        .await?;
    let status = if put.created { StatusCode::CREATED } else { StatusCode::NO_CONTENT };
    let mut response = HttpResponse::build(status);
    if as_sent {
        response.insert_header((header::ETAG, put.etag.as_str()));
    }
    Ok(response.finish())
}

/// Why a card does not come into an address book; of a UID that is taken, where it is.
pub(super) fn refused(fault: CardFault, book: &Place) -> DavFault {
    match fault {
        CardFault::UidTaken { name } => {
            let href = book.card(&name).map(|at| Address::Contacts(at).to_string());
            DavFault::CardUidInUse(href.unwrap_or_default())
        }
        fault => fault.into(),
    }
}

/// Whether something is at a name.
pub(super) fn is_there(tx: &mut ReadTx<'_>, book: &ObjectBook, name: &str) -> Result<bool, DavFault> {
    Ok(objects::get(tx, book, &[name])?.pop().flatten().is_some())
}

/// What the client expects of a card.
pub(super) fn expected(call: &Call) -> Result<Expectation, DavFault> {
    let expected = expectation(call.headers())?;
    Ok(Expectation { is: expected.is, is_not: expected.is_not })
}

/// Something is put into what is not there (RFC 4918 §9.7.1).
pub(super) fn no_book(fault: ContactsFault) -> DavFault {
    match fault {
        ContactsFault::NotFound => DavFault::Conflict("there is no address book at this path"),
        fault => fault.into(),
    }
}
