//! Which right is lacking, and where (RFC 3744 §7.1.1): as its appendix B has it for each method.

use super::{
    Address, Place,
    privileges::{self, BIND, READ, UNBIND, WRITE_CONTENT, WRITE_PROPERTIES},
    xml::{Name, Writer},
};

/// A right that is needed at a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    href: String,
    privilege: Name,
}

impl Need {
    /// To put something new into a collection.
    pub fn to_bind(collection: &Address) -> Self {
        Self { href: collection.to_string(), privilege: BIND }
    }

    /// What a method needs that is refused at an address.
    pub fn of(method: &str, address: &Address) -> Self {
        let (at, privilege) = match method {
            "PUT" => (address.clone(), WRITE_CONTENT),
            "PROPPATCH" => (address.clone(), WRITE_PROPERTIES),
            "DELETE" | "MOVE" => (collection_of(address), UNBIND),
            "MKCALENDAR" | "MKCOL" => (collection_of(address), BIND),
            _ => (address.clone(), READ),
        };
        Self { href: at.to_string(), privilege }
    }

    /// The element of the condition, with the resource and the right.
    pub fn write(&self, condition: &Name, out: &mut Writer) {
        let resource = Name::dav("resource");
        out.open(condition);
        out.open(&resource);
        out.leaf(&Name::dav("href"), &self.href);
        privileges::privilege(&self.privilege, out);
        out.close(&resource);
        out.close(condition);
    }
}

/// The collection in which something lies.
fn collection_of(address: &Address) -> Address {
    match address.clone() {
        Address::Object { person, segment, .. } => Address::Calendar { person, segment },
        Address::Calendar { person, .. } => Address::Home(person),
        Address::Message { person, .. } => Address::Inbox(person),
        Address::Contacts(Place::Card { person, segment, .. }) => {
            Address::Contacts(Place::Book { person, segment })
        }
        Address::Contacts(Place::Colleague { person, .. }) => Address::Contacts(Place::Directory(person)),
        Address::Contacts(Place::Book { person, .. }) => Address::Contacts(Place::Home(person)),
        other => other,
    }
}
