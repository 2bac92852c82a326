use renraku_base::PersonId;
use renraku_db::CollectionId;

/// A person's mail: where it lies and from which address they write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAccount {
    /// Identifies the account.
    pub id: String,
    /// Whose it is.
    pub person: PersonId,
    /// Where the mail lies, like `maildir:/var/mail/hanako`.
    pub source: String,
    /// The person's address, in lower case.
    pub address: String,
    /// The name that stands beside it.
    pub name: String,
    /// The collection in which its changes are recorded.
    pub collection: CollectionId,
}
