//! Facilities are taken here and nowhere else, whatever path an event comes by.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use renraku_base::{EventId, FacilityId, FieldFault, PersonId, Principal, Timestamp};
use renraku_db::{CollectionId, ReadTx, Tx};
use renraku_people::directory;

use super::index::Happening;
use crate::{
    Alternative, Clash, FacilityRule, FacilityTaken, RuleBroken, ScheduleFault,
    model::{Duration as JsDuration, Event, LocalDateTime, PatchObject, Privacy, Status, TimeOfDay, Zone},
    rules::{
        booking::{self, Slot, Taken},
        opening::{Broken, broken},
        recurrence,
    },
    store::{
        self,
        events::StoredEvent,
        facilities::{Bookable, StoredFacility},
    },
};

/// How long after the start of a series that books a facility its last occurrence may end, how far ahead a single booking may
/// end, and how long it may last: 24 months and a day's grace.
const SERIES: Duration = Duration::from_hours(24 * 732);
/// The most occurrences of a series that are named when their facility is taken.
const CLASHES: usize = 10;
/// How far ahead a free slot is looked for.
const SEARCH: Duration = Duration::from_hours(24 * (booking::SEARCH_DAYS as u64 + 1));
/// How many other facilities are looked at.
const SUBSTITUTES: i64 = 20;
/// More bookings than a facility can have between now and the end of the longest series.
const BOOKINGS: i64 = 100_000;

/// A series happens no more often than anybody can mean, and one that books something ends within 24 months, so that all its slots
/// can be taken at once.
pub(crate) fn check_series(event: &Event, facilities: &[FacilityId]) -> Result<(), ScheduleFault> {
    if recurrence::is_too_dense(event) {
        return Err(ScheduleFault::SeriesTooDense);
    }
    if facilities.is_empty() || !event.is_series() {
        return Ok(());
    }
    let start = Timestamp::from(event.zone_for(Zone::TOKYO).instant(event.start.naive()));
    match recurrence::end(event) {
        Some(end) if end <= start + SERIES => Ok(()),
        None if recurrence::is_bounded(event) => Err(ScheduleFault::SeriesTooDense),
        _ => Err(ScheduleFault::FacilitySeriesNeedsEnd),
    }
}

/// Takes the facilities of an event for all its occurrences, and tells in which collections their bookings are.
///
/// The facilities' rows are written first, in ascending order of their ids: until the transaction ends nobody else books
/// them. Only then is it asked whether they are free.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    who: &Principal,
    event: &StoredEvent,
    happenings: &[Happening],
) -> Result<Vec<CollectionId>, ScheduleFault> {
    let facilities = event.all_facilities();
    if facilities.is_empty() {
        return Ok(Vec::new());
    }
    if event.indexed.is_dense() {
        return Err(ScheduleFault::SeriesTooDense);
    }
    is_indexed(event, happenings, tx.now())?;
    if !event.event.is_series() {
        is_in_reach(happenings, tx.now())?;
    }
    lock(tx, &facilities)?;
    let ids: Vec<&str> = facilities.iter().map(FacilityId::as_str).collect();
    let booked = store::facilities::list_bookable(tx, &ids)?;
    let mut wanted = Vec::with_capacity(booked.len());
    for it in booked {
        let slots = slots(event, happenings, &it.facility.id);
        if slots.iter().any(|slot| slot.utc_end <= slot.utc_start) {
            let detail = "a facility is booked for some time: say for how long";
            return Err(ScheduleFault::field("/duration", "facility-needs-duration", detail));
        }
        let rules = &it.facility.booking_rules;
        if let Some(first) = broken(rules, &slots) {
            let is_broken = |slot: &Slot| broken(rules, &[*slot]).is_some();
            let occurrences = occurrences(event, happenings, &it.facility.id, is_broken);
            return Err(rule_broken(&it.facility, first, occurrences));
        }
        wanted.push((it, slots));
    }
    let collections: Vec<CollectionId> = wanted.iter().map(|(it, _)| it.collection).collect();
    let all = || wanted.iter().flat_map(|(_, slots)| slots);
    let (first, end) = (all().map(|slot| slot.utc_start).min(), all().map(|slot| slot.utc_end).max());
    let Some(window) = first.zip(end) else { return Ok(collections) };
    let mut taken = list_taken(tx, &collections, window)?;
    for (it, slots) in &wanted {
        let held = taken.remove(&it.collection).unwrap_or_default();
        let mut clashes = booking::conflicts(slots, &held, &event.id);
        if let Some((slot, by)) = clashes.next() {
            let all: Vec<Slot> = std::iter::once(slot).chain(clashes.map(|(slot, _)| slot)).collect();
            let mut refusal = refusal(tx, who, it, (slot, by), &all)?;
            refusal.occurrences = occurrences(event, happenings, &it.facility.id, |slot| all.contains(slot));
            return Err(ScheduleFault::FacilityTaken(Box::new(refusal)));
        }
    }
    Ok(collections)
}

