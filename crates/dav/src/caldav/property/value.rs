use renraku_base::Role;
use renraku_notify::inbox::InboxMessage;
use renraku_schedule::{
    model::Calendar,
    service::objects::{OBJECT_BYTES, ObjectCalendar, ObjectKind},
};

use super::{Context, Property, Resource, Row, color, proxies};
use crate::{
    caldav::{
        calendar_data::{Cut, DataRequest},
        principal::Kind,
        report,
    },
    core::{
        Address, BIND, Place, READ, READ_PRIVILEGES, StaffBook, SyncToken, UNBIND, WRITE, WRITE_CONTENT,
        WRITE_PROPERTIES, ace, granted_set, http_date, name_with, supported_collations, supported_reports,
        supported_set,
        xml::{Name, Writer},
    },
    push,
};

/// The first and the last instant that a calendar may hold.
const BEGINNING: &str = "19000101T000000Z";
const END: &str = "21001231T235959Z";
/// The most who may take part in an event.
const ATTENDEES: &str = "500";

/// Writes a property of a resource that can have it; `false` when it has not.
pub(super) fn write(row: &Row, resource: &Resource<'_>, context: &Context<'_>, out: &mut Writer) -> bool {
    use Property as P;
    let name = &row.name;
    let me = || Address::Principal(context.who.person.as_str().to_owned()).to_string();
    match row.property {
        P::ResourceType => resource_type(name, resource, out),
        P::CurrentUserPrincipal => out.href_in(name, &me()),
        P::PrincipalCollectionSet => out.href_in(name, &Address::Principals.to_string()),
        P::Owner => out.href_in(name, &owner(resource, context)),
        P::SupportedReportSet => supported_reports(name, &report::supported(resource), out),
        P::CurrentUserPrivilegeSet => granted_set(name, &granted(resource, context), out),
        P::SupportedPrivilegeSet => supported_set(
            name,
            &[
                (READ, &[READ_PRIVILEGES, FREE_BUSY]),
                (WRITE, &[WRITE_CONTENT, WRITE_PROPERTIES, BIND, UNBIND]),
                (SEND, &[SEND_INVITE, SEND_REPLY, SEND_FREE_BUSY]),
                (DELIVER, &[DELIVER_INVITE, DELIVER_REPLY, QUERY_FREE_BUSY]),
            ],
            out,
        ),
        P::Acl => ace(name, &me(), &granted(resource, context), out),
        P::AclRestrictions | P::SupportedLock => out.empty(name),
        P::DisplayName => return display_name(name, resource, out),
        P::GetContentType => content_type(name, resource, out),
        P::GetETag | P::GetLastModified | P::GetContentLength | P::ScheduleTag | P::CalendarData => {
            return match resource {
                Resource::Message(message) => of_message(row, message, context, out),
                _ => of_object(row, resource, context, out),
            };
        }
        P::AlternateUriSet => out.empty(name),
        P::GroupMemberSet | P::GroupMembership | P::ProxyReadFor | P::ProxyWriteFor => {
            return proxies::write(row, resource, context, out);
        }
        P::PrincipalUrl
        | P::CalendarHomeSet
        | P::AddressbookHomeSet
        | P::DirectoryGateway
        | P::PrincipalAddress
        | P::CalendarUserAddressSet
        | P::CalendarUserType
        | P::ResourceId
        | P::EmailAddressSet
        | P::ScheduleInboxUrl
        | P::ScheduleOutboxUrl => return of_principal(row, resource, context, out),
        P::ScheduleDefaultCalendarUrl => match context.default {
            Some(address) => out.href_in(name, &address.to_string()),
            None => return false,
        },
        P::SupportedCalendarData => {
            out.open(name);
            let attributes = [("content-type", "text/calendar"), ("version", "2.0")];
            out.empty_with(&Name::caldav("calendar-data"), &attributes);
            out.close(name);
        }
        P::PushTransports | P::PushTopic | P::PushTriggers => {
            let Resource::Calendar(calendar) = resource else { return false };
            match row.property {
                P::PushTransports => push::transports(name, context.dav, out),
                P::PushTopic => push::topic(name, calendar.calendar.id.as_str(), context.dav, out),
                _ => push::triggers(name, out),
            }
        }
        P::SyncToken | P::CTag => return token(name, resource, context, out),
        P::ScheduleCalendarTransp
        | P::CalendarDescription
        | P::CalendarTimezone
        | P::CalendarTimezoneId
        | P::CalendarColor
        | P::CalendarOrder
        | P::SupportedCalendarComponentSet
        | P::SupportedCollationSet
        | P::MaxResourceSize
        | P::MinDateTime
        | P::MaxDateTime
        | P::MaxAttendeesPerInstance => return of_calendar(row, resource, out),
    }
    true
}

