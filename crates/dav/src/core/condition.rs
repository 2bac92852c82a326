use actix_web::http::StatusCode;

use super::xml::{CARDDAV, Name, OF_CALENDARS, OF_CONTACTS, Prefixes};

/// A condition that a standard names and a request did not meet; told by its element (RFC 4918 §16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// RFC 4918 §9.1.1.
    PropfindFiniteDepth,
    /// RFC 4918 §16.
    CannotModifyProtectedProperty,
    /// RFC 3744 §7.1.1.
    NeedPrivileges,
    /// RFC 3253 §3.6.
    SupportedReport,
    /// RFC 6578 §3.2.
    ValidSyncToken,
    /// RFC 6578 §3.6, RFC 4791 §7.8.
    NumberOfMatchesWithinLimits,
    /// RFC 4918 §9.3.1 and RFC 4791 §5.3.1.1.
    ResourceMustBeNull,
    /// RFC 5842 §4.
    NameAllowed,
    /// RFC 5689 §3.3.
    ValidResourceType,
    /// RFC 4791 §5.3.1.1.
    CalendarCollectionLocationOk,
    /// RFC 4791 §5.3.2.1.
    SupportedCalendarData,
    /// RFC 4791 §5.3.2.1.
    ValidCalendarData,
    /// RFC 7809 §5.2.
    ValidTimezone,
    /// RFC 4791 §5.3.2.1.
    ValidCalendarObjectResource,
    /// RFC 4791 §5.3.2.1.
    SupportedCalendarComponent,
    /// RFC 4791 §5.3.2.1.
    MinDateTime,
    /// RFC 4791 §5.3.2.1.
    MaxDateTime,
    /// RFC 4791 §5.3.2.1.
    NoUidConflict,
    /// RFC 4791 §5.3.2.1.
    MaxResourceSize,
    /// RFC 4791 §5.3.2.1.
    MaxAttendeesPerInstance,
    /// RFC 4791 §7.8.
    ValidFilter,
    /// RFC 4791 §7.8.
    SupportedFilter,
    /// RFC 4791 §7.5.1.
    SupportedCollation,
    /// RFC 6638 §3.2.4.2.
    SameOrganizer,
    /// RFC 6638 §3.2.4.3.
    AllowedOrganizerChange,
    /// RFC 6638 §3.2.4.4.
    AllowedAttendeeChange,
    /// RFC 6638 §3.2.4.1.
    UniqueSchedulingObject,
    /// RFC 6638 §5.
    DefaultCalendarNeeded,
    /// RFC 6638 §6.
    OriginatorAllowed,
    /// WebDAV-Push, registration.
    InvalidSubscription,
    /// WebDAV-Push, registration.
    PushNotAvailable,
    /// WebDAV-Push, registration.
    NoSupportedTrigger,
    /// RFC 6352 §6.3.1.1.
    AddressbookCollectionLocationOk,
    /// RFC 6352 §6.3.2.1 and §8.6.
    SupportedAddressData,
    /// RFC 6352 §6.3.2.1.
    ValidAddressData,
    /// RFC 6352 §6.3.2.1.
    NoCardUidConflict,
    /// RFC 6352 §6.3.2.1.
    MaxCardSize,
    /// RFC 6352 §8.6.
    SupportedCardFilter,
    /// RFC 6352 §8.3.
    SupportedCardCollation,
}

