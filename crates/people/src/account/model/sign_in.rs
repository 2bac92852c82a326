use renraku_base::{DeviceId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DeviceOffer, Password};

/// A person at a device who wants to sign in.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Login {
    /// The username as typed.
    pub username: String,
    /// The password as typed.
    pub password: Password,
    /// The device.
    pub device: DeviceOffer,
}

/// What a device needs to go on by itself. It has no `Debug`: it holds secrets.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// Goes with every request (JWT, EdDSA).
    pub access_token: String,
    /// Gets the next pair of tokens, once.
    pub refresh_token: String,
    /// For how many seconds the access token is good.
    pub expires_in: u64,
    /// The device, as the server knows it from now on.
    pub device_id: DeviceId,
    /// Who signed in.
    pub person_id: PersonId,
}
