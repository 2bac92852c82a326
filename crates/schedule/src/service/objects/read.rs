use std::collections::HashMap;

use renraku_base::{ETag, EventId, FacilityId, Principal};
use renraku_db::{ReadTx, Tx};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    ObjectCalendar, ObjectFault, ObjectHead, ObjectKind,
    list::{default_name, heads, id_of, name_anew},
    parameters, tasks,
    text::{self, Names},
};
use crate::{
    ScheduleFault,
    codec::ical,
    model::{Event, FreeBusyStatus, Own, Participant, PatchObject},
    rules::recurrence,
    service::view::{BUSY, Sight, name_busy, without_alerts},
    store::{
        self,
        objects::{Presence, StoredText},
    },
};

/// A calendar object with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectText {
    /// What it is.
    pub head: ObjectHead,
    /// Its text.
    pub text: String,
    /// The tag of what its organizer says of it; `None` for an event of one person and for a task.
    pub schedule_tag: Option<ETag>,
}

/// The objects of these names in a calendar, in their order; `None` for one that is not there.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn get(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    names: &[&str],
) -> Result<Vec<Option<ObjectText>>, ScheduleFault> {
    let places: HashMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let mut found: Vec<Option<ObjectText>> = vec![None; names.len()];
    let put = |found: &mut Vec<Option<ObjectText>>, object: ObjectText| {
        let place = places.get(object.head.name.as_str()).and_then(|at| found.get_mut(*at));
        if let Some(place) = place {
            *place = Some(object);
        }
    };
    if calendar.is_mine() {
        whole_texts(tx, calendar, names)?.for_each(|it| put(&mut found, it));
    }
    let left: Vec<&str> =
        names.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(name, _)| *name).collect();
    if !left.is_empty() {
        let ids = ids_of(tx, calendar, &left)?;
        let ids: Vec<&str> = ids.values().map(String::as_str).collect();
        let heads: Vec<ObjectHead> = heads(tx, who, calendar, &ids)?.into_values().collect();
        get_texts(tx, who, calendar, &heads)?.into_iter().for_each(|it| put(&mut found, it));
    }
    Ok(found)
}

/// Those of the objects of these names in one's own calendar whose text says all that there is to say.
fn whole_texts(
    tx: &mut ReadTx<'_>,
    calendar: &ObjectCalendar,
    names: &[&str],
) -> Result<impl Iterator<Item = ObjectText>, ScheduleFault> {
    let stored = store::objects::list_whole_texts(tx, calendar.collection, names)?;
    Ok(stored.into_iter().map(|it| {
        let kind = ObjectKind::of(&it.component);
        let head = ObjectHead { id: it.object, name: it.name, etag: ETag::from(it.etag), kind };
        ObjectText { head, text: it.body, schedule_tag: None }
    }))
}

/// Which events and tasks have these names in a calendar, by name.
pub(super) fn ids_of(
    tx: &mut ReadTx<'_>,
    calendar: &ObjectCalendar,
    names: &[&str],
) -> Result<HashMap<String, String>, ScheduleFault> {
    let mut ids: HashMap<String, String> =
        store::objects::find_by_names(tx, calendar.collection, names)?.into_iter().collect();
    let derived: Vec<&str> =
        names.iter().filter(|name| !ids.contains_key(**name)).filter_map(|name| id_of(name)).collect();
    // What has a name of its own has no other.
    let named = store::objects::list_names(tx, calendar.collection, &derived)?;
    let unnamed = derived.into_iter().filter(|id| !named.contains_key(*id));
    ids.extend(unnamed.map(|id| (default_name(id), id.to_owned())));
    Ok(ids)
}

