use actix_web::HttpResponse;
use renraku_schedule::service::{leave_calendar, objects};

use super::inbox;
use crate::core::{Address, Call, Condition, DavFault, expectation, schedule_reply};

/// DELETE of an object, a scheduling message or a calendar (RFC 4918 §9.6).
pub(super) async fn answer(call: Call) -> Result<HttpResponse, DavFault> {
    let expected = expectation(call.headers())?;
    let reply = schedule_reply(call.headers());
    call.writes()?;
    let who = call.who.clone();
    match call.address.clone() {
        Address::Object { person, segment, name } => {
            call.write(move |tx| {
                let calendar = objects::find_calendar(tx, &who, &person, &segment)?;
                objects::delete(tx, &who, (&calendar, &name), &expected, reply)?;
                Ok(())
            })
            .await?;
        }
        Address::Message { name, .. } => {
            call.write(move |tx| {
                if !expected.is.holds(&inbox::get(tx, &who, &name)?.etag) {
                    return Err(DavFault::Stale);
                }
                inbox::delete(tx, &who, &name)
            })
            .await?;
        }
        Address::Calendar { person, segment } => {
            call.write(move |tx| {
                let calendar = objects::find_calendar(tx, &who, &person, &segment)?;
                let at_home = calendar.home == who.person.as_str();
                if !calendar.is_mine() && !at_home {
                    return Err(Condition::NeedPrivileges.into());
                }
                if !expected.holds(&calendar.calendar.etag) {
                    return Err(DavFault::Stale);
                }
                match calendar.is_mine() {
                    true => objects::delete_calendar(tx, &who, &calendar)?,
                    // Who takes a shared calendar off their list does not mean to take it from everyone.
                    false => leave_calendar(tx, &who, &calendar.calendar.id)?,
                };
                Ok(())
            })
            .await?;
        }
        Address::Root
        | Address::Principals
        | Address::Principal(_)
        | Address::Proxies { .. }
        | Address::Homes
        | Address::Home(_)
        | Address::Inbox(_)
        | Address::Outbox(_)
        | Address::Contacts(_) => return Err(DavFault::MethodNotAllowed),
    }
    Ok(HttpResponse::NoContent().finish())
}
