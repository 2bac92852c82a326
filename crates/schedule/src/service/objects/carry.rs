use renraku_base::{ETag, EventId, FieldFault, Precondition, Principal};
use renraku_db::{Changed, Tx};
use serde_json::json;

use super::{
    Expectation, ObjectCalendar, ObjectFault, ObjectHead, ObjectKind,
    arrival::Origin,
    delete, get,
    list::heads,
    put::{Put, put_carried, uid_taken},
    read::{get_schedule_tag, ids_of, make_way},
};
use crate::{
    ScheduleFault,
    codec::ical,
    jobs,
    model::{EventPatch, Own},
    rules::recurrence,
    service::{
        ScheduleReply,
        create_event::writable,
        update_event::{Scope, update_event},
        view::with_kept_alarms_of,
    },
    store::{
        self,
        objects::{OfUid, StoredObject},
    },
};

/// What became of an object that was carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Whether something gave way to it.
    pub replaced: bool,
    /// The schedule tag of an event in which others take part.
    pub schedule_tag: Option<ETag>,
}

/// An object on its way from one calendar and name to another.
#[derive(Debug, Clone, Copy)]
pub struct Carry<'a> {
    /// Where it is.
    pub from: (&'a ObjectCalendar, &'a str),
    /// Where it goes.
    pub to: (&'a ObjectCalendar, &'a str),
    /// Whether what is there gives way.
    pub overwrite: bool,
    /// What the client expects of it.
    pub expected: &'a Expectation,
    /// Whether the organizer of what leaves the person's calendars by it hears so.
    pub reply: ScheduleReply,
}

