use renraku_base::{Fault, FieldFault, Kind};
use renraku_db::Error;
use serde_json::{Map, Value, json};

use crate::account::Device;

/// Why an operation on accounts, sessions, devices, app passwords or preferences was refused.
#[derive(Debug, thiserror::Error)]
pub enum AccountFault {
    /// Username and password do not belong together, or there is no such account: never told apart.
    #[error("the username or the password is wrong")]
    BadCredentials,
    /// Too many wrong passwords: the next try is looked at after a wait.
    #[error("too many wrong passwords; the next try counts in {retry_after_s} s")]
    LoginDelayed {
        /// How long to wait.
        retry_after_s: u64,
    },
    /// More logins at once than can be served in time.
    #[error("too many logins at once")]
    Overloaded,
    /// The office's server that checks passwords does not answer.
    #[error("the server that checks passwords does not answer")]
    PasswordServerSilent,
    /// The password is right, but must be changed where it is kept.
    #[error("the password has expired or must be changed")]
    PasswordExpired,
    /// The password is right, but the account was closed.
    #[error("the account is disabled")]
    Disabled,
    /// The access token is not one of ours.
    #[error("the access token is not valid")]
    TokenInvalid,
    /// The access token's time is over.
    #[error("the access token has expired")]
    TokenExpired,
    /// The device was signed out, revoked, or not used for too long.
    #[error("the session of the device has ended")]
    SessionEnded,
    /// The refresh token is not one of ours.
    #[error("the refresh token is not valid")]
    RefreshTokenInvalid,
    /// The refresh token was used before: it may be in wrong hands, so the device is signed out.
    #[error("the refresh token was used before")]
    RefreshTokenReused,
    /// The person has as many devices as one may have.
    #[error("the person has too many devices")]
    TooManyDevices {
        /// Those that they have.
        devices: Vec<Device>,
    },
    /// The person has as many app passwords as one may have.
    #[error("the person has too many app passwords")]
    TooManyAppPasswords,
    /// Another account has the username.
    #[error("the username is taken")]
    UsernameTaken,
    /// The id stands for something else.
    #[error("the id is taken")]
    IdTaken,
    /// The person has an account already.
    #[error("the person has an account")]
    AccountExists,
    /// Not there, or not the caller's.
    #[error("there is no such object")]
    NotFound,
    /// The object is not in the version that the caller expects.
    #[error("the object has changed")]
    Stale {
        /// The object as it is now.
        current: Value,
    },
    /// Fields are wrong.
    #[error("fields are wrong")]
    Invalid(Vec<FieldFault>),
    /// Our own fault, or the database's.
    #[error("the database failed")]
    Internal(#[from] Error),
}

impl Fault for AccountFault {
    fn kind(&self) -> Kind {
        match self {
            Self::BadCredentials
            | Self::TokenInvalid
            | Self::TokenExpired
            | Self::SessionEnded
            | Self::RefreshTokenInvalid
            | Self::RefreshTokenReused => Kind::Unauthenticated,
            Self::LoginDelayed { .. } => Kind::TooMany,
            Self::Overloaded | Self::PasswordServerSilent => Kind::Unavailable,
            Self::PasswordExpired | Self::Disabled => Kind::Forbidden,
            Self::TooManyDevices { .. }
            | Self::TooManyAppPasswords
            | Self::UsernameTaken
            | Self::AccountExists
            | Self::IdTaken => Kind::Conflict,
            Self::NotFound => Kind::NotFound,
            Self::Stale { .. } => Kind::Stale,
            Self::Invalid(_) => Kind::Invalid,
            Self::Internal(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::BadCredentials => "bad-credentials",
            Self::LoginDelayed { .. } => "login-delayed",
            Self::Overloaded => "overloaded",
            Self::PasswordServerSilent => "password-server-silent",
            Self::PasswordExpired => "password-expired",
            Self::Disabled => "account-disabled",
            Self::TokenInvalid => "token-invalid",
            Self::TokenExpired => "token-expired",
            Self::SessionEnded => "session-ended",
            Self::RefreshTokenInvalid => "refresh-token-invalid",
            Self::RefreshTokenReused => "refresh-token-reused",
            Self::TooManyDevices { .. } => "too-many-devices",
            Self::TooManyAppPasswords => "too-many-app-passwords",
            Self::UsernameTaken => "username-taken",
            Self::AccountExists => "account-exists",
            Self::IdTaken => "id-taken",
            Self::NotFound => "not-found",
            Self::Stale { .. } => "stale",
            Self::Invalid(_) => "invalid",
            Self::Internal(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::Invalid(fields) => fields.clone(),
            _ => Vec::new(),
        }
    }

    fn members(&self) -> Option<Map<String, Value>> {
        let (name, value) = match self {
            Self::LoginDelayed { retry_after_s } => ("retryAfterS", json!(retry_after_s)),
            Self::TooManyDevices { devices } => ("devices", json!(devices)),
            Self::Stale { current } => ("current", current.clone()),
            _ => return None,
        };
        Some(Map::from_iter([(name.to_owned(), value)]))
    }
}
