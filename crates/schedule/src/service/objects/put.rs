use std::borrow::Cow;

use renraku_base::{ETag, EventId, Precondition, Principal, Role};
use renraku_db::{Changed, Tx};
use renraku_notify::NotificationType;

use super::{
    Expectation, ObjectCalendar, ObjectFault, ObjectHead, ObjectKind, adopt, answer,
    apply::apply,
    arrival::{Arrival, Origin},
    book::{book, tell},
    elsewhere, facilities,
    list::heads,
    organizer, parameters,
    read::{ids_of, make_way, schedule_tag},
    reader,
    shown::Shown,
    tasks,
};
use crate::{
    ScheduleFault,
    codec::ical::{self, Contents},
    jobs::{self, News},
    model::{Event, EventDraft},
    rules::merge::keep_answers,
    service::{
        create_event::create,
        staff,
        update_event::open_in,
        view::{BUSY, without_alerts},
    },
    store::{self, calendars::StoredCalendar, events::StoredEvent, objects::OfUid},
};

/// The largest text of an object, in bytes.
pub const OBJECT_BYTES: usize = 512 * 1024;

/// What became of an object that was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// Whether it is new.
    pub created: bool,
    /// The tag of the text; `None` when the text is not as it was sent.
    pub etag: Option<ETag>,
    /// The schedule tag of an event in which others take part.
    pub schedule_tag: Option<ETag>,
}

/// The name that an object is to have, and what has it.
struct Named<'a> {
    name: &'a str,
    origin: Origin,
    /// What has the name, or had it.
    holder: Option<String>,
    /// The same, where it is there.
    there: Option<ObjectHead>,
}

/// The events of a UID that is free in a calendar.
#[derive(Default)]
struct Known {
    /// Those that its owner put away there.
    put_away: Vec<EventId>,
    /// Those that are not there, and may be in another calendar of its owner or of who stores.
    elsewhere: Vec<EventId>,
}

/// That a UID belongs to an object of a calendar, which is named to whoever sees it.
pub(super) fn uid_taken(
    tx: &mut Tx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    id: &str,
) -> Result<ObjectFault, ObjectFault> {
    let name = heads(tx, who, calendar, &[id])?.remove(id).map(|head| head.name);
    Ok(ObjectFault::UidTaken { name })
}

/// Stores the text of an object under a name in a calendar: makes it, or turns what is there into it, with all that follows for
/// those who take part and for what it books.
///
/// # Errors
/// [`ObjectFault`].
pub fn put(
    tx: &mut Tx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    name: &str,
    text: &str,
    expected: &Expectation,
) -> Result<Changed<Put>, ObjectFault> {
    store_named(tx, who, (calendar, name, Origin::Sent), text, expected)
}

/// The same with the text of an object at another place.
pub(super) fn put_carried(
    tx: &mut Tx<'_>,
    who: &Principal,
    (calendar, name): (&ObjectCalendar, &str),
    (text, origin): (&str, Origin),
) -> Result<Changed<Put>, ObjectFault> {
    store_named(tx, who, (calendar, name, origin), text, &Expectation::NONE)
}

fn store_named(
    tx: &mut Tx<'_>,
    who: &Principal,
    (calendar, name, origin): (&ObjectCalendar, &str, Origin),
    text: &str,
    expected: &Expectation,
) -> Result<Changed<Put>, ObjectFault> {
    let writable = calendar.hold_to_write(tx, who);
    let holder = ids_of(tx, calendar, &[name])?.remove(name);
    let there = match &holder {
        Some(id) => heads(tx, who, calendar, &[id])?.remove(id),
        None => None,
    };
    if there.is_none() {
        make_way(tx, calendar, holder.as_deref(), expected.is_not == Precondition::None)?;
    }
    expected.check(tx, (who, calendar), there.as_ref())?;
    if text.len() > OBJECT_BYTES {
        return Err(ObjectFault::TooLarge);
    }
    let clean = ical::without_controls(text);
    let (home, role) = match writable {
        Err(ScheduleFault::Forbidden) => {
            let uid = String::new();
            let arrival = Arrival { calendar, name, origin, holder, uid, text: &clean };
            return reader::keep_alarms(tx, who, &arrival, there.as_ref());
        }
        writable => writable?,
    };
    let named = Named { name, origin, holder, there };
    let described = ical::with_zones(&clean);
    let put = store_object(tx, who, calendar, (home, role), (named, &clean, &described))?;
    // A text out of which characters were left, whose lines ended otherwise, or that named zones alone, is not as it was sent.
    let is_same = |text: &Cow<'_, str>| matches!(text, Cow::Borrowed(_));
    let as_sent = is_same(&clean) && is_same(&described) && is_shown(tx, who, (calendar, name), put.get())?;
    Ok(put.map(|put| Put { etag: put.etag.filter(|_| as_sent), ..put }))
}

