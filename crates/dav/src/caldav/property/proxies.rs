//! Delegates as properties (caldav-proxy): to read, for they are those who were let into a calendar by name, on the phone.

use renraku_base::PersonId;

use super::{Context, Property, Resource, Row};
use crate::{
    caldav::principal::ProxyGroup,
    core::{
        Address,
        xml::{Name, Writer},
    },
};

impl ProxyGroup {
    /// Where it lies.
    pub fn address(&self) -> Address {
        Address::Proxies { person: self.owner.id.clone(), writes: self.writes }
    }
}

/// Whether the home of a person opens to whoever asks, as their delegate.
pub(super) fn opens(person: &str, context: &Context<'_>) -> bool {
    context.delegators.iter().any(|it| it.person.as_str() == person)
}

/// Writes who is in a group, in which groups somebody is, and for whom they are a delegate. That is told of oneself alone.
pub(super) fn write(row: &Row, resource: &Resource<'_>, context: &Context<'_>, out: &mut Writer) -> bool {
    let mine = match resource {
        Resource::Principal(principal) => principal.id == context.who.person.as_str(),
        _ => false,
    };
    let principal = |person: &PersonId| Address::Principal(person.as_str().to_owned());
    let delegators = context.delegators.iter().filter(|_| mine);
    let named: Vec<Address> = match (row.property, resource) {
        (Property::GroupMemberSet, Resource::Proxies(group)) => match &group.members {
            Some(members) => members.iter().map(principal).collect(),
            None => return false,
        },
        // A person is no group, and groups are in none.
        (Property::GroupMemberSet, _) | (Property::GroupMembership, Resource::Proxies(_)) => Vec::new(),
        (Property::GroupMembership, _) => delegators
            .map(|it| Address::Proxies { person: it.person.as_str().to_owned(), writes: it.writes })
            .collect(),
        _ if !mine => return false,
        (property, _) => {
            let writes = property == Property::ProxyWriteFor;
            delegators.filter(|it| it.writes == writes).map(|it| principal(&it.person)).collect()
        }
    };
    out.open(&row.name);
    named.iter().for_each(|address| out.leaf(&Name::dav("href"), &address.to_string()));
    out.close(&row.name);
    true
}
