//! Properties of address books: the table of all that we know, and their values.

mod table;
mod value;

use std::borrow::Cow;

use renraku_base::Principal;
use renraku_contacts::service::objects::{CardHead, CardText};

use super::{address_data::DataRequest, book::Book};
use crate::core::{
    Dav, Wanted,
    xml::{Name, OF_CONTACTS, Writer},
};

pub(super) use table::{Property, find};

/// What a property is asked of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Resource<'a> {
    Homes,
    /// A home, by the name of whose it is.
    Home(&'a str),
    Book(&'a Book),
    /// A card, with its text where it was read, and the address book in which it is.
    Card(&'a CardHead, Option<&'a CardText>, &'a Book),
}

/// Who asks, and what their answers have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub dav: &'a Dav,
    pub who: &'a Principal,
    /// The database's epoch.
    pub epoch: u64,
    /// How the data of cards are wanted, in a report.
    pub data: Option<&'a DataRequest>,
}

impl Resource<'_> {
    /// The properties that clients keep with it, as they sent them.
    fn kept(&self) -> &[(String, String)] {
        match self {
            Self::Book(book) => book.properties(),
            Self::Homes | Self::Home(_) | Self::Card(..) => &[],
        }
    }

    /// The names of the properties that are meant. Those of what is there are those that have a value (RFC 4918 §9.1.4).
    pub fn names<'w>(&self, wanted: &'w Wanted, context: &Context<'_>) -> Cow<'w, [Name]> {
        let rows = || table::rows().iter().filter(|row| row.is_of(table::kind_of(self)));
        let kept =
            self.kept().iter().filter_map(|(name, _)| Name::parse(name)).filter(|name| find(name).is_none());
        match wanted {
            Wanted::Named(names) => Cow::Borrowed(names),
            Wanted::Names => {
                let mut unsent = Writer::piece_of(OF_CONTACTS);
                let there = rows().filter(|row| value::write(row, self, context, &mut unsent));
                there.map(|row| row.name.clone()).chain(kept).collect::<Vec<_>>().into()
            }
            Wanted::All(include) => {
                let mut names: Vec<Name> =
                    rows().filter(|row| row.all).map(|row| row.name.clone()).chain(kept).collect();
                let more: Vec<Name> = include.iter().filter(|name| !names.contains(name)).cloned().collect();
                names.extend(more);
                names.into()
            }
        }
    }

    /// Writes a property; `false` when it is not there.
    pub fn write(&self, name: &Name, context: &Context<'_>, out: &mut Writer) -> bool {
        match find(name) {
            Some(row) => row.is_of(table::kind_of(self)) && value::write(row, self, context, out),
            None => self.write_kept(name, out),
        }
    }

    /// Writes a property as the person's client keeps it; `false` when it keeps none.
    fn write_kept(&self, name: &Name, out: &mut Writer) -> bool {
        let text = name.to_string();
        let kept = self.kept().iter().find(|(key, _)| *key == text);
        kept.inspect(|(_, value)| out.raw(value)).is_some()
    }
}
