use super::Resource;
use crate::core::{self, xml::Name};

/// The properties that we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::carddav) enum Property {
    ResourceType,
    DisplayName,
    GetContentType,
    GetContentLength,
    GetETag,
    GetLastModified,
    SupportedLock,
    CurrentUserPrincipal,
    Owner,
    SupportedPrivilegeSet,
    CurrentUserPrivilegeSet,
    Acl,
    AclRestrictions,
    PrincipalCollectionSet,
    SupportedReportSet,
    SyncToken,
    CTag,
    AddressbookDescription,
    SupportedAddressData,
    SupportedCollationSet,
    MaxResourceSize,
    AddressData,
    PushTransports,
    PushTopic,
    PushTriggers,
}

/// What is known of a property.
pub(in crate::carddav) type Row = core::Row<Property>;

const HOMES: u16 = 1;
const HOME: u16 = 2;
const BOOK: u16 = 4;
const CARD: u16 = 8;
const EVERYTHING: u16 = 15;

/// The kind of a resource.
pub(super) const fn kind_of(resource: &Resource<'_>) -> u16 {
    match resource {
        Resource::Homes => HOMES,
        Resource::Home(_) => HOME,
        Resource::Book(_) => BOOK,
        Resource::Card(..) => CARD,
    }
}

use Property as P;

static ROWS: [Row; 25] = [
    Row::new(P::ResourceType, Name::dav("resourcetype"), "RFC 4918 §15.9", EVERYTHING).in_all(),
    Row::new(P::DisplayName, Name::dav("displayname"), "RFC 4918 §15.2", HOME | BOOK).in_all().writable(),
    Row::new(P::GetContentType, Name::dav("getcontenttype"), "RFC 4918 §15.5", CARD).in_all(),
    Row::new(P::GetContentLength, Name::dav("getcontentlength"), "RFC 4918 §15.4", CARD).in_all(),
    Row::new(P::GetETag, Name::dav("getetag"), "RFC 4918 §15.6", BOOK | CARD).in_all(),
    Row::new(P::GetLastModified, Name::dav("getlastmodified"), "RFC 4918 §15.7", CARD).in_all(),
    Row::new(P::SupportedLock, Name::dav("supportedlock"), "RFC 4918 §15.10", EVERYTHING).in_all(),
    Row::new(P::CurrentUserPrincipal, Name::dav("current-user-principal"), "RFC 5397 §3", EVERYTHING),
    Row::new(P::Owner, Name::dav("owner"), "RFC 3744 §5.1", HOME | BOOK | CARD),
    Row::new(P::SupportedPrivilegeSet, Name::dav("supported-privilege-set"), "RFC 3744 §5.3", EVERYTHING),
    Row::new(
        P::CurrentUserPrivilegeSet,
        Name::dav("current-user-privilege-set"),
        "RFC 3744 §5.4",
        EVERYTHING,
    ),
    Row::new(P::Acl, Name::dav("acl"), "RFC 3744 §5.5", EVERYTHING),
    Row::new(P::AclRestrictions, Name::dav("acl-restrictions"), "RFC 3744 §5.6", EVERYTHING),
    Row::new(P::PrincipalCollectionSet, Name::dav("principal-collection-set"), "RFC 3744 §5.8", EVERYTHING),
    Row::new(P::SupportedReportSet, Name::dav("supported-report-set"), "RFC 3253 §3.1.5", EVERYTHING),
    Row::new(P::SyncToken, Name::dav("sync-token"), "RFC 6578 §4", BOOK),
    Row::new(P::CTag, Name::server("getctag"), "caldav-ctag-03 §4.1", BOOK),
    Row::new(P::AddressbookDescription, Name::carddav("addressbook-description"), "RFC 6352 §6.2.1", BOOK)
        .writable(),
    Row::new(P::SupportedAddressData, Name::carddav("supported-address-data"), "RFC 6352 §6.2.2", BOOK),
    Row::new(P::MaxResourceSize, Name::carddav("max-resource-size"), "RFC 6352 §6.2.3", BOOK),
    Row::new(P::SupportedCollationSet, Name::carddav("supported-collation-set"), "RFC 6352 §8.3.1", BOOK),
    Row::new(P::AddressData, Name::carddav("address-data"), "RFC 6352 §10.4", CARD),
    Row::new(P::PushTransports, Name::push("transports"), "WebDAV-Push, push properties", BOOK),
    Row::new(P::PushTopic, Name::push("topic"), "WebDAV-Push, push properties", BOOK),
    Row::new(P::PushTriggers, Name::push("supported-triggers"), "WebDAV-Push, push properties", BOOK),
];

/// All properties.
pub(super) fn rows() -> &'static [Row] {
    &ROWS
}

/// The property of a name, if we know it.
pub(in crate::carddav) fn find(name: &Name) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_is_defined_once_and_says_where() {
        core::check(rows());
    }
}
