//! Writes a drawn office into the database.

use renraku_base::{AddressBookId, FieldFault, PersonId, Principal, Role, UnitId};
use renraku_contacts::{
    ContactsFault,
    model::{ContactDraft, NewAddressBook},
    service as contacts,
};
use renraku_db::{Db, Tx, meta};
use renraku_mail::service as mail;
use renraku_notify::service as notify;
use renraku_people::{
    AccountFault, Passwords, ServerSecret, ShareChange, ShareTarget,
    account::{self, Password, PasswordHash, Username},
    directory::{
        DirectoryFault, PersonEntry, PersonName, Phone, PhoneKind, PostEntry, UnitEntry, service as directory,
    },
};

use renraku_reach::ReachFault;
use renraku_schedule::{
    ScheduleFault,
    model::{BookingRules, FacilityDraft, FacilityKind},
    service as schedule,
};
use serde_json::json;

use super::{
    FILLED,
    contacts::Contact,
    diary,
    facilities::{Facility, Kind},
    names::katakana,
    office::Office,
    people::{Person, USERS},
    portraits, telephone,
    units::Unit,
};
use crate::{config::Config, mailroom};

/// How many events are put into the words of the schedule at once.
const EVENTS_AT_ONCE: usize = 1_000;
/// How many of the contacts each user keeps for themselves.
const OWN_CONTACTS: usize = 12;