fn resource_type(name: &Name, resource: &Resource<'_>, out: &mut Writer) {
    let more: &[Name] = match resource {
        Resource::Object(..) | Resource::Message(_) => return out.empty(name),
        Resource::Root | Resource::Principals | Resource::Homes | Resource::Home(_) => &[],
        Resource::Principal(_) => &[const { Name::dav("principal") }],
        Resource::Proxies(group) if group.writes => {
            &[const { Name::dav("principal") }, const { Name::server("calendar-proxy-write") }]
        }
        Resource::Proxies(_) => {
            &[const { Name::dav("principal") }, const { Name::server("calendar-proxy-read") }]
        }
        Resource::Inbox(_) => &[const { Name::caldav("schedule-inbox") }],
        Resource::Outbox => &[const { Name::caldav("schedule-outbox") }],
        Resource::Calendar(calendar) if calendar.is_mine() => &[const { Name::caldav("calendar") }],
        Resource::Calendar(_) => &[const { Name::caldav("calendar") }, const { Name::server("shared") }],
    };
    out.open(name);
    out.empty(&Name::dav("collection"));
    more.iter().for_each(|kind| out.empty(kind));
    out.close(name);
}

fn owner(resource: &Resource<'_>, context: &Context<'_>) -> String {
    let id = match resource {
        Resource::Calendar(calendar) | Resource::Object(_, _, calendar) => {
            calendar.calendar.owner_id.as_str()
        }
        Resource::Home(principal) => principal.id.as_str(),
        _ => context.who.person.as_str(),
    };
    Address::Principal(id.to_owned()).to_string()
}

const FREE_BUSY: Name = Name::caldav("read-free-busy");
const SEND: Name = Name::caldav("schedule-send");
const SEND_FREE_BUSY: Name = Name::caldav("schedule-send-freebusy");
const SEND_INVITE: Name = Name::caldav("schedule-send-invite");
const SEND_REPLY: Name = Name::caldav("schedule-send-reply");
const DELIVER: Name = Name::caldav("schedule-deliver");
const DELIVER_INVITE: Name = Name::caldav("schedule-deliver-invite");
const DELIVER_REPLY: Name = Name::caldav("schedule-deliver-reply");
const QUERY_FREE_BUSY: Name = Name::caldav("schedule-query-freebusy");

fn granted(resource: &Resource<'_>, context: &Context<'_>) -> Vec<Name> {
    let reads = vec![READ, READ_PRIVILEGES];
    let more: &[Name] = match resource {
        Resource::Root | Resource::Principals | Resource::Homes => &[],
        Resource::Principal(_) | Resource::Proxies(_) => &[],
        Resource::Object(_, _, calendar) if calendar.calendar.role >= Role::Write => &[WRITE, WRITE_CONTENT],
        Resource::Object(..) | Resource::Message(_) => &[],
        Resource::Home(principal) if principal.id == context.who.person.as_str() => &[BIND, UNBIND],
        Resource::Home(_) => &[],
        Resource::Inbox(_) => &[DELIVER, DELIVER_INVITE, DELIVER_REPLY, QUERY_FREE_BUSY, UNBIND],
        Resource::Outbox => &[SEND, SEND_FREE_BUSY, SEND_INVITE, SEND_REPLY],
        Resource::Calendar(calendar) => match calendar.calendar.role {
            Role::FreeBusy => &[],
            // Everybody keeps their own colour, order and alarms of what they see. But programs take whoever may write anything at all
            // for somebody who may write events, and lose what is typed when that is refused.
            Role::Read => &[FREE_BUSY],
            Role::Write | Role::Manage => &[FREE_BUSY, WRITE, WRITE_CONTENT, WRITE_PROPERTIES, BIND, UNBIND],
        },
    };
    reads.into_iter().chain(more.iter().cloned()).collect()
}

/// What a calendar is called to whoever gives it no name of their own; its owner is to be named before.
pub(in crate::caldav) fn name_of(calendar: &Calendar) -> String {
    name_with(&calendar.name, calendar.owner_name.as_deref())
}

