use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use renraku_notify::inbox::InboxMessage;
use renraku_schedule::{
    codec::ical,
    service::objects::{self, ObjectHead, ObjectKind, ObjectText},
};

use super::{inbox, principal, property::object_type};
use crate::core::{Address, Call, DavFault, expectation, http_date, is_held, knows_zones};

/// GET and HEAD of an object (RFC 4791 §5.3.4). A collection has nothing to show but its name.
pub(super) async fn answer(call: Call) -> Result<HttpResponse, DavFault> {
    if !matches!(call.address, Address::Object { .. } | Address::Message { .. }) {
        return collection(&call).await;
    }
    let expected = expectation(call.headers())?;
    let object = read(&call).await?;
    let head = &object.head;
    if !expected.is.holds(&head.etag) {
        return Err(DavFault::Stale);
    }
    if is_held(call.headers(), &expected.is_not, &head.etag) {
        return Ok(tagged(StatusCode::NOT_MODIFIED, &object).finish());
    }
    Ok(whole(&call, StatusCode::OK, object))
}

/// The object as it is now, whatever is expected of it.
pub(super) async fn show(call: &Call, status: StatusCode) -> Result<HttpResponse, DavFault> {
    Ok(whole(call, status, read(call).await?))
}

async fn read(call: &Call) -> Result<ObjectText, DavFault> {
    let (who, address) = (call.who.clone(), call.address.clone());
    call.glance(move |tx| match address {
        Address::Object { person, segment, name } => {
            let calendar = objects::find_calendar(tx, &who, &person, &segment)?;
            let mut object = objects::get(tx, &who, &calendar, &[&name])?.pop().flatten();
            objects::tag_scheduled(tx, &who, &calendar, object.iter_mut())?;
            object.ok_or(DavFault::NotFound)
        }
        Address::Message { name, .. } => inbox::get(tx, &who, &name).map(as_object),
        _ => Err(DavFault::NotFound),
    })
    .await
}

/// A scheduling message, as it is handed out like an object.
fn as_object(message: InboxMessage) -> ObjectText {
    let id = message.id.into_string();
    let head = ObjectHead { name: id.clone(), id, etag: message.etag, kind: ObjectKind::Event };
    ObjectText { head, text: message.text, schedule_tag: None }
}

fn tagged(status: StatusCode, object: &ObjectText) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::ETAG, object.head.etag.as_str()));
    if let Some(tag) = &object.schedule_tag {
        response.insert_header(("schedule-tag", tag.as_str()));
    }
    response
}

fn whole(call: &Call, status: StatusCode, object: ObjectText) -> HttpResponse {
    let mut response = tagged(status, &object);
    if let Some(at) = object.head.etag.changed_at() {
        response.insert_header((header::LAST_MODIFIED, http_date(at)));
    }
    response.insert_header((header::CACHE_CONTROL, "private, no-cache"));
    response.insert_header((header::CONTENT_TYPE, object_type(object.head.kind)));
    match knows_zones(call.headers()) {
        true => response.body(ical::without_zones(&object.text).into_owned()),
        false => response.body(object.text),
    }
}

async fn collection(call: &Call) -> Result<HttpResponse, DavFault> {
    if matches!(call.address, Address::Calendar { .. } | Address::Proxies { .. }) {
        exists(call).await?;
    }
    let text = "A collection of calendars: open its address in a calendar app (CalDAV).\n";
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8")).body(text))
}

/// Refuses what is not there.
pub(super) async fn exists(call: &Call) -> Result<(), DavFault> {
    let (who, address) = (call.who.clone(), call.address.clone());
    call.glance(move |tx| match address {
        Address::Object { person, segment, name } => {
            let calendar = objects::find_calendar(tx, &who, &person, &segment)?;
            objects::get(tx, &who, &calendar, &[&name])?.pop().flatten().map(drop).ok_or(DavFault::NotFound)
        }
        Address::Calendar { person, segment } => {
            Ok(objects::find_calendar(tx, &who, &person, &segment).map(drop)?)
        }
        Address::Principal(id) => principal::find(tx, &who, &id).map(drop),
        Address::Proxies { person, writes } => principal::find_proxies(tx, &who, &person, writes).map(drop),
        Address::Root
        | Address::Principals
        | Address::Homes
        | Address::Home(_)
        | Address::Inbox(_)
        | Address::Outbox(_)
        | Address::Contacts(_) => Ok(()),
        Address::Message { name, .. } => inbox::get(tx, &who, &name).map(drop),
    })
    .await
}
