use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

use renraku_base::{CalendarId, FacilityId, FieldFault, merge_patch};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    Duration, Event, LocalDateTime, limits,
    members::{Members, pointer},
    read,
};

/// The property of a series that keeps the rules which an import brought beyond the one that is expanded.
pub(crate) const KEPT_RULES: &str = "renraku:iCalendarRules";
/// What belongs to a whole series and cannot differ in one occurrence (RFC 8984 §4.3.5).
const SERIES_ONLY: [&str; 12] = [
    "@type",
    "method",
    "organizerCalendarAddress",
    "privacy",
    "prodId",
    "recurrenceId",
    "recurrenceIdTimeZone",
    "recurrenceOverrides",
    "recurrenceRule",
    "relatedTo",
    "uid",
    KEPT_RULES,
];
/// What the server counts for the whole series.
const COUNTED: [&str; 3] = ["created", "updated", "sequence"];
const EXCLUDED: &str = "excluded";
const PARTICIPANTS: &str = "participants";
/// What a participant's answer consists of.
const ANSWER: [&str; 4] =
    ["participationStatus", "participationComment", "scheduleSequence", "scheduleUpdated"];
/// What an occurrence books, where that is not what its series books.
const FACILITY_IDS: &str = "facilityIds";
/// What decides when an occurrence takes time.
const TIME: [&str; 7] =
    [EXCLUDED, "start", "duration", "timeZone", "showWithoutTime", "status", "freeBusyStatus"];

/// How one occurrence differs from its series: JSON Pointers without their first `/`, each with a new value, or with
/// `null` for what the occurrence lacks (RFC 8984 §1.4.9).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct PatchObject(BTreeMap<String, Value>);

impl PatchObject {
    /// The occurrence does not take place and is not shown.
    #[must_use]
    pub fn excluded() -> Self {
        Self(BTreeMap::from([(EXCLUDED.to_owned(), Value::Bool(true))]))
    }

    /// The occurrence lasts longer or shorter.
    #[must_use]
    pub fn lasting(duration: Duration) -> Self {
        Self(BTreeMap::from([("duration".to_owned(), Value::from(duration.to_string()))]))
    }

    /// Whether the occurrence is left out.
    #[must_use]
    pub fn is_excluded(&self) -> bool {
        self.0.get(EXCLUDED) == Some(&Value::Bool(true))
    }

    /// Whether the occurrence is like its series.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same without what it says of these members.
    #[must_use]
    pub fn without(&self, members: &[&str]) -> Self {
        let others = self
            .0
            .iter()
            .filter(|(pointer, _)| pointer.split('/').next().is_none_or(|member| !members.contains(&member)));
        Self(others.map(|(pointer, value)| (pointer.clone(), value.clone())).collect())
    }

