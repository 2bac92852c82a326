use renraku_base::ETag;
use renraku_db::Tx;

use super::{
    ObjectCalendar, ObjectFault, ObjectKind, put::Put, read::schedule_tag, reader, text::names_unread,
};
use crate::{
    ScheduleFault,
    codec::ical,
    model::{Event, EventView, LocalDateTime},
    rules::merge::{merge, merge_of_reader},
    service::view::without_alerts,
    store::{self, events::StoredEvent, objects::StoredObject},
};

/// Where a text comes from. What is an object already stays the one that it is: it answers nobody, and brings no invitation back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A client sent it.
    Sent,
    /// It is that of an object which stays.
    Copied,
    /// It is that of an object which leaves its place: an invitation of its UID does not keep it from its new one.
    Moved,
}

/// A text on its way into a calendar.
pub(super) struct Arrival<'a> {
    pub calendar: &'a ObjectCalendar,
    pub name: &'a str,
    pub origin: Origin,
    /// What has the name, or had it.
    pub holder: Option<String>,
    pub uid: String,
    pub text: &'a str,
}

impl Arrival<'_> {
    /// Keeps the name, and the text where it says all that is to be said.
    pub fn keep(&self, tx: &mut Tx<'_>, id: &str, kind: ObjectKind, etag: &str) -> Result<(), ScheduleFault> {
        let object = self.object(id, kind, etag);
        self.free_name(tx, &object)?;
        Ok(store::objects::put_named(tx, &object)?)
    }

    /// Takes the name away from what had it before.
    fn free_name(&self, tx: &mut Tx<'_>, object: &StoredObject) -> Result<(), ScheduleFault> {
        match self.holder.as_ref().is_some_and(|holder| *holder != object.object) {
            true => Ok(store::objects::free_name(tx, object)?),
            false => Ok(()),
        }
    }

    /// What is stored of it as an object.
    pub fn object(&self, id: &str, kind: ObjectKind, etag: &str) -> StoredObject {
        StoredObject {
            collection: self.calendar.collection,
            object: id.to_owned(),
            name: self.name.to_owned(),
            component: kind.component().to_owned(),
            uid: self.uid.clone(),
            etag: etag.to_owned(),
            body: Some(self.text.to_owned()),
        }
    }

    /// Whether the text says of alarms what is to be said to everybody; `before` is the event that it is put into. In a calendar of
    /// another none may come in or be left out: those of whoever sent it are theirs alone, and those of the owner are not in it.
    pub fn is_whole(&self, before: Option<&Event>) -> bool {
        self.calendar.is_mine()
            || !ical::has_alarms(self.text)
                && before.is_none_or(|event| without_alerts(event.clone()) == *event)
    }

    /// What the sender changed of an event, put into it.
    pub fn merge(&self, before: &Event, shown: &Event, sent: &Event) -> Result<Event, ScheduleFault> {
        let merge = if self.calendar.is_mine() { merge } else { merge_of_reader };
        merge(before, shown, sent).map_err(ScheduleFault::Invalid)
    }

    /// Leaves out the exceptions that somebody sends to a calendar of another and of which nothing but the alarms is otherwise.
    pub fn leave_out_exceptions_for_alarms(
        &self,
        sent: &mut Event,
        shown: &Event,
    ) -> Result<(), ObjectFault> {
        let is_new = |id: &LocalDateTime| !shown.recurrence_overrides.contains_key(id);
        if sent.recurrence_overrides.keys().any(is_new) {
            let bare = reader::bare(self.text)?;
            sent.recurrence_overrides
                .retain(|id, _| !is_new(id) || bare.recurrence_overrides.contains_key(id));
        }
        Ok(())
    }

    /// Whether somebody sends to a calendar of another what is there already, as with alarms of their own.
    pub fn changes_nothing(&self, stored: &StoredEvent, merged: &Event) -> bool {
        !self.calendar.is_mine() && stored.event == *merged
    }

    /// Keeps the text of an event, when it is whole; when others take part in it, or something is booked, what is said of them is ours
    /// to write, and so is a date that it has an exception of and does not say. So it is with what is to be told of whoever cannot be reached.
    pub fn keep_event(
        &self,
        tx: &mut Tx<'_>,
        (view, is_whole): (&EventView, bool),
        created: bool,
    ) -> Result<Put, ScheduleFault> {
        let alone = is_whole
            && view.event.participants.is_empty()
            && view.facility_ids.is_empty()
            && !view.event.differs_in_who_and_where()
            && !names_unread(&view.event)
            && ical::announces_exceptions(self.text, &view.event);
        // A sender who keeps something of their own with it has another tag than everybody else.
        let alone = alone
            && (self.calendar.is_mine()
                || store::events::get(tx, &view.id)?.is_some_and(|it| ETag::of(it.version) == view.etag));
        let etag = alone.then(|| view.etag.clone());
        let kept = etag.as_ref().map(ETag::as_str).unwrap_or_default();
        self.keep(tx, view.id.as_str(), ObjectKind::Event, kept)?;
        let schedule_tag = schedule_tag(&view.event, &view.event, &view.facility_ids);
        Ok(Put { created, etag, schedule_tag })
    }
}
