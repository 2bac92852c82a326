use renraku_base::{DeviceId, ETag, FieldFault, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::label;

/// A phone, or another device, that is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Identifies the device.
    pub id: DeviceId,
    /// What its owner calls it.
    pub name: String,
    /// Its operating system, as it says itself.
    pub platform: String,
    /// When it first signed in.
    pub created_at: Timestamp,
    /// When its present session began.
    pub signed_in_at: Timestamp,
    /// When it was last heard of, to the day.
    pub seen_at: Timestamp,
    /// Whether it is the device that asks.
    pub current: bool,
    /// The tag of this version.
    pub etag: ETag,
}

/// What a device says of itself when it signs in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceOffer {
    /// The id that it had before, or that it made for itself.
    #[serde(default)]
    pub id: Option<DeviceId>,
    /// What its owner calls it.
    pub name: String,
    /// Its operating system.
    pub platform: String,
}

impl DeviceOffer {
    /// The fields at fault.
    pub(crate) fn faults(&self) -> Vec<FieldFault> {
        [label::fault("/device/name", &self.name, 100), label::fault("/device/platform", &self.platform, 50)]
            .into_iter()
            .flatten()
            .collect()
    }
}
