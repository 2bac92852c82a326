use actix_web::HttpResponse;
use renraku_base::Principal;
use renraku_db::{ReadTx, meta};
use renraku_schedule::{
    model::Zone,
    service::objects::{self, ObjectCalendar, ObjectHead},
};

use crate::{
    caldav::{
        calendar_data::{DataRequest, zone_of},
        filter::{self, CompFilter},
        inbox,
        property::Context,
        propfind::{Answer, MEMBERS, add_all},
    },
    core::{
        Address, Call, Condition, DavFault, Depth, Multistatus, Wanted, depth, knows_zones, minimal,
        xml::{Element, Name},
    },
};

/// `CALDAV:calendar-query` (RFC 4791 §7.8): the objects of a calendar that a filter means, or the one that is asked.
pub(super) async fn answer(call: Call, report: Element) -> Result<HttpResponse, DavFault> {
    let (person, segment, name) = match call.address.clone() {
        Address::Calendar { person, segment } => (person, segment, None),
        Address::Object { person, segment, name } => (person, segment, Some(name)),
        Address::Inbox(_) => return inbox::query(call, report).await,
        _ => return Err(Condition::SupportedReport.into()),
    };
    let filter = report.child(&Name::caldav("filter")).ok_or(DavFault::from(Condition::ValidFilter))?;
    let filter = filter::read(filter)?;
    let wanted = Wanted::of(&report)?.unwrap_or(Wanted::Named(Vec::new()));
    // RFC 4791 §7.8 says depth 0 when none is said; every client means the calendar's objects.
    let below = depth(call.headers(), Depth::One)? != Depth::Zero;
    let (minimal, knows_zones) = (minimal(call.headers()), knows_zones(call.headers()));
    let (who, dav) = (call.who.clone(), call.dav.clone());
    call.read(move |tx| {
        let calendar = objects::find_calendar(tx, &who, &person, &segment)?;
        let zone = zone_of(&report, calendar.calendar.time_zone)?;
        let data = DataRequest::read(&report, zone)?.by_reference(knows_zones);
        let epoch = meta::epoch(tx)?;
        let context = Context { data: Some(&data), ..Context::of(&dav, &who, epoch) };
        let mut answer = Answer { multistatus: Multistatus::new(minimal), wanted: &wanted, context };
        if let Some(name) = &name {
            let object = objects::get(tx, &who, &calendar, &[name])?.pop().flatten();
            let object = object.ok_or(DavFault::NotFound)?;
            if filter::matches(&filter, &object.text, zone) {
                add_all(tx, &who, &calendar, &[object.head], &mut answer)?;
            }
        } else if below {
            let heads = find(tx, &who, &calendar, &filter, zone)?;
            add_all(tx, &who, &calendar, &heads, &mut answer)?;
        }
        Ok(answer.multistatus)
    })
    .await
    .map(Multistatus::finish)
}

/// The objects that a filter means: what the index tells first, the texts only where there is more to look at.
fn find(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    filter: &CompFilter,
    zone: Zone,
) -> Result<Vec<ObjectHead>, DavFault> {
    let plan = filter::plan(filter);
    let mut heads: Vec<ObjectHead> = match plan.events_in {
        Some(range) => objects::find_in(tx, who, calendar, range.bounds(), zone)?,
        None => {
            let listed = objects::list(tx, who, calendar, "", MEMBERS + 1)?;
            listed.into_iter().filter_map(|(_, head)| head).collect()
        }
    };
    if heads.len() > MEMBERS {
        return Err(Condition::NumberOfMatchesWithinLimits.into());
    }
    if plan.is_whole {
        return Ok(heads);
    }
    if let Some(kind) = filter::only_kind(filter) {
        heads.retain(|head| head.kind.component() == kind);
        if filter::is_of_kind_alone(filter) {
            return Ok(heads);
        }
    }
    let mut found = Vec::new();
    for some in heads.chunks(500) {
        let texts = objects::get_texts(tx, who, calendar, some)?;
        found.extend(
            texts.into_iter().filter(|object| filter::matches(filter, &object.text, zone)).map(|it| it.head),
        );
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(found)
}
