use renraku_base::AddressBookId;

use crate::{dn::Dn, entry::Entry, schema};

/// The name of an address book: its id stays as it is when the book gets another name, and no two have the same.
pub(crate) fn dn(base: &Dn, id: &AddressBookId) -> String {
    format!("entryUUID={id},ou=contacts,{base}")
}

/// The entry of an address book.
pub(crate) fn address_book(base: &Dn, id: &AddressBookId, name: &str, has_subordinates: bool) -> Entry {
    let mut entry = Entry::new(dn(base, id), &["top", "organizationalUnit"], has_subordinates);
    entry.add(&schema::ENTRY_UUID, id.as_str());
    entry.add(&schema::OU, name);
    entry
}
