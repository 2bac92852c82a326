use renraku_base::{PersonId, Timestamp};

use super::Username;

/// A person's right to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose it is.
    pub person_id: PersonId,
    /// The name by which they sign in.
    pub username: Username,
    /// Whether there is a password to sign in with.
    pub has_password: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When a device last signed in.
    pub signed_in_at: Option<Timestamp>,
    /// Since when nobody can sign in; `None` while somebody can.
    pub disabled_at: Option<Timestamp>,
}
