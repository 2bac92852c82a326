use std::collections::HashMap;

use actix_web::{HttpResponse, http::StatusCode};
use renraku_base::{Id, InboxMessageId, Principal};
use renraku_db::{ReadTx, meta};
use renraku_notify::inbox::{self, InboxMessage};
use renraku_schedule::model::Zone;

use super::{Head, add, address, id_of};
use crate::{
    caldav::{
        calendar_data::{DataRequest, zone_of},
        filter,
        property::Context,
        propfind::{Answer, MEMBERS},
    },
    core::{
        Address, Ask, Call, Condition, DavFault, Haste, Multistatus, News, SyncToken, Wanted, knows_zones,
        minimal,
        xml::{Element, Name},
    },
};

/// What is asked for of each message.
struct Asked {
    wanted: Wanted,
    data: DataRequest,
    zone: Zone,
    minimal: bool,
}

impl Asked {
    fn read(call: &Call, report: &Element) -> Result<Self, DavFault> {
        let zone = zone_of(report, Zone::TOKYO)?;
        let data = DataRequest::read(report, zone)?.by_reference(knows_zones(call.headers()));
        if data.expands() {
            // A message says a series as its sender did.
            return Err(Condition::SupportedCalendarData.into());
        }
        let wanted = Wanted::of(report)?.unwrap_or(Wanted::Named(Vec::new()));
        Ok(Self { wanted, data, zone, minimal: minimal(call.headers()) })
    }

    fn answer<'a>(&'a self, context: Context<'a>) -> Answer<'a> {
        let context = Context { data: Some(&self.data), ..context };
        Answer { multistatus: Multistatus::new(self.minimal), wanted: &self.wanted, context }
    }
}

/// `CALDAV:calendar-multiget`: messages by their paths.
pub(in crate::caldav) async fn multiget(call: Call, report: Element) -> Result<HttpResponse, DavFault> {
    let asked = Asked::read(&call, &report)?;
    let hrefs: Vec<String> =
        report.children_of(&Name::dav("href")).map(|it| it.text.trim().to_owned()).collect();
    if hrefs.len() > MEMBERS {
        return Err(Condition::NumberOfMatchesWithinLimits.into());
    }
    let host = call.host().map(str::to_owned);
    let (who, dav) = (call.who.clone(), call.dav.clone());
    call.read(move |tx| {
        let mut answer = asked.answer(Context::of(&dav, &who, meta::epoch(tx)?));
        for some in hrefs.chunks(500) {
            let named = |href: &String| match Address::of_href(href, host.as_deref()) {
                Some(Address::Message { person, name }) if person == who.person.as_str() => id_of(&name),
                _ => None,
            };
            let named: Vec<Option<InboxMessageId>> = some.iter().map(named).collect();
            let ids: Vec<&str> = named.iter().flatten().map(Id::as_str).collect();
            let found = inbox::get(tx, &who, &ids)?;
            let found: HashMap<&str, &InboxMessage> = found.iter().map(|it| (it.id.as_str(), it)).collect();
            for (href, id) in some.iter().zip(&named) {
                match id.as_ref().and_then(|id| found.get(id.as_str())) {
                    Some(message) => add(&who, message, &mut answer)?,
                    None => answer.multistatus.status(href, StatusCode::NOT_FOUND, None),
                }
            }
        }
        Ok(answer.multistatus)
    })
    .await
    .map(Multistatus::finish)
}

/// `CALDAV:calendar-query`: messages that a filter means.
pub(in crate::caldav) async fn query(call: Call, report: Element) -> Result<HttpResponse, DavFault> {
    let asked = Asked::read(&call, &report)?;
    let filter = report.child(&Name::caldav("filter")).ok_or(DavFault::from(Condition::ValidFilter))?;
    let filter = filter::read(filter)?;
    if filter::plan(&filter).events_in.is_some() {
        // Occurrences are in the calendar; messages have no index of them.
        return Err(Condition::SupportedFilter.into());
    }
    let (who, dav) = (call.who.clone(), call.dav.clone());
    call.read(move |tx| {
        let mut answer = asked.answer(Context::of(&dav, &who, meta::epoch(tx)?));
        let messages = inbox::list(tx, &who, "", MEMBERS + 1)?;
        if messages.len() > MEMBERS {
            return Err(Condition::NumberOfMatchesWithinLimits.into());
        }
        for message in messages.iter().filter(|it| filter::matches(&filter, &it.text, asked.zone)) {
            add(&who, message, &mut answer)?;
        }
        Ok(answer.multistatus)
    })
    .await
    .map(Multistatus::finish)
}

/// `DAV:sync-collection`: what came and went since a token, or all that is there.
pub(in crate::caldav) async fn sync_collection(
    call: Call,
    report: Element,
) -> Result<HttpResponse, DavFault> {
    let asked = Asked::read(&call, &report)?;
    let ask = Ask::read(&report)?;
    let (who, dav) = (call.who.clone(), call.dav.clone());
    let place = call.address.to_string();
    let (multistatus, token) = call
        .glance_or_read(move |tx, haste| {
            let epoch = meta::epoch(tx)?;
            let mut answer = asked.answer(Context::of(&dav, &who, epoch));
            let head = inbox::head(tx, &who)?.ok_or(DavFault::from(Condition::SupportedReport))?;
            let from = ask.position(&dav, &who.person, epoch, (head.collection, head.floor..=head.modseq))?;
            if haste == Haste::Glance && !Ask::is_little(&from, head.modseq, &asked.wanted) {
                return Ok(None);
            }
            let mut news = match &from.cursor {
                Some(cursor) => {
                    let found = inbox::list(tx, &who, cursor, ask.limit + 1)?;
                    let found =
                        found.into_iter().map(|message| (message.id.as_str().to_owned(), Some(message)));
                    News::listed(&from, found.collect(), ask.limit)
                }
                None => changed(tx, &who, head, &from, ask.limit)?,
            };
            let mut sent = 0;
            for message in &news.there {
                if answer.multistatus.is_full() {
                    break;
                }
                add(&who, message, &mut answer)?;
                sent += 1;
            }
            news.cut(sent);
            let href = |id: &str| Some(address(&who, id).to_string());
            let to = news.conclude(&mut answer.multistatus, &place, href);
            let token = ask.token(&dav, &who.person, (&from, to))?;
            Ok(Some((answer.multistatus, token)))
        })
        .await?;
    Ok(multistatus.finish_with_token(&token))
}

/// What came and went since a number.
fn changed(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    head: Head,
    from: &SyncToken,
    limit: usize,
) -> Result<News<InboxMessage>, DavFault> {
    let mut news = News::none(from.clone());
    if from.modseq == head.modseq {
        return Ok(news);
    }
    let (changes, last) = inbox::list_changes(tx, who, head, from.modseq, limit)?;
    news.token.modseq = last.unwrap_or(head.modseq);
    news.truncated = news.token.modseq < head.modseq;
    for (modseq, id, message) in changes {
        match message {
            Some(message) => news.push(message, SyncToken { modseq, ..from.clone() }),
            None => news.gone.push((id, modseq)),
        }
    }
    Ok(news)
}
