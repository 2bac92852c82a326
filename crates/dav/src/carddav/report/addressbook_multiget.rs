use std::collections::HashSet;

use actix_web::{HttpResponse, http::StatusCode, web::Bytes};
use futures_util::stream;
use renraku_base::Principal;
use renraku_db::{ReadTx, meta};
use renraku_web::{RateKind, Work};

use crate::{
    carddav::{
        address_data::DataRequest,
        book::Book,
        property::{Context, Resource},
        propfind::Answer,
    },
    core::{
        Address, Call, Condition, Dav, DavFault, Multistatus, OpenAnswer, PART_BYTES, Place, Wanted, minimal,
        multistatus, tell_cause,
        xml::{Element, Name, OF_CONTACTS},
    },
};

/// How many cards are read at once, at most; fewer where they are large.
const AT_ONCE: usize = 100;

/// `CARDDAV:addressbook-multiget` (RFC 6352 §8.7): cards by their paths. There is an answer of any size, in parts, for programs name
/// all cards of an address book at once, and never ask again for those that an answer leaves out.
pub(super) async fn answer(call: Call, place: Place, report: Element) -> Result<HttpResponse, DavFault> {
    let place = match place.in_book() {
        Some((book, _)) => book,
        None if matches!(place, Place::Book { .. } | Place::Directory(_)) => place,
        None => return Err(Condition::SupportedReport.into()),
    };
    if matches!(place, Place::Directory(_)) {
        call.dav.gate().rates().take(&call.who, RateKind::Search)?;
    }
    let host = call.host();
    // What lies elsewhere is not in this address book.
    let place_of = |href: &str| match Address::of_href(href, host) {
        Some(Address::Contacts(at)) if at.in_book().is_some_and(|(book, _)| book == place) => Some(at),
        _ => None,
    };
    // What is asked for twice, by whatever spelling, is told once.
    let mut asked: HashSet<String> = HashSet::new();
    let href = Name::dav("href");
    let hrefs = report.children_of(&href).map(|it| it.text.trim());
    let mut named: Vec<(String, Option<Place>)> =
        hrefs.map(|href| (href.to_owned(), place_of(href))).collect();
    if named.is_empty() {
        return Err(DavFault::BadRequest("a multiget names at least one DAV:href"));
    }
    named.retain(|(href, at)| {
        let name = at.as_ref().and_then(|at| Some(at.in_book()?.1));
        asked.insert(name.unwrap_or(href).to_owned())
    });
    let multiget = Multiget {
        wanted: Wanted::of(&report)?.unwrap_or(Wanted::Named(Vec::new())),
        data: DataRequest::read(&report)?,
        named,
        told: 0,
        at_once: AT_ONCE,
        multistatus: Multistatus::of(OF_CONTACTS, minimal(call.headers())),
        place,
        dav: call.dav.clone(),
        who: call.who.clone(),
        open: None,
    };
    let mut first = multiget.go_on().await?;
    if first.is_done() {
        return Ok(first.multistatus.finish());
    }
    first.open = Some(call.dav.open_answers().begin(&call.who.person)?);
    Ok(multistatus().streaming(Box::pin(stream::unfold(Some(first), told_next))))
}

/// What is asked for, and how far it is told.
struct Multiget {
    dav: Dav,
    who: Principal,
    place: Place,
    wanted: Wanted,
    data: DataRequest,
    named: Vec<(String, Option<Place>)>,
    told: usize,
    /// How many cards the next reading reads.
    at_once: usize,
    multistatus: Multistatus,
    /// Counts it while it is on its way in parts.
    open: Option<OpenAnswer>,
}

/// The part that is there, and what follows it. An answer that cannot go on ends without its end, so that nobody takes it for whole.
async fn told_next(multiget: Option<Multiget>) -> Option<(Result<Bytes, DavFault>, Option<Multiget>)> {
    let mut multiget = multiget?;
    if multiget.is_done() {
        return Some((Ok(multiget.multistatus.last_part()), None));
    }
    let part = multiget.multistatus.take_part();
    match multiget.go_on().await {
        Ok(further) => Some((Ok(part), Some(further))),
        Err(fault) => {
            tell_cause(&fault);
            Some((Err(fault), None))
        }
    }
}

impl Multiget {
    fn is_done(&self) -> bool {
        self.told == self.named.len()
    }

    /// Reads the next part, off the event loop and on a snapshot of its own.
    async fn go_on(self) -> Result<Self, DavFault> {
        let gate = self.dav.gate().of(Work::Report);
        let db = gate.db().clone();
        gate.blocking(move || db.read(|tx| self.tell(tx))).await
    }

    fn tell(self, tx: &mut ReadTx<'_>) -> Result<Self, DavFault> {
        let Self { dav, who, place, wanted, data, named, mut told, mut at_once, multistatus, open } = self;
        let context = Context { dav: &dav, who: &who, epoch: meta::epoch(tx)?, data: Some(&data) };
        let mut answer = Answer { multistatus, wanted: &wanted, context };
        let book = match Book::find(tx, &dav, &who, &place) {
            // What was shared when the answer began, and is no longer: from here on it is told as to whoever asks now.
            Err(fault) if told > 0 && fault.told().status == StatusCode::NOT_FOUND => None,
            found => Some(found?),
        };
        'part: while let Some(rest) = named.get(told..).filter(|rest| !rest.is_empty()) {
            let some = rest.get(..at_once).unwrap_or(rest);
            let (begun, bytes) = (told, answer.multistatus.len());
            let there = some.iter().filter_map(|(_, at)| at.as_ref());
            let names: Vec<&str> = there.filter_map(|at| Some(at.in_book()?.1)).collect();
            let found = book.as_ref().map(|book| book.get(tx, &dav, &names)).transpose()?;
            let mut found = found.unwrap_or_default().into_iter();
            for (href, at) in some {
                if answer.multistatus.is_part() {
                    break 'part;
                }
                let card = at.as_ref().and_then(|_| found.next()).flatten();
                match (at, card, &book) {
                    (Some(at), Some(card), Some(book)) => {
                        answer.add(at, Resource::Card(&card.head, Some(&card), book))?;
                    }
                    _ => answer.multistatus.status(href, StatusCode::NOT_FOUND, None),
                }
                told += 1;
                let each = (answer.multistatus.len() - bytes) / (told - begun);
                at_once = (PART_BYTES / each.max(1)).clamp(1, AT_ONCE);
            }
        }
        let multistatus = answer.multistatus;
        Ok(Self { dav, who, place, wanted, data, named, told, at_once, multistatus, open })
    }
}
