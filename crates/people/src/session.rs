//! Sessions as a server process holds them in memory: which access tokens are good.

mod app_passwords;
mod cache;
mod generations;
pub(crate) mod key_ring;
pub(crate) mod refresh_token;
mod sessions;

use std::time::Duration;

pub use app_passwords::AppPasswordLookup;
pub(crate) use app_passwords::KnownPassword;
pub use key_ring::{Jwk, Jwks};
pub use sessions::Sessions;

/// How long an access token is good.
pub(crate) const ACCESS_LIFE: Duration = Duration::from_secs(600);
