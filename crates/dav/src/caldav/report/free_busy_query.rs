use actix_web::{HttpResponse, http::header};
use renraku_base::Timestamp;
use renraku_schedule::{
    ScheduleFault,
    codec::ical,
    service::{Window, free_busy, objects},
};

use crate::{
    caldav::{
        filter::{TimeRange, read_time_range},
        principal,
    },
    core::{
        Address, Call, Condition, DavFault, Haste,
        xml::{Element, Name},
    },
};

/// `CALDAV:free-busy-query` (RFC 4791 §7.10): when a calendar is busy, or somebody, as the outbox tells it.
pub(super) async fn answer(call: Call, report: Element) -> Result<HttpResponse, DavFault> {
    let range = report.child(&Name::caldav("time-range")).map(read_time_range).transpose()?;
    let range = match range {
        Some(TimeRange { from: Some(from), to: Some(to) }) => Ok((from, to)),
        _ => Err(DavFault::from(Condition::ValidFilter)),
    };
    let text = match call.address.clone() {
        Address::Calendar { person, segment } => of_calendar(call, person, segment, range?).await?,
        Address::Principal(id) => of_principal(call, id, range?).await?,
        _ => return Err(Condition::SupportedReport.into()),
    };
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/calendar; charset=utf-8")).body(text))
}

async fn of_calendar(
    call: Call,
    person: String,
    segment: String,
    range: (Timestamp, Timestamp),
) -> Result<String, DavFault> {
    let who = call.who.clone();
    call.glance_or_read(move |tx, haste| {
        let calendar = objects::find_calendar(tx, &who, &person, &segment)?;
        let busy = match haste {
            Haste::Glance => objects::busy_at_a_glance(tx, &calendar, range)?,
            Haste::Any => Some(objects::busy(tx, &calendar, range)?),
        };
        Ok(busy.map(|busy| ical::write_free_busy(range, &busy, tx.now(), None)))
    })
    .await
}

/// Evolution asks so from a calendar of another, for the outbox of whose it is is not for it.
async fn of_principal(call: Call, id: String, range: (Timestamp, Timestamp)) -> Result<String, DavFault> {
    let who = call.who.clone();
    call.read(move |tx| {
        let found = principal::find(tx, &who, &id)?;
        let window = Window::new(range.0, range.1)?;
        let busy = free_busy(tx, &who, &[found.id], window).map_err(|fault| match fault {
            // Whoever is not to be found is told to some by their right in a calendar, and asked about there.
            ScheduleFault::Invalid(_) => DavFault::NotFound,
            fault => fault.into(),
        })?;
        let busy = busy.into_iter().next().ok_or(DavFault::NotFound)?;
        Ok(ical::write_free_busy(range, &busy.busy, tx.now(), None))
    })
    .await
}
