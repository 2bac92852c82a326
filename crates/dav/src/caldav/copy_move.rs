use actix_web::HttpResponse;
use renraku_base::Role;
use renraku_db::Changed;
use renraku_schedule::service::objects;

use super::{
    propfind::{address_of, object_path},
    put::{is_there, refused},
};
use crate::core::{Address, Call, DavFault, Need, destination, expectation, overwrites, schedule_reply};

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Copy,
    Move,
}

/// COPY and MOVE of an object between calendars (RFC 4918 §9.8, §9.9).
pub(super) async fn answer(call: Call, act: Act) -> Result<HttpResponse, DavFault> {
    let Address::Object { person, segment, name } = call.address.clone() else {
        return Err(DavFault::MethodNotAllowed);
    };
    call.writes()?;
    let Some(Address::Object { person: to_person, segment: to_segment, name: to_name }) = destination(&call)?
    else {
        return Err(DavFault::Conflict("the destination is no place for an object"));
    };
    let overwrite = overwrites(call.headers());
    let expected = expectation(call.headers())?;
    let reply = schedule_reply(call.headers());
    let who = call.who.clone();
    let carried = call
        .write(move |tx| {
            let from = objects::find_calendar(tx, &who, &person, &segment)?;
            let to = objects::find_calendar(tx, &who, &to_person, &to_segment)
                .map_err(|_none| DavFault::Conflict("there is no calendar at the destination"))?;
            let (from, to_place) = ((&from, name.as_str()), (&to, to_name.as_str()));
            let carry = objects::Carry { from, to: to_place, overwrite, expected: &expected, reply };
            let carried = match act {
                Act::Copy => carry.copy(tx, &who),
                Act::Move => carry.move_(tx, &who),
            };
            let leaves = act == Act::Copy || from.0.calendar.role >= Role::Write;
            match carried.map(Changed::into_inner).map_err(|fault| refused(fault, &to)) {
                // What may leave its calendar is refused where it goes.
                Err(fault) if leaves && fault.lacks_right() => {
                    let is_there = is_there(tx, &who, &to, &to_name)?;
                    Err(fault.needing(|| match (is_there, act) {
                        (false, _) => Need::to_bind(&address_of(&to)),
                        (true, Act::Copy) => Need::to_write(object_path(&to, &to_name)),
                        (true, Act::Move) => Need::to_rebind(&address_of(&to)),
                    }))
                }
                carried => carried,
            }
        })
        .await?;
    let mut response = if carried.replaced { HttpResponse::NoContent() } else { HttpResponse::Created() };
    if let Some(tag) = &carried.schedule_tag {
        response.insert_header(("schedule-tag", tag.as_str()));
    }
    Ok(response.finish())
}
