use std::{collections::HashMap, ops::ControlFlow, time::Instant};

use ldap3_proto::proto::{LdapResultCode, LdapSearchScope};
use renraku_base::Principal;
use renraku_contacts::service::{
    Readable, Within, decode_jpeg, select_address_books, select_by_id, select_contacts,
};
use renraku_db::ReadTx;
use renraku_people::directory::{Narrow, service};

use super::{
    Resume, Search,
    sort::{SortKey, SortKeys},
    source::{Origin, Source},
};
use crate::{
    entries::{self, Place, Units},
    entry::{Entry, Needs},
    fault::LdapFault,
    filter::{self, Outcome},
    listener::Shared,
};

/// So many entries are made once more and written at once.
const AT_ONCE: usize = 512;

/// What a search found.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// The entries as they are sent.
    pub written: Vec<u8>,
    /// How many they are.
    pub count: usize,
    pub code: LdapResultCode,
    /// Where the next page begins; `None` when nothing is left.
    pub resume: Option<Resume>,
}

/// Something that fits, kept small until it is known what is sent.
enum Fit {
    Entry(Entry),
    Of(Origin),
}

/// Where the search looks.
struct Scope {
    /// What is neither a person nor a contact, in order.
    fixed: Vec<Entry>,
    /// The people and the contacts, if they are within.
    sources: Vec<Source>,
}

/// Searches.
///
/// # Errors
/// [`LdapFault::NoSuchObject`] when there is nothing where it should look, and when the database fails.
pub(crate) fn gather(tx: &mut ReadTx<'_>, shared: &Shared, search: &Search) -> Result<Gathered, LdapFault> {
    let scope = Scope::of(tx, shared, search)?;
    match &search.sort {
        Some(keys) => sorted(tx, shared, search, scope, keys),
        None => in_order(tx, shared, search, scope),
    }
}

impl Scope {
    fn of(tx: &mut ReadTx<'_>, shared: &Shared, search: &Search) -> Result<Self, LdapFault> {
        use LdapSearchScope::{Base, Children, OneLevel, Subtree};
        let base = &shared.settings.base;
        let condition = &search.condition;
        let who = search.who.as_ref();
        // Below the root everything is, but for the root itself.
        let (place, scope) = match (&search.place, &search.scope) {
            (Place::Root, OneLevel) => (&Place::Base, &Base),
            (Place::Root, Subtree | Children) => (&Place::Base, &Subtree),
            (place, scope) => (place, scope),
        };
        let (mut fixed, mut sources) = (Vec::new(), Vec::new());
        if matches!(scope, Base | Subtree) || place.may_be_missing() {
            let own = entry_at(tx, shared, who, place, &search.needs)?;
            fixed.extend(matches!(scope, Base | Subtree).then_some(own));
        }
        let (least, most) = depths(scope);
        let above: &[String] = if let Place::Unit(parts) = place { parts } else { &[] };
        let units = match place {
            Place::Base => matches!(scope, Subtree | Children),
            Place::Units | Place::Unit(_) => *scope != Base,
            _ => false,
        };
        match place {
            Place::Base if *scope != Base => {
                fixed.extend([entries::people(base), entries::units_container(base)]);
                fixed.extend(who.map(|_| entries::contacts(base)));
                if *scope != OneLevel {
                    sources.extend(Source::people(condition));
                    sources.extend(Source::contacts(condition, who, None));
                }
            }
            Place::People if *scope != Base => sources.extend(Source::people(condition)),
            Place::Contacts if matches!(scope, Subtree | Children) => {
                sources.extend(Source::contacts(condition, who, None));
            }
            Place::AddressBook(book) if *scope != Base => {
                sources.extend(Source::contacts(condition, who, Some(book)));
            }
            _ => {}
        }
        if filter::may_hold_for_units(condition) {
            if units {
                fixed.extend(Units::read(tx, &shared.directory, base)?.below(above, least.max(1), most));
            }
            let books = match place {
                Place::Base => matches!(scope, Subtree | Children),
                Place::Contacts => *scope != Base,
                _ => false,
            };
            if books && let Some(who) = who {
                let readable = Readable::by(tx, who)?;
                fixed.extend(address_books(tx, shared, &readable)?);
            }
        }
        fixed.retain(|entry| condition.of(entry) == Outcome::True);
        Ok(Self { fixed, sources })
    }
}

/// The address books that may be read.
fn address_books(tx: &mut ReadTx<'_>, shared: &Shared, readable: &Readable) -> Result<Vec<Entry>, LdapFault> {
    let base = &shared.settings.base;
    let books = select_address_books(tx, readable)?.into_iter();
    Ok(books.map(|(id, name, filled)| entries::address_book(base, &id, &name, filled)).collect())
}

