use std::collections::{HashMap, HashSet};

use renraku_base::{CalendarId, EventId, Fault, FieldFault, PersonId, Precondition, Principal};
use renraku_db::{Changed, Db, Tx, changes::Recorded};
use renraku_people::directory::service as directory;

use super::{booking, create_event::writable, index, placing, staff, update_event};
use crate::{
    ScheduleFault,
    codec::ical::{self, ParsedEvent, Refusal},
    jobs,
    model::Event,
    store::{
        self,
        calendars::StoredCalendar,
        events::{Indexed, StoredEvent},
        occurrences::Entry,
        placements::Placement,
    },
};

/// The largest file that is imported.
pub const IMPORT_BYTES: usize = 10 * 1024 * 1024;
/// A transaction takes at most so many events, and no further one after so many index entries: it stays well below a second.
const EVENTS: usize = 500;
const ENTRIES: usize = 10_000;

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// How many events are new.
    pub created: usize,
    /// How many were there by their UID, and are as the file says now.
    pub updated: usize,
    /// What was not taken, with its place and reason.
    pub refused: Vec<Refusal>,
    /// What was taken and has no effect, such as a second recurrence rule.
    pub kept: Vec<Refusal>,
}

/// Imports an iCalendar file into a calendar, by default the person's own. Events are matched by their UID in that calendar;
/// nobody is invited and nobody is told. Each event is stored wholly or not at all; the file is not one transaction.
///
/// # Errors
/// [`ScheduleFault::NotFound`] or [`ScheduleFault::Forbidden`] for the calendar, [`ScheduleFault::NotACalendar`].
pub fn import_calendar(
    db: &Db,
    who: &Principal,
    calendar: Option<&CalendarId>,
    file: &[u8],
) -> Result<ImportReport, ScheduleFault> {
    let home = db.write(|tx| writable(tx, who, calendar))?.0;
    let parsed = ical::read(file).map_err(|_no_calendar| ScheduleFault::NotACalendar)?;
    let mut report = ImportReport { refused: parsed.refused, kept: parsed.kept, ..ImportReport::default() };
    let mut rest = parsed.events.as_slice();
    while !rest.is_empty() {
        let done = db.write_many(|tx| import_some(tx, who, &home.id, rest))?.into_inner();
        rest = rest.get(done.taken..).unwrap_or_default();
        report.created += done.created;
        report.updated += done.updated;
        report.refused.extend(done.refused);
    }
    report.refused.sort_by_key(|refusal| refusal.place.line);
    Ok(report)
}

/// What one transaction of an import did.
#[derive(Default)]
struct Done {
    taken: usize,
    created: usize,
    updated: usize,
    refused: Vec<Refusal>,
}

fn import_some(
    tx: &mut Tx<'_>,
    who: &Principal,
    calendar: &CalendarId,
    events: &[ParsedEvent],
) -> Result<Changed<Done>, ScheduleFault> {
    // Two imports into one calendar would find the same UIDs free.
    tx.hold(calendar.as_str())?;
    let (home, _) = writable(tx, who, Some(calendar))?;
    let some = events.get(..EVENTS).unwrap_or(events);
    let mut import = Import::begin(tx, who, home, some)?;
    for parsed in some {
        import.take(tx, parsed)?;
        if import.entries.len() > ENTRIES {
            break;
        }
    }
    import.finish(tx)
}

/// One transaction of an import.
struct Import<'a> {
    who: &'a Principal,
    home: StoredCalendar,
    /// The mail address of the person to whom the calendar belongs, folded.
    address: Option<String>,
    /// The events that are there, by their UIDs.
    known: HashMap<String, EventId>,
    new: Vec<StoredEvent>,
    entries: Vec<(EventId, Entry)>,
    recorded: Option<Recorded>,
    done: Done,
}

impl<'a> Import<'a> {
    fn begin(
        tx: &mut Tx<'_>,
        who: &'a Principal,
        home: StoredCalendar,
        events: &[ParsedEvent],
    ) -> Result<Self, ScheduleFault> {
        let address = match home.owner() {
            Some(owner) => directory::names(tx, std::slice::from_ref(&owner))?
                .remove(&owner)
                .and_then(|person| person.email)
                .map(|email| email.to_lowercase()),
            None => None,
        };
        let uids: Vec<&str> = events.iter().map(|parsed| parsed.event.uid.as_str()).collect();
        let known = store::events::list_ids_by_uid(tx, &home.id, &uids)?;
        let (new, entries, recorded) = (Vec::new(), Vec::new(), None);
        Ok(Self { who, home, address, known, new, entries, recorded, done: Done::default() })
    }

    fn take(&mut self, tx: &mut Tx<'_>, parsed: &ParsedEvent) -> Result<(), ScheduleFault> {
        self.done.taken += 1;
        match self.known.get(&parsed.event.uid).cloned() {
            None => self.create(tx, &parsed.event),
            Some(id) => {
                let replaced = tx.savepoint(|tx| self.replace(tx, &id, &parsed.event));
                match replaced {
                    Ok(()) => {
                        self.done.updated += 1;
                        Ok(())
                    }
                    Err(ScheduleFault::Internal(error)) => Err(error.into()),
                    Err(fault) => {
                        self.done.refused.push(refusal(parsed, &fault));
                        Ok(())
                    }
                }
            }
        }
    }

