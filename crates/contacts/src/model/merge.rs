use renraku_base::{AddressBookId, ContactId, ContactMergeId, ETag, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which contacts are made one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewContactMerge {
    /// The contact that stays, with what the others say beside it.
    pub keep: ExpectedContact,
    /// Those that go, 1 to 19, of the same address book.
    pub merge: Vec<ExpectedContact>,
}

/// A contact in the version that is at hand.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ExpectedContact)]
pub struct ExpectedContact {
    /// Identifies the contact.
    pub id: ContactId,
    /// Its version.
    #[schema(value_type = String)]
    pub etag: String,
}

/// Contacts that were made one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactMerge {
    /// Identifies the merge.
    pub id: ContactMergeId,
    /// The address book in which it was.
    pub address_book_id: AddressBookId,
    /// The contact that stayed.
    pub contact_id: ContactId,
    /// The version of that contact that the merge made.
    pub etag: ETag,
    /// Those that went.
    pub merged: Vec<ContactId>,
    /// Who made them one.
    pub merged_by: PersonId,
    /// When.
    pub merged_at: Timestamp,
    /// Until when it can be undone.
    pub undo_until: Timestamp,
}