/// Makes room for something under a name that nothing has which the person sees. Where an object stands that they do not see, it is
/// refused: that would lose its name by it, or be gone. What was put away has another name from then on, under which it comes back.
pub(super) fn make_way(
    tx: &mut Tx<'_>,
    calendar: &ObjectCalendar,
    holder: Option<&str>,
    may_overwrite: bool,
) -> Result<(), ObjectFault> {
    let Some(id) = holder else { return Ok(()) };
    match store::objects::presence(tx, calendar.collection, id)? {
        Presence::There if may_overwrite => Err(ScheduleFault::Forbidden.into()),
        Presence::There => Err(ObjectFault::Stale),
        Presence::PutAway => {
            let stored = store::events::get(tx, &EventId::stored(id.to_owned()))?;
            let stored = stored.ok_or(ScheduleFault::NotFound)?;
            Ok(name_anew(tx, calendar.collection, (id, &stored.event.uid))?)
        }
        Presence::Gone => Ok(()),
    }
}

/// These objects of a calendar with their texts, in no order. Their heads were read in this transaction.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn get_texts(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    heads: &[ObjectHead],
) -> Result<Vec<ObjectText>, ScheduleFault> {
    let mut heads: HashMap<&str, &ObjectHead> = heads.iter().map(|head| (head.id.as_str(), head)).collect();
    let ids: Vec<&str> = heads.keys().copied().collect();
    let mut objects = Vec::with_capacity(heads.len());
    let tasks_of_others = heads.values().filter(|head| head.kind == ObjectKind::Task && !calendar.is_mine());
    let tasks_of_others: Vec<&str> = tasks_of_others.map(|head| head.id.as_str()).collect();
    let kept = match tasks_of_others.as_slice() {
        [] => HashMap::new(),
        some => tasks::list_kept(tx, who, some)?,
    };
    for StoredText { object, etag, body: text } in store::objects::list_texts(tx, calendar.collection, &ids)?
    {
        // The text that was stored goes straight out where it is all that the object says.
        let is_whole = |head: &&ObjectHead| head.kind == ObjectKind::Task || head.etag.as_str() == etag;
        if let Some(head) = heads.get(object.as_str()).copied().filter(is_whole) {
            heads.remove(object.as_str());
            // Alarms are each person's own.
            let text = match kept.get(head.id.as_str()) {
                _ if calendar.is_mine() => text,
                Some(own) => ical::with_alarms_of(&text, &own.own.task_alarms),
                None => ical::without_alarms(&text).into_owned(),
            };
            objects.push(ObjectText { head: head.clone(), text, schedule_tag: None });
        }
    }
    let events = heads.values().filter(|head| head.kind == ObjectKind::Event);
    let events: Vec<&str> = events.map(|head| head.id.as_str()).collect();
    if events.is_empty() {
        return Ok(objects);
    }
    let sight = Sight::of(tx, who, &events)?;
    let stored = store::events::list_by_id(tx, &events)?;
    let names = Names::of(tx, stored.iter())?;
    for it in &stored {
        let Some(view) = sight.view_in(&who.person, it, calendar.collection) else { continue };
        let mut shown = names.present(&view.event, it.organizer.as_ref(), &view.facility_ids);
        name_busy(&mut shown, &view.etag);
        if it.calendar == calendar.calendar.id && it.organizer.is_some() {
            parameters::tell_status(&mut shown);
        } else if calendar.is_mine() && it.organizer.is_some() {
            parameters::tell_guest(&mut shown, &who.person);
        }
        if let Some(head) = heads.remove(it.id.as_str()) {
            let schedule_tag = schedule_tag(&it.event, &view.event, &view.facility_ids);
            let head = ObjectHead { etag: view.etag, ..head.clone() };
            objects.push(ObjectText { head, text: text::write(&shown), schedule_tag });
        }
    }
    Ok(objects)
}

