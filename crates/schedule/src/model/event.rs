use std::collections::{BTreeMap, HashSet};

use renraku_base::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    Alert, Duration, LocalDateTime, Location, Participant, ParticipationStatus, PatchObject, RecurrenceRule,
    VirtualLocation, Zone,
};

/// One event or one series of events (JSCalendar 2.0 Event).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Always `Event`.
    #[serde(rename = "@type", default)]
    pub object_type: EventType,
    /// The same in every calendar and every system that holds the event.
    #[schema(required = false)]
    pub uid: String,
    /// One line that says what it is.
    #[serde(default)]
    pub title: String,
    /// Text of many lines.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// When it (or the first of the series) starts, on the clocks of `timeZone`.
    #[schema(required = false)]
    pub start: LocalDateTime,
    /// The zone of `start`; without one the event is at the same time of day wherever the reader is.
    pub time_zone: Option<Zone>,
    /// How long it lasts.
    #[serde(default)]
    pub duration: Duration,
    /// Whether it is of whole days.
    #[serde(default)]
    pub show_without_time: bool,
    /// How it repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurrence_rule: Option<RecurrenceRule>,
    /// Occurrences that differ from the series, are added to it, or are left out (`excluded`), by original start.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub recurrence_overrides: BTreeMap<LocalDateTime, PatchObject>,
    /// The original start in a series of which only this occurrence is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurrence_id: Option<LocalDateTime>,
    /// The zone of `recurrenceId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurrence_id_time_zone: Option<Zone>,
    /// Who takes part.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub participants: BTreeMap<String, Participant>,
    /// The address of the participant to whom replies go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizer_calendar_address: Option<String>,
    /// Where it happens.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub locations: BTreeMap<String, Location>,
    /// Where it happens over a network.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub virtual_locations: BTreeMap<String, VirtualLocation>,
    /// Reminders.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alerts: BTreeMap<String, Alert>,
    /// Who may see more than that the time is taken.
    #[serde(default)]
    pub privacy: Privacy,
    /// Whether it takes the participants' time.
    #[serde(default)]
    pub free_busy_status: FreeBusyStatus,
    /// Whether it takes place.
    #[serde(default)]
    pub status: Status,
    /// How often it was changed in a way that matters to participants.
    #[serde(default)]
    pub sequence: u32,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<Timestamp>,
    /// Free words about it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keywords: BTreeMap<String, bool>,
    /// Words of a list about it, as URIs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub categories: BTreeMap<String, bool>,
    /// A CSS colour by which it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Properties that are kept and have no effect.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// The `@type` of an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum EventType {
    /// The only one.
    #[default]
    Event,
}

/// Who may see more of an event than that the time is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Privacy {
    /// Everyone who may read the calendar.
    #[default]
    Public,
    /// The owner and the participants; others see that the time is taken.
    Private,
    /// The owner and the participants; others see nothing.
    Secret,
}

/// Whether an event takes the participants' time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FreeBusyStatus {
    /// They can do something else meanwhile.
    Free,
    /// They cannot.
    #[default]
    Busy,
}

/// Whether an event takes place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It does.
    #[default]
    Confirmed,
    /// It does not.
    Cancelled,
    /// It may.
    Tentative,
}

impl Privacy {
    /// The word on the wire and in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Secret => "secret",
        }
    }

    /// The value of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Public, Self::Private, Self::Secret].into_iter().find(|it| it.as_str() == word)
    }
}

impl FreeBusyStatus {
    /// The word on the wire and in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Busy => "busy",
        }
    }

    /// The value of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Free, Self::Busy].into_iter().find(|it| it.as_str() == word)
    }
}

impl Status {
    /// The word on the wire and in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::Tentative => "tentative",
        }
    }

    /// The value of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Confirmed, Self::Cancelled, Self::Tentative].into_iter().find(|it| it.as_str() == word)
    }
}

