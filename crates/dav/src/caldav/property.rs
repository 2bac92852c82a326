//! Properties: the table of all that we know, and their values.

mod color;
mod proxies;
mod table;
mod value;

use std::borrow::Cow;

use renraku_base::Principal;
use renraku_db::changes::Head;
use renraku_notify::inbox::InboxMessage;
use renraku_schedule::service::{
    Delegation,
    objects::{ObjectCalendar, ObjectHead, ObjectText},
};

use super::{
    calendar_data::DataRequest,
    principal::{PrincipalInfo, ProxyGroup},
};
use crate::core::{
    Address, Dav, Wanted,
    xml::{Name, OF_CALENDARS, Writer},
};

pub(super) use table::{Property, Row, find};
pub(super) use value::{name_of, object_type};

/// What a property is asked of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Resource<'a> {
    Root,
    Principals,
    Homes,
    Principal(&'a PrincipalInfo),
    Proxies(&'a ProxyGroup),
    Home(&'a PrincipalInfo),
    /// The inbox, and where it stands, if that was looked up.
    Inbox(Option<Head>),
    Outbox,
    Calendar(&'a ObjectCalendar),
    /// An object, with its text where it was read, and the calendar in which it is.
    Object(&'a ObjectHead, Option<&'a ObjectText>, &'a ObjectCalendar),
    Message(&'a InboxMessage),
}

/// Who asks, and what their answers have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub dav: &'a Dav,
    pub who: &'a Principal,
    /// The database's epoch.
    pub epoch: u64,
    /// How the data of objects are wanted, in a report.
    pub data: Option<&'a DataRequest>,
    /// The person's calendar for events that name no other.
    pub default: Option<&'a Address>,
    /// For whom they are a delegate, where [`asks_for_delegators`] says that it is needed.
    pub delegators: &'a [Delegation],
}

impl<'a> Context<'a> {
    /// What the answers to a person have in common when they ask for nothing in particular.
    pub fn of(dav: &'a Dav, who: &'a Principal, epoch: u64) -> Self {
        Self { dav, who, epoch, data: None, default: None, delegators: &[] }
    }
}

/// Whether some of these properties of a principal cannot be told without knowing for whom whoever asks is a delegate: of
/// themselves who these are, of others whether their home opens.
pub(super) fn asks_for_delegators<'n>(themselves: bool, names: impl IntoIterator<Item = &'n Name>) -> bool {
    names.into_iter().any(|name| match find(name).map(|row| row.property) {
        Some(Property::ProxyReadFor | Property::ProxyWriteFor | Property::GroupMembership) => themselves,
        Some(Property::CalendarHomeSet) => !themselves,
        _ => false,
    })
}

impl Resource<'_> {
    /// The properties that clients keep with it, as they sent them.
    fn kept(&self) -> &[(String, String)] {
        match self {
            Self::Calendar(calendar) => &calendar.properties,
            Self::Root
            | Self::Principals
            | Self::Homes
            | Self::Principal(_)
            | Self::Proxies(_)
            | Self::Home(_)
            | Self::Inbox(_)
            | Self::Outbox
            | Self::Object(..)
            | Self::Message(_) => &[],
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
                let mut unsent = Writer::piece_of(OF_CALENDARS);
                let there = rows().filter(|row| value::write(row, self, context, &mut unsent));
                there.map(|row| row.name.clone()).chain(kept).collect::<Vec<_>>().into()
            }
            Wanted::All(include) => {
                let mut names: Vec<Name> =
                    rows().filter(|row| row.all).map(|row| row.name.clone()).chain(kept).collect();
                let more = include.iter().filter(|name| !names.contains(name)).cloned().collect::<Vec<_>>();
                names.extend(more);
                names.into()
            }
        }
    }

    /// Writes a property; `false` when it is not there.
    pub fn write(&self, name: &Name, context: &Context<'_>, out: &mut Writer) -> bool {
        match find(name) {
            Some(row) => row.is_of(table::kind_of(self)) && value::write(row, self, context, out),
            None => {
                let text = name.to_string();
                let kept = self.kept().iter().find(|(key, _)| *key == text);
                kept.inspect(|(_, value)| out.raw(value)).is_some()
            }
        }
    }
}
