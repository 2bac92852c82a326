//! CalDAV (RFC 4791) and the methods of WebDAV on calendars.

mod calendar_data;
mod copy_move;
mod delete;
mod filter;
mod get;
mod inbox;
mod mkcalendar;
mod post;
mod principal;
mod property;
mod propfind;
mod proppatch;
mod put;
mod report;

use actix_web::HttpResponse;

pub(crate) use report::principals_of_acl;

use crate::{
    core::{Address, Call, DavFault},
    push,
};

/// Answers a request about calendars, principals or the way to them.
pub(crate) async fn answer(call: Call) -> Result<HttpResponse, DavFault> {
    match call.request.method().as_str() {
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
        "POST" if matches!(call.address, Address::Calendar { .. }) => push::register(call).await,
        "POST" => post::answer(call).await,
        _ => Err(DavFault::MethodNotAllowed),
    }
}
