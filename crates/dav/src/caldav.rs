//! CalDAV (RFC 4791) and the methods of WebDAV on calendars.

mod calendar_data;
mod copy_move;
mod delete;
mod filter;
mod get;
mod mkcalendar;
mod options;
mod post;
mod principal;
mod property;
mod propfind;
mod proppatch;
mod put;
mod report;
mod sync_token;

use actix_web::{HttpRequest, HttpResponse, dev::Payload, http::header, web};

use crate::core::{Address, Call, Dav, DavFault, refuse};

pub(crate) use sync_token::TokenKey;

/// Leads a client to where discovery begins (RFC 6764 §5).
pub(crate) async fn discover() -> HttpResponse {
    HttpResponse::MovedPermanently().insert_header((header::LOCATION, crate::core::ROOT)).finish()
}

/// Answers everything below `/dav`.
pub(crate) async fn serve(request: HttpRequest, payload: web::Payload, dav: web::Data<Dav>) -> HttpResponse {
    let address = Address::parse(request.uri().path());
    let allow = address.as_ref().map(options::allow).unwrap_or_default();
    let answer = match address {
        Some(address) => answer(&dav, address, &request, payload.into_inner()).await,
        None => Err(DavFault::NotFound),
    };
    answer.unwrap_or_else(|fault| refuse(dav.gate(), &fault, allow))
}

async fn answer(
    dav: &Dav,
    address: Address,
    request: &HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, DavFault> {
    if request.method() == actix_web::http::Method::OPTIONS {
        return Ok(options::answer(&address));
    }
    let call = Call::admit(dav, address, request, payload).await?;
    // Everybody sees their own home alone; that of somebody else is not there.
    if call.address.person().is_some_and(|person| person != call.who.person.as_str()) {
        return Err(DavFault::NotFound);
    }
    match request.method().as_str() {
        "PROPFIND" => propfind::answer(call).await,
        "PROPPATCH" => proppatch::answer(call).await,
        "REPORT" => report::answer(call).await,
        "GET" | "HEAD" => get::answer(call).await,
        "PUT" => put::answer(call).await,
        "DELETE" => delete::answer(call).await,
        "MKCALENDAR" => mkcalendar::answer(call).await,
        "MKCOL" => mkcalendar::extended(call).await,
        "MOVE" => copy_move::answer(call, copy_move::Act::Move).await,
        "COPY" => copy_move::answer(call, copy_move::Act::Copy).await,
        "POST" => post::answer(call).await,
        _ => Err(DavFault::MethodNotAllowed),
    }
}
