use renraku_base::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Occurrence;
use crate::rules::free_busy::{BusyPeriod, BusyStatus};

/// When a person or facility is busy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FreeBusy {
    /// The person or facility.
    pub principal_id: String,
    /// The times that are taken, in order, nowhere overlapping.
    pub busy: Vec<BusyPeriod>,
}

/// One row of the group week.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupRow {
    /// The person or facility.
    pub principal_id: String,
    /// What they are called.
    pub name: GroupName,
    /// What they do, in order of start.
    pub occurrences: Vec<GroupOccurrence>,
}

/// The name of a person or facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupName {
    /// As written.
    pub full: String,
}

/// An occurrence in the group week.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum GroupOccurrence {
    /// Where the reader may read.
    Readable(Box<Occurrence>),
    /// Where they see that time is taken, and no more.
    Busy(BusyTime),
}

/// Time that is taken, by something that the reader may not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BusyTime {
    /// Its start.
    pub utc_start: Timestamp,
    /// Its end.
    pub utc_end: Timestamp,
    /// How it is taken.
    pub busy: BusyStatus,
}