fn display_name(name: &Name, resource: &Resource<'_>, out: &mut Writer) -> bool {
    match resource {
        Resource::Principal(principal) => out.leaf(name, &principal.name),
        Resource::Home(principal) => out.leaf(name, &principal.name),
        Resource::Proxies(group) => out.leaf(name, &group.owner.name),
        Resource::Calendar(calendar) => {
            return kept(name, calendar, out) || {
                out.leaf(name, &name_of(&calendar.calendar));
                true
            };
        }
        Resource::Inbox(_) => out.leaf(name, "Inbox"),
        Resource::Outbox => out.leaf(name, "Outbox"),
        Resource::Root | Resource::Principals | Resource::Homes => return false,
        Resource::Object(..) | Resource::Message(_) => return false,
    }
    true
}

/// A property of a calendar as the person's client keeps it.
fn kept(name: &Name, calendar: &ObjectCalendar, out: &mut Writer) -> bool {
    let text = name.to_string();
    let found = calendar.properties.iter().find(|(key, _)| *key == text);
    found.inspect(|(_, value)| out.raw(value)).is_some()
}

fn content_type(name: &Name, resource: &Resource<'_>, out: &mut Writer) {
    match resource {
        Resource::Object(head, ..) => out.leaf(name, &object_type(head.kind)),
        Resource::Message(_) => out.leaf(name, &object_type(ObjectKind::Event)),
        _ => out.leaf(name, "text/calendar; charset=utf-8"),
    }
}

/// The media type of an object.
pub(in crate::caldav) fn object_type(kind: ObjectKind) -> String {
    format!("text/calendar; charset=utf-8; component={}", kind.component())
}

fn of_object(row: &Row, resource: &Resource<'_>, context: &Context<'_>, out: &mut Writer) -> bool {
    let (head, text) = match resource {
        Resource::Object(head, text, _) => (*head, *text),
        Resource::Calendar(calendar) if row.property == Property::GetETag => {
            out.leaf(&row.name, calendar.calendar.etag.as_str());
            return true;
        }
        _ => return false,
    };
    match (row.property, text) {
        (Property::GetETag, _) => out.leaf(&row.name, head.etag.as_str()),
        (Property::GetLastModified, _) => match head.etag.changed_at() {
            Some(at) => out.leaf(&row.name, &http_date(at)),
            None => return false,
        },
        (Property::GetContentLength, Some(object)) => out.leaf(&row.name, &object.text.len().to_string()),
        (Property::ScheduleTag, Some(object)) => match &object.schedule_tag {
            Some(tag) => out.leaf(&row.name, tag.as_str()),
            None => return false,
        },
        (Property::CalendarData, Some(object)) => match context.data {
            Some(data) => return write_data(row, data, &object.text, out),
            None => return false,
        },
        _ => return false,
    }
    true
}

/// The wanted part of a text, `false` where there is none of it; an answer that cannot hold it is not sent.
fn write_data(row: &Row, data: &DataRequest, text: &str, out: &mut Writer) -> bool {
    match data.cut(text) {
        Cut::Part(part) => out.leaf(&row.name, &part),
        Cut::Nothing => return false,
        Cut::TooLong => out.overflow(),
    }
    true
}

