use std::collections::{HashMap, HashSet};

use renraku_base::{
    CalendarId, ETag, EventId, Fault, FieldFault, PersonId, Precondition, Principal, Timestamp,
};
use renraku_db::{Changed, Db, Tx};
use renraku_people::directory::service as directory;

use super::{
    audience::{Audiences, renew},
    booking,
    create_event::writable,
    import_kept::{keep_bookings, keep_staff},
    import_lines, import_tasks, index, keep_own,
    objects::{self, OBJECT_BYTES, ObjectKind, default_name, invitation_among, is_address_of},
    placing,
    reply_event::show_again,
    update_event,
};
use crate::{
    ScheduleFault,
    codec::ical::{self, ParsedEvent, Place, Refusal},
    jobs,
    model::{Event, PatchObject},
    store::{
        self,
        calendars::StoredCalendar,
        events::{Indexed, StoredEvent},
        objects::{StoredObject, TakenUids},
        occurrences::Entry,
        placements::{NewPlace, Placement},
    },
};

/// The largest file that is imported.
pub const IMPORT_BYTES: usize = 10 * 1024 * 1024;
/// A transaction takes at most so many events, and no further one after so many index entries written or removed: it stays
/// well below a second.
const EVENTS: usize = 500;
const ENTRIES: usize = 10_000;
/// So many index entries one file makes: a short rule has many of them.
const ENTRIES_OF_A_FILE: usize = 100_000;
/// As much work as the statements by which one event is replaced.
const REPLACED: usize = 100;

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// How many events and tasks are new.
    pub created: usize,
    /// How many were there by their UID, and are as the file says now.
    pub updated: usize,
    /// What was not taken, with its place and reason.
    pub refused: Vec<Refusal>,
    /// What was taken and has no effect, such as a second recurrence rule, or was not taken as it stands.
    pub kept: Vec<Refusal>,
}

/// Imports an iCalendar file into a calendar, by default the person's own. Events and tasks are matched by their UID in that
/// calendar; nobody is invited and nobody is told. Each is stored wholly or not at all; the file is not one transaction.
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
    let mut room = ENTRIES_OF_A_FILE;
    while !rest.is_empty() {
        let done = db.write_many(|tx| import_some(tx, who, &home.id, rest, room))?.into_inner();
        room = room.saturating_sub(done.entries);
        rest = rest.get(done.taken..).unwrap_or_default();
        report.add(done);
    }
    let mut rest = parsed.tasks.as_slice();
    while !rest.is_empty() {
        let (some, later) = rest.split_at(rest.len().min(EVENTS));
        report.add(db.write_many(|tx| import_tasks::import(tx, who, &home.id, some))?.into_inner());
        rest = later;
    }
    if !parsed.lines.is_empty() {
        db.write(|tx| import_lines::import(tx, who, &home.id, &parsed.lines))?;
    }
    report.refused.sort_by_key(|refusal| refusal.place.line);
    Ok(report)
}

impl ImportReport {
    fn add(&mut self, done: Done) {
        self.created += done.created;
        self.updated += done.updated;
        self.refused.extend(done.refused);
    }
}

/// What one transaction of an import did.
#[derive(Default)]
pub(super) struct Done {
    taken: usize,
    /// How many index entries it made.
    entries: usize,
    pub created: usize,
    pub updated: usize,
    pub refused: Vec<Refusal>,
}

