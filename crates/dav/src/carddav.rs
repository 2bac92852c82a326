//! CardDAV (RFC 6352): address books, and the staff directory as one.

mod address_data;
mod book;
mod copy_move;
mod delete;
mod filter;
mod get;
mod mkcol;
mod property;
mod propfind;
mod proppatch;
mod put;
mod report;
mod staff;

use actix_web::HttpResponse;

use crate::{
    core::{Call, DavFault, Place},
    push,
};

/// Answers a request about address books.
pub(crate) async fn answer(call: Call, place: Place) -> Result<HttpResponse, DavFault> {
    match call.request.method().as_str() {
        "PROPFIND" => propfind::answer(call, place).await,
        "PROPPATCH" => proppatch::answer(call, place).await,
        "REPORT" => report::answer(call, place).await,
        "GET" | "HEAD" => get::answer(call, place).await,
        "PUT" => put::answer(call, place).await,
        "DELETE" => delete::answer(call, place).await,
        "MKCOL" => mkcol::answer(call, place).await,
        "MOVE" => copy_move::answer(call, place, copy_move::Act::Move).await,
        "COPY" => copy_move::answer(call, place, copy_move::Act::Copy).await,
        "POST" if matches!(place, Place::Book { .. }) => push::register(call).await,
        _ => Err(DavFault::MethodNotAllowed),
    }
}