fn of_principal(row: &Row, resource: &Resource<'_>, context: &Context<'_>, out: &mut Writer) -> bool {
    use Property as P;
    let principal = match resource {
        Resource::Principal(principal) => principal,
        Resource::Proxies(group) if row.property == P::PrincipalUrl => {
            out.href_in(&row.name, &group.address().to_string());
            return true;
        }
        _ => return false,
    };
    let (name, id) = (&row.name, principal.id.clone());
    let mine = principal.id == context.who.person.as_str();
    match row.property {
        P::PrincipalUrl => out.href_in(name, &Address::Principal(id).to_string()),
        P::CalendarHomeSet if mine || proxies::opens(&id, context) => {
            out.href_in(name, &Address::Home(id).to_string());
        }
        P::AddressbookHomeSet if mine => {
            out.href_in(name, &Address::Contacts(Place::Home(id)).to_string());
        }
        P::DirectoryGateway if mine && context.dav.staff_book() != StaffBook::Off => {
            out.href_in(name, &Address::Contacts(Place::Directory(id)).to_string());
        }
        P::PrincipalAddress
            if principal.kind == Kind::Person && context.dav.staff_book() != StaffBook::Off =>
        {
            let person = context.who.person.as_str().to_owned();
            let place = Place::Colleague { person, name: format!("{id}.vcf") };
            out.href_in(name, &Address::Contacts(place).to_string());
        }
        P::ScheduleInboxUrl if mine => out.href_in(name, &Address::Inbox(id).to_string()),
        P::ScheduleOutboxUrl if mine => out.href_in(name, &Address::Outbox(id).to_string()),
        P::CalendarUserAddressSet => {
            out.open(name);
            let address = Address::Principal(id).to_string();
            principal.addresses().iter().chain([&address]).for_each(|it| out.leaf(&Name::dav("href"), it));
            out.close(name);
        }
        P::ResourceId => out.href_in(name, &principal.urn()),
        P::EmailAddressSet => match &principal.email {
            Some(email) => {
                out.open(name);
                out.leaf(&Name::server("email-address"), email);
                out.close(name);
            }
            None => return false,
        },
        P::CalendarUserType => out.leaf(
            name,
            match principal.kind {
                Kind::Person => "INDIVIDUAL",
                Kind::Room => "ROOM",
                Kind::Resource => "RESOURCE",
            },
        ),
        _ => return false,
    }
    true
}

fn of_message(row: &Row, message: &InboxMessage, context: &Context<'_>, out: &mut Writer) -> bool {
    match (row.property, context.data) {
        (Property::GetETag, _) => out.leaf(&row.name, message.etag.as_str()),
        (Property::GetLastModified, _) => match message.etag.changed_at() {
            Some(at) => out.leaf(&row.name, &http_date(at)),
            None => return false,
        },
        (Property::GetContentLength, _) => out.leaf(&row.name, &message.text.len().to_string()),
        (Property::CalendarData, Some(data)) => return write_data(row, data, &message.text, out),
        _ => return false,
    }
    true
}

/// Where a collection that can be synced stands.
fn token(name: &Name, resource: &Resource<'_>, context: &Context<'_>, out: &mut Writer) -> bool {
    let (collection, modseq) = match resource {
        Resource::Calendar(calendar) => (calendar.collection, calendar.modseq),
        Resource::Inbox(Some(head)) => (head.collection, head.modseq),
        _ => return false,
    };
    let token = SyncToken { epoch: context.epoch, collection, modseq, cursor: None };
    let sealed = token.seal(context.dav.token_key(), &context.who.person);
    sealed.inspect(|token| out.leaf(name, token)).is_some()
}

fn of_calendar(row: &Row, resource: &Resource<'_>, out: &mut Writer) -> bool {
    use Property as P;
    let Resource::Calendar(calendar) = resource else { return false };
    let name = &row.name;
    match row.property {
        P::CalendarColor => color::write(name, calendar, out),
        P::CalendarTimezoneId => {
            return kept(name, calendar, out) || {
                out.leaf(name, calendar.calendar.time_zone.name());
                true
            };
        }
        P::CalendarTimezone => {
            return kept(name, calendar, out) || {
                out.leaf(name, &renraku_schedule::codec::ical::write_zone(calendar.calendar.time_zone));
                true
            };
        }
        P::CalendarDescription | P::CalendarOrder => return kept(name, calendar, out),
        P::ScheduleCalendarTransp => {
            out.open(name);
            let counts = calendar.calendar.include_in_availability.counts();
            out.empty(&Name::caldav(if counts { "opaque" } else { "transparent" }));
            out.close(name);
        }
        // A client that makes a calendar says what it is for.
        P::SupportedCalendarComponentSet if kept(name, calendar, out) => {}
        P::SupportedCalendarComponentSet => {
            out.open(name);
            for kind in [ObjectKind::Event, ObjectKind::Task] {
                out.empty_with(&Name::caldav("comp"), &[("name", kind.component())]);
            }
            out.close(name);
        }
        P::SupportedCollationSet => {
            supported_collations(name, &Name::caldav("supported-collation"), out);
        }
        P::MaxResourceSize => out.leaf(name, &OBJECT_BYTES.to_string()),
        P::MinDateTime => out.leaf(name, BEGINNING),
        P::MaxDateTime => out.leaf(name, END),
        P::MaxAttendeesPerInstance => out.leaf(name, ATTENDEES),
        _ => return false,
    }
    true
}
