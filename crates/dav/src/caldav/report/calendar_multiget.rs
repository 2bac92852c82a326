use std::collections::HashSet;

use actix_web::{HttpResponse, http::StatusCode};
use renraku_db::meta;
use renraku_schedule::service::objects::{self, ObjectText};

use crate::{
    caldav::{
        calendar_data::{DataRequest, zone_of},
        inbox,
        property::{Context, Resource},
        propfind::{Answer, address_of},
    },
    core::{
        Address, Call, Condition, DavFault, Multistatus, Wanted, knows_zones, minimal, path_below,
        plain_name,
        xml::{Element, Name},
    },
};

/// The most objects that are asked for by name at once.
const HREFS: usize = 10_000;

/// `CALDAV:calendar-multiget` (RFC 4791 §7.9): objects by their paths.
pub(super) async fn answer(call: Call, report: Element) -> Result<HttpResponse, DavFault> {
    let (person, segment) = match call.address.clone() {
        Address::Calendar { person, segment } | Address::Object { person, segment, .. } => (person, segment),
        Address::Inbox(_) | Address::Message { .. } => return inbox::multiget(call, report).await,
        _ => return Err(Condition::SupportedReport.into()),
    };
    let hrefs: Vec<String> =
        report.children_of(&Name::dav("href")).map(|it| it.text.trim().to_owned()).collect();
    if hrefs.is_empty() {
        return Err(DavFault::BadRequest("a multiget names at least one DAV:href"));
    }
    if hrefs.len() > HREFS {
        return Err(Condition::NumberOfMatchesWithinLimits.into());
    }
    let wanted = Wanted::of(&report)?.unwrap_or(Wanted::Named(Vec::new()));
    let (minimal, knows_zones) = (minimal(call.headers()), knows_zones(call.headers()));
    let host = call.host().map(str::to_owned);
    let (who, dav) = (call.who.clone(), call.dav.clone());
    call.read(move |tx| {
        let calendar = objects::find_calendar(tx, &who, &person, &segment)?;
        let data = DataRequest::read(&report, zone_of(&report, calendar.calendar.time_zone)?)?
            .by_reference(knows_zones);
        let epoch = meta::epoch(tx)?;
        let context = Context { data: Some(&data), ..Context::of(&dav, &who, epoch) };
        let multistatus = Multistatus::new(minimal).with_room(hrefs.len());
        let mut answer = Answer { multistatus, wanted: &wanted, context };
        let path = address_of(&calendar).to_string();
        // What lies elsewhere is not in this calendar.
        let name_of = |href: &'_ str| match plain_name(&path, href) {
            Some(name) => Some(name.to_owned()),
            None => match Address::of_href(href, host.as_deref()) {
                Some(Address::Object { person: of, segment: within, name })
                    if of == person && within == segment =>
                {
                    Some(name)
                }
                _ => None,
            },
        };
        // What is asked for twice, by whatever spelling, is told once.
        let mut asked: HashSet<String> = HashSet::new();
        let mut named: Vec<(&str, Option<String>)> =
            hrefs.iter().map(|href| (href.as_str(), name_of(href))).collect();
        named.retain(|(_, name)| name.as_ref().is_none_or(|name| asked.insert(name.clone())));
        for some in named.chunks(500) {
            let names: Vec<&str> = some.iter().filter_map(|(_, name)| name.as_deref()).collect();
            let mut found = objects::get(tx, &who, &calendar, &names)?;
            if answer.needs_schedule_tags() {
                objects::tag_scheduled(tx, &who, &calendar, found.iter_mut().flatten())?;
            }
            let mut found = found.into_iter();
            for (href, name) in some {
                let object: Option<ObjectText> = name.as_ref().and_then(|_| found.next()).flatten();
                match (name, object) {
                    (Some(name), Some(object)) => {
                        answer.add_at(
                            &path_below(&path, name),
                            Resource::Object(&object.head, Some(&object), &calendar),
                        )?;
                    }
                    _ => answer.multistatus.status(href, StatusCode::NOT_FOUND, None),
                }
            }
        }
        Ok(answer.multistatus)
    })
    .await
    .map(Multistatus::finish)
}
