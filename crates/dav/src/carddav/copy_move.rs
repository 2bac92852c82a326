use actix_web::HttpResponse;
use renraku_base::Role;
use renraku_contacts::service::objects;
use renraku_db::Changed;

use super::put::{expected, is_there, no_book, refused};
use crate::core::{Address, Call, Condition, DavFault, Need, Place, destination, overwrites, path_below};

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Copy,
    Move,
}

/// COPY and MOVE of a card within the address books of the person's home (RFC 4918 §9.8, §9.9).
pub(super) async fn answer(call: Call, place: Place, act: Act) -> Result<HttpResponse, DavFault> {
    let Place::Card { segment, name, .. } = place else {
        return Err(match place {
            Place::Colleague { .. } if act == Act::Move => Condition::NeedPrivileges.into(),
            _ => DavFault::MethodNotAllowed,
        });
    };
    call.writes()?;
    let Some(Address::Contacts(Place::Card { person, segment: to_segment, name: to_name })) =
        destination(&call)?
    else {
        return Err(Condition::AddressbookCollectionLocationOk.into());
    };
    if person != call.who.person.as_str() {
        return Err(DavFault::Conflict("the destination is not in the home of whoever asks"));
    }
    let overwrite = overwrites(call.headers());
    let expected = expected(&call)?;
    let who = call.who.clone();
    let replaced = call
        .write(move |tx| {
            let from = objects::find_book(tx, &who, &segment)?;
            let to = objects::find_book(tx, &who, &to_segment).map_err(no_book)?;
            let carry =
                objects::Carry { from: (&from, &name), to: (&to, &to_name), overwrite, expected: &expected };
            let replaced = match act {
                Act::Copy => carry.copy(tx, &who),
                Act::Move => carry.move_(tx, &who),
            };
            let person = who.person.as_str().to_owned();
            let to_address = Place::Book { person, segment: to_segment.clone() };
            let leaves = act == Act::Copy || from.book.role >= Role::Write;
            match replaced.map(Changed::into_inner).map_err(|fault| refused(fault, &to_address)) {
                // What may leave its address book is refused where it goes.
                Err(fault) if leaves && fault.lacks_right() => {
                    let at = Address::Contacts(to_address);
                    let is_there = is_there(tx, &to, &to_name)?;
                    Err(fault.needing(|| match (is_there, act) {
                        (false, _) => Need::to_bind(&at),
                        (true, Act::Copy) => Need::to_write(path_below(&at.to_string(), &to_name)),
                        (true, Act::Move) => Need::to_rebind(&at),
                    }))
                }
                replaced => replaced,
            }
        })
        .await?;
    Ok(if replaced { HttpResponse::NoContent().finish() } else { HttpResponse::Created().finish() })
}
