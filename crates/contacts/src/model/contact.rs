use renraku_base::{AddressBookId, ContactId, ETag, FieldFault, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Card;

/// What the server tells about a contact beside its card, and takes from nobody.
const TOLD_BY_THE_SERVER: [&str; 3] = ["id", "etag", "updated"];

/// What other interfaces call a member that has its own name here (RFC 9610). Kept as an unknown member it would leave the contact in
/// another address book, and whoever wrote it would never learn. What is stored already, or comes as a vCard, may have it.
const OTHER_NAMES: [(&str, &str); 1] = [("addressBookIds", "addressBookId")];

/// A card in an address book.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Identifies the contact.
    pub id: ContactId,
    /// The address book in which it is.
    pub address_book_id: AddressBookId,
    /// Its version.
    pub etag: ETag,
    /// The card.
    #[serde(flatten)]
    pub card: Card,
}

/// A new contact as a client sends it.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactDraft {
    /// The id that the client chose, or the fresh one.
    pub id: ContactId,
    /// The address book into which it goes; `None` is the person's default one.
    pub address_book_id: Option<AddressBookId>,
    /// The card, with what a short draft leaves out filled in.
    pub card: Card,
}

impl ContactDraft {
    /// Reads the body of a request. What may be left out is filled in: the id by `fresh`, the uid by the id.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn read(body: Value, fresh: ContactId, now: Timestamp) -> Result<Self, Vec<FieldFault>> {
        let mut members = object(body)?;
        let mut faults = Vec::new();
        let id = take_id(&mut members, "id", &mut faults).unwrap_or(fresh);
        let address_book_id = take_id(&mut members, "addressBookId", &mut faults);
        refuse_other_names(&members, &mut faults);
        for name in TOLD_BY_THE_SERVER {
            members.remove(name);
        }
        match Card::read(members, &id, now) {
            Ok(card) if faults.is_empty() => Ok(Self { id, address_book_id, card }),
            Ok(_) => Err(faults),
            Err(more) => Err(faults.into_iter().chain(more).collect()),
        }
    }
}

/// A change of a contact as a client sends it: a JSON Merge Patch (RFC 7396).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContactPatch {
    /// The address book into which it is moved.
    pub address_book_id: Option<AddressBookId>,
    /// The members of the card that change.
    pub(crate) members: Map<String, Value>,
}

impl ContactPatch {
    /// Reads the body of a request. What the card's members say is checked when the patch is applied.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn read(body: Value) -> Result<Self, Vec<FieldFault>> {
        let mut members = object(body)?;
        let mut faults = Vec::new();
        let address_book_id = take_id(&mut members, "addressBookId", &mut faults);
        refuse_other_names(&members, &mut faults);
        for name in TOLD_BY_THE_SERVER {
            members.remove(name);
        }
        if faults.is_empty() { Ok(Self { address_book_id, members }) } else { Err(faults) }
    }
}

fn object(body: Value) -> Result<Map<String, Value>, Vec<FieldFault>> {
    match body {
        Value::Object(members) => Ok(members),
        _ => Err(vec![FieldFault::new("", "type", "a JSON object is expected here")]),
    }
}

/// Refuses what a request calls by another interface's name; one that is `null` asks for nothing.
fn refuse_other_names(members: &Map<String, Value>, faults: &mut Vec<FieldFault>) {
    for (other, ours) in OTHER_NAMES {
        if members.get(other).is_some_and(|value| !value.is_null()) {
            let fault = FieldFault::new(format!("/{other}"), "other-name", format!("use {ours}"));
            faults.push(fault.allowing(ours));
        }
    }
}

/// Takes a member that is an id out of the others; `null` means that it is left out.
fn take_id<K>(
    members: &mut Map<String, Value>,
    name: &str,
    faults: &mut Vec<FieldFault>,
) -> Option<renraku_base::Id<K>> {
    let value = members.remove(name).filter(|value| !value.is_null())?;
    let id = value.as_str().and_then(|text| text.parse().ok());
    if id.is_none() {
        let detail = "an id is a UUID, like 0198c0de-7f3a-7abc-8def-0123456789ab";
        faults.push(FieldFault::new(format!("/{name}"), "not-a-uuid", detail));
    }
    id
}
