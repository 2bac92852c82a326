mod object;

use std::collections::{BTreeMap, BTreeSet};

use renraku_base::{CalendarId, EventId, FacilityId, FieldFault, merge_patch};
use serde_json::{Map, Value};

pub use self::object::PatchObject;
use self::object::{EXCLUDED, FACILITY_IDS, SERIES_ONLY, difference, facilities_value};
pub(crate) use self::object::{KEPT_CALENDAR, KEPT_RULES};
use super::{
    Event, LocalDateTime, limits,
    members::{Members, pointer},
    read,
};

/// A change of an event as a client sends it: a JSON Merge Patch (RFC 7396).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventPatch {
    /// The event that it says it is of; `None` where it does not say so.
    pub id: Option<EventId>,
    /// The calendar into which it is moved.
    pub calendar_id: Option<CalendarId>,
    /// What it books from now on; `None` leaves it as it is.
    pub facility_ids: Option<Vec<FacilityId>>,
    /// The members of the event that change.
    members: Value,
}

impl EventPatch {
    /// Reads the body of a request. What the event's members say is checked when the patch is applied.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn read(body: Value) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let patch = Members::of(body, String::new(), &mut faults).map(|mut members| {
            read::refuse_other_names(&mut members);
            let id = members.take("id", "id");
            members.check_type::<String>("etag");
            members.check_type::<bool>("isOrganizer");
            let calendar_id = members.take("calendarId", "id");
            let nothing_booked = members.has("facilityIds");
            let facility_ids = read::facility_ids(&mut members).or(nothing_booked.then(Vec::new));
            Self { id, calendar_id, facility_ids, members: Value::Object(members.rest_with_nulls()) }
        });
        patch.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// Whether it takes an occurrence in again that was left out.
    #[must_use]
    pub fn brings_back(&self) -> bool {
        self.members.get(EXCLUDED) == Some(&Value::Bool(false))
    }

    /// Whether it leaves an occurrence out.
    #[must_use]
    pub fn leaves_out(&self) -> bool {
        self.members.get(EXCLUDED) == Some(&Value::Bool(true))
    }

    /// Whether it touches one of these members.
    #[must_use]
    pub fn touches(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.members.get(*name).is_some())
    }

    /// What of it touches these members, and the rest.
    #[must_use]
    pub fn split(&self, names: &[&str]) -> (Self, Self) {
        let members = self.members.as_object().cloned().unwrap_or_default();
        let (touching, rest): (Map<String, Value>, Map<String, Value>) =
            members.into_iter().partition(|(name, _)| names.contains(&name.as_str()));
        let touching = Self { members: Value::Object(touching), ..Self::default() };
        (touching, Self { members: Value::Object(rest), ..self.clone() })
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calendar_id.is_none() && self.facility_ids.is_none() && self.names().next().is_none()
    }

    /// The names of the members that it touches.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.as_object().into_iter().flat_map(Map::keys).map(String::as_str)
    }
}

