use std::collections::{BTreeMap, HashMap, HashSet};

use renraku_base::{ETag, Id, Principal, Timestamp};
use renraku_db::{CollectionId, CollectionKind, ObjectType, ReadTx, Tx, changes};

use super::{ObjectCalendar, tasks};
use crate::{
    ScheduleFault,
    model::Privacy,
    service::view::Sight,
    store::{
        self,
        head::Head,
        objects::{Listed, Placed, StoredObject},
    },
};

/// So many objects are named in one statement, which is remembered.
const AT_ONCE: usize = 512;
/// Of so few events each is looked at: a second statement would cost more.
const SINGLE: usize = 8;

/// What a calendar object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// An event.
    Event,
    /// A task.
    Task,
}

impl ObjectKind {
    /// What an object with this component is.
    pub(super) fn of(component: &str) -> Self {
        if component == Self::Task.component() { Self::Task } else { Self::Event }
    }

    /// The name of its component.
    #[must_use]
    pub const fn component(self) -> &'static str {
        match self {
            Self::Event => "VEVENT",
            Self::Task => "VTODO",
        }
    }
}

/// A calendar object without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectHead {
    /// The event or task.
    pub id: String,
    /// The last segment of its path.
    pub name: String,
    /// The tag of its text.
    pub etag: ETag,
    /// What it is.
    pub kind: ObjectKind,
}

/// The name of an object to which no client gave one.
pub(crate) fn default_name(id: &str) -> String {
    format!("{id}.ics")
}

/// Names an event that comes into a calendar where another object has, or had, the name that it would have without one.
pub(crate) fn name_arrival(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    (id, uid): (&str, &str),
) -> Result<(), ScheduleFault> {
    let holder = store::objects::find_by_name(tx, collection, &default_name(id))?;
    let is_taken = holder.is_some_and(|holder| holder != id);
    if !is_taken || !store::objects::list_names(tx, collection, &[id])?.is_empty() {
        return Ok(());
    }
    name_anew(tx, collection, (id, uid))
}

/// Gives an event another name than it has, which nothing else has or had.
pub(super) fn name_anew(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    (id, uid): (&str, &str),
) -> Result<(), ScheduleFault> {
    let named = StoredObject {
        collection,
        object: id.to_owned(),
        name: default_name(tx.new_id::<()>().as_str()),
        component: ObjectKind::Event.component().to_owned(),
        uid: uid.to_owned(),
        etag: String::new(),
        body: None,
    };
    Ok(store::objects::put(tx, &named)?)
}

/// The objects of a calendar in ascending order of their ids after `after`, at most `limit`; beside an id stands `None` where the
/// person may not know of the object.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn list(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    after: &str,
    limit: usize,
) -> Result<Vec<(String, Option<ObjectHead>)>, ScheduleFault> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut all = match calendar.is_mine() {
        true => {
            let placed = store::objects::list_placed(tx, calendar.collection, after, most)?;
            own(tx, who, calendar, placed)?
        }
        false => {
            let events = store::objects::list_events(tx, calendar.collection, after, most)?;
            seen(tx, who, calendar, events)?
        }
    };
    all.extend(tasks::list(tx, who, calendar, after, most)?);
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all.truncate(limit);
    Ok(all)
}

/// The tag of an event with what its reader keeps with it.
pub(super) fn own_tag(version: i64, own: Option<i64>) -> ETag {
    own.map_or_else(|| ETag::of(version), |own| ETag::of_own(version, own))
}

/// These events of one's own calendar: the tag of those whose text says all stands beside the text, that of the others beside the
/// event.
fn own(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    placed: Vec<Placed>,
) -> Result<Vec<(String, Option<ObjectHead>)>, ScheduleFault> {
    let left: Vec<&str> = placed.iter().filter(|it| it.etag.is_none()).map(|it| it.event.as_str()).collect();
    let mut heads = events(tx, who, calendar, &left)?;
    let head = |it: Placed| match (it.name, it.etag) {
        (Some(name), Some(etag)) => {
            let head =
                ObjectHead { id: it.event.clone(), name, etag: ETag::from(etag), kind: ObjectKind::Event };
            (it.event, Some(head))
        }
        _ => {
            let head = heads.remove(&it.event).flatten();
            (it.event, head)
        }
    };
    Ok(placed.into_iter().map(head).collect())
}

/// Those of these events that are in the calendar, by id, as the person sees them.
fn events(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    ids: &[&str],
) -> Result<HashMap<String, Option<ObjectHead>>, ScheduleFault> {
    let mut events = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        events.extend(store::objects::get_events(tx, calendar.collection, some)?);
    }
    Ok(seen(tx, who, calendar, events)?.into_iter().collect())
}