/// What was drawn is not taken by the area that stores it: a fault of ours.
#[derive(Debug, thiserror::Error)]
pub enum FillFault {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] renraku_db::Error),
    /// The directory refused.
    #[error("the directory: {0:?}")]
    Directory(#[from] DirectoryFault),
    /// The accounts refused.
    #[error("the accounts: {0:?}")]
    Account(#[from] AccountFault),
    /// The contacts refused.
    #[error("the contacts: {0:?}")]
    Contacts(#[from] ContactsFault),
    /// The schedule refused.
    #[error("the schedule: {0:?}")]
    Schedule(#[from] ScheduleFault),
    /// The phone memos refused.
    #[error("the phone memos: {0:?}")]
    Reach(#[from] ReachFault),
    /// A drawn object is not a good one.
    #[error("{0:?}")]
    Drawn(Vec<FieldFault>),
}

/// Writes everything in one transaction: an office is there whole or not at all.
pub fn fill(config: &Config, db: &Db, secret: &ServerSecret, office: &Office) -> anyhow::Result<()> {
    let accounts = accounts(&Passwords::new(secret), office)?;
    Ok(db.write(|tx| write(tx, config, office, &accounts))?)
}

/// The account of each user.
struct Account {
    person: PersonId,
    username: Username,
    password: PasswordHash,
}

fn accounts(passwords: &Passwords, office: &Office) -> anyhow::Result<Vec<Account>> {
    USERS
        .iter()
        .zip(&office.people)
        .map(|(user, person)| {
            let username = user.username.parse().map_err(|_bad| anyhow::anyhow!("a user has a bad name"))?;
            let password = passwords.hash(&Password::new(user.password))?;
            Ok(Account { person: person.id.clone(), username, password })
        })
        .collect()
}

fn write(tx: &mut Tx<'_>, config: &Config, office: &Office, accounts: &[Account]) -> Result<(), FillFault> {
    let units: Vec<UnitEntry> =
        office.units.iter().enumerate().map(|(at, unit)| unit_entry(office, at, unit)).collect();
    let mut people: Vec<PersonEntry> =
        office.people.iter().map(|person| person_entry(office, person)).collect();
    for post in people.iter_mut().take(USERS.len()).flat_map(|person| &mut person.posts) {
        post.starts_on = Some("2024-04-01".to_owned());
    }
    directory::bulk_insert(tx, &units, &people)?;
    write_careers(tx, office)?;
    for account in accounts {
        account::create_account(tx, &account.person, &account.username, Some(&account.password))?;
    }
    for (account, person) in accounts.iter().zip(&office.people) {
        if let Some(source) = mailroom::source_of(config, account.username.as_str()) {
            mail::put_account(tx, &account.person, &source, &person.mail, &person.name.full())?;
        }
    }
    portraits::write(tx, office)?;
    write_contacts(tx, office)?;
    write_schedule(tx, office)?;
    telephone::write(tx, office)?;
    telephone::write_recent(tx, office)?;
    meta::put(tx, FILLED, &office.people.len().to_string())?;
    Ok(())
}

/// Since when each user has their present post, and what they did before.
fn write_careers(tx: &mut Tx<'_>, office: &Office) -> Result<(), FillFault> {
    for (nth, person) in office.people.iter().take(USERS.len()).enumerate() {
        let elsewhere = (0..office.units.len()).cycle().skip(nth * 7 + 3);
        let others = elsewhere.filter(|unit| person.posts.iter().all(|post| post.unit != *unit));
        let days = [("2021-04-01", "2024-03-31"), ("2017-04-01", "2021-03-31")];
        let posts = others.take(days.len()).zip(days).filter_map(|(unit, (first, last))| {
            Some(PostEntry {
                unit: unit_id(office, unit)?,
                title: Some("主事".to_owned()),
                starts_on: Some(first.to_owned()),
                ends_on: Some(last.to_owned()),
            })
        });
        let posts: Vec<PostEntry> = posts.take(days.len()).collect();
        directory::put_past_posts(tx, &person.id, &posts)?;
    }
    Ok(())
}

fn write_schedule(tx: &mut Tx<'_>, office: &Office) -> Result<(), FillFault> {
    for facility in &office.facilities {
        schedule::create_facility(tx, facility_draft(facility)?)?;
    }
    let people: Vec<PersonId> = office.people.iter().map(|person| person.id.clone()).collect();
    schedule::create_default_calendars(tx, &people)?;
    let now = tx.now();
    for some in office.events.chunks(EVENTS_AT_ONCE) {
        let drafts = some.iter().map(|event| diary::draft(office, event, now));
        let drafts = drafts.collect::<Result<Vec<_>, FieldFault>>();
        schedule::bulk_insert(tx, drafts.map_err(|fault| FillFault::Drawn(vec![fault]))?)?;
    }
    for (person, notice) in diary::invitations(office) {
        notify::tell(tx, &person, &notice)?;
    }
    Ok(())
}

fn facility_draft(facility: &Facility) -> Result<FacilityDraft, FillFault> {
    let (opens, closes) = facility.hours.unzip();
    let rules = json!({ "opens": opens, "closes": closes, "maxDuration": facility.longest });
    let booking_rules: BookingRules = serde_json::from_value(rules).map_err(|error| {
        FillFault::Drawn(vec![FieldFault::misfit("/bookingRules", "bad-value", error.to_string())])
    })?;
    Ok(FacilityDraft {
        id: Some(facility.id.clone()),
        name: facility.name.clone(),
        kind: match facility.kind {
            Kind::Room => FacilityKind::Room,
            Kind::Car => FacilityKind::Car,
            Kind::Equipment => FacilityKind::Equipment,
        },
        capacity: i32::try_from(facility.capacity).ok().filter(|capacity| *capacity > 0),
        place: Some(facility.place.clone()),
        description: Some(facility.rules.to_owned()),
        booking_rules,
    })
}

/// A book of everyone whom the office deals with, which all may read, and for each user a few contacts of their own.
fn write_contacts(tx: &mut Tx<'_>, office: &Office) -> Result<(), FillFault> {
    let users = office.people.iter().take(USERS.len()).map(|person| Principal::person(person.id.clone()));
    for (nth, who) in users.enumerate() {
        if nth == 0 {
            let new = NewAddressBook { id: None, name: "取引先名簿".to_owned() };
            let book = contacts::create_address_book(tx, &who, new)?.into_inner();
            add_contacts(tx, &who, &book.id, &office.contacts, None)?;
            let share = ShareChange { grantee: ShareTarget::Everyone {}, role: Some(Role::Read) };
            contacts::change_share(tx, &who, &book.id, share)?;
        }
        let own = contacts::default_address_book(tx, &who.person)?;
        let some: Vec<Contact> =
            office.contacts.iter().cycle().skip(nth * OWN_CONTACTS).take(OWN_CONTACTS).cloned().collect();
        let uids = add_contacts(tx, &who, &own, &some, Some(nth))?;
        add_oddments(tx, &who, &own, &some, &uids)?;
    }
    Ok(())
}

/// What address books gather over the years: somebody who was noted twice, and a group of those who are called together.
fn add_oddments(
    tx: &mut Tx<'_>,
    who: &Principal,
    book: &AddressBookId,
    some: &[Contact],
    uids: &[String],
) -> Result<(), FillFault> {
    let again = some.first().map(|contact| {
        json!({
            "name": { "full": contact.name.full() },
            "emails": { "e1": { "address": contact.mail } },
            "notes": { "n1": { "note": "名刺から登録" } },
        })
    });
    let members: serde_json::Map<String, serde_json::Value> =
        uids.iter().take(3).map(|uid| (uid.clone(), true.into())).collect();
    let group = json!({ "kind": "group", "name": { "full": "災害時の連絡先" }, "members": members });
    for body in again.into_iter().chain([group]) {
        let draft = ContactDraft::read(body, tx.new_id(), tx.now()).map_err(FillFault::Drawn)?;
        contacts::add_cards(tx, who, book, vec![(draft.id, draft.card)])?;
    }
    Ok(())
}

/// Adds contacts under their own ids or, where they stand a second time for one user, under fresh ones. Answers with their uids.
fn add_contacts(
    tx: &mut Tx<'_>,
    who: &Principal,
    book: &AddressBookId,
    some: &[Contact],
    of_user: Option<usize>,
) -> Result<Vec<String>, FillFault> {
    let now = tx.now();
    let mut cards = Vec::with_capacity(some.len());
    for contact in some {
        let id = if of_user.is_none() { contact.id.clone() } else { tx.new_id() };
        let draft = ContactDraft::read(card(contact), id, now).map_err(FillFault::Drawn)?;
        cards.push((draft.id, draft.card));
    }
    let uids = cards.iter().map(|(_, card)| card.uid().to_owned()).collect();
    contacts::add_cards(tx, who, book, cards)?;
    Ok(uids)
}

fn card(contact: &Contact) -> serde_json::Value {
    let mut phones = json!({
        "p1": { "number": contact.phone, "features": { "voice": true }, "contexts": { "work": true } }
    });
    if let Some(mobile) = &contact.mobile {
        phones["p2"] =
            json!({ "number": mobile, "features": { "mobile": true }, "contexts": { "work": true } });
    }
    json!({
        "@type": "Card",
        "version": "1.0",
        "kind": "individual",
        "language": "ja",
        "name": {
            "full": contact.name.full(),
            "components": [
                { "kind": "surname", "value": contact.name.family, "phonetic": katakana(contact.name.family_kana) },
                { "kind": "given", "value": contact.name.given, "phonetic": katakana(contact.name.given_kana) },
            ],
            "isOrdered": true,
            "phoneticSystem": "kana",
        },
        "organizations": { "o1": { "name": contact.company, "units": [{ "name": contact.department }] } },
        "titles": { "t1": { "name": contact.title } },
        "emails": { "e1": { "address": contact.mail, "contexts": { "work": true } } },
        "phones": phones,
        "notes": { "n1": { "note": contact.note } },
        "keywords": { "取引先": true },
    })
}

fn unit_entry(office: &Office, at: usize, unit: &Unit) -> UnitEntry {
    UnitEntry {
        id: unit.id.clone(),
        name: unit.name.to_owned(),
        parent_id: unit.parent.and_then(|parent| unit_id(office, parent)),
        position: i32::try_from(at).unwrap_or(i32::MAX),
    }
}

fn unit_id(office: &Office, at: usize) -> Option<UnitId> {
    office.units.get(at).map(|unit| unit.id.clone())
}

fn person_entry(office: &Office, person: &Person) -> PersonEntry {
    let phone = |number: &str, kind| Phone { number: number.to_owned(), kind };
    let mut phones =
        vec![phone(&person.extension, PhoneKind::Extension), phone(&person.outside, PhoneKind::Outside)];
    phones.extend(person.mobile.iter().map(|number| phone(number, PhoneKind::Mobile)));
    phones.extend(person.shared.map(|number| phone(number, PhoneKind::Outside)));
    let posts = person.posts.iter().filter_map(|post| {
        Some(PostEntry {
            unit: unit_id(office, post.unit)?,
            title: Some(post.title.to_owned()),
            starts_on: None,
            ends_on: None,
        })
    });
    PersonEntry {
        id: person.id.clone(),
        name: PersonName { full: person.name.full(), phonetic: person.name.kana() },
        posts: posts.collect(),
        phones,
        emails: vec![person.mail.clone()],
        staff_number: Some(person.staff_number.clone()),
    }
}
