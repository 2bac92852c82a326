use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Of what a person is notified; of what is switched off no notification is made. What it would tell of is in the schedule or
/// the mailbox all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NotificationChoices {
    /// Invited to an event.
    pub invitations: bool,
    /// An event moved, changed or was cancelled, or lost its room.
    pub changes: bool,
    /// Somebody answered an invitation.
    pub replies: bool,
    /// An event is about to begin.
    pub reminders: bool,
    /// New mail came.
    pub new_mail: bool,
    /// Somebody took a telephone call for the person.
    pub phone_memos: bool,
}

impl Default for NotificationChoices {
    fn default() -> Self {
        Self {
            invitations: true,
            changes: true,
            replies: true,
            reminders: true,
            new_mail: true,
            phone_memos: true,
        }
    }
}
