use renraku_base::{AddressBookId, ContactId};

use crate::{
    dn::{Dn, value_of},
    schema,
};

/// What a name names, if it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Root,
    Schema,
    Base,
    People,
    /// The person of this uid.
    Person(String),
    Units,
    /// The unit with these parts of its name, from the top down.
    Unit(Vec<String>),
    Contacts,
    AddressBook(AddressBookId),
    Contact(AddressBookId, ContactId),
}

/// There is no such entry; this one above it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing(pub String);

impl Place {
    /// Where `name` is in the tree below `base`.
    pub fn find(name: &Dn, base: &Dn) -> Result<Self, Missing> {
        if name.is_root() {
            return Ok(Self::Root);
        }
        if name.first() == Some(schema::SUBSCHEMA) && name.is(&schema::SUBSCHEMA.parse().unwrap_or_default())
        {
            return Ok(Self::Schema);
        }
        let below = name.below(base).ok_or_else(|| Missing(String::new()))?;
        match below.as_slice() {
            [] => Ok(Self::Base),
            ["ou=people"] => Ok(Self::People),
            ["ou=people", person] => {
                value_of(person, "uid").map(Self::Person).ok_or_else(|| Missing(format!("ou=people,{base}")))
            }
            ["ou=people", ..] => Err(Missing(format!("ou=people,{base}"))),
            ["ou=units"] => Ok(Self::Units),
            ["ou=units", unit @ ..] => Ok(Self::Unit(unit.iter().map(|part| (*part).to_owned()).collect())),
            ["ou=contacts"] => Ok(Self::Contacts),
            ["ou=contacts", below @ ..] => {
                contact(below).ok_or_else(|| Missing(format!("ou=contacts,{base}")))
            }
            _ => Err(Missing(base.to_string())),
        }
    }

    /// Whether an entry may be missing there.
    pub fn may_be_missing(&self) -> bool {
        match self {
            Self::Root | Self::Schema | Self::Base | Self::People | Self::Units => false,
            // Who did not bind is told of no contacts.
            Self::Person(_) | Self::Unit(_) | Self::Contacts | Self::AddressBook(_) | Self::Contact(..) => {
                true
            }
        }
    }
}

/// The address book or the contact in it that these parts name.
fn contact(parts: &[&str]) -> Option<Place> {
    let (book, contact) = parts.split_first()?;
    let book = value_of(book, "entryuuid")?.parse().ok()?;
    match contact {
        [] => Some(Place::AddressBook(book)),
        [contact] => Some(Place::Contact(book, value_of(contact, "uid")?.parse().ok()?)),
        _ => None,
    }
}
