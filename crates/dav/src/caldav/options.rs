use actix_web::{HttpResponse, http::header};

use crate::core::Address;

/// What this server can do (RFC 4918 §18, RFC 3744 §7.2, RFC 4791 §5.1, RFC 6638 §2, RFC 5689 §3.1). There are no locks: no class 2.
const CLASSES: &str = "1, 3, access-control, calendar-access, calendar-auto-schedule, extended-mkcol";

/// The methods that are taken at an address.
pub(super) fn allow(address: &Address) -> &'static str {
    match address {
        Address::Root | Address::Principals | Address::Principal(_) | Address::Homes | Address::Home(_) => {
            "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT"
        }
        Address::Inbox(_) => "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT",
        Address::Outbox(_) => "OPTIONS, GET, HEAD, POST, PROPFIND, PROPPATCH, REPORT",
        Address::Calendar { .. } => {
            "OPTIONS, GET, HEAD, POST, DELETE, PROPFIND, PROPPATCH, REPORT, MKCALENDAR, MKCOL"
        }
        Address::Object { .. } => "OPTIONS, GET, HEAD, PUT, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, REPORT",
    }
}

/// OPTIONS: needs no sign-in, for clients ask it first.
pub(super) fn answer(address: &Address) -> HttpResponse {
    // Calendars alone can be followed by push.
    let classes = match address {
        Address::Calendar { .. } => format!("{CLASSES}, webdav-push"),
        _ => CLASSES.to_owned(),
    };
    HttpResponse::Ok().insert_header(("dav", classes)).insert_header((header::ALLOW, allow(address))).finish()
}