impl Carry<'_> {
    /// Refuses what is not as the client expects, and what is to go to where it is.
    fn check(&self, tx: &mut Tx<'_>, who: &Principal, head: &ObjectHead) -> Result<(), ObjectFault> {
        self.expected.check(tx, (who, self.from.0), Some(head))?;
        let same = self.from.0.collection == self.to.0.collection && self.from.1 == self.to.1;
        if same { Err(ObjectFault::Same) } else { Ok(()) }
    }

    /// Makes room at the destination; whether something was there. Only a version of the same gives way (RFC 4791 §5.3.2.1).
    fn make_room(&self, tx: &mut Tx<'_>, who: &Principal) -> Result<bool, ObjectFault> {
        let there = get(tx, who, self.to.0, &[self.to.1])?.pop().flatten();
        let holder = ids_of(tx, self.to.0, &[self.to.1])?.remove(self.to.1);
        if there.is_none() {
            make_way(tx, self.to.0, holder.as_deref(), self.overwrite)?;
        }
        match there {
            None => Ok(false),
            Some(_) if !self.overwrite => Err(ObjectFault::Stale),
            Some(there) => {
                writable(tx, who, Some(&self.to.0.calendar.id))?;
                if !self.is_of_the_same(tx, who, &there.head)? {
                    return Err(ObjectFault::UidTaken { name: Some(there.head.name) });
                }
                delete(tx, who, self.to, &Expectation::NONE, self.reply)?;
                // An invitation is declined by it, and may come back.
                make_way(tx, self.to.0, holder.as_deref(), self.overwrite)?;
                Ok(true)
            }
        }
    }

    /// Whether what is at the destination has the UID of what comes.
    fn is_of_the_same(
        &self,
        tx: &mut Tx<'_>,
        who: &Principal,
        there: &ObjectHead,
    ) -> Result<bool, ObjectFault> {
        let object = get(tx, who, self.from.0, &[self.from.1])?.pop().flatten();
        let object = object.ok_or(ScheduleFault::NotFound)?;
        let uid = ical::read_object(object.text.as_bytes())?.uid;
        let OfUid { events, task, .. } =
            store::objects::list_by_uid(tx, (self.to.0.collection, [None; 2]), &uid)?;
        Ok(task.as_deref() == Some(&there.id) || events.iter().any(|it| it.id.as_str() == there.id))
    }

    /// Stores a copy of it under another name. What others take part in has one place.
    ///
    /// # Errors
    /// [`ObjectFault`].
    pub fn copy(&self, tx: &mut Tx<'_>, who: &Principal) -> Result<Changed<Carried>, ObjectFault> {
        let object = get(tx, who, self.from.0, &[self.from.1])?.pop().flatten();
        let object = object.ok_or(ScheduleFault::NotFound)?;
        self.check(tx, who, &object.head)?;
        if object.schedule_tag.is_some() {
            return Err(ObjectFault::OnePlace);
        }
        let replaced = self.make_room(tx, who)?;
        let put = put_carried(tx, who, self.to, (&object.text, Origin::Copied))?;
        Ok(put.map(|put| Carried { replaced, schedule_tag: put.schedule_tag }))
    }

    /// Moves it. An event keeps its organizer: into the calendar of another only what nobody takes part in
    /// moves, and is stored there anew.
    ///
    /// # Errors
    /// [`ObjectFault`].
    pub fn move_(&self, tx: &mut Tx<'_>, who: &Principal) -> Result<Changed<Carried>, ObjectFault> {
        let (from, name) = self.from;
        let id = ids_of(tx, from, &[name])?.remove(name).ok_or(ScheduleFault::NotFound)?;
        let head = heads(tx, who, from, &[&id])?.remove(&id).ok_or(ScheduleFault::NotFound)?;
        self.check(tx, who, &head)?;
        let (source, _) = writable(tx, who, Some(&from.calendar.id))?;
        let (target, _) = writable(tx, who, Some(&self.to.0.calendar.id))?;
        let same_owner = source.owner_id == target.owner_id;
        if !same_owner && get_schedule_tag(tx, who, from, &head)?.is_some() {
            return Err(ObjectFault::OnePlace);
        }
        let replaced = self.make_room(tx, who)?;
        if head.kind == ObjectKind::Task {
            let task = Carried { replaced, schedule_tag: None };
            return Ok(self.carry_task(tx, who, &id, same_owner)?.map(|_| task));
        }
        if from.collection == self.to.0.collection {
            let put = self.rename(tx, who, &EventId::stored(id))?;
            return Ok(put.map(|put| Carried { replaced, schedule_tag: put.schedule_tag }));
        }
        if !same_owner {
            let put = self.store_anew(tx, who, self.reply)?;
            return Ok(put.map(|put| Carried { replaced, schedule_tag: put.schedule_tag }));
        }
        let schedule_tag = self.move_event(tx, who, (&id, &head))?;
        Ok(schedule_tag.map(|schedule_tag| Carried { replaced, schedule_tag }))
    }

    /// Moves an event between two calendars of its owner, and gives back its schedule tag.
    fn move_event(
        &self,
        tx: &mut Tx<'_>,
        who: &Principal,
        (id, head): (&str, &ObjectHead),
    ) -> Result<Changed<Option<ETag>>, ObjectFault> {
        let from = self.from.0;
        let patch = EventPatch::read(json!({"calendarId": self.to.0.calendar.id}))
            .map_err(|faults: Vec<FieldFault>| ScheduleFault::Invalid(faults))?;
        let row = store::objects::list_by_object(tx, from.collection, &[id])?.into_iter().next();
        self.refuse_taken_uid(tx, who, id)?;
        let event = EventId::stored(id.to_owned());
        let moved = update_event(tx, who, &event, &patch, Scope::All, &Precondition::None)?;
        let view = moved.get();
        let stored = StoredObject {
            collection: self.to.0.collection,
            object: view.id.as_str().to_owned(),
            name: self.to.1.to_owned(),
            component: ObjectKind::Event.component().to_owned(),
            uid: view.event.uid.clone(),
            // Its text says no less than before, if it said all.
            etag: match &row {
                Some(row) if row.etag == head.etag.as_str() => view.etag.as_str().to_owned(),
                _ => String::new(),
            },
            body: row.and_then(|row| row.body),
        };
        store::objects::put(tx, &stored)?;
        let there = ObjectHead { etag: view.etag.clone(), name: self.to.1.to_owned(), ..head.clone() };
        let schedule_tag = get_schedule_tag(tx, who, self.to.0, &there)?;
        Ok(moved.map(|_| schedule_tag))
    }

    /// Stores an event under another name in the same calendar: with it go the alerts of everybody else.
    fn rename(&self, tx: &mut Tx<'_>, who: &Principal, id: &EventId) -> Result<Changed<Put>, ObjectFault> {
        let before = store::events::get(tx, id)?.ok_or(ScheduleFault::NotFound)?;
        let kept = store::reader_alerts::list_of(tx, id)?;
        let stored = self.store_anew(tx, who, ScheduleReply::Withhold)?;
        let there = ids_of(tx, self.to.0, &[self.to.1])?.remove(self.to.1).map(EventId::stored);
        let Some(new) = there.map(|id| store::events::get(tx, &id)).transpose()?.flatten() else {
            return Ok(stored);
        };
        let mut after = new.clone();
        if !self.from.0.is_mine() {
            // The one who renames it was not shown those of its owner.
            after.event = Own::of(&before.event).instead(after.event, recurrence::has_occurrence);
            after.event = with_kept_alarms_of(after.event, &before.event);
        }
        if after != new {
            after.version = tx.next_version(Some(new.version));
            store::events::put(tx, &after)?;
        }
        let (zone, now) = (self.to.0.calendar.time_zone, tx.now());
        jobs::remind_next(tx, &after, zone, now)?;
        for (person, own) in kept.into_iter().filter(|(person, _)| *person != who.person) {
            store::reader_alerts::put(tx, &person, &after.id, &own)?;
            jobs::remind_reader(tx, &after, (&person, &own), zone, now)?;
        }
        Ok(stored)
    }

    /// Refuses to move an event to where its UID is that of something else.
    fn refuse_taken_uid(&self, tx: &mut Tx<'_>, who: &Principal, id: &str) -> Result<(), ObjectFault> {
        let to = self.to.0;
        let stored =
            store::events::get(tx, &EventId::stored(id.to_owned()))?.ok_or(ScheduleFault::NotFound)?;
        let other = match store::events::find_by_uid(tx, &to.calendar.id, &stored.event.uid)? {
            Some(other) => Some(other.id.into_string()),
            None => store::objects::list_by_uid(tx, (to.collection, [None; 2]), &stored.event.uid)?.task,
        };
        match other.filter(|other| other != id) {
            Some(other) => Err(uid_taken(tx, who, to, &other)?),
            None => Ok(()),
        }
    }

    /// Moves a task. Its owner's alarms, which nobody else is shown, go with it between calendars of theirs.
    fn carry_task(
        &self,
        tx: &mut Tx<'_>,
        who: &Principal,
        id: &str,
        same_owner: bool,
    ) -> Result<Changed<Put>, ObjectFault> {
        let row = store::objects::list_by_object(tx, self.from.0.collection, &[id])?.pop();
        let same_calendar = self.from.0.collection == self.to.0.collection;
        let kept = store::reader_alerts::list_of(tx, &EventId::stored(id.to_owned()))?;
        let stored = self.store_anew(tx, who, ScheduleReply::Withhold)?;
        let owners = row.and_then(|row| row.body).filter(|_| same_owner && !self.from.0.is_mine());
        let there = ids_of(tx, self.to.0, &[self.to.1])?.remove(self.to.1);
        let others = kept.into_iter().filter(|(person, _)| same_calendar && *person != who.person);
        for (person, own) in others {
            let Some(there) = there.clone() else { break };
            store::reader_alerts::put(tx, &person, &EventId::stored(there), &own)?;
        }
        if let (Some(body), Some(there)) = (owners, there)
            && let Some(task) = store::objects::list_by_object(tx, self.to.0.collection, &[&there])?.pop()
        {
            store::objects::put(tx, &StoredObject { body: Some(body), ..task })?;
        }
        Ok(stored)
    }

    /// Stores it under the new name and takes it away from the old one.
    fn store_anew(
        &self,
        tx: &mut Tx<'_>,
        who: &Principal,
        reply: ScheduleReply,
    ) -> Result<Changed<Put>, ObjectFault> {
        let object = get(tx, who, self.from.0, &[self.from.1])?.pop().flatten();
        let object = object.ok_or(ScheduleFault::NotFound)?;
        if object.schedule_tag.is_some() {
            return Err(ObjectFault::OnePlace);
        }
        delete(tx, who, self.from, &Expectation::NONE, reply)?;
        put_carried(tx, who, self.to, (&object.text, Origin::Moved))
    }
}