/// Whether whoever stored a text in a calendar of another is shown it under the tag that they are to be told: what is not public may be
/// its owner's alone, and what was there already keeps its tag.
fn is_shown(
    tx: &mut Tx<'_>,
    who: &Principal,
    (calendar, name): (&ObjectCalendar, &str),
    put: &Put,
) -> Result<bool, ScheduleFault> {
    if calendar.is_mine() || put.etag.is_none() {
        return Ok(true);
    }
    let Some(id) = ids_of(tx, calendar, &[name])?.remove(name) else { return Ok(false) };
    Ok(heads(tx, who, calendar, &[&id])?.remove(&id).map(|head| head.etag) == put.etag)
}

fn store_object(
    tx: &mut Tx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    (home, role): (StoredCalendar, Role),
    (named, sent, text): (Named<'_>, &str, &str),
) -> Result<Changed<Put>, ObjectFault> {
    // What is wrong is told with its line as it was sent.
    let object = ical::read_object(sent.as_bytes())?;
    let kind = match object.contents {
        Contents::Event(_) => ObjectKind::Event,
        Contents::Task => ObjectKind::Task,
    };
    calendar.check_kind(tx, who, kind)?;
    let Named { name, origin, holder, there } = named;
    // Whoever sees busy time alone is shown another UID than the event has, too.
    if there.as_ref().is_some_and(|head| head.etag.is_of_view(BUSY)) {
        return Err(ScheduleFault::Forbidden.into());
    }
    let arrival = Arrival { calendar, name, origin, holder, uid: object.uid, text };
    let known = arrival.check_uid(tx, who, (&home, there.as_ref()))?;
    match (object.contents, there) {
        (Contents::Task, None) => arrival.put_task(tx, who, None),
        (Contents::Task, Some(head)) if head.kind == ObjectKind::Task => {
            arrival.put_task(tx, who, Some(&head))
        }
        (Contents::Event(sent), None) => {
            let Known { put_away, elsewhere } = if origin == Origin::Sent { known } else { Known::default() };
            if let Some(id) = organizer::invitation_among(tx, &home, put_away, &sent)? {
                return answer::bring_back(tx, who, &arrival, &id, &sent);
            }
            match elsewhere::find(tx, who, &home, elsewhere, &sent)? {
                Some(stored) => arrival.bring_over(tx, who, &stored, *sent),
                None => arrival.create(tx, who, (home, role), *sent),
            }
        }
        (Contents::Event(sent), Some(head)) if head.kind == ObjectKind::Event => {
            arrival.replace(tx, who, &EventId::stored(head.id), *sent)
        }
        (Contents::Task | Contents::Event(_), Some(_)) => {
            Err(ObjectFault::Shape("an event does not turn into a task, nor a task into an event"))
        }
    }
}

impl Arrival<'_> {
    /// Refuses a UID that is in use under another name, and another UID under a name that is in use. Gives back the events of this
    /// UID that are not seen there, where nothing else has it.
    fn check_uid(
        &self,
        tx: &mut Tx<'_>,
        who: &Principal,
        (home, there): (&StoredCalendar, Option<&ObjectHead>),
    ) -> Result<Known, ObjectFault> {
        let owner = home.owner();
        let people = [owner.as_ref(), Some(&who.person)];
        let OfUid { mut events, task, elsewhere } =
            store::objects::list_by_uid(tx, (self.calendar.collection, people), &self.uid)?;
        let is_there = |id: &str| there.is_some_and(|head| head.id == id);
        if task.as_deref().is_some_and(is_there) || events.iter().any(|it| is_there(it.id.as_str())) {
            return Ok(Known::default());
        }
        let put_away = events.extract_if(.., |it| it.hidden).map(|it| it.id).collect();
        // What is the owner's own comes before what they are invited to.
        let here = &self.calendar.calendar.id;
        let own = events.iter().find(|it| it.calendar == *here).map(|it| it.id.as_str());
        let invitation = events.first().filter(|_| self.origin != Origin::Moved).map(|it| it.id.as_str());
        match (own.or(task.as_deref()).or(invitation), there) {
            (None, None) => Ok(Known { put_away, elsewhere }),
            (Some(id), _) => Err(uid_taken(tx, who, self.calendar, id)?),
            (None, Some(head)) => Err(ObjectFault::UidTaken { name: Some(head.name.clone()) }),
        }
    }

    fn put_task(
        &self,
        tx: &mut Tx<'_>,
        who: &Principal,
        there: Option<&ObjectHead>,
    ) -> Result<Changed<Put>, ObjectFault> {
        let id = match there {
            Some(head) => head.id.clone(),
            None => tx.new_id::<()>().into_string(),
        };
        let before = match there {
            // Its tag may be that of the task with what the sender keeps with it.
            Some(_) if !self.calendar.is_mine() => {
                store::objects::list_by_object(tx, self.calendar.collection, &[&id])?.pop()
            }
            _ => None,
        };
        let tag = before.as_ref().map(|it| it.etag.as_str()).or(there.map(|head| head.etag.as_str()));
        let etag = tasks::next_tag(tx, tag);
        let mut task = self.object(&id, ObjectKind::Task, etag.as_str());
        if !self.calendar.is_mine() {
            let owners = before.as_ref().and_then(|before| before.body.as_deref()).unwrap_or_default();
            let alarms = ical::move_alarms(&ical::alarms_of(owners), owners, self.text);
            task.body = Some(ical::with_alarms_of(self.text, &alarms));
            if let Some(before) = before.filter(|before| before.body == task.body && before.name == task.name)
            {
                // To everybody else it is as it was.
                task = before;
            }
        }
        let recorded = tasks::put(tx, &task)?;
        if !self.calendar.is_mine() {
            tasks::keep_alarms(tx, who, &task, self.text)?;
        }
        // In a calendar of another, alarms are left out of what is stored and of what is shown.
        let as_sent = self.calendar.is_mine() || !ical::has_alarms(self.text);
        Ok(recorded.with(Put {
            created: there.is_none(),
            etag: Some(etag).filter(|_| as_sent),
            schedule_tag: None,
        }))
    }

    fn create(
        &self,
        tx: &mut Tx<'_>,
        who: &Principal,
        (home, role): (StoredCalendar, Role),
        mut sent: Event,
    ) -> Result<Changed<Put>, ObjectFault> {
        let invited = facilities::find(tx, &mut sent)?;
        if !organizer::organized_by(tx, &home, who, &sent, &invited, self.text)? {
            return adopt::create(tx, who, self, &home, sent);
        }
        organizer::write_for_owner(tx, &home, who, &mut sent)?;
        // Everybody is told of what is new.
        parameters::take(&mut sent);
        let id = tx.new_id();
        let (made, refused) = book(tx, &sent, invited, |tx, event, facility_ids| {
            let calendar_id = Some(home.id.clone());
            let draft = EventDraft { id: EventId::clone(&id), calendar_id, facility_ids, event };
            create(tx, who, draft, (home.clone(), role))
        })?;
        tell(tx, &id, &sent, refused)?;
        let put = self.keep_event(tx, (made.get(), self.is_whole(None)), true)?;
        Ok(made.map(|_| put))
    }

    pub(super) fn replace(
        &self,
        tx: &mut Tx<'_>,
        who: &Principal,
        id: &EventId,
        mut sent: Event,
    ) -> Result<Changed<Put>, ObjectFault> {
        let mut before = match open_in(tx, who, (&self.calendar.calendar.id, id)) {
            Ok(opened) => opened,
            // What was made elsewhere is its guest's alone to answer.
            Err(ScheduleFault::NotOrganizer | ScheduleFault::Forbidden) if !self.calendar.is_mine() => {
                let there = heads(tx, who, self.calendar, &[id.as_str()])?.remove(id.as_str());
                return reader::keep_alarms(tx, who, self, there.as_ref());
            }
            Err(ScheduleFault::NotOrganizer) => return answer::answer(tx, who, self, id, &sent),
            Err(fault) => return Err(fault.into()),
        };
        if organizer::is_taken_over(tx, who, &before, (&sent, self.text))? {
            organizer::take_over(tx, &before)?;
            return self.replace(tx, who, id, sent);
        }
        let is_whole = self.is_whole(Some(&before.stored.event));
        let mut kept = None;
        if !self.calendar.is_mine() {
            kept = answer::keep(tx, who, self, id, &sent)?;
            sent = without_alerts(sent);
        }
        if organizer::is_of_others(tx, who, &before, (&sent, self.text))? {
            before.stored.organizer = None;
        }
        if before.stored.organizer.is_none() {
            return adopt::replace(tx, who, self, &before, &sent);
        }
        organizer::write_for_owner(tx, &before.home, who, &mut sent)?;
        let forced = parameters::take(&mut sent);
        let shown = Shown::of(tx, self.calendar, &before.stored)?;
        if !shown.names_organizer_of(&sent)
            && organizer::is_another(tx, (&before.stored, &before.home), &sent)?
        {
            return Err(ObjectFault::OtherOrganizer);
        }
        if !self.calendar.is_mine() {
            self.leave_out_exceptions_for_alarms(&mut sent, &shown.event)?;
        }
        let mut invited = facilities::find(tx, &mut sent)?;
        facilities::ask_again(&mut invited, &sent, &shown.event);
        if shown.books {
            facilities::drop_lone_organizer(&mut sent);
        }
        let (changed, refused) = book(tx, &sent, invited, |tx, event, facility_ids| {
            let mut merged = self.merge(&before.stored.event, &shown.event, &event)?;
            keep_answers(&before.stored.event, &mut merged);
            if self.changes_nothing(&before.stored, &merged) && facility_ids == before.stored.facilities {
                return Ok(None);
            }
            apply(tx, who, id, merged, &facility_ids).map(Some)
        })?;
        tell(tx, id, &sent, refused)?;
        tell_by_all_means(tx, who, &before.stored, &forced)?;
        let Some(changed) = changed else {
            let schedule_tag =
                schedule_tag(&before.stored.event, &before.seen.event, &before.seen.facility_ids);
            let put = Put { created: false, etag: None, schedule_tag };
            return Ok(kept.map_or_else(|| Changed::nothing(put.clone()), |kept| kept.map(|_| put.clone())));
        };
        let put = self.keep_event(tx, (changed.get(), is_whole), false)?;
        Ok(changed.map(|_| put))
    }
}

/// Has those told again for whom the organizer's client asked so (RFC 6638 §7.2), unless they are told of the change anyway.
fn tell_by_all_means(
    tx: &mut Tx<'_>,
    who: &Principal,
    before: &StoredEvent,
    forced: &[String],
) -> Result<(), ScheduleFault> {
    if forced.is_empty() {
        return Ok(());
    }
    let stored = store::events::get(tx, &before.id)?.ok_or(ScheduleFault::NotFound)?;
    let mut named = stored.event.clone();
    staff::leave_out_uninvited(tx, &mut named)?;
    named.participants.retain(|_, it| {
        let address = it.calendar_address.as_deref().unwrap_or_default();
        forced.iter().any(|forced| forced.eq_ignore_ascii_case(address))
    });
    let (staff, outside) = jobs::audience(&named, stored.organizer.as_ref());
    let (stored, occurrence) = (&stored, None);
    if stored.event.sequence == before.event.sequence {
        let news = News { kind: NotificationType::Invited, stored, occurrence, removed: false };
        return jobs::tell_again(tx, who, news, (staff, outside));
    }
    jobs::tell(
        tx,
        who,
        News { kind: NotificationType::Moved, stored, occurrence, removed: false },
        staff,
        outside,
    )
}