impl Event {
    /// A confirmed event of one hour in the office's zone.
    #[must_use]
    pub fn new(uid: impl Into<String>, title: impl Into<String>, start: LocalDateTime) -> Self {
        Self {
            object_type: EventType::Event,
            uid: uid.into(),
            title: title.into(),
            description: String::new(),
            start,
            time_zone: Some(Zone::TOKYO),
            duration: Duration::HOUR,
            show_without_time: false,
            recurrence_rule: None,
            recurrence_overrides: BTreeMap::new(),
            recurrence_id: None,
            recurrence_id_time_zone: None,
            participants: BTreeMap::new(),
            organizer_calendar_address: None,
            locations: BTreeMap::new(),
            virtual_locations: BTreeMap::new(),
            alerts: BTreeMap::new(),
            privacy: Privacy::Public,
            free_busy_status: FreeBusyStatus::Busy,
            status: Status::Confirmed,
            sequence: 0,
            created: None,
            updated: None,
            keywords: BTreeMap::new(),
            categories: BTreeMap::new(),
            color: None,
            more: BTreeMap::new(),
        }
    }

    /// Whether it has more than one occurrence, or may have.
    #[must_use]
    pub fn is_series(&self) -> bool {
        self.recurrence_rule.is_some() || !self.recurrence_overrides.is_empty()
    }

    /// The zone in which its local times are read: its own, or the reader's for whole days and floating times.
    #[must_use]
    pub fn zone_for(&self, reader: Zone) -> Zone {
        if self.show_without_time { reader } else { self.time_zone.unwrap_or(reader) }
    }

    /// The name of its first place, or else the name or address of its first virtual place.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        let real = self.locations.values().find_map(|location| location.name.as_deref());
        real.or_else(|| {
            let first = self.virtual_locations.values().next()?;
            Some(first.name.as_deref().unwrap_or(&first.uri))
        })
    }

    /// The participant who is this member of staff, with their key.
    #[must_use]
    pub fn participant(&self, person: &PersonId) -> Option<(&str, &Participant)> {
        self.participants
            .iter()
            .find(|(_, participant)| participant.person_id.as_ref() == Some(person))
            .map(|(key, participant)| (key.as_str(), participant))
    }

    /// Whether it takes place at the same time as another version of it, or as little.
    #[must_use]
    pub fn is_when(&self, other: &Self) -> bool {
        let when = |it: &Self| {
            (it.start, it.time_zone, it.duration, it.show_without_time, it.status == Status::Cancelled)
        };
        when(self) == when(other)
    }

    /// Whether some occurrences have other participants, or other facilities, than the series.
    #[must_use]
    pub fn differs_in_who_and_where(&self) -> bool {
        self.recurrence_overrides
            .values()
            .any(|patch| patch.changes_people() || patch.facility_ids().is_some())
    }

    /// The members of staff who take part, be it in one occurrence alone; each once.
    #[must_use]
    pub fn staff(&self) -> Vec<PersonId> {
        self.staff_of(|_| true)
    }

    /// Those of them to whom the server brings the event.
    #[must_use]
    pub fn scheduled_staff(&self) -> Vec<PersonId> {
        self.staff_of(|participant| participant.schedule_agent.is_server())
    }

    fn staff_of(&self, picks: impl Fn(&Participant) -> bool) -> Vec<PersonId> {
        let own = |event: &Self| -> Vec<PersonId> {
            let picked = event.participants.values().filter(|it| picks(it));
            picked.filter_map(|it| it.person_id.clone()).collect()
        };
        let mut staff = own(self);
        let mut known: HashSet<PersonId> = staff.iter().cloned().collect();
        for (_, occurrence) in self.occurrences_of(PatchObject::changes_people) {
            staff.extend(own(&occurrence).into_iter().filter(|person| known.insert(person.clone())));
        }
        staff
    }

    /// Whether somebody takes part in any of it that is not called off.
    pub(crate) fn comes_to_something(&self, person: &PersonId) -> bool {
        let comes = |event: &Self| event.status != Status::Cancelled && event.participant(person).is_some();
        comes(self) || self.occurrences_of(|_| true).iter().any(|(_, occurrence)| comes(occurrence))
    }

    /// What a member of staff answered; `None` when they do not take part.
    #[must_use]
    pub fn participation(&self, person: &PersonId) -> Option<ParticipationStatus> {
        self.participant(person).map(|(_, participant)| participant.participation_status)
    }
}

pub(super) const fn is_false(flag: &bool) -> bool {
    !*flag
}

pub(super) const fn is_zero(number: &u32) -> bool {
    *number == 0
}
