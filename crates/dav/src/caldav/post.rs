use actix_web::HttpResponse;
use renraku_schedule::{
    codec::ical,
    service::{
        Window, free_busy,
        objects::{self, ObjectFault},
    },
};

use super::principal;
use crate::core::{
    Address, Call, Condition, DavFault,
    xml::{Name, Writer},
};

const BODY_BYTES: usize = 256 * 1024;

/// POST to the outbox: when are these people and facilities busy (RFC 6638 §5)?
pub(super) async fn answer(mut call: Call) -> Result<HttpResponse, DavFault> {
    if !matches!(call.address, Address::Outbox(_)) {
        return Err(DavFault::MethodNotAllowed);
    }
    let body = call.body(BODY_BYTES).await?;
    let mut request = ical::read_free_busy_request(&body)
        .map_err(|fault| DavFault::from(ObjectFault::CalendarData(vec![fault])))?;
    let who = call.who.clone();
    let text = call
        .read(move |tx| {
            let me = principal::find(tx, &who, who.person.as_str())?;
            let window = Window::new(request.from, request.to)?;
            let asked: Vec<String> = request.organizer.iter().chain(&request.attendees).cloned().collect();
            let known = objects::resolve(tx, &who.person, &asked)?;
            let organizer = request.organizer.as_ref().and_then(|address| known.get(address));
            if organizer.is_some_and(|id| *id != me.id) {
                return Err(Condition::OriginatorAllowed.into());
            }
            // The outbox has one owner, who asks whatever their program calls them: Evolution writes the name with which it signs in.
            if organizer.is_none() {
                request.organizer = me.addresses().into_iter().next();
            }
            let mut ids: Vec<String> =
                request.attendees.iter().filter_map(|address| known.get(address).cloned()).collect();
            ids.sort_unstable();
            ids.dedup();
            let busy = free_busy(tx, &who, &ids, window)?;
            let schedule_response = Name::caldav("schedule-response");
            let mut xml = Writer::root(&schedule_response);
            for attendee in &request.attendees {
                let found = known.get(attendee).and_then(|id| busy.iter().find(|it| it.principal_id == *id));
                let response = Name::caldav("response");
                xml.open(&response);
                xml.href_in(&Name::caldav("recipient"), attendee);
                let status = if found.is_some() { "2.0;Success" } else { "3.7;Invalid calendar user" };
                xml.leaf(&Name::caldav("request-status"), status);
                if let Some(found) = found {
                    let bounds = (request.from, request.to);
                    let data =
                        ical::write_free_busy(bounds, &found.busy, tx.now(), Some((&request, attendee)));
                    xml.leaf(&Name::caldav("calendar-data"), &data);
                }
                xml.close(&response);
            }
            Ok(xml.finish(&schedule_response))
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("content-type", "application/xml; charset=utf-8")).body(text))
}