/// The tag of what the organizer says of an event (RFC 6638 §3.2.10), as somebody sees it: neither answers change it nor what anybody keeps
/// for themselves. `None` for an event of one person.
pub(super) fn schedule_tag(organizers: &Event, event: &Event, facilities: &[FacilityId]) -> Option<ETag> {
    if event.participants.is_empty() && facilities.is_empty() && !event.differs_in_who_and_where() {
        return None;
    }
    let free_busy_status = FreeBusyStatus::default();
    let mut said = without_alerts(Event { updated: None, sequence: 0, free_busy_status, ..event.clone() });
    said.change_everywhere(PatchObject::touches_people, |_, event| {
        for participant in event.participants.values_mut() {
            participant.take_answer(&Participant::default());
            participant.schedule_status.clear();
        }
    });
    // Whoever sees it may say something else of whether it takes their time.
    said.recurrence_overrides = said
        .recurrence_overrides
        .into_iter()
        .map(|(id, patch)| (id, patch.without(&[Own::FREE_BUSY_STATUS])))
        .collect();
    let said = recurrence::without_idle_exceptions(said);
    let free: Vec<Value> = free_times(organizers);
    let said = match free.as_slice() {
        [] => serde_json::to_vec(&(&said, facilities)).ok()?,
        some => serde_json::to_vec(&(&said, facilities, some)).ok()?,
    };
    let hash: String = Sha256::digest(said).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Some(ETag::from(format!("\"{hash}\"")))
}

/// Adds their schedule tags to objects whose texts are as they were sent: copies of what somebody outside organizes have one.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn tag_scheduled<'o>(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    objects: impl Iterator<Item = &'o mut ObjectText>,
) -> Result<(), ScheduleFault> {
    let is_organizer = |line: &str| line.get(..9).is_some_and(|name| name.eq_ignore_ascii_case("ORGANIZER"));
    let mut untagged: HashMap<String, &mut ObjectText> = objects
        .filter(|it| it.schedule_tag.is_none() && it.head.kind == ObjectKind::Event)
        .filter(|it| it.text.lines().any(is_organizer))
        .map(|it| (it.head.id.clone(), it))
        .collect();
    let ids: Vec<String> = untagged.keys().cloned().collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let sight = Sight::of(tx, who, &ids)?;
    for it in &store::events::list_by_id(tx, &ids)? {
        let view = sight.view_in(&who.person, it, calendar.collection);
        if let (Some(view), Some(object)) = (view, untagged.get_mut(it.id.as_str())) {
            object.schedule_tag = schedule_tag(&it.event, &view.event, &view.facility_ids);
        }
    }
    Ok(())
}

/// What an organizer says of whether the whole and its occurrences take time.
fn free_times(organizers: &Event) -> Vec<Value> {
    let whole = organizers.free_busy_status;
    let whole = (whole != FreeBusyStatus::default()).then(|| Value::from(whole.as_str()));
    let occurrences = organizers.recurrence_overrides.iter().flat_map(|(id, patch)| {
        patch.of(&[Own::FREE_BUSY_STATUS]).map(move |(_, said)| json!([id.to_string(), said]))
    });
    whole.into_iter().chain(occurrences).collect()
}

/// The schedule tag of an object, as somebody sees it; `None` for one that is not scheduled or not there.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn get_schedule_tag(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    head: &ObjectHead,
) -> Result<Option<ETag>, ScheduleFault> {
    let id = EventId::stored(head.id.clone());
    let stored = store::events::get(tx, &id)?;
    // Whoever sees only busy time is not told of changes to the rest.
    let stored = stored.filter(|stored| ETag::of_view(stored.busy_version, BUSY) != head.etag);
    let Some(stored) = stored else { return Ok(None) };
    if calendar.is_mine() && stored.calendar == calendar.calendar.id {
        return Ok(schedule_tag(&stored.event, &stored.event, &stored.facilities));
    }
    let view = Sight::of(tx, who, &[id.as_str()])?.view_in(&who.person, &stored, calendar.collection);
    Ok(view.and_then(|view| schedule_tag(&stored.event, &view.event, &view.facility_ids)))
}
