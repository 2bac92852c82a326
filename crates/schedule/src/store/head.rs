use renraku_base::FacilityId;
use renraku_db::Error;
use serde::{Deserialize, Serialize};

use crate::model::{Event, FreeBusyStatus, LocalDateTime, Privacy, Status, Zone};

/// What a window answers of an event: kept beside the whole object, so that the answer need not read that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Head {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    pub start: LocalDateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Zone>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub show_without_time: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: Status,
    #[serde(default, skip_serializing_if = "is_default")]
    pub privacy: Privacy,
    #[serde(default, skip_serializing_if = "is_default")]
    pub free_busy_status: FreeBusyStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facilities: Vec<FacilityId>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Head {
    pub fn of(event: &Event, facilities: &[FacilityId]) -> Self {
        Self {
            title: event.title.clone(),
            start: event.start,
            time_zone: event.time_zone,
            show_without_time: event.show_without_time,
            status: event.status,
            privacy: event.privacy,
            free_busy_status: event.free_busy_status,
            place: event.place().map(str::to_owned),
            facilities: facilities.to_vec(),
        }
    }

    pub fn parse(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(Error::damaged)
    }

    pub fn to_text(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(Error::damaged)
    }

    /// What differs in one occurrence, as it is kept with it; `None` when nothing but the time does. `booked` is what it
    /// books instead of what its series does.
    pub fn of_occurrence(
        &self,
        occurrence: &Event,
        booked: Option<&[FacilityId]>,
        recurrence_id: LocalDateTime,
    ) -> Result<Option<String>, Error> {
        let own = Self::of(occurrence, booked.unwrap_or(&self.facilities));
        let like_the_series = Self { start: recurrence_id, ..self.clone() };
        if own == like_the_series { Ok(None) } else { own.to_text().map(Some) }
    }
}
