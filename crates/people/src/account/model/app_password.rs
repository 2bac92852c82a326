use renraku_base::{AppPasswordId, DeviceId, ETag, FieldFault, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::label;

/// A password for one calendar or directory client, made by the server; it opens no session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppPassword {
    /// Identifies it.
    pub id: AppPasswordId,
    /// What its owner calls it.
    pub name: String,
    /// The device that it is for: it ends with that device's session.
    pub device_id: Option<DeviceId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The tag of this version.
    pub etag: ETag,
}

/// A wish for an app password.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAppPassword {
    /// An id made by the phone; the server makes one when it is left out.
    #[serde(default)]
    pub id: Option<AppPasswordId>,
    /// What its owner calls it.
    pub name: String,
    /// The device that it is for.
    #[serde(default)]
    pub device_id: Option<DeviceId>,
}

impl NewAppPassword {
    /// The fields at fault.
    pub(crate) fn faults(&self) -> Vec<FieldFault> {
        label::fault("/name", &self.name, 100).into_iter().collect()
    }
}

/// An app password at the only moment at which its text is known. It has no `Debug`: it holds a secret.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedAppPassword {
    /// The app password as it is kept.
    #[serde(flatten)]
    pub app_password: AppPassword,
    /// What to type into the client; shown this once, not in the answer to a repeat.
    #[schema(required = false)]
    pub password: String,
}
