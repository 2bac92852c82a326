use actix_web::HttpResponse;
use renraku_contacts::service::{leave_address_book, objects};

use super::put::expected;
use crate::core::{Call, Condition, DavFault, Place};

/// DELETE of a card or an address book (RFC 4918 §9.6).
pub(super) async fn answer(call: Call, place: Place) -> Result<HttpResponse, DavFault> {
    let expected = expected(&call)?;
    call.writes()?;
    let who = call.who.clone();
    match place {
        Place::Card { segment, name, .. } => {
            call.write(move |tx| {
                let book = objects::find_book(tx, &who, &segment)?;
                objects::delete(tx, &who, &book, &name, &expected)?;
                Ok(())
            })
            .await?;
        }
        Place::Book { segment, .. } => {
            call.write(move |tx| {
                let book = objects::find_book(tx, &who, &segment)?;
                if !expected.is.holds(&book.book.etag) {
                    return Err(DavFault::Stale);
                }
                match book.is_mine() {
                    true => objects::delete_book(tx, &who, &book)?,
                    // Who takes a shared address book off their list does not mean to take it from everyone.
                    false => leave_address_book(tx, &who, &book.book.id)?,
                };
                Ok(())
            })
            .await?;
        }
        Place::Colleague { .. } => return Err(Condition::NeedPrivileges.into()),
        Place::Homes | Place::Home(_) | Place::Directory(_) => return Err(DavFault::MethodNotAllowed),
    }
    Ok(HttpResponse::NoContent().finish())
}
