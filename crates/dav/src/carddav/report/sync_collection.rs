use actix_web::HttpResponse;
use renraku_contacts::service::objects::CardHead;
use renraku_db::{ReadTx, meta};

use crate::{
    carddav::{address_data::DataRequest, book::Book, property::Context, propfind::Answer},
    core::{
        Address, Ask, Call, Condition, Dav, DavFault, Depth, Haste, Multistatus, News, Place, SyncToken,
        Wanted, depth, minimal,
        xml::{Element, OF_CONTACTS},
    },
};

/// `DAV:sync-collection` (RFC 6578 §3): what changed in an address book since a token, or all that is in it.
pub(super) async fn answer(call: Call, place: Place, report: Element) -> Result<HttpResponse, DavFault> {
    if !matches!(place, Place::Book { .. } | Place::Directory(_)) {
        return Err(Condition::SupportedReport.into());
    }
    let ask = Ask::read(&report)?;
    let wanted = Wanted::of(&report)?.unwrap_or(Wanted::Named(Vec::new()));
    let data = DataRequest::read(&report)?;
    let is_deep = depth(call.headers(), Depth::Zero)? != Depth::Zero;
    let minimal = minimal(call.headers());
    let (who, dav) = (call.who.clone(), call.dav.clone());
    let (multistatus, token) = call
        .glance_or_read(move |tx, haste| {
            let epoch = meta::epoch(tx)?;
            let context = Context { dav: &dav, who: &who, epoch, data: Some(&data) };
            let multistatus = Multistatus::of(OF_CONTACTS, minimal);
            let mut answer = Answer { multistatus, wanted: &wanted, context };
            let book = Book::find(tx, &dav, &who, &place)?;
            let (collection, modseq, floor) =
                book.position().ok_or(DavFault::from(Condition::SupportedReport))?;
            let from = ask.position(&dav, &who.person, epoch, (collection, floor..=modseq));
            // RFC 6578 §3.2: the report is defined at depth 0, and another is 400. It is answered while the token is good; of refusals
            // Thunderbird, which asks so, takes 400 alone for the sign to begin anew.
            let from = match from {
                Err(_) if is_deep && wanted.texts() => {
                    return Err(DavFault::BadRequest(
                        "DAV:sync-collection has depth 0, and this token is not valid",
                    ));
                }
                from => from?,
            };
            if haste == Haste::Glance && !Ask::is_little(&from, modseq, &wanted) {
                return Ok(None);
            }
            let mut news = match &from.cursor {
                Some(cursor) => {
                    let found = book.list(tx, &dav, cursor, ask.limit + 1)?;
                    let found = found.into_iter().map(|head| (head.id.as_str().to_owned(), Some(head)));
                    News::listed(&from, found.collect(), ask.limit)
                }
                None => changed(tx, (&dav, &book, modseq), &from, ask.limit)?,
            };
            news.cut(answer.cards(tx, (&place, &book), &news.there)?);
            let asked = Address::Contacts(place.clone()).to_string();
            let href = |name: &str| place.card(name).map(|at| Address::Contacts(at).to_string());
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
    (dav, book, modseq): (&Dav, &Book, i64),
    from: &SyncToken,
    limit: usize,
) -> Result<News<CardHead>, DavFault> {
    let mut news = News::none(from.clone());
    if from.modseq == modseq {
        return Ok(news);
    }
    let (changes, last) = book.changes(tx, dav, from.modseq, limit)?;
    news.token.modseq = last.unwrap_or(modseq);
    news.truncated = news.token.modseq < modseq;
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
