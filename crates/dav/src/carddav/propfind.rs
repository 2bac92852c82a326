use std::collections::HashMap;

use actix_web::HttpResponse;
use renraku_base::{PersonId, Principal};
use renraku_contacts::service::{
    default_address_book, find_default_address_book,
    objects::{self, CardHead, CardText},
};
use renraku_db::{ReadTx, meta};
use renraku_people::directory::service as directory;

use super::{
    book::Book,
    property::{Context, Resource},
    staff::Staff,
};
use crate::core::{
    Address, Call, Condition, DavFault, Depth, Multistatus, Place, Wanted, depth, minimal,
    xml::{Name, OF_CONTACTS},
};

/// The most members of a collection that one answer lists; a greater address book is read by sync.
pub(super) const MEMBERS: usize = 50_000;

/// PROPFIND (RFC 4918 §9.1).
pub(super) async fn answer(mut call: Call, place: Place) -> Result<HttpResponse, DavFault> {
    let body = call.xml_body().await?;
    let wanted = Wanted::read(&body)?;
    let depth = depth(call.headers(), Depth::Infinity)?;
    let is_card = place.in_book().is_some();
    if depth == Depth::Infinity && !is_card {
        return Err(Condition::PropfindFiniteDepth.into());
    }
    let members = depth == Depth::One && !is_card;
    let minimal = minimal(call.headers());
    if members && matches!(place, Place::Home(_)) {
        make_default(&call).await?;
    }
    let (dav, who) = (call.dav.clone(), call.who.clone());
    let find = move |tx: &mut ReadTx<'_>| {
        let epoch = meta::epoch(tx)?;
        let context = Context { dav: &dav, who: &who, epoch, data: None };
        let mut answer =
            Answer { multistatus: Multistatus::of(OF_CONTACTS, minimal), wanted: &wanted, context };
        answer.find(tx, &place, members)?;
        Ok(answer.multistatus)
    };
    match members {
        true => call.read(find).await,
        false => call.glance(find).await,
    }
    .map(Multistatus::finish)
}

/// Makes the person's default address book, unless they have it: a client without one would have nowhere to put a contact.
async fn make_default(call: &Call) -> Result<(), DavFault> {
    let person = call.who.person.clone();
    let known = call.glance(move |tx| Ok(find_default_address_book(tx, &person)?)).await?;
    if known.is_none() {
        let person = call.who.person.clone();
        call.write(move |tx| Ok(default_address_book(tx, &person).map(drop)?)).await?;
    }
    Ok(())
}

/// An answer that lists resources.
pub(super) struct Answer<'a> {
    pub multistatus: Multistatus,
    pub wanted: &'a Wanted,
    pub context: Context<'a>,
}

