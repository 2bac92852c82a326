use actix_web::{HttpResponse, http::header};
use renraku_schedule::{codec::ical, service::objects};

use crate::{
    caldav::filter::{TimeRange, read_time_range},
    core::{
        Address, Call, Condition, DavFault, Haste,
        xml::{Element, Name},
    },
};

/// `CALDAV:free-busy-query` (RFC 4791 §7.10): when a calendar is busy.
pub(super) async fn answer(call: Call, report: Element) -> Result<HttpResponse, DavFault> {
    let Address::Calendar { person, segment } = call.address.clone() else {
        return Err(Condition::SupportedReport.into());
    };
    let range = report.child(&Name::caldav("time-range")).map(read_time_range).transpose()?;
    let Some(TimeRange { from: Some(from), to: Some(to) }) = range else {
        return Err(Condition::ValidFilter.into());
    };
    let who = call.who.clone();
    let text = call
        .glance_or_read(move |tx, haste| {
            let calendar = objects::find_calendar(tx, &who, &person, &segment)?;
            let busy = match haste {
                Haste::Glance => objects::busy_at_a_glance(tx, &calendar, (from, to))?,
                Haste::Any => Some(objects::busy(tx, &calendar, (from, to))?),
            };
            Ok(busy.map(|busy| ical::write_free_busy((from, to), &busy, tx.now(), None)))
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/calendar; charset=utf-8")).body(text))
}