/// An occurrence that books something by itself must be in the index, or nobody would find it there.
fn is_indexed(event: &StoredEvent, happenings: &[Happening], now: Timestamp) -> Result<(), ScheduleFault> {
    let zone = event.event.zone_for(Zone::TOKYO);
    let indexed: HashSet<_> = happenings.iter().filter_map(|it| it.at.recurrence_id).collect();
    let books = |patch: &PatchObject| patch.facility_ids().is_some_and(|ids| !ids.is_empty());
    let missing = event.event.recurrence_overrides.iter().filter(|(id, patch)| {
        let start = Timestamp::from(zone.instant(patch.start().unwrap_or(**id).naive()));
        start > now && !patch.is_excluded() && !indexed.contains(id) && books(patch)
    });
    let occurrences: Vec<LocalDateTime> = missing.map(|(id, _)| *id).collect();
    if occurrences.is_empty() {
        return Ok(());
    }
    let rule = FacilityRule { latest_end: Some(now + SERIES), ..FacilityRule::default() };
    let detail = "one occurrence of a series without end is booked at most 24 months ahead";
    let field = FieldFault::new("/facilityIds", "too-far-ahead", detail);
    Err(ScheduleFault::FacilityRules(Box::new(RuleBroken { rule, field, occurrences })))
}

/// A single booking neither ends more than 24 months ahead nor lasts longer, as no series does. What took place may be recorded.
fn is_in_reach(happenings: &[Happening], now: Timestamp) -> Result<(), ScheduleFault> {
    let refuse = |rule, field| {
        let broken = RuleBroken { rule, field, occurrences: Vec::new() };
        Err(ScheduleFault::FacilityRules(Box::new(broken)))
    };
    for it in happenings {
        if it.at.utc_end > it.at.utc_start + SERIES {
            let longest = JsDuration::new(i64::try_from(SERIES.as_secs() / 86_400).unwrap_or(i64::MAX), 0);
            let rule = FacilityRule { max_duration: longest, ..FacilityRule::default() };
            let detail = "a facility is booked for at most 24 months";
            let field = FieldFault::new("/duration", "facility-too-long", detail);
            return refuse(rule, field.allowing(longest.map(at_most).unwrap_or_default()));
        }
        if it.at.utc_end > now + SERIES {
            let latest = now + SERIES;
            let rule = FacilityRule { latest_end: Some(latest), ..FacilityRule::default() };
            let detail = "a facility is booked at most 24 months ahead";
            let field = FieldFault::new("/start", "too-far-ahead", detail);
            let day = Zone::TOKYO.local(latest.to_datetime()).date();
            return refuse(rule, field.allowing(format!("≤ {day}")));
        }
    }
    Ok(())
}