/// Events as the person sees them in a list.
fn seen(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    events: Vec<Listed>,
) -> Result<Vec<(String, Option<ObjectHead>)>, ScheduleFault> {
    let mut views: HashMap<String, Option<ETag>> = HashMap::new();
    let mut kept: HashMap<String, i64> = HashMap::new();
    if !calendar.is_mine() {
        kept = store::reader_alerts::list_versions(tx, &who.person)?;
        // What is not public is seen by some more than by others; there is little of it.
        let mut guarded: Vec<&str> = Vec::new();
        for event in &events {
            if Head::parse(&event.head)?.privacy != Privacy::Public {
                guarded.push(event.event.as_str());
            }
        }
        let sight = Sight::of(tx, who, &guarded)?;
        let stored = if guarded.is_empty() { Vec::new() } else { store::events::list_by_id(tx, &guarded)? };
        views.extend(stored.iter().map(|stored| {
            let view = sight.view_in(&who.person, stored, calendar.collection);
            (stored.id.as_str().to_owned(), view.map(|view| view.etag))
        }));
    }
    Ok(events
        .into_iter()
        .map(|event| {
            let id = event.event.into_string();
            let own = if calendar.is_mine() { event.own_version } else { kept.get(&id).copied() };
            let tag = || own_tag(event.version, own);
            let etag = views.remove(&id).unwrap_or_else(|| Some(tag()));
            let head = etag.map(|etag| ObjectHead {
                name: event.name.unwrap_or_else(|| default_name(&id)),
                id: id.clone(),
                etag,
                kind: ObjectKind::Event,
            });
            (id, head)
        })
        .collect())
}

/// Those of these objects that the person sees in the calendar, by id.
pub(super) fn heads(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    ids: &[&str],
) -> Result<BTreeMap<String, ObjectHead>, ScheduleFault> {
    let mut all: HashMap<String, Option<ObjectHead>> = if calendar.is_mine() && ids.len() > SINGLE {
        let mut placed = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE) {
            placed.extend(store::objects::get_placed(tx, calendar.collection, some)?);
        }
        own(tx, who, calendar, placed)?.into_iter().collect()
    } else {
        events(tx, who, calendar, ids)?
    };
    let others: Vec<&str> = ids.iter().copied().filter(|id| !all.contains_key(*id)).collect();
    for some in others.chunks(AT_ONCE) {
        all.extend(tasks::get(tx, who, calendar, some)?);
    }
    Ok(all.into_iter().filter_map(|(id, head)| Some((id, head?))).collect())
}

/// Those of a calendar's events that the index says take place between two instants, as the person sees them, by id.
pub(super) fn heads_between(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    bounds: (Timestamp, Timestamp),
) -> Result<BTreeMap<String, ObjectHead>, ScheduleFault> {
    if !calendar.is_mine() {
        let ids = store::occurrences::event_ids_in(tx, calendar.collection, bounds)?;
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        return heads(tx, who, calendar, &ids);
    }
    let placed = store::objects::list_placed_between(tx, calendar.collection, bounds)?;
    Ok(own(tx, who, calendar, placed)?.into_iter().filter_map(|(id, head)| Some((id, head?))).collect())
}

/// A change in a calendar, as its log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectChange {
    /// Its number.
    pub modseq: i64,
    /// The name of the object.
    pub name: String,
    /// The object as it is now; `None` when it is not there (for the person) any more.
    pub head: Option<ObjectHead>,
}

/// The changes of a calendar's objects after number `since`, oldest first, of at most `limit` rows of its log; with the number of
/// the last row that was looked at.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn list_changes(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    since: i64,
    limit: usize,
) -> Result<(Vec<ObjectChange>, Option<i64>), ScheduleFault> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = changes::since(tx, calendar.collection, since, most)?;
    let last = rows.last().map(|row| row.modseq);
    // Of one object only its last change counts; that it is gone is told to those who could see it.
    let mut latest: BTreeMap<&str, (i64, bool)> = BTreeMap::new();
    for row in rows.iter().filter(|row| matches!(row.object_type, ObjectType::Event | ObjectType::Task)) {
        let told = latest.get(row.object.as_str()).is_some_and(|(_, told)| *told)
            || row.audience.includes(None, calendar.is_mine());
        latest.insert(&row.object, (row.modseq, told));
    }
    let ids: Vec<&str> = latest.keys().copied().collect();
    let mut heads = heads(tx, who, calendar, &ids)?;
    let gone: Vec<&str> = ids.iter().copied().filter(|id| !heads.contains_key(*id)).collect();
    let untold: Vec<&str> =
        gone.iter().copied().filter(|id| !latest.get(id).is_some_and(|(_, told)| *told)).collect();
    let involved = involved(tx, who, &untold)?;
    let names = store::objects::list_names(tx, calendar.collection, &gone)?;
    let mut changes: Vec<ObjectChange> = latest
        .into_iter()
        .filter_map(|(id, (modseq, told))| {
            let head = heads.remove(id);
            let name = head.as_ref().map(|head| head.name.clone()).or_else(|| names.get(id).cloned());
            let change = ObjectChange { modseq, name: name.unwrap_or_else(|| default_name(id)), head };
            (told || change.head.is_some() || involved.contains(id)).then_some(change)
        })
        .collect();
    changes.sort_by_key(|change| change.modseq);
    Ok((changes, last))
}

/// In which of these events, which the person does not see any more, they took part: a log of a calendar of their own tells of it.
fn involved(tx: &mut ReadTx<'_>, who: &Principal, ids: &[&str]) -> Result<HashSet<String>, ScheduleFault> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let own = changes::find_by_owner(tx, CollectionKind::Calendar, Some(who.person.as_str()))?;
    Ok(changes::list_told(tx, &own, ids)?.into_iter().map(|(_, id)| id).collect())
}

/// The id that a name says which no client gave.
pub(super) fn id_of(name: &str) -> Option<&str> {
    name.strip_suffix(".ics").filter(|id| id.parse::<Id<()>>().is_ok_and(|parsed| parsed.as_str() == *id))
}
