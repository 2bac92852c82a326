use std::collections::HashSet;

use actix_web::{HttpResponse, http::StatusCode};
use renraku_contacts::service::objects::CardText;
use renraku_db::meta;
use renraku_web::RateKind;

use crate::{
    carddav::{
        address_data::DataRequest,
        book::Book,
        property::{Context, Resource},
        propfind::Answer,
    },
    core::{
        Address, Call, Condition, DavFault, Multistatus, Place, Wanted, minimal,
        xml::{Element, Name, OF_CONTACTS},
    },
};

/// The most cards that are asked for by name at once.
const HREFS: usize = 10_000;

/// `CARDDAV:addressbook-multiget` (RFC 6352 §8.7): cards by their paths.
pub(super) async fn answer(call: Call, place: Place, report: Element) -> Result<HttpResponse, DavFault> {
    let place = match place.in_book() {
        Some((book, _)) => book,
        None if matches!(place, Place::Book { .. } | Place::Directory(_)) => place,
        None => return Err(Condition::SupportedReport.into()),
    };
    if matches!(place, Place::Directory(_)) {
        call.dav.gate().rates().take(&call.who, RateKind::Search)?;
    }
    let hrefs: Vec<String> =
        report.children_of(&Name::dav("href")).map(|it| it.text.trim().to_owned()).collect();
    if hrefs.is_empty() {
        return Err(DavFault::BadRequest("a multiget names at least one DAV:href"));
    }
    if hrefs.len() > HREFS {
        return Err(Condition::NumberOfMatchesWithinLimits.into());
    }
    let wanted = Wanted::of(&report)?.unwrap_or(Wanted::Named(Vec::new()));
    let data = DataRequest::read(&report)?;
    let minimal = minimal(call.headers());
    let host = call.host().map(str::to_owned);
    let (who, dav) = (call.who.clone(), call.dav.clone());
    call.read(move |tx| {
        let epoch = meta::epoch(tx)?;
        let context = Context { dav: &dav, who: &who, epoch, data: Some(&data) };
        let multistatus = Multistatus::of(OF_CONTACTS, minimal);
        let mut answer = Answer { multistatus, wanted: &wanted, context };
        let book = Book::find(tx, &dav, &who, &place)?;
        // What lies elsewhere is not in this address book.
        let place_of = |href: &str| match Address::of_href(href, host.as_deref()) {
            Some(Address::Contacts(at)) if at.in_book().is_some_and(|(book, _)| book == place) => Some(at),
            _ => None,
        };
        // What is asked for twice, by whatever spelling, is told once.
        let mut asked: HashSet<String> = HashSet::new();
        let mut placed: Vec<(&str, Option<Place>)> =
            hrefs.iter().map(|href| (href.as_str(), place_of(href))).collect();
        placed.retain(|(_, at)| {
            let name = at.as_ref().and_then(|at| Some(at.in_book()?.1));
            name.is_none_or(|name| asked.insert(name.to_owned()))
        });
        for some in placed.chunks(100) {
            let at_once = some.iter().filter_map(|(_, at)| at.as_ref());
            let names: Vec<&str> = at_once.filter_map(|at| Some(at.in_book()?.1)).collect();
            let mut found = book.get(tx, &dav, &names)?.into_iter();
            for (href, at) in some {
                let card: Option<CardText> = at.as_ref().and_then(|_| found.next()).flatten();
                match (at, card) {
                    (Some(at), Some(card)) => {
                        answer.add(at, Resource::Card(&card.head, Some(&card), book.role()))?;
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
