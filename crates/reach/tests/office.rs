//! A small office, and short ways to do what the tests do again and again.

use renraku_base::{Entropy, Fault, Language, PersonId, Precondition, Principal};
use renraku_db::{Changed, CollectionKind, Db, ObjectType, Tx, changes};
use renraku_notify::{Notification, service as notify};
use renraku_people::{
    access,
    directory::{PersonEntry, PersonName, Phone, PhoneKind, service as directory},
};
use renraku_reach::{
    ReachFault,
    model::{NewPhoneMemo, PhoneMemo, PhoneMemoPatch},
    service,
};
use serde_json::Value;

pub const ANY: Precondition = Precondition::Exists;

/// A member of staff, by their family name.
pub fn person(db: &Db, name: &str) -> Principal {
    let id: PersonId = Entropy.new_id(db.now());
    let phone = |number: &str, kind| Phone { number: number.to_owned(), kind };
    let entry = PersonEntry {
        id: id.clone(),
        name: PersonName { full: format!("{name} 花子"), phonetic: "はなこ".to_owned() },
        posts: Vec::new(),
        phones: vec![phone("7123", PhoneKind::Extension), phone("080-0000-7123", PhoneKind::Mobile)],
        emails: vec![format!("{}@office.example.jp", id.as_str())],
        staff_number: None,
    };
    db.write(|tx| {
        directory::put_person(tx, &entry).unwrap();
        access::set_groups(tx, &id, &[])
    })
    .unwrap();
    Principal::person(id)
}

/// What an operation made.
#[track_caller]
pub fn made<T>(db: &Db, operation: impl Fn(&mut Tx<'_>) -> Result<Changed<T>, ReachFault>) -> T {
    db.write(operation).unwrap().into_inner()
}

pub fn memo(body: Value) -> NewPhoneMemo {
    serde_json::from_value(body).unwrap()
}

#[track_caller]
pub fn write(db: &Db, author: &Principal, body: Value) -> PhoneMemo {
    let new = memo(body);
    made(db, |tx| service::create_memo(tx, author, new.clone()))
}

pub fn get(db: &Db, who: &Principal, memo: &PhoneMemo) -> Result<PhoneMemo, ReachFault> {
    db.read(|tx| service::get_memo(tx, who, &memo.id))
}

pub fn patch(db: &Db, who: &Principal, memo: &PhoneMemo, body: Value) -> Result<PhoneMemo, ReachFault> {
    let patch: PhoneMemoPatch = serde_json::from_value(body).unwrap();
    let seen = Precondition::Match(vec![memo.etag.clone()]);
    Ok(db.write(|tx| service::update_memo(tx, who, &memo.id, patch, &seen))?.into_inner())
}

/// The code with which an operation is refused, and the fields at fault.
pub fn refusal<T>(result: Result<T, ReachFault>) -> (&'static str, Vec<String>) {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(fault) => {
            let fields = fault.fields().into_iter().map(|field| format!("{} {}", field.pointer, field.code));
            (fault.code(), fields.collect())
        }
    }
}

/// The changes of memos in somebody's feed, oldest first, each with whether the memo went away.
pub fn told(db: &Db, who: &Principal) -> Vec<(String, bool)> {
    db.read(|tx| {
        let feeds = changes::find_by_owner(tx, CollectionKind::Notifications, Some(who.person.as_str()))?;
        let rows = changes::since(tx, feeds[0], 0, 1_000)?;
        let memos = rows.into_iter().filter(|row| row.object_type == ObjectType::PhoneMemo);
        Ok::<_, renraku_db::Error>(memos.map(|row| (row.object, row.gone)).collect())
    })
    .unwrap()
}

pub fn notifications(db: &Db, who: &Principal) -> Vec<Notification> {
    let list = db.read(|tx| {
        notify::list_notifications(tx, who, false, None, renraku_base::Limit::default(), Language::Ja)
    });
    list.unwrap().items
}
