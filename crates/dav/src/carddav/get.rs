use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use renraku_contacts::service::objects::CardText;

use super::{
    address_data::{MEDIA_TYPE, accepted},
    book::Book,
};
use crate::core::{Call, DavFault, Place, expectation, http_date, is_held};

/// GET and HEAD of a card (RFC 6352 §6.3.2), in a version that the client accepts. A collection has nothing to show but its name.
pub(super) async fn answer(call: Call, place: Place) -> Result<HttpResponse, DavFault> {
    if place.in_book().is_none() {
        return collection(&call, place).await;
    }
    let expected = expectation(call.headers())?;
    let card = read(&call, &place).await?;
    let etag = &card.head.etag;
    if !expected.is.holds(etag) {
        return Err(DavFault::Stale);
    }
    if is_held(call.headers(), &expected.is_not, etag) {
        return Ok(tagged(StatusCode::NOT_MODIFIED, &card).finish());
    }
    whole(&call, StatusCode::OK, card)
}

/// The card as it is now, whatever is expected of it.
pub(super) async fn show(call: &Call, place: &Place, status: StatusCode) -> Result<HttpResponse, DavFault> {
    whole(call, status, read(call, place).await?)
}

async fn read(call: &Call, place: &Place) -> Result<CardText, DavFault> {
    let (within, name) = place.in_book().ok_or(DavFault::NotFound)?;
    let (who, dav, name) = (call.who.clone(), call.dav.clone(), name.to_owned());
    call.glance(move |tx| {
        let book = Book::find(tx, &dav, &who, &within)?;
        book.get(tx, &dav, &[&name])?.pop().flatten().ok_or(DavFault::NotFound)
    })
    .await
}

fn tagged(status: StatusCode, card: &CardText) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::ETAG, card.head.etag.as_str())).insert_header((header::VARY, "Accept"));
    response
}

fn whole(call: &Call, status: StatusCode, card: CardText) -> Result<HttpResponse, DavFault> {
    let accept = call.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let version = accepted(accept, card.version).ok_or(DavFault::NotAcceptable)?;
    let card = card.in_version(version);
    let mut response = tagged(status, &card);
    if let Some(at) = card.head.etag.changed_at() {
        response.insert_header((header::LAST_MODIFIED, http_date(at)));
    }
    let media = format!("{MEDIA_TYPE}; charset=utf-8; version={}", card.version.as_str());
    response.insert_header((header::CACHE_CONTROL, "private, no-cache"));
    Ok(response.insert_header((header::CONTENT_TYPE, media)).body(card.text))
}

async fn collection(call: &Call, place: Place) -> Result<HttpResponse, DavFault> {
    exists(call, place).await?;
    let text = "A collection of address books: open its address in a contacts app (CardDAV).\n";
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8")).body(text))
}

/// Refuses what is not there.
pub(super) async fn exists(call: &Call, place: Place) -> Result<(), DavFault> {
    let (who, dav) = (call.who.clone(), call.dav.clone());
    call.glance(move |tx| {
        let (within, name) = match place.in_book() {
            Some((within, name)) => (within, Some(name)),
            None if matches!(place, Place::Homes | Place::Home(_)) => return Ok(()),
            None => (place.clone(), None),
        };
        let book = Book::find(tx, &dav, &who, &within)?;
        match name {
            Some(name) => book.get(tx, &dav, &[name])?.pop().flatten().map(drop).ok_or(DavFault::NotFound),
            None => Ok(()),
        }
    })
    .await
}