impl Answer<'_> {
    fn find(&mut self, tx: &mut ReadTx<'_>, place: &Place, members: bool) -> Result<(), DavFault> {
        let (dav, who) = (self.context.dav, self.context.who);
        match place {
            Place::Homes => {
                self.add(place, Resource::Homes)?;
                if members {
                    let name = name_of(tx, who)?;
                    self.add(&Place::Home(who.person.as_str().to_owned()), Resource::Home(&name))?;
                }
            }
            Place::Home(_) => self.home(tx, place, members)?,
            Place::Book { .. } | Place::Directory(_) => {
                let mut book = Book::find(tx, dav, who, place)?;
                if let (Book::Kept(book), true) = (&mut book, self.wanted.display_names()) {
                    objects::name_owners(tx, std::slice::from_mut(&mut **book))?;
                }
                self.add(place, Resource::Book(&book))?;
                if members && book.is_listed() {
                    let heads = book.list(tx, dav, "", MEMBERS + 1)?;
                    if heads.len() > MEMBERS {
                        return Err(Condition::NumberOfMatchesWithinLimits.into());
                    }
                    if self.cards(tx, (place, &book), &heads)? < heads.len() {
                        return Err(Condition::NumberOfMatchesWithinLimits.into());
                    }
                }
            }
            Place::Card { .. } | Place::Colleague { .. } => {
                let (within, name) = place.in_book().ok_or(DavFault::NotFound)?;
                let book = Book::find(tx, dav, who, &within)?;
                let card = book.get(tx, dav, &[name])?.pop().flatten().ok_or(DavFault::NotFound)?;
                self.add(place, Resource::Card(&card.head, Some(&card), &book))?;
            }
        }
        Ok(())
    }

    fn home(&mut self, tx: &mut ReadTx<'_>, place: &Place, members: bool) -> Result<(), DavFault> {
        let (dav, who) = (self.context.dav, self.context.who);
        let person = || who.person.as_str().to_owned();
        self.add(place, Resource::Home(&name_of(tx, who)?))?;
        if !members {
            return Ok(());
        }
        let mut books = objects::list_books(tx, who)?;
        if self.wanted.display_names() {
            objects::name_owners(tx, &mut books)?;
        }
        for book in books {
            let at = Place::Book { person: person(), segment: book.segment.clone() };
            self.add(&at, Resource::Book(&Book::Kept(Box::new(book))))?;
        }
        match Staff::open(tx, dav) {
            Ok(staff) => self.add(&Place::Directory(person()), Resource::Book(&Book::Staff(staff)))?,
            Err(DavFault::NotFound) => {}
            Err(fault) => return Err(fault),
        }
        Ok(())
    }

    /// Adds a resource.
    pub fn add(&mut self, place: &Place, resource: Resource<'_>) -> Result<(), DavFault> {
        let context = self.context;
        let names = resource.names(self.wanted, &context);
        let path = Address::Contacts(place.clone()).to_string();
        self.multistatus.resource(&path, self.wanted, &names, |name, out| resource.write(name, &context, out))
    }

    /// Adds cards of an address book in their order; their texts are read only where they are needed. When the answer is full the
    /// rest is left out: tells how many were added.
    pub fn cards(
        &mut self,
        tx: &mut ReadTx<'_>,
        (place, book): (&Place, &Book),
        heads: &[CardHead],
    ) -> Result<usize, DavFault> {
        const AT_ONCE: usize = 100;
        let needs_texts = self.needs_texts();
        let mut added = 0;
        for some in heads.chunks(AT_ONCE) {
            let ids: Vec<&str> = some.iter().map(|head| head.id.as_str()).collect();
            let texts = if needs_texts { book.get_by_id(tx, self.context.dav, &ids)? } else { Vec::new() };
            let texts: HashMap<&str, &CardText> = texts.iter().map(|it| (it.head.id.as_str(), it)).collect();
            for head in some {
                if self.multistatus.is_full() {
                    return Ok(added);
                }
                added += 1;
                let text = texts.get(head.id.as_str()).copied();
                if let Some(at) = place.card(&head.name).filter(|_| text.is_some() || !needs_texts) {
                    let head = text.map_or(head, |text| &text.head);
                    self.add(&at, Resource::Card(head, text, book))?;
                }
            }
        }
        Ok(added)
    }

    /// Whether the texts of cards are needed for what is wanted.
    fn needs_texts(&self) -> bool {
        let of_texts = [const { Name::dav("getcontentlength") }, const { Name::carddav("address-data") }];
        match self.wanted {
            Wanted::Named(names) => names.iter().any(|name| of_texts.contains(name)),
            // Their length is among them (RFC 4918 §14.2).
            Wanted::All(_) | Wanted::Names => true,
        }
    }
}

fn name_of(tx: &mut ReadTx<'_>, who: &Principal) -> Result<String, DavFault> {
    let person: &PersonId = &who.person;
    let named = directory::names(tx, std::slice::from_ref(person))?.remove(person);
    Ok(named.map(|named| named.name.full).unwrap_or_default())
}
