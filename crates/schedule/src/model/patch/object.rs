use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

use renraku_base::{FacilityId, FieldFault};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::model::{
    Duration, LocalDateTime,
    members::{Members, pointer},
    read,
};

/// The property of a series that keeps the rules which an import brought beyond the one that is expanded.
pub(crate) const KEPT_RULES: &str = "renraku:iCalendarRules";
/// The property of an event that keeps what the calendar around it said of itself, line by line.
pub(crate) const KEPT_CALENDAR: &str = "renraku:iCalendarCalendar";
/// What belongs to a whole series and cannot differ in one occurrence (RFC 8984 §4.3.5).
pub(super) const SERIES_ONLY: [&str; 13] = [
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
    KEPT_CALENDAR,
    KEPT_RULES,
];
/// What the server counts for the whole series.
const COUNTED: [&str; 3] = ["created", "updated", "sequence"];
pub(super) const EXCLUDED: &str = "excluded";
const PARTICIPANTS: &str = "participants";
/// What a participant's answer consists of.
const ANSWER: [&str; 4] =
    ["participationStatus", "participationComment", "scheduleSequence", "scheduleUpdated"];
/// What an occurrence books, where that is not what its series books.
pub(super) const FACILITY_IDS: &str = "facilityIds";
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

    /// What it says of these members.
    pub(crate) fn of(&self, members: &[&str]) -> impl Iterator<Item = (&str, &Value)> {
        let is_meant =
            |pointer: &str| pointer.split('/').next().is_some_and(|member| members.contains(&member));
        self.0
            .iter()
            .filter(move |(pointer, _)| is_meant(pointer))
            .map(|(pointer, value)| (pointer.as_str(), value))
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

    /// Whether it says of somebody that a message did not reach them.
    pub(crate) fn tells_schedule_status(&self) -> bool {
        const STATUS: &str = "scheduleStatus";
        fn is_within(value: &Value) -> bool {
            value
                .as_object()
                .is_some_and(|members| members.iter().any(|(name, value)| name == STATUS || is_within(value)))
        }
        let people = self.0.iter().filter(|(pointer, _)| pointer.split('/').next() == Some(PARTICIPANTS));
        people.into_iter().any(|(pointer, value)| pointer.ends_with(STATUS) || is_within(value))
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

    /// Whether it changes a member as a whole.
    pub(super) fn replaces(&self, member: &str) -> bool {
        self.0.contains_key(member)
    }

    /// Notes what the occurrence books; `None` for the same as its series.
    pub(super) fn put_facility_ids(&mut self, ids: Option<&[FacilityId]>) {
        match ids {
            Some(ids) => self.0.insert(FACILITY_IDS.to_owned(), facilities_value(ids)),
            None => self.0.remove(FACILITY_IDS),
        };
    }

    /// The keys of a member, such as `participants`, into which it goes.
    pub(super) fn keys_within(&self, member: &str) -> HashSet<String> {
        let keys = self.0.keys().filter_map(|pointer| pointer.strip_prefix(member)?.strip_prefix('/'));
        keys.map(|rest| unescape(rest.split('/').next().unwrap_or_default())).collect()
    }

    /// Takes a patch as it was sent; `at` is its place.
    pub(in crate::model) fn read(patch: Map<String, Value>, at: &str) -> Result<Self, FieldFault> {
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
    pub(super) fn apply(&self, target: &mut Map<String, Value>) {
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

    /// Takes pointers into something that the target lacks out, which have no effect.
    pub(super) fn drop_idle_pointers(&mut self, target: &Map<String, Value>) {
        self.0.retain(|pointer, _| {
            let mut parts = pointer.split('/').map(unescape).collect::<Vec<_>>();
            parts.pop();
            // Maps such as `participants` are left out when they are empty.
            parts.len() < 2 || {
                let first = parts.first().and_then(|top| target.get(top));
                parts.iter().skip(1).try_fold(first, |at, part| at.map(|it| it.get(part))).flatten().is_some()
            }
        });
    }

    /// What turns `from` into `to`.
    fn between(from: &Map<String, Value>, to: &Map<String, Value>) -> Self {
        let mut patch = BTreeMap::new();
        collect_differences(from, to, "", &mut patch);
        Self(patch)
    }

    /// The members of `series`, one level down where a pointer goes deeper, that this patch touches: as much as is needed
    /// to see whether the patched occurrence is right.
    pub(super) fn touched(&self, series: &Map<String, Value>) -> Map<String, Value> {
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

/// Facilities as a patch names them.
pub(super) fn facilities_value(ids: &[FacilityId]) -> Value {
    ids.iter().map(|id| Value::from(id.as_str())).collect()
}

/// What turns `base` into `occurrence`, apart from what belongs to the series.
pub(super) fn difference(base: &Map<String, Value>, mut occurrence: Map<String, Value>) -> PatchObject {
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
