use super::Resource;
use crate::core::{self, xml::Name};

/// The properties that we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::caldav) enum Property {
    ResourceType,
    DisplayName,
    GetContentType,
    GetContentLength,
    GetETag,
    GetLastModified,
    CurrentUserPrincipal,
    PrincipalUrl,
    AlternateUriSet,
    GroupMemberSet,
    GroupMembership,
    ProxyReadFor,
    ProxyWriteFor,
    Owner,
    CurrentUserPrivilegeSet,
    SupportedPrivilegeSet,
    Acl,
    AclRestrictions,
    PrincipalCollectionSet,
    SupportedReportSet,
    SyncToken,
    CTag,
    CalendarHomeSet,
    AddressbookHomeSet,
    DirectoryGateway,
    PrincipalAddress,
    CalendarUserAddressSet,
    CalendarUserType,
    ResourceId,
    EmailAddressSet,
    ScheduleInboxUrl,
    ScheduleOutboxUrl,
    ScheduleDefaultCalendarUrl,
    ScheduleCalendarTransp,
    ScheduleTag,
    CalendarDescription,
    CalendarTimezone,
    CalendarTimezoneId,
    CalendarColor,
    CalendarOrder,
    SupportedCalendarComponentSet,
    SupportedCalendarData,
    SupportedCollationSet,
    MaxResourceSize,
    MinDateTime,
    MaxDateTime,
    MaxAttendeesPerInstance,
    CalendarData,
    SupportedLock,
    PushTransports,
    PushTopic,
    PushTriggers,
}

/// What is known of a property.
pub(in crate::caldav) type Row = core::Row<Property>;

const ROOT: u16 = 1;
const PRINCIPAL: u16 = 2;
const HOME: u16 = 4;
const INBOX: u16 = 8;
const OUTBOX: u16 = 16;
const CALENDAR: u16 = 32;
const OBJECT: u16 = 64;
const PROXIES: u16 = 128;
const MESSAGE: u16 = 256;
const EVERYTHING: u16 = 511;
const TEXTS: u16 = OBJECT | MESSAGE;
const COLLECTIONS: u16 = EVERYTHING ^ TEXTS;

/// The kind of a resource.
pub(super) const fn kind_of(resource: &Resource<'_>) -> u16 {
    match resource {
        Resource::Root | Resource::Principals | Resource::Homes => ROOT,
        Resource::Principal(_) => PRINCIPAL,
        Resource::Proxies(_) => PROXIES,
        Resource::Home(_) => HOME,
        Resource::Inbox(_) => INBOX,
        Resource::Outbox => OUTBOX,
        Resource::Calendar(_) => CALENDAR,
        Resource::Object(..) => OBJECT,
        Resource::Message(_) => MESSAGE,
    }
}

use Property as P;