/// The entry at a place, with what is needed of it where it is a person's or a contact's.
///
/// # Errors
/// [`LdapFault::NoSuchObject`], and when the database fails.
pub(crate) fn entry_at(
    tx: &mut ReadTx<'_>,
    shared: &Shared,
    who: Option<&Principal>,
    place: &Place,
    needs: &Needs,
) -> Result<Entry, LdapFault> {
    let base = &shared.settings.base;
    Ok(match place {
        Place::Root => entries::root(base, shared.tls.is_some()),
        Place::Schema => entries::subschema(),
        Place::Base => entries::base(base),
        Place::People => entries::people(base),
        Place::Units => entries::units_container(base),
        Place::Person(uid) => person(tx, shared, uid, needs)?,
        Place::Unit(parts) => {
            let units = Units::read(tx, &shared.directory, base)?;
            let unit = units.below(parts, 0, 0).next();
            unit.ok_or_else(|| LdapFault::NoSuchObject(format!("ou=units,{base}")))?
        }
        Place::Contacts | Place::AddressBook(_) | Place::Contact(..) => {
            let who = who.ok_or_else(|| LdapFault::NoSuchObject(base.to_string()))?;
            of_contacts(tx, shared, who, place, needs)?
        }
    })
}

fn of_contacts(
    tx: &mut ReadTx<'_>,
    shared: &Shared,
    who: &Principal,
    place: &Place,
    needs: &Needs,
) -> Result<Entry, LdapFault> {
    let base = &shared.settings.base;
    let book = match place {
        Place::AddressBook(book) | Place::Contact(book, _) => book,
        _ => return Ok(entries::contacts(base)),
    };
    let readable = Readable::by(tx, who)?;
    if let Place::Contact(_, id) = place {
        let (narrow, within) =
            (Narrow::Uid(id.to_string()), Within { address_book: Some(book), after: None });
        let found = select_contacts(tx, &readable, &narrow, within, 1)?.pop();
        if let Some(entry) = found.and_then(|it| entries::contact(base, &it.contact, needs)) {
            return Ok(entry);
        }
    }
    let dn = entries::address_book_dn(base, book);
    let found = address_books(tx, shared, &readable)?.into_iter().find(|entry| entry.dn == dn);
    match (found, place) {
        (Some(entry), Place::AddressBook(_)) => Ok(entry),
        (Some(above), _) => Err(LdapFault::NoSuchObject(above.dn)),
        (None, _) => Err(LdapFault::NoSuchObject(format!("ou=contacts,{base}"))),
    }
}

/// How many parts more the names of those within a scope have, least and most.
fn depths(scope: &LdapSearchScope) -> (usize, usize) {
    match scope {
        LdapSearchScope::Base => (0, 0),
        LdapSearchScope::OneLevel => (1, 1),
        LdapSearchScope::Subtree => (0, usize::MAX),
        LdapSearchScope::Children => (1, usize::MAX),
    }
}

fn person(tx: &mut ReadTx<'_>, shared: &Shared, uid: &str, needs: &Needs) -> Result<Entry, LdapFault> {
    let mut found = None;
    let base = &shared.settings.base;
    let narrow = Narrow::Uid(uid.to_owned());
    service::select_people(tx, &shared.directory, &narrow, None, |selected| {
        let mut entry = entries::person(base, selected.person, selected.username, needs);
        entry.iter_mut().for_each(|entry| entry.lie_in(selected.unit_paths()));
        found = Some(entry);
        ControlFlow::Break(())
    })?;
    let above = || LdapFault::NoSuchObject(format!("ou=people,{base}"));
    Ok(found.ok_or_else(above)??)
}

/// The answer in the order of the tree; people come in あいうえお order, and contacts after them.
fn in_order(
    tx: &mut ReadTx<'_>,
    shared: &Shared,
    search: &Search,
    scope: Scope,
) -> Result<Gathered, LdapFault> {
    let mut gathered = Gathered::nothing();
    let mut last = search.resume.clone();
    let mut fixed = scope.fixed.into_iter();
    match &search.resume {
        // What went meanwhile is not found again: then all of them are sent once more rather than some never.
        Some(Resume::Entry(dn)) if fixed.as_slice().iter().any(|entry| entry.dn == *dn) => {
            let _before = fixed.by_ref().find(|entry| entry.dn == *dn);
        }
        Some(Resume::Person(_) | Resume::Contact(_)) => fixed = Vec::new().into_iter(),
        Some(Resume::Entry(_) | Resume::Sorted(_)) | None => {}
    }
    for entry in fixed {
        if gathered.count >= search.limit {
            return Ok(gathered.cut(last));
        }
        last = Some(Resume::Entry(entry.dn.clone()));
        gathered.add(tx, search, std::slice::from_ref(&entry))?;
    }
    for source in &scope.sources {
        let mut after = match (source, &search.resume) {
            (Source::People(_), Some(Resume::Contact(_))) => continue,
            (Source::People(_), Some(Resume::Person(spot)))
            | (Source::Contacts(..), Some(Resume::Contact(spot))) => Some(spot.clone()),
            _ => None,
        };
        loop {
            let room = search.limit.saturating_sub(gathered.count);
            let part = source.part(tx, shared, search, after.as_ref(), room + 1)?;
            let full = part.fits.len() > room;
            let (entries, spots): (Vec<Entry>, Vec<_>) =
                part.fits.into_iter().take(room).map(|fit| (fit.entry, fit.spot)).unzip();
            last = spots.into_iter().next_back().map(|spot| source.resume(spot)).or(last);
            gathered.add(tx, search, &entries)?;
            if full {
                return Ok(gathered.cut(last));
            }
            let Some(next) = part.next else { break };
            after = Some(next);
            if Instant::now() >= search.deadline {
                gathered.code = LdapResultCode::TimeLimitExceeded;
                return Ok(gathered);
            }
        }
    }
    Ok(gathered)
}

