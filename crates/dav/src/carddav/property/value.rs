use renraku_base::Role;
use renraku_contacts::codec::vcard::{CARD_BYTES, Version};

use super::{Context, Property, Resource, table::Row};
use crate::{
    carddav::{address_data::MEDIA_TYPE, book::Book, report},
    core::{
        Address, BIND, READ, READ_PRIVILEGES, SyncToken, UNBIND, WRITE, WRITE_CONTENT, WRITE_PROPERTIES, ace,
        granted_set, http_date, supported_collations, supported_reports, supported_set,
        xml::{Name, Writer},
    },
    push,
};

/// Writes a property of a resource that can have it; `false` when it has not.
pub(super) fn write(row: &Row, resource: &Resource<'_>, context: &Context<'_>, out: &mut Writer) -> bool {
    use Property as P;
    let name = &row.name;
    let principal = |id: &str| Address::Principal(id.to_owned()).to_string();
    let me = || principal(context.who.person.as_str());
    match row.property {
        P::ResourceType => resource_type(name, resource, out),
        P::CurrentUserPrincipal => out.href_in(name, &me()),
        P::PrincipalCollectionSet => out.href_in(name, &Address::Principals.to_string()),
        P::Owner => match resource {
            Resource::Book(Book::Kept(book)) | Resource::Card(_, _, Book::Kept(book)) => {
                out.href_in(name, &principal(book.book.owner_id.as_str()));
            }
            // The directory is the office's.
            Resource::Book(Book::Staff(_)) | Resource::Card(_, _, Book::Staff(_)) => return false,
            Resource::Homes | Resource::Home(_) => out.href_in(name, &me()),
        },
        P::SupportedReportSet => supported_reports(name, &report::supported(resource), out),
        P::CurrentUserPrivilegeSet => granted_set(name, &granted(resource), out),
        P::SupportedPrivilegeSet => supported_set(
            name,
            &[(READ, &[READ_PRIVILEGES]), (WRITE, &[WRITE_CONTENT, WRITE_PROPERTIES, BIND, UNBIND])],
            out,
        ),
        P::Acl => ace(name, &me(), &granted(resource), out),
        P::AclRestrictions | P::SupportedLock => out.empty(name),
        P::DisplayName => match resource {
            Resource::Home(person) => out.leaf(name, person),
            Resource::Book(book) => {
                return resource.write_kept(name, out) || {
                    out.leaf(name, &book.name());
                    true
                };
            }
            Resource::Homes | Resource::Card(..) => return false,
        },
        P::GetContentType => out.leaf(name, "text/vcard; charset=utf-8"),
        P::GetETag | P::GetLastModified | P::GetContentLength | P::AddressData => {
            return of_card(row, resource, context, out);
        }
        P::PushTransports | P::PushTopic | P::PushTriggers => {
            // The staff directory is not followed.
            let Resource::Book(Book::Kept(book)) = resource else { return false };
            match row.property {
                P::PushTransports => push::transports(name, context.dav, out),
                P::PushTopic => push::topic(name, book.book.id.as_str(), context.dav, out),
                _ => push::triggers(name, out),
            }
        }
        P::SyncToken
        | P::CTag
        | P::AddressbookDescription
        | P::SupportedAddressData
        | P::SupportedCollationSet
        | P::MaxResourceSize => return of_book(row, resource, context, out),
    }
    true
}

fn resource_type(name: &Name, resource: &Resource<'_>, out: &mut Writer) {
    const ADDRESS_BOOK: Name = Name::carddav("addressbook");
    let more: &[Name] = match resource {
        Resource::Card(..) => return out.empty(name),
        Resource::Homes | Resource::Home(_) => &[],
        Resource::Book(Book::Kept(book)) if book.is_mine() => &[ADDRESS_BOOK],
        Resource::Book(Book::Kept(_)) => &[ADDRESS_BOOK, const { Name::server("shared") }],
        // One that is searched is no address book to be kept by a client.
        Resource::Book(Book::Staff(staff)) if staff.is_whole() => {
            &[ADDRESS_BOOK, const { Name::carddav("directory") }]
        }
        Resource::Book(Book::Staff(_)) => &[const { Name::carddav("directory") }],
    };
    out.open(name);
    out.empty(&Name::dav("collection"));
    more.iter().for_each(|kind| out.empty(kind));
    out.close(name);
}

fn granted(resource: &Resource<'_>) -> Vec<Name> {
    let more: &[Name] = match resource {
        Resource::Homes => &[],
        Resource::Home(_) => &[BIND, UNBIND],
        Resource::Book(Book::Staff(_)) => &[],
        Resource::Book(book) => match book.role() {
            // Everybody keeps their own description of what they see; as with calendars that is not told as a right to write.
            Role::FreeBusy | Role::Read => &[],
            Role::Write | Role::Manage => &[WRITE, WRITE_CONTENT, WRITE_PROPERTIES, BIND, UNBIND],
        },
        Resource::Card(_, _, book) if book.role() >= Role::Write => &[WRITE, WRITE_CONTENT],
        Resource::Card(..) => &[],
    };
    [READ, READ_PRIVILEGES].into_iter().chain(more.iter().cloned()).collect()
}

fn of_card(row: &Row, resource: &Resource<'_>, context: &Context<'_>, out: &mut Writer) -> bool {
    let (head, text) = match resource {
        Resource::Card(head, text, _) => (*head, *text),
        Resource::Book(book) if row.property == Property::GetETag => {
            return book.etag().inspect(|etag| out.leaf(&row.name, etag.as_str())).is_some();
        }
        Resource::Homes | Resource::Home(_) | Resource::Book(_) => return false,
    };
    match (row.property, text) {
        (Property::GetETag, _) => out.leaf(&row.name, head.etag.as_str()),
        (Property::GetLastModified, _) => match head.etag.changed_at() {
            Some(at) => out.leaf(&row.name, &http_date(at)),
            None => return false,
        },
        (Property::GetContentLength, Some(card)) => out.leaf(&row.name, &card.text.len().to_string()),
        (Property::AddressData, Some(card)) => match context.data {
            Some(data) => out.leaf(&row.name, &data.cut(card)),
            None => return false,
        },
        _ => return false,
    }
    true
}

fn of_book(row: &Row, resource: &Resource<'_>, context: &Context<'_>, out: &mut Writer) -> bool {
    use Property as P;
    let Resource::Book(book) = resource else { return false };
    let name = &row.name;
    match row.property {
        P::SyncToken | P::CTag => {
            let Some((collection, modseq, _)) = book.position() else { return false };
            let token = SyncToken { epoch: context.epoch, collection, modseq, cursor: None };
            match token.seal(context.dav.token_key(), &context.who.person) {
                Some(token) => out.leaf(name, &token),
                None => return false,
            }
        }
        P::AddressbookDescription => return resource.write_kept(name, out),
        P::SupportedAddressData => {
            out.open(name);
            for version in Version::ALL {
                let attributes = [("content-type", MEDIA_TYPE), ("version", version.as_str())];
                out.empty_with(&Name::carddav("address-data-type"), &attributes);
            }
            out.close(name);
        }
        P::SupportedCollationSet => {
            supported_collations(name, &Name::carddav("supported-collation"), out);
        }
        P::MaxResourceSize => out.leaf(name, &CARD_BYTES.to_string()),
        _ => return false,
    }
    true
}
