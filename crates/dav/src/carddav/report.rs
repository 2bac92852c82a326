//! REPORT (RFC 3253 §3.6): one file a report.

mod addressbook_multiget;
mod addressbook_query;
mod sync_collection;

use actix_web::HttpResponse;

use super::property::Resource;
use crate::{
    caldav::principals_of_acl,
    core::{Call, Condition, DavFault, Place, xml::Name},
};

const QUERY: Name = Name::carddav("addressbook-query");
const MULTIGET: Name = Name::carddav("addressbook-multiget");
const SYNC: Name = Name::dav("sync-collection");
const PRINCIPALS_OF_ACL: Name = Name::dav("acl-principal-prop-set");

/// The reports that a resource answers.
pub(super) fn supported(resource: &Resource<'_>) -> Vec<Name> {
    match resource {
        Resource::Book(book) if book.is_listed() => vec![QUERY, MULTIGET, SYNC, PRINCIPALS_OF_ACL],
        Resource::Book(_) | Resource::Card(..) => vec![QUERY, MULTIGET, PRINCIPALS_OF_ACL],
        Resource::Homes | Resource::Home(_) => vec![PRINCIPALS_OF_ACL],
    }
}

/// Answers the report that the body names.
pub(super) async fn answer(mut call: Call, place: Place) -> Result<HttpResponse, DavFault> {
    let report = call.xml_of_names().await?;
    match &report.name {
        name if *name == QUERY => addressbook_query::answer(call, place, report).await,
        name if *name == MULTIGET => addressbook_multiget::answer(call, place, report).await,
        name if *name == SYNC => sync_collection::answer(call, place, report).await,
        name if *name == PRINCIPALS_OF_ACL => {
            super::get::exists(&call, place).await?;
            principals_of_acl(call, report).await
        }
        _ => Err(Condition::SupportedReport.into()),
    }
}