impl Condition {
    /// The element that names the condition.
    pub const fn element(self) -> Name {
        match self {
            Self::PropfindFiniteDepth => Name::dav("propfind-finite-depth"),
            Self::CannotModifyProtectedProperty => Name::dav("cannot-modify-protected-property"),
            Self::NeedPrivileges => Name::dav("need-privileges"),
            Self::SupportedReport => Name::dav("supported-report"),
            Self::ValidSyncToken => Name::dav("valid-sync-token"),
            Self::NumberOfMatchesWithinLimits => Name::dav("number-of-matches-within-limits"),
            Self::ResourceMustBeNull => Name::dav("resource-must-be-null"),
            Self::NameAllowed => Name::dav("name-allowed"),
            Self::ValidResourceType => Name::dav("valid-resourcetype"),
            Self::CalendarCollectionLocationOk => Name::caldav("calendar-collection-location-ok"),
            Self::SupportedCalendarData => Name::caldav("supported-calendar-data"),
            Self::ValidCalendarData => Name::caldav("valid-calendar-data"),
            Self::ValidTimezone => Name::caldav("valid-timezone"),
            Self::ValidCalendarObjectResource => Name::caldav("valid-calendar-object-resource"),
            Self::SupportedCalendarComponent => Name::caldav("supported-calendar-component"),
            Self::MinDateTime => Name::caldav("min-date-time"),
            Self::MaxDateTime => Name::caldav("max-date-time"),
            Self::NoUidConflict => Name::caldav("no-uid-conflict"),
            Self::MaxResourceSize => Name::caldav("max-resource-size"),
            Self::MaxAttendeesPerInstance => Name::caldav("max-attendees-per-instance"),
            Self::ValidFilter => Name::caldav("valid-filter"),
            Self::SupportedFilter => Name::caldav("supported-filter"),
            Self::SupportedCollation => Name::caldav("supported-collation"),
            Self::SameOrganizer => Name::caldav("same-organizer-in-all-components"),
            Self::AllowedOrganizerChange => Name::caldav("allowed-organizer-scheduling-object-change"),
            Self::AllowedAttendeeChange => Name::caldav("allowed-attendee-scheduling-object-change"),
            Self::UniqueSchedulingObject => Name::caldav("unique-scheduling-object-resource"),
            Self::DefaultCalendarNeeded => Name::caldav("default-calendar-needed"),
            Self::OriginatorAllowed => Name::caldav("originator-allowed"),
            Self::InvalidSubscription => Name::push("invalid-subscription"),
            Self::PushNotAvailable => Name::push("push-not-available"),
            Self::NoSupportedTrigger => Name::push("no-supported-trigger"),
            Self::AddressbookCollectionLocationOk => Name::carddav("addressbook-collection-location-ok"),
            Self::SupportedAddressData => Name::carddav("supported-address-data"),
            Self::ValidAddressData => Name::carddav("valid-address-data"),
            Self::NoCardUidConflict => Name::carddav("no-uid-conflict"),
            Self::MaxCardSize => Name::carddav("max-resource-size"),
            Self::SupportedCardFilter => Name::carddav("supported-filter"),
            Self::SupportedCardCollation => Name::carddav("supported-collation"),
        }
    }

    /// The namespaces that an answer about it declares.
    pub fn prefixes(self) -> Prefixes {
        if self.element().namespace == CARDDAV { OF_CONTACTS } else { OF_CALENDARS }
    }

    /// The status with which it is told.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NoUidConflict | Self::NoCardUidConflict => StatusCode::CONFLICT,
            Self::ResourceMustBeNull => StatusCode::METHOD_NOT_ALLOWED,
            Self::NumberOfMatchesWithinLimits => StatusCode::INSUFFICIENT_STORAGE,
            Self::PropfindFiniteDepth
            | Self::CannotModifyProtectedProperty
            | Self::NeedPrivileges
            | Self::SupportedReport
            | Self::ValidSyncToken
            | Self::NameAllowed
            | Self::ValidResourceType
            | Self::CalendarCollectionLocationOk
            | Self::SupportedCalendarData
            | Self::ValidCalendarData
            | Self::ValidTimezone
            | Self::ValidCalendarObjectResource
            | Self::SupportedCalendarComponent
            | Self::MinDateTime
            | Self::MaxDateTime
            | Self::MaxResourceSize
            | Self::MaxAttendeesPerInstance
            | Self::ValidFilter
            | Self::SupportedFilter
            | Self::SupportedCollation
            | Self::SameOrganizer
            | Self::AllowedOrganizerChange
            | Self::AllowedAttendeeChange
            | Self::UniqueSchedulingObject
            | Self::DefaultCalendarNeeded
            | Self::OriginatorAllowed
            | Self::AddressbookCollectionLocationOk
            | Self::SupportedAddressData
            | Self::ValidAddressData
            | Self::MaxCardSize
            | Self::SupportedCardFilter
            | Self::SupportedCardCollation
            | Self::InvalidSubscription
            | Self::PushNotAvailable
            | Self::NoSupportedTrigger => StatusCode::FORBIDDEN,
        }
    }
}