fn lock(tx: &mut Tx<'_>, facilities: &[FacilityId]) -> Result<(), ScheduleFault> {
    let mut faults = Vec::new();
    for (at, id) in facilities.iter().enumerate() {
        if store::facilities::lock(tx, id)?.is_none() {
            let pointer = format!("/facilityIds/{at}");
            faults.push(FieldFault::new(pointer, "unknown-facility", "there is no facility with this id"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(ScheduleFault::Invalid(faults)) }
}

/// The occurrences that take a facility.
fn takers<'h>(
    event: &StoredEvent,
    happenings: &'h [Happening],
    facility: &FacilityId,
) -> impl Iterator<Item = (&'h Happening, Slot)> {
    let takes_place = |it: &&Happening| it.own.as_ref().unwrap_or(&event.event).status != Status::Cancelled;
    let books = |it: &&Happening| it.facilities.as_ref().unwrap_or(&event.facilities).contains(facility);
    let slot = |it: &Happening| Slot { utc_start: it.at.utc_start, utc_end: it.at.utc_end };
    happenings.iter().filter(takes_place).filter(books).map(move |it| (it, slot(it)))
}

/// The times for which the event needs a facility, in order.
fn slots(event: &StoredEvent, happenings: &[Happening], facility: &FacilityId) -> Vec<Slot> {
    let mut slots: Vec<Slot> = takers(event, happenings, facility).map(|(_, slot)| slot).collect();
    slots.sort_unstable();
    slots
}

/// The occurrences that need a facility at one of these times, by their original starts.
fn occurrences(
    event: &StoredEvent,
    happenings: &[Happening],
    facility: &FacilityId,
    is_meant: impl Fn(&Slot) -> bool,
) -> Vec<LocalDateTime> {
    let meant = takers(event, happenings, facility).filter(|(_, slot)| is_meant(slot));
    meant.filter_map(|(it, _)| it.at.recurrence_id).collect()
}

/// What is taken in each of these calendars, in order of start.
fn list_taken(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    window: (Timestamp, Timestamp),
) -> Result<HashMap<CollectionId, Vec<Taken>>, ScheduleFault> {
    let mut taken: HashMap<CollectionId, Vec<Taken>> = HashMap::new();
    for it in store::occurrences::list_busy(tx, collections, window, BOOKINGS)? {
        let slot = Slot { utc_start: it.utc_start, utc_end: it.utc_end };
        taken.entry(it.collection).or_default().push(Taken { slot, event_id: it.event });
    }
    Ok(taken)
}

fn refusal(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    held: &Bookable,
    (wanted, by): (Slot, &Taken),
    clashes: &[Slot],
) -> Result<FacilityTaken, ScheduleFault> {
    let (holder, holder_extension) = holder(tx, &who.person, &by.event_id)?.unzip();
    Ok(FacilityTaken {
        facility_id: held.facility.id.clone(),
        utc_start: by.slot.utc_start,
        holder,
        holder_extension: holder_extension.flatten(),
        until: by.slot.utc_end,
        alternatives: alternatives(tx, held, wanted)?,
        clashes: clashes
            .iter()
            .take(CLASHES)
            .map(|slot| Clash { utc_start: slot.utc_start, utc_end: slot.utc_end })
            .collect(),
        clash_count: clashes.len(),
        occurrences: Vec::new(),
    })
}

/// The name and the extension of whoever made the booking; `None` when the event is private and not the reader's own.
fn holder(
    tx: &mut ReadTx<'_>,
    reader: &PersonId,
    event: &EventId,
) -> Result<Option<(String, Option<String>)>, ScheduleFault> {
    let Some(stored) = store::events::get(tx, event)? else { return Ok(None) };
    let Some(organizer) = stored.organizer else { return Ok(None) };
    let own = organizer == *reader || stored.event.staff().contains(reader);
    if stored.event.privacy != Privacy::Public && !own {
        return Ok(None);
    }
    let names = directory::service::names(tx, std::slice::from_ref(&organizer))?;
    let holder = names.into_values().next().filter(|person| own || !person.suppressed);
    Ok(holder.map(|person| {
        let extension = person.extension().map(str::to_owned);
        (person.name.full, extension)
    }))
}

/// Free slots of the same length: in other facilities at the same time, or in the same one at another.
fn alternatives(
    tx: &mut ReadTx<'_>,
    held: &Bookable,
    wanted: Slot,
) -> Result<Vec<Alternative>, ScheduleFault> {
    let mut looked_at = store::facilities::list_substitutes(tx, &held.facility, SUBSTITUTES)?;
    looked_at.push(held.clone());
    let collections: Vec<CollectionId> = looked_at.iter().map(|it| it.collection).collect();
    let taken = list_taken(tx, &collections, (wanted.utc_start, wanted.utc_end + SEARCH))?;
    let taken: HashMap<FacilityId, Vec<Slot>> = looked_at
        .iter()
        .filter_map(|it| {
            let slots = taken.get(&it.collection)?.iter().map(|taken| taken.slot).collect();
            Some((it.facility.id.clone(), slots))
        })
        .collect();
    let others: Vec<FacilityId> = looked_at
        .iter()
        .filter(|it| broken(&it.facility.booking_rules, &[wanted]).is_none())
        .map(|it| it.facility.id.clone())
        .collect();
    let mut offers = booking::alternatives(&held.facility.id, wanted, &others, &taken);
    let allowed = |facility: &StoredFacility, offer: &Alternative| {
        let slot = Slot { utc_start: offer.utc_start, utc_end: offer.utc_end };
        facility.id != offer.facility_id || broken(&facility.booking_rules, &[slot]).is_none()
    };
    offers.retain(|offer| allowed(&held.facility, offer));
    Ok(offers)
}

/// The refusal of a booking that a facility's rules do not allow.
fn rule_broken(facility: &StoredFacility, broken: Broken, occurrences: Vec<LocalDateTime>) -> ScheduleFault {
    let of = FacilityRule {
        facility_id: Some(facility.id.clone()),
        facility_name: Some(facility.name.clone()),
        ..FacilityRule::default()
    };
    let (rule, field) = match broken {
        Broken::Longest(longest) => {
            let detail = "longer than the facility may be booked";
            let field = FieldFault::new("/duration", "facility-too-long", detail).allowing(at_most(longest));
            (FacilityRule { max_duration: Some(longest), ..of }, field)
        }
        Broken::Hours => {
            let rules = &facility.booking_rules;
            let (opens, closes) = (rules.opens.unwrap_or_default(), rules.closes.unwrap_or(TimeOfDay::END));
            let field = FieldFault::new("/start", "facility-closed", "the facility is not open then");
            let rule = FacilityRule { opens: Some(opens), closes: Some(closes), ..of };
            (rule, field.allowing(format!("{opens}–{closes}")))
        }
    };
    ScheduleFault::FacilityRules(Box::new(RuleBroken { rule, field, occurrences }))
}

/// A longest duration in words that need no translation.
fn at_most(longest: JsDuration) -> String {
    let minutes = longest.days() * 24 * 60 + longest.seconds() / 60;
    match (minutes % (24 * 60), minutes % 60) {
        (0, _) => format!("≤ {} d", minutes / (24 * 60)),
        (_, 0) => format!("≤ {} h", minutes / 60),
        _ => format!("≤ {minutes} min"),
    }
}

/// Those of these facilities that could be booked for all of the slot.
pub(crate) fn free(
    tx: &mut ReadTx<'_>,
    facilities: Vec<Bookable>,
    slot: Slot,
) -> Result<Vec<Bookable>, ScheduleFault> {
    let collections: Vec<CollectionId> = facilities.iter().map(|it| it.collection).collect();
    let taken = list_taken(tx, &collections, (slot.utc_start, slot.utc_end))?;
    let is_free = |it: &Bookable| {
        !taken.contains_key(&it.collection) && broken(&it.facility.booking_rules, &[slot]).is_none()
    };
    Ok(facilities.into_iter().filter(is_free).collect())
}
