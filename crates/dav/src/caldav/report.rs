//! REPORT (RFC 3253 §3.6): one file a report.

mod calendar_multiget;
mod calendar_query;
mod expand_property;
mod free_busy_query;
mod principal_match;
mod principal_search;
mod sync_collection;

use actix_web::HttpResponse;

pub(crate) use principal_match::of_acl as principals_of_acl;

use super::property::Resource;
use crate::core::{Call, Condition, DavFault, xml::Name};

const QUERY: Name = Name::caldav("calendar-query");
const MULTIGET: Name = Name::caldav("calendar-multiget");
const FREE_BUSY: Name = Name::caldav("free-busy-query");
const SYNC: Name = Name::dav("sync-collection");
const SEARCH: Name = Name::dav("principal-property-search");
const MATCH: Name = Name::dav("principal-match");
const PRINCIPALS_OF_ACL: Name = Name::dav("acl-principal-prop-set");
const EXPAND: Name = Name::dav("expand-property");
const TOKEN_SEARCH: Name = Name::server("calendarserver-principal-search");
const SEARCH_SET: Name = Name::dav("principal-search-property-set");

/// The reports that a resource answers.
pub(super) fn supported(resource: &Resource<'_>) -> Vec<Name> {
    match resource {
        Resource::Calendar(_) => vec![QUERY, MULTIGET, FREE_BUSY, SYNC, EXPAND, PRINCIPALS_OF_ACL],
        Resource::Object(..) => vec![QUERY, MULTIGET, PRINCIPALS_OF_ACL],
        Resource::Root => vec![SEARCH, SEARCH_SET, TOKEN_SEARCH, MATCH, PRINCIPALS_OF_ACL],
        Resource::Principals => vec![SEARCH, SEARCH_SET, TOKEN_SEARCH, MATCH, EXPAND, PRINCIPALS_OF_ACL],
        Resource::Principal(_) => {
            vec![SEARCH, SEARCH_SET, TOKEN_SEARCH, EXPAND, FREE_BUSY, PRINCIPALS_OF_ACL]
        }
        Resource::Proxies(_) | Resource::Outbox => vec![EXPAND, PRINCIPALS_OF_ACL],
        Resource::Home(_) => vec![MATCH, EXPAND, PRINCIPALS_OF_ACL],
        Resource::Inbox(_) => vec![QUERY, MULTIGET, SYNC, EXPAND, PRINCIPALS_OF_ACL],
        Resource::Message(_) => vec![MULTIGET, PRINCIPALS_OF_ACL],
        Resource::Homes => vec![PRINCIPALS_OF_ACL],
    }
}

/// Answers the report that the body names.
pub(super) async fn answer(mut call: Call) -> Result<HttpResponse, DavFault> {
    let report = call.xml().await?;
    match &report.name {
        name if *name == QUERY => calendar_query::answer(call, report).await,
        name if *name == MULTIGET => calendar_multiget::answer(call, report).await,
        name if *name == FREE_BUSY => free_busy_query::answer(call, report).await,
        name if *name == SYNC => sync_collection::answer(call, report).await,
        name if *name == SEARCH => principal_search::answer(call, report).await,
        name if *name == TOKEN_SEARCH => principal_search::by_tokens(call, report).await,
        name if *name == MATCH => principal_match::answer(call, report).await,
        name if *name == EXPAND => expand_property::answer(call, report).await,
        name if *name == PRINCIPALS_OF_ACL => {
            super::get::exists(&call).await?;
            principal_match::of_acl(call, report).await
        }
        name if *name == SEARCH_SET => principal_search::properties(&call),
        _ => Err(Condition::SupportedReport.into()),
    }
}
