use std::collections::BTreeMap;

use renraku_base::Timestamp;
use renraku_contacts::{
    model::{Contact, KnownMembers, Name, Phone},
    service,
};
use renraku_people::search::{fold_number, written_numbers};

use super::{
    address_books,
    name::{CLASSES, Called, distinct},
    postal::postal,
};
use crate::{
    dn::Dn,
    entry::{Entry, Needs},
    schema,
};

/// How mobile numbers begin, for those of which nothing is said.
const MOBILE: [&str; 3] = ["070", "080", "090"];
/// Preferred less than anything that is preferred at all (RFC 9553 §1.5.4).
const LAST: u8 = 101;

/// The entry of a contact, named by its id; `None` for a group, which is no person.
pub(crate) fn contact(base: &Dn, contact: &Contact, needs: &Needs) -> Option<Entry> {
    let card = contact.card.known();
    if card.kind.as_deref() == Some("group") {
        return None;
    }
    let book = address_books::dn(base, &contact.address_book_id);
    let mut entry = Entry::with(needs.clone(), format!("uid={},{book}", contact.id), &CLASSES, false);
    entry.add(&schema::ENTRY_UUID, contact.id.as_str());
    entry.add(&schema::UID, contact.id.as_str());
    entry.add_all(&schema::CREATE_TIMESTAMP, card.created.map(time));
    entry.add_all(&schema::MODIFY_TIMESTAMP, card.updated.map(time));
    put_names(&mut entry, &card, contact.id.as_str());
    put_numbers(&mut entry, &card);
    let mut emails: Vec<_> = card.emails.values().collect();
    emails.sort_by_key(|email| email.pref.unwrap_or(LAST));
    let emails = emails.into_iter().map(|email| email.address.trim()).filter(|it| !it.is_empty());
    entry.add_all(&schema::MAIL, distinct(emails));
    let firms = card.organizations.values();
    entry.add_all(&schema::O, said(firms.clone().filter_map(|firm| firm.name.as_deref())));
    entry.lie_in(firms.clone().map(|firm| {
        firm.name.iter().chain(firm.units.iter().map(|unit| &unit.name)).map(|name| name.trim()).collect()
    }));
    entry.add_all(&schema::OU, said(firms.flat_map(|firm| &firm.units).map(|unit| unit.name.as_str())));
    entry.add_all(&schema::TITLE, said(card.titles.values().map(|title| title.name.as_str())));
    let addresses = card.addresses.values().map(postal).filter(|lines| !lines.is_empty());
    entry.add_all(&schema::POSTAL_ADDRESS, distinct(addresses));
    // A picture may be large: it is looked at for those alone who name it.
    let photo = needs.names(&schema::JPEG_PHOTO).then(|| service::find_jpeg(&contact.card)).flatten();
    entry.carry_photo(photo);
    Some(entry)
}

/// The values that say something, each once.
fn said<'v>(values: impl Iterator<Item = &'v str>) -> Vec<&'v str> {
    distinct(values.map(str::trim).filter(|value| !value.is_empty()))
}

/// What it is called; a firm by its name, and what has neither by what else there is.
fn put_names(entry: &mut Entry, card: &KnownMembers, id: &str) {
    let name = card.name.as_ref();
    let (whole, read) =
        (name.map(Name::whole).unwrap_or_default(), name.map(Name::reading).unwrap_or_default());
    if let Some(name) = name.filter(|_| !whole.trim().is_empty()) {
        let part = |kind| (name.part(kind), name.part_read(kind));
        let (family, given) = (part("surname"), part("given"));
        let mut called = Called::by(&whole, &read);
        if !family.0.is_empty() {
            called.family = (&family.0, &family.1);
            called.given = (&given.0, &given.1);
        }
        return called.put(entry);
    }
    let firm = card.organizations.values().find(|firm| firm.name.is_some());
    let nickname = card.nicknames.values().map(|nickname| nickname.name.as_str()).next();
    let email = card.emails.values().map(|email| email.address.as_str()).next();
    let written = firm.and_then(|firm| firm.name.as_deref()).or(nickname).or(email).unwrap_or(id).trim();
    let read = firm.and_then(|firm| firm.sort_as.as_deref()).unwrap_or_default().trim();
    Called { whole: (written, read), family: (written, read), given: ("", "") }.put(entry);
}

/// The numbers as a telephone dials them, without the words beside them; those that are preferred first.
fn put_numbers(entry: &mut Entry, card: &KnownMembers) {
    let mut phones: Vec<&Phone> = card.phones.values().collect();
    phones.sort_by_key(|phone| phone.pref.unwrap_or(LAST));
    let mut numbers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for phone in phones {
        let has = |feature: &str| phone.features.get(feature).copied().unwrap_or_default();
        for number in written_numbers(phone.plain_number()) {
            let folded = fold_number(&number).unwrap_or_default();
            let mobile = has("mobile") || MOBILE.iter().any(|begin| folded.starts_with(begin));
            let voice = if mobile { schema::MOBILE.name } else { schema::TELEPHONE_NUMBER.name };
            let kinds = [
                has("fax").then_some(schema::FACSIMILE_TELEPHONE_NUMBER.name),
                (!has("fax") || has("voice")).then_some(voice),
            ];
            for kind in kinds.into_iter().flatten() {
                numbers.entry(kind).or_default().push(number.clone());
            }
        }
    }
    for kind in [&schema::TELEPHONE_NUMBER, &schema::MOBILE, &schema::FACSIMILE_TELEPHONE_NUMBER] {
        let values = numbers.remove(kind.name).unwrap_or_default();
        entry.add_all(kind, distinct(values.into_iter()));
    }
}

/// A time as RFC 4517 §3.3.13 writes it.
fn time(at: Timestamp) -> String {
    let digits: String = at.to_string().chars().filter(char::is_ascii_digit).take(14).collect();
    format!("{digits}Z")
}
