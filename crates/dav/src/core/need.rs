//! Which right is lacking, and where (RFC 3744 §7.1.1): as its appendix B has it for each method.

use super::{
    Address, Place,
    privileges::{self, BIND, READ, UNBIND, WRITE_CONTENT, WRITE_PROPERTIES},
    xml::{Name, Writer},
};

/// Rights that are needed, each with its resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need(Vec<(String, Name)>);

impl Need {
    /// To put something new into a collection.
    pub fn to_bind(collection: &Address) -> Self {
        Self(vec![(collection.to_string(), BIND)])
    }

    /// To copy over what is there.
    pub fn to_write(there: String) -> Self {
        Self(vec![(there, WRITE_CONTENT)])
    }

    /// To move something to where something is, in a collection.
    pub fn to_rebind(collection: &Address) -> Self {
        Self([BIND, UNBIND].map(|privilege| (collection.to_string(), privilege)).into())
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
        Self(vec![(at.to_string(), privilege)])
    }

    /// The element of the condition, with each resource and the right.
    pub fn write(&self, condition: &Name, out: &mut Writer) {
        let resource = Name::dav("resource");
        out.open(condition);
        for (href, privilege) in &self.0 {
            out.open(&resource);
            out.leaf(&Name::dav("href"), href);
            privileges::privilege(privilege, out);
            out.close(&resource);
        }
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
