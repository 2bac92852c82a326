use actix_web::{HttpResponse, http::StatusCode};
use renraku_base::{ContactId, Principal};
use renraku_contacts::service::objects::CardText;
use renraku_db::{ReadTx, meta};
use renraku_web::RateKind;

use crate::{
    carddav::{
        address_data::DataRequest,
        book::Book,
        filter::{self, Filter},
        property::{Context, Resource},
        propfind::{Answer, MEMBERS},
    },
    core::{
        Address, Call, Condition, Dav, DavFault, Depth, Multistatus, Place, Wanted, depth, minimal,
        xml::{Element, Name, OF_CONTACTS},
    },
};

/// How many cards, which may have pictures in them, are held at once.
const AT_ONCE: usize = 100;

/// `CARDDAV:addressbook-query` (RFC 6352 §8.6): the cards of an address book that a filter means, or the one that is asked.
pub(super) async fn answer(call: Call, place: Place, report: Element) -> Result<HttpResponse, DavFault> {
    let of_card = place.in_book().map(|(within, name)| (within, Some(name.to_owned())));
    let (place, name) = of_card.unwrap_or((place.clone(), None));
    if !matches!(place, Place::Book { .. } | Place::Directory(_)) {
        return Err(Condition::SupportedReport.into());
    }
    if matches!(place, Place::Directory(_)) {
        call.dav.gate().rates().take(&call.who, RateKind::Search)?;
    }
    let filter = report.child(&Name::carddav("filter"));
    let filter = filter::read(filter.ok_or(DavFault::BadRequest("a query has a CARDDAV:filter"))?)?;
    let limit = limit(&report)?;
    let wanted = Wanted::of(&report)?.unwrap_or(Wanted::Named(Vec::new()));
    let data = DataRequest::read(&report)?;
    // RFC 6352 §8.6 says depth 0 when none is said; every client means the cards of the address book.
    let below = depth(call.headers(), Depth::One)? != Depth::Zero;
    let minimal = minimal(call.headers());
    let (who, dav) = (call.who.clone(), call.dav.clone());
    call.read(move |tx| {
        let epoch = meta::epoch(tx)?;
        let context = Context { dav: &dav, who: &who, epoch, data: Some(&data) };
        let multistatus = Multistatus::of(OF_CONTACTS, minimal);
        let mut answer = Answer { multistatus, wanted: &wanted, context };
        let book = Book::find(tx, &dav, &who, &place)?;
        if let Some(name) = &name {
            let card = book.get(tx, &dav, &[name])?.pop().flatten().ok_or(DavFault::NotFound)?;
            if let Some(at) = place.card(name).filter(|_| filter::matches(&filter, &card.text)) {
                answer.add(&at, Resource::Card(&card.head, Some(&card), &book))?;
            }
        } else if below {
            let query = Query { dav: &dav, who: &who, book: &book, filter: &filter };
            let (found, more) = query.run(tx, limit)?;
            for card in &found {
                if let Some(at) = place.card(&card.head.name) {
                    answer.add(&at, Resource::Card(&card.head, Some(card), &book))?;
                }
            }
            if more {
                // RFC 6352 §8.6.2: the collection itself says that there is more.
                let href = Address::Contacts(place).to_string();
                let condition = Some(Condition::NumberOfMatchesWithinLimits);
                answer.multistatus.status(&href, StatusCode::INSUFFICIENT_STORAGE, condition);
            }
        }
        Ok(answer.multistatus)
    })
    .await
    .map(Multistatus::finish)
}

/// The most cards that a client wants.
fn limit(report: &Element) -> Result<usize, DavFault> {
    let limit = report.child(&Name::carddav("limit"));
    let number = limit.and_then(|limit| limit.child(&Name::carddav("nresults")));
    match number.map(|it| it.text.trim().parse::<usize>()) {
        None => Ok(MEMBERS),
        Some(Ok(limit)) if limit > 0 => Ok(limit.min(MEMBERS)),
        Some(_) => Err(DavFault::BadRequest("CARDDAV:nresults is a number above 0")),
    }
}

/// A query of an address book.
struct Query<'q> {
    dav: &'q Dav,
    who: &'q Principal,
    book: &'q Book,
    filter: &'q Filter,
}

impl Query<'_> {
    /// The first cards that the filter means, and whether there are more: the texts in memory tell which may be, the cards which are.
    fn run(&self, tx: &mut ReadTx<'_>, limit: usize) -> Result<(Vec<CardText>, bool), DavFault> {
        let (ids, more) = self.candidates(tx)?;
        let mut found: Vec<CardText> = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            let some: Vec<&str> = some.iter().map(ContactId::as_str).collect();
            let cards = self.book.get_by_id(tx, self.dav, &some)?;
            found.extend(cards.into_iter().filter(|card| filter::matches(self.filter, &card.text)));
            if found.len() > limit {
                found.truncate(limit);
                return Ok((found, true));
            }
        }
        Ok((found, more))
    }

    /// The cards that may be meant, and whether there are more than are told.
    fn candidates(&self, tx: &mut ReadTx<'_>) -> Result<(Vec<ContactId>, bool), DavFault> {
        let Some(sought) = filter::sought(self.filter, self.book.holds_others()) else {
            // Who is in a directory that is not listed is not found by leaving out what to look for.
            if !self.book.is_listed() {
                return Err(Condition::SupportedCardFilter.into());
            }
            let heads = self.book.list(tx, self.dav, "", MEMBERS + 1)?;
            if heads.len() > MEMBERS {
                return Err(Condition::NumberOfMatchesWithinLimits.into());
            }
            return Ok((heads.into_iter().map(|head| head.id).collect(), false));
        };
        let (mut ids, mut more) = (Vec::new(), false);
        for one in sought {
            let (found, cut) = self.book.search(tx, self.dav, self.who, one)?;
            ids.extend(found);
            more |= cut;
        }
        ids.sort_unstable();
        ids.dedup();
        Ok((ids, more))
    }
}