impl Event {
    /// The event (a whole series, if it is one) with the patch applied.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn patched(&self, patch: &EventPatch) -> Result<Self, Vec<FieldFault>> {
        let mut members = self.to_value();
        merge_patch(&mut members, &patch.members);
        let mut after = Self::read(members)?;
        let mut faults = Vec::new();
        if after.uid != self.uid {
            faults.push(FieldFault::new("/uid", "read-only", "the uid of an event never changes"));
        }
        if after.organizer_calendar_address != self.organizer_calendar_address {
            let detail = "the organizer of an event never changes";
            faults.push(FieldFault::new("/organizerCalendarAddress", "read-only", detail));
        }
        if after.recurrence_overrides != self.recurrence_overrides {
            let detail = "an occurrence is changed by a request with its recurrenceId";
            faults.push(FieldFault::new("/recurrenceOverrides", "occurrence-by-id", detail));
        }
        (after.created, after.updated, after.sequence) = (self.created, self.updated, self.sequence);
        after.drop_idle_pointers();
        after.checked_size(faults)
    }

    /// Takes pointers into what the series lacks out of its exceptions: they have no effect here, and whoever reads them by the
    /// standard passes over the whole exception.
    fn drop_idle_pointers(&mut self) {
        let deep = |patch: &PatchObject| patch.iter().any(|(pointer, _)| pointer.matches('/').count() > 1);
        if self.recurrence_overrides.values().any(deep) {
            let base = self.members();
            self.recurrence_overrides.values_mut().for_each(|patch| patch.drop_idle_pointers(&base));
        }
    }

    /// The series with the patch applied to one occurrence.
    ///
    /// Whether the series has this occurrence is for the caller to know (`rules::recurrence`).
    ///
    /// # Errors
    /// Every field at fault.
    pub fn patched_at(
        &self,
        recurrence_id: LocalDateTime,
        patch: &EventPatch,
    ) -> Result<Self, Vec<FieldFault>> {
        let faults: Vec<FieldFault> = SERIES_ONLY
            .into_iter()
            .filter(|name| patch.members.get(*name).is_some())
            .map(|name| {
                let detail = "belongs to the whole series and cannot differ in one occurrence";
                FieldFault::new(pointer("", name), "series-only", detail)
            })
            .collect();
        let is_itself = self.is_itself(recurrence_id);
        let base = if is_itself { self.single().members() } else { self.base_of(recurrence_id) };
        let mut members = base.clone();
        if let Some(current) = self.recurrence_overrides.get(&recurrence_id) {
            current.apply(&mut members);
        }
        members.remove(EXCLUDED);
        let mut members = Value::Object(members);
        merge_patch(&mut members, &patch.members);
        if let Value::Object(members) = &mut members {
            members.remove(EXCLUDED);
        }
        let occurrence = match Self::read(members) {
            Ok(occurrence) if faults.is_empty() => occurrence,
            Ok(_) => return Err(faults),
            Err(more) => return Err(faults.into_iter().chain(more).collect()),
        };
        if patch.leaves_out() {
            return Ok(self.without(recurrence_id));
        }
        if is_itself {
            let mut event = self.clone();
            event.put_itself(&occurrence);
            return event.checked_size(Vec::new());
        }
        let mut members = occurrence.members();
        // Read as an event it says nothing of what it books.
        let booked = self.recurrence_overrides.get(&recurrence_id).and_then(PatchObject::facility_ids);
        members.extend(booked.map(|ids| (FACILITY_IDS.to_owned(), facilities_value(&ids))));
        let mut series = self.clone();
        series.put_override(recurrence_id, difference(&base, members));
        series.checked_size(Vec::new())
    }

    /// Replaces one occurrence of the series by `occurrence`, of which what belongs to the series is disregarded.
    pub fn put_occurrence(&mut self, recurrence_id: LocalDateTime, occurrence: &Self) {
        if self.is_itself(recurrence_id) {
            return self.put_itself(occurrence);
        }
        let difference = self.difference(recurrence_id, occurrence);
        self.put_override(recurrence_id, difference);
    }

    /// Notes what one occurrence books; `None` for the same as its series.
    pub fn put_facility_ids(&mut self, recurrence_id: LocalDateTime, ids: Option<&[FacilityId]>) {
        let mut difference = self.recurrence_overrides.get(&recurrence_id).cloned().unwrap_or_default();
        difference.put_facility_ids(ids);
        self.put_override(recurrence_id, difference);
    }

    /// Changes the series, and each occurrence whose exception `picks`; `change` is told which it has before it.
    pub(crate) fn change_everywhere(
        &mut self,
        picks: impl Fn(&PatchObject) -> bool,
        mut change: impl FnMut(Option<LocalDateTime>, &mut Self),
    ) {
        let occurrences = self.occurrences_of(picks);
        change(None, self);
        for (id, mut occurrence) in occurrences {
            change(Some(id), &mut occurrence);
            self.put_occurrence(id, &occurrence);
        }
    }

    /// The occurrences whose exceptions `picks`, by original start.
    pub(crate) fn occurrences_of(&self, picks: impl Fn(&PatchObject) -> bool) -> Vec<(LocalDateTime, Self)> {
        let picked = self.recurrence_overrides.iter().filter(|(_, patch)| picks(patch));
        picked.filter_map(|(id, _)| Some((*id, self.occurrence(*id)?))).collect()
    }

    /// Whether anybody takes part, in the whole or in single occurrences.
    pub(crate) fn has_others(&self) -> bool {
        !self.participants.is_empty() || self.invites_to_occurrences()
    }

    /// Whether others take part in single occurrences than in the whole.
    pub(crate) fn invites_to_occurrences(&self) -> bool {
        self.recurrence_overrides.values().any(PatchObject::changes_people)
    }

    /// The event without what became of the messages to those who take part: that is for its organizer.
    #[must_use]
    pub(crate) fn without_schedule_status(mut self) -> Self {
        let told = self.participants.values().any(|it| !it.schedule_status.is_empty())
            || self.recurrence_overrides.values().any(PatchObject::tells_schedule_status);
        if told {
            self.change_everywhere(PatchObject::touches_people, |_, event| {
                event.participants.values_mut().for_each(|it| it.schedule_status.clear());
            });
        }
        self
    }

    /// An occurrence without what it says of its bookings: these stand beside an event, not in it.
    #[must_use]
    pub(crate) fn without_bookings(mut self) -> Self {
        self.more.remove(FACILITY_IDS);
        self
    }

    /// How `occurrence` differs from the series, of which it is the occurrence with this original start. What belongs to
    /// the series is disregarded.
    #[must_use]
    pub fn difference(&self, recurrence_id: LocalDateTime, occurrence: &Self) -> PatchObject {
        difference(&self.base_of(recurrence_id), occurrence.members())
    }

    fn put_override(&mut self, recurrence_id: LocalDateTime, difference: PatchObject) {
        // An empty entry may be all that adds this occurrence to the series.
        if !difference.is_empty()
            || self.recurrence_overrides.contains_key(&recurrence_id)
            || self.recurrence_id.is_some_and(|own| own != recurrence_id)
        {
            self.recurrence_overrides.insert(recurrence_id, difference);
        }
    }

    /// The series without one occurrence.
    #[must_use]
    pub fn without(&self, recurrence_id: LocalDateTime) -> Self {
        let mut series = self.clone();
        match series.stands_alone() {
            true => series.recurrence_overrides.remove(&recurrence_id),
            false => series.recurrence_overrides.insert(recurrence_id, PatchObject::excluded()),
        };
        series
    }

    /// The exceptions that are told as events of their own: those that differ from their series, and all where no series is known.
    pub(crate) fn exceptions(&self) -> impl Iterator<Item = (LocalDateTime, &PatchObject)> {
        let stands_alone = self.stands_alone();
        let all = self.recurrence_overrides.iter().map(|(id, patch)| (*id, patch));
        all.filter(move |(_, patch)| (stands_alone || !patch.is_empty()) && !patch.is_excluded())
    }

    /// One occurrence as an event of its own: the series with what is different in it; `None` when it is left out.
    ///
    /// Whether the series has this occurrence is for the caller to know (`rules::recurrence`).
    #[must_use]
    pub fn occurrence(&self, recurrence_id: LocalDateTime) -> Option<Self> {
        if self.recurrence_id == Some(recurrence_id) {
            return Some(self.single());
        }
        let difference = self.recurrence_overrides.get(&recurrence_id);
        if self.stands_alone() && difference.is_none() {
            return None;
        }
        self.single().happening(recurrence_id, difference)
    }

    /// The occurrences, by their original starts, of which another version of the series says something else.
    pub(crate) fn different_exceptions(&self, other: &Self) -> Vec<LocalDateTime> {
        let (ours, theirs) = (&self.recurrence_overrides, &other.recurrence_overrides);
        let ids: BTreeSet<_> = ours.keys().chain(theirs.keys()).copied().collect();
        ids.into_iter().filter(|id| ours.get(id) != theirs.get(id)).collect()
    }

    /// The occurrence of a series of which `self` is the copy that does not repeat.
    pub(crate) fn happening(
        &self,
        recurrence_id: LocalDateTime,
        difference: Option<&PatchObject>,
    ) -> Option<Self> {
        if difference.is_some_and(PatchObject::is_excluded) {
            return None;
        }
        let mut plain = self.clone();
        plain.start = recurrence_id;
        plain.recurrence_id = Some(recurrence_id);
        plain.recurrence_id_time_zone = self.clock();
        let Some(difference) = difference.filter(|difference| !difference.is_empty()) else {
            return Some(plain);
        };
        Some(plain.different(difference))
    }

    /// The event with a patch applied, going only through those participants whom the patch names.
    pub(super) fn different(mut self, difference: &PatchObject) -> Self {
        let touched = difference.keys_within("participants");
        let (named, rest) =
            std::mem::take(&mut self.participants).into_iter().partition(|(key, _)| touched.contains(key));
        self.participants = named;
        let mut members = self.members();
        difference.apply(&mut members);
        members.remove(EXCLUDED);
        // Overrides were checked when they were stored; one that no longer fits its series has no effect.
        let mut changed: Self = serde_json::from_value(Value::Object(members)).unwrap_or(self);
        if !difference.replaces("participants") {
            changed.participants.extend(rest);
        }
        changed
    }

    /// The faults of one override.
    pub(super) fn check_override(
        &self,
        series: &Map<String, Value>,
        difference: &PatchObject,
    ) -> Vec<FieldFault> {
        let mut members = difference.touched(series);
        for needed in ["uid", "start", "showWithoutTime", "duration"] {
            if let Some(value) = series.get(needed) {
                members.insert(needed.to_owned(), value.clone());
            }
        }
        difference.apply(&mut members);
        Self::read(Value::Object(members)).err().unwrap_or_default()
    }

    /// The members of one occurrence that is like its series.
    fn base_of(&self, recurrence_id: LocalDateTime) -> Map<String, Value> {
        let mut plain = self.single();
        plain.start = recurrence_id;
        plain.members()
    }

    /// A copy that does not repeat.
    pub(crate) fn single(&self) -> Self {
        Self { recurrence_rule: None, recurrence_overrides: BTreeMap::new(), ..self.clone() }
    }

    pub(super) fn members(&self) -> Map<String, Value> {
        match self.to_value() {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    fn checked_size(self, mut faults: Vec<FieldFault>) -> Result<Self, Vec<FieldFault>> {
        if serde_json::to_vec(&self).is_ok_and(|json| json.len() > limits::EVENT_BYTES) {
            let detail = format!("an event is at most {} bytes with its exceptions", limits::EVENT_BYTES);
            faults.push(FieldFault::new("", "too-large", detail));
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }
}

#[cfg(test)]
mod tests;