impl Gathered {
    /// No entries, and nothing went wrong.
    pub fn nothing() -> Self {
        Self { written: Vec::new(), count: 0, code: LdapResultCode::Success, resume: None }
    }

    /// Adds entries. Photos of people are read when they are sent, by one statement; a contact carries its own.
    fn add(&mut self, tx: &mut ReadTx<'_>, search: &Search, entries: &[Entry]) -> Result<(), LdapFault> {
        let shown = entries.iter().filter(|_| search.selection.shows_photos());
        let stored: Vec<&str> = shown.filter_map(Entry::stored_photo).collect();
        let photos = service::list_photos(tx, &stored)?;
        for entry in entries {
            let carried = entry.carried_photo().filter(|_| search.selection.shows_photos());
            let carried = carried.and_then(decode_jpeg);
            let stored = entry.stored_photo().and_then(|person| photos.get(person));
            let photo = carried.as_deref().or(stored.map(|photo| photo.jpeg.as_slice()));
            search.selection.put(&mut self.written, search.id, entry, photo);
        }
        self.count += entries.len();
        Ok(())
    }

    /// More would have followed `last`.
    fn cut(self, last: Option<Resume>) -> Self {
        Self { code: LdapResultCode::SizeLimitExceeded, resume: last, ..self }
    }
}

/// The answer in the order that was asked for: everything is looked at, and only the keys are kept until it is known who comes
/// first.
fn sorted(
    tx: &mut ReadTx<'_>,
    shared: &Shared,
    search: &Search,
    scope: Scope,
    keys: &SortKeys,
) -> Result<Gathered, LdapFault> {
    let mut fits: Vec<(SortKey, Fit)> = Vec::new();
    for entry in scope.fixed {
        fits.push((keys.of(&entry, ""), Fit::Entry(entry)));
    }
    let mut code = LdapResultCode::Success;
    'all: for source in &scope.sources {
        let mut after = None;
        loop {
            let part = source.part(tx, shared, search, after.as_ref(), usize::MAX)?;
            let keyed = |fit: super::source::Fit| (keys.of(&fit.entry, fit.order()), Fit::Of(fit.origin));
            fits.extend(part.fits.into_iter().map(keyed));
            let Some(next) = part.next else { break };
            after = Some(next);
            if Instant::now() >= search.deadline {
                code = LdapResultCode::TimeLimitExceeded;
                break 'all;
            }
        }
    }
    if let Some(Resume::Sorted(after)) = &search.resume {
        fits.retain(|(key, _)| key > after);
    }
    fits.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let mut resume = None;
    if fits.len() > search.limit {
        fits.truncate(search.limit);
        resume = fits.last().map(|(key, _)| Resume::Sorted(key.clone()));
        code = LdapResultCode::SizeLimitExceeded;
    }
    let mut gathered = Gathered { code, resume, ..Gathered::nothing() };
    let mut fits = fits.into_iter().map(|(_, fit)| fit);
    loop {
        let some: Vec<Fit> = fits.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(gathered);
        }
        let entries = made_again(tx, shared, search, some)?;
        gathered.add(tx, search, &entries)?;
    }
}

/// The entries of what is sent, in the same order; contacts are read once more by two statements.
fn made_again(
    tx: &mut ReadTx<'_>,
    shared: &Shared,
    search: &Search,
    fits: Vec<Fit>,
) -> Result<Vec<Entry>, LdapFault> {
    let base = &shared.settings.base;
    let contact = |fit: &Fit| match fit {
        Fit::Of(Origin::Contact(id)) => Some(id.to_string()),
        _ => None,
    };
    let ids: Vec<String> = fits.iter().filter_map(contact).collect();
    let mut contacts = HashMap::new();
    if let Some(who) = search.who.as_ref().filter(|_| !ids.is_empty()) {
        let readable = Readable::by(tx, who)?;
        let found = select_by_id(tx, &readable, &ids)?.into_iter();
        contacts.extend(found.map(|contact| (contact.id.clone(), contact)));
    }
    let mut entries = Vec::with_capacity(fits.len());
    for fit in fits {
        match fit {
            Fit::Entry(entry) => entries.push(entry),
            Fit::Of(Origin::Person(person, username)) => {
                entries.push(entries::person(base, &person, username.as_deref(), &search.needs)?);
            }
            Fit::Of(Origin::Contact(id)) => {
                let contact = contacts.get(&id);
                entries.extend(contact.and_then(|it| entries::contact(base, it, &search.needs)));
            }
        }
    }
    Ok(entries)
}