static ROWS: [Row; 52] = [
    Row::new(P::ResourceType, Name::dav("resourcetype"), "RFC 4918 §15.9", EVERYTHING).in_all(),
    Row::new(P::DisplayName, Name::dav("displayname"), "RFC 4918 §15.2", COLLECTIONS).in_all().writable(),
    Row::new(P::GetContentType, Name::dav("getcontenttype"), "RFC 4918 §15.5", CALENDAR | TEXTS).in_all(),
    Row::new(P::GetContentLength, Name::dav("getcontentlength"), "RFC 4918 §15.4", TEXTS).in_all(),
    Row::new(P::GetETag, Name::dav("getetag"), "RFC 4918 §15.6", CALENDAR | TEXTS).in_all(),
    Row::new(P::GetLastModified, Name::dav("getlastmodified"), "RFC 4918 §15.7", TEXTS).in_all(),
    Row::new(P::SupportedLock, Name::dav("supportedlock"), "RFC 4918 §15.10", EVERYTHING).in_all(),
    Row::new(P::CurrentUserPrincipal, Name::dav("current-user-principal"), "RFC 5397 §3", EVERYTHING),
    Row::new(P::PrincipalUrl, Name::dav("principal-URL"), "RFC 3744 §4.2", PRINCIPAL | PROXIES),
    Row::new(P::AlternateUriSet, Name::dav("alternate-URI-set"), "RFC 3744 §4.1", PRINCIPAL | PROXIES),
    Row::new(P::GroupMemberSet, Name::dav("group-member-set"), "RFC 3744 §4.3", PRINCIPAL | PROXIES),
    Row::new(P::GroupMembership, Name::dav("group-membership"), "RFC 3744 §4.4", PRINCIPAL | PROXIES),
    Row::new(
        P::ProxyReadFor,
        Name::server("calendar-proxy-read-for"),
        "calendarserver.org, caldav-proxy",
        PRINCIPAL,
    ),
    Row::new(
        P::ProxyWriteFor,
        Name::server("calendar-proxy-write-for"),
        "calendarserver.org, caldav-proxy",
        PRINCIPAL,
    ),
    Row::new(P::Owner, Name::dav("owner"), "RFC 3744 §5.1", HOME | INBOX | OUTBOX | CALENDAR | TEXTS),
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
    Row::new(P::SyncToken, Name::dav("sync-token"), "RFC 6578 §4", CALENDAR | INBOX),
    Row::new(P::CTag, Name::server("getctag"), "caldav-ctag-03 §4.1", CALENDAR | INBOX),
    Row::new(P::CalendarHomeSet, Name::caldav("calendar-home-set"), "RFC 4791 §6.2.1", PRINCIPAL),
    Row::new(P::AddressbookHomeSet, Name::carddav("addressbook-home-set"), "RFC 6352 §7.1.1", PRINCIPAL),
    Row::new(P::PrincipalAddress, Name::carddav("principal-address"), "RFC 6352 §7.1.2", PRINCIPAL),
    Row::new(
        P::DirectoryGateway,
        Name::carddav("directory-gateway"),
        "carddav-directory-gateway-02",
        PRINCIPAL,
    ),
    Row::new(
        P::CalendarUserAddressSet,
        Name::caldav("calendar-user-address-set"),
        "RFC 6638 §2.4.1",
        PRINCIPAL,
    ),
    Row::new(P::CalendarUserType, Name::caldav("calendar-user-type"), "RFC 6638 §2.4.2", PRINCIPAL),
    Row::new(P::ResourceId, Name::dav("resource-id"), "RFC 5842 §3.1", PRINCIPAL),
    Row::new(P::EmailAddressSet, Name::server("email-address-set"), "calendarserver.org", PRINCIPAL),
    Row::new(P::ScheduleInboxUrl, Name::caldav("schedule-inbox-URL"), "RFC 6638 §2.2.1", PRINCIPAL),
    Row::new(P::ScheduleOutboxUrl, Name::caldav("schedule-outbox-URL"), "RFC 6638 §2.1.1", PRINCIPAL),
    Row::new(
        P::ScheduleDefaultCalendarUrl,
        Name::caldav("schedule-default-calendar-URL"),
        "RFC 6638 §9.2",
        INBOX,
    ),
    Row::new(P::ScheduleCalendarTransp, Name::caldav("schedule-calendar-transp"), "RFC 6638 §9.1", CALENDAR)
        .writable(),
    Row::new(P::ScheduleTag, Name::caldav("schedule-tag"), "RFC 6638 §9.3", OBJECT),
    Row::new(P::CalendarDescription, Name::caldav("calendar-description"), "RFC 4791 §5.2.1", CALENDAR)
        .writable(),
    Row::new(P::CalendarTimezone, Name::caldav("calendar-timezone"), "RFC 4791 §5.2.2", CALENDAR).writable(),
    Row::new(P::CalendarTimezoneId, Name::caldav("calendar-timezone-id"), "RFC 7809 §5.2", CALENDAR)
        .writable(),
    Row::new(P::CalendarColor, Name::ical("calendar-color"), "apple.com", CALENDAR).writable(),
    Row::new(P::CalendarOrder, Name::ical("calendar-order"), "apple.com", CALENDAR).writable(),
    Row::new(
        P::SupportedCalendarComponentSet,
        Name::caldav("supported-calendar-component-set"),
        "RFC 4791 §5.2.3",
        CALENDAR,
    ),
    Row::new(
        P::SupportedCalendarData,
        Name::caldav("supported-calendar-data"),
        "RFC 4791 §5.2.4",
        CALENDAR | INBOX,
    ),
    Row::new(P::SupportedCollationSet, Name::caldav("supported-collation-set"), "RFC 4791 §7.5.1", CALENDAR),
    Row::new(P::MaxResourceSize, Name::caldav("max-resource-size"), "RFC 4791 §5.2.5", CALENDAR),
    Row::new(P::MinDateTime, Name::caldav("min-date-time"), "RFC 4791 §5.2.6", CALENDAR),
    Row::new(P::MaxDateTime, Name::caldav("max-date-time"), "RFC 4791 §5.2.7", CALENDAR),
    Row::new(
        P::MaxAttendeesPerInstance,
        Name::caldav("max-attendees-per-instance"),
        "RFC 4791 §5.2.9",
        CALENDAR,
    ),
    Row::new(P::CalendarData, Name::caldav("calendar-data"), "RFC 4791 §9.6", TEXTS),
    Row::new(P::PushTransports, Name::push("transports"), "WebDAV-Push, push properties", CALENDAR),
    Row::new(P::PushTopic, Name::push("topic"), "WebDAV-Push, push properties", CALENDAR),
    Row::new(P::PushTriggers, Name::push("supported-triggers"), "WebDAV-Push, push properties", CALENDAR),
];

/// All properties.
pub(super) fn rows() -> &'static [Row] {
    &ROWS
}

/// The property of a name, if we know it.
pub(in crate::caldav) fn find(name: &Name) -> Option<&'static Row> {
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