fn import_some(
    tx: &mut Tx<'_>,
    who: &Principal,
    calendar: &CalendarId,
    events: &[ParsedEvent],
    room: usize,
) -> Result<Changed<Done>, ScheduleFault> {
    // Two imports into one calendar would find the same UIDs free.
    tx.hold(calendar.as_str())?;
    let (home, _) = writable(tx, who, Some(calendar))?;
    let some = events.get(..EVENTS).unwrap_or(events);
    let mut import = Import::begin(tx, who, home, some)?;
    for parsed in some {
        import.take(tx, parsed, room)?;
        if import.work > ENTRIES {
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
    known: HashMap<String, StoredEvent>,
    /// The UIDs of what is there and is not the file's to change.
    taken: HashSet<String>,
    /// The events that the owner of the calendar put away, by their UIDs.
    put_away: HashMap<String, Vec<EventId>>,
    /// How many index entries it writes and removes.
    work: usize,
    new: Vec<StoredEvent>,
    /// Where those of them that do not repeat stand in the index.
    starts: Vec<Option<Timestamp>>,
    /// The texts of new events.
    texts: Vec<StoredObject>,
    entries: Vec<(EventId, Entry)>,
    recorded: Option<Changed<()>>,
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
        let known = store::events::list_by_uid(tx, &home.id, &uids)?;
        let TakenUids { taken, put_away } =
            store::objects::list_taken_uids(tx, (home.collection, &home.id), &uids)?;
        Ok(Self {
            who,
            home,
            address,
            known,
            taken,
            put_away,
            work: 0,
            new: Vec::new(),
            starts: Vec::new(),
            texts: Vec::new(),
            entries: Vec::new(),
            recorded: None,
            done: Done::default(),
        })
    }

    fn take(&mut self, tx: &mut Tx<'_>, parsed: &ParsedEvent, room: usize) -> Result<(), ScheduleFault> {
        self.done.taken += 1;
        if parsed.event.is_series() && self.done.entries >= room {
            let detail = "the series of one file have at most 100,000 occurrences";
            let reasons = vec![FieldFault::new("RRULE", "too-many-occurrences", detail)];
            self.done.refused.push(Refusal { place: parsed.place.clone(), reasons });
            return Ok(());
        }
        match self.known.get(&parsed.event.uid).cloned() {
            None if self.taken.contains(&parsed.event.uid) => {
                self.done.refused.push(uid_taken(&parsed.place));
                Ok(())
            }
            None if self.bring_back(tx, parsed)? => Ok(()),
            None => match self.create(tx, parsed) {
                Err(fault @ ScheduleFault::SeriesTooDense) => {
                    self.done.refused.push(refusal(parsed, &fault));
                    Ok(())
                }
                done => done,
            },
            Some(stored) if self.merged(&parsed.event, &stored) == stored.event => {
                self.done.updated += 1;
                Ok(())
            }
            Some(stored) => {
                let replaced = tx.savepoint(|tx| self.replace(tx, &stored.id, parsed));
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

    /// Shows an invitation again that the owner of the calendar put away, where the file has it; whether it does. It is as they answered
    /// it: of an import nobody is told. What has its UID alone does not find it.
    fn bring_back(&mut self, tx: &mut Tx<'_>, parsed: &ParsedEvent) -> Result<bool, ScheduleFault> {
        let Some(put_away) = self.put_away.remove(&parsed.event.uid) else { return Ok(false) };
        let Some(id) = invitation_among(tx, &self.home, put_away, &parsed.event)? else { return Ok(false) };
        // Whoever else writes into the calendar does not take its owner's answer back.
        if self.home.owner().as_ref() == Some(&self.who.person) {
            self.recorded = Some(show_again(tx, self.who, &id)?);
            self.done.created += 1;
        } else {
            self.done.refused.push(uid_taken(&parsed.place));
        }
        Ok(true)
    }

    /// Makes a new event ready to be written with the others.
    fn create(&mut self, tx: &mut Tx<'_>, parsed: &ParsedEvent) -> Result<(), ScheduleFault> {
        let mut event = parsed.event.clone();
        self.find_owner(&mut event);
        booking::check_series(&event, &[])?;
        let version = tx.next_version(None);
        let mut stored = StoredEvent {
            id: tx.new_id(),
            calendar: self.home.id.clone(),
            organizer: self.organizer(&event, None),
            version,
            busy_version: version,
            indexed: Indexed::default(),
            facilities: Vec::new(),
            event,
        };
        let (happenings, indexed) = index::to_index(&stored, self.home.time_zone, tx.now())?;
        stored.indexed = indexed;
        if indexed.is_dense() {
            placing::refuse_more_dense(
                tx,
                &stored,
                self.new.iter().filter(|it| it.indexed.is_dense()).count(),
            )?;
        }
        let place = self.place();
        let entries = happenings.iter().map(|it| (stored.id.clone(), it.entry(&stored.event, &place)));
        self.entries.extend(entries);
        self.work += happenings.len();
        self.done.entries += happenings.len();
        self.texts.extend(self.text(parsed, &stored, None));
        self.starts.push(index::start_of_single(&happenings));
        self.new.push(stored);
        Ok(())
    }

    /// What an event that is there becomes by the file. What it books stays booked; who takes part by invitation stays invited,
    /// with the answer that they gave.
    fn merged(&self, event: &Event, stored: &StoredEvent) -> Event {
        let mut event = event.clone();
        self.find_owner(&mut event);
        objects::leave_out_booked(&mut event, &stored.all_facilities());
        keep_staff(&mut event, stored);
        keep_bookings(&mut event, &stored.event);
        event
    }

    /// Turns an event that is there into what the file says.
    fn replace(&mut self, tx: &mut Tx<'_>, id: &EventId, parsed: &ParsedEvent) -> Result<(), ScheduleFault> {
        let before = update_event::open(tx, self.who, id, &Precondition::None)?;
        if objects::is_another(tx, (&before.stored, &self.home), &parsed.event)? {
            let detail = "the event of this UID has another organizer, and that never changes: delete it first, or give this one a UID of its own";
            return Err(ScheduleFault::field("ORGANIZER", "another-organizer", detail));
        }
        let event = self.merged(&parsed.event, &before.stored);
        let mut after = StoredEvent { event, ..before.stored.clone() };
        after.organizer = self.organizer(&after.event, Some(&before.stored));
        let kept = keep_own::along(tx, (&before.stored, &after), &before.places)?;
        keep_own::keep_declined(&mut after.event, &kept);
        renew(tx, &before.stored, &mut after);
        booking::check_series(&after.event, &after.facilities)?;
        let (happenings, indexed) = index::to_index(&after, self.home.time_zone, tx.now())?;
        after.indexed = indexed;
        let facilities = booking::take(tx, self.who, &after, &happenings)?;
        store::events::put(tx, &after)?;
        // A text does not know of what is booked, nor of who was invited here.
        let mut as_read = parsed.event.clone();
        self.find_owner(&mut as_read);
        if after.facilities.is_empty() && as_read == after.event {
            let name =
                store::objects::list_names(tx, self.home.collection, &[id.as_str()])?.remove(id.as_str());
            if let Some(text) = self.text(parsed, &after, name) {
                store::objects::put(tx, &text)?;
            }
        }
        let places = placing::places(tx, &after, &self.home, &facilities, &kept)?;
        // About as many entries go as come.
        self.done.entries += happenings.len();
        self.work += REPLACED + 2 * happenings.len() * places.len();
        let recorded =
            placing::put_changed(tx, &after, (&before.places, &places), &happenings, &before.stored)?;
        self.recorded = Some(recorded.with(()));
        keep_own::remind(tx, (&after, self.home.time_zone), &kept)?;
        let now = tx.now();
        jobs::remind_next(tx, &after, self.home.time_zone, now)
    }

    /// The text of an event as the file has it, to be handed out for as long as nothing else changes the event.
    fn text(&self, parsed: &ParsedEvent, stored: &StoredEvent, name: Option<String>) -> Option<StoredObject> {
        let text = parsed.source.as_ref().filter(|text| text.len() <= OBJECT_BYTES)?;
        Some(StoredObject {
            collection: self.home.collection,
            object: stored.id.as_str().to_owned(),
            name: name.unwrap_or_else(|| default_name(stored.id.as_str())),
            component: ObjectKind::Event.component().to_owned(),
            uid: stored.event.uid.clone(),
            etag: ETag::of(stored.version).as_str().to_owned(),
            body: Some(text.clone()),
        })
    }

    /// The owner of the calendar among those who take part, so that they can answer.
    fn find_owner(&self, event: &mut Event) {
        let Some(owner) = self.home.owner() else { return };
        event.change_everywhere(PatchObject::changes_people, |_, event| {
            let mut participants = event.participants.values_mut();
            let participant = participants.find(|it| self.is_owners(it.calendar_address.as_deref()));
            if let Some(participant) = participant {
                participant.person_id = Some(owner.clone());
            }
        });
    }

    /// The owner of the calendar, unless the event says that someone else organizes it, or that others take part and nobody does.
    fn organizer(&self, event: &Event, before: Option<&StoredEvent>) -> Option<PersonId> {
        let own = match &event.organizer_calendar_address {
            Some(address) => self.is_owners(Some(address)),
            None => before.is_some_and(|before| before.organizer.is_some()) || !event.has_others(),
        };
        self.home.owner().filter(|_| own)
    }

    /// Whether an address is that of the owner of the calendar.
    fn is_owners(&self, address: Option<&str>) -> bool {
        let owner = self.home.owner();
        address
            .zip(owner)
            .is_some_and(|(address, owner)| is_address_of(address, &owner, self.address.as_deref()))
    }

    fn place(&self) -> Placement {
        Placement::new(self.home.collection, self.home.owner())
    }

    /// Writes the new events.
    fn finish(mut self, tx: &mut Tx<'_>) -> Result<Changed<Done>, ScheduleFault> {
        self.done.created += self.new.len();
        store::events::insert_many(tx, &self.new)?;
        store::objects::insert_many(tx, std::mem::take(&mut self.texts))?;
        let place = self.place();
        let places: Vec<_> = std::iter::zip(&self.new, &self.starts)
            .map(|(stored, utc_start)| NewPlace {
                event: &stored.id,
                placement: &place,
                open: !stored.indexed.is_whole(),
                utc_start: *utc_start,
            })
            .collect();
        store::placements::insert_many(tx, &places)?;
        if let Some(dense) = self.new.iter().find(|stored| stored.indexed.is_dense()) {
            placing::mark_dense(tx, dense, std::slice::from_ref(&place))?;
        }
        store::occurrences::insert_many(tx, std::mem::take(&mut self.entries))?;
        let now = tx.now();
        for stored in &self.new {
            jobs::remind_next(tx, stored, self.home.time_zone, now)?;
            let places = std::slice::from_ref(&place);
            let audiences = Audiences::of(&stored.event);
            self.recorded = Some(placing::record(tx, &stored.id, (&[], places), audiences)?.with(()));
        }
        Ok(match self.recorded {
            Some(recorded) => recorded.map(|()| self.done),
            None => Changed::nothing(self.done),
        })
    }
}

/// Something of this UID is in the calendar, and a file does not change it.
pub(super) fn uid_taken(place: &Place) -> Refusal {
    let detail = "the calendar shows something else of this UID: an event of another calendar, or a task";
    Refusal { place: place.clone(), reasons: vec![FieldFault::new("UID", "uid-taken", detail)] }
}

/// Why an event of the file could not be stored.
fn refusal(parsed: &ParsedEvent, fault: &ScheduleFault) -> Refusal {
    let mut reasons = fault.fields();
    if reasons.is_empty() {
        reasons.push(FieldFault::new("", fault.code(), fault.to_string()));
    }
    Refusal { place: parsed.place.clone(), reasons }
}