    /// What participants answered for the occurrence, each with the participant's key.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        self.0.iter().filter_map(|(pointer, value)| {
            let (key, member) = pointer.strip_prefix(PARTICIPANTS)?.strip_prefix('/')?.split_once('/')?;
            ANSWER.contains(&member).then_some((key, pointer.as_str(), value))
        })
    }

    /// Takes in what it does not say yet.
    pub(crate) fn add(&mut self, pointer: &str, value: &Value) {
        self.0.entry(pointer.to_owned()).or_insert_with(|| value.clone());
    }

    /// The start of the occurrence, when it was moved.
    #[must_use]
    pub fn start(&self) -> Option<LocalDateTime> {
        self.0.get("start")?.as_str()?.parse().ok()
    }

    /// What the occurrence books; `None` for the same as its series.
    #[must_use]
    pub fn facility_ids(&self) -> Option<Vec<FacilityId>> {
        serde_json::from_value(self.0.get(FACILITY_IDS)?.clone()).ok()
    }

    /// Whether others take part, or not all of those who take part in the series.
    #[must_use]
    pub fn changes_people(&self) -> bool {
        self.0.keys().any(|pointer| {
            let mut parts = pointer.split('/');
            parts.next() == Some(PARTICIPANTS)
                && matches!(parts.nth(1), None | Some("personId" | "calendarAddress"))
        })
    }

    /// Whether it says anything of those who take part, if only what they answered.
    #[must_use]
    pub(crate) fn touches_people(&self) -> bool {
        self.0.keys().any(|pointer| pointer.split('/').next() == Some(PARTICIPANTS))
    }

    /// Whether it says anything of when the occurrence is.
    #[must_use]
    pub(crate) fn touches_time(&self) -> bool {
        self.0.keys().any(|pointer| TIME.contains(&pointer.as_str()))
    }

    /// The pointers with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(pointer, value)| (pointer.as_str(), value))
    }

    /// What of it decides when the occurrence takes time.
    #[must_use]
    pub(crate) fn time_only(&self) -> Self {
        let kept = self.0.iter().filter(|(pointer, _)| TIME.contains(&pointer.as_str()));
        Self(kept.map(|(pointer, value)| (pointer.clone(), value.clone())).collect())
    }

    /// The keys of a member, such as `participants`, into which it goes.
    fn keys_within(&self, member: &str) -> HashSet<String> {
        let keys = self.0.keys().filter_map(|pointer| pointer.strip_prefix(member)?.strip_prefix('/'));
        keys.map(|rest| unescape(rest.split('/').next().unwrap_or_default())).collect()
    }

    /// Takes a patch as it was sent; `at` is its place.
    pub(super) fn read(patch: Map<String, Value>, at: &str) -> Result<Self, FieldFault> {
        let mut kept = BTreeMap::new();
        for (key, value) in patch {
            let top = key.split('/').next().unwrap_or_default();
            if SERIES_ONLY.contains(&top) {
                let detail = "belongs to the whole series and cannot differ in one occurrence";
                return Err(FieldFault::new(pointer(at, &key), "series-only", detail));
            }
            if key.is_empty() || key.starts_with('/') || key.ends_with('/') {
                let detail = "a JSON Pointer without its first slash, like participants/1/roles";
                return Err(FieldFault::new(pointer(at, &key), "pointer", detail));
            }
            let value = if key == FACILITY_IDS { read_facility_ids(value, at)? } else { value };
            kept.insert(key, value);
        }
        for key in kept.keys() {
            let mut end = key.len();
            while let Some(slash) = key.get(..end).and_then(|head| head.rfind('/')) {
                if kept.contains_key(&key[..slash]) {
                    let detail = "is changed as a whole by another pointer of this patch";
                    return Err(FieldFault::new(pointer(at, key), "pointer", detail));
                }
                end = slash;
            }
        }
        Ok(Self(kept))
    }

    /// Changes `target`. A pointer into something that the target lacks has no effect.
    fn apply(&self, target: &mut Map<String, Value>) {
        for (pointer, value) in &self.0 {
            // Maps such as `participants` are left out when they are empty.
            if let Some((top, rest)) = pointer.split_once('/')
                && !rest.contains('/')
            {
                target.entry(unescape(top)).or_insert_with(|| Value::Object(Map::new()));
            }
            set(target, pointer, value);
        }
    }

    /// What turns `from` into `to`.
    fn between(from: &Map<String, Value>, to: &Map<String, Value>) -> Self {
        let mut patch = BTreeMap::new();
        collect_differences(from, to, "", &mut patch);
        Self(patch)
    }

    /// The members of `series`, one level down where a pointer goes deeper, that this patch touches: as much as is needed
    /// to see whether the patched occurrence is right.
    fn touched(&self, series: &Map<String, Value>) -> Map<String, Value> {
        let mut touched = Map::new();
        for pointer in self.0.keys() {
            let mut parts = pointer.splitn(3, '/').map(unescape);
            let (top, key) = (parts.next().unwrap_or_default(), parts.next());
            match (series.get(&top), key) {
                (Some(Value::Object(from)), Some(key)) => {
                    let into = touched.entry(top).or_insert_with(|| Value::Object(Map::new()));
                    if let (Value::Object(into), Some(value)) = (into, from.get(&key)) {
                        into.insert(key, value.clone());
                    }
                }
                (Some(value), _) => {
                    touched.insert(top, value.clone());
                }
                (None, _) => {}
            }
        }
        touched
    }
}

/// The facilities of a patch, each once and in ascending order.
fn read_facility_ids(value: Value, at: &str) -> Result<Value, FieldFault> {
    let mut faults = Vec::new();
    let only = Value::Object(Map::from_iter([(FACILITY_IDS.to_owned(), value)]));
    let ids = Members::of(only, at.to_owned(), &mut faults).and_then(|mut it| read::facility_ids(&mut it));
    match faults.pop() {
        Some(fault) => Err(fault),
        None => Ok(facilities_value(&ids.unwrap_or_default())),
    }
}

fn facilities_value(ids: &[FacilityId]) -> Value {
    ids.iter().map(|id| Value::from(id.as_str())).collect()
}

/// What turns `base` into `occurrence`, apart from what belongs to the series.
fn difference(base: &Map<String, Value>, mut occurrence: Map<String, Value>) -> PatchObject {
    let mut base = Cow::Borrowed(base);
    if base.contains_key(PARTICIPANTS) != occurrence.contains_key(PARTICIPANTS) {
        // Each is told by itself, so that whoever joins the series later joins the occurrence, too.
        let nobody = || Value::Object(Map::new());
        base.to_mut().entry(PARTICIPANTS).or_insert_with(nobody);
        occurrence.entry(PARTICIPANTS).or_insert_with(nobody);
    }
    for name in SERIES_ONLY.iter().chain(&COUNTED) {
        occurrence.remove(*name);
        if let Some(same) = base.get(*name) {
            occurrence.insert((*name).to_owned(), same.clone());
        }
    }
    PatchObject::between(&base, &occurrence)
}

fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

fn set(target: &mut Map<String, Value>, pointer: &str, value: &Value) {
    match pointer.split_once('/') {
        Some((head, rest)) => {
            if let Some(Value::Object(inner)) = target.get_mut(&unescape(head)) {
                set(inner, rest, value);
            }
        }
        None if value.is_null() => {
            target.remove(&unescape(pointer));
        }
        None => {
            target.insert(unescape(pointer), value.clone());
        }
    }
}

fn collect_differences(
    from: &Map<String, Value>,
    to: &Map<String, Value>,
    at: &str,
    patch: &mut BTreeMap<String, Value>,
) {
    let place = |name: &str| format!("{at}{}", name.replace('~', "~0").replace('/', "~1"));
    for name in from.keys().filter(|name| !to.contains_key(*name)) {
        patch.insert(place(name), Value::Null);
    }
    for (name, new) in to {
        match (from.get(name), new) {
            (Some(old), new) if old == new => {}
            (Some(Value::Object(old)), Value::Object(new)) => {
                collect_differences(old, new, &format!("{}/", place(name)), patch);
            }
            _ => {
                patch.insert(place(name), new.clone());
            }
        }
    }
}

/// A change of an event as a client sends it: a JSON Merge Patch (RFC 7396).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventPatch {
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
            let calendar_id = members.take("calendarId", "id");
            let nothing_booked = members.has("facilityIds");
            let facility_ids = read::facility_ids(&mut members).or(nothing_booked.then(Vec::new));
            Self { calendar_id, facility_ids, members: Value::Object(members.rest_with_nulls()) }
        });
        patch.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// Whether it takes an occurrence in again that was left out.
    #[must_use]
    pub fn brings_back(&self) -> bool {
        self.members.get(EXCLUDED) == Some(&Value::Bool(false))
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
            faults.push(FieldFault::new("/recurrenceOverrides", "read-only", detail));
        }
        (after.created, after.updated, after.sequence) = (self.created, self.updated, self.sequence);
        after.checked_size(faults)
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
        let base = self.base_of(recurrence_id);
        let mut members = base.clone();
        if let Some(current) = self.recurrence_overrides.get(&recurrence_id) {
            current.apply(&mut members);
        }
        let excluded = patch.members.get(EXCLUDED) == Some(&Value::Bool(true));
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
        if excluded {
            return Ok(self.without(recurrence_id));
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
        let difference = self.difference(recurrence_id, occurrence);
        self.put_override(recurrence_id, difference);
    }

    /// Notes what one occurrence books; `None` for the same as its series.
    pub fn put_facility_ids(&mut self, recurrence_id: LocalDateTime, ids: Option<&[FacilityId]>) {
        let mut difference = self.recurrence_overrides.get(&recurrence_id).cloned().unwrap_or_default();
        match ids {
            Some(ids) => difference.0.insert(FACILITY_IDS.to_owned(), facilities_value(ids)),
            None => difference.0.remove(FACILITY_IDS),
        };
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
        if !difference.is_empty() || self.recurrence_overrides.contains_key(&recurrence_id) {
            self.recurrence_overrides.insert(recurrence_id, difference);
        }
    }

    /// The series without one occurrence.
    #[must_use]
    pub fn without(&self, recurrence_id: LocalDateTime) -> Self {
        let mut series = self.clone();
        series.recurrence_overrides.insert(recurrence_id, PatchObject::excluded());
        series
    }

    /// One occurrence as an event of its own: the series with what is different in it; `None` when it is left out.
    ///
    /// Whether the series has this occurrence is for the caller to know (`rules::recurrence`).
    #[must_use]
    pub fn occurrence(&self, recurrence_id: LocalDateTime) -> Option<Self> {
        if self.recurrence_id == Some(recurrence_id) {
            return Some(self.single());
        }
        self.single().happening(recurrence_id, self.recurrence_overrides.get(&recurrence_id))
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
        plain.recurrence_id_time_zone = self.time_zone;
        let Some(difference) = difference.filter(|difference| !difference.is_empty()) else {
            return Some(plain);
        };
        Some(plain.different(difference))
    }

    /// The event with a patch applied, going only through those participants whom the patch names.
    fn different(mut self, difference: &PatchObject) -> Self {
        let touched = difference.keys_within("participants");
        let (named, rest) =
            std::mem::take(&mut self.participants).into_iter().partition(|(key, _)| touched.contains(key));
        self.participants = named;
        let mut members = self.members();
        difference.apply(&mut members);
        members.remove(EXCLUDED);
        // Overrides were checked when they were stored; one that no longer fits its series has no effect.
        let mut changed: Self = serde_json::from_value(Value::Object(members)).unwrap_or(self);
        if !difference.0.contains_key("participants") {
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
