use actix_web::{HttpResponse, http::StatusCode};
use renraku_schedule::{
    model::NewCalendar,
    service::objects::{self, CalendarChange},
};

use super::proppatch::TRANSPARENCY;
use crate::core::{
    Address, Call, Condition, DavFault, Edits, Refused, expectation, unmade,
    xml::{self, Element, Name, OF_CALENDARS},
};

/// MKCALENDAR (RFC 4791 §5.3.1).
pub(super) async fn answer(mut call: Call) -> Result<HttpResponse, DavFault> {
    let body = call.xml_body().await?;
    let edits = match body.iter().all(u8::is_ascii_whitespace) {
        true => Edits::read(&xml::read(b"<x/>")?)?,
        false => {
            let root = xml::read(&body)?;
            if root.name != Name::caldav("mkcalendar") {
                return Err(DavFault::BadRequest("the body is no CALDAV:mkcalendar"));
            }
            Edits::read(&root)?
        }
    };
    make(call, edits).await
}

/// MKCOL with a body (RFC 5689): a calendar, for nothing else is made here.
pub(super) async fn extended(mut call: Call) -> Result<HttpResponse, DavFault> {
    let edits = Edits::read(&call.extended_mkcol().await?)?;
    let kinds = edits.get(&Name::dav("resourcetype")).map(|it| it.children.as_slice()).unwrap_or_default();
    let is = |name: Name| kinds.iter().any(|kind| kind.name == name);
    if !is(Name::dav("collection")) || !is(Name::caldav("calendar")) || kinds.len() != 2 {
        let refused = [refusal(Name::dav("resourcetype"), Condition::ValidResourceType)];
        return Ok(unmade(&call, OF_CALENDARS, &edits, &refused));
    }
    make(call, edits).await
}

async fn make(call: Call, mut edits: Edits) -> Result<HttpResponse, DavFault> {
    call.writes()?;
    let segment = match call.address.clone() {
        // A delegate writes into what is there.
        Address::Calendar { person, .. } if person != call.who.person.as_str() => {
            return Err(Condition::NeedPrivileges.into());
        }
        Address::Calendar { segment, .. } => segment,
        // A calendar does not lie in another one.
        Address::Object { .. }
        | Address::Message { .. }
        | Address::Root
        | Address::Principals
        | Address::Principal(_)
        | Address::Proxies { .. }
        | Address::Homes
        | Address::Home(_)
        | Address::Inbox(_)
        | Address::Outbox(_)
        | Address::Contacts(_) => return Err(Condition::CalendarCollectionLocationOk.into()),
    };
    let mut refused = edits.refused_at_making();
    let set = Name::caldav("supported-calendar-component-set");
    if let Some((name, Some(set))) = edits.0.iter_mut().find(|(name, _)| *name == set) {
        // The property says what may be stored (RFC 4791 §5.2.3): what else is wished for would be refused then.
        set.children.retain(is_ours);
        let names = set.children.iter_mut().flat_map(|comp| &mut comp.attributes);
        names.for_each(|(_, name)| name.make_ascii_uppercase());
        if set.children.is_empty() {
            refused.push(refusal(name.clone(), Condition::SupportedCalendarComponent));
        }
    }
    let is_mkcalendar = call.request.method().as_str() == "MKCALENDAR";
    match refused.first() {
        // Of MKCALENDAR it is the condition that is not met (RFC 4791 §5.3.1.1), of MKCOL what became of each property.
        Some((_, _, Some(condition))) if is_mkcalendar => return Err((*condition).into()),
        Some((_, StatusCode::BAD_REQUEST, None)) if is_mkcalendar => {
            return Err(DavFault::BadRequest(TRANSPARENCY));
        }
        Some(_) => return Ok(unmade(&call, OF_CALENDARS, &edits, &refused)),
        None => {}
    }
    let who = call.who.clone();
    let expected = expectation(call.headers())?;
    call.write(move |tx| {
        let (change, zone) = edits.new_calendar();
        let new = NewCalendar {
            id: None,
            name: change.patch.name.unwrap_or_else(|| segment.clone()),
            color: change.patch.color.flatten(),
            time_zone: zone,
            include_in_availability: change.patch.include_in_availability.unwrap_or_default(),
        };
        let made = objects::make_calendar(tx, &who, &segment, new)?.into_inner();
        if !expected.is.holds_of_nothing() {
            return Err(DavFault::Stale);
        }
        let change = CalendarChange { properties: change.properties, ..CalendarChange::default() };
        objects::change_calendar(tx, &who, &made.id, &change)?;
        Ok(())
    })
    .await?;
    Ok(HttpResponse::Created().insert_header(("cache-control", "no-cache")).finish())
}

fn refusal(name: Name, condition: Condition) -> Refused {
    (name, condition.status(), Some(condition))
}

/// Whether an element of a set names something that calendars hold.
fn is_ours(comp: &Element) -> bool {
    let name = comp.attribute("name").unwrap_or_default();
    comp.name == Name::caldav("comp")
        && ["VEVENT", "VTODO"].iter().any(|ours| ours.eq_ignore_ascii_case(name))
}
