use std::borrow::Cow;

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use renraku_base::{Principal, content::line::text_of};
use renraku_db::ReadTx;
use renraku_schedule::service::objects::{self, OBJECT_BYTES, ObjectCalendar, ObjectFault, Put};

use super::{
    get,
    propfind::{address_of, object_path},
};
use crate::core::{Address, Call, Condition, DavFault, Need, expectation, not_utf8, represented};

/// PUT of an object (RFC 4791 §5.3.2): the object is made, or turned into what is sent. Who asks for it is shown what is stored
/// now.
pub(super) async fn answer(mut call: Call) -> Result<HttpResponse, DavFault> {
    let done = store(&mut call).await;
    represented(&call, done, |status| get::show(&call, status)).await
}

async fn store(call: &mut Call) -> Result<HttpResponse, DavFault> {
    let Address::Object { person, segment, name } = call.address.clone() else {
        return Err(DavFault::MethodNotAllowed);
    };
    call.writes()?;
    let expected = expectation(call.headers())?;
    let content_type = call.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = content_type.unwrap_or("text/calendar").split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("text/calendar") {
        return Err(Condition::SupportedCalendarData.into());
    }
    if call.headers().contains_key(header::CONTENT_RANGE) {
        return Err(DavFault::BadRequest("a part of an object cannot be stored"));
    }
    let body = match call.body(OBJECT_BYTES).await {
        Err(DavFault::Web(renraku_web::WebFault::TooLarge { .. })) => {
            return Err(Condition::MaxResourceSize.into());
        }
        body => body?,
    };
    let who = call.who.clone();
    let put = call
        .write(move |tx| {
            let text = text_of(&body).map_err(|line| ObjectFault::CalendarData(vec![not_utf8(line)]))?;
            let calendar = objects::find_calendar(tx, &who, &person, &segment).map_err(no_calendar)?;
            match objects::put(tx, &who, &calendar, &name, &text, &expected) {
                Ok(put) => {
                    // What was folded anew is not stored as it was sent.
                    let put = put.into_inner();
                    Ok(Put { etag: put.etag.filter(|_| matches!(text, Cow::Borrowed(_))), ..put })
                }
                Err(fault) => match refused(fault, &calendar) {
                    // What is not there, or not seen, would be put into the calendar.
                    fault if fault.lacks_right() && !is_there(tx, &who, &calendar, &name)? => {
                        Err(fault.needing(|| Need::to_bind(&address_of(&calendar))))
                    }
                    fault => Err(fault),
                },
            }
        })
        .await?;
    Ok(stored(&put))
}

/// Whether something is at a name, for whoever asks.
pub(super) fn is_there(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    name: &str,
) -> Result<bool, DavFault> {
    Ok(objects::get(tx, who, calendar, &[name])?.pop().flatten().is_some())
}

/// Why something is not stored in a calendar; of a UID that is in use with the path (RFC 4791 §5.3.2.1).
pub(super) fn refused(fault: ObjectFault, calendar: &ObjectCalendar) -> DavFault {
    match fault {
        ObjectFault::Elsewhere { at } => DavFault::UidElsewhere(at.map(|at| object_path(&at.0, &at.1))),
        ObjectFault::UidTaken { name: Some(name) } => DavFault::UidInUse(object_path(calendar, &name)),
        fault => fault.into(),
    }
}

/// Something is put into what is not there (RFC 4918 §9.7.1).
fn no_calendar(fault: renraku_schedule::ScheduleFault) -> DavFault {
    match DavFault::from(fault) {
        fault if fault.told().status == StatusCode::NOT_FOUND => {
            DavFault::Conflict("there is no calendar at this path")
        }
        fault => fault,
    }
}

/// A tag says that the text is stored as it was sent (RFC 9110 §9.3.4): where it is not, there is none, and the client reads it anew.
pub(super) fn stored(put: &Put) -> HttpResponse {
    let mut response =
        HttpResponse::build(if put.created { StatusCode::CREATED } else { StatusCode::NO_CONTENT });
    if let Some(etag) = &put.etag {
        response.insert_header((header::ETAG, etag.as_str()));
    }
    if let Some(tag) = &put.schedule_tag {
        response.insert_header(("schedule-tag", tag.as_str()));
    }
    response.finish()
}
