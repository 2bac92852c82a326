use renraku_base::{ETag, PersonId, Timestamp};
use renraku_people::directory::PhoneKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Activity, activity};

/// What I say of how I am reached. All is `null` when I say nothing, or what I said has ended: then the schedule speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReachSetting)]
pub struct Setting {
    /// Whose it is.
    #[serde(skip)]
    pub person_id: PersonId,
    /// What I do.
    pub activity: Option<Activity>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Where.
    pub place: Option<String>,
    /// Which of my numbers to call first.
    pub call_first: Option<PhoneKind>,
    /// The version of the object.
    pub etag: ETag,
}

/// What somebody wants to say of how they are reached; `{}` takes back what was said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewReachSetting)]
pub struct NewSetting {
    /// What I do; any but `free` and `unknown`.
    #[serde(default, deserialize_with = "activity::read")]
    pub activity: Option<Activity>,
    /// Until when, at most a year ahead; until the end of the day when left out.
    pub until: Option<Timestamp>,
    /// Where, in at most 100 characters.
    #[schema(max_length = 100)]
    pub place: Option<String>,
    /// Which of my numbers to call first; what fits the activity when left out.
    pub call_first: Option<PhoneKind>,
}
