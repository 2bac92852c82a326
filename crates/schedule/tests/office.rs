//! A small office: people with names and addresses, and short ways to do what the tests do again and again.

use renraku_base::{
    CalendarId, ETag, Entropy, EventId, FacilityId, Fault, Id, Limit, PersonId, Precondition, Principal,
    Role, Timestamp,
};
use renraku_db::{CollectionId, Db, ObjectType, jobs as queue};
use renraku_people::{
    access,
    directory::{self, PersonEntry, PersonName, Phone, PhoneKind},
};
use renraku_schedule::{
    ScheduleFault, jobs,
    model::{EventDraft, EventPatch, EventView, FacilityDraft, LocalDateTime, Occurrence},
    service::{self, Scope, Window},
};
use serde_json::{Value, json};

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn local(text: &str) -> LocalDateTime {
    text.parse().unwrap()
}

/// From midnight to midnight in Tokyo.
pub fn days(from: &str, to: &str) -> Window {
    Window::new(at(&format!("{from}T00:00:00+09:00")), at(&format!("{to}T00:00:00+09:00"))).unwrap()
}

pub fn fresh<K>(db: &Db) -> Id<K> {
    Entropy.new_id(db.now())
}

/// A member of staff, by their family name.
pub fn person(db: &Db, name: &str) -> Principal {
    let id: PersonId = fresh(db);
    let entry = PersonEntry {
        id: id.clone(),
        name: PersonName { full: format!("{name} 花子"), phonetic: "はなこ".to_owned() },
        posts: Vec::new(),
        phones: vec![Phone { number: "7123".to_owned(), kind: PhoneKind::Extension }],
        emails: vec![format!("{}@office.example.jp", id.as_str())],
        staff_number: None,
    };
    db.write(|tx| {
        directory::service::put_person(tx, &entry).unwrap();
        access::set_groups(tx, &id, &[])
    })
    .unwrap();
    Principal::person(id)
}

pub fn default_calendar(db: &Db, who: &Principal) -> CalendarId {
    db.write(|tx| service::default_calendar(tx, &who.person)).unwrap()
}

pub fn room(db: &Db, name: &str) -> FacilityId {
    let draft: FacilityDraft =
        serde_json::from_value(json!({"name": name, "kind": "room", "capacity": 8})).unwrap();
    db.write(|tx| service::create_facility(tx, draft.clone())).unwrap().into_inner().id
}

/// Has someone look after a facility.
pub fn appoint(db: &Db, keeper: &Principal, facility: &FacilityId) {
    use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
    use renraku_db::schema::calendars;
    db.write(|tx| -> Result<(), renraku_db::Error> {
        let id = service::get_facility(tx, facility).unwrap().calendar_id;
        let bookings: i64 = calendars::table
            .filter(calendars::id.eq(id.as_str()))
            .select(calendars::collection_id)
            .first(tx.conn())?;
        let (object, grantee) = ((ObjectType::Calendar, &id), access::Grantee::Person(keeper.person.clone()));
        access::put_grant(tx, CollectionId(bookings), object, &grantee, Role::Manage).map(drop)
    })
    .unwrap();
}

pub fn draft(db: &Db, body: Value) -> EventDraft {
    EventDraft::read(body, fresh(db), db.now()).expect("a draft that can be read")
}

pub fn try_create(db: &Db, who: &Principal, body: Value) -> Result<EventView, ScheduleFault> {
    let draft = draft(db, body);
    Ok(db.write(|tx| service::create_event(tx, who, &draft))?.into_inner())
}

#[track_caller]
pub fn create(db: &Db, who: &Principal, body: Value) -> EventView {
    match try_create(db, who, body) {
        Ok(view) => view,
        Err(fault) => panic!("not created: {fault:?}"),
    }
}

pub fn try_patch(
    db: &Db,
    who: &Principal,
    event: &EventView,
    scope: Scope,
    body: Value,
) -> Result<EventView, ScheduleFault> {
    let patch = EventPatch::read(body).expect("a patch that can be read");
    let expected = Precondition::Match(vec![event.etag.clone()]);
    Ok(db.write(|tx| service::update_event(tx, who, &event.id, &patch, scope, &expected))?.into_inner())
}

#[track_caller]
pub fn patch(db: &Db, who: &Principal, event: &EventView, scope: Scope, body: Value) -> EventView {
    match try_patch(db, who, event, scope, body) {
        Ok(view) => view,
        Err(fault) => panic!("not changed: {fault:?}"),
    }
}

pub fn try_delete(
    db: &Db,
    who: &Principal,
    id: &EventId,
    scope: Scope,
    etag: &ETag,
) -> Result<(), ScheduleFault> {
    let expected = Precondition::Match(vec![etag.clone()]);
    db.write(|tx| service::delete_event(tx, who, id, scope, &expected))?;
    Ok(())
}

pub fn get(db: &Db, who: &Principal, id: &EventId) -> Result<EventView, ScheduleFault> {
    db.read(|tx| service::get_event(tx, who, id))
}

pub fn reply(db: &Db, who: &Principal, id: &EventId, body: Value) -> Result<EventView, ScheduleFault> {
    let answer: service::Answer = serde_json::from_value(body).unwrap();
    Ok(db.write(|tx| service::reply_event(tx, who, id, &answer))?.into_inner())
}

/// Everything that `who` sees in a window, page by page.
pub fn occurrences(db: &Db, who: &Principal, window: Window) -> Vec<Occurrence> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let limit = Limit::new(7).unwrap();
        let page =
            db.read(|tx| service::list_occurrences(tx, who, window, None, cursor.as_ref(), limit)).unwrap();
        all.extend(page.items);
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => return all,
        }
    }
}

pub fn starts(occurrences: &[Occurrence]) -> Vec<String> {
    occurrences.iter().map(|it| it.start.to_string()).collect()
}

pub fn titles(db: &Db, who: &Principal, window: Window) -> Vec<Option<String>> {
    occurrences(db, who, window).into_iter().map(|it| it.title).collect()
}

pub fn code<T: std::fmt::Debug>(result: Result<T, ScheduleFault>) -> &'static str {
    match result {
        Ok(value) => panic!("it was not refused: {value:?}"),
        Err(fault) => fault.code(),
    }
}

/// Runs every due job of the schedule, and those that they put into the queue.
pub fn run_due_jobs(db: &Db) -> usize {
    let mut count = 0;
    loop {
        let claimed = db
            .write(|tx| queue::claim(tx, queue::Kinds::ALL, 100, std::time::Duration::from_secs(60)))
            .unwrap();
        if claimed.is_empty() {
            return count;
        }
        for job in claimed {
            db.write(|tx| {
                jobs::run(tx, &job.kind, &job.payload)?;
                Ok::<_, ScheduleFault>(queue::finish(tx, &job.id)?)
            })
            .unwrap();
            count += 1;
        }
    }
}
