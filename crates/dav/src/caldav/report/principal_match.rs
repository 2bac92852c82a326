//! Which resources are, or belong to, whoever asks (RFC 3744 §9.3).

use actix_web::HttpResponse;
use renraku_db::meta;
use renraku_schedule::service::{list_delegators, objects};

use crate::{
    caldav::{
        principal,
        property::{Context, Resource, asks_for_delegators},
        propfind::{Answer, address_of},
    },
    core::{
        Address, Call, DavFault, Multistatus, Wanted, minimal,
        xml::{Element, Name},
    },
};

/// What is sought.
enum Sought {
    /// Whoever asks, among principals.
    Themselves,
    /// What is theirs in their home.
    Owned,
    /// Whom the list of rights of what is at the address names.
    InAcl,
}

/// `DAV:principal-match`: the asker among principals, and what is theirs in their home.
pub(super) async fn answer(call: Call, report: Element) -> Result<HttpResponse, DavFault> {
    let themselves = report.child(&Name::dav("self")).is_some();
    let by = report.child(&Name::dav("principal-property"));
    let by_owner = by.is_some_and(|by| by.child(&Name::dav("owner")).is_some());
    if themselves == by.is_some() {
        return Err(DavFault::BadRequest("one of self and principal-property is taken"));
    }
    let sought = match (themselves, by_owner) {
        (true, _) => Some(Sought::Themselves),
        (false, true) => Some(Sought::Owned),
        (false, false) => None,
    };
    find(call, report, sought).await
}

/// `DAV:acl-principal-prop-set` (RFC 3744 §9.2) of what is there: its list of rights tells what whoever asks is granted, and so names
/// nobody else.
pub(crate) async fn of_acl(call: Call, report: Element) -> Result<HttpResponse, DavFault> {
    find(call, report, Some(Sought::InAcl)).await
}

async fn find(call: Call, report: Element, sought: Option<Sought>) -> Result<HttpResponse, DavFault> {
    let wanted = Wanted::of(&report)?.unwrap_or(Wanted::Named(Vec::new()));
    let minimal = minimal(call.headers());
    let (who, dav, address) = (call.who.clone(), call.dav.clone(), call.address.clone());
    call.read(move |tx| {
        let epoch = meta::epoch(tx)?;
        let delegators = match &wanted {
            Wanted::Named(names) if asks_for_delegators(true, names) => list_delegators(tx, &who)?,
            _ => Vec::new(),
        };
        let context = Context { delegators: &delegators, ..Context::of(&dav, &who, epoch) };
        let mut answer = Answer { multistatus: Multistatus::new(minimal), wanted: &wanted, context };
        match (sought, address) {
            (Some(Sought::InAcl), _) | (Some(Sought::Themselves), Address::Root | Address::Principals) => {
                let me = principal::find(tx, &who, who.person.as_str())?;
                answer.add(&Address::Principal(me.id.clone()), Resource::Principal(&me))?;
            }
            // In the home of another nothing is.
            (Some(Sought::Owned), Address::Home(person)) if person == who.person.as_str() => {
                let calendars = objects::list_calendars(tx, &who, who.person.as_str())?;
                for calendar in calendars.iter().filter(|calendar| calendar.is_mine()) {
                    answer.add(&address_of(calendar), Resource::Calendar(calendar))?;
                }
            }
            _ => {}
        }
        Ok(answer.multistatus)
    })
    .await
    .map(Multistatus::finish)
}
