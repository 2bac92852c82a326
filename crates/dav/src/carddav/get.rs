use actix_web::{HttpResponse, http::header};
use renraku_base::Precondition;

use super::{
    address_data::{MEDIA_TYPE, accepted},
    book::Book,
};
use crate::core::{Call, DavFault, Place, changed_at, expectation, http_date};

/// GET and HEAD of a card (RFC 6352 §6.3.2), in a version that the client accepts. A collection has nothing to show but its name.
pub(super) async fn answer(call: Call, place: Place) -> Result<HttpResponse, DavFault> {
    let Some((within, name)) = place.in_book().map(|(book, name)| (book, name.to_owned())) else {
        return collection(&call, place).await;
    };
    let expected = expectation(call.headers())?;
    let (who, dav) = (call.who.clone(), call.dav.clone());
    let card = call
        .glance(move |tx| {
            let book = Book::find(tx, &dav, &who, &within)?;
            book.get(tx, &dav, &[&name])?.pop().flatten().ok_or(DavFault::NotFound)
        })
        .await?;
    let etag = card.head.etag.clone();
    if !expected.is.holds(&etag) {
        return Err(DavFault::Stale);
    }
    let held = match &expected.is_not {
        Precondition::None => false,
        Precondition::Exists => true,
        // Weakly compared (RFC 9110 §13.1.2).
        Precondition::Match(tags) => {
            tags.iter().any(|tag| tag.as_str().trim_start_matches("W/") == etag.as_str())
        }
    };
    let mut response = if held { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, etag.as_str())).insert_header((header::VARY, "Accept"));
    if held {
        return Ok(response.finish());
    }
    let accept = call.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let version = accepted(accept, card.version).ok_or(DavFault::NotAcceptable)?;
    let card = card.in_version(version);
    if let Some(at) = changed_at(&etag) {
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
