use actix_web::{HttpResponse, http::header};

use super::{Address, Place};

/// What this server can do (RFC 4918 §18, RFC 3744 §7.2, RFC 4791 §5.1, RFC 6638 §2, RFC 6352 §6.1, RFC 5689 §3.1, RFC 7809 §3.1). There are no locks: no class 2.
const CLASSES: &str = "1, 3, access-control, calendar-access, calendar-auto-schedule, calendar-no-timezone, addressbook, extended-mkcol";

/// The methods that are taken at an address.
pub(crate) fn allow(address: &Address) -> &'static str {
    match address {
        Address::Root
        | Address::Principals
        | Address::Principal(_)
        | Address::Proxies { .. }
        | Address::Homes
        | Address::Home(_) => "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT",
        Address::Inbox(_) => "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT",
        Address::Message { .. } => "OPTIONS, GET, HEAD, DELETE, PROPFIND, PROPPATCH, REPORT",
        Address::Outbox(_) => "OPTIONS, GET, HEAD, POST, PROPFIND, PROPPATCH, REPORT",
        Address::Calendar { .. } => {
            "OPTIONS, GET, HEAD, POST, DELETE, PROPFIND, PROPPATCH, REPORT, MKCALENDAR, MKCOL"
        }
        Address::Contacts(place) => of_contacts(place),
        Address::Object { .. } => "OPTIONS, GET, HEAD, PUT, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, REPORT",
    }
}

fn of_contacts(place: &Place) -> &'static str {
    match place {
        Place::Homes | Place::Home(_) => "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT",
        Place::Book { .. } => "OPTIONS, GET, HEAD, POST, DELETE, PROPFIND, PROPPATCH, REPORT, MKCOL",
        Place::Card { .. } => "OPTIONS, GET, HEAD, PUT, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, REPORT",
        Place::Directory(_) | Place::Colleague { .. } => "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT",
    }
}

/// OPTIONS: needs no sign-in, for clients ask it first.
pub(crate) fn options(address: &Address) -> HttpResponse {
    let classes = match address {
        // Calendars and address books alone can be followed by push.
        Address::Calendar { .. } | Address::Contacts(Place::Book { .. }) => format!("{CLASSES}, webdav-push"),
        // Principals alone have delegates.
        Address::Principals | Address::Principal(_) | Address::Proxies { .. } => {
            format!("{CLASSES}, calendar-proxy")
        }
        _ => CLASSES.to_owned(),
    };
    HttpResponse::Ok().insert_header(("dav", classes)).insert_header((header::ALLOW, allow(address))).finish()
}
