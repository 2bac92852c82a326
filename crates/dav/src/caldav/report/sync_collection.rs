use actix_web::HttpResponse;
use renraku_base::Principal;
use renraku_db::{ReadTx, meta};
use renraku_schedule::service::objects::{self, ObjectCalendar, ObjectHead};

use crate::{
    caldav::{
        calendar_data::{DataRequest, zone_of},
        inbox,
        property::Context,
        propfind::{Answer, add_objects, object_path},
    },
    core::{
        Address, Ask, Call, Condition, DavFault, Haste, Multistatus, News, SyncToken, Wanted, knows_zones,
        minimal, xml::Element,
    },
};

/// `DAV:sync-collection` (RFC 6578 §3): what changed in a calendar since a token, or all that is in it.
pub(super) async fn answer(call: Call, report: Element) -> Result<HttpResponse, DavFault> {
    let (person, segment) = match call.address.clone() {
        Address::Calendar { person, segment } => (person, segment),
        Address::Inbox(_) => return inbox::sync_collection(call, report).await,
        _ => return Err(Condition::SupportedReport.into()),
    };
    let ask = Ask::read(&report)?;
    let wanted = Wanted::of(&report)?.unwrap_or(Wanted::Named(Vec::new()));
    let (minimal, knows_zones) = (minimal(call.headers()), knows_zones(call.headers()));
    let (who, dav) = (call.who.clone(), call.dav.clone());
    let asked = call.address.to_string();
    let (multistatus, token) = call
        .glance_or_read(move |tx, haste| {
            let calendar = objects::find_calendar(tx, &who, &person, &segment)?;
            let data = DataRequest::read(&report, zone_of(&report, calendar.calendar.time_zone)?)?
                .by_reference(knows_zones);
            let epoch = meta::epoch(tx)?;
            let context = Context { data: Some(&data), ..Context::of(&dav, &who, epoch) };
            let mut answer = Answer { multistatus: Multistatus::new(minimal), wanted: &wanted, context };
            let (collection, numbers) = (calendar.collection, calendar.floor..=calendar.modseq);
            let from = ask.position(&dav, &who.person, epoch, (collection, numbers))?;
            if haste == Haste::Glance && !Ask::is_little(&from, calendar.modseq, &wanted) {
                return Ok(None);
            }
            let mut news = match &from.cursor {
                Some(cursor) => {
                    let found = objects::list(tx, &who, &calendar, cursor, ask.limit + 1)?;
                    News::listed(&from, found, ask.limit)
                }
                None => changed(tx, &who, &calendar, &from, ask.limit)?,
            };
            news.cut(add_objects(tx, &who, &calendar, &news.there, &mut answer)?);
            let href = |name: &str| Some(object_path(&calendar, name));
            let to = news.conclude(&mut answer.multistatus, &asked, href);
            let token = ask.token(&dav, &who.person, (&from, to))?;
            Ok(Some((answer.multistatus, token)))
        })
        .await?;
    Ok(multistatus.finish_with_token(&token))
}

/// What changed since a number.
fn changed(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    from: &SyncToken,
    limit: usize,
) -> Result<News<ObjectHead>, DavFault> {
    let mut news = News::none(from.clone());
    if from.modseq == calendar.modseq {
        return Ok(news);
    }
    let (changes, last) = objects::list_changes(tx, who, calendar, from.modseq, limit)?;
    news.token.modseq = last.unwrap_or(calendar.modseq);
    news.truncated = news.token.modseq < calendar.modseq;
    for change in changes {
        match change.head {
            Some(head) => news.push(head, SyncToken { modseq: change.modseq, ..from.clone() }),
            // Whoever is told of a name that they never had lets it pass.
            None => news.gone.push((change.name, change.modseq)),
        }
    }
    // A name that is in use again is not gone.
    news.gone.retain(|(name, _)| !news.there.iter().any(|head| head.name == *name));
    Ok(news)
}