    /// Makes a new event ready to be written with the others.
    fn create(&mut self, tx: &mut Tx<'_>, event: &Event) -> Result<(), ScheduleFault> {
        let mut event = event.clone();
        self.find_owner(&mut event);
        let mut stored = StoredEvent {
            id: tx.new_id(),
            calendar: self.home.id.clone(),
            organizer: self.organizer(&event),
            version: tx.next_version(None),
            indexed: Indexed::default(),
            facilities: Vec::new(),
            event,
        };
        let (happenings, indexed) = index::to_index(&stored, self.home.time_zone, tx.now())?;
        stored.indexed = indexed;
        let place = self.place();
        let entries = happenings.iter().map(|it| (stored.id.clone(), it.entry(&stored.event, &place)));
        self.entries.extend(entries);
        self.new.push(stored);
        Ok(())
    }

    /// Turns an event that is there into what the file says. What it books stays booked; who takes part by invitation stays
    /// invited, with the answer that they gave.
    fn replace(&mut self, tx: &mut Tx<'_>, id: &EventId, event: &Event) -> Result<(), ScheduleFault> {
        let before = update_event::open(tx, self.who, id, &Precondition::None)?;
        let mut event = event.clone();
        self.find_owner(&mut event);
        keep_staff(&mut event, &before.stored.event);
        if event == before.stored.event {
            return Ok(());
        }
        let mut after = StoredEvent { event, ..before.stored.clone() };
        after.organizer = self.organizer(&after.event);
        after.version = tx.next_version(Some(before.stored.version));
        booking::must_end(&after.event, &after.facilities)?;
        let (happenings, indexed) = index::to_index(&after, self.home.time_zone, tx.now())?;
        after.indexed = indexed;
        let facilities = booking::take(tx, self.who, &after, &happenings)?;
        store::events::put(tx, &after)?;
        let places = placing::places(tx, &after, &self.home, &facilities, &before.places)?;
        let open_before = !before.stored.indexed.is_whole();
        self.recorded =
            Some(placing::put_changed(tx, &after, (&before.places, &places), &happenings, open_before)?);
        let now = tx.now();
        jobs::remind_next(tx, &after, self.home.time_zone, now)
    }

    /// The owner of the calendar among those who take part, so that they can answer.
    fn find_owner(&self, event: &mut Event) {
        let Some(owner) = self.home.owner() else { return };
        let participant = event.participants.values_mut().find(|participant| {
            let address = participant.calendar_address.as_deref().and_then(staff::mail_address);
            address.is_some() && address == self.address
        });
        if let Some(participant) = participant {
            participant.person_id = Some(owner);
        }
    }

    /// The owner of the calendar, unless the event says that someone else organizes it.
    fn organizer(&self, event: &Event) -> Option<PersonId> {
        let address = event.organizer_calendar_address.as_deref();
        let own = address.is_none_or(|address| staff::mail_address(address) == self.address);
        self.home.owner().filter(|_| own)
    }

    fn place(&self) -> Placement {
        Placement { collection: self.home.collection, person: self.home.owner(), hidden: false }
    }

    /// Writes the new events.
    fn finish(mut self, tx: &mut Tx<'_>) -> Result<Changed<Done>, ScheduleFault> {
        self.done.created = self.new.len();
        store::events::insert_many(tx, &self.new)?;
        let place = self.place();
        let places: Vec<_> =
            self.new.iter().map(|stored| (&stored.id, &place, !stored.indexed.is_whole())).collect();
        store::placements::insert_many(tx, &places)?;
        store::occurrences::insert_many(tx, std::mem::take(&mut self.entries))?;
        let now = tx.now();
        for stored in &self.new {
            jobs::remind_next(tx, stored, self.home.time_zone, now)?;
            self.recorded = Some(placing::record(tx, &stored.id, std::slice::from_ref(&place))?);
        }
        Ok(match self.recorded {
            Some(recorded) => recorded.with(self.done),
            None => Changed::nothing(self.done),
        })
    }
}

/// Keeps the participants who were invited by us: a file knows them by their addresses alone.
fn keep_staff(event: &mut Event, before: &Event) {
    let mut seen: HashSet<String> = HashSet::new();
    let staff: HashMap<String, _> = before
        .participants
        .iter()
        .filter(|(_, participant)| participant.person_id.is_some())
        .filter_map(|(key, it)| Some((staff::mail_address(it.calendar_address.as_deref()?)?, (key, it))))
        .collect();
    let given = std::mem::take(&mut event.participants);
    for (key, mut participant) in given {
        let address = participant.calendar_address.as_deref().and_then(staff::mail_address);
        let Some((address, (stored_key, stored))) =
            address.and_then(|it| staff.get(&it).map(|known| (it, known)))
        else {
            event.participants.insert(key, participant);
            continue;
        };
        if seen.insert(address) {
            participant.person_id.clone_from(&stored.person_id);
            participant.participation_status = stored.participation_status;
            participant.participation_comment.clone_from(&stored.participation_comment);
            participant.schedule_sequence = stored.schedule_sequence;
            participant.schedule_updated = stored.schedule_updated;
            event.participants.insert((*stored_key).clone(), participant);
        }
    }
}

/// Why an event of the file could not be stored.
fn refusal(parsed: &ParsedEvent, fault: &ScheduleFault) -> Refusal {
    let mut reasons = fault.fields();
    if reasons.is_empty() {
        reasons.push(FieldFault::new("", fault.code(), fault.to_string()));
    }
    Refusal { place: parsed.place.clone(), reasons }
}
